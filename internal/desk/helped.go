package desk

import (
	"context"
	"time"
)

// Helped is how many readers of one check said on one day that it answered
// them, and how many that it did not. Nothing tells who they were.
type Helped struct {
	Verdict ID
	Day     string // in the desk's zone, as 2026-11-22
	Yes, No int
}

// HelpedShownFrom is from how many answers on the numbers may leave the desk:
// below it they could be told apart by somebody who knows a reader.
const HelpedShownFrom = 10

// Shown reports whether the numbers may be shown outside the desk.
func (h Helped) Shown() bool { return h.Yes+h.No >= HelpedShownFrom }

// HelpedFilter narrows a list of what readers said.
type HelpedFilter struct {
	Verdict  ID     // "" for every check
	From, To string // days, both included; "" does not restrict
}

// FaceRows keeps what readers said of checks, and who follows them from the
// fediverse.
type FaceRows interface {
	// AddHelped adds to the numbers of a check on a day.
	AddHelped(ctx context.Context, h Helped) error
	// HelpedBy lists the numbers, by day and check.
	HelpedBy(ctx context.Context, f HelpedFilter) ([]Helped, error)
	FediRows
}

// CountHelped counts one reader's word on a check that everybody can read
// below the signed size; ErrNotFound for any other. It is no verb of the
// desk's and leaves no event: only the number of the day is kept.
func (d *Desk) CountHelped(ctx context.Context, verdict ID, below int64, yes bool) error {
	h := Helped{Verdict: verdict, Day: d.day(d.Now())}
	if yes {
		h.Yes = 1
	} else {
		h.No = 1
	}
	return d.store.Tx(ctx, func(tx Tx) error {
		rs, err := tx.Revisions(ctx, RevisionFilter{Below: below, Verdict: verdict, Newest: true, Limit: 1})
		if err != nil {
			return err
		}
		if len(rs) == 0 || rs[0].Erased {
			return ErrNotFound
		}
		return tx.AddHelped(ctx, h)
	})
}

// day is a time's date where the desk works.
func (d *Desk) day(at time.Time) string {
	zone := d.opts.Hours.Zone
	if zone == nil {
		zone = time.UTC
	}
	return at.In(zone).Format(time.DateOnly)
}

// HelpedOn is what readers said of one check, all days together, for staff
// who may see the claim.
func (d *Desk) HelpedOn(ctx context.Context, by Actor, verdict ID) (Helped, error) {
	out := Helped{Verdict: verdict}
	err := d.read(ctx, by, MayRead, func(tx Tx) error {
		if _, err := tx.Claim(ctx, verdict); err != nil {
			return err
		}
		days, err := tx.HelpedBy(ctx, HelpedFilter{Verdict: verdict})
		for _, h := range days {
			out.Yes, out.No = out.Yes+h.Yes, out.No+h.No
		}
		return err
	})
	return out, err
}

// HelpedBetween is what readers said on the days from one to another, both
// included, a sum for each check; for reports. What leaves the desk is up to
// Shown.
func (d *Desk) HelpedBetween(ctx context.Context, by Actor, from, to string) ([]Helped, error) {
	var out []Helped
	err := d.store.Read(ctx, func(tx Tx) error {
		if by.Staff != "" {
			if err := need(by, MayRead); err != nil {
				return err
			}
		}
		days, err := tx.HelpedBy(ctx, HelpedFilter{From: from, To: to})
		at := map[ID]int{}
		out = nil
		for _, h := range days {
			i, ok := at[h.Verdict]
			if !ok {
				i, at[h.Verdict] = len(out), len(out)
				out = append(out, Helped{Verdict: h.Verdict})
			}
			out[i].Yes, out[i].No = out[i].Yes+h.Yes, out[i].No+h.No
		}
		return err
	})
	return out, err
}
