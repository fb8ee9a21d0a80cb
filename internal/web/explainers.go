package web

import (
	"slices"
	"strings"
	"time"

	"soi/internal/desk"
	"soi/internal/match"
)

// explainerCard is an explainer in a list.
type explainerCard struct {
	ID      desk.ID
	Lang    string
	Title   string
	Summary string
	Topic   string
	At      time.Time
	Because []string // words of the message it is offered by
}

// explainerOf is the card of a published explainer.
func explainerOf(r desk.ExplainerRevision, lang string) explainerCard {
	t := r.Doc.Text(lang)
	return explainerCard{ID: r.Explainer, Lang: t.Lang, Title: t.Title, Summary: t.Summary, Topic: r.Doc.Topic, At: r.At}
}

// explainersPage lists the explainers in force.
type explainersPage struct{ All []explainerCard }

// head implements page.
func (p explainersPage) head(w *words) head {
	return head{Title: w.t("explainers.title"), Description: w.t("explainers.lead"), Section: "explainers"}
}

// explainers answers GET /explainers.
func (s *Site) explainers(v *visit) (answer, error) {
	rs, err := s.Desk.PublishedExplainers(v.Context())
	var p explainersPage
	for _, r := range rs {
		p.All = append(p.All, explainerOf(r, v.lang))
	}
	return show("explainers", p).fresh(), err
}

// explainerPage is one explainer as it was last published, with its history.
type explainerPage struct {
	ID        desk.ID
	Text      desk.ExplainerText
	Doc       desk.ExplainerDoc
	Foreign   bool // not written in the reader's language
	Withdrawn bool
	Note      string // why it was withdrawn
	History   []explainerPast
}

// explainerPast is one revision in the history.
type explainerPast struct {
	Rev       int
	At        time.Time
	Note      string
	Withdrawn bool
}

// head implements page.
func (p explainerPage) head(w *words) head {
	title := p.Text.Title
	if p.Withdrawn {
		title = w.t("explainers.withdrawn")
	}
	return head{Title: title, Description: p.Text.Summary, Section: "explainers", Picture: "/explainers/" + string(p.ID) + "/preview.png"}
}

// explainer answers GET /explainers/{id}.
func (s *Site) explainer(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	rs, err := s.Desk.ExplainerHistory(v.Context(), id)
	if err != nil {
		return answer{}, err
	}
	p := explainerPage{ID: id, Doc: rs[0].Doc, Withdrawn: rs[0].Doc.Withdrawn}
	p.Text = p.Doc.Text(v.lang)
	p.Foreign = p.Text.Lang != v.lang && !p.Withdrawn
	for _, r := range rs {
		p.History = append(p.History, explainerPast{r.Rev, r.At, desk.Document{Notes: r.Doc.Notes}.Note(v.lang), r.Doc.Withdrawn})
	}
	p.Note = p.History[0].Note
	return show("explainer", p).fresh(), nil
}

// explainersOffered is how many explainers are offered with an answer.
const explainersOffered = 2

// offerExplainers finds explainers by the words that a message holds: those
// with the most of them first. It says which words.
func (s *Site) offerExplainers(v *visit, text string) ([]explainerCard, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	rs, err := s.Desk.PublishedExplainers(v.Context())
	if err != nil {
		return nil, err
	}
	var out []explainerCard
	for _, r := range rs {
		if held := match.Mentions(text, r.Doc.Words); len(held) > 0 {
			c := explainerOf(r, v.lang)
			c.Because = held
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b explainerCard) int { return len(b.Because) - len(a.Because) })
	return out[:min(len(out), explainersOffered)], nil
}

// explainersOf are the explainers that a check's page links to.
func (s *Site) explainersOf(v *visit, claim desk.ID) (out []explainerCard, err error) {
	rs, err := s.Desk.ExplainersOf(v.Context(), claim)
	for _, r := range rs {
		out = append(out, explainerOf(r, v.lang))
	}
	return out, err
}
