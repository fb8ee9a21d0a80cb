-- The queue reads the claims of a state that changed last.
CREATE INDEX claim_changed ON claim (state, changed)
