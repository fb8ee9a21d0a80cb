package desk_test

import (
	"errors"
	"slices"
	"testing"

	"soi/internal/desk"
)

// ofWater is a case that can be made of a claim.
func ofWater() desk.PracticeCase {
	return desk.PracticeCase{Minutes: 2, Right: []int{1}, Texts: map[string]desk.CaseText{"vi": {Title: "Nước chanh", Told: "Uống nước chanh nóng chữa ung thư", Ask: "Kết luận?",
		Choices: []desk.CaseChoice{{Says: "Sai", Why: "Đã thử."}, {Says: "Đúng", Why: "Không."}, {}, {}}}}}
}

// Progress belongs to whoever learns: nobody sees it, no event tells of it,
// until they show it, and no longer than that.
func TestProgressIsOnesOwn(t *testing.T) {
	o := newOffice(t)
	learner, editor, checker := o.staff[desk.Contributor], o.staff[desk.Editor], o.staff[desk.Checker]
	c := ofWater()
	c.ID = "lemon"
	events := func() int {
		es, err := o.Journal(o.ctx(), o.staff[desk.Auditor], 1000)
		o.must(err)
		return len(es)
	}
	before := events()
	if _, err := o.Practise(o.ctx(), learner, c, nil); !refusedFor(err, desk.NoAnswerChosen) {
		t.Errorf("nothing chosen: %v", err)
	}
	for _, pick := range [][]int{{2}, {1}} {
		_, err := o.Practise(o.ctx(), learner, c, pick)
		o.must(err)
	}
	mine, err := o.Practice(o.ctx(), learner)
	o.must(err)
	if got := mine.Tries["lemon"]; got.Tries != 2 || got.FirstRight || !got.LastRight {
		t.Errorf("%+v", got)
	}
	others := func(by desk.Actor) int {
		v, err := o.Practice(o.ctx(), by)
		o.must(err)
		return len(v.Others) + len(v.Tries)
	}
	if n := others(editor) + others(checker); n != 0 {
		t.Error("others see what was not shown")
	}
	o.must(o.SharePractice(o.ctx(), learner, true))
	if others(editor) != 1 || others(checker) != 0 {
		t.Error("shown to those who review, and to nobody else")
	}
	o.must(o.SharePractice(o.ctx(), learner, false))
	if others(editor) != 0 {
		t.Error("still shown")
	}
	if after := events(); after != before {
		t.Errorf("%d events tell of it", after-before)
	}
}

// A case is made of a settled claim by an editor, with words that are whole.
func TestCasesAreMadeOfSettledClaims(t *testing.T) {
	o := newOffice(t)
	editor := o.staff[desk.Editor]
	claim := o.open().ID
	if _, err := o.MakeCase(o.ctx(), editor, claim, ofWater()); !errors.Is(err, desk.ErrState) {
		t.Errorf("of a claim under work: %v", err)
	}
	_, err := o.Close(o.ctx(), editor, claim, 0)
	o.must(err)
	if _, err := o.MakeCase(o.ctx(), o.staff[desk.Checker], claim, ofWater()); !errors.Is(err, desk.ErrForbidden) {
		t.Errorf("by a checker: %v", err)
	}
	bad := ofWater()
	bad.Right = []int{3} // an empty choice
	if _, err := o.MakeCase(o.ctx(), editor, claim, bad); !refusedFor(err, desk.BadChoice) {
		t.Errorf("the right one is missing: %v", err)
	}
	c, err := o.MakeCase(o.ctx(), editor, claim, ofWater())
	o.must(err)
	if text, lang := c.Text("en"); lang != "vi" || len(text.Choices) != 2 || c.Kind != desk.CaseClaim {
		t.Errorf("%s %+v", lang, c)
	}
	listed := func() int {
		v, err := o.Practice(o.ctx(), o.staff[desk.Checker])
		o.must(err)
		return len(v.Own)
	}
	if listed() != 1 {
		t.Error("not on the list")
	}
	o.must(o.RetireCase(o.ctx(), editor, c.ID, true))
	if listed() != 0 {
		t.Error("still on the list")
	}
	o.must(o.RetireCase(o.ctx(), editor, c.ID, false))
	if listed() != 1 {
		t.Error("not back on the list")
	}
}

// refusedFor reports whether the error names the problem.
func refusedFor(err error, p desk.Problem) bool {
	var bad *desk.Invalid
	return errors.As(err, &bad) && slices.Contains(bad.Problems, p)
}
