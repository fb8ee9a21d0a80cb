-- Files that came with tips, or that staff added to claims. Bytes are in
-- media_part, sealed under a key that is not in the database. Nothing here
-- holds a file's name or what a device wrote into it; sum is keyed.

CREATE TABLE media (
  id       TEXT COLLATE_C PRIMARY KEY,
  tip      TEXT COLLATE_C REFERENCES tip (id) DEFERRABLE INITIALLY DEFERRED,
  claim    TEXT COLLATE_C REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  kind     TEXT NOT NULL CHECK (kind IN ('picture','pdf','voice','video')),
  type     TEXT NOT NULL,
  bytes    BIGINT NOT NULL CHECK (bytes > 0),
  width    BIGINT NOT NULL,
  height   BIGINT NOT NULL,
  length   BIGINT NOT NULL,
  sum      BYTEA,
  hash     BYTEA CHECK (hash IS NULL OR octet_length(hash) = 32),
  quality  BIGINT NOT NULL,
  text     TEXT NOT NULL,
  state    TEXT COLLATE_C NOT NULL CHECK (state IN ('unread','ready','held')),
  tries    BIGINT NOT NULL,
  use      TEXT NOT NULL CHECK (use IN ('','yes','no')),
  added    BIGINT NOT NULL,
  added_by TEXT COLLATE_C,
  erased   BIGINT,
  CHECK (tip IS NULL OR claim IS NULL)
);

CREATE INDEX media_tip ON media (tip) WHERE tip IS NOT NULL;

CREATE INDEX media_claim ON media (claim) WHERE claim IS NOT NULL;

CREATE INDEX media_unread ON media (id) WHERE state = 'unread';

CREATE INDEX media_hash ON media (id) WHERE hash IS NOT NULL;

-- A sealed part in pieces of at most 256 KiB, so that no row, no line of a
-- dump and no message to the server is large.
CREATE TABLE media_part (
  media TEXT COLLATE_C NOT NULL REFERENCES media (id) DEFERRABLE INITIALLY DEFERRED,
  part  TEXT COLLATE_C NOT NULL CHECK (part IN ('file','view')),
  n     BIGINT NOT NULL CHECK (n >= 0),
  body  BYTEA NOT NULL,
  PRIMARY KEY (media, part, n)
);

-- A tip may be without words when a file came with it: what can still be
-- erased is known by the time it was erased.
DROP INDEX tip_kept;

CREATE INDEX tip_kept ON tip (received, id) WHERE erased IS NULL;
