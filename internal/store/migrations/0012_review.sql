-- Two reviewers where harm is high, comments on sentences, and what a
-- reviewer has ticked and written so far. Both tables are made anew, because
-- their rules change and SQLite cannot change a rule of a table.

DROP INDEX review_claim;

DROP INDEX review_state;

DROP INDEX review_one_decides;

ALTER TABLE review RENAME TO review_was;

ALTER TABLE review_part RENAME TO review_part_was;

-- The key gives each person one part only: whoever wrote any of a text can be
-- neither of its reviewers, and the two reviewers are two people.
CREATE TABLE review_part (
  review TEXT COLLATE_C NOT NULL,
  staff  TEXT COLLATE_C NOT NULL,
  part   TEXT COLLATE_C NOT NULL CHECK (part IN ('wrote','agreed','decided')),
  n      BIGINT NOT NULL,
  PRIMARY KEY (review, staff),
  UNIQUE (review, staff, part)
);

CREATE UNIQUE INDEX review_one_decides ON review_part (review) WHERE part = 'decided';

CREATE UNIQUE INDEX review_one_agrees ON review_part (review) WHERE part = 'agreed';

-- need is how many reviewers the text needs. other is the reviewer besides
-- the one who decided: the first of two, or after an emergency the one who
-- followed. other_hash repeats the hash of what that person agreed to, so
-- that both stand behind the same bytes. Without other a text that needs two
-- is approved only in an emergency, and urgent then says why.
CREATE TABLE review (
  id              TEXT COLLATE_C PRIMARY KEY,
  claim           TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  n               BIGINT NOT NULL,
  kind            TEXT NOT NULL CHECK (kind IN ('publish','update','correct','withdraw','restore')),
  reason          TEXT NOT NULL CHECK (reason IN ('','typo','clarity','factual','new-evidence','rating','source','legal','privacy','duplicate','policy')),
  doc             BYTEA NOT NULL,
  hash            BYTEA NOT NULL,
  submitted_by    TEXT COLLATE_C,
  at              BIGINT NOT NULL,
  state           TEXT COLLATE_C NOT NULL CHECK (state IN ('pending','approved','returned','taken')),
  reviewer        TEXT COLLATE_C,
  decided         BIGINT,
  reasons         TEXT NOT NULL,
  checklist       TEXT NOT NULL,
  decided_part    TEXT COLLATE_C NOT NULL DEFAULT 'decided' CHECK (decided_part = 'decided'),
  kinds           TEXT NOT NULL DEFAULT 'null',
  need            BIGINT NOT NULL DEFAULT 1 CHECK (need IN (1, 2)),
  urgent          TEXT NOT NULL DEFAULT '',
  other           TEXT COLLATE_C,
  other_at        BIGINT,
  other_hash      BYTEA,
  other_checklist TEXT NOT NULL DEFAULT 'null',
  agreed_part     TEXT COLLATE_C NOT NULL DEFAULT 'agreed' CHECK (agreed_part = 'agreed'),
  CHECK (reviewer IS NULL OR submitted_by IS NULL OR reviewer <> submitted_by),
  CHECK (reviewer IS NOT NULL OR state NOT IN ('approved','returned')),
  CHECK (other IS NULL OR submitted_by IS NULL OR other <> submitted_by),
  CHECK (other IS NULL OR need = 2),
  CHECK (other IS NULL OR (other_hash IS NOT NULL AND other_hash = hash)),
  CHECK (urgent = '' OR need = 2),
  CHECK (state <> 'approved' OR need = 1 OR urgent <> '' OR other IS NOT NULL),
  FOREIGN KEY (id, reviewer, decided_part) REFERENCES review_part (review, staff, part) DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (id, other, agreed_part) REFERENCES review_part (review, staff, part) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX review_claim ON review (claim, n);

CREATE INDEX review_state ON review (state, at);

CREATE INDEX review_urgent ON review (at) WHERE urgent <> '';

INSERT INTO review_part (review, staff, part, n) SELECT review, staff, part, n FROM review_part_was;

INSERT INTO review (id, claim, n, kind, reason, doc, hash, submitted_by, at, state, reviewer, decided, reasons, checklist)
SELECT id, claim, n, kind, reason, doc, hash, submitted_by, at, state, reviewer, decided, reasons, checklist FROM review_was;

DROP TABLE review_was;

DROP TABLE review_part_was;

-- What one reviewer has ticked and written of one review, so that leaving the
-- page loses nothing.
CREATE TABLE review_work (
  review  TEXT COLLATE_C NOT NULL REFERENCES review (id) DEFERRABLE INITIALLY DEFERRED,
  staff   TEXT COLLATE_C NOT NULL,
  ticks   TEXT NOT NULL,
  kinds   TEXT NOT NULL,
  reasons TEXT NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (review, staff)
);

-- Comments of staff on sentences of texts under review, and their answers.
-- Never public. sentence is the sentence as it stood; place its number in its
-- field, from 0.
CREATE TABLE review_comment (
  id         TEXT COLLATE_C PRIMARY KEY,
  claim      TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  review     TEXT COLLATE_C NOT NULL REFERENCES review (id) DEFERRABLE INITIALLY DEFERRED,
  n          BIGINT NOT NULL,
  parent     TEXT COLLATE_C REFERENCES review_comment (id) DEFERRABLE INITIALLY DEFERRED,
  lang       TEXT NOT NULL,
  field      TEXT NOT NULL CHECK (field IN ('','statement','claim','summary','body','unknown')),
  place      BIGINT NOT NULL,
  sentence   TEXT NOT NULL,
  text       TEXT NOT NULL CHECK (text <> ''),
  written_by TEXT COLLATE_C,
  at         BIGINT NOT NULL,
  settled    BIGINT,
  settled_by TEXT COLLATE_C
);

CREATE INDEX review_comment_claim ON review_comment (claim, n);
