package storetest

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"soi/internal/desk"
)

// helped is what a store promises of what readers said.
func helped(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	a, b := desk.NewID(), desk.NewID()
	add := func(h desk.Helped) error {
		return s.Tx(ctxOf(t), func(tx desk.Tx) error { return tx.AddHelped(ctxOf(t), h) })
	}
	list := func(f desk.HelpedFilter) []desk.Helped {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Helped, error) { return tx.HelpedBy(ctx, f) })
	}
	same(t, "nobody said anything", []desk.Helped{}, list(desk.HelpedFilter{}))
	var together sync.WaitGroup
	for range 5 { // at once: none is lost
		together.Go(func() {
			if err := add(desk.Helped{Verdict: a, Day: "2026-11-22", Yes: 1}); err != nil {
				t.Error(err)
			}
		})
	}
	together.Wait()
	for _, h := range []desk.Helped{{Verdict: a, Day: "2026-11-22", No: 2}, {Verdict: a, Day: "2026-11-23", Yes: 1}, {Verdict: b, Day: "2026-11-24", No: 1}} {
		if err := add(h); err != nil {
			t.Fatal(err)
		}
	}
	first, second, third := desk.Helped{Verdict: a, Day: "2026-11-22", Yes: 5, No: 2}, desk.Helped{Verdict: a, Day: "2026-11-23", Yes: 1}, desk.Helped{Verdict: b, Day: "2026-11-24", No: 1}
	same(t, "by day", []desk.Helped{first, second, third}, list(desk.HelpedFilter{}))
	same(t, "of one check", []desk.Helped{third}, list(desk.HelpedFilter{Verdict: b}))
	same(t, "of some days", []desk.Helped{second}, list(desk.HelpedFilter{From: "2026-11-23", To: "2026-11-23"}))
}

// fediverse is what a store promises of followers and what is on its way to
// them.
func fediverse(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	key := func(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }
	count := func(inbox []byte) int {
		return get(t, s, func(ctx context.Context, tx desk.Tx) (int, error) { return tx.CountFediFollowers(ctx, inbox) })
	}
	due := func(at time.Time) []desk.FediDelivery {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.FediDelivery, error) {
			return tx.FediDeliveries(ctx, at, 10)
		})
	}
	one := desk.FediFollower{Key: key(1), Inbox: key(9), Sealed: []byte("x"), Since: noon}
	two, other := one, desk.FediFollower{Key: key(3), Inbox: key(8), Sealed: []byte("y"), Since: noon}
	two.Key = key(2)
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		for _, f := range []desk.FediFollower{two, one, other, one} {
			if err := tx.SetFediFollower(ctx, f); err != nil {
				return err
			}
		}
		return nil
	})
	same(t, "followers", 3, count(nil))
	same(t, "at one inbox", 2, count(key(9)))
	same(t, "one for each inbox", []desk.FediFollower{other, one}, get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.FediFollower, error) { return tx.FediInboxes(ctx) }))
	late := desk.FediDelivery{Inbox: key(9), Op: "check a", Sealed: []byte("x"), Verdict: desk.NewID(), Tries: 1, Due: noon.Add(time.Minute), Made: noon}
	soon := desk.FediDelivery{Inbox: key(8), Op: "accept b", Sealed: []byte("y"), Body: []byte("z"), Due: noon, Made: noon}
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		early := late
		early.Tries, early.Due = 0, noon
		return errors.Join(tx.SetFediDelivery(ctx, early), tx.SetFediDelivery(ctx, late), tx.SetFediDelivery(ctx, soon))
	})
	same(t, "due now", []desk.FediDelivery{soon}, due(noon))
	same(t, "due later", []desk.FediDelivery{soon, late}, due(noon.Add(time.Hour)))
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		return errors.Join(tx.DropFediDelivery(ctx, key(8), "accept b"), tx.DropFediDelivery(ctx, key(8), "accept b"), tx.DropFediInbox(ctx, key(9)))
	})
	same(t, "nothing on its way", []desk.FediDelivery{}, due(noon.Add(time.Hour)))
	same(t, "the others are gone with their inbox", 1, count(nil))
	refuse(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error { _, err := tx.FediFollower(ctx, key(1)); return err })
	refuse(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error {
		_, err := tx.FediDelivery(ctx, key(9), "check a")
		return err
	})
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.DropFediFollower(ctx, key(3)) })
	refuse(t, s, desk.ErrNotFound, func(ctx context.Context, tx desk.Tx) error { return tx.DropFediFollower(ctx, key(3)) })
}
