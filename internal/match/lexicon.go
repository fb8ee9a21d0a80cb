package match

import (
	"cmp"
	"slices"

	"soi/internal/text"
)

// wordInfo is what the archive knows of one word in normal form.
type wordInfo struct {
	stem   uint32  // index term of the stem, always there
	marked uint32  // index term of the marked form, 0 when the word has no marks
	weight float32 // idf as a share of the highest, grammar words less; see refresh
	row    uint32  // row of the learned weights, 0: none
	key    uint32  // hash of senseOf(stem): equal for words that say the same
	pull   float32 // length of the learned vector: how much the word decides
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
	pairs map[uint64]uint32   // two stems → term
	grams map[uint32][]uint32 // hash of a part of a stem → words whose stem has it
	sense *sense              // learned weights, nil when models are off
	terms uint32              // terms handed out
}

func newLexicon(s *sense) *lexicon {
	return &lexicon{ids: map[string]uint32{}, stems: map[string]uint32{}, pairs: map[uint64]uint32{},
		grams: map[uint32][]uint32{}, sense: s, terms: 1}
}

// add returns the number of a word and makes one if there is none.
func (l *lexicon) add(w []byte, kind text.Kind) uint32 {
	if id, ok := l.ids[string(w)]; ok {
		return id
	}
	s := string(w)
	id := uint32(len(l.words))
	l.ids[s] = id
	l.words = append(l.words, s)
	stem, before := text.Stem(s), l.terms
	info := wordInfo{stem: l.term(stem), flags: flagsOf(s, kind), row: l.sense.row(stem), weight: 1,
		key: StemHash(senseOf(stem))}
	info.pull = l.sense.pull(info.row)
	if info.stem == before && kind == text.Word {
		l.addGrams(stem, id)
	}
	folded := text.Unmark(s)
	if kind == text.Word && folded != s {
		info.marked = l.term("\x01" + s)
	}
	l.forms = append(l.forms, wordForms{folded, stem})
	l.info = append(l.info, info)
	return id
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

// mostPairs is how many different pairs of neighbouring stems are told apart. An
// archive of a hundred thousand short claims has about two million; beyond that,
// new pairs are left to the comparison of candidates, so that memory follows the
// words of the archive and not its size.
const mostPairs = 2_000_000

// pair returns the term of two neighbouring stems and makes one if asked to;
// 0 when there is none.
func (l *lexicon) pair(a, b uint32, make bool) uint32 {
	key := uint64(a)<<32 | uint64(b)
	t, ok := l.pairs[key]
	if !ok && make && len(l.pairs) < mostPairs {
		t = l.terms
		l.terms++
		l.pairs[key] = t
	}
	return t
}

// parts calls fn with the term of every four-letter part of a stem; make as in
// pair.
func (l *lexicon) parts(stem string, make bool, fn func(term uint32)) {
	eachGram(stem, func(h uint32) {
		if t := l.pair(0, h, make); t != 0 {
			fn(t)
		}
	})
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
	s := "^" + stem + "$"
	for i := 0; i+gramLen <= len(s); i++ {
		fn(StemHash(s[i : i+gramLen]))
	}
}

func (l *lexicon) addGrams(stem string, word uint32) {
	eachGram(stem, func(h uint32) {
		if list := l.grams[h]; len(list) == 0 || list[len(list)-1] != word {
			l.grams[h] = append(list, word)
		}
	})
}

// neighbours lists words that share at least 60% of the parts of a stem, nearest
// first, at most most of them.
func (l *lexicon) neighbours(stem string, most int) []neighbour {
	count := map[uint32]int{}
	parts := 0
	eachGram(stem, func(h uint32) {
		parts++
		if list := l.grams[h]; len(list) < 5000 {
			for _, w := range list {
				count[w]++
			}
		}
	})
	var out []neighbour
	for w, n := range count {
		other := len(l.forms[w].stem) - gramLen + 3
		if near := 2 * float32(n) / float32(parts+other); near >= 0.6 {
			out = append(out, neighbour{w, near})
		}
	}
	slices.SortFunc(out, func(a, b neighbour) int {
		return cmp.Or(cmp.Compare(b.near, a.near), cmp.Compare(a.word, b.word))
	})
	return out[:min(most, len(out))]
}

// neighbour is a word of the archive and how much of a misspelt one it shares.
type neighbour struct {
	word uint32
	near float32
}
