package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"soi/internal/desk"
)

// erasures is what a store promises of a check that is erased whole: what was
// written and gathered for its claim is gone, and nothing of another claim.
func erasures(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	ours, theirs := addClaim(t, s, "a"), addClaim(t, s, "b")
	e, other := addSource(t, s, ours.ID, 1), addSource(t, s, theirs.ID, 1)
	c, foreignCopy := setCapture(t, s, newCapture(e, 1)), setCapture(t, s, newCapture(other, 1))
	shared, alone := []byte("in both copies"), []byte("in one copy")
	old, deciding, foreign := newReview(ours), newReview(ours), newReview(theirs)
	old.State, old.Reviewer, old.Decided, old.Reasons = desk.ReviewReturned, desk.NewID(), noon, "words that quote"
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		errs := []error{tx.AddPayload(ctx, c.ID, shared), tx.AddPayload(ctx, c.ID, alone), tx.AddPayload(ctx, foreignCopy.ID, shared)}
		for _, r := range []desk.Review{old, deciding, foreign} {
			errs = append(errs, tx.SetReview(ctx, r))
		}
		for _, id := range []desk.ID{ours.ID, theirs.ID} {
			errs = append(errs, tx.SetDraft(ctx, desk.Draft{Claim: id, Rating: desk.RatingFalse, Texts: []desk.Text{{Lang: "vi", Claim: "x"}}, Changed: noon}))
		}
		return errors.Join(errs...)
	})
	later := noon.Add(time.Hour)
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		return tx.EraseWork(ctx, ours.ID, deciding.ID, "[x]", later, func(desk.Review) ([]byte, error) { return []byte("blank"), nil })
	})
	got := listReviews(t, s, desk.ReviewFilter{Claim: ours.ID})
	for _, r := range got {
		want := map[desk.ID][2]string{old.ID: {"blank", "[x]"}, deciding.ID: {string(deciding.Doc), deciding.Reasons}}[r.ID]
		same(t, "review", want, [2]string{string(r.Doc), r.Reasons})
	}
	same(t, "reviews", 2, len(got))
	same(t, "another claim's review", string(foreign.Doc), string(listReviews(t, s, desk.ReviewFilter{Claim: theirs.ID})[0].Doc))
	sources := func(claim desk.ID) []desk.Evidence {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Evidence, error) { return tx.EvidenceOf(ctx, claim) })
	}
	same(t, "source", []desk.Evidence{{ID: e.ID, Claim: ours.ID, Stance: e.Stance, Added: e.Added, Retired: later}}, sources(ours.ID))
	same(t, "another claim's source", []desk.Evidence{other}, sources(theirs.ID))
	same(t, "copies", []desk.Capture{foreignCopy}, listCaptures(t, s, desk.CaptureFilter{}))
	failing(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error {
		_, err := tx.Payload(ctx, desk.DocHash(alone))
		return err
	})
	same(t, "what two copies hold", string(shared), string(get(t, s, func(ctx context.Context, tx desk.Tx) ([]byte, error) { return tx.Payload(ctx, desk.DocHash(shared)) })))
	failing(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error { _, err := tx.DraftOf(ctx, ours.ID); return err })
	same(t, "another claim's draft", "x", get(t, s, func(ctx context.Context, tx desk.Tx) (desk.Draft, error) { return tx.DraftOf(ctx, theirs.ID) }).Texts[0].Claim)
}
