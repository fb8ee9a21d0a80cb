package desk

import (
	"context"
	"errors"
	"slices"
	"time"
)

// ReviewPage is a review with its claim, what can be counted about it, what
// the person saw and did before, and the document that stands now.
type ReviewPage struct {
	Review   Review
	Doc      Document
	Before   *Document // the published document that this one replaces
	Seen     *Document // what the person sent back, or agreed to, last
	SeenAt   time.Time
	Returned bool // … Seen was sent back
	Claim    Claim
	Own      bool // the person had a part in the text and cannot decide
	Agreed   bool // the person's is the first of two approvals
	Stands   bool // the first of two approvals counts still
	Facts    ReviewFacts
	Mine     Reviewing // what the person has ticked and written so far
	Remarks  []Remark  // comments on the claim's texts, as they stand to this one
	Staff    []Staff
	Now      time.Time
}

// Open reports whether the review waits for somebody: for a decision, or for
// the other reviewer of an emergency publication.
func (p ReviewPage) Open() bool { return p.Review.Pending() || p.Review.Waits() && !p.Replaced() }

// Replaced reports whether a later revision has taken the place of this one.
func (p ReviewPage) Replaced() bool { return !p.Review.Pending() && p.Doc.Rev < p.Claim.Rev }

// May reports whether this person can decide now, given that the role allows
// it.
func (p ReviewPage) May() bool { return p.Open() && !p.Own && !p.Agreed }

// ReviewPage reads one review.
func (d *Desk) ReviewPage(ctx context.Context, by Actor, id ID) (ReviewPage, error) {
	var p ReviewPage
	err := d.read(ctx, by, MayRead, func(tx Tx) error {
		r, c, err := pending(ctx, tx, id)
		if err != nil && !errors.Is(err, ErrState) {
			return err
		}
		p = ReviewPage{Review: r, Claim: c, Now: d.Now()}
		if p.Doc, err = ParseDocument(r.Doc); err != nil {
			return err
		}
		p.Own = secondPerson(by, r) != nil || r.Waits() && r.Reviewer == by.Staff
		if p.Stands, err = d.stands(ctx, tx, r); err != nil {
			return err
		}
		p.Agreed = p.Stands && r.Other == by.Staff
		return d.fillReview(ctx, tx, by, &p)
	})
	return p, err
}

// fillReview reads what belongs to a review.
func (d *Desk) fillReview(ctx context.Context, tx Tx, by Actor, p *ReviewPage) error {
	var err error
	if p.Staff, err = tx.Staff(ctx); err != nil {
		return err
	}
	if p.Facts, err = d.facts(ctx, tx, p.Review, p.Claim, p.Doc); err != nil {
		return err
	}
	if p.Mine, err = tx.ReviewingOf(ctx, p.Review.ID, by.Staff); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	cs, err := tx.Comments(ctx, CommentFilter{Claim: p.Claim.ID})
	if err != nil {
		return err
	}
	p.Remarks = remarks(cs, p.Doc.Texts)
	if err := d.before(ctx, tx, p); err != nil {
		return err
	}
	return d.seen(ctx, tx, by, p)
}

// before reads the published document that the text under review replaces.
func (d *Desk) before(ctx context.Context, tx Tx, p *ReviewPage) error {
	if p.Doc.Rev < 2 {
		return nil
	}
	rs, err := tx.Revisions(ctx, RevisionFilter{Below: p.Claim.LogIndex + 1, Verdict: p.Claim.ID, Limit: 1000})
	for _, r := range rs { // newest first
		if r.Rev < p.Doc.Rev && !r.Erased && (r.Kind != KindWithdraw || r.Rev == p.Doc.Rev-1 && p.Doc.Kind == KindWithdraw) {
			p.Before = &r.Doc
			break
		}
	}
	return err
}

// seen finds the text of this claim that the person saw last: one they sent
// back, or agreed to before it was taken back.
func (d *Desk) seen(ctx context.Context, tx Tx, by Actor, p *ReviewPage) error {
	if by.Staff == "" || p.Review.Kind == KindWithdraw {
		return nil
	}
	rs, err := tx.Reviews(ctx, ReviewFilter{Claim: p.Claim.ID})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(rs, func(r Review) bool {
		sent := r.State == ReviewReturned && r.Reviewer == by.Staff
		return r.ID != p.Review.ID && !r.At.After(p.Review.At) && r.Kind != KindWithdraw &&
			(sent || r.Other == by.Staff && (r.State == ReviewTaken || r.State == ReviewReturned))
	})
	if i < 0 {
		return nil
	}
	doc, err := ParseDocument(rs[i].Doc)
	if err != nil || doc.Rev != p.Doc.Rev { // before a later publication: Before tells the difference
		return err
	}
	p.Seen, p.SeenAt, p.Returned = &doc, rs[i].OtherAt, rs[i].State == ReviewReturned && rs[i].Reviewer == by.Staff
	if p.Returned {
		p.SeenAt = rs[i].Decided
	}
	return nil
}

// KeepReviewing keeps what a reviewer has ticked and written so far. It is
// their own, like the language of their pages, and leaves no event.
func (d *Desk) KeepReviewing(ctx context.Context, by Actor, review ID, ticks, kinds []string, reasons string) error {
	if tooLong(reasons, MaxNoteRunes) {
		return invalid(TextTooLong)
	}
	return d.do(ctx, by, MayReview, func(tx Tx) error {
		r, _, err := pending(ctx, tx, review)
		if err != nil && (!errors.Is(err, ErrState) || !r.Waits()) {
			return err
		}
		w := Reviewing{Review: r.ID, Staff: by.Staff, Reasons: reasons, At: d.Now()}
		for _, p := range Points(r.Kind) {
			if slices.Contains(ticks, p) {
				w.Ticks = append(w.Ticks, p)
			}
		}
		for _, k := range ReturnKinds() {
			if slices.Contains(kinds, k) {
				w.Kinds = append(w.Kinds, k)
			}
		}
		return tx.SetReviewing(ctx, w)
	})
}
