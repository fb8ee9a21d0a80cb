package store

import (
	"context"
	"time"

	"soi/internal/desk"
)

// SetOutlet implements desk.FeedRows.
func (t *tx) SetOutlet(ctx context.Context, o desk.Outlet) error {
	folded := foldName(o.Name)
	taken, err := many(ctx, t, func(id *desk.ID) []any { return []any{word(id)} },
		`SELECT id FROM outlet WHERE folded = $1 AND id <> $2`, folded, o.ID)
	if err != nil {
		return err
	}
	if len(taken) > 0 {
		return desk.ErrDuplicate
	}
	_, err = t.exec(ctx, `INSERT INTO outlet (id, name, folded, site, imprint, lang, reason, added, removed, why)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)
		ON CONFLICT (id) DO UPDATE SET name=excluded.name, folded=excluded.folded, site=excluded.site, imprint=excluded.imprint,
			lang=excluded.lang, reason=excluded.reason, added=excluded.added, removed=excluded.removed, why=excluded.why`,
		o.ID, o.Name, folded, o.Site, o.Imprint, o.Lang, o.Reason, ms(o.Added), msOrNull(o.Removed), o.Why)
	return err
}

// Outlets implements desk.FeedRows. Names are ordered without regard to case.
func (t *tx) Outlets(ctx context.Context) ([]desk.Outlet, error) {
	return many(ctx, t, func(o *desk.Outlet) []any {
		return []any{word(&o.ID), &o.Name, &o.Site, &o.Imprint, &o.Lang, &o.Reason, at(&o.Added), at(&o.Removed), &o.Why}
	}, `SELECT id, name, site, imprint, lang, reason, added, removed, why FROM outlet ORDER BY folded`)
}

// SetFeed implements desk.FeedRows.
func (t *tx) SetFeed(ctx context.Context, f desk.Feed) error {
	taken, err := many(ctx, t, func(id *desk.ID) []any { return []any{word(id)} },
		`SELECT id FROM feed WHERE url = $1 AND id <> $2`, f.URL, f.ID)
	if err != nil {
		return err
	}
	if len(taken) > 0 {
		return desk.ErrDuplicate
	}
	state, err := asJSON(f.State)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO feed (id, outlet, url, added, removed, due, leased, fails, state)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)
		ON CONFLICT (id) DO UPDATE SET outlet=excluded.outlet, url=excluded.url, added=excluded.added, removed=excluded.removed,
			due=excluded.due, leased=excluded.leased, fails=excluded.fails, state=excluded.state`,
		f.ID, f.Outlet, f.URL, ms(f.Added), msOrNull(f.Removed), ms(f.Due), msOrNull(f.Leased), f.State.Fails, state)
	return err
}

// Feeds implements desk.FeedRows. A lease or a due time further ahead than
// either can be was set before the clock jumped back, and does not count.
func (t *tx) Feeds(ctx context.Context, f desk.FeedFilter) ([]desk.Feed, error) {
	var q filter
	eq(&q, "id", f.ID)
	eq(&q, "outlet", f.Outlet)
	eq(&q, "url", f.URL)
	order := " ORDER BY id"
	if !f.Ready.IsZero() {
		q.terms = append(q.terms, "removed IS NULL",
			"(due <= "+q.arg(ms(f.Ready))+" OR due > "+q.arg(ms(f.Ready.Add(2*desk.MaxFeedInterval)))+")",
			"(leased IS NULL OR leased <= "+q.arg(ms(f.Ready))+" OR leased > "+q.arg(ms(f.Ready.Add(2*desk.FeedLease)))+")")
		if f.Sound {
			q.terms = append(q.terms, "fails = 0")
		}
		order = " ORDER BY CASE fails WHEN 0 THEN 0 ELSE 1 END, due, id"
	}
	return many(ctx, t, func(x *desk.Feed) []any {
		return []any{word(&x.ID), word(&x.Outlet), &x.URL, at(&x.Added), at(&x.Removed), at(&x.Due), at(&x.Leased), fromJSON(&x.State)}
	}, "SELECT id, outlet, url, added, removed, due, leased, state FROM feed"+q.where()+order+q.limit(f.Limit, 1000), q.args...)
}

// AddPiece implements desk.FeedRows.
func (t *tx) AddPiece(ctx context.Context, p desk.Piece) error {
	return t.must(ctx, desk.ErrDuplicate, `INSERT INTO piece (id, feed, outlet, guid, link, folded, sketch, story, seen)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT (feed, guid) DO NOTHING`,
		p.ID, p.Feed, p.Outlet, p.GUID, p.Link, p.Folded, p.Sketch, p.Story, ms(p.Seen))
}

// Pieces implements desk.FeedRows.
func (t *tx) Pieces(ctx context.Context, f desk.PieceFilter) ([]desk.Piece, error) {
	var q filter
	eq(&q, "feed", f.Feed)
	in(&q, "story", f.Stories)
	if f.GUIDs != nil || f.Links != nil {
		q.terms = append(q.terms, "("+isOneOf(&q, "guid", anys(f.GUIDs))+" OR "+isOneOf(&q, "link", anys(f.Links))+")")
	}
	if !f.Since.IsZero() {
		q.and("seen >=", ms(f.Since))
	}
	if f.Read {
		q.terms = append(q.terms, "length(sketch) > 0")
	}
	return many(ctx, t, func(p *desk.Piece) []any {
		return []any{word(&p.ID), word(&p.Feed), word(&p.Outlet), &p.GUID, &p.Link, &p.Folded, &p.Sketch, word(&p.Story), at(&p.Seen)}
	}, "SELECT id, feed, outlet, guid, link, folded, sketch, story, seen FROM piece"+q.where()+
		" ORDER BY seen DESC, id DESC"+q.limit(f.Limit, 1000), q.args...)
}

// anys is a list of arguments.
func anys(bs [][]byte) []any {
	out := make([]any, len(bs))
	for i, b := range bs {
		out[i] = b
	}
	return out
}

// AddSuggestion implements desk.FeedRows.
func (t *tx) AddSuggestion(ctx context.Context, s desk.Suggestion) error {
	reasons, err := asJSON(s.Reasons)
	if err != nil {
		return err
	}
	return t.must(ctx, desk.ErrDuplicate, `INSERT INTO suggestion (id, outlet, story, link, sentence, folded, lang, points, reasons,
		state, claim, found, decided) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13) ON CONFLICT (folded) DO NOTHING`,
		s.ID, s.Outlet, s.Story, s.Link, s.Sentence, s.Folded, s.Lang, s.Points, reasons,
		s.State, orNull(s.Claim), ms(s.Found), msOrNull(s.Decided))
}

// SetSuggestion implements desk.FeedRows.
func (t *tx) SetSuggestion(ctx context.Context, s desk.Suggestion) error {
	return t.must(ctx, desk.ErrNotFound, `UPDATE suggestion SET state=$2, claim=$3, decided=$4 WHERE id=$1`,
		s.ID, s.State, orNull(s.Claim), msOrNull(s.Decided))
}

// Suggestions implements desk.FeedRows.
func (t *tx) Suggestions(ctx context.Context, f desk.SuggestionFilter) ([]desk.Suggestion, error) {
	var q filter
	eq(&q, "id", f.ID)
	eq(&q, "state", f.State)
	eq(&q, "outlet", f.Outlet)
	if f.Shown {
		q.terms = append(q.terms, "(state <> 'open' OR outlet IN (SELECT id FROM outlet WHERE removed IS NULL))")
	}
	return many(ctx, t, func(s *desk.Suggestion) []any {
		return []any{word(&s.ID), word(&s.Outlet), word(&s.Story), &s.Link, &s.Sentence, &s.Folded, &s.Lang, &s.Points,
			fromJSON(&s.Reasons), word(&s.State), word(&s.Claim), at(&s.Found), at(&s.Decided)}
	}, "SELECT id, outlet, story, link, sentence, folded, lang, points, reasons, state, claim, found, decided FROM suggestion"+
		q.where()+" ORDER BY points DESC, id"+q.limit(f.Limit, 100), q.args...)
}

// SweepPress implements desk.FeedRows.
func (t *tx) SweepPress(ctx context.Context, pieces, open, decided time.Time) (int, error) {
	total := 0
	for _, s := range []struct {
		query  string
		before time.Time
	}{
		{`DELETE FROM piece WHERE seen < $1`, pieces},
		{`DELETE FROM suggestion WHERE state = 'open' AND found < $1`, open},
		{`DELETE FROM suggestion WHERE state <> 'open' AND decided < $1`, decided},
	} {
		n, err := t.exec(ctx, s.query, ms(s.before))
		if err != nil {
			return total, err
		}
		total += int(n)
	}
	return total, nil
}
