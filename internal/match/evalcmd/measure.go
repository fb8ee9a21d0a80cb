package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"soi/internal/match"
)

// figures are what one set was measured at.
type figures struct {
	n             int
	map5, s1, s10 float64
	perQuery      time.Duration
	ranks         []int // rank of the first right document, 0: not in the first ten
	answers       []match.Result
}

func fill(docs []match.Doc, o match.Options) *match.Matcher {
	m := match.New(o)
	m.PutAll(docs)
	return m
}

// measure asks every question of a set and counts.
func measure(s set, m *match.Matcher, ranker bool) figures {
	f := figures{n: len(s.queries), ranks: make([]int, len(s.queries)), answers: make([]match.Result, len(s.queries))}
	ap := make([]float64, len(s.queries))
	start := time.Now()
	each(len(s.queries), func(i int) {
		q := s.queries[i]
		if ranker {
			for _, c := range m.Candidates(match.Query{Text: q.text}) {
				if len(f.answers[i].Matches) < 10 {
					f.answers[i].Matches = append(f.answers[i].Matches, match.Match{ID: c.ID})
				}
			}
		} else {
			f.answers[i] = m.Match(context.Background(), match.Query{Text: q.text, Limit: 10})
		}
		ap[i], f.ranks[i] = precision(f.answers[i].Matches, q.gold)
	})
	f.perQuery = time.Since(start) / time.Duration(max(1, f.n))
	for i, r := range f.ranks {
		f.map5 += ap[i] / float64(f.n)
		if r == 1 {
			f.s1 += 1 / float64(f.n)
		}
		if r > 0 {
			f.s10 += 1 / float64(f.n)
		}
	}
	return f
}

// each runs fn for 0..n-1 on all processors.
func each(n int, fn func(int)) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				fn(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

// precision is the average precision in the first five (divided by the smaller
// of five and the number of right documents) and the rank of the first right one.
func precision(ms []match.Match, gold map[string]bool) (ap float64, rank int) {
	hits := 0
	for i, x := range ms {
		if !gold[x.ID] {
			continue
		}
		if rank == 0 {
			rank = i + 1
		}
		if i < 5 {
			hits++
			ap += float64(hits) / float64(i+1)
		}
	}
	return ap / float64(min(5, max(1, len(gold)))), rank
}

func (f figures) print(w io.Writer, s set) {
	fmt.Fprintf(w, "%-34s %6d %7.4f %7.4f %7.4f %7.3f %7.2f %8s\n", s.name, f.n, f.map5, f.s1, f.s10, s.floor, s.reach, f.perQuery.Round(time.Microsecond))
}

// writeRanks writes set, question, wanted document and its rank (0: not among the
// first ten), a line each, and the totals. No text of the data is in it.
func (f figures) writeRanks(w io.Writer, s set) {
	for i, q := range s.queries {
		var gold []string
		for id := range q.gold {
			gold = append(gold, id)
		}
		slices.Sort(gold)
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\n", s.name, q.id, strings.Join(gold, " "), f.ranks[i])
	}
	fmt.Fprintf(w, "%s\ttotal %d\tMAP@5 %.4f\tS@1 %.4f\tS@10 %.4f\n", s.name, f.n, f.map5, f.s1, f.s10)
}
