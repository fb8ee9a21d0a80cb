package store

import (
	"context"

	"soi/internal/desk"
)

// claimFields are the columns of a claim, in the order of claimArgs and
// claimInto.
const claimFields = `id, text, typed, lang, state, harm, harm_kind, topic, body, assignee, review, merged_into,
	imported, rev, log_index, rating, opened, changed, version`

// claimArgs are a claim's values with its version raised.
func claimArgs(c desk.Claim) []any {
	return []any{c.ID, c.Text, c.Typed, c.Lang, c.State, c.Harm, c.HarmKind, c.Topic, c.Body, orNull(c.Assignee),
		orNull(c.Review), orNull(c.Into), orNull(c.Imported), c.Rev, c.LogIndex, c.Rating, ms(c.Opened),
		ms(c.Changed), c.Version + 1}
}

// claimInto is where a row of claimFields goes.
func claimInto(c *desk.Claim) []any {
	return []any{word(&c.ID), &c.Text, &c.Typed, &c.Lang, word(&c.State), word(&c.Harm), &c.HarmKind, &c.Topic, &c.Body,
		word(&c.Assignee), word(&c.Review), word(&c.Into), word(&c.Imported), &c.Rev, &c.LogIndex, word(&c.Rating),
		at(&c.Opened), at(&c.Changed), &c.Version}
}

// SetClaim implements desk.ClaimRows.
func (t *tx) SetClaim(ctx context.Context, c desk.Claim) error {
	if c.Version == 0 {
		return t.must(ctx, desk.ErrConflict, `INSERT INTO claim (`+claimFields+`)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19)
			ON CONFLICT (id) DO NOTHING`, claimArgs(c)...)
	}
	return t.must(ctx, desk.ErrConflict, `UPDATE claim SET text=$2, typed=$3, lang=$4, state=$5, harm=$6, harm_kind=$7,
		topic=$8, body=$9, assignee=$10, review=$11, merged_into=$12, imported=$13, rev=$14, log_index=$15, rating=$16,
		opened=$17, changed=$18, version=$19 WHERE id=$1 AND version=$20`, append(claimArgs(c), c.Version)...)
}

// Claim implements desk.ClaimRows.
func (t *tx) Claim(ctx context.Context, id desk.ID) (desk.Claim, error) {
	return one(ctx, t, claimInto, `SELECT `+claimFields+` FROM claim WHERE id = $1`, id)
}

// Claims implements desk.ClaimRows.
func (t *tx) Claims(ctx context.Context, f desk.ClaimFilter) ([]desk.Claim, error) {
	var q filter
	in(&q, "state", f.States)
	in(&q, "id", f.IDs)
	eq(&q, "merged_into", f.Into)
	eq(&q, "assignee", f.Assignee)
	if f.Pending {
		q.terms = append(q.terms, "review IS NOT NULL")
	}
	if f.After != "" {
		q.and("id >", f.After)
	}
	ofDesks(&q, f.Desks)
	order := " ORDER BY id"
	if f.Newest {
		order = " ORDER BY changed DESC, id"
	}
	return many(ctx, t, claimInto,
		"SELECT "+claimFields+" FROM claim"+q.where()+order+q.limit(f.Limit, 1000), q.args...)
}

// draftInto is where a row of a draft goes.
func draftInto(d *desk.Draft) []any {
	return []any{word(&d.Claim), word(&d.Rating), fromJSON(&d.Texts), fromJSON(&d.Authors), at(&d.Changed), &d.Version}
}

// DraftOf implements desk.ClaimRows.
func (t *tx) DraftOf(ctx context.Context, claim desk.ID) (desk.Draft, error) {
	return one(ctx, t, draftInto,
		`SELECT claim, rating, texts, authors, changed, version FROM draft WHERE claim = $1`, claim)
}

// SetDraft implements desk.ClaimRows.
func (t *tx) SetDraft(ctx context.Context, d desk.Draft) error {
	texts, err := asJSON(d.Texts)
	if err != nil {
		return err
	}
	authors, err := asJSON(d.Authors)
	if err != nil {
		return err
	}
	args := []any{d.Claim, d.Rating, texts, authors, ms(d.Changed), d.Version + 1}
	if d.Version == 0 {
		return t.must(ctx, desk.ErrConflict, `INSERT INTO draft (claim, rating, texts, authors, changed, version)
			VALUES ($1,$2,$3,$4,$5,$6) ON CONFLICT (claim) DO NOTHING`, args...)
	}
	return t.must(ctx, desk.ErrConflict, `UPDATE draft SET rating=$2, texts=$3, authors=$4, changed=$5, version=$6
		WHERE claim=$1 AND version=$7`, append(args, d.Version)...)
}
