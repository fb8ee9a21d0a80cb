package match

import (
	"cmp"
	"slices"
	"sync"

	"soi/internal/text"
)

// wordInfo is what the archive knows of one word in normal form.
type wordInfo struct {
	stem   uint32  // index term of the stem, always there
	marked uint32  // index term of the marked form, 0 when the word has no marks
	weight float32 // idf as a share of the highest, grammar words less; see refresh
	row    uint32  // row of the learned weights, 0: none
	pull   float32 // length of the learned vector: how much the word decides
	refs   uint32  // how often the word stands in the archive; at 0 it is forgotten
	flags  uint8
}

// Flags of a word.
const (
	flagFigure uint8 = 1 << iota // a number in digits
	flagPair                     // a character pair or single of an unspaced script
	flagStop                     // carries grammar, not content
	flagNegate                   // turns a statement round
)

// wordForms are the forms of a word that careful reading needs.
type wordForms struct{ folded, stem string }

// lexicon gives numbers to words, stems and pairs. Term 0 means none.
type lexicon struct {
	ids   map[string]uint32 // normal form → word
	words []string          // word → normal form
	forms []wordForms       // word → its other forms
	info  []wordInfo
	stems map[string]uint32   // stem or "\x01"+marked form → term
	grams map[uint32][]uint32 // hash of a part of a stem → words whose stem has it
	sense *sense              // learned weights, nil when models are off
	terms uint32              // terms handed out

	carriers map[uint32]uint32 // stem term → words that have it beside one
	free     []uint32          // numbers of forgotten words
	rooms    sync.Pool         // of *counts
}

func newLexicon(s *sense) *lexicon {
	return &lexicon{ids: map[string]uint32{}, stems: map[string]uint32{}, carriers: map[uint32]uint32{},
		grams: map[uint32][]uint32{}, sense: s, terms: 1}
}

// add returns the number of a word and makes one if there is none.
func (l *lexicon) add(w []byte, kind text.Kind) uint32 {
	if id, ok := l.ids[string(w)]; ok {
		return id
	}
	s := string(w)
	id := l.room()
	l.ids[s], l.words[id] = id, s
	folded, stem := text.Unmark(s), text.Stem(s)
	info := l.about(s, stem, kind)
	t, known := l.stems[stem]
	if known {
		l.carriers[t]++
	} else {
		t = l.term(stem)
	}
	info.stem = t
	if !known && kind == text.Word {
		l.addGrams(stem, id)
	}
	if kind == text.Word && folded != s {
		info.marked = l.term("\x01" + s)
	}
	l.forms[id], l.info[id] = wordForms{folded, stem}, info
	return id
}

// about is what follows from a word and its stem alone.
func (l *lexicon) about(w, stem string, kind text.Kind) wordInfo {
	row := l.sense.row(stem)
	return wordInfo{flags: flagsOf(w, kind), row: row, pull: l.sense.pull(row), weight: 1}
}

// room is the number of a forgotten word, or else the next one.
func (l *lexicon) room() uint32 {
	if n := len(l.free); n > 0 {
		id := l.free[n-1]
		l.free = l.free[:n-1]
		return id
	}
	l.words, l.forms, l.info = append(l.words, ""), append(l.forms, wordForms{}), append(l.info, wordInfo{})
	return uint32(len(l.words) - 1)
}

// forget wipes the words of a run of tokens that stand nowhere else in the
// archive any more: what was erased must not be read from memory or a snapshot.
// The number of a word is used again, that of its term is not.
func (l *lexicon) forget(toks []uint32) {
	for _, t := range toks {
		id := t & tokWord
		w := &l.info[id]
		if w.refs--; w.refs > 0 {
			continue
		}
		stem := l.forms[id].stem
		delete(l.ids, l.words[id])
		delete(l.stems, "\x01"+l.words[id])
		l.words[id], l.forms[id] = "", wordForms{}
		l.free = append(l.free, id)
		if n := l.carriers[w.stem]; n > 0 {
			l.carriers[w.stem] = n - 1
			l.passOn(stem, id)
			continue
		}
		delete(l.carriers, w.stem)
		delete(l.stems, stem)
		l.dropGrams(stem, id, id)
	}
}

// passOn lets another word of the same stem stand for its parts, if this one did.
func (l *lexicon) passOn(stem string, id uint32) {
	stands := false
	eachGram(stem, func(h uint32) { stands = stands || slices.Contains(l.grams[h], id) })
	if !stands {
		return
	}
	for other, f := range l.forms {
		if f.stem == stem && uint32(other) != id && l.words[other] != "" {
			l.dropGrams(stem, id, uint32(other))
			return
		}
	}
}

// dropGrams puts another word in the place of one in the lists of a stem's
// parts; the word itself in its own place takes it out.
func (l *lexicon) dropGrams(stem string, id, other uint32) {
	eachGram(stem, func(h uint32) {
		list := l.grams[h]
		i := slices.Index(list, id)
		switch {
		case i < 0:
		case other != id:
			list[i] = other
		case len(list) == 1:
			delete(l.grams, h)
		default:
			l.grams[h] = slices.Delete(list, i, i+1)
		}
	})
}

func flagsOf(w string, kind text.Kind) uint8 {
	var f uint8
	switch kind {
	case text.Figure:
		f |= flagFigure
	case text.Pair, text.Single:
		f |= flagPair
	}
	if text.Stop(w) {
		f |= flagStop
	}
	if text.Negates(w) {
		f |= flagNegate
	}
	return f
}

func (l *lexicon) term(key string) uint32 {
	if t, ok := l.stems[key]; ok {
		return t
	}
	t := l.terms
	l.terms++
	l.stems[key] = t
	return t
}

// pairTerm is the term of two neighbouring stems: a hash, above all terms that are
// handed out. Two pairs in a thousand million share one, which costs nothing.
func pairTerm(a, b uint32) uint32 {
	h := (uint64(a)<<32 | uint64(b)) * 0x9E3779B97F4A7C15
	h = (h ^ h>>29) * 0xBF58476D1CE4E5B9
	return 1<<31 | uint32(h>>33)
}

// eachPart calls fn with the term of every four-letter part of a stem.
func eachPart(stem string, fn func(term uint32)) {
	eachGram(stem, func(h uint32) { fn(pairTerm(0, h)) })
}

// gramLen is the length of the word parts by which a misspelt word finds its
// neighbours, in bytes of the stem with one mark before and after it.
const gramLen = 4

// eachGram calls fn with a hash of every part of a stem. Stems shorter than
// four bytes have none: they have too many neighbours to be worth a guess.
func eachGram(stem string, fn func(uint32)) {
	if len(stem) < gramLen {
		return
	}
	at := func(i int) byte { // of "^" + stem + "$"
		switch i {
		case 0:
			return '^'
		case len(stem) + 1:
			return '$'
		}
		return stem[i-1]
	}
	for i := 0; i+gramLen <= len(stem)+2; i++ {
		h := uint32(2166136261) // StemHash of the part
		for j := i; j < i+gramLen; j++ {
			h = (h ^ uint32(at(j))) * 16777619
		}
		fn(h)
	}
}

func (l *lexicon) addGrams(stem string, word uint32) {
	eachGram(stem, func(h uint32) {
		if list := l.grams[h]; len(list) == 0 || list[len(list)-1] != word {
			l.grams[h] = append(list, word)
		}
	})
}

// crowded is the length from which a list of words that share a part says too
// little to be read.
const crowded = 5000

// counts is room for counting the words that share parts with a stem.
type counts struct {
	n     []uint8
	words []uint32
	lists [][]uint32
}

// neighbours lists words that share at least 60% of the parts of a stem, nearest
// first, at most most of them.
func (l *lexicon) neighbours(stem string, most int) []neighbour {
	c, ok := l.rooms.Get().(*counts)
	if !ok {
		c = new(counts)
	}
	defer l.rooms.Put(c)
	if len(c.n) < len(l.words) {
		c.n = make([]uint8, len(l.words)*5/4+64)
	}
	parts := c.count(l, stem)
	var out []neighbour
	for _, w := range c.words {
		other := len(l.forms[w].stem) - gramLen + 3
		if near := 2 * float32(c.n[w]) / float32(parts+other); near >= 0.6 {
			out = append(out, neighbour{w, near})
		}
		c.n[w] = 0
	}
	slices.SortFunc(out, func(a, b neighbour) int {
		return cmp.Or(cmp.Compare(b.near, a.near), cmp.Compare(a.word, b.word))
	})
	return out[:min(most, len(out))]
}

// count fills c.n for every word that can share 60% of the parts and returns how
// many parts the stem has. A word with so many in common (three sevenths of the
// stem's, if it has no others) is in one of the shorter lists: the longest ones only
// add to words that were seen there.
func (c *counts) count(l *lexicon, stem string) (parts int) {
	c.words, c.lists = c.words[:0], c.lists[:0]
	eachGram(stem, func(h uint32) {
		parts++
		if list := l.grams[h]; len(list) > 0 && len(list) < crowded {
			c.lists = append(c.lists, list)
		}
	})
	slices.SortStableFunc(c.lists, func(a, b []uint32) int { return cmp.Compare(len(a), len(b)) })
	opening := len(c.lists) - (3*parts+6)/7 + 1
	for i, list := range c.lists {
		for _, w := range list {
			switch {
			case c.n[w] > 0:
				c.n[w] = min(c.n[w]+1, 250)
			case i < opening:
				c.n[w] = 1
				c.words = append(c.words, w)
			}
		}
	}
	return parts
}

// neighbour is a word of the archive and how much of a misspelt one it shares.
type neighbour struct {
	word uint32
	near float32
}
