package intake

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"soi/internal/desk"
)

// plain reads nothing.
type plain struct{}

func (plain) Clean(s string) string                                     { return s }
func (plain) Lang(string) string                                        { return "vi" }
func (plain) Read(context.Context, string, []desk.NewMedia) (r Reading) { return r }

// said is every sentence of a language with the blanks it has.
func said(b *book) map[string][]string {
	out := map[string][]string{}
	blanks := regexp.MustCompile(`\{[a-z]+\}`)
	for area, lines := range map[string]map[string]string{"line": b.Line, "title": b.Title, "button": b.Button, "rating": b.Rating} {
		for key, text := range lines {
			found := blanks.FindAllString(text, -1)
			slices.Sort(found)
			out[area+"."+key] = slices.Compact(found)
		}
	}
	return out
}

// Both languages say the same things, with the same blanks, calmly.
func TestCatalogues(t *testing.T) {
	books, err := readBooks()
	if err != nil {
		t.Fatal(err)
	}
	vi, en := said(books["vi"]), said(books["en"])
	for key, blanks := range vi {
		if other, ok := en[key]; !ok || !slices.Equal(blanks, other) {
			t.Errorf("%s: vi has %v, en has %v (there: %v)", key, blanks, other, ok)
		}
	}
	if len(vi) != len(en) {
		t.Errorf("%d sentences in vi, %d in en", len(vi), len(en))
	}
	for lang, b := range books {
		for key, text := range b.Line {
			if strings.ContainsAny(text, "!") || utf8.RuneCountInString(text) > 450 {
				t.Errorf("%s %s is loud or long: %q", lang, key, text)
			}
		}
		for _, r := range desk.Ratings() {
			if b.Rating[string(r)] == "" {
				t.Errorf("%s has no word for %s", lang, r)
			}
		}
		for _, list := range b.Heard {
			for _, w := range list {
				if w != strings.ToLower(w) || len(w) > maxCommand {
					t.Errorf("%s: %q can never be heard", lang, w)
				}
			}
		}
	}
	for _, key := range []string{"greeting", "welcome", "help", "thanks", "empty", "goodbye", "lang", "answered", "which-again", "nothing-asked", "interim", "known", "known-chosen",
		"imported", "perhaps", "new", "closed", "unread", "published", "corrected", "withdrawn", "recalled"} {
		if books["vi"].Line[key] == "" {
			t.Errorf("no sentence %s", key)
		}
	}
}

// What is typed is a command, an answer or a message.
func TestHeard(t *testing.T) {
	in := &Intake{Options: Options{Reader: plain{}}}
	var err error
	if in.books, err = readBooks(); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]Heard{
		"Dừng": {What: HeardStop}, "/stop": {What: HeardStop}, "STOP.": {What: HeardStop}, "/vi": {What: HeardLang, Lang: "vi"}, "English": {What: HeardLang, Lang: "en"},
		"2": {What: HeardPick, Pick: 1}, "0": {What: HeardNone}, "Rồi": {What: HeardYes}, "chưa": {What: HeardNo}, "Không": {What: HeardNo}, "xin chào": {What: HeardHello},
		"Cảm ơn bạn!": {What: HeardThanks}, "?": {What: HeardHelp}, "12": {What: HeardMessage}, "dừng xe ở đâu": {What: HeardMessage},
		"có đúng là vậy không": {What: HeardMessage}, strings.Repeat("stop ", 20): {What: HeardMessage},
	} {
		if got := in.heard(text, true); got.What != want.What || got.Lang != want.Lang || got.Pick != want.Pick {
			t.Errorf("%q is %+v, want %+v", text, got, want)
		}
	}
	if got := in.heard("có", false); got.What != HeardMessage {
		t.Errorf("a word after a message is %+v, want a part of it", got)
	}
	id := desk.NewID()
	for data, want := range map[string]Heard{"y/" + string(id): {What: HeardYes, Tip: id}, "n/" + string(id): {What: HeardNo, Tip: id}, "0/" + string(id): {What: HeardNone, Tip: id},
		"w2/" + string(id): {What: HeardPick, Pick: 2, Tip: id}, "w/" + string(id): {}, "y/x": {}, "y": {}, "": {}, "wx/" + string(id): {}} {
		got, ok := pressed(data)
		if ok != (want.What != "") || got.What != want.What || got.Tip != want.Tip || got.Pick != want.Pick {
			t.Errorf("%q is %+v, want %+v", data, got, want)
		}
	}
}

// A message is never longer than its channel takes; the link stays.
func TestMessagesFit(t *testing.T) {
	in := &Intake{Options: Options{Reader: plain{}, URL: "https://desk.example", Name: "soi"}}
	var err error
	if in.books, err = readBooks(); err != nil {
		t.Fatal(err)
	}
	link := "https://desk.example/checks/" + string(desk.NewID())
	cards := []card{{rating: "Sai", statement: strings.Repeat("Nước chanh nóng không chữa được bệnh. ", 8), summary: strings.Repeat("Không có bằng chứng nào. ", 60), link: link}}
	cards = append(cards, cards[0], cards[0])
	for _, lang := range languages() {
		for _, limit := range []int{1024, 2000, 4096} {
			for _, buttons := range []int{0, 3, 8} {
				c := composer{in: in, limits: Limits{TextRunes: limit, Buttons: buttons, LabelRunes: 20}, lang: lang, op: "x"}
				for _, line := range []string{OutcomeKnown, "published", "corrected"} {
					pairs := append(cards[0].pairs(), "why", "")
					m := c.message(PurposeTalk, "talk", line, pairs...)
					if line == OutcomeKnown {
						m = c.ask(line, &Question{Kind: QuestionAnswered, Tip: desk.NewID()}, cards, pairs...)
					}
					if n := utf8.RuneCountInString(m.Text); n > limit || !strings.Contains(m.Text, link) {
						t.Errorf("%s %s: %d of %d characters, link %v", lang, line, n, limit, strings.Contains(m.Text, link))
					}
				}
				m := c.ask(OutcomePerhaps, &Question{Kind: QuestionWhich, Tip: desk.NewID()}, cards[:c.limits.mostOptions()])
				if n := utf8.RuneCountInString(m.Text); n > limit || len(m.Buttons) > buttons {
					t.Errorf("%s: %d of %d characters, %d of %d buttons", lang, n, limit, len(m.Buttons), buttons)
				}
				for _, b := range m.Buttons {
					if utf8.RuneCountInString(b.Label) > 20 || len(b.Data) > 64 {
						t.Errorf("button %q %q", b.Label, b.Data)
					}
				}
			}
		}
	}
}
