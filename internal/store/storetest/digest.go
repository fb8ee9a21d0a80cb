package storetest

import (
	"context"
	"testing"
	"time"

	"soi/internal/desk"
)

// digests is what a store promises of who receives digests, their editions and
// what is under way.
func digests(t *testing.T, open func(*testing.T) Store) {
	t.Run("subscriptions", func(t *testing.T) { subscriptionRows(t, open(t)) })
	t.Run("editions", func(t *testing.T) { editionRows(t, open(t)) })
	t.Run("mails", func(t *testing.T) { digestMailRows(t, open(t)) })
}

// subscribed is a subscription of the public, told apart by one byte.
func subscribed(id desk.ID, n byte, state desk.SubscriptionState) desk.Subscription {
	return desk.Subscription{ID: id, Kind: desk.ForPublic, Channel: desk.ByMail, Hash: []byte{n, 0}, Address: []byte{1, n}, Link: []byte{2, n}, Lang: "vi",
		Topics: []string{"health"}, Places: []string{"hue"}, State: state, Asked: noon}
}

func setSubscriptions(t *testing.T, s Store, all ...desk.Subscription) {
	t.Helper()
	for _, x := range all {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetSubscription(ctx, x) })
	}
}

func subscriptionRows(t *testing.T, s Store) {
	list := func(f desk.SubscriptionFilter) []desk.Subscription {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Subscription, error) { return tx.Subscriptions(ctx, f) })
	}
	same(t, "none", []desk.Subscription{}, list(desk.SubscriptionFilter{}))
	a, b := subscribed("0a", 1, desk.SubscriptionWaiting), subscribed("0b", 2, desk.SubscriptionOn)
	b.Confirmed, b.Kind, b.House, b.Asked = noon.Add(time.Hour), desk.ForBody, "0house", noon.Add(time.Minute)
	c := desk.Subscription{ID: "0c", Kind: desk.ForStaff, Channel: desk.ByMail, Staff: "0an", Lang: "en", State: desk.SubscriptionOn, Asked: noon}
	setSubscriptions(t, s, b, a, c)
	same(t, "by id", []desk.Subscription{a, b, c}, list(desk.SubscriptionFilter{}))
	same(t, "limit", []desk.Subscription{a}, list(desk.SubscriptionFilter{Limit: 1}))
	for name, f := range map[string]desk.SubscriptionFilter{"hash": {Hash: b.Hash}, "link": {Link: b.Link}, "kind": {Kinds: []desk.SubscriptionKind{desk.ForPress, desk.ForBody}},
		"ids": {IDs: []desk.ID{"0b", "0z"}}, "state and after": {State: desk.SubscriptionOn, After: "0a", Limit: 1}} {
		same(t, name, []desk.Subscription{b}, list(f))
	}
	same(t, "staff", []desk.Subscription{c}, list(desk.SubscriptionFilter{Staff: "0an"}))
	same(t, "asked before", []desk.Subscription{a}, list(desk.SubscriptionFilter{State: desk.SubscriptionWaiting, AskedBefore: noon.Add(time.Second)}))
	same(t, "no link", []desk.Subscription{}, list(desk.SubscriptionFilter{Link: []byte{9}}))
	for _, change := range []func(*desk.Subscription){
		func(x *desk.Subscription) { x.Hash = b.Hash }, func(x *desk.Subscription) { x.Link = b.Link }, func(x *desk.Subscription) { x.Staff = "0an" },
	} {
		x := subscribed("0d", 4, desk.SubscriptionOn)
		change(&x)
		refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error { return tx.SetSubscription(ctx, x) })
	}
	a.State, a.Confirmed, a.Topics, a.Lang, a.Address = desk.SubscriptionOn, noon, nil, "en", []byte{7}
	setSubscriptions(t, s, a)
	same(t, "changed", []desk.Subscription{a}, list(desk.SubscriptionFilter{Hash: a.Hash}))
	counts := get(t, s, func(ctx context.Context, tx desk.Tx) (map[desk.SubscriptionKind]map[desk.SubscriptionState]int, error) {
		return tx.SubscriptionCounts(ctx)
	})
	one := map[desk.SubscriptionState]int{desk.SubscriptionOn: 1}
	same(t, "counts", map[desk.SubscriptionKind]map[desk.SubscriptionState]int{desk.ForPublic: one, desk.ForBody: one, desk.ForStaff: one}, counts)
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.DropSubscription(ctx, "0a") })
	same(t, "dropped", []desk.Subscription{b, c}, list(desk.SubscriptionFilter{}))
	refuse(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error { return tx.DropSubscription(ctx, "0a") })
}

func editionRows(t *testing.T, s Store) {
	list := func(f desk.EditionFilter) []desk.Edition {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Edition, error) { return tx.Editions(ctx, f) })
	}
	a := desk.Edition{ID: "0a", Day: "2026-11-22", N: 1, Slot: "s1", Due: noon, Made: noon.Add(time.Second), From: 3, To: 9, Since: noon.Add(-time.Hour),
		Questions: []desk.DigestQuestion{{Claim: "0q", Band: desk.BandTens}}}
	b := desk.Edition{ID: "0b", Day: "2026-11-22", N: 2, Slot: "s2", Due: noon.Add(8 * time.Hour), Made: noon.Add(9 * time.Hour), From: 9, To: 9, Since: a.Made, Alarmed: noon.Add(9 * time.Hour)}
	for _, e := range []desk.Edition{a, b} {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.AddEdition(ctx, e) })
	}
	same(t, "due last first", []desk.Edition{b, a}, list(desk.EditionFilter{}))
	for name, f := range map[string]desk.EditionFilter{"before": {Before: b.Due}, "id": {ID: "0a"}, "name": {Day: a.Day, N: 1}} {
		same(t, name, []desk.Edition{a}, list(f))
	}
	for _, x := range []desk.Edition{{ID: "0c", Day: "2026-11-23", N: 1, Slot: "s2"}, {ID: "0c", Day: "2026-11-22", N: 2, Slot: "s3"}} {
		x.Due, x.Made, x.Since = noon, noon, noon
		refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error { return tx.AddEdition(ctx, x) })
	}
	b.Slot, b.Alarmed = "void 0b", noon
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetEdition(ctx, b) })
	same(t, "changed", []desk.Edition{b}, list(desk.EditionFilter{ID: "0b"}))
	refuse(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error { return tx.SetEdition(ctx, desk.Edition{ID: "0z"}) })
}

func digestMailRows(t *testing.T, s Store) {
	list := func(f desk.DigestMailFilter) []desk.DigestMail {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.DigestMail, error) { return tx.DigestMails(ctx, f) })
	}
	setSubscriptions(t, s, subscribed("0a", 1, desk.SubscriptionOn), subscribed("0b", 2, desk.SubscriptionWaiting), subscribed("0c", 3, desk.SubscriptionOn))
	asks := desk.DigestMail{Op: "0b/confirm/1", Subscription: "0b", State: desk.NoticeWaiting, Made: noon, Due: noon.Add(-time.Second)}
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.AddDigestMail(ctx, asks) })
	refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error { return tx.AddDigestMail(ctx, asks) })
	for _, want := range []int{2, 0} { // the second time everybody has theirs
		n := 0
		write(t, s, func(ctx context.Context, tx desk.Tx) (err error) {
			n, err = tx.AddEditionMails(ctx, "0e", noon)
			return err
		})
		same(t, "for everybody who is on", want, n)
	}
	of := func(sub desk.ID) desk.DigestMail {
		return desk.DigestMail{Op: "0e/" + string(sub), Subscription: sub, Edition: "0e", State: desk.NoticeWaiting, Made: noon, Due: noon}
	}
	same(t, "by due", []desk.DigestMail{asks, of("0a"), of("0c")}, list(desk.DigestMailFilter{}))
	same(t, "confirming", []desk.DigestMail{asks}, list(desk.DigestMailFilter{Confirming: true, MadeAfter: noon.Add(-time.Second)}))
	same(t, "edition", []desk.DigestMail{of("0a"), of("0c")}, list(desk.DigestMailFilter{Edition: "0e"}))
	same(t, "due by", []desk.DigestMail{asks}, list(desk.DigestMailFilter{DueBy: noon.Add(-time.Second), States: []desk.NoticeState{desk.NoticeWaiting}}))
	sent := of("0a")
	sent.State, sent.Calls, sent.Tries, sent.Sent, sent.Due = desk.NoticeSent, 1, 2, noon, noon.Add(time.Minute)
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetDigestMail(ctx, sent) })
	same(t, "sent", []desk.DigestMail{sent}, list(desk.DigestMailFilter{Op: sent.Op}))
	refuse(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error {
		return tx.SetDigestMail(ctx, desk.DigestMail{Op: "no", State: desk.NoticeSent})
	})
	counts := get(t, s, func(ctx context.Context, tx desk.Tx) (map[desk.NoticeState]int, error) {
		return tx.DigestMailCounts(ctx, "0e")
	})
	same(t, "counts", map[desk.NoticeState]int{desk.NoticeSent: 1, desk.NoticeWaiting: 1}, counts)
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		_, err := tx.SweepDigestMails(ctx, noon.Add(time.Second))
		return err
	})
	same(t, "swept", []desk.DigestMail{asks, of("0c")}, list(desk.DigestMailFilter{}))
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.DropSubscription(ctx, "0c") })
	same(t, "with the subscription", []desk.DigestMail{asks}, list(desk.DigestMailFilter{}))
}
