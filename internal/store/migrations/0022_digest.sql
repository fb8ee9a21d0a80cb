-- 0022_digest
-- Digests at fixed hours. Whoever receives them stands here as a sealed address
-- and a keyed hash alone, and only until they leave; house is a body of the
-- register or an outlet, staff a member of staff.
CREATE TABLE digest_subscription (
  id        TEXT COLLATE_C PRIMARY KEY,
  kind      TEXT COLLATE_C NOT NULL CHECK (kind IN ('public','press','body','staff')),
  channel   TEXT COLLATE_C NOT NULL,
  hash      BYTEA UNIQUE,
  address   BYTEA,
  link      BYTEA UNIQUE,
  staff     TEXT COLLATE_C UNIQUE,
  house     TEXT COLLATE_C,
  lang      TEXT COLLATE_C NOT NULL,
  topics    TEXT NOT NULL,
  places    TEXT NOT NULL,
  state     TEXT COLLATE_C NOT NULL CHECK (state IN ('waiting','on')),
  asked     BIGINT NOT NULL,
  confirmed BIGINT
);

CREATE INDEX digest_subscription_state ON digest_subscription (state, asked);

-- An edition holds references and bands, no words: what it says is drawn from
-- what is published when it is read. slot is unique, so that several programs
-- make one edition of an hour once.
CREATE TABLE digest_edition (
  id        TEXT COLLATE_C PRIMARY KEY,
  day       TEXT COLLATE_C NOT NULL,
  n         BIGINT NOT NULL,
  slot      TEXT COLLATE_C NOT NULL UNIQUE,
  due       BIGINT NOT NULL,
  made      BIGINT NOT NULL,
  from_log  BIGINT NOT NULL,
  to_log    BIGINT NOT NULL,
  since     BIGINT NOT NULL,
  questions TEXT NOT NULL,
  alarmed   BIGINT,
  UNIQUE (day, n)
);

CREATE INDEX digest_edition_due ON digest_edition (due);

-- One message to one address; op is unique, so that nothing is said twice.
CREATE TABLE digest_mail (
  op           TEXT COLLATE_C PRIMARY KEY,
  subscription TEXT COLLATE_C NOT NULL,
  edition      TEXT COLLATE_C,
  state        TEXT COLLATE_C NOT NULL CHECK (state IN ('waiting','sending','unknown','sent','failed','dropped')),
  why          TEXT COLLATE_C NOT NULL,
  calls        BIGINT NOT NULL CHECK (calls BETWEEN 0 AND 2),
  tries        BIGINT NOT NULL,
  made         BIGINT NOT NULL,
  due          BIGINT NOT NULL,
  sent         BIGINT
);

CREATE INDEX digest_mail_due ON digest_mail (state, due);

CREATE INDEX digest_mail_subscription ON digest_mail (subscription);

CREATE INDEX digest_mail_edition ON digest_mail (edition, state);
