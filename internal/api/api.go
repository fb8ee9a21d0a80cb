package api

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"soi/internal/api/public"
	"soi/internal/desk"
)

// Prefix begins the path of every request.
const Prefix = "/api/"

// maxBody is the largest request: a text of 20,000 characters, each escaped.
const maxBody = 256 << 10

//go:embed openapi.json
var description []byte

// Deps is everything the API needs from the rest of the program.
type Deps struct {
	Desk    *desk.Desk
	Matcher public.Matcher // nil answers every tip with "not checked yet"
	Signed  func() int64   // size of the published checkpoint: what lies beyond is not shown
	// Follow asks that the key's webhook be told when the tip is answered; nil: nobody is told.
	Follow func(ctx context.Context, tip desk.ID, key desk.ID, ticket, lang string) error
	// Budget draws one request for reading without a key and says how long to wait if there is none left; nil means no limit.
	Budget  func(*http.Request) (time.Duration, bool)
	Name    string           // of the desk
	VKey    string           // verifier key of the public log
	LogPath string           // where the public log is, without a final slash; /log when empty
	Licence string           // address of the licence of what is published
	URL     string           // public address without a trailing slash
	Ticket  []byte           // secret of the installation for ticket codes, the same as the pages'
	Log     *slog.Logger     // nil discards
	Now     func() time.Time // nil means time.Now
}

// API answers requests under Prefix. Safe for concurrent use.
type API struct {
	Deps
	mux    *http.ServeMux
	keys   *keyring
	reader *public.Reader
	doc    []byte
}

// request is one request on its way.
type request struct {
	*http.Request
	lang string      // of sentences and answers: vi or en
	key  desk.APIKey // who asks
}

// reply is what a handler decided.
type reply struct {
	status int
	body   any
	header [][2]string
}

// handler decides what a request is answered with; an error goes to trouble.
type handler func(r *request) (reply, error)

// route is one line of the table.
type route struct {
	pattern string
	access  access
	h       handler
}

// routes is the table of everything there is. Every line stands in openapi.json; a test compares.
func (a *API) routes() []route {
	return append(append(a.readRoutes(), a.channelRoutes()...), []route{
		{"POST /api/v1/tips", needsKey, a.addTip},
		{"GET /api/v1/tips/{ticket}", needsKey, a.tip},
		{"POST /api/v1/tips/{ticket}/choice", needsKey, a.choose},
		{"GET /api/v1/openapi.json", free, a.describe},
	}...)
}

// Routes lists the patterns of everything the API answers, for whoever must
// forget nothing of it.
func Routes() []string {
	var out []string
	for _, r := range (&API{}).routes() {
		out = append(out, r.pattern)
	}
	return out
}

// New builds the API.
func New(d Deps) (*API, error) {
	if d.Desk == nil || d.Signed == nil || len(d.Ticket) < 16 || d.URL == "" {
		return nil, errors.New("api: Desk, Signed, URL and a Ticket secret of 16 bytes or more are needed")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Budget == nil {
		d.Budget = anyone
	}
	d.URL = strings.TrimRight(d.URL, "/")
	a := &API{Deps: d, mux: http.NewServeMux(), keys: newKeyring(d.Desk, d.Now)}
	a.reader = a.Reader()
	a.doc = []byte(strings.ReplaceAll(string(description), "https://desk.example", d.URL))
	if !json.Valid(a.doc) {
		return nil, errors.New("api: the public address cannot stand in the description")
	}
	for _, r := range a.routes() {
		a.mux.Handle(r.pattern, a.serve(r))
	}
	a.mux.Handle("/", a.serve(route{"/", free, a.lost}))
	return a, nil
}

// Reader reads what the API shows, for other ways of asking.
func (a *API) Reader() *public.Reader {
	return &public.Reader{Desk: a.Desk, Matcher: a.Matcher, Signed: a.Signed, URL: a.URL, Name: a.Name, LogPath: a.LogPath}
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Add("Vary", "Accept-Language, Authorization")
	if _, pattern := a.mux.Handler(asGet(r)); r.Method == http.MethodOptions && a.forReading(pattern) {
		preflight(w)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	a.mux.ServeHTTP(w, r)
}

// asGet is a request as if its method were GET.
func asGet(r *http.Request) *http.Request {
	get := *r
	get.Method = http.MethodGet
	return &get
}

// forReading reports whether a pattern of the table is one for reading.
func (a *API) forReading(pattern string) bool {
	for _, r := range append(a.readRoutes(), a.channelRoutes()...) {
		if r.pattern == pattern {
			return true
		}
	}
	return false
}

// serve makes the http.Handler of a route: the key first, then the handler.
func (a *API) serve(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		start := time.Now()
		r := &request{Request: hr, lang: languageOf(hr.Header.Get("Accept-Language"))}
		if lang := hr.URL.Query().Get("lang"); lang == "vi" || lang == "en" {
			r.lang = lang
		}
		if rt.access == reading {
			openToPages(w.Header())
		}
		out, err := a.decide(rt, r)
		if err != nil {
			out = a.trouble(rt, r, err)
		}
		out.write(w, r.lang)
		a.Log.Info("request", "route", rt.pattern, "status", out.status, "ms", time.Since(start).Milliseconds())
	})
}

// decide checks the key and runs the handler; a panic comes back as an error.
func (a *API) decide(rt route, r *request) (out reply, err error) {
	defer func() {
		if p := recover(); p != nil {
			a.Log.Error("a request of the API failed", "route", rt.pattern, "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			err = errPanic
		}
	}()
	switch rt.access {
	case reading:
		err = a.mayRead(r)
	case needsKey:
		r.key, err = a.keys.holder(r.Context(), r.Header.Values("Authorization"))
	}
	if err != nil {
		return reply{}, err
	}
	if out, err = rt.h(r); err == nil && rt.access == reading {
		err = out.tagged(r)
	}
	return out, err
}

// write sends a reply.
func (out reply) write(w http.ResponseWriter, lang string) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Language", lang)
	for _, kv := range out.header {
		h.Set(kv[0], kv[1])
	}
	w.WriteHeader(out.status)
	if out.status == http.StatusNotModified {
		return
	}
	if raw, ok := out.body.(json.RawMessage); ok {
		_, _ = w.Write(raw) // the asking program is gone; nothing is left to tell
		return
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(out.body)
}

// describe answers with the OpenAPI description.
func (a *API) describe(*request) (reply, error) {
	return reply{status: http.StatusOK, body: json.RawMessage(a.doc), header: [][2]string{{"Cache-Control", "public, max-age=300"}}}, nil
}

// lost answers what no route matches: 405 when the path exists for another
// method, else 404.
func (a *API) lost(r *request) (reply, error) {
	var allow []string
	for _, m := range []string{http.MethodGet, http.MethodPost} {
		other := r.Clone(r.Context())
		other.Method = m
		if _, pattern := a.mux.Handler(other); pattern != "/" && pattern != "" {
			allow = append(allow, m)
		}
	}
	if len(allow) > 0 {
		return reply{}, methodError{strings.Join(allow, ", ")}
	}
	return reply{}, desk.ErrNotFound
}

// languageOf reads Accept-Language: Vietnamese unless English is asked for
// before it.
func languageOf(header string) string {
	for one := range strings.SplitSeq(strings.ToLower(header), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(one), ";")
		switch tag, _, _ = strings.Cut(tag, "-"); tag {
		case "vi", "en":
			return tag
		}
	}
	return "vi"
}
