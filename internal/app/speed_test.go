package app_test

import (
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"soi/internal/app/apptest"
	"soi/internal/store/pgtest"
)

// BenchmarkTips measures tips over HTTP, from request to answer, eight at a
// time, each from an address of its own so that no budget is used up: read,
// matched, and on disk before the answer.
func BenchmarkTips(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { tips(b, "") })
	b.Run("PostgreSQL", func(b *testing.B) { tips(b, pgtest.Start(b, pgtest.Options{Durable: true}).Database(b)) })
}

func tips(b *testing.B, database string) {
	s := apptest.Start(b, apptest.Options{Demo: true, Database: database})
	var mu sync.Mutex
	words := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	measured(b, "tips/s", func() {
		mu.Lock()
		text := nonsense(words, 14)
		mu.Unlock()
		if r := ask(b, s.URL, formValue(), text); r.status != http.StatusOK {
			b.Errorf("status %d", r.status)
		}
	})
}

// BenchmarkPages measures public pages over kept connections, eight at a time, each read to its end.
func BenchmarkPages(b *testing.B) {
	s := apptest.Start(b, apptest.Options{Demo: true})
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	pages := []struct{ name, path string }{{"home", "/"}, {"list", "/checks"}}
	list := fetch(b, client, s.URL+"/checks")
	if m := regexp.MustCompile(`href="(/checks/[^"?#]+)"`).FindStringSubmatch(list); m != nil {
		pages = append(pages, struct{ name, path string }{"check", m[1]})
	} else {
		b.Error("no check is listed at /checks")
	}
	for _, page := range pages {
		b.Run(page.name, func(b *testing.B) {
			measured(b, "pages/s", func() { fetch(b, client, s.URL+page.path) })
		})
	}
}

// measured runs f eight at a time and reports how often a second, and how
// long half and 99 of 100 calls took at most.
func measured(b *testing.B, unit string, f func()) {
	b.SetParallelism(4) // times two cores
	var mu sync.Mutex
	var took []time.Duration
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		var mine []time.Duration
		for pb.Next() {
			start := time.Now()
			f()
			mine = append(mine, time.Since(start))
		}
		mu.Lock()
		defer mu.Unlock()
		took = append(took, mine...)
	})
	b.StopTimer()
	slices.Sort(took)
	at := func(percent int) float64 { return float64(took[(len(took)-1)*percent/100].Microseconds()) / 1000 }
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), unit)
	b.ReportMetric(at(50), "p50-ms")
	b.ReportMetric(at(99), "p99-ms")
}

// fetch returns a page that is answered with 200.
func fetch(b *testing.B, client *http.Client, url string) string {
	res, err := client.Get(url)
	if err != nil {
		b.Error(err)
		return ""
	}
	body, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil || res.StatusCode != http.StatusOK {
		b.Errorf("%s: %s, %v", url, res.Status, err)
	}
	return string(body)
}
