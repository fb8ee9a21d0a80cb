package match

import (
	"cmp"
	"slices"
	"strings"

	"soi/internal/index"
	"soi/internal/text"
)

// candidate is a record on its way through the ranker.
type candidate struct {
	doc  uint32
	rate float32
	f    features
}

// ranked is how many of the documents found are compared word by word.
const ranked = 128

// candidates looks the question up, compares the best and orders them.
func (m *Matcher) candidates(q Query, qu *question) []*candidate {
	hits := m.gather(q, qu, max(depth, q.Limit))
	room := make([]candidate, 0, len(hits))
	sense, inverse := float32(0), qu.vec.inverse()
	unspaced := one(qu.toks[len(qu.toks)/2].flags&flagPair != 0)
	for i, h := range hits {
		if !wanted(q, m.docs[h.Doc]) {
			continue
		}
		c := candidate{doc: h.Doc}
		c.f[fScore], c.f[fScoreTop] = h.Score/max(qu.most, 1e-6), h.Score/max(hits[0].Score, 1e-6)
		c.f[fSense] = float32(dot(&qu.vec, &m.vecs[h.Doc])) * inverse * m.norms[h.Doc]
		sense = max(sense, c.f[fSense])
		c.f[fRank], c.f[fArchive] = log2(i+1), log2(m.idx.Len())
		c.f[fUnspaced], c.f[fKnown] = float32(unspaced), qu.known
		c.rate = c.f[fScoreTop] + c.f[fSense]
		room = append(room, c)
	}
	cs := bestOf(room, max(ranked, q.Limit))
	s := m.sheet(qu)
	for _, c := range cs {
		c.f[fAsked] = log2(len(s.uniq))
		c.f[fSenseTop] = c.f[fSense] - sense
		m.compare(s, &m.docs[c.doc], &c.f)
		c.rate = m.rate(&c.f)
	}
	m.sort(cs)
	return cs
}

// sort puts candidates in the ranker's order, equal ones by id.
func (m *Matcher) sort(cs []*candidate) {
	slices.SortStableFunc(cs, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.rate, a.rate), strings.Compare(m.docs[a.doc].id, m.docs[b.doc].id))
	})
}

// bestOf points at the n candidates of the highest rate.
func bestOf(room []candidate, n int) []*candidate {
	cs := make([]*candidate, len(room))
	for i := range room {
		cs[i] = &room[i]
	}
	if len(cs) > n {
		slices.SortFunc(cs, func(a, b *candidate) int {
			return cmp.Or(cmp.Compare(b.rate, a.rate), cmp.Compare(a.doc, b.doc))
		})
		cs = cs[:n]
	}
	return cs
}

// gather joins the documents that share words with a question and those that
// point the same way, best BM25 sum first.
func (m *Matcher) gather(q Query, qu *question, n int) []index.Hit {
	keep := m.keeper(q)
	hits := m.idx.Search(qu.terms, n, budget, keep)
	var more []uint32
	for _, d := range m.alongside(&qu.vec, keep) {
		if !slices.ContainsFunc(hits, func(h index.Hit) bool { return h.Doc == d }) {
			more = append(more, d)
		}
	}
	if len(more) == 0 {
		return hits
	}
	slices.Sort(more)
	hits = append(hits, m.idx.Rescore(qu.terms, more)...)
	slices.SortStableFunc(hits, func(a, b index.Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Doc, b.Doc))
	})
	return hits
}

// keeper is what a query wants of documents; nil when it takes them all.
func (m *Matcher) keeper(q Query) func(doc uint32) bool {
	if q.Kinds == nil && q.Not == nil {
		return nil
	}
	return func(doc uint32) bool { return wanted(q, m.docs[doc]) }
}

// rate is the ranker: the learned one, or the plain sum without models.
func (m *Matcher) rate(f *features) float32 {
	if m.model == nil {
		return f[fScore]
	}
	if m.model.mask != nil {
		g := *f
		for _, i := range m.model.mask {
			g[i] = 0
		}
		f = &g
	}
	return m.model.trees.rate(f)
}

// Candidate is one document as the ranker saw it, for training and for files in
// which people review a change of ranking.
type Candidate struct {
	ID       string
	Rate     float32   // what the ranker gave
	Features []float32 // in the order of FeatureNames
}

// Candidates lists every candidate of a message that Match would rank, best
// first, wrapping taken off, the message looked up as one part.
func (m *Matcher) Candidates(q Query) []Candidate {
	msg := text.Unwrap(q.Text)
	m.settle()
	m.mu.RLock()
	defer m.mu.RUnlock()
	qu := m.analyse(msg.Body, text.Language(msg.Body))
	if len(qu.toks) == 0 {
		return nil
	}
	var out []Candidate
	for _, c := range m.candidates(q, qu) {
		out = append(out, Candidate{m.docs[c.doc].id, c.rate, c.f[:]})
	}
	return out
}
