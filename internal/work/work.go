// Package work runs what goes on beside requests: followers, which are named
// positions over the event log, and schedules.
//
// Owns: calling a handler with events in order, remembering how far it came,
// trying again after an error with growing pauses, surviving a panic, telling
// how far behind it is; calling a function at intervals.
//
// Does not own: what the handlers do; it has no knowledge of tips or checks.
//
// Start reading at Follower.Run.
package work

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"

	"soi/internal/desk"
)

// Source reads events after a position, oldest first, at most limit.
type Source func(ctx context.Context, after int64, limit int) ([]desk.Event, error)

// Follower hands events to a handler, in order, from a position on.
//
// The handler is called again with the same events after an error or a crash,
// so it must not mind seeing an event twice. It may be a while before it sees
// an event: whoever needs it at once calls Wake and waits with Reach.
type Follower struct {
	Name   string
	Read   Source
	Handle func(ctx context.Context, events []desk.Event) error
	// Moved, if set, is told every new position, to keep it somewhere; an
	// error stops the batch from counting as handled.
	Moved func(ctx context.Context, seq int64) error
	Poll  time.Duration // how often to look without being woken; 0 means 250 ms
	Log   *slog.Logger

	pos  atomic.Int64
	wake chan struct{}
	fail atomic.Pointer[error]
}

// ErrSoon is the error of a handler that must wait for something that is under
// way: the events are handed to it again, and only if that takes longer than
// soon is it trouble.
var ErrSoon = errors.New("not ready yet")

// soon is how long a handler may wait for what is under way.
const soon = 5 * time.Second

// batch is how many events a handler gets at once.
const batch = 500

// NewFollower makes f ready to run from the position after.
func NewFollower(f *Follower, after int64) *Follower {
	f.wake = make(chan struct{}, 1)
	f.pos.Store(after)
	if f.Poll == 0 {
		f.Poll = 250 * time.Millisecond
	}
	return f
}

// Position is the Seq of the last event that was handled.
func (f *Follower) Position() int64 { return f.pos.Load() }

// Trouble is the error of the last try, nil when it went well.
func (f *Follower) Trouble() error {
	if p := f.fail.Load(); p != nil {
		return *p
	}
	return nil
}

// Wake makes the follower look for events now. It never blocks.
func (f *Follower) Wake() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// Reach waits until the follower has handled the event with this Seq, or ctx
// ends.
func (f *Follower) Reach(ctx context.Context, seq int64) error {
	f.Wake()
	for f.Position() < seq {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
	return nil
}

// Run handles events until ctx ends. After an error it waits, at first as
// long as Poll, then twice as long each time up to half a minute. ErrSoon is
// waited out in steps of Poll and told nobody until it has taken five seconds.
func (f *Follower) Run(ctx context.Context) {
	pause, waited := f.Poll, time.Duration(0)
	for ctx.Err() == nil {
		n, err := f.Step(ctx)
		switch {
		case errors.Is(err, ErrSoon) && waited < soon && ctx.Err() == nil:
			f.Log.Debug("follower waits", "follower", f.Name, "after", f.Position(), "for", err)
			sleep(ctx, nil, f.Poll)
			waited += f.Poll
		case err != nil && ctx.Err() == nil:
			f.fail.Store(&err)
			f.Log.Error("follower failed, will try again", "follower", f.Name, "after", f.Position(), "pause", pause, "err", err)
			sleep(ctx, nil, pause)
			pause = min(2*pause, 30*time.Second)
		default:
			f.fail.Store(nil)
			pause, waited = f.Poll, 0
			if n < batch {
				sleep(ctx, f.wake, f.Poll)
			}
		}
	}
}

// Step handles one batch and returns how many events it had.
func (f *Follower) Step(ctx context.Context) (n int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("follower %s: panic: %v\n%s", f.Name, p, debug.Stack())
		}
	}()
	events, err := f.Read(ctx, f.Position(), batch)
	if err != nil || len(events) == 0 {
		return 0, err
	}
	if err := f.Handle(ctx, events); err != nil {
		return 0, err
	}
	last := events[len(events)-1].Seq
	if f.Moved != nil {
		if err := f.Moved(ctx, last); err != nil {
			return 0, err
		}
	}
	f.pos.Store(last)
	return len(events), nil
}

// Every calls do at once and then at each interval until ctx ends. An error
// or a panic is logged and does not stop the schedule.
func Every(ctx context.Context, log *slog.Logger, name string, interval time.Duration, do func(context.Context) error) {
	for ctx.Err() == nil {
		if err := safely(ctx, do); err != nil && ctx.Err() == nil {
			log.Error("scheduled work failed, will run again", "work", name, "interval", interval, "err", err)
		}
		sleep(ctx, nil, interval)
	}
}

// safely turns a panic into an error.
func safely(ctx context.Context, do func(context.Context) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return do(ctx)
}

// sleep waits for d, for wake, or for ctx to end.
func sleep(ctx context.Context, wake <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-t.C:
	}
}
