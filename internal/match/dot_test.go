package match

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestDotIsPlain: the fast inner product is the plain one, at the ends of the range too.
func TestDotIsPlain(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := range 1000 {
		var a, b vector
		for i := range a {
			switch n {
			case 0:
				a[i], b[i] = -128, -128
			case 1:
				a[i], b[i] = 127, -128
			default:
				a[i], b[i] = int8(r.IntN(256)-128), int8(r.IntN(256)-128)
			}
		}
		if got, want := dot(&a, &b), dotPlain(a[:], b[:]); got != want {
			t.Fatalf("%d, want %d", got, want)
		}
	}
}

// TestDotsArePlain: many products at once are those of one at a time, in any order of rows.
func TestDotsArePlain(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	rows := make([]vector, 300)
	for i := range rows {
		for j := range rows[i] {
			rows[i][j] = int8(r.IntN(256) - 128)
		}
	}
	for _, n := range []int{0, 1, 7, 8, 9, 100, 300} {
		at, got, want := make([]uint32, n), make([]int32, n), make([]int32, n)
		for i := range at {
			at[i] = uint32(r.IntN(len(rows)))
		}
		q := rows[n/2]
		dots(&q, rows, at, got)
		dotsPlain(&q, rows, at, want)
		if !slices.Equal(got, want) {
			t.Fatalf("%d rows: %v, want %v", n, got, want)
		}
	}
}

// TestWithinIsPlain: looking at eight distances at a time finds what looking at each finds.
func TestWithinIsPlain(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for n := range 200 {
		far := make([]uint8, n)
		for i := range far {
			far[i] = uint8(r.IntN(senseDim + 1))
		}
		for _, limit := range []int{0, 1, 30, senseDim/2 - 4} {
			var want []uint32
			for i, d := range far {
				if int(d) <= limit {
					want = append(want, 1000+uint32(i))
				}
			}
			if got := within(nil, far, limit, 1000); !slices.Equal(got, want) {
				t.Fatalf("%v within %d: %v, want %v", far, limit, got, want)
			}
		}
	}
}

func BenchmarkDot(b *testing.B) {
	var v, w vector
	for i := range v {
		v[i], w[i] = int8(i), int8(3*i)
	}
	for b.Loop() {
		dot(&v, &w)
	}
}

func BenchmarkDotPlain(b *testing.B) {
	var v, w vector
	for i := range v {
		v[i], w[i] = int8(i), int8(3*i)
	}
	for b.Loop() {
		dotPlain(v[:], w[:])
	}
}

// TestProductIsPlain: the fast product of any length is the plain one.
func TestProductIsPlain(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, n := range []int{0, 1, 31, 32, 33, 64, 100, 384, 512, 1000, 4096} {
		a, b := make([]int8, n), make([]int8, n)
		for i := range a {
			a[i], b[i] = int8(r.IntN(256)-128), int8(r.IntN(256)-128)
		}
		if got, want := product(a, b), dotPlain(a, b); got != want {
			t.Errorf("%d numbers: %d, want %d", n, got, want)
		}
	}
}

// TestBitsArePlain: the fast count of different bits is the plain one.
func TestBitsArePlain(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for _, words := range []int{2, 4, 6, 64} {
		for _, n := range []int{0, 1, 2, 100} {
			q, rows := make([]uint64, words), make([]uint64, words*n)
			for i := range q {
				q[i] = r.Uint64()
			}
			for i := range rows {
				rows[i] = r.Uint64()
			}
			got, want := make([]uint16, n), make([]uint16, n)
			bitsOf(q, rows, got)
			bitsPlain(q, rows, want)
			if !slices.Equal(got, want) {
				t.Errorf("%d rows of %d words: %v, want %v", n, words, got, want)
			}
		}
	}
}
