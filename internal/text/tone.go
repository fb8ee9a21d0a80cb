package text

import (
	"strings"
	"unicode/utf8"
)

// toneTable lists the Vietnamese vowels, each six times: level, grave, acute, hook,
// tilde, dot below. A vowel's place divided by six says which vowel it is, the rest
// which tone it carries.
const toneTable = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵ"

// The vowels by their place in toneTable.
const (
	vowelA = iota
	vowelABreve
	vowelACircumflex
	vowelE
	vowelECircumflex
	vowelI
	vowelO
	vowelOCircumflex
	vowelOHorn
	vowelU
	vowelUHorn
	vowelY
)

// vowelOf takes a letter apart; vowel is -1 for what is no Vietnamese vowel.
func vowelOf(r rune) (vowel, tone int) {
	if r < utf8.RuneSelf {
		return plainVowelOf(r), 0
	}
	i := 0
	for _, v := range toneTable {
		if v == r {
			return i / 6, i % 6
		}
		i++
	}
	return -1, 0
}

// plainVowelOf is vowelOf for letters without marks, which are most.
func plainVowelOf(r rune) int {
	switch r {
	case 'a':
		return vowelA
	case 'e':
		return vowelE
	case 'i':
		return vowelI
	case 'o':
		return vowelO
	case 'u':
		return vowelU
	case 'y':
		return vowelY
	}
	return -1
}

// vowelRune puts a letter together again.
func vowelRune(vowel, tone int) rune {
	i := 0
	for _, v := range toneTable {
		if i == vowel*6+tone {
			return v
		}
		i++
	}
	return utf8.RuneError
}

// nucleus is the vowels of one syllable.
type nucleus struct {
	vowel    [3]int
	at, n    int  // where they begin in the word, in letters; how many
	tone     int  // the one tone among them
	closed   bool // letters follow
	odd      bool // no Vietnamese syllable: two groups of vowels, two tones, other marks
	carriers int  // vowels that belong to the first consonant (qu, gi)
}

// placeTone writes the tone mark of a syllable where the newer spelling puts it and
// completes the horns of ươ, so that hòa and hoà, thủy and thuỷ, đuợc, đựơc and
// được are one word. Words that are no Vietnamese syllable come back as they are.
func placeTone(w []byte) []byte {
	marked := false
	for _, c := range w {
		marked = marked || c >= utf8.RuneSelf
	}
	if !marked || len(w) > 24 {
		return w
	}
	var buf [24]rune
	r := buf[:0]
	for i := 0; i < len(w); {
		c, n := utf8.DecodeRune(w[i:])
		r, i = append(r, c), i+n
	}
	k := nucleusOf(r)
	if k.odd || k.n == 0 || k.n+k.carriers < 2 {
		return w
	}
	k.horns()
	out := make([]byte, 0, len(w)+2)
	for i, c := range r {
		switch j := i - k.at; {
		case j >= 0 && j < k.n:
			tone := 0
			if j == k.seat() {
				tone = k.tone
			}
			c = vowelRune(k.vowel[j], tone)
		case j < 0 && j >= -k.carriers:
			v, _ := vowelOf(c)
			c = vowelRune(v, 0)
		}
		out = utf8.AppendRune(out, c)
	}
	return out
}

// nucleusOf finds the vowels of a syllable.
func nucleusOf(r []rune) nucleus {
	k := nucleus{}
	for i, c := range r {
		v, tone := vowelOf(c)
		if v < 0 {
			k.closed = k.closed || k.n > 0
			k.odd = k.odd || c >= utf8.RuneSelf && c != 'đ'
			continue
		}
		if k.tone != 0 && tone != 0 || k.closed || k.n == len(k.vowel) {
			k.odd = true
			return k
		}
		k.tone = max(k.tone, tone)
		if i == 1 && len(r) > 2 && (r[0] == 'q' && v == vowelU || r[0] == 'g' && v == vowelI) {
			if next, _ := vowelOf(r[2]); next >= 0 {
				k.carriers = 1
				continue
			}
		}
		if k.n == 0 {
			k.at = i
		}
		k.vowel[k.n] = v
		k.n++
	}
	return k
}

// horns completes ươ where one of its horns was forgotten.
func (k *nucleus) horns() {
	for i := range k.n - 1 {
		a, b := k.vowel[i], k.vowel[i+1]
		if a == vowelUHorn && b == vowelO || a == vowelU && b == vowelOHorn && (k.closed || i+2 < k.n) {
			k.vowel[i], k.vowel[i+1] = vowelUHorn, vowelOHorn
		}
	}
}

// seat is the vowel that carries the tone.
func (k *nucleus) seat() int {
	for i := k.n - 1; i >= 0; i-- {
		switch k.vowel[i] {
		case vowelABreve, vowelACircumflex, vowelECircumflex, vowelOCircumflex, vowelOHorn:
			return i
		}
	}
	for i := range k.n {
		if k.vowel[i] == vowelUHorn {
			return i
		}
	}
	a, b := k.vowel[0], k.vowel[min(1, k.n-1)]
	switch {
	case k.n == 3, k.n == 2 && k.closed, k.n == 2 && a == vowelO && (b == vowelA || b == vowelE), k.n == 2 && a == vowelU && b == vowelY:
		return 1
	}
	return 0
}

// SameMarks reports whether two words of one stem, in normal form and written with
// marks, can be one word: every mark agrees, or stands on one of them alone, or is hook
// on one and tilde on the other, which whole regions do not tell apart.
func SameMarks(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		va, ta := vowelOf(x[i])
		vb, tb := vowelOf(y[i])
		switch {
		case va < 0 || vb < 0:
			if x[i] != y[i] && !(x[i] == 'đ' && y[i] == 'd' || x[i] == 'd' && y[i] == 'đ') {
				return false
			}
		case ta != tb && ta != 0 && tb != 0 && !(ta == 3 && tb == 4 || ta == 4 && tb == 3):
			return false
		case va != vb && !plainVowel(va) && !plainVowel(vb):
			return false
		}
	}
	return true
}

// plainVowel reports vowels without breve, circumflex or horn.
func plainVowel(v int) bool {
	switch v {
	case vowelA, vowelE, vowelI, vowelO, vowelU, vowelY:
		return true
	}
	return false
}

// SoundAlike reports whether two syllables without marks differ only in a first letter
// that regions pronounce alike: s and x, tr and ch, d, gi and r, l and n.
func SoundAlike(a, b string) bool {
	return a != b && Syllable(a) && Syllable(b) && sound(a) == sound(b)
}

// sound is a syllable with its first letter as its neighbours say it.
func sound(w string) string {
	for _, p := range []struct{ from, to string }{{"tr", "ch"}, {"s", "x"}, {"gi", "d"}, {"r", "d"}, {"n", "l"}} {
		if rest, ok := strings.CutPrefix(w, p.from); ok && rest != "" && !strings.HasPrefix(w, "ng") && !strings.HasPrefix(w, "nh") {
			return p.to + rest
		}
	}
	return w
}
