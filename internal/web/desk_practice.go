package web

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"soi/internal/desk"
)

// practiceRoutes are the course, one's progress and cases made from claims.
func (s *Site) practiceRoutes() []route {
	words := []string{"title", "told", "ask", "lesson", "says-1", "says-2", "says-3", "says-4", "why-1", "why-2", "why-3", "why-4"}
	return []route{
		{pattern: "GET /desk/practice", audience: Staff, may: desk.MayRead, h: s.practice},
		{pattern: "POST /desk/practice/share", audience: Staff, may: desk.MayRead, body: bodySmall, h: s.sharePractice},
		{pattern: "GET /desk/practice/new", audience: Staff, may: desk.MayReview, h: s.newCase},
		{pattern: "POST /desk/practice/new", audience: Staff, may: desk.MayReview, body: bodyForm, keep: words, h: s.makeCase},
		{pattern: "GET /desk/practice/{id}", audience: Staff, may: desk.MayRead, h: s.practise},
		{pattern: "POST /desk/practice/{id}", audience: Staff, may: desk.MayRead, body: bodySmall, h: s.answerCase},
		{pattern: "POST /desk/practice/{id}/retire", audience: Staff, may: desk.MayReview, body: bodySmall, h: s.retireCase},
	}
}

// practicePage is the course with the person's progress.
type practicePage struct {
	Kinds  []caseKind
	Done   int // cases tried
	Right  int // answered rightly at the first try
	All    int
	Next   string // the first case that was not tried; "" when all were
	Shared bool
	Others []sharedRow
	Make   bool // the person may make cases
}

// caseKind is one skill with its cases.
type caseKind struct {
	Kind  desk.CaseKind
	Cases []caseRow
	Done  int
}

// caseRow is one case in the list.
type caseRow struct {
	ID, Title, Lang string
	Minutes         int
	Try             desk.PracticeTry // Tries is 0 if it was not tried
}

// sharedRow is the progress of a colleague who shows it.
type sharedRow struct {
	Name        string
	Done, Right int
}

// head implements page.
func (p practicePage) head(w *words) head {
	return head{Title: w.t("practice.title"), Section: "desk", Private: true}
}

// Percent is how much of the course was tried, for the drawing.
func (p practicePage) Percent() int { return 100 * p.Done / max(1, p.All) }

// cases are the course and the desk's own cases.
func (s *Site) cases(own []desk.PracticeCase) []desk.PracticeCase {
	return append(slices.Clone(s.Course), own...)
}

// practice shows the course.
func (s *Site) practice(v *visit) (answer, error) {
	view, err := s.Desk.Practice(v.Context(), v.actor())
	if err != nil {
		return answer{}, err
	}
	p := practicePage{Shared: view.Shared, Make: v.actor().May(desk.MayReview)}
	for _, kind := range desk.CaseKinds() {
		k := caseKind{Kind: kind}
		for _, c := range s.cases(view.Own) {
			if c.Kind != kind {
				continue
			}
			text, lang := c.Text(v.lang)
			row := caseRow{c.ID, text.Title, lang, c.Minutes, view.Tries[c.ID]}
			if k.Cases = append(k.Cases, row); row.Try.Tries > 0 {
				k.Done++
			} else if p.Next == "" {
				p.Next = c.ID
			}
			if row.Try.FirstRight {
				p.Right++
			}
		}
		if p.All, p.Done = p.All+len(k.Cases), p.Done+k.Done; len(k.Cases) > 0 {
			p.Kinds = append(p.Kinds, k)
		}
	}
	for _, o := range view.Others {
		p.Others = append(p.Others, sharedRow{o.Staff.Name, len(o.Tries), o.Right()})
	}
	return show("desk/practice", p), nil
}

// sharePractice shows one's progress to those who review, or ends that.
func (s *Site) sharePractice(v *visit) (answer, error) {
	if err := s.Desk.SharePractice(v.Context(), v.actor(), v.field("on") == "yes"); err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/practice") + "#share"), nil
}

// casePage is one case, before or after it was answered.
type casePage struct {
	desk.PracticeCase
	Told     desk.CaseText
	Lang     string
	Choices  []caseChoice
	Answered bool
	Solved   bool
	Next     string // the case after it that was not tried; "" if all were
	Retire   bool   // the person may take it off the list
	Problems []string
}

// caseChoice is one choice with what became of it.
type caseChoice struct {
	desk.CaseChoice
	N             int
	Chosen, Right bool
}

// head implements page.
func (p casePage) head(*words) head { return head{Title: p.Told.Title, Section: "desk", Private: true} }

// caseOf finds a case of the course or of the desk, and the one after it that
// was not tried.
func (s *Site) caseOf(v *visit) (c desk.PracticeCase, next string, err error) {
	id := v.PathValue("id")
	view, err := s.Desk.Practice(v.Context(), v.actor())
	if err != nil {
		return c, "", err
	}
	all := s.cases(view.Own)
	i := slices.IndexFunc(all, func(c desk.PracticeCase) bool { return c.ID == id })
	if i < 0 {
		c, err = s.Desk.Case(v.Context(), v.actor(), id)
		return c, "", err
	}
	for _, o := range append(slices.Clone(all[i+1:]), all[:i]...) {
		if view.Tries[o.ID].Tries == 0 {
			next = o.ID
			break
		}
	}
	return all[i], next, nil
}

// practise shows a case. The address after an answer names what was chosen, so
// that it can be read again.
func (s *Site) practise(v *visit) (answer, error) {
	c, next, err := s.caseOf(v)
	if err != nil {
		return answer{}, err
	}
	return show("desk/case", s.casePage(v, c, next, chosen(v.URL.Query()["chosen"]))), nil
}

// casePage puts a case together.
func (s *Site) casePage(v *visit, c desk.PracticeCase, next string, picked []int) casePage {
	p := casePage{PracticeCase: c, Next: next, Answered: len(picked) > 0, Solved: c.Judge(picked),
		Retire: c.Claim != "" && v.actor().May(desk.MayReview)}
	p.Told, p.Lang = c.Text(v.lang)
	for i, x := range p.Told.Choices {
		p.Choices = append(p.Choices, caseChoice{x, i + 1, slices.Contains(picked, i+1), slices.Contains(c.Right, i+1)})
	}
	return p
}

// chosen reads the numbers of choices.
func chosen(fields []string) (out []int) {
	for _, f := range fields {
		if n, err := strconv.Atoi(f); err == nil && n > 0 && n < 100 && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// answerCase keeps an answer and goes to what is said of it.
func (s *Site) answerCase(v *visit) (answer, error) {
	c, next, err := s.caseOf(v)
	if err != nil {
		return answer{}, err
	}
	picked := chosen(v.PostForm["choice"])
	if _, err := s.Desk.Practise(v.Context(), v.actor(), c, picked); err != nil {
		p := s.casePage(v, c, next, nil)
		if p.Problems = v.words.problems(err); len(p.Problems) == 0 {
			return answer{}, err
		}
		return show("desk/case", p).as(422), nil
	}
	q := url.Values{}
	for _, n := range picked {
		q.Add("chosen", strconv.Itoa(n))
	}
	return redirect(v.tongue.url("/desk/practice/"+c.ID) + "?" + q.Encode() + "#outcome"), nil
}

// retireCase takes a case off the list or puts it back.
func (s *Site) retireCase(v *visit) (answer, error) {
	id := v.PathValue("id")
	if err := s.Desk.RetireCase(v.Context(), v.actor(), id, v.field("do") != "back"); err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/practice/" + id)), nil
}

// caseChoices is how many choices the form for a case has.
const caseChoices = 4

// newCasePage is the form that makes a case of a settled claim.
type newCasePage struct {
	Claim    desk.Claim
	Text     desk.CaseText // with caseChoices choices
	Minutes  int
	Right    []int
	Problems []string
}

// head implements page.
func (p newCasePage) head(w *words) head {
	return head{Title: w.t("practice.make"), Section: "desk", Private: true}
}

// newCase shows the form, filled in from what the desk published or decided:
// a second click saves it.
func (s *Site) newCase(v *visit) (answer, error) {
	view, err := s.Desk.ClaimPage(v.Context(), v.actor(), desk.ID(v.query("claim")))
	if err != nil {
		return answer{}, err
	}
	if !view.Claim.Settled() {
		return answer{}, desk.ErrState
	}
	return show("desk/new-case", caseFrom(v.words, view)), nil
}

// caseFrom suggests a case: the claim's sentence, the rating it got among
// others, and why.
func caseFrom(w *words, view desk.ClaimView) newCasePage {
	c := view.Claim
	p := newCasePage{Claim: c, Minutes: 2, Right: []int{1}}
	got, why := w.t("state.closed"), w.t("practice.why-closed")
	switch {
	case c.State == desk.ClaimAnswered:
		got, why = w.t("practice.answered"), w.t("practice.why-answered")
	case c.Rating != "" && len(view.Revisions) > 0:
		got = markOf(w, c.Rating).Word
		texts := view.Revisions[0].Doc.Texts
		i := max(0, slices.IndexFunc(texts, func(t desk.Text) bool { return t.Lang == w.lang }))
		if len(texts) > 0 {
			why = strings.TrimSpace(texts[i].Statement + " " + texts[i].Summary)
		}
	}
	p.Text = desk.CaseText{Title: shorten(w.named(c), 80), Told: w.named(c), Ask: w.t("practice.ask"),
		Choices: []desk.CaseChoice{{Says: got, Why: shorten(why, desk.MaxSummaryRunes)}}}
	for _, r := range desk.Ratings() {
		if r != c.Rating && len(p.Text.Choices) < 3 {
			p.Text.Choices = append(p.Text.Choices, desk.CaseChoice{Says: markOf(w, r).Word, Why: w.t("practice.why-other", "Rating", got)})
		}
	}
	p.Text.Choices = append(p.Text.Choices, make([]desk.CaseChoice, caseChoices-len(p.Text.Choices))...)
	return p
}

// shorten cuts a text after so many characters, at a blank if there is one.
func shorten(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	cut := string(r[:most-1])
	if i := strings.LastIndexByte(cut, ' '); i > most/2 {
		cut = cut[:i]
	}
	return cut + "…"
}

// makeCase stores the case and shows it.
func (s *Site) makeCase(v *visit) (answer, error) {
	p := newCasePage{Right: chosen(v.PostForm["right"])}
	p.Text = desk.CaseText{Title: v.field("title"), Told: v.field("told"), Ask: v.field("ask"), Lesson: v.field("lesson")}
	p.Minutes, _ = strconv.Atoi(cmp.Or(v.field("minutes"), "2"))
	for i := range caseChoices {
		p.Text.Choices = append(p.Text.Choices, desk.CaseChoice{Says: v.field(fmt.Sprint("says-", i+1)), Why: v.field(fmt.Sprint("why-", i+1))})
	}
	claim := desk.ID(v.field("claim"))
	c, err := s.Desk.MakeCase(v.Context(), v.actor(), claim, desk.PracticeCase{Minutes: p.Minutes, Right: p.Right, Texts: map[string]desk.CaseText{v.writes(): p.Text}})
	if err == nil {
		return redirect(v.tongue.url("/desk/practice/" + c.ID)), nil
	}
	if p.Problems = v.words.problems(err); len(p.Problems) == 0 {
		return answer{}, err
	}
	view, err := s.Desk.ClaimPage(v.Context(), v.actor(), claim)
	p.Claim = view.Claim
	return show("desk/new-case", p).as(422), err
}
