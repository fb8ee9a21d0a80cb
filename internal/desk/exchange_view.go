package desk

import (
	"context"
	"slices"
)

// LaidOf is something of a peer with the peer.
type LaidOf struct {
	Laid
	From Peer
}

// Key names it in addresses and forms.
func (l LaidOf) Key() LaidKey { return LaidKey{l.Laid.Peer, l.Kind, l.Entry} }

// ClaimExchange is what peers have to do with one claim of ours.
type ClaimExchange struct {
	Asked   []LaidOf // their questions that say the same
	Checks  []LaidOf // their checks that say the same
	Takers  []LaidOf // peers that said they work on it
	Sources []LaidOf // evidence they offer
	Taken   []LaidOf // their questions that this desk took over with the claim
	Held    bool     // kept off our shelf
	Offers  ExchangeOffers
}

// Any reports whether there is something to show.
func (x ClaimExchange) Any() bool {
	return len(x.Asked)+len(x.Checks)+len(x.Takers)+len(x.Sources)+len(x.Taken) > 0 || x.Offers == OffersAll
}

// Conflict reports whether more than one desk works on it: two peers that took
// it over, or one beside another peer's own taking of what we took.
func (x ClaimExchange) Conflict(self string) bool {
	n := len(x.Takers)
	for _, t := range x.Taken {
		for _, d := range t.Line.Takers {
			if d != self {
				n++
			}
		}
		n++
	}
	return n > 1
}

// ExchangeOfClaim reads what peers have to do with a claim.
func (d *Desk) ExchangeOfClaim(ctx context.Context, by Actor, claim ID) (x ClaimExchange, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		if _, err := tx.Claim(ctx, claim); err != nil {
			return err
		}
		v, err := tx.Setting(ctx, exchangeKey)
		if err != nil {
			return err
		}
		held, err := tx.HeldBack(ctx)
		if err != nil {
			return err
		}
		x = ClaimExchange{Offers: ExchangeOffers(v), Held: slices.Contains(held, claim)}
		all, err := withPeers(ctx, tx, LaidFilter{Claim: claim, Open: true})
		for _, t := range all {
			x.add(t)
		}
		return err
	})
	return x, err
}

// add sorts one thing into its list.
func (x *ClaimExchange) add(t LaidOf) {
	switch {
	case t.Why == WhyApart || t.Why == WhyDeclined || t.Why == WhyAccepted:
	case t.Kind == LineTaken:
		x.Takers = append(x.Takers, t)
	case t.Kind == LineSource:
		x.Sources = append(x.Sources, t)
	case t.Kind == LineCheck:
		x.Checks = append(x.Checks, t)
	case t.Why == WhyTaken:
		x.Taken = append(x.Taken, t)
	default:
		x.Asked = append(x.Asked, t)
	}
}

// withPeers lists things of peers with the peers; those of ended ones only
// where something was made of them.
func withPeers(ctx context.Context, tx Tx, f LaidFilter) (out []LaidOf, err error) {
	peers, err := peersByID(ctx, tx)
	if err != nil {
		return nil, err
	}
	ts, err := tx.LaidOf(ctx, f)
	for _, t := range ts {
		if p := peers[t.Peer]; p.Active() || t.Why.Made() {
			out = append(out, LaidOf{t, p})
		}
	}
	return out, err
}

// LaidOut lists what peers have laid out, newest first.
func (d *Desk) LaidOut(ctx context.Context, by Actor, f LaidFilter) (out []LaidOf, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		if out, err = withPeers(ctx, tx, f); err != nil {
			return err
		}
		for i, t := range out { // a claim of a desk where the person has no seat is not shown
			if t.Claim == "" {
				continue
			}
			if cs, err := tx.Claims(ctx, ClaimFilter{IDs: []ID{t.Claim}, Limit: 1}); err != nil {
				return err
			} else if len(cs) == 0 {
				out[i].Claim = ""
			}
		}
		return nil
	})
	return out, err
}

// LaidOne reads one thing of a peer.
func (d *Desk) LaidOne(ctx context.Context, by Actor, k LaidKey) (out LaidOf, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		t, p, err := laidAt(ctx, tx, k)
		out = LaidOf{t, p}
		return err
	})
	return out, err
}

// AlsoAsked names, for claims of ours, the peers at which the same is asked or
// worked on.
func (d *Desk) AlsoAsked(ctx context.Context, by Actor) (map[ID][]string, error) {
	out := map[ID][]string{}
	err := d.read(ctx, by, MayRead, func(tx Tx) error {
		ts, err := withPeers(ctx, tx, LaidFilter{Linked: true, Open: true, Limit: queueLimit})
		for _, t := range ts {
			if t.Kind != LineCheck && t.Kind != LineSource && t.Why != WhyApart && t.From.Active() && !slices.Contains(out[t.Claim], t.From.Name) {
				out[t.Claim] = append(out[t.Claim], t.From.Name)
			}
		}
		return err
	})
	return out, err
}

// OfferedSources lists the evidence that this desk offers to peers, newest
// first.
func (d *Desk) OfferedSources(ctx context.Context, by Actor) (out []SourceOffer, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		out, err = tx.SourceOffers(ctx)
		return err
	})
	return out, err
}

// RefusedLines lists lines of peers that were not taken in, newest first.
func (d *Desk) RefusedLines(ctx context.Context, by Actor, peer ID, limit int) (out []RefusedLine, err error) {
	run := func(tx Tx) error {
		out, err = tx.RefusedLines(ctx, peer, limit)
		return err
	}
	if by.Staff == "" {
		err = d.store.Read(ctx, run)
		return out, err
	}
	return out, d.read(ctx, by, MayRead, run)
}
