package desk

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// CaseKind is the skill that a practice case trains.
type CaseKind string

// The kinds of practice cases.
const (
	CasePrimary     CaseKind = "primary-source" // find where a statement begins
	CaseDate        CaseKind = "picture-date"   // when can a picture have been taken?
	CaseTable       CaseKind = "table"          // read a table
	CaseDenominator CaseKind = "denominator"    // out of how many?
	CaseFact        CaseKind = "fact-opinion"   // what can evidence settle?
	CaseClaim       CaseKind = "claim"          // made by an editor from a settled claim
)

// CaseKinds lists the kinds in the order of the course.
func CaseKinds() []CaseKind {
	return []CaseKind{CaseFact, CasePrimary, CaseDate, CaseTable, CaseDenominator, CaseClaim}
}

// PracticeCase is a short question with a known answer. The course comes with
// soi (internal/practice); editors make others from claims that are settled.
type PracticeCase struct {
	ID      string // a slug of the course, or an ID
	Kind    CaseKind
	Minutes int   // how long it takes, about
	Right   []int // the choices that are right, from 1
	Texts   map[string]CaseText
	Claim   ID // the claim it was made from; "" for the course
	Made    time.Time
	MadeBy  ID
	Retired time.Time // taken off the list; zero while it is shown
}

// CaseText is a practice case in one language.
type CaseText struct {
	Title   string       `json:"title"`
	Told    string       `json:"told"` // what came in
	Ask     string       `json:"ask"`
	Table   CaseFigures  `json:"table"`
	Choices []CaseChoice `json:"choices"`
	Lesson  string       `json:"lesson"` // what to remember; may be empty
}

// CaseChoice is one answer with what is said of it.
type CaseChoice struct {
	Says string `json:"says"`
	Why  string `json:"why"`
}

// CaseFigures is the table of a case; without rows there is none.
type CaseFigures struct {
	Caption string     `json:"caption"`
	Head    []string   `json:"head"`
	Rows    [][]string `json:"rows"`
}

// Text returns the case in lang, or in whatever language it has.
func (c PracticeCase) Text(lang string) (CaseText, string) {
	for _, l := range []string{lang, "vi", "en"} {
		if t, ok := c.Texts[l]; ok {
			return t, l
		}
	}
	for l, t := range c.Texts {
		return t, l
	}
	return CaseText{}, lang
}

// Several reports whether more than one choice is right.
func (c PracticeCase) Several() bool { return len(c.Right) > 1 }

// Judge reports whether exactly the right choices were made.
func (c PracticeCase) Judge(chosen []int) bool {
	chosen = slices.Clone(chosen)
	slices.Sort(chosen)
	right := slices.Clone(c.Right)
	slices.Sort(right)
	return slices.Equal(slices.Compact(chosen), right)
}

// problems lists why a case cannot be practised on.
func (c PracticeCase) problems() (ps []Problem) {
	if len(c.Texts) == 0 || len(c.Right) == 0 || !slices.Contains(CaseKinds(), c.Kind) {
		return []Problem{BadChoice}
	}
	for _, t := range c.Texts {
		if t.Title == "" || t.Told == "" || t.Ask == "" || len(t.Choices) < 2 {
			ps = append(ps, TextEmpty)
		}
		if tooLong(t.Title, MaxLineRunes) || tooLong(t.Told, MaxSummaryRunes) || tooLong(t.Ask, MaxLineRunes) || tooLong(t.Lesson, MaxSummaryRunes) {
			ps = append(ps, TextTooLong)
		}
		for _, x := range t.Choices {
			if x.Says == "" || x.Why == "" {
				ps = append(ps, TextEmpty)
			}
			if tooLong(x.Says, MaxLineRunes) || tooLong(x.Why, MaxSummaryRunes) {
				ps = append(ps, TextTooLong)
			}
		}
		if slices.ContainsFunc(c.Right, func(i int) bool { return i < 1 || i > len(t.Choices) }) {
			ps = append(ps, BadChoice)
		}
	}
	slices.Sort(ps)
	return slices.Compact(ps)
}

// Valid reports whether the case can be practised on.
func (c PracticeCase) Valid() bool { return len(c.problems()) == 0 }

// PracticeTry is how somebody did on a case: the first answer counts, later
// ones are for learning.
type PracticeTry struct {
	Staff      ID
	Case       string
	First      time.Time
	Last       time.Time
	Tries      int
	FirstRight bool
	LastRight  bool
}

// PracticeRows keeps cases made on the desk and who did what.
type PracticeRows interface {
	// SetCase inserts or overwrites by ID.
	SetCase(ctx context.Context, c PracticeCase) error
	// Cases lists the cases made on the desk, oldest first, retired included.
	Cases(ctx context.Context) ([]PracticeCase, error)
	// SetTry inserts or overwrites by (Staff, Case).
	SetTry(ctx context.Context, t PracticeTry) error
	// TriesOf lists what somebody practised, by case.
	TriesOf(ctx context.Context, staff ID) ([]PracticeTry, error)
	// SharePractice keeps since when somebody shows their progress; the zero
	// time ends it.
	SharePractice(ctx context.Context, staff ID, since time.Time) error
	// PracticeShared lists who shows their progress, and since when.
	PracticeShared(ctx context.Context) (map[ID]time.Time, error)
}

// Progress is what somebody practised.
type Progress struct {
	Staff Staff
	Tries []PracticeTry
}

// Right counts the cases that were answered rightly at the first try.
func (p Progress) Right() (n int) {
	for _, t := range p.Tries {
		if t.FirstRight {
			n++
		}
	}
	return n
}

// PracticeView is what the page of practice shows somebody.
type PracticeView struct {
	Own    []PracticeCase // made on this desk, in use
	Tries  map[string]PracticeTry
	Shared bool       // whether others see the person's progress
	Others []Progress // of those who share theirs, by name; only for who may review
}

// Practice reads the person's own progress, the desk's cases and, for those who
// review, the progress of colleagues who share it. Nobody else's is read.
func (d *Desk) Practice(ctx context.Context, by Actor) (out PracticeView, err error) {
	out.Tries = map[string]PracticeTry{}
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		cases, err := tx.Cases(ctx)
		if err != nil {
			return err
		}
		for _, c := range cases {
			if c.Retired.IsZero() {
				out.Own = append(out.Own, c)
			}
		}
		tries, err := tx.TriesOf(ctx, by.Staff)
		if err != nil {
			return err
		}
		for _, t := range tries {
			out.Tries[t.Case] = t
		}
		shared, err := tx.PracticeShared(ctx)
		if err != nil {
			return err
		}
		_, out.Shared = shared[by.Staff]
		if !by.May(MayReview) {
			return nil
		}
		out.Others, err = sharedProgress(ctx, tx, by, shared)
		return err
	})
	return out, err
}

// sharedProgress reads the progress of colleagues who show it.
func sharedProgress(ctx context.Context, tx Tx, by Actor, shared map[ID]time.Time) (out []Progress, err error) {
	staff, err := tx.Staff(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range staff {
		if _, ok := shared[s.ID]; !ok || s.ID == by.Staff || !s.Active() {
			continue
		}
		p := Progress{Staff: s}
		if p.Tries, err = tx.TriesOf(ctx, s.ID); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// Case returns a case made on the desk, retired or not.
func (d *Desk) Case(ctx context.Context, by Actor, id string) (out PracticeCase, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		out, err = caseByID(ctx, tx, id)
		return err
	})
	return out, err
}

// caseByID finds a case made on the desk.
func caseByID(ctx context.Context, tx Tx, id string) (PracticeCase, error) {
	cases, err := tx.Cases(ctx)
	if err != nil {
		return PracticeCase{}, err
	}
	i := slices.IndexFunc(cases, func(c PracticeCase) bool { return c.ID == id })
	if i < 0 {
		return PracticeCase{}, ErrNotFound
	}
	return cases[i], nil
}

// Practise keeps how somebody answered a case. It leaves no event: the journal
// is read by others, and progress is the learner's own.
func (d *Desk) Practise(ctx context.Context, by Actor, c PracticeCase, chosen []int) (out PracticeTry, err error) {
	if by.Staff == "" {
		return out, ErrForbidden
	}
	if len(chosen) == 0 {
		return out, invalid(NoAnswerChosen)
	}
	right := c.Judge(chosen)
	err = d.do(ctx, by, MayRead, func(tx Tx) error {
		out = PracticeTry{Staff: by.Staff, Case: c.ID, First: d.Now(), FirstRight: right}
		tries, err := tx.TriesOf(ctx, by.Staff)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(tries, func(t PracticeTry) bool { return t.Case == c.ID }); i >= 0 {
			out = tries[i]
		}
		out.Tries, out.Last, out.LastRight = out.Tries+1, d.Now(), right
		return tx.SetTry(ctx, out)
	})
	return out, err
}

// SharePractice shows one's progress to those who review, or ends that.
func (d *Desk) SharePractice(ctx context.Context, by Actor, on bool) error {
	if by.Staff == "" {
		return ErrForbidden
	}
	return d.do(ctx, by, MayRead, func(tx Tx) error {
		since := time.Time{}
		if on {
			since = d.Now()
		}
		return tx.SharePractice(ctx, by.Staff, since)
	})
}

// MakeCase turns a claim that is settled into a practice case. The words are
// the editor's: nothing that an asker wrote is taken over by itself.
func (d *Desk) MakeCase(ctx context.Context, by Actor, claim ID, c PracticeCase) (PracticeCase, error) {
	c.ID, c.Kind, c.Claim, c.Made, c.MadeBy, c.Retired = string(NewID()), CaseClaim, claim, d.Now(), by.Staff, time.Time{}
	c.Minutes = max(1, min(c.Minutes, 30))
	for lang, t := range c.Texts {
		c.Texts[lang] = t.trimmed()
	}
	if ps := c.problems(); len(ps) > 0 {
		return c, invalid(ps...)
	}
	err := d.do(ctx, by, MayReview, func(tx Tx) error {
		cl, err := tx.Claim(ctx, claim)
		if err != nil {
			return err
		}
		if !cl.Settled() {
			return ErrState
		}
		if err := tx.SetCase(ctx, c); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvCaseMade, Claim: claim, About: ID(c.ID)})
	})
	return c, err
}

// Settled reports whether the claim has an outcome that can be learned from.
func (c Claim) Settled() bool {
	return slices.Contains([]ClaimState{ClaimPublished, ClaimClosed, ClaimAnswered}, c.State)
}

// RetireCase takes a case of the desk off the list, or puts it back.
func (d *Desk) RetireCase(ctx context.Context, by Actor, id string, retired bool) error {
	return d.do(ctx, by, MayReview, func(tx Tx) error {
		c, err := caseByID(ctx, tx, id)
		if err != nil {
			return err
		}
		e := Event{Kind: EvCaseBack, Claim: c.Claim, About: ID(id)}
		c.Retired = time.Time{}
		if retired {
			e.Kind, c.Retired = EvCaseRetired, d.Now()
		}
		if err := tx.SetCase(ctx, c); err != nil {
			return err
		}
		return d.tell(ctx, tx, by, e)
	})
}

// trimmed is the text without blanks around its parts and without choices that
// were left empty at the end.
func (t CaseText) trimmed() CaseText {
	t.Title, t.Told, t.Ask, t.Lesson = strings.TrimSpace(t.Title), strings.TrimSpace(t.Told), strings.TrimSpace(t.Ask), strings.TrimSpace(t.Lesson)
	t.Choices = slices.Clone(t.Choices)
	for i, x := range t.Choices {
		t.Choices[i] = CaseChoice{strings.TrimSpace(x.Says), strings.TrimSpace(x.Why)}
	}
	for n := len(t.Choices); n > 0 && utf8.RuneCountInString(t.Choices[n-1].Says+t.Choices[n-1].Why) == 0; n-- {
		t.Choices = t.Choices[:n-1]
	}
	return t
}
