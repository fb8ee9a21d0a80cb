package desk

import (
	"context"
	"strings"
	"time"
)

// Hours are the working hours of a desk. The zero value works round the
// clock.
type Hours struct {
	Days     [7]bool // by time.Weekday; none set means every day
	From, To time.Duration
	Zone     *time.Location // nil means UTC
}

// length is how long a working day is.
func (h Hours) length() time.Duration {
	if h.To <= h.From {
		return 24 * time.Hour
	}
	return h.To - h.From
}

// open returns the working hours of the day of t.
func (h Hours) open(t time.Time) (from, to time.Time, ok bool) {
	y, m, day := t.Date()
	if h.Days != ([7]bool{}) && !h.Days[t.Weekday()] {
		return from, to, false
	}
	at := func(since time.Duration) time.Time {
		return time.Date(y, m, day, 0, int(since/time.Minute), 0, 0, t.Location())
	}
	if h.To <= h.From {
		return at(0), time.Date(y, m, day+1, 0, 0, 0, 0, t.Location()), true
	}
	return at(h.From), at(h.To), true
}

// Add is t and so much working time after it.
func (h Hours) Add(t time.Time, work time.Duration) time.Time {
	zone := h.Zone
	if zone == nil {
		zone = time.UTC
	}
	t = t.In(zone)
	for range 2000 { // days; work is a few of them
		if from, to, ok := h.open(t); ok && t.Before(to) {
			if t.Before(from) {
				t = from
			}
			if left := to.Sub(t); left >= work {
				return t.Add(work).UTC()
			} else {
				work -= left
			}
		}
		y, m, day := t.Date()
		t = time.Date(y, m, day+1, 0, 0, 0, 0, zone)
	}
	return t.UTC()
}

// The table of due times, counted from when a claim was first asked about. A
// claim that nobody has judged is due to be judged within a working day; one
// that can do no harm is never due.
const (
	DueHours  = 4 // high harm: hours by the clock, at any hour
	dueHigh   = DueHours * time.Hour
	daysOther = 1 // medium, or not judged yet: working days
	daysLow   = 5 // low: a working week
)

// Within what time before it is due a claim is due soon.
const (
	soonHigh  = time.Hour
	soonOther = 4 * time.Hour
)

// DueSet is a due time that a person set for a claim, with the reason.
type DueSet struct {
	Claim ID
	At    time.Time
	Why   string
	SetAt time.Time
	By    ID
}

// DueState is how a claim stands towards its due time.
type DueState string

// The states of a due time.
const (
	DueNone  DueState = ""        // none, or far ahead
	DueSoon  DueState = "soon"    // within a few hours
	DueOver  DueState = "overdue" // past
	DueAhead DueState = "ahead"
)

// Due is when a claim is due and why.
type Due struct {
	At    time.Time // zero for never
	State DueState
	Harm  Harm   // what it was worked out from
	Set   bool   // a person set it
	Why   string // … for this reason
	By    ID
}

// DueOf works out when an open claim is due.
func DueOf(c Claim, m Demand, set DueSet, h Hours, now time.Time) Due {
	if c.State != ClaimOpen {
		return Due{}
	}
	u := Due{Harm: c.Harm}
	first := c.Opened
	if !m.First.IsZero() && m.First.Before(first) {
		first = m.First
	}
	soon := soonOther
	switch {
	case !set.At.IsZero():
		u.At, u.Set, u.Why, u.By = set.At, true, set.Why, set.By
	case c.Harm == HarmHigh:
		u.At = first.Add(dueHigh)
	case c.Harm == HarmMedium || c.Harm == HarmUnset:
		u.At = h.Add(first, daysOther*h.length())
	case c.Harm == HarmLow:
		u.At = h.Add(first, daysLow*h.length())
	default:
		return u
	}
	if c.Harm == HarmHigh {
		soon = soonHigh
	}
	switch {
	case now.After(u.At):
		u.State = DueOver
	case u.At.Sub(now) <= soon:
		u.State = DueSoon
	default:
		u.State = DueAhead
	}
	return u
}

// SetDue sets when an open claim is due, with a reason; a zero time goes back
// to what is worked out.
func (d *Desk) SetDue(ctx context.Context, by Actor, id ID, at time.Time, why string) error {
	why = strings.TrimSpace(why)
	if tooLong(why, MaxLineRunes) {
		return invalid(TextTooLong)
	}
	now := d.Now()
	if !at.IsZero() && (why == "" || at.Before(now.Add(-time.Minute)) || at.After(now.AddDate(1, 0, 0))) {
		return invalid(BadDue)
	}
	return d.do(ctx, by, MayAssess, func(tx Tx) error {
		c, err := claimAt(ctx, tx, id, 0)
		if err != nil {
			return err
		}
		if c.State != ClaimOpen {
			return ErrState
		}
		at := at.UTC().Truncate(time.Millisecond)
		if err := tx.SetDue(ctx, DueSet{Claim: id, At: at, Why: why, SetAt: now, By: by.Staff}); err != nil {
			return err
		}
		to := "table"
		if !at.IsZero() {
			to = "person"
		}
		return d.tell(ctx, tx, by, Event{Kind: EvDueSet, Claim: id, Data: map[string]string{"by": to}})
	})
}

// duesOf reads the due times that were set, by claim.
func duesOf(ctx context.Context, tx Tx, claim ID) (map[ID]DueSet, error) {
	us, err := tx.Dues(ctx, claim)
	out := map[ID]DueSet{}
	for _, u := range us {
		out[u.Claim] = u
	}
	return out, err
}

// DueOfClaim is when one claim is due.
func (d *Desk) DueOfClaim(ctx context.Context, by Actor, c Claim, m Demand) (u Due, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		sets, err := duesOf(ctx, tx, c.ID)
		u = DueOf(c, m, sets[c.ID], d.opts.Hours, d.Now())
		return err
	})
	return u, err
}
