package desk

import (
	"context"
	"errors"
	"slices"
	"time"
)

// DeadlineLink is the secret address at which a calendar program of one member
// of staff reads what is due. Only the hash of its secret is kept; a new one
// ends the one before.
type DeadlineLink struct {
	Staff ID
	Hash  []byte // SHA-256 of the secret
	Made  time.Time
}

// DeadlineRows keeps the addresses of calendars of staff.
type DeadlineRows interface {
	// SetDeadlineLink inserts or overwrites by Staff.
	SetDeadlineLink(ctx context.Context, l DeadlineLink) error
	// DropDeadlineLink removes it; ErrNotFound if absent.
	DropDeadlineLink(ctx context.Context, staff ID) error
	// DeadlineLink finds the one of a member of staff, or with "" the one with
	// this hash; ErrNotFound if absent.
	DeadlineLink(ctx context.Context, staff ID, hash []byte) (DeadlineLink, error)
}

// DeadlineKind is what is due.
type DeadlineKind string

// What can be due.
const (
	DeadlineAnswer  DeadlineKind = "answer"  // a body's answer to a request
	DeadlineClaim   DeadlineKind = "claim"   // an open claim
	DeadlineRecheck DeadlineKind = "recheck" // a published check, to be looked at again
)

// DeadlineKinds lists them.
func DeadlineKinds() []DeadlineKind {
	return []DeadlineKind{DeadlineAnswer, DeadlineClaim, DeadlineRecheck}
}

// Deadline is one date of a calendar. It holds no words of a claim: calendars
// are kept by programs and services that the desk does not know.
type Deadline struct {
	Kind  DeadlineKind
	ID    ID // of the request, or of the claim
	Claim ID
	At    time.Time
	Body  Said // the body that was asked
	Topic string
	Harm  Harm
}

// MakeDeadlineLink makes a new address for the person's calendar and returns
// its secret, once. The address before is good no longer.
func (d *Desk) MakeDeadlineLink(ctx context.Context, by Actor) (secret string, err error) {
	if by.Staff == "" {
		return "", ErrForbidden
	}
	secret, hash := linkSecret()
	err = d.do(ctx, by, MayRead, func(tx Tx) error {
		if err := tx.SetDeadlineLink(ctx, DeadlineLink{Staff: by.Staff, Hash: hash, Made: d.Now()}); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvDeadlinesShared, About: by.Staff})
	})
	return secret, err
}

// EndDeadlineLink ends the address of the person's calendar.
func (d *Desk) EndDeadlineLink(ctx context.Context, by Actor) error {
	return d.do(ctx, by, MayRead, func(tx Tx) error {
		err := tx.DropDeadlineLink(ctx, by.Staff)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvDeadlinesEnded, About: by.Staff})
	})
}

// DeadlineLinkSince is when the person's address was made; the zero time if
// there is none.
func (d *Desk) DeadlineLinkSince(ctx context.Context, by Actor) (since time.Time, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		l, err := tx.DeadlineLink(ctx, by.Staff, nil)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		since = l.Made
		return err
	})
	return since, err
}

// deadlinesMost bounds a calendar; what is due first is in it.
const deadlinesMost = 500

// Deadlines lists what is due for the holder of a secret, with the rights that
// this person has now; ErrNotFound when the secret is wrong or ended, or the
// account is, which are told apart for nobody.
func (d *Desk) Deadlines(ctx context.Context, secret string) (out []Deadline, of Staff, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		l, err := tx.DeadlineLink(ctx, "", linkHash(secret))
		if err != nil {
			return err
		}
		of, err = staffByID(ctx, tx, l.Staff)
		if err == nil && !of.Active() {
			err = ErrNotFound
		}
		return err
	})
	if err != nil {
		return nil, Staff{}, err
	}
	by := As(of)
	if out, err = d.deadlines(ctx, by); errors.Is(err, ErrForbidden) {
		err = ErrNotFound
	}
	return out[:min(len(out), deadlinesMost)], of, err
}

// deadlines reads the three lists as their pages do.
func (d *Desk) deadlines(ctx context.Context, by Actor) (out []Deadline, err error) {
	asked, err := d.Requests(ctx, by)
	if err != nil {
		return nil, err
	}
	for _, list := range [][]RequestView{asked.Late, asked.Waiting} {
		for _, v := range list {
			if !v.Due.IsZero() {
				out = append(out, Deadline{Kind: DeadlineAnswer, ID: v.ID, Claim: v.Claim, At: v.Due, Body: v.Office.Names})
			}
		}
	}
	for _, view := range []View{ViewOpen, ViewReview} {
		q, err := d.Queue(ctx, by, view, "")
		if err != nil {
			return nil, err
		}
		for _, x := range q.Claims {
			if !x.Due.At.IsZero() {
				out = append(out, Deadline{Kind: DeadlineClaim, ID: x.Claim.ID, Claim: x.Claim.ID, At: x.Due.At, Topic: x.Claim.Topic, Harm: x.Due.Harm})
			}
		}
	}
	again, err := d.Expiring(ctx, by)
	for _, e := range again {
		if !e.Due.IsZero() {
			out = append(out, Deadline{Kind: DeadlineRecheck, ID: e.Claim.ID, Claim: e.Claim.ID, At: e.Due, Topic: e.Claim.Topic})
		}
	}
	slices.SortStableFunc(out, func(a, b Deadline) int { return a.At.Compare(b.At) })
	return out, err
}
