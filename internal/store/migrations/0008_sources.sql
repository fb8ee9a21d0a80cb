-- Kinds of sources, groups of one release, links that are watched, dates of checking again.
-- payer and issuer are institutions or companies, never people.

CREATE TABLE source (
  evidence TEXT COLLATE_C PRIMARY KEY REFERENCES evidence (id) DEFERRABLE INITIALLY DEFERRED,
  nearness TEXT COLLATE_C NOT NULL CHECK (nearness IN ('','primary','secondary')),
  payer    TEXT NOT NULL,
  release  TEXT COLLATE_C,
  version  BIGINT NOT NULL CHECK (version >= 0)
);

CREATE TABLE release (
  id        TEXT COLLATE_C PRIMARY KEY,
  claim     TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  issuer    TEXT NOT NULL CHECK (issuer <> ''),
  concerned BOOLEAN NOT NULL,
  made      BIGINT NOT NULL
);

CREATE INDEX release_claim ON release (claim, made, id);

CREATE TABLE evidence_was (
  evidence TEXT COLLATE_C NOT NULL REFERENCES evidence (id) DEFERRABLE INITIALLY DEFERRED,
  version  BIGINT NOT NULL,
  claim    TEXT COLLATE_C NOT NULL,
  was      TEXT NOT NULL,
  until    BIGINT NOT NULL,
  until_by TEXT COLLATE_C,
  PRIMARY KEY (evidence, version)
);

CREATE INDEX evidence_was_claim ON evidence_was (claim, until DESC);

CREATE TABLE recheck_date (
  claim  TEXT COLLATE_C PRIMARY KEY REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  due    BIGINT,
  why    TEXT NOT NULL CHECK (why <> ''),
  at     BIGINT NOT NULL,
  set_by TEXT COLLATE_C
);

CREATE TABLE rechecked (
  claim   TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  at      BIGINT NOT NULL,
  rev     BIGINT NOT NULL,
  done_by TEXT COLLATE_C,
  PRIMARY KEY (claim, at)
);

CREATE TABLE watched (
  url     TEXT COLLATE_C PRIMARY KEY,
  due     BIGINT NOT NULL,
  leased  BIGINT,
  tried   BIGINT,
  good    BIGINT,
  fails   BIGINT NOT NULL CHECK (fails >= 0),
  since   BIGINT,
  gone    BIGINT,
  trouble TEXT COLLATE_C NOT NULL,
  mark    TEXT NOT NULL
);

CREATE INDEX watched_due ON watched (due, url);

CREATE INDEX evidence_url ON evidence (url);

CREATE TABLE import_change (
  id       TEXT COLLATE_C PRIMARY KEY,
  imported TEXT COLLATE_C NOT NULL REFERENCES imported (id) DEFERRABLE INITIALLY DEFERRED,
  at       BIGINT NOT NULL,
  was      TEXT NOT NULL,
  now      TEXT NOT NULL,
  tips     BIGINT NOT NULL,
  claims   TEXT NOT NULL,
  seen     BIGINT,
  seen_by  TEXT COLLATE_C
);

CREATE INDEX import_change_at ON import_change (at DESC, id);
