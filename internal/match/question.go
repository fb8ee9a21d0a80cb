package match

import (
	"cmp"
	"math"
	"slices"

	"soi/internal/index"
	"soi/internal/text"
)

// longest is how many words of a message are looked up. What stands beyond them
// is answered by the parts of the message, see parts.
const longest = 400

// name reports whether a word of a question is written like a name.
func (t *qtok) name() bool {
	return t.upper && !t.first && t.flags&(flagStop|flagFigure) == 0
}

// analyse cuts a text into the words of a question.
func (m *Matcher) analyse(s, lang string) *question {
	qu := &question{lang: lang}
	sc := text.NewScanner(s)
	sc.Vietnamese = lang == "vi"
	var acc [senseDim]float32
	all := float32(0)
	for sc.Next() && len(qu.toks) < longest {
		t := qtok{word: string(sc.Bytes()), flags: flagsOf(string(sc.Bytes()), sc.Kind),
			upper: sc.Upper, caps: sc.Caps, first: sc.First, percent: sc.Percent}
		row := uint32(0)
		if id, ok := m.lex.ids[t.word]; ok {
			w := &m.lex.info[id]
			t.stem, t.marked, t.weight, t.pull, row = w.stem, w.marked, w.weight, w.pull, w.row
			t.form = m.lex.forms[id].stem
		} else {
			row = m.unknown(&t, sc.Kind)
		}
		if row != 0 && !qu.asks(t.stem) {
			m.lex.sense.sum(&acc, row)
		}
		t.row = row
		qu.toks = append(qu.toks, t)
		all += t.weight
		if row != 0 {
			qu.known += t.weight
		}
	}
	qu.known /= max(all, 1e-6)
	qu.vec = pack(&acc)
	qu.exact = exactHash(qu.toks)
	m.kin(qu)
	m.terms(qu)
	return qu
}

// exactHash is Matcher.hash for a question; 0 when a word is unknown.
func exactHash(toks []qtok) uint64 {
	h := uint64(14695981039346656037)
	for i := range toks {
		if toks[i].stem == 0 || toks[i].near != nil {
			return 0
		}
		h = (h ^ uint64(toks[i].stem)) * 1099511628211
	}
	if len(toks) == 0 {
		return 0
	}
	return h | 1
}

func (qu *question) asks(stem uint32) bool {
	return stem != 0 && slices.ContainsFunc(qu.toks, func(t qtok) bool { return t.stem == stem })
}

// unknown fills a word whose exact form is not in the archive, and returns its
// row of learned weights.
func (m *Matcher) unknown(t *qtok, kind text.Kind) uint32 {
	stem := text.Stem(t.word)
	t.form = stem
	t.stem = m.lex.stems[stem]
	row := m.lex.sense.row(stem)
	t.pull = m.lex.sense.pull(row)
	t.weight = m.share(t.stem, row) * stopShare(t.flags)
	if t.stem == 0 && kind == text.Word {
		t.near = m.lex.neighbours(stem, 3)
		if len(t.near) > 0 {
			t.stem = m.lex.info[t.near[0].word].stem
			t.weight *= t.near[0].near
		}
	}
	return row
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

// background is how many documents the general rarity of words counts for beside
// those of the archive: in a small archive every word looks rare.
const background = 200

// share is the rarity of a stem between 0 and 1: the logarithm of one over the
// share of documents that hold it, general texts counted as background documents.
func (m *Matcher) share(term, row uint32) float32 {
	n, df := float64(m.idx.Len()), 0.0
	if term != 0 {
		df = min(n, float64(m.idx.DocFreq(term)))
	}
	extra := 0.0
	if s := m.lex.sense; s != nil {
		extra = 1e-5
		if row != 0 {
			extra = math.Exp(-float64(s.rare[row]) / 16)
		}
		extra *= background
		n += background
	}
	return float32(math.Log((n+1)/(df+extra+0.5)) / math.Log((n+1)/0.5))
}

// stopShare is what is left of the weight of a grammar word.
func stopShare(flags uint8) float32 {
	if flags&flagStop != 0 {
		return 0.15
	}
	return 1
}

// settle weighs the words anew when the archive has changed enough to matter:
// always while it is small, then for each hundredth part.
func (m *Matcher) settle() {
	m.mu.RLock()
	due := m.stale > 0 && (len(m.docs) < 2000 || m.stale*100 > len(m.docs))
	m.mu.RUnlock()
	if !due {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stale = 0
	for i := range m.lex.info {
		w := &m.lex.info[i]
		w.weight = max(0, m.share(w.stem, w.row)) * stopShare(w.flags)
	}
}

// Weights of the kinds of terms in the first look-up: those of the floor
// measurement of the evaluation data, pairs raised where nothing follows. With
// models off a repeated word counts once: long-winded questions repeat the words
// that matter least.
const (
	weightStem   = 1.0
	weightMarked = 0.5
	weightPair   = 0.6
	weightPart   = 0.2 // parts of words, with models off only

	weightPairOff = 0.8 // pairs with models off, where no later comparison sees them
)

func (m *Matcher) terms(qu *question) {
	sum := map[uint32]float32{}
	add, pairWeight := func(t uint32, w float32) { sum[t] += w }, float32(weightPair)
	if m.model == nil {
		add, pairWeight = func(t uint32, w float32) { sum[t] = w }, weightPairOff
	}
	prev := uint32(0)
	for i := range qu.toks {
		t := &qu.toks[i]
		if t.stem != 0 {
			w := weightStem * m.idf(t.stem)
			if t.near != nil {
				w *= t.near[0].near * t.near[0].near
			}
			add(t.stem, w)
		}
		if t.marked != 0 {
			add(t.marked, weightMarked*m.idf(t.marked))
		}
		if m.model == nil && t.flags&flagPair == 0 {
			eachPart(text.Stem(t.word), func(p uint32) {
				if m.idx.DocFreq(p) > 0 {
					add(p, weightPart*m.idf(p))
				}
			})
		}
		if prev != 0 && t.stem != 0 && m.pairsWith(t.flags) {
			if p := pairTerm(prev, t.stem); m.idx.DocFreq(p) > 0 {
				add(p, pairWeight*m.idf(p))
			}
		}
		prev = t.stem
	}
	m.abroad(qu, sum)
	for t, w := range sum {
		qu.terms = append(qu.terms, index.Term{Term: t, Weight: w})
	}
	slices.SortFunc(qu.terms, func(a, b index.Term) int { return cmp.Compare(a.Term, b.Term) })
	for _, t := range qu.terms { // in one order, so that two look-ups of one message agree to the last bit
		qu.most += t.Weight * bm25Most
	}
	m.kinTerms(qu, sum)
}

// bm25Most is what a term's share of a BM25 sum comes near to: 1 + k1.
const bm25Most = 2.2

// weightAbroad is what a country's name in another language is worth in a look-up.
const weightAbroad = 0.7

// abroad adds the names that countries of a question have in the other language (English
// for a Vietnamese message, Vietnamese for all others), so that a message in one
// language can find a check in another.
func (m *Matcher) abroad(qu *question, sum map[uint32]float32) {
	folded := make([]string, len(qu.toks))
	for i := range qu.toks {
		folded[i] = text.Unmark(qu.toks[i].word)
	}
	for i := 0; i < len(folded); {
		t := &qu.toks[i]
		code, n := text.Place(folded[i:], t.word, t.upper && t.flags&flagStop == 0)
		names := text.CountryNames(code)
		if len(names) == 2 && qu.lang == "vi" {
			names = names[1:]
		}
		for _, name := range names[:min(1, len(names))] {
			for sc := text.NewScanner(name); sc.Next(); {
				if term := m.lex.stems[text.Stem(string(sc.Bytes()))]; term != 0 && sum[term] == 0 {
					sum[term] = weightAbroad * m.idf(term)
				}
			}
		}
		i += max(1, n)
	}
}

// direct is the direction of a run of tokens, each stem counted once.
func (m *Matcher) direct(toks []uint32) vector {
	s := m.lex.sense
	if s == nil {
		return vector{}
	}
	var acc [senseDim]float32
	var seen [64]uint64
	for _, t := range toks {
		w := &m.lex.info[t&tokWord]
		h := w.stem * 2654435761 >> 20
		if w.row == 0 || seen[h>>6]>>(h&63)&1 == 1 {
			continue
		}
		seen[h>>6] |= 1 << (h & 63)
		s.sum(&acc, w.row)
	}
	return pack(&acc)
}
