package feed

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"soi/internal/desk"
	"soi/internal/fetch"
	"soi/internal/store"
)

// world is a desk on a database of its own, a server that plays every site of
// the web, and a wall clock that tests can move. The running clock is moved
// with Pass, so that a day takes no time.
type world struct {
	*desk.Desk
	t      testing.TB
	dir    string // of the database
	srv    *httptest.Server
	editor desk.Actor

	mu    sync.Mutex
	wall  time.Time
	ran   time.Duration
	asked map[string]int // requests by address
	heads map[string]http.Header
	sites map[string]http.HandlerFunc // by host
}

func newWorld(t testing.TB) *world {
	t.Helper()
	dir := t.TempDir()
	db, err := store.Open(t.Context(), filepath.Join(dir, "soi.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, dir: dir, wall: time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC), asked: map[string]int{}, heads: map[string]http.Header{}, sites: map[string]http.HandlerFunc{}}
	w.Desk = desk.New(db, nil, w.now, desk.Options{})
	editor, err := w.AddStaff(t.Context(), desk.Program(), "Editor", desk.Editor, "vi")
	if err != nil {
		t.Fatal(err)
	}
	w.editor = desk.As(editor)
	w.srv = httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(w.srv.Close)
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.wall
}

func (w *world) elapsed() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ran
}

// pass lets both clocks run on.
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wall, w.ran = w.wall.Add(d), w.ran+d
}

// jump moves the wall clock alone.
func (w *world) jump(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wall = w.wall.Add(d)
}

// serve plays the host that is the first part of the path.
func (w *world) serve(out http.ResponseWriter, r *http.Request) {
	host, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	r.URL.Path, r.Host = "/"+path, host
	w.mu.Lock()
	h := w.sites[host]
	w.asked["http://"+host+r.URL.Path]++
	w.heads["http://"+host+r.URL.Path] = r.Header.Clone()
	w.mu.Unlock()
	if h == nil {
		http.NotFound(out, r)
		return
	}
	h(out, r)
}

func (w *world) count(address string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked[address]
}

// site plays a host; robots.txt is 404 unless the handler answers it.
func (w *world) site(host string, h http.HandlerFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sites[host] = func(out http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" && !strings.HasPrefix(host, "robots") {
			http.NotFound(out, r)
			return
		}
		h(out, r)
	}
}

// Get implements Web: the product's guarded client, which may reach the one
// test server, with host names put into the path.
func (w *world) Get(ctx context.Context, q fetch.Request) (*fetch.Page, error) {
	c := fetch.New(fetch.Options{AllowLoopback: netip.MustParseAddrPort(w.srv.Listener.Addr().String())})
	if strings.HasSuffix(strings.Split(strings.TrimPrefix(q.URL, "http://"), "/")[0], ".test") {
		q.URL = w.srv.URL + "/" + strings.TrimPrefix(q.URL, "http://")
	}
	p, err := c.Get(ctx, q)
	if p != nil {
		back := func(s string) string { return strings.Replace(s, w.srv.URL+"/", "http://", 1) }
		p.URL = back(p.URL)
		for i := range p.Chain {
			p.Chain[i].URL = back(p.Chain[i].URL)
		}
	}
	return p, err
}

// plainWords is enough of Words for tests: texts are copies when they share
// half of their words.
type plainWords struct{}

func (plainWords) Key(s string) []byte {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.Join(strings.Fields(s), " "))))
	return sum[:]
}
func (plainWords) Lang(string) string     { return "und" }
func (plainWords) Sketch(s string) []byte { return []byte(strings.ToLower(s)) }
func (plainWords) Copies(a, b []byte) bool {
	in := map[string]bool{}
	for _, x := range bytes.Fields(a) {
		in[string(x)] = true
	}
	n := 0
	for _, x := range bytes.Fields(b) {
		if in[string(x)] {
			n++
		}
	}
	return len(in) > 10 && n > len(in)*7/10
}

// runner makes a Runner; change may be nil.
func (w *world) runner(change func(*Options)) *Runner {
	w.t.Helper()
	o := Options{Desk: w.Desk, Web: w, Words: plainWords{}, HostGap: -1, Elapsed: w.elapsed}
	if change != nil {
		change(&o)
	}
	r, err := NewRunner(o)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// outlet adds an outlet.
func (w *world) outlet(name string) desk.Outlet {
	w.t.Helper()
	o, err := w.AddOutlet(w.t.Context(), w.editor, desk.Outlet{Name: name, Site: "http://bao.test/", Imprint: "http://bao.test/toa-soan", Reason: "Báo tỉnh"})
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

// read adds a feed of an outlet.
func (w *world) read(o desk.Outlet, url string) desk.Feed {
	w.t.Helper()
	f, err := w.AddFeed(w.t.Context(), w.editor, o.ID, url)
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

// all fetches until nothing is due.
func (w *world) all(r *Runner) {
	w.t.Helper()
	for range 100 {
		n, err := r.Step(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		r.Wait()
		if n == 0 {
			return
		}
	}
	w.t.Fatal("feeds are due without end")
}

// feed reads a feed as it stands.
func (w *world) feed(id desk.ID) desk.Feed {
	w.t.Helper()
	fs, err := w.Feeds(w.t.Context(), w.editor)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range fs {
		if f.ID == id {
			return f
		}
	}
	w.t.Fatalf("no feed %s", id)
	return desk.Feed{}
}

// rss writes a feed of pieces, one a line: id|link|minutes ago|text.
func (w *world) rss(lines ...string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><rss version="2.0"><channel><title>Báo</title>`)
	for _, l := range lines {
		p := strings.SplitN(l, "|", 4)
		ago, _ := time.ParseDuration(p[2])
		fmt.Fprintf(&b, `<item><guid isPermaLink="false">%s</guid><link>%s</link><title>%s</title><pubDate>%s</pubDate><author>Tên Người Viết</author><description>%s</description></item>`,
			p[0], p[1], p[0], w.now().Add(-ago).Format(time.RFC1123Z), p[3])
	}
	return b.String() + `</channel></rss>`
}
