package auth_test

import (
	"context"

	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"soi/internal/auth"
	"soi/internal/desk"
)

// provider is a small provider of OpenID Connect: description, keys, codes
// that work once, PKCE, the client's secret.
type provider struct {
	*httptest.Server
	w *world

	mu     sync.Mutex
	keys   map[string]*ecdsa.PrivateKey
	kid    string
	codes  map[string]grant
	down   bool
	change func(header, claims map[string]any) // of the next token
	plain  bool                                // signs nothing: alg none
}

// grant is what a code stands for.
type grant struct {
	nonce, challenge, redirect string
	claims                     map[string]any
}

// newProvider starts one, and a world whose people may sign in with it.
func newProvider(t *testing.T, change ...func(*auth.OutsideConfig)) (*provider, *world) {
	t.Helper()
	p := &provider{keys: map[string]*ecdsa.PrivateKey{}, codes: map[string]grant{}}
	p.rotate("k1")
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	p.w = newWorld(t, site, func(c *auth.Config) {
		c.Outside = auth.OutsideConfig{Issuer: p.URL, Name: "Cổng toà soạn", Client: "soi", Secret: "s3cret", HTTP: p.Client()}
		for _, f := range change {
			f(&c.Outside)
		}
	})
	return p, p.w
}

// rotate signs with a new key and forgets the older ones.
func (p *provider) rotate(kid string) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys, p.kid = map[string]*ecdsa.PrivateKey{kid: key}, kid
}

func (p *provider) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if p.down {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token",
			"jwks_uri": p.URL + "/keys", "end_session_endpoint": p.URL + "/logout", "id_token_signing_alg_values_supported": []string{"ES256", "none"},
			"authorization_response_iss_parameter_supported": true})
	case "/keys":
		var keys []map[string]string
		for kid, k := range p.keys {
			b, _ := k.PublicKey.Bytes()
			keys = append(keys, map[string]string{"kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "alg": "ES256", "x": b64(b[1:33]), "y": b64(b[33:])})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": keys})
	case "/token":
		p.token(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// token changes a code for a token, once.
func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	g, ok := p.codes[r.PostForm.Get("code")]
	delete(p.codes, r.PostForm.Get("code"))
	id, secret, _ := r.BasicAuth()
	sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	if !ok || id != "soi" || secret != "s3cret" || b64(sum[:]) != g.challenge || r.PostForm.Get("redirect_uri") != g.redirect {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
		return
	}
	header := map[string]any{"alg": "ES256", "kid": p.kid, "typ": "JWT"}
	claims := map[string]any{"iss": p.URL, "aud": "soi", "nonce": g.nonce, "iat": p.w.now().Unix(), "exp": p.w.now().Add(5 * time.Minute).Unix()}
	maps.Copy(claims, g.claims)
	if p.change != nil {
		p.change(header, claims)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": p.sign(header, claims)})
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// sign makes a JWS of the header and claims.
func (p *provider) sign(header, claims map[string]any) string {
	h, _ := json.Marshal(header)
	c, _ := json.Marshal(claims)
	text := b64(h) + "." + b64(c)
	if p.plain {
		return text + "."
	}
	key := p.keys[p.kid]
	if header["kid"] == "forged" {
		key, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	sum := sha256.Sum256([]byte(text))
	r, s, _ := ecdsa.Sign(rand.Reader, key, sum[:])
	sig := make([]byte, 64)
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	return text + "." + b64(sig)
}

// visit is the person at the provider: they sign in there as somebody, and
// the browser is sent back with a code.
func (p *provider) visit(t *testing.T, address string, claims map[string]any) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Path != "/authorize" {
		t.Fatalf("sent to %q", address)
	}
	q := u.Query()
	if q.Get("code_challenge_method") != "S256" || q.Get("response_type") != "code" || !strings.Contains(q.Get("scope"), "openid") {
		t.Errorf("asked with %v", q)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	code := rand.Text()
	p.codes[code] = grant{nonce: q.Get("nonce"), challenge: q.Get("code_challenge"), redirect: q.Get("redirect_uri"), claims: claims}
	return url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {p.URL}}
}

// leave begins a trip.
func (b *browser) leave(why auth.Purpose) (address string, err error) {
	err = b.post("", func(w http.ResponseWriter, r *http.Request) error {
		address, err = b.w.s.BeginOutside(w, r, why, "")
		return err
	})
	return address, err
}

// comeBack ends it.
func (b *browser) comeBack(q url.Values) (got auth.Returned, err error) {
	err = b.post("", func(w http.ResponseWriter, _ *http.Request) error {
		got, err = b.w.s.FinishOutside(w, b.request(http.MethodGet, "/signin/outside/back?"+q.Encode(), ""))
		return err
	})
	return got, err
}

// trip goes there and back.
func (b *browser) trip(p *provider, why auth.Purpose, claims map[string]any) (auth.Returned, error) {
	b.w.t.Helper()
	address, err := b.leave(why)
	ok(b.w.t, err)
	return b.comeBack(p.visit(b.w.t, address, claims))
}

// joined is a world in which Ann has joined her outside account.
func joined(t *testing.T, change ...func(*auth.OutsideConfig)) (*provider, *world) {
	t.Helper()
	p, w := newProvider(t, change...)
	_, err := w.arrive(w.ann).trip(p, auth.ToLink, map[string]any{"sub": "ann-1"})
	ok(t, err)
	return p, w
}

func TestOutsideSignIn(t *testing.T) {
	p, w := joined(t)
	b := w.browser()
	got, err := b.trip(p, auth.ToSignIn, map[string]any{"sub": "ann-1", "email": "somebody@else.example"})
	ok(t, err)
	sess := b.in(w.ann)
	if got.Staff.ID != w.ann || sess.Means != auth.ByOutside {
		t.Errorf("%+v %+v", got, sess)
	}
	is(t, w.s.RequireRecent(sess), auth.ErrStepUp) // a password there proves nothing here
	if _, err := w.s.BeginCode(b.request(http.MethodGet, "/x", "")); !errors.Is(err, auth.ErrStepUp) {
		t.Errorf("a passkey could be made of a password: %v", err)
	}
	if end := w.s.OutsideEnd(); !strings.HasPrefix(end, p.URL+"/logout?") {
		t.Errorf("ending the session there: %q", end)
	}
	strong := w.browser()
	_, err = strong.trip(p, auth.ToSignIn, map[string]any{"sub": "ann-1", "amr": []string{"pwd", "otp"}})
	ok(t, err)
	ok(t, w.s.RequireRecent(strong.in(w.ann)))
	closed := w.now()
	w.change(w.ann, func(s *desk.Staff) { s.Disabled = closed })
	_, err = w.browser().trip(p, auth.ToSignIn, map[string]any{"sub": "ann-1"})
	is(t, err, auth.ErrOutsideUnknown)
}

// TestOutsideKeysRotate: a key the provider took into use a moment ago works,
// one it gave up does not.
func TestOutsideKeysRotate(t *testing.T) {
	p, w := joined(t)
	p.rotate("k2")
	_, err := w.browser().trip(p, auth.ToSignIn, map[string]any{"sub": "ann-1"})
	ok(t, err)
}

// TestOutsideRefusals breaks one thing at a time: nobody is signed in.
func TestOutsideRefusals(t *testing.T) {
	p, w := joined(t)
	tokens := map[string]func(h, c map[string]any){
		"another audience":             func(_, c map[string]any) { c["aud"] = "mail" },
		"two audiences, no azp":        func(_, c map[string]any) { c["aud"] = []string{"soi", "mail"} },
		"another azp":                  func(_, c map[string]any) { c["azp"] = "mail" },
		"another nonce":                func(_, c map[string]any) { c["nonce"] = "x" },
		"no nonce":                     func(_, c map[string]any) { delete(c, "nonce") },
		"expired":                      func(_, c map[string]any) { c["exp"] = w.now().Add(-time.Minute).Unix() },
		"not yet valid":                func(_, c map[string]any) { c["nbf"] = w.now().Add(time.Hour).Unix() },
		"another issuer in the token":  func(_, c map[string]any) { c["iss"] = "https://id.example" },
		"no subject":                   func(_, c map[string]any) { delete(c, "sub") },
		"a key that is not its own":    func(h, _ map[string]any) { h["kid"] = "forged" },
		"a key of that name, not it":   func(h, _ map[string]any) { h["kid"] = "k0" },
		"alg none":                     func(h, _ map[string]any) { h["alg"] = "none"; p.plain = true },
		"alg HS256 with a public key":  func(h, _ map[string]any) { h["alg"] = "HS256" },
		"the right name, another user": func(_, c map[string]any) { c["sub"], c["name"], c["email"] = "ann-2", "Ann", "ann@desk.example" },
	}
	for what, change := range tokens {
		p.change, p.plain = change, false
		b := w.browser()
		if _, err := b.trip(p, auth.ToSignIn, map[string]any{"sub": "ann-1"}); !errors.Is(err, auth.ErrOutside) && !errors.Is(err, auth.ErrOutsideUnknown) {
			t.Errorf("%s: %v", what, err)
		}
		if _, _, err := b.who(); !errors.Is(err, auth.ErrSignedOut) {
			t.Errorf("%s: signed in", what)
		}
	}
	p.change, p.plain = nil, false
	answers := map[string]func(url.Values){
		"another state": func(q url.Values) { q.Set("state", "x") }, "two states": func(q url.Values) { q.Add("state", "x") },
		"no state": func(q url.Values) { q.Del("state") }, "another code": func(q url.Values) { q.Set("code", "x") },
		"no code": func(q url.Values) { q.Del("code") }, "the provider refused": func(q url.Values) { q.Set("error", "access_denied") },
		"another issuer": func(q url.Values) { q.Set("iss", "https://evil.example") }, "no issuer": func(q url.Values) { q.Del("iss") },
	}
	for what, change := range answers {
		b := w.browser()
		address, err := b.leave(auth.ToSignIn)
		ok(t, err)
		q := p.visit(t, address, map[string]any{"sub": "ann-1"})
		change(q)
		if _, err := b.comeBack(q); !errors.Is(err, auth.ErrOutside) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestOutsideTrips: a trip belongs to one browser, one session and one time.
func TestOutsideTrips(t *testing.T) {
	p, w := joined(t)
	me := map[string]any{"sub": "ann-1"}
	b := w.browser()
	address, err := b.leave(auth.ToSignIn)
	ok(t, err)
	thief := b.clone()
	q := p.visit(t, address, me)
	_, err = w.browser().comeBack(q) // somebody else's browser
	is(t, err, auth.ErrOutside)
	_, err = b.comeBack(q)
	ok(t, err)
	_, err = thief.comeBack(q) // the same code and cookie again
	is(t, err, auth.ErrOutside)
	_, err = thief.comeBack(p.visit(t, address, me)) // a new code for the old trip
	is(t, err, auth.ErrOutside)
	slow := w.browser()
	address, err = slow.leave(auth.ToSignIn)
	ok(t, err)
	w.pass(11 * time.Minute)
	_, err = slow.comeBack(p.visit(t, address, me))
	is(t, err, auth.ErrOutside)
	other := w.browser() // the code of one trip in the trip of another (PKCE and nonce)
	first, err := other.leave(auth.ToSignIn)
	ok(t, err)
	stolen := p.visit(t, first, me)
	second := w.browser()
	address, err = second.leave(auth.ToSignIn)
	ok(t, err)
	mine := p.visit(t, address, me)
	mine.Set("code", stolen.Get("code"))
	_, err = second.comeBack(mine)
	is(t, err, auth.ErrOutside)
}

// TestOutsideLinking: only who is signed in, by their own page and with a
// fresh proof, joins an account, and only one that is nobody's.
func TestOutsideLinking(t *testing.T) {
	p, w := joined(t)
	_, err := w.browser().leave(auth.ToLink)
	is(t, err, auth.ErrSignedOut)
	b := w.arrive(w.binh)
	cross := httptest.NewRequest(http.MethodGet, site+"/x", nil)
	for _, c := range b.jar {
		cross.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	_, err = w.s.BeginOutside(httptest.NewRecorder(), cross, auth.ToLink, "")
	is(t, err, auth.ErrCrossSite)
	_, err = b.trip(p, auth.ToLink, map[string]any{"sub": "ann-1"})
	is(t, err, auth.ErrOutsideTaken)
	address, err := b.leave(auth.ToLink)
	ok(t, err)
	other := w.arrive(w.admin) // the trip's cookie in another session
	other.jar["__Host-soi-outside"] = b.jar["__Host-soi-outside"]
	_, err = other.comeBack(p.visit(t, address, map[string]any{"sub": "chi-1"}))
	is(t, err, auth.ErrOutside)
	w.pass(20 * time.Minute)
	_, err = b.leave(auth.ToLink)
	is(t, err, auth.ErrStepUp)
	is(t, b.post("", func(_ http.ResponseWriter, r *http.Request) error { return w.s.RemoveOutside(r) }), auth.ErrStepUp)
	ann := w.arrive(w.ann)
	is(t, ann.post("", func(_ http.ResponseWriter, r *http.Request) error { return w.s.RemoveOutside(r) }), auth.ErrLastWay)
	ann.setUp(phrase)
	ok(t, ann.post("", func(_ http.ResponseWriter, r *http.Request) error { return w.s.RemoveOutside(r) }))
	_, err = w.browser().trip(p, auth.ToSignIn, map[string]any{"sub": "ann-1"})
	is(t, err, auth.ErrOutsideUnknown)
}

// TestOutsideStepUp: a proof made at the provider counts if it was made on
// this trip, by more than a password, by the same person.
func TestOutsideStepUp(t *testing.T) {
	p, w := joined(t)
	enter := func() *browser {
		b := w.browser()
		_, err := b.trip(p, auth.ToSignIn, map[string]any{"sub": "ann-1"})
		ok(t, err)
		return b
	}
	b := enter()
	now := w.now().Unix()
	for what, claims := range map[string]map[string]any{
		"a password": {"sub": "ann-1", "amr": []string{"pwd"}, "auth_time": now}, "no word of when": {"sub": "ann-1", "amr": []string{"mfa"}},
		"an hour ago": {"sub": "ann-1", "amr": []string{"mfa"}, "auth_time": now - 3600}, "somebody else": {"sub": "binh-1", "amr": []string{"mfa"}, "auth_time": now},
	} {
		if _, err := b.trip(p, auth.ToProve, claims); !errors.Is(err, auth.ErrOutsideWeak) {
			t.Errorf("%s: %v", what, err)
		}
		is(t, w.s.RequireRecent(b.in(w.ann)), auth.ErrStepUp)
	}
	address, err := b.leave(auth.ToProve)
	ok(t, err)
	if !strings.Contains(address, "prompt=login") || !strings.Contains(address, "max_age=0") {
		t.Errorf("the provider is not asked to ask again: %s", address)
	}
	was := b.clone()
	_, err = b.comeBack(p.visit(t, address, map[string]any{"sub": "ann-1", "amr": []string{"mfa"}, "auth_time": now}))
	ok(t, err)
	ok(t, w.s.RequireRecent(b.in(w.ann)))
	if _, _, err := was.who(); !errors.Is(err, auth.ErrEnded) {
		t.Errorf("the token from before the proof still works: %v", err)
	}
	p2, w2 := joined(t, func(c *auth.OutsideConfig) { c.ACR = []string{"2fa"} })
	for acr, strong := range map[string]bool{"2fa": true, "1fa": false, "": false} {
		b := w2.browser()
		_, err := b.trip(p2, auth.ToSignIn, map[string]any{"sub": "ann-1", "acr": acr, "amr": []string{"mfa"}})
		ok(t, err)
		if got := w2.s.RequireRecent(b.in(w2.ann)) == nil; got != strong {
			t.Errorf("acr %q: fresh %v", acr, got)
		}
	}
}

// TestOutsideGroups: an account is opened for a member of a named group, with
// that role and never more, and never for anybody else.
func TestOutsideGroups(t *testing.T) {
	var w *world
	var opened []string
	p, made := newProvider(t, func(c *auth.OutsideConfig) {
		c.Groups = map[string]desk.Role{"press": desk.Checker, "heads": desk.Editor}
		c.Provision = func(_ context.Context, name string, r desk.Role) (desk.Staff, error) {
			if name == "Ann" {
				return desk.Staff{}, &desk.Invalid{Problems: []desk.Problem{desk.NameTaken}}
			}
			opened = append(opened, name+" "+string(r))
			id := w.hire(name, r)
			return w.staff[id], nil
		}
	})
	w = made
	for what, claims := range map[string]map[string]any{
		"no group": {"sub": "1", "name": "X"}, "another group": {"sub": "1", "name": "X", "groups": []string{"admins", "Press"}},
		"a colleague's name": {"sub": "1", "name": "Ann", "groups": []string{"heads"}}, "no name": {"sub": "1", "groups": []string{"heads"}},
		"groups of another kind": {"sub": "1", "name": "X", "groups": map[string]any{"heads": true}},
	} {
		if _, err := w.browser().trip(p, auth.ToSignIn, claims); !errors.Is(err, auth.ErrOutsideUnknown) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for range 2 {
		got, err := w.browser().trip(p, auth.ToSignIn, map[string]any{"sub": "9", "name": "Dung", "groups": []string{"press", "heads"}})
		ok(t, err)
		if got.Staff.Role != desk.Editor {
			t.Errorf("%+v", got.Staff)
		}
	}
	if !slices.Equal(opened, []string{"Dung editor"}) {
		t.Errorf("opened %v", opened)
	}
	_, err := auth.New(auth.Config{Store: w.store, PublicURL: site, Key: make([]byte, auth.KeySize), Staff: noStaff, StaffNamed: noName,
		Outside: auth.OutsideConfig{Issuer: p.URL, Client: "soi", HTTP: p.Client(), Groups: map[string]desk.Role{"heads": desk.Admin}}})
	if err == nil {
		t.Error("a group can make admins")
	}
}

// TestOutsideDown: a provider that does not answer stops nobody who has a
// passkey, and is asked again later.
func TestOutsideDown(t *testing.T) {
	p, w := newProvider(t)
	p.down = true
	b := w.browser()
	_, err := b.leave(auth.ToSignIn)
	is(t, err, auth.ErrOutsideDown)
	p.down = false
	_, err = b.leave(auth.ToSignIn) // not at once
	is(t, err, auth.ErrOutsideDown)
	w.pass(time.Minute)
	_, err = b.leave(auth.ToSignIn)
	ok(t, err)
	none := newWorld(t, site)
	_, err = none.browser().leave(auth.ToSignIn)
	is(t, err, desk.ErrNotFound)
}

// TestForget takes every way in from somebody who left.
func TestForget(t *testing.T) {
	p, w := joined(t)
	b := w.arrive(w.ann)
	app, _ := b.setUp(phrase)
	token := w.link(w.ann)
	ok(t, w.s.Forget(t.Context(), w.ann))
	w.pass(time.Minute)
	_, _, err := b.who()
	is(t, err, auth.ErrEnded)
	is(t, w.browser().useLink(token), auth.ErrLink)
	is(t, w.browser().enter("Ann", phrase, app.code(0)), auth.ErrSignIn)
	_, err = w.browser().trip(p, auth.ToSignIn, map[string]any{"sub": "ann-1"})
	is(t, err, auth.ErrOutsideUnknown)
}
