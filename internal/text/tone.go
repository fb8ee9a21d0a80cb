package text

import (
	"bytes"
	"unicode/utf8"
)

// tonePairs lists the older placement of the tone mark and the newer one. Both
// are in daily use; soi writes the newer inside.
func newTone(a, b rune) (x, y rune) {
	switch b {
	case 'a', 'e':
		switch a {
		case 'ò':
			return 'o', grave(b)
		case 'ó':
			return 'o', acute(b)
		case 'ỏ':
			return 'o', above(b)
		case 'õ':
			return 'o', tilde(b)
		case 'ọ':
			return 'o', below(b)
		}
	case 'y':
		switch a {
		case 'ù':
			return 'u', 'ỳ'
		case 'ú':
			return 'u', 'ý'
		case 'ủ':
			return 'u', 'ỷ'
		case 'ũ':
			return 'u', 'ỹ'
		case 'ụ':
			return 'u', 'ỵ'
		}
	}
	return a, b
}

func grave(b rune) rune { return pick(b, 'à', 'è') }
func acute(b rune) rune { return pick(b, 'á', 'é') }
func above(b rune) rune { return pick(b, 'ả', 'ẻ') }
func tilde(b rune) rune { return pick(b, 'ã', 'ẽ') }
func below(b rune) rune { return pick(b, 'ạ', 'ẹ') }

func pick(b, a, e rune) rune {
	if b == 'a' {
		return a
	}
	return e
}

// placeTone rewrites òa, òe, ùy and their sisters to oà, oè, uỳ in place. The
// forms have different lengths in UTF-8, so the result may be another slice.
func placeTone(w []byte) []byte {
	if !bytes.ContainsAny(w, "òóỏõọùúủũụ") {
		return w
	}
	out := make([]byte, 0, len(w)+4)
	for i := 0; i < len(w); {
		a, n := utf8.DecodeRune(w[i:])
		b, m := utf8.DecodeRune(w[i+n:])
		x, y := newTone(a, b)
		if x != a {
			out = utf8.AppendRune(utf8.AppendRune(out, x), y)
			i += n + m
			continue
		}
		out = utf8.AppendRune(out, a)
		i += n
	}
	return out
}
