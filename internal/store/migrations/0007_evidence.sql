-- What cited pages looked like when the desk saw them: captures. The bytes are
-- payloads, each once under its SHA-256, in pieces of at most 256 KiB. url is
-- where a page was found; of a post it is the platform's own address.

CREATE TABLE capture (
  id        TEXT COLLATE_C PRIMARY KEY,
  evidence  TEXT COLLATE_C NOT NULL REFERENCES evidence (id) DEFERRABLE INITIALLY DEFERRED,
  claim     TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  state     TEXT COLLATE_C NOT NULL CHECK (state IN ('waiting','done','failed')),
  kind      TEXT NOT NULL CHECK (kind IN ('','page','pdf','picture','file','words')),
  why       TEXT NOT NULL,
  tries     BIGINT NOT NULL,
  queued    BIGINT NOT NULL,
  due       BIGINT,
  at        BIGINT,
  url       TEXT NOT NULL,
  type      TEXT NOT NULL,
  title     TEXT NOT NULL,
  sum       BYTEA CHECK (sum IS NULL OR octet_length(sum) = 32),
  manifest  BYTEA CHECK (manifest IS NULL OR octet_length(manifest) = 32),
  words     BYTEA CHECK (words IS NULL OR octet_length(words) = 32),
  shot      BYTEA CHECK (shot IS NULL OR octet_length(shot) = 32),
  bytes     BIGINT NOT NULL,
  parts     BIGINT NOT NULL,
  missed    BIGINT NOT NULL,
  warnings  TEXT NOT NULL,
  damaged   BIGINT,
  sent      BIGINT,
  elsewhere TEXT NOT NULL,
  CHECK (state <> 'done' OR (sum IS NOT NULL AND manifest IS NOT NULL AND at IS NOT NULL AND kind <> ''))
);

CREATE INDEX capture_evidence ON capture (evidence, queued, id);

CREATE INDEX capture_claim ON capture (claim);

CREATE INDEX capture_sum ON capture (sum) WHERE sum IS NOT NULL;

CREATE INDEX capture_due ON capture (due, id) WHERE state = 'waiting';

CREATE TABLE payload (
  hash BYTEA NOT NULL CHECK (octet_length(hash) = 32),
  n    BIGINT NOT NULL CHECK (n >= 0),
  body BYTEA NOT NULL,
  PRIMARY KEY (hash, n)
);

-- Which payloads a capture has.
CREATE TABLE capture_payload (
  capture TEXT COLLATE_C NOT NULL REFERENCES capture (id) DEFERRABLE INITIALLY DEFERRED,
  hash    BYTEA NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (capture, hash)
);

CREATE INDEX capture_payload_hash ON capture_payload (hash);
