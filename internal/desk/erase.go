package desk

import (
	"context"
	"slices"
)

// Erasure deletes a whole check for privacy's or the law's sake, in force or
// withdrawn: every document of every revision, and what the desk wrote and
// gathered for it. The entries of the public log stay, and one more says that
// it was erased, when and for which reason.
type Erasure struct {
	Claim  ID
	Reason Reason // one of RedactReasons
	Notes  []Note // for readers; they must not repeat what is erased
}

// KindErase is the kind of an erasure's entry in the public log. The revision
// itself is a withdrawal.
const KindErase Kind = "erase"

// Whole reports whether the document erases its check whole: a withdrawal that
// deletes the documents of all earlier revisions.
func (doc Document) Whole() bool { return doc.Kind == KindWithdraw && len(doc.Erases) > 0 }

// EraseCheck asks for a second person to erase a whole check. Nothing is
// deleted before that person approves.
func (d *Desk) EraseCheck(ctx context.Context, by Actor, n Erasure) (Review, error) {
	if err := n.check(); err != nil {
		return Review{}, err
	}
	var out Review
	_, err := d.step(ctx, by, MayDraft, n.Claim, 0, stepSubmit, func(tx Tx, c *Claim) (Event, error) {
		p := Proposal{Claim: c.ID, Withdraw: true, Reason: n.Reason, Notes: trimNotes(n.Notes)}
		need, err := d.plan(ctx, tx, by, *c, Draft{}, &p)
		if err != nil {
			return Event{}, err
		}
		doc, err := d.erasing(ctx, tx, *c, p, need)
		if err != nil {
			return Event{}, err
		}
		if out, err = d.reviewOf(by, doc, Draft{}, p, need); err != nil {
			return Event{}, err
		}
		c.Review = out.ID
		return Event{Kind: EvReviewAsked, About: out.ID, Data: map[string]string{"kind": string(doc.Kind), "whole": "yes"}}, tx.SetReview(ctx, out)
	})
	return out, err
}

// check looks at what can be seen without the check.
func (n Erasure) check() error {
	var ps []Problem
	if !slices.Contains(RedactReasons(), n.Reason) {
		ps = append(ps, NoReason)
	}
	if len(trimNotes(n.Notes)) == 0 {
		ps = append(ps, NoNote)
	}
	if slices.ContainsFunc(n.Notes, func(x Note) bool { return tooLong(x.Text, MaxNoteRunes) }) {
		ps = append(ps, TextTooLong)
	}
	if len(ps) > 0 {
		return invalid(ps...)
	}
	return nil
}

// erasing is the document of the erasure: a withdrawal that names every
// revision whose document is still there, the withdrawals among them.
func (d *Desk) erasing(ctx context.Context, tx Tx, c Claim, p Proposal, need int) (Document, error) {
	doc := Document{Nonce: NewNonce(), Schema: DocSchema, Verdict: c.ID, Rev: c.Rev + 1, Kind: KindWithdraw,
		Topic: c.Topic, Reason: p.Reason, Notes: p.Notes, Approvals: people(need, false)}
	if c.Rev == 0 {
		return doc, ErrState
	}
	rs, err := tx.Revisions(ctx, RevisionFilter{Below: c.LogIndex + 1, Verdict: c.ID, Limit: 10_000})
	if err != nil {
		return doc, err
	}
	if len(rs) == 0 || rs[0].Doc.Whole() {
		return doc, ErrState // erased already
	}
	for _, r := range rs {
		if r.Doc.repeated(p.Notes) {
			return doc, invalid(BadChoice)
		}
		if !r.Erased || r.Doc.Whole() { // of an earlier erasure its word to readers
			doc.Erases = append(doc.Erases, r.Rev)
		}
	}
	slices.Sort(doc.Erases)
	return doc, nil
}

// repeated reports whether a note repeats a sentence of the document.
func (doc Document) repeated(notes []Note) bool {
	var said []string
	for _, t := range doc.Texts {
		for _, s := range []string{t.Claim, t.Statement, t.Summary} {
			if s != "" {
				said = append(said, s)
			}
		}
	}
	return slices.ContainsFunc(notes, func(n Note) bool { return holdsAny(n.Text, said) })
}

// eraseWhole deletes what an approved erasure erases, in the transaction of
// its entry. Words of those who asked follow their own retention; backups made
// before hold the check until they have aged out.
func (d *Desk) eraseWhole(ctx context.Context, tx Tx, r Review, c *Claim, doc Document) error {
	if err := tx.EraseRevisions(ctx, c.ID, doc.Erases, nil, blankCopy); err != nil {
		return err
	}
	c.Text, c.Typed = RedactMark(c.Lang), true
	if err := tx.EraseWork(ctx, c.ID, r.ID, RedactMark(c.Lang), d.Now(), blankCopy); err != nil {
		return err
	}
	// The empty list has the next hourly pass clean the database's files.
	return tx.SetRedaction(ctx, r.ID, []string{})
}
