package text

import (
	"unicode"
	"unicode/utf8"

	"github.com/kljensen/snowball/english"
	"golang.org/x/text/unicode/norm"
)

// Unmark removes from one word, already in normal form, the marks that people
// leave out when they type in a hurry (đ becomes d). Words without such marks
// come back as they are, without a copy.
func Unmark(w string) string {
	for i := 0; i < len(w); i++ {
		if w[i] >= utf8.RuneSelf {
			return unmark(w)
		}
	}
	return w
}

func unmark(w string) string {
	out := make([]byte, 0, len(w))
	for _, r := range norm.NFD.String(w) {
		switch {
		case r == 'đ':
			out = append(out, 'd')
		case !foldsAway(r):
			out = utf8.AppendRune(out, settled(r))
		}
	}
	return norm.NFC.String(string(out))
}

// Stem is the key under which a word is found: without marks, English endings
// taken off (light: snowball's English rules, applied only to plain Latin words
// that are not Vietnamese syllables), y for i at the end of the syllables that
// Vietnamese spells both ways (ly/li, my/mi).
func Stem(w string) string {
	f := Unmark(w)
	if !plainLatin(f) {
		return f
	}
	if Syllable(f) {
		return settleY(f)
	}
	if len(f) < 4 {
		return f
	}
	return english.Stem(f, true)
}

func plainLatin(w string) bool {
	for i := 0; i < len(w); i++ {
		if w[i] < 'a' || w[i] > 'z' {
			return false
		}
	}
	return w != ""
}

// settleY writes i for the y that alone carries an open syllable.
func settleY(w string) string {
	if len(w) == 2 && w[1] == 'y' {
		switch w[0] {
		case 'h', 'k', 'l', 'm', 's', 't':
			return w[:1] + "i"
		}
	}
	return w
}

// Syllable reports whether an unmarked lower-case Latin word can be a Vietnamese
// syllable: one of the language's onsets followed by one of its rimes.
func Syllable(w string) bool {
	if len(w) == 0 || len(w) > 7 {
		return false
	}
	for n := min(3, len(w)-1); n >= 0; n-- {
		if onset(w[:n]) && rime(w[n:]) {
			return true
		}
	}
	return false
}

func onset(s string) bool {
	switch s {
	case "", "b", "c", "ch", "d", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph",
		"q", "qu", "r", "s", "t", "th", "tr", "v", "x":
		return true
	}
	return false
}

func rime(s string) bool {
	switch s {
	case "a", "ac", "ach", "ai", "am", "an", "ang", "anh", "ao", "ap", "at", "au", "ay",
		"e", "ec", "ech", "em", "en", "eng", "enh", "eo", "ep", "et", "eu",
		"i", "ia", "ich", "iec", "iem", "ien", "ieng", "iep", "iet", "ieu", "im", "in", "inh", "ip", "it", "iu",
		"o", "oa", "oac", "oach", "oai", "oam", "oan", "oang", "oanh", "oao", "oap", "oat", "oay", "oc", "oe", "oen", "oeo", "oet",
		"oi", "om", "on", "ong", "ooc", "oong", "op", "ot",
		"u", "ua", "uan", "uang", "uat", "uay", "uc", "ue", "uech", "uen", "uenh", "ui", "um", "un", "ung", "uo", "uoc", "uoi",
		"uom", "uon", "uong", "uop", "uot", "uou", "up", "ut", "uu", "uy", "uya", "uych", "uyen", "uyet", "uynh", "uyt", "uyu",
		"y", "yem", "yen", "yeng", "yet", "yeu":
		return true
	}
	return false
}

// Title gives a word in normal form a capital first letter, for showing names.
func Title(w string) string {
	r, n := utf8.DecodeRuneInString(w)
	return string(unicode.ToUpper(r)) + w[n:]
}
