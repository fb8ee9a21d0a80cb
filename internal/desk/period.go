package desk

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// PeriodKind is how long a report's period is.
type PeriodKind string

// The kinds of period. Weeks begin on Monday and are numbered as ISO 8601 has
// it; five years end with a year that ends in 0 or 5.
const (
	PeriodWeek    PeriodKind = "week"
	PeriodMonth   PeriodKind = "month"
	PeriodQuarter PeriodKind = "quarter"
	PeriodHalf    PeriodKind = "half"
	PeriodYear    PeriodKind = "year"
	PeriodFive    PeriodKind = "five-years"
)

// PeriodKinds lists the kinds, the shortest first.
func PeriodKinds() []PeriodKind {
	return []PeriodKind{PeriodWeek, PeriodMonth, PeriodQuarter, PeriodHalf, PeriodYear, PeriodFive}
}

// Period is a span of the calendar in one zone.
type Period struct {
	Kind     PeriodKind
	Name     string // 2026-W47, 2026-11, 2026-Q4, 2026-H2, 2026, 2026-2030
	From, To time.Time
}

// PeriodAt is the period of a kind that holds a time.
func PeriodAt(k PeriodKind, at time.Time, zone *time.Location) Period {
	local := at.In(zone)
	y, m := local.Year(), local.Month()
	p := Period{Kind: k}
	months := func(first time.Month, n int) (from, to time.Time) {
		return time.Date(y, first, 1, 0, 0, 0, 0, zone), time.Date(y, first+time.Month(n), 1, 0, 0, 0, 0, zone)
	}
	switch k {
	case PeriodWeek:
		day := local.Day() - (int(local.Weekday())+6)%7
		p.From, p.To = time.Date(y, m, day, 0, 0, 0, 0, zone), time.Date(y, m, day+7, 0, 0, 0, 0, zone)
		year, week := p.From.ISOWeek()
		p.Name = fmt.Sprintf("%04d-W%02d", year, week)
	case PeriodMonth:
		p.From, p.To = months(m, 1)
		p.Name = fmt.Sprintf("%04d-%02d", y, m)
	case PeriodQuarter:
		q := (int(m) - 1) / 3
		p.From, p.To = months(time.Month(3*q+1), 3)
		p.Name = fmt.Sprintf("%04d-Q%d", y, q+1)
	case PeriodHalf:
		h := (int(m) - 1) / 6
		p.From, p.To = months(time.Month(6*h+1), 6)
		p.Name = fmt.Sprintf("%04d-H%d", y, h+1)
	case PeriodFive:
		first := (y-1)/5*5 + 1
		p.From, p.To = time.Date(first, 1, 1, 0, 0, 0, 0, zone), time.Date(first+5, 1, 1, 0, 0, 0, 0, zone)
		p.Name = fmt.Sprintf("%04d-%04d", first, first+4)
	default:
		p.From, p.To = months(1, 12)
		p.Name = fmt.Sprintf("%04d", y)
	}
	return p
}

// Before is the period of the same kind that ends where this one begins.
func (p Period) Before() Period {
	return PeriodAt(p.Kind, p.From.Add(-time.Millisecond), p.From.Location())
}

// periodNames is how the names of periods look.
func periodNames() *regexp.Regexp {
	return regexp.MustCompile(`^([12][0-9]{3})(?:-(?:W([0-5][0-9])|([01][0-9])|Q([1-4])|H([12])|([12][0-9]{3})))?$`)
}

// ParsePeriod reads the name of a period; ErrInvalid for any other word.
func ParsePeriod(name string, zone *time.Location) (Period, error) {
	m := periodNames().FindStringSubmatch(name)
	if m == nil {
		return Period{}, invalid(BadChoice)
	}
	num := func(i int) int { n, _ := strconv.Atoi(m[i]); return n } // digits, or nothing for 0
	day := func(month, day int) time.Time { return time.Date(num(1), time.Month(month), day, 12, 0, 0, 0, zone) }
	p := Period{}
	switch {
	case m[2] != "":
		p = PeriodAt(PeriodWeek, day(1, 4+7*(num(2)-1)), zone) // the 4th of January is in week 1
	case m[3] != "":
		p = PeriodAt(PeriodMonth, day(num(3), 1), zone)
	case m[4] != "":
		p = PeriodAt(PeriodQuarter, day(3*num(4), 1), zone)
	case m[5] != "":
		p = PeriodAt(PeriodHalf, day(6*num(5), 1), zone)
	case m[6] != "":
		p = PeriodAt(PeriodFive, day(1, 1), zone)
	default:
		p = PeriodAt(PeriodYear, day(1, 1), zone)
	}
	if p.Name != name { // a 13th month, a 54th week, five years that begin elsewhere
		return Period{}, invalid(BadChoice)
	}
	return p, nil
}
