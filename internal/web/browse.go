package web

import (
	"fmt"
	"slices"
	"time"

	"soi/internal/desk"
)

// browseRoutes are the pages that lead through the archive.
func (s *Site) browseRoutes() []route {
	return []route{
		{pattern: "GET /topics", audience: Public, h: s.topics},
		{pattern: "GET /topics/{topic}", audience: Public, h: s.topic},
		{pattern: "GET /places", audience: Public, h: s.places},
		{pattern: "GET /places/{place}", audience: Public, h: s.locality},
		{pattern: "GET /archive", audience: Public, h: s.archive},
		{pattern: "GET /archive/{month}", audience: Public, h: s.month},
	}
}

// browsePage is a list of topics or places with how many checks each has.
type browsePage struct {
	What  string // topics, places
	Items []browseItem
}

// browseItem is one topic or place.
type browseItem struct {
	Path, Name string
	N          int
}

// head implements page.
func (p browsePage) head(w *words) head {
	return head{Title: w.t(p.What + ".title"), Description: w.t(p.What + ".lead"), Section: "topics"}
}

// topics answers GET /topics.
func (s *Site) topics(v *visit) (answer, error) {
	all, err := s.entries(v.Context())
	p := browsePage{What: "topics"}
	for _, t := range desk.Topics() {
		p.Items = append(p.Items, browseItem{"/topics/" + t, v.words.t("topic." + t), len(narrowed{"topic": t}.keep(all))})
	}
	return show("browse", p).fresh(), err
}

// places answers GET /places: those with a check, most checks first.
func (s *Site) places(v *visit) (answer, error) {
	all, err := s.entries(v.Context())
	p := browsePage{What: "places"}
	for _, l := range desk.Localities() {
		if n := len(narrowed{"place": l.Code}.keep(all)); n > 0 {
			p.Items = append(p.Items, browseItem{"/places/" + l.Code, l.In(v.lang), n})
		}
	}
	slices.SortStableFunc(p.Items, func(a, b browseItem) int { return b.N - a.N })
	return show("browse", p).fresh(), err
}

// subjectPage is all there is on a topic or a place.
type subjectPage struct {
	What       string // topics, places
	Code, Name string
	Questions  []question
	Explainers []explainerCard
	N          int
	List       []card
	Feed       string
	Older      string
	Newer      string
}

// head implements page.
func (p subjectPage) head(w *words) head {
	return head{Title: p.Name, Description: w.t(p.What+".about", "Name", p.Name), Section: "topics", Private: p.Newer != ""}
}

// topic answers GET /topics/{topic}.
func (s *Site) topic(v *visit) (answer, error) {
	t := v.PathValue("topic")
	if !slices.Contains(desk.Topics(), t) {
		return answer{}, desk.ErrNotFound
	}
	p := subjectPage{What: "topics", Code: t, Name: v.words.t("topic." + t), Feed: v.tongue.url("/checks.atom") + "?topic=" + t}
	rs, err := s.Desk.PublishedExplainers(v.Context())
	if err != nil {
		return answer{}, err
	}
	for _, r := range rs {
		if r.Doc.Topic == t {
			p.Explainers = append(p.Explainers, explainerOf(r, v.lang))
		}
	}
	return s.subject(v, p, narrowed{"topic": t}, func(q desk.Question) bool { return q.Topic == t })
}

// locality answers GET /places/{place}.
func (s *Site) locality(v *visit) (answer, error) {
	l, ok := desk.LocalityOf(v.PathValue("place"))
	if !ok {
		return answer{}, desk.ErrNotFound
	}
	p := subjectPage{What: "places", Code: l.Code, Name: l.In(v.lang), Feed: v.tongue.url("/checks.atom") + "?place=" + l.Code}
	return s.subject(v, p, narrowed{"place": l.Code}, func(q desk.Question) bool { return slices.Contains(q.Places, l.Code) })
}

// subject fills in the checks and open questions of a topic or place.
func (s *Site) subject(v *visit, p subjectPage, f narrowed, about func(desk.Question) bool) (answer, error) {
	all, err := s.entries(v.Context())
	if err != nil {
		return answer{}, err
	}
	kept := f.keep(all)
	p.N = len(kept)
	var part []entry
	part, p.Newer, p.Older = pageOf(v, kept)
	if p.List, err = s.cardsOf(v.Context(), v.lang, part); err != nil {
		return answer{}, err
	}
	if p.Newer == "" {
		p.Questions, err = s.questions(v, questionsShown, about)
	}
	return show("subject", p).fresh(), err
}

// question is an open question as pages show it: how many ask only in bands.
type question struct {
	Text, Lang, Topic string
	Band              desk.Band
	At                time.Time
}

// questionsShown is how many open questions a page shows.
const questionsShown = 6

// questions lists the open questions that the public may see and that fit, at
// most n.
func (s *Site) questions(v *visit, n int, fits func(desk.Question) bool) (out []question, err error) {
	all, err := s.Desk.OpenQuestions(v.Context())
	for _, q := range all {
		if len(out) < n && fits(q) {
			out = append(out, question{q.Text, q.Lang, q.Topic, q.Band, q.At})
		}
	}
	return out, err
}

// archivePage leads to the checks of each month, by when they were first
// published.
type archivePage struct{ Years []archiveYear }

// archiveYear is one year of the archive.
type archiveYear struct {
	Year   int
	N      int
	Months []browseItem
}

// head implements page.
func (archivePage) head(w *words) head {
	return head{Title: w.t("archive.title"), Description: w.t("archive.lead"), Section: "checks"}
}

// byFirst lists entries by when they were first published, newest first.
func byFirst(all []entry) []entry {
	out := slices.Clone(all)
	slices.SortStableFunc(out, func(a, b entry) int { return b.first.Compare(a.first) })
	return out
}

// archive answers GET /archive.
func (s *Site) archive(v *visit) (answer, error) {
	all, err := s.entries(v.Context())
	var p archivePage
	for _, e := range byFirst(all) {
		at := e.first.In(s.Config.Zone)
		if n := len(p.Years); n == 0 || p.Years[n-1].Year != at.Year() {
			p.Years = append(p.Years, archiveYear{Year: at.Year()})
		}
		y := &p.Years[len(p.Years)-1]
		path := "/archive/" + at.Format("2006-01")
		if n := len(y.Months); n == 0 || y.Months[n-1].Path != path {
			y.Months = append(y.Months, browseItem{Path: path, Name: v.words.t("archive.month", "Month", int(at.Month()), "Year", at.Year())})
		}
		y.N++
		y.Months[len(y.Months)-1].N++
	}
	return show("archive", p).fresh(), err
}

// monthPage is the checks first published in one month.
type monthPage struct {
	Month, Year int
	N           int
	List        []card
	Older       string
	Newer       string
}

// head implements page.
func (p monthPage) head(w *words) head {
	return head{Title: w.t("archive.of", "Month", p.Month, "Year", p.Year), Section: "checks", Private: p.Newer != ""}
}

// month answers GET /archive/{month}.
func (s *Site) month(v *visit) (answer, error) {
	from, err := time.ParseInLocation("2006-01", v.PathValue("month"), s.Config.Zone)
	if err != nil || from.Format("2006-01") != v.PathValue("month") {
		return answer{}, fmt.Errorf("month: %w", desk.ErrNotFound)
	}
	all, err := s.entries(v.Context())
	if err != nil {
		return answer{}, err
	}
	kept := byFirst(all)
	kept = slices.DeleteFunc(kept, func(e entry) bool { return e.first.Before(from) || !e.first.Before(from.AddDate(0, 1, 0)) })
	if len(kept) == 0 {
		return answer{}, desk.ErrNotFound
	}
	p := monthPage{Month: int(from.Month()), Year: from.Year(), N: len(kept)}
	var part []entry
	part, p.Newer, p.Older = pageOf(v, kept)
	p.List, err = s.cardsOf(v.Context(), v.lang, part)
	return show("month", p).fresh(), err
}
