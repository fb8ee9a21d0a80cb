package desk

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// Proposal is what a person hands to a second person for review.
type Proposal struct {
	Claim        ID
	DraftVersion int64 // the draft the person saw; ErrConflict if it has changed
	Withdraw     bool  // withdraw the check instead of publishing the draft
	Reason       Reason
	Notes        []Note // what changed and why, for readers; needed for all but the first publication
	Urgent       string // why it cannot wait for two reviewers; "" if it can. Kept only where two are needed
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
		need, err := d.plan(ctx, tx, by, *c, dr, &s)
		if err != nil {
			return Event{}, err
		}
		doc, err := d.freeze(ctx, tx, *c, dr, s, need)
		if err != nil {
			return Event{}, err
		}
		if out, err = d.reviewOf(by, doc, dr, s, need); err != nil {
			return Event{}, err
		}
		c.Review = out.ID
		return Event{Kind: EvReviewAsked, About: out.ID, Data: map[string]string{"kind": string(doc.Kind), "urgent": yesNo(s.Urgent != "")}},
			tx.SetReview(ctx, out)
	})
	return out, err
}

// freeze makes the document of the next revision and checks it.
func (d *Desk) freeze(ctx context.Context, tx Tx, c Claim, dr Draft, s Proposal, need int) (Document, error) {
	doc := Document{Nonce: NewNonce(), Schema: DocSchema, Verdict: c.ID, Rev: c.Rev + 1, Kind: nextKind(c, s),
		Topic: c.Topic, Body: c.Body, Reason: s.Reason, Notes: trimNotes(s.Notes),
		Approvals: people(need, s.Urgent != ""), Emergency: s.Urgent != ""}
	if !s.Withdraw {
		es, err := tx.EvidenceOf(ctx, c.ID)
		if err != nil {
			return doc, err
		}
		if doc.Asked, err = d.asked(ctx, tx, c.ID); err != nil {
			return doc, err
		}
		if doc.Places, err = tx.PlacesOf(ctx, c.ID); err != nil {
			return doc, err
		}
		if doc.Picture, doc.Authenticity, err = asPicture(ctx, tx, c.ID); err != nil {
			return doc, err
		}
		if doc.Opinions, err = citedOpinions(ctx, tx, c.ID); err != nil {
			return doc, err
		}
		copies, err := archived(ctx, tx, c.ID)
		if err != nil {
			return doc, err
		}
		doc.Rating, doc.Texts, doc.Evidence = dr.Rating, dr.Texts, withCopies(cite(inUse(es)), inUse(es), copies)
		if doc.Adopted, err = adopted(ctx, tx, c.ID, doc.Evidence); err != nil {
			return doc, err
		}
		rs, err := tx.Releases(ctx, c.ID)
		if err != nil {
			return doc, err
		}
		doc.withReleases(inUse(es), rs)
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
		if r.Kind != KindWithdraw && r.Erased { // its text is gone, the rating is in the log
			return &Document{Rating: r.Rating}, nil
		}
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
		if len(doc.Erases) > 0 {
			allowed = RedactReasons()
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
	if doc.Kind != KindRestore && len(doc.Erases) == 0 && doc.sameText(*old) {
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
	add(doc.Independent() == 0, NoIndependent)
	return ps
}

// sameText reports whether a reader would see no difference.
func (doc Document) sameText(old Document) bool {
	return doc.Rating == old.Rating && slices.Equal(doc.Texts, old.Texts) && slices.Equal(doc.Evidence, old.Evidence) &&
		slices.Equal(doc.Releases, old.Releases) && slices.Equal(doc.Places, old.Places) && doc.Picture == old.Picture && slices.Equal(doc.Authenticity, old.Authenticity) &&
		doc.Topic == old.Topic && doc.Body == old.Body && sameAsked(doc.Asked, old.Asked) && slices.Equal(doc.Opinions, old.Opinions)
}

// reviewOf is the review of a document.
func (d *Desk) reviewOf(by Actor, doc Document, dr Draft, s Proposal, need int) (Review, error) {
	b, err := doc.Bytes()
	if err != nil {
		return Review{}, err
	}
	r := Review{ID: NewID(), Claim: doc.Verdict, Kind: doc.Kind, Reason: s.Reason, Doc: b, Hash: DocHash(b),
		By: by.Staff, At: d.Now(), State: ReviewPending, Need: need, Urgent: s.Urgent}
	if !s.Withdraw {
		r.Authors = slices.Clone(dr.Authors)
	}
	if !slices.Contains(r.Authors, by.Staff) {
		r.Authors = append(r.Authors, by.Staff)
	}
	return r, nil
}

// ReturnKinds are what a text can be sent back for, in the order pages show
// them.
func ReturnKinds() []string {
	return []string{"facts", "sources", "one-sided", "body", "unknown", "wording", "headline", "picture", "other"}
}

// SendBack returns a text to its author with reasons: words, comments that the
// reviewer made on its sentences, or both. kinds say in a word what it is
// about; see ReturnKinds.
func (d *Desk) SendBack(ctx context.Context, by Actor, review ID, reasons string, kinds ...string) (Review, error) {
	reasons = strings.TrimSpace(reasons)
	if tooLong(reasons, MaxNoteRunes) {
		return Review{}, invalid(TextTooLong)
	}
	if slices.ContainsFunc(kinds, func(k string) bool { return !slices.Contains(ReturnKinds(), k) }) {
		return Review{}, invalid(BadChoice)
	}
	return d.decide(ctx, by, MayReview, review, func(tx Tx, r *Review, c *Claim) (Event, error) {
		if err := secondPerson(by, *r); err != nil {
			return Event{}, err
		}
		cs, err := tx.Comments(ctx, CommentFilter{Review: r.ID})
		if err != nil {
			return Event{}, err
		}
		if reasons == "" && !slices.ContainsFunc(cs, func(c Comment) bool { return c.Open() && c.By == by.Staff }) {
			return Event{}, invalid(SendBackNoReasons)
		}
		if r.Other == by.Staff { // who agreed before has thought again
			r.Other, r.OtherAt, r.OtherChecklist = "", time.Time{}, nil
		}
		r.State, r.Reviewer, r.Decided, r.Reasons, r.Kinds = ReviewReturned, by.Staff, d.Now(), reasons, slices.Clone(kinds)
		return Event{Kind: EvReviewReturned, About: r.ID}, tx.DropReviewing(ctx, r.ID, by.Staff)
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

// decide takes a decision on a pending review and, if that ends it, frees its
// claim.
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
		if r.State != ReviewPending {
			c.Review = ""
		}
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

// Approve is the decision of a second person on exactly the bytes with this
// hash, and publishes them: revision, entry in the public log, state of the
// claim and of its tips, and event stand or fall together. Where two reviewers
// are needed the first approval is kept and the second publishes; see Pending
// of the review returned. ErrConflict when the hash is not that of the text
// under review.
func (d *Desk) Approve(ctx context.Context, by Actor, review ID, hash []byte, checklist []string) (Review, error) {
	return d.decide(ctx, by, MayReview, review, func(tx Tx, r *Review, c *Claim) (Event, error) {
		f, err := d.mayDecide(ctx, tx, by, *r, *c, hash, checklist)
		if err != nil {
			return Event{}, err
		}
		if need, err := d.reviewersFor(ctx, tx, *c, r.Authors); err != nil {
			return Event{}, err
		} else if need > r.Need {
			return Event{}, invalid(HarmRaised)
		}
		if err := tx.DropReviewing(ctx, r.ID, by.Staff); err != nil {
			return Event{}, err
		}
		if waits, err := d.first(ctx, tx, by, r, f.Points()); err != nil {
			return Event{}, err
		} else if waits {
			return Event{Kind: EvReviewAgreed, About: r.ID}, nil
		}
		r.State, r.Reviewer, r.Decided, r.Checklist = ReviewApproved, by.Staff, d.Now(), f.Points()
		return d.publish(ctx, tx, *r, c)
	})
}

// Pending reports whether the review waits for a decision.
func (r Review) Pending() bool { return r.State == ReviewPending }

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
	if err := stillIndependent(ctx, tx, *c, doc); err != nil {
		return Event{}, err
	}
	place, err := d.log.Append(ctx, tx, logEntry(r, doc, *c))
	if err != nil {
		return Event{}, err
	}
	if err := c.take(stepOf(doc)); err != nil {
		return Event{}, err
	}
	rev := Revision{Verdict: c.ID, Rev: doc.Rev, Kind: doc.Kind, Reason: doc.Reason, Rating: doc.Rating,
		LogIndex: place.Index, At: place.Time, Hash: r.Hash, Doc: doc}
	if err := tx.AddRevision(ctx, rev, r.Doc); err != nil {
		return Event{}, err
	}
	c.Rev, c.LogIndex, c.Rating = doc.Rev, place.Index, doc.Rating
	switch {
	case doc.Whole():
		err = d.eraseWhole(ctx, tx, r, c, doc)
	case len(doc.Erases) > 0:
		err = d.carryOut(ctx, tx, r, c, doc)
	}
	if err != nil {
		return Event{}, err
	}
	if err := d.afterPublish(ctx, tx, *c, doc); err != nil {
		return Event{}, err
	}
	e := Event{Kind: publishEvent(doc.Kind), About: r.ID, Data: map[string]string{"kind": string(doc.Kind), "reason": string(doc.Reason)}}
	if doc.Whole() {
		e.Data["whole"] = "yes"
	}
	return e, nil
}

// stepOf is the step that the approval of a document takes.
func stepOf(doc Document) step {
	switch {
	case doc.Whole():
		return stepErase
	case doc.Kind == KindWithdraw:
		return stepWithdraw
	}
	return stepPublish
}

// logEntry is what the public log records of the revision.
func logEntry(r Review, doc Document, c Claim) LogEntry {
	e := LogEntry{Op: string(r.ID), Kind: doc.Kind, Verdict: c.ID, Rev: doc.Rev, Prev: c.LogIndex,
		Rating: doc.Rating, Doc: r.Hash, Reason: doc.Reason}
	if doc.Kind == KindWithdraw {
		e.Doc = nil
	}
	switch {
	case doc.Whole(): // the entry frees every earlier document
		e.Kind = KindErase
	case len(doc.Erases) > 0:
		e.Kind, e.Erased = KindRedact, doc.Erases
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
