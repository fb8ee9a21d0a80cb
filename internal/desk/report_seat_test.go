package desk_test

import (
	"testing"

	"soi/internal/desk"
)

// TestReportsKeepToOnesDesk: whoever sits at a branch sees its reports and the
// total, and neither sees nor asks for, nor counts, what is another desk's.
func TestReportsKeepToOnesDesk(t *testing.T) {
	o := newOffice(t)
	o.publish(o.open().ID, desk.RatingFalse)
	admin := o.staff[desk.Admin]
	mine, err := o.SaveBranch(o.ctx(), admin, desk.Branch{Name: "Huyện A"})
	o.must(err)
	other, err := o.SaveBranch(o.ctx(), admin, desk.Branch{Name: "Huyện B"})
	o.must(err)
	st, err := o.Invite(o.ctx(), admin, "editor of A", "vi", desk.Seat{Desk: mine.ID, Role: desk.Editor})
	o.must(err)
	by := desk.As(st)
	p, err := desk.ParsePeriod("2026-11", hanoi())
	o.must(err)
	for _, at := range []desk.ID{"", desk.Home, mine.ID, other.ID} {
		_, err := o.AskReport(o.ctx(), admin, p, at)
		o.must(err)
	}
	rs, err := o.Reports(o.ctx(), by, desk.ReportFilter{})
	o.must(err)
	seen := map[desk.ID]bool{}
	for _, r := range rs {
		seen[r.Desk] = true
	}
	if len(rs) != 2 || !seen[""] || !seen[mine.ID] {
		t.Errorf("sees the reports of %v", seen)
	}
	for _, at := range []desk.ID{desk.Home, other.ID} {
		_, err := o.Report(o.ctx(), by, "2026-11", at)
		o.want(err, desk.ErrNotFound)
		_, err = o.ReportFile(o.ctx(), by, desk.Report{Period: "2026-11", Desk: at}, "vi")
		o.want(err, desk.ErrNotFound)
		_, err = o.AskReport(o.ctx(), by, p, at)
		o.want(err, desk.ErrNotFound)
		_, err = o.Figures(o.ctx(), by, desk.FigureSpan{From: p.From, To: p.To, Desk: at, Below: 10}, nil)
		o.want(err, desk.ErrNotFound)
	}
	_, err = o.Figures(o.ctx(), by, desk.FigureSpan{From: p.From, To: p.To, Desk: mine.ID, Below: 10}, nil)
	o.must(err)
}
