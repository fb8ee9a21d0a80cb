package app_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	reach "soi/internal/fetch"
)

// houses are servers on this machine, each with a client that may reach it and
// nothing else, and what each was asked.
type houses struct {
	mu    sync.Mutex
	web   map[string]*reach.Client
	asked map[string]int // "HEAD sound"
}

// Get implements what links are looked at with.
func (h *houses) Get(ctx context.Context, r reach.Request) (*reach.Page, error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return nil, err
	}
	return h.web[u.Host].Get(ctx, r)
}

// build starts a server and returns the address of a page on it.
func (h *houses) build(t *testing.T, name string, serve http.HandlerFunc) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.asked[r.Method+" "+name]++
		h.mu.Unlock()
		serve(w, r)
	}))
	t.Cleanup(srv.Close)
	at := strings.TrimPrefix(srv.URL, "http://")
	h.web[at] = reach.New(reach.Options{AllowLoopback: netip.MustParseAddrPort(at)})
	return srv.URL + "/bai/" + name
}

// Links are looked at by head first and in full where that tells nothing; what
// has gone is told apart from what only sends programs away.
func TestLinksAreWatched(t *testing.T) {
	h := &houses{web: map[string]*reach.Client{}, asked: map[string]int{}}
	text := strings.Repeat("<p>Nước sông Hồng lên ba mét trong đêm, cơ quan khí tượng cho biết.</p>", 20)
	pages := map[string]string{
		"sound": h.build(t, "sound", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"v1"`)
			fmt.Fprint(w, "<title>Lũ</title><h1>Lũ</h1>"+text)
		}),
		"gone": h.build(t, "gone", http.NotFound),
		"soft": h.build(t, "soft", func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, "<title>Không tìm thấy trang</title><h1>Không tìm thấy trang</h1>")
		}),
		"front": h.build(t, "front", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" {
				http.Redirect(w, r, "/", http.StatusFound)
				return
			}
			fmt.Fprint(w, "<title>Trang chủ</title>"+text)
		}),
		"broken": h.build(t, "broken", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusBadGateway) }),
		"shy":    h.build(t, "shy", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) }),
	}
	clock := &moving{at: time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)}
	a := apptest.Open(t, apptest.Options{Now: clock.now, With: func(o *app.Options) { o.Links = h }})
	claim := citing(t, a.Desk, pages)
	for range 70 { // thirty-five days
		if err := a.WatchLinks(t.Context()); err != nil {
			t.Fatal(err)
		}
		clock.pass(12 * time.Hour)
	}
	links, claims, err := a.Desk.GoneLinks(t.Context(), desk.Actor{Staff: "", Role: desk.Auditor})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]desk.LinkTrouble{}
	for _, w := range links {
		name := w.URL[strings.LastIndex(w.URL, "/")+1:]
		got[name] = w.Trouble
		if w.Gone.IsZero() != (name == "shy") || len(claims[w.URL]) != 1 || claims[w.URL][0].ID != claim {
			t.Errorf("%s: %+v", name, w)
		}
	}
	want := map[string]desk.LinkTrouble{"gone": desk.LinkGone, "soft": desk.LinkSoft, "front": desk.LinkSoft, "broken": desk.LinkServer, "shy": desk.LinkRefused}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	// Five weeks are about five looks; only the first of a page that gives a
	// mark is in full.
	if h.asked["GET sound"] != 1 || h.asked["HEAD sound"] < 4 || h.asked["HEAD sound"] > 7 {
		t.Errorf("a sound page was asked for so: %v", h.asked)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.WatchLinks(ctx); err == nil || !errors.Is(err, context.Canceled) {
		t.Errorf("cut short: %v", err)
	}
}

// moving is a clock that tests move.
type moving struct {
	mu sync.Mutex
	at time.Time
}

func (m *moving) now() time.Time { m.mu.Lock(); defer m.mu.Unlock(); return m.at }

func (m *moving) pass(d time.Duration) { m.mu.Lock(); m.at = m.at.Add(d); m.mu.Unlock() }

// citing publishes a check that cites the pages.
func citing(t *testing.T, d *desk.Desk, pages map[string]string) desk.ID {
	t.Helper()
	ctx := t.Context()
	hire := func(r desk.Role) desk.Actor {
		s, err := d.AddStaff(ctx, desk.Program(), string(r), r, "vi")
		if err != nil {
			t.Fatal(err)
		}
		return desk.As(s)
	}
	checker, editor := hire(desk.Checker), hire(desk.Editor)
	got, err := d.Receive(ctx, desk.Program(), desk.NewTip{Channel: "web", ExtID: "1", Text: "Nước lên ba mét", Folded: make([]byte, 32), Lang: "vi", Decision: "new"})
	if err != nil {
		t.Fatal(err)
	}
	for name, link := range pages {
		if _, err := d.AddEvidence(ctx, checker, got.Claim.ID, desk.Evidence{URL: link, Title: name, Stance: desk.Supports, Independent: true}); err != nil {
			t.Fatal(err)
		}
	}
	dr, err := d.SaveDraft(ctx, checker, got.Claim.ID, 0, desk.RatingTrue, desk.Text{Lang: "vi", Claim: "c", Statement: "s", Summary: "s"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.Submit(ctx, checker, desk.Proposal{Claim: got.Claim.ID, DraftVersion: dr.Version})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Approve(ctx, editor, r.ID, r.Hash, desk.Points(r.Kind)); err != nil {
		t.Fatal(err)
	}
	return got.Claim.ID
}
