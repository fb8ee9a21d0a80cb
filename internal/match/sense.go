package match

import (
	"math"
	"math/bits"

	"soi/internal/index"
)

// senseDim is the width of the learned word vectors.
const senseDim = 64

// sense holds what was learned about single words: a vector each, so that words
// used for the same things point the same way, and how common the word is in
// general. Words are known by a hash of their stem; the words themselves are
// not kept.
type sense struct {
	rows map[uint32]uint32
	vec  []int8    // senseDim a row
	unit []float32 // what one step of a row's int8 is worth
	rare []uint8   // background rarity, 16 × ln(1/share of texts that hold the word)
}

// vector is a text's direction; all zero when no word is known.
type vector [senseDim]int8

// StemHash is the key under which a stem's weights are stored: 32-bit FNV-1a.
func StemHash(stem string) uint32 {
	h := uint32(2166136261)
	for i := 0; i < len(stem); i++ {
		h = (h ^ uint32(stem[i])) * 16777619
	}
	return h
}

// row finds a stem's weights; 0 means none (row 0 is never used).
func (s *sense) row(stem string) uint32 {
	if s == nil {
		return 0
	}
	return s.rows[StemHash(stem)]
}

// pull is the length of a row's vector, 0 without one. Training makes words long
// that tell texts apart.
func (s *sense) pull(row uint32) float32 {
	if s == nil || row == 0 {
		return 0
	}
	var n int32
	for _, v := range s.vec[int(row)*senseDim : int(row+1)*senseDim] {
		n += int32(v) * int32(v)
	}
	return float32(math.Sqrt(float64(n))) * s.unit[row]
}

// sum adds one row to a running direction.
func (s *sense) sum(acc *[senseDim]float32, row uint32) {
	u := s.unit[row]
	for i, v := range s.vec[int(row)*senseDim : int(row+1)*senseDim] {
		acc[i] += float32(v) * u
	}
}

// pack turns a running direction into a unit vector of int8 (127 = 1).
func pack(acc *[senseDim]float32) (v vector) {
	var n float64
	for _, x := range acc {
		n += float64(x) * float64(x)
	}
	if n == 0 {
		return v
	}
	n = 1 / math.Sqrt(n)
	var most float64
	for _, x := range acc {
		most = max(most, math.Abs(float64(x))*n)
	}
	for i, x := range acc {
		v[i] = int8(math.Round(float64(x) * n / most * 127))
	}
	return v
}

// dot is the inner product of two packed vectors.
func dot(a, b *vector) int32 {
	var s0, s1, s2, s3 int32
	for i := 0; i < senseDim; i += 4 {
		s0 += int32(a[i]) * int32(b[i])
		s1 += int32(a[i+1]) * int32(b[i+1])
		s2 += int32(a[i+2]) * int32(b[i+2])
		s3 += int32(a[i+3]) * int32(b[i+3])
	}
	return s0 + s1 + s2 + s3
}

// inverse is one over the length of a packed vector, 0 for an empty one.
func (v *vector) inverse() float32 {
	if v.empty() {
		return 0
	}
	return float32(1 / math.Sqrt(float64(dot(v, v))))
}

// sketch is the signs of a vector, one bit each: texts of one direction differ in
// few bits.
func (v *vector) sketch() (s uint64) {
	for i, x := range v {
		if x > 0 {
			s |= 1 << i
		}
	}
	return s
}

// empty reports a vector of no known word.
func (v *vector) empty() bool { return *v == vector{} }

// How many documents pass the comparison of sketches, and how many of those are
// ranked, see Matcher.alongside.
const (
	sketched  = 2048
	alongside = 80
)

// alongside finds documents that point the way the question does, whatever their
// words: sketches of all are compared, then the vectors of the nearest.
func (m *Matcher) alongside(v *vector, keep func(doc uint32) bool) []uint32 {
	if m.model == nil || v.empty() {
		return nil
	}
	q := v.sketch()
	var hist [senseDim + 1]int
	step := 1 + len(m.sketches)/65536 // a sample is enough to place the limit
	for i := 0; i < len(m.sketches); i += step {
		hist[bits.OnesCount64(m.sketches[i]^q)]++
	}
	limit, sum := 0, hist[0]
	for limit < senseDim/2-4 && (sum+hist[limit+1])*step <= sketched {
		limit++
		sum += hist[limit]
	}
	near := make([]index.Hit, 0, (sum+1)*step*5/4)
	for d, s := range m.sketches {
		if bits.OnesCount64(s^q) <= limit && m.docs[d].id != "" && (keep == nil || keep(uint32(d))) {
			near = append(near, index.Hit{Doc: uint32(d), Score: float32(dot(v, &m.vecs[d])) * m.norms[d]})
		}
	}
	near = nearest(near, alongside)
	out := make([]uint32, 0, len(near))
	for _, h := range near {
		out = append(out, h.Doc)
	}
	return out
}

// nearest leaves about n hits of the highest scores, in no order: those above a
// limit found by halving.
func nearest(hits []index.Hit, n int) []index.Hit {
	if len(hits) <= n {
		return hits
	}
	lo, hi := hits[0].Score, hits[0].Score
	for _, h := range hits {
		lo, hi = min(lo, h.Score), max(hi, h.Score)
	}
	for range 12 {
		mid := (lo + hi) / 2
		count := 0
		for _, h := range hits {
			if h.Score >= mid {
				count++
			}
		}
		if count > n {
			lo = mid
		} else {
			hi = mid
		}
	}
	kept := hits[:0]
	for _, h := range hits {
		if h.Score >= hi {
			kept = append(kept, h)
		}
	}
	return kept
}
