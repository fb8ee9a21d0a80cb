package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"

	"soi/internal/match"
	"soi/internal/text"
)

const dim = len(match.WordWeights{}.Vec)

// couple is two texts that say the same thing: a title and its claim, a message
// and the claim that answers it.
type couple struct{ a, b []int32 }

// vocabulary numbers the stems worth learning and knows how common each is.
type vocabulary struct {
	ids   map[string]int32
	stems []string
	rare  []float64
}

// stemsOf cuts a text into distinct stems.
func stemsOf(s string) []string {
	var out []string
	seen := map[string]bool{}
	sc := text.NewScanner(text.Unwrap(s).Body)
	sc.Vietnamese = text.Language(s) == "vi"
	for sc.Next() {
		if st := text.Stem(string(sc.Bytes())); !seen[st] {
			seen[st] = true
			out = append(out, st)
		}
	}
	return out
}

// buildVocabulary keeps the stems that at least least texts of a collection hold,
// the commonest first up to most of each. Collections are kept apart, so that a word common in a
// small language is not rare because another language has more texts.
func buildVocabulary(collections [][]string, least int, most []int) *vocabulary {
	share := map[string]float64{}
	for k, texts := range collections {
		df := map[string]int{}
		for _, t := range texts {
			for _, s := range stemsOf(t) {
				df[s]++
			}
		}
		var stems []string
		for s, n := range df {
			if n >= least {
				stems = append(stems, s)
			}
		}
		fmt.Printf("  collection %d: %d texts, %d stems\n", k, len(texts), len(stems))
		sortBy(stems, func(s string) (int, string) { return -df[s], s })
		for _, s := range stems[:min(most[k], len(stems))] {
			share[s] = max(share[s], float64(df[s])/float64(len(texts)))
		}
	}
	v := &vocabulary{ids: map[string]int32{}}
	for s := range share {
		v.stems = append(v.stems, s)
	}
	sortBy(v.stems, func(s string) (float64, string) { return -share[s], s })
	for i, s := range v.stems {
		v.ids[s] = int32(i)
		v.rare = append(v.rare, -math.Log(share[s]))
	}
	return v
}

func (v *vocabulary) encode(s string) []int32 {
	var out []int32
	for _, st := range stemsOf(s) {
		if id, ok := v.ids[st]; ok {
			out = append(out, id)
		}
	}
	return out
}

// encoder learns a vector for each stem, so that the sum of a text's vectors
// points where the sum of its other half points (contrastive loss within batches,
// both ways).
type encoder struct {
	vec  []float32
	grad []float32 // sum of squares a row, for Adagrad
	temp float32
	rate float32
	drop float64
}

func newEncoder(v *vocabulary, seed uint64) *encoder {
	r := rand.New(rand.NewPCG(seed, 1))
	e := &encoder{vec: make([]float32, len(v.stems)*dim), grad: make([]float32, len(v.stems)), temp: 0.06, rate: 0.25, drop: 0.15}
	for i := range v.stems {
		scale := float32(v.rare[i]) / 6 / float32(math.Sqrt(float64(dim)))
		for j := range dim {
			e.vec[i*dim+j] = float32(r.NormFloat64()) * scale
		}
	}
	return e
}

// common is the share of texts above which a word's vector begins shorter, as in
// smooth inverse frequency.
const common = 0.001

// begin gives the stems that pretrained vectors know those for a start.
func (e *encoder) begin(v *vocabulary, p *pretrained) {
	n := 0
	for i, s := range v.stems {
		x, ok := p.vec[s]
		if !ok {
			continue
		}
		n++
		row := e.vec[i*dim : (i+1)*dim]
		clear(row)
		axpy(row, x, float32(common/(common+math.Exp(-v.rare[i]))))
	}
	fmt.Printf("  %d of %d stems begin with pretrained vectors\n", n, len(v.stems))
}

type batchSide struct {
	words [][]int32
	unit  [][]float32 // normalised sums
	norm  []float32
	grad  [][]float32
}

// train runs over the couples epochs times in batches.
func (e *encoder) train(cs []couple, epochs, batch int, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 2))
	base := e.rate
	for ep := range epochs {
		e.rate = base * float32(1-0.8*float64(ep)/float64(epochs))
		r.Shuffle(len(cs), func(i, j int) { cs[i], cs[j] = cs[j], cs[i] })
		loss, n := 0.0, 0
		for at := 0; at+batch <= len(cs); at += batch {
			loss += e.step(cs[at:at+batch], r)
			n++
		}
		fmt.Printf("  encoder epoch %d loss %.4f\n", ep+1, loss/float64(max(1, n)))
	}
}

func (e *encoder) step(cs []couple, r *rand.Rand) float64 {
	a, b := e.side(cs, r, true), e.side(cs, r, false)
	n := len(cs)
	prob := make([]float32, n*n)
	loss := parallelSum(n, func(i int) float64 {
		row := prob[i*n : (i+1)*n]
		most := float32(-1e9)
		for j := range row {
			row[j] = dot(a.unit[i], b.unit[j]) / e.temp
			most = max(most, row[j])
		}
		sum := float32(0)
		for j := range row {
			row[j] = float32(math.Exp(float64(row[j] - most)))
			sum += row[j]
		}
		for j := range row {
			row[j] /= sum
		}
		l := -math.Log(float64(max(row[i], 1e-12)))
		row[i] -= 1
		for j, p := range row {
			axpy(a.grad[i], b.unit[j], p/e.temp)
		}
		return l
	})
	parallelSum(n, func(j int) float64 {
		for i := range n {
			axpy(b.grad[j], a.unit[i], prob[i*n+j]/e.temp)
		}
		return 0
	})
	e.apply(a, n)
	e.apply(b, n)
	return loss / float64(n)
}

func (e *encoder) side(cs []couple, r *rand.Rand, first bool) *batchSide {
	s := &batchSide{}
	for _, c := range cs {
		w := c.b
		if first {
			w = c.a
		}
		kept := make([]int32, 0, len(w))
		for _, x := range w {
			if r.Float64() >= e.drop {
				kept = append(kept, x)
			}
		}
		u := make([]float32, dim)
		for _, x := range kept {
			axpy(u, e.vec[int(x)*dim:int(x+1)*dim], 1)
		}
		n := float32(math.Sqrt(float64(dot(u, u)))) + 1e-6
		for i := range u {
			u[i] /= n
		}
		s.words, s.unit, s.norm = append(s.words, kept), append(s.unit, u), append(s.norm, n)
		s.grad = append(s.grad, make([]float32, dim))
	}
	return s
}

// apply pushes the gradients of one side down to the words.
func (e *encoder) apply(s *batchSide, n int) {
	for i, words := range s.words {
		g, u := s.grad[i], s.unit[i]
		along := dot(g, u)
		for k := range g {
			g[k] = (g[k] - along*u[k]) / s.norm[i] / float32(n)
		}
		sq := dot(g, g) / float32(dim)
		for _, w := range words {
			e.grad[w] += sq
			axpy(e.vec[int(w)*dim:int(w+1)*dim], g, -e.rate/(float32(math.Sqrt(float64(e.grad[w])))+1e-8)/float32(math.Sqrt(float64(dim))))
		}
	}
}

func dot(a, b []float32) float32 {
	var s0, s1, s2, s3 float32
	b = b[:len(a)]
	for i := 0; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	return s0 + s1 + s2 + s3
}

func axpy(dst, x []float32, k float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] += k * x[i]
	}
}

// parallelSum calls fn for 0..n-1 on two goroutines and adds up.
func parallelSum(n int, fn func(int) float64) float64 {
	var sums [2]float64
	var wg sync.WaitGroup
	for g := range sums {
		wg.Go(func() {
			for i := g * n / len(sums); i < (g+1)*n/len(sums); i++ {
				sums[g] += fn(i)
			}
		})
	}
	wg.Wait()
	return sums[0] + sums[1]
}
