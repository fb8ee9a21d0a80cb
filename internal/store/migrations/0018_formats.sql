-- 0018_formats: the secret addresses of calendars of staff, by the hash of their
-- secret.

CREATE TABLE deadline_link (
  staff TEXT COLLATE_C PRIMARY KEY REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  hash  BYTEA NOT NULL UNIQUE,
  made  BIGINT NOT NULL
)
