package store

import (
	"context"
	"errors"
	"slices"

	"soi/internal/desk"
)

// SetBranch implements desk.SeatRows.
func (t *tx) SetBranch(ctx context.Context, b desk.Branch) error {
	folded := foldName(b.Name)
	taken, err := many(ctx, t, func(id *desk.ID) []any { return []any{word(id)} },
		`SELECT id FROM branch WHERE folded = $1 AND id <> $2`, folded, b.ID)
	if err != nil {
		return err
	}
	if len(taken) > 0 {
		return desk.ErrDuplicate
	}
	langs, err := listJSON(b.Langs)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO branch (id, name, folded, langs, parent, created, closed) VALUES ($1,$2,$3,$4,$5,$6,$7)
		ON CONFLICT (id) DO UPDATE SET name=excluded.name, folded=excluded.folded, langs=excluded.langs,
			parent=excluded.parent, created=excluded.created, closed=excluded.closed`,
		b.ID, b.Name, folded, langs, orNull(b.Parent), ms(b.Created), msOrNull(b.Closed))
	return err
}

// listJSON writes a list, an empty one as [].
func listJSON(list []string) (string, error) {
	if list == nil {
		list = []string{}
	}
	return asJSON(list)
}

// Branches implements desk.SeatRows.
func (t *tx) Branches(ctx context.Context) ([]desk.Branch, error) {
	bs, err := many(ctx, t, func(b *desk.Branch) []any {
		return []any{word(&b.ID), &b.Name, fromJSON(&b.Langs), word(&b.Parent), at(&b.Created), at(&b.Closed)}
	}, `SELECT id, name, langs, parent, created, closed FROM branch ORDER BY folded`)
	for i := range bs {
		bs[i].Langs = noneAsNil(bs[i].Langs)
	}
	return bs, err
}

// noneAsNil is the list as verbs write it: nil when it holds nothing.
func noneAsNil(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
}

// SetSeat implements desk.SeatRows.
func (t *tx) SetSeat(ctx context.Context, s desk.Seat) error {
	topics, err := listJSON(s.Topics)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO seat (staff, branch, role, topics, since) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (staff, branch, role) DO UPDATE SET topics=excluded.topics, since=excluded.since`,
		s.Staff, s.Desk, s.Role, topics, ms(s.Since))
	return err
}

// DropSeat implements desk.SeatRows.
func (t *tx) DropSeat(ctx context.Context, staff, branch desk.ID, r desk.Role) error {
	return t.must(ctx, desk.ErrNotFound, `DELETE FROM seat WHERE staff = $1 AND branch = $2 AND role = $3`, staff, branch, r)
}

// SeatsOf implements desk.SeatRows.
func (t *tx) SeatsOf(ctx context.Context, staff desk.ID) ([]desk.Seat, error) {
	var q filter
	eq(&q, "staff", staff)
	ss, err := many(ctx, t, func(s *desk.Seat) []any {
		return []any{word(&s.Staff), word(&s.Desk), word(&s.Role), fromJSON(&s.Topics), at(&s.Since)}
	}, "SELECT staff, branch, role, topics, since FROM seat"+q.where()+" ORDER BY staff, branch, role", q.args...)
	for i := range ss {
		ss[i].Topics = noneAsNil(ss[i].Topics)
	}
	return ss, err
}

// SetDeskOf implements desk.SeatRows.
func (t *tx) SetDeskOf(ctx context.Context, claim, branch desk.ID) error {
	_, err := t.exec(ctx, `INSERT INTO claim_branch (claim, branch) VALUES ($1,$2)
		ON CONFLICT (claim) DO UPDATE SET branch = excluded.branch`, claim, branch)
	return err
}

// DesksOf implements desk.SeatRows.
func (t *tx) DesksOf(ctx context.Context, claims []desk.ID) (map[desk.ID]desk.ID, error) {
	type pair struct{ claim, branch desk.ID }
	out := map[desk.ID]desk.ID{}
	for some := range slices.Chunk(claims, 500) {
		var q filter
		in(&q, "claim", some)
		ps, err := many(ctx, t, func(p *pair) []any { return []any{word(&p.claim), word(&p.branch)} },
			"SELECT claim, branch FROM claim_branch"+q.where(), q.args...)
		if err != nil {
			return nil, err
		}
		for _, p := range ps {
			if p.branch != desk.Home {
				out[p.claim] = p.branch
			}
		}
	}
	return out, nil
}

// ofDesks restricts claims to those of desks: their own and those offered to
// them.
func ofDesks(q *filter, desks []desk.ID) {
	if desks == nil {
		return
	}
	own := isIn(q, "COALESCE((SELECT branch FROM claim_branch WHERE claim_branch.claim = claim.id), '"+string(desk.Home)+"')", desks)
	to := isIn(q, "h.to_branch", desks)
	q.terms = append(q.terms, "("+own+" OR EXISTS (SELECT 1 FROM handover h WHERE h.claim = claim.id AND h.state = 'offered' AND "+to+"))")
}

// SetTipDesk implements desk.SeatRows.
func (t *tx) SetTipDesk(ctx context.Context, tip, branch desk.ID) error {
	_, err := t.exec(ctx, `INSERT INTO tip_branch (tip, branch) VALUES ($1,$2)
		ON CONFLICT (tip) DO UPDATE SET branch = excluded.branch`, tip, branch)
	return err
}

// TipDesk implements desk.SeatRows.
func (t *tx) TipDesk(ctx context.Context, tip desk.ID) (desk.ID, error) {
	id, err := one(ctx, t, func(id *desk.ID) []any { return []any{word(id)} }, `SELECT branch FROM tip_branch WHERE tip = $1`, tip)
	if errors.Is(err, desk.ErrNotFound) {
		return desk.Home, nil
	}
	return id, err
}

// SetHandover implements desk.SeatRows.
func (t *tx) SetHandover(ctx context.Context, h desk.Handover) error {
	_, err := t.exec(ctx, `INSERT INTO handover (id, claim, from_branch, to_branch, made_by, made, reasons, state, decided, decided_by, answer)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)
		ON CONFLICT (id) DO UPDATE SET state=excluded.state, decided=excluded.decided, decided_by=excluded.decided_by, answer=excluded.answer`,
		h.ID, h.Claim, h.From, h.To, h.By, ms(h.At), h.Reasons, h.State, msOrNull(h.Decided), orNull(h.Decider), h.Answer)
	return err
}

// Handovers implements desk.SeatRows.
func (t *tx) Handovers(ctx context.Context, f desk.HandoverFilter) ([]desk.Handover, error) {
	var q filter
	eq(&q, "claim", f.Claim)
	eq(&q, "state", f.State)
	return many(ctx, t, func(h *desk.Handover) []any {
		return []any{word(&h.ID), word(&h.Claim), word(&h.From), word(&h.To), word(&h.By), at(&h.At), &h.Reasons,
			word(&h.State), at(&h.Decided), word(&h.Decider), &h.Answer}
	}, `SELECT id, claim, from_branch, to_branch, made_by, made, reasons, state, decided, decided_by, answer FROM handover`+
		q.where()+" ORDER BY made DESC, id DESC"+q.limit(f.Limit, 100), q.args...)
}

// SetFormer implements desk.SeatRows.
func (t *tx) SetFormer(ctx context.Context, staff desk.ID, r desk.Role) (int, error) {
	n, err := one(ctx, t, func(n *int) []any { return []any{n} }, `SELECT n FROM former WHERE staff = $1`, staff)
	if !errors.Is(err, desk.ErrNotFound) {
		return n, err
	}
	n, err = one(ctx, t, func(n *int) []any { return []any{n} }, `SELECT COALESCE(MAX(n), 0) + 1 FROM former`)
	if err != nil {
		return 0, err
	}
	_, err = t.exec(ctx, `INSERT INTO former (staff, n, role) VALUES ($1,$2,$3)`, staff, n, r)
	return n, err
}
