package app_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"soi/internal/app/apptest"
)

// BenchmarkChats is how many messages a second each chat takes in: from the
// platform, over HTTP, into the database, acknowledged. What follows from them
// (reading, matching, answering) goes on beside it.
func BenchmarkChats(b *testing.B) {
	const batch = 100
	for name, open := range map[string]func(testing.TB) chat{"telegram": telegramChat, "whatsapp": whatsAppChat, "zalo": zaloChat, "zalobot": zaloBotChat} {
		b.Run(name, func(b *testing.B) {
			c := open(b)
			d := apptest.Start(b, apptest.Options{Settings: c.settings})
			n := 0
			for b.Loop() {
				var all sync.WaitGroup
				var refused atomic.Int64
				free := make(chan struct{}, 8)
				for range batch {
					n++
					body := c.text(n, int64(1000+n%500), "Nghe nói mai cúp nước cả thành phố, có đúng không?")
					free <- struct{}{}
					all.Go(func() {
						defer func() { <-free }()
						if c.deliver(d, body) != http.StatusOK {
							refused.Add(1)
						}
					})
				}
				all.Wait()
				if refused.Load() > 0 {
					b.Fatalf("%d deliveries were refused", refused.Load())
				}
				for c.waiting != nil && c.waiting() > 0 {
					time.Sleep(time.Millisecond)
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "tips/s")
		})
	}
}
