package web

import (
	"cmp"
	"context"
	"errors"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"soi/internal/auth"
	"soi/internal/desk"
	"soi/internal/preview"
)

// Deps is everything the pages need from the rest of the program.
type Deps struct {
	Course   []desk.PracticeCase // the practice cases that come with soi
	Press    Press               // the reader of feeds; nil: feeds cannot be tested or exchanged as lists
	Requests Requests            // letters to bodies and their calendars; nil: no relay, and no calendar can be imported
	Post     TeamPost            // addresses of staff and experts; nil: none can be given, and no mail goes to them
	Appeals  AppealPost          // seals appeals and answers them; nil: none are taken
	Desk     *desk.Desk
	Exchange Exchange // other installations; nil: there is no exchange
	// Subscribers takes addresses for digests; nil: nobody can subscribe.
	Subscribers Subscribers
	// Fediverse is the desk's actor there; nil: there is none.
	Fediverse Fediverse
	Matcher   Matcher          // nil answers every question with "not checked yet"
	Media     desk.MediaKeeper // nil refuses files
	Copies    desk.Archive     // nil shows no archived copies
	// CaptureNow tells the capturer that a copy is wanted; nil leaves it to its
	// own pace.
	CaptureNow func()
	Auth       *auth.Service           // nil makes every staff page ask to sign in
	Logs       map[string]http.Handler // the machine-readable part of the public log and of those it followed, by the path they are under: "/log/"
	// Signed is the size of the published checkpoint. Public pages show only
	// revisions whose log index is below it.
	Signed func() int64
	// LogLine says whether the log is closed and which logs it followed; nil for
	// one that stands alone.
	LogLine func(context.Context) (LogLine, error)
	// Witnessing says how the published checkpoint stands with the witnesses;
	// nil when there are none.
	Witnessing func(context.Context) (Witnessing, error)
	// Changes counts what was written to the database by this process; nil
	// keeps no pages.
	Changes func() int64
	// OpenData holds the files of the newest dump, those that its SHA256SUMS
	// names; nil for none.
	OpenData fs.FS
	// AfterPublish signs the log and tells the followers at once; called
	// after a verb that published. Errors are logged: the signing loop tries
	// again.
	AfterPublish func(context.Context) error
	// Added holds the catalogues of further languages; nil for none.
	Added  fs.FS
	Config Config
	Logger *slog.Logger // nil discards
	Now    func() time.Time
}

// Config is the settings of the pages.
type Config struct {
	URL       string         // public address without a trailing slash, "https://desk.example"
	ReplayURL string         // address of a host name of its own for archived pages; "" shows them on the site's own, as safely
	Name      string         // name of the desk, as readers see it
	Zone      *time.Location // zone of all dates; nil means Asia/Ho_Chi_Minh
	Key       []byte         // secret of the installation: ticket codes, forms, proof-of-work
	Licence   string         // address of the terms of use of what is published
	MCP       bool           // assistants are answered at /mcp
	VKey      string         // verifier key of the public log, shown on its page
	LogPath   string         // where the public log is, without a final slash; /log when empty
	OneProxy  bool           // take the asker's address from the last X-Forwarded-For entry
	Budgets   Budgets        // zero fields mean DefaultBudgets
	PowBits   int            // leading zero bits asked of a browser; 0 means DefaultPowBits
	StaticDir fs.FS          // nil means the built-in files; tests may replace them
}

// Site is the pages as an http.Handler. Safe for concurrent use.
type Site struct {
	Deps
	mux        *http.ServeMux
	routes     []route
	books      map[string]*words // by language
	langs      []string          // of the pages, the foremost first
	sets       map[tongue]map[string]*template.Template
	assets     map[string]asset
	limit      *limiter
	pow        *pow
	drawn      pageCache
	uploads    chan struct{} // one for each form with files that is arriving
	burstCount *burstCount
	previews   *preview.Cache // pictures of shared links
	figures    *figureCache   // the public figures
	reach      *reach         // how often checks were opened
	shelf      catalogue      // what lists are narrowed and counted by
	whole      http.Handler   // the routes behind the guard against other sites
	replayHost string         // the host name that shows archived pages alone; "" for none
}

// written are the languages that come with the program, the first one
// foremost: what the desk itself writes, and its letters and mails, are in
// these. The pages are offered in these and in those the operator added.
func written() []string { return []string{"vi", "en"} }

// Languages are the languages in which the pages are offered, those that come
// with the program first.
func (s *Site) Languages() []string { return slices.Clone(s.langs) }

// New builds the pages. It fails when a template or a catalogue is broken,
// never because of data.
func New(d Deps) (*Site, error) {
	if d.Desk == nil || d.Signed == nil || len(d.Config.Key) < 16 {
		return nil, errors.New("web: Desk, Signed and a Key of 16 bytes or more are needed")
	}
	d.fill()
	s := &Site{Deps: d, mux: http.NewServeMux(), uploads: make(chan struct{}, uploadsAtOnce), burstCount: newBurstCount(), figures: newFigureCache(), reach: newReach()}
	if u, err := url.Parse(d.Config.ReplayURL); err == nil {
		s.replayHost = u.Host
	}
	s.limit = newLimiter(d.Config.Budgets, d.Now)
	s.pow = newPow(d.Config.Key, d.Config.PowBits, d.Now)
	var err error
	if s.books, err = loadWords(d.Config.Zone, d.Now); err != nil {
		return nil, err
	}
	for _, f := range s.addLanguages(d.Added) {
		d.Logger.Warn("catalogue of a further language", "found", f.Sentence("en"))
	}
	if s.assets, err = loadAssets(d.Config.StaticDir); err != nil {
		return nil, err
	}
	if s.sets, err = s.loadTemplates(); err != nil {
		return nil, err
	}
	if s.previews, err = preview.NewCache(); err != nil {
		return nil, err
	}
	s.Config.LogPath = cmp.Or(s.Config.LogPath, "/log")
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
	if s.keptAnswer(w, r) {
		return
	}
	s.setHeaders(w.Header())
	if there, allowed := s.onReplayHost(r); there && !allowed {
		r = r.Clone(r.Context())
		r.URL.Path = "/copies" // no page
	}
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
