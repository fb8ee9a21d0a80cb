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

	"golang.org/x/sys/unix"

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
	fmt.Printf("%9s %9s %9s %8s %8s %8s %8s %8s %8s %9s %9s %9s %9s\n", "claims", "build", "per s", "p50", "p99", "CPU p50", "p95", "p99", "most",
		"heap MiB", "put", "file MiB", "load")
	for _, n := range sizes {
		many := recombine(docs, n, 1)
		if err := benchOne(many, asks, o, profile); err != nil {
			return err
		}
	}
	return nil
}

func benchOne(docs []match.Doc, asks []string, o match.Options, profile string) error {
	before := heap()
	start := time.Now()
	m := fill(docs, o)
	build := time.Since(start)
	if o.Encoder != nil {
		if err := encodeAll(m, docs); err != nil {
			return err
		}
	}
	m.Match(context.Background(), match.Query{Text: asks[0]})
	used := heap() - before
	took, busy, err := askAll(m, asks, profile)
	if err != nil {
		return err
	}
	put, err := timePut(m)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		return err
	}
	size := b.Len()
	start = time.Now()
	if err := match.New(o).Load(&b); err != nil {
		return err
	}
	at := func(d []time.Duration, p float64) string {
		return d[min(len(d)-1, int(p*float64(len(d))))].Round(10 * time.Microsecond).String()
	}
	fmt.Printf("%9d %9s %9.0f %8s %8s %8s %8s %8s %8s %9.0f %9s %9.0f %9s\n", len(docs), build.Round(time.Millisecond), float64(len(docs))/build.Seconds(),
		at(took, 0.5), at(took, 0.99), at(busy, 0.5), at(busy, 0.95), at(busy, 0.99), at(busy, 1), float64(used)/(1<<20), put.Round(10*time.Microsecond),
		float64(size)/(1<<20), time.Since(start).Round(time.Millisecond))
	if o.Encoder != nil {
		found, err := nearestFound(m, asks)
		if err != nil {
			return err
		}
		fmt.Printf("  of the ten nearest in meaning a search finds %.3f\n", found)
	}
	return nil
}

// askAll asks every message once, after one round to warm up, and returns the times by the clock and of the
// processor, each in order.
func askAll(m *match.Matcher, asks []string, profile string) (took, busy []time.Duration, err error) {
	for _, q := range asks {
		m.Match(context.Background(), match.Query{Text: q})
	}
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return nil, nil, err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return nil, nil, err
		}
		defer pprof.StopCPUProfile()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for _, q := range asks {
		start, used := time.Now(), threadTime()
		m.Match(context.Background(), match.Query{Text: q})
		took, busy = append(took, time.Since(start)), append(busy, threadTime()-used)
	}
	slices.Sort(took)
	slices.Sort(busy)
	return took, busy, nil
}

// timePut is how long it takes until a new document is found.
func timePut(m *match.Matcher) (time.Duration, error) {
	start := time.Now()
	m.Put(match.Doc{ID: "new", Claim: "Zyxwv quantum lemonade cures hiccups"})
	if r := m.Match(context.Background(), match.Query{Text: "zyxwv quantum lemonade"}); len(r.Matches) == 0 || r.Matches[0].ID != "new" {
		return 0, fmt.Errorf("a new document was not found")
	}
	return time.Since(start), nil
}

// threadTime is the processor time of this thread so far: on a busy machine the clock also counts the waiting.
func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

// heap is what lives on the heap after a collection.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}
