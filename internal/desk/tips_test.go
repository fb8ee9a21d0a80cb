package desk_test

import (
	"slices"
	"testing"
	"time"

	"soi/internal/desk"
)

func TestTheSameDeliveryIsReceivedOnce(t *testing.T) {
	o := newOffice(t)
	n := o.tip("a message", "new", "")
	first := o.receive(n)
	for range 5 {
		again := o.receive(n)
		if !again.Again || again.Tip.ID != first.Tip.ID || again.Claim.ID != first.Claim.ID || again.Asked != 1 {
			t.Fatalf("again: %+v", again)
		}
	}
}

func TestTheSameWordsJoinOneClaim(t *testing.T) {
	o := newOffice(t)
	var ids []desk.ID
	for range 50 {
		ids = append(ids, o.receive(o.tip("the same words", "new", "")).Claim.ID)
	}
	if len(slices.Compact(ids)) != 1 {
		t.Errorf("%d claims for one text", len(slices.Compact(ids)))
	}
	if r := o.receive(o.tip("the same words", "new", "")); r.Asked != 51 {
		t.Errorf("asked %d times, want 51", r.Asked)
	}
}

func TestAskersChoice(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	o.publish(c.ID, desk.RatingFalse)
	key := desk.CheckKey(c.ID, "vi")

	picked := o.tip("perhaps this", "perhaps", "")
	if r := o.receive(picked); r.Tip.State != desk.TipWaiting || r.Tip.Claim != "" {
		t.Fatalf("perhaps: %+v", r.Tip)
	}
	r, err := o.Choose(o.ctx(), desk.Program(), picked.Ticket, key)
	o.must(err)
	if r.Tip.State != desk.TipAnswered || r.Claim.ID != c.ID {
		t.Errorf("picked: %+v", r.Tip)
	}
	// "Not this one" after all: it becomes a claim of its own.
	r, err = o.Choose(o.ctx(), desk.Program(), picked.Ticket, "")
	o.must(err)
	if r.Tip.State != desk.TipJoined || r.Claim.ID == c.ID || r.Claim.State != desk.ClaimOpen {
		t.Errorf("refused: %+v in %+v", r.Tip, r.Claim)
	}
	none := o.tip("none of these", "perhaps", "")
	o.receive(none)
	r, err = o.Choose(o.ctx(), desk.Program(), none.Ticket, "")
	o.must(err)
	again, err := o.Choose(o.ctx(), desk.Program(), none.Ticket, "")
	o.must(err)
	if !again.Again || again.Claim.ID != r.Claim.ID {
		t.Errorf("choosing twice: %+v, then %+v", r.Claim.ID, again.Claim.ID)
	}
	_, err = o.Choose(o.ctx(), desk.Program(), desk.TicketHash("BBB-BBB-BBBB"), "")
	o.want(err, desk.ErrNotFound)
	// Another asker's open claim is nobody's to choose, nor is what is no key.
	for _, key := range []string{desk.ClaimKey(r.Claim.ID), "check/../../x", "check", "x/" + string(c.ID)} {
		_, err = o.Choose(o.ctx(), desk.Program(), picked.Ticket, key)
		o.want(err, desk.ErrInvalid)
	}
}

func TestATipThatNobodyChoseForJoinsTheQueue(t *testing.T) {
	o := newOffice(t)
	n := o.tip("no choice made", "perhaps", "")
	o.receive(n)
	settled := func() int {
		k, err := o.Settle(o.ctx(), desk.Program())
		o.must(err)
		return k
	}
	o.pass(desk.DefaultChoiceTime - time.Second)
	if settled() != 0 {
		t.Error("settled before the time was up")
	}
	o.pass(2 * time.Second)
	if settled() != 1 || settled() != 0 {
		t.Error("not settled once")
	}
	r, err := o.ByTicket(o.ctx(), desk.Program(), n.Ticket)
	o.must(err)
	if r.Tip.State != desk.TipJoined || r.Claim.State != desk.ClaimOpen {
		t.Errorf("after settling: %+v", r)
	}
}

func TestAnswerThatIsNoLongerInForceIsNotGiven(t *testing.T) {
	o := newOffice(t)
	c := o.open()
	o.publish(c.ID, desk.RatingFalse)
	r, err := o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: c.ID, Withdraw: true, Reason: desk.ReasonFactual, Notes: note()})
	o.must(err)
	o.approve(r)
	got := o.receive(o.tip("matched a moment too late", "same", desk.CheckKey(c.ID, "vi")))
	if got.Tip.State != desk.TipJoined || got.Claim.ID == c.ID {
		t.Errorf("%+v", got.Tip)
	}
}

func TestMergeJudgeSplitAndUndo(t *testing.T) {
	o := newOffice(t)
	checker := o.staff[desk.Checker]
	a, b := o.open(), o.open()
	o.receive(o.tip("more of b", "same", desk.ClaimKey(b.ID)))
	asked := func(id desk.ID) int {
		v, err := o.ClaimPage(o.ctx(), checker, id)
		o.must(err)
		return v.Demand.Tips
	}
	m, err := o.Merge(o.ctx(), checker, b.ID, o.claim(b.ID).Version, a.ID)
	o.must(err)
	if m.State != desk.ClaimMerged || asked(a.ID) != 3 {
		t.Fatalf("merged: %+v, %d", m.State, asked(a.ID))
	}
	// A tip that matches the merged claim goes where it went.
	if r := o.receive(o.tip("late for b", "same", desk.ClaimKey(b.ID))); r.Claim.ID != a.ID {
		t.Errorf("late tip in %s", r.Claim.ID)
	}
	_, err = o.Merge(o.ctx(), checker, a.ID, o.claim(a.ID).Version, b.ID)
	if !slices.Contains(desk.Problems(err), desk.MergeSelf) {
		t.Errorf("a circle of merges: %v", err)
	}
	_, err = o.Unmerge(o.ctx(), checker, b.ID, o.claim(b.ID).Version)
	o.must(err)
	if asked(a.ID) != 2 || asked(b.ID) != 2 {
		t.Errorf("after taking it out: %d and %d, want 2 and 2", asked(a.ID), asked(b.ID))
	}
	o.publish(a.ID, desk.RatingFalse)
	j, err := o.Judge(o.ctx(), checker, b.ID, o.claim(b.ID).Version, desk.CheckKey(a.ID, "en"), true)
	o.must(err)
	if j.State != desk.ClaimMerged || asked(a.ID) != 4 {
		t.Fatalf("confirmed: %+v", j)
	}
	ts, err := o.TipsOf(o.ctx(), checker, desk.TipFilter{Claim: a.ID})
	o.must(err)
	for _, x := range ts {
		if x.State != desk.TipAnswered {
			t.Errorf("tip %s is %s after the answer", x.ID, x.State)
		}
	}
	_, err = o.Unmerge(o.ctx(), checker, b.ID, o.claim(b.ID).Version)
	o.must(err)
	v, err := o.ClaimPage(o.ctx(), checker, b.ID)
	o.must(err)
	if v.Claim.State != desk.ClaimOpen || !v.Judgments[0].Undone || v.Tips[0].State != desk.TipJoined {
		t.Errorf("undone: %+v %+v", v.Claim.State, v.Judgments)
	}
	s, err := o.Split(o.ctx(), checker, b.ID, v.Claim.Version, []desk.ID{v.Tips[0].ID})
	o.must(err)
	if asked(s.ID) != 1 || asked(b.ID) != 1 {
		t.Errorf("split: %d and %d", asked(s.ID), asked(b.ID))
	}
	_, err = o.Split(o.ctx(), checker, s.ID, s.Version, []desk.ID{v.Tips[0].ID})
	if !slices.Contains(desk.Problems(err), desk.NoTips) {
		t.Errorf("splitting off everything: %v", err)
	}
}

func TestNotAFactualClaim(t *testing.T) {
	o := newOffice(t)
	n := o.tip("the best noodle soup is in the north", "new", "")
	c := o.receive(n).Claim
	_, err := o.CloseFor(o.ctx(), o.staff[desk.Checker], c.ID, c.Version, "because")
	o.want(err, desk.ErrInvalid)
	c, err = o.CloseFor(o.ctx(), o.staff[desk.Checker], c.ID, c.Version, desk.CloseOpinion)
	o.must(err)
	last, err := o.Journal(o.ctx(), o.staff[desk.Admin], 1)
	o.must(err)
	if len(last) != 1 || last[0].Kind != desk.EvClaimClosed || last[0].Data["why"] != "opinion" {
		t.Errorf("the event says %+v", last)
	}
	r, err := o.ByTicket(o.ctx(), desk.Program(), n.Ticket)
	o.must(err)
	if c.State != desk.ClaimClosed || r.Tip.State != desk.TipClosed {
		t.Fatalf("%s, %s", c.State, r.Tip.State)
	}
	// Nothing about it can be published, whatever is tried.
	_, err = o.SaveDraft(o.ctx(), o.staff[desk.Checker], c.ID, 0, desk.RatingFalse, text("vi", "x"))
	o.want(err, desk.ErrState)
	_, err = o.Submit(o.ctx(), o.staff[desk.Checker], desk.Proposal{Claim: c.ID})
	o.want(err, desk.ErrState)
	// The same words asked again get the same reply and open nothing.
	again := o.receive(o.tip("the best noodle soup is in the north", "new", ""))
	if again.Tip.State != desk.TipClosed || again.Claim.ID != c.ID {
		t.Errorf("asked again: %s in %s", again.Tip.State, again.Claim.ID)
	}
	c, err = o.Reopen(o.ctx(), o.staff[desk.Checker], c.ID, c.Version)
	o.must(err)
	if c.State != desk.ClaimOpen {
		t.Errorf("reopened: %s", c.State)
	}
}

func TestTextIsErasedAtTheEndOfItsRetentionUnlessTheClockJumped(t *testing.T) {
	o := newOffice(t)
	closed := o.tip("an opinion", "new", "")
	c := o.receive(closed).Claim
	_, err := o.Close(o.ctx(), o.staff[desk.Checker], c.ID, 0)
	o.must(err)
	used := o.open()
	o.publish(used.ID, desk.RatingFalse)
	erase := func() (int, bool) {
		n, held, err := o.Erase(o.ctx(), desk.Program())
		o.must(err)
		return n, held
	}
	erase() // the first look at the clock
	o.pass(10 * 365 * 24 * time.Hour)
	if n, held := erase(); n != 0 || !held {
		t.Fatalf("after a jump of ten years: %d erased, held %v", n, held)
	}
	o.pass(-10 * 365 * 24 * time.Hour)
	if n, _ := erase(); n != 0 {
		t.Fatal("erased after jumping back")
	}
	days := 0
	for n := 0; n == 0; days++ {
		if days > 95 {
			t.Fatal("nothing was erased in 95 days")
		}
		for range 24 {
			o.pass(time.Hour)
			k, _ := erase()
			n += k
		}
	}
	if days < 89 {
		t.Errorf("erased after %d days, want 90", days)
	}
	r, err := o.ByTicket(o.ctx(), desk.Program(), closed.Ticket)
	o.must(err)
	if r.Tip.Text != "" || r.Tip.Erased.IsZero() {
		t.Error("the text is still there")
	}
	ts, err := o.TipsOf(o.ctx(), o.staff[desk.Checker], desk.TipFilter{Claim: used.ID})
	o.must(err)
	if len(ts) != 1 || ts[0].Text == "" {
		t.Error("the text of a tip that a check carries was erased")
	}
}
