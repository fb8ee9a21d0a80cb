package match

import (
	"hash/fnv"
	"math"
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
	h := fnv.New32a()
	h.Write([]byte(stem))
	return h.Sum32()
}

// row finds a stem's weights; 0 means none (row 0 is never used).
func (s *sense) row(stem string) uint32 {
	if s == nil {
		return 0
	}
	return s.rows[StemHash(stem)]
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

// cosine of two packed vectors, 0 when one is empty.
func cosine(a, b *vector) float32 {
	var dot, na, nb int32
	for i := range a {
		x, y := int32(a[i]), int32(b[i])
		dot += x * y
		na += x * x
		nb += y * y
	}
	if na == 0 || nb == 0 {
		return 0
	}
	return float32(float64(dot) / math.Sqrt(float64(na)*float64(nb)))
}
