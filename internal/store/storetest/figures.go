package storetest

import (
	"context"
	"testing"
	"time"

	"soi/internal/desk"
)

// figureRows is what a store promises of counting.
func figureRows(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	span := desk.FigureSpan{From: noon, To: noon.Add(24 * time.Hour), Below: 10, FirstDay: "2026-11-22", LastDay: "2026-11-22"}
	here, there := desk.Claim{ID: desk.NewID(), State: desk.ClaimOpen, Harm: desk.HarmHigh, Topic: "scam", LogIndex: -1, Opened: noon.Add(-25 * time.Hour)}, desk.NewID()
	write(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.SetClaim(ctx, here); err != nil {
			return err
		}
		other := here
		other.ID, other.Harm = there, desk.HarmUnset
		if err := tx.SetClaim(ctx, other); err != nil {
			return err
		}
		branch := desk.NewID()
		span.Desk = branch
		if err := tx.SetBranch(ctx, desk.Branch{ID: branch, Name: "A", Created: noon}); err != nil {
			return err
		}
		if err := tx.SetDeskOf(ctx, there, branch); err != nil {
			return err
		}
		for i, at := range []time.Time{noon.Add(-time.Millisecond), noon, noon.Add(time.Hour), noon.Add(24 * time.Hour)} {
			for _, c := range []desk.ID{here.ID, there}[:1+i%2] {
				if _, err := tx.Append(ctx, desk.Event{At: at, Kind: desk.EvClaimClosed, Claim: c, Data: map[string]string{"a": "b"}}); err != nil {
					return err
				}
			}
		}
		for _, r := range []desk.Reach{{Day: "2026-11-21", Kind: desk.ReachPage, About: there, N: 1}, {Day: "2026-11-22", Kind: desk.ReachPage, About: there, N: 2}, {Day: "2026-11-22", Kind: desk.ReachPage, About: here.ID, N: 4}, {Day: "2026-11-22", Kind: desk.ReachFeed, About: "", N: 8}, {Day: "2026-11-22", Kind: desk.ReachPage, About: there, N: 16}} {
			if err := tx.AddReach(ctx, r); err != nil {
				return err
			}
		}
		return tx.AddHelped(ctx, desk.Helped{Verdict: there, Day: "2026-11-22", Yes: 3, No: 1})
	})
	for _, c := range []struct {
		what   string
		desk   desk.ID
		events int
		open   []desk.OpenCount
		page   int
		feed   int
		yes    int
	}{
		{"all desks", "", 3, []desk.OpenCount{{Harm: "", Topic: "scam", Days: 1, N: 1}, {Harm: "high", Topic: "scam", Days: 1, N: 1}}, 22, 8, 3},
		{"one desk", span.Desk, 1, []desk.OpenCount{{Harm: "", Topic: "scam", Days: 1, N: 1}}, 18, 0, 3},
		{"the first desk", desk.Home, 2, []desk.OpenCount{{Harm: "high", Topic: "scam", Days: 1, N: 1}}, 4, 0, 0},
	} {
		at := span
		at.Desk = c.desk
		read(t, s, func(ctx context.Context, tx desk.Tx) error {
			es, err := tx.CountEvents(ctx, at, []desk.EventKind{desk.EvClaimClosed, desk.EvClaimMerged})
			if err != nil {
				return err
			}
			same(t, c.what+": events", []desk.EventCount{{Kind: desk.EvClaimClosed, Data: map[string]string{"a": "b"}, N: c.events}}, es)
			open, err := tx.CountOpen(ctx, at, noon)
			if err != nil {
				return err
			}
			same(t, c.what+": open", c.open, open)
			r, err := tx.CountReached(ctx, at)
			if err != nil {
				return err
			}
			same(t, c.what+": reach", [3]int{c.page, c.feed, c.yes}, [3]int{r.Read[desk.ReachPage], r.Read[desk.ReachFeed], r.Yes})
			return emptyCounts(ctx, t, tx, at)
		})
	}
}

// emptyCounts asks what no row answers: every question must be understood.
func emptyCounts(ctx context.Context, t *testing.T, tx desk.Tx, s desk.FigureSpan) error {
	n, err := tx.AnsweredByPeople(ctx, s)
	if err != nil {
		return err
	}
	rs, err := tx.CountRevisions(ctx, s)
	if err != nil {
		return err
	}
	all, followed, err := tx.CountEmergencies(ctx, s)
	if err != nil {
		return err
	}
	ps, err := tx.FirstPublications(ctx, s)
	if err != nil {
		return err
	}
	qs, err := tx.RequestCounts(ctx, s)
	if err != nil {
		return err
	}
	a, err := tx.CountAppeals(ctx, s)
	same(t, "nothing else", [8]int{}, [8]int{n, len(rs), all, followed, len(ps), len(qs), len(a.Kinds) + len(a.Outcomes), a.Open})
	return err
}

// reportRows is what a store promises of kept reports.
func reportRows(t *testing.T, open func(*testing.T) Store) {
	s := open(t)
	r := desk.Report{ID: desk.NewID(), Period: "2026-W47", State: desk.ReportWaiting, Steps: 7, Asked: noon, Changed: noon, Ends: noon}
	put := func(r desk.Report) {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetReport(ctx, r) })
	}
	list := func(f desk.ReportFilter) []desk.Report {
		return get(t, s, func(ctx context.Context, tx desk.Tx) ([]desk.Report, error) { return tx.Reports(ctx, f) })
	}
	put(r)
	same(t, "as it was put", []desk.Report{r}, list(desk.ReportFilter{Desks: []desk.ID{""}}))
	twice := r
	twice.ID = desk.NewID()
	refuse(t, s, desk.ErrDuplicate, func(ctx context.Context, tx desk.Tx) error { return tx.SetReport(ctx, twice) })
	twice.Desk, twice.Ends = desk.Home, noon.Add(-time.Hour)
	put(twice)
	r.State, r.Step, r.Made = desk.ReportDone, 7, noon
	r.Figures = &desk.Figures{From: noon, To: noon, Made: noon, Tables: []desk.FigureTable{{Key: "bodies", Columns: []string{"n"},
		Rows: []desk.FigureRow{{Key: "x", Names: desk.Say(desk.Note{Lang: "vi", Text: "Sở Y tế"}), Cells: []desk.Figure{{N: 1 << 40, Time: true}}}}}}}
	put(r)
	same(t, "made", []desk.Report{r, twice}, list(desk.ReportFilter{}))
	same(t, "waiting", []desk.Report{twice}, list(desk.ReportFilter{State: desk.ReportWaiting, Period: "2026-W47"}))
	for _, b := range [][]byte{[]byte("%PDF-1"), []byte("%PDF-2")} {
		write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetReportFile(ctx, r.ID, "vi", b) })
	}
	same(t, "printed", []byte("%PDF-2"), get(t, s, func(ctx context.Context, tx desk.Tx) ([]byte, error) { return tx.ReportFile(ctx, r.ID, "vi") }))
	write(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetReportFile(ctx, r.ID, "vi", nil) })
	read(t, s, func(ctx context.Context, tx desk.Tx) error {
		_, err := tx.ReportFile(ctx, r.ID, "vi")
		same(t, "no printed form", true, err != nil)
		return nil
	})
}
