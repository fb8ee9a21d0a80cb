package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// undisguise undoes what people do to words so that a filter does not see them: figures
// and signs in place of letters (gi3t, đ@o), dots inside a syllable (ch.ế.t), letters
// set apart (v i s ó n g). It changes only what then makes Vietnamese syllables, or, for
// figures, an English-looking word of five letters or more.
func undisguise(s string) string {
	signs, apart := disguised(s)
	if signs {
		s = eachChunk(s, reveal)
	}
	if apart {
		s = gatherLetters(s)
	}
	return s
}

// disguised looks quickly for signs between letters and for single letters in a row.
func disguised(s string) (signs, apart bool) {
	lone, letters := 0, 0 // single letters in a row; letters of the open word
	for i := 0; i <= len(s); i++ {
		c := byte(' ')
		if i < len(s) {
			c = s[i]
		}
		switch {
		case c >= utf8.RuneSelf:
			if utf8.RuneStart(c) {
				letters++
			}
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			letters++
		default:
			if letters == 1 {
				lone++
			} else if letters > 1 {
				lone = 0
			}
			apart = apart || lone >= 4
			if letters > 0 && c > ' ' && i+1 < len(s) && letterByte(s[i+1]) && strings.IndexByte(".*_-@!013457", c) >= 0 {
				signs = true
			}
			letters = 0
		}
	}
	return signs, apart
}

func letterByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf
}

// eachChunk rewrites every run of characters between blanks.
func eachChunk(s string, fn func(string) string) string {
	var b strings.Builder
	b.Grow(len(s))
	for len(s) > 0 {
		end := strings.IndexFunc(s, unicode.IsSpace)
		if end < 0 {
			end = len(s)
		}
		b.WriteString(fn(s[:end]))
		s = s[end:]
		end = strings.IndexFunc(s, func(r rune) bool { return !unicode.IsSpace(r) })
		if end < 0 {
			end = len(s)
		}
		b.WriteString(s[:end])
		s = s[end:]
	}
	return b.String()
}

// reveal rewrites one chunk, or gives it back as it is.
func reveal(w string) string {
	if len(w) > 40 || !signed(w) || strings.ContainsAny(w, "/:#") {
		return w
	}
	core := strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if core == "" {
		return w
	}
	if plain := withoutSigns(core); plain != core {
		return strings.Replace(w, core, plain, 1)
	}
	return w
}

// signed looks quickly for one of the signs between letters; most words have none.
func signed(w string) bool {
	for i := 1; i+1 < len(w); i++ {
		if c := w[i]; c > ' ' && !letterByte(c) && letterByte(w[i-1]) && letterByte(w[i+1]) && strings.IndexByte(".*_-@!013457", c) >= 0 {
			return true
		}
	}
	return false
}

// withoutSigns reads one word; the answer is the word itself when it holds no disguise.
func withoutSigns(w string) string {
	runes := []rune(w)
	letters, swapped, cut, short := 0, 0, 0, false
	var out []rune
	piece := 0
	for i, r := range runes {
		inner := i > 0 && i+1 < len(runes) && unicode.IsLetter(runes[i-1]) && unicode.IsLetter(runes[i+1])
		l := letterFor(r)
		switch {
		case unicode.IsLetter(r):
			letters++
			piece++
			out = append(out, r)
		case !inner:
			return w
		case l != 0:
			swapped++
			out = append(out, l)
		case strings.ContainsRune(".*_-", r):
			short = short || !Syllable(lowered(string(runes[i-piece:i])))
			cut++
			piece = 0
		default:
			return w
		}
	}
	word := string(out)
	u := lowered(word)
	switch {
	case swapped == 0 && cut == 0, swapped > 0 && cut > 0:
		return w
	case cut > 0:
		short = short || !Syllable(lowered(string(runes[len(runes)-piece:])))
		if short && u != strings.ToLower(word) && Syllable(u) {
			return word
		}
		return w
	case letters >= 2 && Syllable(u), letters >= 4 && swapped*2 < letters && plainLatin(u) && !strings.ContainsAny(w, "@!"):
		return word
	}
	return w
}

// lowered is a word in lower case and without marks.
func lowered(w string) string { return Unmark(strings.ToLower(w)) }

// letterFor is the letter that a figure or sign stands for inside a word.
func letterFor(r rune) rune {
	switch r {
	case '0':
		return 'o'
	case '1', '!':
		return 'i'
	case '3':
		return 'e'
	case '4', '@':
		return 'a'
	case '5':
		return 's'
	case '7':
		return 't'
	}
	return 0
}

// gatherLetters joins single letters that stand apart. Two blanks end a word; without
// them the letters are cut into Vietnamese syllables where the text is Vietnamese.
func gatherLetters(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = gatherLine(l)
	}
	return strings.Join(lines, "\n")
}

// mostApart is how many letters in a row are joined: more are no words of anybody's.
const mostApart = 240

func gatherLine(l string) string {
	f := strings.Split(l, " ") // two blanks in a row give an empty field
	var out []string
	vietnamese := syllabic(l)
	for i := 0; i < len(f); {
		j, letters := i, 0
		for j < len(f) && (oneLetter(f[j]) || f[j] == "" && letters > 0) {
			letters += int(min(1, len(f[j])))
			j++
		}
		for j > i && f[j-1] == "" {
			j--
		}
		words := ""
		if letters >= 4 && letters <= mostApart {
			words = joinLetters(f[i:j], vietnamese)
		}
		switch {
		case words != "":
			out = append(out, words)
		case j > i:
			out = append(out, f[i:j]...)
		default:
			out = append(out, f[i])
			j++
		}
		i = j
	}
	return strings.Join(out, " ")
}

func oneLetter(w string) bool {
	r, n := utf8.DecodeRuneInString(w)
	return n > 0 && n == len(w) && unicode.IsLetter(r) && !unspaced(r)
}

// joinLetters makes words of single letters; "" when they make none.
func joinLetters(letters []string, vietnamese bool) string {
	var out []string
	word := ""
	close := func() {
		if word != "" {
			out = append(out, word)
		}
		word = ""
	}
	for _, l := range letters {
		if l == "" {
			close()
			continue
		}
		word += l
	}
	close()
	for i, w := range out {
		parts := Segment(strings.ToLower(w))
		switch {
		case len(parts) > 0 && (vietnamese || w != Unmark(w)):
			out[i] = strings.Join(parts, " ")
		case len(out) == 1 && utf8.RuneCountInString(w) < 5, w == strings.ToUpper(w) && len(w) < 6, !strings.ContainsAny(lowered(w), "aeiouy"):
			return "" // a list, or short forms of chat in a row
		}
	}
	return strings.Join(out, " ")
}

// syllabic reports a line most of whose longer words can be Vietnamese syllables.
func syllabic(line string) bool {
	n, valid := 0, 0
	for _, w := range strings.Fields(line) {
		if u := lowered(w); len(u) > 1 {
			n++
			if Syllable(u) {
				valid++
			}
		}
	}
	return valid*10 >= n*7
}

// Segment cuts lower-case letters written without blanks into Vietnamese syllables, as
// few as possible; nil when they do not divide into syllables of two letters or more.
func Segment(w string) []string {
	runes := []rune(w)
	if len(runes) < 2 || len(runes) > 48 {
		return nil
	}
	const none = 1 << 20
	best, from := make([]int, len(runes)+1), make([]int, len(runes)+1)
	for i := 1; i <= len(runes); i++ {
		best[i] = none
		for n := 2; n <= min(7, i); n++ {
			if best[i-n] < none && best[i-n]+1 <= best[i] && oneSyllable(runes[i-n:i]) {
				best[i], from[i] = best[i-n]+1, i-n
			}
		}
	}
	if best[len(runes)] >= none {
		return nil
	}
	var out []string
	for i := len(runes); i > 0; i = from[i] {
		out = append([]string{string(runes[from[i]:i])}, out...)
	}
	return out
}

// oneSyllable reports a syllable with one tone at most.
func oneSyllable(r []rune) bool {
	tones := 0
	for _, c := range r {
		if _, t := vowelOf(c); t > 0 {
			tones++
		}
	}
	return tones <= 1 && Syllable(Unmark(string(r)))
}
