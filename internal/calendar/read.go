package calendar

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/teambition/rrule-go"

	"soi/internal/desk"
)

// Limits of a file.
const (
	MaxBytes  = 2 << 20
	maxEvents = 5_000
	maxSpan   = 60 // days of one event
)

// Errors of Read.
var (
	// ErrFormat: what came is no calendar.
	ErrFormat = errors.New("not an iCalendar file")
	// ErrTooLarge: more bytes, events or days than a calendar of holidays has.
	ErrTooLarge = errors.New("too large a calendar")
)

// Found is what a file holds.
type Found struct {
	Name  string // what the calendar calls itself, "" if nothing
	Days  []desk.CalendarDay
	Left  int // events that are no whole days, cancelled, or outside the years
	Works int // of Days, those that are worked
}

// Read takes the days of the years from to to (both included) out of an .ics
// file. An event is a day off unless it says that it is worked: a category or
// a first word of its summary such as "WORKING DAY" or "Làm bù", or the
// property X-SOI-WORKING:TRUE.
func Read(b []byte, from, to int) (Found, error) {
	var f Found
	if len(b) > MaxBytes {
		return f, ErrTooLarge
	}
	if !bytes.Contains(b, []byte("BEGIN:VCALENDAR")) {
		return f, ErrFormat
	}
	cal, err := ics.ParseCalendar(bytes.NewReader(b))
	if err != nil {
		return f, errors.Join(ErrFormat, err)
	}
	for _, p := range cal.CalendarProperties {
		if p.IANAToken == "X-WR-CALNAME" || p.IANAToken == "NAME" {
			f.Name = plain(p.Value)
		}
	}
	events := cal.Events()
	if len(events) > maxEvents {
		return f, ErrTooLarge
	}
	for _, e := range events {
		days, err := daysOf(e, from, to)
		if err != nil {
			return f, err
		}
		if len(days) == 0 {
			f.Left++
		}
		f.Days = append(f.Days, days...)
		if len(f.Days) > desk.MaxCalendarDays {
			return f, ErrTooLarge
		}
	}
	slices.SortStableFunc(f.Days, func(a, b desk.CalendarDay) int { return strings.Compare(a.Date, b.Date) })
	f.Days = slices.CompactFunc(f.Days, func(a, b desk.CalendarDay) bool { return a.Date == b.Date && a.Work == b.Work })
	for _, d := range f.Days {
		if d.Work {
			f.Works++
		}
	}
	return f, nil
}

// daysOf lists the days of one event; none for what is no whole day.
func daysOf(e *ics.VEvent, from, to int) ([]desk.CalendarDay, error) {
	start, ok := date(e, ics.ComponentPropertyDtStart)
	if !ok || strings.EqualFold(value(e, ics.ComponentPropertyStatus), "CANCELLED") {
		return nil, nil
	}
	span := 1
	if end, ok := date(e, ics.ComponentPropertyDtEnd); ok {
		span = max(1, int(end.Sub(start).Hours()/24)) // the end of whole days is the day after
	} else if d := value(e, "DURATION"); d != "" {
		span = durationDays(d)
	}
	if span > maxSpan {
		return nil, nil
	}
	first := time.Date(from, 1, 1, 0, 0, 0, 0, time.UTC)
	last := time.Date(to+1, 1, 1, 0, 0, 0, 0, time.UTC)
	starts, err := repeats(e, start, first.AddDate(0, 0, -span), last)
	if err != nil {
		return nil, err
	}
	title, work := plain(value(e, ics.ComponentPropertySummary)), worked(e)
	if r := []rune(title); len(r) > desk.MaxLineRunes {
		title = string(r[:desk.MaxLineRunes])
	}
	var out []desk.CalendarDay
	for _, s := range starts {
		for i := range span {
			d := s.AddDate(0, 0, i)
			if d.Before(first) || !d.Before(last) {
				continue
			}
			out = append(out, desk.CalendarDay{Date: d.Format(time.DateOnly), Work: work, Title: desk.Say(desk.Note{Text: title})})
		}
	}
	return out, nil
}

// repeats lists the first days of an event and of its repetitions between two
// days. A rule that cannot be read is an error: a missed holiday would make a
// deadline too short.
func repeats(e *ics.VEvent, start, after, before time.Time) ([]time.Time, error) {
	rule := value(e, ics.ComponentPropertyRrule)
	more := e.GetProperties(ics.ComponentPropertyRdate)
	if rule == "" && len(more) == 0 {
		return []time.Time{start}, nil
	}
	var set rrule.Set
	set.DTStart(start)
	if rule != "" {
		o, err := rrule.StrToROption(rule)
		if err != nil {
			return nil, errors.Join(ErrFormat, fmt.Errorf("RRULE: %w", err))
		}
		if o.Freq > rrule.DAILY { // hours and minutes make no whole days, and a flood of them
			return nil, fmt.Errorf("%w: RRULE within a day", ErrFormat)
		}
		o.Dtstart = start
		r, err := rrule.NewRRule(*o)
		if err != nil {
			return nil, errors.Join(ErrFormat, fmt.Errorf("RRULE: %w", err))
		}
		set.RRule(r)
	} else {
		set.RDate(start)
	}
	for _, p := range more {
		eachDate(p.Value, set.RDate)
	}
	for _, p := range e.GetProperties(ics.ComponentPropertyExdate) {
		eachDate(p.Value, set.ExDate)
	}
	return set.Between(after, before, true), nil
}

// eachDate reads a list of dates.
func eachDate(list string, use func(time.Time)) {
	for s := range strings.SplitSeq(list, ",") {
		if d, ok := day(s); ok {
			use(d)
		}
	}
}

// date is the day of a property. Only whole days count: an event from nine to
// ten is no holiday. Some programs write a whole day as midnight.
func date(e *ics.VEvent, p ics.ComponentProperty) (time.Time, bool) { return day(value(e, p)) }

// day reads 20260902, or a midnight of that day.
func day(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	s = strings.TrimSuffix(strings.TrimSuffix(s, "Z"), "T000000")
	d, err := time.Parse("20060102", s)
	return d, err == nil
}

// durationDays reads P3D and P1W; anything else is one day.
func durationDays(s string) int {
	n, unit := 0, ""
	if _, err := fmt.Sscanf(strings.ToUpper(strings.TrimSpace(s)), "P%d%s", &n, &unit); err != nil || n < 1 {
		return 1
	}
	if unit == "W" {
		return 7 * n
	}
	return n
}

// worked reports whether an event says that its days are worked.
func worked(e *ics.VEvent) bool {
	if strings.EqualFold(value(e, "X-SOI-WORKING"), "TRUE") {
		return true
	}
	texts := []string{value(e, ics.ComponentPropertySummary)}
	for _, p := range e.GetProperties(ics.ComponentPropertyCategories) {
		texts = append(texts, strings.Split(p.Value, ",")...)
	}
	for _, t := range texts {
		t = strings.ToLower(plain(t))
		for _, w := range []string{"làm bù", "làm việc bù", "ngày làm việc", "đi làm", "working day", "workday", "working saturday", "make-up work"} {
			if strings.HasPrefix(t, w) {
				return true
			}
		}
	}
	return false
}

// value is the first value of a property, "" if there is none.
func value(e *ics.VEvent, p ics.ComponentProperty) string {
	if v := e.GetProperty(p); v != nil {
		return v.Value
	}
	return ""
}

// plain takes escapes and control characters out of a text.
func plain(s string) string {
	s = strings.NewReplacer(`\n`, " ", `\N`, " ", `\,`, ",", `\;`, ";", `\\`, `\`).Replace(s)
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool { return r <= ' ' || r == 0x7f }), " ")
}
