-- What was written for good stays as it was written: nothing here can be
-- changed or taken away, by soi or by hand, without dropping a trigger first.

CREATE FUNCTION soi_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER log_entry_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON log_entry FOR EACH STATEMENT EXECUTE FUNCTION soi_refuse();

CREATE TRIGGER log_hash_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON log_hash FOR EACH STATEMENT EXECUTE FUNCTION soi_refuse();

CREATE TRIGGER log_checkpoint_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON log_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION soi_refuse();

CREATE TRIGGER event_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION soi_refuse();

CREATE TRIGGER revision_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON revision FOR EACH STATEMENT EXECUTE FUNCTION soi_refuse();

-- A document can only lose its bytes.
CREATE TRIGGER document_update BEFORE UPDATE ON document FOR EACH ROW WHEN (NEW.doc IS NOT NULL OR NEW.hash <> OLD.hash) EXECUTE FUNCTION soi_refuse();

CREATE TRIGGER document_keep BEFORE DELETE OR TRUNCATE ON document FOR EACH STATEMENT EXECUTE FUNCTION soi_refuse();

-- The log only grows, and its time never goes back.
CREATE TRIGGER log_head_update BEFORE UPDATE ON log_head FOR EACH ROW WHEN (NEW.size <= OLD.size OR NEW.time < OLD.time) EXECUTE FUNCTION soi_refuse();

CREATE TRIGGER log_head_keep BEFORE DELETE OR TRUNCATE ON log_head FOR EACH STATEMENT EXECUTE FUNCTION soi_refuse();
