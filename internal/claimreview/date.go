package claimreview

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The two ways in which a date cannot be used.
var (
	errDate      = errors.New("claimreview: not a date")
	errAmbiguous = errors.New("claimreview: day or month first")
)

// layouts are tried in order on the text as it stands, without a weekday.
func layouts() []string {
	return []string{
		time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05 -0700",
		"2006-01-02T15:04Z07:00", "2006-01-02T15:04Z0700", "2006-01-02T15:04",
		"2006-01-02 15:04:05.999999999 -0700 MST", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05Z07:00",
		"2006-01-02 15:04:05.999999999", "2006-01-02 15:04:05 MST", "2006-01-02 15:04", "2006-01-02", "2006/01/02", "2006.01.02",
		"2006-1-2", "2006/1/2", "20060102", "20060102T150405Z", "2006-01",
		"2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04 -0700", "2 Jan 2006",
		"2 January 2006 15:04:05", "2 January 2006", "2. January 2006", "January 2, 2006 15:04:05", "January 2, 2006", "January 2 2006",
		"Jan 2, 2006, 15:04", "Jan 2, 2006 3:04 PM", "Jan 2, 2006", "Jan. 2, 2006", "2-Jan-2006", "2-Jan-06", "Jan 2 15:04:05 -0700 2006", "Jan 2 15:04:05 MST 2006",
	}
}

// parseDate reads a date in the shapes publishers write, into UTC. Numbers
// like 03/04/2026 are read by lang where the language has one custom, and are
// errAmbiguous otherwise. Years outside 1990–2100 are not dates of checks.
func parseDate(text, lang string) (time.Time, error) {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" || len(text) > 80 {
		return time.Time{}, errDate
	}
	if t, ok := epoch(text); ok {
		return sane(t)
	}
	bare := weekday.ReplaceAllString(text, "")
	for _, l := range layouts() {
		if t, err := time.Parse(l, bare); err == nil {
			return sane(t)
		}
	}
	if m := vietnamese.FindStringSubmatch(text); m != nil {
		return ymd(m[3], m[2], m[1])
	}
	return slashed(text, lang)
}

// weekday is a day's name in front, as RFC 1123 and Vietnamese pages have it.
var weekday = regexp.MustCompile(`(?i)^(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?,? |^(thứ (hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật),? `)

// vietnamese is "Ngày 22 tháng 11 năm 2026" and its shorter forms.
var vietnamese = regexp.MustCompile(`(?i)(\d{1,2}) ?tháng ?(\d{1,2}),?(?: ?năm)? ?(\d{4})`)

// numeric is 22/11/2026, 22-11-2026 or 22.11.2026, with or without a time
// before or behind.
var numeric = regexp.MustCompile(`(?:^|[ ,(])(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:$|[ ,T)])`)

func slashed(text, lang string) (time.Time, error) {
	m := numeric.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, errDate
	}
	a, _ := strconv.Atoi(m[1])
	b, _ := strconv.Atoi(m[2])
	monthFirst := false
	switch base, region, _ := strings.Cut(lang, "-"); {
	case a > 12 || a == b:
	case b > 12:
		monthFirst = true
	case lang == "en-US":
		monthFirst = true
	case base == "" || (base == "en" && region == ""):
		return time.Time{}, errAmbiguous
	}
	if monthFirst {
		return ymd(m[3], m[1], m[2])
	}
	return ymd(m[3], m[2], m[1])
}

func ymd(year, month, day string) (time.Time, error) {
	t, err := time.Parse("2006-1-2", year+"-"+month+"-"+day)
	if err != nil {
		return time.Time{}, errDate
	}
	return sane(t)
}

// epoch reads seconds or milliseconds since 1970.
func epoch(text string) (time.Time, bool) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return time.Time{}, false
	}
	switch {
	case n >= 6e8 && n < 5e9:
		return time.Unix(int64(n), 0), true
	case n >= 6e11 && n < 5e12:
		return time.UnixMilli(int64(n)), true
	}
	return time.Time{}, false
}

func sane(t time.Time) (time.Time, error) {
	if t.Year() < 1990 || t.Year() > 2100 {
		return time.Time{}, errDate
	}
	return t.UTC(), nil
}
