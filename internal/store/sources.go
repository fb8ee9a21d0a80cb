package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"soi/internal/desk"
)

// setSource keeps what is known of a piece of evidence beyond the row in
// evidence. A piece of which nothing is known has no row.
func (t *tx) setSource(ctx context.Context, e desk.Evidence) error {
	if e.Nearness == "" && e.Payer == "" && e.Release == "" && e.Version == 0 {
		_, err := t.exec(ctx, `DELETE FROM source WHERE evidence = $1`, e.ID)
		return err
	}
	_, err := t.exec(ctx, `INSERT INTO source (evidence, nearness, payer, release, version) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (evidence) DO UPDATE SET nearness=$2, payer=$3, release=$4, version=$5`,
		e.ID, e.Nearness, e.Payer, orNull(e.Release), e.Version)
	return err
}

// SetRelease implements desk.SourceRows.
func (t *tx) SetRelease(ctx context.Context, r desk.Release) error {
	_, err := t.exec(ctx, `INSERT INTO release (id, claim, issuer, concerned, made) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (id) DO UPDATE SET issuer=$3, concerned=$4`, r.ID, r.Claim, r.Issuer, r.Concerned, ms(r.Made))
	return err
}

// Releases implements desk.SourceRows.
func (t *tx) Releases(ctx context.Context, claim desk.ID) ([]desk.Release, error) {
	return many(ctx, t, func(r *desk.Release) []any {
		return []any{word(&r.ID), word(&r.Claim), &r.Issuer, &r.Concerned, at(&r.Made)}
	}, `SELECT id, claim, issuer, concerned, made FROM release WHERE claim = $1 ORDER BY made, id`, claim)
}

// AddEvidenceWas implements desk.SourceRows.
func (t *tx) AddEvidenceWas(ctx context.Context, w desk.EvidenceWas) error {
	was, err := asJSON(w.Evidence)
	if err != nil {
		return err
	}
	return t.must(ctx, desk.ErrConflict, `INSERT INTO evidence_was (evidence, version, claim, was, until, until_by)
		VALUES ($1,$2,$3,$4,$5,$6) ON CONFLICT DO NOTHING`, w.ID, w.Version, w.Claim, was, ms(w.Until), orNull(w.UntilBy))
}

// EvidenceBefore implements desk.SourceRows.
func (t *tx) EvidenceBefore(ctx context.Context, claim desk.ID) ([]desk.EvidenceWas, error) {
	return many(ctx, t, func(w *desk.EvidenceWas) []any {
		return []any{fromJSON(&w.Evidence), at(&w.Until), word(&w.UntilBy)}
	}, `SELECT was, until, until_by FROM evidence_was WHERE claim = $1 ORDER BY until DESC, evidence, version DESC LIMIT 500`, claim)
}

// SetRecheckDate implements desk.SourceRows.
func (t *tx) SetRecheckDate(ctx context.Context, r desk.RecheckDate) error {
	_, err := t.exec(ctx, `INSERT INTO recheck_date (claim, due, why, at, set_by) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (claim) DO UPDATE SET due=$2, why=$3, at=$4, set_by=$5`, r.Claim, msOrNull(r.Due), r.Why, ms(r.At), orNull(r.By))
	return err
}

// RecheckDates implements desk.SourceRows.
func (t *tx) RecheckDates(ctx context.Context, claims []desk.ID) ([]desk.RecheckDate, error) {
	var q filter
	in(&q, "claim", claims)
	return many(ctx, t, func(r *desk.RecheckDate) []any {
		return []any{word(&r.Claim), at(&r.Due), &r.Why, at(&r.At), word(&r.By)}
	}, `SELECT claim, due, why, at, set_by FROM recheck_date`+q.where()+` ORDER BY claim`, q.args...)
}

// AddRechecked implements desk.SourceRows.
func (t *tx) AddRechecked(ctx context.Context, r desk.Rechecked) error {
	return t.must(ctx, desk.ErrDuplicate, `INSERT INTO rechecked (claim, at, rev, done_by) VALUES ($1,$2,$3,$4) ON CONFLICT DO NOTHING`,
		r.Claim, ms(r.At), r.Rev, orNull(r.By))
}

// RecheckedOf implements desk.SourceRows.
func (t *tx) RecheckedOf(ctx context.Context, claims []desk.ID) ([]desk.Rechecked, error) {
	var q filter
	in(&q, "claim", claims)
	return many(ctx, t, func(r *desk.Rechecked) []any {
		return []any{word(&r.Claim), at(&r.At), &r.Rev, word(&r.By)}
	}, `SELECT claim, at, rev, done_by FROM rechecked`+q.where()+` ORDER BY at DESC, claim`, q.args...)
}

// settledRow is one line of Settled.
type settledRow struct {
	claim desk.ID
	when  time.Time
}

// Settled implements desk.SourceRows.
func (t *tx) Settled(ctx context.Context) (map[desk.ID]time.Time, error) {
	rows, err := many(ctx, t, func(r *settledRow) []any { return []any{word(&r.claim), at(&r.when)} },
		`SELECT verdict, MAX(at) FROM revision WHERE kind IN ('publish','correct','restore') GROUP BY verdict`)
	out := make(map[desk.ID]time.Time, len(rows))
	for _, r := range rows {
		out[r.claim] = r.when
	}
	return out, err
}

// citedNow is the condition on evidence e that a published claim has it in use.
const citedNow = `e.retired IS NULL AND EXISTS (SELECT 1 FROM claim c WHERE c.id = e.claim AND c.state = 'published')`

// CitedUnwatched implements desk.SourceRows.
func (t *tx) CitedUnwatched(ctx context.Context, limit int) ([]string, error) {
	return many(ctx, t, func(s *string) []any { return []any{s} }, `SELECT DISTINCT e.url FROM evidence e WHERE `+citedNow+`
		AND NOT EXISTS (SELECT 1 FROM watched w WHERE w.url = e.url) ORDER BY e.url LIMIT $1`, limit)
}

// SetWatched implements desk.SourceRows.
func (t *tx) SetWatched(ctx context.Context, w desk.Watched) error {
	_, err := t.exec(ctx, `INSERT INTO watched (url, due, leased, tried, good, fails, since, gone, trouble, mark)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)
		ON CONFLICT (url) DO UPDATE SET due=$2, leased=$3, tried=$4, good=$5, fails=$6, since=$7, gone=$8, trouble=$9, mark=$10`,
		w.URL, ms(w.Due), msOrNull(w.Leased), msOrNull(w.Tried), msOrNull(w.Good), w.Fails, msOrNull(w.Since), msOrNull(w.Gone), w.Trouble, w.Mark)
	return err
}

// WatchedLinks implements desk.SourceRows. A time due, or a lease, that lies
// further ahead than any is set was set by a clock that was wrong.
func (t *tx) WatchedLinks(ctx context.Context, f desk.WatchFilter) ([]desk.Watched, error) {
	var q filter
	in(&q, "url", f.URLs)
	if !f.Ready.IsZero() {
		q.terms = append(q.terms, "(due <= "+q.arg(ms(f.Ready))+" OR due > "+q.arg(ms(f.Ready.Add(2*desk.WatchEvery)))+")",
			"(leased IS NULL OR leased <= "+q.arg(ms(f.Ready))+" OR leased > "+q.arg(ms(f.Ready.Add(time.Hour)))+")")
	}
	if f.Gone {
		q.terms = append(q.terms, "gone IS NOT NULL")
	}
	if f.Failed {
		q.terms = append(q.terms, "(gone IS NOT NULL OR trouble <> '')")
	}
	return many(ctx, t, func(w *desk.Watched) []any {
		return []any{&w.URL, at(&w.Due), at(&w.Leased), at(&w.Tried), at(&w.Good), &w.Fails, at(&w.Since), at(&w.Gone), word(&w.Trouble), &w.Mark}
	}, `SELECT url, due, leased, tried, good, fails, since, gone, trouble, mark FROM watched`+q.where()+` ORDER BY due, url`+q.limit(f.Limit, 1000), q.args...)
}

// ClaimsCiting implements desk.SourceRows.
func (t *tx) ClaimsCiting(ctx context.Context, url string) ([]desk.ID, error) {
	return many(ctx, t, func(id *desk.ID) []any { return []any{word(id)} },
		`SELECT DISTINCT e.claim FROM evidence e WHERE e.url = $1 AND `+citedNow+` ORDER BY e.claim LIMIT 1000`, url)
}

// DropUncited implements desk.SourceRows.
func (t *tx) DropUncited(ctx context.Context) (int, error) {
	n, err := t.exec(ctx, `DELETE FROM watched WHERE NOT EXISTS (SELECT 1 FROM evidence e WHERE e.url = watched.url AND `+citedNow+`)`)
	return int(n), err
}

// ImportedAt implements desk.SourceRows.
func (t *tx) ImportedAt(ctx context.Context, url string) (desk.Imported, error) {
	id, err := one(ctx, t, func(id *desk.ID) []any { return []any{word(id)} }, `SELECT id FROM imported WHERE url = $1`, url)
	if err != nil {
		return desk.Imported{}, err
	}
	is, err := t.Imports(ctx, "", []desk.ID{id}, 1)
	if err == nil && len(is) == 0 {
		err = desk.ErrNotFound
	}
	if err != nil {
		return desk.Imported{}, err
	}
	return is[0], nil
}

// ImportedUse implements desk.SourceRows.
func (t *tx) ImportedUse(ctx context.Context, id desk.ID) (int, []desk.ID, error) {
	tips, err := one(ctx, t, func(n *int) []any { return []any{n} }, `SELECT COUNT(*) FROM tip WHERE imported = $1`, id)
	if err != nil {
		return 0, nil, err
	}
	claims, err := many(ctx, t, func(id *desk.ID) []any { return []any{word(id)} },
		`SELECT id FROM claim WHERE imported = $1 AND state = 'answered' UNION
		SELECT e.claim FROM evidence e JOIN imported i ON i.url = e.url JOIN claim c ON c.id = e.claim
		WHERE i.id = $1 AND e.retired IS NULL AND c.state IN ('open','published') ORDER BY 1 LIMIT 200`, id)
	return tips, claims, err
}

// SetImportChange implements desk.SourceRows.
func (t *tx) SetImportChange(ctx context.Context, c desk.ImportChange) error {
	was, err := asJSON(c.Was)
	now, err2 := asJSON(c.Now)
	claims, err3 := asJSON(c.Claims)
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO import_change (id, imported, at, was, now, tips, claims, seen, seen_by) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)
		ON CONFLICT (id) DO UPDATE SET seen=$8, seen_by=$9`, c.ID, c.Imported, ms(c.At), was, now, c.Tips, claims, msOrNull(c.Seen), orNull(c.SeenBy))
	return err
}

// ImportChanges implements desk.SourceRows. There are few: those of one claim
// are picked here.
func (t *tx) ImportChanges(ctx context.Context, f desk.ImportChangeFilter) ([]desk.ImportChange, error) {
	var q filter
	eq(&q, "id", f.ID)
	if f.Open {
		q.terms = append(q.terms, "seen IS NULL")
	}
	limit := f.Limit
	if f.Claim != "" {
		limit = 2000
	}
	out, err := many(ctx, t, func(c *desk.ImportChange) []any {
		return []any{word(&c.ID), word(&c.Imported), at(&c.At), fromJSON(&c.Was), fromJSON(&c.Now), &c.Tips, fromJSON(&c.Claims), at(&c.Seen), word(&c.SeenBy)}
	}, `SELECT id, imported, at, was, now, tips, claims, seen, seen_by FROM import_change`+q.where()+` ORDER BY at DESC, id`+q.limit(limit, 200), q.args...)
	if err != nil || f.Claim == "" {
		return out, err
	}
	return slices.DeleteFunc(out, func(c desk.ImportChange) bool { return !slices.Contains(c.Claims, f.Claim) }), nil
}
