package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"soi/internal/desk"
)

// inHanoi is the zone of the calendar tests.
func inHanoi() *time.Location { return time.FixedZone("Asia/Ho_Chi_Minh", 7*60*60) }

// local reads a time of Hanoi.
func local(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, inHanoi())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// weekdays is an office from Monday to Friday, eight to five.
func weekdays(cs ...desk.Calendar) desk.WorkTime {
	return desk.NewWorkTime(inHanoi(), "12345", 8*60, 17*60, cs...)
}

func TestDeadlinesByHand(t *testing.T) {
	swapped := desk.Calendar{Days: []desk.CalendarDay{
		{Date: "2026-11-27"}, {Date: "2026-11-28", Work: true}, // a Friday off, the Saturday worked in its place
	}}
	for _, c := range []struct {
		name, from string
		days       int
		want       string
		work       desk.WorkTime
	}{
		{"the day of asking does not count", "2026-11-23 09:00", 1, "2026-11-24 17:00", weekdays()},
		{"asked at night it is the same", "2026-11-23 23:59", 1, "2026-11-24 17:00", weekdays()},
		{"over a weekend", "2026-11-27 16:00", 1, "2026-11-30 17:00", weekdays()},
		{"asked on a Sunday", "2026-11-22 12:00", 3, "2026-11-25 17:00", weekdays()},
		{"seven days", "2026-11-22 12:00", 7, "2026-12-01 17:00", weekdays()},
		{"over Tết 2026", "2026-02-13 10:00", 1, "2026-02-23 17:00", weekdays(desk.Vietnam())},
		{"over Tết 2027", "2027-02-04 10:00", 1, "2027-02-10 17:00", weekdays(desk.Vietnam())},
		{"over 30 April and 1 May 2027", "2027-04-29 10:00", 2, "2027-05-05 17:00", weekdays(desk.Vietnam())},
		{"a swapped working Saturday", "2026-11-26 10:00", 1, "2026-11-28 17:00", weekdays(swapped)},
		{"a day worked in one calendar and off in another is worked", "2026-11-26 10:00", 1, "2026-11-28 17:00",
			weekdays(desk.Calendar{Days: []desk.CalendarDay{{Date: "2026-11-28"}}}, swapped)},
		{"no number counts as one", "2026-11-23 09:00", 0, "2026-11-24 17:00", weekdays()},
	} {
		if got := c.work.Due(local(t, c.from), c.days).In(inHanoi()).Format("2006-01-02 15:04"); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestVietnamKnowsItsDays holds the built-in calendar against what the law and
// the lunar calendar say, and against guesses.
func TestVietnamKnowsItsDays(t *testing.T) {
	w := weekdays(desk.Vietnam())
	for _, off := range []string{"2026-01-01", "2026-02-17", "2026-04-27", "2026-04-30", "2026-05-01", "2026-09-02",
		"2027-01-01", "2027-02-05", "2027-02-08", "2027-02-09", "2027-04-16", "2027-04-30", "2027-05-03", "2027-09-02"} {
		if w.Working(local(t, off+" 12:00")) {
			t.Errorf("%s is worked", off)
		}
	}
	for _, on := range []string{"2026-02-13", "2026-02-23", "2026-04-28", "2026-09-03", "2027-02-10", "2027-04-19", "2027-05-04"} {
		if !w.Working(local(t, on+" 12:00")) {
			t.Errorf("%s is off", on)
		}
	}
	for _, d := range desk.Vietnam().Days {
		if d.Work {
			t.Errorf("%s: a swapped day is guessed", d.Date)
		}
		if d.Title.Only("vi") == "" || d.Title.Only("en") == "" {
			t.Errorf("%s has no name in both languages", d.Date)
		}
		if d.Date > desk.VietnamUntil {
			t.Errorf("%s is beyond what the calendar says it knows", d.Date)
		}
	}
}

// aCalendar draws days off and days worked around the dates of the test.
func aCalendar(t *rapid.T, name string) desk.Calendar {
	var c desk.Calendar
	for range rapid.IntRange(0, 40).Draw(t, name) {
		day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 400).Draw(t, "day"))
		c.Days = append(c.Days, desk.CalendarDay{Date: day.Format(time.DateOnly), Work: rapid.Bool().Draw(t, "work")})
	}
	return c
}

func TestDeadlinesHoldForEveryCalendar(t *testing.T) {
	zones := []*time.Location{inHanoi(), time.UTC}
	if z, err := time.LoadLocation("Europe/Berlin"); err == nil {
		zones = append(zones, z)
	}
	rapid.Check(t, func(t *rapid.T) {
		week := strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"1", "2", "3", "4", "5", "6", "7"}), 1, 7, rapid.ID[string]).Draw(t, "week"), "")
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		c := aCalendar(t, "days")
		w := desk.NewWorkTime(zone, week, 8*60, 17*60, c)
		from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(0, 380*24*60).Draw(t, "from")) * time.Minute)
		n := rapid.IntRange(1, 30).Draw(t, "n")
		due := w.Due(from, n)
		if !w.Working(due) {
			t.Fatalf("%s falls on a day off", due)
		}
		if !due.After(from) {
			t.Fatalf("due %s is not after %s", due, from)
		}
		if w.Due(from, n+1).Before(due) || w.Due(from.Add(time.Duration(rapid.Int64Range(0, 1e6).Draw(t, "later"))*time.Second), n).Before(due) {
			t.Fatal("more days, or a later question, give an earlier deadline")
		}
		count := 0
		for d := from.In(zone); d.Format(time.DateOnly) < due.In(zone).Format(time.DateOnly); {
			d = d.AddDate(0, 0, 1)
			if w.Working(d) {
				count++
			}
		}
		if count != n {
			t.Fatalf("%d working days lie between, %d were given", count, n)
		}
		// One more day off never makes it earlier; one more day worked never later.
		off := slices.Clone(c.Days)
		extra := from.In(zone).AddDate(0, 0, rapid.IntRange(1, 20).Draw(t, "extra")).Format(time.DateOnly)
		off = slices.DeleteFunc(off, func(d desk.CalendarDay) bool { return d.Date == extra })
		if desk.NewWorkTime(zone, week, 8*60, 17*60, desk.Calendar{Days: append(slices.Clone(off), desk.CalendarDay{Date: extra})}).Due(from, n).Before(
			desk.NewWorkTime(zone, week, 8*60, 17*60, desk.Calendar{Days: off}).Due(from, n)) {
			t.Fatal("a holiday made a deadline earlier")
		}
		if half := w.Half(from, n); n > 1 && (!half.Before(due) || !w.Working(half)) {
			t.Fatalf("half of the time %s, due %s", half, due)
		}
		if b := w.Before(due, from); !b.IsZero() && (!b.Before(due) || !w.Working(b)) {
			t.Fatalf("the working day before %s is %s", due, b)
		}
	})
}
