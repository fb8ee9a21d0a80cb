package match

import (
	"math/rand/v2"
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
