package desk_test

import (
	"fmt"
	"testing"

	"soi/internal/desk"
)

// flood sends n different messages that matching takes to be one claim.
func (o *office) flood(n int) (desk.Claim, []desk.ID) {
	o.t.Helper()
	first := o.receive(o.tip("flood", "new", ""))
	ids := []desk.ID{first.Tip.ID}
	for i := range n - 1 {
		ids = append(ids, o.receive(o.tip(fmt.Sprint("flood ", i), "same", desk.ClaimKey(first.Claim.ID))).Tip.ID)
	}
	return first.Claim, ids
}

func TestWhatIsSetAsideIsNotCountedAndStillAnswered(t *testing.T) {
	o := newOffice(t)
	by := o.staff[desk.Checker]
	c, ids := o.flood(20)
	demand := func() desk.Demand {
		v, err := o.ClaimPage(o.ctx(), by, c.ID)
		o.must(err)
		return v.Demand
	}
	if demand().Tips != 20 {
		t.Fatal("not asked")
	}
	q, err := o.SetTipsAside(o.ctx(), by, ids, desk.AsideCampaign)
	o.must(err)
	if d := demand(); d.Tips != 0 || d.Askers != 0 || d.Aside != 20 {
		t.Errorf("demand %+v", d)
	}
	_, err = o.SetTipsAside(o.ctx(), by, ids, desk.AsideCampaign)
	o.want(err, desk.ErrState)
	views := func() [2]int {
		x, err := o.Queue(o.ctx(), by, desk.ViewOpen, "")
		o.must(err)
		return [2]int{x.Counts[desk.ViewOpen], x.Counts[desk.ViewAside]}
	}
	if got := views(); got != [2]int{0, 1} {
		t.Errorf("open and set aside: %v", got)
	}
	// Somebody else asks the same: the claim is in the queue again.
	o.receive(o.tip("flood", "new", ""))
	if got := views(); got != [2]int{1, 0} || demand().Tips != 1 {
		t.Errorf("after a new message: %v, %+v", got, demand())
	}
	// A check answers those set aside like everybody else.
	o.publish(c.ID, desk.RatingFalse)
	a, err := o.AsideList(o.ctx(), by, 10)
	o.must(err)
	if ts := a.Tips[q.ID]; len(ts) == 0 || ts[0].State != desk.TipAnswered || ts[0].Text == "" {
		t.Errorf("set aside: %+v", ts)
	}
	if a.Count != (desk.AsideCount{Aside: 20}) || len(a.Acts) != 1 || a.Acts[0].By != by.Staff || a.Acts[0].Reason != desk.AsideCampaign {
		t.Errorf("list %+v %+v", a.Count, a.Acts)
	}
	_, err = o.PutTipsBack(o.ctx(), by, q.ID, ids[:3])
	o.must(err)
	q, err = o.PutTipsBack(o.ctx(), by, q.ID, nil)
	o.must(err)
	if d := demand(); d.Tips != 21 || d.Aside != 0 || !q.Over() {
		t.Errorf("put back: %+v, %+v", d, q)
	}
	if n, err := o.AsideCounted(o.ctx()); err != nil || n != (desk.AsideCount{Aside: 20, Back: 20}) {
		t.Errorf("counted %+v, %v", n, err)
	}
	_, err = o.PutTipsBack(o.ctx(), by, q.ID, nil)
	o.want(err, desk.ErrState)
	_, err = o.PutTipsBack(o.ctx(), by, desk.NewID(), nil)
	o.want(err, desk.ErrNotFound)
}

func TestSettingAsideNeedsAReasonAndARight(t *testing.T) {
	o := newOffice(t)
	_, ids := o.flood(2)
	_, err := o.SetTipsAside(o.ctx(), o.staff[desk.Checker], ids, "because")
	o.want(err, desk.ErrInvalid)
	_, err = o.SetTipsAside(o.ctx(), o.staff[desk.Checker], nil, desk.AsideTest)
	o.want(err, desk.ErrInvalid)
	for _, r := range []desk.Role{desk.Contributor, desk.Admin, desk.Auditor} {
		_, err := o.SetTipsAside(o.ctx(), o.staff[r], ids, desk.AsideTest)
		o.want(err, desk.ErrForbidden)
	}
}
