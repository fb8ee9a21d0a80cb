package storetest

import (
	"context"
	"testing"
	"time"

	"soi/internal/desk"
)

func checklistRows(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	c := addClaim(t, s, "a")
	an := desk.NewID()
	one := desk.Checklist{List: "number", Version: 1, Steps: []desk.Step{{Key: "again", Vi: "Tính lại", En: "Again"}}, Changed: noon, By: an}
	two := desk.Checklist{List: "number", Version: 2, Steps: []desk.Step{{Key: "again", Vi: "Tính lại", En: ""}, {Key: "x", Vi: "“Một”", En: "<b>"}}, Changed: noon.Add(time.Hour)}
	other := desk.Checklist{List: "any", Version: 1, Steps: []desk.Step{{Key: "k"}}, Changed: noon}
	for _, l := range []desk.Checklist{one, two, other} {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.AddChecklist(ctx, l) })
	}
	refuse(t, s, desk.ErrConflict, func(ctx context.Context, tx desk.Tx) error { return tx.AddChecklist(ctx, two) })
	list := func(name string) []desk.Checklist {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Checklist, error) { return tx.Checklists(ctx, name) })
	}
	same(t, "all", []desk.Checklist{other, two, one}, list(""))
	same(t, "one list", []desk.Checklist{two, one}, list("number"))

	a := desk.Tick{Claim: c.ID, Step: "any/first", State: desk.TickDone, At: noon, By: an}
	b := desk.Tick{Claim: c.ID, Step: "number/again", State: desk.TickNotHere, Why: "Không có số nào", At: noon.Add(time.Second)}
	for _, x := range []desk.Tick{b, a} {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetTick(ctx, x) })
	}
	ticks := func(id desk.ID) []desk.Tick {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Tick, error) { return tx.Ticks(ctx, id) })
	}
	same(t, "ticks", []desk.Tick{a, b}, ticks(c.ID))
	a.State, a.By, a.At = desk.TickOpen, "", noon.Add(time.Hour)
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetTick(ctx, a) })
	same(t, "ticks after", []desk.Tick{a, b}, ticks(c.ID))
	same(t, "none", []desk.Tick{}, ticks(desk.NewID()))
	b.Why = ""
	if err := s.Tx(t.Context(), func(tx desk.Tx) error { return tx.SetTick(t.Context(), b) }); err == nil {
		t.Error("the database took a step that does not apply for no reason")
	}
}

func dueRows(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	a, b := addClaim(t, s, "a"), addClaim(t, s, "b")
	closed := addClaim(t, s, "c")
	closed.State = desk.ClaimClosed
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetClaim(ctx, closed) })
	ua := desk.DueSet{Claim: a.ID, At: noon.Add(time.Hour), Why: "Họp báo lúc 13 giờ", SetAt: noon, By: desk.NewID()}
	ub := desk.DueSet{Claim: b.ID, At: noon, Why: "x", SetAt: noon}
	uc := desk.DueSet{Claim: closed.ID, At: noon, Why: "x", SetAt: noon}
	set := func(u desk.DueSet) {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetDue(ctx, u) })
	}
	list := func(id desk.ID) map[desk.ID]desk.DueSet {
		out := map[desk.ID]desk.DueSet{}
		for _, u := range get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.DueSet, error) { return tx.Dues(ctx, id) }) {
			out[u.Claim] = u
		}
		return out
	}
	for _, u := range []desk.DueSet{ua, ub, uc} {
		set(u)
	}
	type m = map[desk.ID]desk.DueSet
	same(t, "open ones", m{a.ID: ua, b.ID: ub}, list(""))
	same(t, "one", m{closed.ID: uc}, list(closed.ID))
	ua.At, ua.Why = noon.Add(2*time.Hour), "Hoãn"
	set(ua)
	set(desk.DueSet{Claim: b.ID})
	same(t, "changed and taken away", m{a.ID: ua}, list(""))
}

func viewRows(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	an, binh := desk.NewID(), desk.NewID()
	wide := desk.SavedView{ID: desk.NewID(), Name: "Tiền bạc", Query: "kind=money&view=free", Place: 2, Made: noon, By: an}
	own := desk.SavedView{ID: desk.NewID(), Owner: an, Name: "Của tôi", Query: "who=mine", Place: 1, Made: noon, By: an, Removed: noon.Add(time.Hour)}
	first := desk.SavedView{ID: desk.NewID(), Owner: an, Name: "A", Place: 0, Made: noon}
	theirs := desk.SavedView{ID: desk.NewID(), Owner: binh, Name: "B", Made: noon}
	for _, v := range []desk.SavedView{own, theirs, wide, first} {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetView(ctx, v) })
	}
	list := func(owner desk.ID) []desk.SavedView {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.SavedView, error) { return tx.SavedViews(ctx, owner) })
	}
	same(t, "of the desk first", []desk.SavedView{wide, first, own}, list(an))
	own.Removed, own.Name, own.Place = time.Time{}, "Việc tôi", -1
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetView(ctx, own) })
	same(t, "changed", []desk.SavedView{wide, own, first}, list(an))
	same(t, "another person", []desk.SavedView{wide, theirs}, list(binh))
}

func bulkRows(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	b := desk.Bulk{ID: desk.NewID(), Kind: desk.BulkClassify, At: noon, By: desk.NewID(), Items: []desk.BulkRow{
		{Claim: desk.NewID(), Version: 3, Outcome: desk.BulkDone, Was: desk.BulkWas{Topic: "food", Harm: desk.HarmLow, HarmKind: "health"}},
		{Claim: desk.NewID(), Version: 1, Outcome: desk.BulkChanged}}}
	later := desk.Bulk{ID: desk.NewID(), Kind: desk.BulkClose, At: noon.Add(time.Hour), Items: []desk.BulkRow{{Claim: "x", Version: 1, Outcome: desk.BulkDone}}}
	for _, x := range []desk.Bulk{b, later} {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetBulk(ctx, x) })
	}
	list := func(id desk.ID, n int) []desk.Bulk {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Bulk, error) { return tx.Bulks(ctx, id, n) })
	}
	same(t, "newest first", []desk.Bulk{later, b}, list("", 0))
	same(t, "one", []desk.Bulk{b}, list(b.ID, 1))
	b.Undone, b.UndoneBy, b.Items[0].Undo = noon.Add(2*time.Hour), desk.NewID(), desk.BulkUndone
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetBulk(ctx, b) })
	same(t, "undone", []desk.Bulk{b}, list(b.ID, 1))
	same(t, "none", []desk.Bulk{}, list(desk.NewID(), 1))
}

// asideRows sets tips aside and puts some back: counts, demand and lists agree.
func asideRows(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	c := addClaim(t, s, "a")
	var ids []desk.ID
	for n := range 1100 { // more than one statement takes
		tip := newTip(n)
		tip.Claim, tip.State, tip.Received, tip.Asker = c.ID, desk.TipJoined, noon.Add(time.Duration(n)*time.Millisecond), nil
		if n < 3 {
			tip.Asker = hash("x")[:16]
		}
		ids = append(ids, addTip(t, s, tip).ID)
	}
	demand := func() desk.Demand {
		return get(t, s, func(ctx context.Context, tx desk.Tx) (map[desk.ID]desk.Demand, error) {
			return tx.Demands(ctx, noon.Add(time.Minute), nil, []desk.ID{c.ID})
		})[c.ID]
	}
	before := demand()
	q := desk.Quarantine{ID: desk.NewID(), Reason: desk.AsideCampaign, At: noon, By: desk.NewID(), Tips: 1099}
	aside := func(tips []desk.ID) (n int) {
		write(t, s, func(ctx context.Context, tx desk.Tx) (err error) {
			if err = tx.SetQuarantine(ctx, q); err == nil {
				n, err = tx.SetAside(ctx, q.ID, tips)
			}
			return err
		})
		return n
	}
	same(t, "set aside", 1099, aside(ids[1:]))
	same(t, "once only", 0, aside(ids[1:600]))
	first := noon
	same(t, "demand", desk.Demand{Tips: 1, Askers: 1, Recent: 1, First: first, Last: first, Aside: 1099}, demand())
	same(t, "asked", 1, get(t, s, func(ctx context.Context, tx desk.Tx) (int, error) { return tx.Asked(ctx, c.ID, 100) }))
	same(t, "not aside", ids[:1], get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.ID, error) { return tx.TipIDs(ctx, []desk.ID{c.ID}, 10) }))
	back := func(tips []desk.ID) (n int) {
		write(t, s, func(ctx context.Context, tx desk.Tx) (err error) {
			n, err = tx.PutBack(ctx, q.ID, tips, noon.Add(time.Hour), q.By)
			return err
		})
		return n
	}
	same(t, "some back", 2, back([]desk.ID{ids[1], ids[2], ids[0]}))
	got := get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Tip, error) { return tx.AsideTips(ctx, q.ID, 2) })
	if len(got) != 2 || got[0].ID != ids[3] || !got[0].Aside {
		t.Errorf("still aside: %+v", got)
	}
	same(t, "tips themselves", false, listTips(t, s, desk.TipFilter{IDs: ids[1:2]})[0].Aside)
	marks := get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.TipMark, error) { return tx.TipMarks(ctx, noon, 2) })
	if len(marks) != 2 || marks[1].Tip != ids[1099] || marks[0].Tip != ids[1098] || !marks[0].Aside || marks[0].Claim != c.ID || len(marks[0].Folded) == 0 {
		t.Errorf("marks: %+v", marks)
	}
	same(t, "the rest back", 1097, back(nil))
	same(t, "nothing left", 0, back(nil))
	same(t, "demand as before", before, demand())
	q.Back = 1099
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetQuarantine(ctx, q) })
	same(t, "acts", []desk.Quarantine{q}, get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Quarantine, error) { return tx.Quarantines(ctx, "", 0) }))
	count := func(since time.Time) [2]int {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([2]int, error) {
			a, b, err := tx.AsideCount(ctx, since)
			return [2]int{a, b}, err
		})
	}
	same(t, "counted", [2]int{1099, 1099}, count(noon))
	same(t, "counted later", [2]int{0, 0}, count(noon.Add(time.Millisecond)))
}
