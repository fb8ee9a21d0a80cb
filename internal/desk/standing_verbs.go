package desk

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strconv"
)

// standingIn reads a page's working copy, an empty one before the first save.
func standingIn(ctx context.Context, tx Tx, word string) (StandingPage, error) {
	p, err := tx.StandingPage(ctx, word)
	if errors.Is(err, ErrNotFound) {
		return StandingPage{Word: word}, nil
	}
	return p, err
}

// StandingPages lists the working copies for staff, in the order of StandingPlans;
// a page that nobody began is empty.
func (d *Desk) StandingPages(ctx context.Context, by Actor) (out []StandingPage, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		out = nil
		for _, s := range StandingPlans() {
			p, err := standingIn(ctx, tx, s.Word)
			if err != nil {
				return err
			}
			out = append(out, p)
		}
		return nil
	})
	return out, err
}

// StandingPage returns one working copy for staff.
func (d *Desk) StandingPage(ctx context.Context, by Actor, word string) (out StandingPage, err error) {
	if _, ok := StandingPlanOf(word); !ok {
		return out, ErrNotFound
	}
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		out, err = standingIn(ctx, tx, word)
		return err
	})
	return out, err
}

// SaveStanding stores the working copy of a standing page. Nothing of it is
// public.
func (d *Desk) SaveStanding(ctx context.Context, by Actor, word string, version int64, parts []StandingPart) (StandingPage, error) {
	s, ok := StandingPlanOf(word)
	if !ok {
		return StandingPage{}, ErrNotFound
	}
	out := StandingPage{Word: word, Version: version, Parts: parts}
	clean, err := cleanParts(s, parts, d.opts.Langs)
	if err != nil {
		return out, err
	}
	err = d.do(ctx, by, MayManage, func(tx Tx) error {
		p, err := standingIn(ctx, tx, word)
		switch {
		case err != nil:
			return err
		case p.Version != version:
			return ErrConflict
		case p.Waits():
			return ErrState
		}
		p.Parts = clean
		if !slices.Contains(p.Authors, by.Staff) {
			p.Authors = append(p.Authors, by.Staff)
		}
		out, err = d.saveStanding(ctx, tx, by, p, EvPageSaved)
		return err
	})
	return out, err
}

// saveStanding stores a page with its event.
func (d *Desk) saveStanding(ctx context.Context, tx Tx, by Actor, p StandingPage, kind EventKind) (StandingPage, error) {
	p.Changed = d.Now()
	if err := tx.SetStanding(ctx, p); err != nil {
		return p, err
	}
	p.Version++
	return p, d.tell(ctx, tx, by, Event{Kind: kind, Data: map[string]string{"page": p.Word, "rev": strconv.Itoa(p.Rev)}})
}

// HandInStanding freezes the working copy into the exact bytes of the next
// revision and asks for a second person. notes say what changed; they are
// needed for all but the first.
func (d *Desk) HandInStanding(ctx context.Context, by Actor, word string, version int64, notes []Note) (StandingPage, error) {
	var out StandingPage
	err := d.do(ctx, by, MayManage, func(tx Tx) error {
		p, err := standingIn(ctx, tx, word)
		switch {
		case err != nil:
			return err
		case p.Version != version:
			return ErrConflict
		case p.Waits():
			return ErrState
		}
		doc := StandingDoc{Nonce: NewNonce(), Schema: StandingSchema, Page: word, Rev: p.Rev + 1, Parts: p.Parts, Notes: trimNotes(notes), Approvals: Approvals}
		if err := doc.ready(ctx, tx); err != nil {
			return err
		}
		if p.Pending, err = doc.Bytes(); err != nil {
			return err
		}
		p.By, p.Returned = by.Staff, ""
		out, err = d.saveStanding(ctx, tx, by, p, EvPageHandedIn)
		return err
	})
	return out, err
}

// ready refuses a document that says nothing, nothing new, or not what
// changed.
func (doc StandingDoc) ready(ctx context.Context, tx Tx) error {
	var ps []Problem
	if len(doc.Parts) == 0 {
		ps = append(ps, TextEmpty)
	}
	for _, n := range doc.Notes {
		if tooLong(n.Text, MaxNoteRunes) {
			ps = append(ps, TextTooLong)
		}
	}
	if doc.Rev > 1 {
		if len(doc.Notes) == 0 {
			ps = append(ps, NoNote)
		}
		rs, err := tx.StandingRevisions(ctx, doc.Page)
		if err != nil {
			return err
		}
		if len(rs) > 0 && slices.Equal(rs[0].Doc.Parts, doc.Parts) {
			ps = append(ps, NothingChanged)
		}
	}
	if len(ps) > 0 {
		return invalid(ps...)
	}
	return nil
}

// ApproveStanding publishes exactly the bytes with this hash. The actor must
// have written nothing of it and not have handed it in.
func (d *Desk) ApproveStanding(ctx context.Context, by Actor, word string, hash []byte) (StandingPage, error) {
	return d.decideStanding(ctx, by, word, EvPagePublished, func(tx Tx, p *StandingPage) error {
		if !bytes.Equal(hash, StandingHash(p.Pending)) {
			return ErrConflict
		}
		doc, err := ParseStanding(p.Pending)
		if err != nil {
			return err
		}
		if doc.Rev != p.Rev+1 || doc.Page != word {
			return ErrConflict
		}
		r := StandingRevision{Word: word, Rev: doc.Rev, At: d.Now(), Hash: hash, Doc: doc, By: p.By, Approver: by.Staff}
		p.Rev, p.Authors = doc.Rev, nil
		return tx.AddStandingRevision(ctx, r, p.Pending)
	})
}

// ReturnStanding sends it back with reasons.
func (d *Desk) ReturnStanding(ctx context.Context, by Actor, word, reasons string) (StandingPage, error) {
	if reasons == "" {
		return StandingPage{}, invalid(SendBackNoReasons)
	}
	if tooLong(reasons, MaxNoteRunes) {
		return StandingPage{}, invalid(TextTooLong)
	}
	return d.decideStanding(ctx, by, word, EvPageReturned, func(_ Tx, p *StandingPage) error {
		p.Returned = reasons
		return nil
	})
}

// decideStanding ends the wait for a second person: an editor, or another
// admin, who had no part in the text.
func (d *Desk) decideStanding(ctx context.Context, by Actor, word string, kind EventKind, decide func(Tx, *StandingPage) error) (StandingPage, error) {
	may := MayReview
	if by.May(MayManage) {
		may = MayManage
	}
	var out StandingPage
	err := d.do(ctx, by, may, func(tx Tx) error {
		p, err := tx.StandingPage(ctx, word)
		if err != nil {
			return err
		}
		if !p.Waits() {
			return ErrState
		}
		if by.Staff == "" || by.Staff == p.By || slices.Contains(p.Authors, by.Staff) {
			return ErrOwnWork
		}
		if err := decide(tx, &p); err != nil {
			return err
		}
		p.Pending, p.By = nil, ""
		out, err = d.saveStanding(ctx, tx, by, p, kind)
		return err
	})
	return out, err
}
