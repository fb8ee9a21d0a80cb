package index

import (
	"cmp"
	"slices"
	"sync"
)

// Term is one term of a question with its weight: idf times whatever the caller
// thinks of the word. Terms with a weight of 0 or less are passed over.
type Term struct {
	Term   uint32
	Weight float32
}

// Hit is a document of an answer.
type Hit struct {
	Doc   uint32
	Score float32 // sum of weight × BM25 saturation over the terms
}

// scratch is what one search needs and the next can use again.
type scratch struct {
	acc     []uint16
	touched []uint32
	terms   []Term
	late    []Term
	table   [256]uint16
	hits    []Hit
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// full is the sum that the accumulators are scaled to; it leaves room for
// rounding up.
const full = 60000

// Search returns the n best documents that hold at least one term, best first;
// equal scores go to the lower document number. Documents that keep refuses are
// passed over; a nil keep refuses none.
//
// Terms are read from the rarest on, list by list, until budget postings have
// been read. Longer lists are only probed for the best documents so far, so the
// cost does not follow the size of the archive; with fewer postings than budget
// the answer is exact up to the rounding of 16-bit sums, and scores are exact
// in both cases.
func (x *Index) Search(terms []Term, n, budget int, keep func(doc uint32) bool) []Hit {
	if n <= 0 || len(x.lens) == 0 {
		return nil
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	sat := x.saturation()
	x.sortTerms(s, terms)
	read := x.accumulate(s, sat, budget)
	x.keepBest(s, n, keep)
	for _, t := range read {
		x.probe(s.hits, t, sat)
	}
	for _, t := range s.late {
		x.probe(s.hits, t, sat)
	}
	slices.SortFunc(s.hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Doc, b.Doc))
	})
	return slices.Clone(s.hits[:min(n, len(s.hits))])
}

// Rescore returns the exact scores of given documents, which must stand in
// ascending order; removed ones are left out.
func (x *Index) Rescore(terms []Term, docs []uint32) []Hit {
	hits := make([]Hit, 0, len(docs))
	for _, d := range docs {
		if !x.Dead(d) {
			hits = append(hits, Hit{Doc: d})
		}
	}
	sat := x.saturation()
	for _, t := range terms {
		if t.Weight > 0 && x.DocFreq(t.Term) > 0 {
			x.probe(hits, t, sat)
		}
	}
	return hits
}

// sortTerms puts the terms that have postings in order of list length.
func (x *Index) sortTerms(s *scratch, terms []Term) {
	s.terms, s.late = s.terms[:0], s.late[:0]
	for _, t := range terms {
		if t.Weight > 0 && x.DocFreq(t.Term) > 0 {
			s.terms = append(s.terms, t)
		}
	}
	slices.SortStableFunc(s.terms, func(a, b Term) int {
		return cmp.Or(cmp.Compare(x.DocFreq(a.Term), x.DocFreq(b.Term)), cmp.Compare(a.Term, b.Term))
	})
}

// accumulate reads lists within the budget and returns the terms read; the
// others are left in s.late. The rarest term is always read, at most budget
// postings of it.
func (x *Index) accumulate(s *scratch, sat *[256]float32, budget int) []Term {
	if len(s.acc) < len(x.lens) {
		s.acc = make([]uint16, len(x.lens)*5/4+64)
	}
	s.touched = s.touched[:0]
	var sum float32
	for _, t := range s.terms {
		sum += t.Weight * (k1 + 1)
	}
	scale := full / max(sum, 1e-6)
	for i, t := range s.terms {
		packed, more := x.base.list(t.Term), x.more[t.Term]
		if budget -= len(packed) + len(more); budget < 0 && i > 0 {
			s.late = append(s.late, s.terms[i:]...)
			return s.terms[:i]
		}
		for j, v := range sat {
			s.table[j] = uint16(v*t.Weight*scale) + 1
		}
		over := max(0, -budget) // the oldest documents give way
		s.read(packed[min(len(packed), over):])
		s.read(more[max(0, min(len(more), over-len(packed))):])
	}
	return s.terms
}

// read adds a list to the accumulators.
func (s *scratch) read(post []uint32) {
	acc, table := s.acc, &s.table
	for _, p := range post {
		d := p >> 8
		a := acc[d]
		if a == 0 {
			s.touched = append(s.touched, d)
		}
		acc[d] = a + table[p&255]
	}
}

// keepBest leaves the n best live documents of the accumulators in s.hits, in
// document order with score 0, and clears the accumulators.
func (x *Index) keepBest(s *scratch, n int, keep func(uint32) bool) {
	var hist [1024]int32
	live := s.touched[:0]
	for _, d := range s.touched {
		if x.Dead(d) || keep != nil && !keep(d) {
			s.acc[d] = 0
			continue
		}
		live = append(live, d)
		hist[s.acc[d]>>6]++
	}
	cut, sum := len(hist)-1, int32(0)
	for ; cut > 0; cut-- {
		if sum += hist[cut]; int(sum) >= n {
			break
		}
	}
	s.hits = s.hits[:0]
	limit := uint16(cut << 6)
	for _, d := range live {
		if s.acc[d] >= limit {
			s.hits = append(s.hits, Hit{Doc: d, Score: float32(s.acc[d])})
		}
		s.acc[d] = 0
	}
	if len(s.hits) > n+n/4+8 {
		slices.SortFunc(s.hits, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
		s.hits = s.hits[:n+n/4+8]
	}
	slices.SortFunc(s.hits, func(a, b Hit) int { return cmp.Compare(a.Doc, b.Doc) })
	for i := range s.hits {
		s.hits[i].Score = 0
	}
}

// probe adds one term's exact share to the hits, which stand in document order.
func (x *Index) probe(hits []Hit, t Term, sat *[256]float32) {
	addShares(hits, t.Weight, x.base.list(t.Term), sat)
	addShares(hits, t.Weight, x.more[t.Term], sat)
}

func addShares(hits []Hit, weight float32, post []uint32, sat *[256]float32) {
	if len(post) > 64*len(hits) {
		addGuessed(hits, weight, post, sat)
		return
	}
	for i := range hits {
		want := hits[i].Doc
		post = gallop(post, want)
		if len(post) == 0 {
			return
		}
		if post[0]>>8 == want {
			hits[i].Score += weight * sat[post[0]&255]
		}
	}
}

// addGuessed is addShares for a list much longer than the hits: documents stand in
// it at nearly even distances, so that a guess by rule of three lands close by.
func addGuessed(hits []Hit, weight float32, post []uint32, sat *[256]float32) {
	first, last := post[0]>>8, post[len(post)-1]>>8
	each := float64(len(post)-1) / float64(max(1, last-first))
	for i := range hits {
		want := hits[i].Doc
		if want < first {
			continue
		}
		if want > last {
			return
		}
		at := seek(post, want, int(float64(want-first)*each))
		if at < len(post) && post[at]>>8 == want {
			hits[i].Score += weight * sat[post[at]&255]
		}
	}
}

// seek is the place of the first posting of document want or a later one, looked for
// around a guess in growing steps.
func seek(post []uint32, want uint32, guess int) int {
	guess = min(guess, len(post)-1)
	if post[guess]>>8 < want {
		return len(post) - len(gallop(post[guess:], want))
	}
	step := 4
	for guess >= step && post[guess-step]>>8 >= want {
		guess -= step
		step *= 2
	}
	from := max(0, guess-step)
	return len(post) - len(gallop(post[from:], want))
}

// gallop drops postings of documents before want: doubling steps, then halving.
func gallop(post []uint32, want uint32) []uint32 {
	step := 1
	for step < len(post) && post[step]>>8 < want {
		step *= 2
	}
	lo, hi := step/2, min(step, len(post))
	for lo < hi {
		m := (lo + hi) / 2
		if post[m]>>8 < want {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return post[lo:]
}
