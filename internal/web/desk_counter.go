package web

import (
	"slices"

	"soi/internal/desk"
	"soi/internal/match"
)

// The doors at which staff take a tip in for somebody else.
const (
	doorCounter = "counter" // who asks stands there
	doorHotline = "hotline" // who asks is on the telephone
)

// counterPage is the form by which staff enter a tip for someone who stands
// there or calls.
type counterPage struct {
	Form     string // random value that makes sending twice harmless
	Door     string // doorCounter or doorHotline
	Text     string
	Problems []string
}

// head implements page.
func (p counterPage) head(w *words) head {
	return head{Title: w.t("desk.new.title"), Section: "desk", Private: true}
}

// toldPage is the answer as staff read it out or hand it over: what the asker
// would see, in large type, with keys for what they may say to it.
type toldPage struct {
	answerPage
	Door  string
	Claim desk.Claim // the claim that carries the tip; zero without one
	Say   []string   // the sentences to read out, in this order
	Link  string     // address of the page that the code opens
}

// head implements page.
func (p toldPage) head(w *words) head {
	return head{Title: w.t("desk.told.title"), Section: "desk", Private: true}
}

// doorOf is the door a form or an address names.
func doorOf(s string) string {
	if s == doorHotline {
		return doorHotline
	}
	return doorCounter
}

// newTip shows the form; ?door=hotline keeps to the telephone.
func (s *Site) newTip(v *visit) (answer, error) {
	return show("desk/new", counterPage{Form: newForm(), Door: doorOf(v.query("door"))}), nil
}

// addTip takes a tip from the counter or the telephone. It is matched like
// any other, and the answer has an address of its own, so that loading it
// again or changing the language asks nothing twice.
func (s *Site) addTip(v *visit) (answer, error) {
	p := counterPage{Form: v.field("form"), Door: doorOf(v.field("door")), Text: v.PostForm.Get("text")}
	if !validForm(p.Form) {
		p.Form = newForm()
	}
	err := v.readable(match.ReadTip(p.Text).Text)
	var code string
	if err == nil {
		_, code, _, err = s.takeIn(v, v.actor(), p.Door, p.Form, p.Text)
	}
	if p.Problems = v.words.problems(err); len(p.Problems) > 0 {
		return show("desk/new", p).as(422), nil
	}
	if err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/told/"+code) + "?door=" + p.Door), nil
}

// readOut shows what to tell the person who asked.
func (s *Site) readOut(v *visit) (answer, error) {
	code := v.PathValue("code")
	r, err := s.Desk.ByTicket(v.Context(), desk.Program(), desk.TicketHash(code))
	if err != nil {
		return answer{}, err
	}
	return s.tell(v, r, code, v.query("door"))
}

// chooseFor records what the person at the counter or on the telephone said:
// one of the possible answers, or none of them.
func (s *Site) chooseFor(v *visit) (answer, error) {
	code, key := v.PathValue("code"), v.field("key")
	if _, err := s.Desk.Choose(v.Context(), v.actor(), desk.TicketHash(code), key); err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/told/"+code) + "?door=" + doorOf(v.field("door"))), nil
}

// tell draws the page from what became of the tip.
func (s *Site) tell(v *visit, r desk.Received, code, door string) (answer, error) {
	res, err := s.lookTip(v, r.Tip)
	if err != nil {
		return answer{}, err
	}
	a, err := s.answerFor(v, r, code, res)
	if err != nil {
		return answer{}, err
	}
	p := toldPage{answerPage: a, Door: doorOf(door), Link: s.Config.URL + v.tongue.url("/t/"+code)}
	if v.actor().May(desk.MayAssess) {
		p.Claim = r.Claim
	}
	p.Say = sentences(v.words, a)
	return show("desk/told", p), nil
}

// sentences is what staff read out, sentence by sentence. Nothing is added to
// what the public page says.
func sentences(w *words, a answerPage) []string {
	var out []string
	switch a.State {
	case stateKnown:
		out = []string{w.t("desk.told.known", "Rating", markOf(w, a.Card.Rating).Word), a.Card.Statement, a.Card.Summary}
	case stateImported:
		out = []string{w.t("desk.told.imported", "Publisher", a.Card.Publisher), a.Card.Statement, a.Card.Verdict}
	case statePerhaps:
		out = []string{w.t("desk.told.perhaps")}
	case stateClosed:
		out = []string{w.t("answer.closed.heading"), w.t("answer.closed.text")}
	default:
		out = []string{w.t("desk.told.new")}
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}
