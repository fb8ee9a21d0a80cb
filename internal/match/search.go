package match

import (
	"slices"
	"strings"

	"soi/internal/index"
	"soi/internal/text"
)

// searchBudget is how many postings a search reads, see index.Search.
const searchBudget = 200_000

// Search is the keyword search of the public page and the desk: marks do not
// matter, the last word may be unfinished, a misspelt word finds its
// neighbours. Documents that hold more of the words, and neighbours side by side, come first. n <= 0 means 20.
func (m *Matcher) Search(q string, kinds []Kind, n int) []Hit {
	if n <= 0 {
		n = 20
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	groups := m.keywords(q)
	var terms []index.Term
	for _, g := range groups {
		terms = append(terms, g...)
	}
	var out []Hit
	for _, h := range m.idx.Search(terms, max(10*n, 200), searchBudget, m.keeper(Query{Kinds: kinds})) {
		d := m.docs[h.Doc]
		if !wanted(Query{Kinds: kinds}, d) || slices.ContainsFunc(out, func(x Hit) bool { return x.ID == d.id }) {
			continue
		}
		out = append(out, Hit{ID: d.id, Kind: d.kind, Score: float64(h.Score)})
		if len(out) == n {
			break
		}
	}
	return out
}

// neighbours is what two words of a search count for that are neighbours in a
// document too, beside their own weights: most words of Vietnamese are two
// syllables, and a syllable without its marks is many words.
const neighbours = 2

// keywords gives the index terms for each word of a search, and for each two
// neighbours.
func (m *Matcher) keywords(q string) [][]index.Term {
	var out [][]index.Term
	sc := text.NewScanner(q)
	open, prev := !strings.HasSuffix(q, " "), uint32(0)
	for sc.Next() && len(out) < 32 {
		w := string(sc.Bytes())
		var g []index.Term
		t := m.lex.stems[text.Stem(w)]
		if t != 0 {
			g = append(g, index.Term{Term: t, Weight: m.idf(t)})
		}
		if p := pairTerm(prev, t); prev != 0 && t != 0 && m.idx.DocFreq(p) > 0 {
			g = append(g, index.Term{Term: p, Weight: neighbours * m.idf(p)})
		}
		prev = t
		last := open && sc.End == len(sc.Source())
		if len(g) == 0 || last {
			g = append(g, m.slips(text.Unmark(w), last)...)
		}
		out = append(out, g)
	}
	return out
}

// slips lists terms whose word begins with w (if it may be unfinished) or is one
// slip of the finger away.
func (m *Matcher) slips(w string, prefix bool) []index.Term {
	var out []index.Term
	seen := map[uint32]bool{}
	for i := range m.lex.forms {
		f := m.lex.forms[i].folded
		if !(prefix && len(w) >= 2 && strings.HasPrefix(f, w)) && !(len(w) >= 4 && oneSlip(f, w)) {
			continue
		}
		t := m.lex.info[i].stem
		if !seen[t] {
			seen[t] = true
			out = append(out, index.Term{Term: t, Weight: m.idf(t) / 2})
		}
		if len(out) >= 64 {
			break
		}
	}
	return out
}

// oneSlip reports whether a and b differ by one letter changed, added, left out
// or swapped with its neighbour. Both are unmarked.
func oneSlip(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(a)-len(b) > 1 {
		return false
	}
	i := 0
	for i < len(b) && a[i] == b[i] {
		i++
	}
	if i == len(b) {
		return true
	}
	if len(a) > len(b) {
		return a[i+1:] == b[i:]
	}
	return a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
