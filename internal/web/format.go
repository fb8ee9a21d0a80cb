package web

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"soi/internal/desk"
)

// number writes n with the language's marks: 1.234 in Vietnamese, 1,234 in
// English.
func (w *words) number(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	var b strings.Builder
	for i, d := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteString(w.style.thousands)
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}

// date writes a day: 22/11/2026 in Vietnamese, 22 November 2026 in English,
// in the desk's zone.
func (w *words) date(t time.Time) string {
	return t.In(w.zone).Format(w.style.date)
}

// moment writes a day with its hour and minute.
func (w *words) moment(t time.Time) string {
	return t.In(w.zone).Format(w.style.moment)
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

// bytes writes a size as people read it: 1,2 MB in Vietnamese, 1.2 MB in English.
func (w *words) bytes(n int64) string {
	s := "1 KB"
	switch {
	case n >= 100_000:
		s = strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB"
	case n >= 1000:
		s = strconv.FormatInt(n/1000, 10) + " KB"
	}
	return strings.Replace(s, ".", w.style.decimal, 1)
}

// named is the text of a claim, or words for one that has none yet.
func (w *words) named(c desk.Claim) string {
	if c.Wordless() {
		return w.t("desk.wordless")
	}
	return c.Text
}

// duration writes the length of a recording: 1:05, or 1:02:03 beyond an hour.
func duration(d time.Duration) string {
	sec := int((d + time.Second/2) / time.Second)
	if sec >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", sec/3600, sec/60%60, sec%60)
	}
	return fmt.Sprintf("%d:%02d", sec/60, sec%60)
}
