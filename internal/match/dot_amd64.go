package match

import "golang.org/x/sys/cpu"

// dotRows sets out[i] to the inner product of the 96 bytes at q with the 96 at
// base + 96 × at[i], for n numbers, n at least 1. It needs AVX2.
//
//go:noescape
func dotRows(q, base *int8, at *uint32, n int, out *int32)

// dotRows is written for vectors of this width.
var _ = [1]struct{}{}[senseDim-96]

// dotLong is the inner product of n bytes at a and at b, n a multiple of 32 and at least 32. It
// needs AVX2.
//
//go:noescape
func dotLong(a, b *int8, n int) int32

// product is the inner product of two runs of the same length.
func product(a, b []int8) int32 {
	n := len(a) &^ 31
	if n == 0 || !cpu.X86.HasAVX2 {
		return dotPlain(a, b)
	}
	return dotLong(&a[0], &b[:n][0], n) + dotPlain(a[n:], b[n:])
}

// bitsRows sets out[i] to how many bits the words at q and at rows + 8 × words × i differ in, for n
// rows; words is even and at least 2, n at least 1. It needs POPCNT.
//
//go:noescape
func bitsRows(q, rows *uint64, words, n int, out *uint16)

// bitsOf sets out[i] to how many bits row i of rows, each as long as q, differs in from q.
func bitsOf(q, rows []uint64, out []uint16) {
	switch {
	case len(out) == 0 || len(q) == 0:
	case cpu.X86.HasPOPCNT:
		bitsRows(&q[0], &rows[:len(q)*len(out)][0], len(q), len(out), &out[0])
	default:
		bitsPlain(q, rows, out)
	}
}

// dot is the inner product of two packed vectors, with AVX2 where the processor has it. Both
// ways give the same number.
func dot(a, b *vector) int32 {
	if !cpu.X86.HasAVX2 {
		return dotPlain(a[:], b[:])
	}
	var at uint32 // the row at base itself
	var out int32
	dotRows(&a[0], &b[0], &at, 1, &out)
	return out
}

// dots sets out[i] to the inner product of q with the vector at[i] of many. out is at least as
// long as at.
func dots(q *vector, of []vector, at []uint32, out []int32) {
	switch {
	case len(at) == 0:
	case cpu.X86.HasAVX2:
		dotRows(&q[0], &of[0][0], &at[0], len(at), &out[:len(at)][0])
	default:
		dotsPlain(q, of, at, out)
	}
}
