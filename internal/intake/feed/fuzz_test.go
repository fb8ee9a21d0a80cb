package feed

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzParse: whatever comes, reading it takes no more than 200 ms (machines
// under test get five times that), gives at most MaxPieces, valid text, and no
// address that is not http or https.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`<rss version="2.0"><channel><title>T</title><item><title>a</title><link>http://x.example/1</link><guid>1</guid><pubDate>Sun, 22 Nov 2026 05:00:00 GMT</pubDate></item></channel></rss>`,
		`<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>x</id><link href="javascript:alert(1)"/><content type="html">&lt;p>x</content></entry></feed>`,
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><item rdf:about="http://x.example/1"><title>x</title></item></rdf:RDF>`,
		`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":7,"url":"http://x.example/","content_html":"<b>x</b>"}]}`,
		`<urlset><url><loc>http://x.example/a</loc><lastmod>2026-11-22</lastmod></url></urlset>`,
		`<sitemapindex><sitemap><loc>http://x.example/s.xml.gz</loc></sitemap></sitemapindex>`,
		`<channel><item href="http://x.example/"><title>CDF</title></item></channel>`,
		`<rss><channel><item><title>broken <![CDATA[ off`, "\x1f\x8b\x08\x00", "\xfe\xff\x00<\x00r", "<rss" + strings.Repeat("<a>", 3000), "",
	} {
		f.Add([]byte(s))
	}
	limit := 200 * time.Millisecond
	if os.Getenv("SOI_STRICT_TIME") == "" {
		limit *= 5
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		start := time.Now()
		c, err := Parse(b, "", "https://base.example/feed")
		if d := time.Since(start); d > limit {
			t.Fatalf("took %v", d)
		}
		if err != nil {
			return
		}
		if len(c.Pieces) > MaxPieces {
			t.Fatalf("%d pieces", len(c.Pieces))
		}
		for _, l := range append([]string{c.Link}, c.More...) {
			webOnly(t, l)
		}
		for _, p := range c.Pieces {
			webOnly(t, p.Link)
			if !utf8.ValidString(p.Title+p.Text) || utf8.RuneCountInString(p.Text) > maxText || utf8.RuneCountInString(p.Title) > maxTitle {
				t.Fatalf("text %q %q", p.Title, p.Text)
			}
		}
	})
}

// webOnly fails for an address that a page must not link to.
func webOnly(t *testing.T, l string) {
	if l == "" {
		return
	}
	u, err := url.Parse(l)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		t.Fatalf("address %q", l)
	}
}

// FuzzOPML: what is read is written and read again the same.
func FuzzOPML(f *testing.F) {
	f.Add([]byte(`<opml><body><outline text="a"><outline title="Báo" xmlUrl="http://x.example/rss" htmlUrl="http://x.example"/></outline></body></opml>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := ReadOPML(b)
		if err != nil || len(list) == 0 {
			return
		}
		var out strings.Builder
		if err := WriteOPML(&out, "x", list); err != nil {
			t.Fatal(err)
		}
		again, err := ReadOPML([]byte(out.String()))
		if err != nil || len(again) != len(list) {
			t.Fatalf("%d lines became %d: %v", len(list), len(again), err)
		}
		for i := range list {
			if list[i].URL != again[i].URL {
				t.Fatalf("%q became %q", list[i].URL, again[i].URL)
			}
		}
	})
}

// TestBrokenCorpusFiles cuts every tenth feed of the corpus at a few places:
// nothing panics, and what stands before the cut is still read where a whole
// piece stands there.
func TestBrokenCorpusFiles(t *testing.T) {
	root := corpusRoot(t, "feeds")
	for i, rel := range corpusFiles(t, root) {
		if i%10 != 0 {
			continue
		}
		b, err := os.ReadFile(filepath.Join(root, rel))
		if err != nil {
			t.Fatal(err)
		}
		for cut := 1; cut < 5; cut++ {
			_, _ = Parse(b[:len(b)*cut/5], "", "")
		}
	}
}

// FuzzPage: whatever a page is, its text is valid, no longer than the limit,
// and found in good time; the addresses it names are of the web.
func FuzzPage(f *testing.F) {
	f.Add([]byte(`<html lang="vi"><head><link rel="alternate" type="application/rss+xml" href="/rss"><link rel="canonical" href="javascript:x"></head><body><article><p>` + strings.Repeat("Giá điện tăng 3 phần trăm. ", 20) + `</p></article></body></html>`))
	f.Add([]byte("<p><script>x</p>"))
	f.Add([]byte(strings.Repeat("<div>", 500)))
	f.Fuzz(func(t *testing.T, b []byte) {
		start := time.Now()
		p, _ := ReadPage(b, "text/html", "https://bao.example/x")
		feeds := Discover(b, "text/html", "https://bao.example/x")
		if d := time.Since(start); d > 2*time.Second {
			t.Fatalf("took %v", d)
		}
		if !utf8.ValidString(p.Text+p.Title) || utf8.RuneCountInString(p.Text) > maxText {
			t.Fatalf("text %q", p.Text)
		}
		for _, l := range append(feeds, p.Canonical) {
			webOnly(t, l)
		}
	})
}
