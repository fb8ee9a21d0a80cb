-- Checklists, due times, saved views, undo of bulk actions, quarantine.
-- Nothing here names or counts askers: a tip that is set aside is a message,
-- whoever sent it.

-- True while the tip is set aside: it is kept and answered, and not counted.
ALTER TABLE tip ADD COLUMN aside BOOLEAN NOT NULL DEFAULT FALSE;

DROP INDEX tip_demand;

-- Holds everything Demands asks for, in its order, so that counting a claim of
-- ten thousand tips reads no tip and sorts nothing.
CREATE INDEX tip_demand ON tip (claim, asker, received, forward, aside);

-- One row for each version of a list: the old ones are its history.
CREATE TABLE checklist (
  list       TEXT COLLATE_C NOT NULL,
  version    BIGINT NOT NULL CHECK (version > 0),
  steps      TEXT NOT NULL,
  changed    BIGINT NOT NULL,
  changed_by TEXT COLLATE_C,
  PRIMARY KEY (list, version)
);

-- How one step of a checklist stands for a claim.
CREATE TABLE tick (
  claim   TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  step    TEXT COLLATE_C NOT NULL,
  state   TEXT COLLATE_C NOT NULL CHECK (state IN ('open','done','not-here','on','off')),
  why     TEXT NOT NULL,
  at      BIGINT NOT NULL,
  done_by TEXT COLLATE_C,
  PRIMARY KEY (claim, step),
  CHECK (state <> 'not-here' OR why <> '')
);

-- A due time that a person set; all others are worked out.
CREATE TABLE due (
  claim  TEXT COLLATE_C PRIMARY KEY REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  at     BIGINT NOT NULL,
  why    TEXT NOT NULL,
  set_at BIGINT NOT NULL,
  set_by TEXT COLLATE_C
);

-- owner is NULL for a view of the whole desk.
CREATE TABLE saved_view (
  id      TEXT COLLATE_C PRIMARY KEY,
  owner   TEXT COLLATE_C,
  name    TEXT NOT NULL CHECK (name <> ''),
  query   TEXT NOT NULL,
  place   BIGINT NOT NULL,
  made    BIGINT NOT NULL,
  made_by TEXT COLLATE_C,
  removed BIGINT
);

-- items says what became of each claim and what it was before, for the undo.
CREATE TABLE bulk (
  id        TEXT COLLATE_C PRIMARY KEY,
  kind      TEXT COLLATE_C NOT NULL CHECK (kind IN ('assign','classify','close','merge','quarantine')),
  at        BIGINT NOT NULL,
  done_by   TEXT COLLATE_C,
  items     TEXT NOT NULL,
  undone    BIGINT,
  undone_by TEXT COLLATE_C
);

CREATE INDEX bulk_at ON bulk (at, id);

CREATE TABLE quarantine (
  id      TEXT COLLATE_C PRIMARY KEY,
  reason  TEXT COLLATE_C NOT NULL CHECK (reason IN ('copies','campaign','advertising','nothing-said','test')),
  at      BIGINT NOT NULL,
  made_by TEXT COLLATE_C,
  tips    BIGINT NOT NULL CHECK (tips > 0),
  back    BIGINT NOT NULL CHECK (back >= 0 AND back <= tips)
);

CREATE INDEX quarantine_at ON quarantine (at, id);

-- back is when the tip was put back; NULL while it is set aside.
CREATE TABLE quarantined (
  quarantine TEXT COLLATE_C NOT NULL REFERENCES quarantine (id) DEFERRABLE INITIALLY DEFERRED,
  tip        TEXT COLLATE_C NOT NULL REFERENCES tip (id) DEFERRABLE INITIALLY DEFERRED,
  back       BIGINT,
  back_by    TEXT COLLATE_C,
  PRIMARY KEY (quarantine, tip)
);

CREATE UNIQUE INDEX quarantined_once ON quarantined (tip) WHERE back IS NULL;
