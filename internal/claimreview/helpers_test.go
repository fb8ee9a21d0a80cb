package claimreview

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soi/internal/claimreview/loosejson"
)

type loosejsonKind = loosejson.FaultKind

func TestNormalURL(t *testing.T) {
	for in, want := range map[string]string{
		"HTTPS://WWW.A.example:443":                                      "https://www.a.example/",
		" https://a.example/x?utm_source=f&b=2&fbclid=Iw&a=1&zarsrc=1#c": "https://a.example/x?b=2&a=1",
		"http://u:p@a.example:80/x?":                                     "http://a.example/x",
		"//a.example/x":                                                  "https://a.example/x",
		"a.example/x":                                                    "https://a.example/x",
		"https://a.example/tin-tức?q=nước":                               "https://a.example/tin-t%E1%BB%A9c?q=nước",
		"“https://a.example/x”":                                          "https://a.example/x",
		"https://a.example/\n x":                                         "https://a.example/%20x",
		"https://Báo.example:8443/":                                      "https://xn--bo-mia.example:8443/",
		"http://a.example:/":                                             "http://a.example/",
	} {
		if got, err := NormalURL(in, ""); err != nil || got != want {
			t.Errorf("%q: %q %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "x", "ftp://a.example/", "javascript:alert(1)", "data:text/html,x", "http://", "https:///x", "mailto:a@b.example", "http://\xff/", "user@host.example", "https://a.example/" + strings.Repeat("x", maxURL), "http:80"} {
		if got, err := NormalURL(in, ""); err == nil {
			t.Errorf("%.40q: %q", in, got)
		}
	}
	if got, _ := NormalURL("../y?gclid=1", "https://a.example/b/c"); got != "https://a.example/y" {
		t.Error(got)
	}
}

func TestDates(t *testing.T) {
	for in, want := range map[string]string{
		"2026-11-22T08:00:00+07:00": "2026-11-22T01:00:00Z", "2026-11-22": "2026-11-22T00:00:00Z", "2026-11-22T08:00:00": "2026-11-22T08:00:00Z",
		"2026-11-22T08:00Z": "2026-11-22T08:00:00Z", "2026-11-22 08:00:00 +0000 UTC": "2026-11-22T08:00:00Z", "2026-11-22T08:00:00.123+0700": "2026-11-22T01:00:00.123Z",
		"Sun, 22 Nov 2026 08:00:00 GMT": "2026-11-22T08:00:00Z", "Sunday, November 22, 2026": "2026-11-22T00:00:00Z", "22 November 2026": "2026-11-22T00:00:00Z",
		"Nov 22, 2026": "2026-11-22T00:00:00Z", "22/11/2026": "2026-11-22T00:00:00Z", "11/22/2026": "2026-11-22T00:00:00Z", "22.11.2026 08:00": "2026-11-22T00:00:00Z",
		"Ngày 22 tháng 11 năm 2026": "2026-11-22T00:00:00Z", "Chủ nhật, 22/11/2026, 07:30 (GMT+7)": "2026-11-22T00:00:00Z", "22 tháng 11, 2026": "2026-11-22T00:00:00Z",
		"1795305600": "2026-11-22T00:00:00Z", "1795305600000": "2026-11-22T00:00:00Z", "20261122": "2026-11-22T00:00:00Z", "2026/11/22": "2026-11-22T00:00:00Z",
		"Sun Nov 22 08:00:00 +0000 2026": "2026-11-22T08:00:00Z", "04/04/2026": "2026-04-04T00:00:00Z",
	} {
		got, err := parseDate(in, "")
		if err != nil || got.Format(time.RFC3339Nano) != want {
			t.Errorf("%q: %v %v, want %s", in, got, err, want)
		}
	}
	for lang, want := range map[string]string{"vi": "2026-04-03", "en-US": "2026-03-04", "en-GB": "2026-04-03", "fr": "2026-04-03"} {
		if got, err := parseDate("03/04/2026", lang); err != nil || got.Format("2006-01-02") != want {
			t.Errorf("%s: %v %v", lang, got, err)
		}
	}
	for _, in := range []string{"03/04/2026", "3-4-2026"} {
		if _, err := parseDate(in, "en"); err != errAmbiguous {
			t.Errorf("%q: %v", in, err)
		}
	}
	for _, in := range []string{"", "yesterday", "2026-13-01", "31/02/2026", "0001-01-01T00:00:00Z", "12", "2500-01-01", strings.Repeat("1", 100)} {
		if got, err := parseDate(in, "vi"); err == nil {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func TestLanguages(t *testing.T) {
	for in, want := range map[string]string{
		"vi": "vi", "VI-vn": "vi-VN", "en_US": "en-US", "Tiếng Việt": "vi", "English": "en", "zh-hant-tw": "zh-Hant-TW", "fil": "fil",
		"": "", "the language": "", "x": "", "12": "", "pt-": "pt", "de-DE-1996": "de-DE",
	} {
		if got := lang(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestDropSignature(t *testing.T) {
	for in, want := range map[string]string{
		"It is so. https://t.example/x — Some Body (@some_body) February 25, 2016":                 "It is so. https://t.example/x",
		"Tin này — Ai Đó (@aido) 3 tháng 3, 2020\n":                                                "Tin này",
		"One. — A B (@ab) July 25, 2019 And two.":                                                  "One. And two.",
		"One. - Ab19 (@ab19) February 5, 2019":                                                     "One.",
		"Tin — Ai Đó (@ai) 3 tháng 3, 2020 và tin hai":                                             "Tin và tin hai",
		"He said — and that is all":                                                                "He said — and that is all",
		"Ask (@help) for more":                                                                     "Ask (@help) for more",
		"A — B (@x) and then a very long sentence that goes on and on and on, far beyond any date": "A — B (@x) and then a very long sentence that goes on and on and on, far beyond any date",
	} {
		if got := DropSignature(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestSpreadsheets(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		want     []string
		problems string
	}{
		{"generic", "claim,url,publisher,date,rating,language\nC,https://a.example/1?utm_id=1,A,2026-01-02,False,en\n", []string{"https://a.example/1 | A | 2026-01-02 | en | C | False"}, ""},
		{"vietnamese with semicolons", "\ufeffNội dung kiểm chứng;Đường dẫn;Nơi công bố;Ngày đăng;Kết luận;Ngôn ngữ\r\n\"Tin \"\"một\"\"; hai\";a.example/1;Báo thử;03/04/2026;Sai;Tiếng Việt\r\n", []string{`https://a.example/1 | Báo thử | 2026-04-03 | vi | Tin "một"; hai | Sai`}, ""},
		{"check export", "ID,Title,Summary,URL,Language,Report Status,Imported?\n1,T one,S,https://a.example/1,vi,published,false\n2,T two,S,https://a.example/2,vi,unpublished,false\n3,T three,S,,vi,Published,true\n",
			[]string{"https://a.example/1 | a.example |  | vi | T one | "}, "host-for-name no-rating-text csv-unpublished no-url"},
		{"guarded cells", "claim,url,rating,publisher\n'=C,https://a.example/1,'-1 of 5,A\n", []string{"https://a.example/1 | A |  |  | =C | -1 of 5"}, ""},
		{"people's columns are not read", "claim,claimant,author,speaker,url,rating,publisher\nC,Somebody,Somebody,Somebody,https://a.example/1,False,A\n", []string{"https://a.example/1 | A |  |  | C | False"}, ""},
		{"accidents", "claim,url,rating,publisher,date\nC,https://a.example/1,\"False,A\nD,nowhere,x,A\nE,https://a.example/3,5,A,03/04/2026,extra\n,https://a.example/4,x,A\n",
			[]string{"https://a.example/1 | A |  |  | C | \"False", "https://a.example/3 | A |  |  | E | "}, "csv-open-quote bad-url csv-extra-cells no-rating-text date-ambiguous no-claim"},
		{"no header", "https://a.example/1,C\n", nil, "csv-no-header"},
		{"only a header", "claim,url\n", nil, "nothing-found"},
		{"windows-1258", "claim,url,rating,publisher\nUống nước chữa bệnh nặng,https://a.example/1,Sai,Báo\n", []string{"https://a.example/1 | Báo |  |  | Uống nước chữa bệnh nặng | Sai"}, "charset"},
	} {
		in := tc.in
		if tc.name == "windows-1258" {
			in = strings.NewReplacer("ố", "\xf4\xec", "ướ", "\xfd\xf5\xec", "ữ", "\xfd\xde", "ệ", "\xea\xf2", "ặ", "\xe3\xf2", "á", "\xe1").Replace(in)
		}
		found, troubles, err := ReadAll(strings.NewReader(in), Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range found {
			got = append(got, short(f))
		}
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%s: %s", tc.name, d)
		}
		if kinds(troubles) != tc.problems {
			t.Errorf("%s: problems %+v", tc.name, troubles)
		}
	}
}

func TestTablesComeBack(t *testing.T) {
	word := rapid.StringMatching(`[=+@a-zẵờ"',;-]{1,8}( [=+@a-zẵờ"',;\-]{1,8})?`)
	rapid.Check(t, func(t *rapid.T) {
		var want []Imported
		for i := range rapid.IntRange(1, 6).Draw(t, "n") {
			want = append(want, Imported{
				URL: "https://a.example/" + strings.Repeat("x", i+1), Publisher: "p" + word.Draw(t, "publisher"), PublisherURL: "https://a.example/",
				Published: time.Unix(int64(rapid.IntRange(700_000_000, 2_000_000_000).Draw(t, "date")), 0).UTC(),
				Lang:      "vi", Claim: word.Draw(t, "claim"), Title: word.Draw(t, "title"), RatingText: word.Draw(t, "rating"),
			})
		}
		var buf bytes.Buffer
		if err := WriteCSV(&buf, slices.Values(want), rapid.Bool().Draw(t, "mark")); err != nil {
			t.Fatal(err)
		}
		got, troubles, err := ReadAll(&buf, Options{})
		if err != nil || len(troubles) > 0 {
			t.Fatalf("%v %v", troubles, err)
		}
		for i := range got {
			got[i].Line = 0
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
	})
}

// Whatever comes in, what goes out keeps the promises of Imported.
func FuzzRead(f *testing.F) {
	f.Add([]byte(webPage))
	for _, s := range []string{
		`{"@graph":[{"@type":"ClaimReview","url":"https://a.example/1","claimReviewed":"C","author":{"@id":"#o"}},{"@id":"#o","@type":"Organization","name":"A"}]}`,
		`{"dataFeedElement":[{"item":[null,{"@type":"ClaimReview","url":"a.example","claimReviewed":["C"],"datePublished":"3/4/2026"}]}]}`,
		`{"claims":[{"text":"C","claimReview":[{"url":"https://a.example","publisher":{"site":"x"}}]}]}`,
		"claim;url;ngày\n\"C;a.example;1/2/2026\nD;b.example;x", "\xff\xfe{\x00}\x00", "<p itemscope itemtype=ClaimReview itemref=a><b id=a itemprop=url>", "url,claim\na.example,\xf4\xec\xf5\xf2",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		found, troubles, err := ReadAll(bytes.NewReader(data), Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range found {
			again, err := NormalURL(i.URL, "")
			if err != nil || again != i.URL {
				t.Fatalf("address %q: %q %v", i.URL, again, err)
			}
			if i.Claim == "" || i.Publisher == "" || len([]rune(i.Claim)) > maxClaim || lang(i.Lang) != i.Lang {
				t.Fatalf("%+v", i)
			}
			if y := i.Published.Year(); !i.Published.IsZero() && (y < 1989 || y > 2101) {
				t.Fatalf("date %v", i.Published)
			}
		}
		lost := false
		for _, p := range troubles {
			lost = lost || p.Lost
			if strings.Contains(p.Sentence("vi"), "%!") || p.Sentence("en") == "Something could not be read." {
				t.Fatalf("%+v", p)
			}
		}
		if len(found) == 0 && !lost {
			t.Fatal("nothing came out and nothing was said")
		}
	})
}
