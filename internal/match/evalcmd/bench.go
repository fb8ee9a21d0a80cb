package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"soi/internal/match"
)

// recombine makes n documents: the real ones first, then new ones whose claim is
// the beginning of one real claim and the end of another, with other figures, and
// whose title is recombined the same way. Words, lengths and the share of common
// words stay those of real claims.
func recombine(docs []match.Doc, n int, seed uint64) []match.Doc {
	r := rand.New(rand.NewPCG(seed, 3))
	out := make([]match.Doc, 0, n)
	for i := range n {
		if i < len(docs) {
			d := docs[i]
			d.ID = fmt.Sprint("r", i)
			out = append(out, d)
			continue
		}
		a, b := docs[r.IntN(len(docs))], docs[r.IntN(len(docs))]
		out = append(out, match.Doc{ID: fmt.Sprint("r", i), Claim: splice(a.Claim, b.Claim, r), Title: splice(a.Title, b.Title, r)})
	}
	return out
}

func splice(a, b string, r *rand.Rand) string {
	x, y := strings.Fields(a), strings.Fields(b)
	w := slices.Concat(x[:(len(x)+1)/2], y[len(y)/2:])
	for i := range w {
		if w[i] != "" && w[i][0] >= '0' && w[i][0] <= '9' && len(w[i]) < 4 {
			w[i] = fmt.Sprint(r.IntN(1000))
		}
	}
	return strings.Join(w, " ")
}

// bench fills archives of each size with recombined claims and asks the dev
// questions, one at a time.
func bench(sizes []int, o match.Options, profile string) error {
	var docs []match.Doc
	var asks []string
	for _, d := range []string{"checkthat2022_2a_en", "checkthat2022_2b_en", "factchecktweet"} {
		s, err := load("research_only/"+d, "dev")
		if err != nil {
			return err
		}
		docs = append(docs, s.docs...)
		for _, q := range s.queries {
			asks = append(asks, q.text)
		}
	}
	fmt.Printf("%9s %9s %9s %8s %8s %8s %8s %9s %9s %9s\n", "claims", "build", "per s", "p50", "p95", "p99", "most", "heap MB", "put", "load")
	for _, n := range sizes {
		many := recombine(docs, n, 1)
		if err := benchOne(many, asks, o, profile); err != nil {
			return err
		}
	}
	return nil
}

func benchOne(docs []match.Doc, asks []string, o match.Options, profile string) error {
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	before := heap()
	start := time.Now()
	m := fill(docs, o)
	build := time.Since(start)
	m.Match(context.Background(), match.Query{Text: asks[0]})
	used := heap() - before
	var took []time.Duration
	for _, q := range asks {
		start := time.Now()
		m.Match(context.Background(), match.Query{Text: q})
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	start = time.Now()
	m.Put(match.Doc{ID: "new", Claim: "Zyxwv quantum lemonade cures hiccups"})
	if r := m.Match(context.Background(), match.Query{Text: "zyxwv quantum lemonade"}); len(r.Matches) == 0 || r.Matches[0].ID != "new" {
		return fmt.Errorf("a new document was not found")
	}
	put := time.Since(start)
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		return err
	}
	start = time.Now()
	if err := match.New(o).Load(&b); err != nil {
		return err
	}
	at := func(p float64) string {
		return took[min(len(took)-1, int(p*float64(len(took))))].Round(10 * time.Microsecond).String()
	}
	fmt.Printf("%9d %9s %9.0f %8s %8s %8s %8s %9.0f %9s %9s\n", len(docs), build.Round(time.Millisecond), float64(len(docs))/build.Seconds(),
		at(0.5), at(0.95), at(0.99), at(1), float64(used)/1e6, put.Round(10*time.Microsecond), time.Since(start).Round(time.Millisecond))
	return nil
}

// heap is what lives on the heap after a collection.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}
