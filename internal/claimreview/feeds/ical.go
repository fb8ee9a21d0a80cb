package feeds

import (
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Date is one moment of a calendar.
type Date struct {
	UID     string // never changes
	At      time.Time
	Title   string
	Text    string // may be empty
	URL     string // may be empty
	Touched time.Time
}

// ICal writes an iCalendar (RFC 5545) of dates, each a quarter of an hour long
// and taking up nobody's time.
func ICal(w io.Writer, name string, dates []Date) error {
	c := folder{w: w}
	c.line("BEGIN:VCALENDAR")
	c.line("VERSION:2.0")
	c.line("PRODID:-//soi//deadlines//EN")
	c.line("CALSCALE:GREGORIAN")
	c.line("X-WR-CALNAME:" + icalText(name))
	c.line("REFRESH-INTERVAL;VALUE=DURATION:PT1H")
	for _, d := range dates {
		if d.UID == "" || d.At.IsZero() || d.Title == "" {
			return ErrIncomplete
		}
		c.line("BEGIN:VEVENT")
		c.line("UID:" + icalText(d.UID))
		c.line("DTSTAMP:" + icalTime(d.Touched))
		c.line("DTSTART:" + icalTime(d.At))
		c.line("DURATION:PT15M")
		c.line("SUMMARY:" + icalText(d.Title))
		if d.Text != "" {
			c.line("DESCRIPTION:" + icalText(d.Text))
		}
		if d.URL != "" {
			c.line("URL:" + line(d.URL))
		}
		c.line("TRANSP:TRANSPARENT")
		c.line("END:VEVENT")
	}
	c.line("END:VCALENDAR")
	return c.err
}

// folder writes content lines of at most 75 octets and keeps the first error.
type folder struct {
	w   io.Writer
	err error
}

func (f *folder) line(s string) {
	var out strings.Builder
	for room := 75; len(s) > room; room = 74 {
		at := room
		for !utf8.RuneStart(s[at]) {
			at--
		}
		out.WriteString(s[:at] + "\r\n ")
		s = s[at:]
	}
	out.WriteString(s + "\r\n")
	if f.err == nil {
		_, f.err = io.WriteString(f.w, out.String())
	}
}

// icalText escapes a TEXT value.
func icalText(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(clean(s), "\r\n", "\n"), "\r", "\n")
	return strings.NewReplacer("\\", "\\\\", ";", "\\;", ",", "\\,", "\n", "\\n").Replace(s)
}

// icalTime is a time in UTC.
func icalTime(t time.Time) string { return t.UTC().Format("20060102T150405Z") }
