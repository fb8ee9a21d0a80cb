package main

import (
	"fmt"
	"os"
	"encoding/gob"
	"slices"
	"maps"

	"soi/internal/match"
)

// crossParts is in how many parts the questions for training are cut.
const crossParts = 3

// crossValidate ranks each part of the questions with rankers that learned from the
// other parts, and prints MAP@5 of every set over all questions asked: what a change of features, of vectors or of the
// rankers is worth, with dev splits left alone.
func crossValidate(groups []group, asked map[string]int) {
	if f, err := os.Create(os.Getenv("SOI_GROUPS")); err == nil {
		e := gob.NewEncoder(f)
		var xs []exported
		for _, g := range groups { xs = append(xs, exported{g.rows, g.right, g.w, g.set}) }
		fmt.Println(e.Encode(asked), e.Encode(xs))
		f.Close()
	}
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
		fmt.Printf("%-40s %5d %.4f\n", s, asked[s], sums[s]/float64(asked[s]))
	}
}

type exported struct { Rows [][]float32; Right []bool; W float64; Set string }
