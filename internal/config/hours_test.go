package config

import (
	"testing"
	"time"
)

func TestParseHours(t *testing.T) {
	h, err := parseHours("mon-sat 07:30-17:00")
	if err != nil || h.Days != ([7]bool{false, true, true, true, true, true, true}) || h.From != 7*time.Hour+30*time.Minute || h.To != 17*time.Hour {
		t.Errorf("%+v, %v", h, err)
	}
	if h, err := parseHours("always"); err != nil || h.From != h.To {
		t.Errorf("always: %+v, %v", h, err)
	}
	if h, err := parseHours("sun 08:00-09:00"); err != nil || h.Days != ([7]bool{true}) {
		t.Errorf("one day: %+v, %v", h, err)
	}
	for _, bad := range []string{"", "mon-fri", "fri-mon 08:00-17:00", "mon-fri 17:00-08:00", "mon-fri 8-17", "someday 08:00-17:00"} {
		if _, err := parseHours(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
