package auth_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"soi/internal/auth"
	"soi/internal/desk"
)

func TestLinkWorksOnce(t *testing.T) {
	w := newWorld(t, site)
	token := w.link(w.ann)
	// Looking at it uses nothing up.
	for range 3 {
		who, err := w.s.LinkOwner(t.Context(), token)
		ok(t, err)
		if who.ID != w.ann {
			t.Fatalf("link of %q", who.Name)
		}
	}
	b := w.browser()
	ok(t, b.useLink(token))
	if got := b.in(w.ann).Means; got != auth.ByLink {
		t.Fatalf("means %q", got)
	}
	is(t, w.browser().useLink(token), auth.ErrLink)
	_, err := w.s.LinkOwner(t.Context(), token)
	is(t, err, auth.ErrLink)
}

func TestLinkByManyAtOnce(t *testing.T) {
	w := newWorld(t, site)
	token := w.link(w.ann)
	var in atomic.Int64
	var wg sync.WaitGroup
	start := make(chan struct{})
	for range 64 {
		b := w.browser()
		wg.Go(func() {
			<-start
			if b.useLink(token) == nil {
				in.Add(1)
			}
		})
	}
	close(start)
	wg.Wait()
	if in.Load() != 1 {
		t.Fatalf("%d of 64 came in by one link", in.Load())
	}
	list, err := w.s.Sessions(t.Context(), w.ann)
	ok(t, err)
	if len(list) != 1 {
		t.Fatalf("%d sessions", len(list))
	}
}

func TestLinkThatDoesNotWork(t *testing.T) {
	w := newWorld(t, site)
	old := w.link(w.ann)
	token := w.link(w.ann) // replaces the older one
	for _, bad := range []string{old, "", "x", token + "A", token[:42], strings.ToUpper(token), strings.Repeat("A", 43), "../" + token, token + "\x00", strings.Repeat("A", 1<<20)} {
		_, err := w.s.LinkOwner(t.Context(), bad)
		is(t, err, auth.ErrLink)
		is(t, w.browser().useLink(bad), auth.ErrLink)
	}
	w.change(w.ann, func(s *desk.Staff) { s.Disabled = w.clock })
	is(t, w.browser().useLink(token), auth.ErrLink)
	w.change(w.ann, func(s *desk.Staff) { s.Disabled = time.Time{} })
	w.pass(24 * time.Hour)
	is(t, w.browser().useLink(token), auth.ErrLink)
	w.pass(-10 * 365 * 24 * time.Hour)
	is(t, w.browser().useLink(token), auth.ErrLink) // made in the future
}

// Looking at a page must not sign anybody in.
func TestLinkNeedsAPost(t *testing.T) {
	w := newWorld(t, site)
	token := w.link(w.ann)
	b := w.browser()
	for _, method := range []string{"GET", "HEAD", "OPTIONS", "PUT", "DELETE"} {
		_, err := w.s.SignInWithLink(nil, b.request(method, "/signin/link/"+token, ""), token)
		is(t, err, auth.ErrCrossSite)
	}
	_, err := w.s.LinkOwner(t.Context(), token)
	ok(t, err)
}

func TestWhoMayMakeLinks(t *testing.T) {
	w := newWorld(t, site)
	for _, role := range desk.Roles() {
		_, _, err := w.s.NewLink(t.Context(), desk.Actor{Staff: w.admin, Role: role}, w.ann)
		if role == desk.Admin {
			ok(t, err)
			continue
		}
		is(t, err, desk.ErrForbidden)
	}
	_, _, err := w.s.NewLink(t.Context(), desk.Program(), desk.NewID())
	is(t, err, desk.ErrNotFound)
	w.change(w.ann, func(s *desk.Staff) { s.Disabled = w.clock })
	_, _, err = w.s.NewLink(t.Context(), desk.Program(), w.ann)
	is(t, err, desk.ErrState)
}

func TestLinkAddress(t *testing.T) {
	for url, prefix := range map[string]string{
		"https://desk.example.org":       "https://desk.example.org/signin/link/",
		"https://DESK.example.org/":      "https://desk.example.org/signin/link/",
		"http://127.0.0.1:8080":          "http://127.0.0.1:8080/signin/link/",
		"https://desk.example.org/a?b#c": "https://desk.example.org/signin/link/",
	} {
		w := newWorld(t, url)
		address, expires, err := w.s.NewLink(t.Context(), desk.Program(), w.ann)
		ok(t, err)
		if !strings.HasPrefix(address, prefix) || len(address) != len(prefix)+43 {
			t.Errorf("%s: link %s", url, address)
		}
		if !expires.Equal(w.now().Add(24 * time.Hour)) {
			t.Errorf("expires %v", expires)
		}
	}
}

// Whoever comes in by a link beside the owner is noticed: the owner is out.
func TestLinkEndsSessionsElsewhere(t *testing.T) {
	w := newWorld(t, site)
	owner := w.arrive(w.ann)
	ok(t, w.browser().useLink(w.link(w.ann)))
	_, _, err := owner.who()
	is(t, err, auth.ErrEnded)
}

// A person with nothing to sign in with can set it up by the link alone;
// once they have something, a link older than its freshness cannot.
func TestFirstFactorNeedsNoProof(t *testing.T) {
	w := newWorld(t, site)
	b := w.arrive(w.ann)
	w.pass(20 * time.Minute)
	is(t, w.s.RequireRecent(b.in(w.ann)), auth.ErrStepUp)
	b.setUp(phrase)
	ok(t, w.s.RequireRecent(b.in(w.ann)))
	for range 2 {
		w.pass(10 * time.Minute)
		b.in(w.ann)
	}
	is(t, b.post("", func(rw http.ResponseWriter, r *http.Request) error { _, err := w.s.BeginPasskeyEnrol(r); return err }), auth.ErrStepUp)
}
