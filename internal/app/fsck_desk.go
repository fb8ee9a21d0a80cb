package app

import (
	"context"
	"fmt"

	"soi/internal/desk"
	"soi/internal/store"
)

// fsckTicks names the points of the checklist that a reviewer of a published
// text never ticked: the program lets nobody decide without.
func fsckTicks(c desk.Claim, r desk.Revision, review desk.Review, say func(string, ...any)) {
	for _, p := range desk.Unticked(review.Kind, review.Checklist) {
		say("Check %s, revision %d: the reviewer did not tick %q.", c.ID, r.Rev, p)
	}
	if review.Other == "" {
		return
	}
	for _, p := range desk.Unticked(review.Kind, review.OtherChecklist) {
		say("Check %s, revision %d: the other reviewer did not tick %q.", c.ID, r.Rev, p)
	}
}

// misfitSays is what fsck says of a row that contradicts others, with its ID
// for %s, and what follows from it.
var misfitSays = map[store.MisfitKind]string{
	store.AsideUnheld:     "Tip %s is set aside and no act did it: it does not count as demand, and no page lists it.",
	store.AsideCounted:    "Tip %s was set aside and counts as demand all the same.",
	store.AsideMiscounted: "Setting aside %s: the number that the public sees is not that of its messages.",
	store.SeatOfNobody:    "There are seats of account %s, which does not exist.",
	store.SeatNowhere:     "Account %s has a seat at a desk that does not exist.",
	store.ClaimNowhere:    "Claim %s belongs to a desk that does not exist: nobody with a seat sees it.",
	store.TipNowhere:      "Tip %s is noted for a desk that does not exist.",
	store.HandoverAstray:  "Handing on %s is of a claim, or to a desk, that does not exist.",
	store.CommentAstray:   "Comment %s stands at the review of another claim, or answers a comment of another review.",
	store.ReviewAstray:    "Claim %s says that it is under review, and that review is decided or another claim's: nobody can decide it.",
	store.TakenByNobody:   "Claim %s is taken by an account that does not exist.",
	store.MergedNowhere:   "Claim %s is merged and does not say into which, or says so and is not merged.",
}

// fsckMisfits names rows of the desk that contradict each other.
func (a *App) fsckMisfits(ctx context.Context, findings *[]string) error {
	found, err := a.db.Misfits(ctx)
	for _, m := range found {
		*findings = append(*findings, fmt.Sprintf(misfitSays[m.Kind], m.ID))
	}
	return err
}
