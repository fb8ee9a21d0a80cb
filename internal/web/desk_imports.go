package web

import (
	"strconv"
	"strings"
	"time"

	"soi/internal/claimreview"
	"soi/internal/desk"
)

// importRoutes is the table of the staff's pages about sources of other
// publishers' checks.
func (s *Site) importRoutes() []route {
	return []route{
		{pattern: "GET /desk/imports", audience: Staff, may: desk.MayRead, h: s.importList},
		{pattern: "POST /desk/imports", audience: Staff, may: desk.MayImport, body: bodySmall, keep: []string{"name", "url", "site", "query"}, h: s.saveImport},
		{pattern: "GET /desk/imports/{id}", audience: Staff, may: desk.MayRead, h: s.importRuns},
		{pattern: "POST /desk/imports/{id}", audience: Staff, may: desk.MayImport, body: bodySmall, keep: []string{"name"}, h: s.turnImport},
	}
}

// importsPage is the list of sources, with the form of a new one.
type importsPage struct {
	Used, Removed []desk.ImportSource
	May           bool
	Form          desk.ImportSource
	Problems      []string
}

// head implements page.
func (p importsPage) head(w *words) head {
	return head{Title: w.t("imports.title"), Section: "desk", Private: true}
}

// Kinds are the choices of the form.
func (p importsPage) Kinds() []desk.ImportKind { return desk.ImportKinds() }

// Hours is the interval of a source in hours.
func (p importsPage) Hours(s desk.ImportSource) int { return int(s.Every / time.Hour) }

// importList shows the sources.
func (s *Site) importList(v *visit) (answer, error) {
	return s.importsWith(v, importsPage{Form: desk.ImportSource{Kind: desk.ImportFeed, Every: 24 * time.Hour}}, nil)
}

// importsWith shows the sources with what a form left to say.
func (s *Site) importsWith(v *visit, p importsPage, err error) (answer, error) {
	status := 200
	if err != nil {
		if p.Problems = v.words.problems(err); len(p.Problems) == 0 {
			return answer{}, err
		}
		status = 422
	}
	all, _, err := s.Desk.ImportSources(v.Context(), v.actor(), "")
	if err != nil {
		return answer{}, err
	}
	p.May = v.actor().May(desk.MayImport)
	for _, x := range all {
		if x.Removed.IsZero() {
			p.Used = append(p.Used, x)
		} else {
			p.Removed = append(p.Removed, x)
		}
	}
	return show("desk/imports", p).as(status), nil
}

// hoursOf reads a number of hours; anything else is refused by the verb.
func hoursOf(s string) time.Duration {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 10_000 {
		return 0
	}
	return time.Duration(n) * time.Hour
}

// saveImport adds a source.
func (s *Site) saveImport(v *visit) (answer, error) {
	n := desk.ImportSource{Kind: desk.ImportKind(v.field("kind")), Name: v.field("name"), URL: v.field("url"), Site: v.field("site"), Query: v.field("query"),
		Lang: v.field("lang"), Every: hoursOf(v.field("hours"))}
	saved, err := s.Desk.SaveImportSource(v.Context(), v.actor(), n)
	if err != nil {
		return s.importsWith(v, importsPage{Form: n}, err)
	}
	return redirect(v.tongue.url("/desk/imports/" + string(saved.ID))), nil
}

// refusalRow is a reason for refusing checks, in a sentence.
type refusalRow struct {
	Says    string
	Lost    bool
	Count   int
	Samples []desk.ImportSample
}

// importRunRow is one run as the page shows it.
type importRunRow struct {
	desk.ImportRun
	Refusals []refusalRow
}

// importPage is one source with its runs.
type importPage struct {
	desk.ImportSource
	Runs     []importRunRow
	May      bool
	Problems []string
}

// head implements page.
func (p importPage) head(w *words) head {
	return head{Title: p.Name + " · " + w.t("imports.title"), Section: "desk", Private: true}
}

// Hours is the interval in hours.
func (p importPage) Hours() int { return int(p.Every / time.Hour) }

// importRuns shows a source with its runs.
func (s *Site) importRuns(v *visit) (answer, error) { return s.importWith(v, nil) }

// importWith shows a source with what a form left to say.
func (s *Site) importWith(v *visit, err error) (answer, error) {
	id, badID := v.id()
	if badID != nil {
		return answer{}, badID
	}
	p, status := importPage{May: v.actor().May(desk.MayImport)}, 200
	if err != nil {
		if p.Problems = v.words.problems(err); len(p.Problems) == 0 {
			return answer{}, err
		}
		status = 422
	}
	all, runs, err := s.Desk.ImportSources(v.Context(), v.actor(), id)
	if err != nil {
		return answer{}, err
	}
	for _, x := range all {
		if x.ID == id {
			p.ImportSource = x
		}
	}
	if p.ID == "" {
		return answer{}, desk.ErrNotFound
	}
	for _, r := range runs {
		row := importRunRow{ImportRun: r}
		for _, x := range r.Refused {
			row.Refusals = append(row.Refusals, refusalRow{v.words.refusal(x), x.Lost, x.Count, x.Samples})
		}
		p.Runs = append(p.Runs, row)
	}
	return show("desk/import", p).as(status), nil
}

// refusal is the reason of a refusal as a sentence: the reader of formats has
// its own, the readers of sources have theirs in the catalogue.
func (w *words) refusal(r desk.ImportRefusal) string {
	if key := "refusal." + r.Kind; w.keys[key] {
		return w.t(key)
	}
	detail := ""
	if len(r.Samples) > 0 {
		detail = strings.TrimSpace(r.Samples[0].Detail)
	}
	return claimreview.Problem{Kind: claimreview.Kind(r.Kind), Detail: detail}.Sentence(w.lang)
}

// turnImport changes a source, pauses it, resumes it, runs it now or takes it
// out of use.
func (s *Site) turnImport(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	if v.field("do") == "save" {
		all, _, err := s.Desk.ImportSources(v.Context(), v.actor(), "")
		if err != nil {
			return answer{}, err
		}
		for _, x := range all {
			if x.ID == id {
				x.Name, x.Every = v.field("name"), hoursOf(v.field("hours"))
				if _, err := s.Desk.SaveImportSource(v.Context(), v.actor(), x); err != nil {
					return s.importWith(v, err)
				}
			}
		}
	} else if err := s.Desk.TurnImportSource(v.Context(), v.actor(), id, desk.ImportTurn(v.field("do"))); err != nil {
		return s.importWith(v, err)
	}
	if desk.ImportTurn(v.field("do")) == desk.ImportRemove {
		return redirect(v.tongue.url("/desk/imports")), nil
	}
	return redirect(v.tongue.url("/desk/imports/" + string(id))), nil
}
