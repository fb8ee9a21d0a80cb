package desk_test

import (
	"errors"
	"testing"

	"soi/internal/desk"
)

// lottery is an explainer that is ready to be published.
func lottery() desk.Explainer {
	return desk.Explainer{Topic: "scam", Words: []string{" trúng  thưởng ", "trúng thưởng", ""}, Sources: []desk.ExplainerSource{{URL: "https://example.org/luat", Title: "Một quy định"}},
		Texts: []desk.ExplainerText{{Lang: "vi", Title: " Lừa trúng thưởng ", Summary: "Không ai thu phí trước.", Body: "Một.\n\nHai."}, {Lang: "en"}}}
}

// An explainer is written by one person and published by another, as the very
// bytes that person saw; what follows needs a note and two people again.
func TestExplainersTakeTwoPeople(t *testing.T) {
	o := newOffice(t)
	author, editor := o.staff[desk.Checker], o.staff[desk.Editor]
	e, err := o.SaveExplainer(o.ctx(), author, lottery())
	o.must(err)
	if len(e.Texts) != 1 || e.Texts[0].Title != "Lừa trúng thưởng" || len(e.Words) != 1 || e.Words[0] != "trúng thưởng" {
		t.Errorf("%+v", e)
	}
	if _, err := o.ApproveExplainer(o.ctx(), editor, e.ID, make([]byte, 32)); !errors.Is(err, desk.ErrState) {
		t.Errorf("nothing waits: %v", err)
	}
	e, err = o.HandInExplainer(o.ctx(), author, e.ID, e.Version, false, nil)
	o.must(err)
	hash := desk.ExplainerHash(e.Pending)
	if _, err := o.SaveExplainer(o.ctx(), author, e); !errors.Is(err, desk.ErrState) {
		t.Errorf("changed while it waits: %v", err)
	}
	for who, by := range map[string]desk.Actor{"the author": author, "an admin": o.staff[desk.Admin], "an auditor": o.staff[desk.Auditor], "the program": desk.Program()} {
		if _, err := o.ApproveExplainer(o.ctx(), by, e.ID, hash); err == nil {
			t.Errorf("%s published it", who)
		}
	}
	if _, err := o.ApproveExplainer(o.ctx(), editor, e.ID, make([]byte, 32)); !errors.Is(err, desk.ErrConflict) {
		t.Errorf("other bytes: %v", err)
	}
	if rs, err := o.PublishedExplainers(o.ctx()); err != nil || len(rs) != 0 {
		t.Errorf("public before anybody agreed: %v %v", rs, err)
	}
	e, err = o.ApproveExplainer(o.ctx(), editor, e.ID, hash)
	o.must(err)
	rs, err := o.PublishedExplainers(o.ctx())
	o.must(err)
	if len(rs) != 1 || rs[0].Rev != 1 || rs[0].By == rs[0].Approver || rs[0].Doc.Text("en").Title != "Lừa trúng thưởng" || rs[0].Doc.Approvals != 2 {
		t.Errorf("%+v", rs)
	}

	// The editor changes it, so the editor may not agree to it.
	e.Texts[0].Summary = "Không ai thu phí trước khi trao thưởng."
	e, err = o.SaveExplainer(o.ctx(), editor, e)
	o.must(err)
	if _, err := o.HandInExplainer(o.ctx(), author, e.ID, e.Version, false, nil); !refusedFor(err, desk.NoNote) {
		t.Errorf("without a note: %v", err)
	}
	e, err = o.HandInExplainer(o.ctx(), author, e.ID, e.Version, false, []desk.Note{{Lang: "vi", Text: "Rõ hơn."}})
	o.must(err)
	if _, err := o.ApproveExplainer(o.ctx(), editor, e.ID, desk.ExplainerHash(e.Pending)); !errors.Is(err, desk.ErrOwnWork) {
		t.Errorf("an author agreed: %v", err)
	}
	second := o.hire(desk.Editor, "second editor")
	if _, err := o.ReturnExplainer(o.ctx(), second, e.ID, ""); !refusedFor(err, desk.SendBackNoReasons) {
		t.Errorf("sent back without reasons: %v", err)
	}
	e, err = o.ReturnExplainer(o.ctx(), second, e.ID, "Thiếu nguồn.")
	o.must(err)
	if e.Waits() || e.Returned != "Thiếu nguồn." {
		t.Errorf("%+v", e)
	}

	claim := o.open().ID
	o.must(o.LinkExplainer(o.ctx(), author, claim, e.ID, true))
	// Withdrawing takes two people as well; the history stays.
	e, err = o.HandInExplainer(o.ctx(), author, e.ID, e.Version, true, []desk.Note{{Lang: "vi", Text: "Quy định đã thay đổi."}})
	o.must(err)
	e, err = o.ApproveExplainer(o.ctx(), second, e.ID, desk.ExplainerHash(e.Pending))
	o.must(err)
	rs, err = o.ExplainerHistory(o.ctx(), e.ID)
	o.must(err)
	if of, err := o.ExplainersOf(o.ctx(), claim); err != nil || len(of) != 0 {
		t.Errorf("a check still links to it: %v %v", of, err)
	}
	if now, _ := o.PublishedExplainers(o.ctx()); len(now) != 0 || len(rs) != 2 || !rs[0].Doc.Withdrawn || rs[1].Doc.Text("vi").Body == "" || e.Withdrawn.IsZero() {
		t.Errorf("%d in force, history %+v", len(now), rs)
	}
}

// What lacks a source, or is half written, is refused; a stale form changes
// nothing; a check links to what is in force only.
func TestExplainersAreWhole(t *testing.T) {
	o := newOffice(t)
	author, editor := o.staff[desk.Checker], o.staff[desk.Editor]
	bare := lottery()
	bare.Sources, bare.Texts[0].Body = nil, ""
	e, err := o.SaveExplainer(o.ctx(), author, bare)
	o.must(err)
	_, err = o.HandInExplainer(o.ctx(), author, e.ID, e.Version, false, nil)
	if !refusedFor(err, desk.NoEvidence) || !refusedFor(err, desk.TextEmpty) {
		t.Errorf("half written: %v", err)
	}
	bad := lottery()
	bad.Sources[0].URL = "javascript:alert(1)"
	if _, err := o.SaveExplainer(o.ctx(), author, bad); !refusedFor(err, desk.BadLink) {
		t.Errorf("a source nobody can open: %v", err)
	}
	whole := lottery()
	whole.ID, whole.Version = e.ID, e.Version
	now, err := o.SaveExplainer(o.ctx(), author, whole)
	o.must(err)
	if _, err := o.SaveExplainer(o.ctx(), editor, whole); !errors.Is(err, desk.ErrConflict) {
		t.Errorf("a stale form: %v", err)
	}
	if _, err := o.SaveExplainer(o.ctx(), o.staff[desk.Contributor], lottery()); !errors.Is(err, desk.ErrForbidden) {
		t.Errorf("a contributor: %v", err)
	}
	claim := o.open().ID
	o.must(o.LinkExplainer(o.ctx(), author, claim, now.ID, true))
	linked := func() int {
		rs, err := o.ExplainersOf(o.ctx(), claim)
		o.must(err)
		return len(rs)
	}
	if linked() != 0 {
		t.Error("a check links to what is not public")
	}
	now, err = o.HandInExplainer(o.ctx(), author, now.ID, now.Version, false, nil)
	o.must(err)
	_, err = o.ApproveExplainer(o.ctx(), editor, now.ID, desk.ExplainerHash(now.Pending))
	o.must(err)
	if linked() != 1 {
		t.Error("not linked")
	}
	o.must(o.LinkExplainer(o.ctx(), author, claim, now.ID, false))
	if linked() != 0 {
		t.Error("still linked")
	}
}
