// Package index answers one question: which documents hold these words, best
// first?
//
// It owns lists of documents per term, BM25 impacts, and a search whose cost is
// bounded whatever the size of the archive. It does not own words (a term is a
// number that the caller hands out), claims, or what makes two texts the same
// (internal/match). An Index is not safe for concurrent changes: the caller
// holds a lock; any number of searches may run together between changes.
//
// Start reading at Index, then Search in search.go.
package index

import (
	"math"
	"math/bits"
)

// BM25 constants: the values of the floor measurement in the evaluation data,
// which are also the usual ones for short documents.
const (
	k1 = 1.2
	b  = 0.5
)

// Index is an inverted index over numbered terms. The zero value is empty and
// ready.
//
// Documents that came many at a time lie in one packed segment that is only
// read; those added one by one lie in lists that grow, until Merge packs them
// too. A term's documents are those of the segment, then those of its list: both
// in document order, the list's numbers above the segment's.
type Index struct {
	base   segment
	more   map[uint32][]uint32 // term → postings of documents that are not in base
	packed int                 // documents in base: those with lower numbers
	dead   []uint64            // one bit a document
	lens   []uint8             // length bucket of each document
	live   int
	length uint64 // sum of lengths of live documents, terms
}

// A posting is a document number in the upper 24 bits and an impact byte in the
// lower 8. One Index can hand out 16 million numbers.
//
//	31            8 7     5 4     0
//	| document     | tf-1  | length bucket |
func posting(doc uint32, n int, bucket uint8) uint32 {
	return doc<<8 | uint32(min(n, 8)-1)<<5 | uint32(bucket)
}

// Freq is one term of a document and how often it stands there.
type Freq struct {
	Term uint32 // the caller's number for the term
	N    int    // occurrences, at least 1
}

// Len is the number of live documents.
func (x *Index) Len() int { return x.live }

// Docs is the number of document numbers handed out, live or not.
func (x *Index) Docs() int { return len(x.lens) }

// DocFreq is the number of postings of a term, removed documents included.
func (x *Index) DocFreq(term uint32) int {
	return len(x.base.list(term)) + len(x.more[term])
}

// Add appends a document and returns its number. Length is its length in terms
// for BM25; terms must not repeat in freqs.
func (x *Index) Add(freqs []Freq, length int) uint32 {
	doc, bucket := x.number(length)
	if x.more == nil {
		x.more = map[uint32][]uint32{}
	}
	for _, f := range freqs {
		x.more[f.Term] = append(x.more[f.Term], posting(doc, f.N, bucket))
	}
	return doc
}

// number hands out the next document number.
func (x *Index) number(length int) (doc uint32, bucket uint8) {
	doc, bucket = uint32(len(x.lens)), lengthBucket(length)
	x.lens = append(x.lens, bucket)
	if int(doc)>>6 >= len(x.dead) {
		x.dead = append(x.dead, 0)
	}
	x.live++
	x.length += wholeLength(bucket)
	return doc, bucket
}

// Remove takes a document out of every later answer. Its postings stay until
// the caller builds a new index.
func (x *Index) Remove(doc uint32) {
	if int(doc) >= len(x.lens) || x.Dead(doc) {
		return
	}
	x.dead[doc>>6] |= 1 << (doc & 63)
	x.live--
	x.length -= wholeLength(x.lens[doc])
}

// Dead reports whether a document was removed.
func (x *Index) Dead(doc uint32) bool { return x.dead[doc>>6]>>(doc&63)&1 == 1 }

// lengthBucket puts lengths on a scale of third octaves, 0 to 31.
func lengthBucket(n int) uint8 {
	if n < 1 {
		n = 1
	}
	if n < 1<<16 && bits.OnesCount(uint(n)) == 1 {
		return uint8(min(31, 3*(bits.Len(uint(n))-1)))
	}
	return uint8(min(31, int(math.Round(3*math.Log2(float64(n))))))
}

func bucketLength(b uint8) float64 { return math.Exp2(float64(b) / 3) }

// wholeLength is the length that a document adds to the sum and takes back from it
// when it is removed.
func wholeLength(bucket uint8) uint64 { return uint64(math.Round(bucketLength(bucket))) }

// saturation gives the BM25 weight of each impact byte, without idf, for the
// present average length.
func (x *Index) saturation() *[256]float32 {
	var t [256]float32
	avg := 1.0
	if x.live > 0 {
		avg = max(1, float64(x.length)/float64(x.live))
	}
	for i := range t {
		tf := float64(i>>5) + 1
		norm := k1 * (1 - b + b*bucketLength(uint8(i&31))/avg)
		t[i] = float32(tf * (k1 + 1) / (tf + norm))
	}
	return &t
}

// Loose is how many documents lie in lists of their own and not in the packed
// segment.
func (x *Index) Loose() int { return len(x.lens) - x.packed }
