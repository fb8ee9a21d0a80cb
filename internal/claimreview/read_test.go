package claimreview

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const context = `"@context":"https://schema.org",`

// line is a short form of one check for comparing.
func short(i Imported) string {
	date := ""
	if !i.Published.IsZero() {
		date = i.Published.Format("2006-01-02")
	}
	return strings.Join([]string{i.URL, i.Publisher, date, i.Lang, i.Claim, i.RatingText}, " | ")
}

func kinds(ps []Problem) string {
	var out []string
	for _, p := range ps {
		out = append(out, string(p.Kind))
	}
	return strings.Join(out, " ")
}

func TestShapesFromTheWild(t *testing.T) {
	const body = `"url":"https://a.example/1","claimReviewed":"C","datePublished":"2026-01-02","author":{"@type":"Organization","name":"A"},"reviewRating":{"alternateName":"False"}`
	const plainLine = "https://a.example/1 | A | 2026-01-02 |  | C | False"
	for _, tc := range []struct {
		name, in string
		want     []string
		problems string
	}{
		{"single", `{` + context + `"@type":"ClaimReview",` + body + `}`, []string{plainLine}, ""},
		{"array", `[{"@type":"ClaimReview",` + body + `},{"@type":["Review","ClaimReview"],` + body + `}]`, []string{plainLine, plainLine}, ""},
		{"type spelled out", `{"@type":"http://schema.org/ClaimReview",` + body + `}`, []string{plainLine}, ""},
		{"graph with references", `{` + context + `"@graph":[{"@type":"WebPage","@id":"#p"},{"@type":"ClaimReview","url":"https://a.example/1","claimReviewed":"C","datePublished":"2026-01-02","author":{"@id":"#o"},"reviewRating":{"@id":"#r"}},{"@id":"#o","@type":"NewsMediaOrganization","name":"A"},{"@id":"#r","@type":"Rating","alternateName":"False"}]}`, []string{plainLine}, ""},
		{"datafeed with nulls", `{` + context + `"@type":"DataFeed","dateModified":"2026","dataFeedElement":[{"@type":"DataFeedItem","item":[null,{"@type":"ClaimReview",` + body + `}]},null,{"item":null},{"item":[{"@type":"ClaimReview",` + body + `},null]}]}`, []string{plainLine, plainLine}, ""},
		{"google answer", `{"claims":[{"text":"C","claimant":"Somebody","claimDate":"2026-01-01T00:00:00Z","claimReview":[{"publisher":{"name":"A","site":"a.example"},"url":"https://a.example/1","title":"T","reviewDate":"2026-01-02T00:00:00Z","textualRating":"False","languageCode":"en"}]}],"nextPageToken":"x"}`, []string{"https://a.example/1 | A | 2026-01-02 | en | C | False"}, ""},
		{"google answer, text last", `{"claims":[{"claimReview":[{"publisher":{"site":"a.example"},"url":"https://a.example/1","reviewDate":"2026-01-02","textualRating":"False"}],"claimant":"Somebody","text":"C"}]}`, []string{"https://a.example/1 | a.example | 2026-01-02 |  | C | False"}, ""},
		{"inside another page's object", `{"@type":"NewsArticle","headline":"N","mainEntity":{"@type":"ClaimReview",` + body + `}}`, []string{plainLine}, ""},
		{"lines", `{"@type":"ClaimReview",` + body + "}\n" + `{"@type":"ClaimReview",` + body + "}\n", []string{plainLine, plainLine}, ""},
		{"no type at all", `{` + body + `}`, []string{plainLine}, ""},
		{"lists for single values", `{"@type":"ClaimReview","url":["https://a.example/1","https://a.example/2"],"claimReviewed":["C","D"],"inLanguage":[{"@type":"Language","name":"Vietnamese"}],"author":[{"@type":"Person","name":"Somebody"},{"@type":"Organization","name":["A"]}],"datePublished":["2026-01-02"],"reviewRating":[{"ratingValue":"1"},{"alternateName":["False","Wrong"]}]}`, []string{"https://a.example/1 | A | 2026-01-02 | vi | C / D | False"}, ""},
		{"language tagged values", `{"@type":"ClaimReview","url":{"@id":"https://a.example/1"},"claimReviewed":{"@language":"en","@value":"C"},"datePublished":{"@type":"Date","@value":"2026-01-02"},"publisher":"A","inLanguage":"en_us","reviewRating":"False"}`, []string{"https://a.example/1 | A | 2026-01-02 | en-US | C | False"}, ""},
		{"claim in the reviewed thing", `{"@type":"ClaimReview","url":"https://a.example/1","itemReviewed":{"@type":"Claim","name":"C","author":{"@type":"Person","name":"Somebody"}},"datePublished":"2026-01-02","author":{"@type":"Organization","name":"A"},"reviewRating":{"ratingValue":"False"}}`, []string{plainLine}, ""},
		{"entities and tags", `{"@type":"ClaimReview","url":"https://a.example/1?utm_source=x&amp=1","claimReviewed":"<p>&quot;C&quot; &amp; a &lt; b</p>","author":{"@type":"Organization","name":"A"},"reviewRating":{"alternateName":"  Not\n true "}}`, []string{`https://a.example/1?amp=1 | A |  |  | "C" & a < b | Not true`}, ""},
		{"a copied message's tail", `{"@type":"ClaimReview","url":"https://a.example/1","claimReviewed":"C is so. — Some Body (@somebody) March 3, 2020","publisher":"A","reviewRating":"False"}`, []string{"https://a.example/1 | A |  |  | C is so. | False"}, ""},
		{"a person as publisher", `{"@type":"ClaimReview","url":"https://a.example/1","claimReviewed":"C","publisher":{"@type":"Person","name":"Somebody"},"reviewRating":"False"}`, []string{"https://a.example/1 | a.example |  |  | C | False"}, "host-for-name"},
		{"a name without a type", `{"@type":"ClaimReview","url":"https://a.example/1","claimReviewed":"C","author":{"name":"Somebody"},"creator":"Somebody","reviewRating":"False"}`, []string{"https://a.example/1 | a.example |  |  | C | False"}, "host-for-name"},
		{"broken in the usual ways", "\ufeff<!-- x -->\n//<![CDATA[\n{“@type”: \"ClaimReview\",\n" + body + ",},;", []string{plainLine}, "json-comment json-quote json-comma"},
		{"cut", `[{"@type":"ClaimReview",` + body + `},` + "\n" + `{"@type":"ClaimReview","url":"https://a.exam`, []string{plainLine}, "json-cut"},
		{"cut inside a graph", `{"@graph":[{"@type":"ClaimReview",` + body + `},` + "\n" + `{"@type":"ClaimReview","url":"https://a.exam`, []string{plainLine}, "json-cut"},
		{"broken in the middle", `[{"@type":"ClaimReview",` + body + `},` + "\n{\"@type\": ClaimReview},\n" + `{"@type":"ClaimReview",` + body + `}]`, []string{plainLine, plainLine}, "json-broken"},
		{"MediaReview", `[{"@type":"MediaReview","url":"https://a.example/m"},{"@type":"ClaimReview",` + body + `}]`, []string{plainLine}, "media-review"},
		{"nothing", `{"@type":"NewsArticle","headline":"N"}`, nil, "nothing-found"},
		{"empty", ``, nil, "nothing-found"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			found, troubles, err := ReadAll(strings.NewReader(tc.in), Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				got = append(got, short(f))
				if strings.Contains(f.Publisher+f.Claim+f.Title, "Some") {
					t.Errorf("a person's name came in: %+v", f)
				}
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Error(d)
			}
			if kinds(troubles) != tc.problems {
				t.Errorf("problems %+v, want %s", troubles, tc.problems)
			}
		})
	}
}

func TestNumbersAreNeverTrusted(t *testing.T) {
	for _, tc := range []struct{ rating, words, problems string }{
		{`{"ratingValue":1,"bestRating":5,"worstRating":1,"alternateName":"False"}`, "False", ""},
		{`{"ratingValue":"5","bestRating":"1","worstRating":"5","alternateName":"False"}`, "False", "scale-ignored"},
		{`{"ratingValue":-1,"bestRating":-1,"worstRating":-1,"alternateName":"Satire"}`, "Satire", "scale-ignored"},
		{`{"ratingValue":3,"bestRating":3,"worstRating":3,"alternateName":"False"}`, "False", "scale-ignored"},
		{`{"ratingValue":9,"bestRating":5,"worstRating":1,"alternateName":"False"}`, "False", "scale-ignored"},
		{`{"ratingValue":5,"bestRating":5,"worstRating":1}`, "", "no-rating-text"},
		{`{"ratingValue":"Pants on fire","alternateName":""}`, "Pants on fire", ""},
		{`3`, "", "no-rating-text"},
		{`null`, "", "no-rating-text"},
	} {
		in := `{"@type":"ClaimReview","url":"https://a.example/1","claimReviewed":"C","publisher":"A","reviewRating":` + tc.rating + `}`
		got, troubles, err := ReadAll(strings.NewReader(in), Options{})
		if err != nil || len(got) != 1 || got[0].RatingText != tc.words || kinds(troubles) != tc.problems {
			t.Errorf("%s: %+v %+v %v", tc.rating, got, troubles, err)
		}
	}
}

func TestLossesAreReported(t *testing.T) {
	in := `[
{"@type":"ClaimReview","claimReviewed":"C"},
{"@type":"ClaimReview","url":"ftp://a.example/1","claimReviewed":"C"},
{"@type":"ClaimReview","url":"https://a.example/1"},
{"@type":"ClaimReview","url":"https://a.example/1","claimReviewed":"` + strings.Repeat("ẵ", 6000) + `","publisher":"A","datePublished":"03/04/2026","reviewRating":"x"},
{"@type":"ClaimReview","url":"https://a.example/1","claimReviewed":"C","author":{"@type":"Person","name":"Somebody"},"datePublished":"once","reviewRating":"x"}
]`
	found, got, err := ReadAll(strings.NewReader(in), Options{})
	if err != nil || len(found) != 2 || found[1].Publisher != "a.example" || len([]rune(found[0].Claim)) != maxClaim {
		t.Fatalf("%d %v", len(found), err)
	}
	want := []Problem{
		{Line: 2, Number: 1, Kind: NoURL, Lost: true}, {Line: 3, Number: 2, Kind: BadURL, Lost: true}, {Line: 4, Number: 3, Kind: NoClaim, Lost: true},
		{Line: 5, Number: 4, Kind: ClaimCut}, {Line: 5, Number: 4, Kind: DateAmbiguous},
		{Line: 6, Number: 5, Kind: HostForName, Detail: "a.example"}, {Line: 6, Number: 5, Kind: BadDate},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if s := got[0].Sentence("en"); s != "Line 2, check 1: The check has no address; not imported." {
		t.Error(s)
	}
	if s := got[5].Sentence("vi"); s != "Dòng 6, bài thứ 5: Không ghi tên tổ chức công bố; dùng tên trang (a.example)." {
		t.Error(s)
	}
}

func TestEveryKindHasSentences(t *testing.T) {
	for k, s := range sentences() {
		for i, text := range s {
			if !strings.HasSuffix(text, ".") || len(text) < 15 {
				t.Errorf("%s %d: %q", k, i, text)
			}
		}
		if strings.Contains(s[0], "%s") != strings.Contains(s[1], "%s") {
			t.Errorf("%s: only one of the sentences has a detail", k)
		}
	}
	for k := range 20 {
		if _, ok := sentences()[jsonKind(0+loosejsonKind(k))]; !ok {
			t.Errorf("fault %d has no sentence", k)
		}
	}
	if s := (Problem{Kind: "unheard-of"}).Sentence("en"); s != "Something could not be read." {
		t.Error(s)
	}
}

const webPage = `<!doctype html>
<html lang="vi-VN"><head>
<link rel="canonical" href="/tin/1">
<meta property="og:site_name" content="Trang thử">
<script type="application/ld+json">{"@type":"WebSite","name":"Other",}</script>
<script type='application/LD+JSON; charset=utf-8'>
<!--
{"@context":"http://schema.org","@type":"ClaimReview",
 "claimReviewed":"Tin một","author":{"@type":"Person","name":"Somebody"},
 "reviewRating":{"alternateName":"Sai"},}
-->
</script>
</head><body>
<div itemscope itemtype="https://schema.org/Article"><span itemprop="name">x</span></div>
<div itemscope itemtype="https://schema.org/ClaimReview" itemref="more">
  <a itemprop="url" href="/tin/2">link</a>
  <h1 itemprop="claimReviewed">Tin   hai</h1>
  <time itemprop="datePublished" datetime="2026-11-22T08:00:00+07:00">hôm nay</time>
  <div itemprop="author" itemscope itemtype="https://schema.org/Organization"><meta itemprop="name" content="Báo thử"><link itemprop="url" href="https://bao.example"></div>
  <div itemprop="itemReviewed" itemscope itemtype="https://schema.org/Claim"><span itemprop="author" itemscope itemtype="https://schema.org/Person"><b itemprop="name">Somebody</b></span></div>
</div>
<p id="more" itemprop="reviewRating" itemscope itemtype="https://schema.org/Rating"><span itemprop="alternateName">Phần lớn sai</span><meta itemprop="ratingValue" content="2"></p>
</body></html>`

func TestWebPage(t *testing.T) {
	got, troubles, err := ReadAll(strings.NewReader(webPage), Options{URL: "https://web.example/x?fbclid=1"})
	if err != nil {
		t.Fatal(err)
	}
	want := []Imported{
		{URL: "https://web.example/tin/1", Publisher: "Trang thử", PublisherURL: "https://web.example/", Lang: "vi-VN", Claim: "Tin một", RatingText: "Sai", Line: 8},
		{URL: "https://web.example/tin/2", Publisher: "Báo thử", PublisherURL: "https://bao.example/", Lang: "vi-VN", Claim: "Tin hai", RatingText: "Phần lớn sai",
			Numbers: Numbers{Value: "2"}, Published: time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC), Line: 15},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	wantTroubles := []Problem{{Line: 7, Kind: JSONComment}, {Line: 10, Kind: JSONComma}}
	if d := cmp.Diff(wantTroubles, troubles); d != "" {
		t.Error(d)
	}
}

func TestPagesThatPointInCircles(t *testing.T) {
	var b strings.Builder
	b.WriteString("<html><body>")
	for i := range 40 {
		b.WriteString(`<div id="a` + string(rune('A'+i)) + `" itemprop="author" itemscope itemtype="https://schema.org/ClaimReview" itemref="`)
		for j := range 40 {
			b.WriteString(" a" + string(rune('A'+j)))
		}
		b.WriteString(`"></div>`)
	}
	start := time.Now()
	if _, _, err := ReadAll(strings.NewReader(b.String()), Options{}); err != nil {
		t.Fatal(err)
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("took %v", d)
	}
}

func TestStoppingAndReadErrors(t *testing.T) {
	errEnough := errors.New("enough")
	in := `[{"claimReviewed":"a","url":"https://a.example/1"},{"claimReviewed":"b","url":"https://a.example/2"}]`
	n := 0
	err := Read(strings.NewReader(in), Options{}, func(Imported) error { n++; return errEnough }, func(Problem) {})
	if !errors.Is(err, errEnough) || n != 1 {
		t.Errorf("%d %v", n, err)
	}
	for _, head := range []string{in[:60], "url,claim\nhttps://a.example,x\n", "<html>"} {
		long := head + strings.Repeat(" ", 2*sniffSize*5)
		r := io.MultiReader(strings.NewReader(long), iotest.ErrReader(io.ErrClosedPipe))
		if _, _, err := ReadAll(r, Options{}); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%q: %v", head, err)
		}
	}
}

func TestSniff(t *testing.T) {
	for in, want := range map[string]Format{
		" \n{\"a\":1}": FormatJSON, "[{": FormatJSON, "[\n null": FormatJSON, "{“a”: 1}": FormatJSON, "{a: 1}": FormatJSON, "/* x */ [\"": FormatJSON,
		"<!-- {\"a\"": FormatJSON, "//<![CDATA[\n{\"a\"": FormatJSON, "// made by hand\n{\"a\"": FormatJSON, "var x = {\"claimReviewed\": ": FormatJSON,
		"<!-- saved --><html>": FormatHTML, "<!doctype html>": FormatHTML, "<div>": FormatHTML, "x <script type=\"application/ld+json\">": FormatHTML,
		"[Hot] claim": FormatText, "url,claim": FormatText, "": FormatText, "{": FormatJSON, "{not a claim at all, no colon}": FormatText, "[1] note": FormatText,
	} {
		if got := Sniff([]byte(in)); got != want {
			t.Errorf("%q: %d, want %d", in, got, want)
		}
	}
}
