package storetest

import (
	"context"
	"testing"
	"time"

	"soi/internal/desk"
)

// seats is what a store promises of desks, seats and handovers.
func seats(t *testing.T, open func(*testing.T) Store) {
	t.Run("branches", func(t *testing.T) { branches(t, open(t)) })
	t.Run("seats", func(t *testing.T) { seatRows(t, open(t)) })
	t.Run("claims of desks", func(t *testing.T) { claimsOfDesks(t, open(t)) })
	t.Run("former", func(t *testing.T) { former(t, open(t)) })
}

func branches(t *testing.T, s Store) {
	list := func() []desk.Branch {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Branch, error) { return tx.Branches(ctx) })
	}
	set := func(b desk.Branch) {
		t.Helper()
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetBranch(ctx, b) })
	}
	same(t, "none", []desk.Branch{}, list())
	b := desk.Branch{ID: desk.NewID(), Name: "Huyện Đông", Langs: []string{"vi", "en"}, Created: noon}
	a := desk.Branch{ID: desk.Home, Name: "An Giang", Created: noon}
	set(b)
	set(a)
	same(t, "by name", []desk.Branch{a, b}, list())
	b.Parent, b.Closed, b.Langs = a.ID, noon.Add(time.Hour), nil
	set(b)
	same(t, "changed", []desk.Branch{a, b}, list())
	refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error {
		return tx.SetBranch(ctx, desk.Branch{ID: desk.NewID(), Name: "HUYỆN  đông", Created: noon})
	})
}

func seatRows(t *testing.T, s Store) {
	of := func(staff desk.ID) []desk.Seat {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Seat, error) { return tx.SeatsOf(ctx, staff) })
	}
	a := desk.Seat{Staff: "01an", Desk: desk.Home, Role: desk.Checker, Topics: []string{"health", "scam"}, Since: noon}
	b := desk.Seat{Staff: "01an", Desk: desk.Home, Role: desk.Editor, Since: noon}
	c := desk.Seat{Staff: "02binh", Desk: desk.NewID(), Role: desk.ExpertRole, Since: noon}
	for _, x := range []desk.Seat{c, b, a} {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetSeat(ctx, x) })
	}
	same(t, "of one", []desk.Seat{a, b}, of("01an"))
	same(t, "of all", []desk.Seat{a, b, c}, of(""))
	same(t, "of nobody", []desk.Seat{}, of("03chi"))
	a.Topics, a.Since = nil, noon.Add(time.Minute)
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetSeat(ctx, a) })
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.DropSeat(ctx, b.Staff, b.Desk, b.Role) })
	same(t, "changed and dropped", []desk.Seat{a, c}, of(""))
	refuse(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error { return tx.DropSeat(ctx, b.Staff, b.Desk, b.Role) })
	if err := s.Tx(t.Context(), func(tx desk.Tx) error { b.Role = "chief"; return tx.SetSeat(t.Context(), b) }); err == nil {
		t.Error("the database took a seat with the role chief")
	}
}

func claimsOfDesks(t *testing.T, s Store) {
	one, two, three := addClaim(t, s, "một"), addClaim(t, s, "hai"), addClaim(t, s, "ba")
	d, e := desk.NewID(), desk.NewID()
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.SetDeskOf(ctx, two.ID, e); err != nil {
			return err
		}
		return tx.SetDeskOf(ctx, two.ID, d)
	})
	same(t, "whose", map[desk.ID]desk.ID{two.ID: d}, get(t, s, func(ctx context.Context, tx desk.Tx) (map[desk.ID]desk.ID, error) {
		return tx.DesksOf(ctx, []desk.ID{one.ID, two.ID, three.ID})
	}))
	ids := func(f desk.ClaimFilter) map[desk.ID]bool {
		out := map[desk.ID]bool{}
		for _, c := range get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Claim, error) { return tx.Claims(ctx, f) }) {
			out[c.ID] = true
		}
		return out
	}
	same(t, "of the district", map[desk.ID]bool{two.ID: true}, ids(desk.ClaimFilter{Desks: []desk.ID{d}}))
	same(t, "of Home", map[desk.ID]bool{one.ID: true, three.ID: true}, ids(desk.ClaimFilter{Desks: []desk.ID{desk.Home}}))
	same(t, "of no desk", map[desk.ID]bool{}, ids(desk.ClaimFilter{Desks: []desk.ID{}}))
	h := desk.Handover{ID: desk.NewID(), Claim: one.ID, From: desk.Home, To: d, By: "01an", At: noon, Reasons: "gần hơn", State: desk.HandoverOffered}
	set := func() {
		t.Helper()
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetHandover(ctx, h) })
	}
	list := func(f desk.HandoverFilter) []desk.Handover {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Handover, error) { return tx.Handovers(ctx, f) })
	}
	set()
	same(t, "offered too", map[desk.ID]bool{one.ID: true, two.ID: true}, ids(desk.ClaimFilter{Desks: []desk.ID{d}}))
	same(t, "handovers", []desk.Handover{h}, list(desk.HandoverFilter{Claim: one.ID, State: desk.HandoverOffered}))
	h.State, h.Decided, h.Decider, h.Answer = desk.HandoverBack, noon.Add(time.Hour), "02binh", "không"
	set()
	same(t, "returned", []desk.Handover{h}, list(desk.HandoverFilter{Claim: one.ID}))
	same(t, "no more", map[desk.ID]bool{two.ID: true}, ids(desk.ClaimFilter{Desks: []desk.ID{d}}))
	same(t, "none offered", []desk.Handover{}, list(desk.HandoverFilter{State: desk.HandoverOffered}))
	tip := addTip(t, s, newTip(1))
	where := func() desk.ID {
		return get(t, s, func(ctx context.Context, tx desk.Tx) (desk.ID, error) { return tx.TipDesk(ctx, tip.ID) })
	}
	same(t, "a tip of Home", desk.Home, where())
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetTipDesk(ctx, tip.ID, d) })
	same(t, "a tip of the district", d, where())
}

func former(t *testing.T, s Store) {
	p := desk.Staff{ID: desk.NewID(), Name: "An", Role: desk.Seated, Lang: "vi", Created: noon}
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetStaff(ctx, p) })
	for want, id := range []desk.ID{p.ID, desk.NewID(), desk.NewID()} {
		for range 2 {
			write(t, s, func(ctx context.Context, tx desk.Tx) error {
				n, err := tx.SetFormer(ctx, id, desk.Editor)
				if n != want+1 {
					t.Errorf("number %d, want %d", n, want+1)
				}
				return err
			})
		}
	}
	all := get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Staff, error) { return tx.Staff(ctx) })
	if len(all) != 1 || all[0].Former != 1 {
		t.Errorf("%+v", all)
	}
}
