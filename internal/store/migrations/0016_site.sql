-- The public site: questions that are shown, places of claims, standing pages.

-- A question that the public may see. Its sentence is fixed when a second
-- person lists it: what is typed later is not public.
CREATE TABLE listed_question (
  claim     TEXT COLLATE_C PRIMARY KEY REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  text      TEXT NOT NULL,
  lang      TEXT COLLATE_C NOT NULL,
  topic     TEXT COLLATE_C NOT NULL,
  places    TEXT NOT NULL,
  listed_by TEXT COLLATE_C NOT NULL REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  at        BIGINT NOT NULL
)

-- Where a claim is about; codes of a list.
CREATE TABLE claim_place (
  claim TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  place TEXT COLLATE_C NOT NULL,
  PRIMARY KEY (claim, place)
)

-- The working copy of a standing page; what is public is in
-- standing_revision. word tells the pages apart: methodology, team and so on.
CREATE TABLE standing_page (
  word      TEXT COLLATE_C PRIMARY KEY,
  parts     TEXT NOT NULL,
  authors   TEXT NOT NULL,
  pending   BYTEA,
  handed_by TEXT COLLATE_C,
  returned  TEXT NOT NULL,
  rev       BIGINT NOT NULL CHECK (rev >= 0),
  changed   BIGINT NOT NULL,
  version   BIGINT NOT NULL CHECK (version > 0),
  CHECK ((pending IS NULL) = (handed_by IS NULL))
)

CREATE TABLE standing_revision (
  word      TEXT COLLATE_C NOT NULL REFERENCES standing_page (word) DEFERRABLE INITIALLY DEFERRED,
  rev       BIGINT NOT NULL CHECK (rev > 0),
  at        BIGINT NOT NULL,
  hash      BYTEA NOT NULL CHECK (octet_length(hash) = 32),
  doc       BYTEA NOT NULL,
  handed_by TEXT COLLATE_C NOT NULL REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  approver  TEXT COLLATE_C NOT NULL REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (word, rev),
  CHECK (approver <> handed_by)
)
