package store

import (
	"context"
	"errors"

	"soi/internal/desk"
)

// The keys of PostgreSQL's advisory locks: "soi" in ASCII and a number.
const (
	lockAppend  = 0x736f69_01 // one transaction at a time appends events
	lockMigrate = 0x736f69_02 // one process at a time changes the schema
)

// Append implements desk.Journal. On PostgreSQL numbers are given out in the
// order of asking, but transactions end in any order: a follower that has seen
// event 8 would never look for event 7, committed later. So whoever appends
// holds a lock from here to the end of the transaction. Verbs append last, so
// the wait is short.
func (t *tx) Append(ctx context.Context, e desk.Event) (int64, error) {
	data, err := asJSON(e.Data)
	if err != nil {
		return 0, err
	}
	if t.pg && !t.turn {
		if _, err := t.exec(ctx, `SELECT pg_advisory_xact_lock($1)`, lockAppend); err != nil {
			return 0, err
		}
	}
	return one(ctx, t, func(seq *int64) []any { return []any{seq} },
		`INSERT INTO event (at, kind, actor, claim, about, data) VALUES ($1,$2,$3,$4,$5,$6) RETURNING seq`,
		ms(e.At), e.Kind, orNull(e.Actor), orNull(e.Claim), orNull(e.About), data)
}

// Events implements desk.Journal.
func (t *tx) Events(ctx context.Context, f desk.EventFilter) ([]desk.Event, error) {
	var q filter
	q.and("seq >", f.After)
	eq(&q, "claim", f.Claim)
	order := " ORDER BY seq"
	if f.Newest || f.Claim != "" {
		order = " ORDER BY seq DESC"
	}
	return many(ctx, t, func(e *desk.Event) []any {
		return []any{&e.Seq, at(&e.At), word(&e.Kind), word(&e.Actor), word(&e.Claim), word(&e.About), fromJSON(&e.Data)}
	}, "SELECT seq, at, kind, actor, claim, about, data FROM event"+q.where()+order+q.limit(f.Limit, 100), q.args...)
}

// Position implements desk.Journal.
func (t *tx) Position(ctx context.Context, name string) (int64, error) {
	seq, err := one(ctx, t, func(seq *int64) []any { return []any{seq} },
		`SELECT seq FROM follower WHERE name = $1`, name)
	if errors.Is(err, desk.ErrNotFound) {
		return 0, nil
	}
	return seq, err
}

// SetPosition implements desk.Journal.
func (t *tx) SetPosition(ctx context.Context, name string, seq int64) error {
	_, err := t.exec(ctx, `INSERT INTO follower (name, seq) VALUES ($1,$2)
		ON CONFLICT (name) DO UPDATE SET seq = excluded.seq`, name, seq)
	return err
}
