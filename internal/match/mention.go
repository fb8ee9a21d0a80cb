package match

import (
	"strings"

	"soi/internal/text"
)

// Mentions lists which of the phrases a message holds, as whole words, however
// either is marked, spaced or capitalised. Where scripts write without blanks,
// a phrase counts wherever its letters stand. Empty phrases are in none.
func Mentions(message string, phrases []string) (held []string) {
	in := " " + text.Fold(message) + " "
	for _, p := range phrases {
		folded := text.Fold(p)
		if folded == "" {
			continue
		}
		if strings.Contains(in, " "+folded+" ") || spaceless(folded) && strings.Contains(in, folded) {
			held = append(held, p)
		}
	}
	return held
}

// spaceless reports whether a phrase is in a script that puts no blanks between
// words: Thai, Lao, Khmer, Myanmar, Chinese and Japanese characters.
func spaceless(s string) bool {
	for _, r := range s {
		if r >= 0x0E00 && r <= 0x0EFF || r >= 0x1000 && r <= 0x109F || r >= 0x1780 && r <= 0x17FF || r >= 0x3040 && r <= 0x30FF || r >= 0x3400 && r <= 0x9FFF {
			return true
		}
	}
	return false
}
