package desk

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// UrgentTime is how long after an emergency publication its other reviewer may
// take. Later is late, and counted as late in public.
const UrgentTime = 6 * time.Hour

// reviewersFor is how many reviewers the next revision of a claim needs: two
// where its harm is high enough. Harm that one of the text's own authors has
// lowered still counts as it was: a text does not choose how many look at it.
func (d *Desk) reviewersFor(ctx context.Context, tx Tx, c Claim, authors []ID) (int, error) {
	if d.opts.twoFor(c.Harm) {
		return 2, nil
	}
	es, err := tx.Events(ctx, EventFilter{Claim: c.ID, Limit: 1000})
	if err != nil {
		return 0, err
	}
	var lowered ID
	for _, e := range es { // newest first
		if e.Kind != EvClaimEdited {
			continue
		}
		if d.opts.twoFor(Harm(e.Data["harm"])) {
			if slices.Contains(authors, lowered) {
				return 2, nil
			}
			return 1, nil
		}
		lowered = e.Actor
	}
	return 1, nil
}

// twoFor reports whether a text on a claim of this harm needs two reviewers.
func (o Options) twoFor(h Harm) bool { return h == HarmHigh || h == HarmMedium && o.TwoForMedium }

// plan says how many reviewers a text needs and whether it goes out in an
// emergency, which is only asked where two are needed.
func (d *Desk) plan(ctx context.Context, tx Tx, by Actor, c Claim, dr Draft, s *Proposal) (need int, err error) {
	need, err = d.reviewersFor(ctx, tx, c, append(slices.Clone(dr.Authors), by.Staff))
	if s.Urgent = strings.TrimSpace(s.Urgent); need < 2 {
		s.Urgent = ""
	}
	if err == nil && tooLong(s.Urgent, MaxNoteRunes) {
		err = invalid(TextTooLong)
	}
	return need, err
}

// people is how many people will stand behind a document when it is
// published: who submits it, and its reviewers but for one who follows after
// an emergency.
func people(need int, urgent bool) int {
	if urgent {
		return Approvals
	}
	return 1 + need
}

// mayDecide checks everything a decision for a text rests on: another person,
// these bytes, each point ticked.
func (d *Desk) mayDecide(ctx context.Context, tx Tx, by Actor, r Review, c Claim, hash []byte, ticks []string) (ReviewFacts, error) {
	if err := secondPerson(by, r); err != nil {
		return ReviewFacts{}, err
	}
	if !bytes.Equal(hash, r.Hash) || !bytes.Equal(DocHash(r.Doc), r.Hash) {
		return ReviewFacts{}, ErrConflict
	}
	doc, err := ParseDocument(r.Doc)
	if err != nil {
		return ReviewFacts{}, err
	}
	f, err := d.facts(ctx, tx, r, c, doc)
	if err == nil && f.open(ticks) {
		err = invalid(ChecklistOpen)
	}
	return f, err
}

// first records the first of two approvals and leaves the review open. It is
// no publication yet: published is false until the second person agrees.
func (d *Desk) first(ctx context.Context, tx Tx, by Actor, r *Review, points []string) (waits bool, err error) {
	if r.Need < 2 || r.Urgent != "" {
		return false, nil
	}
	stands, err := d.stands(ctx, tx, *r)
	switch {
	case err != nil:
		return false, err
	case stands && r.Other == by.Staff:
		return false, invalid(ApprovedAlready)
	case stands:
		return false, nil
	}
	r.Other, r.OtherAt, r.OtherChecklist = by.Staff, d.Now(), points
	return true, nil
}

// stands reports whether the first approval of a review still counts: the
// account is in use and may still review this claim.
func (d *Desk) stands(ctx context.Context, tx Tx, r Review) (bool, error) {
	if r.Other == "" {
		return false, nil
	}
	s, err := staffByID(ctx, tx, r.Other)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil && s.Active() && As(s).May(MayReview), err
}

// Confirm is the decision of the other reviewer on a text that was published
// in an emergency: a third person besides who submitted it and who approved
// it, on the same bytes. Who does not agree corrects or withdraws the check
// instead, as any other.
func (d *Desk) Confirm(ctx context.Context, by Actor, review ID, hash []byte, checklist []string) (Review, error) {
	var out Review
	err := d.do(ctx, by, MayReview, func(tx Tx) error {
		r, c, err := pending(ctx, tx, review)
		if err != nil && !errors.Is(err, ErrState) {
			return err
		}
		if !r.Waits() {
			return ErrState
		}
		if by.Staff == r.Reviewer {
			return ErrOwnWork
		}
		f, err := d.mayDecide(ctx, tx, by, r, c, hash, checklist)
		if err != nil {
			return err
		}
		r.Other, r.OtherAt, r.OtherChecklist = by.Staff, d.Now(), f.Points()
		if err := tx.SetReview(ctx, r); err != nil {
			return err
		}
		out = r
		if err := tx.DropReviewing(ctx, r.ID, by.Staff); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvReviewConfirmed, Claim: c.ID, About: r.ID, Data: map[string]string{"late": yesNo(r.Late(d.Now()))}})
	})
	return out, err
}

// yesNo is a fact in the data of an event.
func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// Waits reports whether the text was published in an emergency and no other
// reviewer has agreed yet.
func (r Review) Waits() bool { return r.State == ReviewApproved && r.Urgent != "" && r.Other == "" }

// Due is when the other reviewer of an emergency publication should have
// agreed.
func (r Review) Due() time.Time { return r.Decided.Add(UrgentTime) }

// Late reports whether the other reviewer came, or still is, later than that.
func (r Review) Late(now time.Time) bool {
	if !r.OtherAt.IsZero() {
		now = r.OtherAt
	}
	return r.State == ReviewApproved && r.Urgent != "" && now.After(r.Due())
}

// Awaited is a review that waits for a person, with its claim.
type Awaited struct {
	Review Review
	Claim  Claim
	Own    bool // the person had a part in the text
	Mine   bool // the person has agreed or decided already
}

// AwaitedReviews lists what waits for reviewers: emergency publications whose
// other reviewer has not come yet, the one due first ahead, then texts that
// wait for a decision, oldest first.
func (d *Desk) AwaitedReviews(ctx context.Context, by Actor) ([]Awaited, error) {
	var out []Awaited
	err := d.read(ctx, by, MayRead, func(tx Tx) error {
		out = nil
		for _, f := range []ReviewFilter{{Waits: true, Limit: 1000}, {State: ReviewPending, Limit: 1000}} {
			rs, err := tx.Reviews(ctx, f)
			if err != nil {
				return err
			}
			slices.Reverse(rs)
			for _, r := range rs {
				a, err := awaited(ctx, tx, by, r)
				if err != nil {
					return err
				}
				if a.Claim.ID != "" {
					out = append(out, a)
				}
			}
		}
		return nil
	})
	return out, err
}

// awaited reads the claim of a review; without one when the person may not see
// it, or when a later revision has taken the place of an emergency's.
func awaited(ctx context.Context, tx Tx, by Actor, r Review) (Awaited, error) {
	c, err := tx.Claim(ctx, r.Claim)
	if errors.Is(err, ErrNotFound) {
		return Awaited{}, nil
	}
	if err != nil {
		return Awaited{}, err
	}
	if r.Waits() {
		doc, err := ParseDocument(r.Doc)
		if err != nil || doc.Rev != c.Rev {
			return Awaited{}, err
		}
	} else if c.Review != r.ID {
		return Awaited{}, nil
	}
	return Awaited{Review: r, Claim: c, Own: secondPerson(by, r) != nil, Mine: by.Staff == r.Other || by.Staff == r.Reviewer}, nil
}

// Urgencies counts emergency publications for readers.
type Urgencies struct {
	All       int // since the desk began
	Confirmed int // another reviewer agreed in time
	Late      int // … agreed later than in UrgentTime
	Replaced  int // corrected or withdrawn before another reviewer came
	Waiting   int // in time still
	Overdue   int // nobody came in time, and nobody has since
}

// Urgencies counts the emergency publications below the size of the signed
// checkpoint. Anyone may know.
func (d *Desk) Urgencies(ctx context.Context, below int64) (Urgencies, error) {
	var u Urgencies
	err := d.store.Read(ctx, func(tx Tx) error {
		u = Urgencies{}
		rs, err := tx.Reviews(ctx, ReviewFilter{Urgent: true, State: ReviewApproved, Limit: 10_000})
		if err != nil {
			return err
		}
		for _, r := range rs {
			if err := d.countUrgent(ctx, tx, &u, r, below); err != nil {
				return err
			}
		}
		return nil
	})
	return u, err
}

// countUrgent adds one emergency publication to the numbers.
func (d *Desk) countUrgent(ctx context.Context, tx Tx, u *Urgencies, r Review, below int64) error {
	doc, err := ParseDocument(r.Doc)
	if err != nil {
		return err
	}
	rs, err := tx.Revisions(ctx, RevisionFilter{Below: below, Verdict: r.Claim, Limit: 1})
	if err != nil || len(rs) == 0 || rs[0].Rev < doc.Rev {
		return err
	}
	u.All++
	switch late := r.Late(d.Now()); {
	case r.Other != "" && late:
		u.Late++
	case r.Other != "":
		u.Confirmed++
	case rs[0].Rev > doc.Rev:
		u.Replaced++
	case late:
		u.Overdue++
	default:
		u.Waiting++
	}
	return nil
}

// Followed says for readers how the other reviewer of a revision stands that
// was published in an emergency: zero times for any other.
type Followed struct {
	Due time.Time // zero when the revision needed no other reviewer
	At  time.Time // zero while nobody has come
}

// Followed reads how the other reviewer of a published document stands.
func (d *Desk) Followed(ctx context.Context, verdict ID, hash []byte) (Followed, error) {
	var out Followed
	err := d.store.Read(ctx, func(tx Tx) error {
		rs, err := tx.Reviews(ctx, ReviewFilter{Claim: verdict, Urgent: true, State: ReviewApproved})
		for _, r := range rs {
			if bytes.Equal(r.Hash, hash) {
				out = Followed{Due: r.Due(), At: r.OtherAt}
			}
		}
		return err
	})
	return out, err
}

// TwoFor reports whether texts on a claim of this harm need two reviewers.
func (d *Desk) TwoFor(h Harm) bool { return d.opts.twoFor(h) }
