package desk

import "context"

// JoinDigest puts on a subscription whose holder has just said yes twice, from
// the very address: in a chat there is no other who could have. s.ID, s.Link,
// s.Hash and s.Address are fresh; for an address that is on already nothing
// changes. It returns the subscription that is on.
func (d *Desk) JoinDigest(ctx context.Context, by Actor, s Subscription) (Subscription, error) {
	s.Kind, s.State, s.Staff, s.House = ForPublic, SubscriptionOn, "", ""
	if err := s.interests(); err != nil {
		return s, err
	}
	if s.Channel == "" || s.Channel == ByMail || len(s.Hash) == 0 || len(s.Address) == 0 || len(s.Link) == 0 || !s.ID.Valid() {
		return s, invalid(BadChoice)
	}
	err := d.do(ctx, by, MayAsk, func(tx Tx) error {
		have, err := tx.Subscriptions(ctx, SubscriptionFilter{Hash: s.Hash, Limit: 1})
		if err != nil {
			return err
		}
		if len(have) == 1 {
			s = have[0]
			return nil
		}
		s.Asked, s.Confirmed = d.Now(), d.Now()
		if err := tx.SetSubscription(ctx, s); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvDigestJoined, Data: map[string]string{"for": string(s.Kind)}})
	})
	return s, err
}

// HasDigest reports whether the address of a hash receives digests.
func (d *Desk) HasDigest(ctx context.Context, hash []byte) (on bool, err error) {
	err = d.store.Read(ctx, func(tx Tx) error {
		ss, err := tx.Subscriptions(ctx, SubscriptionFilter{Hash: hash, Limit: 1})
		on = len(hash) > 0 && len(ss) == 1 && ss[0].State == SubscriptionOn
		return err
	})
	return on, err
}

// LeaveDigestOf erases the subscription of an address by its hash; none is no
// error.
func (d *Desk) LeaveDigestOf(ctx context.Context, by Actor, hash []byte) error {
	if len(hash) == 0 {
		return nil
	}
	return d.do(ctx, by, MayAsk, func(tx Tx) error {
		ss, err := tx.Subscriptions(ctx, SubscriptionFilter{Hash: hash, Limit: 1})
		if err != nil || len(ss) == 0 || ss[0].Kind != ForPublic {
			return err
		}
		return d.leaveDigest(ctx, tx, by, ss[0])
	})
}
