-- What the desk found of a picture of a claim: see desk.Authenticity.
ALTER TABLE media ADD COLUMN authenticity TEXT NOT NULL DEFAULT '';
