package web

import (
	"fmt"
	"math"
	"strings"

	"soi/internal/desk"
	"soi/internal/match"
)

// tab is one filter of a list, with how many it shows. Filters live in the
// address, so that a view can be sent to a colleague.
type tab struct {
	Word    string
	Count   int
	URL     string
	Current bool
}

// queuePage is the queue of claims.
type queuePage struct {
	Tabs     []viewTab
	Saved    []tab // views saved under a name
	Desks    []tab // of an installation of several
	Topics   []tab
	View     desk.View
	Order    string // how the list is ordered, in words
	Filter   filterForm
	Claims   []queueRow
	Waiting  int // tips whose asker is still choosing
	Soon     int // claims due soon
	Cut      int // how many of a kind are listed where there are more
	MayAdd   bool
	Bulk     bulkForm
	Done     *bulkDone // what was just done, with its undo
	Problems []string
	Shown    int // claims listed, of Total
	Total    int
	All      string // address that lists all of them; "" when they are
	Feeds    int    // press feeds that need a look
	Bursts   int    // bursts of the last hours that nobody has dealt with
	Theirs   int    // questions of other desks that nobody has looked at
}

// viewTab is the tab of a built-in view, by which a key finds it.
type viewTab struct {
	tab
	View desk.View
}

// queueRow is one claim of the queue with the reasons of its place.
type queueRow struct {
	desk.Queued
	Place    int
	Reasons  []string
	When     string // when it is due and why, in words; "" for never
	Assignee string // name; "" for nobody
	Mine     bool
	Ticked   bool
	Bars     []spark
	Also     string // other desks at which the same is asked; "" for none
}

// Free reports whether the claim can be taken or closed from the list.
func (r queueRow) Free() bool { return r.Claim.State == desk.ClaimOpen && !r.Claim.Pending() }

// head implements page.
func (p queuePage) head(w *words) head {
	return head{Title: w.t("desk.queue.title"), Section: "desk", Private: true}
}

// queueShown is how many claims a queue page lists before it asks.
const queueShown = 100

// queue shows one view of the queue.
func (s *Site) queue(v *visit) (answer, error) {
	p, err := s.queuePage(v)
	if err != nil {
		return answer{}, err
	}
	if id := desk.ID(v.query("done")); id.Valid() {
		if p.Done, err = s.bulkDone(v, id); err != nil {
			return answer{}, err
		}
	}
	return show("desk/queue", p), nil
}

// queuePage reads what the address asks for.
func (s *Site) queuePage(v *visit) (queuePage, error) {
	f := desk.FilterOf(v.URL.Query())
	q, err := s.Desk.QueueBy(v.Context(), v.actorAt(), f)
	if err != nil {
		return queuePage{}, err
	}
	staff, err := s.Desk.StaffList(v.Context(), v.actor())
	if err != nil {
		return queuePage{}, err
	}
	p := queuePage{View: f.View, Waiting: q.Waiting, Soon: q.Soon, Cut: q.Cut, MayAdd: v.actor().May(desk.MayAddTip), Total: len(q.Claims),
		Filter: s.filterForm(v, f), Bulk: bulkFormOf(v, staff)}
	p.tabs(v, q, f)
	p.Order = v.words.orderOf(f)
	p.rows(v, q, namesOf(staff, v.words))
	if p.Desks, err = s.deskTabs(v); err != nil {
		return p, err
	}
	if p.Saved, err = s.savedTabs(v, f); err != nil {
		return p, err
	}
	if p.Feeds, err = s.feedNotices(v); err != nil {
		return p, err
	}
	if err = s.alsoAsked(v, &p); err != nil {
		return p, err
	}
	p.Bursts, err = s.burstsNow(v)
	return p, err
}

// tabs lists the built-in views and the topics.
func (p *queuePage) tabs(v *visit, q desk.Queue, f desk.QueueFilter) {
	for _, x := range desk.Views() {
		p.Tabs = append(p.Tabs, viewTab{tab{v.words.t("view." + viewKey(x)), q.Counts[x], v.with("view", string(x), "all", "", "done", ""), x == f.View}, x})
	}
	p.Topics = append(p.Topics, tab{Word: v.words.t("topic.all"), URL: v.with("topic", "", "done", ""), Current: f.Topic == ""})
	for _, x := range desk.Topics() {
		p.Topics = append(p.Topics, tab{Word: v.words.t("topic." + x), URL: v.with("topic", x, "done", ""), Current: x == f.Topic})
	}
}

// rows lists the claims, a page of them unless all were asked for.
func (p *queuePage) rows(v *visit, q desk.Queue, names map[desk.ID]string) {
	list := q.Claims
	if len(list) > queueShown && v.query("all") == "" {
		list, p.All = list[:queueShown], v.with("all", "1")
	}
	for i, c := range list {
		p.Claims = append(p.Claims, queueRow{Queued: c, Place: i + 1, Reasons: v.words.rankReasons(c.Rank), When: v.words.dueIn(c.Due),
			Assignee: names[c.Claim.Assignee], Mine: c.Claim.Assignee == v.staff.ID, Bars: bars(c.Rank)})
	}
	p.Shown = len(p.Claims)
}

// viewKey is the catalogue key of a view.
func viewKey(v desk.View) string {
	if v == desk.ViewOpen {
		return "open"
	}
	return string(v)
}

// namesOf maps staff to their names; with words, who left to their number in
// the reader's language.
func namesOf(staff []desk.Staff, w ...*words) map[desk.ID]string {
	out := map[desk.ID]string{}
	for _, s := range staff {
		out[s.ID] = s.Name
		if s.Former > 0 && len(w) > 0 {
			out[s.ID] = w[0].former(s)
		}
	}
	return out
}

// spark is one reason's share of a rank, drawn as a bar: width in hundredths.
type spark struct {
	Code  string
	X, W  int
	Value int
}

// bars draws what each reason gave; 150 points fill the width.
func bars(r desk.Rank) []spark {
	var out []spark
	x := 0
	for _, reason := range r.Reasons {
		w := int(math.Round(reason.Points / 1.5))
		w = min(w, 100-x)
		if w > 0 {
			out = append(out, spark{reason.Code, x, w, int(math.Round(reason.Points))})
			x += w
		}
	}
	return out
}

// rankReasons says why a claim stands where it stands, the strongest first.
func (w *words) rankReasons(r desk.Rank) []string {
	var out []string
	for _, x := range r.Reasons {
		switch x.Code {
		case "asked":
			out = append(out, w.n("rank.asked", x.N))
		case "speed":
			out = append(out, w.n("rank.speed", x.N, "Factor", w.factor(x.Factor)))
		case "harm":
			key := "rank.harm." + string(x.Harm)
			if x.Kind == "" {
				out = append(out, w.t(key, "Kind", w.t("harm-kind.unnamed")))
				continue
			}
			out = append(out, w.t(key, "Kind", w.t("harm-kind."+x.Kind)))
		case "harm-unset":
			out = append(out, w.t("rank.harm-unset"))
		case "forwarded":
			out = append(out, w.n("rank.forwarded", x.N))
		case "waiting":
			if x.N >= 48 {
				out = append(out, w.n("rank.waiting-days", x.N/24))
				continue
			}
			out = append(out, w.n("rank.waiting", x.N))
		}
	}
	return out
}

// factor writes how many times faster, without a decimal nobody needs.
func (w *words) factor(f float64) string {
	if f < 10 && f != math.Trunc(f) {
		return w.decimal(f)
	}
	return w.number(int(math.Round(f)))
}

// decimal writes a number with one digit after the mark of the language.
func (w *words) decimal(f float64) string {
	s := fmt.Sprintf("%.1f", f)
	if w.lang == "vi" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// matches asks the matcher; without one every message is new.
func (s *Site) matches(v *visit, q match.Query) match.Result {
	if s.Matcher == nil {
		return match.Result{Decision: match.DecisionNew}
	}
	return s.Matcher.Match(v.Context(), q)
}
