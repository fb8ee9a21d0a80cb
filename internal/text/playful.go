package text

import (
	"strings"
	"unicode/utf8"
)

// playful reads the spellings that chat makes for fun and that no Vietnamese
// word can have: a k at the end of a syllable whose tone no stop allows (nèk,
// lạnk), p for b (pé, pạn), a vowel too many after c (coá, coan), consonants
// with a k in the place of h (ckồng, nkìu), y for i in the middle (tym), sh for
// s. It returns w itself when it sees none.
func playful(w string) string {
	if !odd(w) {
		return w
	}
	bare, tone := toneless(w)
	marked := Unmark(w) != w
	s := playfulTail(playfulHead(bare, marked), tone, marked)
	if s == bare {
		return w
	}
	if full := shortForm(toned(s, tone)); full != "" {
		return full
	}
	if !Syllable(Unmark(s)) {
		return w
	}
	return toned(s, tone)
}

// odd reports words that may be spelt for fun, by their letters alone: nearly
// all words are not, and every word of every text comes by here.
func odd(w string) bool {
	if last := w[len(w)-1]; last == 'k' || last == 'q' || w[0] == 'p' {
		return true
	}
	if len(w) > 2 && (w[1] == 'k' || w[:2] == "sh" || w[:2] == "co" || w[:3] == "cho") {
		return true
	}
	i := strings.IndexByte(w, 'y')
	return i > 0 && i+1 < len(w)
}

// playfulTail mends the end of a word without its tone. marked says that the word
// carries Vietnamese marks: "bank" may be English, "lạnk" may not.
func playfulTail(s string, tone int, marked bool) string {
	if rest, ok := strings.CutSuffix(s, "nq"); ok && Syllable(Unmark(rest+"ng")) {
		s = rest + "ng"
	}
	if rest, ok := strings.CutSuffix(s, "nk"); ok && marked {
		for _, end := range []string{"nh", "ng"} {
			if u := Unmark(rest + end); Syllable(u) {
				return rest + end
			}
		}
	}
	// Syllables that end in c, ch, p and t are of the acute and the dot alone.
	if rest, ok := strings.CutSuffix(s, "k"); ok && tone != 0 && tone != toneAcute && tone != toneDot && Syllable(Unmark(rest)) {
		s = rest
	}
	// Only a, u and ê stand before y at the end of a syllable, and nothing after it
	// when a consonant stands before it.
	if i := strings.IndexByte(s, 'y'); i > 0 && i+1 < len(s) && !strings.ContainsAny(s[i-1:i], "aeiouy") && !Syllable(Unmark(s)) {
		s = s[:i] + "i" + s[i+1:]
	}
	return s
}

// playfulHead mends the beginning. Loan words begin with p (pin, pa-tê); what
// carries Vietnamese marks does not.
func playfulHead(s string, marked bool) string {
	for _, p := range []struct{ from, to string }{{"ck", "ch"}, {"nk", "nh"}, {"tk", "th"}, {"pk", "ph"}, {"kk", "kh"}} {
		if rest, ok := strings.CutPrefix(s, p.from); ok && rest != "" {
			return p.to + rest
		}
	}
	switch {
	case strings.HasPrefix(s, "sh") && (marked || s == "shao"):
		return "s" + s[2:]
	case marked && len(s) > 1 && s[0] == 'p' && s[1] != 'h' && s != "pê" && s != "pô":
		return "b" + s[1:]
	case strings.HasPrefix(s, "coa"), s == "choa": // what sounds so is spelt qua; choáng and choàng are words
		return strings.Replace(s, "oa", "o", 1)
	}
	return s
}

// The tones as toneTable counts them.
const (
	toneAcute = 2
	toneDot   = 5
)

// toneless takes the tone mark off a word and keeps the marks that make other
// vowels: "nhiều" → "nhiêu", 1.
func toneless(w string) (string, int) {
	var b strings.Builder
	tone := 0
	for _, r := range w {
		if v, t := vowelOf(r); t != 0 {
			tone, r = t, vowelRune(v, 0)
		}
		b.WriteRune(r)
	}
	return b.String(), tone
}

// toned gives a word its tone mark, where placeTone wants it.
func toned(s string, tone int) string {
	if tone == 0 {
		return s
	}
	for i, r := range s {
		if v, _ := vowelOf(r); v >= 0 && !(i == 1 && (s[0] == 'q' || s[0] == 'g' && len(s) > 2 && isVowel(s[2:]))) {
			return string(placeTone([]byte(s[:i] + string(vowelRune(v, tone)) + s[i+utf8.RuneLen(r):])))
		}
	}
	return s
}

// isVowel reports whether a string begins with a vowel.
func isVowel(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	v, _ := vowelOf(r)
	return v >= 0
}
