package app_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
)

// setClock is a clock that stands where a test puts it.
type setClock struct{ at atomic.Int64 }

func (c *setClock) now() time.Time { return time.UnixMilli(c.at.Load()) }

func (c *setClock) set(t time.Time) { c.at.Store(t.UnixMilli()) }

// hours walks a clock in half hours over a span, looks at each, and returns the editions that were made.
func hours(t *testing.T, a *app.App, c *setClock, from time.Time, span time.Duration) (made []desk.Edition) {
	t.Helper()
	for at := from; at.Before(from.Add(span)); at = at.Add(30 * time.Minute) {
		c.set(at)
		for range 2 { // a second look at the same hour changes nothing
			e, ok, err := a.MakeDigest(t.Context())
			must(t, err)
			if ok {
				made = append(made, e)
			}
		}
	}
	return made
}

// slots are the hours of editions, as the clock on the wall shows them.
func slots(es []desk.Edition, zone *time.Location) string {
	var out []string
	for _, e := range es {
		s := e.Due.In(zone).Format("02 15:04")
		if e.Late() {
			s += " late"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

// clockDesk is a desk in a zone whose clock stands at a time, with a plan, and what changes the plan.
func clockDesk(t *testing.T, zone string, at time.Time, minutes ...int) (*app.App, *setClock, func(...int)) {
	t.Helper()
	c := &setClock{}
	c.set(at)
	a := apptest.Open(t, apptest.Options{Now: c.now, Settings: map[string]string{"zone": zone, "public-url": "http://localhost:8080"}})
	_, _, err := a.MakeDigest(t.Context()) // notes the hours
	must(t, err)
	plan := func(minutes ...int) {
		t.Helper()
		must(t, a.Desk.SetDigestPlan(t.Context(), desk.Program(), desk.DigestPlan{Minutes: minutes}))
	}
	plan(minutes...)
	return a, c, plan
}

// TestDigestsWhenClocksAreMoved: an hour that clocks leave out or show twice has one edition, in time, as have the others
// of that day.
func TestDigestsWhenClocksAreMoved(t *testing.T) {
	for name, c := range map[string]struct{ zone, from, want string }{
		"left out":    {"Europe/Berlin", "2027-03-27T12:01:00+01:00", "27 15:30, 28 03:30, 28 07:30, 28 15:30, 29 02:30, 29 07:30"},
		"shown twice": {"Europe/Berlin", "2027-10-30T12:01:00+02:00", "30 15:30, 31 02:30, 31 07:30, 31 15:30, 01 02:30, 01 07:30"},
		"not moved":   {"Asia/Ho_Chi_Minh", "2027-03-27T12:01:00+07:00", "27 15:30, 28 02:30, 28 07:30, 28 15:30, 29 02:30, 29 07:30"},
	} {
		t.Run(name, func(t *testing.T) {
			from, err := time.Parse(time.RFC3339, c.from)
			must(t, err)
			a, clock, _ := clockDesk(t, c.zone, from, 150, 450, 930)
			if got := slots(hours(t, a, clock, from, 45*time.Hour), a.Config.Zone); got != c.want {
				t.Errorf("editions %s\nwant     %s", got, c.want)
			}
		})
	}
}

// TestDigestsWhenThePlanChanges: a new plan makes up for nothing that lies before it; an empty one makes none.
func TestDigestsWhenThePlanChanges(t *testing.T) {
	day, err := time.Parse(time.RFC3339, "2027-01-12T00:01:00+07:00")
	must(t, err)
	a, clock, plan := clockDesk(t, "Asia/Ho_Chi_Minh", day, 450, 930)
	for i, step := range []struct {
		minutes []int
		span    time.Duration
		want    string
	}{
		{[]int{450, 930}, 10 * time.Hour, "12 07:30"},
		{[]int{540, 720}, 3 * time.Hour, "12 12:00"}, // at ten: nine is not made up for
		{nil, 5 * time.Hour, ""},                     // 13:00 to 18:00
		{[]int{450, 930}, 14 * time.Hour, "13 07:30"},
	} {
		clock.set(day)
		plan(step.minutes...)
		if got := slots(hours(t, a, clock, day, step.span), a.Config.Zone); got != step.want {
			t.Errorf("step %d: editions %q, want %q", i, got, step.want)
		}
		day = day.Add(step.span)
	}
}

// TestDigestsWhenTheClockJumps: a clock that runs ahead makes one edition, which is void once the clock is right again: the
// hours between have theirs, in time, as has its own, and the doctor says what was wrong.
func TestDigestsWhenTheClockJumps(t *testing.T) {
	day, err := time.Parse(time.RFC3339, "2027-01-12T00:01:00+07:00")
	must(t, err)
	a, clock, _ := clockDesk(t, "Asia/Ho_Chi_Minh", day, 450, 930)
	for _, step := range []struct {
		what  string
		begin time.Duration
		span  time.Duration
		want  string
	}{
		{"right", 0, 10 * time.Hour, "12 07:30"},
		{"two days ahead", 58 * time.Hour, time.Hour, "14 07:30 late"},
		{"right again", 10 * time.Hour, 54 * time.Hour, "12 15:30, 13 07:30, 13 15:30, 14 07:30, 14 15:30"},
	} {
		if got := slots(hours(t, a, clock, day.Add(step.begin), step.span), a.Config.Zone); got != step.want {
			t.Errorf("%s: editions %q, want %q", step.what, got, step.want)
		}
	}
	state, err := a.Digests(t.Context())
	must(t, err)
	void := 0
	for _, e := range state.Editions {
		if e.Void() {
			void++
		}
		if e.Void() != strings.Contains(state.Line(e, a.Config.Zone), "a clock that was wrong") {
			t.Errorf("the command says %q", state.Line(e, a.Config.Zone))
		}
	}
	if len(state.Editions) != 7 || void != 1 {
		t.Errorf("%d editions, %d of them void, want 7 and 1", len(state.Editions), void)
	}
	said := func() bool {
		for _, r := range a.Doctor(t.Context()) {
			if strings.Contains(r.En, "an hour that is still to come") && strings.Contains(r.Vi, "một giờ chưa tới") {
				return true
			}
		}
		return false
	}
	if said() {
		t.Error("the doctor speaks of a clock that was wrong days ago")
	}
	clock.set(day.Add(24 * time.Hour))
	if !said() {
		t.Error("the doctor says nothing of a clock that was wrong")
	}
}
