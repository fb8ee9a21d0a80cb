package web

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"slices"

	"soi/internal/desk"
)

// requestRoutes is the table of the staff's pages about requests to bodies.
func (s *Site) requestRoutes() []route {
	return []route{
		{pattern: "GET /desk/requests", audience: Staff, may: desk.MayRead, h: s.requestList},
		{pattern: "GET /desk/requests/{id}", audience: Staff, may: desk.MayRead, h: s.request},
		{pattern: "POST /desk/requests/{id}", audience: Staff, may: desk.MayDraft, body: bodyForm, keep: []string{"why"}, h: s.turnRequest},
		{pattern: "POST /desk/requests/{id}/answer", audience: Staff, may: desk.MayDraft, body: bodyAsk, files: desk.MaxReplyFiles, keep: []string{"text"}, h: s.enterAnswer},
		{pattern: "POST /desk/requests/{id}/answers/{answer}", audience: Staff, may: desk.MayDraft, body: bodySmall, h: s.decideAnswer},
		{pattern: "POST /desk/inbox/{id}", audience: Staff, may: desk.MayDraft, body: bodySmall, h: s.settleStray},
		{pattern: "GET /desk/claims/{id}/ask", audience: Staff, may: desk.MayDraft, h: s.askForm},
		{pattern: "POST /desk/claims/{id}/ask", audience: Staff, may: desk.MayDraft, body: bodyForm, keep: []string{"question", "plan", "why"}, h: s.askBody},
	}
}

// requestsPage is the list of requests and the inbox of replies.
type requestsPage struct {
	desk.RequestList
	Inbox []desk.StrayMail
	Open  []desk.RequestView // those a mail of the inbox may belong to
	May   bool
	Relay bool
}

// head implements page.
func (p requestsPage) head(w *words) head {
	return head{Title: w.t("requests.title"), Section: "desk", Private: true}
}

// None reports whether nothing was ever asked.
func (p requestsPage) None() bool {
	return len(p.ToDo)+len(p.Late)+len(p.Waiting)+len(p.Answered)+len(p.Ended)+len(p.Inbox) == 0
}

// requestList shows all requests by what is to be done.
func (s *Site) requestList(v *visit) (answer, error) {
	l, err := s.Desk.Requests(v.Context(), v.actor())
	if err != nil {
		return answer{}, err
	}
	p := requestsPage{RequestList: l, May: v.actor().May(desk.MayDraft), Relay: s.hasRelay()}
	if p.Inbox, err = s.Desk.Inbox(v.Context(), v.actor()); err != nil {
		return answer{}, err
	}
	p.Open = slices.Concat(l.ToDo, l.Late, l.Waiting, l.Answered)
	return show("desk/requests", p), nil
}

// hasRelay reports whether letters go out by mail.
func (s *Site) hasRelay() bool { return s.Requests != nil && s.Requests.HasRelay() }

// requestPage is one request with everything that happened to it.
type requestPage struct {
	desk.RequestView
	May       bool
	Relay     bool
	Names     map[desk.ID]string
	ClaimText string
	Title     string // of the letter, when it is to be delivered by hand
	Text      string
	Problems  []string
	Form      desk.BodyAnswer // an answer entered by staff that was refused
	FormID    desk.ID
	EndWhy    string
	Kinds     []desk.AnswerKind
}

// head implements page.
func (p requestPage) head(w *words) head {
	return head{Title: w.t("request.title", "Body", p.RequestView.Names.In(w.lang)), Section: "desk", Private: true}
}

// ByHand reports whether staff deliver the letter.
func (p requestPage) ByHand() bool { return p.Mail == "" || p.Stuck() }

// Live reports whether the request still stands.
func (p requestPage) Live() bool { return p.Ended.IsZero() }

// request shows one request.
func (s *Site) request(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	p, err := s.requestPage(v, id)
	return show("desk/request", p), err
}

// requestPage reads one request.
func (s *Site) requestPage(v *visit, id desk.ID) (p requestPage, err error) {
	p = requestPage{May: v.actor().May(desk.MayDraft), Relay: s.hasRelay(), FormID: desk.NewID(), Kinds: desk.AnswerKinds()}
	if p.RequestView, err = s.Desk.RequestView(v.Context(), v.actor(), id); err != nil {
		return p, err
	}
	cs, err := s.Desk.Claims(v.Context(), v.actor(), desk.ClaimFilter{IDs: []desk.ID{p.Claim}, Limit: 1})
	if err != nil {
		return p, err
	}
	if len(cs) == 1 {
		p.ClaimText = v.words.named(cs[0])
	}
	staff, err := s.Desk.StaffList(v.Context(), v.actor())
	p.Names = namesOf(staff)
	return p, err
}

// turnRequest does one thing with a request.
func (s *Site) turnRequest(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	ctx, by := v.Context(), v.actor()
	switch v.field("do") {
	case "sent":
		_, err = s.Desk.MarkSent(ctx, by, id)
	case "show":
		return s.showLetter(v, id)
	case "link":
		_, err = s.Desk.RenewLink(ctx, by, id, func(n int) []byte { return desk.RequestLinkHash(desk.NewRequestLink(s.Config.Key, id, n)) })
	case "withdraw":
		_, err = s.Desk.WithdrawRequest(ctx, by, id, v.field("why"))
	case "more-yes":
		_, err = s.Desk.DecideMore(ctx, by, id, true)
	case "more-no":
		_, err = s.Desk.DecideMore(ctx, by, id, false)
	default:
		err = &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}}
	}
	if ps := v.words.problems(err); len(ps) > 0 {
		p, err := s.requestPage(v, id)
		p.Problems, p.EndWhy = ps, v.field("why")
		return show("desk/request", p).as(422), err
	}
	if err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/requests/" + string(id))), nil
}

// showLetter shows the letter with its link, to be delivered by hand. That it
// was shown is recorded first: whoever sees the link could answer by it.
func (s *Site) showLetter(v *visit, id desk.ID) (answer, error) {
	r, err := s.Desk.NoteShown(v.Context(), v.actor(), id)
	if err != nil {
		return answer{}, err
	}
	p, err := s.requestPage(v, id)
	p.Title, p.Text = s.Letter(desk.LetterAsk, r)
	return show("desk/request", p), err
}

// enterAnswer records an answer that came by letter or telephone.
func (s *Site) enterAnswer(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	files, err := s.take(v)
	if v.refused != nil {
		err = v.refused
	}
	n := desk.NewAnswer{Kind: desk.AnswerKind(v.field("kind")), Text: v.field("text"), Lang: v.field("lang"), Ext: extOf(v.field("form")), Files: files}
	if err == nil {
		err = s.Desk.EnterAnswer(v.Context(), v.actor(), id, n)
	}
	if ps := v.words.problems(err); len(ps) > 0 {
		p, err := s.requestPage(v, id)
		p.Problems, p.Form = ps, desk.BodyAnswer{Kind: n.Kind, Text: n.Text}
		return show("desk/request", p).as(422), err
	}
	if err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/requests/" + string(id))), nil
}

// extOf names a form, so that one sent twice is known as one.
func extOf(form string) []byte {
	sum := sha256.Sum256([]byte("form\x00" + form))
	return sum[:]
}

// decideAnswer says whether a mail is the body's answer.
func (s *Site) decideAnswer(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	_, err = s.Desk.DecideAnswer(v.Context(), v.actor(), desk.ID(v.PathValue("answer")), v.field("do") == "yes", desk.AnswerKind(v.field("kind")))
	if ps := v.words.problems(err); len(ps) > 0 {
		p, err := s.requestPage(v, id)
		p.Problems = ps
		return show("desk/request", p).as(422), err
	}
	if err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/requests/" + string(id))), nil
}

// settleStray makes a mail of the inbox an answer, or drops it.
func (s *Site) settleStray(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	to := desk.ID(v.field("request"))
	if v.field("do") == "drop" {
		to = ""
	} else if !to.Valid() {
		return answer{}, &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}}
	}
	if err := s.Desk.SettleStray(v.Context(), v.actor(), id, to); err != nil {
		return answer{}, err
	}
	if to != "" {
		return redirect(v.tongue.url("/desk/requests/" + string(to))), nil
	}
	return redirect(v.tongue.url("/desk/requests")), nil
}

// askingPage is the form of a request, and its preview.
type askingPage struct {
	Claim    desk.Claim
	Bodies   []desk.Body
	Form     desk.NewRequest
	Usual    int // working days that the harm asks for
	Relay    bool
	May      bool // add to the register
	Preview  *desk.RequestView
	Title    string // of the letter in the preview
	Text     string
	Problems []string
}

// head implements page.
func (p askingPage) head(w *words) head {
	return head{Title: w.t("asking.title"), Section: "desk", Private: true}
}

// askForm shows an empty form; the body that the claim names is chosen.
func (s *Site) askForm(v *visit) (answer, error) {
	p, err := s.askingPage(v)
	if err != nil {
		return answer{}, err
	}
	p.Form = desk.NewRequest{ID: desk.NewID(), Claim: p.Claim.ID, Days: p.Usual}
	for _, b := range p.Bodies {
		if b.Named(p.Claim.Body) {
			p.Form.Body = b.ID
		}
	}
	return show("desk/ask-body", p), nil
}

// askingPage reads what the form needs.
func (s *Site) askingPage(v *visit) (p askingPage, err error) {
	id, err := v.id()
	if err != nil {
		return p, err
	}
	cs, err := s.Desk.Claims(v.Context(), v.actor(), desk.ClaimFilter{IDs: []desk.ID{id}, Limit: 1})
	if err != nil {
		return p, err
	}
	if len(cs) == 0 {
		return p, desk.ErrNotFound
	}
	p = askingPage{Claim: cs[0], Usual: desk.DaysFor(cs[0].Harm), Relay: s.hasRelay(), May: v.actor().May(desk.MayBodies)}
	all, err := s.Desk.Bodies(v.Context())
	p.Bodies = slices.DeleteFunc(all, func(b desk.Body) bool { return !b.Used() })
	return p, err
}

// askBody shows the request as it would go out, or sends it.
func (s *Site) askBody(v *visit) (answer, error) {
	p, err := s.askingPage(v)
	if err != nil {
		return answer{}, err
	}
	p.Form = desk.NewRequest{ID: desk.ID(v.field("request")), Claim: p.Claim.ID, Body: desk.ID(v.field("body")), Question: v.field("question"),
		Plan: v.field("plan"), Days: number(v.field("days")), Why: v.field("why"), ByHand: !p.Relay}
	p.Form.Link = desk.RequestLinkHash(desk.NewRequestLink(s.Config.Key, p.Form.ID, 1))
	if v.field("do") == "edit" {
		return show("desk/ask-body", p), nil
	}
	if v.field("do") == "send" {
		var r desk.Request
		if r, err = s.Desk.AskBody(v.Context(), v.actor(), p.Form); err == nil {
			return redirect(v.tongue.url("/desk/requests/" + string(r.ID))), nil
		}
	} else {
		var r desk.RequestView
		if r, err = s.Desk.Preview(v.Context(), v.actor(), p.Form); err == nil {
			p.Preview = &r
			p.Title, p.Text = s.letter(desk.LetterAsk, r, s.books[cmp.Or(r.Lang, v.lang)].t("letter.here"))
			return show("desk/ask-body", p), nil
		}
	}
	if p.Problems = v.words.problems(err); len(p.Problems) == 0 || errors.Is(err, desk.ErrState) {
		return answer{}, err
	}
	return show("desk/ask-body", p).as(422), nil
}

// claimRequests is what the page of a claim shows of requests.
type claimRequests struct {
	List []desk.RequestView
	News bool     // the published page does not say yet what came
	Used []string // names of the register, for the field of the body concerned
}

// claimRequests reads it.
func (s *Site) claimRequests(v *visit, claim desk.ID) (r claimRequests, err error) {
	if r.List, err = s.Desk.RequestsOf(v.Context(), v.actor(), claim); err != nil {
		return r, err
	}
	if len(r.List) > 0 {
		if r.News, err = s.Desk.AskedNews(v.Context(), v.actor(), claim); err != nil {
			return r, err
		}
	}
	all, err := s.Desk.Bodies(v.Context())
	for _, b := range all {
		if b.Used() {
			r.Used = append(r.Used, b.Name(v.lang))
		}
	}
	return r, err
}
