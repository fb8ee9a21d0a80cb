-- Exchange with other installations ("peers").

-- Our shelf: lines that peers fetch. A line is never changed; it can lose its bytes.
CREATE TABLE shelf (
  n     BIGINT PRIMARY KEY CHECK (n >= 0),
  kind  TEXT COLLATE_C NOT NULL CHECK (kind IN ('question', 'check', 'source', 'taken')),
  entry TEXT COLLATE_C NOT NULL,
  at    BIGINT NOT NULL,
  hash  BYTEA NOT NULL CHECK (octet_length(hash) = 32),
  chain BYTEA NOT NULL CHECK (octet_length(chain) = 32),
  body  BYTEA
)

CREATE INDEX shelf_entry ON shelf (kind, entry, n)

-- Claims that are kept off the shelf.
CREATE TABLE held_back (
  claim TEXT COLLATE_C PRIMARY KEY REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED
)

CREATE TABLE peer (
  id       TEXT COLLATE_C PRIMARY KEY,
  desk     TEXT COLLATE_C NOT NULL UNIQUE,
  name     TEXT NOT NULL,
  address  TEXT NOT NULL,
  vkey     TEXT NOT NULL,
  follows  BOOLEAN NOT NULL,
  reads    BOOLEAN NOT NULL,
  added    BIGINT NOT NULL,
  added_by TEXT COLLATE_C,
  ended    BIGINT,
  state    TEXT NOT NULL,
  version  BIGINT NOT NULL CHECK (version > 0)
)

-- What peers have laid out, as it stands; always theirs.
CREATE TABLE laid (
  peer       TEXT COLLATE_C NOT NULL REFERENCES peer (id) DEFERRABLE INITIALLY DEFERRED,
  kind       TEXT COLLATE_C NOT NULL CHECK (kind IN ('question', 'check', 'source', 'taken')),
  entry      TEXT COLLATE_C NOT NULL,
  n          BIGINT NOT NULL,
  seen       BIGINT NOT NULL,
  ended      BIGINT,
  line       TEXT NOT NULL,
  root_desk  TEXT COLLATE_C NOT NULL,
  root_entry TEXT COLLATE_C NOT NULL,
  claim      TEXT COLLATE_C,
  why        TEXT COLLATE_C NOT NULL,
  said_by    TEXT COLLATE_C,
  PRIMARY KEY (peer, kind, entry)
)

CREATE INDEX laid_claim ON laid (claim)

CREATE INDEX laid_seen ON laid (seen)

-- Lines that were not taken in. Nothing of their text is kept.
CREATE TABLE refused_line (
  peer TEXT COLLATE_C NOT NULL REFERENCES peer (id) DEFERRABLE INITIALLY DEFERRED,
  n    BIGINT NOT NULL,
  at   BIGINT NOT NULL,
  why  TEXT COLLATE_C NOT NULL,
  PRIMARY KEY (peer, n)
)

-- Evidence offered for questions of peers.
CREATE TABLE source_offer (
  id       TEXT COLLATE_C PRIMARY KEY,
  peer     TEXT COLLATE_C NOT NULL REFERENCES peer (id) DEFERRABLE INITIALLY DEFERRED,
  about    TEXT COLLATE_C NOT NULL,
  source   TEXT NOT NULL,
  at       BIGINT NOT NULL,
  offer_by TEXT COLLATE_C NOT NULL REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  ended    BIGINT
)
