package desk_test

import (
	"testing"
	"time"

	"soi/internal/desk"
)

// TestHoursOfDigests: every hour of the plan comes once a day, on the nights when clocks are moved too, and not on days
// off; Next and Last agree on them.
func TestHoursOfDigests(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	hanoi := time.FixedZone("ICT", 7*3600)
	off := desk.Calendar{Days: []desk.CalendarDay{{Date: "2026-11-24"}, {Date: "2026-11-28", Work: true}}}
	work := []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	for name, c := range map[string]struct {
		plan desk.DigestPlan
		cal  desk.Calendar
		from string
		days int
		want int
	}{
		"two a day":                        {desk.DefaultDigestPlan(), desk.Calendar{}, "2026-11-23T00:00:00+07:00", 7, 14},
		"clocks go forward over an hour":   {desk.DigestPlan{Minutes: []int{150, 930}, Zone: berlin.String()}, desk.Calendar{}, "2026-03-28T00:00:00+01:00", 3, 6},
		"clocks go back over an hour":      {desk.DigestPlan{Minutes: []int{150, 930}, Zone: berlin.String()}, desk.Calendar{}, "2026-10-24T00:00:00+02:00", 3, 6},
		"a day off, and a Saturday worked": {desk.DigestPlan{Minutes: []int{450}, Days: work}, off, "2026-11-23T00:00:00+07:00", 7, 5},
		"no hours":                         {desk.DigestPlan{}, desk.Calendar{}, "2026-11-23T00:00:00+07:00", 7, 0},
	} {
		at, err := time.Parse(time.RFC3339, c.from)
		if err != nil {
			t.Fatal(err)
		}
		end := at.AddDate(0, 0, c.days).Add(-time.Minute)
		n := 0
		for {
			next, ok := c.plan.Next(at, hanoi, c.cal)
			if !ok || next.After(end) {
				break
			}
			if last, ok := c.plan.Last(next.Add(time.Second), hanoi, c.cal); !ok || !last.Equal(next) {
				t.Errorf("%s: after %s the last hour is %s", name, next, last)
			}
			at = next
			n++
		}
		if n != c.want {
			t.Errorf("%s: %d editions in %d days, want %d", name, n, c.days, c.want)
		}
	}
}
