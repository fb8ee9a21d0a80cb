package desk

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"time"
)

// KeepsCopies reports whether copies of what evidence cites are made.
func (d *Desk) KeepsCopies() bool { return !d.opts.NoCopies }

// queueCapture asks for a copy of a new piece of evidence, in the transaction
// that adds it.
func (d *Desk) queueCapture(ctx context.Context, tx Tx, e Evidence) error {
	if !d.KeepsCopies() {
		return nil
	}
	now := d.Now()
	return tx.SetCapture(ctx, Capture{ID: NewID(), Evidence: e.ID, Claim: e.Claim, State: CaptureWaiting, Queued: now, Due: now, URL: e.URL})
}

// NextCapture takes one capture that is due, counts the attempt before it is
// made, and gives it CaptureLease of time: one that brings the program down is
// counted as well. ErrNotFound when none is due.
func (d *Desk) NextCapture(ctx context.Context, by Actor) (c Capture, err error) {
	err = d.do(ctx, by, MayFetch, func(tx Tx) error {
		c = Capture{}
		for {
			due, err := tx.Captures(ctx, CaptureFilter{State: CaptureWaiting, Due: d.Now(), Limit: 1})
			if err != nil {
				return err
			}
			if len(due) == 0 {
				return ErrNotFound
			}
			next := due[0]
			if next.Tries >= CaptureTries {
				next.Why = TroubleSelf
				if err := d.giveUp(ctx, tx, by, next, ""); err != nil {
					return err
				}
				continue
			}
			next.Tries++
			next.Due = d.Now().Add(CaptureLease)
			c = next
			return errors.Join(tx.DropPayloads(ctx, next.ID), tx.SetCapture(ctx, next))
		}
	})
	return c, err
}

// KeepPayloads stores some payloads of a capture under way: large copies come
// in several transactions, so that nobody waits for them.
func (d *Desk) KeepPayloads(ctx context.Context, by Actor, capture ID, payloads [][]byte) error {
	return d.do(ctx, by, MayFetch, func(tx Tx) error {
		if _, err := underWay(ctx, tx, capture); err != nil {
			return err
		}
		return addPayloads(ctx, tx, capture, payloads)
	})
}

// addPayloads stores payloads.
func addPayloads(ctx context.Context, tx Tx, capture ID, payloads [][]byte) error {
	for _, b := range payloads {
		if len(b) > MaxPayload {
			return invalid(MediaTooLarge)
		}
		if err := tx.AddPayload(ctx, capture, b); err != nil {
			return err
		}
	}
	return nil
}

// underWay reads a capture that waits; ErrState when somebody finished it.
func underWay(ctx context.Context, tx Tx, id ID) (Capture, error) {
	c, err := captureByID(ctx, tx, id)
	if err == nil && c.State != CaptureWaiting {
		err = ErrState
	}
	return c, err
}

// captureByID reads one capture.
func captureByID(ctx context.Context, tx Tx, id ID) (Capture, error) {
	cs, err := tx.Captures(ctx, CaptureFilter{IDs: []ID{id}, Limit: 1})
	if err != nil {
		return Capture{}, err
	}
	if len(cs) == 0 {
		return Capture{}, ErrNotFound
	}
	return cs[0], nil
}

// FinishCapture stores the copy that was made: the payloads that KeepPayloads
// has not stored yet, and what is known of it.
func (d *Desk) FinishCapture(ctx context.Context, by Actor, n NewCapture) error {
	return d.do(ctx, by, MayFetch, func(tx Tx) error {
		return d.finish(ctx, tx, by, n, EvCaptured)
	})
}

// finish turns a waiting capture into a copy.
func (d *Desk) finish(ctx context.Context, tx Tx, by Actor, n NewCapture, kind EventKind) error {
	was, err := underWay(ctx, tx, n.ID)
	if err != nil {
		return err
	}
	if err := n.check(); err != nil {
		return err
	}
	if err := addPayloads(ctx, tx, n.ID, n.Payloads); err != nil {
		return err
	}
	c := n.Capture
	c.Evidence, c.Claim, c.Queued, c.Tries = was.Evidence, was.Claim, was.Queued, was.Tries
	c.State, c.Due, c.Why, c.Damaged = CaptureDone, time.Time{}, "", time.Time{}
	if err := tx.SetCapture(ctx, c); err != nil {
		return err
	}
	if err := readdress(ctx, tx, c, n.Replace); err != nil {
		return err
	}
	return d.tell(ctx, tx, by, Event{Kind: kind, Claim: c.Claim, About: c.Evidence, Data: map[string]string{"kind": string(c.Kind)}})
}

// check refuses what no capturer hands over.
func (n NewCapture) check() error {
	kinds := []CaptureKind{CapturePage, CapturePDF, CapturePicture, CaptureFile, CaptureWords}
	if !slices.Contains(kinds, n.Kind) || len(n.Sum) != sha256.Size || len(n.Manifest) != sha256.Size || n.At.IsZero() {
		return invalid(BadChoice)
	}
	if tooLong(n.Title, MaxLineRunes) {
		return invalid(TextTooLong)
	}
	return nil
}

// readdress puts the platform's address in the place of a post's, in the
// evidence and in all its captures: an address of a post often names who
// posted it.
func readdress(ctx context.Context, tx Tx, c Capture, address string) error {
	if address == "" {
		return nil
	}
	es, err := tx.EvidenceOf(ctx, c.Claim)
	if err != nil {
		return err
	}
	for _, e := range es {
		if e.ID == c.Evidence {
			e.URL = address
			if err := tx.SetEvidence(ctx, e); err != nil {
				return err
			}
		}
	}
	cs, err := tx.Captures(ctx, CaptureFilter{Evidence: []ID{c.Evidence}})
	if err != nil {
		return err
	}
	for _, other := range cs {
		other.URL = address
		if err := tx.SetCapture(ctx, other); err != nil {
			return err
		}
	}
	return nil
}

// FailCapture records that an attempt failed. A trouble that may pass is tried
// again later, until CaptureTries. replace is as in NewCapture.
func (d *Desk) FailCapture(ctx context.Context, by Actor, id ID, why CaptureTrouble, replace string) error {
	return d.do(ctx, by, MayFetch, func(tx Tx) error {
		c, err := underWay(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.DropPayloads(ctx, id); err != nil {
			return err
		}
		c.Why = why
		if why.Passing() && c.Tries < CaptureTries {
			c.Due = d.Now().Add(capturePause(c.Tries))
			return tx.SetCapture(ctx, c)
		}
		return d.giveUp(ctx, tx, by, c, replace)
	})
}

// giveUp ends a capture that failed.
func (d *Desk) giveUp(ctx context.Context, tx Tx, by Actor, c Capture, replace string) error {
	c.State, c.Due = CaptureFailed, time.Time{}
	if err := tx.SetCapture(ctx, c); err != nil {
		return err
	}
	if err := readdress(ctx, tx, c, replace); err != nil {
		return err
	}
	return d.tell(ctx, tx, by, Event{Kind: EvCaptureFailed, Claim: c.Claim, About: c.Evidence, Data: map[string]string{"why": string(c.Why)}})
}

// Recapture asks for a copy once more: of evidence that has none, or whose
// copy failed or is damaged. ErrState while one is under way or sound.
func (d *Desk) Recapture(ctx context.Context, by Actor, claim, evidence ID) error {
	if !d.KeepsCopies() {
		return ErrState
	}
	_, err := d.step(ctx, by, MayCite, claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
		e, err := evidenceOf(ctx, tx, claim, evidence)
		if err != nil {
			return Event{}, err
		}
		if err := mayCapture(ctx, tx, evidence); err != nil {
			return Event{}, err
		}
		return Event{Kind: EvCaptureAsked, About: evidence}, d.queueCapture(ctx, tx, e)
	})
	return err
}

// mayCapture returns ErrState unless the evidence lacks a copy.
func mayCapture(ctx context.Context, tx Tx, evidence ID) error {
	cs, err := tx.Captures(ctx, CaptureFilter{Evidence: []ID{evidence}, Limit: 1})
	if err != nil || len(cs) == 0 {
		return err
	}
	if cs[0].Sound() || cs[0].State == CaptureWaiting {
		return ErrState
	}
	return nil
}

// evidenceOf finds one piece of evidence of a claim.
func evidenceOf(ctx context.Context, tx Tx, claim, evidence ID) (Evidence, error) {
	es, err := tx.EvidenceOf(ctx, claim)
	if err != nil {
		return Evidence{}, err
	}
	i := slices.IndexFunc(es, func(e Evidence) bool { return e.ID == evidence })
	if i < 0 {
		return Evidence{}, ErrNotFound
	}
	return es[i], nil
}

// TypeWords takes the words of a post that a person typed where they could not
// be read by themselves. words are not empty and hold nothing of the person
// who posted them, which the page asks for.
func (d *Desk) TypeWords(ctx context.Context, by Actor, claim, evidence ID, words string, a Archive) error {
	words = strings.TrimSpace(words)
	switch {
	case words == "":
		return invalid(TextEmpty)
	case tooLong(words, MaxTipRunes):
		return invalid(TextTooLong)
	case a == nil:
		return ErrNotFound
	}
	_, err := d.step(ctx, by, MayCite, claim, 0, stepWork, func(tx Tx, c *Claim) (Event, error) {
		e, err := evidenceOf(ctx, tx, claim, evidence)
		if err != nil {
			return Event{}, err
		}
		last, err := tx.Captures(ctx, CaptureFilter{Evidence: []ID{evidence}, Limit: 1})
		if err != nil {
			return Event{}, err
		}
		if len(last) == 0 || last[0].State != CaptureFailed || last[0].Why != TroublePost {
			return Event{}, ErrState
		}
		platform, is := a.Post(e.URL)
		if !is {
			platform = e.URL // it was replaced when the reading failed
		}
		n, err := a.Typed(NewID(), platform, words, d.Now())
		if err != nil {
			return Event{}, err
		}
		n.Evidence, n.Claim, n.State, n.Queued = evidence, claim, CaptureDone, d.Now()
		if err := errors.Join(n.check(), tx.SetCapture(ctx, n.Capture)); err != nil {
			return Event{}, err
		}
		if err := errors.Join(addPayloads(ctx, tx, n.ID, n.Payloads), readdress(ctx, tx, n.Capture, platform)); err != nil {
			return Event{}, err
		}
		return Event{Kind: EvCaptureTyped, About: evidence}, nil
	})
	return err
}

// NoteElsewhere notes where an archive of the public web keeps a copy as well.
func (d *Desk) NoteElsewhere(ctx context.Context, by Actor, id ID, address string) error {
	return d.do(ctx, by, MayFetch, func(tx Tx) error {
		c, err := captureByID(ctx, tx, id)
		if err != nil {
			return err
		}
		c.Sent, c.Elsewhere = d.Now(), address
		if err := tx.SetCapture(ctx, c); err != nil || address == "" {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvCaptureSent, Claim: c.Claim, About: c.Evidence})
	})
}

// MarkDamaged notes that a copy is not what it was: it is not shown any more,
// and the claim's history says so. Harmless when it is known already.
func (d *Desk) MarkDamaged(ctx context.Context, by Actor, id ID) error {
	return d.do(ctx, by, MayKeep, func(tx Tx) error {
		c, err := captureByID(ctx, tx, id)
		if err != nil || !c.Damaged.IsZero() {
			return err
		}
		c.Damaged = d.Now()
		if err := tx.SetCapture(ctx, c); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvCaptureDamaged, Claim: c.Claim, About: c.Evidence})
	})
}
