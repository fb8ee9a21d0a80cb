package store

import (
	"context"
	"time"

	"soi/internal/desk"
)

// The columns of a conversation, in the order of its values and places.
const conversationFields = `id, channel, hash, asker, address, lang, talk, heard, said, due, ends, version`

// SetConversation implements desk.ReplyRows.
func (t *tx) SetConversation(ctx context.Context, c desk.Conversation) error {
	args := []any{c.ID, c.Channel, c.Key, c.Asker, c.Address, c.Lang, c.Talk, ms(c.Heard), c.Said, msOrNull(c.Due), ms(c.Ends)}
	if c.Version == 0 {
		return t.must(ctx, desk.ErrConflict, `INSERT INTO conversation (`+conversationFields+`)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,1) ON CONFLICT DO NOTHING`, args...)
	}
	return t.must(ctx, desk.ErrConflict, `UPDATE conversation SET channel=$2, hash=$3, asker=$4, address=$5, lang=$6, talk=$7,
		heard=$8, said=$9, due=$10, ends=$11, version=version+1 WHERE id=$1 AND version=$12`, append(args, c.Version)...)
}

// Conversations implements desk.ReplyRows.
func (t *tx) Conversations(ctx context.Context, f desk.ConversationFilter) ([]desk.Conversation, error) {
	var q filter
	in(&q, "id", f.IDs)
	inBytes(&q, "hash", f.Keys)
	if len(f.Asker) > 0 {
		q.and("asker =", f.Asker)
	}
	order := " ORDER BY id"
	if !f.DueBy.IsZero() {
		q.and("due <=", ms(f.DueBy))
		order = " ORDER BY due, id"
	}
	if !f.EndsBy.IsZero() {
		q.and("ends <=", ms(f.EndsBy))
	}
	return many(ctx, t, func(c *desk.Conversation) []any {
		return []any{word(&c.ID), &c.Channel, &c.Key, &c.Asker, &c.Address, &c.Lang, &c.Talk, at(&c.Heard), &c.Said,
			at(&c.Due), at(&c.Ends), &c.Version}
	}, "SELECT "+conversationFields+" FROM conversation"+q.where()+order+q.limit(f.Limit, 100), q.args...)
}

// DropConversation implements desk.ReplyRows.
func (t *tx) DropConversation(ctx context.Context, id desk.ID) error {
	for _, query := range []string{
		`UPDATE tip SET asker = NULL WHERE id IN (SELECT tip FROM asking WHERE conversation = $1)`,
		`UPDATE arrival SET body = NULL, state = 'done', at = at - at % 86400000, n = 0 WHERE conversation = $1 AND state <> 'done'`,
		`UPDATE arrival SET conversation = NULL WHERE conversation = $1`,
		`UPDATE notice SET state = 'dropped', why = 'erased' WHERE conversation = $1 AND state IN ('waiting','held','unknown')`,
		`UPDATE notice SET body = NULL, conversation = NULL WHERE conversation = $1`,
		`DELETE FROM asking WHERE conversation = $1`,
		`DELETE FROM conversation WHERE id = $1`,
	} {
		if _, err := t.exec(ctx, query, id); err != nil {
			return err
		}
	}
	return nil
}

// SetAsking implements desk.ReplyRows.
func (t *tx) SetAsking(ctx context.Context, a desk.Asking) error {
	_, err := t.exec(ctx, `INSERT INTO asking (tip, conversation, told, told_as) VALUES ($1,$2,$3,$4)
		ON CONFLICT (tip) DO UPDATE SET conversation = excluded.conversation, told = excluded.told, told_as = excluded.told_as`,
		a.Tip, a.Conversation, a.Told, a.As)
	return err
}

// untold holds for an asker who has not been told how the claim stands.
const untold = `(c.state = 'published' AND c.rev > a.told OR c.state = 'withdrawn' AND c.rev > a.told AND a.told > 0
	OR c.state = 'closed' AND a.told_as <> 'closed' OR c.state = 'answered' AND a.told_as <> 'imported')`

// Askings implements desk.ReplyRows.
func (t *tx) Askings(ctx context.Context, f desk.AskingFilter) ([]desk.Asking, error) {
	var q filter
	in(&q, "a.tip", f.Tips)
	in(&q, "a.conversation", f.Conversations)
	eq(&q, "t.claim", f.Claim)
	if f.After != "" {
		q.and("a.tip >", string(f.After))
	}
	if f.Untold {
		q.terms = append(q.terms, untold)
	}
	return many(ctx, t, func(a *desk.Asking) []any {
		return []any{word(&a.Tip), word(&a.Conversation), &a.Told, &a.As, word(&a.Claim)}
	}, `SELECT a.tip, a.conversation, a.told, a.told_as, t.claim
		FROM asking a JOIN tip t ON t.id = a.tip LEFT JOIN claim c ON c.id = t.claim`+q.where()+
		" ORDER BY a.tip"+q.limit(f.Limit, 100), q.args...)
}

// The columns of a delivery.
const arrivalFields = `hash, channel, conversation, at, n, state, why, tries, body, tip`

// AddArrival implements desk.ReplyRows.
func (t *tx) AddArrival(ctx context.Context, a desk.Arrival) error {
	return t.must(ctx, desk.ErrDuplicate, `INSERT INTO arrival (`+arrivalFields+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)
		ON CONFLICT (hash) DO NOTHING`, arrivalArgs(a)...)
}

// arrivalArgs are a delivery's values.
func arrivalArgs(a desk.Arrival) []any {
	return []any{a.Key, a.Channel, orNull(a.Conversation), ms(a.At), a.N, a.State, a.Why, a.Tries, a.Body, orNull(a.Tip)}
}

// SetArrival implements desk.ReplyRows.
func (t *tx) SetArrival(ctx context.Context, a desk.Arrival) error {
	return t.must(ctx, desk.ErrNotFound, `UPDATE arrival SET channel=$2, conversation=$3, at=$4, n=$5, state=$6, why=$7, tries=$8,
		body=$9, tip=$10 WHERE hash=$1`, arrivalArgs(a)...)
}

// TryArrivals implements desk.ReplyRows.
func (t *tx) TryArrivals(ctx context.Context, keys [][]byte) error {
	var q filter
	inBytes(&q, "hash", keys)
	_, err := t.exec(ctx, `UPDATE arrival SET tries = tries + 1`+q.where(), q.args...)
	return err
}

// Arrivals implements desk.ReplyRows.
func (t *tx) Arrivals(ctx context.Context, f desk.ArrivalFilter) ([]desk.Arrival, error) {
	var q filter
	inBytes(&q, "hash", f.Keys)
	in(&q, "state", f.States)
	in(&q, "conversation", f.Conversations)
	if !f.Before.IsZero() {
		q.and("at <", ms(f.Before))
	}
	body := "body"
	if f.Bare {
		body = "NULL"
	}
	return many(ctx, t, func(a *desk.Arrival) []any {
		return []any{&a.Key, &a.Channel, word(&a.Conversation), at(&a.At), &a.N, word(&a.State), &a.Why, &a.Tries, &a.Body, word(&a.Tip)}
	}, "SELECT hash, channel, conversation, at, n, state, why, tries, "+body+", tip FROM arrival"+q.where()+" ORDER BY n, hash"+q.limit(f.Limit, 100), q.args...)
}

// DropArrivals implements desk.ReplyRows.
func (t *tx) DropArrivals(ctx context.Context, s desk.ArrivalState, before time.Time) (int, error) {
	n, err := t.exec(ctx, `DELETE FROM arrival WHERE state = $1 AND at < $2`, s, ms(before))
	return int(n), err
}

// inBytes adds column IN (vs) unless vs is nil.
func inBytes(q *filter, column string, vs [][]byte) {
	if vs == nil {
		return
	}
	anys := make([]any, len(vs))
	for i, v := range vs {
		anys[i] = v
	}
	q.terms = append(q.terms, isOneOf(q, column, anys))
}
