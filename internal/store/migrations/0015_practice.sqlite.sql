-- A published explainer stays as it was published.

CREATE TRIGGER explainer_revision_update BEFORE UPDATE ON explainer_revision BEGIN SELECT RAISE(ABORT, 'explainer_revision is append-only'); END;

CREATE TRIGGER explainer_revision_delete BEFORE DELETE ON explainer_revision BEGIN SELECT RAISE(ABORT, 'explainer_revision is append-only'); END;
