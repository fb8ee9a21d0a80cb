package web

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soi/internal/desk"
)

func TestDiffWords(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want []span
	}{
		{"", "", nil},
		{"một hai ba", "một hai ba", []span{{"", "một hai ba"}}},
		{"sâu 30 cm là đủ", "sâu khoảng 15 cm là đủ", []span{{"", "sâu "}, {"del", "30"}, {"", " "}, {"ins", "khoảng 15"}, {"", " cm là đủ"}}},
		{"", "mới", []span{{"ins", "mới"}}},
		{"cũ", "", []span{{"del", "cũ"}}},
	} {
		if d := cmp.Diff(c.want, diffWords(c.a, c.b)); d != "" {
			t.Errorf("%q → %q: %s", c.a, c.b, d)
		}
	}
}

// TestDiffKeepsBothTexts: what stayed and went is the old text, what stayed
// and came the new one, but for spaces between words.
func TestDiffKeepsBothTexts(t *testing.T) {
	words := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	rapid.Check(t, func(t *rapid.T) {
		gen := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "ẵ", "30", "cm"}), 0, 12)
		a, b := strings.Join(gen.Draw(t, "a"), " "), strings.Join(gen.Draw(t, "b"), "  ")
		var old, now strings.Builder
		for _, s := range diffWords(a, b) {
			if s.Op != "ins" {
				old.WriteString(s.Text + " ")
			}
			if s.Op != "del" {
				now.WriteString(s.Text + " ")
			}
		}
		if words(old.String()) != words(a) || words(now.String()) != words(b) {
			t.Fatalf("%q → %q gives %q and %q", a, b, old.String(), now.String())
		}
	})
}

func TestDiffOfLongTextsIsBounded(t *testing.T) {
	a, b := strings.Repeat("a b ", 3000), strings.Repeat("c d ", 3000)
	if got := diffWords(a, b); len(got) > 4 {
		t.Errorf("%d spans for two long texts without a common word", len(got))
	}
}

func TestChangesBetween(t *testing.T) {
	all := sampleRevisions(desk.RatingFalse)
	var fields []string
	for _, c := range changesBetween(all[3].Doc, all[2].Doc, "vi") {
		fields = append(fields, c.Field)
	}
	if d := cmp.Diff([]string{"rating", "summary", "removed"}, fields); d != "" {
		t.Error(d)
	}
	if got := changesBetween(all[3].Doc, all[3].Doc, "vi"); got != nil {
		t.Errorf("a document differs from itself: %v", got)
	}
}
