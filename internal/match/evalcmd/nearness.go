package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"

	"soi/internal/match"
)

// looked is one question's candidates by words and meaning, and the document that stands out
// most by its meaning.
type looked struct {
	gold       map[string]bool
	candidates []match.Candidate
	best       float64 // standing of the document nearest in meaning
	right      bool    // that it answers the question
}

// weightsTried are what standing may be worth beside the ranker's rate.
func weightsTried() []float64 { return []float64{0, 1, 2, 3, 4, 5, 6, 8, 10, 12} }

// calibrateMeaning fits what standing is worth: in the order, by MAP@5 over the splits for
// tuning with equal say, and as a probability, by logistic regression on the document
// nearest in meaning, each question once as it is and once with its answers struck out. It
// writes the calibration file with these numbers in place of those before.
func calibrateMeaning(path string, o match.Options) error {
	if o.Encoder == nil {
		return errors.New("-calibrate-meaning needs -embed")
	}
	maps := make([]float64, len(weightsTried()))
	var standings []point
	for _, d := range []struct{ dir, split string }{
		{"research_only/checkthat2022_2a_en", "dev"}, {"research_only/checkthat2022_2b_en", "dev"}, {"research_only/factchecktweet", "dev"},
		{"research_only/checkthat2022_2a_en", "train"}, {"research_only/checkthat2022_2b_en", "train"},
	} {
		s, err := load(d.dir, d.split)
		if err != nil {
			return err
		}
		m := fill(s.docs, o)
		if err := encodeAll(m, s.docs); err != nil {
			return err
		}
		known, struck := askAbout(m, s, false), askAbout(m, s, true)
		fmt.Printf("%-28s", s.name)
		for i, w := range weightsTried() {
			x := reordered(known, w)
			fmt.Printf(" %g:%.4f", w, x)
			if d.split == "dev" { // the ranker has seen the others
				maps[i] += x
			}
		}
		fmt.Println()
		share := 1 / float64(2*len(known))
		for _, a := range slices.Concat(known, struck) {
			standings = append(standings, point{a.best, a.right, share})
		}
	}
	best := len(maps) - 1
	for maps[best] < slices.Max(maps)-3*asGood { // three sets
		best--
	}
	c := match.Calibrated()
	c.Meaning.Weight = weightsTried()[best]
	c.Meaning.Slope, c.Meaning.Shift = curve(standings)
	c.Meaning.Perhaps = offeredFrom(standings, c.Meaning)
	reportMeaning(c.Meaning, standings)
	b, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o600)
}

// askAbout asks every question of a set, with its answers struck out or not.
func askAbout(m *match.Matcher, s set, struck bool) []looked {
	out := make([]looked, len(s.queries))
	each(len(out), func(i int) {
		q := s.queries[i]
		query := match.Query{Text: q.text}
		if struck {
			query.Not = func(id string) bool { return q.gold[id] }
		}
		a := looked{gold: q.gold, candidates: m.Candidates(query), best: -1}
		for _, c := range a.candidates {
			if float64(c.Standing) > a.best {
				a.best, a.right = float64(c.Standing), q.gold[c.ID]
			}
		}
		out[i] = a
	})
	return out
}

// reordered is MAP@5 with a weight of standing.
func reordered(all []looked, weight float64) float64 {
	sum := 0.0
	for _, a := range all {
		order := slices.Clone(a.candidates)
		slices.SortStableFunc(order, func(x, y match.Candidate) int {
			return cmp.Compare(float64(y.Rate)+weight*float64(y.Standing), float64(x.Rate)+weight*float64(x.Standing))
		})
		var ms []match.Match
		seen := map[string]bool{}
		for _, c := range order {
			if !seen[c.ID] {
				seen[c.ID] = true
				ms = append(ms, match.Match{ID: c.ID})
			}
		}
		ap, _ := precision(ms[:min(10, len(ms))], a.gold)
		sum += ap / float64(len(all))
	}
	return sum
}

// point is a standing, whether the document was right, and how much it counts.
type point struct {
	standing float64
	right    bool
	weight   float64
}

// curve fits a logistic curve of one variable by Newton's method.
func curve(ps []point) (slope, shift float64) {
	for range 50 {
		g, h := make([]float64, 2), [][]float64{{1e-6, 0}, {0, 1e-6}}
		for _, p := range ps {
			x := 1 / (1 + math.Exp(-(slope*p.standing + shift)))
			d, v := p.weight*(one(p.right)-x), p.weight*x*(1-x)
			g[0], g[1] = g[0]+d*p.standing, g[1]+d
			h[0][0], h[1][0], h[1][1] = h[0][0]+v*p.standing*p.standing, h[1][0]+v*p.standing, h[1][1]+v
		}
		step := solve(h, g)
		slope, shift = slope+step[0], shift+step[1]
	}
	return math.Round(slope*1e3) / 1e3, math.Round(shift*1e3) / 1e3
}

// asGood is the mean MAP@5 that a larger weight may cost: what it is for, documents in another
// language, is not in the sets for tuning.
const asGood = 0.001

// mostForNothing is the share of questions without an answer for which meaning alone may
// offer a document.
const mostForNothing = 0.05

// offeredFrom is the probability from which a document nearest in meaning is offered: that
// which mostForNothing of the questions without an answer reach.
func offeredFrom(ps []point, c match.Meaning) float64 {
	var none []point
	total := 0.0
	for _, p := range ps {
		if !p.right {
			none, total = append(none, p), total+p.weight
		}
	}
	slices.SortFunc(none, func(a, b point) int { return cmp.Compare(b.standing, a.standing) })
	sum, at := 0.0, 1.0
	for _, p := range none {
		if sum += p.weight; sum > mostForNothing*total {
			break
		}
		at = p.standing
	}
	return math.Round(1e4/(1+math.Exp(-(c.Slope*at+c.Shift)))) / 1e4
}

// reportMeaning prints the numbers and, by probability, how often the nearest was right.
func reportMeaning(c match.Meaning, ps []point) {
	fmt.Printf("weight %g, slope %g, shift %g, offered from %g\n", c.Weight, c.Slope, c.Shift, c.Perhaps)
	for b := range 10 {
		n, right, said, offered := 0, 0, 0.0, 0
		for _, p := range ps {
			x := 1 / (1 + math.Exp(-(c.Slope*p.standing + c.Shift)))
			if int(min(9, x*10)) != b {
				continue
			}
			n, said = n+1, said+x
			right += int(one(p.right))
			offered += int(one(x >= c.Perhaps))
		}
		if n > 0 {
			fmt.Printf("  %.1f: %5d questions, said %.2f, right %.2f, offered %d\n", float64(b)/10, n, said/float64(n), float64(right)/float64(n), offered)
		}
	}
}
