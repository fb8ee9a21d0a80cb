-- What readers said of checks, as numbers of a day; and who follows from the
-- fediverse: a keyed hash to find the row by, and a sealed address to send to.

CREATE TABLE helped (
  verdict TEXT COLLATE_C NOT NULL,
  day     TEXT COLLATE_C NOT NULL,
  yes     BIGINT NOT NULL CHECK (yes >= 0),
  no      BIGINT NOT NULL CHECK (no >= 0),
  PRIMARY KEY (verdict, day)
);

CREATE INDEX helped_day ON helped (day);

CREATE TABLE fedi_follower (
  hash   BYTEA PRIMARY KEY,
  inbox  BYTEA NOT NULL,
  sealed BYTEA NOT NULL,
  since  BIGINT NOT NULL
);

CREATE INDEX fedi_follower_inbox ON fedi_follower (inbox);

CREATE TABLE fedi_delivery (
  inbox   BYTEA NOT NULL,
  op      TEXT COLLATE_C NOT NULL,
  sealed  BYTEA NOT NULL,
  verdict TEXT COLLATE_C NOT NULL,
  body    BYTEA,
  tries   BIGINT NOT NULL,
  due     BIGINT NOT NULL,
  made    BIGINT NOT NULL,
  PRIMARY KEY (inbox, op)
);

CREATE INDEX fedi_delivery_due ON fedi_delivery (due)
