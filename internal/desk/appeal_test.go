package desk_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"soi/internal/desk"
)

// appeal is an appeal against the check of a claim, sealed as the page does.
func (o *office) appeal(claim desk.ID, k desk.AppealKind) desk.NewAppeal {
	o.n++
	return desk.NewAppeal{ExtID: fmt.Sprint("appeal-", o.n), Claim: claim, Kind: k, Lang: "vi", Length: 12, Words: []byte("sealed words"),
		Ticket: desk.TicketHash(desk.NewTicket([]byte("test key"), fmt.Sprint("appeal", o.n)))}
}

// file files an appeal.
func (o *office) file(n desk.NewAppeal) desk.Appeal {
	o.t.Helper()
	a, again, err := o.Appeal(o.ctx(), desk.Program(), n)
	o.must(err)
	if again {
		o.t.Fatal("taken for a copy")
	}
	return a
}

// decision is a complete ruling.
func decision(a desk.Appeal) desk.Decision {
	return desk.Decision{Appeal: a.ID, Outcome: desk.Upheld, Remedy: desk.RemedyCorrect, Reasons: []desk.Note{{Lang: "vi", Text: "Vì số liệu đã cũ."}, {Lang: "en", Text: "Because the figure was old."}}}
}

// judges hires two editors without a part in anything.
func (o *office) judges() (decider, approver desk.Actor) {
	return o.hire(desk.Editor, "decider"), o.hire(desk.Editor, "approver")
}

// rule takes an appeal to a published ruling.
func (o *office) rule(a desk.Appeal, decider, approver desk.Actor) desk.Ruling {
	o.t.Helper()
	_, err := o.TakeAppeal(o.ctx(), decider, a.ID)
	o.must(err)
	r, err := o.ProposeRuling(o.ctx(), decider, decision(a))
	o.must(err)
	r, err = o.ApproveRuling(o.ctx(), approver, r.ID, r.Hash, nil)
	o.must(err)
	return r
}

// TestWhoHadAPartDecidesNoAppeal tries everybody with a part in any text of the
// check, in every verb.
func TestWhoHadAPartDecidesNoAppeal(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	o.publish(c.ID, desk.RatingFalse) // by checker and editor
	late := o.hire(desk.Editor, "returned it once")
	drafting := o.hire(desk.Editor, "writes the next text")
	v := o.draft(o.staff[desk.Checker], c.ID, desk.RatingFalse, "Another answer.")
	r, err := o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: c.ID, DraftVersion: v, Reason: desk.ReasonClarity, Notes: note()})
	o.must(err)
	_, err = o.SendBack(o.ctx(), late, r.ID, "Why.")
	o.must(err)
	o.draft(drafting, c.ID, desk.RatingFalse, "A third answer.")
	checker, err := o.SetRole(o.ctx(), desk.Program(), o.staff[desk.Checker].Staff, desk.Editor)
	o.must(err)
	decider, approver := o.judges()
	a := o.file(o.appeal(c.ID, desk.AppealFactual))
	parts := []desk.Actor{o.staff[desk.Editor], late, drafting, desk.As(checker)}
	for _, by := range parts {
		_, err := o.TakeAppeal(o.ctx(), by, a.ID)
		o.want(err, desk.ErrOwnWork)
	}
	for _, r := range []desk.Role{desk.Contributor, desk.Admin, desk.Auditor} {
		_, err := o.TakeAppeal(o.ctx(), o.staff[r], a.ID)
		o.want(err, desk.ErrForbidden)
	}
	_, err = o.TakeAppeal(o.ctx(), desk.Program(), a.ID)
	o.want(err, desk.ErrForbidden)
	a, err = o.TakeAppeal(o.ctx(), decider, a.ID)
	o.must(err)
	_, err = o.TakeAppeal(o.ctx(), approver, a.ID)
	o.want(err, desk.ErrConflict) // two deciders at once
	_, err = o.ProposeRuling(o.ctx(), approver, decision(a))
	o.want(err, desk.ErrForbidden)
	ruling, err := o.ProposeRuling(o.ctx(), decider, decision(a))
	o.must(err)
	for _, by := range append(parts, decider) {
		_, err := o.ApproveRuling(o.ctx(), by, ruling.ID, ruling.Hash, nil)
		o.want(err, desk.ErrOwnWork)
		_, err = o.ReturnRuling(o.ctx(), by, ruling.ID, "Because.")
		o.want(err, desk.ErrOwnWork)
	}
	_, err = o.ApproveRuling(o.ctx(), approver, ruling.ID, desk.DocHash([]byte("another")), nil)
	o.want(err, desk.ErrConflict)
	_, err = o.ApproveRuling(o.ctx(), approver, ruling.ID, ruling.Hash, nil)
	o.must(err)
	_, err = o.ApproveRuling(o.ctx(), approver, ruling.ID, ruling.Hash, nil)
	o.want(err, desk.ErrState)
}

func TestAnAppealFromEndToEnd(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	o.publish(c.ID, desk.RatingFalse)
	decider, approver := o.judges()
	n := o.appeal(c.ID, desk.AppealBody)
	n.Address, n.Channel, n.Ack = []byte("sealed address"), "email", []byte("sealed letter")
	a := o.file(n)
	again, copied, err := o.Appeal(o.ctx(), desk.Program(), n)
	o.must(err)
	if !copied || again.ID != a.ID {
		t.Error("the same form made a second appeal")
	}
	if a.Against != desk.AgainstCheck || a.Rev != 1 || !a.Due.Equal(time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("%s, revision %d, due %v", a.Against, a.Rev, a.Due) // a Sunday: the seventh working day is Tuesday week
	}
	got, ruling, err := o.AppealByTicket(o.ctx(), desk.Program(), n.Ticket, 1<<40)
	o.must(err)
	if got.ID != a.ID || ruling != nil || got.Clock(o.now()) != desk.ClockRunning {
		t.Errorf("by ticket: %+v %v", got, ruling)
	}
	o.pass(7 * 24 * time.Hour)
	if got.Clock(o.now()) != desk.ClockRunning && got.Clock(o.now()) != desk.ClockSoon {
		t.Errorf("after a week: %s", got.Clock(o.now()))
	}
	o.pass(3 * 24 * time.Hour)
	if got.Clock(o.now()) != desk.ClockOver {
		t.Errorf("after ten days: %s", got.Clock(o.now()))
	}
	r := o.rule(a, decider, approver)
	b, err := o.DocumentBytes(o.ctx(), r.Hash)
	o.must(err)
	doc, err := desk.ParseRuling(b)
	o.must(err)
	if doc.Outcome != desk.Upheld || doc.In("en") != "Because the figure was old." || doc.Received != "2026-11-22" || doc.Approvals != 2 || doc.Nonce == "" {
		t.Errorf("%+v", doc)
	}
	_, ruling, err = o.AppealByTicket(o.ctx(), desk.Program(), n.Ticket, 1<<40)
	o.must(err)
	if ruling == nil || ruling.ID != r.ID {
		t.Error("the ticket does not lead to the ruling")
	}
	if _, ruling, _ = o.AppealByTicket(o.ctx(), desk.Program(), n.Ticket, r.LogIndex); ruling != nil {
		t.Error("a ruling is shown before it is signed")
	}
	letters, err := o.Standing(o.ctx(), o.staff[desk.Auditor], "")
	o.must(err)
	if len(letters.Notices) != 1 || letters.Notices[0].N != 1 {
		t.Errorf("%+v", letters.Notices) // the acknowledgement; nothing was said of the ruling, for there was no word
	}
}

// TestAppealRefusals hands in what cannot be taken.
func TestAppealRefusals(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	n := o.appeal(c.ID, desk.AppealFactual)
	_, _, err := o.Appeal(o.ctx(), desk.Program(), n)
	o.want(err, desk.ErrNotFound) // nothing is published
	_, _, err = o.Appeal(o.ctx(), o.staff[desk.Editor], n)
	o.want(err, desk.ErrForbidden)
	o.publish(c.ID, desk.RatingFalse)
	for problem, spoil := range map[desk.Problem]func(*desk.NewAppeal){
		desk.NoAppealKind: func(n *desk.NewAppeal) { n.Kind = "angry" },
		desk.AppealEmpty:  func(n *desk.NewAppeal) { n.Length = 0 },
		desk.TextTooLong:  func(n *desk.NewAppeal) { n.Length = desk.MaxTipRunes + 1 },
		desk.BadChoice:    func(n *desk.NewAppeal) { n.Ticket = nil },
		desk.MediaTooMany: func(n *desk.NewAppeal) { n.Files = make([]desk.NewMedia, desk.MaxMedia+1) },
	} {
		bad := o.appeal(c.ID, desk.AppealFactual)
		spoil(&bad)
		if _, _, err := o.Appeal(o.ctx(), desk.Program(), bad); !slices.Contains(desk.Problems(err), problem) {
			t.Errorf("%s: %v", problem, err)
		}
	}
	long := o.appeal(c.ID, desk.AppealFactual)
	long.Length = desk.MaxTipRunes
	o.file(long)
}

func TestAppealAgainstARefusal(t *testing.T) {
	o := newOffice(t)
	n := o.tip("Chính quyền làm chưa tốt", "new", "")
	c := o.receive(n).Claim
	_, err := o.Close(o.ctx(), o.staff[desk.Checker], c.ID, 0)
	o.must(err)
	_, _, err = o.Appeal(o.ctx(), desk.Program(), o.appeal(c.ID, desk.AppealFactual))
	o.want(err, desk.ErrNotFound) // only whoever asked knows of it
	mine := o.appeal("", desk.AppealFactual)
	mine.Tip = n.Ticket
	a := o.file(mine)
	if a.Claim != c.ID || a.Against != desk.AgainstRefusal || a.Rev != 0 {
		t.Fatalf("%+v", a)
	}
	decider, approver := o.judges()
	_, err = o.TakeAppeal(o.ctx(), decider, a.ID)
	o.must(err)
	d := decision(a)
	if _, err = o.ProposeRuling(o.ctx(), decider, d); !slices.Contains(desk.Problems(err), desk.NoRemedy) {
		t.Errorf("a refusal cannot be corrected: %v", err)
	}
	d.Remedy = desk.RemedyReopen
	r, err := o.ProposeRuling(o.ctx(), decider, d)
	o.must(err)
	_, err = o.ApproveRuling(o.ctx(), approver, r.ID, r.Hash, nil)
	o.must(err)
}

// TestACheckThatChangesMeanwhile corrects a check while its ruling waits.
func TestACheckThatChangesMeanwhile(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	o.publish(c.ID, desk.RatingFalse)
	decider, approver := o.judges()
	a := o.file(o.appeal(c.ID, desk.AppealFactual))
	_, err := o.TakeAppeal(o.ctx(), decider, a.ID)
	o.must(err)
	r, err := o.ProposeRuling(o.ctx(), decider, decision(a))
	o.must(err)
	v := o.draft(o.staff[desk.Checker], c.ID, desk.RatingMostlyFalse, "A better answer.")
	rev, err := o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: c.ID, DraftVersion: v, Reason: desk.ReasonFactual, Notes: note()})
	o.must(err)
	o.approve(rev)
	_, err = o.ApproveRuling(o.ctx(), approver, r.ID, r.Hash, nil)
	if !slices.Contains(desk.Problems(err), desk.CheckMoved) {
		t.Fatalf("a ruling on an old text: %v", err)
	}
	_, err = o.ReturnRuling(o.ctx(), approver, r.ID, "The check was corrected meanwhile.")
	o.must(err)
	d := decision(a)
	d.Remedy = desk.RemedyDone
	r, err = o.ProposeRuling(o.ctx(), decider, d)
	o.must(err)
	doc, err := desk.ParseRuling(r.Doc)
	o.must(err)
	if doc.Rev != 1 || doc.RevNow != 2 {
		t.Errorf("revisions %d and %d", doc.Rev, doc.RevNow)
	}
	_, err = o.TakeBackRuling(o.ctx(), approver, r.ID)
	o.want(err, desk.ErrForbidden)
	_, err = o.TakeBackRuling(o.ctx(), decider, r.ID)
	o.must(err)
	_, err = o.ReleaseAppeal(o.ctx(), approver, a.ID)
	o.must(err)
	o.rule(a, approver, decider)
}

func TestRulingProblems(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	o.publish(c.ID, desk.RatingFalse)
	decider, _ := o.judges()
	a := o.file(o.appeal(c.ID, desk.AppealFactual))
	_, err := o.TakeAppeal(o.ctx(), decider, a.ID)
	o.must(err)
	for problem, spoil := range map[desk.Problem]func(*desk.Decision){
		desk.NoOutcome: func(d *desk.Decision) { d.Outcome = "" },
		desk.NoRemedy:  func(d *desk.Decision) { d.Remedy = "deletion" },
		desk.NoRulingText: func(d *desk.Decision) {
			d.Reasons = []desk.Note{{Lang: "en", Text: "Only English."}, {Lang: "vi", Text: "  "}}
		},
		desk.TextTooLong: func(d *desk.Decision) { d.Reasons[0].Text = strings.Repeat("ư", 10_001) },
		desk.RemedyUnfit: func(d *desk.Decision) { d.Outcome = desk.NotUpheld },
	} {
		d := decision(a)
		spoil(&d)
		if _, err := o.ProposeRuling(o.ctx(), decider, d); !slices.Contains(desk.Problems(err), problem) {
			t.Errorf("%s: %v", problem, err)
		}
	}
	stale := decision(a)
	stale.Version = 1
	_, err = o.ProposeRuling(o.ctx(), decider, stale)
	o.want(err, desk.ErrConflict)
}

// TestAppealsAreForgotten lets the retention pass.
func TestAppealsAreForgotten(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	o.publish(c.ID, desk.RatingFalse)
	decider, approver := o.judges()
	n, open := o.appeal(c.ID, desk.AppealPrivacy), o.appeal(c.ID, desk.AppealPrivacy)
	n.Address, n.Channel, n.Ack = []byte("sealed address"), "email", []byte("sealed letter")
	n.Files = []desk.NewMedia{{Media: desk.Media{ID: desk.NewID(), Kind: desk.MediaPDF, Type: "application/pdf", Bytes: 4, State: desk.MediaReady, Text: "words", Sum: []byte("sum")}, File: []byte("sealed")}}
	a := o.file(n)
	o.file(open)
	v, err := o.AppealPage(o.ctx(), decider, a.ID)
	o.must(err)
	if len(v.Files) != 1 || v.Files[0].Text != "" || v.Files[0].Sum != nil || string(v.Appeal.Words) != "sealed words" {
		t.Errorf("%+v", v)
	}
	o.rule(a, decider, approver)
	o.pass(desk.DefaultRetention - time.Hour)
	if k, err := o.ForgetAppeals(o.ctx(), desk.Program()); err != nil || k != 0 {
		t.Fatalf("too early: %d, %v", k, err)
	}
	o.pass(2 * time.Hour)
	if k, err := o.ForgetAppeals(o.ctx(), desk.Program()); err != nil || k != 1 {
		t.Fatalf("%d, %v", k, err)
	}
	v, err = o.AppealPage(o.ctx(), decider, a.ID)
	o.must(err)
	if v.Appeal.Words != nil || v.Appeal.Conversation != "" || v.Files[0].Erased.IsZero() || v.Appeal.State != desk.AppealRuled {
		t.Errorf("%+v", v)
	}
	_, _, err = o.AppealFile(o.ctx(), decider, a.ID, v.Files[0].ID, desk.MediaFile)
	o.want(err, desk.ErrErased)
	if k, err := o.ForgetAppeals(o.ctx(), desk.Program()); err != nil || k != 0 {
		t.Fatalf("twice: %d, %v", k, err)
	}
	if _, _, err = o.AppealByTicket(o.ctx(), desk.Program(), open.Ticket, 0); err != nil && !errors.Is(err, desk.ErrNotFound) {
		t.Error(err)
	}
}
