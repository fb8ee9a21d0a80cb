package main

import (
	"fmt"
	"maps"
	"slices"

	"soi/internal/match"
)

// crossParts is in how many parts the questions for training are cut.
const crossParts = 3

// crossValidate ranks each part of the questions for training with rankers that learned
// from the other parts, and prints MAP@5 of every set over all questions asked: what a change
// of features, vectors or rankers is worth, with the dev splits left alone.
func crossValidate(groups []group, asked map[string]int) {
	sums, place := map[string]float64{}, slices.Index(match.FeatureNames(), "place")
	for k := range crossParts {
		var learn, judge []group
		for i, g := range groups {
			if i%crossParts == k {
				judge = append(judge, g)
			} else {
				learn = append(learn, g)
			}
		}
		first, second := rankers(learn)
		for _, g := range judge {
			best := g.best(first, match.Reranked, place)
			score := make([]float64, len(best.rows))
			for i, r := range best.rows {
				score[i] = float64(match.Given(r))
				for _, t := range second {
					score[i] += t.Rate(r)
				}
			}
			sums[g.set] += meanPrecision([]group{best}, score)
		}
	}
	for _, s := range slices.Sorted(maps.Keys(sums)) {
		if n := asked[s]; n > 0 { // questions asked without vectors only teach
			fmt.Printf("%-44s %5d %.4f\n", s, n, sums[s]/float64(n))
		}
	}
}
