package feed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"runtime/debug"
	"sync"
	"time"

	"soi/internal/desk"
	"soi/internal/fetch"
)

// Web makes one guarded request; *fetch.Client does.
type Web interface {
	Get(ctx context.Context, q fetch.Request) (*fetch.Page, error)
}

// Words is what the program knows about texts and this package does not.
type Words interface {
	// Key is equal for texts of the same words, however typed: SHA-256.
	Key(s string) []byte
	// Lang is the BCP 47 language of a text, "und" if it cannot be told.
	Lang(s string) string
	// Sketch is a short description of a text by which copies are found.
	Sketch(s string) []byte
	// Copies reports whether two sketches are of texts with one source.
	Copies(a, b []byte) bool
}

// Options of a Runner. Desk, Web and Words are needed.
type Options struct {
	Desk  *desk.Desk
	Web   Web
	Words Words
	Log   *slog.Logger // nil discards

	Slots    int                  // feeds fetched at a time; 0 means DefaultSlots
	Patience time.Duration        // for one feed with everything that belongs to it; 0 means fetch.TotalTimeout
	HostGap  time.Duration        // between two requests to one host; 0 means DefaultHostGap, less than 0 none
	Elapsed  func() time.Duration // a clock that only runs on; nil means the process's own
}

// Defaults of Options.
const (
	DefaultSlots   = 10
	DefaultHostGap = 2 * time.Second
)

// Runner fetches feeds that are due. Safe for concurrent use; several, also in
// other processes on the same database, share the work by leases.
type Runner struct {
	o     Options
	score *Scorer

	mu     sync.Mutex
	hosts  map[string]*host
	next   map[desk.ID]time.Duration // no earlier by the running clock, whatever the wall clock says
	busy   map[string]bool           // hosts that a slot is at
	slots  int                       // slots in use
	ailing int                       // of them, with feeds that failed last time
	recent recent
	wait   sync.WaitGroup
}

// NewRunner makes a Runner; Run or Step starts it.
func NewRunner(o Options) (*Runner, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Slots == 0 {
		o.Slots = DefaultSlots
	}
	if o.Patience == 0 {
		o.Patience = fetch.TotalTimeout
	}
	if o.HostGap == 0 {
		o.HostGap = DefaultHostGap
	}
	if o.Elapsed == nil {
		start := time.Now()
		o.Elapsed = func() time.Duration { return time.Since(start) }
	}
	s, err := NewScorer()
	if err != nil {
		return nil, fmt.Errorf("weights of the scorer: %w", err)
	}
	return &Runner{o: o, score: s, hosts: map[string]*host{}, next: map[desk.ID]time.Duration{}, busy: map[string]bool{}}, nil
}

// Step gives every free slot a feed that is due and returns how many were
// begun. It does not wait for them; Wait does. Feeds that failed last time get
// at most half of the slots, so that hosts that hang never stop the rest.
func (r *Runner) Step(ctx context.Context) (int, error) {
	r.mu.Lock()
	free, sound := r.o.Slots-r.slots, r.ailing >= max(1, r.o.Slots/2)
	r.mu.Unlock()
	if free <= 0 {
		return 0, nil
	}
	feeds, err := r.o.Desk.TakeFeeds(ctx, desk.Program(), free, sound)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, f := range feeds {
		if r.begin(ctx, f) {
			n++
		}
	}
	return n, nil
}

// begin starts a feed, or puts it back when its host is busy or resting, or
// when the wall clock jumped and it is too early by the running clock.
func (r *Runner) begin(ctx context.Context, f desk.Feed) bool {
	u, err := url.Parse(f.URL)
	if err != nil {
		u = &url.URL{}
	}
	name := u.Host
	h, now := r.host(name), r.o.Elapsed()
	r.mu.Lock()
	wait := time.Duration(h.rested.Load()) - now
	if early := r.next[f.ID] - now; !f.State.Tried.IsZero() {
		wait = max(wait, early)
	}
	if r.busy[name] {
		wait = max(wait, busyPause)
	}
	ail := f.State.Fails > 0
	if wait <= 0 && ail && r.ailing >= max(1, r.o.Slots/2) {
		wait = busyPause
	}
	if wait <= 0 {
		r.busy[name] = true
		r.slots++
		if ail {
			r.ailing++
		}
	}
	r.mu.Unlock()
	if wait > 0 {
		r.store(ctx, f, desk.FeedOutcome{State: f.State, Due: r.o.Desk.Now().Add(wait)})
		return false
	}
	r.wait.Go(func() {
		defer r.end(name, ail)
		r.one(ctx, f)
	})
	return true
}

// busyPause is how long a feed waits whose host another slot is at.
const busyPause = 10 * time.Second

// end frees a slot.
func (r *Runner) end(name string, ail bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.busy, name)
	r.slots--
	if ail {
		r.ailing--
	}
}

// one fetches a feed and stores what it brought. A panic over what somebody
// published is that feed's failure and nobody else's.
func (r *Runner) one(ctx context.Context, f desk.Feed) {
	var out desk.FeedOutcome
	func() {
		defer func() {
			if p := recover(); p != nil {
				r.o.Log.Error("reading a feed failed badly", "feed", f.ID, "panic", p, "stack", string(debug.Stack()))
				out = r.failed(f, desk.FeedNotAFeed, 0)
			}
		}()
		work, stop := context.WithTimeout(ctx, r.o.Patience)
		defer stop()
		out = r.fetch(work, f)
	}()
	if ctx.Err() != nil {
		return // shutting down: the lease ends by itself
	}
	r.mu.Lock()
	r.next[f.ID] = r.o.Elapsed() + out.Due.Sub(r.o.Desk.Now())*9/10
	r.mu.Unlock()
	r.store(ctx, f, out)
}

// store hands the outcome over. A lease that was lost, or a feed that was
// removed meanwhile, is no trouble.
func (r *Runner) store(ctx context.Context, f desk.Feed, out desk.FeedOutcome) {
	out.Feed, out.Leased = f.ID, f.Leased
	var err error
	for range storeTries {
		if err = r.o.Desk.FeedFetched(ctx, desk.Program(), out); !errors.Is(err, desk.ErrBusy) || ctx.Err() != nil {
			break
		}
	}
	if err != nil && !errors.Is(err, desk.ErrConflict) && !errors.Is(err, desk.ErrState) && ctx.Err() == nil {
		r.o.Log.Error("what a feed brought could not be stored; it is fetched again", "feed", f.ID, "err", err)
	}
}

// storeTries is how often an outcome is handed to a database that is busy;
// each try waits as long as the database's own patience. After that the lease
// ends by itself and the feed is fetched again.
const storeTries = 3

// Wait waits for the feeds that Step began.
func (r *Runner) Wait() { r.wait.Wait() }

// Run fetches until ctx ends, then waits for what is under way to give up.
func (r *Runner) Run(ctx context.Context) {
	defer r.Wait()
	for ctx.Err() == nil {
		if _, err := r.Step(ctx); err != nil && ctx.Err() == nil {
			r.o.Log.Error("feeds that are due could not be read, will try again", "err", err)
		}
		t := time.NewTimer(time.Second)
		select {
		case <-ctx.Done():
		case <-t.C:
		}
		t.Stop()
	}
}
