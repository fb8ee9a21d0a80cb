package desk

import (
	"context"
	"slices"
	"strconv"
	"time"
)

// AsideReason is why messages are set aside, from a fixed list: it speaks of
// the messages, never of who sent them.
type AsideReason string

// The reasons for setting messages aside.
const (
	AsideCopies      AsideReason = "copies"       // many copies made by a program
	AsideCampaign    AsideReason = "campaign"     // a campaign that wants to keep the desk busy
	AsideAdvertising AsideReason = "advertising"  // an advertisement
	AsideNothingSaid AsideReason = "nothing-said" // letters without a meaning
	AsideTest        AsideReason = "test"         // somebody tried whether it works
)

// AsideReasons lists them in the order forms show them.
func AsideReasons() []AsideReason {
	return []AsideReason{AsideCopies, AsideCampaign, AsideAdvertising, AsideNothingSaid, AsideTest}
}

// Quarantine is one act of setting messages aside. They are kept, answered
// when a check answers them, and not counted as demand. Nobody is kept from
// asking.
type Quarantine struct {
	ID     ID
	Reason AsideReason
	At     time.Time
	By     ID
	Tips   int // how many it set aside
	Back   int // how many of them were put back
}

// Over reports whether all of it was put back.
func (q Quarantine) Over() bool { return q.Back >= q.Tips }

// MostAside is how many messages one act sets aside.
const MostAside = 50_000

// SetTipsAside sets messages aside for a reason. Those that are set aside
// already stay with the act that did it; ErrState if nothing is left to do.
func (d *Desk) SetTipsAside(ctx context.Context, by Actor, tips []ID, why AsideReason) (Quarantine, error) {
	if !slices.Contains(AsideReasons(), why) {
		return Quarantine{}, invalid(BadChoice)
	}
	if len(tips) == 0 || len(tips) > MostAside {
		return Quarantine{}, invalid(NoTips)
	}
	var q Quarantine
	err := d.do(ctx, by, MayAssess, func(tx Tx) (err error) {
		q, err = d.setAside(ctx, tx, by, tips, why, Event{})
		return err
	})
	return q, err
}

// setAside does the work of SetTipsAside inside its transaction. e may say
// which claim it concerns.
func (d *Desk) setAside(ctx context.Context, tx Tx, by Actor, tips []ID, why AsideReason, e Event) (Quarantine, error) {
	q := Quarantine{ID: NewID(), Reason: why, At: d.Now(), By: by.Staff, Tips: len(tips)}
	if err := tx.SetQuarantine(ctx, q); err != nil {
		return q, err
	}
	n, err := tx.SetAside(ctx, q.ID, tips)
	if err != nil {
		return q, err
	}
	if n == 0 {
		return q, ErrState
	}
	q.Tips = n
	if err := tx.SetQuarantine(ctx, q); err != nil {
		return q, err
	}
	e.Kind, e.About = EvTipsAside, q.ID
	e.Data = map[string]string{"tips": strconv.Itoa(n), "reason": string(why)}
	return q, d.tell(ctx, tx, by, e)
}

// PutTipsBack puts messages of a quarantine back, all of them if tips is nil:
// they count again, as if they had never been set aside.
func (d *Desk) PutTipsBack(ctx context.Context, by Actor, quarantine ID, tips []ID) (Quarantine, error) {
	var q Quarantine
	err := d.do(ctx, by, MayAssess, func(tx Tx) (err error) {
		q, err = d.putBack(ctx, tx, by, quarantine, tips)
		return err
	})
	return q, err
}

// putBack does the work of PutTipsBack inside its transaction.
func (d *Desk) putBack(ctx context.Context, tx Tx, by Actor, quarantine ID, tips []ID) (Quarantine, error) {
	qs, err := tx.Quarantines(ctx, quarantine, 1)
	if err != nil {
		return Quarantine{}, err
	}
	if len(qs) == 0 || quarantine == "" {
		return Quarantine{}, ErrNotFound
	}
	q := qs[0]
	n, err := tx.PutBack(ctx, q.ID, tips, d.Now(), by.Staff)
	if err != nil {
		return q, err
	}
	if n == 0 {
		return q, ErrState
	}
	q.Back += n
	if err := tx.SetQuarantine(ctx, q); err != nil {
		return q, err
	}
	return q, d.tell(ctx, tx, by, Event{Kind: EvTipsBack, About: q.ID, Data: map[string]string{"tips": strconv.Itoa(n)}})
}

// Aside is what is set aside, for the page that lists it.
type Aside struct {
	Acts  []Quarantine // newest first
	Tips  map[ID][]Tip // by act, those still set aside, oldest first, a few of each
	Count AsideCount
	Staff []Staff
}

// AsideCount is how many messages were set aside in the last AsidePeriod, and
// how many of them were put back. The public sees it.
type AsideCount struct{ Aside, Back int }

// AsidePeriod is what AsideCount speaks of.
const AsidePeriod = 30 * 24 * time.Hour

// asideShown is how many messages of an act the page shows.
const asideShown = 5

// AsideList reads the acts of setting aside, newest first.
func (d *Desk) AsideList(ctx context.Context, by Actor, limit int) (Aside, error) {
	a := Aside{Tips: map[ID][]Tip{}}
	err := d.read(ctx, by, MayRead, func(tx Tx) error {
		var err error
		if a.Acts, err = tx.Quarantines(ctx, "", limit); err != nil {
			return err
		}
		for _, q := range a.Acts {
			if q.Over() {
				continue
			}
			if a.Tips[q.ID], err = tx.AsideTips(ctx, q.ID, asideShown); err != nil {
				return err
			}
		}
		if a.Count, err = d.asideCount(ctx, tx); err != nil {
			return err
		}
		a.Staff, err = tx.Staff(ctx)
		return err
	})
	return a, err
}

// asideCount counts inside a transaction.
func (d *Desk) asideCount(ctx context.Context, tx Tx) (c AsideCount, err error) {
	c.Aside, c.Back, err = tx.AsideCount(ctx, d.Now().Add(-AsidePeriod))
	return c, err
}

// AsideCounted is the public count.
func (d *Desk) AsideCounted(ctx context.Context) (c AsideCount, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		c, err = d.asideCount(ctx, tx)
		return err
	})
	return c, err
}

// BurstWindow is how far back bursts are looked for, and burstTips how many
// tips at most: the newest ones.
const (
	BurstWindow = 48 * time.Hour
	burstTips   = 50_000
)

// TipMarks lists what bursts are found by, oldest first.
func (d *Desk) TipMarks(ctx context.Context, by Actor) (out []TipMark, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		out, err = tx.TipMarks(ctx, d.Now().Add(-BurstWindow), burstTips)
		return err
	})
	return out, err
}
