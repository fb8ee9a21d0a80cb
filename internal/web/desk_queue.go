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
	Tabs    []tab
	Topics  []tab
	View    desk.View
	Order   string // how the list is ordered, in words
	Claims  []queueRow
	Waiting int // tips whose asker is still choosing
	MayAdd  bool
	Shown   int // claims listed, of Total
	Total   int
	All     string // address that lists all of them; "" when they are
}

// queueRow is one claim of the queue with the reasons of its place.
type queueRow struct {
	desk.Queued
	Place    int
	Reasons  []string
	Assignee string // name; "" for nobody
	Mine     bool
	Bars     []spark
}

// head implements page.
func (p queuePage) head(w *words) head {
	return head{Title: w.t("desk.queue.title"), Section: "desk", Private: true}
}

// queueShown is how many claims a queue page lists before it asks.
const queueShown = 100

// queue shows one view of the queue.
func (s *Site) queue(v *visit) (answer, error) {
	view, topic := desk.View(v.query("view")), v.query("topic")
	q, err := s.Desk.Queue(v.Context(), v.actor(), view, topic)
	if err != nil {
		return answer{}, err
	}
	staff, err := s.Desk.StaffList(v.Context(), v.actor())
	if err != nil {
		return answer{}, err
	}
	p := queuePage{View: view, Waiting: q.Waiting, MayAdd: v.actor().May(desk.MayAddTip), Total: len(q.Claims)}
	for _, x := range desk.Views() {
		p.Tabs = append(p.Tabs, tab{v.words.t("view." + viewKey(x)), q.Counts[x], v.with("view", string(x), "all", ""), x == view})
	}
	p.Topics = append(p.Topics, tab{Word: v.words.t("topic.all"), URL: v.with("topic", ""), Current: topic == ""})
	for _, x := range desk.Topics() {
		p.Topics = append(p.Topics, tab{Word: v.words.t("topic." + x), URL: v.with("topic", x), Current: x == topic})
	}
	p.Order = v.words.t("desk.queue.order-rank")
	if view == desk.ViewDone || view == desk.ViewClosed {
		p.Order = v.words.t("desk.queue.order-changed")
	}
	list := q.Claims
	if len(list) > queueShown && v.query("all") == "" {
		list, p.All = list[:queueShown], v.with("all", "1")
	}
	names := namesOf(staff)
	for i, c := range list {
		p.Claims = append(p.Claims, queueRow{Queued: c, Place: i + 1, Reasons: v.words.rankReasons(c.Rank),
			Assignee: names[c.Claim.Assignee], Mine: c.Claim.Assignee == v.staff.ID, Bars: bars(c.Rank)})
	}
	p.Shown = len(p.Claims)
	return show("desk/queue", p), nil
}

// viewKey is the catalogue key of a view.
func viewKey(v desk.View) string {
	if v == desk.ViewOpen {
		return "open"
	}
	return string(v)
}

// namesOf maps staff to their names.
func namesOf(staff []desk.Staff) map[desk.ID]string {
	out := map[desk.ID]string{}
	for _, s := range staff {
		out[s.ID] = s.Name
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

// newTipPage is the form by which staff enter a tip for someone who stands
// there or calls.
type newTipPage struct {
	Form     string // random value that makes sending twice harmless
	Text     string
	Problems []string
	Claim    desk.Claim // after sending: where it went
	Sent     bool
	Asked    int
	Ticket   string
	Matches  []suggestion
	Decision match.Decision
}

// head implements page.
func (p newTipPage) head(w *words) head {
	return head{Title: w.t("desk.new.title"), Section: "desk", Private: true}
}

// newTip shows the form.
func (s *Site) newTip(v *visit) (answer, error) {
	return show("desk/new", newTipPage{Form: newForm()}), nil
}

// addTip takes a tip from the counter. It is matched like any other; the
// answer can be read out or the ticket code handed over.
func (s *Site) addTip(v *visit) (answer, error) {
	m := match.ReadTip(v.PostForm.Get("text"))
	form := v.field("form")
	if form == "" {
		form = newForm()
	}
	p := newTipPage{Form: form, Text: m.Text}
	res := s.matches(v, match.Query{Text: m.Text, Limit: 3})
	n := desk.NewTip{Channel: "counter", ExtID: form, Text: m.Text, Folded: m.Key, Lang: m.Lang, Links: m.Links, Summary: m.Summary,
		Decision: string(res.Decision), Ticket: desk.TicketHash(desk.NewTicket(s.Config.Key, form))}
	if res.Decision == match.DecisionSame && len(res.Matches) > 0 {
		n.Answer = res.Matches[0].ID
	}
	if res.Decision == match.DecisionPerhaps {
		n.Decision = string(match.DecisionNew) // staff see the suggestions on the claim's page; nobody has to choose now
	}
	r, err := s.Desk.Receive(v.Context(), v.actor(), n)
	if ps := v.words.problems(err); len(ps) > 0 {
		p.Problems = ps
		return show("desk/new", p).as(422), nil
	}
	if err != nil {
		return answer{}, err
	}
	p.Sent, p.Claim, p.Asked, p.Decision = true, r.Claim, r.Asked, res.Decision
	p.Ticket = desk.NewTicket(s.Config.Key, form)
	p.Matches, err = s.suggestions(v, res.Matches)
	return show("desk/new", p), err
}

// matches asks the matcher; without one every message is new.
func (s *Site) matches(v *visit, q match.Query) match.Result {
	if s.Matcher == nil {
		return match.Result{Decision: match.DecisionNew}
	}
	return s.Matcher.Match(v.Context(), q)
}
