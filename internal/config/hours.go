package config

import (
	"fmt"
	"strings"
	"time"
)

// Hours are the working hours of the desk, in Config.Zone. Without hours (From
// equal to To) the desk works round the clock.
type Hours struct {
	Days     [7]bool // by time.Weekday
	From, To time.Duration
	said     string // as it was set
}

// dayNames are the days as settings spell them, from Monday on.
func dayNames() []string { return []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} }

// hoursSetting is the setting of the working hours.
func hoursSetting() Setting {
	return Setting{Name: "desk-hours", Default: "mon-fri 08:00-17:30",
		Help: "working hours by which claims are due, as mon-sat 07:30-17:00; always for round the clock",
		set: func(c *Config, v string) (err error) {
			c.Hours, err = parseHours(v)
			return err
		},
		get: func(c Config) string { return c.Hours.said }}
}

// parseHours reads "mon-fri 08:00-17:30" or "always".
func parseHours(v string) (Hours, error) {
	h := Hours{said: v}
	if v == "always" {
		return h, nil
	}
	wrong := fmt.Errorf("%q is not days and hours such as mon-sat 07:30-17:00, nor always", v)
	days, hours, ok := strings.Cut(v, " ")
	from, to, ok2 := strings.Cut(strings.TrimSpace(hours), "-")
	if !ok || !ok2 {
		return h, wrong
	}
	first, last, span := strings.Cut(days, "-")
	if !span {
		last = first
	}
	a, b := dayIndex(first), dayIndex(last)
	if a < 0 || b < a {
		return h, wrong
	}
	for i := a; i <= b; i++ {
		h.Days[(i+1)%7] = true // time.Weekday begins with Sunday
	}
	var err1, err2 error
	h.From, err1 = clock(from)
	h.To, err2 = clock(to)
	if err1 != nil || err2 != nil || h.To <= h.From {
		return h, wrong
	}
	return h, nil
}

// dayIndex is the place of a day in the week, -1 for what is no day.
func dayIndex(name string) int {
	for i, d := range dayNames() {
		if d == strings.ToLower(name) {
			return i
		}
	}
	return -1
}

// clock reads 08:30 as the time since midnight.
func clock(s string) (time.Duration, error) {
	t, err := time.Parse("15:04", s)
	return t.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)), err
}
