package store

import (
	"context"

	"soi/internal/desk"
)

// SetQuestion implements desk.SiteRows.
func (t *tx) SetQuestion(ctx context.Context, q desk.Question) error {
	places, err := asJSON(q.Places)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO listed_question (claim, text, lang, topic, places, listed_by, at) VALUES ($1,$2,$3,$4,$5,$6,$7)
		ON CONFLICT (claim) DO UPDATE SET text=excluded.text, lang=excluded.lang, topic=excluded.topic, places=excluded.places,
			listed_by=excluded.listed_by, at=excluded.at`, q.Claim, q.Text, q.Lang, q.Topic, places, q.By, ms(q.At))
	return err
}

// DropQuestion implements desk.SiteRows.
func (t *tx) DropQuestion(ctx context.Context, claim desk.ID) error {
	return t.must(ctx, desk.ErrNotFound, `DELETE FROM listed_question WHERE claim = $1`, claim)
}

// Questions implements desk.SiteRows.
func (t *tx) Questions(ctx context.Context, claim desk.ID, limit int) ([]desk.Question, error) {
	var q filter
	if claim != "" {
		q.and("l.claim =", claim)
	} else {
		q.and("c.state =", desk.ClaimOpen)
	}
	return many(ctx, t, func(x *desk.Question) []any {
		return []any{word(&x.Claim), &x.Text, &x.Lang, &x.Topic, fromJSON(&x.Places), word(&x.By), at(&x.At)}
	}, `SELECT l.claim, l.text, l.lang, l.topic, l.places, l.listed_by, l.at FROM listed_question l JOIN claim c ON c.id = l.claim`+
		q.where()+` ORDER BY l.at DESC, l.claim`+q.limit(limit, 100), q.args...)
}

// SetPlaces implements desk.SiteRows.
func (t *tx) SetPlaces(ctx context.Context, claim desk.ID, codes []string) error {
	if _, err := t.exec(ctx, `DELETE FROM claim_place WHERE claim = $1`, claim); err != nil {
		return err
	}
	for _, c := range codes {
		if _, err := t.exec(ctx, `INSERT INTO claim_place (claim, place) VALUES ($1,$2)`, claim, c); err != nil {
			return err
		}
	}
	return nil
}

// PlacesOf implements desk.SiteRows.
func (t *tx) PlacesOf(ctx context.Context, claim desk.ID) ([]string, error) {
	return many(ctx, t, func(s *string) []any { return []any{s} }, `SELECT place FROM claim_place WHERE claim = $1 ORDER BY place LIMIT 50`, claim)
}

// SetStanding implements desk.SiteRows.
func (t *tx) SetStanding(ctx context.Context, p desk.StandingPage) error {
	parts, err := asJSON(p.Parts)
	if err != nil {
		return err
	}
	authors, err := asJSON(p.Authors)
	if err != nil {
		return err
	}
	args := []any{p.Word, parts, authors, p.Pending, orNull(p.By), p.Returned, p.Rev, ms(p.Changed), p.Version + 1}
	if p.Version == 0 {
		return t.must(ctx, desk.ErrConflict, `INSERT INTO standing_page (word, parts, authors, pending, handed_by, returned, rev, changed, version)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT (word) DO NOTHING`, args...)
	}
	return t.must(ctx, desk.ErrConflict, `UPDATE standing_page SET parts=$2, authors=$3, pending=$4, handed_by=$5, returned=$6, rev=$7, changed=$8, version=$9
		WHERE word=$1 AND version=$10`, append(args, p.Version)...)
}

// StandingPage implements desk.SiteRows.
func (t *tx) StandingPage(ctx context.Context, page string) (desk.StandingPage, error) {
	return one(ctx, t, func(p *desk.StandingPage) []any {
		return []any{&p.Word, fromJSON(&p.Parts), fromJSON(&p.Authors), &p.Pending, word(&p.By), &p.Returned, &p.Rev, at(&p.Changed), &p.Version}
	}, `SELECT word, parts, authors, pending, handed_by, returned, rev, changed, version FROM standing_page WHERE word = $1`, page)
}

// AddStandingRevision implements desk.SiteRows.
func (t *tx) AddStandingRevision(ctx context.Context, r desk.StandingRevision, doc []byte) error {
	return t.must(ctx, desk.ErrDuplicate, `INSERT INTO standing_revision (word, rev, at, hash, doc, handed_by, approver) VALUES ($1,$2,$3,$4,$5,$6,$7)
		ON CONFLICT DO NOTHING`, r.Word, r.Rev, ms(r.At), r.Hash, doc, r.By, r.Approver)
}

// StandingRevisions implements desk.SiteRows.
func (t *tx) StandingRevisions(ctx context.Context, page string) ([]desk.StandingRevision, error) {
	type row struct {
		desk.StandingRevision
		doc []byte
	}
	where, args := `WHERE rev = (SELECT MAX(o.rev) FROM standing_revision o WHERE o.word = r.word) ORDER BY word LIMIT 100`, []any(nil)
	if page != "" {
		where, args = `WHERE word = $1 ORDER BY rev DESC LIMIT 1000`, []any{page}
	}
	rows, err := many(ctx, t, func(r *row) []any {
		return []any{&r.Word, &r.Rev, at(&r.At), &r.Hash, &r.doc, word(&r.By), word(&r.Approver)}
	}, `SELECT word, rev, at, hash, doc, handed_by, approver FROM standing_revision r `+where, args...)
	if err != nil {
		return nil, err
	}
	out := make([]desk.StandingRevision, len(rows))
	for i, r := range rows {
		if r.Doc, err = desk.ParseStanding(r.doc); err != nil {
			return nil, err
		}
		out[i] = r.StandingRevision
	}
	return out, nil
}
