package match

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"

	"soi/internal/index"
)

// A search for n documents that point the question's way looks into the clusters
// nearest to it until they hold probed × n documents, and one in probedShare of all for
// a search of probedFor documents; it compares the sketches of these and then the
// vectors of the sketched × n nearest. TestRecallByDirection measures what that finds.
const (
	probed      = 400
	probedShare = 16
	probedFor   = 80
	sketched    = 100
)

// clustered is how many documents an archive must hold before they are sorted
// into clusters; below it all sketches are compared.
const clustered = 20_000

// sketch is the signs of a vector, one bit each: texts of one direction differ in
// few bits.
type sketch [(senseDim + 63) / 64]uint64

// sketch is the signs of a vector.
func (v *vector) sketch() (s sketch) {
	for i, x := range v {
		if x > 0 {
			s[i>>6] |= 1 << (i & 63)
		}
	}
	return s
}

// apart is how many bits two sketches differ in.
func (s *sketch) apart(o *sketch) (n int) {
	for i := range s {
		n += bits.OnesCount64(s[i] ^ o[i])
	}
	return n
}

// clusters sorts documents by direction, so that a question looks at those that
// point roughly its way and not at all of them. Documents added since the sorting
// are looked at one by one.
type clusters struct {
	centres []vector
	marks   []sketch  // of centres
	norms   []float32 // one over the length of each centre
	ends    []uint32  // end of each cluster in docs
	docs    []uint32  // documents, cluster by cluster; those without direction are left out
	signs   []sketch  // of docs
	vecs    []vector  // of docs, so that a cluster is read in one go
	inv     []float32 // one over the length of each of vecs; 0 for a document that was removed
	place   []uint32  // by document: 1 + its place in docs, 0 for one that has none
	every   []uint32  // 0, 1, 2 … for all centres, see dots
	covered int       // how many documents were there
	loose   []sketch  // of those added since
}

// add notes one more document.
func (c *clusters) add(v *vector) { c.loose = append(c.loose, v.sketch()) }

// cluster sorts documents anew; norms are one over the lengths of vecs. The same vectors always give the same clusters.
func cluster(vecs []vector, norms []float32, workers int) clusters {
	if len(vecs) < clustered {
		c := clusters{loose: make([]sketch, len(vecs))}
		for i := range vecs {
			c.loose[i] = vecs[i].sketch()
		}
		return c
	}
	c := clusters{covered: len(vecs)}
	c.seed(vecs, workers)
	home := make([]int32, len(vecs))
	inShares(len(vecs), workers, func(from, to int) {
		var l lookout
		for d := from; d < to; d++ {
			home[d] = c.home(&vecs[d], &l)
		}
	})
	c.ends = make([]uint32, len(c.centres)+1)
	for _, h := range home {
		if h >= 0 {
			c.ends[h+1]++
		}
	}
	for i := 1; i < len(c.ends); i++ {
		c.ends[i] += c.ends[i-1]
	}
	c.docs = make([]uint32, c.ends[len(c.centres)])
	for d, h := range home {
		if h >= 0 {
			c.docs[c.ends[h]] = uint32(d)
			c.ends[h]++
		}
	}
	c.ends = c.ends[:len(c.centres)]
	c.fill(vecs, norms)
	return c
}

// fill copies the vectors, lengths and sketches of docs.
func (c *clusters) fill(vecs []vector, norms []float32) {
	c.signs, c.vecs, c.inv = make([]sketch, len(c.docs)), make([]vector, len(c.docs)), make([]float32, len(c.docs))
	c.place = make([]uint32, c.covered)
	for i, d := range c.docs {
		c.signs[i], c.vecs[i], c.inv[i] = vecs[d].sketch(), vecs[d], norms[d]
		c.place[d] = uint32(i) + 1
	}
	c.every = make([]uint32, len(c.centres))
	for i := range c.every {
		c.every[i] = uint32(i)
	}
}

// drop takes a document out of every later search, and its direction out of memory.
func (c *clusters) drop(doc uint32) {
	switch i := int(doc) - c.covered; {
	case i >= 0 && i < len(c.loose):
		c.loose[i] = sketch{}
	case i < 0 && c.place[doc] > 0:
		at := c.place[doc] - 1
		c.signs[at], c.vecs[at], c.inv[at] = sketch{}, vector{}, 0
	}
}

// seed finds the centres: documents drawn from all over, then twice the mean of a
// sample of those nearest to each.
func (c *clusters) seed(vecs []vector, workers int) {
	n := 1
	for n*n < len(vecs) {
		n++
	}
	sample := make([]*vector, 0, 16*n)
	for tries := 0; len(sample) < cap(sample) && tries < 64*n; tries++ {
		at := uint64(uint32(tries)*2654435769) * uint64(len(vecs)) >> 32 // evenly over all, in no order
		if v := &vecs[at]; !v.empty() {
			sample = append(sample, v)
		}
	}
	for _, v := range sample[:min(n, len(sample))] {
		c.centres = append(c.centres, *v)
	}
	for round := 0; ; round++ {
		c.marks, c.norms = c.marks[:0], c.norms[:0]
		for i := range c.centres {
			c.marks, c.norms = append(c.marks, c.centres[i].sketch()), append(c.norms, c.centres[i].inverse())
		}
		if round == 2 {
			return
		}
		c.settle(sample, workers)
	}
}

// settle moves each centre to the mean of the sampled vectors that are nearest to it.
func (c *clusters) settle(sample []*vector, workers int) {
	home := make([]int32, len(sample))
	inShares(len(sample), workers, func(from, to int) {
		var l lookout
		for i := from; i < to; i++ {
			home[i] = c.home(sample[i], &l)
		}
	})
	sums := make([][senseDim]float32, len(c.centres))
	for i, h := range home {
		if h >= 0 {
			unit := sample[i].inverse()
			for k, x := range sample[i] {
				sums[h][k] += float32(x) * unit
			}
		}
	}
	for i := range sums {
		if v := pack(&sums[i]); !v.empty() {
			c.centres[i] = v
		}
	}
}

// home is the cluster of a vector: of the centres whose sketches are nearest the
// one whose direction is; -1 for an empty vector.
func (c *clusters) home(v *vector, l *lookout) int32 {
	if v.empty() {
		return -1
	}
	mark := v.sketch()
	l.near.reset(len(c.marks))
	l.near.compare(&mark, c.marks, 0)
	l.at = within(l.at[:0], l.near.far, l.near.limit(48), 0)
	best, most := int32(-1), float32(-2)
	for i, x := range l.multiply(v, c.centres, l.at) {
		if s := float32(x) * c.norms[l.at[i]]; s > most {
			best, most = int32(l.at[i]), s
		}
	}
	return best
}

// picker finds the nearest of many by distances in bits.
type picker struct{ far []uint8 }

// reset makes room for n distances.
func (p *picker) reset(n int) { p.far = slices.Grow(p.far[:0], n)[:n] }

// compare puts the distances of many sketches from one, from place at on, and returns the
// place after the last.
func (p *picker) compare(q *sketch, signs []sketch, at int) int {
	far := p.far[at : at+len(signs)]
	for i := range signs {
		far[i] = uint8(signs[i].apart(q))
	}
	return at + len(signs)
}

// limit is the distance within which the n nearest lie, and others as near as the
// last of them.
func (p *picker) limit(n int) int {
	var even, odd [senseDim + 1]int // two, so that one count need not wait for the one before
	i := 0
	for ; i+2 <= len(p.far); i += 2 {
		even[p.far[i]]++
		odd[p.far[i+1]]++
	}
	if i < len(p.far) {
		even[p.far[i]]++
	}
	sum := 0
	for d := range even {
		if sum += even[d] + odd[d]; sum >= n {
			return d
		}
	}
	return senseDim
}

// span is a run of places in docs.
type span struct{ from, to uint32 }

// spans are the clusters nearest to the question that a search for n documents looks at.
func (c *clusters) spans(v *vector, n int, room *lookout) []span {
	room.spans = room.spans[:0]
	if len(c.centres) == 0 {
		return nil
	}
	inverse := v.inverse()
	var held [256]int // documents by how near their cluster is
	room.bins = slices.Grow(room.bins[:0], len(c.centres))[:len(c.centres)]
	for i, x := range room.multiply(v, c.centres, c.every) {
		bin := uint8(min(255, max(0, 128+127*float32(x)*c.norms[i]*inverse)))
		room.bins[i] = bin
		held[bin] += int(c.ends[i] - c.start(i))
	}
	limit, seen := 255, held[255]
	for limit > 0 && (seen < probed*n || seen*probedShare < len(c.docs)/probedFor*n) {
		limit--
		seen += held[limit]
	}
	for i, bin := range room.bins {
		if int(bin) >= limit {
			room.spans = append(room.spans, span{c.start(i), c.ends[i]})
		}
	}
	return room.spans
}

// start is where a cluster begins in docs.
func (c *clusters) start(i int) uint32 {
	if i == 0 {
		return 0
	}
	return c.ends[i-1]
}

// lookout is room for one search by direction.
type lookout struct {
	near  picker
	bins  []uint8
	spans []span
	at    []uint32
	dots  []int32
	hits  []index.Hit
}

// multiply is the inner products of v with some of many vectors; they stand until the
// next call.
func (l *lookout) multiply(v *vector, of []vector, at []uint32) []int32 {
	l.dots = slices.Grow(l.dots[:0], len(at))[:len(at)]
	dots(v, of, at, l.dots)
	return l.dots
}

// alongside finds up to about n documents that point the way the question does,
// whatever their words: sketches are compared, then the vectors of the nearest.
func (m *Matcher) alongside(v *vector, n int, keep func(doc uint32) bool) []uint32 {
	if m.model == nil || v.empty() {
		return nil
	}
	l, ok := m.lookouts.Get().(*lookout)
	if !ok {
		l = new(lookout)
	}
	defer m.lookouts.Put(l)
	c := &m.near
	spans := c.spans(v, n, l)
	total := len(c.loose)
	for _, s := range spans {
		total += int(s.to - s.from)
	}
	l.near.reset(total)
	q := v.sketch()
	at := l.near.compare(&q, c.loose, 0)
	for _, s := range spans {
		at = l.near.compare(&q, c.signs[s.from:s.to], at)
	}
	limit := min(l.near.limit(sketched*n), senseDim/2-4)
	l.hits, l.at = l.hits[:0], within(l.at[:0], l.near.far[:len(c.loose)], limit, uint32(c.covered))
	for i, x := range l.multiply(v, m.vecs, l.at) {
		d := l.at[i]
		l.take(d, x, m.norms[d], keep)
	}
	l.at, at = l.at[:0], len(c.loose)
	for _, s := range spans {
		l.at = within(l.at, l.near.far[at:at+int(s.to-s.from)], limit, s.from)
		at += int(s.to - s.from)
	}
	for i, x := range l.multiply(v, c.vecs, l.at) {
		p := l.at[i]
		l.take(c.docs[p], x, c.inv[p], keep)
	}
	near := nearest(l.hits, n)
	out := make([]uint32, 0, len(near))
	for _, h := range near {
		out = append(out, h.Doc)
	}
	return out
}

// take notes a document by its inner product and one over its length, which is 0 for one that was
// removed.
func (l *lookout) take(doc uint32, product int32, inverse float32, keep func(doc uint32) bool) {
	if inverse != 0 && (keep == nil || keep(doc)) {
		l.hits = append(l.hits, index.Hit{Doc: doc, Score: float32(product) * inverse})
	}
}

// within appends from + i for every i whose distance is at most limit, which is under 128. It
// looks at eight distances at a time: most lie beyond.
func within(out []uint32, far []uint8, limit int, from uint32) []uint32 {
	const high, ones = 0x8080808080808080, 0x0101010101010101
	i, beyond := 0, ones*uint64(limit+1)
	for ; i+8 <= len(far); i += 8 {
		eight := binary.LittleEndian.Uint64(far[i:])
		for near := ^((eight | high) - beyond) & high; near != 0; near &= near - 1 {
			out = append(out, from+uint32(i+bits.TrailingZeros64(near)>>3))
		}
	}
	for ; i < len(far); i++ {
		if int(far[i]) <= limit {
			out = append(out, from+uint32(i))
		}
	}
	return out
}

// nearest leaves about n hits of the highest scores, in no order: those above a
// limit found by halving.
func nearest(hits []index.Hit, n int) []index.Hit {
	if len(hits) <= n {
		return hits
	}
	lo, hi := hits[0].Score, hits[0].Score
	for _, h := range hits {
		lo, hi = min(lo, h.Score), max(hi, h.Score)
	}
	for range 12 {
		mid := (lo + hi) / 2
		count := 0
		for _, h := range hits {
			if h.Score >= mid {
				count++
			}
		}
		if count > n {
			lo = mid
		} else {
			hi = mid
		}
	}
	kept := hits[:0]
	for _, h := range hits {
		if h.Score >= hi {
			kept = append(kept, h)
		}
	}
	return kept
}

// inShares cuts 0..n-1 into one share for each goroutine.
func inShares(n, workers int, fn func(from, to int)) {
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() { fn(n*w/workers, n*(w+1)/workers) })
	}
	wg.Wait()
}
