-- Press feeds. Outlets are published media: named, with an imprint that anyone
-- can open. Nothing here names who wrote a piece. Of a piece only hashes are
-- kept, of its text only the sentences that are suggested to staff.

CREATE TABLE outlet (
  id      TEXT COLLATE_C PRIMARY KEY,
  name    TEXT NOT NULL,
  folded  TEXT COLLATE_C NOT NULL UNIQUE,
  site    TEXT COLLATE_C NOT NULL CHECK (site <> ''),
  imprint TEXT COLLATE_C NOT NULL CHECK (imprint <> ''),
  lang    TEXT NOT NULL,
  reason  TEXT NOT NULL CHECK (reason <> ''),
  added   BIGINT NOT NULL,
  removed BIGINT,
  why     TEXT NOT NULL,
  CHECK (removed IS NULL OR why <> '')
);

CREATE TABLE feed (
  id      TEXT COLLATE_C PRIMARY KEY,
  outlet  TEXT COLLATE_C NOT NULL REFERENCES outlet (id) DEFERRABLE INITIALLY DEFERRED,
  url     TEXT COLLATE_C NOT NULL UNIQUE,
  added   BIGINT NOT NULL,
  removed BIGINT,
  due     BIGINT NOT NULL,
  leased  BIGINT,
  fails   BIGINT NOT NULL CHECK (fails >= 0),
  state   TEXT NOT NULL
);

CREATE INDEX feed_outlet ON feed (outlet);

CREATE TABLE piece (
  id     TEXT COLLATE_C PRIMARY KEY,
  feed   TEXT COLLATE_C NOT NULL REFERENCES feed (id) DEFERRABLE INITIALLY DEFERRED,
  outlet TEXT COLLATE_C NOT NULL,
  guid   BYTEA NOT NULL,
  link   BYTEA NOT NULL,
  folded BYTEA,
  sketch BYTEA,
  story  TEXT COLLATE_C NOT NULL,
  seen   BIGINT NOT NULL,
  UNIQUE (feed, guid)
);

CREATE INDEX piece_link ON piece (feed, link);

CREATE INDEX piece_seen ON piece (seen);

CREATE INDEX piece_story ON piece (story);

CREATE TABLE suggestion (
  id       TEXT COLLATE_C PRIMARY KEY,
  outlet   TEXT COLLATE_C NOT NULL REFERENCES outlet (id) DEFERRABLE INITIALLY DEFERRED,
  story    TEXT COLLATE_C NOT NULL,
  link     TEXT COLLATE_C NOT NULL CHECK (link <> ''),
  sentence TEXT NOT NULL CHECK (sentence <> ''),
  folded   BYTEA NOT NULL UNIQUE,
  lang     TEXT NOT NULL,
  points   BIGINT NOT NULL,
  reasons  TEXT NOT NULL,
  state    TEXT COLLATE_C NOT NULL CHECK (state IN ('open','taken','opinion','dismissed')),
  claim    TEXT COLLATE_C,
  found    BIGINT NOT NULL,
  decided  BIGINT
);

CREATE INDEX suggestion_state ON suggestion (state, points DESC, id);

CREATE INDEX suggestion_story ON suggestion (story)
