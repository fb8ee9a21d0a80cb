-- Bodies concerned, their calendars, and requests to them. A body is an
-- office with its public contact; nothing here names a person outside, and
-- nothing tells who wrote an answer.

CREATE TABLE body (
  id        TEXT COLLATE_C PRIMARY KEY,
  names     TEXT NOT NULL CHECK (names <> ''),
  folded    TEXT COLLATE_C NOT NULL,
  kind      TEXT COLLATE_C NOT NULL CHECK (kind IN ('agency','company','institution')),
  mail      TEXT NOT NULL,
  page      TEXT NOT NULL,
  lang      TEXT NOT NULL,
  zone      TEXT NOT NULL,
  week      TEXT NOT NULL,
  opens     BIGINT NOT NULL,
  closes    BIGINT NOT NULL,
  calendars TEXT NOT NULL,
  added     BIGINT NOT NULL,
  removed   BIGINT,
  CHECK (opens >= 0 AND opens < closes)
);

CREATE TABLE calendar (
  id      TEXT COLLATE_C PRIMARY KEY,
  name    TEXT NOT NULL CHECK (name <> ''),
  source  TEXT NOT NULL,
  days    TEXT NOT NULL,
  added   BIGINT NOT NULL,
  changed BIGINT NOT NULL,
  removed BIGINT
);

-- link is the SHA-256 of the personal link, which is kept nowhere.
CREATE TABLE request (
  id        TEXT COLLATE_C PRIMARY KEY,
  claim     TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  body      TEXT COLLATE_C NOT NULL REFERENCES body (id) DEFERRABLE INITIALLY DEFERRED,
  names     TEXT NOT NULL,
  mail      TEXT NOT NULL,
  lang      TEXT NOT NULL,
  question  TEXT NOT NULL CHECK (question <> ''),
  plan      TEXT NOT NULL CHECK (plan <> ''),
  harm      TEXT COLLATE_C NOT NULL,
  days      BIGINT NOT NULL CHECK (days > 0),
  why       TEXT NOT NULL,
  asked     BIGINT NOT NULL,
  opened_by TEXT COLLATE_C NOT NULL,
  sent      BIGINT,
  told      BIGINT,
  due       BIGINT,
  moves     TEXT NOT NULL,
  more      TEXT NOT NULL,
  link      BYTEA UNIQUE CHECK (link IS NULL OR octet_length(link) = 32),
  link_n    BIGINT NOT NULL,
  expires   BIGINT NOT NULL,
  ended     BIGINT,
  ended_why TEXT NOT NULL,
  version   BIGINT NOT NULL,
  CHECK ((sent IS NULL) = (due IS NULL)),
  CHECK (told IS NULL OR told <= due),
  CHECK (ended IS NULL OR link IS NULL AND ended_why <> '')
);

CREATE INDEX request_claim ON request (claim);

CREATE INDEX request_body ON request (body, asked);

CREATE TABLE body_answer (
  id         TEXT COLLATE_C PRIMARY KEY,
  request    TEXT COLLATE_C NOT NULL REFERENCES request (id) DEFERRABLE INITIALLY DEFERRED,
  kind       TEXT COLLATE_C NOT NULL CHECK (kind IN ('confirmed','not-so','text')),
  text       TEXT NOT NULL,
  lang       TEXT NOT NULL,
  way        TEXT COLLATE_C NOT NULL CHECK (way IN ('page','mail','hand')),
  at         BIGINT NOT NULL,
  state      TEXT COLLATE_C NOT NULL CHECK (state IN ('given','waiting','refused')),
  own        BOOLEAN NOT NULL,
  decided    BIGINT,
  decided_by TEXT COLLATE_C,
  ext        BYTEA NOT NULL UNIQUE,
  files      TEXT NOT NULL,
  n          BIGINT NOT NULL
);

CREATE INDEX body_answer_request ON body_answer (request);

CREATE TABLE letter (
  id      TEXT COLLATE_C PRIMARY KEY,
  request TEXT COLLATE_C NOT NULL REFERENCES request (id) DEFERRABLE INITIALLY DEFERRED,
  kind    TEXT COLLATE_C NOT NULL,
  op      TEXT COLLATE_C NOT NULL UNIQUE,
  state   TEXT COLLATE_C NOT NULL CHECK (state IN ('waiting','sending','unknown','sent','failed','dropped','by-hand')),
  why     TEXT COLLATE_C NOT NULL,
  calls   BIGINT NOT NULL CHECK (calls BETWEEN 0 AND 2),
  tries   BIGINT NOT NULL,
  made    BIGINT NOT NULL,
  due     BIGINT NOT NULL,
  sent    BIGINT
);

CREATE INDEX letter_request ON letter (request);

CREATE INDEX letter_due ON letter (state, due);

-- Mails in reply that match nothing, until staff deal with them or their time
-- is over.
CREATE TABLE stray_mail (
  id    TEXT COLLATE_C PRIMARY KEY,
  text  TEXT NOT NULL,
  lang  TEXT NOT NULL,
  at    BIGINT NOT NULL,
  ext   BYTEA NOT NULL UNIQUE,
  own   BOOLEAN NOT NULL,
  files TEXT NOT NULL
);
