package desk

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Regained is an entry of the public log that came back from a mirror after
// the database was lost.
type Regained struct {
	Entry LogEntry
	Place LogPlace
	Doc   []byte // nil when the entry has none, or it was erased
}

// Regain enters what came back: the entry itself, through enter, its document,
// and for a check the revision and the claim, so that the site shows it again.
// Tips, drafts, evidence, reviews, appeals and channels are not in the log and
// do not come back. The program alone may do it.
func (d *Desk) Regain(ctx context.Context, by Actor, g Regained, enter func(context.Context, Tx) error) error {
	return d.do(ctx, by, MayKeep, func(tx Tx) error {
		if err := enter(ctx, tx); err != nil {
			return err
		}
		if g.Entry.Doc != nil { // without bytes it stands as erased
			if err := tx.AddDocument(ctx, g.Entry.Doc, g.Doc); err != nil {
				return err
			}
		}
		switch g.Entry.Kind {
		case KindPublish, KindUpdate, KindCorrect, KindRestore, KindWithdraw, KindRedact, KindErase:
			return d.regainCheck(ctx, tx, by, g)
		}
		return nil
	})
}

// regainCheck stores a revision and moves its claim on.
func (d *Desk) regainCheck(ctx context.Context, tx Tx, by Actor, g Regained) error {
	e := g.Entry
	doc, err := g.document()
	if err != nil {
		return err
	}
	c, err := tx.Claim(ctx, e.Verdict)
	if errors.Is(err, ErrNotFound) {
		c, err = Claim{ID: e.Verdict, LogIndex: -1, Opened: g.Place.Time}, nil
	}
	if err != nil {
		return err
	}
	if c.Text == "" && len(doc.Texts) > 0 {
		c.Text, c.Typed, c.Lang = doc.Texts[0].Claim, true, doc.Texts[0].Lang
	}
	c.regained(e, g.Place, doc, d.Now())
	if err := tx.SetClaim(ctx, c); err != nil {
		return err
	}
	b := g.Doc
	hash := e.Doc
	if hash == nil { // a withdrawal: what it said to readers was not logged
		if b, err = doc.Bytes(); err != nil {
			return err
		}
		hash = DocHash(b)
	}
	r := Revision{Verdict: c.ID, Rev: e.Rev, Kind: doc.Kind, Reason: e.Reason, Rating: e.Rating, LogIndex: g.Place.Index, At: g.Place.Time, Hash: hash, Doc: doc}
	if err := tx.AddRevision(ctx, r, b); err != nil {
		return err
	}
	if len(doc.Erases) > 0 || len(e.Erased) > 0 {
		if err := tx.EraseRevisions(ctx, c.ID, freed(e, doc), nil, blankCopy); err != nil {
			return err
		}
	}
	if doc.Whole() {
		// An older database still holds what the desk wrote for the check.
		if err := tx.EraseWork(ctx, c.ID, "", RedactMark(c.Lang), d.Now(), blankCopy); err != nil {
			return err
		}
		if err := tx.SetSetting(ctx, uncleanSetting, "yes"); err != nil {
			return err
		}
	}
	return d.tell(ctx, tx, by, Event{Kind: publishEvent(doc.Kind), Claim: c.ID, Data: map[string]string{"kind": string(doc.Kind), "reason": string(e.Reason)}})
}

// freed are the revisions whose documents an entry says are deleted.
func freed(e LogEntry, doc Document) []int {
	if doc.Whole() {
		return doc.Erases
	}
	return e.Erased
}

// regained moves a claim to where an entry leaves it. Work that was under way
// on it in the old database is not: it was about an earlier revision.
func (c *Claim) regained(e LogEntry, at LogPlace, doc Document, now time.Time) {
	c.State = ClaimPublished
	if doc.Kind == KindWithdraw {
		c.State = ClaimWithdrawn
	}
	if doc.Topic != "" {
		c.Topic = doc.Topic
	}
	if doc.Whole() {
		c.Text, c.Typed = RedactMark(c.Lang), true
	}
	c.Rev, c.LogIndex, c.Rating, c.Review, c.Changed = e.Rev, at.Index, e.Rating, "", now
}

// document is the document of an entry of a check. One that was erased since,
// or never logged, is known by its entry alone.
func (g Regained) document() (Document, error) {
	e := g.Entry
	if g.Doc == nil {
		doc := Document{Schema: DocSchema, Nonce: NewNonce(), Verdict: e.Verdict, Rev: e.Rev, Kind: e.Kind, Rating: e.Rating, Reason: e.Reason, Approvals: Approvals}
		switch e.Kind {
		case KindRedact:
			doc.Kind = KindUpdate
		case KindErase:
			doc.Kind = KindWithdraw
			for rev := 1; rev < e.Rev; rev++ {
				doc.Erases = append(doc.Erases, rev)
			}
		}
		return doc, nil
	}
	doc, err := ParseDocument(g.Doc)
	if err == nil && (doc.Verdict != e.Verdict || doc.Rev != e.Rev || doc.Rating != e.Rating) {
		err = fmt.Errorf("document of entry %d says something else than the entry", g.Place.Index)
	}
	return doc, err
}
