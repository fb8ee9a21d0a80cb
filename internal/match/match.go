package match

import (
	"cmp"
	"context"
	"math"
	"slices"

	"soi/internal/index"
	"soi/internal/text"
)

// budget is how many postings one look-up may read, see index.Search.
const budget = 400_000

// depth is how many candidates are ranked with care.
const depth = 200

// question is a message, or one part of it, made ready for look-up.
type question struct {
	lang  string
	toks  []qtok
	exact uint64 // hash of the stems, 0 when a word is unknown to the archive
	terms []index.Term
}

// qtok is one word of a question.
type qtok struct {
	word    string
	stem    uint32 // 0: no document holds it
	marked  uint32
	flags   uint8
	idf     float32
	upper   bool
	caps    bool
	first   bool
	percent bool
}

// Match looks a message up. It never fails: a message without words is DecisionNew with
// no matches, and a cancelled context ends the work early with what was found.
func (m *Matcher) Match(ctx context.Context, q Query) Result {
	if q.Limit <= 0 {
		q.Limit = 3
	}
	msg := text.Unwrap(q.Text)
	res := Result{Decision: DecisionNew, Lang: text.Language(msg.Body), Parts: 1}
	m.mu.RLock()
	defer m.mu.RUnlock()
	if res.Matches = m.byLink(q, msg.Links); len(res.Matches) > 0 {
		res.Decision = DecisionSame
		return res
	}
	qu := m.analyse(msg.Body, res.Lang)
	if len(qu.toks) == 0 || ctx.Err() != nil {
		return res
	}
	res.Matches = m.rank(q, qu)
	res.Decision = m.decide(res.Matches)
	return res
}

// byLink answers messages that carry a link of a document.
func (m *Matcher) byLink(q Query, links []string) []Match {
	var out []Match
	for _, l := range links {
		for _, r := range m.link[text.Link(l)] {
			d := m.docs[r]
			if !wanted(q, d) || slices.ContainsFunc(out, func(x Match) bool { return x.ID == d.id }) || len(out) == q.Limit {
				continue
			}
			out = append(out, Match{ID: d.id, Kind: d.kind, Rank: len(out) + 1, Score: 1, Probability: 0.995,
				Reasons: []Reason{{Code: ReasonLink}}})
		}
	}
	return out
}

func wanted(q Query, d record) bool {
	return d.id != "" && (q.Kinds == nil || slices.Contains(q.Kinds, d.kind)) && (q.Not == nil || !q.Not(d.id))
}

// analyse cuts a text into the words of a question.
func (m *Matcher) analyse(s, lang string) *question {
	qu := &question{lang: lang}
	sc := text.NewScanner(s)
	sc.Vietnamese = lang == "vi"
	for sc.Next() && len(qu.toks) < 1000 {
		t := qtok{word: string(sc.Bytes()), flags: flagsOf(string(sc.Bytes()), sc.Kind),
			upper: sc.Upper, caps: sc.Caps, first: sc.First, percent: sc.Percent}
		if id, ok := m.lex.ids[t.word]; ok {
			t.stem, t.marked = m.lex.info[id].stem, m.lex.info[id].marked
		} else {
			t.stem = m.lex.stems[text.Stem(t.word)]
		}
		t.idf = m.idf(t.stem)
		qu.toks = append(qu.toks, t)
	}
	m.terms(qu)
	return qu
}

// idf is the BM25 inverse document frequency; unknown terms get the highest.
func (m *Matcher) idf(term uint32) float32 {
	n, df := float64(m.idx.Len()), 0.0
	if term != 0 {
		df = float64(m.idx.DocFreq(term))
	}
	df = min(df, n)
	return float32(math.Log1p((n - df + 0.5) / (df + 0.5)))
}

// Weights of the three kinds of terms in the first look-up, from the floor
// measurement of the evaluation data.
const (
	weightStem   = 1.0
	weightMarked = 0.5
	weightPair   = 0.6
)

func (m *Matcher) terms(qu *question) {
	sum := map[uint32]float32{}
	prev := uint32(0)
	for _, t := range qu.toks {
		if t.stem != 0 {
			sum[t.stem] += weightStem * t.idf
		}
		if t.marked != 0 {
			sum[t.marked] += weightMarked * m.idf(t.marked)
		}
		if prev != 0 && t.stem != 0 && t.flags&flagPair == 0 {
			if p := m.lex.pair(prev, t.stem, false); p != 0 {
				sum[p] += weightPair * m.idf(p)
			}
		}
		prev = t.stem
	}
	for t, w := range sum {
		qu.terms = append(qu.terms, index.Term{Term: t, Weight: w})
	}
	slices.SortFunc(qu.terms, func(a, b index.Term) int { return cmp.Compare(a.Term, b.Term) })
}

// rank finds candidates and puts the documents in order.
func (m *Matcher) rank(q Query, qu *question) []Match {
	var total float64
	for _, t := range qu.terms {
		total += float64(t.Weight) * 1.6
	}
	var out []Match
	for _, h := range m.idx.Search(qu.terms, max(depth, q.Limit), budget) {
		d := m.docs[h.Doc]
		if !wanted(q, d) || slices.ContainsFunc(out, func(x Match) bool { return x.ID == d.id }) {
			continue
		}
		p := min(0.95, float64(h.Score)/max(total, 1))
		out = append(out, Match{ID: d.id, Kind: d.kind, Rank: len(out) + 1, Score: float64(h.Score), Probability: p, Reasons: m.reasons(qu, d)})
		if len(out) == q.Limit {
			break
		}
	}
	return out
}

func (m *Matcher) decide(ms []Match) Decision {
	switch {
	case len(ms) == 0 || ms[0].Probability < 0.3:
		return DecisionNew
	case ms[0].Probability > 0.9:
		return DecisionSame
	}
	return DecisionPerhaps
}

// reasons compares words, for the person who reads the answer.
func (m *Matcher) reasons(qu *question, d record) []Reason {
	have := map[uint32]bool{}
	for _, t := range m.toks[d.from : d.from+uint32(d.ends[3])] {
		have[m.lex.info[t&tokWord].stem] = true
	}
	n, of := 0, 0
	var figures []string
	for _, t := range qu.toks {
		if t.flags&flagStop != 0 {
			continue
		}
		of++
		if have[t.stem] {
			n++
			if t.flags&flagFigure != 0 {
				figures = append(figures, t.word)
			}
		}
	}
	out := []Reason{{Code: ReasonWords, N: n, Of: of}}
	if len(figures) > 0 {
		out = append(out, Reason{Code: ReasonFigures, Words: figures})
	}
	return out
}
