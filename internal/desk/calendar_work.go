package desk

import (
	"strings"
	"time"
)

// DefaultZone is where the days of a body are counted unless it says
// otherwise.
const DefaultZone = "Asia/Ho_Chi_Minh"

// zoneOf reads a time zone. Vietnam has had no summer time since 1975, so its
// zone is known without a database of zones.
func zoneOf(name string) (*time.Location, error) {
	if name == "" || name == DefaultZone {
		return time.FixedZone(DefaultZone, 7*60*60), nil
	}
	return time.LoadLocation(name)
}

// WorkTime is when an office works: days of the week, hours, and the days of
// its calendars. Its zero value never works; make one with NewWorkTime.
type WorkTime struct {
	zone        *time.Location
	week        [7]bool
	open, close int                    // minutes after midnight
	days        map[string]CalendarDay // by date
}

// NewWorkTime makes the working time of an office. week lists its working days
// as ISO numbers, "12345" is Monday to Friday. Where a calendar calls a day
// worked, it is, whatever another calendar says.
func NewWorkTime(zone *time.Location, week string, open, close int, calendars ...Calendar) WorkTime {
	w := WorkTime{zone: zone, open: open, close: close, days: map[string]CalendarDay{}}
	for i := range w.week {
		w.week[i] = strings.ContainsRune(week, rune('0'+(i+6)%7+1)) // time.Sunday is 0, ISO's Sunday is 7
	}
	for _, c := range calendars {
		for _, d := range c.Days {
			if old, ok := w.days[d.Date]; !ok || d.Work && !old.Work {
				w.days[d.Date] = d
			}
		}
	}
	return w
}

// at is a moment of the day that is n days after t's.
func (w WorkTime) at(t time.Time, n, minutes int) time.Time {
	y, m, d := t.In(w.zone).Date()
	return time.Date(y, m, d+n, minutes/60, minutes%60, 0, 0, w.zone)
}

// Working reports whether the day of t is worked.
func (w WorkTime) Working(t time.Time) bool {
	t = t.In(w.zone)
	if d, ok := w.days[t.Format(time.DateOnly)]; ok {
		return d.Work
	}
	return w.week[t.Weekday()]
}

// longestCount bounds the search for a working day: far beyond what calendars
// of MaxCalendarDays days can shut.
const longestCount = 60_000

// Due is the end of the n-th working day after the day of from, which does not
// count itself. It never falls on a day off, and a later from never gives an
// earlier end. n below 1 counts as 1.
func (w WorkTime) Due(from time.Time, n int) time.Time { return w.day(from, n, w.close) }

// day is a minute of the n-th working day after the day of from.
func (w WorkTime) day(from time.Time, n, minutes int) time.Time {
	n = max(n, 1)
	for i := 1; i <= longestCount; i++ {
		if w.Working(w.at(from, i, 12*60)) {
			if n--; n == 0 {
				return w.at(from, i, minutes).UTC()
			}
		}
	}
	return w.at(from, longestCount, minutes).UTC()
}

// Before is the beginning of the last working day before the day of due; the
// zero time when there is none after from.
func (w WorkTime) Before(due, from time.Time) time.Time {
	for i := 1; i <= longestCount; i++ {
		day := w.at(due, -i, 12*60)
		if !day.After(from) {
			return time.Time{}
		}
		if w.Working(day) {
			return w.at(due, -i, w.open).UTC()
		}
	}
	return time.Time{}
}

// Half is the beginning of the working day on which half of n days are over;
// the zero time when n is below 2.
func (w WorkTime) Half(from time.Time, n int) time.Time {
	if n < 2 {
		return time.Time{}
	}
	return w.day(from, (n+1)/2, w.open)
}

// Holidays lists the named days between two moments that the week would work
// and that are off, and those worked that the week would not: what a reader
// needs to follow the count.
func (w WorkTime) Holidays(from, to time.Time) []CalendarDay {
	var out []CalendarDay
	for i := 1; i <= longestCount; i++ {
		day := w.at(from, i, 12*60)
		if day.After(w.at(to, 0, 12*60)) {
			break
		}
		d, ok := w.days[day.Format(time.DateOnly)]
		if ok && d.Work != w.week[day.Weekday()] {
			out = append(out, d)
		}
	}
	return out
}
