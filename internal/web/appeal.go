package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"soi/internal/desk"
)

// AppealPost seals what appeals hold and writes to those who left an address.
type AppealPost interface {
	// Seal and Open are for the words of an appeal.
	Seal(words []byte) ([]byte, error)
	Open(sealed []byte) ([]byte, error)
	// Mails reports whether this desk can send mail.
	Mails() bool
	// Address seals an e-mail address and names the channel that reaches it;
	// nil when it is none, or the desk sends no mail.
	Address(mail string) (channel string, sealed []byte, err error)
	// Letter seals a message for the outbox. op is the same for every try of it.
	Letter(op, lang, title, text string) ([]byte, error)
}

// appealWords is what an appeal says, before it is sealed.
type appealWords struct {
	Text  string   `json:"text"`
	Links []string `json:"links,omitempty"`
}

// appealForm is the page on which anyone appeals.
type appealForm struct {
	Action    string // where the form goes
	Path      string // of the check; "" for a refusal
	Statement string
	Lang      string // of the statement
	Withdrawn bool
	Form      string
	Challenge string
	Worker    string
	Kind      desk.AppealKind
	Kinds     []desk.AppealKind
	Text      string
	Links     string
	Mail      string
	Unpublish bool
	Mails     bool // the desk can answer by mail
	Days      int
	Notice    *troublePage
	Files     bool // files were chosen and have to be chosen again
}

// head implements page.
func (p appealForm) head(w *words) head {
	return head{Title: w.t("appeal.title"), Section: "checks", Private: true}
}

// purposeAppeal names the form in challenges.
const purposeAppeal = "appeal"

// mostAppealLinks is how many links an appeal may name.
const mostAppealLinks = 20

// appealAgainst is what a form is about: a check, or the refusal of a tip.
type appealAgainst struct {
	claim desk.ID
	tip   []byte // hash of the tip's ticket code
	form  appealForm
}

// appealCheck finds the check of the address.
func (s *Site) appealCheck(v *visit) (appealAgainst, error) {
	id, err := v.id()
	if err != nil {
		return appealAgainst{}, err
	}
	all, err := s.Desk.Check(v.Context(), id, s.Signed())
	if err != nil {
		return appealAgainst{}, err
	}
	path := "/checks/" + string(id)
	c := checkOf(v.lang, all, 0)
	return appealAgainst{claim: id, form: appealForm{Action: path + "/appeal", Path: path, Statement: c.Text.Statement, Lang: c.Text.Lang, Withdrawn: c.Withdrawn}}, nil
}

// appealRefusal finds the refused tip of the address.
func (s *Site) appealRefusal(v *visit) (appealAgainst, error) {
	hash := desk.TicketHash(v.PathValue("code"))
	r, err := s.Desk.ByTicket(v.Context(), desk.Program(), hash)
	if err == nil && r.Tip.State != desk.TipClosed {
		err = desk.ErrNotFound
	}
	return appealAgainst{tip: hash, form: appealForm{Action: "/t/" + url.PathEscape(v.PathValue("code")) + "/appeal"}}, err
}

// appealPage answers GET .../appeal with the empty form.
func (s *Site) appealPage(find func(*visit) (appealAgainst, error)) handler {
	return func(v *visit) (answer, error) {
		a, err := find(v)
		if err != nil {
			return answer{}, err
		}
		if err := s.freshAppeal(&a.form); err != nil {
			return answer{}, err
		}
		return show("appeal", a.form), nil
	}
}

// freshAppeal fills in what every form needs.
func (s *Site) freshAppeal(p *appealForm) (err error) {
	p.Form, p.Kinds, p.Days = newForm(), desk.AppealKinds(), desk.AppealDays
	p.Challenge = s.pow.challenge(purposeAppeal, p.Form)
	p.Mails = s.Appeals != nil && s.Appeals.Mails()
	p.Worker, err = s.assetURL("work.js")
	return err
}

// fileAppeal answers POST .../appeal: the appeal is taken in, and its page
// shows the ticket code. The same form leads to the same page.
func (s *Site) fileAppeal(find func(*visit) (appealAgainst, error)) handler {
	return func(v *visit) (answer, error) {
		against, err := find(v)
		if err != nil {
			return answer{}, err
		}
		code, err := s.takeAppeal(v, against)
		if err != nil {
			return s.appealAgain(v, against, err)
		}
		return redirect(v.tongue.url("/appeals/t/" + code)), nil
	}
}

// takeAppeal reads the form and hands the appeal in.
func (s *Site) takeAppeal(v *visit, against appealAgainst) (code string, err error) {
	if s.Appeals == nil {
		return "", desk.ErrState
	}
	form := v.field("form")
	if !validForm(form) {
		form = newForm()
	}
	w := appealWords{Text: v.field("text"), Links: linksIn(v.field("links"))}
	n := desk.NewAppeal{Claim: against.claim, Tip: against.tip, Kind: desk.AppealKind(v.field("kind")), Unpublish: v.field("unpublish") != "",
		Lang: v.writes(), Length: utf8.RuneCountInString(w.Text)}
	if err := checkAppeal(v, n, w); err != nil {
		return "", err
	}
	whole := strings.Join(append([]string{string(n.Kind), w.Text}, w.Links...), "\x00")
	if err := s.laneOf(v, purposeAppeal, form, whole); err != nil {
		return "", err
	}
	if n.Files, err = s.take(v); err != nil {
		return "", err
	}
	n.ExtID = deliveryOf(form, "appeal\x00"+whole, v.files...)
	code = desk.NewTicket(s.Config.Key, "appeal "+n.ExtID)
	n.Ticket = desk.TicketHash(code)
	if err := s.sealAppeal(v, &n, w, code); err != nil {
		return "", err
	}
	_, _, err = s.Desk.Appeal(v.Context(), desk.Program(), n)
	return code, err
}

// checkAppeal refuses, before it costs anything, what the desk would refuse.
func checkAppeal(v *visit, n desk.NewAppeal, w appealWords) error {
	if v.refused != nil {
		return v.refused
	}
	var ps []desk.Problem
	if !slices.Contains(desk.AppealKinds(), n.Kind) {
		ps = append(ps, desk.NoAppealKind)
	}
	switch {
	case n.Length == 0:
		ps = append(ps, desk.AppealEmpty)
	case n.Length > desk.MaxTipRunes:
		ps = append(ps, desk.TextTooLong)
	}
	if len(w.Links) > mostAppealLinks || slices.ContainsFunc(w.Links, func(l string) bool {
		u, err := url.Parse(l)
		return err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || len(l) > 2000
	}) {
		ps = append(ps, desk.BadLink)
	}
	if len(ps) > 0 {
		return &desk.Invalid{Problems: ps}
	}
	return nil
}

// linksIn reads one link a line.
func linksIn(text string) []string {
	var out []string
	for _, l := range strings.Fields(text) {
		if !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// sealAppeal seals words, address, and the letter that acknowledges.
func (s *Site) sealAppeal(v *visit, n *desk.NewAppeal, w appealWords, code string) error {
	b, err := json.Marshal(w)
	if err != nil {
		return err
	}
	if n.Words, err = s.Appeals.Seal(b); err != nil {
		return err
	}
	mail := v.field("mail")
	if mail == "" {
		return nil
	}
	if n.Channel, n.Address, err = s.Appeals.Address(mail); err != nil {
		return err
	}
	if n.Address == nil {
		return &desk.Invalid{Problems: []desk.Problem{desk.BadAddress}}
	}
	text := v.words.t("appeal.mail.received", "Code", code, "Link", s.Config.URL+"/"+v.lang+"/appeals/t/"+code, "Days", v.words.number(desk.AppealDays))
	n.Ack, err = s.Appeals.Letter("appeal/received/"+n.ExtID, v.writes(), v.words.t("appeal.mail.received.title"), text)
	return err
}

// appealAgain shows the form once more with all that was typed and what went
// wrong.
func (s *Site) appealAgain(v *visit, against appealAgainst, err error) (answer, error) {
	t := troubleOf(err)
	if t.code == "internal" {
		return answer{}, err
	}
	p := against.form
	if err := s.freshAppeal(&p); err != nil {
		return answer{}, err
	}
	p.Kind, p.Text, p.Links, p.Mail = desk.AppealKind(v.field("kind")), v.PostForm.Get("text"), v.field("links"), v.field("mail")
	p.Unpublish, p.Files = v.field("unpublish") != "", len(v.files) > 0 || v.refused != nil
	note := s.told(route{}, v, err)
	p.Notice = &note
	status := t.status
	if slices.Contains(desk.Problems(err), desk.TextTooLong) || slices.Contains(desk.Problems(err), desk.MediaTooLarge) {
		status = http.StatusRequestEntityTooLarge
	}
	s.Logger.Warn("appeal refused", "kind", t.code)
	a := show("appeal", p).as(status)
	a.retry = t.retry
	return a, nil
}

// appealStanding is the page of an appeal's ticket code.
type appealStanding struct {
	Code     string
	Against  desk.Against
	State    desk.AppealState
	Kind     desk.AppealKind
	Received time.Time
	Due      time.Time
	Over     bool
	Path     string // of the check
	Ruling   *rulingView
	Mail     bool // an answer goes by mail, too
}

// head implements page.
func (appealStanding) head(w *words) head {
	return head{Title: w.t("appeal.standing.title"), Private: true}
}

// appealTicket answers GET /appeals/t/{code}.
func (s *Site) appealTicket(v *visit) (answer, error) {
	code := v.PathValue("code")
	a, r, err := s.Desk.AppealByTicket(v.Context(), desk.Program(), desk.TicketHash(code), s.Signed())
	if errors.Is(err, desk.ErrNotFound) {
		return show("ticket", ticketPage{Code: code, Unknown: true}).as(http.StatusNotFound), nil
	}
	if err != nil {
		return answer{}, err
	}
	p := appealStanding{Code: code, Against: a.Against, State: a.State, Kind: a.Kind, Received: a.Received, Due: a.Due, Over: s.Now().After(a.Due), Mail: a.Conversation != ""}
	if a.Against != desk.AgainstRefusal {
		p.Path = "/checks/" + string(a.Claim)
	}
	if r == nil && a.State == desk.AppealRuled { // approved, and being signed
		p.State = desk.AppealProposed
	}
	if r != nil {
		rs, err := s.Desk.PublicRulings(v.Context(), "", r.ID, s.Signed(), 0, 1)
		if err != nil {
			return answer{}, err
		}
		if len(rs) == 1 {
			view := rulingOf(v.lang, rs[0])
			p.Ruling = &view
		}
	}
	return show("appeal-standing", p), nil
}

// appealRoutes is the table of what anyone may do about appeals.
func (s *Site) appealRoutes() []route {
	return []route{
		{pattern: "GET /appeals", audience: Public, h: s.appeals},
		{pattern: "GET /appeals/{id}", audience: Public, h: s.rulingPage},
		{pattern: "GET /appeals/t/{code}", audience: Public, budget: budgetLookup, h: s.appealTicket},
		{pattern: "GET /checks/{id}/appeal", audience: Public, h: s.appealPage(s.appealCheck)},
		{pattern: "POST /checks/{id}/appeal", audience: Public, body: bodyAsk, files: askFiles, h: s.fileAppeal(s.appealCheck)},
		{pattern: "GET /t/{code}/appeal", audience: Public, budget: budgetLookup, h: s.appealPage(s.appealRefusal)},
		{pattern: "POST /t/{code}/appeal", audience: Public, body: bodyAsk, files: askFiles, h: s.fileAppeal(s.appealRefusal)},
	}
}
