package feed

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/temoto/robotstxt"

	"soi/internal/desk"
)

const fact = "Theo số liệu được công bố hôm nay, giá điện bán lẻ bình quân tăng 3 phần trăm, cao nhất trong 5 năm qua."

func TestPolite(t *testing.T) {
	w := newWorld(t)
	o := w.outlet("Báo A")
	body := w.rss("1|http://a.test/1|1h|x", "2|http://a.test/2|3h|x", "3|http://a.test/3|5h|x", "4|http://a.test/4|7h|x")
	status, after := http.StatusOK, ""
	w.site("a.test", func(out http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/rss" {
			http.NotFound(out, r)
			return
		}
		out.Header().Set("ETag", `"v1"`)
		out.Header().Set("Last-Modified", "Sun, 22 Nov 2026 04:00:00 GMT")
		if after != "" {
			out.Header().Set("Retry-After", after)
		}
		if r.Header.Get("If-None-Match") == `"v1"` && r.Header.Get("If-Modified-Since") != "" && status == 200 {
			out.WriteHeader(http.StatusNotModified)
			return
		}
		out.WriteHeader(status)
		fmt.Fprint(out, body)
	})
	f := w.read(o, "http://a.test/rss")
	r := w.runner(nil)
	w.all(r)
	got := w.feed(f.ID)
	if s := got.State; s.Pieces != 4 || s.Interval != time.Hour || s.Gap != 2*time.Hour || s.Kind != "rss" || s.Fails != 0 || s.ETag != `"v1"` {
		t.Fatalf("after the first fetch: %+v", s)
	}
	if d := got.Due.Sub(w.now()); d < time.Hour || d > 66*time.Minute {
		t.Errorf("next in %v, want the rhythm of an hour and up to a tenth", d)
	}
	w.pass(70 * time.Minute)
	w.all(r)
	if got = w.feed(f.ID); !got.State.Good.Equal(w.now()) || got.State.Pieces != 4 {
		t.Errorf("after 304: %+v", got.State)
	}
	for _, step := range []struct {
		status int
		after  string
		want   desk.FeedTrouble
		least  time.Duration
	}{
		{503, "7200", desk.FeedPaused, 2 * time.Hour}, {429, w.now().Add(59 * time.Hour).Format(http.TimeFormat), desk.FeedPaused, 7 * time.Hour}, {500, "", desk.FeedServer, 15 * time.Minute},
		{404, "", desk.FeedMissing, 15 * time.Minute}, {403, "", desk.FeedRefused, 15 * time.Minute}, {410, "", desk.FeedGone, 24 * time.Hour},
	} {
		status, after = step.status, step.after
		w.pass(25 * time.Hour)
		w.all(r)
		got = w.feed(f.ID)
		if got.State.Trouble != step.want || got.Due.Sub(w.now()) < step.least {
			t.Errorf("status %d: %q, next in %v", step.status, got.State.Trouble, got.Due.Sub(w.now()))
		}
	}
	if got.State.Fails != 6 {
		t.Errorf("%d failures in a row", got.State.Fails)
	}
	status, after = 200, ""
	body = "<html><body>no feed</body></html>"
	w.pass(25 * time.Hour)
	w.all(r)
	if got = w.feed(f.ID); got.State.Trouble != "" { // the site says "not changed"
		t.Errorf("%+v", got.State)
	}
	if n := w.count("http://a.test/robots.txt"); n < 2 || n > 8 {
		t.Errorf("robots.txt was read %d times in a week", n)
	}
}

func TestRobotsAndMoves(t *testing.T) {
	w := newWorld(t)
	o := w.outlet("Báo A")
	w.site("robots.test", func(out http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/robots.txt":
			fmt.Fprint(out, "User-agent: *\nDisallow: /\n\nUser-agent: soi\nDisallow: /private\n")
		default:
			fmt.Fprint(out, w.rss("1|http://robots.test/private/1|1h|"+fact[:40]))
		}
	})
	w.site("robotsdown.test", func(out http.ResponseWriter, r *http.Request) { out.WriteHeader(502) })
	w.site("moved.test", func(out http.ResponseWriter, r *http.Request) {
		http.Redirect(out, r, "/robots.test/rss", http.StatusMovedPermanently)
	})
	w.site("for-a-while.test", func(out http.ResponseWriter, r *http.Request) {
		http.Redirect(out, r, "/robots.test/rss", http.StatusFound)
	})
	open, private, down := w.read(o, "http://robots.test/rss2"), w.read(o, "http://robots.test/private/rss"), w.read(o, "http://robotsdown.test/rss")
	moved, lent := w.read(o, "http://moved.test/rss"), w.read(o, "http://for-a-while.test/rss")
	r := w.runner(nil)
	for range 3 {
		w.all(r)
		w.pass(time.Minute)
	}
	for id, want := range map[desk.ID]desk.FeedTrouble{open.ID: "", private.ID: desk.FeedRobots, down.ID: desk.FeedServer, moved.ID: "", lent.ID: ""} {
		if got := w.feed(id); got.State.Trouble != want || got.State.Tried.IsZero() {
			t.Errorf("%s: %+v", got.URL, got.State)
		}
	}
	if w.count("http://robots.test/private/rss")+w.count("http://robots.test/private/1") != 0 {
		t.Error("an address that robots.txt forbids was fetched")
	}
	if got := w.feed(moved.ID).State.Moved; got != "http://robots.test/rss" {
		t.Errorf("moved to %q", got)
	}
	if got := w.feed(lent.ID).State.Moved; got != "" {
		t.Errorf("a redirect for a while counts as moved: %q", got)
	}
	if err := w.MoveFeed(t.Context(), w.editor, moved.ID); err != nil {
		t.Fatal(err)
	}
	if got := w.feed(moved.ID); got.URL != "http://robots.test/rss" || got.State.Moved != "" {
		t.Errorf("%+v", got)
	}
}

// TestSlowPaceMeansNoPages: a host that asks for a slower pace than is kept
// gives its feed and is asked for nothing else.
func TestSlowPaceMeansNoPages(t *testing.T) {
	for delay, want := range map[string]int{"60": 0, "0": 1} {
		w := newWorld(t)
		w.site("slow.test", func(out http.ResponseWriter, _ *http.Request) { fmt.Fprint(out, w.rss("1|http://slow.test/1|1h|x")) })
		f := w.read(w.outlet("Báo A"), "http://slow.test/rss")
		r := w.runner(nil)
		data, err := robotstxt.FromString("User-agent: *\nCrawl-delay: " + delay + "\n")
		if err != nil {
			t.Fatal(err)
		}
		h := r.host("slow.test") // as if robots.txt had been read a while ago
		h.rules, h.known = data.FindGroup(Product), true
		w.all(r)
		if got := w.feed(f.ID).State; got.Pieces != 1 || got.Fails != 0 {
			t.Errorf("Crawl-delay %s: %+v", delay, got)
		}
		if n := w.count("http://slow.test/1"); n != want {
			t.Errorf("Crawl-delay %s: the page was fetched %d times, want %d", delay, n, want)
		}
	}
}

// TestIndexThatStaysTheSame: the sitemaps of an index are read though the
// index itself did not change.
func TestIndexThatStaysTheSame(t *testing.T) {
	w := newWorld(t)
	urls := `<url><loc>http://a.test/1</loc></url>`
	w.site("a.test", func(out http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/index.xml" && r.Header.Get("If-None-Match") != "":
			out.WriteHeader(http.StatusNotModified)
		case r.URL.Path == "/index.xml":
			out.Header().Set("ETag", `"v1"`)
			fmt.Fprint(out, `<sitemapindex><sitemap><loc>http://a.test/news.xml</loc></sitemap></sitemapindex>`)
		case r.URL.Path == "/news.xml":
			fmt.Fprint(out, "<urlset>"+urls+"</urlset>")
		default:
			http.NotFound(out, r)
		}
	})
	f := w.read(w.outlet("Báo A"), "http://a.test/index.xml")
	r := w.runner(nil)
	for n := 1; n <= 2; n++ {
		w.all(r)
		if got := w.feed(f.ID).State; got.Pieces != n || got.Kind != "sitemap-index" {
			t.Errorf("round %d: %+v", n, got)
		}
		urls += `<url><loc>http://a.test/2</loc></url>`
		w.pass(25 * time.Hour)
	}
}

func TestOnlyThePublicWeb(t *testing.T) {
	w := newWorld(t)
	o := w.outlet("Báo A")
	f := w.read(o, "http://10.0.0.1/rss")
	w.all(w.runner(nil))
	if got := w.feed(f.ID).State; got.Trouble != desk.FeedForbidden {
		t.Errorf("%+v", got)
	}
}

func TestNewPiecesOnceAndRenamed(t *testing.T) {
	w := newWorld(t)
	o := w.outlet("Báo A")
	var lines []string
	w.site("a.test", func(out http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/rss" {
			fmt.Fprint(out, w.rss(lines...))
			return
		}
		http.NotFound(out, r)
	})
	f := w.read(o, "http://a.test/rss")
	r := w.runner(nil)
	round := func() desk.FeedState {
		w.pass(25 * time.Hour)
		w.all(r)
		return w.feed(f.ID).State
	}
	lines = []string{"1|http://a.test/1|1h|x", "2|http://a.test/2|2h|x"}
	if s := round(); s.Pieces != 2 {
		t.Fatalf("%+v", s)
	}
	if s := round(); s.Pieces != 2 || s.Renamed != 0 {
		t.Errorf("the same pieces again: %+v", s)
	}
	lines = []string{"new-1|http://a.test/1?utm_source=rss|1h|x", "3|http://a.test/3|1h|x"}
	if s := round(); s.Pieces != 4 || s.Renamed != 1 {
		t.Errorf("one renamed, one new: %+v", s)
	}
	if s := round(); s.Renamed != 1 {
		t.Errorf("renamed is counted once: %+v", s)
	}
	lines = []string{"same|http://a.test/4|1h|x", "same|http://a.test/5|1h|x", "same|javascript:alert(1)|1h|x"}
	if s := round(); s.Pieces != 6 {
		t.Errorf("pieces that share an id: %+v", s)
	}
}

// TestPageTextIsForgotten: the page is fetched for its text, sentences are
// suggested, and nothing else of it is in the database, nor who wrote it.
func TestPageTextIsForgotten(t *testing.T) {
	w := newWorld(t)
	w.site("a.test", func(out http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/rss" {
			fmt.Fprint(out, w.rss("1|http://a.test/bai|1h|Tóm tắt", "2|http://a.test/ngan|1h|&lt;p&gt;Theo Tên Người Viết, báo A, 12/10/2026 - 10:30&lt;/p&gt;"))
			return
		}
		if r.URL.Path != "/bai" {
			http.NotFound(out, r)
			return
		}
		fmt.Fprintf(out, `<html><body><article><p>Theo Tên Người Viết (báo A), 12/10/2026 - 10:30</p><p>%s</p><p>%s</p><p class="author">Tên Người Viết</p></article></body></html>`,
			fact, strings.Repeat("Câu này không có gì để kiểm. ", 20))
	})
	w.read(w.outlet("Báo A"), "http://a.test/rss")
	w.all(w.runner(nil))
	list, err := w.Suggestions(t.Context(), w.editor, desk.SuggestionFilter{})
	if err != nil || len(list) != 1 || list[0].Sentence != fact {
		t.Fatalf("%+v, %v", list, err)
	}
	files, err := filepath.Glob(filepath.Join(w.dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	found := false
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		found = found || bytes.Contains(b, []byte(fact))
		for _, s := range []string{"Tên Người Viết", "Câu này không có gì", "Tóm tắt"} {
			if bytes.Contains(b, []byte(s)) {
				t.Errorf("%q is in %s", s, filepath.Base(f))
			}
		}
	}
	if !found {
		t.Error("the suggested sentence is not found either: this test sees nothing")
	}
}

func TestSilenceIsNoticedOnce(t *testing.T) {
	w := newWorld(t)
	lines := []string{"1|http://a.test/1|1h|x", "2|http://a.test/2|2h|x", "3|http://a.test/3|3h|x"}
	w.site("a.test", func(out http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/rss" {
			http.NotFound(out, r)
			return
		}
		fmt.Fprint(out, w.rss(lines...))
	})
	f := w.read(w.outlet("Báo A"), "http://a.test/rss")
	r := w.runner(nil)
	w.all(r)
	hours := func(n int) {
		for range n {
			w.pass(time.Hour)
			w.all(r)
		}
	}
	hours(11)
	if w.feed(f.ID).State.Silent {
		t.Error("silent before three times the usual gap (four hours at least)")
	}
	hours(6)
	if got := w.feed(f.ID); !got.State.Silent || !got.Noticed() {
		t.Errorf("%+v", got.State)
	}
	lines = append(lines, "4|http://a.test/4|0h|x")
	hours(2)
	if w.feed(f.ID).State.Silent {
		t.Error("still silent after a new piece")
	}
	events, err := w.Journal(t.Context(), desk.Actor{Role: desk.Auditor}, 100)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[desk.EventKind]int{}
	for _, e := range events {
		kinds[e.Kind]++
	}
	if kinds[desk.EvFeedSilent] != 1 || kinds[desk.EvFeedWell] != 1 {
		t.Errorf("%v", kinds)
	}
}

// TestClockJumps is T12: whatever the wall clock does, a feed is fetched at
// most once in its interval.
func TestClockJumps(t *testing.T) {
	for _, jump := range []time.Duration{-time.Hour, time.Hour, -87600 * time.Hour, 87600 * time.Hour, 0} {
		t.Run(jump.String(), func(t *testing.T) {
			w := newWorld(t)
			o := w.outlet("Báo A")
			for i := range 5 {
				host := fmt.Sprintf("c%d.test", i)
				w.site(host, func(out http.ResponseWriter, r *http.Request) {
					fmt.Fprint(out, w.rss("1|http://"+host+"/1|1h|x", "2|http://"+host+"/2|2h|x", "3|http://"+host+"/3|3h|x"))
				})
				w.read(o, "http://"+host+"/rss")
			}
			r := w.runner(nil)
			w.all(r)
			most := func() (n int) {
				for i := range 5 {
					n = max(n, w.count(fmt.Sprintf("http://c%d.test/rss", i)))
				}
				return n
			}
			if most() != 1 {
				t.Fatal("not fetched once")
			}
			w.jump(jump)
			for range 5 { // the interval is half an hour
				w.pass(5 * time.Minute)
				w.all(r)
			}
			if n := most(); n != 1 {
				t.Errorf("fetched %d times within the interval", n)
			}
			w.jump(-jump)
			for range 45 {
				w.pass(4 * time.Minute)
				w.all(r)
			}
			if n := most(); n < 4 || n > 8 {
				t.Errorf("fetched %d times in three and a half hours at an interval of half an hour", n)
			}
		})
	}
}

// TestTwoReplicas: two runners on one database fetch every feed once.
func TestTwoReplicas(t *testing.T) {
	w := newWorld(t)
	o := w.outlet("Báo A")
	for i := range 60 {
		host := fmt.Sprintf("d%d.test", i)
		w.site(host, func(out http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/rss" {
				time.Sleep(5 * time.Millisecond)
				fmt.Fprint(out, w.rss("1|http://"+host+"/1|1h|x"))
			}
		})
		w.read(o, "http://"+host+"/rss")
	}
	var wg sync.WaitGroup
	for range 2 {
		r := w.runner(nil)
		wg.Go(func() {
			for range 200 {
				if _, err := r.Step(t.Context()); err != nil {
					t.Error(err)
				}
				time.Sleep(time.Millisecond)
			}
			r.Wait()
		})
	}
	wg.Wait()
	for i := range 60 {
		if n := w.count(fmt.Sprintf("http://d%d.test/rss", i)); n != 1 {
			t.Errorf("feed %d was fetched %d times", i, n)
		}
	}
}
