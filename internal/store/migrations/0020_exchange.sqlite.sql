-- A line of the shelf can only lose its bytes.

CREATE TRIGGER shelf_update BEFORE UPDATE ON shelf WHEN NEW.body IS NOT NULL OR NEW.n <> OLD.n OR NEW.kind <> OLD.kind OR NEW.entry <> OLD.entry OR NEW.at <> OLD.at OR NEW.hash <> OLD.hash OR NEW.chain <> OLD.chain BEGIN SELECT RAISE(ABORT, 'shelf is append-only'); END;

CREATE TRIGGER shelf_delete BEFORE DELETE ON shelf BEGIN SELECT RAISE(ABORT, 'shelf is append-only'); END;
