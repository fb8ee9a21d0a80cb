package address

import (
	"regexp"
	"slices"
	"strings"
)

// MostFound is how many addresses are taken out of one text.
const MostFound = 20

// finder finds what may be an address: links, hosts, e-mail addresses,
// telephone numbers.
func finder() *regexp.Regexp {
	return regexp.MustCompile(`(?i)https?://[^\s<>"'“”]+` +
		`|[\p{L}\p{N}._%+\-]+@[\p{L}\p{N}\-]+(?:\.[\p{L}\p{N}\-]+)+` +
		`|(?:[\p{L}\p{N}](?:[\p{L}\p{N}\-]*[\p{L}\p{N}])?\.)+[\p{L}]{2,24}(?:/[^\s<>"'“”]*)?` +
		`|\+?\(?\d[\d .\-()]{5,17}\d`)
}

// Find lists the addresses in a running text, each once, in their order, at
// most MostFound. Short numbers such as 113 are left out: a text is full of
// numbers.
func Find(text string) []Address {
	var out []Address
	if len(text) > 100_000 {
		text = strings.ToValidUTF8(text[:100_000], "")
	}
	for _, m := range finder().FindAllString(text, 200) {
		a, ok := Read(strings.TrimRight(m, ".,;:!?)]}…"))
		if !ok || strings.HasPrefix(a.Key, "84#") && len(a.Key) < 9 || slices.Contains(out, a) {
			continue
		}
		if out = append(out, a); len(out) == MostFound {
			break
		}
	}
	return out
}
