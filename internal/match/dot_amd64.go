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
