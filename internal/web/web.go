package web

import (
	"context"
	"errors"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"soi/internal/auth"
	"soi/internal/desk"
)

// Deps is everything the pages need from the rest of the program.
type Deps struct {
	Desk    *desk.Desk
	Matcher Matcher       // nil answers every question with "not checked yet"
	Auth    *auth.Service // nil makes every staff page ask to sign in
	Log     http.Handler  // the machine-readable part of the public log, under /log/
	// Signed is the size of the published checkpoint. Public pages show only
	// revisions whose log index is below it.
	Signed func() int64
	// AfterPublish signs the log and tells the followers at once; called
	// after a verb that published. Errors are logged: the signing loop tries
	// again.
	AfterPublish func(context.Context) error
	Config       Config
	Logger       *slog.Logger // nil discards
	Now          func() time.Time
}

// Config is the settings of the pages.
type Config struct {
	URL       string         // public address without a trailing slash, "https://desk.example"
	Name      string         // name of the desk, as readers see it
	Zone      *time.Location // zone of all dates; nil means Asia/Ho_Chi_Minh
	Key       []byte         // secret of the installation: ticket codes, forms, proof-of-work
	VKey      string         // verifier key of the public log, shown on its page
	OneProxy  bool           // take the asker's address from the last X-Forwarded-For entry
	Budgets   Budgets        // zero fields mean DefaultBudgets
	PowBits   int            // leading zero bits asked of a browser; 0 means DefaultPowBits
	StaticDir fs.FS          // nil means the built-in files; tests may replace them
}

// Site is the pages as an http.Handler. Safe for concurrent use.
type Site struct {
	Deps
	mux    *http.ServeMux
	routes []route
	books  map[string]*words // by language
	sets   map[tongue]map[string]*template.Template
	assets map[string]asset
	limit  *limiter
	pow    *pow
	whole  http.Handler // the routes behind the guard against other sites
}

// Languages are the languages of the pages, the first one foremost.
func Languages() []string { return []string{"vi", "en"} }

// New builds the pages. It fails when a template or a catalogue is broken,
// never because of data.
func New(d Deps) (*Site, error) {
	if d.Desk == nil || d.Signed == nil || len(d.Config.Key) < 16 {
		return nil, errors.New("web: Desk, Signed and a Key of 16 bytes or more are needed")
	}
	d.fill()
	s := &Site{Deps: d, mux: http.NewServeMux()}
	s.limit = newLimiter(d.Config.Budgets, d.Now)
	s.pow = newPow(d.Config.Key, d.Config.PowBits, d.Now)
	var err error
	if s.books, err = loadWords(d.Config.Zone, d.Now); err != nil {
		return nil, err
	}
	if s.assets, err = loadAssets(d.Config.StaticDir); err != nil {
		return nil, err
	}
	if s.sets, err = s.loadTemplates(); err != nil {
		return nil, err
	}
	s.routes = append(s.publicRoutes(), s.deskRoutes()...)
	for _, r := range s.routes {
		s.mux.Handle(r.pattern, s.serve(r))
	}
	s.mux.Handle("/", s.serve(route{pattern: "/", audience: Public, stream: true, h: s.lost}))
	s.whole = s.mux
	if d.Auth != nil {
		s.whole = d.Auth.Protect(s.mux, s.serve(route{pattern: "refused", audience: Public, stream: true, h: refuse}))
	}
	return s, nil
}

// fill sets what was left zero.
func (d *Deps) fill() {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	if d.AfterPublish == nil {
		d.AfterPublish = func(context.Context) error { return nil }
	}
	if d.Config.Zone == nil {
		d.Config.Zone = time.FixedZone("Asia/Ho_Chi_Minh", 7*60*60) // Vietnam has had no summer time since 1975
	}
	if d.Config.Name == "" {
		d.Config.Name = "soi"
	}
	d.Config.URL = strings.TrimRight(d.Config.URL, "/")
}

// ServeHTTP sets the headers every answer carries, takes the language off
// the path and hands the request to its route. A panic in a handler becomes
// the page for an internal error; the log has the cause.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.setHeaders(w.Header())
	v := s.visit(r)
	s.whole.ServeHTTP(w, v.Request)
}

// refuse answers a form that another site may have sent.
func refuse(*visit) (answer, error) { return answer{}, errForeign }

// lost answers what no route matches: 405 when the path exists for another
// method, else 404.
func (s *Site) lost(v *visit) (answer, error) {
	var allow []string
	for _, m := range []string{http.MethodGet, http.MethodPost} {
		other := v.Request.Clone(v.Context())
		other.Method = m
		if _, pattern := s.mux.Handler(other); pattern != "/" && pattern != "" {
			allow = append(allow, m)
		}
	}
	if len(allow) > 0 {
		return answer{}, methodError{allow: strings.Join(allow, ", ")}
	}
	return answer{}, desk.ErrNotFound
}
