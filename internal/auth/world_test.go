package auth_test

import (
	"context"
	"encoding/base32"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"soi/internal/auth"
	"soi/internal/desk"
)

// world is a desk's staff, a clock that moves by hand, a store and a service.
type world struct {
	t     *testing.T
	url   string
	store auth.Store
	s     *auth.Service

	mu    sync.Mutex
	clock time.Time
	staff map[desk.ID]desk.Staff
	ann   desk.ID // an editor
	binh  desk.ID // a checker
	admin desk.ID
}

// newWorld makes a world at a public address.
func newWorld(t *testing.T, url string, change ...func(*auth.Config)) *world {
	t.Helper()
	w := &world{t: t, url: url, clock: time.UnixMilli(1_760_000_000_000).UTC(), staff: map[desk.ID]desk.Staff{}}
	w.ann, w.binh, w.admin = w.hire("Ann", desk.Editor), w.hire("Bình", desk.Checker), w.hire("Chi", desk.Admin)
	w.store = openStore(t, w.everyone())
	cfg := auth.Config{
		Store: w.store, PublicURL: url, SiteName: "Bàn kiểm chứng", Key: []byte("0123456789abcdef0123456789abcdef"),
		Now: w.now, Staff: w.byID, StaffNamed: w.byName,
	}
	for _, c := range change {
		c(&cfg)
	}
	s, err := auth.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	w.s = s
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

// pass moves the clock.
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = w.clock.Add(d)
}

func (w *world) hire(name string, role desk.Role) desk.ID {
	id := desk.NewID()
	w.staff[id] = desk.Staff{ID: id, Name: name, Role: role, Lang: "vi", Created: w.clock}
	return id
}

func (w *world) everyone() []desk.Staff {
	var all []desk.Staff
	for _, s := range w.staff {
		all = append(all, s)
	}
	return all
}

// change alters an account as an admin would.
func (w *world) change(id desk.ID, fn func(*desk.Staff)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.staff[id]
	fn(&s)
	w.staff[id] = s
}

func (w *world) byID(_ context.Context, id desk.ID) (desk.Staff, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, ok := w.staff[id]
	if !ok {
		return desk.Staff{}, desk.ErrNotFound
	}
	return s, nil
}

func (w *world) byName(_ context.Context, name string) (desk.Staff, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.staff {
		if strings.EqualFold(s.Name, name) {
			return s, nil
		}
	}
	return desk.Staff{}, desk.ErrNotFound
}

// browser keeps cookies and sends the headers that browsers send.
type browser struct {
	w    *world
	jar  map[string]*http.Cookie
	last *http.Response // answer to the last request
	url  string
}

func (w *world) browser() *browser {
	return &browser{w: w, jar: map[string]*http.Cookie{}, url: w.url}
}

// request makes one to a path with the browser's cookies.
func (b *browser) request(method, path, body string) *http.Request {
	r := httptest.NewRequestWithContext(b.w.t.Context(), method, b.url+path, strings.NewReader(body))
	for _, c := range b.jar {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	if method != http.MethodGet {
		r.Header.Set("Origin", b.url)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	return r
}

// post sends a form that fn handles, and takes over the cookies it sets.
func (b *browser) post(body string, fn func(w http.ResponseWriter, r *http.Request) error) error {
	rec := httptest.NewRecorder()
	err := fn(rec, b.request(http.MethodPost, "/x", body))
	b.last = rec.Result()
	_, _ = io.Copy(io.Discard, b.last.Body)
	for _, c := range b.last.Cookies() {
		if c.MaxAge < 0 {
			delete(b.jar, c.Name)
			continue
		}
		b.jar[c.Name] = c
	}
	return err
}

// clone is a copy of the browser, as a thief of its cookies has it.
func (b *browser) clone() *browser {
	c := b.w.browser()
	for k, v := range b.jar {
		c.jar[k] = v
	}
	return c
}

// who asks the service who the browser is.
func (b *browser) who() (desk.Staff, auth.Session, error) {
	return b.w.s.Actor(b.request(http.MethodGet, "/desk", ""))
}

// in fails the test unless the browser is signed in as id.
func (b *browser) in(id desk.ID) auth.Session {
	b.w.t.Helper()
	staff, sess, err := b.who()
	if err != nil || staff.ID != id {
		b.w.t.Fatalf("browser is %q, %v; want %q", staff.ID, err, id)
	}
	return sess
}

// is fails the test unless err is of the kind.
func is(t *testing.T, err, kind error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("got %v, want %v", err, kind)
	}
}

// ok fails the test on an error.
func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// link makes a sign-in link and returns its token.
func (w *world) link(id desk.ID) string {
	w.t.Helper()
	address, _, err := w.s.NewLink(w.t.Context(), desk.Program(), id)
	ok(w.t, err)
	token, found := strings.CutPrefix(address, w.url+"/signin/link/")
	if !found {
		w.t.Fatalf("link %q", address)
	}
	return token
}

// useLink signs the browser in by a link.
func (b *browser) useLink(token string) error {
	return b.post("", func(w http.ResponseWriter, r *http.Request) error {
		_, err := b.w.s.SignInWithLink(w, r, token)
		return err
	})
}

// arrive is a browser of somebody who came by a link.
func (w *world) arrive(id desk.ID) *browser {
	w.t.Helper()
	b := w.browser()
	ok(w.t, b.useLink(w.link(id)))
	b.in(id)
	return b
}

// phrase is a passphrase that the rules accept.
const phrase = "bốn con mèo ngủ trên mái"

// app is an authenticator app.
type app struct {
	w      *world
	secret string
}

// code is what the app shows, some steps from now.
func (a app) code(steps int) string {
	a.w.t.Helper()
	c, err := totp.GenerateCode(a.secret, a.w.now().Add(time.Duration(steps)*30*time.Second))
	ok(a.w.t, err)
	return c
}

// setUp sets up passphrase and app in a browser that is signed in.
func (b *browser) setUp(passphrase string) (app, []string) {
	b.w.t.Helper()
	setup, err := b.w.s.BeginCode(b.request(http.MethodGet, "/desk/account/code", ""))
	ok(b.w.t, err)
	a := app{b.w, strings.ReplaceAll(setup.Secret, " ", "")}
	if _, err := base32.StdEncoding.DecodeString(a.secret); err != nil {
		b.w.t.Fatal(err)
	}
	var codes []string
	ok(b.w.t, b.post("", func(w http.ResponseWriter, r *http.Request) error {
		codes, err = b.w.s.FinishCode(w, r, setup.State, passphrase, a.code(0))
		return err
	}))
	return a, codes
}

// enter signs in by name, passphrase and code.
func (b *browser) enter(name, passphrase, code string) error {
	return b.post("", func(w http.ResponseWriter, r *http.Request) error {
		_, err := b.w.s.SignInWithPassphrase(w, r, name, passphrase, code)
		return err
	})
}

const site = "https://desk.example.org"

// noStaff and noName are the accounts of a desk without any.
func noStaff(context.Context, desk.ID) (desk.Staff, error) { return desk.Staff{}, desk.ErrNotFound }

func noName(context.Context, string) (desk.Staff, error) { return desk.Staff{}, desk.ErrNotFound }
