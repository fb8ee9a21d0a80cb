package work_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"soi/internal/desk"
	"soi/internal/work"
)

// journal is an event log in memory.
type journal struct {
	mu sync.Mutex
	n  int64
}

func (j *journal) add(n int64) { j.mu.Lock(); j.n += n; j.mu.Unlock() }

func (j *journal) read(_ context.Context, after int64, limit int) ([]desk.Event, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []desk.Event
	for s := after + 1; s <= j.n && len(out) < limit; s++ {
		out = append(out, desk.Event{Seq: s})
	}
	return out, nil
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func TestFollowerSeesEveryEventInOrderThroughErrorsAndPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := &journal{}
		j.add(1200)
		var seen []int64
		calls := 0
		f := work.NewFollower(&work.Follower{Name: "test", Read: j.read, Log: quiet(),
			Handle: func(_ context.Context, es []desk.Event) error {
				calls++
				if calls == 2 {
					return errors.New("disk full")
				}
				if calls == 3 {
					panic("broken")
				}
				for _, e := range es {
					seen = append(seen, e.Seq)
				}
				return nil
			}}, 0)
		ctx, cancel := context.WithCancel(t.Context())
		go f.Run(ctx)
		if err := f.Reach(t.Context(), 1200); err != nil {
			t.Fatal(err)
		}
		j.add(1)
		if err := f.Reach(t.Context(), 1201); err != nil {
			t.Fatal(err)
		}
		cancel()
		synctest.Wait()
		want := make([]int64, 1201)
		for i := range want {
			want[i] = int64(i + 1)
		}
		if !slices.Equal(seen, want) {
			t.Errorf("saw %d events, want 1201 in order, each once", len(seen))
		}
		if f.Trouble() != nil {
			t.Errorf("trouble after recovery: %v", f.Trouble())
		}
	})
}

func TestFollowerDoesNotPassWhatCouldNotBeKept(t *testing.T) {
	j := &journal{}
	j.add(3)
	f := work.NewFollower(&work.Follower{Name: "test", Read: j.read, Log: quiet(),
		Handle: func(context.Context, []desk.Event) error { return nil },
		Moved:  func(context.Context, int64) error { return errors.New("no") }}, 0)
	if _, err := f.Step(t.Context()); err == nil || f.Position() != 0 {
		t.Errorf("position %d, err %v; want 0 and an error", f.Position(), err)
	}
}

func TestEveryGoesOnAfterPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		go work.Every(ctx, quiet(), "test", time.Minute, func(context.Context) error {
			n++
			panic("broken")
		})
		time.Sleep(5*time.Minute + time.Second)
		cancel()
		synctest.Wait()
		if n != 6 {
			t.Errorf("ran %d times in five minutes, want 6", n)
		}
	})
}

// TestWaitingIsNoTrouble: what is under way is waited for in silence; what does
// not come is trouble in the end.
func TestWaitingIsNoTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told said
		var j journal
		j.add(2)
		tries := 0 // the handler's alone
		f := work.NewFollower(&work.Follower{Name: "index", Log: slog.New(slog.NewTextHandler(&told, nil)),
			Read: func(ctx context.Context, after int64, _ int) ([]desk.Event, error) { return j.read(ctx, after, 1) },
			Handle: func(_ context.Context, es []desk.Event) error {
				if tries++; tries < 4 || es[0].Seq == 2 { // the second is never ready
					return fmt.Errorf("a claim: %w", work.ErrSoon)
				}
				return nil
			}}, 0)
		ctx, stop := context.WithCancel(t.Context())
		go f.Run(ctx)
		time.Sleep(4 * time.Second)
		synctest.Wait()
		if f.Position() != 1 || f.Trouble() != nil || told.String() != "" {
			t.Errorf("at %d, trouble %v, told %q", f.Position(), f.Trouble(), told.String())
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if !errors.Is(f.Trouble(), work.ErrSoon) || !strings.Contains(told.String(), "follower failed") {
			t.Errorf("what never comes is no trouble: %v, told %q", f.Trouble(), told.String())
		}
		stop()
		synctest.Wait()
	})
}

// said keeps what is logged; it may be read meanwhile.
type said struct {
	mu  sync.Mutex
	all strings.Builder
}

func (s *said) Write(b []byte) (int, error) { s.mu.Lock(); defer s.mu.Unlock(); return s.all.Write(b) }

func (s *said) String() string { s.mu.Lock(); defer s.mu.Unlock(); return s.all.String() }
