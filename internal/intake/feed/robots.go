package feed

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/temoto/robotstxt"

	"soi/internal/fetch"
)

// Product is the name by which robots.txt can speak of this program.
const Product = "soi"

// Pace with one host.
const (
	robotsKept  = 24 * time.Hour   // how long a robots.txt is believed (RFC 9309, 2.4)
	robotsBytes = 500 << 10        // as much of it as must be read (2.5)
	slowestPace = 10 * time.Second // a longer Crawl-delay means: the feed only, no pages
	hostRest    = 5 * time.Minute  // a host that hung is left alone this long
)

// host is what is remembered of one host. Times are those of the program's
// own running clock, which no adjustment moves.
type host struct {
	turn   chan struct{} // holds one token; taken while a request to the host is under way
	free   time.Duration
	rules  *robotstxt.Group // nil: everything is allowed
	known  bool
	asked  time.Duration // when robots.txt was read
	rested atomic.Int64  // until then, a time.Duration, nothing is asked of it
}

// errRobots says that robots.txt asks not to.
var errRobots = errors.New("robots.txt asks not to fetch this")

// get makes one request for a feed at the host's pace: one at a time, a pause
// between two, nothing that robots.txt forbids.
func (r *Runner) get(ctx context.Context, q fetch.Request) (*fetch.Page, error) {
	return r.allowed(ctx, q, func(*host) bool { return true })
}

// getPage is get for a page of a piece, which a host that asks for a slower
// pace than we keep is not asked for.
func (r *Runner) getPage(ctx context.Context, q fetch.Request) (*fetch.Page, error) {
	return r.allowed(ctx, q, func(h *host) bool { return h.rules == nil || h.rules.CrawlDelay <= slowestPace })
}

// allowed makes one request if the host's robots.txt and may, which is asked
// once it is known, let it.
func (r *Runner) allowed(ctx context.Context, q fetch.Request, may func(*host) bool) (*fetch.Page, error) {
	u, err := url.Parse(q.URL)
	if err != nil {
		return nil, &fetch.Error{Kind: fetch.KindURL, Err: err}
	}
	h := r.host(u.Host)
	select {
	case <-h.turn:
		defer func() { h.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil, &fetch.Error{Kind: fetch.KindTimeout, URL: q.URL, Err: ctx.Err()}
	}
	if err := r.learnRobots(ctx, h, u); err != nil {
		return nil, err
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	if h.rules != nil && !h.rules.Test(path) || !may(h) {
		return nil, errRobots
	}
	return r.paced(ctx, h, q)
}

// learnRobots reads robots.txt once a day. A host without one allows
// everything; one that cannot tell (5xx) is not fetched from (RFC 9309, 2.3.1).
func (r *Runner) learnRobots(ctx context.Context, h *host, u *url.URL) error {
	if h.known && r.o.Elapsed()-h.asked < robotsKept {
		return nil
	}
	p, err := r.paced(ctx, h, fetch.Request{URL: u.Scheme + "://" + u.Host + "/robots.txt", Accept: "text/plain, */*;q=0.1"})
	if err != nil {
		return err
	}
	if p.Status >= 500 || p.Status == http.StatusTooManyRequests {
		return &statusError{page: p}
	}
	h.rules, h.known, h.asked = nil, true, r.o.Elapsed()
	if p.Status == http.StatusOK {
		// A file that cannot be read forbids nothing.
		if data, err := robotstxt.FromBytes(p.Body[:min(len(p.Body), robotsBytes)]); err == nil {
			h.rules = data.FindGroup(Product)
		}
	}
	return nil
}

// statusError is an answer that is no page.
type statusError struct{ page *fetch.Page }

// Error is for the log.
func (e *statusError) Error() string { return "the server answers " + http.StatusText(e.page.Status) }

// paced waits for the host's turn and asks.
func (r *Runner) paced(ctx context.Context, h *host, q fetch.Request) (*fetch.Page, error) {
	if wait := h.free - r.o.Elapsed(); wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		select {
		case <-ctx.Done():
			return nil, &fetch.Error{Kind: fetch.KindTimeout, URL: q.URL, Err: ctx.Err()}
		case <-t.C:
		}
	}
	p, err := r.o.Web.Get(ctx, q)
	h.free = r.o.Elapsed() + max(r.o.HostGap, h.delay())
	var fe *fetch.Error
	if errors.As(err, &fe) && (fe.Kind == fetch.KindTimeout || fe.Kind == fetch.KindConnect || fe.Kind == fetch.KindBroken) {
		h.rested.Store(int64(r.o.Elapsed() + hostRest))
	}
	return p, err
}

// delay is the Crawl-delay of a host, as far as it is kept.
func (h *host) delay() time.Duration {
	if h.rules == nil {
		return 0
	}
	return min(h.rules.CrawlDelay, slowestPace)
}

// host finds or makes what is remembered of a host.
func (r *Runner) host(name string) *host {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.hosts[name]
	if h == nil {
		h = &host{turn: make(chan struct{}, 1)}
		h.turn <- struct{}{}
		r.hosts[name] = h
	}
	return h
}
