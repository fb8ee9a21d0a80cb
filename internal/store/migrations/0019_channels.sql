-- The register of real channels, and sources of other publishers' checks. A
-- channel is what is a body's own. Of what a body says is not its own, the
-- body's words are kept and a hash of the address, never the address.

CREATE TABLE body_channel (
  id         TEXT COLLATE_C PRIMARY KEY,
  body       TEXT COLLATE_C NOT NULL REFERENCES body (id) DEFERRABLE INITIALLY DEFERRED,
  kind       TEXT COLLATE_C NOT NULL CHECK (kind IN ('site','telephone','mail','facebook','zalo','tiktok','youtube','x','telegram')),
  place      TEXT COLLATE_C NOT NULL CHECK (place <> ''),
  state      TEXT COLLATE_C NOT NULL CHECK (state IN ('waiting','refused','proved','gone','withdrawn')),
  entered    BIGINT NOT NULL,
  entered_by TEXT COLLATE_C NOT NULL,
  second     TEXT COLLATE_C,
  due        BIGINT NOT NULL,
  leased     BIGINT,
  data       TEXT NOT NULL,
  CHECK (second IS NULL OR second <> entered_by),
  CHECK (state IN ('waiting','refused') OR second IS NOT NULL)
);

CREATE UNIQUE INDEX body_channel_place ON body_channel (kind, place) WHERE state IN ('waiting','proved','gone');

CREATE INDEX body_channel_due ON body_channel (due);

CREATE TABLE denial (
  id         TEXT COLLATE_C PRIMARY KEY,
  body       TEXT COLLATE_C NOT NULL REFERENCES body (id) DEFERRABLE INITIALLY DEFERRED,
  claim      TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  answer     TEXT COLLATE_C NOT NULL REFERENCES body_answer (id) DEFERRABLE INITIALLY DEFERRED,
  place      BYTEA NOT NULL CHECK (octet_length(place) = 32),
  quote      TEXT NOT NULL CHECK (quote <> ''),
  state      TEXT COLLATE_C NOT NULL CHECK (state IN ('waiting','refused','denied','withdrawn')),
  entered    BIGINT NOT NULL,
  entered_by TEXT COLLATE_C NOT NULL,
  second     TEXT COLLATE_C,
  ends       BIGINT NOT NULL,
  data       TEXT NOT NULL,
  CHECK (second IS NULL OR second <> entered_by),
  CHECK (state IN ('waiting','refused') OR second IS NOT NULL)
);

CREATE INDEX denial_place ON denial (place);

-- key is no column: a key of a service is a setting.
CREATE TABLE import_source (
  id      TEXT COLLATE_C PRIMARY KEY,
  kind    TEXT COLLATE_C NOT NULL CHECK (kind IN ('google','file','feed','cofacts')),
  name    TEXT NOT NULL CHECK (name <> ''),
  due     BIGINT NOT NULL,
  leased  BIGINT,
  paused  BIGINT,
  removed BIGINT,
  data    TEXT NOT NULL
);

CREATE TABLE import_run (
  id     TEXT COLLATE_C PRIMARY KEY,
  source TEXT COLLATE_C NOT NULL REFERENCES import_source (id) DEFERRABLE INITIALLY DEFERRED,
  began  BIGINT NOT NULL,
  data   TEXT NOT NULL
);

CREATE INDEX import_run_source ON import_run (source, began);
