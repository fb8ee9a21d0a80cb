package web

import (
	"context"
	"errors"
	"slices"
	"time"

	"soi/internal/desk"
)

// opinionRow is what an expert was asked, with how it stands.
type opinionRow struct {
	desk.Opinion
	Expert  desk.Expert
	Open    bool // the link is good
	Citable bool
}

// expertChoice is an expert who can be asked about the claim; Fits says that
// the claim's topic is theirs.
type expertChoice struct {
	desk.Expert
	Fits bool
}

// askForm is the form of a question to an expert.
type askForm struct {
	Expert   desk.ID
	Question string
	Problems []string
	Link     string // the personal link, shown this once
	Sent     bool   // it went out by mail
	To       string // the expert's name
}

// opinionsOf reads what experts were asked about the claim, and who can be.
func (s *Site) opinionsOf(v *visit, p claimPage, t *teamPart) error {
	os, err := s.Desk.OpinionsOf(v.Context(), v.actor(), p.Claim.ID)
	if err != nil {
		return err
	}
	es, err := s.Desk.Experts(v.Context(), v.actor())
	if err != nil {
		return err
	}
	now := s.Desk.Now()
	for _, o := range os {
		i := slices.IndexFunc(es, func(e desk.Expert) bool { return e.ID == o.Expert })
		if i < 0 {
			continue
		}
		t.Opinions = append(t.Opinions, opinionRow{o, es[i], o.Open(now) && es[i].Agrees(), o.Answer != "" && es[i].Agrees()})
	}
	for _, e := range es {
		if e.Agrees() {
			t.Experts = append(t.Experts, expertChoice{e, slices.Contains(e.Topics, p.Claim.Topic)})
		}
	}
	slices.SortStableFunc(t.Experts, func(a, b expertChoice) int {
		switch {
		case a.Fits == b.Fits:
			return 0
		case a.Fits:
			return -1
		}
		return 1
	})
	return nil
}

// mailTime bounds the handing over of a mail while a person waits for the page.
const mailTime = 15 * time.Second

// askExpert asks an expert and shows the personal link once. With an address
// and a relay it goes out by mail too.
func (s *Site) askExpert(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	f := askForm{Expert: desk.ID(v.field("expert")), Question: v.field("question")}
	if !f.Expert.Valid() {
		err = &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}}
	}
	var o desk.Opinion
	var secret string
	if err == nil {
		o, secret, err = s.Desk.AskExpert(v.Context(), v.actor(), id, f.Expert, f.Question)
	}
	status := 200
	if err != nil {
		if f.Problems = v.words.problems(err); len(f.Problems) == 0 {
			return answer{}, err
		}
		status = 422
	} else if f, err = s.sendQuestion(v, o, secret); err != nil {
		return answer{}, err
	}
	p, err := s.claimPage(v)
	p.Team.Asking = f
	return show("desk/claim", p).as(status), err
}

// sendQuestion mails the personal link if that is possible.
func (s *Site) sendQuestion(v *visit, o desk.Opinion, secret string) (askForm, error) {
	w := s.books[s.deskLang(o.Lang)]
	f := askForm{Link: s.Config.URL + tongue{w.lang, "/" + w.lang}.url("/expert/"+secret)}
	es, err := s.Desk.Experts(v.Context(), v.actor())
	i := slices.IndexFunc(es, func(e desk.Expert) bool { return e.ID == o.Expert })
	if err != nil || i < 0 {
		return f, err
	}
	f.To = es[i].Name
	if s.Post == nil || !s.Post.HasRelay() || len(es[i].Address) == 0 {
		return f, nil
	}
	to, err := s.Post.Open(expertLabel(o.Expert), es[i].Address)
	if err == nil {
		ctx, cancel := context.WithTimeout(v.Context(), mailTime)
		defer cancel()
		text := w.t("expert.mail.text", "Desk", s.Config.Name, "Question", o.Question, "Link", f.Link, "Until", w.date(o.Ends))
		err = s.Post.MailTo(ctx, string(to), w.lang, w.t("expert.mail.title", "Desk", s.Config.Name), text, "opinion "+string(o.ID))
	}
	if err != nil {
		s.Logger.Warn("a question to an expert was not mailed; the link is shown", "cause", err)
	}
	f.Sent = err == nil
	return f, nil
}

// expertLabel binds a sealed address to its owner.
func expertLabel(id desk.ID) string { return "expert " + string(id) }

// changeOpinion cites an answer, takes it out, or ends the link.
func (s *Site) changeOpinion(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	o := desk.ID(v.PathValue("opinion"))
	switch v.field("do") {
	case "cite", "uncite":
		_, err = s.Desk.CiteOpinion(v.Context(), v.actor(), id, o, v.field("do") == "cite")
	case "end":
		_, err = s.Desk.EndOpinion(v.Context(), v.actor(), id, o)
	default:
		err = &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}}
	}
	if err != nil {
		return answer{}, err
	}
	return v.toClaim(id, "#opinions"), nil
}

// expertsPage is the register of experts.
type expertsPage struct {
	Experts  []desk.Expert
	May      bool
	Form     desk.Expert
	Address  string
	Problems []string
	Relay    bool
}

// head implements page.
func (p expertsPage) head(w *words) head {
	return head{Title: w.t("experts.title"), Section: "desk", Private: true}
}

// Topics and LangCodes are what can be chosen.
func (p expertsPage) Topics() []string    { return desk.Topics() }
func (p expertsPage) LangCodes() []string { return written() }

// Has reports whether the form has the topic ticked.
func (p expertsPage) Has(topic string) bool { return slices.Contains(p.Form.Topics, topic) }

// experts shows the register.
func (s *Site) experts(v *visit) (answer, error) {
	p, err := s.expertsPage(v)
	return show("desk/experts", p), err
}

// expertsPage reads the register.
func (s *Site) expertsPage(v *visit) (p expertsPage, err error) {
	p = expertsPage{May: v.actor().May(desk.MayReview), Relay: s.Post != nil && s.Post.HasRelay()}
	p.Experts, err = s.Desk.Experts(v.Context(), v.actor())
	return p, err
}

// addExpert puts a person on the register.
func (s *Site) addExpert(v *visit) (answer, error) {
	e := desk.Expert{ID: desk.NewID(), Name: v.field("name"), Institution: v.field("institution"), Topics: v.PostForm["topic"], Payer: v.field("payer"),
		Lang: v.field("lang"), Agreed: v.field("agreed"), Proof: v.field("proof")}
	var err error
	if a := v.field("address"); a != "" {
		e.Address, err = s.sealed(expertLabel(e.ID), a)
	}
	if err == nil {
		_, err = s.Desk.AddExpert(v.Context(), v.actor(), e)
	}
	if err == nil {
		return redirect(v.tongue.url("/desk/experts")), nil
	}
	ps := v.words.problems(err)
	if len(ps) == 0 {
		return answer{}, err
	}
	p, err := s.expertsPage(v)
	p.Form, p.Address, p.Problems = e, v.field("address"), ps
	return show("desk/experts", p).as(422), err
}

// withdrawExpert ends an agreement, as the expert asked.
func (s *Site) withdrawExpert(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	if err := s.Desk.WithdrawExpert(v.Context(), v.actor(), id); err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/experts")), nil
}

// expertPage is what the holder of a personal link sees.
type expertPage struct {
	Token    string
	Asked    desk.OpinionAsked
	Answer   string
	Most     int
	Saved    bool
	Gone     bool // the agreement was withdrawn just now
	Over     bool // the link leads nowhere (any more)
	Problems []string
}

// head implements page.
func (p expertPage) head(w *words) head {
	return head{Title: w.t("expert.title"), Private: true}
}

// expertAsked shows the question. A link that is wrong, over or revoked gets
// one and the same page.
func (s *Site) expertAsked(v *visit) (answer, error) {
	a, err := s.Desk.OpinionByLink(v.Context(), v.PathValue("token"))
	if errors.Is(err, desk.ErrNotFound) {
		return show("expert", expertPage{Over: true}).as(404), nil
	}
	return show("expert", expertPage{Token: v.PathValue("token"), Asked: a, Answer: a.Opinion.Answer, Most: desk.MaxAnswerRunes,
		Saved: v.query("saved") != ""}), err
}

// expertAnswers takes the answer, or ends the agreement.
func (s *Site) expertAnswers(v *visit) (answer, error) {
	token := v.PathValue("token")
	var err error
	if v.field("do") == "withdraw" {
		if err = s.Desk.WithdrawByLink(v.Context(), token); err == nil {
			return show("expert", expertPage{Gone: true}), nil
		}
	} else if _, err = s.Desk.AnswerOpinion(v.Context(), token, v.PostForm.Get("answer")); err == nil {
		return redirect(v.tongue.url("/expert/"+token) + "?saved=1"), nil
	}
	if errors.Is(err, desk.ErrNotFound) {
		return show("expert", expertPage{Over: true, Answer: v.PostForm.Get("answer")}).as(404), nil
	}
	ps := v.words.problems(err)
	if len(ps) == 0 {
		return answer{}, err
	}
	a, err := s.Desk.OpinionByLink(v.Context(), token)
	return show("expert", expertPage{Token: token, Asked: a, Answer: v.PostForm.Get("answer"), Most: desk.MaxAnswerRunes, Problems: ps}).as(422), err
}
