package store

import (
	"context"
	"errors"
	"time"

	"soi/internal/desk"
)

// SetSubscription implements desk.DigestRows.
func (t *tx) SetSubscription(ctx context.Context, s desk.Subscription) error {
	topics, err := asJSON(s.Topics)
	places, err2 := asJSON(s.Places)
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	n, err := t.exec(ctx, `INSERT INTO digest_subscription (id, kind, channel, hash, address, link, staff, house, lang, topics, places, state, asked, confirmed)
		SELECT $1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14 WHERE NOT EXISTS (SELECT 1 FROM digest_subscription
			WHERE id <> $1 AND (hash = $4 OR link = $6 OR staff = $7))
		ON CONFLICT (id) DO UPDATE SET kind=excluded.kind, channel=excluded.channel, hash=excluded.hash, address=excluded.address, link=excluded.link,
			staff=excluded.staff, house=excluded.house, lang=excluded.lang, topics=excluded.topics, places=excluded.places, state=excluded.state,
			asked=excluded.asked, confirmed=excluded.confirmed`,
		s.ID, s.Kind, s.Channel, s.Hash, s.Address, s.Link, orNull(s.Staff), orNull(s.House), s.Lang, topics, places, s.State, ms(s.Asked), msOrNull(s.Confirmed))
	if err == nil && n == 0 {
		err = desk.ErrDuplicate
	}
	return err
}

// DropSubscription implements desk.DigestRows.
func (t *tx) DropSubscription(ctx context.Context, id desk.ID) error {
	if _, err := t.exec(ctx, `DELETE FROM digest_mail WHERE subscription = $1`, id); err != nil {
		return err
	}
	return t.must(ctx, desk.ErrNotFound, `DELETE FROM digest_subscription WHERE id = $1`, id)
}

// Subscriptions implements desk.DigestRows.
func (t *tx) Subscriptions(ctx context.Context, f desk.SubscriptionFilter) ([]desk.Subscription, error) {
	var q filter
	in(&q, "id", f.IDs)
	in(&q, "kind", f.Kinds)
	if f.Hash != nil {
		q.and("hash =", f.Hash)
	}
	if f.Link != nil {
		q.and("link =", f.Link)
	}
	if f.Staff != "" {
		q.and("staff =", f.Staff)
	}
	if f.State != "" {
		q.and("state =", f.State)
	}
	if !f.AskedBefore.IsZero() {
		q.and("asked <", ms(f.AskedBefore))
	}
	if f.After != "" {
		q.and("id >", f.After)
	}
	return many(ctx, t, func(s *desk.Subscription) []any {
		return []any{word(&s.ID), word(&s.Kind), &s.Channel, &s.Hash, &s.Address, &s.Link, word(&s.Staff), word(&s.House), &s.Lang, fromJSON(&s.Topics),
			fromJSON(&s.Places), word(&s.State), at(&s.Asked), at(&s.Confirmed)}
	}, `SELECT id, kind, channel, hash, address, link, staff, house, lang, topics, places, state, asked, confirmed FROM digest_subscription`+
		q.where()+` ORDER BY id`+q.limit(f.Limit, 500), q.args...)
}

// SubscriptionCounts implements desk.DigestRows.
func (t *tx) SubscriptionCounts(ctx context.Context) (map[desk.SubscriptionKind]map[desk.SubscriptionState]int, error) {
	type row struct {
		kind  desk.SubscriptionKind
		state desk.SubscriptionState
		n     int
	}
	rows, err := many(ctx, t, func(r *row) []any { return []any{word(&r.kind), word(&r.state), &r.n} },
		`SELECT kind, state, COUNT(*) FROM digest_subscription GROUP BY kind, state`)
	out := map[desk.SubscriptionKind]map[desk.SubscriptionState]int{}
	for _, r := range rows {
		if out[r.kind] == nil {
			out[r.kind] = map[desk.SubscriptionState]int{}
		}
		out[r.kind][r.state] = r.n
	}
	return out, err
}

// AddEdition implements desk.DigestRows.
func (t *tx) AddEdition(ctx context.Context, e desk.Edition) error {
	questions, err := asJSON(e.Questions)
	if err != nil {
		return err
	}
	return t.must(ctx, desk.ErrDuplicate, `INSERT INTO digest_edition (id, day, n, slot, due, made, from_log, to_log, since, questions, alarmed)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11) ON CONFLICT DO NOTHING`,
		e.ID, e.Day, e.N, e.Slot, ms(e.Due), ms(e.Made), e.From, e.To, ms(e.Since), questions, msOrNull(e.Alarmed))
}

// SetEdition implements desk.DigestRows.
func (t *tx) SetEdition(ctx context.Context, e desk.Edition) error {
	return t.must(ctx, desk.ErrNotFound, `UPDATE digest_edition SET slot=$2, alarmed=$3 WHERE id=$1`, e.ID, e.Slot, msOrNull(e.Alarmed))
}

// Editions implements desk.DigestRows.
func (t *tx) Editions(ctx context.Context, f desk.EditionFilter) ([]desk.Edition, error) {
	var q filter
	if f.ID != "" {
		q.and("id =", f.ID)
	}
	if f.Day != "" {
		q.and("day =", f.Day)
	}
	if f.N != 0 {
		q.and("n =", f.N)
	}
	if !f.Before.IsZero() {
		q.and("due <", ms(f.Before))
	}
	return many(ctx, t, func(e *desk.Edition) []any {
		return []any{word(&e.ID), &e.Day, &e.N, &e.Slot, at(&e.Due), at(&e.Made), &e.From, &e.To, at(&e.Since), fromJSON(&e.Questions), at(&e.Alarmed)}
	}, `SELECT id, day, n, slot, due, made, from_log, to_log, since, questions, alarmed FROM digest_edition`+
		q.where()+` ORDER BY due DESC, n DESC, id`+q.limit(f.Limit, 100), q.args...)
}

// AddDigestMail implements desk.DigestRows.
func (t *tx) AddDigestMail(ctx context.Context, m desk.DigestMail) error {
	return t.must(ctx, desk.ErrDuplicate, `INSERT INTO digest_mail (op, subscription, edition, state, why, calls, tries, made, due, sent)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10) ON CONFLICT (op) DO NOTHING`,
		m.Op, m.Subscription, orNull(m.Edition), m.State, m.Why, m.Calls, m.Tries, ms(m.Made), ms(m.Due), msOrNull(m.Sent))
}

// AddEditionMails implements desk.DigestRows.
func (t *tx) AddEditionMails(ctx context.Context, edition desk.ID, at time.Time) (int, error) {
	n, err := t.exec(ctx, `INSERT INTO digest_mail (op, subscription, edition, state, why, calls, tries, made, due)
		SELECT CAST($1 AS TEXT) || '/' || id, id, CAST($1 AS TEXT), 'waiting', '', 0, 0, CAST($2 AS BIGINT), CAST($2 AS BIGINT)
		FROM digest_subscription WHERE state = 'on' ON CONFLICT (op) DO NOTHING`, edition, ms(at))
	return int(n), err
}

// SetDigestMail implements desk.DigestRows.
func (t *tx) SetDigestMail(ctx context.Context, m desk.DigestMail) error {
	return t.must(ctx, desk.ErrNotFound, `UPDATE digest_mail SET state=$2, why=$3, calls=$4, tries=$5, due=$6, sent=$7 WHERE op=$1`,
		m.Op, m.State, m.Why, m.Calls, m.Tries, ms(m.Due), msOrNull(m.Sent))
}

// DigestMails implements desk.DigestRows.
func (t *tx) DigestMails(ctx context.Context, f desk.DigestMailFilter) ([]desk.DigestMail, error) {
	var q filter
	in(&q, "state", f.States)
	if f.Op != "" {
		q.and("op =", f.Op)
	}
	if f.Subscription != "" {
		q.and("subscription =", f.Subscription)
	}
	if f.Edition != "" {
		q.and("edition =", f.Edition)
	}
	if f.Confirming {
		q.and("COALESCE(edition, '') =", "")
	}
	if !f.MadeAfter.IsZero() {
		q.and("made >", ms(f.MadeAfter))
	}
	if !f.DueBy.IsZero() {
		q.and("due <=", ms(f.DueBy))
	}
	return many(ctx, t, func(m *desk.DigestMail) []any {
		return []any{&m.Op, word(&m.Subscription), word(&m.Edition), word(&m.State), &m.Why, &m.Calls, &m.Tries, at(&m.Made), at(&m.Due), at(&m.Sent)}
	}, `SELECT op, subscription, edition, state, why, calls, tries, made, due, sent FROM digest_mail`+q.where()+` ORDER BY due, op`+q.limit(f.Limit, 500), q.args...)
}

// DigestMailCounts implements desk.DigestRows.
func (t *tx) DigestMailCounts(ctx context.Context, edition desk.ID) (map[desk.NoticeState]int, error) {
	type row struct {
		state desk.NoticeState
		n     int
	}
	rows, err := many(ctx, t, func(r *row) []any { return []any{word(&r.state), &r.n} },
		`SELECT state, COUNT(*) FROM digest_mail WHERE edition = $1 GROUP BY state`, edition)
	out := map[desk.NoticeState]int{}
	for _, r := range rows {
		out[r.state] = r.n
	}
	return out, err
}

// SweepDigestMails implements desk.DigestRows.
func (t *tx) SweepDigestMails(ctx context.Context, before time.Time) (int, error) {
	n, err := t.exec(ctx, `DELETE FROM digest_mail WHERE state IN ('sent','failed','dropped') AND made < $1`, ms(before))
	return int(n), err
}
