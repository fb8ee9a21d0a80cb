package desk

import (
	"context"
	"strings"
	"time"
)

// Outlet is a published medium whose feeds the desk reads: a newspaper, a
// broadcaster, an agency's press office. It is named, it has an imprint that
// anyone can open, and every reader can see on the public list that the desk
// reads it and why. A person's own page is no outlet.
type Outlet struct {
	ID      ID
	Name    string    // as readers know it; unique without regard to case, removed ones included
	Site    string    // http(s) address of its front page
	Imprint string    // http(s) address of the page that says who publishes it
	Lang    string    // language it writes in, BCP 47, "" if not told
	Reason  string    // why the desk reads it, shown to the public
	Added   time.Time // UTC, milliseconds
	Removed time.Time // zero while it is read
	Why     string    // why it was removed, shown to the public
}

// Read reports whether the desk reads the outlet at present.
func (o Outlet) Read() bool { return o.Removed.IsZero() }

// Outlets lists all outlets by name, removed ones included. The list is
// public: there is nothing to hide about what a desk reads.
func (d *Desk) Outlets(ctx context.Context) (out []Outlet, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		out, err = tx.Outlets(ctx)
		return err
	})
	return out, err
}

// AddOutlet puts a medium on the list. o.ID, o.Added, o.Removed and o.Why are
// set here.
func (d *Desk) AddOutlet(ctx context.Context, by Actor, o Outlet) (Outlet, error) {
	o.ID, o.Added, o.Removed, o.Why = NewID(), d.Now(), time.Time{}, ""
	if err := o.check(); err != nil {
		return o, err
	}
	err := d.do(ctx, by, MayOutlets, func(tx Tx) error {
		if err := d.setOutlet(ctx, tx, o); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvOutletAdded, About: o.ID, Data: map[string]string{"name": o.Name}})
	})
	return o, err
}

// setOutlet stores an outlet; a name that is taken is a problem of the input.
func (d *Desk) setOutlet(ctx context.Context, tx Tx, o Outlet) error {
	all, err := tx.Outlets(ctx)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.ID != o.ID && sameName(other.Name, o.Name) {
			return invalid(OutletTaken)
		}
	}
	return tx.SetOutlet(ctx, o)
}

// sameName compares without regard to case and runs of spaces.
func sameName(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}

// check trims the outlet and refuses one that nobody could look up.
func (o *Outlet) check() error {
	o.Name, o.Reason, o.Lang = strings.Join(strings.Fields(o.Name), " "), strings.TrimSpace(o.Reason), strings.TrimSpace(o.Lang)
	var ps []Problem
	if o.Name == "" {
		ps = append(ps, TextEmpty)
	}
	if o.Reason == "" {
		ps = append(ps, OutletNoReason)
	}
	if tooLong(o.Name, MaxLineRunes) || tooLong(o.Reason, MaxNoteRunes) {
		ps = append(ps, TextTooLong)
	}
	var err error
	if o.Site, err = cleanLink(o.Site); err != nil {
		ps = append(ps, BadLink)
	}
	if o.Imprint, err = cleanLink(o.Imprint); err != nil {
		ps = append(ps, OutletNoImprint)
	}
	if len(ps) > 0 {
		return invalid(ps...)
	}
	return nil
}

// RemoveOutlet ends the reading of an outlet and of all its feeds, for a
// reason that the public sees. The outlet stays on the list as removed.
func (d *Desk) RemoveOutlet(ctx context.Context, by Actor, id ID, why string) error {
	why = strings.TrimSpace(why)
	if why == "" {
		return invalid(OutletNoReason)
	}
	if tooLong(why, MaxNoteRunes) {
		return invalid(TextTooLong)
	}
	return d.do(ctx, by, MayOutlets, func(tx Tx) error {
		o, err := outletByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !o.Read() {
			return ErrState
		}
		o.Removed, o.Why = d.Now(), why
		if err := tx.SetOutlet(ctx, o); err != nil {
			return err
		}
		feeds, err := tx.Feeds(ctx, FeedFilter{Outlet: id, Limit: feedsMost})
		if err != nil {
			return err
		}
		for _, f := range feeds {
			f.Removed = o.Removed
			if err := tx.SetFeed(ctx, f); err != nil {
				return err
			}
		}
		return d.tell(ctx, tx, by, Event{Kind: EvOutletRemoved, About: id, Data: map[string]string{"name": o.Name}})
	})
}

// ReturnOutlet puts a removed outlet back on the list with a new reason. Its
// feeds are added again one by one.
func (d *Desk) ReturnOutlet(ctx context.Context, by Actor, id ID, reason string) error {
	return d.do(ctx, by, MayOutlets, func(tx Tx) error {
		o, err := outletByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if o.Read() {
			return ErrState
		}
		o.Removed, o.Why, o.Reason = time.Time{}, "", reason
		if err := o.check(); err != nil {
			return err
		}
		if err := tx.SetOutlet(ctx, o); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvOutletAdded, About: id, Data: map[string]string{"name": o.Name}})
	})
}

// outletByID finds one outlet.
func outletByID(ctx context.Context, tx Tx, id ID) (Outlet, error) {
	all, err := tx.Outlets(ctx)
	if err != nil {
		return Outlet{}, err
	}
	for _, o := range all {
		if o.ID == id {
			return o, nil
		}
	}
	return Outlet{}, ErrNotFound
}
