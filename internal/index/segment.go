package index

import (
	"math/bits"
	"slices"
	"sync"
)

// segment is the packed, read-only part of an Index: one array of postings, cut
// by term. Terms stand in the order of their spread form, so that a directory over
// its highest bits finds any of them in one step, and so that the segment falls into
// parts of equal size which can be built side by side.
type segment struct {
	keys  []uint32 // spread terms, ascending
	ends  []uint32 // end of each term's postings in post
	post  []uint32
	dir   []uint32 // first key whose highest bits are at least the position
	shift uint8    // 32 less the number of those bits
}

// spread scatters term numbers over 32 bits, one to one: Fibonacci hashing.
func spread(term uint32) uint32 { return term * 2654435769 }

// gather is the term of a spread form.
func gather(h uint32) uint32 { return h * 340573321 } // the inverse of spread's factor

// list is the postings of a term.
func (g *segment) list(term uint32) []uint32 {
	if len(g.dir) == 0 {
		return nil
	}
	h := spread(term)
	k := h >> g.shift
	for i := g.dir[k]; i < g.dir[k+1]; i++ {
		if g.keys[i] == h {
			return g.at(i)
		}
	}
	return nil
}

// at is the postings of the i-th key.
func (g *segment) at(i uint32) []uint32 {
	return g.post[g.start(i):g.ends[i]]
}

// start is where the postings of the i-th key begin.
func (g *segment) start(i uint32) uint32 {
	if i == 0 {
		return 0
	}
	return g.ends[i-1]
}

// direct builds the directory over the keys.
func (g *segment) direct() {
	width := max(1, bits.Len(uint(len(g.keys)))-1)
	g.shift = uint8(32 - width)
	g.dir = make([]uint32, 1<<width+1)
	for _, h := range g.keys {
		g.dir[h>>g.shift+1]++
	}
	for k := 1; k < len(g.dir); k++ {
		g.dir[k] += g.dir[k-1]
	}
}

// parts is how many pieces a segment is built in.
const parts = 1 << partBits

const partBits = 8

// Batch gathers the terms of many documents for Merge. One goroutine fills it;
// several may be filled at the same time.
type Batch struct {
	entries [parts][]uint64 // spread term in the upper half, posting in the lower
}

// Number hands out numbers for documents of these lengths and returns the first;
// their terms follow by Batch.Add and Merge.
func (x *Index) Number(lengths []int) uint32 {
	first := uint32(len(x.lens))
	x.lens, x.dead = slices.Grow(x.lens, len(lengths)), slices.Grow(x.dead, len(lengths)/64+1)
	for _, n := range lengths {
		x.number(n)
	}
	return first
}

// Add notes the terms of a document that Number gave a number, with the same length.
func (b *Batch) Add(doc uint32, freqs []Freq, length int) {
	bucket := lengthBucket(length)
	for _, f := range freqs {
		h := spread(f.Term)
		p := &b.entries[h>>(32-partBits)]
		*p = append(*p, uint64(h)<<32|uint64(posting(doc, f.N, bucket)))
	}
}

// List adds what the batches hold to the growing lists; batches are empty
// afterwards and must have been filled in the order of document numbers.
func (x *Index) List(batches []*Batch) {
	if x.more == nil {
		x.more = map[uint32][]uint32{}
	}
	for _, b := range batches {
		for p := range b.entries {
			for _, e := range b.entries[p] {
				t := gather(uint32(e >> 32))
				x.more[t] = append(x.more[t], uint32(e))
			}
			b.entries[p] = nil
		}
	}
}

// Merge packs what the batches hold, and all lists that grew since the last
// Merge, into the segment; batches are empty afterwards. It takes time in
// proportion to the whole index, on the given number of goroutines.
func (x *Index) Merge(batches []*Batch, workers int) {
	x.base = x.merged(batches, workers)
	x.more, x.packed = nil, len(x.lens)
}

// merged is a segment of all there is.
func (x *Index) merged(batches []*Batch, workers int) segment {
	batches = append(slices.Clip(batches), x.listed())
	var starts [parts + 1]int // of each part in the new postings
	var keys, ends [parts][]uint32
	for p := range parts {
		from, to := x.base.part(p)
		n := 0
		if to > from {
			n = int(x.base.ends[to-1]) - int(x.base.start(from))
		}
		for _, b := range batches {
			n += len(b.entries[p])
		}
		starts[p+1] = starts[p] + n
	}
	post := make([]uint32, starts[parts])
	inParallel(parts, workers, func(p int) {
		keys[p], ends[p] = x.base.mergePart(p, batches, post[starts[p]:starts[p+1]], uint32(starts[p]))
	})
	g := segment{keys: slices.Concat(keys[:]...), ends: slices.Concat(ends[:]...), post: post}
	g.direct()
	return g
}

// listed turns the lists of single documents into a batch.
func (x *Index) listed() *Batch {
	b := new(Batch)
	for term, post := range x.more {
		h := spread(term)
		part := &b.entries[h>>(32-partBits)]
		for _, p := range post {
			*part = append(*part, uint64(h)<<32|uint64(p))
		}
	}
	return b
}

// part is the range of keys of one part.
func (g *segment) part(p int) (from, to uint32) {
	lo, _ := slices.BinarySearch(g.keys, uint32(p)<<(32-partBits))
	if p == parts-1 {
		return uint32(lo), uint32(len(g.keys))
	}
	hi, _ := slices.BinarySearch(g.keys, uint32(p+1)<<(32-partBits))
	return uint32(lo), uint32(hi)
}

// mergePart writes the old and new postings of one part to post, which begins at
// position start of the whole, and returns its keys and ends.
func (g *segment) mergePart(p int, batches []*Batch, post []uint32, start uint32) (keys, ends []uint32) {
	size := 0
	for _, b := range batches {
		size += len(b.entries[p])
	}
	entries := make([]uint64, 0, size)
	for _, b := range batches {
		entries = append(entries, b.entries[p]...)
		b.entries[p] = nil
	}
	slices.Sort(entries)
	old, oldEnd := g.part(p)
	n := 0
	for len(entries) > 0 || old < oldEnd {
		var h uint32
		switch {
		case len(entries) == 0:
			h = g.keys[old]
		case old == oldEnd:
			h = uint32(entries[0] >> 32)
		default:
			h = min(g.keys[old], uint32(entries[0]>>32))
		}
		if old < oldEnd && g.keys[old] == h {
			n += copy(post[n:], g.at(old))
			old++
		}
		for len(entries) > 0 && uint32(entries[0]>>32) == h {
			post[n] = uint32(entries[0])
			n++
			entries = entries[1:]
		}
		keys, ends = append(keys, h), append(ends, start+uint32(n))
	}
	return keys, ends
}

// inParallel calls fn for 0..n-1 on so many goroutines.
func inParallel(n, workers int, fn func(i int)) {
	var wg sync.WaitGroup
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	for range max(1, workers) {
		wg.Go(func() {
			for i := range next {
				fn(i)
			}
		})
	}
	wg.Wait()
}
