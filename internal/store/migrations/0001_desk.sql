-- What a desk keeps. One text for both databases; README.md in this folder
-- lists the two words that are replaced and how statements are separated.
--
-- Times are unix milliseconds. An empty reference is NULL. Nothing here names
-- who asked or who wrote a message; asker is a keyed hash whose key rotates.

CREATE TABLE staff (
  id       TEXT COLLATE_C PRIMARY KEY,
  name     TEXT NOT NULL,
  folded   TEXT COLLATE_C NOT NULL UNIQUE,
  role     TEXT NOT NULL CHECK (role IN ('contributor','checker','editor','admin','auditor')),
  lang     TEXT NOT NULL,
  created  BIGINT NOT NULL,
  disabled BIGINT
);

CREATE TABLE setting (
  name  TEXT COLLATE_C PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE imported (
  id        TEXT COLLATE_C PRIMARY KEY,
  url       TEXT COLLATE_C NOT NULL UNIQUE,
  publisher TEXT NOT NULL,
  site      TEXT NOT NULL,
  published BIGINT,
  lang      TEXT NOT NULL,
  claim     TEXT NOT NULL,
  title     TEXT NOT NULL,
  rating    TEXT NOT NULL,
  added     BIGINT NOT NULL
);

CREATE TABLE claim (
  id          TEXT COLLATE_C PRIMARY KEY,
  text        TEXT NOT NULL,
  typed       BOOLEAN NOT NULL,
  lang        TEXT NOT NULL,
  state       TEXT COLLATE_C NOT NULL CHECK (state IN ('open','published','withdrawn','closed','merged','answered')),
  harm        TEXT NOT NULL CHECK (harm IN ('','none','low','medium','high')),
  harm_kind   TEXT NOT NULL CHECK (harm_kind IN ('','health','money','safety','panic')),
  topic       TEXT NOT NULL CHECK (topic IN ('','health','food','scam','disaster','science','daily')),
  body        TEXT NOT NULL,
  assignee    TEXT COLLATE_C,
  review      TEXT COLLATE_C,
  merged_into TEXT COLLATE_C REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  imported    TEXT COLLATE_C REFERENCES imported (id) DEFERRABLE INITIALLY DEFERRED,
  rev         BIGINT NOT NULL CHECK (rev >= 0),
  log_index   BIGINT NOT NULL CHECK (log_index >= -1),
  rating      TEXT NOT NULL CHECK (rating IN ('','true','mostly-true','half-true','mostly-false','false','out-of-context','unproven','satire')),
  opened      BIGINT NOT NULL,
  changed     BIGINT NOT NULL,
  version     BIGINT NOT NULL CHECK (version > 0),
  CHECK (merged_into IS NULL OR merged_into <> id)
);

CREATE INDEX claim_state ON claim (state, id);

CREATE INDEX claim_into ON claim (merged_into) WHERE merged_into IS NOT NULL;

CREATE INDEX claim_assignee ON claim (assignee) WHERE assignee IS NOT NULL;

CREATE INDEX claim_review ON claim (id) WHERE review IS NOT NULL;

CREATE TABLE tip (
  id       TEXT COLLATE_C PRIMARY KEY,
  channel  TEXT COLLATE_C NOT NULL CHECK (channel <> ''),
  ext_id   TEXT COLLATE_C NOT NULL CHECK (ext_id <> ''),
  text     TEXT NOT NULL,
  folded   BYTEA,
  lang     TEXT NOT NULL,
  links    TEXT NOT NULL,
  received BIGINT NOT NULL,
  state    TEXT COLLATE_C NOT NULL CHECK (state IN ('waiting','joined','answered','closed')),
  claim    TEXT COLLATE_C REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  origin   TEXT COLLATE_C REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  imported TEXT COLLATE_C REFERENCES imported (id) DEFERRABLE INITIALLY DEFERRED,
  decision TEXT NOT NULL,
  ticket   BYTEA,
  asker    BYTEA,
  forward  BOOLEAN NOT NULL,
  erased   BIGINT,
  UNIQUE (channel, ext_id)
);

CREATE INDEX tip_claim ON tip (claim, received, id);

-- Holds everything Demands asks for, in its order, so that counting a claim of
-- ten thousand tips reads no tip and sorts nothing.
CREATE INDEX tip_demand ON tip (claim, asker, received, forward);

CREATE INDEX tip_folded ON tip (folded, claim) WHERE folded IS NOT NULL;

CREATE INDEX tip_received ON tip (received, id);

CREATE INDEX tip_state ON tip (state, received, id);

CREATE INDEX tip_origin ON tip (origin, claim) WHERE origin IS NOT NULL;

CREATE INDEX tip_ticket ON tip (ticket) WHERE ticket IS NOT NULL;

CREATE INDEX tip_kept ON tip (received, id) WHERE text <> '';

-- n is the order of insertion within a claim: it decides between rows of the
-- same millisecond here and in judgment and review.
CREATE TABLE evidence (
  id          TEXT COLLATE_C PRIMARY KEY,
  claim       TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  n           BIGINT NOT NULL,
  url         TEXT NOT NULL,
  title       TEXT NOT NULL,
  publisher   TEXT NOT NULL,
  lang        TEXT NOT NULL,
  quote       TEXT NOT NULL,
  says        TEXT NOT NULL,
  stance      TEXT NOT NULL CHECK (stance IN ('supports','refutes','context')),
  independent BOOLEAN NOT NULL,
  added       BIGINT NOT NULL,
  added_by    TEXT COLLATE_C,
  retired     BIGINT
);

CREATE INDEX evidence_claim ON evidence (claim, n);

CREATE TABLE judgment (
  claim     TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  other     TEXT COLLATE_C NOT NULL,
  n         BIGINT NOT NULL,
  same      BOOLEAN NOT NULL,
  judged_by TEXT COLLATE_C,
  at        BIGINT NOT NULL,
  undone    BOOLEAN NOT NULL,
  PRIMARY KEY (claim, other)
);

CREATE TABLE draft (
  claim   TEXT COLLATE_C PRIMARY KEY REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  rating  TEXT NOT NULL CHECK (rating IN ('','true','mostly-true','half-true','mostly-false','false','out-of-context','unproven','satire')),
  texts   TEXT NOT NULL,
  authors TEXT NOT NULL,
  changed BIGINT NOT NULL,
  version BIGINT NOT NULL CHECK (version > 0)
);

-- The parts that people have in a review. The key gives each person one part
-- only, so whoever wrote any of a text cannot also have decided on it.
CREATE TABLE review_part (
  review TEXT COLLATE_C NOT NULL,
  staff  TEXT COLLATE_C NOT NULL,
  part   TEXT COLLATE_C NOT NULL CHECK (part IN ('wrote','decided')),
  n      BIGINT NOT NULL,
  PRIMARY KEY (review, staff),
  UNIQUE (review, staff, part)
);

CREATE UNIQUE INDEX review_one_decides ON review_part (review) WHERE part = 'decided';

-- decided_part is constant: it ties reviewer to a row of review_part by
-- foreign key, so that a reviewer set by hand is refused unless that person
-- has no other part in the review.
CREATE TABLE review (
  id           TEXT COLLATE_C PRIMARY KEY,
  claim        TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  n            BIGINT NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('publish','update','correct','withdraw','restore')),
  reason       TEXT NOT NULL CHECK (reason IN ('','typo','clarity','factual','new-evidence','rating','source','legal','privacy','duplicate','policy')),
  doc          BYTEA NOT NULL,
  hash         BYTEA NOT NULL,
  submitted_by TEXT COLLATE_C,
  at           BIGINT NOT NULL,
  state        TEXT COLLATE_C NOT NULL CHECK (state IN ('pending','approved','returned','taken')),
  reviewer     TEXT COLLATE_C,
  decided      BIGINT,
  reasons      TEXT NOT NULL,
  checklist    TEXT NOT NULL,
  decided_part TEXT COLLATE_C NOT NULL DEFAULT 'decided' CHECK (decided_part = 'decided'),
  CHECK (reviewer IS NULL OR submitted_by IS NULL OR reviewer <> submitted_by),
  CHECK (reviewer IS NOT NULL OR state NOT IN ('approved','returned')),
  FOREIGN KEY (id, reviewer, decided_part) REFERENCES review_part (review, staff, part) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX review_claim ON review (claim, n);

CREATE INDEX review_state ON review (state, at);

-- The bytes the public log commits to. doc is NULL once erased.
CREATE TABLE document (
  hash BYTEA PRIMARY KEY CHECK (octet_length(hash) = 32),
  doc  BYTEA
);

CREATE TABLE log_head (
  one  BIGINT PRIMARY KEY CHECK (one = 1),
  size BIGINT NOT NULL CHECK (size >= 0),
  root BYTEA,
  time BIGINT NOT NULL
);

-- Before the first entry the time is that of the year 1, so that any time may
-- follow.
INSERT INTO log_head (one, size, root, time) VALUES (1, 0, NULL, -62135596800000);

CREATE TABLE log_entry (
  idx  BIGINT PRIMARY KEY CHECK (idx >= 0),
  op   TEXT COLLATE_C NOT NULL UNIQUE,
  body BYTEA NOT NULL
);

CREATE TABLE log_hash (
  i BIGINT PRIMARY KEY CHECK (i >= 0),
  h BYTEA NOT NULL CHECK (octet_length(h) = 32)
);

CREATE TABLE log_checkpoint (
  size BIGINT PRIMARY KEY CHECK (size >= 0),
  note BYTEA NOT NULL
);

CREATE TABLE revision (
  verdict   TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  rev       BIGINT NOT NULL CHECK (rev > 0),
  kind      TEXT NOT NULL CHECK (kind IN ('publish','update','correct','withdraw','restore')),
  reason    TEXT NOT NULL CHECK (reason IN ('','typo','clarity','factual','new-evidence','rating','source','legal','privacy','duplicate','policy')),
  rating    TEXT NOT NULL CHECK (rating IN ('','true','mostly-true','half-true','mostly-false','false','out-of-context','unproven','satire')),
  topic     TEXT COLLATE_C NOT NULL,
  log_index BIGINT NOT NULL UNIQUE REFERENCES log_entry (idx) DEFERRABLE INITIALLY DEFERRED,
  at        BIGINT NOT NULL,
  hash      BYTEA NOT NULL REFERENCES document (hash) DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (verdict, rev)
);

CREATE INDEX revision_topic ON revision (topic, log_index);

CREATE TABLE event (
  seq   SERIAL_KEY,
  at    BIGINT NOT NULL,
  kind  TEXT NOT NULL,
  actor TEXT COLLATE_C,
  claim TEXT COLLATE_C,
  about TEXT COLLATE_C,
  data  TEXT NOT NULL
);

CREATE INDEX event_claim ON event (claim, seq) WHERE claim IS NOT NULL;

CREATE TABLE follower (
  name TEXT COLLATE_C PRIMARY KEY,
  seq  BIGINT NOT NULL CHECK (seq >= 0)
);
