-- How answers reach those who asked. Nothing here names anyone: hash and asker
-- are keyed hashes whose keys are destroyed after two months, address and body
-- are sealed under keys outside the database.

CREATE TABLE conversation (
  id      TEXT COLLATE_C PRIMARY KEY,
  channel TEXT COLLATE_C NOT NULL CHECK (channel <> ''),
  hash    BYTEA UNIQUE,
  asker   BYTEA,
  address BYTEA,
  lang    TEXT NOT NULL,
  talk    TEXT NOT NULL,
  heard   BIGINT NOT NULL,
  said    BIGINT NOT NULL CHECK (said >= 0),
  due     BIGINT,
  ends    BIGINT NOT NULL,
  version BIGINT NOT NULL CHECK (version > 0)
);

CREATE INDEX conversation_due ON conversation (due, id) WHERE due IS NOT NULL;

CREATE INDEX conversation_ends ON conversation (ends);

CREATE INDEX conversation_asker ON conversation (asker) WHERE asker IS NOT NULL;

-- hash is the keyed hash of channel and delivery. n orders what arrived in one
-- millisecond.
CREATE TABLE arrival (
  hash         BYTEA PRIMARY KEY,
  channel      TEXT COLLATE_C NOT NULL CHECK (channel <> ''),
  conversation TEXT COLLATE_C,
  at           BIGINT NOT NULL,
  n            BIGINT NOT NULL,
  state        TEXT COLLATE_C NOT NULL CHECK (state IN ('new','held','done','aside')),
  why          TEXT NOT NULL,
  tries        BIGINT NOT NULL CHECK (tries >= 0),
  body         BYTEA,
  tip          TEXT COLLATE_C REFERENCES tip (id) DEFERRABLE INITIALLY DEFERRED,
  CHECK (body IS NULL OR state <> 'done')
);

CREATE INDEX arrival_state ON arrival (state, n);

CREATE INDEX arrival_conversation ON arrival (conversation, n) WHERE conversation IS NOT NULL;

CREATE INDEX arrival_channel ON arrival (channel, state, at);

CREATE TABLE asking (
  tip          TEXT COLLATE_C PRIMARY KEY REFERENCES tip (id) DEFERRABLE INITIALLY DEFERRED,
  conversation TEXT COLLATE_C NOT NULL REFERENCES conversation (id) DEFERRABLE INITIALLY DEFERRED,
  told         BIGINT NOT NULL CHECK (told >= 0),
  told_as      TEXT COLLATE_C NOT NULL
);

CREATE INDEX asking_conversation ON asking (conversation);

-- op says what is told to whom about what, so that nothing is told twice.
CREATE TABLE notice (
  id           TEXT COLLATE_C PRIMARY KEY,
  op           TEXT COLLATE_C NOT NULL UNIQUE,
  conversation TEXT COLLATE_C,
  channel      TEXT COLLATE_C NOT NULL CHECK (channel <> ''),
  kind         TEXT COLLATE_C NOT NULL CHECK (kind IN ('talk','published','corrected','withdrawn','closed','imported','recalled')),
  tip          TEXT COLLATE_C,
  claim        TEXT COLLATE_C,
  imported     TEXT COLLATE_C,
  rev          BIGINT NOT NULL CHECK (rev >= 0),
  body         BYTEA,
  address      BYTEA,
  state        TEXT COLLATE_C NOT NULL CHECK (state IN ('waiting','sending','unknown','sent','held','failed','dropped')),
  why          TEXT NOT NULL,
  calls        BIGINT NOT NULL CHECK (calls BETWEEN 0 AND 2),
  tries        BIGINT NOT NULL CHECK (tries >= 0),
  made         BIGINT NOT NULL,
  due          BIGINT NOT NULL,
  sent         BIGINT,
  receipt      BYTEA
);

CREATE INDEX notice_due ON notice (due, id) WHERE state IN ('waiting','sending','unknown');

CREATE INDEX notice_conversation ON notice (conversation) WHERE conversation IS NOT NULL;

CREATE INDEX notice_claim ON notice (claim) WHERE claim IS NOT NULL;

CREATE INDEX notice_receipt ON notice (receipt) WHERE receipt IS NOT NULL;

CREATE INDEX notice_made ON notice (made);

CREATE INDEX notice_count ON notice (channel, state, why)
