// Package deliver answers those who asked: it sends the messages of the outbox.
//
// Owns: when a message goes out and how often it is tried: windows, quotas and
// rates of the platforms, pauses after failures, what happens to a message that
// was under way when the program died; calling for the messages that a
// publication, correction or withdrawal leads to.
//
// Does not own: what a message says (Render), how a platform is called (Send),
// who is told what (desk.Announce), addresses: it sees sealed bytes and hands
// them on.
//
// Start reading at: Sender.Step, then outcome in outcome.go.
package deliver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"soi/internal/desk"
)

// Limits are what a platform allows. Zero fields do not restrict.
type Limits struct {
	Window      time.Duration // after the asker's last message
	PerWindow   int           // messages within it
	AfterWindow bool          // can be reached after it, by a template
	PerSecond   float64
	Pause       time.Duration // between two messages to one asker
}

// Message is what is handed to a platform.
type Message struct {
	Notice  desk.Notice
	Lang    string
	Address []byte // sealed
	Late    bool   // the window is closed: by template
}

// Platform is a channel as the outbox needs it. The program makes one of each
// intake channel.
type Platform struct {
	Limits Limits
	// Send writes the message and calls the platform once. It returns the keyed
	// hash of the platform's id of the message. See Verdict for the errors.
	Send func(ctx context.Context, m Message) (receipt []byte, err error)
}

// Kind says what a failed call means for the message.
type Kind int

// The kinds of failure. An error that carries none counts as Unknown.
const (
	Unknown    Kind = iota // it may have arrived
	Gone                   // nobody there any more
	Window                 // the platform's window is closed
	Refused                // this message is not taken, ever
	Temporary              // surely not delivered
	Auth                   // our key is not accepted: surely not delivered
	NotYet                 // the text is not public yet: not called at all
	Superseded             // there is nothing to say any more: not called at all
)

// Failure is an error of Platform.Send with its meaning.
type Failure struct {
	Kind  Kind
	After time.Duration // for Temporary: how long the platform wants us to wait; 0 if it does not say
	Rate  bool          // for Temporary: too many at once
	Err   error
}

// Error is for the log.
func (f *Failure) Error() string { return fmt.Sprintf("not sent (%d): %v", f.Kind, f.Err) }

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Err }

// Options are what a Sender works with.
type Options struct {
	Store     desk.Store
	Platforms map[string]Platform // by channel
	Now       func() time.Time
	Log       *slog.Logger
	AtOnce    int           // messages under way at a time; 0 means 4
	Timeout   time.Duration // of one call; 0 means 45 s
}

// Sender sends the messages of the outbox. One Sender of several over one
// database runs at a time; if two do, no message goes out twice for it.
type Sender struct {
	Options
	wake chan struct{}
	mu   sync.Mutex
	gate map[string]*gate // by channel

	moved atomic.Int64 // messages that a Step has changed
}

// The times of a message.
const (
	callTime  = 45 * time.Second
	leaseTime = 2 * time.Minute  // after which the sender of a message counts as dead
	unknownIn = 10 * time.Minute // until one whose outcome is unknown is sent once more (trust.md 1.3)
	batchSize = 100
	pollEvery = time.Second
)

// New makes a Sender.
func New(o Options) *Sender {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.AtOnce == 0 {
		o.AtOnce = 4
	}
	if o.Timeout == 0 {
		o.Timeout = callTime
	}
	return &Sender{Options: o, wake: make(chan struct{}, 1), gate: map[string]*gate{}}
}

// now is the time as it is stored.
func (s *Sender) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// Wake makes Run look now. It never blocks.
func (s *Sender) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run sends until ctx ends. Calls that are under way are given their time.
func (s *Sender) Run(ctx context.Context) {
	pause := pollEvery
	for ctx.Err() == nil {
		n, err := s.Step(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			s.Log.Error("the outbox stands still, will try again", "pause", pause, "err", err)
			pause = min(2*pause, 30*time.Second)
		case n > 0:
			pause = pollEvery
			continue
		default:
			pause = pollEvery
		}
		t := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-s.wake:
		case <-t.C:
		}
		t.Stop()
	}
}

// Step sends what is due and returns how many messages it has moved on; those
// that a platform's rate holds back are not among them. An error means that the
// database did not answer.
func (s *Sender) Step(ctx context.Context) (int, error) {
	before := s.moved.Load()
	var due []desk.Notice
	err := s.Store.Read(ctx, func(tx desk.Tx) (err error) {
		due, err = tx.Notices(ctx, desk.NoticeFilter{States: []desk.NoticeState{desk.NoticeWaiting, desk.NoticeSending, desk.NoticeUnknown},
			NotChannels: s.resting(), DueBy: s.now(), Limit: batchSize})
		return err
	})
	if err != nil {
		return 0, err
	}
	// Messages of one conversation go out one after the other, in their order.
	lines := map[desk.ID][]desk.Notice{}
	var order []desk.ID
	for _, n := range due {
		key := n.Conversation
		if key == "" {
			key = n.ID
		}
		if lines[key] == nil {
			order = append(order, key)
		}
		lines[key] = append(lines[key], n)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	var failed error
	free := make(chan struct{}, s.AtOnce)
	for _, key := range order {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			for _, n := range lines[key] {
				goOn, err := s.safely(ctx, n)
				if err != nil {
					mu.Lock()
					failed = errors.Join(failed, err)
					mu.Unlock()
				}
				if err != nil || !goOn {
					return // later ones of the same conversation wait for their turn
				}
			}
		})
	}
	all.Wait()
	return int(s.moved.Load() - before), failed
}

// safely deals with one message; a panic of a platform's code leaves it in the
// state sending, from which it is picked up again.
func (s *Sender) safely(ctx context.Context, n desk.Notice) (goOn bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			s.Log.Error("sending failed", "channel", n.Channel, "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			goOn, err = false, nil
		}
	}()
	return s.deal(ctx, n)
}
