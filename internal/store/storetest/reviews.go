package storetest

import (
	"context"
	"testing"
	"time"

	"soi/internal/desk"
)

// twoReviewers: where two reviewers are needed nothing is approved with one,
// unless in an emergency; and they are two people, neither of them an author.
func twoReviewers(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	c := addClaim(t, s, "a")
	set := func(r desk.Review) {
		t.Helper()
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetReview(ctx, r) })
	}
	two := func() desk.Review {
		r := newReview(c)
		r.Need = 2
		set(r)
		return r
	}
	approved := func(r desk.Review) desk.Review {
		r.State, r.Reviewer, r.Decided, r.Checklist = desk.ReviewApproved, desk.NewID(), noon, []string{"neutral"}
		return r
	}
	agreed := func(r desk.Review, who desk.ID) desk.Review {
		r.Other, r.OtherAt, r.OtherChecklist = who, noon.Add(-time.Minute), []string{"neutral", "picture"}
		return r
	}
	r := agreed(two(), desk.NewID())
	set(r)
	same(t, "agreed to", []desk.Review{r}, listReviews(t, s, desk.ReviewFilter{ID: r.ID}))
	r = approved(r)
	set(r)
	same(t, "approved by two", []desk.Review{r}, listReviews(t, s, desk.ReviewFilter{ID: r.ID}))

	refused := func(what string, r desk.Review) {
		t.Helper()
		ctx := ctxOf(t)
		if err := s.Tx(ctx, func(tx desk.Tx) error { return tx.SetReview(ctx, r) }); err == nil {
			t.Errorf("the store took %s", what)
		}
	}
	refused("one reviewer where two are needed", approved(two()))
	one := newReview(c)
	set(one)
	refused("another reviewer where one is enough", agreed(one, desk.NewID()))
	one.Urgent = "Tonight"
	refused("an emergency where one is enough", one)
	for _, who := range []func(desk.Review) desk.ID{
		func(r desk.Review) desk.ID { return r.By }, func(r desk.Review) desk.ID { return r.Authors[1] }, func(r desk.Review) desk.ID { return r.Reviewer },
	} {
		r := approved(two())
		r = agreed(r, who(r))
		refuse(t, s, desk.ErrOwnWork, func(ctx context.Context, tx desk.Tx) error { return tx.SetReview(ctx, r) })
	}

	urgent := two()
	urgent.Urgent = "The dam is said to break tonight."
	urgent = approved(urgent)
	set(urgent)
	same(t, "in an emergency", []desk.Review{urgent}, listReviews(t, s, desk.ReviewFilter{Urgent: true}))
	same(t, "waits", []desk.Review{urgent}, listReviews(t, s, desk.ReviewFilter{Waits: true}))
	urgent = agreed(urgent, desk.NewID())
	set(urgent)
	same(t, "followed", []desk.Review{urgent}, listReviews(t, s, desk.ReviewFilter{Urgent: true, Claim: c.ID}))
	same(t, "waits no more", []desk.Review{}, listReviews(t, s, desk.ReviewFilter{Waits: true}))
	urgent.Kinds, urgent.State = []string{"sources", "other"}, desk.ReviewReturned
	set(urgent)
	same(t, "kinds", []desk.Review{urgent}, listReviews(t, s, desk.ReviewFilter{ID: urgent.ID}))
}

// sentenceComments: comments come back as they were made, in order; only
// whether they are settled changes.
func sentenceComments(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	r, other := newReview(addClaim(t, s, "a")), newReview(addClaim(t, s, "b"))
	mk := func(r desk.Review, n int) desk.Comment {
		return desk.Comment{ID: desk.NewID(), Claim: r.Claim, Review: r.ID, Lang: "vi", Field: "body", Place: n, Sentence: "Một câu.", Text: "Nguồn nào?",
			By: desk.NewID(), At: noon}
	}
	a, b, c := mk(r, 3), mk(r, 0), mk(other, 1)
	answer := desk.Comment{ID: desk.NewID(), Claim: r.Claim, Review: r.ID, Parent: a.ID, Text: "Nguồn thứ hai.", By: desk.NewID(), At: noon.Add(time.Hour)}
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		for _, err := range []error{tx.SetReview(ctx, r), tx.SetReview(ctx, other), tx.SetComment(ctx, a), tx.SetComment(ctx, answer),
			tx.SetComment(ctx, b), tx.SetComment(ctx, c)} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	list := func(f desk.CommentFilter) []desk.Comment {
		t.Helper()
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Comment, error) { return tx.Comments(ctx, f) })
	}
	type cs = []desk.Comment
	same(t, "of a claim, in order", cs{a, b, answer}, list(desk.CommentFilter{Claim: r.Claim}))
	same(t, "of a review", cs{c}, list(desk.CommentFilter{Review: other.ID}))
	same(t, "one", cs{b}, list(desk.CommentFilter{ID: b.ID}))
	same(t, "limit", cs{a}, list(desk.CommentFilter{Claim: r.Claim, Limit: 1}))
	changed := a
	changed.Text, changed.Settled, changed.SettledBy = "Other words", noon.Add(2*time.Hour), desk.NewID()
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetComment(ctx, changed) })
	a.Settled, a.SettledBy = changed.Settled, changed.SettledBy
	same(t, "settled, its words as they were", cs{a}, list(desk.CommentFilter{ID: a.ID}))
	lost := mk(r, 0)
	lost.Review = desk.NewID()
	ctx := ctxOf(t)
	if err := s.Tx(ctx, func(tx desk.Tx) error { return tx.SetComment(ctx, lost) }); err == nil {
		t.Error("a comment on no review was stored")
	}
}

// reviewersWork: what a reviewer has ticked is that person's, and is kept
// until it is dropped.
func reviewersWork(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	r := newReview(addClaim(t, s, "a"))
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetReview(ctx, r) })
	of := func(staff desk.ID) desk.Reviewing {
		t.Helper()
		return get(t, s, func(ctx context.Context, tx desk.Tx) (desk.Reviewing, error) { return tx.ReviewingOf(ctx, r.ID, staff) })
	}
	one, two := desk.Reviewing{Review: r.ID, Staff: desk.NewID(), Ticks: []string{"neutral"}, At: noon},
		desk.Reviewing{Review: r.ID, Staff: desk.NewID(), Kinds: []string{"facts"}, Reasons: "Ở đoạn hai", At: noon}
	failing(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error {
		_, err := tx.ReviewingOf(ctx, r.ID, one.Staff)
		return err
	})
	for _, w := range []desk.Reviewing{one, two} {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetReviewing(ctx, w) })
	}
	one.Ticks = append(one.Ticks, "headline")
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetReviewing(ctx, one) })
	same(t, "one", one, of(one.Staff))
	same(t, "two", two, of(two.Staff))
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.DropReviewing(ctx, r.ID, one.Staff) })
	failing(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error {
		_, err := tx.ReviewingOf(ctx, r.ID, one.Staff)
		return err
	})
	same(t, "the other's is kept", two, of(two.Staff))
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.DropReviewing(ctx, r.ID, one.Staff) })
}
