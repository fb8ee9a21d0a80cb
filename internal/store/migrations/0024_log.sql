-- What witnesses of the public log answered: of each witness, told by its
-- verifier key, the newest cosignature of each checkpoint.
CREATE TABLE log_cosignature (
  witness TEXT COLLATE_C NOT NULL,
  size    BIGINT NOT NULL REFERENCES log_checkpoint (size) DEFERRABLE INITIALLY DEFERRED,
  line    TEXT NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (witness, size)
);

CREATE INDEX log_cosignature_size ON log_cosignature (size);
