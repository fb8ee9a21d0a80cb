package main

import (
	"context"
	"fmt"
	"io"

	"soi/internal/match"
)

// offers is what a desk would do with the messages of a set: how many are answered or offered
// a choice, how many find the right document so, and how many are offered something when the
// archive does not hold it.
type offers struct {
	n, answered, offered, right, forNothing, wrongAnswer int
}

// offersOf asks every question of a set as it is and with its answers struck out.
func offersOf(s set, m *match.Matcher) offers {
	known, struck := make([]match.Result, len(s.queries)), make([]match.Result, len(s.queries))
	each(2*len(s.queries), func(k int) {
		q := s.queries[k/2]
		query := match.Query{Text: q.text, Limit: match.Looked}
		if k%2 == 0 {
			known[k/2] = m.Match(context.Background(), query)
			return
		}
		query.Not = func(id string) bool { return q.gold[id] }
		struck[k/2] = m.Match(context.Background(), query)
	})
	o := offers{n: len(s.queries)}
	for i, q := range s.queries {
		switch d, id := known[i].Settle(); d {
		case match.DecisionSame:
			o.answered++
			o.right += int(one(q.gold[id]))
		case match.DecisionPerhaps:
			o.offered++
			for _, x := range known[i].Offered()[:min(match.MostOffered, len(known[i].Offered()))] {
				if q.gold[x.ID] {
					o.right++
					break
				}
			}
		}
		switch d, _ := struck[i].Settle(); d {
		case match.DecisionSame:
			o.wrongAnswer++
		case match.DecisionPerhaps:
			o.forNothing++
		}
	}
	return o
}

func (o offers) print(w io.Writer, how string) {
	fmt.Fprintf(w, "  %-14s of %d: answered %d, offered a choice %d, the right one so %d; answers struck out: answered %d, offered %d\n",
		how, o.n, o.answered, o.offered, o.right, o.wrongAnswer, o.forNothing)
}
