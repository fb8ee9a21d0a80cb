package match

import (
	"soi/internal/text"
)

// wordInfo is what the archive knows of one word in normal form.
type wordInfo struct {
	stem   uint32 // index term of the stem, always there
	marked uint32 // index term of the marked form, 0 when the word has no marks
	flags  uint8
}

// Flags of a word.
const (
	flagFigure uint8 = 1 << iota // a number in digits
	flagPair                     // a character pair or single of an unspaced script
	flagStop                     // carries grammar, not content
	flagNegate                   // turns a statement round
)

// lexicon gives numbers to words, stems and pairs. Term 0 means none.
type lexicon struct {
	ids   map[string]uint32 // normal form → word
	words []string          // word → normal form
	info  []wordInfo
	stems map[string]uint32 // stem or "\x01"+marked form → term
	pairs map[uint64]uint32 // two stems → term
	terms uint32            // terms handed out
}

func newLexicon() *lexicon {
	return &lexicon{ids: map[string]uint32{}, stems: map[string]uint32{}, pairs: map[uint64]uint32{}, terms: 1}
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
	info := wordInfo{stem: l.term(text.Stem(s)), flags: flagsOf(s, kind)}
	if kind == text.Word && text.Unmark(s) != s {
		info.marked = l.term("\x01" + s)
	}
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

// pair returns the term of two neighbouring stems and makes one if asked to;
// 0 when there is none.
func (l *lexicon) pair(a, b uint32, make bool) uint32 {
	key := uint64(a)<<32 | uint64(b)
	t, ok := l.pairs[key]
	if !ok && make {
		t = l.terms
		l.terms++
		l.pairs[key] = t
	}
	return t
}
