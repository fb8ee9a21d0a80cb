package match

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"soi/internal/index"
	"soi/internal/text"
)

// candidate is a record on its way through the ranker.
type candidate struct {
	doc   uint32
	rate  float32
	stand float32 // see embedding.standing
	order float32 // rate, and what standing is worth
	f     features
}

// reach is how widely a look-up searches.
type reach struct {
	budget int // postings read, see index.Search
	words  int // documents taken that share words with the question
	along  int // documents taken that point its way
	meant  int // documents taken that an encoder says mean the same
	ranked int // of all these, how many are compared word by word
	full   int // of those, how many are compared closely, see closer.go
}

// whole is the reach of a message, part that of one of its parts: a part is about one
// thing, it has few words, and what it finds only counts when it fits well.
func whole() reach {
	return reach{budget: 25_000, words: 200, along: 80, meant: 40, ranked: 128, full: Reranked}
}
func part() reach { return reach{budget: 8_000, words: 48, along: 12, meant: 8, ranked: 40, full: 12} }

// candidates looks a whole message up, compares the best and orders them.
func (m *Matcher) candidates(q Query, qu *question) []*candidate { return m.within(q, qu, whole()) }

// within looks a question up within a reach, compares the best and orders them.
func (m *Matcher) within(q Query, qu *question, r reach) []*candidate {
	hits := m.gather(q, qu, r)
	best, sense := m.promising(qu, hits, max(r.ranked, q.Limit))
	room, cs, s := make([]candidate, len(best)), make([]*candidate, len(best)), m.sheet(qu)
	unspaced := float32(one(qu.toks[len(qu.toks)/2].flags&flagPair != 0))
	size := log2(m.idx.Len())
	for k, p := range best {
		c := &room[k]
		cs[k] = c
		c.doc, c.stand = hits[p.at].Doc, p.stand
		c.f[fScore], c.f[fScoreTop] = min(1, hits[p.at].Score/max(qu.most, 1e-6)), hits[p.at].Score/max(hits[0].Score, 1e-6)
		c.f[fSense], c.f[fSenseTop] = p.sense, p.sense-sense
		c.f[fRank], c.f[fArchive] = log2(p.at+1), size
		c.f[fUnspaced], c.f[fKnown], c.f[fAsked] = unspaced, qu.known, log2(len(s.uniq))
		m.compare(s, &m.docs[c.doc], &c.f)
	}
	m.rateAll(qu, s, cs, max(r.full, q.Limit))
	m.sort(cs)
	return cs
}

// prospect is a document found that may be worth comparing.
type prospect struct {
	at          int // its place in the first look-up
	sense, rate float32
	stand       float32 // see embedding.standing
}

// promising are the n documents with the best sum of score and cosine (which counts
// twice: more of the right ones are kept that way) and of standing, best first,
// and the highest cosine of all.
func (m *Matcher) promising(qu *question, hits []index.Hit, n int) ([]prospect, float32) {
	all, sense, inverse := make([]prospect, len(hits)), float32(0), qu.vec.inverse()
	products, stands := m.products(qu, hits), m.standings(qu, hits)
	for i, h := range hits {
		p := prospect{at: i, sense: float32(products[i]) * inverse * m.norms[h.Doc]}
		if stands != nil {
			p.stand = stands[i]
		}
		p.rate = h.Score/max(hits[0].Score, 1e-6) + 2*p.sense + 2*p.stand
		sense = max(sense, p.sense)
		all[i] = p
	}
	if len(all) > n {
		slices.SortFunc(all, func(a, b prospect) int {
			return cmp.Or(cmp.Compare(b.rate, a.rate), cmp.Compare(hits[a.at].Doc, hits[b.at].Doc))
		})
		all = all[:n]
	}
	return all, sense
}

// products is the inner product of a question's direction with that of each document.
func (m *Matcher) products(qu *question, hits []index.Hit) []int32 {
	at, out := make([]uint32, len(hits)), make([]int32, len(hits))
	for i, h := range hits {
		at[i] = h.Doc
	}
	dots(&qu.vec, m.vecs, at, out)
	return out
}

// sort puts candidates in the ranker's order, equal ones by id.
func (m *Matcher) sort(cs []*candidate) {
	slices.SortStableFunc(cs, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.order, a.order), strings.Compare(m.docs[a.doc].id, m.docs[b.doc].id))
	})
}

// gather joins the documents that share words with a question, those that
// point the same way and those that mean the same, best BM25 sum first.
func (m *Matcher) gather(q Query, qu *question, r reach) []index.Hit {
	keep := m.keeper(q)
	hits := m.idx.Search(qu.terms, max(r.words, q.Limit), r.budget, keep)
	var more []uint32
	for _, d := range slices.Concat(m.alongside(&qu.vec, r.along, keep), m.nearInMeaning(qu, r.meant, keep)) {
		if !slices.Contains(more, d) && !slices.ContainsFunc(hits, func(h index.Hit) bool { return h.Doc == d }) {
			more = append(more, d)
		}
	}
	if len(more) == 0 {
		return hits
	}
	slices.Sort(more)
	hits = append(hits, m.idx.Rescore(qu.terms, more)...)
	slices.SortFunc(hits, func(a, b index.Hit) int {
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

// rateAll gives every candidate its rate: that of the learned rankers, or the plain
// sum without models. The first ranker sees all of them. The n best so far are compared
// more closely, and the second ranker puts them in order; the rest stay below those.
func (m *Matcher) rateAll(qu *question, s *sheet, cs []*candidate, n int) {
	defer m.reorder(cs)
	if m.model == nil {
		for _, c := range cs {
			c.rate = c.f[fScore]
		}
		return
	}
	if len(m.model.first.roots) == 0 {
		n = len(cs) // a model in training: its candidates must have every feature
	}
	m.rate(&m.model.first, cs)
	m.reorder(cs)
	slices.SortStableFunc(cs, func(a, b *candidate) int { return cmp.Compare(b.order, a.order) })
	best, rest := cs[:min(n, len(cs))], cs[min(n, len(cs)):]
	a := m.aligner(qu, s)
	for i, c := range best {
		c.f[fPlace] = log2(i + 1)
		a.closer(&m.docs[c.doc], &c.f)
	}
	m.rate(&m.model.trees, best)
	for _, c := range best {
		c.rate += Given(m.model.masked(&c.f)[:])
	}
	least := float32(0)
	for _, c := range best {
		least = min(least, c.rate)
	}
	for i, c := range rest {
		c.rate = least - 1e-3*float32(i+1)
	}
}

// reorder sets what candidates are put in order by.
func (m *Matcher) reorder(cs []*candidate) {
	weight := float32(m.calibrated().Meaning.Weight)
	for _, c := range cs {
		c.order = c.rate + weight*c.stand
	}
}

// rate sets the rate of candidates to what one ranker gives them.
func (m *Matcher) rate(t *forest, cs []*candidate) {
	f, sum := make([]*features, len(cs)), make([]float32, len(cs))
	for i, c := range cs {
		f[i] = m.model.masked(&c.f)
	}
	t.rate(t.roots, f, sum)
	for i, c := range cs {
		c.rate = sum[i]
	}
}

// masked is the features as the ranker may see them.
func (m *Model) masked(f *features) *features {
	if m.mask == nil {
		return f
	}
	g := *f
	for _, i := range m.mask {
		g[i] = 0
	}
	return &g
}

// Candidate is one document as the ranker saw it, for training and for files in
// which people review a change of ranking.
type Candidate struct {
	ID       string
	Rate     float32   // what the ranker gave
	Features []float32 // in the order of FeatureNames
	Standing float32   // by an encoder; see Meaning
}

// Candidates lists every candidate of a message that Match would rank, best
// first, wrapping taken off, the message looked up as one part.
func (m *Matcher) Candidates(q Query) []Candidate {
	msg := text.Unwrap(q.Text)
	var ms *embedding
	if all := m.ask(context.Background(), []string{msg.Body}); all != nil {
		ms = all[0]
	}
	m.settle()
	m.mu.RLock()
	defer m.mu.RUnlock()
	qu := m.analyse(msg.Body, text.Language(msg.Body))
	if len(qu.toks) == 0 {
		return nil
	}
	qu.embedding = ms
	var out []Candidate
	for _, c := range m.candidates(q, qu) {
		out = append(out, Candidate{m.docs[c.doc].id, c.rate, c.f[:], c.stand})
	}
	return out
}
