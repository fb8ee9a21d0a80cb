package auth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"soi/internal/auth"
)

// passes reports whether Protect lets a request through.
func passes(s *auth.Service, r *http.Request) bool {
	rec := httptest.NewRecorder()
	s.Protect(
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }),
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }),
	).ServeHTTP(rec, r)
	return rec.Code == http.StatusNoContent
}

func TestProtect(t *testing.T) {
	const own = "desk.example.org"
	https, plain := newWorld(t, "https://"+own), newWorld(t, "http://"+own)
	const none = "-" // the header is absent
	for _, c := range []struct {
		method, site, origin string
		cookie               bool
		https, http          bool // passes
	}{
		// A browser's own form and script.
		{"POST", "same-origin", "https://" + own, true, true, true},
		{"POST", "same-origin", none, true, true, true},
		{"POST", "same-origin", "null", true, true, true}, // a page with a strict referrer policy
		{"POST", "none", none, true, true, true},
		{"POST", none, "https://" + own, true, true, true},
		{"POST", none, "https://DESK.example.org", true, false, false}, // browsers send lower case
		// Nothing said: only without our cookies.
		{"POST", none, none, true, false, false},
		{"POST", none, none, false, true, true},
		{"POST", "", "", true, false, false},
		{"PUT", none, none, true, false, false},
		{"DELETE", none, none, true, false, false},
		{"PATCH", none, none, true, false, false},
		{"BREW", none, none, true, false, false},
		{"post", none, none, true, false, false},
		// Another site.
		{"POST", "cross-site", "https://evil.example", true, false, false},
		{"POST", "cross-site", "https://evil.example", false, false, false},
		{"POST", "same-site", "https://www.example.org", true, false, false},
		{"POST", "cross-site", "https://" + own, true, false, false},
		{"POST", "cross-site", none, true, false, false},
		{"POST", "cross-site", "null", true, false, false},
		{"POST", none, "null", true, false, false},
		{"POST", none, "https://evil.example", true, false, false},
		{"POST", none, "https://evil.example", false, false, false},
		{"POST", none, "https://" + own + ".evil.example", true, false, false},
		{"POST", none, "https://" + own + ":8443", true, false, false},
		{"POST", none, "https://evil.example#" + own, true, false, false},
		{"POST", none, "https://" + own + "@evil.example", true, false, false},
		{"POST", none, own, true, false, false},
		{"POST", none, "//" + own, true, false, false},
		{"POST", none, "ftp://" + own, true, false, false},
		{"POST", none, "javascript://" + own, true, false, false},
		// The same host, unencrypted: somebody on the line.
		{"POST", none, "http://" + own, true, false, true},
		{"POST", "same-origin", "http://" + own, true, false, true},
		// Headers that contradict one another or make no sense.
		{"POST", "same-origin", "https://evil.example", true, false, false},
		{"POST", "none", "https://evil.example", true, false, false},
		{"POST", "none", "null", true, false, false},
		{"POST", "Same-Origin", "https://" + own, true, false, false},
		{"POST", "same-origin, cross-site", "https://" + own, true, false, false},
		{"POST", "x", "https://" + own, true, false, false},
		// Looking is always allowed.
		{"GET", "cross-site", "https://evil.example", true, true, true},
		{"HEAD", none, none, true, true, true},
		{"OPTIONS", "cross-site", "null", true, true, true},
	} {
		for w, want := range map[*world]bool{https: c.https, plain: c.http} {
			r := httptest.NewRequest(c.method, "/desk/claim", nil)
			r.Host = own
			if c.site != none {
				r.Header.Set("Sec-Fetch-Site", c.site)
			}
			if c.origin != none {
				r.Header.Set("Origin", c.origin)
			}
			if c.cookie {
				addCookie(r, w)
			}
			if got := passes(w.s, r); got != want {
				t.Errorf("%s at %s, site %q, origin %q, cookie %v: passes %v, want %v", c.method, w.url, c.site, c.origin, c.cookie, got, want)
			}
		}
	}
}

// addCookie adds the session cookie of a world's address.
func addCookie(r *http.Request, w *world) {
	name := "soi"
	if strings.HasPrefix(w.url, "https:") {
		name = "__Host-soi"
	}
	r.Header.Add("Cookie", name+"="+strings.Repeat("A", 43))
}

// The cookie of a known browser counts as ours too, and so does a header sent
// twice.
func TestProtectOddCases(t *testing.T) {
	w := newWorld(t, site)
	make := func(headers ...[2]string) *http.Request {
		r := httptest.NewRequest("POST", site+"/", nil)
		for _, h := range headers {
			r.Header.Add(h[0], h[1])
		}
		return r
	}
	cookie := [2]string{"Cookie", "__Host-soi=x"}
	same, cross := [2]string{"Sec-Fetch-Site", "same-origin"}, [2]string{"Sec-Fetch-Site", "cross-site"}
	own, evil := [2]string{"Origin", site}, [2]string{"Origin", "https://evil.example"}
	for name, c := range map[string]struct {
		r    *http.Request
		want bool
	}{
		"ours":                 {make(cookie, same, own), true},
		"known browser":        {make([2]string{"Cookie", "__Host-soi-known=x"}), false},
		"another's cookie":     {make([2]string{"Cookie", "theme=x"}), true},
		"two sites":            {make(cookie, same, cross, own), false},
		"two origins":          {make(cookie, own, evil), false},
		"two equal origins":    {make(cookie, own, own), false},
		"two cookies, no word": {make(cookie, cookie), false},
	} {
		if got := passes(w.s, c.r); got != c.want {
			t.Errorf("%s: passes %v, want %v", name, got, c.want)
		}
	}
}

// A proxy that changes the host refuses nobody whose browser says same-origin
// or who comes from the public address by script-less form on https.
func TestProtectBehindProxy(t *testing.T) {
	w := newWorld(t, site)
	r := httptest.NewRequest("POST", "/", nil)
	r.Host = "127.0.0.1:8080"
	addCookie(r, w)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Origin", site)
	if !passes(w.s, r) {
		t.Error("own form refused behind a proxy")
	}
	r.Header.Set("Origin", "https://other.example.org")
	if passes(w.s, r) {
		t.Error("another origin accepted behind a proxy")
	}
}

// Signing in has the guard inside, where there is no cookie yet: no other
// site may sign a person in to an account that is not theirs.
func TestSignInIsGuarded(t *testing.T) {
	w := newWorld(t, site)
	b := w.arrive(w.ann)
	token := w.link(w.binh)
	for name, strip := range map[string]func(*http.Request){
		"nothing said": func(r *http.Request) { r.Header.Del("Origin"); r.Header.Del("Sec-Fetch-Site") },
		"cross-site":   func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"plain http":   func(r *http.Request) { r.Header.Set("Origin", "http://desk.example.org") },
		"a GET":        func(r *http.Request) { r.Method = "GET" },
	} {
		for verb, fn := range map[string]func(w http.ResponseWriter, r *http.Request) error{
			"link": func(rw http.ResponseWriter, r *http.Request) error {
				_, err := w.s.SignInWithLink(rw, r, token)
				return err
			},
			"passphrase": func(rw http.ResponseWriter, r *http.Request) error {
				_, err := w.s.SignInWithPassphrase(rw, r, "Ann", phrase, "1")
				return err
			},
			"begin": func(_ http.ResponseWriter, r *http.Request) error { _, err := w.s.BeginPasskeySignIn(r); return err },
			"finish": func(rw http.ResponseWriter, r *http.Request) error {
				_, err := w.s.FinishPasskeySignIn(rw, r)
				return err
			},
			"step up":    func(_ http.ResponseWriter, r *http.Request) error { _, err := w.s.BeginPasskeyStepUp(r); return err },
			"stepped up": w.s.FinishPasskeyStepUp,
			"again": func(rw http.ResponseWriter, r *http.Request) error {
				return w.s.StepUpWithPassphrase(rw, r, phrase, "1")
			},
			"enrol":    func(_ http.ResponseWriter, r *http.Request) error { _, err := w.s.BeginPasskeyEnrol(r); return err },
			"enrolled": w.s.FinishPasskeyEnrol,
			"set up": func(rw http.ResponseWriter, r *http.Request) error {
				_, err := w.s.FinishCode(rw, r, "", phrase, "1")
				return err
			},
			"codes":      func(rw http.ResponseWriter, r *http.Request) error { _, err := w.s.NewRecoveryCodes(rw, r); return err },
			"remove":     func(rw http.ResponseWriter, r *http.Request) error { return w.s.RemovePasskey(rw, r, "x") },
			"remove all": w.s.RemoveCode,
			"sign out":   w.s.SignOut,
		} {
			r := b.request("POST", "/x", "{}")
			strip(r)
			if err := fn(httptest.NewRecorder(), r); err != auth.ErrCrossSite {
				t.Errorf("%s, %s: %v", verb, name, err)
			}
		}
	}
	b.in(w.ann)
	ok(t, w.browser().useLink(token))
}

// FuzzProtect holds the promise that no combination of headers makes a
// cross-site POST with a cookie pass: whatever passes carries a word of its
// origin, and no word that speaks against it.
func FuzzProtect(f *testing.F) {
	const own = "desk.example.org"
	f.Add("same-origin", "https://"+own, own, "POST")
	f.Add("", "https://"+own, own, "POST")
	f.Add("none", "null", own, "PUT")
	f.Add("cross-site", "https://evil.example", own, "POST")
	f.Add("", "http://"+own, own, "DELETE")
	f.Add("same-site", "https://x."+own, "x."+own, "POST")
	f.Add("", "https://evil.example", "evil.example", "POST")
	store := openStore(f, nil)
	s, err := auth.New(auth.Config{Store: store, PublicURL: "https://" + own, Key: make([]byte, 32), Staff: noStaff, StaffNamed: noName})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, site, origin, host, method string) {
		r := httptest.NewRequest("POST", "/", nil)
		r.Method, r.Host = method, host
		r.Header["Cookie"] = []string{"__Host-soi=x"}
		for name, v := range map[string]string{"Sec-Fetch-Site": site, "Origin": origin} {
			if v != "-" {
				r.Header[name] = []string{v}
			}
		}
		if method == "GET" || method == "HEAD" || method == "OPTIONS" || !passes(s, r) {
			return
		}
		sameSite := site == "same-origin" || site == "none"
		sameOrigin := strings.EqualFold(origin, "https://"+own) || strings.EqualFold(origin, "https://"+host)
		// An Origin may carry what browsers never send, a path or a name; it
		// must still be of our host over https.
		if !sameOrigin {
			for _, h := range []string{own, host} {
				rest, found := strings.CutPrefix(strings.ToLower(origin), "https://")
				if at := strings.IndexAny(rest, "/?#"); at >= 0 {
					rest = rest[:at]
				}
				rest = rest[strings.LastIndexByte(rest, '@')+1:]
				sameOrigin = sameOrigin || (found && h != "" && rest == strings.ToLower(h))
			}
		}
		switch {
		case site != "" && site != "-" && !sameSite:
			t.Errorf("passes with Sec-Fetch-Site %q", site)
		case origin != "" && origin != "-" && origin != "null" && !sameOrigin:
			t.Errorf("passes with Origin %q at %q", origin, host)
		case origin == "null" && site != "same-origin":
			t.Errorf("passes with a null Origin and Sec-Fetch-Site %q", site)
		case !sameSite && !sameOrigin:
			t.Errorf("passes without a word: %q %q", site, origin)
		}
	})
}
