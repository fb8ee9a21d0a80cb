package claimreview

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxClaim is how many letters of a claim are kept; a claim is a sentence.
const maxClaim = 5000

// inline are the tags that stand inside texts by accident. Other angle
// brackets ("a < b") stay.
var inline = regexp.MustCompile(`(?i)</?(p|br|b|i|em|strong|span|div|a|u|ul|ol|li|h[1-6]|blockquote|font|sup|sub)(\s[^<>]{0,500})?/?>`)

// plain makes one line of text from what stands in a field: tags and
// entities resolved, white space and control characters folded.
func plain(s string) string {
	if strings.ContainsRune(s, '&') {
		s = html.UnescapeString(s)
	}
	if strings.ContainsRune(s, '<') {
		s = inline.ReplaceAllString(s, " ")
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\ufeff' || r == '\u200b':
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// cut shortens to n letters; did says that it had to.
func cut(s string, n int) (short string, did bool) {
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s, false
	}
	return string([]rune(s)[:n]), true
}

// signed is the tail that copied messages carry: "— Name (@handle) date".
var signed = regexp.MustCompile(`(?s)\s*(?:—|–|―|--|&mdash;| - )\s*[^—–―\n]{1,80}\(@\w{1,30}\)[^\n]{0,60}\s*$`)

// dated is the same with its date, which shows it for what it is also where
// another message goes on behind it.
var dated = regexp.MustCompile(`\s*(?:—|–|―|--|&mdash;| - )\s*[^—–―\n]{1,80}\(@\w{1,30}\)\s*(?:\p{Lu}\p{Ll}{2,9}\.? \d{1,2}, \d{4}|\d{1,2} (?:tháng \d{1,2},?|\p{L}{3,9}\.?) \d{4})`)

// DropSignature removes the name, handle and date that a copied message ends
// with, so that nobody's name comes in with its text. A text without such a tail is
// unchanged.
func DropSignature(text string) string {
	if !strings.Contains(text, "(@") {
		return text
	}
	if short := signed.ReplaceAllString(dated.ReplaceAllString(text, ""), ""); len(short) < len(text) {
		return strings.TrimSpace(short)
	}
	return text
}

// lang gives a BCP 47 tag in its usual writing, from a tag or from the name
// of a language; "" when it is neither.
func lang(s string) string {
	s = strings.ToLower(strings.TrimSpace(strings.ReplaceAll(s, "_", "-")))
	if code, ok := languageNames()[s]; ok {
		return code
	}
	base, rest, more := strings.Cut(s, "-")
	if len(base) < 2 || len(base) > 3 || strings.Trim(base, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	if !more {
		return base
	}
	for part := range strings.SplitSeq(rest, "-") {
		switch {
		case part == "" || len(part) > 8 || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789") != "":
			return base
		case len(part) == 2:
			return base + "-" + strings.ToUpper(part)
		case len(part) == 4:
			base += "-" + strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return base
}

// languageNames are names met in exports instead of codes.
func languageNames() map[string]string {
	return map[string]string{
		"vietnamese": "vi", "tiếng việt": "vi", "tieng viet": "vi", "vn": "vi", "vie": "vi",
		"english": "en", "tiếng anh": "en", "eng": "en",
		"french": "fr", "français": "fr", "francais": "fr", "fra": "fr", "spanish": "es", "español": "es", "spa": "es",
		"portuguese": "pt", "português": "pt", "german": "de", "deutsch": "de", "italian": "it", "italiano": "it",
		"chinese": "zh", "中文": "zh", "japanese": "ja", "日本語": "ja", "korean": "ko", "한국어": "ko", "thai": "th", "indonesian": "id",
		"bahasa indonesia": "id", "hindi": "hi", "arabic": "ar", "russian": "ru", "ukrainian": "uk", "turkish": "tr", "polish": "pl",
		"khmer": "km", "lao": "lo", "malay": "ms", "tagalog": "tl", "filipino": "fil",
	}
}
