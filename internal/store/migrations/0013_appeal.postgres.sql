-- Whoever had a part in any text of a check decides on no appeal against it,
-- whatever program asks. The times let a person who decided on an appeal write
-- a text of the check later.

CREATE FUNCTION soi_had_part(what TEXT, who TEXT, moment BIGINT) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM review r JOIN review_part p ON p.review = r.id WHERE r.claim = what AND p.staff = who AND (p.part = 'wrote' AND r.at <= moment OR p.part = 'decided' AND r.decided <= moment)) OR EXISTS (SELECT 1 FROM review r WHERE r.claim = what AND r.submitted_by = who AND r.at <= moment)
$$;

CREATE FUNCTION soi_appeal_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.decider IS NOT NULL AND soi_had_part(NEW.claim, NEW.decider, NEW.taken) THEN
    RAISE EXCEPTION 'had a part in the check' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION soi_ruling_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE what TEXT;
BEGIN
  SELECT claim INTO what FROM appeal WHERE id = NEW.appeal;
  IF soi_had_part(what, NEW.decider, NEW.at) OR NEW.approver IS NOT NULL AND soi_had_part(what, NEW.approver, NEW.settled) THEN
    RAISE EXCEPTION 'had a part in the check' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER appeal_part BEFORE INSERT OR UPDATE ON appeal FOR EACH ROW EXECUTE FUNCTION soi_appeal_part();

CREATE TRIGGER ruling_part BEFORE INSERT OR UPDATE ON ruling FOR EACH ROW EXECUTE FUNCTION soi_ruling_part();

-- A published ruling stays as it was published.
CREATE TRIGGER ruling_keep BEFORE UPDATE OR DELETE ON ruling FOR EACH ROW WHEN (OLD.state = 'approved') EXECUTE FUNCTION soi_refuse();

CREATE TRIGGER ruling_stay BEFORE TRUNCATE ON ruling FOR EACH STATEMENT EXECUTE FUNCTION soi_refuse();
