-- Working together: presence, texts that are kept, notes, experts,
-- notifications. The only people here are staff, and experts who agreed in
-- writing that their name is public; addresses are sealed under a key outside
-- the database.

-- Who has a claim open now. Rows live for minutes and are no history.
CREATE TABLE presence (
  claim   TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  staff   TEXT COLLATE_C NOT NULL,
  writing BOOLEAN NOT NULL,
  since   BIGINT NOT NULL,
  seen    BIGINT NOT NULL,
  PRIMARY KEY (claim, staff)
);

CREATE INDEX presence_seen ON presence (seen);

-- What a draft said before it was overwritten: in the versions first to
-- version. The ground on which two texts are joined.
CREATE TABLE draft_past (
  claim   TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  version BIGINT NOT NULL,
  first   BIGINT NOT NULL CHECK (first <= version),
  rating  TEXT NOT NULL,
  texts   TEXT NOT NULL,
  until   BIGINT NOT NULL,
  PRIMARY KEY (claim, version)
);

CREATE INDEX draft_past_until ON draft_past (until);

-- What somebody typed that could not simply be saved.
CREATE TABLE kept_text (
  id      TEXT COLLATE_C PRIMARY KEY,
  claim   TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  staff   TEXT COLLATE_C NOT NULL,
  typed   TEXT NOT NULL,
  base    TEXT NOT NULL,
  result  TEXT NOT NULL,
  why     TEXT COLLATE_C NOT NULL CHECK (why IN ('overlap','review','ended','joined')),
  state   TEXT COLLATE_C NOT NULL CHECK (state IN ('open','used','dropped')),
  at      BIGINT NOT NULL,
  settled BIGINT
);

CREATE INDEX kept_text_claim ON kept_text (claim, state);

CREATE INDEX kept_text_staff ON kept_text (staff, state);

CREATE TABLE claim_note (
  id        TEXT COLLATE_C PRIMARY KEY,
  claim     TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  staff     TEXT COLLATE_C NOT NULL,
  text      TEXT NOT NULL,
  at        BIGINT NOT NULL,
  edited    BIGINT,
  retracted BIGINT
);

CREATE INDEX claim_note_claim ON claim_note (claim, at, id);

-- Experts are asked under their name because they agreed to it in writing.
CREATE TABLE expert (
  id          TEXT COLLATE_C PRIMARY KEY,
  name        TEXT COLLATE_C NOT NULL CHECK (name <> ''),
  institution TEXT NOT NULL,
  topics      TEXT NOT NULL,
  payer       TEXT NOT NULL,
  lang        TEXT NOT NULL,
  agreed      TEXT NOT NULL CHECK (agreed <> ''),
  proof       TEXT NOT NULL,
  address     BYTEA,
  added       BIGINT NOT NULL,
  added_by    TEXT COLLATE_C,
  withdrawn   BIGINT
);

CREATE TABLE opinion (
  id       TEXT COLLATE_C PRIMARY KEY,
  claim    TEXT COLLATE_C NOT NULL REFERENCES claim (id) DEFERRABLE INITIALLY DEFERRED,
  expert   TEXT COLLATE_C NOT NULL REFERENCES expert (id) DEFERRABLE INITIALLY DEFERRED,
  question TEXT NOT NULL,
  lang     TEXT NOT NULL,
  staff    TEXT COLLATE_C NOT NULL,
  asked    BIGINT NOT NULL,
  hash     BYTEA UNIQUE,
  ends     BIGINT NOT NULL,
  revoked  BIGINT,
  answer   TEXT NOT NULL,
  answered BIGINT,
  cited    BOOLEAN NOT NULL
);

CREATE INDEX opinion_claim ON opinion (claim, asked, id);

CREATE INDEX opinion_expert ON opinion (expert);

CREATE TABLE notification (
  id    TEXT COLLATE_C PRIMARY KEY,
  staff TEXT COLLATE_C NOT NULL,
  event BIGINT NOT NULL,
  kind  TEXT COLLATE_C NOT NULL CHECK (kind <> ''),
  claim TEXT COLLATE_C,
  actor TEXT COLLATE_C,
  at    BIGINT NOT NULL,
  read  BIGINT,
  mail  TEXT COLLATE_C NOT NULL CHECK (mail IN ('waiting','sent','none')),
  UNIQUE (staff, event)
);

CREATE INDEX notification_at ON notification (at);

CREATE INDEX notification_mail ON notification (staff) WHERE mail = 'waiting';

CREATE TABLE mail_plan (
  staff      TEXT COLLATE_C PRIMARY KEY REFERENCES staff (id) DEFERRABLE INITIALLY DEFERRED,
  address    BYTEA,
  schedule   TEXT COLLATE_C NOT NULL CHECK (schedule IN ('never','once','digest','daily')),
  zone       TEXT NOT NULL,
  quiet_from BIGINT NOT NULL CHECK (quiet_from BETWEEN 0 AND 1439),
  quiet_to   BIGINT NOT NULL CHECK (quiet_to BETWEEN 0 AND 1439),
  muted      TEXT NOT NULL,
  mailed     BIGINT
)
