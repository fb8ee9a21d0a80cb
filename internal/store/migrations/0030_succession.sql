-- Logs that another one followed, because their key was lost or stolen or their
-- end was declared. All that they held is in the log that follows, at its place,
-- but for the first entry, the last signature and what witnesses said of it.
CREATE TABLE past_log (
  n            BIGINT PRIMARY KEY CHECK (n >= 1),
  vkey         TEXT NOT NULL,
  opening      BYTEA NOT NULL,
  size         BIGINT NOT NULL CHECK (size >= 0),
  note         BYTEA,
  cosignatures TEXT NOT NULL,
  CHECK ((size > 0) = (note IS NOT NULL))
);
