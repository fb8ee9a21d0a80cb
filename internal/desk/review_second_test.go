package desk_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/store/pgtest"
)

// TestReviewsOnBothDatabases is what must hold of decisions whatever database
// a desk is over.
func TestReviewsOnBothDatabases(t *testing.T) {
	server := pgtest.Start(t, pgtest.Options{})
	tests := map[string]func(*testing.T, *office){
		"high harm needs two reviewers": twoReviewers, "both approvals lapse when the text changes": approvalsLapse,
		"an approval ends with the account": approvalEnds, "an emergency takes two people and a third follows": emergency,
		"sending back and approving race": decisionsRace,
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		for name, run := range tests {
			t.Run(engine+"/"+name, func(t *testing.T) {
				o := &office{t: t, clock: time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC), staff: map[desk.Role]desk.Actor{}}
				opts := apptest.Options{Now: o.now}
				if engine == "postgres" {
					opts.Database = server.Database(t)
				}
				o.Desk = apptest.Open(t, opts).Desk
				for _, r := range desk.Roles() {
					o.staff[r] = o.hire(r, string(r))
				}
				run(t, o)
			})
		}
	}
}

// judge sets the harm of a claim.
func (o *office) judge(by desk.Actor, id desk.ID, h desk.Harm) {
	o.t.Helper()
	_, err := o.EditClaim(o.ctx(), by, id, 0, desk.ClaimEdit{Text: "A claim.", Lang: "vi", Harm: h, HarmKind: "health"})
	o.must(err)
}

// handIn writes a complete draft on a new claim of this harm and submits it.
func (o *office) handIn(h desk.Harm, urgent string) desk.Review {
	o.t.Helper()
	c := o.open()
	o.judge(o.staff[desk.Checker], c.ID, h)
	o.cite(c.ID, true)
	return o.handInAgain(c.ID, "The answer. It has two sentences.", urgent)
}

// handInAgain changes the summary and submits.
func (o *office) handInAgain(id desk.ID, summary, urgent string) desk.Review {
	o.t.Helper()
	v := o.draft(o.staff[desk.Checker], id, desk.RatingFalse, summary)
	r, err := o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: id, DraftVersion: v, Urgent: urgent})
	o.must(err)
	return r
}

// agrees approves with every point ticked.
func (o *office) agrees(by desk.Actor, r desk.Review) (desk.Review, error) {
	return o.Approve(o.ctx(), by, r.ID, r.Hash, desk.Points(r.Kind))
}

// refused fails unless err carries the problem.
func (o *office) refused(err error, p desk.Problem) {
	o.t.Helper()
	if !slices.Contains(desk.Problems(err), p) {
		o.t.Fatalf("got %v, want %s", err, p)
	}
}

// revisions counts what is published of a claim.
func (o *office) revisions(id desk.ID) int {
	rs, err := o.Check(o.ctx(), id, 1<<40)
	if err != nil && !errors.Is(err, desk.ErrNotFound) {
		o.t.Fatal(err)
	}
	return len(rs)
}

func twoReviewers(t *testing.T, o *office) {
	editor, second := o.staff[desk.Editor], o.hire(desk.Editor, "second editor")
	r := o.handIn(desk.HarmHigh, "")
	if doc, err := desk.ParseDocument(r.Doc); err != nil || doc.Approvals != 3 || doc.Emergency {
		t.Errorf("the document says %d people, emergency %v, %v; want 3", doc.Approvals, doc.Emergency, err)
	}
	first, err := o.agrees(editor, r)
	o.must(err)
	if !first.Pending() || first.Other != editor.Staff || o.revisions(r.Claim) != 0 {
		t.Fatalf("after one approval: %s, other %q, %d revisions", first.State, first.Other, o.revisions(r.Claim))
	}
	_, err = o.agrees(editor, r)
	o.refused(err, desk.ApprovedAlready)
	_, err = o.agrees(o.staff[desk.Checker], r)
	o.want(err, desk.ErrForbidden)
	if o.revisions(r.Claim) != 0 {
		t.Fatal("one person approved twice, and it was published")
	}
	done, err := o.agrees(second, r)
	o.must(err)
	if done.State != desk.ReviewApproved || done.Reviewer != second.Staff || done.Other != editor.Staff || o.revisions(r.Claim) != 1 {
		t.Errorf("after two approvals: %+v", done)
	}
	// Medium and low need one.
	for _, h := range []desk.Harm{desk.HarmMedium, desk.HarmLow, desk.HarmUnset} {
		r := o.handIn(h, "It is urgent")
		if done, err := o.agrees(editor, r); err != nil || done.Pending() || done.Urgent != "" {
			t.Errorf("harm %q: %+v, %v", h, done, err)
		}
	}
}

func approvalsLapse(t *testing.T, o *office) {
	editor, second := o.staff[desk.Editor], o.hire(desk.Editor, "second editor")
	r := o.handIn(desk.HarmHigh, "")
	_, err := o.agrees(editor, r)
	o.must(err)
	_, err = o.TakeBack(o.ctx(), o.staff[desk.Checker], r.ID)
	o.must(err)
	_, err = o.agrees(second, r)
	o.want(err, desk.ErrState)
	again := o.handInAgain(r.Claim, "The answer. It has other sentences.", "")
	_, err = o.Approve(o.ctx(), second, again.ID, r.Hash, desk.Points(r.Kind))
	o.want(err, desk.ErrConflict)
	got, err := o.agrees(second, again)
	o.must(err)
	if !got.Pending() || o.revisions(r.Claim) != 0 {
		t.Fatal("an approval of another text counted")
	}
	p, err := o.ReviewPage(o.ctx(), editor, again.ID)
	o.must(err)
	if p.Seen == nil || p.Seen.Texts[0].Summary != "The answer. It has two sentences." || p.Returned || p.Agreed {
		t.Errorf("what the first reviewer saw: %+v", p.Seen)
	}
	_, err = o.agrees(editor, again)
	o.must(err)
	if o.revisions(r.Claim) != 1 {
		t.Error("two approvals of one text did not publish it")
	}
}

func approvalEnds(t *testing.T, o *office) {
	editor, second, third := o.staff[desk.Editor], o.hire(desk.Editor, "second editor"), o.hire(desk.Editor, "third editor")
	r := o.handIn(desk.HarmHigh, "")
	_, err := o.agrees(editor, r)
	o.must(err)
	_, err = o.SetStaffActive(o.ctx(), desk.Program(), editor.Staff, false)
	o.must(err)
	_, err = o.agrees(editor, r)
	o.want(err, desk.ErrForbidden)
	got, err := o.agrees(second, r)
	o.must(err)
	if !got.Pending() || got.Other != second.Staff || o.revisions(r.Claim) != 0 {
		t.Fatalf("the approval of a closed account counted: %+v", got)
	}
	_, err = o.agrees(third, r)
	o.must(err)
	if o.revisions(r.Claim) != 1 {
		t.Error("not published by the two who are in office")
	}
}

func TestHarmIsNotLoweredByTheAuthor(t *testing.T) {
	o := newOffice(t)
	checker, editor := o.staff[desk.Checker], o.staff[desk.Editor]
	c := o.open()
	o.cite(c.ID, true)
	o.judge(editor, c.ID, desk.HarmHigh)
	o.judge(checker, c.ID, desk.HarmLow)
	o.judge(checker, c.ID, desk.HarmLow)
	if r := o.handInAgain(c.ID, "The answer.", ""); r.Need != 2 {
		t.Errorf("the author lowered the harm, and %d reviewer is enough", r.Need)
	}
	c = o.open()
	o.cite(c.ID, true)
	o.judge(checker, c.ID, desk.HarmHigh)
	o.judge(editor, c.ID, desk.HarmLow)
	if r := o.handInAgain(c.ID, "The answer.", ""); r.Need != 1 {
		t.Errorf("someone else lowered the harm, and %d reviewers are needed", r.Need)
	}
	// Raised while the text waits: the text would say too few people.
	r := o.handIn(desk.HarmLow, "")
	o.judge(checker, r.Claim, desk.HarmHigh)
	_, err := o.agrees(editor, r)
	o.refused(err, desk.HarmRaised)
	_, err = o.SendBack(o.ctx(), editor, r.ID, "The harm is high.")
	o.must(err)
	if again := o.handInAgain(r.Claim, "The answer. It has two sentences.", ""); again.Need != 2 {
		t.Error("handed in again, it still needs one")
	}
}

func emergency(t *testing.T, o *office) {
	editor, second := o.staff[desk.Editor], o.hire(desk.Editor, "second editor")
	r := o.handIn(desk.HarmHigh, "The dam is said to break tonight.")
	doc, err := desk.ParseDocument(r.Doc)
	o.must(err)
	if doc.Approvals != 2 || !doc.Emergency {
		t.Errorf("the document says %d people, emergency %v; want 2, true", doc.Approvals, doc.Emergency)
	}
	_, err = o.Confirm(o.ctx(), second, r.ID, r.Hash, desk.Points(r.Kind))
	o.want(err, desk.ErrState) // nothing to follow yet
	for _, by := range []desk.Actor{o.staff[desk.Checker], o.staff[desk.Admin], desk.Program()} {
		_, err := o.agrees(by, r)
		o.want(err, desk.ErrForbidden)
	}
	_, err = o.Approve(o.ctx(), editor, r.ID, r.Hash, slices.DeleteFunc(desk.Points(r.Kind), func(p string) bool { return p == desk.PointUrgent }))
	o.refused(err, desk.ChecklistOpen)
	done, err := o.agrees(editor, r)
	o.must(err)
	if !done.Waits() || o.revisions(r.Claim) != 1 {
		t.Fatalf("in an emergency: %+v", done)
	}
	o.counts(desk.Urgencies{All: 1, Waiting: 1})
	_, err = o.Confirm(o.ctx(), editor, r.ID, r.Hash, desk.Points(r.Kind))
	o.want(err, desk.ErrOwnWork)
	_, err = o.Confirm(o.ctx(), o.staff[desk.Checker], r.ID, r.Hash, desk.Points(r.Kind))
	o.want(err, desk.ErrForbidden)
	_, err = o.Confirm(o.ctx(), second, r.ID, desk.DocHash([]byte("x")), desk.Points(r.Kind))
	o.want(err, desk.ErrConflict)
	list, err := o.AwaitedReviews(o.ctx(), second)
	o.must(err)
	if len(list) != 1 || !list[0].Review.Waits() || list[0].Own || list[0].Mine {
		t.Errorf("what waits: %+v", list)
	}
	o.pass(desk.UrgentTime + time.Minute)
	o.counts(desk.Urgencies{All: 1, Overdue: 1})
	_, err = o.Confirm(o.ctx(), second, r.ID, r.Hash, desk.Points(r.Kind))
	o.must(err)
	o.counts(desk.Urgencies{All: 1, Late: 1})
	f, err := o.Followed(o.ctx(), r.Claim, r.Hash)
	o.must(err)
	if f.Due.IsZero() || !f.At.After(f.Due) {
		t.Errorf("for readers: %+v", f)
	}
	_, err = o.Confirm(o.ctx(), o.hire(desk.Editor, "third"), r.ID, r.Hash, desk.Points(r.Kind))
	o.want(err, desk.ErrState)
}

// counts compares the public numbers of emergencies.
func (o *office) counts(want desk.Urgencies) {
	o.t.Helper()
	got, err := o.Urgencies(o.ctx(), 1<<40)
	o.must(err)
	if got != want {
		o.t.Errorf("emergencies: %+v, want %+v", got, want)
	}
}

func decisionsRace(t *testing.T, o *office) {
	editors := []desk.Actor{o.staff[desk.Editor], o.hire(desk.Editor, "second"), o.hire(desk.Editor, "third"), o.hire(desk.Editor, "fourth")}
	for range 3 {
		r := o.handIn(desk.HarmHigh, "")
		errs := make(chan error, len(editors))
		for i, e := range editors {
			go func() {
				if i == 0 {
					_, err := o.SendBack(o.ctx(), e, r.ID, "No.")
					errs <- err
					return
				}
				_, err := o.agrees(e, r)
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
		p, err := o.ReviewPage(o.ctx(), editors[0], r.ID)
		o.must(err)
		got, n := p.Review, o.revisions(r.Claim)
		switch got.State {
		case desk.ReviewApproved:
			if n != 1 || won != 2 || got.Other == "" || got.Other == got.Reviewer {
				t.Errorf("approved: %d revisions, %d decisions, by %q and %q", n, won, got.Other, got.Reviewer)
			}
		case desk.ReviewReturned:
			if n != 0 || won > 2 {
				t.Errorf("sent back: %d revisions, %d decisions", n, won)
			}
		default:
			t.Errorf("after all decided the review is %s", got.State)
		}
	}
}
