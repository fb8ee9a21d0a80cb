package desk

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// LetterKind says what a letter to a body is.
type LetterKind string

// The kinds of letter. Their text is written when they are sent, from the
// request as it stands then.
const (
	LetterAsk      LetterKind = "ask"
	LetterHalf     LetterKind = "half"       // half of the time is over
	LetterDay      LetterKind = "day-before" // one working day is left
	LetterMoved    LetterKind = "moved"      // the deadline is later
	LetterMoreYes  LetterKind = "more-yes"
	LetterMoreNo   LetterKind = "more-no"
	LetterLink     LetterKind = "link" // a new link; the old one leads nowhere
	LetterNoLonger LetterKind = "no-longer"
)

// LetterByHand is the state of a letter that staff deliver, because no relay
// is set or no address is known.
const LetterByHand NoticeState = "by-hand"

// Letter is one e-mail to the office of a body, a row of the outbox beside
// that of notices. It goes out at least once and at most twice, or is shown on
// the desk as failed.
type Letter struct {
	ID      ID
	Request ID
	Kind    LetterKind
	Op      string // unique: what is said, so that nothing is said twice
	State   NoticeState
	Why     string // see the Why constants
	Calls   int    // calls to the relay that may have delivered it: at most two
	Tries   int
	Made    time.Time
	Due     time.Time // not before; while under way: when its sender counts as dead
	Sent    time.Time
}

// LetterFilter selects letters by Due, oldest first; zero fields do not
// restrict.
type LetterFilter struct {
	IDs      []ID
	Requests []ID
	States   []NoticeState
	DueBy    time.Time
	Limit    int // 0 means 500
}

// The times of a letter, as of notices.
const (
	letterLease   = 2 * time.Minute
	letterUnknown = 10 * time.Minute
	letterPause   = 30 * time.Second
	letterMost    = time.Hour
	letterTries   = 20
)

// LetterEnd is what came of a call to the relay.
type LetterEnd string

// The ends of a call.
const (
	LetterTaken   LetterEnd = "taken"
	LetterMaybe   LetterEnd = "maybe"   // no answer came: it may have gone out
	LetterLater   LetterEnd = "later"   // surely not taken: tried again
	LetterAuth    LetterEnd = "auth"    // the relay refused our key: staff have to act
	LetterRefused LetterEnd = "refused" // not taken, ever
)

// DueLetters lists the letters that may go out now.
func (d *Desk) DueLetters(ctx context.Context, by Actor) (out []Letter, err error) {
	err = d.read(ctx, by, MayKeep, func(tx Tx) error {
		out, err = tx.Letters(ctx, LetterFilter{States: []NoticeState{NoticeWaiting, NoticeSending, NoticeUnknown}, DueBy: d.Now(), Limit: 50})
		return err
	})
	return out, err
}

// TakeLetter marks a letter as under way and returns it with its request.
// ErrState when it is not to be sent (any more): somebody else has it, it was
// superseded, or it was under way twice already, which is then written down.
func (d *Desk) TakeLetter(ctx context.Context, by Actor, l Letter) (v RequestView, out Letter, err error) {
	stop := false
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		stop = false
		now := d.Now()
		ls, err := tx.Letters(ctx, LetterFilter{IDs: []ID{l.ID}, Limit: 1})
		if err != nil {
			return err
		}
		if len(ls) == 0 || ls[0].State != l.State || !ls[0].Due.Equal(l.Due) {
			return ErrState
		}
		out = ls[0]
		if v, err = d.requestView(ctx, tx, out.Request); err != nil {
			return err
		}
		switch {
		case out.State == NoticeSending && out.Calls >= 2:
			out.State, out.Why, stop = NoticeFailed, WhyUnknown, true
		case out.State == NoticeSending:
			out.State, out.Why, out.Due, stop = NoticeUnknown, WhyUnknown, now.Add(letterUnknown), true
		case v.idle(out):
			out.State, out.Why, stop = NoticeDropped, WhySuperseded, true
		default:
			out.State, out.Why, out.Due = NoticeSending, "", now.Add(letterLease)
			out.Calls++
			out.Tries++
		}
		return tx.SetLetter(ctx, out)
	})
	if err == nil && stop {
		err = ErrState
	}
	return v, out, err
}

// idle reports whether a letter has nothing to say any more: a reminder after
// an answer, or anything but the last word after the request was withdrawn.
func (v RequestView) idle(l Letter) bool {
	reminds := l.Kind == LetterHalf || l.Kind == LetterDay
	if !v.Ended.IsZero() {
		return l.Kind != LetterNoLonger
	}
	return reminds && v.Stand != StandWaiting
}

// EndLetter writes down what came of a call. The first letter that went out
// begins the deadline of its request.
func (d *Desk) EndLetter(ctx context.Context, by Actor, id ID, end LetterEnd) error {
	return d.do(ctx, by, MayKeep, func(tx Tx) error {
		ls, err := tx.Letters(ctx, LetterFilter{IDs: []ID{id}, Limit: 1})
		if err != nil {
			return err
		}
		if len(ls) == 0 || ls[0].State != NoticeSending {
			return ErrState
		}
		l, now := ls[0], d.Now()
		l.end(end, now)
		if err := tx.SetLetter(ctx, l); err != nil || l.State != NoticeSent || l.Kind != LetterAsk {
			return err
		}
		return d.begin(ctx, tx, by, l.Request, now)
	})
}

// end is what a letter becomes by the outcome of a call.
func (l *Letter) end(end LetterEnd, now time.Time) {
	if end != LetterMaybe && end != LetterTaken {
		l.Calls-- // surely not delivered: it does not count
	}
	switch end {
	case LetterTaken:
		l.State, l.Why, l.Sent = NoticeSent, "", now
	case LetterRefused:
		l.State, l.Why = NoticeFailed, WhyRefused
	case LetterAuth:
		l.Tries--
		l.State, l.Why, l.Due = NoticeWaiting, WhyAuth, now.Add(5*time.Minute)
	case LetterLater:
		l.State, l.Why, l.Due = NoticeWaiting, WhyTemporary, now.Add(min(letterPause<<min(l.Tries, 10), letterMost))
		if l.Tries >= letterTries {
			l.State = NoticeFailed
		}
	default:
		l.State, l.Why, l.Due = NoticeUnknown, WhyUnknown, now.Add(letterUnknown)
		if l.Calls >= 2 {
			l.State = NoticeFailed
		}
	}
}

// LetterBack notes that a letter came back: its office has no such address.
func (d *Desk) LetterBack(ctx context.Context, by Actor, id ID) error {
	return d.do(ctx, by, MayAsk, func(tx Tx) error {
		ls, err := tx.Letters(ctx, LetterFilter{IDs: []ID{id}, Limit: 1})
		if err != nil || len(ls) == 0 {
			return err
		}
		l := ls[0]
		if l.State == NoticeFailed {
			return nil
		}
		l.State, l.Why = NoticeFailed, WhyGone
		if err := tx.SetLetter(ctx, l); err != nil {
			return err
		}
		r, err := requestByID(ctx, tx, l.Request)
		if err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvLetterBack, Claim: r.Claim, About: r.ID})
	})
}

// writeLetter puts a letter into the outbox, once for each op.
func (d *Desk) writeLetter(ctx context.Context, tx Tx, r Request, k LetterKind, n int) error {
	l := Letter{ID: NewID(), Request: r.ID, Kind: k, Op: fmt.Sprintf("%s/%s/%d", r.ID, k, n), State: NoticeWaiting, Made: d.Now(), Due: d.Now()}
	if r.Mail == "" {
		l.State = LetterByHand
	}
	if err := tx.AddLetter(ctx, l); err != nil && !errors.Is(err, ErrDuplicate) {
		return err
	}
	return nil
}

// begin starts the deadline of a request, once.
func (d *Desk) begin(ctx context.Context, tx Tx, by Actor, id ID, at time.Time) error {
	r, err := requestByID(ctx, tx, id)
	if err != nil || !r.Sent.IsZero() {
		return err
	}
	if err := d.start(ctx, tx, &r, at); err != nil {
		return err
	}
	if err := tx.SetRequest(ctx, r); err != nil {
		return err
	}
	return d.tell(ctx, tx, by, Event{Kind: EvRequestSent, Claim: r.Claim, About: r.ID})
}

// start sets the dates that count from the moment a request went out.
func (d *Desk) start(ctx context.Context, tx Tx, r *Request, at time.Time) error {
	b, err := bodyByID(ctx, tx, r.Body)
	if err != nil {
		return err
	}
	w, err := workTime(ctx, tx, b)
	if err != nil {
		return err
	}
	r.Sent = at
	r.Told = w.Due(at, r.Days)
	r.Due, r.Expires = r.Told, r.Told.Add(linkLife)
	return nil
}
