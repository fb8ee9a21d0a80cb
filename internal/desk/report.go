package desk

import (
	"context"
	"errors"
	"slices"
	"time"
)

// ReportState is how far a report is.
type ReportState string

// The states of a report.
const (
	ReportWaiting ReportState = "waiting"
	ReportMaking  ReportState = "making"
	ReportDone    ReportState = "done"
	ReportFailed  ReportState = "failed" // tried again when asked for
)

// Report is the figures of one period at one desk, kept as they were made.
type Report struct {
	ID      ID
	Period  string // as Period.Name has it
	Desk    ID     // "" for all desks together
	State   ReportState
	Step    int // how far the making is, of Steps
	Steps   int
	Asked   time.Time
	Changed time.Time
	Made    time.Time // zero before
	Ends    time.Time // end of the period
	Figures *Figures  // nil until it is made
}

// Whole reports whether the period was over when the report was made. Such a
// report is not made again.
func (r Report) Whole() bool { return !r.Made.IsZero() && !r.Made.Before(r.Ends) }

// ReportFilter selects reports, those whose period ended last first; zero
// fields do not restrict.
type ReportFilter struct {
	Period string
	Desks  []ID // nil for all; "" is all desks together
	State  ReportState
	Limit  int // 0 means 100
}

// ReportRows keeps reports and their printed form.
type ReportRows interface {
	// SetReport inserts or overwrites by ID; ErrDuplicate if another report is
	// of the same period and desk.
	SetReport(ctx context.Context, r Report) error
	Reports(ctx context.Context, f ReportFilter) ([]Report, error)
	// SetReportFile keeps the printed form in a language; none for nil.
	SetReportFile(ctx context.Context, report ID, lang string, b []byte) error
	// ReportFile returns the printed form; ErrNotFound if there is none.
	ReportFile(ctx context.Context, report ID, lang string) ([]byte, error)
}

// stuckReport is how long a report may be in the making before another
// program takes it over.
const stuckReport = 10 * time.Minute

// Reports lists reports that the person may read.
func (d *Desk) Reports(ctx context.Context, by Actor, f ReportFilter) (out []Report, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		rs, err := tx.Reports(ctx, f)
		out = keepIf(rs, func(r Report) bool { return figuresFor(tx, r.Desk) })
		return err
	})
	return out, err
}

// Report reads the report of a period at a desk.
func (d *Desk) Report(ctx context.Context, by Actor, period string, desk ID) (Report, error) {
	rs, err := d.Reports(ctx, by, ReportFilter{Period: period, Desks: []ID{desk}, Limit: 1})
	if err == nil && len(rs) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Report{}, err
	}
	return rs[0], nil
}

// ReportFile reads the printed form of a report that the person may read.
func (d *Desk) ReportFile(ctx context.Context, by Actor, r Report, lang string) (b []byte, err error) {
	err = d.read(ctx, by, MayRead, func(tx Tx) error {
		if !figuresFor(tx, r.Desk) {
			return ErrNotFound
		}
		b, err = tx.ReportFile(ctx, r.ID, lang)
		return err
	})
	return b, err
}

// AskReport has a report made in the background. One that is whole is left as
// it is; one of a period that still went on is made anew.
func (d *Desk) AskReport(ctx context.Context, by Actor, p Period, desk ID) (r Report, err error) {
	if !p.From.Before(d.Now()) {
		return r, invalid(BadChoice)
	}
	err = d.do(ctx, by, MayRead, func(tx Tx) error {
		if !figuresFor(tx, desk) {
			return ErrNotFound
		}
		all, err := branches(ctx, tx)
		if err != nil {
			return err
		}
		if desk != "" && !slices.ContainsFunc(all, func(b Branch) bool { return b.ID == desk }) {
			return ErrNotFound
		}
		made := false
		if r, made, err = d.putReport(ctx, tx, p, desk); err != nil || !made {
			return err
		}
		return d.tell(ctx, tx, by, Event{Kind: EvReportAsked, About: r.ID, Data: map[string]string{"period": p.Name}})
	})
	return r, err
}

// putReport makes a report wait to be made, unless it does or is whole.
func (d *Desk) putReport(ctx context.Context, tx Tx, p Period, desk ID) (r Report, made bool, err error) {
	rs, err := tx.Reports(ctx, ReportFilter{Period: p.Name, Desks: []ID{desk}, Limit: 1})
	if err != nil {
		return r, false, err
	}
	r = Report{ID: NewID(), Period: p.Name, Desk: desk, Ends: p.To}
	if len(rs) > 0 {
		r = rs[0]
		if r.State == ReportWaiting || r.State == ReportMaking && d.Now().Sub(r.Changed) < stuckReport || r.State == ReportDone && r.Whole() {
			return r, false, nil
		}
	}
	r.State, r.Step, r.Steps, r.Asked, r.Changed = ReportWaiting, 0, FigureSteps(), d.Now(), d.Now()
	return r, true, tx.SetReport(ctx, r)
}

// PlanReports makes the reports of the periods that ended last wait to be
// made, in total and for each desk where there are several. However often it
// is called, a period that is over is reported once. A desk that did nothing
// before the end of a period has no report of it.
func (d *Desk) PlanReports(ctx context.Context, by Actor) (n int, err error) {
	now := d.Now()
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		n = 0
		first, err := tx.Events(ctx, EventFilter{Limit: 1})
		if err != nil || len(first) == 0 {
			return err
		}
		desks, err := branches(ctx, tx)
		if err != nil {
			return err
		}
		ids := []ID{""}
		for _, b := range desks {
			if len(desks) > 1 {
				ids = append(ids, b.ID)
			}
		}
		for _, k := range PeriodKinds() {
			p := PeriodAt(k, now, d.zone()).Before()
			if !first[0].At.Before(p.To) {
				continue
			}
			for _, id := range ids {
				_, made, err := d.putReport(ctx, tx, p, id)
				if err != nil {
					return err
				}
				if made {
					n++
				}
			}
		}
		return nil
	})
	return n, err
}

// NextReport takes the report that waits longest to be made, or one whose
// making was broken off; ErrNotFound if there is none.
func (d *Desk) NextReport(ctx context.Context, by Actor) (r Report, err error) {
	err = d.do(ctx, by, MayKeep, func(tx Tx) error {
		for _, s := range []ReportState{ReportWaiting, ReportMaking} {
			rs, err := tx.Reports(ctx, ReportFilter{State: s})
			if err != nil {
				return err
			}
			rs = keepIf(rs, func(r Report) bool { return s == ReportWaiting || d.Now().Sub(r.Changed) >= stuckReport })
			if len(rs) > 0 {
				r = slices.MinFunc(rs, func(a, b Report) int { return a.Asked.Compare(b.Asked) })
				r.State, r.Step, r.Changed = ReportMaking, 0, d.Now()
				return tx.SetReport(ctx, r)
			}
		}
		return ErrNotFound
	})
	return r, err
}

// MakeReport computes a report that NextReport gave out, and has it printed in
// every language by print, unless that is nil. What could not be printed is
// there without a printed form.
func (d *Desk) MakeReport(ctx context.Context, by Actor, r Report, below int64, print func(ctx context.Context, f Figures, r Report, lang string) ([]byte, error)) error {
	p, err := ParsePeriod(r.Period, d.zone())
	if err != nil {
		return err
	}
	s := FigureSpan{From: p.From, To: p.To, Desk: r.Desk, Below: below}
	f, err := d.Figures(ctx, Program(), s, func(step int) { d.advance(ctx, by, r, step) })
	if err != nil {
		return errors.Join(err, d.endReport(ctx, by, r, ReportFailed, nil))
	}
	printed := map[string][]byte{}
	var lost error
	if print != nil {
		for _, lang := range d.opts.Langs {
			b, err := print(ctx, f, r, lang)
			lost = errors.Join(lost, err)
			printed[lang] = b
		}
	}
	r.Figures, r.Made, r.Step = &f, f.Made, r.Steps
	return errors.Join(lost, d.endReport(ctx, by, r, ReportDone, printed))
}

// advance writes down how far a report is. It is only shown, so an error is
// of no consequence.
func (d *Desk) advance(ctx context.Context, by Actor, r Report, step int) {
	r.Step, r.Changed = step, d.Now()
	_ = d.do(ctx, by, MayKeep, func(tx Tx) error { return tx.SetReport(ctx, r) })
}

// endReport writes down what came of the making.
func (d *Desk) endReport(ctx context.Context, by Actor, r Report, state ReportState, printed map[string][]byte) error {
	return d.do(ctx, by, MayKeep, func(tx Tx) error {
		r.State, r.Changed = state, d.Now()
		if err := tx.SetReport(ctx, r); err != nil {
			return err
		}
		for _, lang := range d.opts.Langs {
			if err := tx.SetReportFile(ctx, r.ID, lang, printed[lang]); err != nil {
				return err
			}
		}
		if state != ReportDone || !r.Whole() {
			return nil
		}
		return d.tell(ctx, tx, by, Event{Kind: EvReportMade, About: r.ID, Data: map[string]string{"period": r.Period}})
	})
}

// toldReport are those who decide what the desk publishes and may see the
// report.
func toldReport(ctx context.Context, tx Tx, e Event) (out []ID, err error) {
	staff, err := tx.Staff(ctx)
	if err != nil {
		return nil, err
	}
	rs, err := tx.Reports(ctx, ReportFilter{Period: e.Data["period"]})
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(rs, func(r Report) bool { return r.ID == e.About })
	if i < 0 {
		return nil, nil
	}
	for _, s := range staff {
		by := As(s)
		if by.Seats, err = tx.SeatsOf(ctx, s.ID); err != nil {
			return nil, err
		}
		if by.MayOn(rs[i].Desk, "", MayReview) || rs[i].Desk == "" && by.May(MayReview) {
			out = append(out, s.ID)
		}
	}
	return out, nil
}

// zone is where the desk works.
func (d *Desk) zone() *time.Location {
	if d.opts.Hours.Zone != nil {
		return d.opts.Hours.Zone
	}
	return time.UTC
}
