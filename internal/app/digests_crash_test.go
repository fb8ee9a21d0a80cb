package app_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"soi/internal/app/apptest"
	"soi/internal/deliver"
	"soi/internal/desk"
)

// TestDigestsThroughCrashes: a program that dies between two messages, before
// the platform is called, after it and before that is written down, once and
// twice; then two programs that send at once. Everybody has the edition once,
// or twice where it may have been lost; nobody three times; what was lost
// twice stands as failed.
func TestDigestsThroughCrashes(t *testing.T) {
	clock := &movingClock{}
	a := apptest.Open(t, apptest.Options{Now: clock.now})
	ctx, by := t.Context(), desk.Program()
	const readers = 12
	for i := range readers {
		secret := desk.NewDigestLink([]byte("key"), desk.ID(fmt.Sprint(i)))
		_, err := a.Desk.JoinDigest(ctx, by, desk.Subscription{ID: desk.NewID(), Channel: "telegram", Lang: "vi",
			Hash: []byte(fmt.Sprint("reader ", i)), Address: []byte{1}, Link: desk.DigestLinkHash(secret)})
		must(t, err)
	}
	_, _, err := a.MakeDigest(ctx) // notes the hours
	must(t, err)
	clock.pass(24 * time.Hour)
	e, made, err := a.MakeDigest(ctx)
	must(t, err)
	if !made {
		t.Fatal("no edition")
	}
	var mu sync.Mutex
	calls := map[desk.ID]int{}
	send := func(_ context.Context, m desk.ToSend) error {
		mu.Lock()
		defer mu.Unlock()
		calls[m.Subscription.ID]++
		return nil
	}
	// dies takes some messages as a program does that dies over them: after the
	// call to the platform, or before.
	dies := func(n int, called bool) (over []desk.ID) {
		due, err := a.Desk.DueDigestMails(ctx, by)
		must(t, err)
		for _, m := range due[:min(n, len(due))] {
			out, err := a.Desk.TakeDigestMail(ctx, by, m)
			must(t, err)
			if called {
				must(t, send(ctx, out))
			}
			over = append(over, m.Subscription)
		}
		return over
	}
	before, after := dies(3, false), dies(4, true)
	step := func() {
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				if err := (deliver.Digests{Desk: a.Desk, Send: send}).Step(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
	}
	step()
	for id, n := range calls {
		if n != 1 {
			t.Errorf("%s: %d messages before any was in doubt", id, n)
		}
	}
	if len(calls) != readers-len(before) {
		t.Errorf("%d readers have it, want all but those that a program died over", len(calls))
	}
	clock.pass(10 * time.Minute) // the leases are over
	step()
	clock.pass(20 * time.Minute) // what is in doubt is tried again: two of them die once more
	again := dies(2, true)
	step()
	for range 5 {
		clock.pass(time.Hour)
		step()
	}
	want := map[desk.ID][2]int{}
	for _, id := range before {
		want[id] = [2]int{1, 1}
	}
	for _, id := range after {
		want[id] = [2]int{2, 2}
	}
	for id, n := range calls {
		least, most := 1, 1
		if w, ok := want[id]; ok {
			least, most = w[0], w[1]
		}
		if n < least || n > most {
			t.Errorf("%s was sent %d messages, want %d to %d", id, n, least, most)
		}
	}
	if len(calls) != readers {
		t.Errorf("%d of %d readers have it", len(calls), readers)
	}
	n, err := a.Desk.DigestCounts(ctx, e.ID)
	must(t, err)
	if n[desk.NoticeFailed] != len(again) || n[desk.NoticeSent] != readers-len(again) {
		t.Errorf("states %v, want %d failed", n, len(again))
	}
}
