package web

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"soi/internal/desk"
	"soi/internal/match"
)

// askPage is the page with the one field.
type askPage struct {
	Form      string  // random value of this form
	Desk      desk.ID // at which of several desks the message arrives; "" to let the channel say
	Challenge string
	Worker    string // address of the script that solves the challenge
	Text      string // what the reader had typed, when the form comes back
	Notice    *troublePage
	Most      int // characters allowed, when there were more; else 0
	Latest    []card
	Questions []question // what people ask now
	Corrected []changed  // what was put right lately
}

// head implements page.
func (p askPage) head(w *words) head {
	return head{Title: w.t("ask.title"), Description: w.t("ask.description"), Section: "ask", Private: p.Notice != nil || p.Text != ""}
}

// latestShown is how many of the newest checks stand below the field.
const latestShown = 6

// correctedShown is how many corrections stand below them.
const correctedShown = 3

// purposeAsk names the ask form in challenges.
const purposeAsk = "ask"

// home answers GET /.
func (s *Site) home(v *visit) (answer, error) {
	p, err := s.askPage(v)
	if err != nil {
		return answer{}, err
	}
	p.Text = v.query("text") // as the bookmark of /ways brings it
	return show("ask", p), nil
}

// askPage is a fresh form with the newest checks below it.
func (s *Site) askPage(v *visit) (askPage, error) {
	p := askPage{Form: newForm(), Desk: v.deskNamed()}
	p.Challenge = s.pow.challenge(purposeAsk, p.Form)
	var err error
	if p.Worker, err = s.assetURL("work.js"); err != nil {
		return p, err
	}
	if p.Latest, _, err = s.listChecks(v, checksFilter{}, latestShown); err != nil {
		return p, err
	}
	if p.Corrected, _, err = s.listChanged(v, 0, correctedShown); err != nil {
		return p, err
	}
	p.Questions, err = s.questions(v, questionsShown, func(desk.Question) bool { return true })
	return p, err
}

// ask answers POST /ask with the answer itself. The same form with the same
// text gives the same answer however often it is sent.
func (s *Site) ask(v *visit) (answer, error) {
	text := v.PostForm.Get("text")
	form := v.field("form")
	if !validForm(form) {
		form = newForm()
	}
	if err := v.readable(match.ReadTip(text).Text); err != nil {
		return s.askAgain(v, err)
	}
	if err := s.lane(v, form, text); err != nil {
		return s.askAgain(v, err)
	}
	r, code, res, err := s.takeIn(v, desk.Program(), "web", form, text)
	if err != nil {
		return s.askAgain(v, err)
	}
	return s.outcome(v, r, code, res)
}

// takeIn takes a message in that came by a form of these pages: its files are
// looked into and sealed, it is matched, and the desk has it. The same form
// with the same content is one tip.
func (s *Site) takeIn(v *visit, by desk.Actor, channel, form, text string) (r desk.Received, code string, res match.Result, err error) {
	files, err := s.take(v)
	if err != nil {
		return r, "", res, err
	}
	tip := match.ReadMessage(text, files)
	delivery := deliveryOf(form, tip.Text, v.files...)
	code = desk.NewTicket(s.Config.Key, delivery)
	res = s.look(v, tip.Text, match.PicturesOf(files)...)
	decision, key := res.Settle()
	r, err = s.Desk.Receive(v.Context(), by, desk.NewTip{
		Channel: channel, ExtID: delivery, Text: tip.Text, Folded: tip.Key, Lang: tip.Lang, Links: tip.Links,
		Ticket: desk.TicketHash(code), Decision: string(decision), Answer: key, Summary: tip.Summary, Media: files, Desk: v.deskNamed(),
	})
	return r, code, res, err
}

// readable refuses, before it costs anything, what the desk would refuse.
func readable(text string, files int) error {
	switch {
	case text == "" && files == 0:
		return &desk.Invalid{Problems: []desk.Problem{desk.TextEmpty}}
	case utf8.RuneCountInString(text) > desk.MaxTipRunes:
		return &desk.Invalid{Problems: []desk.Problem{desk.TextTooLong}}
	}
	return nil
}

// deliveryOf names a delivery: one form sends one text with its files once.
func deliveryOf(form, text string, files ...upload) string {
	h := sha256.New()
	h.Write([]byte(form + "\x00" + text))
	for _, f := range files {
		sum := sha256.Sum256(f)
		h.Write(sum[:])
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

// lane draws on the budget of the lane the form is entitled to: the wide one
// with a solved challenge, the slow one without. A form that was sent before
// with the same text pays nothing but a look-up.
func (s *Site) lane(v *visit, form, text string) error {
	return s.laneOf(v, purposeAsk, form, text)
}

// laneOf is lane for a form of another purpose.
func (s *Site) laneOf(v *visit, purpose, form, text string) error {
	again, err := s.pow.spend(purpose, form, v.field("challenge"), v.field("solution"), text)
	if errors.Is(err, errSpent) {
		return err
	}
	name := budgetSolved
	switch {
	case err != nil:
		name = budgetSlow
	case again:
		name = budgetLookup
	}
	if wait, ok := s.limit.take(name, s.network(v.Request)); !ok {
		return limitError{wait: wait}
	}
	return nil
}

// askAgain shows the form once more with what was typed and with what went
// wrong, under the status of the error. Errors that have nothing to do with
// the text go the common way.
func (s *Site) askAgain(v *visit, err error) (answer, error) {
	t := troubleOf(err)
	if t.code == "internal" {
		return answer{}, err
	}
	p, pageErr := s.askPage(v)
	if pageErr != nil {
		// The database does not even answer reads: the form works without
		// the list below it.
		s.Logger.Error("latest checks could not be read", "cause", pageErr)
	}
	if text := v.PostForm.Get("text"); strings.TrimSpace(text) != "" {
		p.Text = text
	}
	note := s.told(route{}, v, err)
	p.Notice = &note
	status := t.status
	if slices.Contains(desk.Problems(err), desk.TextTooLong) {
		status = http.StatusRequestEntityTooLarge
		p.Most = desk.MaxTipRunes
	} else if slices.Contains(desk.Problems(err), desk.MediaTooLarge) {
		status = http.StatusRequestEntityTooLarge
	}
	s.Logger.Warn("tip refused", "kind", t.code, "cause", err)
	a := show("ask", p).as(status)
	a.retry = t.retry
	return a, nil
}

// look asks the matcher; without one nothing is known.
func (s *Site) look(v *visit, text string, pictures ...match.Picture) match.Result {
	if s.Matcher == nil || strings.TrimSpace(text) == "" && len(pictures) == 0 {
		return match.Result{Decision: match.DecisionNew}
	}
	return s.Matcher.Match(v.Context(), match.Query{Text: text, Pictures: pictures, Limit: match.Looked})
}

// keysOf lists the keys of matches, in their order.
func keysOf(ms []match.Match) []string {
	out := make([]string, len(ms))
	for i, m := range ms {
		out[i] = m.ID
	}
	return out
}

// reasonsFor says why a result holds a check to be the same message.
func reasonsFor(w *words, res match.Result, id desk.ID) []string {
	for _, m := range res.Matches {
		if _, found := desk.ParseKey(m.ID); found != id {
			continue
		}
		var out []string
		for _, r := range m.Reasons {
			if text := r.Text(w.lang); text != "" {
				out = append(out, text)
			}
		}
		return out
	}
	return nil
}

// choose answers POST /ask/choose: one of the possible answers, none of
// them, or "this is not my message" below a known one.
func (s *Site) choose(v *visit) (answer, error) {
	code, key := v.field("code"), v.field("key")
	r, err := s.Desk.Choose(v.Context(), desk.Program(), desk.TicketHash(code), key)
	if err != nil {
		return answer{}, err
	}
	res, err := s.lookTip(v, r.Tip)
	if err != nil {
		return answer{}, err
	}
	return s.outcome(v, r, code, res)
}

// The states of an answer.
const (
	stateKnown    = "known"    // a check of ours answers it
	stateImported = "imported" // another publisher's check answers it
	statePerhaps  = "perhaps"  // the asker is to choose
	stateNew      = "new"      // in the queue
	stateClosed   = "closed"   // not a factual claim
)

// answerPage is what an asker is told, at once and whenever they come back
// with their code.
type answerPage struct {
	State      string
	Code       string
	Text       string // the message; "" once erased
	Received   time.Time
	Others     int  // how many others ask the same, for stateNew
	Many       bool // more than were counted
	Aside      bool // the message is set aside: kept, answered, not counted
	Card       card
	Options    []card
	First      time.Time       // when Card was first published
	Explainers []explainerCard // that may help while nothing is known
	Named      []desk.Listed   // listed channels that the message names
	Places     bool            // it holds an address that can be looked up
}

// head implements page.
func (p answerPage) head(w *words) head {
	title := w.t("answer.title." + p.State)
	if p.State == stateKnown {
		title = p.Card.Statement
	}
	return head{Title: title, Section: "ask", Private: true}
}

// outcome draws what became of a tip, as it stands now.
func (s *Site) outcome(v *visit, r desk.Received, code string, res match.Result) (answer, error) {
	p, err := s.answerFor(v, r, code, res)
	if err != nil {
		return answer{}, err
	}
	return show("answer", p), nil
}

// answerFor fills in what became of a tip, as it stands now.
func (s *Site) answerFor(v *visit, r desk.Received, code string, res match.Result) (answerPage, error) {
	p := answerPage{State: stateNew, Code: code, Text: r.Tip.Text, Received: r.Tip.Received, Others: max(0, r.Asked-1), Many: r.Asked >= desk.MostAsked, Aside: r.Tip.Aside}
	var err error
	switch {
	case r.Tip.State == desk.TipClosed:
		p.State = stateClosed
	case r.Tip.State == desk.TipWaiting:
		err = s.offer(v, &p, res)
	case r.Tip.Imported != "":
		err = s.answerWith(v, &p, stateImported, desk.ImportedKey(r.Tip.Imported), res)
	case r.Claim.State == desk.ClaimPublished:
		err = s.answerWith(v, &p, stateKnown, desk.CheckKey(r.Claim.ID, v.lang), res)
	}
	p.Named, p.Places = s.listedIn(v, p.Text)
	if err == nil && (p.State == stateNew || p.State == stateClosed) {
		p.Explainers, err = s.offerExplainers(v, p.Text)
	}
	return p, err
}

// offer fills in the possible answers. If none is left (they were withdrawn
// meanwhile), the page says that the question is in the queue, where it goes
// by itself when the time to choose is over.
func (s *Site) offer(v *visit, p *answerPage, res match.Result) error {
	cs, err := s.cards(v.Context(), v.lang, keysOf(res.Offered()))
	if err != nil || len(cs) == 0 {
		return err
	}
	p.State = statePerhaps
	p.Options = cs[:min(len(cs), match.MostOffered)]
	for i := range p.Options {
		_, id := desk.ParseKey(p.Options[i].Key)
		p.Options[i].Reasons = reasonsFor(v.words, res, id)
	}
	return nil
}

// answerWith fills in the check that answers. One that is not public yet
// (its log entry is being signed) leaves the page at "not checked yet".
func (s *Site) answerWith(v *visit, p *answerPage, state, key string, res match.Result) error {
	cs, err := s.cards(v.Context(), v.lang, []string{key})
	if err != nil || len(cs) == 0 {
		return err
	}
	p.State, p.Card = state, cs[0]
	_, id := desk.ParseKey(key)
	p.Card.Reasons = reasonsFor(v.words, res, id)
	return nil
}
