package web

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"soi/internal/desk"
)

// polish and arabic are parts of catalogues: one language with other plural
// forms than English, one that runs from right to left.
const (
	polish = `"lang.self" = "Polski"
"nav.ask" = "Zapytaj"
"about.title" = "Jak pracujemy"
"format.number" = "1 234,5"
"format.date" = "05.03.2026"
"format.moment" = "05.03.2026, 14:07"
"error.retry" = { one = "Spróbuj za {{.Count}} sekundę.", few = "Spróbuj za {{.Count}} sekundy.", many = "Spróbuj za {{.Count}} sekund.", other = "Spróbuj za {{.Count}} sekundy." }
`
	arabic = `"lang.self" = "العربية"
"nav.ask" = "اسأل"
"nav.languages" = ""
`
)

// addedSite is a site with a folder of catalogues.
func addedSite(t *testing.T, files map[string]string) *Site {
	t.Helper()
	folder := fstest.MapFS{}
	for name, text := range files {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	now := func() time.Time { return testNow }
	s, err := New(Deps{Desk: desk.New(nil, nil, now, desk.Options{}), Signed: func() int64 { return 0 }, Now: now, Added: folder,
		Config: Config{Key: make([]byte, 32), URL: "https://desk.example", PowBits: 8}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// read is a page of the site.
func read(s *Site, path, accept string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Language", accept)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestAddedLanguages(t *testing.T) {
	s := addedSite(t, map[string]string{"site.pl.toml": polish, "site.ar.toml": arabic, "README.md": "x"})
	if diff := cmp.Diff([]string{"vi", "en", "ar", "pl"}, s.Languages()); diff != "" {
		t.Fatal(diff)
	}
	for _, c := range []struct {
		path, accept string
		want         []string
	}{
		{"/pl/about", "vi", []string{`<html lang="pl" dir="ltr">`, "Jak pracujemy", ">Zapytaj</a>", "<summary>Languages</summary>",
			`hreflang="ar" href="https://desk.example/ar/about"`, `hreflang="vi" href="https://desk.example/vi/about"`,
			`<a href="/vi/about" lang="vi" hreflang="vi"><bdi>Tiếng Việt</bdi></a>`, `<a href="/ar/about" lang="ar" hreflang="ar"><bdi>العربية</bdi></a>`,
			`property="og:image" content="https://desk.example/vi/preview.png"`}},
		{"/ar/about", "vi", []string{`<html lang="ar" dir="rtl">`, "اسأل", "How we work"}},
		{"/about", "pl-PL, en;q=0.5", []string{`<html lang="pl" dir="ltr">`, `href="/checks"`}},
		{"/en/about", "pl", []string{`<html lang="en" dir="ltr">`, "Polski"}},
		{"/ar/nowhere", "vi", []string{`<html lang="ar" dir="rtl">`}},
	} {
		w := read(s, c.path, c.accept)
		for _, want := range c.want {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s lacks %q", c.path, want)
			}
		}
	}
	if w := read(addedSite(t, nil), "/pl/about", "pl"); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), `<html lang="vi"`) {
		t.Errorf("without a catalogue /pl/about answers %d", w.Code)
	}
}

// TestAddedPlurals: numbers choose a form by the rules of the language, and
// what is missing is English by the rules of English.
func TestAddedPlurals(t *testing.T) {
	s := addedSite(t, map[string]string{"pl.toml": polish, "ar.toml": arabic})
	pl := s.books["pl"]
	for n, want := range map[int]string{1: "Spróbuj za 1 sekundę.", 2: "Spróbuj za 2 sekundy.", 5: "Spróbuj za 5 sekund.", 22: "Spróbuj za 22 sekundy.", 1500: "Spróbuj za 1 500 sekund."} {
		if got := pl.n("error.retry", n); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
	if got := s.books["ar"].n("error.retry", 1); got != "Try again in 1 second." {
		t.Errorf("an Arabic page without a text says %q", got)
	}
	if got := pl.date(testNow) + " " + pl.moment(testNow) + " " + pl.bytes(1_500_000); got != "22.11.2026 22.11.2026, 12:00 1,5 MB" {
		t.Errorf("a Polish page writes %q", got)
	}
	if got := s.books["ar"].date(testNow); got != "22 November 2026" {
		t.Errorf("an Arabic page without an example writes %q", got)
	}
}

// TestAddedFaults: what cannot be shown is left out with a sentence, and the
// rest of the language is there.
func TestAddedFaults(t *testing.T) {
	files := map[string]string{
		"a.fr.toml":     "\"nav.ask\" = \"Demander\"\n\"error.retry\" = \"Encore\"\n\"nav.gone\" = \"Non\"\n\"time.today\" = \"{{range .}}{{.Clock}}{{end}}\"\n\"nav.about\" = \"{{.Desk}}\"\n",
		"b.fr.toml":     "\"nav.ask\" = \"Encore\"\n",
		"de.toml":       "\"nav.ask\" = \n",
		"en.toml":       "\"nav.ask\" = \"Ask\"\n",
		"ask.toml":      "\"nav.ask\" = \"Ask\"\n",
		"../x.tlh.toml": "",
		"site.toml":     "\"nav.ask\" = \"?\"\n",
		"FR-CA.toml":    "\"nav.ask\" = \"Demander ça\"\n",
		"large.it.toml": strings.Repeat("#", addedFile+1),
	}
	folder := fstest.MapFS{}
	for name, text := range files {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	list, found, err := ReadCatalogues(folder)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range found {
		if f.Fault != FaultMissing {
			got = append(got, strings.Join([]string{string(f.Fault), f.File, f.Key, f.Detail}, " "))
		}
		for _, lang := range []string{"vi", "en"} {
			if said := f.Sentence(lang); said == "" || strings.Contains(said, "%!") {
				t.Errorf("%+v is said as %q", f, said)
			}
		}
	}
	slices.Sort(got)
	want := []string{"blanks a.fr.toml error.retry {{.Count}}", "blanks a.fr.toml nav.about none", "blanks a.fr.toml time.today {{.Clock}}", "name site.toml  ",
		"taken ask.toml  ask", "taken en.toml  en", "twice b.fr.toml nav.ask ", "unknown a.fr.toml nav.gone ", "unread de.toml  line 1, column 13",
		"unread large.it.toml  it cannot be read, is over 1 MB, or holds something else than texts"}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(list) != 2 || list[0].Lang != "fr" || list[0].Said != 1 || list[1].Lang != "fr-ca" || list[0].Of < 1000 {
		t.Errorf("catalogues: %v", list)
	}
	s := addedSite(t, files)
	if got := s.books["fr"].t("nav.ask") + s.books["fr"].t("time.today", "Clock", "07:30") + s.books["fr"].t("nav.about"); got != "Demandertoday 07:30How we work" {
		t.Errorf("French says %q", got)
	}
	if w := read(s, "/fr-ca/about", ""); !strings.Contains(w.Body.String(), "Demander ça") {
		t.Error("no page in fr-ca")
	}
	if got := accepted(s.langs, "fr-CA, fr;q=0.9"); got != "fr-ca" {
		t.Errorf("fr-CA reads %q", got)
	}
}

// TestExportIsRead: a file to translate is a catalogue, keeps what was
// translated, and has every key.
func TestExportIsRead(t *testing.T) {
	folder := fstest.MapFS{"site.pl.toml": {Data: []byte(polish)}}
	var out bytes.Buffer
	if err := ExportCatalogue(&out, "PL", folder); err != nil {
		t.Fatal(err)
	}
	list, found, err := ReadCatalogues(fstest.MapFS{"again.pl.toml": {Data: out.Bytes()}})
	if err != nil || len(list) != 1 || list[0].Said != 7 {
		t.Fatalf("%v, %v", list, err)
	}
	for _, f := range found {
		if f.Fault != FaultMissing {
			t.Error(f.Sentence("en"))
		}
	}
	if n := strings.Count(out.String(), "\n# en: "); n != list[0].Of {
		t.Errorf("%d keys are written of %d", n, list[0].Of)
	}
	// English given back in whole is a catalogue without a fault.
	books := testWords(t)
	var whole bytes.Buffer
	for key, m := range books["en"].source {
		whole.WriteString(quoted(key) + " = { one = " + quoted(m.One) + ", other = " + quoted(m.Other) + " }\n")
	}
	if _, found, err = ReadCatalogues(fstest.MapFS{"nl.toml": {Data: whole.Bytes()}}); err != nil || len(found) > 0 {
		t.Errorf("%v, %v", found, err)
	}
}
