package web

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"soi/internal/desk"
	"soi/internal/match"
)

// searchMost bounds the words of a search, in characters; searchShown the
// results of a feed; searchDeep how many finds are narrowed and counted.
const (
	searchMost  = 300
	searchShown = 30
	searchDeep  = 400
)

// searchLeast is the least score of a find, as a share of the best one's: what
// has but a common word of a search in it is not what was looked for.
const searchLeast = 0.4

// searchPage is the search form with what was found.
type searchPage struct {
	Query  string
	Asked  bool // for words, or for something of a facet
	Facets []facet
	N      int // checks of ours that were found
	List   []card
	Theirs []card // other publishers' checks, which are never counted as ours
	Feed   string
	Clear  string // the same search without facets; "" when there is none
	Older  string
	Newer  string
}

// facet is one way to narrow a search.
type facet struct {
	Name    string
	Options []option
}

// option is one value of a facet with how many finds have it.
type option struct {
	Value, Label string
	N            int
	On           bool
	To           string // the search with it, or without it when it is on
}

// head implements page.
func (p searchPage) head(w *words) head {
	return head{Title: w.t("search.title"), Section: "checks", Private: p.Asked}
}

// search answers GET /search. What was searched for is not kept.
func (s *Site) search(v *visit) (answer, error) {
	p := searchPage{Query: v.query("q")}
	if r := []rune(p.Query); len(r) > searchMost {
		p.Query = string(r[:searchMost])
	}
	f, any := narrowed{}, false
	for _, name := range facetNames() {
		f[name] = v.query(name)
		any = any || f[name] != ""
	}
	p.Asked = any || p.Query != ""
	if any {
		p.Clear = v.with("rating", "", "topic", "", "place", "", "lang", "", "year", "", "kind", "", "from", "")
	}
	base, theirs, err := s.found(v.Context(), p.Query)
	if err != nil {
		return answer{}, err
	}
	kept := f.keep(base)
	for _, name := range facetNames() {
		if x := facetOf(v, name, f, base); len(x.Options) > 0 {
			p.Facets = append(p.Facets, x)
		}
	}
	if !p.Asked {
		return show("search", p), nil
	}
	p.N = len(kept)
	var part []entry
	part, p.Newer, p.Older = pageOf(v, kept)
	if p.List, err = s.cardsOf(v.Context(), v.lang, part); err != nil {
		return answer{}, err
	}
	if !any && p.Newer == "" {
		p.Theirs, err = s.cards(v.Context(), v.lang, theirs)
	}
	p.Feed = v.tongue.url("/search.atom") + asked(narrowing(v))
	return show("search", p), err
}

// found lists the checks that a search finds, best first, all of them, newest
// first, for no words; and the keys of other publishers' checks.
func (s *Site) found(ctx context.Context, query string) (ours []entry, theirs []string, err error) {
	all, err := s.entries(ctx)
	if err != nil || query == "" {
		return all, nil, err
	}
	if s.Matcher == nil {
		return nil, nil, nil
	}
	byID := make(map[desk.ID]entry, len(all))
	for _, e := range all {
		byID[e.id] = e
	}
	hits := s.Matcher.Search(query, []match.Kind{match.KindCheck, match.KindImported}, searchDeep)
	for _, h := range hits {
		if h.Score < searchLeast*hits[0].Score {
			break
		}
		sort, id := desk.ParseKey(h.ID)
		if e, ok := byID[id]; ok {
			ours = append(ours, e)
			delete(byID, id) // its other languages
		} else if sort == "imported" && len(theirs) < pageSize {
			theirs = append(theirs, h.ID)
		}
	}
	return ours, theirs, nil
}

// facetOf counts the values of a facet among what the other facets keep. One
// that is chosen is shown even when nothing has it.
func facetOf(v *visit, name string, f narrowed, base []entry) facet {
	n := map[string]int{}
	for _, e := range base {
		if f.fits(e, name) {
			for _, x := range e.values(name) {
				n[x]++
			}
		}
	}
	out := facet{Name: name}
	for _, value := range facetValues(name, n) {
		label, ok := v.words.facetLabel(name, value)
		if on := f[name] == value; ok && (n[value] > 0 || on) {
			o := option{Value: value, Label: label, N: n[value], On: on, To: v.with(name, value, "from", "")}
			if on {
				o.To = v.with(name, "", "from", "")
			}
			out.Options = append(out.Options, o)
		}
	}
	return out
}

// facetValues lists the values of a facet in the order pages show them.
func facetValues(name string, n map[string]int) (out []string) {
	switch name {
	case "rating":
		for _, r := range desk.Ratings() {
			out = append(out, string(r))
		}
		return out
	case "topic":
		return desk.Topics()
	case "kind":
		return claimKinds()
	}
	for x := range n {
		out = append(out, x)
	}
	slices.Sort(out)
	if name == "year" {
		slices.Reverse(out)
	} else {
		slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(n[b], n[a]) })
	}
	return out
}

// facetLabel is a value of a facet in words; false when it is off the list.
func (w *words) facetLabel(name, value string) (string, bool) {
	switch name {
	case "rating":
		return markOf(w, desk.Rating(value)).Word, true
	case "topic":
		return w.t("topic." + value), true
	case "place":
		l, ok := desk.LocalityOf(value)
		return l.In(w.lang), ok
	case "lang":
		return w.langName(value), true
	case "year":
		_, err := strconv.Atoi(value)
		return value, err == nil
	}
	return w.t("claim-kind." + value), true
}

// Chosen reports whether the search is narrowed by this facet.
func (f facet) Chosen() bool {
	return slices.ContainsFunc(f.Options, func(o option) bool { return o.On })
}
