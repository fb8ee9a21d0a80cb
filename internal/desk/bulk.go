package desk

import (
	"context"
	"errors"
	"slices"
	"time"
)

// BulkKind is what a bulk action does to each claim it was given.
type BulkKind string

// The kinds of bulk action.
const (
	BulkAssign     BulkKind = "assign"
	BulkClassify   BulkKind = "classify" // topic, harm, kind of harm
	BulkClose      BulkKind = "close"    // not a factual claim
	BulkMerge      BulkKind = "merge"    // all into one
	BulkQuarantine BulkKind = "quarantine"
)

// MostBulk is how many claims one action takes; BulkUndoTime is how long it can
// be undone.
const (
	MostBulk     = 500
	BulkUndoTime = 24 * time.Hour
)

// BulkOutcome is what became of one claim.
type BulkOutcome string

// The outcomes.
const (
	BulkDone      BulkOutcome = "done"
	BulkChanged   BulkOutcome = "changed"   // somebody changed it meanwhile: left alone
	BulkState     BulkOutcome = "state"     // not possible as it stands: left alone
	BulkGone      BulkOutcome = "gone"      // there is no such claim
	BulkForbidden BulkOutcome = "forbidden" // not this person's to change
	BulkSame      BulkOutcome = "same"      // nothing was to be done
	BulkTarget    BulkOutcome = "target"    // the others went into it
	BulkUndone    BulkOutcome = "undone"    // done, and undone since
)

// BulkRow is one claim of a bulk action.
type BulkRow struct {
	Claim   ID          `json:"claim"`
	Version int64       `json:"version"` // before: as the person saw it; after: as the action left it
	Outcome BulkOutcome `json:"outcome"`
	Undo    BulkOutcome `json:"undo,omitempty"` // what became of it when the action was undone
	Was     BulkWas     `json:"was,omitzero"`
}

// BulkWas is what a claim was before, as far as the action changed it.
type BulkWas struct {
	Assignee ID     `json:"assignee,omitempty"`
	Topic    string `json:"topic,omitempty"`
	Harm     Harm   `json:"harm,omitempty"`
	HarmKind string `json:"kind,omitempty"`
	Aside    ID     `json:"aside,omitempty"` // the quarantine its tips went into
}

// Bulk is one action on many claims, with what became of each.
type Bulk struct {
	ID       ID
	Kind     BulkKind
	At       time.Time
	By       ID
	Items    []BulkRow
	Undone   time.Time
	UndoneBy ID
}

// Count is how many items have the outcome.
func (b Bulk) Count(o BulkOutcome) int {
	n := 0
	for _, i := range b.Items {
		if i.Outcome == o {
			n++
		}
	}
	return n
}

// Undoable reports whether the action can still be undone.
func (b Bulk) Undoable(now time.Time) bool {
	return b.Undone.IsZero() && b.Count(BulkDone) > 0 && now.Sub(b.At) < BulkUndoTime
}

// BulkDo is what to do to which claims. Empty fields of a classification
// leave that part of a claim as it is.
type BulkDo struct {
	Kind     BulkKind
	To       ID // assign: a member of staff, "" for nobody
	Topic    string
	Harm     Harm
	HarmKind string
	Reason   AsideReason // quarantine
	Items    []BulkRow   // Claim and Version
	Why      CloseReason // BulkClose; "" says no more than "not a factual claim"
}

// check refuses an action that could do nothing.
func (b BulkDo) check() error {
	switch {
	case len(b.Items) == 0:
		return invalid(NothingChosen)
	case len(b.Items) > MostBulk:
		return invalid(TooManyChosen)
	case b.Kind == BulkMerge && len(b.Items) < 2:
		return invalid(MergeOne)
	case b.Kind == BulkClose && !b.Why.known(), b.Kind == BulkQuarantine && !slices.Contains(AsideReasons(), b.Reason),
		b.Kind == BulkClassify && b.Topic == "" && b.Harm == "" && b.HarmKind == "",
		b.Topic != "" && !slices.Contains(Topics(), b.Topic), b.Harm != "" && !slices.Contains(Harms(), b.Harm),
		b.HarmKind != "" && !slices.Contains(HarmKinds(), b.HarmKind),
		!slices.Contains([]BulkKind{BulkAssign, BulkClassify, BulkClose, BulkMerge, BulkQuarantine}, b.Kind):
		return invalid(BadChoice)
	}
	return nil
}

// DoBulk does one thing to many claims, in one transaction. A claim that was
// changed since the person saw it, or that the thing is not possible for, is
// left alone and named; the others go on. Each claim that changes leaves its
// event.
func (d *Desk) DoBulk(ctx context.Context, by Actor, b BulkDo) (Bulk, error) {
	if err := b.check(); err != nil {
		return Bulk{}, err
	}
	var out Bulk
	err := d.do(ctx, by, MayAssess, func(tx Tx) error {
		out = Bulk{ID: NewID(), Kind: b.Kind, At: d.Now(), By: by.Staff, Items: slices.Clone(b.Items)}
		one, err := d.bulkStep(ctx, tx, by, b)
		if err != nil {
			return err
		}
		for i := range out.Items {
			x := &out.Items[i]
			if x.Outcome, err = outcome(one(x)); err != nil {
				return err
			}
		}
		return tx.SetBulk(ctx, out)
	})
	return out, err
}

// errSame says that nothing was to be done to an item; errTarget that the
// others went into it.
var (
	errSame   = errors.New("nothing to be done")
	errTarget = errors.New("the others went into it")
)

// outcome turns the refusal of one item into its outcome; any other error
// ends the action.
func outcome(err error) (BulkOutcome, error) {
	for _, x := range []struct {
		kind error
		o    BulkOutcome
	}{{errSame, BulkSame}, {errTarget, BulkTarget}, {ErrConflict, BulkChanged}, {ErrState, BulkState}, {ErrNotFound, BulkGone}, {ErrForbidden, BulkForbidden}} {
		if errors.Is(err, x.kind) {
			return x.o, nil
		}
	}
	return BulkDone, err
}

// bulkStep is what happens to one item.
func (d *Desk) bulkStep(ctx context.Context, tx Tx, by Actor, b BulkDo) (func(*BulkRow) error, error) {
	switch b.Kind {
	case BulkAssign:
		return d.bulkAssign(ctx, tx, by, b.To), nil
	case BulkClassify:
		return d.bulkClassify(ctx, tx, by, b), nil
	case BulkClose:
		return func(x *BulkRow) error {
			return d.bulkChange(ctx, tx, by, x, stepClose, func(*Claim) (Event, error) {
				return b.Why.event(), tx.SetTipsOf(ctx, x.Claim, TipClosed, "")
			})
		}, nil
	case BulkMerge:
		return d.bulkMerge(ctx, tx, by, b.Items)
	}
	return func(x *BulkRow) error { return d.bulkAside(ctx, tx, by, x, b.Reason) }, nil
}

// bulkChange takes one claim a step and notes its new version.
func (d *Desk) bulkChange(ctx context.Context, tx Tx, by Actor, x *BulkRow, s step, change func(*Claim) (Event, error)) error {
	c, err := d.stepIn(ctx, tx, by, x.Claim, x.Version, s, func(_ Tx, c *Claim) (Event, error) { return change(c) })
	if err == nil {
		x.Version = c.Version
	}
	return err
}

// mayHave refuses to give a claim to somebody who cannot work on it.
func mayHave(ctx context.Context, tx Tx, to ID, c Claim) error {
	if to == "" {
		return nil
	}
	s, err := staffByID(ctx, tx, to)
	if err != nil {
		return err
	}
	ok, err := mayOnClaim(ctx, tx, As(s), c, MayDraft)
	if err == nil && (!s.Active() || !ok) {
		err = ErrForbidden
	}
	return err
}

// bulkAssign gives one claim to somebody.
func (d *Desk) bulkAssign(ctx context.Context, tx Tx, by Actor, to ID) func(*BulkRow) error {
	return func(x *BulkRow) error {
		return d.bulkChange(ctx, tx, by, x, stepWork, func(c *Claim) (Event, error) {
			if c.Assignee == to {
				return Event{}, errSame
			}
			x.Was.Assignee = c.Assignee
			return passOn(c, to), mayHave(ctx, tx, to, *c)
		})
	}
}

// bulkClassify sets topic and harm of one claim, as far as they were given.
func (d *Desk) bulkClassify(ctx context.Context, tx Tx, by Actor, b BulkDo) func(*BulkRow) error {
	return func(x *BulkRow) error {
		return d.bulkChange(ctx, tx, by, x, stepWork, func(c *Claim) (Event, error) {
			was := *c
			x.Was.Topic, x.Was.Harm, x.Was.HarmKind = c.Topic, c.Harm, c.HarmKind
			if b.Topic != "" {
				c.Topic = b.Topic
			}
			if b.Harm != "" {
				c.Harm = b.Harm
			}
			if b.HarmKind != "" {
				c.HarmKind = b.HarmKind
			}
			if *c == was {
				return Event{}, errSame
			}
			return Event{Kind: EvClaimEdited, Data: map[string]string{"harm": string(c.Harm), "topic": c.Topic}}, nil
		})
	}
}

// bulkMerge puts claims into that one of them which most people ask about; of
// equals, the one that was opened first.
func (d *Desk) bulkMerge(ctx context.Context, tx Tx, by Actor, items []BulkRow) (func(*BulkRow) error, error) {
	ids := make([]ID, len(items))
	for i, x := range items {
		ids[i] = x.Claim
	}
	cs, err := tx.Claims(ctx, ClaimFilter{IDs: ids, States: []ClaimState{ClaimOpen}, Limit: MostBulk})
	if err != nil {
		return nil, err
	}
	dm, err := tx.Demands(ctx, d.Now(), nil, ids)
	if err != nil {
		return nil, err
	}
	var into Claim
	for _, c := range cs {
		a, b := dm[c.ID].Askers, dm[into.ID].Askers
		if into.ID == "" || a > b || a == b && c.Opened.Before(into.Opened) {
			into = c
		}
	}
	return func(x *BulkRow) error {
		if x.Claim == into.ID {
			return errTarget
		}
		return d.bulkChange(ctx, tx, by, x, stepMerge, func(c *Claim) (Event, error) {
			return Event{Kind: EvClaimMerged, About: into.ID}, d.mergeInto(ctx, tx, c, into)
		})
	}, nil
}

// bulkAside sets all messages of one claim aside. The claim itself stays as it
// is, so its version does too.
func (d *Desk) bulkAside(ctx context.Context, tx Tx, by Actor, x *BulkRow, why AsideReason) error {
	c, err := claimAt(ctx, tx, x.Claim, x.Version)
	if err != nil {
		return err
	}
	if _, ok := next(c.State, stepWork); !ok {
		return ErrState
	}
	tips, err := tx.TipIDs(ctx, []ID{x.Claim}, MostAside)
	if err != nil {
		return err
	}
	if len(tips) == 0 {
		return errSame
	}
	q, err := d.setAside(ctx, tx, by, tips, why, Event{Claim: x.Claim})
	x.Was.Aside = q.ID
	return err
}

// BulkPage is a bulk action with the claims it was about.
type BulkPage struct {
	Bulk   Bulk
	Claims map[ID]Claim
	Staff  []Staff
}

// BulkPage reads one bulk action.
func (d *Desk) BulkPage(ctx context.Context, by Actor, id ID) (BulkPage, error) {
	p := BulkPage{Claims: map[ID]Claim{}}
	err := d.read(ctx, by, MayRead, func(tx Tx) error {
		var err error
		if p.Bulk, err = bulkByID(ctx, tx, id); err != nil {
			return err
		}
		ids := []ID{}
		for _, x := range p.Bulk.Items {
			ids = append(ids, x.Claim)
		}
		cs, err := tx.Claims(ctx, ClaimFilter{IDs: ids, Limit: MostBulk})
		for _, c := range cs {
			p.Claims[c.ID] = c
		}
		if err != nil {
			return err
		}
		p.Staff, err = tx.Staff(ctx)
		return err
	})
	return p, err
}

// bulkByID finds a bulk action; ErrNotFound if there is none.
func bulkByID(ctx context.Context, tx Tx, id ID) (Bulk, error) {
	bs, err := tx.Bulks(ctx, id, 1)
	if err != nil {
		return Bulk{}, err
	}
	if len(bs) == 0 || id == "" {
		return Bulk{}, ErrNotFound
	}
	return bs[0], nil
}
