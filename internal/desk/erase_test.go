package desk_test

import (
	"slices"
	"testing"

	"soi/internal/desk"
)

// TestEraseThroughTwoPeople erases a check in force, and brings another text
// for the claim out afterwards.
func TestEraseThroughTwoPeople(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	checker, editor := o.staff[desk.Checker], o.staff[desk.Editor]
	ask := desk.Erasure{Claim: c.ID, Reason: desk.ReasonPrivacy, Notes: note()}
	_, err := o.EraseCheck(o.ctx(), checker, ask)
	o.want(err, desk.ErrState) // there is no check yet
	_, err = o.AddEvidence(o.ctx(), checker, c.ID, desk.Evidence{URL: "https://example.org/b", Title: "A source", Quote: "Gọi " + secret + ".", Stance: desk.Refutes, Independent: true})
	o.must(err)
	o.publish(c.ID, desk.RatingFalse)
	v := o.draft(checker, c.ID, desk.RatingFalse, "The answer, "+secret+".")
	r, err := o.Submit(o.ctx(), checker, desk.Proposal{Claim: c.ID, DraftVersion: v, Reason: desk.ReasonFactual, Notes: note()})
	o.must(err)
	o.approve(r)
	for problem, spoil := range map[desk.Problem]func(*desk.Erasure){
		desk.NoReason:  func(n *desk.Erasure) { n.Reason = desk.ReasonSource },
		desk.NoNote:    func(n *desk.Erasure) { n.Notes = nil },
		desk.BadChoice: func(n *desk.Erasure) { n.Notes = []desk.Note{{Lang: "vi", Text: "The answer, " + secret + "."}} },
	} {
		bad := ask
		spoil(&bad)
		if _, err := o.EraseCheck(o.ctx(), checker, bad); !slices.Contains(desk.Problems(err), problem) {
			t.Errorf("%s: %v", problem, err)
		}
	}
	_, err = o.EraseCheck(o.ctx(), o.staff[desk.Contributor], ask)
	o.want(err, desk.ErrForbidden)
	r, err = o.EraseCheck(o.ctx(), editor, ask)
	o.must(err)
	_, err = o.Approve(o.ctx(), editor, r.ID, r.Hash, desk.Points(r.Kind))
	o.want(err, desk.ErrOwnWork)
	_, err = o.Approve(o.ctx(), checker, r.ID, r.Hash, desk.Points(r.Kind))
	o.want(err, desk.ErrForbidden)
	second := o.hire(desk.Editor, "second")
	_, err = o.Approve(o.ctx(), second, r.ID, desk.DocHash([]byte("other bytes")), desk.Points(r.Kind))
	o.want(err, desk.ErrConflict)
	before, err := o.Check(o.ctx(), c.ID, 1<<40)
	o.must(err)
	if len(before) != 2 || before[0].Erased || before[1].Erased {
		t.Fatal("something was deleted before the second person agreed")
	}
	_, err = o.Approve(o.ctx(), second, r.ID, r.Hash, desk.Points(r.Kind))
	o.must(err)
	o.nowhere(c.ID, second)
	rs, err := o.Check(o.ctx(), c.ID, 1<<40)
	o.must(err)
	if len(rs) != 3 || !rs[0].Erased || !rs[0].Doc.Whole() || rs[0].Kind != desk.KindWithdraw || !rs[1].Erased || !rs[2].Erased {
		t.Fatalf("revisions: %+v", rs)
	}
	for _, old := range rs[1:] {
		_, err := o.DocumentBytes(o.ctx(), old.Hash)
		o.want(err, desk.ErrErased)
	}
	_, err = o.EraseCheck(o.ctx(), editor, ask)
	o.want(err, desk.ErrState) // nothing is left
	// The claim can be checked again, under its old rating as the log wants it.
	_, err = o.AddEvidence(o.ctx(), checker, c.ID, desk.Evidence{URL: "https://example.org/c", Title: "Another", Stance: desk.Refutes, Independent: true})
	o.must(err)
	v = o.draft(checker, c.ID, desk.RatingFalse, "A new answer.")
	r, err = o.Submit(o.ctx(), checker, desk.Proposal{Claim: c.ID, DraftVersion: v, Reason: desk.ReasonFactual, Notes: note()})
	o.must(err)
	o.approve(r)
	if rs, err = o.Check(o.ctx(), c.ID, 1<<40); err != nil || rs[0].Kind != desk.KindRestore || rs[0].Erased {
		t.Errorf("after a new text: %v, %+v", err, rs)
	}
}

// TestEraseWithdrawn: a withdrawn check can be erased too, with the word that
// withdrew it.
func TestEraseWithdrawn(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	checker := o.staff[desk.Checker]
	o.publish(c.ID, desk.RatingFalse)
	w, err := o.Submit(o.ctx(), checker, desk.Proposal{Claim: c.ID, Withdraw: true, Reason: desk.ReasonSource, Notes: []desk.Note{{Lang: "vi", Text: "Rút vì " + secret}}})
	o.must(err)
	o.approve(w)
	r, err := o.EraseCheck(o.ctx(), checker, desk.Erasure{Claim: c.ID, Reason: desk.ReasonLegal, Notes: note()})
	o.must(err)
	o.approve(r)
	o.nowhere(c.ID, o.staff[desk.Editor])
	rs, err := o.Check(o.ctx(), c.ID, 1<<40)
	o.must(err)
	if len(rs) != 3 || !slices.Equal(rs[0].Doc.Erases, []int{1, 2}) || rs[0].Reason != desk.ReasonLegal || !rs[1].Erased || !rs[2].Erased {
		t.Errorf("revisions: %+v", rs)
	}
}
