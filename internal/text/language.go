package text

import (
	"strings"
	"unicode"

	"github.com/abadojack/whatlanggo"
)

// Language names the language of a text as a BCP 47 tag: "vi", "en", "zh", "th",
// and others by script; "und" when nothing can be said. Own rules come first:
// the script, letters only Vietnamese has, and for Latin text without marks the
// share of words that can be Vietnamese syllables. The rest is left to trigram
// statistics over a short list of languages.
func Language(s string) string {
	c := census(Plain(Clean(s)))
	if tag := c.byScript(); tag != "" {
		return tag
	}
	switch {
	case c.letters == 0:
		return "und"
	case c.vietnamese*25 >= c.letters && c.vietnamese > 0:
		return "vi"
	}
	valid, words, english := shares(s, 400)
	switch {
	case words == 0:
		return "und"
	case c.marked == 0 && valid*100 >= words*72 && english*4 < words:
		return "vi"
	case c.marked == 0 && english*5 >= words:
		return "en"
	}
	if c.cyrillic*2 > c.letters {
		return cyrillic(s)
	}
	if tag, sure := statistics(s); sure || c.marked > 0 {
		return tag
	}
	return "en"
}

// Vietnamese reports whether a text is to be read as Vietnamese. It answers like
// Language(s) == "vi" for all but odd mixtures, from the first words alone.
func Vietnamese(s string) bool {
	letters, own, ascii := 0, 0, true
	for _, r := range s {
		switch {
		case r < 0x80:
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
				letters++
			}
		case r < 0x250 || r >= 0x1e00 && r <= 0x1eff:
			letters++
			ascii = false
			if onlyVietnamese(r) {
				own++
			}
		case r >= 0x300 && r <= 0x36f:
			return Language(s) == "vi" // decomposed letters
		case unicode.IsLetter(r):
			letters++
			ascii = false
		}
		if letters >= 400 {
			break
		}
	}
	if own*25 >= letters && own > 0 {
		return true
	}
	if !ascii || letters == 0 {
		return false
	}
	valid, words, english := shares(s, 24)
	return words > 0 && valid*100 >= words*72 && english*4 < words
}

type scripts struct {
	letters, latin, marked, vietnamese                                    int
	han, kana, hangul, thai, lao, khmer, myanmar, cyrillic, greek, hebrew int
	arabic, devanagari, bengali, tamil, telugu, gujarati, gurmukhi        int
	kannada, malayalam, sinhala                                           int
}

func census(s string) scripts {
	var c scripts
	for _, r := range s {
		if r < 0x80 {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
				c.letters++
				c.latin++
			}
			continue
		}
		if !unicode.IsLetter(r) {
			continue
		}
		c.letters++
		c.count(r)
	}
	return c
}

func (c *scripts) count(r rune) {
	switch {
	case r < 0x250 || r >= 0x1e00 && r <= 0x1eff:
		c.latin++
		c.marked++
		if onlyVietnamese(r) {
			c.vietnamese++
		}
	case r >= 0x370 && r <= 0x3ff:
		c.greek++
	case r >= 0x400 && r <= 0x52f:
		c.cyrillic++
	case r >= 0x590 && r <= 0x5ff:
		c.hebrew++
	case r >= 0x600 && r <= 0x77f || r >= 0xfb50 && r <= 0xfeff:
		c.arabic++
	case r >= 0x3040 && r <= 0x30ff:
		c.kana++
	case unicode.Is(unicode.Han, r):
		c.han++
	default:
		c.asian(r)
	}
}

func (c *scripts) asian(r rune) {
	for _, b := range []struct {
		from, to rune
		n        *int
	}{
		{0x900, 0x97f, &c.devanagari}, {0x980, 0x9ff, &c.bengali}, {0xa00, 0xa7f, &c.gurmukhi}, {0xa80, 0xaff, &c.gujarati},
		{0xb80, 0xbff, &c.tamil}, {0xc00, 0xc7f, &c.telugu}, {0xc80, 0xcff, &c.kannada}, {0xd00, 0xd7f, &c.malayalam},
		{0xd80, 0xdff, &c.sinhala}, {0xe00, 0xe7f, &c.thai}, {0xe80, 0xeff, &c.lao}, {0x1000, 0x109f, &c.myanmar},
		{0x1780, 0x17ff, &c.khmer}, {0xac00, 0xd7af, &c.hangul},
	} {
		if r >= b.from && r <= b.to {
			*b.n++
			return
		}
	}
}

// byScript answers when the script alone decides. A third of the letters is
// enough: a Thai message with an English product name is Thai.
func (c *scripts) byScript() string {
	for _, s := range []struct {
		n   int
		tag string
	}{
		{c.kana * 2, "ja"}, {c.hangul, "ko"}, {c.thai, "th"}, {c.lao, "lo"}, {c.khmer, "km"}, {c.myanmar, "my"},
		{c.han * 2, "zh"}, {c.devanagari, "hi"}, {c.bengali, "bn"}, {c.gurmukhi, "pa"}, {c.gujarati, "gu"}, {c.tamil, "ta"},
		{c.telugu, "te"}, {c.kannada, "kn"}, {c.malayalam, "ml"}, {c.sinhala, "si"}, {c.greek, "el"}, {c.hebrew, "he"},
	} {
		if s.n > 0 && s.n*3 >= c.letters {
			return s.tag
		}
	}
	return ""
}

// onlyVietnamese reports letters that settle the matter: ă ơ ư đ and every vowel
// with hook or dot below or with two marks.
func onlyVietnamese(r rune) bool {
	switch r {
	case 'ă', 'Ă', 'ơ', 'Ơ', 'ư', 'Ư', 'đ', 'Đ', 'ĩ', 'Ĩ', 'ũ', 'Ũ':
		return true
	}
	return r >= 0x1ea0 && r <= 0x1ef9
}

// shares counts words, those that can be Vietnamese syllables, and those that
// are among the commonest English words and cannot be taken for Vietnamese.
func shares(s string, most int) (valid, words, english int) {
	sc := NewScanner(s)
	for sc.Next() && words < most {
		if sc.Kind != Word {
			continue
		}
		w := Unmark(string(sc.Bytes()))
		if len(w) == 1 && shortForm(w) == "" {
			continue // m, t, a: pronouns of chat, letters of any language
		}
		words++
		switch {
		case commonEnglish(w):
			english++
		case Syllable(w), shortForm(w) != "", chatSpelling(w):
			valid++
		}
	}
	return valid, words, english
}

// chatSpelling reports a word that chat spells with a letter at its head that
// few English words begin with: zo, zu, dzui.
func chatSpelling(w string) bool {
	return (strings.HasPrefix(w, "z") || strings.HasPrefix(w, "dz")) && Syllable(Unmark(respell(w)))
}

func commonEnglish(w string) bool {
	switch w {
	case "the", "of", "and", "is", "are", "was", "were", "that", "this", "with", "for", "from", "have", "has", "not", "you", "your",
		"be", "by", "as", "at", "it", "will", "they", "their", "his", "her", "who", "what", "which", "after", "been", "about", "people",
		"all", "if", "out", "just", "says", "said", "there", "would", "more", "new", "can", "or", "we", "he", "she", "our", "does", "did":
		return true
	}
	return false
}

// cyrillic tells Russian, Ukrainian and Bulgarian apart by letters that only
// some of them have.
func cyrillic(s string) string {
	switch {
	case strings.ContainsAny(s, "іїєґІЇЄҐ"):
		return "uk"
	case strings.ContainsAny(s, "ыэёЫЭЁ"), !strings.ContainsAny(s, "ъЪщЩ"):
		return "ru"
	}
	return "bg"
}

func statistics(s string) (tag string, sure bool) {
	info := whatlanggo.DetectWithOptions(s, whatlanggo.Options{Whitelist: map[whatlanggo.Lang]bool{
		whatlanggo.Vie: true, whatlanggo.Eng: true, whatlanggo.Fra: true, whatlanggo.Spa: true, whatlanggo.Por: true,
		whatlanggo.Deu: true, whatlanggo.Ita: true, whatlanggo.Nld: true, whatlanggo.Ind: true, whatlanggo.Pol: true,
		whatlanggo.Tur: true, whatlanggo.Arb: true, whatlanggo.Pes: true, whatlanggo.Urd: true,
	}})
	if tag := info.Lang.Iso6391(); tag != "" {
		return tag, info.IsReliable() && info.Confidence > 0.9
	}
	return "und", false
}
