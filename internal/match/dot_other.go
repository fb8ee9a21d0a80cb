//go:build !amd64

package match

// dot is the inner product of two packed vectors.
func dot(a, b *vector) int32 { return dotPlain(a[:], b[:]) }

// dots sets out[i] to the inner product of q with the vector that stands at[i] vectors after
// base; out is as long as at.
func dots(q *vector, base *int8, at []uint32, out []int32) { dotsPlain(q, base, at, out) }
