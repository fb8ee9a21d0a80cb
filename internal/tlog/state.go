package tlog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The rules of the log that an entry can break, besides ErrForm. A RuleError
// wraps one of them.
var (
	// ErrFirst: entry 0 is genesis or successor, and no later entry is.
	ErrFirst = errors.New("tlog: first entry must be genesis or successor, and only the first")
	// ErrForeignKey: the key of entry 0 carries another name than the log's origin.
	ErrForeignKey = errors.New("tlog: key belongs to another origin")
	// ErrClosed: an entry follows close.
	ErrClosed = errors.New("tlog: log is closed")
	// ErrTimeBack: the entry is older than the one before it.
	ErrTimeBack = errors.New("tlog: time goes back")
	// ErrRev: the revision is not the verdict's last plus one.
	ErrRev = errors.New("tlog: revision out of order")
	// ErrPrev: prev does not point to the verdict's last entry.
	ErrPrev = errors.New("tlog: prev points elsewhere")
	// ErrTransition: the verdict's state does not allow this kind, such as
	// restoring what was never withdrawn.
	ErrTransition = errors.New("tlog: kind does not follow from the verdict's state")
	// ErrRatingChanged: a rating changed otherwise than by correct.
	ErrRatingChanged = errors.New("tlog: rating changed without a correction")
	// ErrRatingUnknown: the rating is not on the scale of the last policy entry.
	ErrRatingUnknown = errors.New("tlog: rating is not on the scale in force")
)

// RuleError says which entry breaks which rule. Kind is one of the errors
// above or ErrForm, and what errors.Is finds.
type RuleError struct {
	Index   int64
	Verdict string // empty when the entry is not of a verdict
	Rev     int64
	Kind    error
}

// Error is for the log of the program, not for a reader.
func (e *RuleError) Error() string {
	return fmt.Sprintf("entry %d (verdict %s rev %d): %v", e.Index, e.Verdict, e.Rev, e.Kind)
}

// Unwrap returns the kind.
func (e *RuleError) Unwrap() error { return e.Kind }

// Status is where a verdict stands according to the log.
type Status string

// The states of a verdict. A verdict that was never logged has the zero Status.
const (
	StatusPublished Status = "published"
	StatusWithdrawn Status = "withdrawn"
	StatusErased    Status = "erased"
)

// VerdictState is what the chain of one verdict amounts to. The zero value is
// a verdict that the log does not know.
type VerdictState struct {
	Status Status
	Index  int64    // of its last entry
	Rev    int64    // of its last entry
	Rating string   // last rating given, kept through withdraw and erase
	Doc    [32]byte // document in force; zero unless published
}

// Next returns the state after e at the given index, or the first rule that e
// breaks. It knows one verdict only; time, scale and close are the Checker's.
func (s VerdictState) Next(index int64, e Entry) (VerdictState, error) {
	next := VerdictState{Status: statusAfter(e.Kind), Index: index, Rev: e.Rev, Rating: e.Rating, Doc: e.Doc}
	if e.Kind.ends() {
		next.Rating = s.Rating
	}
	switch {
	case !follows(s.Status, e.Kind):
		return next, ErrTransition
	case e.Rev != s.Rev+1:
		return next, ErrRev
	case e.Prev != s.Index:
		return next, ErrPrev
	case next.Rating != s.Rating && e.Kind != KindCorrect && e.Kind != KindPublish:
		return next, ErrRatingChanged
	}
	return next, nil
}

// StateOf rebuilds the state of a verdict from its last entry, at index last,
// reading back along prev only as far as the last rating: one entry, or a few
// after a withdrawal. last 0 is a verdict that was never logged. A writer asks
// Next of it before Append, so that nothing is stored that the Signer would
// refuse for ever. read returns the bytes of one entry; what it cannot return
// is an error, an entry of another verdict is ErrDamaged.
func StateOf(last int64, read func(index int64) ([]byte, error)) (VerdictState, error) {
	var s VerdictState
	verdict := ""
	for at := last; at > 0; {
		body, err := read(at)
		if err != nil {
			return VerdictState{}, err
		}
		e, err := Parse(body)
		if err != nil || !e.Kind.OfVerdict() || e.Prev >= at || verdict != "" && e.Verdict != verdict {
			return VerdictState{}, fmt.Errorf("%w: entry %d in the chain of entry %d", ErrDamaged, at, last)
		}
		if at == last {
			verdict = e.Verdict
			s = VerdictState{Status: statusAfter(e.Kind), Index: at, Rev: e.Rev, Doc: e.Doc}
		}
		if e.Rating != "" {
			s.Rating = e.Rating
			break
		}
		at = e.Prev
	}
	return s, nil
}

func statusAfter(k Kind) Status {
	switch k {
	case KindWithdraw:
		return StatusWithdrawn
	case KindErase:
		return StatusErased
	}
	return StatusPublished
}

// follows is the table of allowed steps. Erase frees every earlier document of
// the verdict at once: older revisions mostly repeat what a later one said. A
// text that may stay is restored afterwards as a new document. Redact frees the
// revisions it names alone: whoever writes it has looked through all of them.
func follows(s Status, k Kind) bool {
	switch s {
	case "":
		return k == KindPublish
	case StatusPublished:
		return k == KindUpdate || k == KindCorrect || k == KindRedact || k == KindWithdraw || k == KindErase
	case StatusWithdrawn:
		return k == KindRestore || k == KindErase
	case StatusErased:
		return k == KindRestore
	}
	return false
}

// Checker replays a log entry by entry and holds what the rules need. It is
// not safe for concurrent use.
type Checker struct {
	origin   string
	size     int64
	last     time.Time
	opening  Entry // entry 0
	closed   bool
	scale    []string
	keys     []string
	verdicts map[string]VerdictState
	rulings  map[string]bool
	channels map[string]string // how each line of the register of channels stands
}

// NewChecker starts before entry 0 of the log with this origin.
func NewChecker(origin string) *Checker {
	return &Checker{origin: origin, verdicts: map[string]VerdictState{}, rulings: map[string]bool{}, channels: map[string]string{}}
}

// Size is the number of entries seen, the index of the next one.
func (c *Checker) Size() int64 { return c.size }

// Verdict returns the state of one verdict; the zero state if it is unknown.
func (c *Checker) Verdict(id string) VerdictState { return c.verdicts[id] }

// Scale returns the rating codes of the last policy entry, nil before one.
func (c *Checker) Scale() []string { return slices.Clone(c.scale) }

// Keys returns the verifier keys that the log names as its own, oldest first.
func (c *Checker) Keys() []string { return slices.Clone(c.keys) }

// Try says whether e may be the next entry, and changes nothing. The error is
// a *RuleError.
func (c *Checker) Try(e Entry) error {
	if _, err := Format(e); err != nil {
		return c.breach(e, err)
	}
	return c.try(e)
}

// try is Try for an entry whose form is known to be right.
func (c *Checker) try(e Entry) error {
	if err := c.rules(e); err != nil {
		return c.breach(e, err)
	}
	if e.Kind.OfVerdict() {
		if _, err := c.verdicts[e.Verdict].Next(c.size, e); err != nil {
			return c.breach(e, err)
		}
	}
	return nil
}

// Add takes the next entry's bytes. After a *RuleError the Checker has still
// moved on as if the entry had been right, so that an audit can name every
// breach and not only the first.
func (c *Checker) Add(body []byte) (Entry, error) {
	e, err := Parse(body)
	if err != nil {
		err = c.breach(e, err)
		c.size++
		return e, err
	}
	err = c.try(e)
	if e.Kind.OfVerdict() {
		c.verdicts[e.Verdict], _ = c.verdicts[e.Verdict].Next(c.size, e)
	}
	if e.Kind == KindRuling {
		c.rulings[e.Ruling] = true
	}
	if e.Kind == KindChannel {
		c.channels[e.Channel] = e.State
	}
	if e.Kind == KindPolicy {
		c.scale = e.Ratings
	}
	own := !e.CarriedBy(c.opening, c.size) // a key or an end that went over means nothing here
	if own && e.Key != "" && !slices.Contains(c.keys, e.Key) {
		c.keys = append(c.keys, e.Key)
	}
	c.closed = c.closed || own && e.Kind == KindClose
	if c.size == 0 {
		c.opening = e
	}
	// What went over is older than the entry that opens the log.
	if e.Time.After(c.last) && e.Kind != KindSuccessor {
		c.last = e.Time
	}
	c.size++
	return e, err
}

// rules checks what concerns the log as a whole.
func (c *Checker) rules(e Entry) error {
	opens := e.Kind == KindGenesis || e.Kind == KindSuccessor
	name, _, _ := strings.Cut(e.Key, "+")
	switch {
	case opens != (c.size == 0):
		return ErrFirst
	case e.Key != "" && name != c.origin && !e.CarriedBy(c.opening, c.size):
		return ErrForeignKey
	case c.closed:
		return ErrClosed
	case e.Time.Before(c.last), e.Time.Before(c.opening.Time) && !e.CarriedBy(c.opening, c.size):
		return ErrTimeBack
	case e.Kind == KindRuling && c.rulings[e.Ruling]:
		return ErrRulingAgain
	case e.Kind == KindChannel && !channelFollows(c.channels[e.Channel], e.State):
		return ErrChannel
	case e.Rating != "" && e.Kind != KindUpdate && e.Kind != KindRedact && e.Kind != KindRestore &&
		c.scale != nil && !slices.Contains(c.scale, e.Rating):
		// Update, redact and restore carry an earlier rating on, which may have left
		// the scale since; only a correction can move it.
		return ErrRatingUnknown
	}
	return nil
}

func (c *Checker) breach(e Entry, kind error) error {
	return &RuleError{Index: c.size, Verdict: e.Verdict, Rev: e.Rev, Kind: kind}
}

// page is how many entries are read at once when a log is walked: one bundle.
const page = 256

// CatchUp feeds c the stored entries from c.Size to size. It stops at the
// first *RuleError.
func (c *Checker) CatchUp(ctx context.Context, st Storage, size int64) error {
	return walk(ctx, st, c.size, size, func(_ int64, body []byte) error {
		_, err := c.Add(body)
		return err
	})
}

// walk reads entries from..to-1 in pages and gives each to visit.
func walk(ctx context.Context, st Storage, from, to int64, visit func(index int64, body []byte) error) error {
	for ; from < to; from += page {
		end := min(from+page, to)
		bodies, err := st.Entries(ctx, from, end)
		if err != nil {
			return fmt.Errorf("tlog: read entries %d to %d: %w", from, end-1, err)
		}
		if int64(len(bodies)) != end-from {
			return fmt.Errorf("%w: %d of entries %d to %d", ErrDamaged, len(bodies), from, end-1)
		}
		for i, body := range bodies {
			if err := visit(from+int64(i), body); err != nil {
				return err
			}
		}
	}
	return nil
}
