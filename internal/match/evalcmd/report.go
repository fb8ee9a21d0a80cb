package main

import (
	"cmp"
	"fmt"
	"slices"

	"soi/internal/match"
)

// report prints how good the probabilities and decisions are: reliability in ten
// steps, coverage and precision of "same" by set, the right one within "perhaps",
// and how well the top probability tells questions with an answer in the archive
// from those whose answer was struck out.
func report(ts []trial, c match.Calibration) {
	fmt.Println("  reliability (first matches): said | were right | n")
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
	for b := range n {
		if n[b] > 0 {
			fmt.Printf("    %.2f | %.2f | %d\n", said[b]/float64(n[b]), float64(right[b])/float64(n[b]), n[b])
		}
	}
	bySet := map[string][]trial{}
	var names []string
	for _, t := range ts {
		if bySet[t.set] == nil {
			names = append(names, t.set)
		}
		bySet[t.set] = append(bySet[t.set], t)
	}
	fmt.Printf("  %-34s %8s %8s %8s %8s %8s\n", "set", "same", "right", "covered", "offered", "AUROC")
	for _, name := range names {
		reportSet(name, bySet[name], c)
	}
}

// reportSet: same = answers given, right = share of them that are right, covered =
// share of answerable questions answered rightly, offered = of those with the
// right one in the first three, the share that is answered or offered.
func reportSet(name string, ts []trial, c match.Calibration) {
	t := c.Families[ts[0].family]
	same, right, answerable, found, offered := 0, 0, 0, 0, 0
	var known, unknown []float64
	for i := 0; i < len(ts); {
		j, first, top := i, ts[i], 0.0
		has := false
		for ; j < len(ts) && ts[j].query == first.query; j++ {
			has = has || ts[j].right && ts[j].rank <= 3
			top = max(top, ts[j].Chance)
		}
		if first.Eligible && (first.Exact || first.Chance >= t.Same && first.Missing <= t.Missing) {
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
			offered += int(one(top >= t.Perhaps))
		}
		i = j
	}
	fmt.Printf("  %-34s %8d %8.4f %8.4f %8.4f %8.4f\n", name, same, share(right, same), share(right, answerable), share(offered, found), auroc(known, unknown))
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
