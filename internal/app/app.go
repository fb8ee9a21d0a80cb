package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"soi/internal/auth"
	"soi/internal/config"
	"soi/internal/desk"
	"soi/internal/evidence"
	"soi/internal/fetch"
	"soi/internal/intake"
	"soi/internal/intake/feed"
	"soi/internal/match"
	"soi/internal/store"
	"soi/internal/text"
	"soi/internal/tlog"
	"soi/internal/work"
)

// App is a desk that is open: database, keys, public log, matcher, sign-in.
// Commands use what they need of it; Serve runs it as a server.
type App struct {
	Config  config.Config
	Desk    *desk.Desk
	Auth    *auth.Service
	Matcher *match.Matcher

	db        *store.DB
	keys      keys
	book      *logbook
	signer    *tlog.Signer
	index     *indexer
	encoding  *encoding
	follower  *work.Follower
	media     *keeper
	post      *post
	copies    *evidence.Keeper
	print     func(ctx context.Context, html []byte) ([]byte, error) // a PDF of a page; nil without Chromium
	elsewhere *evidence.Elsewhere                                    // nil: copies are kept here alone
	captures  chan struct{}                                          // holds one when a copy was asked for
	answers   *answers
	signed    atomic.Int64
	erasing   sync.Mutex  // one Erase at a time
	unclean   atomic.Bool // the database's files may hold what was deleted
	log       *slog.Logger
	now       func() time.Time
	web       feed.Web   // nil: the guarded client of the press
	links     linkWeb    // nil: a guarded client
	fedi      *fediverse // nil: the desk has no account there
	imports   importHooks
	peers     peerWeb      // nil: a guarded client
	laid      atomic.Int64 // the newest event that our shelf knows of
}

// Options are what tests and the demo change about an App.
type Options struct {
	Now    func() time.Time // nil means time.Now
	Log    *slog.Logger     // nil discards
	Recent time.Duration    // how long a proof of identity counts; 0 means auth's default
	// LogBegins dates the first entries of a new public log; the zero time
	// means now. The demo's log begins before the month it replays.
	LogBegins time.Time
	// Regain opens a desk whose public log is to be brought back from a mirror:
	// no first entry is written.
	Regain bool
	// Succeed opens a desk whose public log is to be followed by another one: the
	// host of the public address may be another one too.
	Succeed bool
	// Channels are further channels, made once the desk is open; Reader is put
	// around what reads messages; Bundle and ReadTime replace how long messages
	// are waited for and read, AtOnce how many answers go out at a time. For tests.
	Channels         func(*App) []intake.Channel
	Reader           func(intake.Reader) intake.Reader
	Bundle, ReadTime time.Duration
	AtOnce           int
	// Press fetches feeds and pages of outlets; nil means a guarded client.
	// Tests hand in one that reaches their own server.
	Press feed.Web
	// Links looks at the links that checks cite; nil means a guarded client.
	Links linkWeb
	// ImportsFrom is the one listener on this machine that sources of imported
	// checks may be read from. For tests.
	ImportsFrom netip.AddrPort
	// Peers reads the shelves of other desks; nil means a guarded client.
	Peers peerWeb
	// Fediverse reaches servers of followers; nil means a guarded client.
	Fediverse FediWeb
	// Pages fetches what evidence cites; nil means a guarded client. Tools are the
	// programs that make copies better; nil means those of this machine. ArchiveOrg
	// is an address that stands for the Internet Archive. For tests.
	Pages      evidence.Web
	Tools      *evidence.Tools
	ArchiveOrg string
	// NoCapture leaves out fetching what evidence cites, whatever the settings say.
	NoCapture bool
	// Webhooks sends letters to webhooks of keys; nil means a guarded client.
	Webhooks *fetch.Client
	// Worker is the command that opens files in a child process (media.RunWorker),
	// and WorkerEnv what it needs of an environment; without one, pictures are
	// kept unopened.
	Worker, WorkerEnv []string
}

// Open opens the desk that c describes: it makes the data folder and the keys
// on first use, opens the database, brings its schema up to date, and begins
// the public log if there is none. It does not fill the matcher and starts
// nothing; Serve does. Close it in the end.
func Open(ctx context.Context, c config.Config, o Options) (*App, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	a := &App{Config: c, log: o.Log, now: o.Now, web: o.Press, links: o.Links, imports: importHooks{Local: o.ImportsFrom}, peers: o.Peers}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	var err error
	if a.keys, err = openKeys(c, o.Succeed); err != nil {
		return nil, err
	}
	if a.db, err = store.Open(ctx, a.dsn(), store.Options{Log: o.Log}); err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	if err := a.wire(ctx, o); err != nil {
		return nil, errors.Join(err, a.db.Close())
	}
	return a, nil
}

// dsn is where the database is.
func (a *App) dsn() string {
	if a.Config.Database != "" {
		return a.Config.Database
	}
	return filepath.Join(a.Config.Data, "soi.db")
}

// wire builds everything over the open database.
func (a *App) wire(ctx context.Context, o Options) error {
	if err := a.db.Migrate(ctx); err != nil {
		return fmt.Errorf("database schema: %w", err)
	}
	if err := a.settleKeys(ctx); err != nil {
		return fmt.Errorf("key of the public log: %w", err)
	}
	a.book = &logbook{store: a.db, now: o.Now, key: a.keys.log, quorum: a.Config.Quorum}
	for _, w := range a.Config.Witnesses {
		a.book.witnesses = append(a.book.witnesses, tlog.RemoteWitness{Address: w.Address, VKey: w.VKey})
	}
	a.Desk = desk.New(a.db, a.book, o.Now, desk.Options{Langs: a.Config.Langs, Retention: a.Config.Retention, Post: privatePost, NoCopies: o.NoCapture || a.Config.NoCapture, TwoForMedium: a.Config.TwoMedium,
		Hours: desk.Hours{Days: a.Config.Hours.Days, From: a.Config.Hours.From, To: a.Config.Hours.To, Zone: a.Config.Zone}})
	if !o.Regain && !o.Succeed {
		if err := a.book.begin(ctx, o.LogBegins); err != nil {
			return fmt.Errorf("public log: %w", err)
		}
	}
	if err := a.openSigner(ctx); err != nil {
		return err
	}
	key, err := a.keys.derive("factors")
	if err != nil {
		return err
	}
	outside, err := a.outside()
	if err != nil {
		return err
	}
	a.Auth, err = auth.New(auth.Config{Store: a.db, PublicURL: a.Config.PublicURL, SiteName: a.Config.Name,
		Staff: a.Desk.StaffByID, StaffNamed: a.Desk.StaffNamed, Key: key[:auth.KeySize], Now: o.Now, Normal: text.Clean,
		Idle: a.Config.Idle, Recent: o.Recent, Outside: outside})
	if err != nil {
		return fmt.Errorf("sign-in: %w", err)
	}
	if a.post, err = a.openPost(); err != nil {
		return fmt.Errorf("addresses of staff: %w", err)
	}
	if err := a.openFediverse(o.Fediverse); err != nil {
		return fmt.Errorf("fediverse: %w", err)
	}
	if err := a.openMedia(o.Worker, o.WorkerEnv); err != nil {
		return fmt.Errorf("files: %w", err)
	}
	if err := a.openEvidence(o); err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	a.Matcher = match.New(match.Options{})
	a.encoding = &encoding{app: a}
	a.index = &indexer{store: a.db, matcher: a.Matcher, signed: a.signed.Load, langs: a.Config.Langs, log: o.Log}
	if err := a.openAnswers(o); err != nil {
		return fmt.Errorf("channels: %w", err)
	}
	return nil
}

// Close closes the database. Serve has stopped everything else by then.
func (a *App) Close() error { return a.db.Close() }

// SignInLink makes a one-time sign-in link for an account and returns it with
// the time it ends. The journal says that one was made.
func (a *App) SignInLink(ctx context.Context, staff desk.ID) (link string, until time.Time, err error) {
	if err := a.Desk.NoteLink(ctx, desk.Program(), staff); err != nil {
		return "", time.Time{}, err
	}
	return a.Auth.NewLink(ctx, desk.Program(), staff)
}

// VKey is the verifier key of the public log.
func (a *App) VKey() string { return a.keys.log.VKey() }

// Signed is the size of the published checkpoint.
func (a *App) Signed() int64 { return a.signed.Load() }

// sign signs what the log holds and learns the published size. When signing
// is refused, what was signed before stays public.
func (a *App) sign(ctx context.Context) error {
	s, err := a.signer.Sign(ctx)
	if err != nil {
		if _, size, lastErr := a.book.LastCheckpoint(ctx); lastErr == nil && !forked(err) {
			a.raise(size)
		}
		return fmt.Errorf("sign public log: %w", err)
	}
	if s.New {
		a.log.Info("public log signed", "size", s.Size)
	}
	if s.GuardBehind {
		a.log.Warn("the guard file was older than the newest checkpoint; see soi doctor")
	}
	a.raise(s.Size)
	return nil
}

// forked reports whether the error means that the log may have two histories:
// then nothing more is shown until a person has looked.
func forked(err error) bool {
	return errors.Is(err, tlog.ErrFork) || errors.Is(err, tlog.ErrRollback) || errors.Is(err, tlog.ErrDamaged)
}

// raise moves the published size up, never down.
func (a *App) raise(size int64) {
	for {
		old := a.signed.Load()
		if size <= old || a.signed.CompareAndSwap(old, size) {
			return
		}
	}
}

// AfterPublish makes a publication visible: it signs the log and waits until
// the matcher knows. Called by pages after a verb that published.
func (a *App) AfterPublish(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := a.sign(ctx); err != nil {
		return err
	}
	if a.follower == nil {
		return nil
	}
	last, err := a.lastEvent(ctx)
	if err != nil {
		return err
	}
	return a.follower.Reach(ctx, last)
}

// lastEvent is the Seq of the newest event.
func (a *App) lastEvent(ctx context.Context) (seq int64, err error) {
	err = a.db.Read(ctx, func(tx desk.Tx) error {
		es, err := tx.Events(ctx, desk.EventFilter{Newest: true, Limit: 1})
		if err == nil && len(es) > 0 {
			seq = es[0].Seq
		}
		return err
	})
	return seq, err
}

// readEvents is the Source of followers.
func (a *App) readEvents(ctx context.Context, after int64, limit int) (out []desk.Event, err error) {
	err = a.db.Read(ctx, func(tx desk.Tx) error {
		out, err = tx.Events(ctx, desk.EventFilter{After: after, Limit: limit})
		return err
	})
	return out, err
}

// Schema is the version of the database's schema.
func (a *App) Schema(ctx context.Context) (int, error) {
	have, _, err := a.db.Schema(ctx)
	return have, err
}

// countStaff counts the accounts in use, and those who may draft and review.
func (a *App) countStaff(ctx context.Context) (all, writers, reviewers int, err error) {
	staff, err := a.Desk.StaffList(ctx, desk.Program())
	for _, s := range staff {
		if !s.Active() {
			continue
		}
		all++
		if desk.As(s).May(desk.MayDraft) {
			writers++
		}
		if desk.As(s).May(desk.MayReview) {
			reviewers++
		}
	}
	return all, writers, reviewers, err
}
