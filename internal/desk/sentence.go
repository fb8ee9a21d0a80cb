package desk

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentences cuts a text into its sentences, in order. A sentence ends with a
// full stop, question or exclamation mark before a space, or with the line.
// A wrong cut does no harm: a comment is then about a piece of a sentence.
func Sentences(text string) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		start := 0
		for i, r := range line {
			if !strings.ContainsRune(".!?…", r) {
				continue
			}
			end := i + utf8.RuneLen(r)
			end += len(line[end:]) - len(strings.TrimLeft(line[end:], `.!?…"'”’»)]`))
			next, _ := utf8.DecodeRuneInString(line[end:])
			if end >= len(line) || end <= start || !unicode.IsSpace(next) || r == '.' && shortened(line[start:i]) {
				continue
			}
			out = appendSentence(out, line[start:end])
			start = end
		}
		out = appendSentence(out, line[start:])
	}
	return out
}

// appendSentence adds a sentence unless it is blank.
func appendSentence(out []string, s string) []string {
	if s = strings.TrimSpace(s); s != "" {
		out = append(out, s)
	}
	return out
}

// shortened reports whether the text ends with a title or another word that is
// written with a full stop inside a sentence.
func shortened(s string) bool {
	words := strings.Fields(s)
	if len(words) == 0 {
		return true // a number or letter of a list
	}
	return slices.Contains([]string{"TP", "Tp", "TS", "ThS", "PGS", "GS", "BS", "Dr", "Prof", "Mr", "Mrs", "Ms", "St", "No", "vs", "tr", "e.g", "i.e"},
		strings.TrimLeft(words[len(words)-1], `("“‘[`))
}

// sameEnough is how alike two sentences must be, from 0 to 1, for one to be a
// later wording of the other: half of their words, counting twice what both
// have.
const sameEnough = 0.5

// FollowSentence finds the sentence that stood at place as was among those of
// a later text: the equal one nearest to its place, or else the one most like
// it. at is -1 when it has gone; same says whether it stands unchanged.
func FollowSentence(now []string, was string, place int) (at int, same bool) {
	at = -1
	for i, s := range now {
		if s == was && (at < 0 || distance(i, place) < distance(at, place)) {
			at = i
		}
	}
	if at >= 0 {
		return at, true
	}
	best := 0.0
	for i, s := range now {
		if a := alike(s, was); a > best || a == best && at >= 0 && distance(i, place) < distance(at, place) {
			best, at = a, i
		}
	}
	if best < sameEnough {
		return -1, false
	}
	return at, false
}

// distance is how far two places are apart.
func distance(a, b int) int { return max(a-b, b-a) }

// alike is the share of words two sentences have in common: twice the common
// ones over all, without regard to case, marks between
// words, and order.
func alike(a, b string) float64 {
	x, y := bareWords(a), bareWords(b)
	if len(x)+len(y) == 0 {
		return 0
	}
	left := map[string]int{}
	for _, w := range x {
		left[w]++
	}
	common := 0
	for _, w := range y {
		if left[w] > 0 {
			left[w]--
			common++
		}
	}
	return 2 * float64(common) / float64(len(x)+len(y))
}

// bareWords are the words of a sentence in lower case, without the marks around
// them.
func bareWords(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.In(r, unicode.L, unicode.M, unicode.N) })
}
