package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"soi/internal/api"
	"soi/internal/desk"
	"soi/internal/intake/feed"
	"soi/internal/practice"
	"soi/internal/web"
	"soi/internal/work"
)

// Server is an App that listens.
type Server struct {
	*App
	URL   string // where it listens, as http://host:port
	http  *http.Server
	site  *web.Site
	press *feed.Runner
	ln    net.Listener
	stop  context.CancelFunc
	done  sync.WaitGroup
}

// The limits of a connection (trust.md 2.3).
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 60 * time.Second
	maxHeader     = 16 << 10
	drainTime     = 10 * time.Second
)

// ballastSize is kept free for the time the disk fills up: on a full disk even
// deleting needs room.
const ballastSize = 64 << 20

// Start fills the matcher, starts the background work and listens. It returns
// once requests are answered. End it with Stop.
func (a *App) Start(ctx context.Context) (*Server, error) {
	if err := a.sign(ctx); err != nil {
		a.log.Error("publishing is held until this is settled; see soi doctor", "err", err)
	}
	a.useEncoder()
	seq, err := a.index.ready(ctx, a.snapshotPath())
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	if err := a.encoding.load(); err != nil {
		return nil, fmt.Errorf("directions of texts: %w", err)
	}
	a.follower = work.NewFollower(&work.Follower{Name: "index", Read: a.readEvents, Handle: a.index.handle, Log: a.log}, seq)
	site, err := a.site(ctx)
	if err != nil {
		return nil, err
	}
	press, err := a.newPress()
	if err != nil {
		return nil, err
	}
	whole, err := a.withAPI(a.withWebhooks(site), site.DrawRead)
	if err != nil {
		return nil, err
	}
	s := &Server{App: a, site: site, press: press}
	if s.ln, err = net.Listen("tcp", a.Config.Listen); err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	s.URL = "http://" + s.ln.Addr().String()
	s.http = &http.Server{Handler: whole, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader, ErrorLog: quietLog()}
	s.run(ctx)
	return s, nil
}

// site builds the pages.
func (a *App) site(ctx context.Context) (*web.Site, error) {
	key, err := a.keys.derive("site")
	if err != nil {
		return nil, err
	}
	course, err := practice.Course()
	if err != nil {
		return nil, err
	}
	logs, err := a.logHandlers(ctx)
	if err != nil {
		return nil, err
	}
	return web.New(web.Deps{Fediverse: a.actor(), Course: course, Desk: a.Desk, Exchange: shelf{a}, Post: a.post, Press: a, Requests: a, Subscribers: subscribers{a}, Matcher: a.Matcher, Media: a.media, Appeals: appealPost{a}, Copies: a.copies, CaptureNow: a.CaptureNow, Auth: a.Auth, Signed: a.Signed, Witnessing: a.witnessing, LogLine: a.logLine, AfterPublish: a.AfterPublish,
		Logs: logs, Logger: a.log, Now: a.now, OpenData: a.openData(), Added: a.addedWords(), Changes: a.db.Changes,
		Config: web.Config{URL: a.Config.PublicURL, ReplayURL: a.Config.ReplayURL, Name: a.Config.Name, Zone: a.Config.Zone, Key: key, VKey: a.VKey(), LogPath: a.logPath(), Licence: a.Config.Licence, MCP: a.Config.MCP, OneProxy: a.Config.Proxy}})
}

// run starts the listener and the background work.
func (s *Server) run(ctx context.Context) {
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	every := func(name string, d time.Duration, f func(context.Context) error) {
		s.done.Go(func() { work.Every(ctx, s.log, name, d, f) })
	}
	s.done.Go(func() { s.follower.Run(ctx) })
	s.done.Go(func() { s.runAnswers(ctx) })
	s.done.Go(func() {
		if err := s.site.Warm(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("the list of checks could not be read yet; the first search reads it", "err", err)
		}
	})
	every("sign", time.Second, s.signIfGrown)
	s.runWitnesses(every)
	every("settle", 30*time.Second, func(ctx context.Context) error { _, err := s.Desk.Settle(ctx, desk.Program()); return err })
	every("erase", time.Hour, s.erase)
	every("media", 3*time.Second, s.readWaiting)
	every("sessions", time.Minute, s.Auth.Sweep)
	every("snapshot", 10*time.Minute, func(context.Context) error { return s.index.save(s.snapshotPath(), s.follower.Position()) })
	if s.Matcher.Encodes() {
		every("encode", encodeEvery, s.encoding.run)
		every("meanings", 10*time.Minute, func(context.Context) error { return s.encoding.save() })
	}
	every("names", time.Minute, s.site.UseRatingNames)
	every("ballast", time.Minute, s.ballast)
	s.runDump(ctx)
	every("press", time.Hour, s.forgetPress)
	every("links", linksEvery, s.WatchLinks)
	every("channels", proofsEvery, s.LookForProofs)
	every("imports", importsEvery, s.RunImports)
	every("exchange", exchangeEvery, s.Exchange)
	s.runLetters(every)
	s.runDigests(every)
	s.runReports(every)
	if s.fedi != nil {
		every("fediverse", time.Second, s.tellFediverse)
	}
	s.runTeam(ctx, every)
	s.done.Go(func() { s.press.Run(ctx) })
	s.runCaptures(ctx)
	every("evidence", patrolEvery, s.patrol)
	if s.elsewhere != nil {
		every("elsewhere", time.Minute, s.sendElsewhere)
	}
	s.done.Go(func() {
		if err := s.http.Serve(s.ln); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("server stopped", "err", err)
		}
	})
}

// signIfGrown signs when the log has entries that no checkpoint covers: those
// of another process with this database, or those whose signing failed.
func (s *Server) signIfGrown(ctx context.Context) error {
	head, err := s.book.Head(ctx)
	if err != nil {
		return err
	}
	if head.Size > s.signed.Load() {
		err = s.sign(ctx)
	}
	return errors.Join(err, s.index.catchUp(ctx))
}

// Routes lists everything that is answered: pages, files, the API, and the
// tools for assistants where they are on.
func (s *Server) Routes() []web.Served {
	out := s.site.Routes()
	for _, p := range api.Routes() {
		out = append(out, web.Served{Pattern: p, Public: true})
	}
	if s.Config.MCP {
		out = append(out, web.Served{Pattern: "POST " + mcpPath, Public: true})
	}
	return out
}

// Erase removes the texts that have reached the end of their retention, at
// most 500 at a call, and then what the database's files still hold of them.
// held says that nothing was erased because the clock jumped.
func (a *App) Erase(ctx context.Context) (n int, held bool, err error) {
	a.erasing.Lock() // whoever comes second finds the files clean
	defer a.erasing.Unlock()
	n, held, err = a.Desk.Erase(ctx, desk.Program())
	forgotten := 0
	for _, forget := range []func(context.Context) (int, error){
		a.forgetAskers,
		func(ctx context.Context) (int, error) { return a.Desk.TidyTeam(ctx, desk.Program()) },
		func(ctx context.Context) (int, error) { return a.Desk.ForgetAppeals(ctx, desk.Program()) },
		func(ctx context.Context) (int, error) { return a.Desk.TidyExchange(ctx, desk.Program()) },
	} {
		if err == nil && !held {
			var k int
			k, err = forget(ctx)
			forgotten += k
		}
	}
	if err == nil {
		err = a.cleanFiles(ctx, n+forgotten > 0)
	}
	return n, held, err
}

// cleanFiles takes what was deleted out of the files of the database too. It
// holds writers up, so not without need; where a long read stands in the way the
// next pass tries again.
func (a *App) cleanFiles(ctx context.Context, deleted bool) error {
	if deleted {
		a.unclean.Store(true)
	}
	if !a.unclean.Load() {
		return nil
	}
	err := a.db.Tidy(ctx)
	if errors.Is(err, desk.ErrBusy) {
		a.log.Info("the database's files could not be cleaned for a long read; the next pass does it")
		return nil
	}
	if err == nil {
		a.unclean.Store(false)
	}
	return err
}

// erase is Erase as a scheduled task.
func (s *Server) erase(ctx context.Context) error {
	n, held, err := s.Erase(ctx)
	switch {
	case held:
		s.log.Warn("nothing is erased for a day because the clock jumped")
	case n > 0:
		s.log.Info("texts erased at the end of their retention", "tips", n)
	}
	return err
}

// snapshotPath is where the index keeps its snapshot.
func (a *App) snapshotPath() string { return filepath.Join(a.Config.Data, "index.snapshot") }

// ballast keeps a file that an operator, or soi itself at a full disk, can
// give up to make room.
func (s *Server) ballast(context.Context) error {
	path := filepath.Join(s.Config.Data, "ballast")
	if fi, err := os.Stat(path); err == nil && fi.Size() == ballastSize {
		return nil
	}
	free, err := freeSpace(s.Config.Data)
	if err != nil || free < 4*ballastSize {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(allocate(f, ballastSize), f.Close())
}

// Stop ends the server: no new connections, up to ten seconds for those under
// way, then the background work and a last snapshot of the index.
func (s *Server) Stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	err := s.http.Shutdown(ctx)
	s.stop()
	s.done.Wait()
	flush, end := context.WithTimeout(context.Background(), drainTime) // also when readers took all of the first ten seconds
	defer end()
	return errors.Join(err, s.site.FlushReach(flush), s.index.save(s.snapshotPath(), s.follower.Position()), s.encoding.save())
}

// Serve runs the desk until ctx ends.
func (a *App) Serve(ctx context.Context, ready func(url string)) error {
	s, err := a.Start(ctx)
	if err != nil {
		return err
	}
	ready(s.URL)
	<-ctx.Done()
	return s.Stop()
}
