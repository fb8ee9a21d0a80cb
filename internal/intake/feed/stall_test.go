package feed

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"soi/internal/desk"
)

// stall makes 200 sites, of which 40 are bad in four ways.
func stall(w *world, served *atomic.Int64) {
	o := w.outlet("Báo A")
	for i := range 200 {
		host := fmt.Sprintf("e%d.test", i)
		w.site(host, func(out http.ResponseWriter, r *http.Request) {
			if i%5 != 0 {
				if r.URL.Path == "/rss" {
					served.Add(1)
					fmt.Fprint(out, w.rss("1|http://"+host+"/1|1h|x", "2|http://"+host+"/2|2h|x", "3|http://"+host+"/3|3h|x"))
					return
				}
				http.NotFound(out, r)
				return
			}
			badSite(out, r, i/5%4)
		})
		w.read(o, "http://"+host+"/rss")
	}
}

// badSite is a tarpit of one byte a second, headers without end, redirects
// without end, or a body of 5 GiB.
func badSite(out http.ResponseWriter, r *http.Request, way int) {
	host := r.Host
	switch way {
	case 0:
		for r.Context().Err() == nil {
			fmt.Fprint(out, "<")
			out.(http.Flusher).Flush()
			time.Sleep(time.Second)
		}
	case 1:
		conn, buf, err := out.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		fmt.Fprint(buf, "HTTP/1.1 200 OK\r\n")
		for i := 0; buf.Flush() == nil; i++ {
			fmt.Fprintf(buf, "X-%d: y\r\n", i)
			time.Sleep(200 * time.Millisecond)
		}
	case 2:
		http.Redirect(out, r, fmt.Sprintf("/%s/%d", host, time.Now().UnixNano()), http.StatusFound)
	case 3:
		chunk := []byte(strings.Repeat("<item><title>x</title></item>", 4000))
		for n := 0; n < 5<<30; n += len(chunk) {
			if _, err := out.Write(chunk); err != nil {
				return
			}
		}
	}
}

// TestStalledSites is T15 with a patience of one second in place of thirty:
// 40 bad sites of 200 hold nobody up, cost a slot no longer than the patience,
// and no more than 64 MiB are held.
func TestStalledSites(t *testing.T) {
	w := newWorld(t)
	var served atomic.Int64
	stall(w, &served)
	const patience = time.Second
	r := w.runner(func(o *Options) {
		o.Patience = patience
		o.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	})
	ctx, stop := context.WithCancel(t.Context())
	held, watch := watchHeap(ctx)
	start := time.Now()
	var good time.Duration
	for {
		if _, err := r.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		if served.Load() == 160 && good == 0 {
			good = time.Since(start)
		}
		if w.tried() == 200 {
			break
		}
		if time.Since(start) > 90*patience {
			t.Fatalf("only %d of 200 were tried", w.tried())
		}
		time.Sleep(10 * time.Millisecond)
	}
	r.Wait()
	whole := time.Since(start)
	stop()
	watch.Wait()
	t.Logf("160 good feeds in %v, all 200 tried in %v, at most %.1f MiB more than before", good, whole, float64(held.Load())/(1<<20))
	// One after the other the forty would take forty patiences; ten slots take a
	// fraction of that, and room is left for a busy machine.
	if limit := 30 * patience; whole > limit {
		t.Errorf("all took %v, want less than %v", whole, limit)
	}
	if held.Load() > 64<<20 {
		t.Errorf("%d MiB were held", held.Load()>>20)
	}
	troubles := map[desk.FeedTrouble]int{}
	fs, err := w.Feeds(t.Context(), w.editor)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fs {
		troubles[f.State.Trouble]++
	}
	if troubles[""] != 160 || troubles[desk.FeedSlow] < 20 || troubles[desk.FeedLoop] != 10 {
		t.Errorf("%v", troubles)
	}
}

// watchHeap notes until ctx ends how much more than at the beginning the heap
// holds at most.
func watchHeap(ctx context.Context) (*atomic.Uint64, *sync.WaitGroup) {
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	var held atomic.Uint64
	var watch sync.WaitGroup
	watch.Go(func() {
		for ctx.Err() == nil {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			held.Store(max(held.Load(), m.HeapAlloc-min(m.HeapAlloc, before.HeapAlloc)))
			time.Sleep(20 * time.Millisecond)
		}
	})
	return &held, &watch
}

// tried counts the feeds that were tried.
func (w *world) tried() (n int) {
	fs, err := w.Feeds(w.t.Context(), w.editor)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range fs {
		if !f.State.Tried.IsZero() {
			n++
		}
	}
	return n
}

// BenchmarkFeeds fetches 200 feeds of which 40 are bad, with the patience of
// the product (30 s), and reports good feeds a second, how long until every
// feed was tried, and the most memory held.
func BenchmarkFeeds(b *testing.B) {
	for range b.N {
		b.StopTimer()
		w := newWorld(b)
		var served atomic.Int64
		stall(w, &served)
		r := w.runner(nil)
		ctx, stop := context.WithCancel(b.Context())
		held, watch := watchHeap(ctx)
		b.StartTimer()
		start := time.Now()
		var good time.Duration
		for w.tried() < 200 {
			if _, err := r.Step(b.Context()); err != nil {
				b.Fatal(err)
			}
			if served.Load() == 160 && good == 0 {
				good = time.Since(start)
			}
			time.Sleep(20 * time.Millisecond)
		}
		r.Wait()
		stop()
		watch.Wait()
		b.ReportMetric(float64(held.Load())/(1<<20), "held-MiB")
		b.ReportMetric(160/good.Seconds(), "feeds/s")
		b.ReportMetric(good.Seconds(), "good-s")
		b.ReportMetric(time.Since(start).Seconds(), "all-s")
	}
}
