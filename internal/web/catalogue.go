package web

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"soi/internal/desk"
)

// entry is a check in force as lists are narrowed and counted by: codes and
// dates, none of its words.
type entry struct {
	id        desk.ID
	log       int64 // index of the newest revision
	first, at time.Time
	year      string // of its first publication, in the desk's zone
	rating    desk.Rating
	topic     string
	places    []string
	langs     []string
	kinds     []string
	gone      bool // withdrawn or erased
}

// catalogue holds an entry of every published check. It is read once and then
// follows the signed log, so that no page reads the whole archive.
type catalogue struct {
	mu   sync.Mutex
	size int64 // of the signed log it knows
	byID map[desk.ID]entry
	list []entry // in force, newest revision first; never changed in place
}

// Warm reads the list of published checks, so that the first search after a
// start need not wait for it. Who asks meanwhile waits for the rest of it only.
func (s *Site) Warm(ctx context.Context) error {
	_, err := s.entries(ctx)
	return err
}

// entries lists the checks in force, the one whose newest revision was logged
// last first.
func (s *Site) entries(ctx context.Context) ([]entry, error) {
	c := &s.shelf
	c.mu.Lock()
	defer c.mu.Unlock()
	signed := s.Signed()
	if signed <= c.size {
		return c.list, nil
	}
	var news []desk.Revision
	for before := int64(0); ; {
		rs, err := s.Desk.Published(ctx, desk.RevisionFilter{Below: signed, Before: before, Limit: 500})
		if err != nil {
			return nil, err
		}
		for _, r := range rs {
			if before = r.LogIndex; before >= c.size {
				news = append(news, r)
			}
		}
		if len(rs) < 500 || before <= c.size {
			break
		}
	}
	if c.byID == nil {
		c.byID = map[desk.ID]entry{}
	}
	slices.Reverse(news)
	for _, r := range news {
		c.byID[r.Verdict] = s.fold(c.byID[r.Verdict], r)
	}
	c.size, c.list = signed, nil
	for _, e := range c.byID {
		if !e.gone {
			c.list = append(c.list, e)
		}
	}
	slices.SortFunc(c.list, func(a, b entry) int { return cmp.Compare(b.log, a.log) })
	return c.list, nil
}

// fold is an entry once a revision was published, with its year in the desk's
// zone.
func (s *Site) fold(e entry, r desk.Revision) entry {
	e = e.after(r)
	e.year = strconv.Itoa(e.first.In(s.Config.Zone).Year())
	return e
}

// after is the entry once a revision was published.
func (e entry) after(r desk.Revision) entry {
	e.id, e.log, e.at = r.Verdict, r.LogIndex, r.At
	if e.first.IsZero() {
		e.first = r.At
	}
	if e.gone = r.Kind == desk.KindWithdraw || r.Erased; e.gone {
		return e
	}
	e.rating, e.topic, e.places, e.langs, e.kinds = r.Rating, r.Doc.Topic, r.Doc.Places, nil, kindsOf(r.Doc)
	for _, t := range r.Doc.Texts {
		e.langs = append(e.langs, t.Lang)
	}
	return e
}

// claimKinds lists the kinds of claim that can be read off its published
// sentence, in the order pages show them.
func claimKinds() []string { return []string{"picture", "number", "quotation", "plain"} }

// kindsOf says of what kind a claim is: one that goes round as a picture, one
// with a figure, one that puts words into somebody's mouth, or nothing of it.
func kindsOf(doc desk.Document) (out []string) {
	var number, quote bool
	for _, t := range doc.Texts {
		number = number || strings.ContainsFunc(t.Claim, unicode.IsDigit)
		quote = quote || strings.ContainsAny(t.Claim, "“”«»\"")
	}
	for kind, is := range map[string]bool{"picture": doc.Picture, "number": number, "quotation": quote} {
		if is {
			out = append(out, kind)
		}
	}
	if len(out) == 0 {
		return []string{"plain"}
	}
	slices.Sort(out)
	return out
}

// values are what an entry has of a facet.
func (e entry) values(facet string) []string {
	switch facet {
	case "rating":
		return []string{string(e.rating)}
	case "topic":
		return []string{e.topic}
	case "place":
		return e.places
	case "lang":
		return e.langs
	case "year":
		return []string{e.year}
	}
	return e.kinds
}

// facetNames lists the facets as the address names them, in the order pages
// show them.
func facetNames() []string { return []string{"rating", "topic", "place", "lang", "year", "kind"} }

// narrowed is what a search is narrowed to, by facet.
type narrowed map[string]string

// fits reports whether an entry is kept; without is a facet not looked at.
func (f narrowed) fits(e entry, without string) bool {
	for name, v := range f {
		if v != "" && name != without && !slices.Contains(e.values(name), v) {
			return false
		}
	}
	return true
}

// keep is the part of a list that fits.
func (f narrowed) keep(all []entry) (out []entry) {
	for _, e := range all {
		if f.fits(e, "") {
			out = append(out, e)
		}
	}
	return out
}

// cardsOf reads the cards of entries, in their order.
func (s *Site) cardsOf(ctx context.Context, lang string, es []entry) (out []card, err error) {
	ids := make([]desk.ID, len(es))
	for i, e := range es {
		ids[i] = e.id
	}
	revs, err := s.newest(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if r, ok := revs[id]; ok && r.Kind != desk.KindWithdraw && !r.Erased {
			out = append(out, cardOf(lang, r))
		}
	}
	return out, nil
}

// pageOf cuts a page out of a list by ?from=, and gives the addresses of the
// pages beside it.
func pageOf(v *visit, all []entry) (part []entry, newer, older string) {
	from, _ := strconv.Atoi(v.query("from"))
	from = max(0, min(from, len(all)))
	to := min(from+pageSize, len(all))
	if to < len(all) {
		older = v.with("from", strconv.Itoa(to))
	}
	if from > pageSize {
		newer = v.with("from", strconv.Itoa(from-pageSize))
	} else if from > 0 {
		newer = v.with("from", "")
	}
	return all[from:to], newer, older
}
