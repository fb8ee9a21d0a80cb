package calendar_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soi/internal/calendar"
	"soi/internal/desk"
)

// file makes an .ics file of events.
func file(events ...string) []byte {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nX-WR-CALNAME:Lịch nghỉ\r\n")
	for _, e := range events {
		b.WriteString("BEGIN:VEVENT\r\nUID:1\r\n" + strings.ReplaceAll(e, "\n", "\r\n") + "\r\nEND:VEVENT\r\n")
	}
	b.WriteString("END:VCALENDAR\r\n")
	return []byte(b.String())
}

// plainly writes days as "2026-08-31 off Title".
func plainly(f calendar.Found) (out []string) {
	for _, d := range f.Days {
		kind := " off "
		if d.Work {
			kind = " worked "
		}
		out = append(out, d.Date+kind+d.Title.In(""))
	}
	return out
}

func TestRead(t *testing.T) {
	for name, c := range map[string]struct {
		event string
		want  []string
	}{
		"one day":             {"DTSTART;VALUE=DATE:20260901\nSUMMARY:Quốc khánh", []string{"2026-09-01 off Quốc khánh"}},
		"the end is not in":   {"DTSTART;VALUE=DATE:20260831\nDTEND;VALUE=DATE:20260902\nSUMMARY:Nghỉ", []string{"2026-08-31 off Nghỉ", "2026-09-01 off Nghỉ"}},
		"a duration":          {"DTSTART;VALUE=DATE:20260831\nDURATION:P2D\nSUMMARY:Nghỉ", []string{"2026-08-31 off Nghỉ", "2026-09-01 off Nghỉ"}},
		"midnight":            {"DTSTART:20260831T000000\nDTEND:20260901T000000\nSUMMARY:Nghỉ", []string{"2026-08-31 off Nghỉ"}},
		"worked, in words":    {"DTSTART;VALUE=DATE:20260822\nSUMMARY:Làm bù cho thứ Hai 31/8", []string{"2026-08-22 worked Làm bù cho thứ Hai 31/8"}},
		"worked, a category":  {"DTSTART;VALUE=DATE:20260822\nCATEGORIES:HR,WORKING DAY\nSUMMARY:Saturday", []string{"2026-08-22 worked Saturday"}},
		"worked, by property": {"DTSTART;VALUE=DATE:20260822\nX-SOI-WORKING:TRUE\nSUMMARY:x", []string{"2026-08-22 worked x"}},
		"every year":          {"DTSTART;VALUE=DATE:20200902\nRRULE:FREQ=YEARLY\nSUMMARY:Quốc khánh", []string{"2026-09-02 off Quốc khánh", "2027-09-02 off Quốc khánh"}},
		"but not this year":   {"DTSTART;VALUE=DATE:20200902\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20260902\nSUMMARY:x", []string{"2027-09-02 off x"}},
		"dates of their own":  {"DTSTART;VALUE=DATE:20260101\nRDATE;VALUE=DATE:20260105,20270106\nSUMMARY:x", []string{"2026-01-01 off x", "2026-01-05 off x", "2027-01-06 off x"}},
		"an hour is no day":   {"DTSTART:20260901T090000\nDTEND:20260901T100000\nSUMMARY:Họp", nil},
		"called off":          {"DTSTART;VALUE=DATE:20260901\nSTATUS:CANCELLED\nSUMMARY:x", nil},
		"another year":        {"DTSTART;VALUE=DATE:20250901\nSUMMARY:x", nil},
		"a folded line":       {"DTSTART;VALUE=DATE:20260901\nSUMMARY:Quốc khánh và\n  ngày liền kề", []string{"2026-09-01 off Quốc khánh và ngày liền kề"}},
	} {
		f, err := calendar.Read(file(c.event), 2026, 2027)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(c.want, plainly(f)); d != "" {
			t.Errorf("%s: -want +got\n%s", name, d)
		}
		if c.want == nil && f.Left != 1 {
			t.Errorf("%s: not said to be left out", name)
		}
	}
	f, err := calendar.Read(file("DTSTART;VALUE=DATE:20260901\nSUMMARY:x"), 2026, 2026)
	if err != nil || f.Name != "Lịch nghỉ" {
		t.Errorf("name %q, %v", f.Name, err)
	}
}

func TestReadRefuses(t *testing.T) {
	many := make([]string, desk.MaxCalendarDays+1)
	for i := range many {
		many[i] = "DTSTART;VALUE=DATE:20260901\nSUMMARY:x"
	}
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"nothing":            {nil, calendar.ErrFormat},
		"a page":             {[]byte("<!doctype html><p>404"), calendar.ErrFormat},
		"a rule unread":      {file("DTSTART;VALUE=DATE:20260901\nRRULE:FREQ=SOMETIMES\nSUMMARY:x"), calendar.ErrFormat},
		"a flood of seconds": {file("DTSTART;VALUE=DATE:20260901\nRRULE:FREQ=SECONDLY\nSUMMARY:x"), calendar.ErrFormat},
		"too many":           {file(many...), calendar.ErrTooLarge},
		"too many days":      {file("DTSTART;VALUE=DATE:20200101\nDURATION:P60D\nRRULE:FREQ=DAILY\nSUMMARY:x"), calendar.ErrTooLarge},
		"too long":           {append(file(), make([]byte, calendar.MaxBytes)...), calendar.ErrTooLarge},
	} {
		if _, err := calendar.Read(c.file, 2026, 2027); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// FuzzRead: whatever comes, Read ends, and what it returns can be kept.
func FuzzRead(f *testing.F) {
	f.Add(file("DTSTART;VALUE=DATE:20260901\nSUMMARY:x\nRRULE:FREQ=YEARLY;COUNT=3"))
	f.Add(file("DTSTART;VALUE=DATE:20260230\nSUMMARY:x\nDURATION:P-3D"))
	f.Add([]byte("BEGIN:VCALENDAR\r\nEND:VCALENDAR"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := calendar.Read(b, 2026, 2027)
		if err != nil {
			return
		}
		for _, d := range got.Days {
			if len(d.Date) != 10 || !strings.HasPrefix(d.Date, "202") {
				t.Fatalf("a day %q", d.Date)
			}
		}
	})
}
