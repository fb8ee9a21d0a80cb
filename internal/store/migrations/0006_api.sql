-- Keys of the API, as hashes. A key names a program or a house, never a person.

CREATE TABLE api_key (
  id       TEXT COLLATE_C PRIMARY KEY,
  name     TEXT NOT NULL CHECK (name <> ''),
  folded   TEXT COLLATE_C NOT NULL UNIQUE,
  hash     BYTEA NOT NULL UNIQUE,
  per_hour BIGINT NOT NULL CHECK (per_hour > 0),
  webhook  TEXT COLLATE_C NOT NULL,
  made     BIGINT NOT NULL,
  ended    BIGINT
)
