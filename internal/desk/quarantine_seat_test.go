package desk_test

import (
	"testing"

	"soi/internal/desk"
)

// TestSettingAsideKeepsToOnesDesk: whoever sits at another desk sets no message
// of this one aside, puts none back, and sees none of its bursts.
func TestSettingAsideKeepsToOnesDesk(t *testing.T) {
	o := newOffice(t)
	c, ids := o.flood(5)
	there, err := o.SaveBranch(o.ctx(), o.staff[desk.Admin], desk.Branch{Name: "Huyện A"})
	o.must(err)
	st, err := o.Invite(o.ctx(), o.staff[desk.Admin], "checker of A", "vi", desk.Seat{Desk: there.ID, Role: desk.Checker})
	o.must(err)
	by := desk.As(st)
	_, err = o.SetTipsAside(o.ctx(), by, ids, desk.AsideCampaign)
	o.want(err, desk.ErrState)
	got, err := o.DoBulk(o.ctx(), by, desk.BulkDo{Kind: desk.BulkClose, Items: chosen(c)})
	o.must(err)
	if got.Items[0].Outcome != desk.BulkGone {
		t.Errorf("a claim of another desk is %s", got.Items[0].Outcome)
	}
	if ms, err := o.TipMarks(o.ctx(), by); err != nil || len(ms) != 0 {
		t.Errorf("%d tips of another desk, %v", len(ms), err)
	}
	q, err := o.SetTipsAside(o.ctx(), o.staff[desk.Checker], ids, desk.AsideCampaign)
	o.must(err)
	_, err = o.PutTipsBack(o.ctx(), by, q.ID, nil)
	o.want(err, desk.ErrState)
	a, err := o.AsideList(o.ctx(), by, 10)
	o.must(err)
	if len(a.Tips[q.ID]) != 0 {
		t.Error("the words of messages of another desk are shown")
	}
}
