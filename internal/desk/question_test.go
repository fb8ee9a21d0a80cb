package desk_test

import (
	"fmt"
	"slices"
	"testing"

	"soi/internal/desk"
)

// What the public sees of an open claim is the sentence a person wrote and
// another one listed, never a tip's words and never a small number.
func TestOpenQuestionsTakeTwoPeople(t *testing.T) {
	o := newOffice(t)
	checker, editor := o.staff[desk.Checker], o.staff[desk.Editor]
	c := o.open()
	if _, err := o.ListQuestion(o.ctx(), editor, c.ID, 0); !refusedFor(err, desk.QuestionNotTyped) {
		t.Errorf("the words of a tip: %v", err)
	}
	edit := func(by desk.Actor, text string) {
		t.Helper()
		_, err := o.EditClaim(o.ctx(), by, c.ID, 0, desk.ClaimEdit{Text: text, Lang: "vi", Harm: desk.HarmLow, Topic: "daily"})
		o.must(err)
	}
	edit(editor, "Ao làng mọc sen đen")
	_, err := o.ListQuestion(o.ctx(), editor, c.ID, 0)
	o.want(err, desk.ErrOwnWork)
	edit(checker, "Ao làng mọc sen đen") // the sentence is still the editor's
	_, err = o.ListQuestion(o.ctx(), editor, c.ID, 0)
	o.want(err, desk.ErrOwnWork)
	edit(checker, "Ao làng đã mọc sen đen")
	_, err = o.ListQuestion(o.ctx(), checker, c.ID, 0)
	o.want(err, desk.ErrForbidden)
	_, err = o.SetPlaces(o.ctx(), checker, c.ID, 0, []string{"hue", "hue", ""})
	o.must(err)
	_, err = o.ListQuestion(o.ctx(), editor, c.ID, 0)
	o.must(err)
	edit(checker, "Câu chưa ai duyệt")
	see := func() []desk.Question {
		t.Helper()
		qs, err := o.OpenQuestions(o.ctx())
		o.must(err)
		return qs
	}
	qs := see()
	if len(qs) != 1 || qs[0].Text != "Ao làng đã mọc sen đen" || qs[0].Band != desk.BandFew || !slices.Equal(qs[0].Places, []string{"hue"}) {
		t.Fatalf("%+v", qs)
	}
	_, err = o.Close(o.ctx(), checker, c.ID, 0)
	o.must(err)
	if qs := see(); len(qs) != 0 {
		t.Errorf("a closed claim is shown: %+v", qs)
	}
	_, err = o.Reopen(o.ctx(), checker, c.ID, 0)
	o.must(err)
	_, err = o.UnlistQuestion(o.ctx(), checker, c.ID)
	o.must(err)
	if qs := see(); len(qs) != 0 {
		t.Errorf("taken off, and shown: %+v", qs)
	}
	if _, err := o.SetPlaces(o.ctx(), checker, c.ID, 0, []string{"nowhere"}); !refusedFor(err, desk.BadChoice) {
		t.Errorf("a place off the list: %v", err)
	}
}

// A page about the desk is written by an admin and published by somebody else,
// as the very bytes that person saw.
func TestStandingPagesTakeTwoPeople(t *testing.T) {
	o := newOffice(t)
	admin, editor := o.staff[desk.Admin], o.staff[desk.Editor]
	parts := []desk.StandingPart{{Point: "payers", Lang: "vi", Text: " Quỹ "}, {Point: "payers", Lang: "en", Text: ""}}
	_, err := o.SaveStanding(o.ctx(), editor, "funding", 0, parts)
	o.want(err, desk.ErrForbidden)
	if _, err := o.SaveStanding(o.ctx(), admin, "funding", 0, []desk.StandingPart{{Point: "people", Lang: "vi", Text: "x"}}); !refusedFor(err, desk.BadChoice) {
		t.Errorf("a point of another page: %v", err)
	}
	p, err := o.SaveStanding(o.ctx(), admin, "funding", 0, parts)
	o.must(err)
	if p, err = o.HandInStanding(o.ctx(), admin, "funding", p.Version, nil); err != nil {
		t.Fatal(err)
	}
	hash := desk.StandingHash(p.Pending)
	_, err = o.ApproveStanding(o.ctx(), admin, "funding", hash)
	o.want(err, desk.ErrOwnWork)
	_, err = o.ApproveStanding(o.ctx(), o.staff[desk.Checker], "funding", hash)
	o.want(err, desk.ErrForbidden)
	_, err = o.ApproveStanding(o.ctx(), editor, "funding", make([]byte, 32))
	o.want(err, desk.ErrConflict)
	if rs, err := o.PublishedStanding(o.ctx(), "funding"); err != nil || len(rs) != 0 {
		t.Errorf("public before anybody agreed: %v %v", rs, err)
	}
	p, err = o.ApproveStanding(o.ctx(), editor, "funding", hash)
	o.must(err)
	rs, err := o.PublishedStanding(o.ctx(), "funding")
	o.must(err)
	if len(rs) != 1 || rs[0].Doc.Text("payers", "vi") != "Quỹ" || rs[0].By == rs[0].Approver {
		t.Errorf("%+v", rs)
	}
	if _, err := o.HandInStanding(o.ctx(), admin, "funding", p.Version, note()); !refusedFor(err, desk.NothingChanged) {
		t.Errorf("the same again: %v", err)
	}
	in, err := o.Institution(o.ctx(), admin, 0)
	o.must(err)
	points := 0
	for _, plan := range desk.StandingPlans() {
		points += len(plan.Points)
	}
	if in.Missing != points { // the one that was written lacks English
		t.Errorf("%d missing of %d", in.Missing, points)
	}
	parts[1].Text = "A fund"
	p, err = o.SaveStanding(o.ctx(), admin, "funding", p.Version, parts)
	o.must(err)
	if _, err := o.HandInStanding(o.ctx(), admin, "funding", p.Version, nil); !refusedFor(err, desk.NoNote) {
		t.Errorf("without a note: %v", err)
	}
	p, err = o.HandInStanding(o.ctx(), admin, "funding", p.Version, note())
	o.must(err)
	other := o.hire(desk.Admin, "Another admin")
	_, err = o.ReturnStanding(o.ctx(), other, "funding", "Thiếu năm")
	o.must(err)
	if p, err = o.StandingPage(o.ctx(), admin, "funding"); err != nil || p.Returned != "Thiếu năm" || p.Waits() {
		t.Errorf("%+v %v", p, err)
	}
	p, err = o.HandInStanding(o.ctx(), admin, "funding", p.Version, note())
	o.must(err)
	_, err = o.ApproveStanding(o.ctx(), other, "funding", desk.StandingHash(p.Pending))
	o.must(err)
	in, err = o.Institution(o.ctx(), admin, 0)
	o.must(err)
	if in.Missing != points-1 {
		t.Errorf("%d missing, want %d", in.Missing, points-1)
	}
}

// Many askers are told in bands only.
func TestOpenQuestionsTellBands(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	for i := range 11 {
		o.receive(o.tip(fmt.Sprint("more ", i), "same", desk.ClaimKey(c.ID)))
	}
	_, err := o.EditClaim(o.ctx(), o.staff[desk.Checker], c.ID, 0, desk.ClaimEdit{Text: "Sen đen", Lang: "vi"})
	o.must(err)
	_, err = o.ListQuestion(o.ctx(), o.staff[desk.Editor], c.ID, 0)
	o.must(err)
	qs, err := o.OpenQuestions(o.ctx())
	o.must(err)
	if len(qs) != 1 || qs[0].Band != desk.BandTens {
		t.Errorf("%+v", qs)
	}
}
