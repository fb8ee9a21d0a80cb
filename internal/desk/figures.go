package desk

import (
	"context"
	"slices"
	"time"
)

// FigureSpan says what figures are about: from From (included) to To (not
// included), at one desk or, with "", at all of them. Of the public log only
// what lies below Below, the signed size, is counted.
type FigureSpan struct {
	From, To time.Time
	Desk     ID
	Below    int64
	// FirstDay and LastDay are the days of the desk's zone that the span
	// touches; Figures fills them in.
	FirstDay, LastDay string
}

// Figures are the numbers of a desk over a span: the one set that reports, the
// public page of statistics and digests show. They hold no words but the names
// of bodies, and nobody.
type Figures struct {
	From   time.Time     `json:"from"`
	To     time.Time     `json:"to"`
	Made   time.Time     `json:"made"` // what is open is told as of then
	Desk   ID            `json:"desk,omitempty"`
	Tables []FigureTable `json:"tables"`
}

// FigureTable is one table of figures. Keys are words of a closed list, or the
// id of a body.
type FigureTable struct {
	Key     string      `json:"table"`
	Columns []string    `json:"columns"`
	Rows    []FigureRow `json:"rows"`
}

// FigureRow is one line of a table, with a cell for each column.
type FigureRow struct {
	Key   string   `json:"key"`
	Names Said     `json:"names,omitempty"` // of a body
	Cells []Figure `json:"figures"`
}

// Figure is one number. A median or the like is in minutes, and Few stands in
// its place when it would rest on fewer than MinSample.
type Figure struct {
	N      int64 `json:"n"`
	Time   bool  `json:"minutes,omitempty"`
	Few    bool  `json:"too_few,omitempty"`
	Askers bool  `json:"-"`              // it counts what askers or readers did
	Band   Band  `json:"band,omitempty"` // stands in place of a small number in public
}

// MinSample is from how many cases on a median or a ninetieth percentile is
// stated.
const MinSample = 5

// The columns of tables with several.
const (
	ColN        = "n"
	ColMedian   = "median"
	ColP90      = "p90"
	ColAsked    = "asked"
	ColAnswered = "answered"
	ColLate     = "late"
	ColSilent   = "silent"
)

// RowAll is the row of a table that stands for everything in it.
const RowAll = "all"

// Table finds a table by its key; an empty one if there is none.
func (f Figures) Table(key string) FigureTable {
	for _, t := range f.Tables {
		if t.Key == key {
			return t
		}
	}
	return FigureTable{Key: key}
}

// Cell finds one figure.
func (f Figures) Cell(table, row, column string) (Figure, bool) {
	t := f.Table(table)
	c := slices.Index(t.Columns, column)
	for _, r := range t.Rows {
		if r.Key == row && c >= 0 && c < len(r.Cells) {
			return r.Cells[c], true
		}
	}
	return Figure{}, false
}

// Count is the number of a row of a table with one column, 0 if there is none.
func (f Figures) Count(table, row string) int {
	c, _ := f.Cell(table, row, ColN)
	return int(c.N)
}

// Public is the figures as everybody may see them: numbers under ten of what
// askers and readers did become a band, and bodies stand together (each has a
// page of its own, for what was published).
func (f Figures) Public() Figures {
	out := f
	out.Tables = nil
	for _, t := range f.Tables {
		n := t
		n.Rows = nil
		for _, r := range t.Rows {
			if len(r.Names) > 0 {
				continue
			}
			r.Cells = slices.Clone(r.Cells)
			for i, c := range r.Cells {
				if c.Askers && c.N < HelpedShownFrom {
					r.Cells[i] = Figure{Askers: true, Band: BandFew}
				}
			}
			n.Rows = append(n.Rows, r)
		}
		out.Tables = append(out.Tables, n)
	}
	return out
}

// FigureSteps is how many steps Figures tells its progress in.
func FigureSteps() int { return len(figureSteps()) }

// figureStep computes tables from one part of what is recorded.
type figureStep func(ctx context.Context, tx Tx, s FigureSpan, f *Figures) error

// figureSteps are all parts, in the order they are shown.
func figureSteps() []figureStep {
	return []figureStep{figureAsked, figureChecks, figureTimes, figureOpen, figureBodies, figureAppeals, figureReach}
}

// Figures computes the figures of a span on one snapshot. They are counted
// from the event log and the public log, and from the rows that these two name;
// what is open is what is open now. progress, unless nil, is told after each
// step. Nothing in them says who asked or who worked, so they need no more
// than reading, at the desk they are about.
func (d *Desk) Figures(ctx context.Context, by Actor, s FigureSpan, progress func(step int)) (f Figures, err error) {
	run := func(tx Tx) error {
		if !figuresFor(tx, s.Desk) {
			return ErrNotFound
		}
		tx = whole(tx)
		s.FirstDay, s.LastDay = d.day(s.From), d.day(s.To.Add(-time.Millisecond))
		f = Figures{From: s.From, To: s.To, Made: d.Now(), Desk: s.Desk}
		for i, step := range figureSteps() {
			if err := step(ctx, tx, s, &f); err != nil {
				return err
			}
			if progress != nil {
				progress(i + 1)
			}
		}
		return nil
	}
	if by.Staff == "" {
		return f, d.store.Read(ctx, run)
	}
	return f, d.read(ctx, by, MayRead, run)
}

// figuresFor reports whether the person behind a transaction may see figures
// of a desk. All desks together are public.
func figuresFor(tx Tx, desk ID) bool {
	s, ok := tx.(seatedTx)
	return !ok || desk == "" || s.by.MayOn(desk, "", MayRead)
}

// counts makes a table of one column.
func counts(key string, askers bool, rows ...FigureRow) FigureTable {
	for _, r := range rows {
		for i := range r.Cells {
			r.Cells[i].Askers = askers
		}
	}
	return FigureTable{Key: key, Columns: []string{ColN}, Rows: rows}
}

// count makes a row of one number.
func count[N int | int64](key string, n N) FigureRow {
	return FigureRow{Key: key, Cells: []Figure{{N: int64(n)}}}
}

// Quantile is the nearest-rank quantile of durations: the smallest of them
// that at least the share q of them does not exceed. ok is false under
// MinSample.
func Quantile(of []time.Duration, q float64) (v time.Duration, ok bool) {
	if len(of) < MinSample {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(of))
	rank := int(q * float64(len(sorted)))
	if float64(rank) < q*float64(len(sorted)) {
		rank++
	}
	return sorted[max(rank, 1)-1], true
}

// timing is the cells of median, ninetieth percentile and how many they are of.
func timing(of []time.Duration) []Figure {
	cell := func(q float64) Figure {
		v, ok := Quantile(of, q)
		return Figure{N: int64(v.Round(time.Minute) / time.Minute), Time: true, Few: !ok}
	}
	return []Figure{cell(0.5), cell(0.9), {N: int64(len(of))}}
}
