package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind says what sort of token a Scanner stands on.
type Kind uint8

// The kinds of token.
const (
	Word   Kind = iota // a word, or one Vietnamese syllable
	Figure             // a number in digits, normal form ("1.234,5" → "1234.5")
	Pair               // two neighbouring characters of a script without blanks
	Single             // a character of such a script that stands alone
)

// Scanner cuts a text into words, syllables, figures and character pairs, in
// order, skipping links, marks of punctuation and pictures. Use NewScanner,
// then Next until it returns false.
type Scanner struct {
	s   string
	pos int
	buf []byte
	run []span // clusters of a run without blanks still to be paired
	ri  int

	more string // words of a short form still to come, with blanks between them
	glue int    // where the last figure ended
	unit bool   // the token before was a figure

	fresh bool // the next word opens a sentence
	tag   bool // inside a #tag or @name: capitals cut words
	loud  bool // capitals say nothing in this text

	// Vietnamese says that the text is Vietnamese: short forms of chat are then
	// written out.
	Vietnamese bool

	// Kind, Start, End, Upper, First, Gap describe the token after Next.
	Kind       Kind
	Start, End int  // bytes of the prepared text, see Source
	Upper      bool // began with a capital letter
	Caps       bool // wholly in capitals, two letters or more
	First      bool // first of a sentence, line or quotation
	Percent    bool // a figure followed by %
}

type span struct{ from, to int }

// NewScanner prepares s (Clean, Plain, disguises undone) and stands before its first token.
func NewScanner(s string) *Scanner {
	sc := &Scanner{}
	sc.Reset(s)
	return sc
}

// Reset starts over on another text and keeps the buffers.
func (sc *Scanner) Reset(s string) {
	sc.s, sc.pos, sc.fresh, sc.tag = undisguise(Plain(Clean(s))), 0, true, false
	sc.loud = loud(sc.s)
	sc.run, sc.ri = sc.run[:0], 0
	sc.more, sc.glue, sc.unit = "", -1, false
}

// Source is the prepared text that Start and End count in.
func (sc *Scanner) Source() string { return sc.s }

// Bytes is the normal form of the token: lower case, NFC, tone marks where the
// newer spelling puts them. It is overwritten by the next call of Next.
func (sc *Scanner) Bytes() []byte { return sc.buf }

// Next moves to the next token and reports whether there is one.
func (sc *Scanner) Next() bool {
	if sc.ri < len(sc.run) {
		sc.pair()
		return true
	}
	if sc.more != "" {
		sc.write(sc.more)
		sc.Upper, sc.First = false, false
		return true
	}
	for sc.pos < len(sc.s) {
		c := sc.s[sc.pos]
		if c < utf8.RuneSelf {
			switch {
			case c >= '0' && c <= '9':
				return sc.figure()
			case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
				if sc.skipLink() {
					continue
				}
				return sc.word()
			}
			sc.between(rune(c))
			sc.pos++
			continue
		}
		r, n := utf8.DecodeRuneInString(sc.s[sc.pos:])
		switch {
		case unspaced(r):
			return sc.clusters()
		case unicode.IsDigit(r):
			return sc.figure()
		case unicode.IsLetter(r):
			return sc.word()
		}
		sc.between(r)
		sc.pos += n
	}
	return false
}

// between notes what a rune outside tokens means for the next one.
func (sc *Scanner) between(r rune) {
	switch r {
	case ' ', '\t':
		sc.tag = false
	case '#', '@':
		sc.tag = true
	case '.', '!', '?', '\n', '…', ':', '"', '“', '”', '«', '(', '。', '！', '？', '•', '-', '–', '—':
		sc.fresh, sc.tag = true, false
	}
}

// skipLink steps over a link or a bare domain with a path.
func (sc *Scanner) skipLink() bool {
	n := linkLen(sc.s[sc.pos:])
	sc.pos += n
	return n > 0
}

// linkLen is the length of the link at the start of s, 0 when there is none.
func linkLen(s string) int {
	stop := strings.IndexAny(s[:min(len(s), 400)], " \t\n\"<>")
	if stop < 0 {
		stop = min(len(s), 400)
	}
	w := s[:stop]
	dot := strings.IndexByte(w, '.')
	if dot < 0 {
		return 0
	}
	scheme := strings.Index(w, "://")
	switch {
	case scheme > 0 && scheme < 8:
		return stop
	case strings.HasPrefix(w, "www.") || strings.HasPrefix(w, "Www."):
		return stop
	}
	slash := strings.IndexByte(w, '/')
	if slash < dot+3 || dot+1 >= len(w) {
		return 0
	}
	for i := 0; i < slash; i++ {
		c := w[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-') {
			return 0
		}
	}
	return stop
}

// longestWord is how many letters and marks of a word are read; a longer run is no word
// of any language and only its beginning is kept.
const longestWord = 64

// word reads letters, their marks and digits, with apostrophes inside.
func (sc *Scanner) word() bool {
	sc.Kind, sc.Start, sc.Percent = Word, sc.pos, false
	sc.First, sc.fresh = sc.fresh, false
	sc.buf = sc.buf[:0]
	letters, uppers, marked, digits := 0, 0, false, false
	var prev rune
loop:
	for sc.pos < len(sc.s) {
		r, n := utf8.DecodeRuneInString(sc.s[sc.pos:])
		switch {
		case r == '\'' || r == '’' || r == '‘' || r == '`':
			next, _ := utf8.DecodeRuneInString(sc.s[sc.pos+n:])
			if !unicode.IsLetter(next) || unspaced(next) {
				break loop
			}
			sc.pos += n
			sc.buf = append(sc.buf, '\'')
			continue
		case r < utf8.RuneSelf && r >= '0' && r <= '9':
			if letters >= 3 && !digits {
				break loop
			}
			digits = true
		case r >= utf8.RuneSelf && unspaced(r) || !wordRune(r):
			break loop
		}
		up := r >= 'A' && r <= 'Z' || r > utf8.RuneSelf && unicode.IsUpper(r)
		if up {
			if sc.tag && letters > 1 && unicode.IsLower(prev) {
				break loop
			}
			uppers++
		}
		letters++
		prev = r
		if letters > longestWord {
			sc.pos += n
			continue
		}
		l := r
		if up {
			l = lower(r)
		}
		marked = marked || l > utf8.RuneSelf
		sc.buf = utf8.AppendRune(sc.buf, l)
		sc.pos += n
	}
	sc.close(letters, uppers, marked)
	return true
}

// close finishes a word of so many letters, and so many of them capitals.
func (sc *Scanner) close(letters, uppers int, marked bool) {
	sc.End = sc.pos
	first, _ := utf8.DecodeRuneInString(sc.s[sc.Start:])
	upper := unicode.IsUpper(first)
	sc.Upper, sc.Caps = upper && !sc.loud, uppers == letters && letters > 1 && !sc.loud
	if letters == 1 {
		sc.dotted()
	}
	sc.apostrophes()
	if marked {
		sc.buf = placeTone(sc.buf)
	}
	counts := sc.unit && gluedUnit(string(sc.buf)) // "8 kg" is no "8 không"
	sc.unit = false
	if sc.Vietnamese && !(letters == 1 && upper) && sc.Start != sc.glue && !counts {
		sc.writeOut()
	}
}

// writeOut replaces a word of a Vietnamese text by what it stands for.
func (sc *Scanner) writeOut() {
	if sc.tag && len(sc.buf) > 5 && !Syllable(Unmark(string(sc.buf))) {
		if parts := Segment(string(sc.buf)); len(parts) > 1 {
			sc.write(strings.Join(parts, " "))
			return
		}
	}
	if sc.voice() {
		return
	}
	full := expand(string(sc.buf))
	if sc.Upper && strings.HasPrefix(full, "b") && sc.buf[0] == 'p' {
		return // highland names begin so: Pác Bó, Pắc Nặm
	}
	if full != string(sc.buf) {
		sc.write(full)
	}
}

// write makes the first of some words the token and keeps the others.
func (sc *Scanner) write(words string) {
	head, rest, _ := strings.Cut(words, " ")
	sc.buf, sc.more = placeTone(append(sc.buf[:0], head...)), rest
}

// dotted joins single letters with dots between them: "U.S.A." is one word, and
// so is a word spelt with dots to slip past a filter.
func (sc *Scanner) dotted() {
	for sc.pos+1 < len(sc.s) && sc.s[sc.pos] == '.' {
		r, n := utf8.DecodeRuneInString(sc.s[sc.pos+1:])
		if !unicode.IsLetter(r) || unspaced(r) {
			return
		}
		after, _ := utf8.DecodeRuneInString(sc.s[sc.pos+1+n:])
		if unicode.IsLetter(after) || unicode.IsDigit(after) {
			return
		}
		sc.buf = utf8.AppendRune(sc.buf, lower(r))
		sc.pos += 1 + n
		sc.End = sc.pos
		sc.Caps = sc.Upper
	}
}

// apostrophes drops the English possessive and closes contractions (don't →
// dont, o'clock → oclock).
func (sc *Scanner) apostrophes() {
	n := len(sc.buf)
	if n > 2 && sc.buf[n-1] == 's' && sc.buf[n-2] == '\'' {
		sc.buf = sc.buf[:n-2]
	}
	k := 0
	for _, c := range sc.buf {
		if c != '\'' {
			sc.buf[k] = c
			k++
		}
	}
	sc.buf = sc.buf[:k]
}

// unspaced reports scripts that are written without blanks between words: Han,
// kana, Thai, Lao, Khmer, Myanmar.
func unspaced(r rune) bool {
	if r < 0xe00 {
		return false
	}
	switch {
	case r <= 0xeff, r >= 0x1000 && r <= 0x109f, r >= 0x1780 && r <= 0x17ff:
		return unicode.IsLetter(r) || unicode.IsMark(r)
	case r >= 0x3005 && r <= 0x3007, r >= 0x3040 && r <= 0x30ff, r >= 0x3400 && r <= 0x4dbf,
		r >= 0x4e00 && r <= 0x9fff, r >= 0xf900 && r <= 0xfaff, r >= 0x20000 && r <= 0x323af:
		return true
	}
	return false
}

// clusters reads a run of unspaced characters, each with its marks, and emits
// the first pair.
func (sc *Scanner) clusters() bool {
	sc.run, sc.ri = sc.run[:0], 0
	for sc.pos < len(sc.s) {
		r, n := utf8.DecodeRuneInString(sc.s[sc.pos:])
		if !unspaced(r) {
			break
		}
		if unicode.IsMark(r) && len(sc.run) > 0 {
			sc.run[len(sc.run)-1].to = sc.pos + n
		} else {
			sc.run = append(sc.run, span{sc.pos, sc.pos + n})
		}
		sc.pos += n
	}
	sc.pair()
	return true
}

func (sc *Scanner) pair() {
	sc.Upper, sc.Caps, sc.Percent = false, false, false
	sc.First, sc.fresh = sc.fresh, false
	a := sc.run[sc.ri]
	sc.Kind, sc.Start, sc.End = Single, a.from, a.to
	if len(sc.run) > 1 {
		sc.Kind, sc.End = Pair, sc.run[sc.ri+1].to
	}
	sc.buf = append(sc.buf[:0], sc.s[sc.Start:sc.End]...)
	sc.ri++
	if sc.ri >= len(sc.run)-1 {
		sc.ri = len(sc.run)
	}
}
