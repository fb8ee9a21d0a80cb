package match

import (
	"math/bits"
	"slices"
)

// Features of the second comparison, which only the best of the first have: they
// look at what stands in the place of words that the two texts do not share.
const (
	fAlignClaim  = nFirst + iota // question's words by their nearest word in the claim, mean by weight
	fAlignTitle                  // … in the title
	fAlignHeldC                  // claim's words by their nearest word in the question
	fAlignHeldT                  // title's words
	fAlignBest                   // the better of claim and title, harmonic mean of both ways
	fSenseClaim                  // cosine of the learned direction of the claim alone
	fSenseTitle                  // … of the title alone
	fLetters                     // share of the question's three-letter parts in claim and title
	fLettersHeld                 // share of the claim's three-letter parts in the question
	fWindow                      // share of the claim's weight in one stretch of the question
	fLostClaim                   // weight of the heaviest word of the claim that the question lacks
	fLostAsked                   // weight of the heaviest word of the question that the document lacks
	fAlignLost                   // how near the question comes to the claim's heaviest lost word
	fPlace                       // place in the order of the first comparison, logarithm
	fPassage                     // share of the question's weight in one passage of the document
	nFeatures
)

// FirstFeatures is how many of the features, from the first on, every candidate has;
// only the Reranked best have the others.
const FirstFeatures = nFirst

// Reranked is how many of the best are compared a second time, word by word and by
// meaning.
const Reranked = 40

// Most words of a question and of a field that are aligned by meaning.
const (
	alignAsked = 24
	alignField = 40
)

// aligner compares the meaning of single words of one question with those of many
// candidates.
type aligner struct {
	m     *Matcher
	s     *sheet
	us    []int32                         // indexes in uniq, heaviest first
	rows  []uint32                        // their rows of learned weights
	total float32                         // their weight
	near  map[uint32]*[alignAsked]float32 // by row of a document's word: cosines
	grams [256]uint64                     // three-letter parts of the question
	count int
	vec   *vector
	inv   float32
	// places is room for passage: where each word of a document stands in the question
	places []int32
}

func (m *Matcher) aligner(qu *question, s *sheet) *aligner {
	a := &aligner{m: m, s: s, near: make(map[uint32]*[alignAsked]float32), vec: &qu.vec, inv: qu.vec.inverse()}
	for u := range s.uniq {
		if x := &s.uniq[u]; x.flags&flagStop == 0 && x.weight > 0 {
			a.insert(int32(u))
		}
	}
	for _, u := range a.us {
		a.rows = append(a.rows, qu.toks[s.uniq[u].at].row)
		a.total += s.uniq[u].weight
	}
	for i := range qu.toks {
		eachLetters(qu.toks[i].form, func(h uint32) {
			if w, b := &a.grams[h>>6&255], uint64(1)<<(h&63); *w&b == 0 {
				*w |= b
				a.count++
			}
		})
	}
	return a
}

// insert keeps the heaviest alignAsked words.
func (a *aligner) insert(u int32) {
	w := a.s.uniq[u].weight
	i := len(a.us)
	if i == alignAsked {
		if a.s.uniq[a.us[i-1]].weight >= w {
			return
		}
		i--
	} else {
		a.us = append(a.us, 0)
	}
	for ; i > 0 && a.s.uniq[a.us[i-1]].weight < w; i-- {
		a.us[i] = a.us[i-1]
	}
	a.us[i] = u
}

// cosines are those of one word of a document with the words of the question.
func (a *aligner) cosines(row uint32) *[alignAsked]float32 {
	if c, ok := a.near[row]; ok {
		return c
	}
	c := new([alignAsked]float32)
	s := a.m.lex.sense
	var product [alignAsked]int32
	dots(&s.vec[row], s.vec, a.rows, product[:])
	for i, r := range a.rows {
		c[i] = max(0, float32(product[i])*s.inv[r]*s.inv[row]) // row 0 has no length and gives 0
	}
	a.near[row] = c
	return c
}

// aligned is what aligning a question with one field found.
type aligned struct {
	best        [alignAsked]float32 // of each word of the question
	held, total float32             // of the field's words
	lost        float32             // heaviest word not shared
	lostNear    float32             // and how near the question comes to it
	grams       int
	gramsShared int
}

func (a *aligner) field(toks []uint32, seen *[256]uint64) *aligned {
	f := &aligned{}
	n := 0
	a.s.room = a.s.places(a.m, toks, a.s.room)
	for j, t := range toks {
		w := &a.m.lex.info[t&tokWord]
		eachLetters(a.m.lex.forms[t&tokWord].stem, func(h uint32) {
			f.grams++
			if b := uint64(1) << (h & 63); a.grams[h>>6&255]&b != 0 {
				f.gramsShared++
				seen[h>>6&255] |= b
			}
		})
		if w.flags&flagStop != 0 || w.weight <= 0 {
			continue
		}
		n++
		u := a.s.room[j]
		if u >= 0 {
			if i := slices.Index(a.us, u); i >= 0 {
				f.best[i] = 1
			}
		}
		if n > alignField {
			continue
		}
		f.total += w.weight
		top := float32(0)
		if u >= 0 {
			top = 1
		} else if w.row != 0 {
			for i, c := range a.cosines(w.row)[:len(a.us)] {
				f.best[i] = max(f.best[i], c)
				top = max(top, c)
			}
		}
		f.held += w.weight * top
		if top < 1 && w.weight > f.lost {
			f.lost, f.lostNear = w.weight, top
		}
	}
	return f
}

// asked is the share of the question's weight that the field comes near to.
func (f *aligned) asked(a *aligner) float32 {
	sum := float32(0)
	for i, u := range a.us {
		sum += f.best[i] * a.s.uniq[u].weight
	}
	return sum / max(a.total, 1e-6)
}

// closer fills the features of the second comparison.
func (a *aligner) closer(d *record, f *features) {
	m := a.m
	toks := m.toks[d.from : d.from+uint32(d.ends[3])]
	claim, title := toks[:d.ends[0]], toks[d.ends[0]:d.ends[1]]
	var seen [256]uint64
	c, t := a.field(claim, &seen), a.field(title, &seen)
	f[fAlignClaim], f[fAlignTitle] = c.asked(a), t.asked(a)
	f[fAlignHeldC], f[fAlignHeldT] = c.held/max(c.total, 1e-6), t.held/max(t.total, 1e-6)
	f[fAlignBest] = max(harmonic(f[fAlignClaim], f[fAlignHeldC]), harmonic(f[fAlignTitle], f[fAlignHeldT]))
	if m.model != nil {
		vc, vt := m.direct(claim), m.direct(title)
		f[fSenseClaim] = float32(dot(a.vec, &vc)) * a.inv * vc.inverse()
		f[fSenseTitle] = float32(dot(a.vec, &vt)) * a.inv * vt.inverse()
	}
	shared := 0
	for i := range seen {
		shared += bits.OnesCount64(seen[i])
	}
	f[fLetters] = float32(shared) / float32(max(1, a.count))
	f[fLettersHeld] = float32(c.gramsShared) / float32(max(1, c.grams))
	f[fLostClaim], f[fAlignLost] = c.lost, c.lostNear
	for i, u := range a.us {
		if c.best[i] < 1 && t.best[i] < 1 {
			f[fLostAsked] = a.s.uniq[u].weight
			break
		}
	}
	f[fWindow] = a.window(claim, c.total)
	f[fPassage] = a.passage(toks)
}

// passageWords is how long a passage is: about a long sentence of Vietnamese, whose
// words are syllables. 20 and 40 were tried, and served XQuAD less well.
const passageWords = 30

// passage is the largest share of the question's weight that one passage of a
// document holds: a long document answers a question in one place, not with a word here
// and a word there.
func (a *aligner) passage(toks []uint32) float32 {
	var held [maxAsked]uint16 // how often each word of the question stands in the passage
	a.places = a.s.places(a.m, toks, a.places)
	us := a.places
	sum, best := float32(0), float32(0)
	for i, u := range us {
		if u >= 0 {
			if held[u] == 0 {
				sum += a.s.uniq[u].weight
			}
			held[u]++
		}
		if i >= passageWords && us[i-passageWords] >= 0 {
			gone := us[i-passageWords]
			if held[gone]--; held[gone] == 0 {
				sum -= a.s.uniq[gone].weight
			}
		}
		best = max(best, sum)
	}
	return best / max(a.s.total, 1e-6)
}

// Given is what a candidate has before the trees of the second comparison speak:
// its BM25 sum and its best passage as they are. Trees cut a feature into steps, and in an
// archive where words say it all (XQuAD) the steps lost what the sum told apart.
// Both weights were chosen among four each on dev splits.
func Given(row []float32) float32 {
	return 4*row[fScore] + 2*row[fPassage]
}

// window is the largest share of a claim's weight that one stretch of the
// question holds, as long as the claim and half as long again.
func (a *aligner) window(claim []uint32, total float32) float32 {
	var marks [maxAsked / 64]uint64
	a.s.room = a.s.places(a.m, claim, a.s.room)
	for _, u := range a.s.room {
		if u >= 0 {
			marks[u>>6] |= 1 << (u & 63)
		}
	}
	size := len(claim)*3/2 + 2
	sum, best := float32(0), float32(0)
	has := func(u int) bool { return marks[u>>6]>>(u&63)&1 == 1 && a.s.uniq[u].flags&flagStop == 0 }
	for u := range a.s.uniq {
		if has(u) {
			sum += a.s.uniq[u].weight
		}
		if u >= size && has(u-size) {
			sum -= a.s.uniq[u-size].weight
		}
		best = max(best, sum)
	}
	return min(1, best/max(total, 1e-6))
}

// eachLetters calls fn with a hash of every three bytes of a stem with one mark
// before and after it.
func eachLetters(stem string, fn func(uint32)) {
	if stem == "" {
		return
	}
	a, b := uint32('^'), uint32(stem[0])
	for i := 1; i <= len(stem); i++ {
		c := uint32('$')
		if i < len(stem) {
			c = uint32(stem[i])
		}
		fn((a*0x9e3779b1 ^ b*0x85ebca6b ^ c*0xc2b2ae35) >> 13)
		a, b = b, c
	}
}
