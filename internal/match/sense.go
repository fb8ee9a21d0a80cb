package match

import (
	"math"
	"strings"
)

// senseDim is the width of the learned word vectors.
const senseDim = 96

// sense holds what was learned about single words: a vector each, so that words
// used for the same things point the same way, and how common the word is in
// general. Words are known by a hash of their stem; the words themselves are
// not kept.
type sense struct {
	rows map[uint32]uint32
	vec  []vector
	unit []float32 // what one step of a row's int8 is worth
	rare []uint8   // background rarity, 16 × ln(1/share of texts that hold the word)
	inv  []float32 // one over the length of a row's int8
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
	row := s.rows[StemHash(stem)]
	if row == 0 && strings.HasSuffix(stem, "uu") { // the weights in use learned "cứu" and "hưu" as "cu" and "hu"
		row = s.rows[StemHash(stem[:len(stem)-1])]
	}
	return row
}

// pull is the length of a row's vector, 0 without one. Training makes words long
// that tell texts apart.
func (s *sense) pull(row uint32) float32 {
	if s == nil || row == 0 {
		return 0
	}
	var n int32
	for _, v := range &s.vec[row] {
		n += int32(v) * int32(v)
	}
	return float32(math.Sqrt(float64(n))) * s.unit[row]
}

// sum adds one row to a running direction.
func (s *sense) sum(acc *[senseDim]float32, row uint32) {
	u := s.unit[row]
	for i, v := range &s.vec[row] {
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

// inverseLengths is one over the length of every row, for cosines of words.
func (s *sense) inverseLengths() []float32 {
	out := make([]float32, len(s.unit))
	for r := 1; r < len(out); r++ {
		out[r] = s.vec[r].inverse()
	}
	return out
}

// dotPlain is the inner product of two runs of the same length.
func dotPlain(a, b []int8) int32 {
	var sum int32
	for i, x := range a {
		sum += int32(x) * int32(b[i])
	}
	return sum
}

// dotsPlain is dots without the help of the processor.
func dotsPlain(q *vector, of []vector, at []uint32, out []int32) {
	for i, p := range at {
		out[i] = dotPlain(q[:], of[p][:])
	}
}

// inverse is one over the length of a packed vector, 0 for an empty one.
func (v *vector) inverse() float32 {
	if v.empty() {
		return 0
	}
	return float32(1 / math.Sqrt(float64(dot(v, v))))
}

// empty reports a vector of no known word.
func (v *vector) empty() bool { return *v == vector{} }
