package desk

import (
	"context"
	"fmt"
	"time"
)

// Log appends to the public log inside the caller's transaction. The program
// hands in an implementation that knows the bytes and the tree (tlog).
type Log interface {
	// Append adds one entry and returns where it stands. ErrClock when the
	// clock cannot be trusted; ErrDuplicate when e.Op was used before.
	Append(ctx context.Context, tx Tx, e LogEntry) (LogPlace, error)
}

// LogEntry is what the desk asks the public log to record.
type LogEntry struct {
	Op      string // makes the entry idempotent: the review's ID
	Kind    Kind
	Verdict ID
	Rev     int
	Prev    int64   // log index of the check's entry before; -1 for the first
	Rating  Rating  // "" for a withdrawal
	Doc     []byte  // SHA-256 of the document; nil for a withdrawal
	Reason  Reason  // "" for the first publication
	Ruling  ID      // of a ruling alone
	Outcome Outcome // of a ruling alone
	Erased  []int   // revisions whose documents are deleted with this entry: see Redact

	Channel  ID           // of a line of the register of channels alone
	Standing ChannelState // of that line
}

// LogPlace is where and when an entry was recorded.
type LogPlace struct {
	Index int64
	Time  time.Time
}

// Desk is the rules over one Store. Its methods are the verbs and readings
// that pages, channels and commands use. Safe for concurrent use.
type Desk struct {
	store Store
	log   Log
	now   func() time.Time
	opts  Options
}

// Options are the desk's settings that verbs need.
type Options struct {
	// Langs are the languages checks are written in, the first one foremost.
	Langs []string
	// Retention is how long the text of a tip is kept when no claim in use
	// carries it; zero means DefaultRetention.
	Retention time.Duration
	// ChoiceTime is how long an asker has to choose among "perhaps one of
	// these" before the tip joins the queue; zero means DefaultChoiceTime.
	ChoiceTime time.Duration
	// NoCopies leaves evidence without archived copies: nothing is asked for.
	NoCopies bool
	// TwoForMedium asks for two reviewers where harm is medium, not only where
	// it is high.
	TwoForMedium bool
	// Post tells whether an address is that of a private person's post, and then
	// the address of the platform, which alone is kept and shown; nil: none is.
	Post func(address string) (platform string, is bool)
	// Hours are the desk's working hours, by which claims are due.
	Hours Hours
	// QueueLimit bounds how many claims of one kind the queue reads; zero means
	// DefaultQueueLimit.
	QueueLimit int
}

// Defaults of Options.
const (
	DefaultRetention  = 90 * 24 * time.Hour
	DefaultChoiceTime = 15 * time.Minute
	// DefaultQueueLimit is far more than people can work on at once.
	DefaultQueueLimit = 5000
)

// New returns a desk over s that records publications in log and reads the
// time from now.
func New(s Store, log Log, now func() time.Time, o Options) *Desk {
	if len(o.Langs) == 0 {
		o.Langs = []string{"vi", "en"}
	}
	if o.Retention == 0 {
		o.Retention = DefaultRetention
	}
	if o.ChoiceTime == 0 {
		o.ChoiceTime = DefaultChoiceTime
	}
	return &Desk{store: s, log: log, now: now, opts: o}
}

// Langs are the languages checks are written in, the first one foremost.
func (d *Desk) Langs() []string { return d.opts.Langs }

// Now is the desk's time: UTC in whole milliseconds, as it is stored.
func (d *Desk) Now() time.Time { return d.now().UTC().Truncate(time.Millisecond) }

// read runs fn on a snapshot after checking the permission. What fn sees is
// what the person may see: see seatedTx.
func (d *Desk) read(ctx context.Context, by Actor, p Permission, fn func(Tx) error) error {
	if err := need(by, p); err != nil {
		return err
	}
	return d.store.Read(ctx, func(tx Tx) error {
		tx, err := d.seated(ctx, tx, &by, p)
		if err != nil {
			return err
		}
		return fn(tx)
	})
}

// do runs fn in a writing transaction after checking that the permission is
// granted and, for staff, that the account is still in use with that role:
// a page that was open when the account was disabled changes nothing. Rights
// by desk and topic are in the transaction that fn gets: see seatedTx.
func (d *Desk) do(ctx context.Context, by Actor, p Permission, fn func(Tx) error) error {
	if err := need(by, p); err != nil {
		return err
	}
	return d.store.Tx(ctx, func(tx Tx) error {
		if by.Staff != "" {
			s, err := staffByID(ctx, tx, by.Staff)
			if err != nil {
				return err
			}
			if !s.Active() || s.Role != by.Role {
				return ErrForbidden
			}
			if tx, err = d.seated(ctx, tx, &by, p); err != nil {
				return err
			}
		}
		return fn(tx)
	})
}

// claimAt reads a claim and checks that it is still the version the person
// saw. Version 0 means that the caller did not look (the program).
func claimAt(ctx context.Context, tx Tx, id ID, version int64) (Claim, error) {
	c, err := tx.Claim(ctx, id)
	if err != nil {
		return c, fmt.Errorf("claim %s: %w", id, err)
	}
	if version != 0 && c.Version != version {
		return c, ErrConflict
	}
	return c, nil
}

// saveClaim stores a changed claim and its event, and returns the claim as
// it stands now.
func (d *Desk) saveClaim(ctx context.Context, tx Tx, by Actor, c Claim, e Event) (Claim, error) {
	c.Changed = d.Now()
	if err := tx.SetClaim(ctx, c); err != nil {
		return c, err
	}
	c.Version++
	e.Claim = c.ID
	return c, d.tell(ctx, tx, by, e)
}

// tell appends an event.
func (d *Desk) tell(ctx context.Context, tx Tx, by Actor, e Event) error {
	e.At, e.Actor = d.Now(), by.Staff
	if _, err := tx.Append(ctx, e); err != nil {
		return fmt.Errorf("event %s: %w", e.Kind, err)
	}
	return nil
}
