CREATE TRIGGER past_log_update BEFORE UPDATE ON past_log BEGIN SELECT RAISE(ABORT, 'past_log is append-only'); END;

CREATE TRIGGER past_log_delete BEFORE DELETE ON past_log BEGIN SELECT RAISE(ABORT, 'past_log is append-only'); END;
