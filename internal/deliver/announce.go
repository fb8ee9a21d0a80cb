package deliver

import (
	"context"
	"slices"

	"soi/internal/desk"
)

// Announcer puts into the outbox what askers are to be told when a claim was
// checked, corrected, withdrawn, closed or answered by another publisher.
type Announcer struct {
	Desk *desk.Desk
	Wake func() // called when there is something to send; may be nil
}

// Handle is the handler of a follower over the event log. Seeing an event twice
// does no harm.
func (a Announcer) Handle(ctx context.Context, events []desk.Event) error {
	kinds := []desk.EventKind{desk.EvPublished, desk.EvCorrected, desk.EvWithdrawn, desk.EvClaimClosed, desk.EvClaimJudged, desk.EvClaimMerged}
	var claims []desk.ID
	for _, e := range events {
		if slices.Contains(kinds, e.Kind) && e.Claim != "" && !slices.Contains(claims, e.Claim) {
			claims = append(claims, e.Claim)
		}
	}
	return a.announce(ctx, claims)
}

// Sweep finds the claims whose askers still have something to be told: a tip
// may have been taken in while its claim was being published.
func (a Announcer) Sweep(ctx context.Context) error {
	claims, err := a.Desk.Untold(ctx, desk.Program(), 500)
	if err != nil {
		return err
	}
	return a.announce(ctx, claims)
}

// announce tells all askers of the claims.
func (a Announcer) announce(ctx context.Context, claims []desk.ID) error {
	for _, id := range claims {
		for {
			n, err := a.Desk.Announce(ctx, desk.Program(), id)
			if err != nil {
				return err
			}
			if n == 0 {
				break
			}
			if a.Wake != nil {
				a.Wake()
			}
		}
	}
	return nil
}
