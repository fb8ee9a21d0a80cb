package auth_test

import (
	"encoding/json"
	"errors"
	"html/template"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"soi/internal/browsertest"
	"soi/internal/desk"
)

// passkeyPage has the forms that static/passkey.js brings to life.
const passkeyPage = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Passkeys</title>
<h1>{{.Who}}</h1>
{{range .Forms}}<form data-passkey="{{.Do}}" data-begin="/{{.Path}}/begin" data-finish="/{{.Path}}/finish"
 data-unsupported="No passkeys in this browser." data-cancelled="You closed the prompt." data-failed="It did not work." hidden>
<label>Name of {{.Path}} <input name="name"></label>
<button>{{.Button}}</button><p data-passkey-says role="status"></p></form>{{end}}
<script src="/passkey.js"></script></html>`

type passkeyForm struct{ Do, Path, Button string }

// passkeySite serves a page, the script and the six verbs at localhost, under
// the policy that the product's pages carry.
func passkeySite(t *testing.T, w *world) http.Handler {
	page := template.Must(template.New("").Parse(passkeyPage))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; require-trusted-types-for 'script'")
		rw.Header().Set("Referrer-Policy", "same-origin")
		who, sess, err := w.s.Actor(r)
		d := struct {
			Who   string
			Forms []passkeyForm
		}{Who: "Nobody", Forms: []passkeyForm{{"get", "in", "Sign in"}}}
		if err == nil {
			d.Who = who.Name + " by " + string(sess.Means)
			d.Forms = []passkeyForm{{"create", "enrol", "Add"}, {"get", "again", "Prove"}}
		}
		if err := page.Execute(rw, d); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("GET /passkey.js", func(rw http.ResponseWriter, r *http.Request) { http.ServeFile(rw, r, "../web/static/passkey.js") })
	mux.HandleFunc("GET /favicon.ico", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /link/{token}", func(rw http.ResponseWriter, r *http.Request) {
		_, _ = rw.Write([]byte(`<!doctype html><html lang="en"><title>Link</title><form method="post"><button>Use the link</button></form></html>`))
	})
	mux.HandleFunc("POST /link/{token}", func(rw http.ResponseWriter, r *http.Request) {
		if _, err := w.s.SignInWithLink(rw, r, r.PathValue("token")); err != nil {
			t.Error(err)
		}
		http.Redirect(rw, r, "/", http.StatusSeeOther)
	})
	mux.HandleFunc("POST /out", func(rw http.ResponseWriter, r *http.Request) { _ = w.s.SignOut(rw, r) })
	begin := func(fn func(*http.Request) (json.RawMessage, error)) http.HandlerFunc {
		return func(rw http.ResponseWriter, r *http.Request) {
			p, err := fn(r)
			reply(rw, p, err)
		}
	}
	finish := func(fn func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
		return func(rw http.ResponseWriter, r *http.Request) { reply(rw, json.RawMessage(`{"next":"/"}`), fn(rw, r)) }
	}
	mux.HandleFunc("POST /in/begin", begin(w.s.BeginPasskeySignIn))
	mux.HandleFunc("POST /in/finish", finish(func(rw http.ResponseWriter, r *http.Request) error {
		_, err := w.s.FinishPasskeySignIn(rw, r)
		return err
	}))
	mux.HandleFunc("POST /enrol/begin", begin(w.s.BeginPasskeyEnrol))
	mux.HandleFunc("POST /enrol/finish", finish(w.s.FinishPasskeyEnrol))
	mux.HandleFunc("POST /again/begin", begin(w.s.BeginPasskeyStepUp))
	mux.HandleFunc("POST /again/finish", finish(w.s.FinishPasskeyStepUp))
	return w.s.Protect(mux, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusForbidden) }))
}

// reply answers the script.
func reply(rw http.ResponseWriter, p json.RawMessage, err error) {
	rw.Header().Set("Content-Type", "application/json")
	if err != nil {
		rw.WriteHeader(http.StatusUnprocessableEntity)
		p = json.RawMessage(`{"message":"The desk refused it."}`)
		if errors.Is(err, desk.ErrInvalid) {
			p = json.RawMessage(`{"message":"That name is too long."}`)
		}
	}
	_, _ = rw.Write(p)
}

// The whole way in a real browser: a link, a passkey made, signed out, signed
// in with it, proven again; and what the person reads when it fails.
func TestPasskeyInBrowser(t *testing.T) {
	b := browsertest.Start(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	url := "http://" + l.Addr().String()
	w := newWorld(t, url)
	server := &httptest.Server{Listener: l, Config: &http.Server{Handler: passkeySite(t, w)}}
	server.Start()
	t.Cleanup(server.Close)
	local := strings.Replace(url, "127.0.0.1", "localhost", 1)

	win := b.Open(t, local, browsertest.Options{Language: "en"})
	win.Go("/link/" + w.link(w.ann))
	win.Click("Use the link")
	win.See("Ann by link")
	win.Passkeys()
	win.Fill("Name of enrol", strings.Repeat("x", 61))
	win.Click("Add")
	win.See("That name is too long.")
	win.Fill("Name of enrol", "Khoá của Ann")
	win.Click("Add")
	win.See("Ann by passkey")
	ways, err := w.s.Ways(t.Context(), w.ann)
	ok(t, err)
	if len(ways.Passkeys) != 1 || ways.Passkeys[0].Name != "Khoá của Ann" {
		t.Fatalf("passkeys %+v", ways.Passkeys)
	}
	win.Eval(`fetch("/out", {method: "POST"}).then(() => "")`)
	win.Go("/")
	win.See("Nobody")
	win.Click("Sign in")
	win.See("Ann by passkey")
	win.Click("Prove")
	win.See("Ann by passkey")
	if ways, err = w.s.Ways(t.Context(), w.ann); err != nil || ways.Passkeys[0].Counter != 2 {
		t.Fatalf("used %d times, want 2: %v", ways.Passkeys[0].Counter, err)
	}
	// The same passkey again is refused by the browser itself.
	win.Click("Add")
	win.See("It did not work.")

	numeric := b.Open(t, url, browsertest.Options{Language: "en"})
	numeric.Go("/")
	numeric.Click("Sign in")
	numeric.See("The desk refused it.")
	plain := b.Open(t, local, browsertest.Options{Language: "en", NoScripts: true})
	plain.Go("/")
	plain.DontSee("Sign in")
}
