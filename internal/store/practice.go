package store

import (
	"context"
	"time"

	"soi/internal/desk"
)

// SetCase implements desk.PracticeRows.
func (t *tx) SetCase(ctx context.Context, c desk.PracticeCase) error {
	texts, err := asJSON(c.Texts)
	if err != nil {
		return err
	}
	right, err := asJSON(c.Right)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO practice_case (id, kind, minutes, correct, texts, claim, made, made_by, retired) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)
		ON CONFLICT (id) DO UPDATE SET kind=excluded.kind, minutes=excluded.minutes, correct=excluded.correct, texts=excluded.texts,
			claim=excluded.claim, made=excluded.made, made_by=excluded.made_by, retired=excluded.retired`,
		c.ID, c.Kind, c.Minutes, right, texts, c.Claim, ms(c.Made), c.MadeBy, msOrNull(c.Retired))
	return err
}

// Cases implements desk.PracticeRows.
func (t *tx) Cases(ctx context.Context) ([]desk.PracticeCase, error) {
	return many(ctx, t, func(c *desk.PracticeCase) []any {
		return []any{&c.ID, word(&c.Kind), &c.Minutes, fromJSON(&c.Right), fromJSON(&c.Texts), word(&c.Claim), at(&c.Made), word(&c.MadeBy), at(&c.Retired)}
	}, `SELECT id, kind, minutes, correct, texts, claim, made, made_by, retired FROM practice_case ORDER BY made, id LIMIT 1000`)
}

// SetTry implements desk.PracticeRows.
func (t *tx) SetTry(ctx context.Context, x desk.PracticeTry) error {
	_, err := t.exec(ctx, `INSERT INTO practice_try (staff, practised, first_at, last_at, tries, first_right, last_right) VALUES ($1,$2,$3,$4,$5,$6,$7)
		ON CONFLICT (staff, practised) DO UPDATE SET first_at=excluded.first_at, last_at=excluded.last_at, tries=excluded.tries,
			first_right=excluded.first_right, last_right=excluded.last_right`,
		x.Staff, x.Case, ms(x.First), ms(x.Last), x.Tries, x.FirstRight, x.LastRight)
	return err
}

// TriesOf implements desk.PracticeRows.
func (t *tx) TriesOf(ctx context.Context, staff desk.ID) ([]desk.PracticeTry, error) {
	return many(ctx, t, func(x *desk.PracticeTry) []any {
		return []any{word(&x.Staff), &x.Case, at(&x.First), at(&x.Last), &x.Tries, &x.FirstRight, &x.LastRight}
	}, `SELECT staff, practised, first_at, last_at, tries, first_right, last_right FROM practice_try WHERE staff = $1 ORDER BY practised LIMIT 2000`, staff)
}

// SharePractice implements desk.PracticeRows.
func (t *tx) SharePractice(ctx context.Context, staff desk.ID, since time.Time) error {
	if since.IsZero() {
		_, err := t.exec(ctx, `DELETE FROM practice_shared WHERE staff = $1`, staff)
		return err
	}
	_, err := t.exec(ctx, `INSERT INTO practice_shared (staff, since) VALUES ($1,$2) ON CONFLICT (staff) DO UPDATE SET since=excluded.since`, staff, ms(since))
	return err
}

// PracticeShared implements desk.PracticeRows.
func (t *tx) PracticeShared(ctx context.Context) (map[desk.ID]time.Time, error) {
	type row struct {
		staff desk.ID
		since time.Time
	}
	rows, err := many(ctx, t, func(r *row) []any { return []any{word(&r.staff), at(&r.since)} }, `SELECT staff, since FROM practice_shared`)
	if err != nil {
		return nil, err
	}
	out := map[desk.ID]time.Time{}
	for _, r := range rows {
		out[r.staff] = r.since
	}
	return out, nil
}
