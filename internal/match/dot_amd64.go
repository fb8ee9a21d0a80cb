package match

import "golang.org/x/sys/cpu"

// dotBlocks is the inner product of 16 × blocks bytes, blocks at least 1. It needs AVX2.
//
//go:noescape
func dotBlocks(a, b *int8, blocks int) int32

// dot is the inner product of two packed vectors: 16 numbers at a time where the
// processor can, the rest and elsewhere one by one. Both give the same number.
func dot(a, b *vector) int32 {
	if !cpu.X86.HasAVX2 {
		return dotPlain(a[:], b[:])
	}
	const whole = senseDim / 16
	return dotBlocks(&a[0], &b[0], whole) + dotPlain(a[16*whole:], b[16*whole:])
}

// dotRows sets out[i] to the inner product of the 96 bytes at q with the 96 at
// base + 96 × at[i], for n numbers, n at least 1. It needs AVX2.
//
//go:noescape
func dotRows(q, base *int8, at *uint32, n int, out *int32)

// dotRows is written for vectors of this width.
var _ = [1]struct{}{}[senseDim-96]

// dots sets out[i] to the inner product of q with the vector that stands at[i] vectors after
// base; out is as long as at.
func dots(q *vector, base *int8, at []uint32, out []int32) {
	if len(at) == 0 {
		return
	}
	if !cpu.X86.HasAVX2 {
		dotsPlain(q, base, at, out)
		return
	}
	dotRows(&q[0], base, &at[0], len(at), &out[:len(at)][0])
}
