package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"soi/internal/claimreview"
	"soi/internal/desk"
	"soi/internal/fetch"
	"soi/internal/intake/feed"
)

// How sources of imported checks are read.
const (
	importsEvery   = 30 * time.Second // between two looks whether one is due
	importRunTime  = 25 * time.Minute // for one run; less than its lease
	importPages    = 40               // requests to a service, or pages of a feed, in one run
	importAnswer   = 5 << 20          // bytes of one answer of a service
	importFileMost = 1 << 30          // bytes of a file
)

// importHooks are what tests change about imports.
type importHooks struct {
	// Local is the one listener on this machine that may be asked.
	Local netip.AddrPort
}

// errOwnStop ends the reading of a source at the bound of one run.
var errOwnStop = errors.New("app: enough for one run")

// troubleError ends a run with a trouble that pages explain.
type troubleError struct {
	trouble desk.ImportTrouble
	wait    time.Duration
}

// Error implements error.
func (e *troubleError) Error() string { return "import: " + string(e.trouble) }

// RunImports reads every source that is due, one after the other.
func (a *App) RunImports(ctx context.Context) error {
	for {
		s, err := a.Desk.TakeImportSource(ctx, desk.Program(), "")
		if errors.Is(err, desk.ErrNotFound) || errors.Is(err, desk.ErrBusy) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := a.runImport(ctx, s); err != nil {
			return err
		}
	}
}

// RunImport reads one source now.
func (a *App) RunImport(ctx context.Context, id desk.ID) (desk.ImportRun, error) {
	s, err := a.Desk.TakeImportSource(ctx, desk.Program(), id)
	if err != nil {
		return desk.ImportRun{}, err
	}
	return a.runImport(ctx, s)
}

// importRun is one run under way.
type importRun struct {
	a      *App
	source *desk.ImportSource
	run    desk.ImportRun
	batch  []desk.Imported
	at     map[string]int // how many checks an address has had so far
	own    string         // host of this desk, whose own checks come back by way of others
	visit  *feed.Runner
	web    *fetch.Client
}

// runImport reads a source that was taken and stores what came of it. Its own
// error is the database's; troubles of the source are part of the run.
func (a *App) runImport(ctx context.Context, s desk.ImportSource) (desk.ImportRun, error) {
	r, err := a.newImportRun(&s)
	if err != nil {
		return desk.ImportRun{}, err
	}
	work, stop := context.WithTimeout(ctx, importRunTime)
	defer stop()
	read := map[desk.ImportKind]func(context.Context) error{desk.ImportGoogle: r.google, desk.ImportFile: r.file, desk.ImportFeed: r.feed, desk.ImportCofacts: r.cofacts}[s.Kind]
	if read == nil {
		return desk.ImportRun{}, fmt.Errorf("import source of the kind %q", s.Kind)
	}
	before := s.State
	err = read(work)
	if flushErr := r.flush(ctx); err == nil || errors.Is(err, errOwnStop) {
		err = errors.Join(err, flushErr)
	}
	if ctx.Err() != nil {
		return r.run, ctx.Err() // shutting down: the lease ends by itself, and nothing was moved on
	}
	var t *troubleError
	wait := time.Duration(0)
	switch {
	case err == nil:
	case errors.Is(err, errOwnStop):
		r.run.More = true
	case errors.As(err, &t):
		r.run.Trouble, wait = t.trouble, t.wait
	default:
		var f *fetch.Error
		if !errors.As(err, &f) {
			return r.run, err
		}
		r.run.Trouble = importTrouble(f)
	}
	if r.run.Trouble != "" {
		s.State = before // what was stored stays; the next run begins where this one did
	}
	a.log.Info("checks of other publishers read", "kind", s.Kind, "found", r.run.Found, "stored", r.run.Stored, "refused", r.run.Lost(), "trouble", r.run.Trouble)
	err = a.Desk.ImportRan(ctx, desk.Program(), s, r.run, wait)
	if errors.Is(err, desk.ErrConflict) {
		err = nil // another process had the lease by then
	}
	return r.run, err
}

// newImportRun begins a run.
func (a *App) newImportRun(s *desk.ImportSource) (*importRun, error) {
	agent := feed.Product + " (+" + a.Config.PublicURL + "/outlets)"
	r := &importRun{a: a, source: s, run: desk.ImportRun{Began: a.Desk.Now()}, at: map[string]int{}, web: fetch.New(fetch.Options{UserAgent: agent, AllowLoopback: a.imports.Local})}
	if u, err := url.Parse(a.Config.PublicURL); err == nil {
		r.own = strings.ToLower(u.Hostname())
	}
	gap := time.Duration(0)
	if a.imports.Local.IsValid() {
		gap = -1
	}
	var err error
	r.visit, err = feed.NewRunner(feed.Options{Desk: a.Desk, Web: r.web, Words: pressWords{}, Log: a.log, HostGap: gap})
	return r, err
}

// take takes one check over, unless it is one of our own that came back, or in
// another language than asked for.
func (r *importRun) take(ctx context.Context, i claimreview.Imported) error {
	r.run.Found++
	sample := desk.ImportSample{Line: i.Line, Number: r.run.Found, URL: i.URL}
	link := i.URL
	if r.at[i.URL]++; r.at[i.URL] > 1 {
		link = fmt.Sprintf("%s#claim-%d", i.URL, r.at[i.URL]) // as in Import
	}
	want, _, _ := strings.Cut(strings.ToLower(r.source.Lang), "-")
	have, _, _ := strings.Cut(strings.ToLower(i.Lang), "-")
	switch {
	case r.own != "" && hostName(i.URL) == r.own && !r.a.imports.Local.IsValid():
		r.run.Refuse(desk.RefusedOwn, true, sample)
		return nil
	case strings.HasPrefix(i.URL, r.a.Config.PublicURL+"/"):
		r.run.Refuse(desk.RefusedOwn, true, sample)
		return nil
	case want != "" && have != "" && want != have:
		r.run.Refuse(desk.RefusedLanguage, true, sample)
		return nil
	}
	r.batch = append(r.batch, desk.Imported{URL: link, Publisher: i.Publisher, Site: i.PublisherURL, Published: i.Published, Lang: i.Lang, Claim: i.Claim, Title: i.Title, Rating: i.RatingText})
	if len(r.batch) < importBatch {
		return nil
	}
	return r.flush(ctx)
}

// flush stores what was gathered.
func (r *importRun) flush(ctx context.Context) error {
	if len(r.batch) == 0 {
		return nil
	}
	stored, same, err := r.a.Desk.Import(ctx, desk.Program(), r.batch)
	r.run.Stored, r.run.Same, r.batch = r.run.Stored+stored, r.run.Same+same, nil
	return err
}

// trouble counts what the reader of formats says. That a whole answer held
// nothing is no refusal where that is usual: at the last page of a service.
func (r *importRun) trouble(at string) func(claimreview.Problem) {
	return func(p claimreview.Problem) {
		if p.Kind == claimreview.NothingFound {
			return
		}
		r.run.Refuse(string(p.Kind), p.Lost, desk.ImportSample{Line: p.Line, Number: p.Number, URL: at, Detail: p.Detail})
	}
}

// caller makes calls to the host of a service. Addresses on this machine are
// refused but for the one listener of a test.
func (r *importRun) caller(base string) (*fetch.Caller, *url.URL, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, nil, &troubleError{trouble: desk.ImportForbidden}
	}
	if here, err := netip.ParseAddrPort(u.Host); u.Scheme != "https" && (err != nil || here != r.a.imports.Local) {
		return nil, nil, &troubleError{trouble: desk.ImportForbidden}
	}
	c, err := fetch.NewCaller(fetch.CallerOptions{Base: u.Scheme + "://" + u.Host, Agent: feed.Product + " (+" + r.a.Config.PublicURL + "/outlets)"})
	if err != nil {
		return nil, nil, &troubleError{trouble: desk.ImportForbidden}
	}
	return c, u, nil
}

// call makes one call to a service, at the pace of the press feeds.
func (r *importRun) call(ctx context.Context, c *fetch.Caller, call fetch.Call) ([]byte, error) {
	call.MaxBody = importAnswer
	reply, err := c.Do(ctx, call)
	if err != nil {
		return nil, err
	}
	if !r.a.imports.Local.IsValid() {
		pause(ctx, feed.DefaultHostGap)
	}
	return reply.Body, statusTrouble(reply.Status, reply.Header)
}

// statusTrouble is what an answer's status says; nil for success.
func statusTrouble(status int, h http.Header) error {
	switch {
	case status == http.StatusOK:
		return nil
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable && h.Get("Retry-After") != "":
		n, err := strconv.Atoi(strings.TrimSpace(h.Get("Retry-After")))
		if err != nil || n < 0 {
			n = 600
		}
		return &troubleError{trouble: desk.ImportPaused, wait: min(time.Duration(n)*time.Second, 24*time.Hour)}
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusUnavailableForLegalReasons, status == http.StatusBadRequest:
		return &troubleError{trouble: desk.ImportKeptOut}
	case status == http.StatusNotFound, status == http.StatusGone:
		return &troubleError{trouble: desk.ImportMissing}
	}
	return &troubleError{trouble: desk.ImportServer}
}

// importTrouble is what a failed fetch says.
func importTrouble(f *fetch.Error) desk.ImportTrouble {
	switch f.Kind {
	case fetch.KindTooLarge, fetch.KindBomb:
		return desk.ImportTooLarge
	case fetch.KindEncoding:
		return desk.ImportForeign
	case fetch.KindURL, fetch.KindScheme, fetch.KindPort, fetch.KindAddress:
		return desk.ImportForbidden
	}
	return desk.ImportUnreachable
}

// hostName is the host of an address, without port and "www.".
func hostName(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}
