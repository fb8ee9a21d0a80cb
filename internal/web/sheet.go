package web

import (
	"cmp"
	"strconv"
	"strings"

	"soi/internal/desk"
	"soi/internal/report"
)

// Sheet puts figures into the words of a language. title says what they are
// of; at names the desk they are about, "" for all together.
func (s *Site) Sheet(lang, title, at string, f desk.Figures) report.Sheet {
	w := s.books[lang]
	if w == nil {
		lang = written()[0]
		w = s.books[lang]
	}
	out := report.Sheet{Lang: lang, Desk: s.Config.Name, Title: title, Lead: w.t("figures.lead"), Facts: []report.Fact{
		{Name: w.t("figures.from"), Value: w.moment(f.From)}, {Name: w.t("figures.to"), Value: w.moment(f.To)}, {Name: w.t("figures.made"), Value: w.moment(f.Made)}},
		Closes: []string{w.t("figures.close.few"), w.t("figures.close.reach"), w.t("figures.close.moved")}}
	if at != "" {
		out.Facts = append(out.Facts, report.Fact{Name: w.t("figures.desk"), Value: at})
	}
	for _, t := range f.Tables {
		out.Parts = append(out.Parts, w.part(t))
	}
	return out
}

// ReportSheet puts the figures of a report into words.
func (s *Site) ReportSheet(lang string, p desk.Period, at desk.Branch, f desk.Figures) report.Sheet {
	w := s.books[lang]
	if w == nil {
		w = s.books[written()[0]]
	}
	name := ""
	if at.ID != "" {
		name = w.deskName(at)
	}
	return s.Sheet(lang, w.t("figures.report", "Period", w.period(p)), name, f)
}

// period names a period.
func (w *words) period(p desk.Period) string {
	year, n, _ := strings.Cut(p.Name, "-")
	return w.t("period."+string(p.Kind), "Year", year, "N", strings.TrimLeft(n, "WQH0"))
}

// part puts one table into words.
func (w *words) part(t desk.FigureTable) report.Part {
	p := report.Part{Key: t.Key, Title: w.t("figures." + t.Key), Help: w.t("figures." + t.Key + ".help"), Row: w.t("figures.row"), Keys: t.Columns,
		Chart: t.Columns[0] == desk.ColN}
	for _, c := range t.Columns {
		p.Columns = append(p.Columns, w.t("figures.col."+c))
	}
	for _, r := range t.Rows {
		row := report.Row{Key: r.Key, Name: w.figureRow(t.Key, r)}
		for _, c := range r.Cells {
			row.Cells = append(row.Cells, w.figure(c))
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

// figureRow names a row of a table.
func (w *words) figureRow(table string, r desk.FigureRow) string {
	if len(r.Names) > 0 {
		return cmp.Or(r.Names.In(w.lang), r.Key)
	}
	key := "figures." + table + "." + r.Key
	switch {
	case table == desk.TableRatings:
		return markOf(w, desk.Rating(r.Key)).Word
	case table == desk.TableCorrections:
		key = "reason." + r.Key
	case table == desk.TableRulings:
		key = "outcome." + r.Key
	case table == desk.TableAppeals && r.Key != desk.RowAll && r.Key != "open":
		key = "appeal-kind." + r.Key
	case table == desk.TableOpenHarm, table == desk.TableTimes && r.Key != desk.RowAll:
		key = "figures.harm." + r.Key
	case table == desk.TableOpenTopic && r.Key != "unset":
		key = "topic." + r.Key
	}
	return w.t(key)
}

// figure writes a number.
func (w *words) figure(c desk.Figure) report.Cell {
	switch {
	case c.Band != "":
		return report.Cell{Text: w.t("figures.band")}
	case c.Few:
		return report.Cell{Text: w.t("figures.few")}
	case c.Time:
		return report.Cell{Text: w.span(c.N), Number: strconv.FormatInt(c.N, 10), N: c.N}
	}
	return report.Cell{Text: w.number(int(c.N)), Number: strconv.FormatInt(c.N, 10), N: c.N}
}

// span writes minutes as a person says them.
func (w *words) span(minutes int64) string {
	h := minutes / 60
	switch {
	case h == 0:
		return w.t("figures.minutes", "N", minutes)
	case h < 48:
		return w.t("figures.hours", "H", h, "N", minutes%60)
	}
	return w.t("figures.days", "D", h/24, "H", h%24)
}
