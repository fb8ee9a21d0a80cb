-- SQLite cannot change a CHECK. No row refers to staff.
CREATE TABLE staff_wider (
  id       TEXT PRIMARY KEY,
  name     TEXT NOT NULL,
  folded   TEXT NOT NULL UNIQUE,
  role     TEXT NOT NULL CHECK (role IN ('contributor','checker','expert','editor','admin','auditor','seated')),
  lang     TEXT NOT NULL,
  created  BIGINT NOT NULL,
  disabled BIGINT
);

INSERT INTO staff_wider SELECT id, name, folded, role, lang, created, disabled FROM staff;

DROP TABLE staff;

ALTER TABLE staff_wider RENAME TO staff;
