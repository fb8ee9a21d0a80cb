package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"soi/internal/desk"
)

func concurrency(t *testing.T, open func(*testing.T) Store) {
	t.Run("a follower misses nothing", func(t *testing.T) { follower(t, open(t)) })
	t.Run("no event appears below one that was seen", func(t *testing.T) { lateEvent(t, open(t)) })
	t.Run("one log, many writers", func(t *testing.T) { logWriters(t, open(t)) })
	t.Run("one delivery, many copies", func(t *testing.T) { copies(t, open(t)) })
	t.Run("one version, many editors", func(t *testing.T) { editors(t, open(t)) })
	t.Run("what was checked still holds at commit", func(t *testing.T) { checkThenWrite(t, open(t)) })
}

const (
	writers = 8
	each    = 50
)

// follower lets writers append while a follower reads events after the last
// one it saw: it must see every event, once, in order.
func follower(t *testing.T, s Store) {
	ctx := ctxOf(t)
	done := make(chan struct{})
	var seen []string
	var follow sync.WaitGroup
	follow.Go(func() {
		var last int64
		for ended := false; ; {
			select {
			case <-done:
				ended = true
			default:
			}
			var es []desk.Event
			err := s.Read(ctx, func(tx desk.Tx) (err error) {
				es, err = tx.Events(ctx, desk.EventFilter{After: last, Limit: 20})
				return err
			})
			if err != nil {
				t.Errorf("Read: %v", err)
				return
			}
			for _, e := range es {
				seen, last = append(seen, e.Data["n"]), e.Seq
			}
			if ended && len(es) == 0 {
				return
			}
		}
	})
	race(writers, func(w int) {
		for n := range each {
			err := s.Tx(ctx, func(tx desk.Tx) error {
				if err := tx.SetSetting(ctx, fmt.Sprint("writer", w), fmt.Sprint(n)); err != nil {
					return err
				}
				_, err := tx.Append(ctx, desk.Event{At: noon, Kind: desk.EvSettingChanged, Data: map[string]string{"n": fmt.Sprint(w, "/", n)}})
				return err
			})
			if err != nil {
				t.Errorf("writer %d: %v", w, err)
			}
		}
	})
	close(done)
	follow.Wait()
	count := map[string]int{}
	for _, n := range seen {
		count[n]++
	}
	if len(seen) != writers*each || len(count) != writers*each {
		t.Errorf("the follower saw %d events, %d different ones, of %d", len(seen), len(count), writers*each)
	}
}

// lateEvent holds a transaction open after it has appended, and lets another
// one append: nobody may see the second event without the first.
func lateEvent(t *testing.T, s Store) {
	ctx := ctxOf(t)
	appended, release := make(chan struct{}), make(chan struct{})
	var both sync.WaitGroup
	add := func(name string, hold func()) {
		err := s.Tx(ctx, func(tx desk.Tx) error {
			_, err := tx.Append(ctx, desk.Event{At: noon, Kind: desk.EvSettingChanged, Data: map[string]string{"n": name}})
			hold()
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var once sync.Once
	both.Go(func() { add("first", func() { once.Do(func() { close(appended) }); <-release }) })
	<-appended
	both.Go(func() { add("second", func() {}) })
	for range 20 {
		es := get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Event, error) { return tx.Events(ctx, desk.EventFilter{}) })
		if len(es) != 0 {
			t.Errorf("the first thing to be seen is %q with number %d, while an earlier one is not committed", es[0].Data["n"], es[0].Seq)
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	close(release)
	both.Wait()
	es := get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Event, error) { return tx.Events(ctx, desk.EventFilter{}) })
	same(t, "events", 2, len(es))
}

// logWriters append to one log from many places.
func logWriters(t *testing.T, s Store) {
	ctx := ctxOf(t)
	race(writers, func(w int) {
		for n := range 10 {
			err := s.Tx(ctx, func(tx desk.Tx) error {
				h, err := tx.LogHead(ctx)
				if err != nil {
					return err
				}
				next := desk.LogHead{Size: h.Size + 1, Root: hash(fmt.Sprint(h.Size)), Time: noon}
				return tx.AddLogEntry(ctx, fmt.Sprint(w, "/", n), []byte("x"), []desk.LogHash{{Index: h.Size, Hash: hash("x")}}, next)
			})
			if err != nil {
				t.Errorf("writer %d: %v", w, err)
			}
		}
	})
	h := get(t, s, func(ctx context.Context, tx desk.Tx) (desk.LogHead, error) { return tx.LogHead(ctx) })
	same(t, "size", int64(writers*10), h.Size)
	got := get(t, s, func(ctx context.Context, tx desk.Tx) ([][]byte, error) { return tx.LogEntries(ctx, 0, 1000) })
	same(t, "entries", writers*10, len(got))
}

// copies delivers the same tips many times at once.
func copies(t *testing.T, s Store) {
	ctx := ctxOf(t)
	const deliveries = 40
	var mu sync.Mutex
	accepted := map[int]int{}
	race(writers, func(w int) {
		for n := range deliveries {
			tip := newTip(n)
			tip.ExtID = fmt.Sprint("delivery-", n)
			err := s.Tx(ctx, func(tx desk.Tx) error { return tx.AddTip(ctx, tip) })
			if err == nil {
				mu.Lock()
				accepted[n]++
				mu.Unlock()
			} else if !errors.Is(err, desk.ErrDuplicate) {
				t.Errorf("AddTip: %v", err)
			}
		}
	})
	for n := range deliveries {
		same(t, fmt.Sprint("times delivery was accepted, ", n), 1, accepted[n])
	}
	same(t, "tips", deliveries, len(listTips(t, s, desk.TipFilter{})))
}

// editors change one claim from many places; none may lose another's change.
func editors(t *testing.T, s Store) {
	ctx := ctxOf(t)
	c := addClaim(t, s, "a")
	race(writers, func(int) {
		for range 10 {
			for {
				err := s.Tx(ctx, func(tx desk.Tx) error {
					now, err := tx.Claim(ctx, c.ID)
					if err != nil {
						return err
					}
					now.Rev++
					return tx.SetClaim(ctx, now)
				})
				if err == nil {
					break
				}
				if !errors.Is(err, desk.ErrConflict) {
					t.Errorf("SetClaim: %v", err)
					return
				}
			}
		}
	})
	got := get(t, s, func(ctx context.Context, tx desk.Tx) (desk.Claim, error) { return tx.Claim(ctx, c.ID) })
	same(t, "changes", writers*10, got.Rev)
	same(t, "version", int64(1+writers*10), got.Version)
}

// checkThenWrite lets each writer open a claim for a text only if none
// carries it yet, as receiving tips does: there must be one claim per text.
func checkThenWrite(t *testing.T, s Store) {
	ctx := ctxOf(t)
	const texts = 10
	race(writers, func(w int) {
		for n := range texts {
			err := s.Tx(ctx, func(tx desk.Tx) error {
				tip := newTip(1000*w + n)
				tip.Folded, tip.State = hash(fmt.Sprint("text", n)), desk.TipJoined
				id, err := tx.ClaimOf(ctx, tip.Folded)
				if errors.Is(err, desk.ErrNotFound) {
					c := newClaim("c")
					id, err = c.ID, tx.SetClaim(ctx, c)
				}
				if err != nil {
					return err
				}
				tip.Claim = id
				if err := tx.AddTip(ctx, tip); err != nil {
					return err
				}
				_, err = tx.Append(ctx, desk.Event{At: noon, Kind: desk.EvTipReceived, Claim: id})
				return err
			})
			if err != nil {
				t.Errorf("writer %d: %v", w, err)
			}
		}
	})
	cs := get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Claim, error) { return tx.Claims(ctx, desk.ClaimFilter{}) })
	same(t, "claims", texts, len(cs))
	ds := get(t, s, func(ctx context.Context, tx desk.Tx) (map[desk.ID]desk.Demand, error) {
		return tx.Demands(ctx, noon, []desk.ClaimState{desk.ClaimOpen}, nil)
	})
	for _, d := range ds {
		same(t, "tips of each", writers, d.Tips)
	}
}
