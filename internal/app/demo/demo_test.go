package demo

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/text/unicode/norm"
)

var (
	ratings = []string{"true", "mostly-true", "half-true", "mostly-false", "false", "out-of-context", "unproven", "satire"}
	topics  = []string{"health", "food", "scam", "disaster", "science", "daily"}
	harms   = []string{"none", "low", "medium", "high"}
	kinds   = []string{"", "health", "money", "safety", "panic"}
	stances = []string{"supports", "refutes", "context"}
	states  = []string{"open", "assigned", "drafted", "in-review", "not-factual"}
	reasons = []string{"new-evidence", "factual", "clarity", "rating"}

	longDigits = regexp.MustCompile(`\d{9,}|\b0\d{2,3}[ .-]\d{3}[ .-]\d{3,4}\b`)
	anyLink    = regexp.MustCompile(`(?i)(?:https?://|www\.)[^\s]+`)
	exampleTLD = regexp.MustCompile(`(?i)^https?://[a-z0-9.-]+\.example(?:[/?#]|$)`)
	vietnamese = regexp.MustCompile(`(?i)[ăâđêôơưàáạảãằắặẳẵầấậẩẫèéẹẻẽềếệểễìíịỉĩòóọỏõồốộổỗờớợởỡùúụủũừứựửữỳýỵỷỹ]`)
)

func desk(t *testing.T) Desk {
	t.Helper()
	d, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestKeysAreUnique(t *testing.T) {
	d := desk(t)
	seen := map[string]bool{}
	once := func(key string) {
		t.Helper()
		if key == "" || seen[key] {
			t.Errorf("key %q is empty or used twice", key)
		}
		seen[key] = true
	}
	for _, c := range d.Checks {
		once(c.Key)
	}
	for _, o := range d.Open {
		once(o.Key)
	}
	for _, im := range d.Imported {
		once(im.URL)
	}
	tips := map[string]bool{}
	for _, tip := range d.allTips() {
		if tips[tip.Text] {
			t.Errorf("tip twice: %q", tip.Text)
		}
		tips[tip.Text] = true
	}
}

func TestChecks(t *testing.T) {
	for _, c := range desk(t).Checks {
		t.Run(c.Key, func(t *testing.T) {
			codes(t, c.Topic, c.Harm, c.HarmKind)
			oneOf(t, "rating", c.Rating, ratings)
			oneOf(t, "kind", c.Kind, []string{"publish"})
			moment(t, c.When)
			texts(t, c.Texts, true)
			evidence(t, c.Evidence, c.BodyConcerned, c.Texts)
			if c.BodyConcerned == "" || len(c.Tips) == 0 {
				t.Error("no body concerned or no tip")
			}
			for _, tip := range c.Tips {
				tipText(t, tip)
			}
			if c.Correct != nil {
				correction(t, c)
			}
			if c.Withdraw != nil {
				moment(t, c.Withdraw.When)
				both(t, "withdrawal note", c.Withdraw.Note)
				oneOf(t, "reason", c.Withdraw.Reason, []string{"source"})
				later(t, c.When, c.Withdraw.When)
			}
		})
	}
}

func correction(t *testing.T, c Check) {
	t.Helper()
	moment(t, c.Correct.When)
	later(t, c.When, c.Correct.When)
	oneOf(t, "reason", c.Correct.Reason, reasons)
	oneOf(t, "rating", c.Correct.Rating, ratings)
	both(t, "correction note", c.Correct.Note)
	texts(t, c.Correct.Texts, true)
	if len(c.Correct.Texts) != len(c.Texts) {
		t.Error("a correction covers every language of the check")
	}
	changed := c.Correct.Rating != c.Rating
	for lang, text := range c.Correct.Texts {
		changed = changed || text != c.Texts[lang]
	}
	if !changed {
		t.Error("the correction changes nothing")
	}
	if c.Withdraw != nil {
		t.Error("both corrected and withdrawn")
	}
}

func TestOpenClaims(t *testing.T) {
	for _, o := range desk(t).Open {
		t.Run(o.Key, func(t *testing.T) {
			codes(t, o.Topic, o.Harm, o.HarmKind)
			oneOf(t, "state", o.State, states)
			texts(t, o.Texts, false)
			if len(o.Tips) == 0 {
				t.Error("no tip")
			}
			for _, tip := range o.Tips {
				tipText(t, tip)
			}
			wantDraft := o.State == "drafted" || o.State == "in-review"
			if (o.Draft != nil) != wantDraft {
				t.Fatalf("draft %v in state %s", o.Draft != nil, o.State)
			}
			if o.State == "not-factual" && len(o.Evidence) > 0 {
				t.Error("evidence on what is not a factual claim")
			}
			if wantDraft {
				oneOf(t, "rating", o.Draft.Rating, ratings)
				texts(t, o.Draft.Texts, true)
			}
			if o.State == "in-review" {
				evidence(t, o.Evidence, o.BodyConcerned, o.Draft.Texts)
			}
			for _, e := range o.Evidence {
				source(t, e)
			}
		})
	}
}

func TestImported(t *testing.T) {
	for _, im := range desk(t).Imported {
		httpsURL(t, im.URL)
		if _, err := time.Parse(time.DateOnly, im.Published); err != nil {
			t.Error(err)
		}
		oneOf(t, "language", im.Lang, []string{"vi", "en"})
		for _, s := range []string{im.Publisher, im.Claim, im.Title, im.RatingText} {
			plain(t, s)
			if s == "" {
				t.Errorf("%s: an empty field", im.URL)
			}
		}
	}
}

func TestMoments(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("", 7*3600))
	for _, c := range []struct {
		when When
		want time.Time
	}{
		{When{DaysAgo: 1, Hour: 8, Minute: 5}, time.Date(2026, 2, 28, 8, 5, 0, 0, now.Location())},
		{When{Hour: 9}, time.Date(2026, 3, 1, 9, 0, 0, 0, now.Location())},
		{When{Hour: 20}, time.Date(2026, 2, 28, 20, 0, 0, 0, now.Location())},
		{When{MinutesAgo: 90}, time.Date(2026, 3, 1, 10, 30, 0, 0, now.Location())},
	} {
		if got := c.when.At(now); !got.Equal(c.want) {
			t.Errorf("%+v: %v, want %v", c.when, got, c.want)
		}
	}
}

func TestChecksAreSorted(t *testing.T) {
	d := desk(t)
	if !slices.IsSortedFunc(d.Checks, func(a, b Check) int { return a.order() - b.order() }) {
		t.Error("checks are not from the oldest to the newest")
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, data := range map[string]string{
		"data/checks-a.json": `[{"key":"a","rateing":"false"}]`,
		"data/open.json":     `[] []`,
		"data/other.json":    `[]`,
		"data/imported.json": `[{"url":`,
	} {
		_, err := load(fstest.MapFS{name: {Data: []byte(data)}})
		if !errors.Is(err, ErrData) || !strings.Contains(fmt.Sprint(err), name) {
			t.Errorf("%s: %v, want ErrData with the file's name", name, err)
		}
	}
}

// allTips lists every tip of the archive.
func (d Desk) allTips() []Tip {
	var all []Tip
	for _, c := range d.Checks {
		all = append(all, c.Tips...)
	}
	for _, o := range d.Open {
		all = append(all, o.Tips...)
	}
	return all
}

// texts looks at what a reader will see, language by language.
func texts(t *testing.T, byLang map[string]Text, full bool) {
	t.Helper()
	if len(byLang) == 0 {
		t.Fatal("no text")
	}
	for lang, text := range byLang {
		oneOf(t, "language", lang, []string{"vi", "en"})
		for _, s := range []string{text.Claim, text.Statement, text.Summary, text.Body, text.Unknown} {
			calm(t, s)
			if (lang == "vi") != vietnamese.MatchString(s) && s != "" {
				t.Errorf("%s text in another language: %.60q", lang, s)
			}
		}
		if text.Claim == "" {
			t.Error("no claim")
		}
		if !full {
			continue
		}
		if text.Statement == "" || text.Summary == "" || text.Statement == text.Claim {
			t.Errorf("%s: statement or summary missing, or the claim again", lang)
		}
		if n := len(strings.Split(text.Body, "\n\n")); n < 3 || n > 6 {
			t.Errorf("%s: %d paragraphs, want 3 to 6", lang, n)
		}
		if n := len([]rune(text.Summary)); n > 420 {
			t.Errorf("%s: summary of %d characters", lang, n)
		}
	}
}

// evidence holds scope rule 5: at least one source is not the body concerned.
func evidence(t *testing.T, list []Evidence, body string, byLang map[string]Text) {
	t.Helper()
	if len(list) < 2 || len(list) > 4 {
		t.Errorf("%d sources, want 2 to 4", len(list))
	}
	independent := false
	for _, e := range list {
		source(t, e)
		independent = independent || e.Independent
		if e.Independent && strings.EqualFold(e.Publisher, body) {
			t.Errorf("%s is the body concerned, yet called independent", e.Publisher)
		}
		for lang := range byLang {
			if e.Says[lang] == "" {
				t.Errorf("%s: nothing said in %s", e.URL, lang)
			}
		}
	}
	if !independent {
		t.Error("no independent source")
	}
}

func source(t *testing.T, e Evidence) {
	t.Helper()
	httpsURL(t, e.URL)
	oneOf(t, "stance", e.Stance, stances)
	oneOf(t, "language", e.Lang, []string{"vi", "en"})
	if e.Title == "" || e.Publisher == "" {
		t.Errorf("%s: no title or publisher", e.URL)
	}
	for _, s := range []string{e.Title, e.Publisher, e.Quote, e.Says["vi"], e.Says["en"]} {
		calm(t, s)
	}
}

func tipText(t *testing.T, tip Tip) {
	t.Helper()
	plain(t, tip.Text)
	if strings.TrimSpace(tip.Text) == "" {
		t.Error("empty tip")
	}
	for _, link := range anyLink.FindAllString(tip.Text, -1) {
		link = strings.TrimRight(link, ".,;:!?)")
		if !exampleTLD.MatchString(link) {
			t.Errorf("a tip links to %s, not to an example domain", link)
		}
	}
	if tip.MinutesAgo == 0 {
		moment(t, tip.When)
	}
}

// plain is what holds for every string of the archive.
func plain(t *testing.T, s string) {
	t.Helper()
	if !norm.NFC.IsNormalString(s) {
		t.Errorf("not NFC: %q", s)
	}
	if strings.Contains(s, "@") || longDigits.MatchString(s) {
		t.Errorf("an address or a long number: %q", s)
	}
}

// calm is what holds for every sentence that the desk says itself.
func calm(t *testing.T, s string) {
	t.Helper()
	plain(t, s)
	if strings.Contains(s, "!") {
		t.Errorf("exclamation mark: %q", s)
	}
}

func both(t *testing.T, what string, byLang map[string]string) {
	t.Helper()
	for _, lang := range []string{"vi", "en"} {
		if byLang[lang] == "" {
			t.Errorf("%s: no %s", what, lang)
		}
		calm(t, byLang[lang])
	}
}

func codes(t *testing.T, topic, harm, kind string) {
	t.Helper()
	oneOf(t, "topic", topic, topics)
	oneOf(t, "harm", harm, harms)
	oneOf(t, "harm kind", kind, kinds)
	if harm == "none" && kind != "" || (harm == "medium" || harm == "high") && kind == "" {
		t.Errorf("harm %s with kind %q", harm, kind)
	}
}

func oneOf(t *testing.T, what, got string, want []string) {
	t.Helper()
	if !slices.Contains(want, got) {
		t.Errorf("%s %q, want one of %q", what, got, want)
	}
}

func moment(t *testing.T, w When) {
	t.Helper()
	if w.DaysAgo < 0 || w.DaysAgo > 30 || w.Hour < 7 || w.Hour > 22 || w.Minute < 0 || w.Minute > 59 {
		t.Errorf("moment %+v", w)
	}
}

func later(t *testing.T, first, second When) {
	t.Helper()
	if second.order() <= first.order() {
		t.Errorf("%+v is not after %+v", second, first)
	}
}

func httpsURL(t *testing.T, s string) {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		t.Errorf("not an https address: %q", s)
	}
}
