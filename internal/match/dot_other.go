//go:build !amd64

package match

// dot is the inner product of two packed vectors.
func dot(a, b *vector) int32 { return dotPlain(a[:], b[:]) }
