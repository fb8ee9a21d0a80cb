package desk_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"soi/internal/desk"
)

func TestQuantilesOfSmallSamples(t *testing.T) {
	h := func(ns ...int) (out []time.Duration) {
		for _, n := range ns {
			out = append(out, time.Duration(n)*time.Hour)
		}
		return out
	}
	for _, c := range []struct {
		of   []time.Duration
		q    float64
		want int
		ok   bool
	}{
		{nil, 0.5, 0, false}, {h(1, 2, 3, 4), 0.5, 0, false}, {h(5, 1, 4, 2, 3), 0.5, 3, true}, {h(5, 1, 4, 2, 3), 0.9, 5, true},
		{h(6, 1, 2, 3, 4, 5), 0.5, 3, true}, {h(10, 9, 8, 7, 6, 5, 4, 3, 2, 1), 0.9, 9, true}, {h(11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1), 0.9, 10, true}, {h(7, 7, 7, 7, 7), 0.9, 7, true},
	} {
		got, ok := desk.Quantile(c.of, c.q)
		if ok != c.ok || got != time.Duration(c.want)*time.Hour {
			t.Errorf("quantile %v of %v is %v %v, want %d h %v", c.q, c.of, got, ok, c.want, c.ok)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) time.Duration { return time.Duration(rapid.IntRange(0, 1e6).Draw(t, "d")) }), 5, 60).Draw(t, "of")
		for _, q := range []float64{0.5, 0.9} {
			v, _ := desk.Quantile(of, q)
			under, within := 0, 0
			for _, d := range of {
				if d < v {
					under++
				}
				if d <= v {
					within++
				}
			}
			if need := int(math.Ceil(q * float64(len(of)))); within < need || under >= need || !slices.Contains(of, v) {
				t.Fatalf("quantile %v of %v is %v", q, of, v)
			}
		}
	})
}

func TestPeriodsFollowEachOtherWithoutGaps(t *testing.T) {
	zone := hanoi()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), 0)
		for _, k := range desk.PeriodKinds() {
			p := desk.PeriodAt(k, at, zone)
			if at.Before(p.From) || !at.Before(p.To) {
				t.Fatalf("%v is not in %+v", at, p)
			}
			if b := p.Before(); !b.To.Equal(p.From) || b.Name == p.Name {
				t.Fatalf("before %+v comes %+v", p, b)
			}
			back, err := desk.ParsePeriod(p.Name, zone)
			if err != nil || back.Kind != p.Kind || !back.From.Equal(p.From) || !back.To.Equal(p.To) {
				t.Fatalf("%q is read as %+v, %v", p.Name, back, err)
			}
		}
	})
	for name, day := range map[string]string{"2026-W01": "2025-12-29", "2020-W53": "2020-12-28", "2026-11": "2026-11-01", "2026-Q4": "2026-10-01", "2026-H2": "2026-07-01", "2026": "2026-01-01", "2026-2030": "2026-01-01"} {
		p, err := desk.ParsePeriod(name, zone)
		if err != nil || p.From.Format(time.DateOnly) != day {
			t.Errorf("%s begins %s, %v", name, p.From.Format(time.DateOnly), err)
		}
	}
	for _, name := range []string{"", "2026-13", "2026-00", "2026-W54", "2026-W00", "2026-Q5", "2026-2029", "2025-2029", "26", "2026-W53x", "../etc", "2025-W53"} {
		if p, err := desk.ParsePeriod(name, zone); !errors.Is(err, desk.ErrInvalid) {
			t.Errorf("%q is read as %+v", name, p)
		}
	}
}

func TestScheduledReportsAreMadeOnce(t *testing.T) {
	o := newOffice(t) // a Sunday
	o.publish(o.open().ID, desk.RatingFalse)
	plan := func() int {
		n, err := o.PlanReports(o.ctx(), desk.Program())
		o.must(err)
		return n
	}
	if n := plan(); n != 0 {
		t.Fatalf("%d reports of periods in which nothing was", n)
	}
	o.pass(24 * time.Hour) // Monday: a week is over
	if a, b := plan(), plan(); a != 1 || b != 0 {
		t.Fatalf("%d reports, then %d", a, b)
	}
	r, err := o.NextReport(o.ctx(), desk.Program())
	o.must(err)
	if _, err := o.NextReport(o.ctx(), desk.Program()); !errors.Is(err, desk.ErrNotFound) {
		t.Errorf("one report is given out twice: %v", err)
	}
	o.must(o.MakeReport(o.ctx(), desk.Program(), r, 10, nil))
	if n := plan(); n != 0 {
		t.Errorf("%d reports of a week that has one", n)
	}
	got, err := o.Report(o.ctx(), o.staff[desk.Auditor], "2026-W47", "")
	o.must(err)
	if got.State != desk.ReportDone || !got.Whole() || got.Step != got.Steps || got.Figures.Count(desk.TableChecks, "publish") != 1 || got.Figures.Count(desk.TableAsked, desk.RowAll) != 1 {
		t.Errorf("the report is %+v with %+v", got, got.Figures.Tables)
	}
	if c, ok := got.Figures.Cell(desk.TableTimes, desk.RowAll, desk.ColMedian); !ok || !c.Few {
		t.Errorf("a median of one check: %+v", c)
	}
	events, err := o.Journal(o.ctx(), o.staff[desk.Admin], 300)
	o.must(err)
	made, err := o.Notify(o.ctx(), desk.Program(), events)
	o.must(err)
	bell, err := o.Bell(o.ctx(), o.staff[desk.Editor], desk.NotificationFilter{})
	o.must(err)
	told := slices.ContainsFunc(bell.List, func(n desk.Notification) bool { return n.Kind == desk.ToldReport })
	if made == 0 || !told {
		t.Errorf("the editor is not told: %+v", bell.List)
	}

	month, err := desk.ParsePeriod("2026-11", time.UTC)
	o.must(err)
	by := o.staff[desk.Checker]
	_, err = o.AskReport(o.ctx(), by, month, "")
	o.must(err)
	if r, err = o.NextReport(o.ctx(), desk.Program()); err != nil || r.Period != "2026-11" {
		t.Fatalf("next is %+v, %v", r, err)
	}
	o.must(o.MakeReport(o.ctx(), desk.Program(), r, 10, func(_ context.Context, _ desk.Figures, _ desk.Report, lang string) ([]byte, error) {
		return []byte(lang), nil
	}))
	got, err = o.Report(o.ctx(), by, "2026-11", "")
	o.must(err)
	b, err := o.ReportFile(o.ctx(), by, got, "vi")
	o.must(err)
	if string(b) != "vi" || got.Whole() {
		t.Errorf("printed %q, whole %v", b, got.Whole())
	}
	o.pass(9 * 24 * time.Hour) // December: the month is made anew, once
	if n := plan(); n != 2 {
		t.Errorf("%d reports in December, want a month and a week", n)
	}
	_, err = o.AskReport(o.ctx(), desk.Actor{}, month, "")
	o.want(err, desk.ErrForbidden)
	next, err := desk.ParsePeriod("2030", time.UTC)
	o.must(err)
	_, err = o.AskReport(o.ctx(), by, next, "")
	o.want(err, desk.ErrInvalid)
	_, err = o.AskReport(o.ctx(), by, month, desk.NewID())
	o.want(err, desk.ErrNotFound)
}
