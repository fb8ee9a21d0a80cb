package web

import (
	"errors"
	"net/http"

	"soi/internal/desk"
)

// linkPath is where a personal link leads; its secret follows.
const linkPath = "/r/"

// linkRoutes is the table of the page by which a body answers. Looking at it
// changes nothing, so programs that open links in mails do no harm.
func (s *Site) linkRoutes() []route {
	return []route{
		{pattern: "GET /r/{link}", audience: Public, budget: budgetLookup, h: s.answerForm},
		{pattern: "POST /r/{link}/answer", audience: Public, body: bodyAsk, files: desk.MaxReplyFiles, budget: budgetLookup, keep: []string{"text"}, h: s.giveAnswer},
		{pattern: "POST /r/{link}/more", audience: Public, body: bodySmall, budget: budgetLookup, keep: []string{"reason"}, h: s.askMore},
	}
}

// bodyPage is the page behind a personal link. It shows one request, nothing
// of the claim and nothing of other requests.
type bodyPage struct {
	desk.RequestView
	Link     string
	Form     desk.ID // names the form, so that one sent twice is one answer
	Kind     desk.AnswerKind
	Text     string
	Reason   string
	Problems []string
	Done     bool // an answer was just kept
	Asked    bool // a wish for more time was just kept
	Gone     bool // the link leads nowhere
	Langs    []string
}

// head implements page.
func (p bodyPage) head(w *words) head {
	if p.Gone {
		return head{Title: w.t("answering.gone.title"), Private: true}
	}
	return head{Title: w.t("answering.title", "Body", p.Names.In(w.lang)), Private: true}
}

// Kinds are the answers a body can give.
func (p bodyPage) Kinds() []desk.AnswerKind { return desk.AnswerKinds() }

// MayAskMore reports whether the body can still ask for more time.
func (p bodyPage) MayAskMore() bool {
	return p.More.State == desk.MoreNone && p.Stand != desk.StandLate && p.Stand != desk.StandVeryLate && p.Stand != desk.StandAnswered
}

// linkHash is what the desk knows of the link in the address.
func (v *visit) linkHash() []byte { return desk.RequestLinkHash(v.PathValue("link")) }

// answerForm shows the question. A link may say which answer it is for; that
// only ticks it.
func (s *Site) answerForm(v *visit) (answer, error) {
	r, err := s.Desk.RequestByLink(v.Context(), v.linkHash())
	if errors.Is(err, desk.ErrNotFound) {
		return gone(bodyPage{}), nil
	}
	if err != nil {
		return answer{}, err
	}
	p := s.bodyPage(v, r)
	p.Kind = desk.AnswerKind(v.query("say"))
	p.Done, p.Asked = v.query("done") == "answer", v.query("done") == "more"
	return show("body-answer", p), nil
}

// bodyPage is the page of a request.
func (s *Site) bodyPage(v *visit, r desk.RequestView) bodyPage {
	return bodyPage{RequestView: r, Link: v.PathValue("link"), Form: desk.NewID(), Langs: written()}
}

// gone is the page of a link that leads nowhere. What was typed comes back, so
// that it can be sent another way; nothing else is shown.
func gone(p bodyPage) answer {
	p.RequestView, p.Gone = desk.RequestView{}, true
	return show("body-answer", p).as(http.StatusGone)
}

// giveAnswer keeps an answer. The box that says whose it is must be ticked.
func (s *Site) giveAnswer(v *visit) (answer, error) {
	p := bodyPage{Kind: desk.AnswerKind(v.field("kind")), Text: v.field("text")}
	r, err := s.Desk.RequestByLink(v.Context(), v.linkHash())
	if errors.Is(err, desk.ErrNotFound) {
		return gone(p), nil
	}
	if err != nil {
		return answer{}, err
	}
	if v.refused != nil {
		return s.answerAgain(v, r, p, v.refused)
	}
	if v.field("official") != "yes" {
		return s.answerAgain(v, r, p, &desk.Invalid{Problems: []desk.Problem{desk.NotOfficial}})
	}
	files, err := s.take(v)
	if err == nil {
		_, err = s.Desk.AnswerRequest(v.Context(), desk.Program(), v.linkHash(),
			desk.NewAnswer{Kind: p.Kind, Text: p.Text, Lang: v.field("lang"), Ext: extOf(string(r.ID) + "\x00" + v.field("form")), Files: files})
	}
	if errors.Is(err, desk.ErrNotFound) { // withdrawn while it was written
		return gone(p), nil
	}
	if err != nil {
		return s.answerAgain(v, r, p, err)
	}
	return redirect(v.tongue.url(linkPath+v.PathValue("link")) + "?done=answer"), nil
}

// answerAgain shows a form that was refused, with what was typed.
func (s *Site) answerAgain(v *visit, r desk.RequestView, typed bodyPage, err error) (answer, error) {
	p := s.bodyPage(v, r)
	p.Kind, p.Text, p.Reason = typed.Kind, typed.Text, typed.Reason
	status := http.StatusUnprocessableEntity
	switch {
	case errors.Is(err, desk.ErrBusy):
		p.Problems, status = []string{v.words.t("answering.busy")}, http.StatusServiceUnavailable
	case errors.Is(err, desk.ErrState):
		p.Problems, status = []string{v.words.t("answering.no-more")}, http.StatusConflict
	default:
		if p.Problems = v.words.problems(err); len(p.Problems) == 0 {
			return answer{}, err
		}
	}
	return show("body-answer", p).as(status), nil
}

// askMore keeps a wish for more time.
func (s *Site) askMore(v *visit) (answer, error) {
	p := bodyPage{Reason: v.field("reason")}
	r, err := s.Desk.RequestByLink(v.Context(), v.linkHash())
	if err == nil {
		_, err = s.Desk.AskMoreTime(v.Context(), desk.Program(), v.linkHash(), p.Reason)
	}
	if errors.Is(err, desk.ErrNotFound) {
		return gone(p), nil
	}
	if err != nil {
		return s.answerAgain(v, r, p, err)
	}
	return redirect(v.tongue.url(linkPath+v.PathValue("link")) + "?done=more"), nil
}
