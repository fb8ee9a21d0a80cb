package store

import (
	"context"
	"time"

	"soi/internal/desk"
)

// noticeFields are the columns of a notice, in the order of noticeArgs.
const noticeFields = `id, op, conversation, channel, kind, tip, claim, imported, rev, body, address, state, why, calls, tries,
	made, due, sent, receipt`

// noticeArgs are a notice's values.
func noticeArgs(n desk.Notice) []any {
	return []any{n.ID, n.Op, orNull(n.Conversation), n.Channel, n.Kind, orNull(n.Tip), orNull(n.Claim), orNull(n.Imported), n.Rev,
		n.Body, n.Address, n.State, n.Why, n.Calls, n.Tries, ms(n.Made), ms(n.Due), msOrNull(n.Sent), n.Receipt}
}

// AddNotice implements desk.ReplyRows.
func (t *tx) AddNotice(ctx context.Context, n desk.Notice) error {
	return t.must(ctx, desk.ErrDuplicate, `INSERT INTO notice (`+noticeFields+`)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19) ON CONFLICT (op) DO NOTHING`, noticeArgs(n)...)
}

// SetNotice implements desk.ReplyRows.
func (t *tx) SetNotice(ctx context.Context, n desk.Notice) error {
	return t.must(ctx, desk.ErrNotFound, `UPDATE notice SET op=$2, conversation=$3, channel=$4, kind=$5, tip=$6, claim=$7, imported=$8,
		rev=$9, body=$10, address=$11, state=$12, why=$13, calls=$14, tries=$15, made=$16, due=$17, sent=$18, receipt=$19
		WHERE id=$1`, noticeArgs(n)...)
}

// Notices implements desk.ReplyRows.
func (t *tx) Notices(ctx context.Context, f desk.NoticeFilter) ([]desk.Notice, error) {
	var q filter
	in(&q, "id", f.IDs)
	in(&q, "state", f.States)
	in(&q, "conversation", f.Conversations)
	eq(&q, "claim", f.Claim)
	eq(&q, "op", f.Op)
	for _, c := range f.NotChannels {
		q.and("channel <>", c)
	}
	if len(f.Receipt) > 0 {
		q.and("receipt =", f.Receipt)
	}
	if !f.DueBy.IsZero() {
		q.and("due <=", ms(f.DueBy))
	}
	if !f.MadeBefore.IsZero() {
		q.and("made <", ms(f.MadeBefore))
	}
	return many(ctx, t, func(n *desk.Notice) []any {
		return []any{word(&n.ID), &n.Op, word(&n.Conversation), &n.Channel, word(&n.Kind), word(&n.Tip), word(&n.Claim), word(&n.Imported),
			&n.Rev, &n.Body, &n.Address, word(&n.State), &n.Why, &n.Calls, &n.Tries, at(&n.Made), at(&n.Due), at(&n.Sent), &n.Receipt}
	}, "SELECT "+noticeFields+" FROM notice"+q.where()+" ORDER BY due, id"+q.limit(f.Limit, 100), q.args...)
}

// DropNotices implements desk.ReplyRows.
func (t *tx) DropNotices(ctx context.Context, before time.Time) (int, error) {
	n, err := t.exec(ctx, `DELETE FROM notice WHERE made < $1 AND state IN ('sent','failed','dropped')`, ms(before))
	return int(n), err
}

// ReplyCounts implements desk.ReplyRows.
func (t *tx) ReplyCounts(ctx context.Context, claim desk.ID) ([]desk.NoticeCount, []desk.ArrivalCount, error) {
	var q filter
	eq(&q, "claim", claim)
	ns, err := many(ctx, t, func(c *desk.NoticeCount) []any { return []any{&c.Channel, word(&c.State), &c.Why, &c.N} },
		"SELECT channel, state, why, COUNT(*) FROM notice"+q.where()+" GROUP BY channel, state, why ORDER BY channel, state, why", q.args...)
	if err != nil {
		return nil, nil, err
	}
	as, err := many(ctx, t, func(c *desk.ArrivalCount) []any { return []any{&c.Channel, word(&c.State), &c.N, at(&c.Last)} },
		"SELECT channel, state, COUNT(*), MAX(at) FROM arrival GROUP BY channel, state ORDER BY channel, state")
	return ns, as, err
}
