package web

import (
	"slices"
	"strings"

	"soi/internal/desk"
)

// Letter is a letter to a body in the language it is asked in, from the request
// as it stands now: one line for the subject, and the text.
func (s *Site) Letter(k desk.LetterKind, r desk.RequestView) (title, text string) {
	link := s.Config.URL + linkPath + desk.NewRequestLink(s.Config.Key, r.ID, r.LinkN)
	if s.books[r.Lang] != nil {
		link = s.Config.URL + tongue{r.Lang, "/" + r.Lang}.url(linkPath+desk.NewRequestLink(s.Config.Key, r.ID, r.LinkN))
	}
	return s.letter(k, r, link)
}

// letter is Letter with a link to show.
func (s *Site) letter(k desk.LetterKind, r desk.RequestView, link string) (title, text string) {
	w := s.books[r.Lang]
	if w == nil {
		w = s.books[written()[0]]
	}
	due := r.Due
	if due.IsZero() {
		due = r.IfNow
	}
	pairs := []any{"Desk", s.Config.Name, "Body", r.Names.In(w.lang), "Question", r.Question, "Plan", r.Plan, "Due", w.moment(due),
		"Days", w.number(r.Days), "Link", link, "Why", r.EndedWhy, "Off", strings.Join(w.daysOff(r.Off), "; ")}
	key := "letter." + string(k)
	text = w.t(key+".text", pairs...)
	if !slices.Contains([]desk.LetterKind{desk.LetterNoLonger}, k) {
		text += "\n\n" + w.t("letter.foot", pairs...)
	}
	return w.t(key+".title", pairs...), strings.TrimSpace(text)
}

// daysOff names the days that a count met.
func (w *words) daysOff(days []desk.CalendarDay) []string {
	var out []string
	for _, d := range days {
		kind := "days.off"
		if d.Work {
			kind = "days.work"
		}
		out = append(out, w.t(kind, "Date", w.day(d.Date), "Title", d.Title.In(w.lang)))
	}
	return out
}

// askedNews is one fact about a request that the published text does not have
// yet: dates alone.
type askedNews struct {
	What string // asked, answered or silent
	desk.AskedFact
}

// newsOf lists what happened with requests since a text was approved.
func newsOf(doc []desk.DocAsked, facts []desk.AskedFact) (out []askedNews) {
	for _, f := range facts {
		i := slices.IndexFunc(doc, func(d desk.DocAsked) bool { return d.Asked == f.Date && slices.Contains(texts(f.Names), d.Body) })
		switch {
		case !f.Answered.IsZero() && (i < 0 || len(doc[i].Answers) == 0):
			out = append(out, askedNews{"answered", f})
		case f.Answered.IsZero() && f.Late && (i < 0 || !doc[i].Silent):
			out = append(out, askedNews{"silent", f})
		case i < 0 && f.Answered.IsZero():
			out = append(out, askedNews{"asked", f})
		}
	}
	return out
}

// texts lists what something is called in any language.
func texts(s desk.Said) (out []string) {
	for _, n := range s.Notes() {
		out = append(out, n.Text)
	}
	return out
}
