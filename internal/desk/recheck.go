package desk

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// How long a check stands before somebody should look at it again.
const (
	RecheckSoon  = 90 * 24 * time.Hour  // health and disaster: what is known changes quickly
	RecheckLater = 365 * 24 * time.Hour // everything else
)

// RecheckDate is the date by which a person wants a check looked at again, in
// place of the usual one. It holds until the check is next looked at or
// corrected.
type RecheckDate struct {
	Claim ID
	Due   time.Time // zero: never
	Why   string
	At    time.Time // when it was set
	By    ID
}

// Rechecked is one time that a person looked at a published check again and
// found it still right.
type Rechecked struct {
	Claim ID
	Rev   int // the revision that was looked at
	At    time.Time
	By    ID
}

// RecheckWhy is why a check is due on its date.
type RecheckWhy string

// The reasons.
const (
	WhyHealth   RecheckWhy = "health"   // topic or harm to health: 90 days
	WhyDisaster RecheckWhy = "disaster" // 90 days
	WhyYear     RecheckWhy = "year"     // everything else: a year
	WhySet      RecheckWhy = "set"      // a person set the date
)

// Expiring is a published check with the date by which it is to be looked at
// again.
type Expiring struct {
	Claim   Claim
	Settled time.Time // when it was last published, corrected or looked at
	Due     time.Time // zero: never
	Why     RecheckWhy
	Set     RecheckDate // the date a person set, if that is what holds
	Seen    time.Time   // when it was last looked at again; zero if never
}

// Over reports whether the date has passed.
func (e Expiring) Over(now time.Time) bool { return !e.Due.IsZero() && e.Due.Before(now) }

// usualRecheck is how long a check of this claim stands, and why.
func usualRecheck(c Claim) (time.Duration, RecheckWhy) {
	switch {
	case c.Topic == "disaster":
		return RecheckSoon, WhyDisaster
	case c.Topic == "health" || c.HarmKind == "health":
		return RecheckSoon, WhyHealth
	}
	return RecheckLater, WhyYear
}

// expiring works out when a check is due. settled is when its meaning was
// last published.
func expiring(c Claim, settled time.Time, seen []Rechecked, set []RecheckDate) Expiring {
	e := Expiring{Claim: c, Settled: settled}
	for _, r := range seen {
		if r.Claim == c.ID && r.At.After(e.Seen) {
			e.Seen = r.At
		}
	}
	if e.Seen.After(e.Settled) {
		e.Settled = e.Seen
	}
	after, why := usualRecheck(c)
	e.Due, e.Why = e.Settled.Add(after), why
	for _, s := range set {
		if s.Claim == c.ID && !s.At.Before(e.Settled) {
			e.Due, e.Why, e.Set = s.Due, WhySet, s
		}
	}
	return e
}

// expiringIn lists the published checks of a transaction with their dates.
func expiringIn(ctx context.Context, tx Tx, claims []ID) ([]Expiring, error) {
	cs, err := tx.Claims(ctx, ClaimFilter{States: []ClaimState{ClaimPublished}, IDs: claims, Limit: queueLimit})
	if err != nil {
		return nil, err
	}
	settled, err := tx.Settled(ctx)
	if err != nil {
		return nil, err
	}
	seen, err := tx.RecheckedOf(ctx, claims)
	if err != nil {
		return nil, err
	}
	set, err := tx.RecheckDates(ctx, claims)
	if err != nil {
		return nil, err
	}
	seenOf, setOf := map[ID][]Rechecked{}, map[ID][]RecheckDate{}
	for _, r := range seen {
		seenOf[r.Claim] = append(seenOf[r.Claim], r)
	}
	for _, s := range set {
		setOf[s.Claim] = append(setOf[s.Claim], s)
	}
	var out []Expiring
	for _, c := range cs {
		out = append(out, expiring(c, settled[c.ID], seenOf[c.ID], setOf[c.ID]))
	}
	slices.SortStableFunc(out, func(a, b Expiring) int {
		if a.Due.IsZero() != b.Due.IsZero() { // never comes last
			if a.Due.IsZero() {
				return 1
			}
			return -1
		}
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Claim.ID, b.Claim.ID))
	})
	return out, nil
}

// Expiring lists the published checks, those longest overdue first and those
// that are never due last.
func (d *Desk) Expiring(ctx context.Context, by Actor) (out []Expiring, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		out, err = expiringIn(ctx, tx, nil)
		return err
	})
	return out, err
}

// RecheckPage tells when one published check is due, with all the times it
// was looked at again, newest first; ErrNotFound if it is not published.
func (d *Desk) RecheckPage(ctx context.Context, by Actor, claim ID) (e Expiring, seen []Rechecked, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		es, err := expiringIn(ctx, tx, []ID{claim})
		if err != nil {
			return err
		}
		if len(es) == 0 {
			return ErrNotFound
		}
		e = es[0]
		seen, err = tx.RecheckedOf(ctx, []ID{claim})
		return err
	})
	return e, seen, err
}

// SetRecheck sets the date by which a published check is to be looked at
// again, zero for never. It needs a reason, which colleagues read.
func (d *Desk) SetRecheck(ctx context.Context, by Actor, claim ID, due time.Time, why string) error {
	why = strings.TrimSpace(why)
	var ps []Problem
	if why == "" {
		ps = append(ps, RecheckNoReason)
	}
	if tooLong(why, MaxLineRunes) {
		ps = append(ps, TextTooLong)
	}
	if !due.IsZero() && (!due.After(d.Now()) || due.After(d.Now().AddDate(10, 0, 0))) {
		ps = append(ps, BadRecheck)
	}
	if len(ps) > 0 {
		return invalid(ps...)
	}
	_, err := d.step(ctx, by, MayDraft, claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
		if c.State != ClaimPublished {
			return Event{}, ErrState
		}
		r := RecheckDate{Claim: claim, Due: due.UTC().Truncate(time.Millisecond), Why: why, At: d.Now(), By: by.Staff}
		return Event{Kind: EvRecheckSet, Data: map[string]string{"due": dayOf(due)}}, tx.SetRecheckDate(ctx, r)
	})
	return err
}

// dayOf is a date as events keep it; "" for none.
func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02")
}

// Recheck records that a person opened the sources of a published check again
// and found it still right. Readers see the date, nothing else: the text does
// not change, so that no second person is needed (decision 0021). rev is the
// revision the person looked at; ErrConflict if there is a newer one. It is
// refused while a text waits for review, and when no independent source can be
// opened any more: then the check needs a correction.
func (d *Desk) Recheck(ctx context.Context, by Actor, claim ID, rev int) error {
	_, err := d.step(ctx, by, MayDraft, claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
		if c.State != ClaimPublished || c.Pending() {
			return Event{}, ErrState
		}
		if c.Rev != rev {
			return Event{}, ErrConflict
		}
		doc, err := d.newest(ctx, tx, *c)
		if err != nil || doc == nil {
			return Event{}, errors.Join(ErrState, err)
		}
		last, err := d.lastSettled(ctx, tx, *c)
		if err != nil {
			return Event{}, err
		}
		if !d.Now().After(last) {
			return Event{}, ErrClock // a date before the text it speaks of
		}
		if err := d.openable(ctx, tx, *c, *doc); err != nil {
			return Event{}, err
		}
		return Event{Kind: EvRechecked}, tx.AddRechecked(ctx, Rechecked{Claim: claim, Rev: rev, At: d.Now(), By: by.Staff})
	})
	return err
}

// lastSettled is when the meaning of a check was last published or confirmed.
func (d *Desk) lastSettled(ctx context.Context, tx Tx, c Claim) (time.Time, error) {
	es, err := expiringIn(ctx, tx, []ID{c.ID})
	if err != nil || len(es) == 0 {
		return time.Time{}, err
	}
	return es[0].Settled, nil
}

// openable refuses when all independent sources of a check have gone and the
// desk holds a sound copy of none of them.
func (d *Desk) openable(ctx context.Context, tx Tx, c Claim, doc Document) error {
	gone, err := goneAmong(ctx, tx, doc)
	if err != nil || len(gone) == 0 {
		return err
	}
	for _, g := range doc.Sources() {
		for _, e := range g.Pieces {
			if g.Independent && (gone[e.URL].IsZero() || e.ArchivedSHA256 != "") {
				return nil
			}
		}
	}
	return invalid(SourcesGone)
}

// Looked is when a published check was last looked at again, for readers; the
// zero time if never since its newest revision that changed its meaning.
func (d *Desk) Looked(ctx context.Context, claim ID) (time.Time, error) {
	var at time.Time
	err := d.store.Read(ctx, func(tx Tx) error {
		seen, err := tx.RecheckedOf(ctx, []ID{claim})
		if err != nil || len(seen) == 0 {
			return err
		}
		settled, err := tx.Settled(ctx)
		if seen[0].At.After(settled[claim]) {
			at = seen[0].At
		}
		return err
	})
	return at, err
}
