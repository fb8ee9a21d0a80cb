package desk_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"soi/internal/app/apptest"
	"soi/internal/desk"
)

// office is a desk with one person of each role, and a clock tests can move.
type office struct {
	*desk.Desk
	t     *testing.T
	mu    sync.Mutex
	clock time.Time
	staff map[desk.Role]desk.Actor
	n     int
}

// newOffice opens a desk over a real database and a real public log.
func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, clock: time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC), staff: map[desk.Role]desk.Actor{}}
	o.Desk = apptest.Open(t, apptest.Options{Now: o.now}).Desk
	for _, r := range desk.Roles() {
		o.staff[r] = o.hire(r, string(r))
	}
	return o
}

func (o *office) now() time.Time { o.mu.Lock(); defer o.mu.Unlock(); return o.clock }

func (o *office) pass(d time.Duration) { o.mu.Lock(); o.clock = o.clock.Add(d); o.mu.Unlock() }

// hire opens one more account.
func (o *office) hire(r desk.Role, name string) desk.Actor {
	o.t.Helper()
	s, err := o.AddStaff(o.ctx(), desk.Program(), name, r, "vi")
	o.must(err)
	return desk.As(s)
}

func (o *office) ctx() context.Context { return o.t.Context() }

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// want fails unless err is of the kind.
func (o *office) want(err, kind error) {
	o.t.Helper()
	if !errors.Is(err, kind) {
		o.t.Fatalf("got %v, want %v", err, kind)
	}
}

// tip makes a tip with a text of its own and a ticket.
func (o *office) tip(text, decision, answer string) desk.NewTip {
	o.n++
	sum := sha256.Sum256([]byte(text))
	return desk.NewTip{Channel: "web", ExtID: fmt.Sprint("form-", o.n), Text: text, Folded: sum[:], Lang: "vi",
		Decision: decision, Answer: answer, Ticket: desk.TicketHash(desk.NewTicket([]byte("test key"), fmt.Sprint(o.n)))}
}

// receive hands a tip in.
func (o *office) receive(n desk.NewTip) desk.Received {
	o.t.Helper()
	r, err := o.Receive(o.ctx(), desk.Program(), n)
	o.must(err)
	return r
}

// open opens a claim by a tip nobody sent before.
func (o *office) open() desk.Claim {
	o.t.Helper()
	return o.receive(o.tip(fmt.Sprint("message ", o.n), "new", "")).Claim
}

// cite adds a source.
func (o *office) cite(id desk.ID, independent bool) {
	o.t.Helper()
	_, err := o.AddEvidence(o.ctx(), o.staff[desk.Checker], id, desk.Evidence{URL: "https://example.org/a", Title: "A source",
		Stance: desk.Refutes, Independent: independent})
	o.must(err)
}

// text is a complete text.
func text(lang, summary string) desk.Text {
	return desk.Text{Lang: lang, Claim: "The claim.", Statement: "The true statement.", Summary: summary, Body: "One.\n\nTwo."}
}

// draft writes a complete draft and returns its version.
func (o *office) draft(by desk.Actor, id desk.ID, r desk.Rating, summary string) int64 {
	o.t.Helper()
	v, err := o.ClaimPage(o.ctx(), by, id)
	o.must(err)
	d, err := o.SaveDraft(o.ctx(), by, id, v.Draft.Version, r, text("vi", summary))
	o.must(err)
	return d.Version
}

// publish takes an open claim all the way.
func (o *office) publish(id desk.ID, r desk.Rating) desk.Review {
	o.t.Helper()
	o.cite(id, true)
	v := o.draft(o.staff[desk.Checker], id, r, "The answer.")
	rev, err := o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: id, DraftVersion: v})
	o.must(err)
	return o.approve(rev)
}

// approve has the editor approve.
func (o *office) approve(r desk.Review) desk.Review {
	o.t.Helper()
	r, err := o.Approve(o.ctx(), o.staff[desk.Editor], r.ID, r.Hash, desk.Points(r.Kind))
	o.must(err)
	return r
}

// claim reads a claim.
func (o *office) claim(id desk.ID) desk.Claim {
	o.t.Helper()
	v, err := o.ClaimPage(o.ctx(), o.staff[desk.Auditor], id)
	o.must(err)
	return v.Claim
}

// note is a note for readers.
func note() []desk.Note { return []desk.Note{{Lang: "vi", Text: "Đã đổi một chỗ."}} }

func TestNobodyApprovesTheirOwnText(t *testing.T) {
	o := newOffice(t)
	second := o.hire(desk.Editor, "second editor")
	c := o.open()
	o.cite(c.ID, true)
	// The editor writes a line of the text, the checker the rest and submits:
	// both are authors.
	o.draft(o.staff[desk.Editor], c.ID, desk.RatingFalse, "First words.")
	v := o.draft(o.staff[desk.Checker], c.ID, desk.RatingFalse, "The answer.")
	r, err := o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: c.ID, DraftVersion: v})
	o.must(err)
	for _, by := range []desk.Actor{o.staff[desk.Contributor], o.staff[desk.Checker], o.staff[desk.Admin], o.staff[desk.Auditor], desk.Program()} {
		_, err := o.Approve(o.ctx(), by, r.ID, r.Hash, desk.Points(r.Kind))
		o.want(err, desk.ErrForbidden)
	}
	_, err = o.Approve(o.ctx(), o.staff[desk.Editor], r.ID, r.Hash, desk.Points(r.Kind))
	o.want(err, desk.ErrOwnWork)
	_, err = o.SendBack(o.ctx(), o.staff[desk.Editor], r.ID, "Why not.")
	o.want(err, desk.ErrOwnWork)
	// Becoming an admin and back does not wash the authorship off.
	st, err := o.SetRole(o.ctx(), desk.Program(), o.staff[desk.Editor].Staff, desk.Admin)
	o.must(err)
	_, err = o.Approve(o.ctx(), desk.As(st), r.ID, r.Hash, desk.Points(r.Kind))
	o.want(err, desk.ErrForbidden)
	if o.claim(c.ID).State != desk.ClaimOpen {
		t.Fatal("something was published")
	}
	if _, err := o.Approve(o.ctx(), second, r.ID, r.Hash, desk.Points(r.Kind)); err != nil {
		t.Fatalf("the second person: %v", err)
	}
}

func TestApprovalIsBoundToTheTextAndToThePerson(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	o.cite(c.ID, true)
	v := o.draft(o.staff[desk.Checker], c.ID, desk.RatingFalse, "The answer.")
	r, err := o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: c.ID, DraftVersion: v})
	o.must(err)
	editor := o.staff[desk.Editor]

	_, err = o.Approve(o.ctx(), editor, r.ID, desk.DocHash([]byte("another text")), desk.Points(r.Kind))
	o.want(err, desk.ErrConflict)
	_, err = o.Approve(o.ctx(), editor, r.ID, r.Hash, desk.Points(r.Kind)[1:])
	if ps := desk.Problems(err); !slices.Contains(ps, desk.ChecklistOpen) {
		t.Fatalf("open checklist: %v", err)
	}
	// While it is under review the text cannot change.
	_, err = o.SaveDraft(o.ctx(), o.staff[desk.Checker], c.ID, v, desk.RatingTrue, text("vi", "Other."))
	o.want(err, desk.ErrState)
	// An account that was closed meanwhile decides nothing.
	_, err = o.SetStaffActive(o.ctx(), desk.Program(), editor.Staff, false)
	o.must(err)
	_, err = o.Approve(o.ctx(), editor, r.ID, r.Hash, desk.Points(r.Kind))
	o.want(err, desk.ErrForbidden)
	_, err = o.SetStaffActive(o.ctx(), desk.Program(), editor.Staff, true)
	o.must(err)
	o.approve(r)
	// A decision is made once.
	_, err = o.Approve(o.ctx(), editor, r.ID, r.Hash, desk.Points(r.Kind))
	o.want(err, desk.ErrState)

	rs, err := o.Check(o.ctx(), c.ID, 1<<40)
	o.must(err)
	b, err := o.DocumentBytes(o.ctx(), rs[0].Hash)
	o.must(err)
	if string(b) != string(r.Doc) {
		t.Error("what was published is not what was reviewed, byte for byte")
	}
}

func TestTwoApprovalsAtOncePublishOnce(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	o.cite(c.ID, true)
	v := o.draft(o.staff[desk.Checker], c.ID, desk.RatingFalse, "The answer.")
	r, err := o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: c.ID, DraftVersion: v})
	o.must(err)
	editors := []desk.Actor{o.staff[desk.Editor], o.hire(desk.Editor, "second"), o.hire(desk.Editor, "third"), o.hire(desk.Editor, "fourth")}
	errs := make(chan error, len(editors))
	for _, e := range editors {
		go func() {
			_, err := o.Approve(o.ctx(), e, r.ID, r.Hash, desk.Points(r.Kind))
			errs <- err
		}()
	}
	won := 0
	for range editors {
		if err := <-errs; err == nil {
			won++
		} else if !errors.Is(err, desk.ErrState) && !errors.Is(err, desk.ErrConflict) {
			t.Errorf("a loser was told %v", err)
		}
	}
	rs, err := o.Check(o.ctx(), c.ID, 1<<40)
	o.must(err)
	if won != 1 || len(rs) != 1 {
		t.Errorf("%d approvals, %d revisions; want 1 and 1", won, len(rs))
	}
}

func TestACheckNeedsASourceIndependentOfTheBodyConcerned(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	v := o.draft(o.staff[desk.Checker], c.ID, desk.RatingFalse, "The answer.")
	submit := func() error {
		_, err := o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: c.ID, DraftVersion: v})
		return err
	}
	if ps := desk.Problems(submit()); !slices.Contains(ps, desk.NoEvidence) || !slices.Contains(ps, desk.NoIndependent) {
		t.Fatalf("without evidence: %v", ps)
	}
	for range 5 { // however often the body says it
		o.cite(c.ID, false)
	}
	if ps := desk.Problems(submit()); !slices.Equal(ps, []desk.Problem{desk.NoIndependent}) {
		t.Fatalf("with the body's word alone: %v", ps)
	}
	o.cite(c.ID, true)
	page, err := o.ClaimPage(o.ctx(), o.staff[desk.Checker], c.ID)
	o.must(err)
	independent := page.Evidence[len(page.Evidence)-1]
	o.must(o.RetireEvidence(o.ctx(), o.staff[desk.Checker], c.ID, independent.ID))
	if ps := desk.Problems(submit()); !slices.Contains(ps, desk.NoIndependent) {
		t.Fatalf("with the independent source taken off: %v", ps)
	}
	o.must(o.RestoreEvidence(o.ctx(), o.staff[desk.Checker], c.ID, independent.ID))
	o.must(submit())
}

func TestSubmitNamesEveryProblemAtOnce(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	d, err := o.SaveDraft(o.ctx(), o.staff[desk.Checker], c.ID, 0, "", desk.Text{Lang: "vi", Body: "Only a body."})
	o.must(err)
	_, err = o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: c.ID, DraftVersion: d.Version})
	want := []desk.Problem{desk.NoRating, desk.NoClaimText, desk.NoStatement, desk.NoSummary, desk.NoEvidence, desk.NoIndependent}
	if got := desk.Problems(err); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCorrectWithdrawRestore(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	o.publish(c.ID, desk.RatingFalse)
	checker := o.staff[desk.Checker]
	submit := func(s desk.Proposal) (desk.Review, error) { s.Claim = c.ID; return o.Submit(o.ctx(), checker, s) }

	v := o.draft(checker, c.ID, desk.RatingFalse, "The answer.")
	if _, err := submit(desk.Proposal{DraftVersion: v, Reason: desk.ReasonTypo, Notes: note()}); !slices.Contains(desk.Problems(err), desk.NothingChanged) {
		t.Fatalf("an unchanged text: %v", err)
	}
	v = o.draft(checker, c.ID, desk.RatingMostlyFalse, "A better answer.")
	for _, bad := range []struct {
		s    desk.Proposal
		want desk.Problem
	}{
		{desk.Proposal{DraftVersion: v, Notes: note()}, desk.NoReason},
		{desk.Proposal{DraftVersion: v, Reason: desk.ReasonLegal, Notes: note()}, desk.NoReason},
		{desk.Proposal{DraftVersion: v, Reason: desk.ReasonRating}, desk.NoNote},
		{desk.Proposal{DraftVersion: v, Reason: desk.ReasonTypo, Notes: note()}, desk.RatingNeedsFix},
	} {
		if _, err := submit(bad.s); !slices.Contains(desk.Problems(err), bad.want) {
			t.Errorf("%+v: got %v, want %s", bad.s, err, bad.want)
		}
	}
	r, err := submit(desk.Proposal{DraftVersion: v, Reason: desk.ReasonRating, Notes: note()})
	o.must(err)
	if r.Kind != desk.KindCorrect {
		t.Errorf("a changed rating is a %s", r.Kind)
	}
	o.approve(r)
	r, err = submit(desk.Proposal{Withdraw: true, Reason: desk.ReasonSource, Notes: note()})
	o.must(err)
	o.approve(r)
	if got := o.claim(c.ID); got.State != desk.ClaimWithdrawn || got.Rating != "" {
		t.Fatalf("after the withdrawal: %+v", got)
	}
	v = o.draft(checker, c.ID, desk.RatingTrue, "Another answer.")
	if _, err := submit(desk.Proposal{DraftVersion: v, Reason: desk.ReasonSource, Notes: note()}); !slices.Contains(desk.Problems(err), desk.RatingNeedsFix) {
		t.Fatalf("restoring under another rating: %v", err)
	}
	v = o.draft(checker, c.ID, desk.RatingMostlyFalse, "Another answer.")
	r, err = submit(desk.Proposal{DraftVersion: v, Reason: desk.ReasonSource, Notes: note()})
	o.must(err)
	o.approve(r)
	rs, err := o.Check(o.ctx(), c.ID, 1<<40)
	o.must(err)
	var kinds []desk.Kind
	for _, x := range rs {
		kinds = append(kinds, x.Kind)
	}
	if !slices.Equal(kinds, []desk.Kind{desk.KindRestore, desk.KindWithdraw, desk.KindCorrect, desk.KindPublish}) {
		t.Errorf("history, newest first: %v", kinds)
	}
	for i := 1; i < len(rs); i++ {
		if rs[i-1].LogIndex <= rs[i].LogIndex || rs[i-1].Rev != rs[i].Rev+1 {
			t.Errorf("revisions %d and %d: log %d, %d", rs[i].Rev, rs[i-1].Rev, rs[i].LogIndex, rs[i-1].LogIndex)
		}
	}
}

func TestWhoWroteTheLastTextMayReviewTheNext(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	o.cite(c.ID, true)
	v := o.draft(o.staff[desk.Editor], c.ID, desk.RatingFalse, "The answer.")
	r, err := o.Submit(o.ctx(), o.staff[desk.Editor], desk.Proposal{Claim: c.ID, DraftVersion: v})
	o.must(err)
	second := o.hire(desk.Editor, "second")
	_, err = o.Approve(o.ctx(), second, r.ID, r.Hash, desk.Points(r.Kind))
	o.must(err)
	v = o.draft(second, c.ID, desk.RatingFalse, "A better answer.")
	r, err = o.Submit(o.ctx(), second, desk.Proposal{Claim: c.ID, DraftVersion: v, Reason: desk.ReasonFactual, Notes: note()})
	o.must(err)
	if _, err := o.Approve(o.ctx(), o.staff[desk.Editor], r.ID, r.Hash, desk.Points(r.Kind)); err != nil {
		t.Errorf("the author of the first revision reviews the second: %v", err)
	}
}
