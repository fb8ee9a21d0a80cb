package desk

import (
	"context"
	"time"
)

// Presence says that a member of staff has a claim's page open. It stops
// nobody from anything: it is what a person sees who looks over a colleague's
// shoulder. It is no verb and leaves no event; rows are gone after minutes.
type Presence struct {
	Claim   ID
	Staff   ID
	Writing bool // typing in a form, not only reading
	Since   time.Time
	Seen    time.Time
}

// PresenceFor is how long a person counts as there after the last sign of it.
const PresenceFor = 3 * time.Minute

// presenceFresh is how new a sign must be so that another one is not written:
// opening a page again and again costs no writing.
const presenceFresh = 30 * time.Second

// Here notes that the person has the claim's page open, or is writing. It
// returns who else is there.
func (d *Desk) Here(ctx context.Context, by Actor, claim ID, writing bool) ([]Presence, error) {
	if by.Staff == "" {
		return nil, ErrForbidden
	}
	others, mine, err := d.present(ctx, by, claim)
	now := d.Now()
	if err != nil || mine.Staff != "" && mine.Writing == writing && now.Sub(mine.Seen) < presenceFresh && !now.Before(mine.Seen) {
		return others, err
	}
	if mine.Writing && !writing {
		return others, nil // looking again does not end writing; it ends by itself
	}
	p := Presence{Claim: claim, Staff: by.Staff, Writing: writing, Since: now, Seen: now}
	if mine.Staff != "" && mine.Writing == writing {
		p.Since = mine.Since
	}
	err = d.do(ctx, by, MayRead, func(tx Tx) error {
		if _, err := tx.Claim(ctx, claim); err != nil {
			return err
		}
		return tx.SetPresence(ctx, p)
	})
	return others, err
}

// LeavePage notes that the person left the claim's page.
func (d *Desk) LeavePage(ctx context.Context, by Actor, claim ID) error {
	return d.do(ctx, by, MayRead, func(tx Tx) error { return tx.DropPresence(ctx, claim, by.Staff) })
}

// present lists who else is at the claim, and the person's own row.
func (d *Desk) present(ctx context.Context, by Actor, claim ID) (others []Presence, mine Presence, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		ps, err := tx.Presences(ctx, claim, d.Now().Add(-PresenceFor))
		for _, p := range ps {
			if p.Staff == by.Staff {
				mine = p
			} else {
				others = append(others, p)
			}
		}
		return err
	})
	return others, mine, err
}

// WipePresence removes the signs of those who are gone.
func (d *Desk) WipePresence(ctx context.Context, by Actor) error {
	return d.do(ctx, by, MayKeep, func(tx Tx) error {
		_, err := tx.SweepTeam(ctx, TeamSweep{Presence: d.Now().Add(-presenceWiped)})
		return err
	})
}
