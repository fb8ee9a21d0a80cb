package address

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// alike maps letters to the Latin one they are taken for at a glance: those of
// other alphabets, digits, and Vietnamese letters without their marks.
func alike() *strings.Replacer {
	var pairs []string
	for letter, others := range map[string]string{
		"a": "аαàáảãạăằắẳẵặâầấẩẫậäåā", "b": "Ьвβ", "c": "сςϲ", "d": "ԁđ", "e": "еєéèẻẽẹêềếểễệëēε", "g": "ɡԍ", "h": "һн", "i": "іїıìíỉĩịι1lӏ|ɩ",
		"j": "јʝ", "k": "кκ", "m": "мṃ", "n": "пηńñ", "o": "оοòóỏõọôồốổỗộơờớởỡợöō0", "p": "рρ", "q": "ԛ", "r": "гɾ", "s": "ѕ5", "t": "тτ",
		"u": "υùúủũụưừứửữựüū", "v": "ѵν", "w": "ԝωѡ", "x": "хχ", "y": "уγỳýỷỹỵ", "z": "ʐ2",
	} {
		for _, o := range others {
			pairs = append(pairs, string(o), letter)
		}
	}
	return strings.NewReplacer(pairs...)
}

// Skeleton is what a host looks like at a glance: two hosts with one skeleton
// are easily taken for each other. Dots and hyphens count for nothing.
func Skeleton(host string) string {
	if u, err := idna.Display.ToUnicode(strings.ToLower(host)); err == nil {
		host = u
	}
	s := strings.NewReplacer("rn", "m", "vv", "w", "cl", "d").Replace(alike().Replace(strings.ToLower(host)))
	return strings.NewReplacer(".", "", "-", "", "_", "").Replace(s)
}

// Alike reports whether a host could be taken for another that it is not: it
// looks the same at a glance, or puts the other's whole name in front of its
// own.
func Alike(host, other string) bool {
	if host == other || strings.HasSuffix(host, "."+other) {
		return false
	}
	return Skeleton(host) == Skeleton(other) || strings.HasPrefix(host, other+".") || strings.HasPrefix(host, other+"-") ||
		strings.HasPrefix(host, strings.ReplaceAll(other, ".", "-")+".") || strings.HasPrefix(host, strings.ReplaceAll(other, ".", "-")+"-")
}

// Foreign reports whether a host is written with letters beyond Latin that can
// be taken for Latin ones.
func Foreign(host string) bool {
	u, err := idna.Display.ToUnicode(host)
	return err == nil && strings.IndexFunc(u, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) || unicode.Is(unicode.Greek, r) }) >= 0
}
