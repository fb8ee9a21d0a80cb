-- Several desks in one installation, seats, invitations, other sign-ins.
-- "branch" is what pages call a desk. What has no row in claim_branch or
-- tip_branch is of the desk that every installation has, whose id is 26
-- zeros.

CREATE TABLE branch (
  id      TEXT COLLATE_C PRIMARY KEY,
  name    TEXT NOT NULL,
  folded  TEXT COLLATE_C NOT NULL UNIQUE,
  langs   TEXT NOT NULL,
  parent  TEXT COLLATE_C,
  created BIGINT NOT NULL,
  closed  BIGINT
);

CREATE TABLE seat (
  staff  TEXT COLLATE_C NOT NULL,
  branch TEXT COLLATE_C NOT NULL,
  role   TEXT COLLATE_C NOT NULL CHECK (role IN ('contributor','checker','expert','editor','admin','auditor')),
  topics TEXT NOT NULL,
  since  BIGINT NOT NULL,
  PRIMARY KEY (staff, branch, role)
);

CREATE TABLE claim_branch (
  claim  TEXT COLLATE_C PRIMARY KEY,
  branch TEXT COLLATE_C NOT NULL
);

CREATE INDEX claim_branch_branch ON claim_branch (branch);

CREATE TABLE tip_branch (
  tip    TEXT COLLATE_C PRIMARY KEY,
  branch TEXT COLLATE_C NOT NULL
);

CREATE TABLE handover (
  id          TEXT COLLATE_C PRIMARY KEY,
  claim       TEXT COLLATE_C NOT NULL,
  from_branch TEXT COLLATE_C NOT NULL,
  to_branch   TEXT COLLATE_C NOT NULL CHECK (to_branch <> from_branch),
  made_by     TEXT COLLATE_C NOT NULL,
  made        BIGINT NOT NULL,
  reasons     TEXT NOT NULL,
  state       TEXT COLLATE_C NOT NULL CHECK (state IN ('offered','accepted','returned','taken')),
  decided     BIGINT,
  decided_by  TEXT COLLATE_C,
  answer      TEXT NOT NULL
);

CREATE INDEX handover_claim ON handover (claim);

CREATE TABLE former (
  staff TEXT COLLATE_C PRIMARY KEY,
  n     BIGINT NOT NULL UNIQUE CHECK (n > 0),
  role  TEXT NOT NULL
);

-- The account at another provider that a member of staff signs in with.
CREATE TABLE outside_account (
  issuer  TEXT COLLATE_C NOT NULL,
  subject TEXT COLLATE_C NOT NULL,
  staff   TEXT COLLATE_C NOT NULL UNIQUE,
  created BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject)
);
