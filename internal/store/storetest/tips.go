package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"soi/internal/desk"
)

// listTips reads tips on a snapshot.
func listTips(t *testing.T, s Store, f desk.TipFilter) []desk.Tip {
	t.Helper()
	return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Tip, error) { return tx.Tips(ctx, f) })
}

func tips(t *testing.T, open func(*testing.T) Store) {
	t.Run("every field comes back", func(t *testing.T) {
		s := open(t)
		a, b := addClaim(t, s, "a"), addClaim(t, s, "b")
		imp := addImport(t, s, "https://example.org/1")
		full := newTip(1)
		full.Claim, full.Origin, full.Imported, full.Forward = a.ID, b.ID, imp, true
		full.State, full.Decision, full.Erased = desk.TipAnswered, "same", noon.Add(time.Hour)
		bare := desk.Tip{ID: desk.NewID(), Channel: "counter", ExtID: "1", Received: noon, State: desk.TipJoined}
		for _, want := range []desk.Tip{full, bare} {
			addTip(t, s, want)
			got := listTips(t, s, desk.TipFilter{IDs: []desk.ID{want.ID}})
			same(t, "tip", []desk.Tip{want}, got)
		}
		full.Text, full.Folded, full.Links, full.Asker, full.Origin = "", nil, nil, nil, ""
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetTip(ctx, full) })
		same(t, "tip after SetTip", []desk.Tip{full}, listTips(t, s, desk.TipFilter{IDs: []desk.ID{full.ID}}))
	})
	t.Run("one tip per delivery", func(t *testing.T) {
		s := open(t)
		first := addTip(t, s, newTip(1))
		again := newTip(2)
		again.ExtID = first.ExtID
		refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error { return tx.AddTip(ctx, again) })
		other := again
		other.Channel = "counter"
		addTip(t, s, other)
		same(t, "tips", []desk.Tip{first}, listTips(t, s, desk.TipFilter{Channel: "web", ExtID: first.ExtID}))
	})
	t.Run("SetTip of an absent tip", func(t *testing.T) {
		s := open(t)
		refuse(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error { return tx.SetTip(ctx, newTip(1)) })
		same(t, "tips", []desk.Tip{}, listTips(t, s, desk.TipFilter{}))
	})
	t.Run("filters, order and limits", func(t *testing.T) { tipFilters(t, open(t)) })
	t.Run("erasable", func(t *testing.T) { erasable(t, open(t)) })
	t.Run("ClaimOf", func(t *testing.T) { claimOf(t, open(t)) })
	t.Run("MoveTips there and back", func(t *testing.T) { moveTips(t, open(t)) })
	t.Run("SetTipsOf", func(t *testing.T) {
		s := open(t)
		a, b, imp := addClaim(t, s, "a"), addClaim(t, s, "b"), addImport(t, s, "https://example.org/1")
		for n, c := range []desk.Claim{a, a, b} {
			tip := newTip(n)
			tip.Claim, tip.State = c.ID, desk.TipJoined
			addTip(t, s, tip)
		}
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetTipsOf(ctx, a.ID, desk.TipAnswered, imp) })
		for _, tip := range listTips(t, s, desk.TipFilter{}) {
			wantState, wantImp := desk.TipAnswered, imp
			if tip.Claim == b.ID {
				wantState, wantImp = desk.TipJoined, ""
			}
			same(t, "state", wantState, tip.State)
			same(t, "imported", wantImp, tip.Imported)
		}
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetTipsOf(ctx, a.ID, desk.TipJoined, "") })
		for _, tip := range listTips(t, s, desk.TipFilter{Claim: a.ID}) {
			same(t, "imported", desk.ID(""), tip.Imported)
		}
	})
}

func tipFilters(t *testing.T, s Store) {
	a := addClaim(t, s, "a")
	all := make([]desk.Tip, 130)
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		for n := range all {
			all[n] = newTip(n)
			if n%2 == 1 {
				all[n].Claim, all[n].State = a.ID, desk.TipJoined
			}
			if err := tx.AddTip(ctx, all[n]); err != nil {
				return err
			}
		}
		return nil
	})
	want := func(what string, f desk.TipFilter, tips ...desk.Tip) {
		t.Helper()
		same(t, what, tipIDs(tips), tipIDs(listTips(t, s, f)))
	}
	newest := slices.Clone(all)
	slices.Reverse(newest)
	want("everything is newest first, 100 at most", desk.TipFilter{}, newest[:100]...)
	want("limit", desk.TipFilter{Limit: 3}, newest[:3]...)
	want("oldest first", desk.TipFilter{Oldest: true, Limit: 2}, all[:2]...)
	want("before", desk.TipFilter{Before: all[5].Received, Limit: 2}, all[4], all[3])
	want("claim", desk.TipFilter{Claim: a.ID, Limit: 2}, newest[0], newest[2])
	want("state", desk.TipFilter{State: desk.TipWaiting, Oldest: true, Limit: 2}, all[0], all[2])
	want("state and before", desk.TipFilter{State: desk.TipWaiting, Before: all[3].Received}, all[2], all[0])
	want("ticket", desk.TipFilter{Ticket: all[7].Ticket}, all[7])
	want("ids", desk.TipFilter{IDs: []desk.ID{all[2].ID, all[9].ID, all[4].ID, desk.NewID(), all[2].ID}}, all[9], all[4], all[2])
	want("ids and claim", desk.TipFilter{IDs: []desk.ID{all[2].ID, all[9].ID}, Claim: a.ID}, all[9])
	want("a list of no ids", desk.TipFilter{IDs: []desk.ID{}})
	want("nothing", desk.TipFilter{Claim: desk.NewID()})
	if got := listTips(t, s, desk.TipFilter{Claim: desk.NewID()}); got == nil {
		t.Error("an empty list is nil")
	}
}

func erasable(t *testing.T, s Store) {
	mk := func(n int, state desk.ClaimState, review desk.ID) desk.Tip {
		tip := newTip(n)
		if state != "" {
			c := newClaim(string(state))
			c.State, c.Review = state, review
			write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetClaim(ctx, c) })
			tip.Claim, tip.State = c.ID, desk.TipJoined
		}
		return addTip(t, s, tip)
	}
	free := mk(0, "", "")
	mk(1, desk.ClaimOpen, "")
	mk(2, desk.ClaimPublished, "")
	mk(3, desk.ClaimWithdrawn, desk.NewID())
	closed := mk(4, desk.ClaimClosed, "")
	withdrawn := mk(5, desk.ClaimWithdrawn, "")
	answered := mk(6, desk.ClaimAnswered, "")
	gone := mk(7, desk.ClaimClosed, "")
	gone.Text, gone.Erased = "", noon
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetTip(ctx, gone) })
	mk(60, "", "")
	got := listTips(t, s, desk.TipFilter{Erasable: noon.Add(time.Hour), Oldest: true})
	same(t, "erasable tips", tipIDs([]desk.Tip{free, closed, withdrawn, answered}), tipIDs(got))
}

func claimOf(t *testing.T, s Store) {
	a := addClaim(t, s, "a")
	tip := newTip(1)
	find := func(folded []byte) (desk.ID, error) {
		var id desk.ID
		err := s.Read(t.Context(), func(tx desk.Tx) (err error) {
			id, err = tx.ClaimOf(t.Context(), folded)
			return err
		})
		return id, err
	}
	addTip(t, s, tip)
	_, err := find(tip.Folded)
	isKind(t, "a tip without a claim", err, desk.ErrNotFound)
	tip.Claim, tip.State = a.ID, desk.TipJoined
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetTip(ctx, tip) })
	id, err := find(tip.Folded)
	same(t, "open claim", a.ID, id)
	isKind(t, "open claim", err, nil)
	closed := newClaim("closed")
	closed.State = desk.ClaimClosed
	other := newTip(2)
	other.Folded, other.Claim, other.State = hash("closed text"), closed.ID, desk.TipClosed
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetClaim(ctx, closed) })
	addTip(t, s, other)
	id, err = find(other.Folded)
	same(t, "closed claim", closed.ID, id)
	isKind(t, "closed claim", err, nil)
	third := newTip(3)
	third.Folded, third.Claim, third.State = other.Folded, a.ID, desk.TipJoined
	addTip(t, s, third)
	id, err = find(other.Folded)
	same(t, "an open claim before a closed one", a.ID, id)
	isKind(t, "an open claim before a closed one", err, nil)
	_, err = find(hash("other"))
	isKind(t, "another text", err, desk.ErrNotFound)
	_, err = find(nil)
	isKind(t, "no text", err, desk.ErrNotFound)
	a.State = desk.ClaimPublished
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetClaim(ctx, a) })
	_, err = find(tip.Folded)
	isKind(t, "a published claim", err, desk.ErrNotFound)
}

func moveTips(t *testing.T, s Store) {
	a, b, c := addClaim(t, s, "a"), addClaim(t, s, "b"), addClaim(t, s, "c")
	var of [3]desk.Tip
	for n, cl := range []desk.Claim{a, a, b} {
		of[n] = newTip(n)
		of[n].Claim, of[n].State = cl.ID, desk.TipJoined
		addTip(t, s, of[n])
	}
	move := func(from, to desk.ID, back bool, want int) {
		t.Helper()
		var n int
		write(t, s, func(ctx context.Context, tx desk.Tx) (err error) {
			n, err = tx.MoveTips(ctx, from, to, back)
			return err
		})
		same(t, "tips moved", want, n)
	}
	where := func(want ...desk.ID) { // claim, origin of each tip
		t.Helper()
		var got []desk.ID
		for _, tip := range listTips(t, s, desk.TipFilter{Oldest: true}) {
			got = append(got, tip.Claim, tip.Origin)
		}
		same(t, "claims and origins", want, got)
	}
	move(a.ID, b.ID, false, 2)
	where(b.ID, a.ID, b.ID, a.ID, b.ID, "")
	same(t, "by origin", 2, len(listTips(t, s, desk.TipFilter{Origin: a.ID})))
	move(b.ID, c.ID, false, 3) // a merge of a merge: the first origin stays
	where(c.ID, a.ID, c.ID, a.ID, c.ID, b.ID)
	move(a.ID, b.ID, true, 0) // none of them is in b now
	move(b.ID, c.ID, true, 1)
	where(c.ID, a.ID, c.ID, a.ID, b.ID, "")
	move(a.ID, c.ID, true, 2)
	where(a.ID, "", a.ID, "", b.ID, "")
	move(desk.NewID(), c.ID, false, 0)
}

func demand(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	a, b, empty := addClaim(t, s, "a"), addClaim(t, s, "b"), addClaim(t, s, "empty")
	closed := newClaim("closed")
	closed.State = desk.ClaimClosed
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetClaim(ctx, closed) })
	now := noon.Add(100 * time.Hour)
	n := 0
	add := func(c desk.ID, ago time.Duration, asker string, forward bool) {
		n++
		tip := newTip(n)
		tip.Claim, tip.State, tip.Received, tip.Forward, tip.Asker = c, desk.TipJoined, now.Add(-ago), forward, nil
		if asker != "" {
			tip.Asker = hash(asker)[:16]
		}
		addTip(t, s, tip)
	}
	add(a.ID, time.Minute, "x", true)
	add(a.ID, 2*time.Hour, "x", false)
	add(a.ID, desk.SpeedWindow, "y", true) // the window's end belongs to the base
	add(a.ID, 20*time.Hour, "", false)
	add(a.ID, desk.SpeedWindow+desk.SpeedBase, "", false) // and the base's end to neither
	add(b.ID, 0, "", false)
	add(closed.ID, time.Hour, "x", false)
	tip := newTip(99)
	addTip(t, s, tip) // carried by no claim
	ask := func(states []desk.ClaimState, ids ...desk.ID) map[desk.ID]desk.Demand {
		return get(t, s, func(ctx context.Context, tx desk.Tx) (map[desk.ID]desk.Demand, error) {
			return tx.Demands(ctx, now, states, ids)
		})
	}
	da := desk.Demand{Tips: 5, Askers: 4, Recent: 2, Earlier: 2, Forwards: 2, Last: now.Add(-time.Minute),
		First: now.Add(-desk.SpeedWindow - desk.SpeedBase)}
	db := desk.Demand{Tips: 1, Askers: 1, Recent: 1, Last: now, First: now}
	dc := desk.Demand{Tips: 1, Askers: 1, Recent: 1, Last: now.Add(-time.Hour), First: now.Add(-time.Hour)}
	type m = map[desk.ID]desk.Demand
	open1 := []desk.ClaimState{desk.ClaimOpen}
	same(t, "open claims", m{a.ID: da, b.ID: db}, ask(open1))
	same(t, "claims named", m{a.ID: da, closed.ID: dc}, ask(nil, a.ID, closed.ID, empty.ID))
	same(t, "both", m{a.ID: da, b.ID: db, closed.ID: dc}, ask(open1, closed.ID, a.ID))
	same(t, "several states", m{a.ID: da, b.ID: db, closed.ID: dc}, ask([]desk.ClaimState{desk.ClaimOpen, desk.ClaimClosed, desk.ClaimMerged}))
	same(t, "neither", m{}, ask(nil))
	for most, want := range map[int]int{100: 5, 5: 5, 3: 3} {
		same(t, "counted to the most", want, get(t, s, func(ctx context.Context, tx desk.Tx) (int, error) { return tx.Asked(ctx, a.ID, most) }))
	}
}
