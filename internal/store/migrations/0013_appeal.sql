-- Appeals, rulings and redactions. Nothing here names whoever appeals: words
-- are sealed under a key outside the database and erased in time, an address
-- stands sealed in a conversation, which is dropped.

CREATE TABLE appeal (
  id           TEXT COLLATE_C PRIMARY KEY,
  ext_id       TEXT COLLATE_C NOT NULL UNIQUE CHECK (ext_id <> ''),
  claim        TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  against      TEXT NOT NULL CHECK (against IN ('check','withdrawal','refusal')),
  rev          BIGINT NOT NULL CHECK (rev >= 0),
  kind         TEXT NOT NULL CHECK (kind IN ('factual','privacy','copyright','body')),
  unpublish    BOOLEAN NOT NULL,
  lang         TEXT NOT NULL,
  words        BYTEA,
  conversation TEXT COLLATE_C,
  ticket       BYTEA NOT NULL UNIQUE,
  received     BIGINT NOT NULL,
  due          BIGINT NOT NULL,
  state        TEXT COLLATE_C NOT NULL CHECK (state IN ('open','taken','proposed','ruled')),
  decider      TEXT COLLATE_C,
  taken        BIGINT,
  ruled        BIGINT,
  erased       BIGINT,
  version      BIGINT NOT NULL CHECK (version > 0),
  CHECK (decider IS NOT NULL OR state = 'open'),
  CHECK (ruled IS NOT NULL OR state <> 'ruled')
);

CREATE INDEX appeal_state ON appeal (state, due, id);

CREATE INDEX appeal_claim ON appeal (claim);

CREATE TABLE appeal_file (
  appeal TEXT COLLATE_C NOT NULL REFERENCES appeal (id) DEFERRABLE INITIALLY DEFERRED,
  media  TEXT COLLATE_C NOT NULL REFERENCES media (id) DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (appeal, media)
);

-- A ruling that was approved is published: its bytes are in document.
CREATE TABLE ruling (
  id        TEXT COLLATE_C PRIMARY KEY,
  appeal    TEXT COLLATE_C NOT NULL REFERENCES appeal (id) DEFERRABLE INITIALLY DEFERRED,
  n         BIGINT NOT NULL,
  outcome   TEXT NOT NULL CHECK (outcome IN ('upheld','partly','not-upheld','not-for-us')),
  doc       BYTEA,
  hash      BYTEA NOT NULL CHECK (octet_length(hash) = 32),
  decider   TEXT COLLATE_C NOT NULL,
  at        BIGINT NOT NULL,
  state     TEXT COLLATE_C NOT NULL CHECK (state IN ('pending','approved','returned','taken')),
  approver  TEXT COLLATE_C,
  settled   BIGINT,
  reasons   TEXT NOT NULL,
  log_index BIGINT UNIQUE REFERENCES log_entry (idx) DEFERRABLE INITIALLY DEFERRED,
  CHECK (approver IS NULL OR approver <> decider),
  CHECK (approver IS NOT NULL OR state NOT IN ('approved','returned')),
  CHECK (settled IS NOT NULL OR state = 'pending'),
  CHECK ((log_index IS NOT NULL) = (state = 'approved')),
  CHECK ((doc IS NULL) = (state = 'approved'))
);

CREATE UNIQUE INDEX ruling_one ON ruling (appeal) WHERE state IN ('pending','approved');

CREATE INDEX ruling_log ON ruling (log_index) WHERE log_index IS NOT NULL;

-- Which passages a review takes out of a published text; forgotten when the
-- review is over.
CREATE TABLE redaction (
  review   TEXT COLLATE_C PRIMARY KEY,
  passages TEXT
);
