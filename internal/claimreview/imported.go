package claimreview

import (
	"io"
	"time"
)

// Imported is one check by another publisher, as it was found.
type Imported struct {
	URL          string    // of the publisher's check, in NormalURL form; never empty
	Publisher    string    // an organisation's name, or the host of URL when only a person was named
	PublisherURL string    // its site; scheme and host of URL when not given
	Published    time.Time // UTC; zero when absent or not readable
	Lang         string    // BCP 47, like "vi" or "pt-BR"; "" when not given
	Claim        string    // what was checked, in the publisher's words; never empty
	Title        string    // headline of the check; may be empty
	RatingText   string    // the rating in words; may be empty
	Numbers      Numbers   // what stood beside it as a number: to be shown, never to be judged by
	Line         int       // 1-based line it begins on; 0 when not known
}

// Numbers are the numeric side of a rating as written. Publishers use scales
// of every length and direction, some the wrong way round and some with -1
// for "none": nothing may be concluded from them.
type Numbers struct {
	Value, Best, Worst string
}

// Options of Read.
type Options struct {
	// URL is where the bytes came from. It resolves relative addresses and
	// stands in for a page's check without an address. Empty for a file.
	URL string
}

// ReadAll reads everything into memory; for pages and tests. See Read.
func ReadAll(r io.Reader, o Options) ([]Imported, []Problem, error) {
	var found []Imported
	var troubles []Problem
	err := Read(r, o, func(i Imported) error {
		found = append(found, i)
		return nil
	}, func(p Problem) { troubles = append(troubles, p) })
	return found, troubles, err
}
