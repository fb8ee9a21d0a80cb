package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// report prints how good the probabilities and decisions are: reliability in ten
// steps, coverage and precision of "same" by set, the right one within "perhaps",
// coverage where 99 in a hundred answers are right, and how well the top probability tells questions with an answer in the archive
// from those whose answer was struck out.
func report(ts []trial) {
	var right, n [10]int
	var said [10]float64
	for _, t := range ts {
		if t.rank != 1 {
			continue
		}
		b := min(9, int(t.Chance*10))
		n[b]++
		said[b] += t.Chance
		right[b] += int(one(t.right))
	}
	fmt.Println("  reliability of first matches; o: what was said, #: how many were right, of 50 columns")
	for b := range n {
		if n[b] == 0 {
			continue
		}
		s, r := said[b]/float64(n[b]), share(right[b], n[b])
		fmt.Printf("    said %.2f  right %.2f  n %5d |%s|\n", s, r, n[b], bar(s, r))
	}
	bySet := map[string][]trial{}
	var names []string
	for _, t := range ts {
		if bySet[t.set] == nil {
			names = append(names, t.set)
		}
		bySet[t.set] = append(bySet[t.set], t)
	}
	fmt.Printf("  %-46s %6s %7s %8s %8s %7s %7s\n", "set", "same", "right", "covered", "offered", "at 99%", "AUROC")
	for _, name := range names {
		reportSet(name, bySet[name])
	}
}

// reportSet: same = answers given, right = share of them that are right, covered =
// share of answerable questions answered rightly, offered = of those with the
// right one in the first three, the share that is answered or offered.
func reportSet(name string, ts []trial) {
	same, right, answerable, found, offered := 0, 0, 0, 0, 0
	var known, unknown []float64
	for i := 0; i < len(ts); {
		j, first, top := i, ts[i], 0.0
		has := false
		for ; j < len(ts) && ts[j].query == first.query; j++ {
			has = has || ts[j].right && ts[j].rank <= 3
			top = max(top, ts[j].Chance)
		}
		answered := first.Eligible && (first.Exact || first.Chance >= first.limits.Same && first.Missing <= first.limits.Missing)
		if answered {
			same++
			right += int(one(first.right))
		}
		if first.answer {
			answerable++
			known = append(known, top)
		} else {
			unknown = append(unknown, top)
		}
		if has {
			found++
			offered += int(one(answered || first.Chance >= first.limits.Perhaps && !first.Slight))
		}
		i = j
	}
	fmt.Printf("  %-46s %6d %7.4f %8.4f %8.4f %7.4f %7.4f\n", name, same, share(right, same), share(right, answerable), share(offered, found),
		share(at99(ts), answerable), auroc(known, unknown))
}

// bar draws one step of the reliability curve.
func bar(said, right float64) string {
	cells := []byte(strings.Repeat("#", int(right*50+0.5)) + strings.Repeat(" ", 50-int(right*50+0.5)))
	cells[min(49, int(said*50))] = 'o'
	return string(cells)
}

// at99 is how many questions could be answered rightly if, in this set alone, the limit
// of probability were placed where 99 in a hundred answers are right.
func at99(ts []trial) int {
	firsts := slices.DeleteFunc(slices.Clone(ts), func(t trial) bool { return t.rank != 1 || !t.Eligible })
	sortBy(firsts, func(t trial) (float64, int) { return -t.Chance, t.query })
	best, right := 0, 0
	for i, t := range firsts {
		right += int(one(t.right))
		if share(right, i+1) >= 0.99 {
			best = right
		}
	}
	return best
}

func share(n, of int) float64 { return float64(n) / float64(max(1, of)) }

// auroc is the chance that a known question scores above an unknown one.
func auroc(known, unknown []float64) float64 {
	type point struct {
		v     float64
		known bool
	}
	var ps []point
	for _, v := range known {
		ps = append(ps, point{v, true})
	}
	for _, v := range unknown {
		ps = append(ps, point{v, false})
	}
	slices.SortFunc(ps, func(a, b point) int { return cmp.Compare(a.v, b.v) })
	sum := 0.0
	for i := 0; i < len(ps); {
		j := i
		for j < len(ps) && ps[j].v == ps[i].v {
			j++
		}
		for _, p := range ps[i:j] {
			if p.known {
				sum += float64(i+j+1) / 2
			}
		}
		i = j
	}
	n := float64(len(known))
	return (sum - n*(n+1)/2) / max(1, n*float64(len(unknown)))
}
