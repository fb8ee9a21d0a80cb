package desk

import (
	"context"
	"slices"
)

// What another desk does with a claim of ours, as its people are told of it.
const (
	ToldPeerTook    NotificationKind = "peer-took"    // another desk works on a question of ours
	ToldPeerOffers  NotificationKind = "peer-offers"  // another desk offers evidence for it
	ToldPeerChanged NotificationKind = "peer-changed" // a check was corrected or withdrawn with which a draft of ours began
)

// peerRules are the lines of notifyRules about other desks.
func peerRules() []notifyRule {
	return []notifyRule{
		{EvPeerTook, ToldPeerTook, peerConcerns}, {EvPeerOffers, ToldPeerOffers, peerConcerns}, {EvPeerCheckChanged, ToldPeerChanged, adoptersOf},
	}
}

// peerConcerns are who has the claim and who writes its draft; where nobody
// does, whoever decides on reviews: no desk's step may pass unseen.
func peerConcerns(ctx context.Context, tx Tx, e Event) ([]ID, error) {
	c, err := tx.Claim(ctx, e.Claim)
	if err != nil {
		return nil, err
	}
	dr, err := draftOf(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	staff, err := tx.Staff(ctx)
	if err != nil {
		return nil, err
	}
	if out := append([]ID{c.Assignee}, dr.Authors...); len(inDesk(staff, out)) > 0 {
		return out, nil
	}
	return reviewers(ctx, tx, staff)
}

// adoptersOf are, beside those, who adopted the check and who wrote what was
// published of it.
func adoptersOf(ctx context.Context, tx Tx, e Event) ([]ID, error) {
	out, err := peerConcerns(ctx, tx, e)
	if err != nil {
		return nil, err
	}
	wrote, err := checkAuthors(ctx, tx, e)
	if err != nil {
		return nil, err
	}
	ts, err := tx.LaidOf(ctx, LaidFilter{Peer: e.About, Claim: e.Claim, Kind: LineCheck})
	for _, t := range ts {
		if t.Why == WhyAdopted {
			out = append(out, t.By)
		}
	}
	return slices.Concat(out, wrote), err
}

// reviewers are who may decide on a review somewhere; who may not see the
// claim is left out when they are told.
func reviewers(ctx context.Context, tx Tx, staff []Staff) (out []ID, err error) {
	for _, s := range staff {
		by := As(s)
		if by.Seats, err = tx.SeatsOf(ctx, s.ID); err != nil {
			return nil, err
		}
		if by.May(MayReview) {
			out = append(out, s.ID)
		}
	}
	return out, nil
}
