package store

import (
	"context"

	"soi/internal/desk"
)

// SetExplainer implements desk.ExplainerRows.
func (t *tx) SetExplainer(ctx context.Context, e desk.Explainer) error {
	args := []any{e.ID, e.Topic}
	for _, v := range []any{e.Texts, e.Sources, e.Words, e.Authors} {
		s, err := asJSON(v)
		if err != nil {
			return err
		}
		args = append(args, s)
	}
	args = append(args, e.Pending, orNull(e.By), e.Returned, e.Rev, msOrNull(e.Withdrawn), ms(e.Changed), e.Version+1)
	if e.Version == 0 {
		return t.must(ctx, desk.ErrConflict, `INSERT INTO explainer (id, topic, texts, sources, words, authors, pending, handed_by, returned, rev, withdrawn, changed, version)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13) ON CONFLICT (id) DO NOTHING`, args...)
	}
	return t.must(ctx, desk.ErrConflict, `UPDATE explainer SET topic=$2, texts=$3, sources=$4, words=$5, authors=$6, pending=$7, handed_by=$8, returned=$9,
		rev=$10, withdrawn=$11, changed=$12, version=$13 WHERE id=$1 AND version=$14`, append(args, e.Version)...)
}

// explainerFields are the columns of an explainer in the order of explainer.
const explainerFields = "id, topic, texts, sources, words, authors, pending, handed_by, returned, rev, withdrawn, changed, version"

// explainerRow reads a row.
func explainerRow(e *desk.Explainer) []any {
	return []any{word(&e.ID), &e.Topic, fromJSON(&e.Texts), fromJSON(&e.Sources), fromJSON(&e.Words), fromJSON(&e.Authors), &e.Pending, word(&e.By), &e.Returned,
		&e.Rev, at(&e.Withdrawn), at(&e.Changed), &e.Version}
}

// Explainer implements desk.ExplainerRows.
func (t *tx) Explainer(ctx context.Context, id desk.ID) (desk.Explainer, error) {
	return one(ctx, t, explainerRow, "SELECT "+explainerFields+" FROM explainer WHERE id = $1", id)
}

// Explainers implements desk.ExplainerRows.
func (t *tx) Explainers(ctx context.Context) ([]desk.Explainer, error) {
	return many(ctx, t, explainerRow, "SELECT "+explainerFields+" FROM explainer ORDER BY changed DESC, id LIMIT 1000")
}

// AddExplainerRevision implements desk.ExplainerRows.
func (t *tx) AddExplainerRevision(ctx context.Context, r desk.ExplainerRevision, doc []byte) error {
	return t.must(ctx, desk.ErrDuplicate, `INSERT INTO explainer_revision (explainer, rev, at, hash, doc, handed_by, approver) VALUES ($1,$2,$3,$4,$5,$6,$7)
		ON CONFLICT DO NOTHING`, r.Explainer, r.Rev, ms(r.At), r.Hash, doc, r.By, r.Approver)
}

// ExplainerRevisions implements desk.ExplainerRows.
func (t *tx) ExplainerRevisions(ctx context.Context, id desk.ID) ([]desk.ExplainerRevision, error) {
	type row struct {
		desk.ExplainerRevision
		doc []byte
	}
	where, args := "WHERE rev = (SELECT MAX(o.rev) FROM explainer_revision o WHERE o.explainer = r.explainer) ORDER BY at DESC, explainer LIMIT 1000", []any(nil)
	if id != "" {
		where, args = "WHERE explainer = $1 ORDER BY rev DESC LIMIT 1000", []any{id}
	}
	rows, err := many(ctx, t, func(r *row) []any {
		return []any{word(&r.Explainer), &r.Rev, at(&r.At), &r.Hash, &r.doc, word(&r.By), word(&r.Approver)}
	}, "SELECT explainer, rev, at, hash, doc, handed_by, approver FROM explainer_revision r "+where, args...)
	if err != nil {
		return nil, err
	}
	out := make([]desk.ExplainerRevision, len(rows))
	for i, r := range rows {
		if r.Doc, err = desk.ParseExplainer(r.doc); err != nil {
			return nil, err
		}
		out[i] = r.ExplainerRevision
	}
	return out, nil
}

// LinkExplainer implements desk.ExplainerRows.
func (t *tx) LinkExplainer(ctx context.Context, claim, explainer desk.ID, on bool) error {
	query := `DELETE FROM explainer_link WHERE claim = $1 AND explainer = $2`
	if on {
		query = `INSERT INTO explainer_link (claim, explainer) VALUES ($1,$2) ON CONFLICT DO NOTHING`
	}
	_, err := t.exec(ctx, query, claim, explainer)
	return err
}

// ExplainerLinks implements desk.ExplainerRows.
func (t *tx) ExplainerLinks(ctx context.Context, claim desk.ID) ([]desk.ID, error) {
	return many(ctx, t, func(id *desk.ID) []any { return []any{word(id)} }, `SELECT explainer FROM explainer_link WHERE claim = $1 ORDER BY explainer LIMIT 50`, claim)
}
