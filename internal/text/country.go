package text

import (
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// countries maps folded names of countries, in Vietnamese and English, to their ISO
// 3166 codes in lower case. The names are those of the Unicode locale data.
var countries = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	names := []display.Namer{display.Regions(language.Vietnamese), display.Regions(language.English)}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			r, err := language.ParseRegion(string([]rune{a, b}))
			if err != nil || !r.IsCountry() {
				continue
			}
			for _, n := range names {
				name := Fold(strings.Split(n.Name(r), "(")[0])
				if name != "" && out[name] == "" && len(name) > 2 {
					out[name] = strings.ToLower(r.String())
				}
			}
		}
	}
	return out
})

// CountryNames lists the names of a country, given by its code in lower case, in the
// languages that soi writes: Vietnamese, then English. nil for other strings.
func CountryNames(code string) []string {
	if len(code) != 2 {
		return nil
	}
	r, err := language.ParseRegion(code)
	if err != nil || !r.IsCountry() {
		return nil
	}
	return []string{display.Regions(language.Vietnamese).Name(r), display.Regions(language.English).Name(r)}
}
