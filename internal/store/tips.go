package store

import (
	"context"
	"time"

	"soi/internal/desk"
)

// tipFields are the columns of a tip, in the order of tipArgs and tipInto.
const tipFields = `id, channel, ext_id, text, folded, lang, links, received, state, claim, origin, imported,
	decision, ticket, asker, forward, erased, aside`

// tipArgs are a tip's values.
func tipArgs(t desk.Tip) ([]any, error) {
	links, err := asJSON(t.Links)
	return []any{t.ID, t.Channel, t.ExtID, t.Text, t.Folded, t.Lang, links, ms(t.Received), t.State,
		orNull(t.Claim), orNull(t.Origin), orNull(t.Imported), t.Decision, t.Ticket, t.Asker, t.Forward,
		msOrNull(t.Erased), t.Aside}, err
}

// tipInto is where a row of tipFields goes.
func tipInto(t *desk.Tip) []any {
	return []any{word(&t.ID), &t.Channel, &t.ExtID, &t.Text, &t.Folded, &t.Lang, fromJSON(&t.Links), at(&t.Received),
		word(&t.State), word(&t.Claim), word(&t.Origin), word(&t.Imported), &t.Decision, &t.Ticket, &t.Asker,
		&t.Forward, at(&t.Erased), &t.Aside}
}

// AddTip implements desk.TipRows.
func (t *tx) AddTip(ctx context.Context, tip desk.Tip) error {
	args, err := tipArgs(tip)
	if err != nil {
		return err
	}
	return t.must(ctx, desk.ErrDuplicate, `INSERT INTO tip (`+tipFields+`)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18)
		ON CONFLICT (channel, ext_id) DO NOTHING`, args...)
}

// SetTip implements desk.TipRows.
func (t *tx) SetTip(ctx context.Context, tip desk.Tip) error {
	args, err := tipArgs(tip)
	if err != nil {
		return err
	}
	return t.must(ctx, desk.ErrNotFound, `UPDATE tip SET channel=$2, ext_id=$3, text=$4, folded=$5, lang=$6,
		links=$7, received=$8, state=$9, claim=$10, origin=$11, imported=$12, decision=$13, ticket=$14, asker=$15,
		forward=$16, erased=$17, aside=$18 WHERE id=$1`, args...)
}

// Tips implements desk.TipRows.
func (t *tx) Tips(ctx context.Context, f desk.TipFilter) ([]desk.Tip, error) {
	var q filter
	eq(&q, "claim", f.Claim)
	eq(&q, "origin", f.Origin)
	eq(&q, "state", f.State)
	eq(&q, "channel", f.Channel)
	eq(&q, "ext_id", f.ExtID)
	in(&q, "id", f.IDs)
	if len(f.Ticket) > 0 {
		q.and("ticket =", f.Ticket)
	}
	if !f.Before.IsZero() {
		q.and("received <", ms(f.Before))
	}
	if !f.Erasable.IsZero() {
		q.and("received <", ms(f.Erasable))
		q.terms = append(q.terms, "erased IS NULL", notInUse)
	}
	order := " ORDER BY received DESC, id DESC"
	if f.Oldest {
		order = " ORDER BY received, id"
	}
	return many(ctx, t, tipInto, "SELECT "+tipFields+" FROM tip"+q.where()+order+q.limit(f.Limit, 100), q.args...)
}

// notInUse holds for a tip that no claim carries, or one that nobody works on
// and nothing public rests on.
const notInUse = `NOT EXISTS (SELECT 1 FROM claim c WHERE c.id = tip.claim
	AND (c.state IN ('open','published') OR c.review IS NOT NULL))`

// ClaimOf implements desk.TipRows. Where several claims of one state carry
// the text (one was split), it is always the same one of them.
func (t *tx) ClaimOf(ctx context.Context, folded []byte) (desk.ID, error) {
	return one(ctx, t, func(id *desk.ID) []any { return []any{word(id)} },
		`SELECT t.claim FROM tip t JOIN claim c ON c.id = t.claim
		WHERE t.folded = $1 AND c.state IN ('open', 'closed')
		ORDER BY CASE c.state WHEN 'open' THEN 0 ELSE 1 END, t.claim LIMIT 1`, folded)
}

// MoveTips implements desk.TipRows.
func (t *tx) MoveTips(ctx context.Context, from, to desk.ID, back bool) (int, error) {
	query := `UPDATE tip SET claim = $2, origin = COALESCE(origin, $1) WHERE claim = $1`
	if back {
		query = `UPDATE tip SET claim = $1, origin = NULL WHERE origin = $1 AND claim = $2`
	}
	n, err := t.exec(ctx, query, from, to)
	return int(n), err
}

// SetTipsOf implements desk.TipRows.
func (t *tx) SetTipsOf(ctx context.Context, claim desk.ID, s desk.TipState, imported desk.ID) error {
	_, err := t.exec(ctx, `UPDATE tip SET state = $2, imported = $3
		WHERE claim = $1 AND (state <> $2 OR imported IS DISTINCT FROM $3)`, claim, s, orNull(imported))
	return err
}

// demandOf is a claim with its demand.
type demandOf struct {
	claim desk.ID
	desk.Demand
}

// Demands implements desk.TipRows. One statement counts all claims asked for:
// first by asker, in the order of the index tip_demand, then by claim. Counting
// distinct askers in one go takes more than twice as long.
func (t *tx) Demands(ctx context.Context, now time.Time, states []desk.ClaimState, ids []desk.ID) (map[desk.ID]desk.Demand, error) {
	out := map[desk.ID]desk.Demand{}
	if len(states)+len(ids) == 0 {
		return out, nil
	}
	var q filter
	recent := q.arg(ms(now.Add(-desk.SpeedWindow)))
	base := q.arg(ms(now.Add(-desk.SpeedWindow - desk.SpeedBase)))
	term := isIn(&q, "claim", ids)
	if len(states) > 0 {
		term = "claim IN (SELECT id FROM claim WHERE " + isIn(&q, "state", states) + ") OR " + term
	}
	all, err := many(ctx, t, func(d *demandOf) []any {
		return []any{word(&d.claim), &d.Tips, &d.Askers, &d.Recent, &d.Earlier, at(&d.Last), at(&d.First), &d.Forwards, &d.Aside}
	}, `SELECT claim, SUM(n), COUNT(asker) FILTER (WHERE n > 0) + COALESCE(SUM(n) FILTER (WHERE asker IS NULL), 0),
			SUM(recent), SUM(earlier), MAX(newest), MIN(oldest), SUM(forwards), SUM(aside)
		FROM (SELECT claim, asker, COUNT(*) FILTER (WHERE NOT aside) AS n,
				COUNT(*) FILTER (WHERE NOT aside AND received > `+recent+`) AS recent,
				COUNT(*) FILTER (WHERE NOT aside AND received > `+base+` AND received <= `+recent+`) AS earlier,
				MAX(received) FILTER (WHERE NOT aside) AS newest, MIN(received) FILTER (WHERE NOT aside) AS oldest,
				COUNT(*) FILTER (WHERE forward AND NOT aside) AS forwards, COUNT(*) FILTER (WHERE aside) AS aside
			FROM tip WHERE `+term+` GROUP BY claim, asker) AS asked
		GROUP BY claim`, q.args...)
	for _, d := range all {
		out[d.claim] = d.Demand
	}
	return out, err
}

// Asked implements desk.TipRows. The limit ends the walk over the index, so
// that the cost does not grow with the claim.
func (t *tx) Asked(ctx context.Context, claim desk.ID, most int) (int, error) {
	return one(ctx, t, func(n *int) []any { return []any{n} },
		`SELECT COUNT(*) FROM (SELECT 1 FROM tip WHERE claim = $1 AND NOT aside LIMIT $2) AS asked`, claim, most)
}
