package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"soi/internal/desk"
)

// pageCache keeps pages that are the same for everyone, as they were drawn, for
// as long as nothing was written: each names the state of the database and of
// the signed log it was drawn from, so a correction is seen at once. Another
// process on the same database, and times that pages tell, are seen within
// pageLife; by some of those who ask in the moment it is drawn anew, within twice that.
type pageCache struct {
	mu      sync.RWMutex
	pages   map[pageKey]*drawnPage
	bytes   int
	drawing map[pageKey]chan struct{} // closed when the page that is being drawn is there
	kinds   map[string]bool           // patterns of routes of which a page was kept
	hits    atomic.Int64              // requests answered from memory since the log was told
}

// pageKey is what a request asks for.
type pageKey struct {
	tongue
	path, query string
}

// pageState is what a page was drawn from.
type pageState struct{ changes, signed int64 }

// drawnPage is an answer with its bytes, packed and not, and with everything
// about it that can be worked out before it is asked for.
type drawnPage struct {
	answer
	state    pageState
	packed   []byte
	tag      string
	at       time.Time
	renewing atomic.Bool // somebody draws it anew

	plain, zipped, same []headerLine // of the three answers it can give
	reach               desk.Reach   // what a reading counts as; no kind: it is not counted
}

// headerLine is a header in the form that http.Header holds. Its values are
// shared by all requests and never changed.
type headerLine struct {
	name   string
	values []string
}

// The bounds of the cache. A page is kept for a second: long enough for a
// crowd, too short to be told.
const (
	pageLife   = time.Second
	pagesMost  = 2_000
	pagesBytes = 64 << 20
	queryMost  = 100
)

// state is what a page drawn now is drawn from.
func (s *Site) state() pageState { return pageState{s.Changes(), s.Signed()} }

// keptAnswer answers a request with a page that is kept, before anything else
// looks at it; false if there is none. No header of the request counts but
// those of language, packing and validators: pages for everyone depend on nothing more.
func (s *Site) keptAnswer(w http.ResponseWriter, r *http.Request) bool {
	if s.Changes == nil || r.Method != http.MethodGet || len(r.URL.RawQuery) > queryMost || s.replayHost != "" && strings.EqualFold(s.replayHost, r.Host) {
		return false
	}
	t, path := s.tongueOf(r)
	p := s.drawn.get(pageKey{t, path, r.URL.RawQuery}, s.state(), s.Now())
	if p == nil {
		return false
	}
	s.sendKept(w, r, p)
	return true
}

// key names the page that a request asks for; false for requests that are
// never answered from the cache: those of staff, those that draw on a budget
// and those that change something.
func (s *Site) key(r route, v *visit) (pageKey, bool) {
	if s.Changes == nil || r.audience != Public || r.budget != "" || r.stream || v.Method != http.MethodGet || len(v.URL.RawQuery) > queryMost {
		return pageKey{}, false
	}
	return pageKey{tongue: v.tongue, path: v.path, query: v.URL.RawQuery}, true
}

// get finds a page of a state that is not too old. Of those who ask when it has
// just grown too old one draws it anew, and the others get it as it is.
func (c *pageCache) get(k pageKey, state pageState, now time.Time) *drawnPage {
	c.mu.RLock()
	p := c.pages[k]
	c.mu.RUnlock()
	if p == nil || p.state != state {
		return nil
	}
	age := now.Sub(p.at)
	if age < 0 || age > 2*pageLife || age > pageLife && p.renewing.CompareAndSwap(false, true) {
		return nil
	}
	return p
}

// turn waits while another request draws the same page, and returns that page.
// With none it is the caller's turn, who calls done when the page is kept or cannot
// be. Only pages of routes of which some was kept before are waited for.
func (c *pageCache) turn(ctx context.Context, k pageKey, pattern string, find func() *drawnPage) (p *drawnPage, done func()) {
	c.mu.Lock()
	if !c.kinds[pattern] {
		c.mu.Unlock()
		return nil, func() {}
	}
	if ready, drawn := c.drawing[k]; drawn {
		c.mu.Unlock()
		select {
		case <-ready:
		case <-ctx.Done():
		}
		return find(), func() {}
	}
	ready := make(chan struct{})
	if c.drawing == nil {
		c.drawing = map[pageKey]chan struct{}{}
	}
	c.drawing[k] = ready
	c.mu.Unlock()
	return nil, func() {
		c.mu.Lock()
		delete(c.drawing, k)
		c.mu.Unlock()
		close(ready)
	}
}

// put keeps a page. A full cache starts afresh, which costs a moment.
func (c *pageCache) put(k pageKey, pattern string, p *drawnPage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pages == nil || len(c.pages) >= pagesMost || c.bytes > pagesBytes {
		c.pages, c.bytes = map[pageKey]*drawnPage{}, 0
	}
	if c.kinds == nil {
		c.kinds = map[string]bool{}
	}
	if old := c.pages[k]; old != nil {
		c.bytes -= len(old.raw) + len(old.packed)
	}
	c.pages[k], c.kinds[pattern] = p, true
	c.bytes += len(p.raw) + len(p.packed)
}

// keepDrawn draws a page that is the same for everyone, keeps it and returns
// it; nil for any other answer.
func (s *Site) keepDrawn(k pageKey, from pageState, r route, v *visit, a answer) *drawnPage {
	if a.template == "" || !a.check || a.status != 0 || a.retry > 0 {
		return nil
	}
	b, err := s.render(v, a)
	if err != nil {
		return nil // draw meets the same error and answers it
	}
	a.raw, a.template, a.ctype, a.status = b, "", "text/html; charset=utf-8", http.StatusOK
	sum := sha256.Sum256(b)
	p := &drawnPage{answer: a, state: from, packed: gzipped(b), tag: `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`, at: s.Now()}
	if what, counted := s.opened(r, v, http.StatusOK); counted && !r.feed {
		p.reach = what
	}
	s.prepare(p, v)
	s.drawn.put(k, r.pattern, p)
	return p
}

// prepare works out the headers that draw and send would give a page.
func (s *Site) prepare(p *drawnPage, v *visit) {
	h := http.Header{}
	s.setHeaders(h)
	for _, kv := range p.header {
		h.Set(kv[0], kv[1])
	}
	h.Set("Content-Type", p.ctype)
	h.Set("Content-Language", v.lang)
	h.Add("Vary", "Accept-Encoding")
	if v.prefix == "" {
		h.Add("Vary", "Accept-Language")
	}
	h.Set("Cache-Control", "public, no-cache")
	h.Set("ETag", p.tag)
	lines := func() (out []headerLine) {
		for name, values := range h {
			out = append(out, headerLine{name, append(make([]string, 0, len(values)), values...)})
		}
		return out
	}
	p.same = lines()
	h.Set("Content-Length", strconv.Itoa(len(p.raw)))
	p.plain = lines()
	if p.zipped = p.plain; len(p.raw) > 1024 {
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(p.packed)))
		p.zipped = lines()
	} else {
		p.packed = p.raw
	}
}

// sendKept answers as draw and send do, with what was worked out before, and
// counts it. It makes nothing of its own: what is left to do is the server's.
func (s *Site) sendKept(w http.ResponseWriter, r *http.Request, p *drawnPage) {
	s.drawn.hits.Add(1)
	if p.reach.Kind != "" && !byProgram(r) {
		s.reach.add(p.reach, 1)
	}
	lines, b, status := p.plain, p.raw, http.StatusOK
	switch again := r.Header["If-None-Match"]; {
	case len(again) > 0 && matches(again[0], p.tag):
		lines, b, status = p.same, nil, http.StatusNotModified
	case acceptsGzip(r.Header.Get("Accept-Encoding")):
		lines, b = p.zipped, p.packed
	}
	h := w.Header()
	for _, l := range lines {
		h[l.name] = l.values
	}
	w.WriteHeader(status)
	if len(b) > 0 {
		_, _ = w.Write(b) // the reader is gone; nothing is left to tell
	}
}

// tellKept tells the log how many requests were answered from memory: a line
// for each would cost more than the answer.
func (s *Site) tellKept() {
	if n := s.drawn.hits.Swap(0); n > 0 {
		s.Logger.Info("answered with kept pages", "requests", n)
	}
}
