package web

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	"soi/internal/desk"
)

// testNow is the clock of tests: a Sunday noon in Viet Nam.
var testNow = time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)

// testWords are the catalogues at testNow.
func testWords(t *testing.T) map[string]*words {
	t.Helper()
	books, err := loadWords(time.FixedZone("", 7*3600), func() time.Time { return testNow })
	if err != nil {
		t.Fatal(err)
	}
	return books
}

// families are keys that are put together at run time from the codes of the
// desk: those listed must exist.
func families() map[string][]string {
	out := map[string][]string{}
	add := func(prefix, suffix string, codes ...string) {
		for _, c := range codes {
			out[prefix] = append(out[prefix], prefix+c+suffix)
		}
	}
	add("lang.", "", written()...)
	for _, r := range desk.Ratings() {
		add("rating.", "", string(r))
		add("rating.", ".hint", string(r))
	}
	add("topic.", "", desk.Topics()...)
	for _, x := range desk.Stances() {
		add("stance.", "", string(x))
	}
	for _, k := range append(laterKinds(), desk.KindPublish) {
		add("kind.", "", string(k))
	}
	for _, r := range append(desk.CorrectionReasons(), desk.WithdrawalReasons()...) {
		add("reason.", "", string(r))
	}
	add("change.", "", "rating", "statement", "claim", "summary", "body", "unknown", "added", "removed", "altered", "other")
	add("answer.title.", "", stateKnown, stateImported, statePerhaps, stateNew, stateClosed)
	for prefix, n := range map[string]int{"about.step.": aboutSteps, "about.promise.": aboutPromises, "privacy.part.": privacyParts, "log.proves.": logProves} {
		for i := range n {
			add(prefix, ".title", strconv.Itoa(i+1))
			add(prefix, ".text", strconv.Itoa(i+1))
		}
	}
	for i := range logNot {
		add("log.not.", "", strconv.Itoa(i+1))
	}
	for _, c := range troubleCodes() {
		add("error.", ".title", c)
		add("error.", ".text", c)
		add("error.", ".do", c)
	}
	for _, p := range problemCodes() {
		add("problem.", "", string(p))
	}
	deskFamilies(add)
	houseFamilies(add)
	teamFamilies(add)
	return out
}

// problemCodes reads the problem codes out of the desk's source, so that a
// new one cannot be forgotten here.
func problemCodes() []desk.Problem {
	b, err := os.ReadFile("../desk/errors.go")
	if err != nil {
		return nil
	}
	var out []desk.Problem
	for _, m := range regexp.MustCompile(`Problem = "([a-z-]+)"`).FindAllStringSubmatch(string(b), -1) {
		out = append(out, desk.Problem(m[1]))
	}
	return out
}

func TestCataloguesHaveTheSameKeys(t *testing.T) {
	books := testWords(t)
	for _, a := range written() {
		for _, b := range written() {
			for key := range books[a].keys {
				if !books[b].keys[key] {
					t.Errorf("%s has %q, %s lacks it", a, key, b)
				}
			}
		}
	}
	if n := len(problemCodes()); n < 20 {
		t.Errorf("read %d problem codes from desk, want 20 or more", n)
	}
	for prefix, keys := range families() {
		for _, key := range keys {
			if !books["vi"].keys[key] {
				t.Errorf("family %s lacks %q", prefix, key)
			}
		}
	}
}

// TestKeysAreUsedAndExist reads every template and source file: a key named
// there must exist, and a key that exists must be named somewhere, or begin
// with something to which a code is added there: "topic." + code.
func TestKeysAreUsedAndExist(t *testing.T) {
	keys := testWords(t)["vi"].keys
	named := map[string]bool{}
	literal := regexp.MustCompile(`"([a-z0-9-]+(?:\.[a-z0-9-]+)+)"`)
	call := regexp.MustCompile(`(?:\b[tn]|\.say|\.count) "([^"]+)"|(?:\.[tn]|\.say|\.count)\("([^"]+)"[,)]`)
	begun := regexp.MustCompile(`"((?:[a-z0-9-]+\.)+(?:[a-z0-9-]*-)?)"(?: \.| \$|\s*\+|, )`)
	var prefixes []string
	for _, text := range sources(t) {
		for _, m := range begun.FindAllStringSubmatch(text, -1) {
			prefixes = append(prefixes, m[1])
		}
	}
	for name, text := range sources(t) {
		for _, m := range literal.FindAllStringSubmatch(text, -1) {
			named[m[1]] = true
		}
		for _, m := range call.FindAllStringSubmatch(text, -1) {
			key := m[1] + m[2]
			named[key] = true
			if !keys[key] {
				t.Errorf("%s uses %q, which has no words", name, key)
			}
		}
	}
	for key := range keys {
		inFamily := slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) }) ||
			slices.Contains(slices.Concat(slices.Collect(maps.Values(families()))...), key)
		if !named[key] && !inFamily {
			t.Errorf("%q is not used", key)
		}
	}
}

// sources are the templates and Go files of the package, without tests, and those of the package that puts digests into
// words of this catalogue.
func sources(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, dir := range []string{".", "../digest"} {
		err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(p, "_test.go") {
				return err
			}
			if strings.HasSuffix(p, ".go") || strings.HasSuffix(p, ".html") {
				b, err := os.ReadFile(p)
				out[p] = string(b)
				return err
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestPluralForms: English has one and other, Vietnamese has other alone,
// and both fill the same blanks.
func TestPluralForms(t *testing.T) {
	blank := regexp.MustCompile(`\{\{\.(\w+)\}\}`)
	raw := map[string]map[string]any{}
	for _, lang := range written() {
		raw[lang] = map[string]any{}
		names, _ := fs.Glob(wordFiles, "words/*"+lang+".toml")
		for _, name := range names {
			b, _ := wordFiles.ReadFile(name)
			if err := toml.Unmarshal(b, new(map[string]any)); err != nil {
				t.Fatal(err)
			}
			m := map[string]any{}
			_ = toml.Unmarshal(b, &m)
			for k, v := range m {
				raw[lang][k] = v
			}
		}
	}
	forms := func(v any) (names []string, blanks []string) {
		switch v := v.(type) {
		case string:
			return nil, flat(blank.FindAllString(v, -1))
		case map[string]any:
			for k, text := range v {
				names = append(names, k)
				blanks = append(blanks, blank.FindAllString(text.(string), -1)...)
			}
		}
		slices.Sort(names)
		return names, flat(blanks)
	}
	for key, vi := range raw["vi"] {
		viForms, viBlanks := forms(vi)
		enForms, enBlanks := forms(raw["en"][key])
		if viForms != nil && (!slices.Equal(viForms, []string{"other"}) || !slices.Equal(enForms, []string{"one", "other"})) {
			t.Errorf("%q: forms vi %v, en %v", key, viForms, enForms)
		}
		if viForms == nil && enForms != nil {
			t.Errorf("%q: only English has plural forms", key)
		}
		if !slices.Equal(viBlanks, enBlanks) {
			t.Errorf("%q: blanks vi %v, en %v", key, viBlanks, enBlanks)
		}
	}
}

// flat sorts and removes doubles.
func flat(s []string) []string {
	slices.Sort(s)
	return slices.Compact(s)
}

// TestVoice holds the words to the rules of the interface: no exclamation
// marks, no jargon before an asker.
func TestVoice(t *testing.T) {
	books := testWords(t)
	for _, lang := range written() {
		for key, text := range books[lang].plain {
			if strings.Contains(text, "!") {
				t.Errorf("%s %q shouts: %s", lang, key, text)
			}
			for _, jargon := range []string{"database", "hash", " AI ", "server error", "cơ sở dữ liệu"} {
				if strings.Contains(" "+text+" ", jargon) && !strings.HasPrefix(key, "log.") {
					t.Errorf("%s %q has jargon %q: %s", lang, key, jargon, text)
				}
			}
		}
	}
}

func TestFormats(t *testing.T) {
	books := testWords(t)
	vi, en := books["vi"], books["en"]
	old := time.Date(2026, 3, 1, 18, 5, 0, 0, time.UTC) // the second of March in Viet Nam
	for _, c := range []struct{ got, want string }{
		{vi.number(1234567), "1.234.567"}, {en.number(1234567), "1,234,567"}, {vi.number(-999), "-999"}, {en.number(0), "0"}, {en.number(-1000), "-1,000"},
		{vi.date(old), "02/03/2026"}, {en.date(old), "2 March 2026"},
		{vi.moment(old), "01:05 02/03/2026"}, {en.moment(old), "2 March 2026, 01:05"},
		{vi.when(testNow.Add(-4 * time.Hour)), "hôm nay 08:00"}, {en.when(testNow), "today 12:00"},
		{vi.when(testNow.Add(-13 * time.Hour)), "21/11/2026"},
		{vi.day("2026-11-02"), "02/11/2026"}, {en.day("soon"), "soon"},
		{vi.iso(old), "2026-03-02T01:05:00+07:00"},
		{en.n("error.retry", 1), "Try again in 1 second."}, {en.n("error.retry", 1500), "Try again in 1,500 seconds."},
		{vi.n("error.retry", 1), "Hãy thử lại sau 1 giây."}, {vi.n("error.retry", 1500), "Hãy thử lại sau 1.500 giây."},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	if _, err := vi.say("no.such.key"); err == nil {
		t.Error("a key without words is no error")
	}
}

func TestAccepted(t *testing.T) {
	for header, want := range map[string]string{
		"": "vi", "en-GB,en;q=0.9": "en", "vi-VN,vi;q=0.9,en;q=0.8": "vi", "fr,de": "vi", "fr, en;q=0.1": "en",
		"en;q=0, vi": "vi", "EN": "en", "en;q=x": "vi", ";;,,": "vi", "en;q=0.3, vi;q=0.7": "vi",
	} {
		if got := accepted([]string{"vi", "en"}, header); got != want {
			t.Errorf("accepted(%q) = %q, want %q", header, got, want)
		}
	}
}
