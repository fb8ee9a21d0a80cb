package web

import "soi/internal/desk"

// sampleFigures has one row of each sort: a number, a time, too few, a band, a
// body by name.
func sampleFigures() desk.Figures {
	n := func(key string, n int64) desk.FigureRow {
		return desk.FigureRow{Key: key, Cells: []desk.Figure{{N: n}}}
	}
	return desk.Figures{From: testNow.AddDate(0, -1, 0), To: testNow, Made: testNow, Tables: []desk.FigureTable{
		{Key: desk.TableAsked, Columns: []string{desk.ColN}, Rows: []desk.FigureRow{n(desk.RowAll, 12345), {Key: "at-once", Cells: []desk.Figure{{Band: desk.BandFew}}}}},
		{Key: desk.TableRatings, Columns: []string{desk.ColN}, Rows: []desk.FigureRow{n("false", 3)}},
		{Key: desk.TableTimes, Columns: []string{desk.ColMedian, desk.ColP90, desk.ColN}, Rows: []desk.FigureRow{
			{Key: desk.RowAll, Cells: []desk.Figure{{N: 200, Time: true}, {N: 5000, Time: true}, {N: 9}}},
			{Key: "high", Cells: []desk.Figure{{Time: true, Few: true}, {Time: true, Few: true}, {N: 2}}}}},
		{Key: desk.TableBodies, Columns: []string{desk.ColAsked}, Rows: []desk.FigureRow{n(desk.RowAll, 2), {Key: "0123456789abcdefghjkmnpqrs", Names: desk.Say(desk.Note{Lang: "vi", Text: "Sở Y tế <b>"}), Cells: []desk.Figure{{N: 1}}}}},
	}}
}

// reportSamples are the pages of figures and reports.
func reportSamples(s *Site) map[string][]page {
	f := sampleFigures()
	row := func(st desk.ReportState) reportRow {
		r := reportRow{Report: desk.Report{ID: "0123456789abcdefghjkmnpqrs", Period: "2026-11", State: st, Step: 2, Steps: 7, Ends: testNow.AddDate(0, 0, 8)}, Name: "Month 11 of 2026", Path: "/desk/reports/2026-11"}
		if st == desk.ReportDone {
			r.Figures, r.Made, r.Desk, r.At = &f, testNow, "0123456789abcdefghjkmnpqrt", "Bàn Hà Nội"
			r.Path += "?at=0123456789abcdefghjkmnpqrt"
		}
		return r
	}
	sheet := s.ReportSheet("vi", desk.PeriodAt(desk.PeriodMonth, testNow, s.Config.Zone), desk.Branch{}, f)
	forms := []string{"html", "docx", "csv", "json"}
	list := []reportRow{row(desk.ReportWaiting), row(desk.ReportMaking), row(desk.ReportDone), row(desk.ReportFailed)}
	out := map[string][]page{
		"statistics":   {statisticsPage{Sheet: sheet, Days: 30, Over: []tab{{"30 ngày qua", 0, "/statistics?days=30", true}}}},
		"desk/reports": {reportsPage{Period: "2026-W47"}, reportsPage{List: list, Desks: []desk.Branch{{ID: desk.Home}, {ID: "0123456789abcdefghjkmnpqrt", Name: "Hà Nội"}}, Names: map[desk.ID]string{}, Problems: []string{"x"}}},
	}
	for i, r := range list {
		out["desk/report"] = append(out["desk/report"], reportPage{reportRow: r, Sheet: sheet, HasPDF: i%2 == 0, Forms: forms})
	}
	return out
}
