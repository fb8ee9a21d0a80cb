package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Home is the desk that every installation has. What has no desk of its own
// belongs to it.
const Home ID = "00000000000000000000000000"

// Branch is one of several desks in an installation: a district beside its
// province, a bureau of a newspaper. Pages call it a desk.
type Branch struct {
	ID      ID
	Name    string   // unique without regard to case; "" for Home until it is named
	Langs   []string // languages it works in; none means all of the installation
	Parent  ID       // the desk it belongs under; "" if none
	Created time.Time
	Closed  time.Time // zero while it takes in claims
}

// Open reports whether the desk takes in claims.
func (b Branch) Open() bool { return b.Closed.IsZero() }

// Seat is a place at one desk: what a person may do there, and on which
// topics. A person may have several, also at the same desk.
type Seat struct {
	Staff  ID
	Desk   ID
	Role   Role
	Topics []string // none means all; a claim without a topic is everybody's
	Since  time.Time
}

// covers reports whether the seat is for claims of the topic.
func (s Seat) covers(topic string) bool {
	return len(s.Topics) == 0 || topic == "" || slices.Contains(s.Topics, topic)
}

// MayOn reports whether the actor has the permission on a claim of this desk
// and topic: by the role on all desks, or by a seat there.
func (a Actor) MayOn(desk ID, topic string, p Permission) bool {
	if slices.Contains(granted(a.Role), p) {
		return true
	}
	return p != MayManage && slices.ContainsFunc(a.Seats, func(s Seat) bool {
		return s.Desk == desk && s.covers(topic) && slices.Contains(granted(s.Role), p)
	})
}

// Desks are the desks at which the actor has the permission on some topic, in
// the order of their seats; all is true when the role grants it everywhere.
func (a Actor) Desks(p Permission) (desks []ID, all bool) {
	if slices.Contains(granted(a.Role), p) {
		return nil, true
	}
	for _, s := range a.Seats {
		if slices.Contains(granted(s.Role), p) && p != MayManage && !slices.Contains(desks, s.Desk) {
			desks = append(desks, s.Desk)
		}
	}
	return desks, false
}

// SeatRows keeps desks, who sits at them, and which claims are theirs.
type SeatRows interface {
	// SetBranch inserts or overwrites by ID; ErrDuplicate if the name is taken.
	SetBranch(ctx context.Context, b Branch) error
	// Branches lists the desks that were named, by name, closed ones included.
	Branches(ctx context.Context) ([]Branch, error)
	// SetSeat inserts or overwrites by (Staff, Desk, Role).
	SetSeat(ctx context.Context, s Seat) error
	// DropSeat removes a seat; ErrNotFound if absent.
	DropSeat(ctx context.Context, staff, desk ID, r Role) error
	// SeatsOf lists the seats of a person, of all persons for "", by person,
	// desk and role.
	SeatsOf(ctx context.Context, staff ID) ([]Seat, error)
	// SetDeskOf gives a claim to a desk. A claim that was never given to one
	// is Home's.
	SetDeskOf(ctx context.Context, claim, desk ID) error
	// DesksOf says whose each of the claims is; those of Home are absent.
	DesksOf(ctx context.Context, claims []ID) (map[ID]ID, error)
	// SetTipDesk notes at which desk a tip arrived; TipDesk returns it, Home
	// if none was noted.
	SetTipDesk(ctx context.Context, tip, desk ID) error
	TipDesk(ctx context.Context, tip ID) (ID, error)
	// SetHandover inserts or overwrites by ID.
	SetHandover(ctx context.Context, h Handover) error
	// Handovers lists handovers, newest first.
	Handovers(ctx context.Context, f HandoverFilter) ([]Handover, error)
	// SetFormer gives a person who left the next number and returns it; asked
	// again, it returns the same.
	SetFormer(ctx context.Context, staff ID, r Role) (int, error)
}

// seatedTx is a transaction as one person may see it: claims of desks at
// which they have no seat are absent, and a verb finds only claims on whose
// desk and topic it is granted. It stands between every verb and the
// database when the person has seats; so a new verb need do nothing.
type seatedTx struct {
	Tx
	by Actor
	p  Permission
}

// seated puts the person's seats, as they are now, before the transaction.
// Whoever has none sees everything their role lets them see.
func (d *Desk) seated(ctx context.Context, tx Tx, by *Actor, p Permission) (Tx, error) {
	if by.Staff == "" {
		return tx, nil
	}
	seats, err := tx.SeatsOf(ctx, by.Staff)
	if err != nil {
		return nil, err
	}
	by.Seats = seats
	if err := need(*by, p); err != nil {
		return nil, err
	}
	if len(seats) == 0 && by.Role != Seated && by.At == "" || p == MayAddTip {
		// A tip from the counter joins whatever claim it is about.
		return tx, nil
	}
	return seatedTx{Tx: tx, by: *by, p: p}, nil
}

// whole is the transaction without the limits of a person's seats, for what
// concerns other desks by its nature: a message that another desk has
// checked.
func whole(tx Tx) Tx {
	if s, ok := tx.(seatedTx); ok {
		return s.Tx
	}
	return tx
}

// readable reports whether the person may see a claim: it is of a desk where
// they read, was handed on by one, or is offered to one.
func (s seatedTx) readable(ctx context.Context, claim, desk ID) (bool, error) {
	if s.by.MayOn(desk, "", MayRead) {
		return true, nil
	}
	hs, err := s.Tx.Handovers(ctx, HandoverFilter{Claim: claim})
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(hs, func(h Handover) bool {
		return s.by.MayOn(h.From, "", MayRead) && h.State != HandoverBack || s.by.MayOn(h.To, "", MayRead) && h.State == HandoverOffered
	}), nil
}

// see returns ErrNotFound unless the person may see the claim.
func (s seatedTx) see(ctx context.Context, claim ID) (desk ID, err error) {
	of, err := s.Tx.DesksOf(ctx, []ID{claim})
	if err != nil {
		return "", err
	}
	desk = homeOr(of[claim])
	ok, err := s.readable(ctx, claim, desk)
	if err == nil && !ok {
		err = fmt.Errorf("claim %s of another desk: %w", claim, ErrNotFound)
	}
	return desk, err
}

// homeOr is Home for what has no desk of its own.
func homeOr(desk ID) ID {
	if desk == "" {
		return Home
	}
	return desk
}

// Claim implements ClaimRows: ErrNotFound for what the person may not see,
// ErrForbidden where the verb is not granted on its desk and topic.
func (s seatedTx) Claim(ctx context.Context, id ID) (Claim, error) {
	c, err := s.Tx.Claim(ctx, id)
	if err != nil {
		return c, err
	}
	desk, err := s.see(ctx, id)
	if err != nil {
		return Claim{}, err
	}
	if s.p != MayRead && s.p != MayJournal && !s.by.MayOn(desk, c.Topic, s.p) {
		return Claim{}, ErrForbidden
	}
	return c, nil
}

// only keeps the rows whose claim the person may see.
func only[T any](ctx context.Context, s seatedTx, rows []T, claim func(T) ID) ([]T, error) {
	known := map[ID]bool{"": false}
	out := make([]T, 0, len(rows))
	for _, r := range rows {
		id := claim(r)
		ok, asked := known[id]
		if !asked {
			_, err := s.see(ctx, id)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return nil, err
			}
			ok = err == nil
			known[id] = ok
		}
		if ok {
			out = append(out, r)
		}
	}
	return out, nil
}

// SetClaim implements ClaimRows. A claim that a person opens is of the desk
// where they may.
func (s seatedTx) SetClaim(ctx context.Context, c Claim) error {
	if err := s.Tx.SetClaim(ctx, c); err != nil || c.Version > 0 {
		return err
	}
	desks, all := s.by.Desks(s.p)
	if all || len(desks) == 0 || slices.Contains(desks, Home) {
		return nil
	}
	return s.Tx.SetDeskOf(ctx, c.ID, desks[0])
}

// Claims implements ClaimRows for the claims the person may see.
func (s seatedTx) Claims(ctx context.Context, f ClaimFilter) ([]Claim, error) {
	desks, all := s.by.Desks(MayRead)
	if !all {
		f.Desks = append([]ID{}, desks...)
	}
	if at := s.by.At; at != "" && (all || slices.Contains(desks, at)) {
		f.Desks = []ID{at}
	}
	return s.Tx.Claims(ctx, f)
}

// Tips implements TipRows for the claims the person may see.
func (s seatedTx) Tips(ctx context.Context, f TipFilter) ([]Tip, error) {
	ts, err := s.Tx.Tips(ctx, f)
	if err != nil {
		return nil, err
	}
	return only(ctx, s, ts, func(t Tip) ID { return t.Claim })
}

// Media implements MediaRows; files are asked for by claim.
func (s seatedTx) Media(ctx context.Context, f MediaFilter) ([]Media, error) {
	if f.Claim != "" {
		if _, err := s.see(ctx, f.Claim); err != nil {
			return nil, err
		}
	}
	return s.Tx.Media(ctx, f)
}

// EvidenceOf implements ClaimRows.
func (s seatedTx) EvidenceOf(ctx context.Context, claim ID) ([]Evidence, error) {
	if _, err := s.see(ctx, claim); err != nil {
		return nil, err
	}
	return s.Tx.EvidenceOf(ctx, claim)
}

// DraftOf implements ClaimRows.
func (s seatedTx) DraftOf(ctx context.Context, claim ID) (Draft, error) {
	if _, err := s.see(ctx, claim); err != nil {
		return Draft{}, err
	}
	return s.Tx.DraftOf(ctx, claim)
}

// Reviews implements CheckRows for the claims the person may see.
func (s seatedTx) Reviews(ctx context.Context, f ReviewFilter) ([]Review, error) {
	rs, err := s.Tx.Reviews(ctx, f)
	if err != nil {
		return nil, err
	}
	return only(ctx, s, rs, func(r Review) ID { return r.Claim })
}

// Events implements Journal: what concerns a claim, for those who may see it.
func (s seatedTx) Events(ctx context.Context, f EventFilter) ([]Event, error) {
	es, err := s.Tx.Events(ctx, f)
	if err != nil {
		return nil, err
	}
	return only(ctx, s, es, func(e Event) ID { return e.Claim })
}

// mayOnClaim reports whether a person has the permission on a claim, by its
// desk and topic.
func mayOnClaim(ctx context.Context, tx Tx, a Actor, c Claim, p Permission) (bool, error) {
	of, err := tx.DesksOf(ctx, []ID{c.ID})
	return a.MayOn(homeOr(of[c.ID]), c.Topic, p), err
}

// sameDesk gives a claim to the desk of another one.
func sameDesk(ctx context.Context, tx Tx, from, to ID) error {
	of, err := tx.DesksOf(ctx, []ID{from, to})
	if err != nil || of[from] == of[to] {
		return err
	}
	return tx.SetDeskOf(ctx, to, homeOr(of[from]))
}
