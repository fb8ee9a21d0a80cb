package web

import (
	"context"
	"slices"
	"strconv"

	"soi/internal/desk"
)

// pageSize is how many checks a list shows.
const pageSize = 20

// scanMost bounds how many checks are read to fill one page of a filter that
// the database does not know.
const scanMost = 2000

// checksFilter is what a list of checks is narrowed to, as the address says.
type checksFilter struct {
	Topic  string
	Rating desk.Rating
	Before int64 // log index; 0 for the newest
}

// filterOf reads the address; values off their lists are dropped.
func filterOf(v *visit) checksFilter {
	f := checksFilter{Topic: v.query("topic"), Rating: desk.Rating(v.query("rating"))}
	if !slices.Contains(desk.Topics(), f.Topic) {
		f.Topic = ""
	}
	if !f.Rating.Valid() {
		f.Rating = ""
	}
	f.Before, _ = strconv.ParseInt(v.query("before"), 10, 64)
	return f
}

// checksPage is the list of checks in force.
type checksPage struct {
	Filter  checksFilter
	Topics  []string
	Ratings []desk.Rating
	List    []card
	Older   string
	Newer   string
}

// head implements page.
func (p checksPage) head(w *words) head {
	return head{Title: w.t("checks.title"), Description: w.t("checks.description"), Section: "checks"}
}

// checks answers GET /checks.
func (s *Site) checks(v *visit) (answer, error) {
	f := filterOf(v)
	p := checksPage{Filter: f, Topics: desk.Topics(), Ratings: desk.Ratings()}
	var more bool
	var err error
	if p.List, more, err = s.listChecks(v, f, pageSize); err != nil {
		return answer{}, err
	}
	if more {
		p.Older = v.with("before", strconv.FormatInt(p.List[len(p.List)-1].LogIndex, 10))
	}
	if f.Before > 0 {
		p.Newer = v.with("before", "")
	}
	return show("checks", p).fresh(), nil
}

// listChecks lists checks in force, the one whose newest revision was logged
// last first, and whether there are more.
func (s *Site) listChecks(v *visit, f checksFilter, n int) (out []card, more bool, err error) {
	before := f.Before
	for read := 0; read < scanMost; {
		batch, err := s.Desk.Published(v.Context(), desk.RevisionFilter{Below: s.Signed(), Newest: true, Topic: f.Topic, Before: before, Limit: 2 * n})
		if err != nil {
			return nil, false, err
		}
		for _, r := range batch {
			before = r.LogIndex
			if r.Kind == desk.KindWithdraw || r.Erased || f.Rating != "" && r.Rating != f.Rating {
				continue
			}
			if len(out) == n {
				return out, true, nil
			}
			out = append(out, cardOf(v.lang, r))
		}
		if read += len(batch); len(batch) < 2*n {
			break
		}
	}
	return out, false, nil
}

// correctionsPage is the list of what changed after publication.
type correctionsPage struct {
	List   []changed
	Older  string
	Newer  string
	Urgent desk.Urgencies
	Aside  desk.AsideCount // messages set aside lately
}

// changed is one later revision of a check.
type changed struct {
	card
	Reason desk.Reason
	Note   string
	Number int
}

// head implements page.
func (correctionsPage) head(w *words) head {
	return head{Title: w.t("corrections.title"), Description: w.t("corrections.lead"), Section: "corrections"}
}

// laterKinds are the kinds of revision after the first.
func laterKinds() []desk.Kind {
	return []desk.Kind{desk.KindUpdate, desk.KindCorrect, desk.KindWithdraw, desk.KindRestore}
}

// corrections answers GET /corrections.
func (s *Site) corrections(v *visit) (answer, error) {
	before, _ := strconv.ParseInt(v.query("before"), 10, 64)
	list, more, err := s.listChanged(v, before, pageSize)
	if err != nil {
		return answer{}, err
	}
	p := correctionsPage{List: list}
	if p.Urgent, err = s.Desk.Urgencies(v.Context(), s.Signed()); err != nil {
		return answer{}, err
	}
	if p.Aside, err = s.Desk.AsideCounted(v.Context()); err != nil {
		return answer{}, err
	}
	if more {
		p.Older = v.with("before", strconv.FormatInt(list[len(list)-1].LogIndex, 10))
	}
	if before > 0 {
		p.Newer = v.with("before", "")
	}
	return show("corrections", p).fresh(), nil
}

// listChanged lists later revisions, newest first. A withdrawal has no text
// of its own: it is shown with the headline it withdraws.
func (s *Site) listChanged(v *visit, before int64, n int) (out []changed, more bool, err error) {
	rs, err := s.Desk.Published(v.Context(), desk.RevisionFilter{Below: s.Signed(), Kinds: laterKinds(), Before: before, Limit: n + 1})
	if err != nil {
		return nil, false, err
	}
	if more = len(rs) > n; more {
		rs = rs[:n]
	}
	for _, r := range rs {
		c := changed{card: cardOf(v.lang, r), Reason: r.Reason, Note: r.Doc.Note(v.lang), Number: r.Rev}
		doc, err := s.spoken(v.Context(), r)
		if err != nil {
			return nil, false, err
		}
		t := textFor(doc, v.lang)
		c.Statement, c.Claim, c.Lang, c.Topic = t.Statement, t.Claim, t.Lang, doc.Topic
		out = append(out, c)
	}
	return out, more, nil
}

// spoken is the document whose text speaks for a revision: its own, or for a
// withdrawal, which has none, the one it withdraws.
func (s *Site) spoken(ctx context.Context, r desk.Revision) (desk.Document, error) {
	if r.Kind != desk.KindWithdraw {
		return r.Doc, nil
	}
	before, err := s.Desk.Published(ctx, desk.RevisionFilter{Below: r.LogIndex, Verdict: r.Verdict, Limit: 1})
	if err != nil || len(before) == 0 {
		return r.Doc, err
	}
	return before[0].Doc, nil
}
