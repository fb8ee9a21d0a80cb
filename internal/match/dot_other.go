//go:build !amd64

package match

// product is the inner product of two runs of the same length.
func product(a, b []int8) int32 { return dotPlain(a, b) }

// bitsOf sets out[i] to how many bits row i of rows, each as long as q, differs in from q.
func bitsOf(q, rows []uint64, out []uint16) { bitsPlain(q, rows, out) }

// dot is the inner product of two packed vectors.
func dot(a, b *vector) int32 { return dotPlain(a[:], b[:]) }

// dots sets out[i] to the inner product of q with the vector at[i] of many. out is at least as
// long as at.
func dots(q *vector, of []vector, at []uint32, out []int32) { dotsPlain(q, of, at, out) }
