package desk

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"
)

// SaveExplainer stores the working copy of an explainer: a new one with ID "",
// else the one whose version the person saw. Nothing of it is public.
func (d *Desk) SaveExplainer(ctx context.Context, by Actor, e Explainer) (Explainer, error) {
	if err := e.check(); err != nil {
		return e, err
	}
	err := d.do(ctx, by, MayDraft, func(tx Tx) error {
		old := Explainer{ID: NewID()}
		if e.ID != "" {
			var err error
			if old, err = tx.Explainer(ctx, e.ID); err != nil {
				return err
			}
			if old.Version != e.Version {
				return ErrConflict
			}
			if old.Waits() {
				return ErrState
			}
		} else if all, err := tx.Explainers(ctx); err != nil || len(all) >= maxExplainers {
			return errors.Join(err, ErrFull)
		}
		old.Topic, old.Texts, old.Sources, old.Words = e.Topic, e.Texts, e.Sources, e.Words
		if !slices.Contains(old.Authors, by.Staff) {
			old.Authors = append(old.Authors, by.Staff)
		}
		var err error
		e, err = d.saveExplainer(ctx, tx, by, old, EvExplainerSaved)
		return err
	})
	return e, err
}

// saveExplainer stores an explainer with its event.
func (d *Desk) saveExplainer(ctx context.Context, tx Tx, by Actor, e Explainer, kind EventKind) (Explainer, error) {
	e.Changed = d.Now()
	if err := tx.SetExplainer(ctx, e); err != nil {
		return e, err
	}
	e.Version++
	return e, d.tell(ctx, tx, by, Event{Kind: kind, About: e.ID})
}

// HandInExplainer freezes the working copy, or its withdrawal, into the exact
// bytes of the next revision and asks for a second person. notes say what
// changed; they are needed for all but the first.
func (d *Desk) HandInExplainer(ctx context.Context, by Actor, id ID, version int64, withdraw bool, notes []Note) (Explainer, error) {
	var out Explainer
	err := d.do(ctx, by, MayDraft, func(tx Tx) error {
		e, err := tx.Explainer(ctx, id)
		if err != nil {
			return err
		}
		switch {
		case e.Version != version:
			return ErrConflict
		case e.Waits(), withdraw && (e.Rev == 0 || !e.Withdrawn.IsZero()):
			return ErrState
		}
		doc := ExplainerDoc{Nonce: NewNonce(), Schema: ExplainerSchema, Explainer: id, Rev: e.Rev + 1, Notes: trimNotes(notes), Withdrawn: withdraw, Approvals: Approvals}
		var ps []Problem
		if !withdraw {
			ps = e.ready()
			doc.Topic, doc.Texts, doc.Sources, doc.Words = e.Topic, e.Texts, e.Sources, e.Words
		}
		if e.Rev > 0 && len(doc.Notes) == 0 {
			ps = append(ps, NoNote)
		}
		if len(ps) > 0 {
			return invalid(ps...)
		}
		if e.Pending, err = doc.Bytes(); err != nil {
			return err
		}
		e.By, e.Returned = by.Staff, ""
		out, err = d.saveExplainer(ctx, tx, by, e, EvExplainerHandedIn)
		return err
	})
	return out, err
}

// ApproveExplainer publishes exactly the bytes with this hash. The actor must
// have written nothing of it and not have handed it in.
func (d *Desk) ApproveExplainer(ctx context.Context, by Actor, id ID, hash []byte) (Explainer, error) {
	return d.decideExplainer(ctx, by, id, func(tx Tx, e *Explainer) (EventKind, error) {
		if !bytes.Equal(hash, ExplainerHash(e.Pending)) {
			return "", ErrConflict
		}
		doc, err := ParseExplainer(e.Pending)
		if err != nil {
			return "", err
		}
		if doc.Rev != e.Rev+1 {
			return "", ErrConflict
		}
		r := ExplainerRevision{Explainer: id, Rev: doc.Rev, At: d.Now(), Hash: hash, Doc: doc, By: e.By, Approver: by.Staff}
		if err := tx.AddExplainerRevision(ctx, r, e.Pending); err != nil {
			return "", err
		}
		e.Rev, e.Authors, e.Withdrawn = doc.Rev, nil, time.Time{}
		if doc.Withdrawn {
			e.Withdrawn = d.Now()
			return EvExplainerWithdrawn, nil
		}
		return EvExplainerPublished, nil
	})
}

// ReturnExplainer sends it back with reasons.
func (d *Desk) ReturnExplainer(ctx context.Context, by Actor, id ID, reasons string) (Explainer, error) {
	if reasons == "" {
		return Explainer{}, invalid(SendBackNoReasons)
	}
	if tooLong(reasons, MaxNoteRunes) {
		return Explainer{}, invalid(TextTooLong)
	}
	return d.decideExplainer(ctx, by, id, func(_ Tx, e *Explainer) (EventKind, error) {
		e.Returned = reasons
		return EvExplainerReturned, nil
	})
}

// decideExplainer ends the wait for a second person.
func (d *Desk) decideExplainer(ctx context.Context, by Actor, id ID, decide func(Tx, *Explainer) (EventKind, error)) (Explainer, error) {
	var out Explainer
	err := d.do(ctx, by, MayReview, func(tx Tx) error {
		e, err := tx.Explainer(ctx, id)
		if err != nil {
			return err
		}
		if !e.Waits() {
			return ErrState
		}
		if by.Staff == "" || by.Staff == e.By || slices.Contains(e.Authors, by.Staff) {
			return ErrOwnWork
		}
		kind, err := decide(tx, &e)
		if err != nil {
			return err
		}
		e.Pending, e.By = nil, ""
		out, err = d.saveExplainer(ctx, tx, by, e, kind)
		return err
	})
	return out, err
}

// Explainers lists the working copies for staff, those changed last first.
func (d *Desk) Explainers(ctx context.Context, by Actor) (out []Explainer, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		out, err = tx.Explainers(ctx)
		return err
	})
	return out, err
}

// Explainer returns a working copy for staff.
func (d *Desk) Explainer(ctx context.Context, by Actor, id ID) (out Explainer, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		out, err = tx.Explainer(ctx, id)
		return err
	})
	return out, err
}

// PublishedExplainers are the explainers in force, as everybody may see them,
// those published last first.
func (d *Desk) PublishedExplainers(ctx context.Context) (out []ExplainerRevision, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		all, err := tx.ExplainerRevisions(ctx, "")
		if err != nil {
			return err
		}
		out = slices.DeleteFunc(all, func(r ExplainerRevision) bool { return r.Doc.Withdrawn })
		return nil
	})
	return out, err
}

// ExplainerHistory are the revisions of one explainer, newest first, as
// everybody may see them. ErrNotFound before the first.
func (d *Desk) ExplainerHistory(ctx context.Context, id ID) (out []ExplainerRevision, err error) {
	if !id.Valid() {
		return nil, ErrNotFound
	}
	err = d.store.Read(ctx, func(tx Tx) error {
		if out, err = tx.ExplainerRevisions(ctx, id); err == nil && len(out) == 0 {
			err = ErrNotFound
		}
		return err
	})
	return out, err
}

// LinkExplainer links an explainer from the check of a claim, or ends that.
func (d *Desk) LinkExplainer(ctx context.Context, by Actor, claim, explainer ID, on bool) error {
	_, err := d.step(ctx, by, MayDraft, claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
		if _, err := tx.Explainer(ctx, explainer); err != nil {
			return Event{}, err
		}
		kind := EvExplainerUnlinked
		if on {
			kind = EvExplainerLinked
		}
		return Event{Kind: kind, About: explainer}, tx.LinkExplainer(ctx, claim, explainer, on)
	})
	return err
}

// ExplainersOf are the explainers in force that are linked from a claim's
// check.
func (d *Desk) ExplainersOf(ctx context.Context, claim ID) (out []ExplainerRevision, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		ids, err := tx.ExplainerLinks(ctx, claim)
		if err != nil {
			return err
		}
		for _, id := range ids {
			rs, err := tx.ExplainerRevisions(ctx, id)
			if err != nil {
				return err
			}
			if len(rs) > 0 && !rs[0].Doc.Withdrawn {
				out = append(out, rs[0])
			}
		}
		return nil
	})
	return out, err
}
