-- How staff sign in. No row tells anything about the machine they sign in
-- from.

CREATE TABLE session (
  id      TEXT COLLATE_C PRIMARY KEY,
  token   BYTEA NOT NULL UNIQUE,
  staff   TEXT COLLATE_C NOT NULL,
  role    TEXT NOT NULL,
  means   TEXT NOT NULL,
  created BIGINT NOT NULL,
  proven  BIGINT NOT NULL,
  used    BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  until   BIGINT NOT NULL
);

CREATE INDEX session_staff ON session (staff);

CREATE INDEX session_expires ON session (expires);

CREATE TABLE sign_in_link (
  hash    BYTEA PRIMARY KEY,
  staff   TEXT COLLATE_C NOT NULL UNIQUE,
  made_by TEXT COLLATE_C,
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL
);

CREATE TABLE factor (
  id      TEXT COLLATE_C PRIMARY KEY,
  staff   TEXT COLLATE_C NOT NULL,
  kind    TEXT NOT NULL CHECK (kind IN ('passkey','passphrase','authenticator','recovery-code')),
  name    TEXT NOT NULL,
  data    BYTEA,
  counter BIGINT NOT NULL,
  created BIGINT NOT NULL,
  used    BIGINT NOT NULL,
  n       BIGINT NOT NULL
);

CREATE INDEX factor_staff ON factor (staff, n);

CREATE TABLE spent (
  hash  BYTEA PRIMARY KEY,
  until BIGINT NOT NULL
);

CREATE INDEX spent_until ON spent (until);
