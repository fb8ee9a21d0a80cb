package feed

import (
	"html"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	nethtml "golang.org/x/net/html"
)

// blocks are elements that end a line of text.
var blocks = map[string]bool{"p": true, "br": true, "div": true, "li": true, "ul": true, "ol": true, "tr": true, "table": true, "h1": true, "h2": true,
	"h3": true, "h4": true, "h5": true, "h6": true, "blockquote": true, "section": true, "article": true, "figure": true, "figcaption": true,
	"pre": true, "hr": true, "dd": true, "dt": true, "header": true, "footer": true, "td": true}

// mute are elements whose text nobody reads.
var mute = map[string]bool{"script": true, "style": true}

// plain is the text of a piece of HTML, at most most characters. What is
// already plain text comes back with its spaces tidied.
func plain(s string, most int) string {
	if !strings.ContainsAny(s, "<&") {
		return squeeze(s, most)
	}
	if len(s) > 4*most {
		s = strings.ToValidUTF8(s[:4*most], "")
	}
	var b strings.Builder
	z := nethtml.NewTokenizer(strings.NewReader(s))
	z.AllowCDATA(true)
	quiet := 0
	for {
		switch z.Next() {
		case nethtml.ErrorToken:
			return squeeze(b.String(), most)
		case nethtml.TextToken:
			if quiet == 0 {
				b.WriteString(string(z.Text()))
			}
		case nethtml.StartTagToken:
			name, _ := z.TagName()
			if !mute[string(name)] {
				z.NextIsNotRawText() // an iframe that is never closed would swallow the rest
			}
			if mute[string(name)] {
				quiet++
			}
			if blocks[string(name)] {
				b.WriteByte('\n')
			}
		case nethtml.EndTagToken:
			name, _ := z.TagName()
			if mute[string(name)] && quiet > 0 {
				quiet--
			}
			if blocks[string(name)] {
				b.WriteByte('\n')
			}
		case nethtml.SelfClosingTagToken:
			if name, _ := z.TagName(); blocks[string(name)] {
				b.WriteByte('\n')
			}
		}
	}
}

// squeeze unescapes what was escaped twice, joins runs of spaces, keeps lines
// apart and cuts at most characters.
func squeeze(s string, most int) string {
	if strings.Contains(s, "&") {
		s = html.UnescapeString(s)
	}
	var b strings.Builder
	space, line, n := false, false, 0
	for _, r := range s {
		switch {
		case r == utf8.RuneError || unicode.IsControl(r) && !unicode.IsSpace(r):
			continue
		case r == '\n':
			line = true
			continue
		case unicode.IsSpace(r):
			space = true
			continue
		}
		if n > 0 && line {
			b.WriteByte('\n')
		} else if n > 0 && space {
			b.WriteByte(' ')
		}
		space, line = false, false
		if n++; n > most {
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

// layouts are spellings of dates that feeds use, tried in order. The zone "UT"
// and names of American zones are replaced by numbers first.
var layouts = []string{time.RFC3339Nano, time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05.999Z0700", "2006-01-02T15:04:05",
	"2006-01-02T15:04Z07:00", "2006-01-02T15:04Z0700", "2006-01-02T15:04", "2006-01-02T15Z07:00", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 -07:00",
	"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "2006-01", "2006", "20060102T15:04:05", "20060102", "02/01/2006 15:04:05", "02/01/2006 15:04", "02/01/2006",
	"2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04 -0700", "2 Jan 2006 15:04:05", "2 Jan 2006 15:04", "2 Jan 2006", "2 Jan 06 15:04:05 -0700", "2 Jan 06 15:04 -0700",
	"2 January 2006 15:04:05 -0700", "2 January 2006 15:04:05", "2 January 2006 15:04", "2 January 2006", "2 Jan 06", "Jan 2 2006 15:04:05 -0700", "Jan 2 2006 15:04:05", "Jan 2 2006",
	"January 2 2006 15:04:05 -0700", "January 2 2006", "Jan 2 15:04:05 2006", "Jan 2 15:04:05 -0700 2006", "Jan 2 2006 15:04:05 PM", "1/2/2006 3:04:05 PM", "2006/01/02 15:04:05", "2006/01/02"}

// zones are the zone names of RFC 822 and a few that newspapers use.
var zones = strings.NewReplacer(" UTC", " +0000", " GMT", " +0000", " UT", " +0000", " Z", " +0000", " EST", " -0500", " EDT", " -0400", " CST", " -0600", " CDT", " -0500",
	" MST", " -0700", " MDT", " -0600", " PST", " -0800", " PDT", " -0700", " ICT", " +0700", " BST", " +0100", " CET", " +0100", " CEST", " +0200")

// date reads a date in any of the usual spellings, UTC where no zone is told;
// the zero time for anything else.
func date(s string) time.Time {
	s = strings.Join(strings.Fields(strings.ReplaceAll(s, ",", " ")), " ")
	if s == "" || len(s) > 60 {
		return time.Time{}
	}
	if head, rest, ok := strings.Cut(s, " "); ok && len(head) >= 2 && !strings.ContainsAny(head, "0123456789") && startsDay(head) {
		s = rest
	}
	s = zones.Replace(s)
	if i := strings.LastIndex(s, "+0000 +"); i >= 0 {
		s = s[:i] + s[i+6:]
	}
	s = strings.Replace(s, "24:00", "00:00", 1)
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil && t.Year() > 1 && t.Year() < 9999 {
			return t.UTC()
		}
	}
	return time.Time{}
}

// startsDay tells the name of a weekday, in English, from that of a month.
func startsDay(s string) bool {
	for _, d := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} {
		if strings.HasPrefix(strings.ToLower(s), d) {
			return true
		}
	}
	return false
}
