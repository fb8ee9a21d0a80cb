package desk

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
)

// Proposal is what a person hands to a second person for review.
type Proposal struct {
	Claim        ID
	DraftVersion int64 // the draft the person saw; ErrConflict if it has changed
	Withdraw     bool  // withdraw the check instead of publishing the draft
	Reason       Reason
	Notes        []Note // what changed and why, for readers; needed for all but the first publication
}

// Points are the points of the reviewer's checklist for a kind of revision.
func Points(k Kind) []string {
	if k == KindWithdraw {
		return []string{"reason-right", "note-clear"}
	}
	return []string{"sources-opened", "independent", "both-sides", "unknown-said", "neutral", "headline"}
}

// Submit freezes the draft into the exact bytes of the next revision and asks
// for a second person. Everything that publishing requires is checked here,
// so that the author hears of it, and again when it is approved. The error is
// an Invalid that lists all problems at once.
func (d *Desk) Submit(ctx context.Context, by Actor, s Proposal) (Review, error) {
	var out Review
	_, err := d.step(ctx, by, MayDraft, s.Claim, 0, stepSubmit, func(tx Tx, c *Claim) (Event, error) {
		dr, err := draftOf(ctx, tx, *c)
		if err != nil {
			return Event{}, err
		}
		if !s.Withdraw && dr.Version != s.DraftVersion {
			return Event{}, ErrConflict
		}
		doc, err := d.freeze(ctx, tx, *c, dr, s)
		if err != nil {
			return Event{}, err
		}
		if out, err = d.reviewOf(by, doc, dr, s); err != nil {
			return Event{}, err
		}
		c.Review = out.ID
		return Event{Kind: EvReviewAsked, About: out.ID, Data: map[string]string{"kind": string(doc.Kind)}}, tx.SetReview(ctx, out)
	})
	return out, err
}

// freeze makes the document of the next revision and checks it.
func (d *Desk) freeze(ctx context.Context, tx Tx, c Claim, dr Draft, s Proposal) (Document, error) {
	doc := Document{Nonce: NewNonce(), Schema: DocSchema, Verdict: c.ID, Rev: c.Rev + 1, Kind: nextKind(c, s),
		Topic: c.Topic, Body: c.Body, Reason: s.Reason, Notes: trimNotes(s.Notes), Approvals: Approvals}
	if !s.Withdraw {
		es, err := tx.EvidenceOf(ctx, c.ID)
		if err != nil {
			return doc, err
		}
		doc.Rating, doc.Texts, doc.Evidence = dr.Rating, dr.Texts, cite(inUse(es))
	}
	old, err := d.newest(ctx, tx, c)
	if err != nil {
		return doc, err
	}
	if ps := doc.problems(old); len(ps) > 0 {
		return doc, invalid(ps...)
	}
	return doc, nil
}

// nextKind is what the next revision of the claim's check would be.
func nextKind(c Claim, s Proposal) Kind {
	switch {
	case s.Withdraw:
		return KindWithdraw
	case c.State == ClaimWithdrawn:
		return KindRestore
	case c.Rev == 0:
		return KindPublish
	case s.Reason.changesMeaning():
		return KindCorrect
	}
	return KindUpdate
}

// newest returns the document of the claim's newest revision that carries a
// rating (a withdrawal carries none), nil before the first.
func (d *Desk) newest(ctx context.Context, tx Tx, c Claim) (*Document, error) {
	if c.Rev == 0 {
		return nil, nil
	}
	rs, err := tx.Revisions(ctx, RevisionFilter{Below: c.LogIndex + 1, Verdict: c.ID, Limit: 10})
	if err != nil {
		return nil, err
	}
	for _, r := range rs {
		if r.Kind != KindWithdraw {
			return &r.Doc, nil
		}
	}
	return nil, ErrNotFound
}

// cite turns evidence into its published form.
func cite(es []Evidence) []DocEvidence {
	var out []DocEvidence
	for _, e := range es {
		out = append(out, DocEvidence{URL: e.URL, Title: e.Title, Publisher: e.Publisher, Lang: e.Lang, Quote: e.Quote,
			Says: e.Says, Stance: e.Stance, Independent: e.Independent, Seen: e.Added.Format("2006-01-02")})
	}
	return out
}

// trimNotes drops empty notes.
func trimNotes(ns []Note) []Note {
	var out []Note
	for _, n := range ns {
		if n.Text = strings.TrimSpace(n.Text); n.Text != "" {
			out = append(out, n)
		}
	}
	return out
}

// problems lists why the document may not be published, given the document
// that stands now (nil before the first).
func (doc Document) problems(old *Document) []Problem {
	var ps []Problem
	if doc.Kind != KindWithdraw {
		ps = doc.textProblems()
	}
	if doc.Kind != KindPublish {
		allowed := CorrectionReasons()
		if doc.Kind == KindWithdraw {
			allowed = WithdrawalReasons()
		}
		if !slices.Contains(allowed, doc.Reason) {
			ps = append(ps, NoReason)
		}
		if len(doc.Notes) == 0 {
			ps = append(ps, NoNote)
		}
	}
	if old == nil || doc.Kind == KindWithdraw {
		return ps
	}
	// The public log takes a changed rating only from a correction.
	if doc.Rating != old.Rating && (doc.Kind == KindUpdate || doc.Kind == KindRestore) {
		ps = append(ps, RatingNeedsFix)
	}
	if doc.Kind != KindRestore && doc.sameText(*old) {
		ps = append(ps, NothingChanged)
	}
	return ps
}

// textProblems checks rating, texts and evidence. A verdict never rests on
// the word of the body concerned alone: at least one source must be
// independent of it, whatever its stance, because a claim is often settled by
// what independent sources show without naming it.
func (doc Document) textProblems() []Problem {
	var ps []Problem
	add := func(bad bool, p Problem) {
		if bad && !slices.Contains(ps, p) {
			ps = append(ps, p)
		}
	}
	add(!doc.Rating.Valid(), NoRating)
	add(len(doc.Texts) == 0, NoText)
	for _, t := range doc.Texts {
		add(t.Claim == "", NoClaimText)
		add(t.Statement == "", NoStatement)
		add(t.Summary == "", NoSummary)
	}
	add(len(doc.Evidence) == 0, NoEvidence)
	add(!slices.ContainsFunc(doc.Evidence, func(e DocEvidence) bool { return e.Independent }), NoIndependent)
	return ps
}

// sameText reports whether a reader would see no difference.
func (doc Document) sameText(old Document) bool {
	return doc.Rating == old.Rating && slices.Equal(doc.Texts, old.Texts) && slices.Equal(doc.Evidence, old.Evidence) &&
		doc.Topic == old.Topic && doc.Body == old.Body
}

// reviewOf is the review of a document.
func (d *Desk) reviewOf(by Actor, doc Document, dr Draft, s Proposal) (Review, error) {
	b, err := doc.Bytes()
	if err != nil {
		return Review{}, err
	}
	r := Review{ID: NewID(), Claim: doc.Verdict, Kind: doc.Kind, Reason: s.Reason, Doc: b, Hash: DocHash(b),
		By: by.Staff, At: d.Now(), State: ReviewPending}
	if !s.Withdraw {
		r.Authors = slices.Clone(dr.Authors)
	}
	if !slices.Contains(r.Authors, by.Staff) {
		r.Authors = append(r.Authors, by.Staff)
	}
	return r, nil
}

// SendBack returns a text to its author with reasons.
func (d *Desk) SendBack(ctx context.Context, by Actor, review ID, reasons string) (Review, error) {
	reasons = strings.TrimSpace(reasons)
	if reasons == "" {
		return Review{}, invalid(SendBackNoReasons)
	}
	if tooLong(reasons, MaxNoteRunes) {
		return Review{}, invalid(TextTooLong)
	}
	return d.decide(ctx, by, MayReview, review, func(tx Tx, r *Review, c *Claim) (Event, error) {
		if err := secondPerson(by, *r); err != nil {
			return Event{}, err
		}
		r.State, r.Reviewer, r.Decided, r.Reasons = ReviewReturned, by.Staff, d.Now(), reasons
		return Event{Kind: EvReviewReturned, About: r.ID}, nil
	})
}

// TakeBack ends a review before a decision, so that the draft can be changed.
// Only those who wrote or submitted the text may.
func (d *Desk) TakeBack(ctx context.Context, by Actor, review ID) (Review, error) {
	return d.decide(ctx, by, MayDraft, review, func(tx Tx, r *Review, c *Claim) (Event, error) {
		if !slices.Contains(r.Authors, by.Staff) {
			return Event{}, ErrForbidden
		}
		r.State, r.Decided = ReviewTaken, d.Now()
		return Event{Kind: EvReviewTaken, About: r.ID}, nil
	})
}

// secondPerson returns ErrOwnWork if the actor had a part in the text. There
// is no override: an admin does not even have the permission.
func secondPerson(by Actor, r Review) error {
	if by.Staff == "" || by.Staff == r.By || slices.Contains(r.Authors, by.Staff) {
		return ErrOwnWork
	}
	return nil
}

// decide ends a pending review and frees its claim.
func (d *Desk) decide(ctx context.Context, by Actor, p Permission, id ID,
	change func(tx Tx, r *Review, c *Claim) (Event, error)) (Review, error) {
	var out Review
	err := d.do(ctx, by, p, func(tx Tx) error {
		r, c, err := pending(ctx, tx, id)
		if err != nil {
			return err
		}
		e, err := change(tx, &r, &c)
		if err != nil {
			return err
		}
		c.Review = ""
		if err := tx.SetReview(ctx, r); err != nil {
			return err
		}
		out = r
		_, err = d.saveClaim(ctx, tx, by, c, e)
		return err
	})
	return out, err
}

// pending reads a review that waits for a decision, and its claim. ErrState
// if it was decided already.
func pending(ctx context.Context, tx Tx, id ID) (Review, Claim, error) {
	rs, err := tx.Reviews(ctx, ReviewFilter{ID: id, Limit: 1})
	if err != nil {
		return Review{}, Claim{}, err
	}
	if len(rs) == 0 {
		return Review{}, Claim{}, ErrNotFound
	}
	c, err := tx.Claim(ctx, rs[0].Claim)
	if err != nil {
		return Review{}, Claim{}, err
	}
	if rs[0].State != ReviewPending || c.Review != id {
		return rs[0], c, ErrState
	}
	return rs[0], c, nil
}

// Approve is the decision of the second person on exactly the bytes with this
// hash, and publishes them: revision, entry in the public log, state of the
// claim and of its tips, and event stand or fall together. ErrConflict when
// the hash is not that of the text under review.
func (d *Desk) Approve(ctx context.Context, by Actor, review ID, hash []byte, checklist []string) (Review, error) {
	return d.decide(ctx, by, MayReview, review, func(tx Tx, r *Review, c *Claim) (Event, error) {
		if err := secondPerson(by, *r); err != nil {
			return Event{}, err
		}
		if !bytes.Equal(hash, r.Hash) || !bytes.Equal(DocHash(r.Doc), r.Hash) {
			return Event{}, ErrConflict
		}
		for _, p := range Points(r.Kind) {
			if !slices.Contains(checklist, p) {
				return Event{}, invalid(ChecklistOpen)
			}
		}
		r.State, r.Reviewer, r.Decided, r.Checklist = ReviewApproved, by.Staff, d.Now(), Points(r.Kind)
		return d.publish(ctx, tx, *r, c)
	})
}

// publish writes the approved document: log entry, revision, claim, tips,
// draft.
func (d *Desk) publish(ctx context.Context, tx Tx, r Review, c *Claim) (Event, error) {
	doc, err := ParseDocument(r.Doc)
	if err != nil {
		return Event{}, err
	}
	old, err := d.newest(ctx, tx, *c)
	if err != nil {
		return Event{}, err
	}
	if ps := doc.problems(old); len(ps) > 0 {
		return Event{}, invalid(ps...)
	}
	if doc.Verdict != c.ID || doc.Rev != c.Rev+1 {
		return Event{}, ErrConflict
	}
	place, err := d.log.Append(ctx, tx, logEntry(r, doc, *c))
	if err != nil {
		return Event{}, err
	}
	s := stepPublish
	if doc.Kind == KindWithdraw {
		s = stepWithdraw
	}
	if err := c.take(s); err != nil {
		return Event{}, err
	}
	rev := Revision{Verdict: c.ID, Rev: doc.Rev, Kind: doc.Kind, Reason: doc.Reason, Rating: doc.Rating,
		LogIndex: place.Index, At: place.Time, Hash: r.Hash, Doc: doc}
	if err := tx.AddRevision(ctx, rev, r.Doc); err != nil {
		return Event{}, err
	}
	c.Rev, c.LogIndex, c.Rating = doc.Rev, place.Index, doc.Rating
	if err := d.afterPublish(ctx, tx, *c, doc); err != nil {
		return Event{}, err
	}
	return Event{Kind: publishEvent(doc.Kind), About: r.ID, Data: map[string]string{"kind": string(doc.Kind), "reason": string(doc.Reason)}}, nil
}

// logEntry is what the public log records of the revision.
func logEntry(r Review, doc Document, c Claim) LogEntry {
	e := LogEntry{Op: string(r.ID), Kind: doc.Kind, Verdict: c.ID, Rev: doc.Rev, Prev: c.LogIndex,
		Rating: doc.Rating, Doc: r.Hash, Reason: doc.Reason}
	if doc.Kind == KindWithdraw {
		e.Doc = nil
	}
	return e
}

// publishEvent is the event a kind of revision leaves.
func publishEvent(k Kind) EventKind {
	switch k {
	case KindPublish, KindRestore:
		return EvPublished
	case KindWithdraw:
		return EvWithdrawn
	}
	return EvCorrected
}

// afterPublish answers the claim's tips and lets the next draft start with no
// authors: whoever writes the next text is its author, nobody else.
func (d *Desk) afterPublish(ctx context.Context, tx Tx, c Claim, doc Document) error {
	if doc.Kind == KindWithdraw {
		return nil
	}
	if err := tx.SetTipsOf(ctx, c.ID, TipAnswered, ""); err != nil {
		return err
	}
	dr, err := tx.DraftOf(ctx, c.ID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	dr.Authors, dr.Changed = nil, d.Now()
	return tx.SetDraft(ctx, dr)
}
