-- A line of the shelf can only lose its bytes.

CREATE TRIGGER shelf_update BEFORE UPDATE ON shelf FOR EACH ROW WHEN (NEW.body IS NOT NULL OR NEW.n <> OLD.n OR NEW.kind <> OLD.kind OR NEW.entry <> OLD.entry OR NEW.at <> OLD.at OR NEW.hash <> OLD.hash OR NEW.chain <> OLD.chain) EXECUTE FUNCTION soi_refuse();

CREATE TRIGGER shelf_keep BEFORE DELETE OR TRUNCATE ON shelf FOR EACH STATEMENT EXECUTE FUNCTION soi_refuse();
