package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"soi/internal/desk"
)

func journal(t *testing.T, open func(*testing.T) Store) {
	t.Run("every field comes back, in order", func(t *testing.T) {
		s := open(t)
		claim := desk.NewID()
		var es []desk.Event
		for n := range 120 {
			e := desk.Event{At: noon.Add(-time.Duration(n) * time.Hour), Kind: desk.EvTipReceived} // time does not order
			if n%2 == 0 {
				e.Claim, e.About, e.Actor = claim, desk.NewID(), desk.NewID()
				e.Data = map[string]string{"n": fmt.Sprint(n), "điều": "<&>"}
			}
			write(t, s, func(ctx context.Context, tx desk.Tx) (err error) { e.Seq, err = tx.Append(ctx, e); return err })
			if n > 0 && e.Seq <= es[n-1].Seq {
				t.Fatalf("event %d has number %d after %d", n, e.Seq, es[n-1].Seq)
			}
			es = append(es, e)
		}
		list := func(f desk.EventFilter) []desk.Event {
			t.Helper()
			return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Event, error) { return tx.Events(ctx, f) })
		}
		same(t, "oldest first, 100 at most", es[:100], list(desk.EventFilter{}))
		same(t, "after", es[50:53], list(desk.EventFilter{After: es[49].Seq, Limit: 3}))
		same(t, "after the last", []desk.Event{}, list(desk.EventFilter{After: es[119].Seq}))
		newest := slices.Clone(es)
		slices.Reverse(newest)
		same(t, "newest first", newest[:4], list(desk.EventFilter{Newest: true, Limit: 4}))
		same(t, "of a claim, newest first", []desk.Event{newest[1], newest[3]}, list(desk.EventFilter{Claim: claim, Limit: 2}))
		same(t, "of another claim", []desk.Event{}, list(desk.EventFilter{Claim: desk.NewID()}))
	})
	t.Run("positions", func(t *testing.T) {
		s := open(t)
		at := func(name string) int64 {
			return get(t, s, func(ctx context.Context, tx desk.Tx) (int64, error) { return tx.Position(ctx, name) })
		}
		set := func(name string, seq int64) {
			write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetPosition(ctx, name, seq) })
		}
		same(t, "before the first run", int64(0), at("index"))
		set("index", 7)
		set("signer", 3)
		set("index", 9)
		same(t, "index", int64(9), at("index"))
		same(t, "signer", int64(3), at("signer"))
		set("index", 0) // an index that forgets rebuilds
		same(t, "index", int64(0), at("index"))
	})
}
