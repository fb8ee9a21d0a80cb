-- Practice cases and explainers.

CREATE TABLE practice_case (
  id       TEXT COLLATE_C PRIMARY KEY,
  kind     TEXT COLLATE_C NOT NULL,
  minutes  BIGINT NOT NULL,
  correct  TEXT NOT NULL,
  texts    TEXT NOT NULL,
  claim    TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  made     BIGINT NOT NULL,
  made_by  TEXT COLLATE_C NOT NULL REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  retired  BIGINT
)

-- How somebody did; seen by that person alone unless they share it.
CREATE TABLE practice_try (
  staff       TEXT COLLATE_C NOT NULL REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  practised   TEXT COLLATE_C NOT NULL,
  first_at    BIGINT NOT NULL,
  last_at     BIGINT NOT NULL,
  tries       BIGINT NOT NULL CHECK (tries > 0),
  first_right BOOLEAN NOT NULL,
  last_right  BOOLEAN NOT NULL,
  PRIMARY KEY (staff, practised)
)

CREATE TABLE practice_shared (
  staff TEXT COLLATE_C PRIMARY KEY REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  since BIGINT NOT NULL
)

-- The working copy of an explainer; what is public is in explainer_revision.
CREATE TABLE explainer (
  id        TEXT COLLATE_C PRIMARY KEY,
  topic     TEXT COLLATE_C NOT NULL,
  texts     TEXT NOT NULL,
  sources   TEXT NOT NULL,
  words     TEXT NOT NULL,
  authors   TEXT NOT NULL,
  pending   BYTEA,
  handed_by TEXT COLLATE_C,
  returned  TEXT NOT NULL,
  rev       BIGINT NOT NULL CHECK (rev >= 0),
  withdrawn BIGINT,
  changed   BIGINT NOT NULL,
  version   BIGINT NOT NULL CHECK (version > 0),
  CHECK ((pending IS NULL) = (handed_by IS NULL))
)

CREATE TABLE explainer_revision (
  explainer TEXT COLLATE_C NOT NULL REFERENCES explainer (id) DEFERRABLE INITIALLY DEFERRED,
  rev       BIGINT NOT NULL CHECK (rev > 0),
  at        BIGINT NOT NULL,
  hash      BYTEA NOT NULL CHECK (octet_length(hash) = 32),
  doc       BYTEA NOT NULL,
  handed_by TEXT COLLATE_C NOT NULL REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  approver  TEXT COLLATE_C NOT NULL REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (explainer, rev),
  CHECK (approver <> handed_by)
)

CREATE TABLE explainer_link (
  claim     TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  explainer TEXT COLLATE_C NOT NULL REFERENCES explainer (id) DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (claim, explainer)
)
