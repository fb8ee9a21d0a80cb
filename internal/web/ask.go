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
	Form      string // random value of this form
	Challenge string
	Worker    string // address of the script that solves the challenge
	Text      string // what the reader had typed, when the form comes back
	Notice    *troublePage
	Most      int // characters allowed, when there were more; else 0
	Latest    []card
}

// head implements page.
func (p askPage) head(w *words) head {
	return head{Title: w.t("ask.title"), Description: w.t("ask.description"), Section: "ask", Private: p.Notice != nil}
}

// latestShown is how many of the newest checks stand below the field.
const latestShown = 6

// purposeAsk names the ask form in challenges.
const purposeAsk = "ask"

// home answers GET /.
func (s *Site) home(v *visit) (answer, error) {
	p, err := s.askPage(v)
	if err != nil {
		return answer{}, err
	}
	return show("ask", p), nil
}

// askPage is a fresh form with the newest checks below it.
func (s *Site) askPage(v *visit) (askPage, error) {
	p := askPage{Form: newForm()}
	p.Challenge = s.pow.challenge(purposeAsk, p.Form)
	var err error
	if p.Worker, err = s.assetURL("work.js"); err != nil {
		return p, err
	}
	p.Latest, _, err = s.listChecks(v, checksFilter{}, latestShown)
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
	tip := match.ReadTip(text)
	if err := readable(tip.Text); err != nil {
		return s.askAgain(v, err)
	}
	if err := s.lane(v, form, text); err != nil {
		return s.askAgain(v, err)
	}
	delivery := deliveryOf(form, tip.Text)
	code := desk.NewTicket(s.Config.Key, delivery)
	res := s.look(v, tip.Text)
	decision, key := settle(res)
	r, err := s.Desk.Receive(v.Context(), desk.Program(), desk.NewTip{
		Channel: "web", ExtID: delivery, Text: tip.Text, Folded: tip.Key, Lang: tip.Lang, Links: tip.Links,
		Ticket: desk.TicketHash(code), Decision: string(decision), Answer: key, Summary: tip.Summary,
	})
	if err != nil {
		return s.askAgain(v, err)
	}
	return s.outcome(v, r, code, res)
}

// readable refuses, before it costs anything, what the desk would refuse.
func readable(text string) error {
	switch {
	case text == "":
		return &desk.Invalid{Problems: []desk.Problem{desk.TextEmpty}}
	case utf8.RuneCountInString(text) > desk.MaxTipRunes:
		return &desk.Invalid{Problems: []desk.Problem{desk.TextTooLong}}
	}
	return nil
}

// deliveryOf names a delivery: one form sends one text once.
func deliveryOf(form, text string) string {
	sum := sha256.Sum256([]byte(form + "\x00" + text))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// lane draws on the budget of the lane the form is entitled to: the wide one
// with a solved challenge, the slow one without. A form that was sent before
// with the same text pays nothing but a look-up.
func (s *Site) lane(v *visit, form, text string) error {
	again, err := s.pow.spend(purposeAsk, form, v.field("challenge"), v.field("solution"), text)
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
	}
	s.Logger.Warn("tip refused", "kind", t.code, "cause", err)
	a := show("ask", p).as(status)
	a.retry = t.retry
	return a, nil
}

// lookLimit is how many matches are looked at: enough to leave three for the
// asker once open claims and second languages are taken out.
const lookLimit = 12

// optionsShown is how many possible answers an asker is offered.
const optionsShown = 3

// look asks the matcher; without one nothing is known.
func (s *Site) look(v *visit, text string) match.Result {
	if s.Matcher == nil || strings.TrimSpace(text) == "" {
		return match.Result{Decision: match.DecisionNew}
	}
	return s.Matcher.Match(v.Context(), match.Query{Text: text, Limit: lookLimit})
}

// settle turns a match result into what the desk is told. Open claims are
// joined when they are surely the same and never offered to choose from:
// their words are nobody's but the asker's who sent them.
func settle(res match.Result) (match.Decision, string) {
	if len(res.Matches) == 0 {
		return match.DecisionNew, ""
	}
	switch res.Decision {
	case match.DecisionSame:
		return match.DecisionSame, res.Matches[0].ID
	case match.DecisionPerhaps:
		for _, m := range res.Matches {
			if m.Kind != match.KindClaim {
				return match.DecisionPerhaps, ""
			}
		}
	}
	return match.DecisionNew, ""
}

// likely leaves out of a result what is less than a third as likely as its
// likeliest: an asker is not offered a choice nobody would take.
func likely(res match.Result) match.Result {
	top := 0.0
	for _, m := range res.Matches {
		top = max(top, m.Probability)
	}
	res.Matches = slices.DeleteFunc(slices.Clone(res.Matches), func(m match.Match) bool { return m.Probability < top/3 })
	return res
}

// keysOf lists the keys of a result, best first.
func keysOf(res match.Result) []string {
	out := make([]string, len(res.Matches))
	for i, m := range res.Matches {
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
	if sort, id := desk.ParseKey(key); key != "" && (sort != "check" && sort != "imported" || !id.Valid()) {
		return answer{}, &desk.Invalid{Problems: []desk.Problem{desk.BadChoice}}
	}
	r, err := s.Desk.Choose(v.Context(), desk.Program(), desk.TicketHash(code), key)
	if err != nil {
		return answer{}, err
	}
	return s.outcome(v, r, code, s.look(v, r.Tip.Text))
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
	State    string
	Code     string
	Text     string // the message; "" once erased
	Received time.Time
	Others   int  // how many others ask the same, for stateNew
	Many     bool // more than were counted
	Card     card
	Options  []card
	First    time.Time // when Card was first published
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
	p := answerPage{State: stateNew, Code: code, Text: r.Tip.Text, Received: r.Tip.Received, Others: max(0, r.Asked-1), Many: r.Asked >= desk.MostAsked}
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
	if err != nil {
		return answer{}, err
	}
	return show("answer", p), nil
}

// offer fills in the possible answers. If none is left (they were withdrawn
// meanwhile), the page says that the question is in the queue, where it goes
// by itself when the time to choose is over.
func (s *Site) offer(v *visit, p *answerPage, res match.Result) error {
	cs, err := s.cards(v.Context(), v.lang, keysOf(likely(res)))
	if err != nil || len(cs) == 0 {
		return err
	}
	p.State = statePerhaps
	p.Options = cs[:min(len(cs), optionsShown)]
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
