package feed

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"soi/internal/desk"
)

func TestFormatsInOneForm(t *testing.T) {
	at := time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	want := []Piece{{ID: "1", Link: "https://bao.example/1", Title: "Giá điện tăng", Text: "Tăng 3 %.", Published: at}}
	for name, text := range map[string]string{
		"rss":     `<rss version="2.0"><channel><item><guid>1</guid><link>/1?utm_source=rss</link><title>Giá điện tăng</title><description>&lt;p&gt;Tăng 3 %.&lt;/p&gt;</description><pubDate>Sun, 22 Nov 2026 12:00:00 +0700</pubDate></item></channel></rss>`,
		"rdf":     `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel/><item rdf:about="1"><title>Giá điện tăng</title><link>/1</link><description>Tăng 3 %.</description><dc:date>2026-11-22T05:00:00Z</dc:date></item></rdf:RDF>`,
		"atom":    `<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title>Giá điện tăng</title><link href="/1"/><link rel="edit" href="/edit"/><content type="html">Tăng 3 %.</content><published>2026-11-22T05:00:00Z</published></entry></feed>`,
		"json":    `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":1,"url":"/1","title":"Giá điện tăng","content_text":"Tăng 3 %.","date_published":"2026-11-22T05:00:00Z","authors":[{"name":"Tên"}]}]}`,
		"broken":  `<rss><channel><title>x & y<item><guid>1</guid><link>/1</link><title><![CDATA[Giá điện tăng]]></title><description>Tăng 3 %.</description><pubDate>22 Nov 2026 05:00 GMT</pubDate></item><item><ti`,
		"broken2": `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","url":"/1","title":"Giá điện tăng","content_text":"Tăng 3 %.","date_published":"2026-11-22T05:00:00Z"},{"id":`,
	} {
		c, err := Parse([]byte(text), "", "https://bao.example/feed")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if name == "broken" && len(c.Pieces) == 2 {
			c.Pieces = c.Pieces[:1] // the second one broke off
		}
		for i := range c.Pieces {
			c.Pieces[i].Updated = time.Time{} // a dc:date is both
		}
		if d := cmp.Diff(want, c.Pieces); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if c.Mended != strings.HasPrefix(name, "broken") {
			t.Errorf("%s: mended %v", name, c.Mended)
		}
	}
	for name, text := range map[string]string{"page": "<!doctype html><html><body>x</body></html>", "nothing": "", "text": "hello", "json": `{"a":1}`} {
		if _, err := Parse([]byte(text), "", ""); !errors.Is(err, ErrNotAFeed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestBoundedTime: what one mark after another costs grows with their number,
// not with its square, which would take minutes here.
func TestBoundedTime(t *testing.T) {
	for mark, size := range map[string]int{"<!---->": 1 << 20, "<??>": 1 << 20, "<![CDATA[</": maxBytes} {
		began := time.Now()
		many := strings.Repeat(mark, size/len(mark))
		_, _ = Parse([]byte(many+"<rss>"), "", "")
		_, _ = Parse([]byte("<rss><channel>"+many), "", "")
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("%d bytes of %s: %v", size, mark, took)
		}
	}
	if l := link("https://bao.example/"+strings.Repeat("ế", 600), &url.URL{}); l != "" {
		t.Errorf("an address of %d bytes, which the desk refuses", len(l))
	}
}

func TestSitemaps(t *testing.T) {
	const news = `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://bao.example/old</loc><lastmod>2020-01-01</lastmod></url>
<url><loc>https://bao.example/1</loc><news:news><news:publication><news:name>Báo A</news:name><news:language>vi</news:language></news:publication><news:publication_date>2026-11-22T05:00:00Z</news:publication_date><news:title>Giá điện tăng</news:title></news:news></url>
<url><loc>javascript:alert(1)</loc></url></urlset>`
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(news))
	_ = z.Close()
	for name, b := range map[string][]byte{"plain": []byte(news), "gzip": packed.Bytes()} {
		c, err := Parse(b, "", "")
		if err != nil || c.Kind != "sitemap" || c.Title != "Báo A" || c.Lang != "vi" || len(c.Pieces) != 2 || c.Pieces[0].Title != "Giá điện tăng" || c.Pieces[1].Link != "https://bao.example/old" {
			t.Errorf("%s: %v %+v", name, err, c)
		}
	}
	c, err := Parse([]byte(`<sitemapindex><sitemap><loc>https://bao.example/a.xml</loc><lastmod>2026-01-01</lastmod></sitemap><sitemap><loc>https://bao.example/b.xml</loc><lastmod>2026-11-01</lastmod></sitemap></sitemapindex>`), "", "")
	if err != nil || !slices.Equal(c.More, []string{"https://bao.example/b.xml", "https://bao.example/a.xml"}) {
		t.Errorf("%v %+v", err, c)
	}
	var bomb bytes.Buffer
	z = gzip.NewWriter(&bomb)
	for range 200 {
		_, _ = z.Write(bytes.Repeat([]byte("<url></url>"), 10_000))
	}
	_ = z.Close()
	if _, err := Parse(bomb.Bytes(), "", ""); !errors.Is(err, ErrNotAFeed) {
		t.Errorf("a bomb of %d bytes: %v", bomb.Len(), err)
	}
}

func TestOPML(t *testing.T) {
	list := []Listed{{Outlet: "Báo “A” & con", Site: "https://bao.example/", URL: "https://bao.example/rss?a=1&b=2", Imprint: "https://bao.example/toa-soan", Reason: "Báo <tỉnh>", Lang: "vi"},
		{Outlet: "B", URL: "https://b.example/"}}
	var out bytes.Buffer
	if err := WriteOPML(&out, "Bàn", list); err != nil {
		t.Fatal(err)
	}
	got, err := ReadOPML(out.Bytes())
	if d := cmp.Diff(list, got); d != "" || err != nil {
		t.Error(err, d)
	}
	foreign := `<opml version="1.0"><head/><body><outline text="Folder"><outline text="A" XMLURL="feed://x"/><outline text="B" title="Bee" type="rss" xmlUrl="feed:https://b.example/rss" htmlUrl="https://b.example"/></outline><outline text="broken" xmlUrl="https://c.example/rss">`
	got, err = ReadOPML([]byte(foreign))
	if err != nil || len(got) != 3 && len(got) != 2 || got[len(got)-2].Outlet != "Bee" || got[len(got)-2].URL != "https://b.example/rss" || got[len(got)-1].URL != "https://c.example/rss" {
		t.Errorf("%v %+v", err, got)
	}
	if _, err := ReadOPML([]byte("<rss/>")); !errors.Is(err, ErrNotAFeed) {
		t.Error(err)
	}
}

func TestRhythm(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	at := func(hours ...int) (ps []Piece) {
		for _, h := range hours {
			ps = append(ps, Piece{Published: now.Add(-time.Duration(h) * time.Hour)})
		}
		return ps
	}
	for _, c := range []struct {
		ps            []Piece
		interval, gap time.Duration
	}{
		{nil, 0, 0}, {at(1, 2), 0, 0}, {at(0, 2, 4, 6, 8), time.Hour, 2 * time.Hour}, {at(1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 21), 30 * time.Minute, 11 * time.Hour},
		{at(-100, 2, 4, 6), time.Hour, 2 * time.Hour}, // a date in the future does not count
	} {
		if i, g := rhythm(c.ps, now); i != c.interval || g != c.gap {
			t.Errorf("%d dates: %v, %v; want %v, %v", len(c.ps), i, g, c.interval, c.gap)
		}
	}
	h := http.Header{}
	if d := afterGood(desk.FeedState{Interval: time.Minute}, Channel{}, h); d != 15*time.Minute {
		t.Errorf("a feed of every minute is fetched after %v", d)
	}
	h.Set("Cache-Control", "public, max-age=7200")
	if d := afterGood(desk.FeedState{Interval: time.Hour}, Channel{}, h); d != 2*time.Hour {
		t.Errorf("Cache-Control: %v", d)
	}
	if d := afterGood(desk.FeedState{Interval: time.Hour}, Channel{Wait: 90 * 24 * time.Hour}, h); d != 24*time.Hour {
		t.Errorf("a feed that asks for months is fetched after %v", d)
	}
	for fails, want := range map[int]time.Duration{1: 15 * time.Minute, 2: 30 * time.Minute, 5: 4 * time.Hour, 50: 24 * time.Hour} {
		if d := afterBad(desk.FeedState{Fails: fails}, 0); d != want {
			t.Errorf("after %d failures: %v", fails, d)
		}
	}
	for v, want := range map[string]time.Duration{"": 0, "60": time.Minute, "-5": 0, "999999999": 24 * time.Hour, "Sun, 22 Nov 2026 13:00:00 GMT": time.Hour, "soon": 0} {
		h.Set("Retry-After", v)
		if d := retryAfter(h, now); d != want {
			t.Errorf("Retry-After %q: %v", v, d)
		}
	}
}

func TestMovedTo(t *testing.T) {
	for _, c := range []struct {
		statuses []int
		want     string
	}{{[]int{200}, ""}, {[]int{301, 200}, "b"}, {[]int{308, 301, 200}, "c"}, {[]int{302, 301, 200}, ""}, {[]int{301, 302, 200}, "b"}} {
		if got := movedTo([]string{"a", "b", "c"}[:len(c.statuses)], c.statuses); got != c.want {
			t.Errorf("%v: %q", c.statuses, got)
		}
	}
}

func TestSentences(t *testing.T) {
	for text, want := range map[string][]string{
		"TS. Nguyễn nói. Giá tăng 3.5 %! Vì sao? \"Không rõ.\" Hết": {"TS. Nguyễn nói.", "Giá tăng 3.5 %!", "Vì sao?", "\"Không rõ.\"", "Hết"},
		"Mr. Smith came. He left... then returned.\nSecond line":    {"Mr. Smith came.", "He left... then returned.", "Second line"},
		"第一句。第二句！":                                                  {"第一句。", "第二句！"}, "": nil,
	} {
		if d := cmp.Diff(want, Sentences(text)); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
}

// TestScoreTellsFactsFromOpinion: sentences of our own, Vietnamese and
// English. What is an opinion, a question, a demand or a forecast never fits.
func TestScoreTellsFactsFromOpinion(t *testing.T) {
	s, err := NewScorer()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []string{
		"Theo Bộ Y tế, số ca sốt xuất huyết tăng 12 phần trăm so với năm ngoái.",
		"Tổng cục Thống kê công bố giá tiêu dùng tháng 10 tăng 3,2% so với cùng kỳ.",
		"Cả nước ghi nhận 1.200 ca mắc, cao nhất trong 5 năm qua.",
		"The ministry said prices rose 4.1 percent last year, the highest rate since 2011.",
		"According to the report, 3 million people lost access to clean water in 2025.",
	} {
		if got := s.Score(x); !got.Fit() {
			t.Errorf("does not fit (%d, opinion %d, %v): %s", got.Points, got.Opinion, got.Reasons, x)
		}
	}
	for _, x := range []string{
		"Tôi nghĩ mức tăng 3% là quá cao và thật đáng buồn.", "Vì sao giá điện tăng 3% trong năm nay?", "Chính phủ cần phải giảm 5% thuế ngay!",
		"Giá vàng sẽ tăng 10% vào tháng sau, theo các chuyên gia.", "Bộ phim tuyệt vời nhất trong 10 năm qua.", "Một buổi chiều yên ả bên bờ sông với những con thuyền nhỏ.",
		"I believe the 3 percent increase is outrageous.", "We should cut taxes by 10 percent now.", "What a wonderful 25 years it has been!", "It was a quiet evening by the river, and the boats came home.",
	} {
		if got := s.Score(x); got.Fit() {
			t.Errorf("fits (%d, opinion %d, %v): %s", got.Points, got.Opinion, got.Reasons, x)
		}
	}
	for text, want := range map[string]int{
		"According to the report, prices rose by 37 percent in 2025.":                       1,
		"“According to the report, prices rose by 37 percent in 2025.”":                     1,
		"By Somebody Who Writes, published 22 November 2026, 10:30":                         0, // says who, and when
		"According to the report, prices rose by 37 percent in 2025, the highest rate of …": 0, // cut
	} {
		if got := s.Suggest(text, 3); len(got) != want {
			t.Errorf("%d suggested, want %d: %s", len(got), want, text)
		}
	}
	if len(Features("x")) != len(FeatureNames()) || len(s.m.Worth) != len(FeatureNames()) || len(s.m.Opinion) != len(FeatureNames()) {
		t.Error("features, their names and the weights do not fit each other")
	}
}
