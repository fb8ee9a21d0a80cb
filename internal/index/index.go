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

// MaxDocs is how many document numbers an Index can hand out before Compact:
// a posting keeps 24 bits for the document.
const MaxDocs = 1 << 24

// Index is an inverted index over numbered terms. The zero value is empty and
// ready.
type Index struct {
	lists  []list
	dead   []uint64 // one bit a document
	lens   []uint8  // length bucket of each document
	live   int
	length uint64 // sum of lengths of live documents, terms
}

// list holds the postings of one term in document order: document number in the
// upper 24 bits, impact byte in the lower 8.
//
//	31            8 7     5 4     0
//	| document     | tf-1  | length bucket |
type list struct {
	post []uint32
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
	if int(term) >= len(x.lists) {
		return 0
	}
	return len(x.lists[term].post)
}

// Add appends a document and returns its number. Length is its length in terms
// for BM25; terms must not repeat in freqs.
func (x *Index) Add(freqs []Freq, length int) uint32 {
	doc := uint32(len(x.lens))
	bucket := lengthBucket(length)
	x.lens = append(x.lens, bucket)
	if int(doc)>>6 >= len(x.dead) {
		x.dead = append(x.dead, 0)
	}
	x.live++
	x.length += wholeLength(bucket)
	for _, f := range freqs {
		x.grow(f.Term)
		l := &x.lists[f.Term]
		l.post = append(l.post, doc<<8|uint32(min(f.N, 8)-1)<<5|uint32(bucket))
	}
	return doc
}

func (x *Index) grow(term uint32) {
	if int(term) < len(x.lists) {
		return
	}
	if int(term) < cap(x.lists) {
		x.lists = x.lists[:term+1]
		return
	}
	bigger := make([]list, term+1, (int(term)+1)*3/2+64)
	copy(bigger, x.lists)
	x.lists = bigger
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
