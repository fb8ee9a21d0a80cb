package web

import (
	"strconv"
	"strings"
	"time"
)

// number writes n with the language's marks: 1.234 in Vietnamese, 1,234 in
// English.
func (w *words) number(n int) string {
	mark := "."
	if w.lang == "en" {
		mark = ","
	}
	s := strconv.Itoa(n)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	var b strings.Builder
	for i, d := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteString(mark)
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}

// date writes a day: 22/11/2026 in Vietnamese, 22 November 2026 in English,
// in the desk's zone.
func (w *words) date(t time.Time) string {
	t = t.In(w.zone)
	if w.lang == "en" {
		return t.Format("2 January 2006")
	}
	return t.Format("02/01/2006")
}

// moment writes a day with its hour and minute.
func (w *words) moment(t time.Time) string {
	t = t.In(w.zone)
	if w.lang == "en" {
		return t.Format("2 January 2006, 15:04")
	}
	return t.Format("15:04 02/01/2006")
}

// when writes a time as a reader thinks of it: "today 07:30" on the day
// itself, else the date. Nothing else is relative.
func (w *words) when(t time.Time) string {
	local, now := t.In(w.zone), w.now().In(w.zone)
	if local.YearDay() == now.YearDay() && local.Year() == now.Year() {
		return w.t("time.today", "Clock", local.Format("15:04"))
	}
	return w.date(t)
}

// iso writes a time for machines, with the offset of the desk's zone.
func (w *words) iso(t time.Time) string { return t.In(w.zone).Format(time.RFC3339) }

// day writes a date that is kept as 2006-01-02 the way date does; what does
// not parse is written as it is.
func (w *words) day(s string) string {
	t, err := time.ParseInLocation("2006-01-02", s, w.zone)
	if err != nil {
		return s
	}
	return w.date(t)
}
