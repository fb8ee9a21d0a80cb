package feed

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
)

// f1 is the harmonic mean of precision and recall of the words of two texts.
func f1(got, want string) float64 {
	words := func(s string) map[string]int {
		out := map[string]int{}
		for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			out[w]++
		}
		return out
	}
	g, w := words(got), words(want)
	common, ng, nw := 0, 0, 0
	for k, n := range g {
		common += min(n, w[k])
		ng += n
	}
	for _, n := range w {
		nw += n
	}
	if common == 0 {
		return 0
	}
	p, r := float64(common)/float64(ng), float64(common)/float64(nw)
	return 2 * p * r / (p + r)
}

// TestPageText measures the text of pages against the wanted text of the
// readability corpus: the mean word F1 stays above what was measured when it
// was built in, and no page takes long.
func TestPageText(t *testing.T) {
	root := corpusRoot(t, filepath.Join("articles", "readability"))
	dirs, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	var all []float64
	var slowest time.Duration
	for _, d := range dirs {
		source, err := os.ReadFile(filepath.Join(root, d.Name(), "source.html"))
		if err != nil {
			continue
		}
		want, err := os.ReadFile(filepath.Join(root, d.Name(), "expected.html"))
		if err != nil {
			continue
		}
		start := time.Now()
		p, _ := ReadPage(source, "text/html; charset=utf-8", "http://fakehost/test/page.html")
		slowest = max(slowest, time.Since(start))
		f := f1(p.Text, plain(string(want), 1<<20))
		if f < 0.7 {
			t.Logf("%.3f %s", f, d.Name())
		}
		all = append(all, f)
	}
	slices.Sort(all)
	mean := 0.0
	for _, f := range all {
		mean += f / float64(len(all))
	}
	t.Logf("%d pages: mean word F1 %.4f, median %.4f, worst %.4f, slowest page %v", len(all), mean, all[len(all)/2], all[0], slowest)
	if mean < 0.95 {
		t.Errorf("mean word F1 %.4f", mean)
	}
}

func TestReadPageKeepsNoName(t *testing.T) {
	const page = `<html lang="vi"><head><title>Giá điện tăng</title><meta name="author" content="Tên Người Viết"><link rel="canonical" href="/bai-1?utm_source=x">
<link rel="alternate" type="application/rss+xml" href="/rss.xml"><script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","datePublished":"2026-11-22T05:00:00Z","author":{"name":"Tên Người Viết"}}]}</script></head>
<body><nav>Trang chủ</nav><article><h1>Giá điện tăng</h1><p class="byline">Tên Người Viết</p><p>Giá bán lẻ điện bình quân tăng 3 phần trăm từ ngày 1 tháng 12, theo quyết định được công bố hôm nay tại Hà Nội.</p>
<p>Mức tăng này, theo cơ quan quản lý, làm hóa đơn của một hộ dùng 200 kWh tăng khoảng 15.000 đồng mỗi tháng, chưa kể thuế.</p></article><footer>Liên hệ</footer></body></html>`
	p, ok := ReadPage([]byte(page), "text/html", "https://bao.example/x")
	if !ok || !strings.Contains(p.Text, "200 kWh") || strings.Contains(p.Text, "Trang chủ") {
		t.Errorf("%v %+v", ok, p)
	}
	if strings.Contains(p.Text+p.Title, "Tên Người Viết") {
		t.Errorf("who wrote it is in the text: %q", p.Text)
	}
	if p.Canonical != "https://bao.example/bai-1" || p.Lang != "vi" || !p.Published.Equal(time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", p)
	}
	if got := Discover([]byte(page), "text/html", "https://bao.example/x"); !slices.Equal(got, []string{"https://bao.example/rss.xml"}) {
		t.Errorf("feeds %v", got)
	}
}
