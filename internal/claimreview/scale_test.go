package claimreview

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// longFeed is a DataFeed of n checks made while it is read.
func longFeed(n int) io.Reader {
	r, w := io.Pipe()
	go func() {
		_, err := io.WriteString(w, `{"@context":"https://schema.org","@type":"DataFeed","dataFeedElement":[`)
		for i := 0; i < n && err == nil; i++ {
			_, err = fmt.Fprintf(w, `{"@type":"DataFeedItem","item":[null,{"@type":"ClaimReview","url":"https://a.example/%d?utm_source=x","inLanguage":"vi","claimReviewed":"Tin thứ %d %s","datePublished":"2026-01-02","author":{"@type":"Organization","name":"Báo thử"},"reviewRating":{"@type":"Rating","ratingValue":"1","bestRating":"5","worstRating":"1","alternateName":"Sai"}}]},`+"\n", i, i, strings.Repeat("nội dung ", 60))
		}
		if err == nil {
			_, err = io.WriteString(w, "]}")
		}
		_ = w.CloseWithError(err)
	}()
	return r
}

func TestLongFeedsAreStreamed(t *testing.T) {
	const n = 8_000
	var base, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&base)
	count, peak := 0, uint64(0)
	err := Read(longFeed(n), Options{}, func(i Imported) error {
		if count++; count%2000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapAlloc)
		}
		return nil
	}, func(p Problem) {
		if p.Lost {
			t.Errorf("%+v", p)
		}
	})
	if err != nil || count != n {
		t.Fatalf("%d checks, %v", count, err)
	}
	if grown := int64(peak) - int64(base.HeapAlloc); grown > 16<<20 {
		t.Errorf("heap grew by %d MiB", grown>>20)
	}
}

func BenchmarkLongFeed(b *testing.B) {
	for range b.N {
		if err := Read(longFeed(20_000), Options{}, func(Imported) error { return nil }, func(Problem) {}); err != nil {
			b.Fatal(err)
		}
	}
}

// Real pages and feeds, none of them a check: each is read to its end quickly
// and says that nothing was found.
func TestRealPagesWithoutChecks(t *testing.T) {
	data := os.Getenv("SOI_DATA")
	if data == "" {
		data = "../../../shared/data"
	}
	n := 0
	for _, dir := range []string{"articles", "feeds"} {
		err := filepath.WalkDir(filepath.Join(data, dir), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || strings.HasSuffix(path, ".txt") || strings.HasSuffix(path, ".md") {
				return nil
			}
			if n++; n%8 != 0 {
				return nil // one in eight is sample enough
			}
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer func() { _ = f.Close() }()
			start := time.Now()
			found, troubles, err := ReadAll(f, Options{URL: "https://a.example/" + e.Name()})
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			lost := false
			for _, p := range troubles {
				lost = lost || p.Lost
			}
			if len(found) != 0 || !lost {
				t.Errorf("%s: %d checks, %v", path, len(found), troubles)
			}
			if d := time.Since(start); d > 5*time.Second {
				t.Errorf("%s took %v", path, d)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n == 0 {
		t.Skip("no evaluation data (SOI_DATA)")
	}
	t.Logf("%d files", n)
}
