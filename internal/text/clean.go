package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Clean makes a string safe to store and show: valid UTF-8 (each broken byte
// becomes U+FFFD), NFC, without zero-width, bidirectional-control and other
// invisible characters, and without control characters except tab and line
// feed. CR and CRLF become line feeds, Unicode line and paragraph separators
// too. It changes no visible letter.
func Clean(s string) string {
	if isCleanASCII(s) {
		return s
	}
	if needsStrip(s) {
		s = strip(s)
	}
	return norm.NFC.String(s)
}

// isCleanASCII is the fast road of Clean: most English text needs nothing.
func isCleanASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf || c == 0x7f || (c < ' ' && c != '\t' && c != '\n') {
			return false
		}
	}
	return true
}

func needsStrip(s string) bool {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c == 0x7f || (c < ' ' && c != '\t' && c != '\n') {
				return true
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if (r == utf8.RuneError && n == 1) || r == '\u2028' || r == '\u2029' || invisible(r) {
			return true
		}
		i += n
	}
	return false
}

func strip(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\r':
			if !strings.HasPrefix(s[i+1:], "\n") {
				b.WriteByte('\n')
			}
		case r == '\u2028' || r == '\u2029' || r == '\u0085':
			b.WriteByte('\n')
		case invisible(r):
		default:
			b.WriteRune(r)
		}
		i += n
	}
	return b.String()
}

// invisible reports runes that change what a program reads but not what a
// person sees: controls, joiners, bidi marks, variation selectors, tags,
// soft hyphens and the blank Hangul fillers.
func invisible(r rune) bool {
	switch {
	case r == '\t' || r == '\n':
		return false
	case r < ' ' || (r >= 0x7f && r <= 0x9f):
		return true
	case r < 0xad:
		return false
	case r == 0xad, r == 0x34f, r == 0x61c, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5,
		r >= 0x180b && r <= 0x180f, r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e,
		r >= 0x2060 && r <= 0x206f, r == 0x3164, r >= 0xfe00 && r <= 0xfe0f, r == 0xfeff,
		r == 0xffa0, r >= 0xfff9 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe0fff:
		return true
	}
	return false
}

// Fold gives the form under which a search column stores text and a search box
// looks it up: Clean, look-alike letters resolved, lower case, Latin, Arabic
// and Greek marks removed (đ becomes d), runs of anything that is neither
// letter nor digit turned into one blank. Marks that carry the vowels of Thai,
// Indic and similar scripts stay. Fold(Fold(s)) == Fold(s): lowering a letter
// or taking a mark off can bring out a look-alike, so it goes on until nothing
// changes, which is after the second round for anything people type.
func Fold(s string) string {
	out := foldOnce(s)
	for range 8 { // a bound, should a chain of look-alikes ever be longer
		next := foldOnce(out)
		if next == out {
			break
		}
		out = next
	}
	return out
}

// foldOnce is one round of Fold.
func foldOnce(s string) string {
	s = Plain(Clean(s))
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, r := range norm.NFD.String(s) {
		if foldsAway(r) {
			continue
		}
		if r == 'đ' || r == 'Đ' {
			r = 'd'
		}
		r = settled(r)
		if !wordRune(r) {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		b.WriteRune(lower(r))
	}
	return norm.NFC.String(b.String())
}

// wordRune reports letters, digits and the marks that belong to them.
func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z'
	}
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)
}

// foldsAway reports marks that readers of the script leave out when they type
// in a hurry: European and Vietnamese accents, Arabic and Hebrew vowel points,
// the Arabic lengthening stroke.
func foldsAway(r rune) bool {
	switch {
	case r < 0x300:
		return false
	case r <= 0x36f, r >= 0x591 && r <= 0x5bd, r == 0x5bf, r == 0x5c1, r == 0x5c2,
		r >= 0x610 && r <= 0x61a, r == 0x640, r >= 0x64b && r <= 0x65f, r == 0x670,
		r >= 0x6d6 && r <= 0x6ed && unicode.IsMark(r), r >= 0x1ab0 && r <= 0x1aff, r >= 0x1dc0 && r <= 0x1dff,
		r >= 0x20d0 && r <= 0x20ff, r == 0x93c, r == 0xa3c: // the dots of loan letters in Devanagari and Gurmukhi
		return true
	}
	return false
}

// settled gives one form to letters that keyboards of one script offer twice: Persian
// and Urdu forms of Arabic letters, final alef and ta, the two nasal marks of Devanagari.
func settled(r rune) rune {
	if r < 0x600 || r > 0x978 {
		return r
	}
	switch r {
	case 'ٱ':
		return 'ا'
	case 'ى', 'ی', 'ے':
		return 'ي'
	case 'ة', 'ہ', 'ھ', 'ە', 'ۃ':
		return 'ه'
	case 'ک':
		return 'ك'
	case 0x901:
		return 0x902
	}
	return r
}

func lower(r rune) rune {
	if r < utf8.RuneSelf {
		if r >= 'A' && r <= 'Z' {
			return r + 32
		}
		return r
	}
	return unicode.ToLower(r)
}
