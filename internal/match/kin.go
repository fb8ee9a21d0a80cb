package match

import (
	"cmp"
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"

	"soi/internal/index"
	"soi/internal/text"
)

//go:embed kin.txt
var kinFile string

// kinship is kin.txt, read: groups of words and phrases by which people tell the same thing.
// It is for finding alone: what may stand for what when a match is decided stands in
// senses.txt, which is much stricter.
type kinship struct {
	groups [][]kinPhrase
	begins map[string][]kinPlace // by the first word in normal form, longest phrases first
	bare   map[string][]kinPlace // by the first word without marks
}

// kinPhrase is one word or phrase of a group.
type kinPhrase struct{ words, folded, stems []string }

type kinPlace struct{ group, member int }

// knownKin reads the file that comes with the program, once.
var knownKin = sync.OnceValue(func() *kinship { return readKin(kinFile) })

func readKin(file string) *kinship {
	k := &kinship{begins: map[string][]kinPlace{}, bare: map[string][]kinPlace{}}
	for _, l := range strings.Split(file, "\n") {
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		var g []kinPhrase
		for _, s := range strings.Split(l, ", ") {
			var p kinPhrase
			sc := text.NewScanner(s)
			sc.Vietnamese = text.Unmark(s) != s || !strings.Contains(s, " ")
			for sc.Next() {
				w := string(sc.Bytes())
				p.words, p.folded, p.stems = append(p.words, w), append(p.folded, text.Unmark(w)), append(p.stems, text.Stem(w))
			}
			if len(p.words) > 0 {
				g = append(g, p)
			}
		}
		for i, p := range g {
			at := kinPlace{len(k.groups), i}
			k.begins[p.words[0]] = append(k.begins[p.words[0]], at)
			k.bare[p.folded[0]] = append(k.bare[p.folded[0]], at)
		}
		k.groups = append(k.groups, g)
	}
	for _, m := range []map[string][]kinPlace{k.begins, k.bare} {
		for _, at := range m {
			slices.SortStableFunc(at, func(a, b kinPlace) int { return len(k.phrase(b).words) - len(k.phrase(a).words) })
		}
	}
	return k
}

func (k *kinship) phrase(p kinPlace) *kinPhrase { return &k.groups[p.group][p.member] }

// find lists the phrases that stand at the beginning of some words, all of the longest
// length; bare when the text is typed without marks. One syllable without its marks can be many
// words and stands for none that has marks.
func (k *kinship) find(words, folded []string, bare bool) []kinPlace {
	m := k.begins
	if bare {
		m = k.bare
	}
	var out []kinPlace
	if len(words) == 0 {
		return nil
	}
	first := words[0]
	if bare {
		first = folded[0]
	}
	for _, at := range m[first] {
		p := k.phrase(at)
		n := len(p.words)
		if len(out) > 0 && n < len(k.phrase(out[0]).words) {
			break
		}
		if n > len(words) || bare && n == 1 && p.words[0] != p.folded[0] {
			continue
		}
		if bare && slices.Equal(p.folded, folded[:n]) || !bare && slices.Equal(p.words, words[:n]) {
			out = append(out, at)
		}
	}
	return out
}

// otherWords is what may stand in a document in place of some words of a question: the
// terms of one phrase, by which it is found.
type otherWords struct {
	stems  []uint32
	marked uint32   // of a single word with marks: the marked form must be there
	from   int      // words of the question that it stands for
	to     int      // one after the last
	forms  []string // stems as written
}

// kin fills in what else the words of a question may be called in the archive: by
// kin.txt, and figures in words for figures in digits and the other way round.
func (m *Matcher) kin(qu *question) {
	words, folded := make([]string, len(qu.toks)), make([]string, len(qu.toks))
	pieces, marks := make([]text.Piece, len(qu.toks)), 0
	for i := range qu.toks {
		t := &qu.toks[i]
		words[i], folded[i] = t.word, text.Unmark(t.word)
		marks += int(one(words[i] != folded[i]))
		pieces[i] = text.Piece{Word: t.word, Figure: t.flags&flagFigure != 0, Percent: t.percent}
	}
	bare, k := marks*4 < len(words), knownKin()
	for i := 0; i < len(words); {
		n := 1
		for _, at := range k.find(words[i:], folded[i:], bare) {
			n = len(k.phrase(at).words)
			for j := range k.groups[at.group] {
				if j != at.member {
					m.otherWords(qu, &k.groups[at.group][j], i, i+n)
				}
			}
		}
		i += n
	}
	for _, q := range text.Quantities(pieces) {
		for _, s := range figureForms(q) {
			p := kinPhrase{}
			sc := text.NewScanner(s)
			for sc.Vietnamese = true; sc.Next(); {
				w := string(sc.Bytes())
				p.words, p.folded, p.stems = append(p.words, w), append(p.folded, text.Unmark(w)), append(p.stems, text.Stem(w))
			}
			if !slices.Equal(p.words, words[q.From:q.To]) {
				m.otherWords(qu, &p, q.From, q.To)
			}
		}
	}
}

// otherWords adds a phrase that the archive knows.
func (m *Matcher) otherWords(qu *question, p *kinPhrase, from, to int) {
	o := otherWords{from: from, to: to, forms: p.stems}
	for _, s := range p.stems {
		t := m.lex.stems[s]
		if t == 0 {
			return
		}
		o.stems = append(o.stems, t)
	}
	if len(p.words) == 1 && p.words[0] != p.folded[0] {
		if o.marked = m.lex.stems["\x01"+p.words[0]]; o.marked == 0 {
			return
		}
	}
	qu.other = append(qu.other, o)
}

// figureForms are other ways to write a quantity: digits, with a multiplier, and small
// numbers in words.
func figureForms(q text.Quantity) []string {
	digits := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	out := []string{digits(q.Value)}
	for _, m := range []struct {
		value float64
		name  string
	}{{1e9, "tỷ"}, {1e6, "triệu"}, {1e3, "nghìn"}} {
		if q.Value >= m.value {
			out = append(out, digits(q.Value/m.value)+" "+m.name)
			break
		}
	}
	if w := vietnameseNumber(q.Value); w != "" {
		out = append(out, w)
	}
	return out
}

// vietnameseNumber is a whole number from 2 to 99 in words.
func vietnameseNumber(v float64) string {
	names := []string{"", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"}
	n := int(v)
	if float64(n) != v || n < 2 || n > 99 {
		return ""
	}
	unit := names[n%10]
	switch {
	case n > 10 && n%10 == 5:
		unit = "lăm"
	case n > 20 && n%10 == 1:
		unit = "mốt"
	}
	switch n / 10 {
	case 0:
		return unit
	case 1:
		return strings.TrimSpace("mười " + unit)
	}
	return strings.TrimSpace(names[n/10] + " mươi " + unit)
}

// Weights in the first look-up of what may stand for a question's words.
const (
	weightKin     = 0.6
	weightKinPair = 1.0
)

// kinTerms adds what may stand for a question's words to its look-up: single words as they
// are written, phrases by their pairs of neighbours alone, because a syllable of a phrase
// says little.
func (m *Matcher) kinTerms(qu *question, sum map[uint32]float32) {
	reach, share := float32(0), float32(1)
	if m.model == nil { // nothing after the sum tells a word from what may stand for it
		if share = 0.5; qu.lang != "vi" {
			return
		}
	}
	add := func(t uint32, w float32) {
		if sum[t] == 0 {
			w *= share
			sum[t] = w
			reach += w * bm25Most
			qu.terms = append(qu.terms, index.Term{Term: t, Weight: w})
		}
	}
	for _, o := range qu.other {
		if len(o.stems) == 1 {
			t := o.stems[0]
			if o.marked != 0 {
				t = o.marked
			}
			add(t, weightKin*m.idf(t))
			continue
		}
		for i := 1; i < len(o.stems); i++ {
			p := pairTerm(o.stems[i-1], o.stems[i])
			if m.idx.DocFreq(p) > 0 {
				add(p, weightKinPair*m.idf(p)/float32(len(o.stems)-1))
			}
		}
	}
	slices.SortFunc(qu.terms, func(a, b index.Term) int { return cmp.Compare(a.Term, b.Term) })
	qu.most = max(qu.most, reach) // an archive in another language may know none of the words themselves
}

// kinPlaces is a phrase that may stand for words of a question, as the sheet knows them.
type kinPlaces struct {
	stems  []uint32
	marked uint32
	uniq   []int32 // the words that it stands for
}

// places says of every token of a run which word of the question it is, or stands for; -1
// for none.
func (s *sheet) places(m *Matcher, toks []uint32, out []int32) []int32 {
	out, s.more = out[:0], s.more[:0]
	for _, t := range toks {
		out = append(out, s.find(m.lex.info[t&tokWord].stem))
	}
	if len(s.kin) == 0 {
		return out
	}
	for i, t := range toks {
		w := &m.lex.info[t&tokWord]
		for _, k := range s.kin[w.stem] {
			if k.marked != 0 && k.marked != w.marked || i+len(k.stems) > len(toks) || !s.runs(m, k.stems, toks[i:]) {
				continue
			}
			for j := range k.stems {
				if out[i+j] < 0 {
					out[i+j] = k.uniq[min(j, len(k.uniq)-1)]
				}
			}
			s.more = append(s.more, k.uniq[min(len(k.stems), len(k.uniq)):]...)
		}
	}
	return out
}

// runs reports whether a run of tokens begins with some stems.
func (s *sheet) runs(m *Matcher, stems, toks []uint32) bool {
	for i, x := range stems {
		if m.lex.info[toks[i]&tokWord].stem != x {
			return false
		}
	}
	return true
}

// related enters what may stand for words of a question; order says which of the sheet's
// words each word of the question is.
func (s *sheet) related(qu *question, order []int32) {
	for _, o := range qu.other {
		if o.to > len(order) {
			continue
		}
		k := kinPlaces{stems: o.stems, marked: o.marked}
		for _, u := range order[o.from:o.to] {
			if !slices.Contains(k.uniq, u) {
				k.uniq = append(k.uniq, u)
			}
		}
		if s.kin == nil {
			s.kin = map[uint32][]kinPlaces{}
		}
		s.kin[o.stems[0]] = append(s.kin[o.stems[0]], k)
	}
}
