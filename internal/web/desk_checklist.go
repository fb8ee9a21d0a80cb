package web

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"soi/internal/desk"
)

// checklistRoutes are the steps of a claim, its due time, and the lists.
func (s *Site) checklistRoutes() []route {
	return []route{
		{pattern: "POST /desk/claims/{id}/tick", audience: Staff, may: desk.MayCite, body: bodySmall, keep: []string{"why"}, h: s.tickStep},
		{pattern: "POST /desk/claims/{id}/due", audience: Staff, may: desk.MayAssess, body: bodySmall, keep: []string{"why"}, h: s.setDue},
		{pattern: "GET /desk/checklists", audience: Staff, may: desk.MayRead, h: s.checklists},
		{pattern: "GET /desk/checklists/{id}", audience: Staff, may: desk.MayRead, h: s.checklist},
		{pattern: "POST /desk/checklists/{id}", audience: Staff, may: desk.MayReview, body: bodyForm, h: s.setChecklist},
	}
}

// claimSteps is what a claim's page shows of the work on it: steps and due
// time.
type claimSteps struct {
	Lists    []stepList
	Open     int      // steps nobody has done
	All      int      // steps
	More     []string // lists that can be put there
	Due      desk.Due
	When     string // when it is due, in words
	DueDay   string // fields of the form
	DueClock string
	Why      string
	Problems []string
	May      bool // tick
	Set      bool // set the due time
}

// stepList is one checklist of a claim.
type stepList struct {
	desk.ListOfClaim
	Steps []claimStep
	Left  int
}

// claimStep is one step with who did it.
type claimStep struct {
	desk.StepRow
	Who  string
	Text string
}

// claimSteps reads them.
func (s *Site) claimSteps(v *visit, view desk.ClaimView) (claimSteps, error) {
	a := v.actor()
	out := claimSteps{May: a.May(desk.MayCite), Set: a.May(desk.MayAssess) && view.Claim.State == desk.ClaimOpen}
	picture := slices.ContainsFunc(view.Media, func(m desk.Media) bool { return m.Kind == desk.MediaPicture || m.Kind == desk.MediaVideo })
	ls, err := s.Desk.ClaimLists(v.Context(), a, view.Claim, picture)
	if err != nil {
		return out, err
	}
	out.Open, out.All = desk.OpenSteps(ls)
	names, there := namesOf(view.Staff), map[string]bool{}
	for _, l := range ls {
		there[l.List] = true
		one := stepList{ListOfClaim: l}
		for _, r := range l.Rows {
			if r.Tick.State == desk.TickOpen {
				one.Left++
			}
			one.Steps = append(one.Steps, claimStep{r, names[r.Tick.By], r.Step.In(v.lang)})
		}
		out.Lists = append(out.Lists, one)
	}
	for _, l := range desk.Lists() {
		if !there[l] {
			out.More = append(out.More, l)
		}
	}
	if out.Due, err = s.Desk.DueOfClaim(v.Context(), a, view.Claim, view.Demand); err != nil {
		return out, err
	}
	out.When = v.words.dueIn(out.Due)
	if !out.Due.At.IsZero() {
		local := out.Due.At.In(s.Config.Zone)
		out.DueDay, out.DueClock = local.Format("2006-01-02"), local.Format("15:04")
	}
	return out, nil
}

// tickStep says how a step of the checklist stands.
func (s *Site) tickStep(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	step, state := v.field("step"), desk.TickState(v.field("state"))
	err = s.Desk.SetTick(v.Context(), v.actor(), id, step, state, v.field("why"))
	if err == nil {
		return v.toClaim(id, "#steps"), nil
	}
	return s.stepsRefused(v, err)
}

// stepsRefused shows the claim again with what is to be put right.
func (s *Site) stepsRefused(v *visit, err error) (answer, error) {
	ps := v.words.problems(err)
	if len(ps) == 0 {
		return answer{}, err
	}
	p, err := s.claimPage(v)
	if err != nil {
		return answer{}, err
	}
	p.Steps.Problems, p.Steps.Why = ps, v.field("why")
	if day := v.field("day"); day != "" {
		p.Steps.DueDay, p.Steps.DueClock = day, v.field("clock")
	}
	return show("desk/claim", p).as(422), nil
}

// setDue sets when the claim is due, or goes back to the table.
func (s *Site) setDue(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	var at time.Time
	if v.field("do") != "table" {
		if at, err = time.ParseInLocation("2006-01-02 15:04", v.field("day")+" "+cmp.Or(v.field("clock"), "17:00"), s.Config.Zone); err != nil {
			return s.stepsRefused(v, &desk.Invalid{Problems: []desk.Problem{desk.BadDue}})
		}
	}
	if err := s.Desk.SetDue(v.Context(), v.actor(), id, at, v.field("why")); err != nil {
		return s.stepsRefused(v, err)
	}
	return v.toClaim(id, "#due"), nil
}

// checklistsPage names the lists.
type checklistsPage struct{ Lists []desk.Checklist }

// head implements page.
func (p checklistsPage) head(w *words) head {
	return head{Title: w.t("checklists.title"), Section: "desk", Private: true}
}

// checklists shows them.
func (s *Site) checklists(v *visit) (answer, error) {
	all, err := s.Desk.Checklists(v.Context(), v.actor())
	var p checklistsPage
	for _, l := range desk.Lists() {
		p.Lists = append(p.Lists, all[l])
	}
	return show("desk/checklists", p), err
}

// checklistPage is one list with its history, and the form for editors.
type checklistPage struct {
	List     string
	Version  int64
	Steps    []desk.Step // of the form: with empty rows at the end
	History  []listVersion
	May      bool
	Problems []string
}

// listVersion is an earlier state of a list.
type listVersion struct {
	desk.Checklist
	Who string
}

// head implements page.
func (p checklistPage) head(w *words) head {
	return head{Title: w.t("list." + p.List), Section: "desk", Private: true}
}

// newSteps is how many empty rows the form has.
const newSteps = 3

// checklist shows one list.
func (s *Site) checklist(v *visit) (answer, error) {
	p, err := s.checklistPage(v)
	return show("desk/checklist", p), err
}

// checklistPage reads one list.
func (s *Site) checklistPage(v *visit) (checklistPage, error) {
	list := v.PathValue("id")
	h, err := s.Desk.ListHistory(v.Context(), v.actor(), list)
	if err != nil {
		return checklistPage{}, err
	}
	staff, err := s.Desk.StaffList(v.Context(), v.actor())
	p := checklistPage{List: list, Version: h[0].Version, Steps: append(slices.Clone(h[0].Steps), make([]desk.Step, newSteps)...), May: v.actor().May(desk.MayReview)}
	names := namesOf(staff)
	for _, l := range h {
		p.History = append(p.History, listVersion{l, names[l.By]})
	}
	return p, err
}

// setChecklist makes a new version of a list. When somebody else was faster,
// the form keeps what was typed and their list stands in the history below.
func (s *Site) setChecklist(v *visit) (answer, error) {
	version, err := v.version()
	if err != nil {
		return answer{}, err
	}
	list, typed := v.PathValue("id"), []desk.Step{}
	for i := range v.PostForm["key"] {
		at := func(name string) string {
			if xs := v.PostForm[name]; i < len(xs) {
				return xs[i]
			}
			return ""
		}
		typed = append(typed, desk.Step{Key: at("key"), Vi: at("vi"), En: at("en")})
	}
	err = s.Desk.SetChecklist(v.Context(), v.actor(), list, version, typed)
	if err == nil {
		return redirect(v.tongue.url("/desk/checklists/" + list)), nil
	}
	p, readErr := s.checklistPage(v)
	if readErr != nil {
		return answer{}, readErr
	}
	if p.Problems = v.words.problems(err); len(p.Problems) > 0 {
		p.Steps = typed
		return show("desk/checklist", p).as(422), nil
	}
	if version == p.Version {
		return answer{}, err
	}
	p.Steps, p.Problems = typed, []string{v.words.t("checklists.conflict", "Version", strconv.FormatInt(p.Version, 10))}
	return show("desk/checklist", p).as(409), nil
}
