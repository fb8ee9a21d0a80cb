package text

import "unicode"

// loudFrom is how many letters or words a text must have before its capitals are
// judged: a name alone is no shouting.
const loudFrom = 6

// loud reports a text whose capitals say nothing about names: written wholly or mostly
// in capitals, or with a capital at nearly every word, like a headline.
func loud(s string) bool {
	upper, lower, words, capped := 0, 0, 0, 0
	inside := false
	for _, r := range s {
		letter := unicode.IsLetter(r)
		if !letter {
			inside = inside && unicode.IsMark(r)
			continue
		}
		up := r >= 'A' && r <= 'Z' || r > 0x7f && unicode.IsUpper(r)
		if up {
			upper++
		} else {
			lower++
		}
		if !inside {
			words++
			if up {
				capped++
			}
		}
		inside = true
	}
	return upper > loudFrom && upper*10 >= (upper+lower)*6 || words >= loudFrom && capped*20 >= words*13
}
