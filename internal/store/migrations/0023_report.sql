-- 0023_report
-- Reach as numbers of a day, and reports as they were made.

-- about is a check, or '' for what belongs to none.
CREATE TABLE reach (
  day   TEXT COLLATE_C NOT NULL,
  kind  TEXT COLLATE_C NOT NULL CHECK (kind IN ('page','embed','feed','feed-same')),
  about TEXT COLLATE_C NOT NULL,
  n     BIGINT NOT NULL CHECK (n >= 0),
  PRIMARY KEY (day, kind, about)
);

-- One report of a period and a desk; branch is '' for all of them together.
-- figures is NULL until it is made.
CREATE TABLE report (
  id      TEXT COLLATE_C PRIMARY KEY,
  period  TEXT COLLATE_C NOT NULL,
  branch  TEXT COLLATE_C NOT NULL,
  state   TEXT COLLATE_C NOT NULL CHECK (state IN ('waiting','making','done','failed')),
  step    BIGINT NOT NULL,
  steps   BIGINT NOT NULL,
  asked   BIGINT NOT NULL,
  changed BIGINT NOT NULL,
  made    BIGINT,
  ends    BIGINT NOT NULL,
  figures TEXT,
  UNIQUE (period, branch)
);

CREATE INDEX report_state ON report (state, asked);

CREATE TABLE report_file (
  report TEXT COLLATE_C NOT NULL REFERENCES report (id) DEFERRABLE INITIALLY DEFERRED,
  lang   TEXT COLLATE_C NOT NULL,
  bytes  BYTEA,
  PRIMARY KEY (report, lang)
);

-- For counting what happened in a period.
CREATE INDEX event_kind ON event (kind, at);

CREATE INDEX revision_at ON revision (at);
