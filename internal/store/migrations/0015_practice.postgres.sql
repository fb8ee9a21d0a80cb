-- A published explainer stays as it was published.

CREATE TRIGGER explainer_revision_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON explainer_revision FOR EACH STATEMENT EXECUTE FUNCTION soi_refuse();
