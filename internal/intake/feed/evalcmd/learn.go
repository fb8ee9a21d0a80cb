package main

import (
	"encoding/json"
	"math"
	"os"

	"soi/internal/intake/feed"
)

// Settings of the regression. The penalty keeps weights of rare features small.
const (
	rounds  = 800
	rate    = 0.5
	penalty = 2e-4
)

// sample is a sentence as numbers with its weight: every set counts the same
// whatever its size, and within a set both answers count the same.
type sample struct {
	x []float64
	y float64
	w float64
}

// weights is the form of weights.json.
type weights struct {
	Worth   map[string]float64 `json:"worth"`
	Opinion map[string]float64 `json:"opinion"`
	Base    [2]float64         `json:"base"`
}

// learn fits both sets of weights on the train splits.
func learn(path string) error {
	var worth, opinion []sample
	add := func(to *[]sample, rows []labelled, err error) error {
		*to = append(*to, balance(rows)...)
		return err
	}
	rows, err := claimbuster(false)
	// Debates are nearer to a newspaper's sentence than tweets are.
	for range 3 {
		if err := add(&worth, rows, err); err != nil {
			return err
		}
	}
	for _, t := range tongues {
		rows, err := tweets(t, "1A_checkworthy", "train")
		if err := add(&worth, rows, err); err != nil {
			return err
		}
	}
	for _, l := range subjective {
		rows, err := subjectivity(l, "train")
		if err := add(&opinion, rows, err); err != nil {
			return err
		}
	}
	var w weights
	w.Worth, w.Base[0] = fit(worth)
	w.Opinion, w.Base[1] = fit(opinion)
	b, err := json.MarshalIndent(w, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

// balance turns rows into samples whose weights sum to one.
func balance(rows []labelled) []sample {
	yes := 0
	for _, r := range rows {
		if r.yes {
			yes++
		}
	}
	var out []sample
	for _, r := range rows {
		s := sample{x: feed.Features(r.text), w: 0.5 / float64(max(1, len(rows)-yes))}
		if r.yes {
			s.y, s.w = 1, 0.5/float64(max(1, yes))
		}
		out = append(out, s)
	}
	return out
}

// fit is logistic regression by gradient descent over all samples.
func fit(samples []sample) (map[string]float64, float64) {
	names := feed.FeatureNames()
	w, total, base := make([]float64, len(names)), 0.0, 0.0
	for _, s := range samples {
		total += s.w
	}
	for range rounds {
		grad, gradBase := make([]float64, len(w)), 0.0
		for _, s := range samples {
			z := base
			for i, x := range s.x {
				z += w[i] * x
			}
			d := (1/(1+math.Exp(-z)) - s.y) * s.w / total
			gradBase += d
			for i, x := range s.x {
				grad[i] += d * x
			}
		}
		base -= 4 * rate * gradBase
		for i := range w {
			w[i] -= 4 * rate * (grad[i] + penalty*w[i])
		}
	}
	out := map[string]float64{}
	for i, n := range names {
		out[n] = math.Round(w[i]*1000) / 1000
	}
	return out, math.Round(base*1000) / 1000
}
