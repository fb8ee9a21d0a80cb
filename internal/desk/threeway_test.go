package desk_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"soi/internal/desk"
)

// parts joins one field of the pieces.
func parts(ps []desk.Stretch, field func(desk.Stretch) string) string {
	var b strings.Builder
	for _, p := range ps {
		b.WriteString(field(p))
	}
	return b.String()
}

// genText makes texts of few different words, so that they often meet.
func genText() *rapid.Generator[string] {
	word := rapid.SampledFrom([]string{"nước", "chanh", "không", "chữa", "ung", "thư", "30", "40", "triệu", "đồng", "a", "b"})
	gap := rapid.SampledFrom([]string{" ", " ", " ", " ", "  ", "\n", "\n\n", "\r\n"})
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		if rapid.IntRange(0, 9).Draw(t, "lead") == 0 {
			b.WriteString(gap.Draw(t, "gap"))
		}
		for range rapid.IntRange(0, 30).Draw(t, "words") {
			b.WriteString(word.Draw(t, "word"))
			b.WriteString(gap.Draw(t, "gap"))
		}
		return b.String()
	})
}

// genEdit makes a text out of another by a few changes.
func genEdit(base string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		ws := strings.SplitAfter(base, " ")
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			i := rapid.IntRange(0, len(ws)).Draw(t, "at")
			switch rapid.IntRange(0, 2).Draw(t, "how") {
			case 0:
				ws = slices.Insert(ws, i, rapid.SampledFrom([]string{"mới ", "cũ ", "x\n\n", "không "}).Draw(t, "new"))
			case 1:
				if i < len(ws) {
					ws = slices.Delete(ws, i, i+1)
				}
			case 2:
				if i < len(ws) {
					ws[i] = rapid.SampledFrom([]string{"khác ", "y ", ""}).Draw(t, "other")
				}
			}
		}
		return strings.Join(ws, "")
	})
}

// wordsIn counts the words of a text.
func wordsIn(s string) map[string]int {
	out := map[string]int{}
	for w := range strings.FieldsSeq(s) {
		out[w]++
	}
	return out
}

func TestMergeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := genText().Draw(t, "base")
		mine, theirs := genEdit(base).Draw(t, "mine"), genEdit(base).Draw(t, "theirs")
		if rapid.IntRange(0, 5).Draw(t, "unlike") == 0 {
			theirs = genText().Draw(t, "theirs anew")
		}
		ps := desk.Merge3(base, mine, theirs)
		// Nothing of anybody is outside the pieces, and nothing is in them twice.
		for what, c := range map[string][2]string{
			"base":   {parts(ps, func(p desk.Stretch) string { return p.Base }), base},
			"mine":   {parts(ps, func(p desk.Stretch) string { return p.Mine }), mine},
			"theirs": {parts(ps, func(p desk.Stretch) string { return p.Theirs }), theirs},
		} {
			if c[0] != c[1] {
				t.Fatalf("%s: the pieces say %q, the text %q", what, c[0], c[1])
			}
		}
		// What is taken without asking leaves out a word of one side only where
		// the other side changed the ground and this side did not.
		for _, p := range ps {
			text := wordsIn(p.Text())
			for side, other := range map[string]string{p.Mine: p.Theirs, p.Theirs: p.Mine} {
				for w, n := range wordsIn(side) {
					lost := text[w] < n
					if lost && !p.Clash && (strings.Join(strings.Fields(side), " ") != strings.Join(strings.Fields(p.Base), " ") || other == p.Base) {
						t.Fatalf("the word %q of %q is lost unseen in %+v", w, side, p)
					}
				}
			}
		}
		// Turned round it is the same.
		for i, q := range desk.Merge3(base, theirs, mine) {
			p := ps[i]
			if q.Base != p.Base || q.Mine != p.Theirs || q.Theirs != p.Mine || q.Clash != p.Clash || !p.Clash && q.Text() != p.Text() {
				t.Fatalf("turned round, piece %d is %+v, not %+v", i, q, p)
			}
		}
		// With itself, and with who changed nothing, it is the text.
		for what, ps := range map[string][]desk.Stretch{"itself": desk.Merge3(base, mine, mine), "mine alone": desk.Merge3(base, mine, base),
			"theirs alone": desk.Merge3(base, base, mine), "no ground": desk.Merge3("", mine, mine)} {
			if desk.Clashes(ps) || desk.Joined(ps) != mine {
				t.Fatalf("with %s it is %q, not %q", what, desk.Joined(ps), mine)
			}
		}
	})
}

// TestMergeOfParagraphs: changes of different paragraphs never clash.
func TestMergeOfParagraphs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(3, 8).Draw(t, "paragraphs")
		var base, mine, theirs, want []string
		a := rapid.IntRange(0, n-1).Draw(t, "mine")
		b := rapid.IntRange(0, n-1).Filter(func(b int) bool { return b > a+1 || b < a-1 }).Draw(t, "theirs")
		for i := range n {
			p := "Đoạn " + strings.Repeat("một ", i) + "thôi."
			base, mine, theirs, want = append(base, p), append(mine, p), append(theirs, p), append(want, p)
		}
		mine[a], want[a] = "Tôi viết lại.", "Tôi viết lại."
		theirs[b], want[b] = "Bạn viết lại.", "Bạn viết lại."
		j := func(ps []string) string { return strings.Join(ps, "\n\n") }
		ps := desk.Merge3(j(base), j(mine), j(theirs))
		if desk.Clashes(ps) || desk.Joined(ps) != j(want) {
			t.Fatalf("%q", desk.Joined(ps))
		}
	})
}

func TestMergeCases(t *testing.T) {
	const base = "Nước chanh nóng không chữa được ung thư, theo một bài viết của bệnh viện năm nay. Một câu nữa."
	for _, c := range []struct{ name, base, mine, theirs, want string }{
		{"far apart in one paragraph", base, strings.Replace(base, "Nước chanh nóng", "Nước chanh", 1), strings.Replace(base, "câu nữa", "câu cuối", 1),
			"Nước chanh không chữa được ung thư, theo một bài viết của bệnh viện năm nay. Một câu cuối."},
		{"the same change", base, base + " Thêm.", base + " Thêm.", base + " Thêm."},
		{"one word, two ways", base, strings.Replace(base, "nóng", "ấm", 1), strings.Replace(base, "nóng", "lạnh", 1), "clash"},
		{"near each other", base, strings.Replace(base, "nóng", "ấm", 1), strings.Replace(base, "không chữa", "có chữa", 1), "clash"},
		{"one word between", base, strings.Replace(base, "nóng", "ấm", 1), strings.Replace(base, "chữa được", "trị được", 1), "clash"},
		{"one cuts, the other changes", "Một.\n\nHai.\n\nBa.", "Một.\n\nBa.", "Một.\n\nHai hai.\n\nBa.", "clash"},
		{"added at the end, changed before", "Một.\n\nHai là đủ.", "Một.\n\nHai là đủ.\n\nBa.", "Một một.\n\nHai là đủ.", "Một một.\n\nHai là đủ.\n\nBa."},
		{"both begin", "", "Tôi.", "Bạn.", "clash"},
		{"line ends of browsers", "Một.\n\nHai.", "Một.\r\n\r\nHai.", "Một.\n\nHai hai.", "Một.\r\n\r\nHai hai."},
	} {
		ps := desk.Merge3(c.base, c.mine, c.theirs)
		if got := desk.Joined(ps); desk.Clashes(ps) != (c.want == "clash") || c.want != "clash" && got != c.want {
			t.Errorf("%s: clash %v, %q", c.name, desk.Clashes(ps), got)
		}
	}
	// Where only spaces differ, the order of the two does not matter.
	if a, b := desk.Joined(desk.Merge3("a b", "a  b", "a\nb")), desk.Joined(desk.Merge3("a b", "a\nb", "a  b")); a != b {
		t.Errorf("spaces: %q and turned round %q", a, b)
	}
	for _, c := range []struct {
		base, mine, theirs string
		clash              bool
	}{{"a", "b", "a", false}, {"a", "a", "b", false}, {"a", "b", "b", false}, {"a", "b", "c", true}, {"a", "b ", "b", false}} {
		if got := desk.Clashes(desk.MergeLine(c.base, c.mine, c.theirs)); got != c.clash {
			t.Errorf("a line %q, %q, %q: clash %v", c.base, c.mine, c.theirs, got)
		}
	}
}

// TestMergeOfLongTexts: the longest text there can be is merged in bounded
// time, and two that have nothing in common are shown.
func TestMergeOfLongTexts(t *testing.T) {
	long := strings.Repeat("Một câu dài vừa phải để đọc. ", desk.MaxBodyRunes/29)
	ps := desk.Merge3(long, "Đầu. "+long, long+"Cuối.")
	if desk.Clashes(ps) || desk.Joined(ps) != "Đầu. "+long+"Cuối." {
		t.Error("a change at each end of a long paragraph clashes")
	}
	other := strings.Repeat("hoàn toàn khác ", desk.MaxBodyRunes/15)
	third := strings.Repeat("lại khác nữa ", desk.MaxBodyRunes/13)
	if ps := desk.Merge3(long, other, third); !desk.Clashes(ps) || parts(ps, func(p desk.Stretch) string { return p.Theirs }) != third {
		t.Error("wholly different texts do not clash")
	}
}
