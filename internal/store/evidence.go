package store

import (
	"context"

	"soi/internal/desk"
)

// SetEvidence implements desk.ClaimRows. A row keeps its place among the
// evidence of its claim when it is overwritten.
func (t *tx) SetEvidence(ctx context.Context, e desk.Evidence) error {
	if err := t.setSource(ctx, e); err != nil {
		return err
	}
	_, err := t.exec(ctx, `INSERT INTO evidence (id, claim, url, title, publisher, lang, quote, says, stance, independent,
			added, added_by, retired, n)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,
			(SELECT COALESCE(MAX(n), 0) + 1 FROM evidence WHERE claim = $2))
		ON CONFLICT (id) DO UPDATE SET claim=excluded.claim, url=excluded.url, title=excluded.title,
			publisher=excluded.publisher, lang=excluded.lang, quote=excluded.quote, says=excluded.says,
			stance=excluded.stance, independent=excluded.independent, added=excluded.added,
			added_by=excluded.added_by, retired=excluded.retired`,
		e.ID, e.Claim, e.URL, e.Title, e.Publisher, e.Lang, e.Quote, e.Says, e.Stance, e.Independent,
		ms(e.Added), orNull(e.AddedBy), msOrNull(e.Retired))
	return err
}

// EvidenceOf implements desk.ClaimRows.
func (t *tx) EvidenceOf(ctx context.Context, claim desk.ID) ([]desk.Evidence, error) {
	return many(ctx, t, func(e *desk.Evidence) []any {
		return []any{word(&e.ID), word(&e.Claim), &e.URL, &e.Title, &e.Publisher, &e.Lang, &e.Quote, &e.Says,
			word(&e.Stance), &e.Independent, at(&e.Added), word(&e.AddedBy), at(&e.Retired),
			word(&e.Nearness), word(&e.Payer), word(&e.Release), &e.Version}
	}, `SELECT e.id, e.claim, e.url, e.title, e.publisher, e.lang, e.quote, e.says, e.stance, e.independent, e.added, e.added_by, e.retired,
		s.nearness, s.payer, s.release, COALESCE(s.version, 0)
		FROM evidence e LEFT JOIN source s ON s.evidence = e.id WHERE e.claim = $1 ORDER BY e.added, e.n`, claim)
}

// SetJudgment implements desk.ClaimRows.
func (t *tx) SetJudgment(ctx context.Context, j desk.Judgment) error {
	_, err := t.exec(ctx, `INSERT INTO judgment (claim, other, same, judged_by, at, undone, n)
		VALUES ($1,$2,$3,$4,$5,$6, (SELECT COALESCE(MAX(n), 0) + 1 FROM judgment WHERE claim = $1))
		ON CONFLICT (claim, other) DO UPDATE SET same=excluded.same, judged_by=excluded.judged_by, at=excluded.at,
			undone=excluded.undone`,
		j.Claim, j.Other, j.Same, orNull(j.By), ms(j.At), j.Undone)
	return err
}

// Judgments implements desk.ClaimRows.
func (t *tx) Judgments(ctx context.Context, claim desk.ID) ([]desk.Judgment, error) {
	return many(ctx, t, func(j *desk.Judgment) []any {
		return []any{word(&j.Claim), &j.Other, &j.Same, word(&j.By), at(&j.At), &j.Undone}
	}, `SELECT claim, other, same, judged_by, at, undone FROM judgment WHERE claim = $1 ORDER BY at, n`, claim)
}
