package web

import (
	"net/url"
	"slices"
	"strconv"

	"soi/internal/desk"
)

// viewRoutes are the pages of saved views.
func (s *Site) viewRoutes() []route {
	return []route{
		{pattern: "GET /desk/views", audience: Staff, may: desk.MayRead, h: s.views},
		{pattern: "POST /desk/views", audience: Staff, may: desk.MayRead, body: bodySmall, keep: []string{"name"}, h: s.saveView},
		{pattern: "POST /desk/views/{id}", audience: Staff, may: desk.MayRead, body: bodySmall, keep: []string{"name"}, h: s.changeView},
	}
}

// filterForm is the form that narrows the queue, and what narrows it now.
type filterForm struct {
	desk.QueueFilter
	Query string   // the filter as the address has it
	Said  []string // what narrows the list, in words
	Clear string   // address without any of it
	Wide  bool     // the person may save views for the desk
}

// Lists the form offers.
func (f filterForm) Harms() []desk.Harm         { return desk.Harms() }
func (f filterForm) Kinds() []string            { return desk.HarmKinds() }
func (f filterForm) Langs() []string            { return written() }
func (f filterForm) Orders() []desk.QueueOrder  { return desk.QueueOrders() }
func (f filterForm) DueStates() []desk.DueState { return []desk.DueState{desk.DueOver, desk.DueSoon} }
func (f filterForm) Owners() []desk.Whose       { return []desk.Whose{desk.WhoseMine, desk.WhoseFree} }

// filterForm says what narrows the list.
func (s *Site) filterForm(v *visit, f desk.QueueFilter) filterForm {
	return filterForm{QueueFilter: f, Query: f.Values().Encode(), Said: v.words.filterSaid(f), Wide: v.actor().May(desk.MayAssess),
		Clear: v.with("harm", "", "kind", "", "lang", "", "who", "", "due", "", "q", "", "topic", "", "done", "")}
}

// filterSaid names each part of a filter that narrows.
func (w *words) filterSaid(f desk.QueueFilter) []string {
	var out []string
	add := func(is bool, text string) {
		if is {
			out = append(out, text)
		}
	}
	add(f.Topic != "", w.t("topic."+f.Topic))
	add(f.Harm != "", w.t("filter.harm")+": "+w.t("harm."+string(f.Harm)))
	add(f.Unjudged, w.t("filter.harm")+": "+w.t("harm.unset"))
	add(f.Kind != "", w.t("harm-kind."+f.Kind))
	add(f.Lang != "", w.langName(f.Lang))
	add(f.Whose != "", w.t("filter.who."+string(f.Whose)))
	add(f.Due != "", w.t("filter.due."+string(f.Due)))
	add(f.Words != "", "“"+f.Words+"”")
	return out
}

// orderOf says how the list is ordered.
func (w *words) orderOf(f desk.QueueFilter) string {
	switch {
	case f.Order != desk.OrderRank:
		return w.t("order.said." + string(f.Order))
	case f.View == desk.ViewDone || f.View == desk.ViewClosed:
		return w.t("desk.queue.order-changed")
	}
	return w.t("desk.queue.order-rank")
}

// dueIn says when a claim is due and why; "" for never.
func (w *words) dueIn(u desk.Due) string {
	if u.At.IsZero() {
		return ""
	}
	why := w.t("due.by-harm."+harmKey(u.Harm), "Hours", w.number(desk.DueHours))
	if u.Set {
		why = u.Why
	}
	return w.t("due."+string(u.State), "When", w.when(u.At), "Why", why)
}

// harmKey is the catalogue key of a harm.
func harmKey(h desk.Harm) string {
	if h == desk.HarmUnset {
		return "unset"
	}
	return string(h)
}

// savedTabs are the person's saved views; the one whose filter stands in the
// address is the current one.
func (s *Site) savedTabs(v *visit, f desk.QueueFilter) ([]tab, error) {
	vs, err := s.Desk.SavedViews(v.Context(), v.actor())
	var out []tab
	for _, x := range vs {
		q := x.Filter().Values().Encode()
		out = append(out, tab{Word: x.Name, URL: v.tongue.url("/desk") + "?" + q, Current: q == f.Values().Encode()})
	}
	return out, err
}

// viewsPage is the list of saved views, to rename, move and remove.
type viewsPage struct {
	Views    []viewRow
	Query    string // the filter of the queue the person came from
	Said     []string
	Name     string
	Wide     bool
	Removed  desk.ID // just removed: can be put back
	Problems []string
}

// viewRow is one saved view.
type viewRow struct {
	desk.SavedView
	URL    string
	Said   []string // what it narrows to
	Order  string
	Number int // the key that opens it; 0 for those after the ninth
	May    bool
}

// head implements page.
func (p viewsPage) head(w *words) head {
	return head{Title: w.t("views.title"), Section: "desk", Private: true}
}

// views shows them.
func (s *Site) views(v *visit) (answer, error) {
	p, err := s.viewsPage(v, v.query("of"))
	p.Removed = desk.ID(v.query("removed"))
	if !p.Removed.Valid() {
		p.Removed = ""
	}
	return show("desk/views", p), err
}

// viewsPage reads them; query is a filter that can be saved.
func (s *Site) viewsPage(v *visit, query string) (viewsPage, error) {
	q, _ := url.ParseQuery(query) // a broken filter restricts nothing
	f := desk.FilterOf(q)
	p := viewsPage{Query: f.Values().Encode(), Said: v.words.viewSaid(f), Wide: v.actor().May(desk.MayAssess)}
	vs, err := s.Desk.SavedViews(v.Context(), v.actor())
	for i, x := range vs {
		row := viewRow{SavedView: x, URL: v.tongue.url("/desk") + "?" + x.Filter().Values().Encode(), Said: v.words.viewSaid(x.Filter()),
			Order: v.words.orderOf(x.Filter()), May: x.Owner != "" || p.Wide}
		if i < 9 {
			row.Number = i + 1
		}
		p.Views = append(p.Views, row)
	}
	return p, err
}

// viewSaid names the view of a filter and each part that narrows it.
func (w *words) viewSaid(f desk.QueueFilter) []string {
	return slices.Concat([]string{w.t("view." + viewKey(f.View))}, w.filterSaid(f))
}

// saveView keeps a filter under a name and goes to it.
func (s *Site) saveView(v *visit) (answer, error) {
	q, _ := url.ParseQuery(v.field("query")) // a broken filter restricts nothing
	f := desk.FilterOf(q)
	_, err := s.Desk.SaveView(v.Context(), v.actor(), v.field("name"), f, v.field("for") == "desk")
	if err == nil {
		return redirect(v.tongue.url("/desk") + "?" + f.Values().Encode()), nil
	}
	return s.viewsRefused(v, err)
}

// viewsRefused shows the page again with what is to be put right.
func (s *Site) viewsRefused(v *visit, err error) (answer, error) {
	ps := v.words.problems(err)
	if len(ps) == 0 {
		return answer{}, err
	}
	p, err := s.viewsPage(v, v.field("query"))
	p.Problems, p.Name = ps, v.field("name")
	return show("desk/views", p).as(422), err
}

// changeView renames, moves, removes or puts back a view.
func (s *Site) changeView(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	to := "/desk/views"
	switch do := v.field("do"); do {
	case "rename":
		err = s.Desk.RenameView(v.Context(), v.actor(), id, v.field("name"))
	case "up", "down":
		err = s.Desk.MoveView(v.Context(), v.actor(), id, do == "down")
	case "remove", "restore":
		if err = s.Desk.RemoveView(v.Context(), v.actor(), id, do == "restore"); do == "remove" {
			to += "?removed=" + string(id)
		}
	default:
		err = desk.ErrNotFound
	}
	if err != nil {
		return s.viewsRefused(v, err)
	}
	return redirect(v.tongue.url(to)), nil
}

// numbered is a whole number of the form; 0 for anything else.
func (v *visit) numbered(name string) int64 {
	n, err := strconv.ParseInt(v.field(name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
