package feeds

import (
	"bytes"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"pgregory.net/rapid"
)

// TestICal: another program's reader gets back what was written, whatever it was, and no line is longer than the
// specification allows.
func TestICal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.StringOfN(rapid.RuneFrom([]rune("aạ;,\\:\"ờ Đ😀\n")), 1, 90, -1)
		want := Date{UID: "a-1@desk.example", At: time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC), Title: "t" + words.Draw(t, "title"), Text: "x" + words.Draw(t, "text"),
			URL: "https://desk.example/desk/claims/1", Touched: time.Unix(1_700_000_000, 0)}
		var b bytes.Buffer
		if err := ICal(&b, words.Draw(t, "name"), []Date{want}); err != nil {
			t.Fatal(err)
		}
		for l := range strings.SplitSeq(b.String(), "\r\n") {
			if len(l) > 75 || strings.Contains(l, "\n") {
				t.Fatalf("a line of %d octets: %q", len(l), l)
			}
		}
		cal, err := ics.ParseCalendar(&b)
		if err != nil || len(cal.Events()) != 1 {
			t.Fatal(err)
		}
		e := cal.Events()[0]
		at, err := e.GetStartAt()
		if err != nil || !at.Equal(want.At) || e.Id() != want.UID || unescape(e, ics.ComponentPropertySummary) != want.Title || unescape(e, ics.ComponentPropertyDescription) != want.Text {
			t.Fatalf("%v %v: %q, want %q", at, err, unescape(e, ics.ComponentPropertySummary), want.Title)
		}
	})
	if err := ICal(&bytes.Buffer{}, "x", []Date{{UID: "a", Title: "b"}}); err == nil {
		t.Error("a date without a time is written")
	}
}

func unescape(e *ics.VEvent, p ics.ComponentProperty) string { return e.GetProperty(p).Value }
