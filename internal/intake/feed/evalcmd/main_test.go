package main

import (
	"os"
	"testing"

	"soi/internal/intake/feed"
)

// TestFigures keeps the scorer as good as it was measured when it was built
// in: ranking on ClaimBuster's held-out fifth, and how many of the sentences
// marked as opinion would be suggested, over the five languages together.
func TestFigures(t *testing.T) {
	t.Setenv("SOI_DATA", dataFolder())
	rows, err := claimbuster(true)
	if err != nil {
		t.Skipf("evaluation data is not here (SOI_DATA): %v", err)
	}
	s, err := feed.NewScorer()
	if err != nil {
		t.Fatal(err)
	}
	points := make([]float64, len(rows))
	for i, r := range rows {
		points[i] = float64(s.Score(r.text).Points)
	}
	if ap := averagePrecision(rows, points); ap < 0.66 {
		t.Errorf("ClaimBuster AP %.3f", ap)
	}
	opinions, passed := 0, 0
	for _, l := range subjective {
		rows, err := subjectivity(l, "dev")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if r.yes {
				opinions++
				if s.Score(r.text).Fit() {
					passed++
				}
			}
		}
	}
	t.Logf("%d of %d opinions would be suggested", passed, opinions)
	if passed*20 > opinions {
		t.Errorf("%d of %d opinions would be suggested: more than one in twenty", passed, opinions)
	}
}

// dataFolder is the evaluation data as seen from this folder.
func dataFolder() string {
	if d := os.Getenv("SOI_DATA"); d != "" {
		return d
	}
	return "../../../../../shared/data"
}
