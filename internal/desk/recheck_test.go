package desk_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"soi/internal/desk"
)

// topical publishes a check under a topic.
func (o *office) topical(topic, harmKind string) desk.Claim {
	o.t.Helper()
	c, err := o.EditClaim(o.ctx(), o.staff[desk.Checker], o.open().ID, 0, desk.ClaimEdit{Text: fmt.Sprint("Điều ", o.n), Lang: "vi", Harm: desk.HarmLow,
		Topic: topic, HarmKind: harmKind})
	o.must(err)
	o.publish(c.ID, desk.RatingFalse)
	return o.claim(c.ID)
}

// due reads when a check is due and why.
func (o *office) due(id desk.ID) desk.Expiring {
	o.t.Helper()
	e, _, err := o.RecheckPage(o.ctx(), o.staff[desk.Auditor], id)
	o.must(err)
	return e
}

func TestRecheckDates(t *testing.T) {
	o := newOffice(t)
	by := o.staff[desk.Checker]
	day := 24 * time.Hour
	for _, c := range []struct {
		topic, harm string
		after       time.Duration
		why         desk.RecheckWhy
	}{{"health", "", 90 * day, desk.WhyHealth}, {"disaster", "", 90 * day, desk.WhyDisaster}, {"food", "health", 90 * day, desk.WhyHealth}, {"scam", "money", 365 * day, desk.WhyYear}} {
		id := o.topical(c.topic, c.harm).ID
		if e := o.due(id); !e.Due.Equal(o.now().Add(c.after)) || e.Why != c.why {
			t.Errorf("%s %s: due %v because %s", c.topic, c.harm, e.Due, e.Why)
		}
	}
	c := o.topical("health", "")
	o.want(o.Recheck(o.ctx(), by, c.ID, 1), desk.ErrClock) // at the very moment
	o.pass(100 * day)
	if e := o.due(c.ID); !e.Over(o.now()) {
		t.Errorf("not overdue: %+v", e)
	}
	o.want(o.Recheck(o.ctx(), by, c.ID, 2), desk.ErrConflict)
	o.want(o.Recheck(o.ctx(), o.staff[desk.Contributor], c.ID, 1), desk.ErrForbidden)
	o.must(o.Recheck(o.ctx(), by, c.ID, 1))
	if e := o.due(c.ID); !e.Due.Equal(o.now().Add(90*day)) || !e.Seen.Equal(o.now()) {
		t.Errorf("after looking again: %+v", e)
	}
	if at, err := o.Looked(o.ctx(), c.ID); err != nil || !at.Equal(o.now()) {
		t.Errorf("readers: %v %v", at, err)
	}
	o.pass(day)
	soon := o.now().Add(7 * day)
	o.must(o.SetRecheck(o.ctx(), by, c.ID, soon, "Sắp có số liệu mới"))
	if e := o.due(c.ID); !e.Due.Equal(soon) || e.Why != desk.WhySet || e.Set.Why != "Sắp có số liệu mới" {
		t.Errorf("set: %+v", e)
	}
	o.must(o.SetRecheck(o.ctx(), by, c.ID, time.Time{}, "Chuyện đã xong"))
	all, err := o.Expiring(o.ctx(), by)
	o.must(err)
	if last := all[len(all)-1]; last.Claim.ID != c.ID || !last.Due.IsZero() || !all[0].Over(o.now()) {
		t.Errorf("order: %+v", all)
	}
	for p, err := range map[desk.Problem]error{
		desk.RecheckNoReason: o.SetRecheck(o.ctx(), by, c.ID, soon, " "),
		desk.BadRecheck:      o.SetRecheck(o.ctx(), by, c.ID, o.now().Add(-day), "x"),
	} {
		if !slices.Contains(desk.Problems(err), p) {
			t.Errorf("%s: %v", p, err)
		}
	}
	// A correction gives the check a new life; what was said of the old one ends.
	o.pass(day)
	r, err := o.submits(c.ID)
	o.must(err)
	o.want(o.Recheck(o.ctx(), by, c.ID, 1), desk.ErrState) // a text waits
	o.approve(r)
	if e := o.due(c.ID); e.Why != desk.WhyHealth || !e.Due.Equal(o.now().Add(90*day)) {
		t.Errorf("corrected: %+v", e)
	}
	if at, err := o.Looked(o.ctx(), c.ID); err != nil || !at.IsZero() {
		t.Errorf("readers of the new text: %v %v", at, err)
	}
	o.want(o.Recheck(o.ctx(), by, o.open().ID, 0), desk.ErrState)
	o.want(o.SetRecheck(o.ctx(), by, o.open().ID, soon, "x"), desk.ErrState)
}

// look reports what the follower found at one link.
func (o *office) look(trouble desk.LinkTrouble) (taken []desk.Watched) {
	o.t.Helper()
	taken, held, err := o.TakeLinks(o.ctx(), desk.Program(), 10)
	o.must(err)
	if held {
		o.t.Fatal("held")
	}
	for _, w := range taken {
		o.must(o.LinkLooked(o.ctx(), desk.Program(), desk.Look{URL: w.URL, Leased: w.Leased, Trouble: trouble, Mark: "m"}))
	}
	return taken
}

func TestWatchedLinks(t *testing.T) {
	o := newOffice(t)
	c := o.topical("health", "")
	gone := func() map[string]time.Time {
		rs, err := o.Check(o.ctx(), c.ID, 1<<40)
		o.must(err)
		m, err := o.GoneSources(o.ctx(), rs[0].Doc)
		o.must(err)
		return m
	}
	kinds := func() (out []desk.EventKind) {
		v, err := o.ClaimPage(o.ctx(), o.staff[desk.Auditor], c.ID)
		o.must(err)
		for _, e := range v.Events {
			out = append(out, e.Kind)
		}
		return out
	}
	if got := o.look(""); len(got) != 0 {
		t.Fatalf("looked at once: %+v", got)
	}
	o.pass(24 * time.Hour)
	tries := 0
	for day := 0; len(gone()) == 0; day++ {
		if day > 40 {
			t.Fatal("never held to have gone")
		}
		if len(o.look(desk.LinkGone)) > 0 {
			tries++
		}
		if tries < 3 && len(gone()) > 0 {
			t.Fatalf("gone after %d looks", tries)
		}
		o.pass(24 * time.Hour)
	}
	if !slices.Contains(kinds(), desk.EvLinkGone) {
		t.Errorf("nobody was told: %v", kinds())
	}
	// Its only independent source has gone and there is no copy: it cannot be
	// called still right.
	if err := o.Recheck(o.ctx(), o.staff[desk.Checker], c.ID, 1); !slices.Contains(desk.Problems(err), desk.SourcesGone) {
		t.Errorf("rechecked without a source: %v", err)
	}
	links, claims, err := o.GoneLinks(o.ctx(), o.staff[desk.Contributor])
	o.must(err)
	if len(links) != 1 || len(claims[links[0].URL]) != 1 {
		t.Fatalf("%+v %+v", links, claims)
	}
	o.must(o.LookAgain(o.ctx(), o.staff[desk.Contributor], links[0].URL))
	o.want(o.LookAgain(o.ctx(), o.staff[desk.Contributor], "https://none.example/"), desk.ErrNotFound)
	if got := o.look(""); len(got) != 1 || len(gone()) != 0 || !slices.Contains(kinds(), desk.EvLinkBack) {
		t.Errorf("back: %+v %v", got, kinds())
	}
	o.want(o.LinkLooked(o.ctx(), desk.Program(), desk.Look{URL: links[0].URL, Leased: o.now()}), desk.ErrConflict)
	_, _, err = o.TakeLinks(o.ctx(), o.staff[desk.Editor], 1)
	o.want(err, desk.ErrForbidden)
}

// Being sent away is no sign that a page has gone, nor is one bad day.
func TestLinksThatAreOnlyShy(t *testing.T) {
	o := newOffice(t)
	c := o.topical("health", "")
	o.look("")
	for range 60 {
		o.pass(24 * time.Hour)
		o.look(desk.LinkRefused)
	}
	links, _, err := o.GoneLinks(o.ctx(), o.staff[desk.Checker])
	o.must(err)
	if len(links) != 1 || !links[0].Gone.IsZero() || links[0].Fails != 0 {
		t.Errorf("%+v", links)
	}
	for range 5 { // five times within a day
		o.must(o.LookAgain(o.ctx(), o.staff[desk.Checker], links[0].URL))
		o.look(desk.LinkServer)
		o.pass(time.Hour)
	}
	links, _, err = o.GoneLinks(o.ctx(), o.staff[desk.Checker])
	o.must(err)
	if links[0].Fails != 5 || !links[0].Gone.IsZero() {
		t.Errorf("%s: %+v", c.ID, links)
	}
}

// A jump of the clock, either way, starts no storm of looks and lets nothing
// go: for a day nothing is handed out, and then no more than asked for.
func TestWatchAndTheClock(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	for n := range 40 {
		o.outletAt(c.ID, n, true)
	}
	o.publish(c.ID, desk.RatingFalse)
	o.look("")
	for _, jump := range []time.Duration{time.Hour, -time.Hour, 10 * 365 * 24 * time.Hour, -10 * 365 * 24 * time.Hour} {
		o.pass(jump)
		got, held, err := o.TakeLinks(o.ctx(), desk.Program(), 5)
		o.must(err)
		if small := jump == time.Hour; len(got) > 5 || held == small || held && len(got) > 0 {
			t.Errorf("after %v: %d links, held %v", jump, len(got), held)
		}
		for range 30 { // a day and a bit in steps
			o.pass(time.Hour)
			got, _, err := o.TakeLinks(o.ctx(), desk.Program(), 3)
			o.must(err)
			if len(got) > 3 {
				t.Fatalf("%d links at once", len(got))
			}
			for _, w := range got {
				o.must(o.LinkLooked(o.ctx(), desk.Program(), desk.Look{URL: w.URL, Leased: w.Leased}))
			}
		}
	}
	links, _, err := o.GoneLinks(o.ctx(), o.staff[desk.Checker])
	if err != nil || len(links) != 0 {
		t.Errorf("%+v %v", links, err)
	}
}
