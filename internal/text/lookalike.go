package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Plain replaces letters that are only dressed up: full-width, mathematical,
// circled and superscript letters become plain ones, ligatures are opened, and
// Cyrillic or Greek letters that look Latin become Latin inside a word that has
// Latin letters too. Words wholly in Cyrillic or Greek stay as they are.
func Plain(s string) string {
	fancy, mixed := survey(s)
	if fancy {
		s = openFancy(s)
	}
	if mixed {
		s = latinise(s)
	}
	return s
}

// survey reports whether s holds dressed-up letters, and whether it holds both
// Latin letters and Cyrillic or Greek ones.
func survey(s string) (fancy, mixed bool) {
	latin, other := false, false
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			latin = latin || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case r < 0x250 || r >= 0x1e00 && r <= 0x1eff:
			latin = true
		case foreign(r):
			other = true
		}
		fancy = fancy || dressed(r)
	}
	return fancy, latin && other
}

func dressed(r rune) bool {
	return r >= 0x2070 && r <= 0x209c || r >= 0x2100 && r <= 0x214f || r >= 0x2460 && r <= 0x24ff ||
		r >= 0xfb00 && r <= 0xfdff || r >= 0xfe70 && r <= 0xffef || r >= 0x1d400 && r <= 0x1d7ff ||
		r >= 0x1f100 && r <= 0x1f1ff || r == 0xe33 || r == 0xeb3 || r == 0xaa || r == 0xba || r == 0xb2 || r == 0xb3 || r == 0xb9
}

func openFancy(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case r >= 0x1f130 && r <= 0x1f149: // squared capitals
			b.WriteRune('A' + r - 0x1f130)
		case r >= 0x1f150 && r <= 0x1f169: // negative circled capitals
			b.WriteRune('A' + r - 0x1f150)
		case r >= 0x1f170 && r <= 0x1f189: // negative squared capitals
			b.WriteRune('A' + r - 0x1f170)
		case dressed(r):
			b.WriteString(norm.NFKC.String(string(r)))
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

// latinise goes word by word: a word that mixes Latin with Cyrillic or Greek is
// read as Latin, letter for letter where the shapes agree.
func latinise(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for len(s) > 0 {
		end := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
		if end < 0 {
			end = len(s)
		}
		writeWord(&b, s[:end])
		s = s[end:]
		end = strings.IndexFunc(s, unicode.IsLetter)
		if end < 0 {
			end = len(s)
		}
		b.WriteString(s[:end])
		s = s[end:]
	}
	return norm.NFC.String(b.String())
}

func writeWord(b *strings.Builder, w string) {
	latin, other := false, false
	for _, r := range w {
		latin = latin || unicode.Is(unicode.Latin, r)
		other = other || foreign(r)
	}
	if !latin || !other {
		b.WriteString(w)
		return
	}
	for _, r := range norm.NFD.String(w) { // the twin may wear a mark
		if l := twin(r); l != 0 {
			r = l
		}
		b.WriteRune(r)
	}
}

// foreign reports Greek and Cyrillic letters.
func foreign(r rune) bool { return r >= 0x370 && r <= 0x52f || r >= 0x1f00 && r <= 0x1fff }

// twin gives the Latin letter that a Cyrillic or Greek one is mistaken for, or
// 0. Only pairs that most typefaces draw alike are listed.
func twin(r rune) rune {
	const from = "аАвВеЕкКмМнНоОрРсСтТуУхХіІјЈѕЅԁһԛԝҮүαΑΒΕΖΗΙΚΜΝοΟρΡΤΥΧνιυ"
	const to = "aABBeEkKMMHHoOpPcCTTyYxXiIjJsSdhqwYyaABEZHIKMNoOpPTYXviu"
	i := 0
	for _, f := range from {
		if f == r {
			return rune(to[i])
		}
		i++
	}
	return 0
}
