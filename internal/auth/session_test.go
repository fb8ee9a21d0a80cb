package auth_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"soi/internal/auth"
	"soi/internal/desk"
)

func TestCookieAttributes(t *testing.T) {
	for _, c := range []struct {
		url, name string
		secure    bool
	}{
		{"https://desk.example.org", "__Host-soi", true},
		{"https://desk.example.org:8443", "__Host-soi", true},
		{"http://127.0.0.1:8080", "soi", false},
		{"http://localhost:8080", "soi", false},
	} {
		b := newWorld(t, c.url).arrive2(t)
		cookie := b.jar[c.name]
		if cookie == nil {
			t.Fatalf("%s: no cookie %s in %v", c.url, c.name, b.jar)
		}
		for _, k := range b.jar {
			if k.Secure != c.secure || !k.HttpOnly || k.SameSite != http.SameSiteLaxMode || k.Path != "/" || k.Domain != "" {
				t.Errorf("%s: cookie %+v", c.url, k)
			}
		}
		if len(cookie.Value) != 43 {
			t.Errorf("token of %d letters, want 43 for 256 bits", len(cookie.Value))
		}
		if cookie.MaxAge != 12*3600 {
			t.Errorf("MaxAge %d, want 12 hours", cookie.MaxAge)
		}
		if !strings.Contains(strings.Join(b.last.Header.Values("Set-Cookie"), "\n"), "HttpOnly") {
			t.Error("no HttpOnly in the header itself")
		}
	}
}

// arrive2 signs Ann in by a link.
func (w *world) arrive2(t *testing.T) *browser { t.Helper(); return w.arrive(w.ann) }

func TestTokenIsKeptAsHashOnly(t *testing.T) {
	w := newWorld(t, site)
	b := w.arrive(w.ann)
	sess := b.in(w.ann)
	token := b.jar["__Host-soi"].Value
	if string(sess.Token) == token || len(sess.Token) != 32 {
		t.Fatalf("stored token %x", sess.Token)
	}
	// Whoever reads the database cannot come in by what it holds.
	thief := w.browser()
	thief.jar["__Host-soi"] = &http.Cookie{Name: "__Host-soi", Value: base64.RawURLEncoding.EncodeToString(sess.Token)}
	_, _, err := thief.who()
	is(t, err, auth.ErrEnded)
	list, err := w.s.Sessions(t.Context(), w.ann)
	ok(t, err)
	if len(list) != 1 || list[0].Token != nil {
		t.Fatalf("list for the owner: %+v", list)
	}
}

func TestFixation(t *testing.T) {
	w := newWorld(t, site)
	b := w.browser()
	planted := strings.Repeat("A", 43)
	b.jar["__Host-soi"] = &http.Cookie{Name: "__Host-soi", Value: planted}
	ok(t, b.useLink(w.link(w.ann)))
	if b.jar["__Host-soi"].Value == planted {
		t.Fatal("the token a browser came with was taken over")
	}
	thief := w.browser()
	thief.jar["__Host-soi"] = &http.Cookie{Name: "__Host-soi", Value: planted}
	_, _, err := thief.who()
	is(t, err, auth.ErrEnded)
}

// Somebody else's session in the same browser ends when a person signs in.
func TestSignInEndsTheBrowsersOldSession(t *testing.T) {
	w := newWorld(t, site)
	b := w.arrive(w.ann)
	old := b.clone()
	ok(t, b.useLink(w.link(w.binh)))
	b.in(w.binh)
	_, _, err := old.who()
	is(t, err, auth.ErrEnded)
}

func TestTokenElsewhereThanCookie(t *testing.T) {
	w := newWorld(t, site)
	b := w.arrive(w.ann)
	token := b.jar["__Host-soi"].Value
	for _, r := range []*http.Request{
		httptest.NewRequest("GET", site+"/desk?__Host-soi="+token+"&soi="+token+"&session="+token, nil),
		httptest.NewRequest("GET", site+"/desk;__Host-soi="+token, nil),
		withHeader("Authorization", "Bearer "+token),
		withHeader("X-Soi", token),
		withHeader("Cookie", "soi="+token),        // the name for plain http
		withHeader("Cookie", "__host-soi="+token), // not the same name
		withHeader("Cookie", "__Secure-soi="+token),
	} {
		_, _, err := w.s.Actor(r)
		is(t, err, auth.ErrSignedOut)
	}
	for _, value := range []string{"", "x", token + "A", token[:42], strings.ToLower(token), token + "; __Host-soi=" + strings.Repeat("A", 43)} {
		_, _, err := w.s.Actor(withHeader("Cookie", "__Host-soi="+value))
		is(t, err, auth.ErrEnded)
	}
	_, _, err := w.s.Actor(withHeader("Cookie", "__Host-soi="+token))
	ok(t, err)
}

func withHeader(name, value string) *http.Request {
	r := httptest.NewRequest("GET", site+"/desk", nil)
	r.Header.Set(name, value)
	return r
}

func TestIdleAndLongest(t *testing.T) {
	w := newWorld(t, site)
	idle, busy := w.arrive(w.ann), w.arrive(w.binh)
	w.pass(29 * time.Minute)
	idle.in(w.ann)
	w.pass(29 * time.Minute)
	idle.in(w.ann)
	w.pass(30 * time.Minute)
	_, _, err := idle.who()
	is(t, err, auth.ErrEnded)
	_, _, err = busy.who()
	is(t, err, auth.ErrEnded)

	busy = w.arrive(w.binh)
	for range 12*3 - 1 {
		w.pass(20 * time.Minute)
		busy.in(w.binh)
	}
	w.pass(20 * time.Minute)
	_, _, err = busy.who()
	is(t, err, auth.ErrEnded)
}

// A clock that jumps opens nothing: neither an ended session nor one made
// while the clock was ahead.
func TestClockJumps(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for _, jump := range []time.Duration{-time.Hour, -10 * year, time.Hour, 10 * year} {
		w := newWorld(t, site)
		b := w.arrive(w.ann)
		w.pass(jump)
		_, _, err := b.who()
		is(t, err, auth.ErrEnded)
		w.pass(-jump)
		_, _, err = b.who()
		is(t, err, auth.ErrEnded)
		w.arrive(w.ann)
	}
	// What the sweep has seen expired stays so.
	w := newWorld(t, site)
	b := w.arrive(w.ann)
	w.pass(time.Hour)
	ok(t, w.s.Sweep(t.Context()))
	w.pass(-45 * time.Minute)
	_, _, err := b.who()
	is(t, err, auth.ErrEnded)
}

// Use is noted once a minute and in whole minutes.
func TestUseIsCoarse(t *testing.T) {
	w := newWorld(t, site)
	b := w.arrive(w.ann)
	for range 10 {
		w.pass(7777 * time.Millisecond)
		if used := b.in(w.ann).Used; !used.Equal(used.Truncate(time.Minute)) {
			t.Fatalf("used %v", used)
		}
	}
}

func TestAccountChangesEndSessions(t *testing.T) {
	for name, change := range map[string]func(*desk.Staff){
		"role lowered": func(s *desk.Staff) { s.Role = desk.Contributor },
		"role raised":  func(s *desk.Staff) { s.Role = desk.Admin },
		"disabled":     func(s *desk.Staff) { s.Disabled = time.UnixMilli(1) },
	} {
		w := newWorld(t, site)
		b, other := w.arrive(w.ann), w.arrive(w.binh)
		was := w.staff[w.ann]
		w.change(w.ann, change)
		_, _, err := b.who()
		is(t, err, auth.ErrEnded)
		// Undoing the change does not bring the session back.
		w.change(w.ann, func(s *desk.Staff) { *s = was })
		if _, _, err = b.who(); err == nil {
			t.Fatalf("%s: the old session lives again", name)
		}
		other.in(w.binh)
	}
}

func TestAccountGone(t *testing.T) {
	w := newWorld(t, site)
	b := w.arrive(w.ann)
	delete(w.staff, w.ann)
	_, _, err := b.who()
	is(t, err, auth.ErrEnded)
}

// An account that cannot be read is not an account that is gone.
func TestBusyDatabaseSignsNobodyOut(t *testing.T) {
	busy := false
	w := newWorld(t, site, func(c *auth.Config) {
		inner := c.Staff
		c.Staff = func(ctx context.Context, id desk.ID) (desk.Staff, error) {
			if busy {
				return desk.Staff{}, desk.ErrBusy
			}
			return inner(ctx, id)
		}
	})
	b := w.arrive(w.ann)
	busy = true
	_, _, err := b.who()
	is(t, err, desk.ErrBusy)
	busy = false
	b.in(w.ann)
}

func TestListAndEndOwnSessions(t *testing.T) {
	w := newWorld(t, site)
	first := w.arrive(w.ann)
	_, codes := first.setUp(phrase)
	second := w.browser()
	ok(t, second.enter("ann", phrase, codes[0]))
	theirs := w.arrive(w.binh).in(w.binh)
	list, err := w.s.Sessions(t.Context(), w.ann)
	ok(t, err)
	if len(list) != 2 {
		t.Fatalf("%d sessions, want 2", len(list))
	}
	is(t, w.s.EndSession(t.Context(), w.ann, theirs.ID), desk.ErrNotFound)
	is(t, w.s.EndSession(t.Context(), w.ann, ""), desk.ErrNotFound)
	is(t, w.s.EndSession(t.Context(), "", theirs.ID), desk.ErrNotFound)
	ok(t, w.s.EndSession(t.Context(), w.ann, first.in(w.ann).ID))
	_, _, err = first.who()
	is(t, err, auth.ErrEnded)
	mine := second.in(w.ann)
	n, err := w.s.EndSessions(t.Context(), w.ann, mine.ID)
	ok(t, err)
	if n != 0 {
		t.Fatalf("%d ended, want none beside the kept one", n)
	}
	n, err = w.s.EndSessions(t.Context(), w.ann, "")
	ok(t, err)
	if n != 1 {
		t.Fatalf("%d ended, want 1", n)
	}
	_, _, err = second.who()
	is(t, err, auth.ErrEnded)
}

func TestSignOut(t *testing.T) {
	w := newWorld(t, site)
	b := w.arrive(w.ann)
	copied := b.clone()
	ok(t, b.post("", w.s.SignOut))
	if _, there := b.jar["__Host-soi"]; there {
		t.Fatal("the cookie is still there")
	}
	_, _, err := b.who()
	is(t, err, auth.ErrSignedOut)
	_, _, err = copied.who()
	is(t, err, auth.ErrEnded)
	ok(t, b.post("", w.s.SignOut)) // twice does no harm
}

func TestStepUp(t *testing.T) {
	w := newWorld(t, site)
	b := w.arrive(w.ann)
	a, codes := b.setUp(phrase)
	ok(t, w.s.RequireRecent(b.in(w.ann)))
	for range 8 {
		w.pass(2 * time.Minute)
		b.in(w.ann)
	}
	is(t, w.s.RequireRecent(b.in(w.ann)), auth.ErrStepUp)
	// Without a fresh proof nothing about the account's factors changes.
	_, err := w.s.BeginCode(b.request("GET", "/", ""))
	is(t, err, auth.ErrStepUp)
	is(t, b.post("", func(rw http.ResponseWriter, r *http.Request) error { _, err := w.s.NewRecoveryCodes(rw, r); return err }), auth.ErrStepUp)
	is(t, b.post("", w.s.RemoveCode), auth.ErrStepUp)

	copied := b.clone()
	step := func(passphrase, code string) error {
		return b.post("", func(rw http.ResponseWriter, r *http.Request) error {
			return w.s.StepUpWithPassphrase(rw, r, passphrase, code)
		})
	}
	is(t, step(phrase, ""), auth.ErrSignIn)
	is(t, step("", a.code(0)), auth.ErrSignIn)
	is(t, w.s.RequireRecent(b.in(w.ann)), auth.ErrStepUp)
	ok(t, step(phrase, a.code(0)))
	ok(t, w.s.RequireRecent(b.in(w.ann)))
	_, _, err = copied.who()
	is(t, err, auth.ErrEnded) // the token is new
	is(t, step(phrase, a.code(0)), auth.ErrSignIn)
	ok(t, step(phrase, codes[3]))
	if got := b.in(w.ann).Means; got != auth.ByRecovery {
		t.Fatalf("means %q", got)
	}
}

func TestConfigRefusesNonsense(t *testing.T) {
	w := newWorld(t, site)
	good := auth.Config{Store: w.store, PublicURL: site, Key: make([]byte, 32), Staff: w.byID, StaffNamed: w.byName}
	for name, change := range map[string]func(*auth.Config){
		"no store":       func(c *auth.Config) { c.Store = nil },
		"no staff":       func(c *auth.Config) { c.Staff = nil },
		"no names":       func(c *auth.Config) { c.StaffNamed = nil },
		"short key":      func(c *auth.Config) { c.Key = make([]byte, 31) },
		"no address":     func(c *auth.Config) { c.PublicURL = "" },
		"no scheme":      func(c *auth.Config) { c.PublicURL = "desk.example.org" },
		"other scheme":   func(c *auth.Config) { c.PublicURL = "ftp://desk.example.org" },
		"name in it":     func(c *auth.Config) { c.PublicURL = "https://a:b@desk.example.org" },
		"idle too long":  func(c *auth.Config) { c.Idle = 9 * time.Hour },
		"idle negative":  func(c *auth.Config) { c.Idle = -time.Hour },
		"day too long":   func(c *auth.Config) { c.Longest = 25 * time.Hour },
		"link too long":  func(c *auth.Config) { c.LinkLife = 8 * 24 * time.Hour },
		"proof for ever": func(c *auth.Config) { c.Recent = 2 * time.Hour },
	} {
		c := good
		change(&c)
		if _, err := auth.New(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	_, err := auth.New(good)
	ok(t, err)
}
