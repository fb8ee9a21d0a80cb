package desk_test

import (
	"net/url"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/store"
)

// hanoi is the zone of the tests.
func hanoi() *time.Location { return time.FixedZone("", 7*3600) }

func TestWorkingHours(t *testing.T) {
	h := desk.Hours{Days: [7]bool{1: true, 2: true, 3: true, 4: true, 5: true}, From: 8 * time.Hour, To: 17 * time.Hour, Zone: hanoi()}
	at := func(s string) time.Time {
		out, err := time.ParseInLocation("2006-01-02 15:04", s, hanoi())
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, c := range []struct {
		from string
		work time.Duration
		want string
	}{
		{"2026-11-23 09:00", 4 * time.Hour, "2026-11-23 13:00"},  // a Monday
		{"2026-11-23 16:00", 4 * time.Hour, "2026-11-24 11:00"},  // overnight
		{"2026-11-27 16:00", 9 * time.Hour, "2026-11-30 16:00"},  // over the weekend
		{"2026-11-28 12:00", 9 * time.Hour, "2026-11-30 17:00"},  // from a Saturday
		{"2026-11-23 05:00", time.Hour, "2026-11-23 09:00"},      // before work
		{"2026-11-23 17:00", time.Hour, "2026-11-24 09:00"},      // after work
		{"2026-11-23 10:00", 45 * time.Hour, "2026-11-30 10:00"}, // a week
	} {
		if got := h.Add(at(c.from), c.work); !got.Equal(at(c.want)) {
			t.Errorf("%s and %v is %s, want %s", c.from, c.work, got.In(hanoi()).Format("2006-01-02 15:04"), c.want)
		}
	}
	if got := (desk.Hours{}).Add(at("2026-11-28 23:00"), 24*time.Hour); !got.Equal(at("2026-11-29 23:00")) {
		t.Errorf("round the clock: %v", got)
	}
}

func TestDueByHarmAndFirstAsked(t *testing.T) {
	now := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC) // Monday noon in Hanoi
	h := desk.Hours{Days: [7]bool{1: true, 2: true, 3: true, 4: true, 5: true}, From: 8 * time.Hour, To: 17 * time.Hour, Zone: hanoi()}
	for _, c := range []struct {
		harm  desk.Harm
		asked time.Duration // ago
		state desk.DueState
	}{
		{desk.HarmHigh, time.Hour, desk.DueAhead}, {desk.HarmHigh, 3*time.Hour + time.Minute, desk.DueSoon}, {desk.HarmHigh, 4*time.Hour + time.Second, desk.DueOver},
		{desk.HarmMedium, time.Hour, desk.DueAhead}, {desk.HarmMedium, 73 * time.Hour, desk.DueOver}, {desk.HarmUnset, 73 * time.Hour, desk.DueOver},
		{desk.HarmLow, 72 * time.Hour, desk.DueAhead}, {desk.HarmLow, 8 * 24 * time.Hour, desk.DueOver}, {desk.HarmNone, 1000 * time.Hour, desk.DueNone},
	} {
		x := desk.Claim{State: desk.ClaimOpen, Harm: c.harm, Opened: now.Add(-time.Minute)}
		got := desk.DueOf(x, desk.Demand{First: now.Add(-c.asked)}, desk.DueSet{}, h, now)
		if got.State != c.state {
			t.Errorf("harm %q asked %v ago: %s at %v, want %s", c.harm, c.asked, got.State, got.At, c.state)
		}
		set := desk.DueOf(x, desk.Demand{}, desk.DueSet{At: now.Add(30 * time.Minute), Why: "x"}, h, now)
		if set.State != desk.DueSoon || !set.Set || set.Why != "x" {
			t.Errorf("a due time that was set: %+v", set)
		}
		x.State = desk.ClaimPublished
		if got := desk.DueOf(x, desk.Demand{}, desk.DueSet{At: now}, h, now); got != (desk.Due{}) {
			t.Errorf("a published claim is due: %+v", got)
		}
	}
}

func TestOverdueStandsInTheQueueWithItsCount(t *testing.T) {
	o := newOffice(t)
	by := o.staff[desk.Checker]
	a, b := o.open(), o.open()
	_, err := o.EditClaim(o.ctx(), by, a.ID, 0, desk.ClaimEdit{Text: "x", Harm: desk.HarmHigh})
	o.must(err)
	_, err = o.EditClaim(o.ctx(), by, b.ID, 0, desk.ClaimEdit{Text: "y", Harm: desk.HarmNone})
	o.must(err)
	o.pass(5 * time.Hour)
	q, err := o.Queue(o.ctx(), by, desk.ViewLate, "")
	o.must(err)
	if len(q.Claims) != 1 || q.Claims[0].Claim.ID != a.ID || q.Counts[desk.ViewLate] != 1 {
		t.Fatalf("late: %+v", q.Counts)
	}
	o.must(o.SetDue(o.ctx(), by, b.ID, o.now().Add(time.Hour), "Họp báo"))
	o.must(o.SetDue(o.ctx(), by, a.ID, o.now().Add(48*time.Hour), "Chờ kết quả xét nghiệm"))
	q, err = o.QueueBy(o.ctx(), by, desk.QueueFilter{Order: desk.OrderDue})
	o.must(err)
	if q.Counts[desk.ViewLate] != 0 || q.Soon != 1 || q.Claims[0].Claim.ID != b.ID || q.Claims[0].Due.Why != "Họp báo" {
		t.Errorf("late %d, soon %d, first %+v", q.Counts[desk.ViewLate], q.Soon, q.Claims[0].Due)
	}
	for _, at := range []time.Time{o.now().Add(-time.Hour), o.now().AddDate(2, 0, 0)} {
		if err := o.SetDue(o.ctx(), by, a.ID, at, "x"); !slices.Contains(desk.Problems(err), desk.BadDue) {
			t.Errorf("due %v: %v", at, err)
		}
	}
	o.want(o.SetDue(o.ctx(), by, a.ID, o.now().Add(time.Hour), ""), desk.ErrInvalid)
	o.must(o.SetDue(o.ctx(), by, a.ID, time.Time{}, ""))
	u, err := o.DueOfClaim(o.ctx(), by, o.claim(a.ID), desk.Demand{})
	o.must(err)
	if u.Set || u.State != desk.DueOver {
		t.Errorf("back to the table: %+v", u)
	}
}

func TestFiltersComeBackFromTheAddress(t *testing.T) {
	f := desk.QueueFilter{View: desk.ViewFree, Topic: "scam", Harm: desk.HarmHigh, Kind: "money", Lang: "vi", Whose: desk.WhoseFree, Due: desk.DueSoon,
		Words: "ngân hàng", Order: desk.OrderDue}
	if got := desk.FilterOf(f.Values()); got != f {
		t.Errorf("got %+v, want %+v", got, f)
	}
	if got := desk.FilterOf(url.Values{"view": {"x"}, "topic": {"politics"}, "harm": {"unset"}, "due": {"?"}, "order": {"?"}}); got != (desk.QueueFilter{Unjudged: true}) {
		t.Errorf("what is outside the lists restricts: %+v", got)
	}
	by := desk.Actor{Staff: "a"}
	x := desk.Queued{Claim: desk.Claim{Text: "Ngân hàng Đông Á sẽ ĐÓNG cửa", Topic: "scam"}}
	for words, want := range map[string]bool{"ngan hang": true, "đóng": true, "dong a": true, "vàng": false, "": true} {
		if got := (desk.QueueFilter{Words: words}).Narrow(by, x); got != want {
			t.Errorf("%q keeps it: %v", words, got)
		}
	}
}

func TestSavedViews(t *testing.T) {
	o := newOffice(t)
	by, other := o.staff[desk.Checker], o.staff[desk.Auditor]
	mine, err := o.SaveView(o.ctx(), by, "  Của   tôi ", desk.QueueFilter{Whose: desk.WhoseMine}, false)
	o.must(err)
	second, err := o.SaveView(o.ctx(), by, "Hai", desk.QueueFilter{Topic: "food"}, false)
	o.must(err)
	wide, err := o.SaveView(o.ctx(), by, "Tiền", desk.QueueFilter{Kind: "money"}, true)
	o.must(err)
	names := func(a desk.Actor) (out []string) {
		vs, err := o.SavedViews(o.ctx(), a)
		o.must(err)
		for _, v := range vs {
			out = append(out, v.Name)
		}
		return out
	}
	if got := names(by); !slices.Equal(got, []string{"Tiền", "Của tôi", "Hai"}) {
		t.Errorf("tabs %v", got)
	}
	if got := names(other); !slices.Equal(got, []string{"Tiền"}) {
		t.Errorf("another's tabs %v", got)
	}
	_, err = o.SaveView(o.ctx(), other, "x", desk.QueueFilter{}, true)
	o.want(err, desk.ErrForbidden)
	o.want(o.RenameView(o.ctx(), other, wide.ID, "y"), desk.ErrForbidden)
	o.want(o.RenameView(o.ctx(), other, mine.ID, "y"), desk.ErrNotFound)
	o.must(o.MoveView(o.ctx(), by, second.ID, false))
	o.must(o.RenameView(o.ctx(), by, mine.ID, "Việc"))
	o.must(o.RemoveView(o.ctx(), by, wide.ID, false))
	if got := names(by); !slices.Equal(got, []string{"Hai", "Việc"}) {
		t.Errorf("after all %v", got)
	}
	o.must(o.RemoveView(o.ctx(), by, wide.ID, true))
	if got := names(other); !slices.Equal(got, []string{"Tiền"}) {
		t.Errorf("put back %v", got)
	}
	if f := wide.Filter(); f.Kind != "money" {
		t.Errorf("its filter is %+v", f)
	}
}

func TestChecklistsFitTheClaimAndHoldNothingUp(t *testing.T) {
	o := newOffice(t)
	by := o.staff[desk.Checker]
	c := o.open()
	c, err := o.EditClaim(o.ctx(), by, c.ID, 0, desk.ClaimEdit{Text: "Bộ nói “tăng 30 %”", Harm: desk.HarmHigh, HarmKind: "health", Topic: "disaster"})
	o.must(err)
	names := func(picture bool) (out []string) {
		ls, err := o.ClaimLists(o.ctx(), by, c, picture)
		o.must(err)
		for _, l := range ls {
			out = append(out, l.List)
		}
		return out
	}
	if got := names(true); !slices.Equal(got, []string{"any", "picture", "number", "quotation", "health", "disaster"}) {
		t.Errorf("lists %v", got)
	}
	o.must(o.SetTick(o.ctx(), o.staff[desk.Contributor], c.ID, "any/primary", desk.TickDone, ""))
	o.must(o.SetTick(o.ctx(), by, c.ID, "number/again", desk.TickNotHere, "Không có phép tính nào"))
	o.must(o.SetTick(o.ctx(), by, c.ID, "quotation", desk.ListOff, ""))
	o.must(o.SetTick(o.ctx(), by, c.ID, "science", desk.ListOn, ""))
	if got := names(false); !slices.Equal(got, []string{"any", "number", "health", "disaster", "science"}) {
		t.Errorf("after taking one off and putting one there %v", got)
	}
	ls, err := o.ClaimLists(o.ctx(), by, c, false)
	o.must(err)
	if open, all := desk.OpenSteps(ls); all-open != 2 {
		t.Errorf("%d of %d open", open, all)
	}
	for _, bad := range []desk.Tick{{Step: "any/primary", State: desk.TickNotHere}, {Step: "any/none", State: desk.TickDone}, {Step: "any", State: desk.ListOff},
		{Step: "any", State: desk.TickDone}, {Step: "nothing/x", State: desk.TickDone}, {Step: "any/primary", State: "?"}} {
		o.want(o.SetTick(o.ctx(), by, c.ID, bad.Step, bad.State, ""), desk.ErrInvalid)
	}
	o.want(o.SetTick(o.ctx(), o.staff[desk.Auditor], c.ID, "any/primary", desk.TickDone, ""), desk.ErrForbidden)
	o.publish(c.ID, desk.RatingFalse) // with open steps
}

func TestEditorsChangeChecklistsWithHistory(t *testing.T) {
	o := newOffice(t)
	by := o.staff[desk.Editor]
	ls, err := o.Checklists(o.ctx(), by)
	o.must(err)
	built := ls["number"].Steps
	o.want(o.SetChecklist(o.ctx(), o.staff[desk.Checker], "number", 0, built), desk.ErrForbidden)
	o.must(o.SetChecklist(o.ctx(), by, "number", 0, append(slices.Clone(built[1:]), desk.Step{Vi: "Hỏi người làm thống kê"}, desk.Step{})))
	o.want(o.SetChecklist(o.ctx(), by, "number", 0, built), desk.ErrConflict)
	h, err := o.ListHistory(o.ctx(), by, "number")
	o.must(err)
	if len(h) != 2 || len(h[0].Steps) != len(built) || h[0].Steps[0].Key != built[1].Key || h[0].Steps[len(built)-1].Key == "" || h[0].By != by.Staff {
		t.Errorf("history %+v", h)
	}
	if h[0].Steps[len(built)-1].In("en") == "" {
		t.Error("a step without English shows nothing in English")
	}
	o.want(o.SetChecklist(o.ctx(), by, "number", 1, nil), desk.ErrInvalid)
}

// TestAnArchivePushesNoClaimOut: however many claims are settled, the open ones
// are all in the queue; where more are settled than are read, those changed
// last are listed, and the queue says that there are more.
func TestAnArchivePushesNoClaimOut(t *testing.T) {
	dir := t.TempDir()
	o := &office{t: t, clock: time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC), staff: map[desk.Role]desk.Actor{}}
	o.Desk = apptest.Open(t, apptest.Options{Now: o.now, Data: dir}).Desk
	checker := o.hire(desk.Checker, "A checker")
	last := desk.ID("")
	for range 5 {
		c := o.open()
		o.pass(time.Minute)
		_, err := o.Close(o.ctx(), checker, c.ID, 0)
		o.must(err)
		last = c.ID
	}
	var open []desk.ID
	for range 3 {
		open = append(open, o.open().ID)
	}
	db, err := store.Open(t.Context(), filepath.Join(dir, "soi.db"), store.Options{})
	o.must(err)
	defer db.Close()
	narrow := desk.New(db, nil, o.now, desk.Options{QueueLimit: 3})
	q, err := narrow.Queue(o.ctx(), checker, desk.ViewOpen, "")
	o.must(err)
	for _, id := range open {
		if !slices.ContainsFunc(q.Claims, func(c desk.Queued) bool { return c.Claim.ID == id }) {
			t.Errorf("open claim %s is not in the queue", id)
		}
	}
	if q.Counts[desk.ViewClosed] != 3 || q.Cut != 3 {
		t.Errorf("%d closed ones were read, and the queue says it stopped at %d", q.Counts[desk.ViewClosed], q.Cut)
	}
	if q, err = narrow.Queue(o.ctx(), checker, desk.ViewClosed, ""); err != nil || q.Claims[0].Claim.ID != last {
		t.Errorf("the claim closed last is not the first of the closed: %v", err)
	}
	if q, err = o.Queue(o.ctx(), checker, desk.ViewClosed, ""); err != nil || q.Counts[desk.ViewClosed] != 5 || q.Cut != 0 {
		t.Errorf("without a limit %d are closed, cut %d, %v", q.Counts[desk.ViewClosed], q.Cut, err)
	}
}
