package web_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"
)

// readLists: every list is a feed in three formats and two languages that another program's parser reads alike, with what
// the three specifications ask for, and may be asked for again without being sent.
func readLists(t *testing.T, r reader) {
	for _, list := range []struct {
		path  string
		least int
		begin string // how the address of every notice goes on after the language
	}{
		{"/feed%s", 20, "/checks/"}, {"/checks%s", 20, "/checks/"}, {"/checks%s?topic=health&rating=false", 1, "/checks/"}, {"/corrections%s", 1, "/checks/"}, {"/withdrawals%s", 1, "/checks/"},
		{"/explainers%s", 0, "/explainers/"}, {"/appeals%s", 0, "/appeals/"}, {"/search%s?q=" + url.QueryEscape("uong nuoc"), 1, ""}, {"/search%s", 0, ""}, {"/checks%s?place=nowhere&topic=x", 20, "/checks/"},
	} {
		for _, lang := range []string{"vi", "en"} {
			titles := map[string]string{}
			for _, ext := range []string{".rss", ".atom", ".json"} {
				path := "/" + lang + strings.Replace(list.path, "%s", ext, 1)
				p := r.get(path)
				p.has(t, http.StatusOK)
				f, err := gofeed.NewParser().Parse(strings.NewReader(p.body))
				if err != nil {
					t.Errorf("%s: %v", path, err)
					continue
				}
				if f.Title == "" || f.FeedType == "" || f.Language != lang && ext != ".json" || len(f.Items) < list.least {
					t.Errorf("%s: %q %s %s with %d notices", path, f.Title, f.FeedType, f.Language, len(f.Items))
				}
				soundNotices(t, path, lang, list.begin, f)
				for _, n := range f.Items {
					titles[ext] += n.Title + "\n"
				}
				rules(t, path, ext, p.body)
				asAgain(t, r, path, p)
			}
			if titles[".rss"] != titles[".atom"] || titles[".rss"] != titles[".json"] {
				t.Errorf("%s in %s: three formats, different notices: %q", list.path, lang, titles)
			}
		}
	}
	if all, some := r.get("/vi/checks.rss").body, r.get("/vi/checks.rss?topic=health").body; all == some || strings.Contains(some, "<category>Thực phẩm") {
		t.Error("a topic's feed is not narrowed to it")
	}
}

// soundNotices: ids are told apart, addresses are whole, times are there.
func soundNotices(t *testing.T, path, lang, begin string, f *gofeed.Feed) {
	t.Helper()
	seen := map[string]bool{}
	for _, n := range f.Items {
		u, err := url.Parse(n.Link)
		if err != nil || !u.IsAbs() || n.GUID == "" || seen[n.GUID] || strings.TrimSpace(n.Title) == "" || n.PublishedParsed == nil || n.PublishedParsed.After(time.Now()) {
			t.Errorf("%s: %+v", path, n)
		}
		if begin != "" && !strings.HasPrefix(u.Path, "/"+lang+begin) {
			t.Errorf("%s leads to %s", path, n.Link)
		}
		seen[n.GUID] = true
	}
}

// rules are what the specifications ask for and gofeed lets pass.
func rules(t *testing.T, path, ext, body string) {
	t.Helper()
	switch ext {
	case ".rss": // RSS 2.0: title, link and description of a channel; version
		for _, want := range []string{`<rss version="2.0"`, "<title>", "<link>", "<description>"} {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %s", path, want)
			}
		}
	case ".atom": // RFC 4287 4.1.1: one id, title and updated of the feed, and an author for its entries
		head, _, _ := strings.Cut(body, "<entry")
		for _, want := range []string{"<id>http", "<title>", "<updated>", "<author>", `rel="self"`} {
			if strings.Count(head, want) != 1 {
				t.Errorf("%s: %d times %s before the entries", path, strings.Count(head, want), want)
			}
		}
	case ".json": // JSON Feed 1.1: version, title, items; of each an id and content
		var f struct {
			Version, Title string
			Items          []struct {
				ID   any    `json:"id"`
				Text string `json:"content_text"`
			}
		}
		if err := json.NewDecoder(bytes.NewReader([]byte(body))).Decode(&f); err != nil || f.Version != "https://jsonfeed.org/version/1.1" || f.Title == "" || f.Items == nil {
			t.Errorf("%s: %v %+v", path, err, f)
		}
		for _, n := range f.Items {
			if id, ok := n.ID.(string); !ok || id == "" || n.Text == "" {
				t.Errorf("%s: %+v", path, n)
			}
		}
	}
}

// asAgain: who has a feed already is told so, by its tag and by its time.
func asAgain(t *testing.T, r reader, path string, p reply) {
	t.Helper()
	for name, value := range map[string]string{"If-None-Match": p.header.Get("ETag"), "If-Modified-Since": p.header.Get("Last-Modified")} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set(name, value)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if value == "" || resp.StatusCode != http.StatusNotModified {
			t.Errorf("%s with %s %q: %d", path, name, value, resp.StatusCode)
		}
	}
}

// readSitemap: every page of the map answers, and stands there once.
func readSitemap(t *testing.T, r reader) {
	body := r.get("/sitemap.xml").body
	seen := map[string]int{}
	for part := range strings.SplitSeq(body, "<loc>") {
		if loc, _, ok := strings.Cut(part, "</loc>"); ok {
			seen[loc]++
		}
	}
	for loc, n := range seen {
		u, err := url.Parse(strings.ReplaceAll(loc, "&amp;", "&"))
		if err != nil || n != 1 {
			t.Errorf("%s stands there %d times: %v", loc, n, err)
			continue
		}
		if len(seen) < 80 || strings.Contains(loc, "explainers") || strings.Contains(loc, "?") || !strings.Contains(loc, "/checks/") {
			r.get(u.RequestURI()).has(t, http.StatusOK)
		}
	}
	for _, want := range []string{"/vi/topics/scam", "/vi/statistics", "/vi/channels", "/vi/digests", "/vi/archive", "/vi/bodies", "/vi/archive/20", "/vi/explainers", "/vi/appeals", "/vi/corrections"} {
		if !strings.Contains(body, want+"<") && !(strings.HasSuffix(want, "/20") && strings.Contains(body, want)) {
			t.Errorf("the sitemap lacks %s", want)
		}
	}
	r.get("/sitemap/1").has(t, http.StatusOK, "<urlset")
	r.get("/sitemap/2").has(t, http.StatusNotFound)
	r.get("/sitemap/x").has(t, http.StatusNotFound)
}
