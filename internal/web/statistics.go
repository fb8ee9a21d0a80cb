package web

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"soi/internal/desk"
	"soi/internal/report"
)

// statisticsRoutes is the table of the public figures.
func (s *Site) statisticsRoutes() []route {
	return []route{
		{pattern: "GET /statistics", audience: Public, h: s.statistics},
		{pattern: "GET /statistics.json", audience: Public, h: s.statisticsJSON},
		{pattern: "GET /statistics.csv", audience: Public, h: s.statisticsCSV},
	}
}

// statisticsDays are the spans that the public page offers; the first one is
// shown unless another is asked for. A closed list: each is computed now and
// then, however often it is asked for.
func statisticsDays() []int { return []int{30, 7, 365} }

// statisticsFor is how long figures are shown before they are computed anew.
const statisticsFor = 10 * time.Minute

// figureCache holds the public figures of each span. Figures that have become
// old are shown while the new ones are computed, by one reader's request alone.
type figureCache struct {
	mu  sync.Mutex
	all map[int]*cachedFigures
}

// cachedFigures are the figures of one span.
type cachedFigures struct {
	computing sync.Mutex
	mu        sync.Mutex
	at        time.Time
	figures   desk.Figures
}

// newFigureCache is an empty cache.
func newFigureCache() *figureCache { return &figureCache{all: map[int]*cachedFigures{}} }

// of finds the entry of a span.
func (c *figureCache) of(days int) *cachedFigures {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all[days] == nil {
		c.all[days] = &cachedFigures{}
	}
	return c.all[days]
}

// get is what is there, and from when.
func (e *cachedFigures) get() (desk.Figures, time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.figures, e.at
}

// put stores figures.
func (e *cachedFigures) put(f desk.Figures, at time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.figures, e.at = f, at
}

// PublicFigures are the figures of the last days as everybody may see them,
// at most ten minutes old unless newer ones are being computed.
func (s *Site) PublicFigures(ctx context.Context, days int) (desk.Figures, error) {
	e, now := s.figures.of(days), s.Desk.Now()
	f, at := e.get()
	fresh := func() bool { return !at.IsZero() && now.Sub(at) < statisticsFor && !now.Before(at) }
	if fresh() {
		return f, nil
	}
	if !e.computing.TryLock() {
		if !at.IsZero() {
			return f, nil
		}
		e.computing.Lock() // the first figures of all: there is nothing to show meanwhile
	}
	defer e.computing.Unlock()
	if f, at = e.get(); fresh() {
		return f, nil
	}
	f, err := s.Desk.Figures(ctx, desk.Program(), desk.FigureSpan{From: now.AddDate(0, 0, -days), To: now, Below: s.Signed()}, nil)
	if err != nil {
		return f, err
	}
	f = f.Public()
	e.put(f, now)
	return f, nil
}

// statisticsPage shows the public figures.
type statisticsPage struct {
	Sheet report.Sheet
	Over  []tab
	Days  int
}

// head implements page.
func (statisticsPage) head(w *words) head {
	return head{Title: w.t("statistics.title"), Description: w.t("statistics.lead"), Section: "about"}
}

// statisticsOf reads the span that is asked for and its figures.
func (s *Site) statisticsOf(v *visit) (days int, f desk.Figures, err error) {
	days = statisticsDays()[0]
	for _, d := range statisticsDays() {
		if v.query("days") == strconv.Itoa(d) {
			days = d
		}
	}
	f, err = s.PublicFigures(v.Context(), days)
	return days, f, err
}

// statisticsSheet puts the figures that are asked for into words.
func (s *Site) statisticsSheet(v *visit) (days int, out report.Sheet, err error) {
	days, f, err := s.statisticsOf(v)
	title := v.words.t("statistics.title") + " – " + v.words.t("statistics.over."+strconv.Itoa(days))
	return days, s.Sheet(v.lang, title, "", f), err
}

// statistics answers GET /statistics.
func (s *Site) statistics(v *visit) (answer, error) {
	days, sheet, err := s.statisticsSheet(v)
	if err != nil {
		return answer{}, err
	}
	p := statisticsPage{Sheet: sheet, Days: days}
	for _, d := range []int{7, 30, 365} {
		p.Over = append(p.Over, tab{v.words.t("statistics.over." + strconv.Itoa(d)), 0, v.url("/statistics?days=" + strconv.Itoa(d)), d == days})
	}
	return show("statistics", p).fresh(), nil
}

// statisticsJSON answers GET /statistics.json.
func (s *Site) statisticsJSON(v *visit) (answer, error) {
	_, f, err := s.statisticsOf(v)
	if err != nil {
		return answer{}, err
	}
	b, err := json.MarshalIndent(f, "", " ")
	return raw("application/json", append(b, '\n')).fresh(), err
}

// statisticsCSV answers GET /statistics.csv.
func (s *Site) statisticsCSV(v *visit) (answer, error) {
	_, sheet, err := s.statisticsSheet(v)
	if err != nil {
		return answer{}, err
	}
	var b bytes.Buffer
	err = report.CSV(&b, sheet)
	return raw("text/csv; charset=utf-8", b.Bytes()).fresh(), err
}
