package web

import (
	"time"

	"soi/internal/claimreview/feeds"
)

// explainerNotices tells of the explainers written in the reader's language.
func (s *Site) explainerNotices(v *visit) ([]feeds.Notice, error) {
	rs, err := s.Desk.PublishedExplainers(v.Context())
	var out []feeds.Notice
	for _, r := range rs {
		t := r.Doc.Text(v.lang)
		if t.Lang != v.lang || len(out) == feedSize {
			continue
		}
		n := feeds.Notice{URL: s.Config.URL + tongue{v.lang, "/" + v.lang}.url("/explainers/"+string(r.Explainer)), Title: t.Title, Summary: t.Summary, Lang: v.lang, Published: r.At}
		if r.Doc.Topic != "" {
			n.Topics = []string{v.words.t("topic." + r.Doc.Topic)}
		}
		n.ID = n.URL
		out = append(out, n)
	}
	return out, err
}

// rulingNotices tells of rulings on appeals.
func (s *Site) rulingNotices(v *visit) ([]feeds.Notice, error) {
	rs, err := s.rulings(v, "", 0, feedSize)
	var out []feeds.Notice
	for _, r := range rs {
		if r.Erased {
			continue
		}
		n := feeds.Notice{URL: s.Config.URL + tongue{v.lang, "/" + v.lang}.url("/appeals/"+string(r.ID)),
			Title: v.words.t("ruling.title") + ": " + v.words.t("outcome."+string(r.Outcome)), Summary: r.Reasons, Lang: r.Lang, Published: r.At}
		n.ID = n.URL
		out = append(out, n)
	}
	return out, err
}

// searchNotices tells of what a search finds, best first. A check of another
// publisher is told under that publisher's name and leads there.
func (s *Site) searchNotices(v *visit) ([]feeds.Notice, error) {
	q, f, any := narrowing(v), narrowed{}, false
	for _, name := range facetNames() {
		f[name] = q.Get(name)
		any = any || f[name] != ""
	}
	if len(q) == 0 {
		return nil, nil
	}
	ours, theirs, err := s.found(v.Context(), q.Get("q"))
	if err != nil {
		return nil, err
	}
	kept := f.keep(ours)
	list, err := s.cardsOf(v.Context(), v.lang, kept[:min(len(kept), searchShown)])
	if err != nil {
		return nil, err
	}
	if !any { // other publishers' checks have no facets
		others, err := s.cards(v.Context(), v.lang, theirs)
		if err != nil {
			return nil, err
		}
		list = append(list, others...)
	}
	var out []feeds.Notice
	for _, c := range list {
		n := feeds.Notice{URL: c.URL, Title: c.Publisher + ": " + c.Verdict + ": " + c.Statement, Lang: c.Lang, Published: c.At}
		if c.Ours() {
			n.URL = s.Config.URL + tongue{v.lang, "/" + v.lang}.url(c.Path)
			n.Title, n.Summary = markOf(v.words, c.Rating).Word+": "+c.Statement, c.Summary
			if c.Topic != "" {
				n.Topics = []string{v.words.t("topic." + c.Topic)}
			}
		}
		if n.ID = n.URL; n.Published.IsZero() {
			n.Published = time.Unix(0, 0) // other publishers do not always say when; the formats want a time
		}
		if n.URL != "" {
			out = append(out, n)
		}
	}
	return out, err
}
