package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"

	"soi/internal/embed"
	"soi/internal/match"
)

// madeUp is an encoder for measuring speed and memory without a model: the direction of a
// text is the mean of directions drawn for its words, rarer-looking (longer) words counting
// more, and a part that all share. It knows nothing of meaning; that texts of shared words
// are near each other gives it the crowding that a model's directions have.
type madeUp struct{ words sync.Map }

// A made-up direction has madeUpWidth numbers, but a word's is the sum of madeUpDepth of madeUpSteps
// axes: the directions of models fill few of the dimensions that they have.
const (
	madeUpWidth = 384
	madeUpDepth = 6
	madeUpSteps = 96
)

// Name implements embed.Encoder.
func (e *madeUp) Name() string { return "made-up" }

// Local implements embed.Encoder.
func (e *madeUp) Local() bool { return true }

// Encode implements embed.Encoder.
func (e *madeUp) Encode(ctx context.Context, _ embed.Side, texts []string) ([][]float32, error) {
	out := make([][]float32, len(texts))
	for i, t := range texts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		v := make([]float32, madeUpWidth)
		for _, w := range strings.Fields(strings.ToLower(t)) {
			share := float32(min(len(w), 12))
			for k, x := range e.word(w) {
				v[k] += share * x
			}
		}
		n := 0.0
		for _, x := range v {
			n += float64(x) * float64(x)
		}
		for k := range v {
			v[k] = v[k]/float32(math.Sqrt(max(n, 1e-9))) + 0.5/float32(math.Sqrt(madeUpWidth))
		}
		out[i] = v
	}
	return out, nil
}

func (e *madeUp) word(w string) []float32 {
	if v, ok := e.words.Load(w); ok {
		if row, ok := v.([]float32); ok {
			return row
		}
	}
	r := rand.New(rand.NewPCG(uint64(match.StemHash(w)), 5))
	row := make([]float32, madeUpWidth)
	for range madeUpDepth {
		x, at := float32(r.NormFloat64()), uint64(r.IntN(madeUpSteps))
		axis := rand.New(rand.NewPCG(at, 6))
		for k := range row {
			row[k] += x * float32(axis.NormFloat64())
		}
	}
	e.words.Store(w, row)
	return row
}

// nearestFound is the share of the ten documents nearest in meaning to some messages that a
// search finds, compared with looking at every document.
func nearestFound(m *match.Matcher, asks []string) (float64, error) {
	found, all := 0, 0
	for i := 0; i < len(asks); i += max(1, len(asks)/100) {
		quick, whole, err := m.NearestInMeaning(context.Background(), asks[i], 10)
		if err != nil {
			return 0, err
		}
		if len(whole) == 0 {
			return 0, fmt.Errorf("nothing is near to message %d", i)
		}
		least := whole[len(whole)-1].Score
		for _, h := range quick {
			if h.Score >= least {
				found++
			}
		}
		all += len(whole)
	}
	return float64(found) / float64(all), nil
}
