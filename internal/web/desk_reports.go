package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"soi/internal/desk"
	"soi/internal/report"
)

// reportRoutes is the table of the staff's reports.
func (s *Site) reportRoutes() []route {
	return []route{
		{pattern: "GET /desk/reports", audience: Staff, may: desk.MayRead, h: s.reports},
		{pattern: "POST /desk/reports", audience: Staff, may: desk.MayRead, body: bodySmall, keep: []string{"period"}, h: s.askReport},
		{pattern: "GET /desk/reports/{period}", audience: Staff, may: desk.MayRead, h: s.report},
		{pattern: "GET /desk/reports/{period}/{form}", audience: Staff, may: desk.MayRead, h: s.reportFile},
	}
}

// reportRow is a report in a list.
type reportRow struct {
	desk.Report
	Name string // of its period
	At   string // name of its desk; "" for all together
	Path string
}

// reportsPage lists periods and their reports.
type reportsPage struct {
	List     []reportRow
	Desks    []desk.Branch
	Names    map[desk.ID]string
	Now      []deskPeriod // the periods that go on
	Period   string       // what was typed
	Desk     desk.ID
	Problems []string
}

// deskPeriod is a period with its name in words.
type deskPeriod struct {
	Word string // its name in addresses
	Name string
}

// head implements page.
func (reportsPage) head(w *words) head {
	return head{Title: w.t("reports.title"), Section: "desk", Private: true}
}

// reports answers GET /desk/reports.
func (s *Site) reports(v *visit) (answer, error) {
	p, err := s.reportsPage(v)
	return show("desk/reports", p), err
}

// reportsPage reads everything the list shows.
func (s *Site) reportsPage(v *visit) (p reportsPage, err error) {
	rs, err := s.Desk.Reports(v.Context(), v.actor(), desk.ReportFilter{})
	if err != nil {
		return p, err
	}
	if p.Desks, err = s.Desk.Branches(v.Context()); err != nil {
		return p, err
	}
	p.Names = v.words.deskNames(p.Desks)
	for _, r := range rs {
		p.List = append(p.List, s.reportRow(v, r, p.Names))
	}
	for _, k := range desk.PeriodKinds() {
		at := desk.PeriodAt(k, s.Desk.Now(), s.Config.Zone)
		p.Now = append(p.Now, deskPeriod{at.Name, v.words.period(at)})
	}
	p.Period = p.Now[0].Word
	return p, nil
}

// reportRow puts a report's period and desk into words.
func (s *Site) reportRow(v *visit, r desk.Report, names map[desk.ID]string) reportRow {
	row := reportRow{Report: r, Name: r.Period, Path: "/desk/reports/" + r.Period}
	if p, err := desk.ParsePeriod(r.Period, s.Config.Zone); err == nil {
		row.Name = v.words.period(p)
	}
	if r.Desk != "" {
		row.At = names[r.Desk]
		row.Path += "?at=" + string(r.Desk)
	}
	return row
}

// askReport answers POST /desk/reports.
func (s *Site) askReport(v *visit) (answer, error) {
	typed := strings.ToUpper(v.field("period"))
	p, err := desk.ParsePeriod(typed, s.Config.Zone)
	var r desk.Report
	if err == nil {
		r, err = s.Desk.AskReport(v.Context(), v.actor(), p, desk.ID(v.field("at")))
	}
	if errors.Is(err, desk.ErrInvalid) {
		back, err2 := s.reportsPage(v)
		back.Period, back.Desk, back.Problems = v.field("period"), desk.ID(v.field("at")), []string{v.words.t("reports.period.help")}
		return show("desk/reports", back).as(422), err2
	}
	if err != nil {
		return answer{}, err
	}
	return redirect(v.url(s.reportRow(v, r, nil).Path)), nil
}

// reportPage shows one report.
type reportPage struct {
	reportRow
	Sheet  report.Sheet
	HasPDF bool
	Forms  []string
}

// head implements page.
func (p reportPage) head(w *words) head {
	return head{Title: w.t("figures.report", "Period", p.Name), Section: "desk", Private: true}
}

// Download is the path of the report in a form.
func (p reportPage) Download(form string) string {
	path, query, asks := strings.Cut(p.Path, "?")
	path += "/report." + form
	if asks {
		path += "?" + query
	}
	return path
}

// reportAt reads the report in the address, with the desk it is about.
func (s *Site) reportAt(v *visit) (r desk.Report, p desk.Period, at desk.Branch, err error) {
	if p, err = desk.ParsePeriod(v.PathValue("period"), s.Config.Zone); err != nil {
		return r, p, at, desk.ErrNotFound
	}
	at.ID = desk.ID(v.query("at"))
	if at.ID != "" && !at.ID.Valid() {
		return r, p, at, desk.ErrNotFound
	}
	if r, err = s.Desk.Report(v.Context(), v.actor(), p.Name, at.ID); err != nil || at.ID == "" {
		return r, p, at, err
	}
	all, err := s.Desk.Branches(v.Context())
	if i := slices.IndexFunc(all, func(b desk.Branch) bool { return b.ID == at.ID }); i >= 0 {
		at = all[i]
	}
	return r, p, at, err
}

// report answers GET /desk/reports/{period}.
func (s *Site) report(v *visit) (answer, error) {
	r, p, at, err := s.reportAt(v)
	if err != nil {
		return answer{}, err
	}
	out := reportPage{reportRow: s.reportRow(v, r, map[desk.ID]string{at.ID: v.words.deskName(at)}), Forms: []string{"html", "docx", "csv", "json"}}
	if r.Figures == nil {
		return show("desk/report", out), nil
	}
	out.Sheet = s.ReportSheet(v.lang, p, at, *r.Figures)
	_, err = s.Desk.ReportFile(v.Context(), v.actor(), r, v.writes())
	if out.HasPDF = err == nil; err != nil && !errors.Is(err, desk.ErrNotFound) {
		return answer{}, err
	}
	return show("desk/report", out), nil
}

// reportFile answers GET /desk/reports/{period}/{form} with a file.
func (s *Site) reportFile(v *visit) (answer, error) {
	r, p, at, err := s.reportAt(v)
	if err == nil && r.Figures == nil {
		err = desk.ErrNotFound
	}
	if err != nil {
		return answer{}, err
	}
	form, ok := strings.CutPrefix(v.PathValue("form"), "report.")
	if !ok {
		return answer{}, desk.ErrNotFound
	}
	var b []byte
	if form == "pdf" {
		b, err = s.Desk.ReportFile(v.Context(), v.actor(), r, v.writes())
	} else {
		b, err = s.WriteReport(form, s.ReportSheet(v.lang, p, at, *r.Figures), *r.Figures)
	}
	if err != nil {
		return answer{}, err
	}
	return raw(reportForms()[form], b).also("Content-Disposition", `attachment; filename="soi-`+p.Name+"."+form+`"`), nil
}

// reportForms maps the forms of a report to their media types.
func reportForms() map[string]string {
	return map[string]string{"html": "text/html; charset=utf-8", "csv": "text/csv; charset=utf-8", "json": "application/json", "pdf": "application/pdf",
		"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
}

// WriteReport writes a report as html, csv, docx or json; ErrNotFound for any
// other form.
func (*Site) WriteReport(form string, sheet report.Sheet, f desk.Figures) (_ []byte, err error) {
	var b bytes.Buffer
	switch form {
	case "html":
		err = report.HTML(&b, sheet)
	case "csv":
		err = report.CSV(&b, sheet)
	case "docx":
		err = report.DOCX(&b, sheet)
	case "json":
		enc := json.NewEncoder(&b)
		enc.SetIndent("", " ")
		err = enc.Encode(f)
	default:
		err = desk.ErrNotFound
	}
	return b.Bytes(), err
}
