package claimreview

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

func sample() Check {
	return Check{
		URL: "https://desk.example/vi/k/2026-00417", Lang: "vi", Claim: "Uống nước chanh nóng chữa được ung thư.",
		Title: "Nước chanh nóng không chữa được ung thư", Rating: "false", RatingName: "Sai",
		Published: time.Date(2026, 11, 14, 7, 30, 0, 0, time.FixedZone("", 7*3600)),
		Publisher: Publisher{Name: "Bàn kiểm chứng thử", URL: "https://desk.example/"},
	}
}

func TestPrint(t *testing.T) {
	got, err := Print(sample())
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"@context":"https://schema.org","@type":"ClaimReview","url":"https://desk.example/vi/k/2026-00417","inLanguage":"vi",` +
		`"claimReviewed":"Uống nước chanh nóng chữa được ung thư.","headline":"Nước chanh nóng không chữa được ung thư",` +
		`"datePublished":"2026-11-14T00:30:00Z","author":{"@type":"Organization","name":"Bàn kiểm chứng thử","url":"https://desk.example/"},` +
		`"itemReviewed":{"@type":"Claim","name":"Uống nước chanh nóng chữa được ung thư.","inLanguage":"vi"},` +
		`"reviewRating":{"@type":"Rating","ratingValue":1,"bestRating":5,"worstRating":1,"alternateName":"Sai"},"creativeWorkStatus":"Published","isAccessibleForFree":true}`
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Error(d)
	}
}

func TestRatingsOnTheLine(t *testing.T) {
	for code, want := range map[string]string{
		"true": `"ratingValue":5,"bestRating":5,"worstRating":1,`, "mostly-true": `"ratingValue":4,`, "half-true": `"ratingValue":3,`,
		"mostly-false": `"ratingValue":2,`, "false": `"ratingValue":1,`,
		"out-of-context": `"reviewRating":{"@type":"Rating","alternateName":`, "unproven": `{"@type":"Rating","alternateName":`, "satire": `{"@type":"Rating","alternateName":`,
	} {
		c := sample()
		c.Rating, c.RatingName = code, "tên"
		got, err := Print(c)
		if err != nil || !strings.Contains(string(got), want) {
			t.Errorf("%s: %s %v", code, got, err)
		}
	}
}

func TestCorrectedAndWithdrawn(t *testing.T) {
	c := sample()
	c.Modified = time.Date(2026, 11, 20, 1, 2, 3, 0, time.UTC)
	c.Corrections = []Correction{{"Sửa năm của nghiên cứu.", c.Modified}, {"Rút lại: nguồn đã gỡ dữ liệu.", c.Modified}}
	got, _ := Print(c)
	for _, want := range []string{`"dateModified":"2026-11-20T01:02:03Z"`, `"correction":[{"@type":"CorrectionComment","text":"Sửa năm của nghiên cứu.","datePublished":"2026-11-20T01:02:03Z"},`, `"Sai"`} {
		if !strings.Contains(string(got), want) {
			t.Errorf("corrected: %s lacks %s", got, want)
		}
	}
	c.Withdrawn = true
	got, _ = Print(c)
	for _, want := range []string{`"creativeWorkStatus":"Withdrawn"`, `"alternateName":"Đã rút lại"`, "nguồn đã gỡ"} {
		if !strings.Contains(string(got), want) {
			t.Errorf("withdrawn: %s lacks %s", got, want)
		}
	}
	if strings.Contains(string(got), "ratingValue") || strings.Contains(string(got), `"Sai"`) {
		t.Errorf("withdrawn check keeps its rating: %s", got)
	}
	c.Lang = "en"
	if got, _ = Print(c); !strings.Contains(string(got), `"alternateName":"Withdrawn"`) {
		t.Errorf("%s", got)
	}
}

func TestIncompleteIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*Check){
		"url": func(c *Check) { c.URL = "" }, "claim": func(c *Check) { c.Claim = "" },
		"rating": func(c *Check) { c.RatingName = "" }, "publisher": func(c *Check) { c.Publisher.Name = "" },
	} {
		c := sample()
		spoil(&c)
		if _, err := Print(c); !errors.Is(err, ErrIncomplete) {
			t.Errorf("without %s: %v", name, err)
		}
		if err := PrintFeed(&bytes.Buffer{}, "n", "u", time.Time{}, slices.Values([]Check{c})); !errors.Is(err, ErrIncomplete) {
			t.Errorf("feed without %s: %v", name, err)
		}
	}
}

// F15: whatever the texts say, the script element around the JSON ends where
// it should, and reading it back gives the same texts and no more elements.
func TestPrintedJSONStaysInsideItsScript(t *testing.T) {
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(
			rapid.SampledFrom([]string{"</script>", "<!--", "-->", "<script>", "&amp;", "\u2028", "\u2029", "'\"", "\\", "]]>", "ẵ", "\x00", "x"}),
			rapid.String(),
		), 1, 6).Draw(t, "parts"), "")
	})
	rapid.Check(t, func(t *rapid.T) {
		c := sample()
		c.Claim, c.Title, c.RatingName = text.Draw(t, "claim"), text.Draw(t, "title"), text.Draw(t, "rating")
		c.Corrections = []Correction{{Text: text.Draw(t, "correction"), At: c.Published}}
		for _, s := range []*string{&c.Claim, &c.Title, &c.RatingName, &c.Corrections[0].Text} {
			*s = "x" + strings.ToValidUTF8(*s, "") // never empty
		}
		js, err := Print(c)
		if err != nil {
			t.Fatal(err)
		}
		if i := bytes.IndexAny(js, "<>&\u2028\u2029"); i >= 0 {
			t.Fatalf("byte %d of %s", i, js)
		}
		page := "<html><body><script type=\"application/ld+json\">" + string(js) + "</script><p id=after>"
		root, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		elements := 0
		for n := range root.Descendants() {
			if n.Type == html.ElementNode {
				elements++
			}
		}
		if elements != 5 { // html head body script p
			t.Fatalf("%d elements in %s", elements, page)
		}
		var back reviewJSON
		if err := json.Unmarshal(js, &back); err != nil {
			t.Fatal(err)
		}
		want, _ := shape(c)
		want.Context = "https://schema.org"
		if d := cmp.Diff(want, back); d != "" {
			t.Fatal(d)
		}
	})
}

// What we print is what we would read, and nobody who made a claim is in it.
func TestPrintedChecksAreRead(t *testing.T) {
	var in []Check
	for _, code := range []string{"true", "unproven", "half-true"} {
		c := sample()
		c.Rating, c.RatingName, c.URL = code, "Tên "+code, c.URL+"-"+code
		in = append(in, c)
	}
	var buf bytes.Buffer
	if err := PrintFeed(&buf, "Bàn", "https://desk.example/claimreview.json", in[0].Published, slices.Values(in)); err != nil {
		t.Fatal(err)
	}
	if !json.Valid(buf.Bytes()) {
		t.Fatalf("not JSON: %s", buf.Bytes())
	}
	if n := strings.Count(buf.String(), `"author"`); n != len(in) || strings.Contains(buf.String(), "Person") {
		t.Errorf("%d authors for %d checks", n, len(in))
	}
	got, troubles, err := ReadAll(&buf, Options{})
	if err != nil || len(troubles) != 0 || len(got) != len(in) {
		t.Fatalf("%d checks, %v, %v", len(got), troubles, err)
	}
	for i, c := range in {
		want := Imported{URL: c.URL, Publisher: c.Publisher.Name, PublisherURL: c.Publisher.URL, Published: c.Published.UTC(), Lang: "vi",
			Claim: c.Claim, Title: c.Title, RatingText: c.RatingName, Numbers: got[i].Numbers, Line: i + 2}
		if d := cmp.Diff(want, got[i]); d != "" {
			t.Error(d)
		}
	}
	if got[1].Numbers != (Numbers{}) || got[0].Numbers != (Numbers{"5", "5", "1"}) {
		t.Errorf("numbers %v %v", got[0].Numbers, got[1].Numbers)
	}
}

func TestFeedStopsAtTheWriter(t *testing.T) {
	if err := PrintFeed(failing{}, "n", "u", time.Time{}, slices.Values([]Check{sample()})); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

var errFull = errors.New("full")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }

// TestArchivedSources: a source with a copy says where the copy is; a check
// without copies is printed as before.
func TestArchivedSources(t *testing.T) {
	c := Check{URL: "https://desk.example/checks/1", Claim: "A claim.", RatingName: "False", Publisher: Publisher{Name: "Desk"}}
	before, err := Print(c)
	if err != nil || strings.Contains(string(before), "citation") {
		t.Errorf("%s %v", before, err)
	}
	c.Sources = []Source{{URL: "https://bao.example/a", Title: "A", Archived: "https://desk.example/copies/00"}}
	after, err := Print(c)
	want := `"citation":[{"@type":"CreativeWork","url":"https://bao.example/a","name":"A","archivedAt":"https://desk.example/copies/00"}]`
	if err != nil || !strings.Contains(string(after), want) {
		t.Errorf("%s %v", after, err)
	}
}
