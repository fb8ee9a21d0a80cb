package web

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"soi/internal/desk"
	"soi/internal/match"
)

// burstRoutes are the pages of bursts and of what is set aside.
func (s *Site) burstRoutes() []route {
	return []route{
		{pattern: "GET /desk/bursts", audience: Staff, may: desk.MayRead, h: s.bursts},
		{pattern: "POST /desk/bursts/{id}", audience: Staff, may: desk.MayAssess, body: bodySmall, h: s.dealWithBurst},
		{pattern: "GET /desk/aside", audience: Staff, may: desk.MayRead, h: s.aside},
		{pattern: "POST /desk/aside/{id}", audience: Staff, may: desk.MayAssess, body: bodySmall, h: s.putBack},
	}
}

// burstsKept is how long a count of bursts serves the queue of one person
// before it is worked out anew: it takes a fifth of a second for 30,000 tips.
const burstsKept = time.Minute

// burstCount remembers for the queue how many bursts there are, by person,
// since people of different desks see different claims.
type burstCount struct {
	sync.Mutex
	at map[desk.ID]time.Time
	n  map[desk.ID]int
}

// newBurstCount remembers nothing yet.
func newBurstCount() *burstCount {
	return &burstCount{at: map[desk.ID]time.Time{}, n: map[desk.ID]int{}}
}

// forget makes the next page count anew.
func (c *burstCount) forget() {
	c.Lock()
	defer c.Unlock()
	clear(c.at)
}

// burstsNow is how many bursts nobody has dealt with, as of a minute ago.
func (s *Site) burstsNow(v *visit) (int, error) {
	c, now := s.burstCount, s.Now()
	c.Lock()
	n, fresh := c.n[v.staff.ID], now.Sub(c.at[v.staff.ID]).Abs() < burstsKept
	c.Unlock()
	if fresh {
		return n, nil
	}
	bs, err := s.findBursts(v)
	if err != nil {
		return 0, err
	}
	n = 0
	for _, b := range bs {
		if open(b) {
			n++
		}
	}
	c.Lock()
	defer c.Unlock()
	if len(c.at) > 1000 { // more people than a desk has
		clear(c.at)
	}
	c.at[v.staff.ID], c.n[v.staff.ID] = now, n
	return n, nil
}

// open reports whether a burst still counts, and in more than one claim or
// with most of its messages: nobody has set it aside.
func open(b match.Burst) bool { return len(b.Tips)*2 > b.All }

// findBursts looks for them among the tips of two days.
func (s *Site) findBursts(v *visit) ([]match.Burst, error) {
	marks, err := s.Desk.TipMarks(v.Context(), v.actor())
	if err != nil {
		return nil, err
	}
	return match.Bursts(marks), nil
}

// burstsPage shows campaigns as one thing each.
type burstsPage struct {
	Bursts  []burstRow
	Aside   desk.AsideCount
	Reasons []desk.AsideReason
	May     bool
	Problem string
}

// burstRow is one burst, drawn and told.
type burstRow struct {
	match.Burst
	Askers   string // "fewer than 10" below that
	Claims   []burstClaim
	Channels []burstChannel
	Chart    chart
	Until    int64 // what is on the page: later tips are not touched
	Open     bool
	Merge    bool // more than one open claim carries it
}

// burstClaim is a claim that carries a part of a burst.
type burstClaim struct {
	Claim desk.Claim
	Tips  int
}

// burstChannel is a line of the table beside the chart.
type burstChannel struct {
	Name        string
	Tips        int
	First, Last time.Time
}

// chart is a burst drawn: a row for each channel, time from left to right,
// the height of a bar the tips of that time.
type chart struct {
	Width, Height int
	Rows          []chartRow
	Step          time.Duration // what one bar stands for
	Most          int           // tips of the tallest
}

// chartRow is one channel of a chart; Y is its base line.
type chartRow struct {
	Name string
	Y    int
	Bars []chartBar
}

// chartBar is a bar.
type chartBar struct{ X, Y, W, H int }

// Measures of a chart, in units of its viewBox.
const (
	chartBars = 60
	barWidth  = 8
	rowHeight = 44
	barHeight = 36
)

// head implements page.
func (p burstsPage) head(w *words) head {
	return head{Title: w.t("bursts.title"), Section: "desk", Private: true}
}

// bursts shows the page.
func (s *Site) bursts(v *visit) (answer, error) {
	p, err := s.burstsPage(v)
	return show("desk/bursts", p), err
}

// burstsPage finds and draws the bursts.
func (s *Site) burstsPage(v *visit) (burstsPage, error) {
	p := burstsPage{Reasons: desk.AsideReasons(), May: v.actor().May(desk.MayAssess)}
	bs, err := s.findBursts(v)
	if err != nil {
		return p, err
	}
	if p.Aside, err = s.Desk.AsideCounted(v.Context()); err != nil {
		return p, err
	}
	ids := []desk.ID{}
	for _, b := range bs {
		for _, c := range b.Claims[:min(len(b.Claims), claimsOfBurst)] {
			ids = append(ids, c.Claim)
		}
	}
	claims, err := s.claimsByID(v, ids)
	if err != nil {
		return p, err
	}
	for _, b := range bs {
		p.Bursts = append(p.Bursts, rowOfBurst(v.words, b, claims))
	}
	return p, nil
}

// claimsOfBurst is how many claims of a burst are named.
const claimsOfBurst = 10

// claimsByID reads claims; those that are not there, or not the person's to
// see, are absent.
func (s *Site) claimsByID(v *visit, ids []desk.ID) (map[desk.ID]desk.Claim, error) {
	out := map[desk.ID]desk.Claim{}
	if len(ids) == 0 {
		return out, nil
	}
	cs, err := s.Desk.Claims(v.Context(), v.actor(), desk.ClaimFilter{IDs: ids, Limit: len(ids)})
	for _, c := range cs {
		out[c.ID] = c
	}
	return out, err
}

// rowOfBurst puts a burst into words and a drawing.
func rowOfBurst(w *words, b match.Burst, claims map[desk.ID]desk.Claim) burstRow {
	r := burstRow{Burst: b, Askers: w.atLeastTen(b.Askers), Until: b.Last.UnixMilli(), Open: open(b), Chart: chartOf(w, b)}
	free := 0
	for _, c := range b.Claims {
		if x, ok := claims[c.Claim]; ok && len(r.Claims) < claimsOfBurst {
			r.Claims = append(r.Claims, burstClaim{x, c.Tips})
			if x.State == desk.ClaimOpen && !x.Pending() {
				free++
			}
		}
	}
	r.Merge = free > 1
	for _, c := range b.Channels {
		r.Channels = append(r.Channels, burstChannel{w.channelName(c.Channel), len(c.Times), c.Times[0], c.Times[len(c.Times)-1]})
	}
	return r
}

// atLeastTen is a number of askers, unless it is so small that it could tell
// one from another.
func (w *words) atLeastTen(n int) string {
	if n < 10 {
		return w.t("bursts.few")
	}
	return w.number(n)
}

// channelName is a channel in words, its code if it has none.
func (w *words) channelName(channel string) string {
	if s, err := w.say("channel." + channel); err == nil {
		return s
	}
	return channel
}

// chartOf draws a burst.
func chartOf(w *words, b match.Burst) chart {
	c := chart{Step: time.Minute}
	for b.Last.Sub(b.First) >= chartBars*c.Step {
		c.Step *= 2
	}
	counts := make([][]int, len(b.Channels))
	for i, ch := range b.Channels {
		counts[i] = make([]int, chartBars)
		for _, at := range ch.Times {
			counts[i][int(at.Sub(b.First)/c.Step)]++
		}
		c.Most = max(c.Most, slices.Max(counts[i]))
	}
	for i, ch := range b.Channels {
		row := chartRow{Name: w.channelName(ch.Channel), Y: (i + 1) * rowHeight}
		for x, n := range counts[i] {
			if n > 0 {
				h := max(1, n*barHeight/c.Most)
				row.Bars = append(row.Bars, chartBar{X: x * barWidth, Y: row.Y - h, W: barWidth - 1, H: h})
			}
		}
		c.Rows = append(c.Rows, row)
	}
	c.Width, c.Height = chartBars*barWidth, len(c.Rows)*rowHeight+4
	return c
}

// dealWithBurst sets a burst aside, or puts its open claims into one. Only
// what stood on the page is touched: the burst is found again by its first
// tip, and later tips are left out.
func (s *Site) dealWithBurst(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	bs, err := s.findBursts(v)
	if err != nil {
		return answer{}, err
	}
	i := slices.IndexFunc(bs, func(b match.Burst) bool { return b.Key == id })
	if i < 0 {
		return answer{}, desk.ErrNotFound
	}
	s.burstCount.forget()
	if v.field("do") == "merge" {
		return s.mergeBurst(v, bs[i])
	}
	marks, err := s.Desk.TipMarks(v.Context(), v.actor())
	if err != nil {
		return answer{}, err
	}
	until, shown := fromMillis(v.numbered("until")), map[desk.ID]bool{}
	for _, m := range marks {
		shown[m.Tip] = !m.Received.After(until)
	}
	tips := slices.DeleteFunc(slices.Clone(bs[i].Tips), func(t desk.ID) bool { return !shown[t] })
	q, err := s.Desk.SetTipsAside(v.Context(), v.actor(), tips, desk.AsideReason(v.field("reason")))
	if ps := v.words.problems(err); len(ps) > 0 {
		p, readErr := s.burstsPage(v)
		p.Problem = v.words.t("bursts.choose-reason")
		return show("desk/bursts", p).as(422), readErr
	}
	if err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/aside") + "?did=" + string(q.ID) + "#" + string(q.ID)), nil
}

// mergeBurst puts the open claims of a burst into one, as a bulk action with
// its undo.
func (s *Site) mergeBurst(v *visit, b match.Burst) (answer, error) {
	ids := []desk.ID{}
	for _, c := range b.Claims[:min(len(b.Claims), desk.MostBulk)] {
		ids = append(ids, c.Claim)
	}
	claims, err := s.claimsByID(v, ids)
	if err != nil {
		return answer{}, err
	}
	do := desk.BulkDo{Kind: desk.BulkMerge}
	for _, id := range ids {
		if c, ok := claims[id]; ok && c.State == desk.ClaimOpen {
			do.Items = append(do.Items, desk.BulkRow{Claim: c.ID, Version: c.Version})
		}
	}
	done, err := s.Desk.DoBulk(v.Context(), v.actor(), do)
	if err != nil {
		return answer{}, err
	}
	return redirect(v.tongue.url("/desk/bulk/" + string(done.ID))), nil
}

// asidePage lists what is set aside: who, when, why.
type asidePage struct {
	Acts  []asideRow
	Count desk.AsideCount
	Did   desk.ID // just done
	May   bool
}

// asideRow is one act of setting aside, with a few of its messages.
type asideRow struct {
	desk.Quarantine
	Who  string
	Tips []desk.Tip
	More int // messages beside those shown
}

// head implements page.
func (p asidePage) head(w *words) head {
	return head{Title: w.t("aside.title"), Section: "desk", Private: true}
}

// aside shows the page.
func (s *Site) aside(v *visit) (answer, error) {
	a, err := s.Desk.AsideList(v.Context(), v.actor(), 100)
	if err != nil {
		return answer{}, err
	}
	p := asidePage{Count: a.Count, Did: desk.ID(v.query("did")), May: v.actor().May(desk.MayAssess)}
	names := namesOf(a.Staff)
	for _, q := range a.Acts {
		row := asideRow{Quarantine: q, Who: cmp.Or(names[q.By], v.words.t("desk.program")), Tips: a.Tips[q.ID]}
		row.More = q.Tips - q.Back - len(row.Tips)
		p.Acts = append(p.Acts, row)
	}
	return show("desk/aside", p), nil
}

// putBack puts one message of an act back, or all of them.
func (s *Site) putBack(v *visit) (answer, error) {
	id, err := v.id()
	if err != nil {
		return answer{}, err
	}
	var tips []desk.ID
	if tip := desk.ID(v.field("tip")); tip.Valid() {
		tips = []desk.ID{tip}
	}
	if _, err := s.Desk.PutTipsBack(v.Context(), v.actor(), id, tips); err != nil {
		return answer{}, err
	}
	s.burstCount.forget()
	return redirect(fmt.Sprintf("%s#%s", v.tongue.url("/desk/aside"), id)), nil
}
