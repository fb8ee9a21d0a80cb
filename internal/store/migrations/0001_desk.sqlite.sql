-- What was written for good stays as it was written: nothing here can be
-- changed or taken away, by soi or by hand, without dropping a trigger first.

CREATE TRIGGER log_entry_update BEFORE UPDATE ON log_entry BEGIN SELECT RAISE(ABORT, 'log_entry is append-only'); END;

CREATE TRIGGER log_entry_delete BEFORE DELETE ON log_entry BEGIN SELECT RAISE(ABORT, 'log_entry is append-only'); END;

CREATE TRIGGER log_hash_update BEFORE UPDATE ON log_hash BEGIN SELECT RAISE(ABORT, 'log_hash is append-only'); END;

CREATE TRIGGER log_hash_delete BEFORE DELETE ON log_hash BEGIN SELECT RAISE(ABORT, 'log_hash is append-only'); END;

CREATE TRIGGER log_checkpoint_update BEFORE UPDATE ON log_checkpoint BEGIN SELECT RAISE(ABORT, 'log_checkpoint is append-only'); END;

CREATE TRIGGER log_checkpoint_delete BEFORE DELETE ON log_checkpoint BEGIN SELECT RAISE(ABORT, 'log_checkpoint is append-only'); END;

CREATE TRIGGER event_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;

CREATE TRIGGER event_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;

CREATE TRIGGER revision_update BEFORE UPDATE ON revision BEGIN SELECT RAISE(ABORT, 'revision is append-only'); END;

CREATE TRIGGER revision_delete BEFORE DELETE ON revision BEGIN SELECT RAISE(ABORT, 'revision is append-only'); END;

-- A document can only lose its bytes.
CREATE TRIGGER document_update BEFORE UPDATE ON document WHEN NEW.doc IS NOT NULL OR NEW.hash <> OLD.hash BEGIN SELECT RAISE(ABORT, 'document can only be erased'); END;

CREATE TRIGGER document_delete BEFORE DELETE ON document BEGIN SELECT RAISE(ABORT, 'document can only be erased'); END;

-- The log only grows, and its time never goes back.
CREATE TRIGGER log_head_update BEFORE UPDATE ON log_head WHEN NEW.size <= OLD.size OR NEW.time < OLD.time BEGIN SELECT RAISE(ABORT, 'log_head only grows'); END;

CREATE TRIGGER log_head_delete BEFORE DELETE ON log_head BEGIN SELECT RAISE(ABORT, 'log_head only grows'); END;
