package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"time"

	"soi/internal/desk"
	"soi/internal/match"
)

// History is what `soi eval --history` does: it asks the tips of the last days again,
// once as this program decides and once with the limits or weights under trial, both
// against the archive as it stands now. Nothing is changed.
type History struct {
	Days        int    // how far back
	Calibration string // file with the limits under trial; "" keeps those in force
	Weights     string // file with the weights under trial; "" keeps those in force
	NoModels    bool   // try without learned weights
	NoEncoder   bool   // try without the encoder of the settings
}

// ErrTrial says that a file under trial is no calibration or weights file of this
// program; the wrapping error names it.
var ErrTrial = errors.New("not a file that this program can try")

// Verdict is what matching said about one tip.
type Verdict struct {
	Decision string // same, perhaps or new
	About    string // key of the first match, "" when the decision is new
}

// Turned is a tip that the trial would have answered in another way. It is named by the
// tip's own ID; its words and whoever sent it are not shown.
type Turned struct {
	Tip      desk.ID
	Received time.Time
	Now      Verdict // as decided by the limits in force
	Trial    Verdict // as decided by those under trial
}

// Replayed is the outcome: how many tips were asked, and which the trial answers in
// another way, newest first.
type Replayed struct {
	Tips   int
	Turned []Turned
}

// Replay asks the tips of the last days again. Tips whose text was erased are passed over.
func (a *App) Replay(ctx context.Context, h History) (Replayed, error) {
	var out Replayed
	o, err := h.options()
	if err != nil {
		return out, err
	}
	e, err := a.encoder()
	if err != nil {
		return out, fmt.Errorf("the encoder of the settings: %w", err)
	}
	now, trial := match.New(match.Options{}), match.New(o)
	for _, m := range []*match.Matcher{now, trial} {
		x := &indexer{store: a.db, matcher: m, signed: a.Signed, langs: a.Config.Langs, log: slog.New(slog.DiscardHandler)}
		if e != nil && !(m == trial && h.NoEncoder) {
			m.Encode(e, nil)
		}
		if _, err := x.rebuild(ctx); err != nil {
			return out, err
		}
		if err := a.encodeForTrial(ctx, x); err != nil {
			return out, err
		}
	}
	err = a.recentTips(ctx, a.now().AddDate(0, 0, -h.Days), func(t desk.Tip) {
		out.Tips++
		x := Turned{Tip: t.ID, Received: t.Received, Now: verdict(ctx, now, t), Trial: verdict(ctx, trial, t)}
		if x.Now != x.Trial {
			out.Turned = append(out.Turned, x)
		}
	})
	return out, err
}

// encodeForTrial gives an archive the directions that are kept, and asks about the texts that have none.
func (a *App) encodeForTrial(ctx context.Context, x *indexer) error {
	f, err := os.Open(a.meaningsPath())
	if err == nil {
		_, err = x.matcher.LoadMeanings(bufio.NewReaderSize(f, 1<<20))
		err = errors.Join(err, f.Close())
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, match.ErrSnapshot) {
		return err
	}
	return x.encode(ctx, func() {})
}

// options reads the files under trial.
func (h History) options() (match.Options, error) {
	o := match.Options{NoModels: h.NoModels}
	if h.Calibration != "" {
		b, err := os.ReadFile(h.Calibration)
		if err != nil {
			return o, err
		}
		if o.Calibrations, err = match.ReadCalibrations(b); err != nil {
			return o, fmt.Errorf("%w: %s: %w", ErrTrial, h.Calibration, err)
		}
	}
	if h.Weights != "" {
		f, err := os.Open(h.Weights)
		if err != nil {
			return o, err
		}
		defer f.Close()
		if o.Model, err = match.ReadModel(f); err != nil {
			return o, fmt.Errorf("%w: %s: %w", ErrTrial, h.Weights, err)
		}
	}
	return o, nil
}

// verdict asks one tip. A tip that opened a claim does not meet its own words again: they
// stand in the archive since.
func verdict(ctx context.Context, m *match.Matcher, t desk.Tip) Verdict {
	q := match.Query{Text: t.Text, Limit: 1}
	if t.Decision == string(match.DecisionNew) && t.Claim != "" {
		q.Not = func(id string) bool {
			sort, of := desk.ParseKey(id)
			return of == t.Claim && sort != "imported"
		}
	}
	r := m.Match(ctx, q)
	if r.Decision == match.DecisionNew || len(r.Matches) == 0 {
		return Verdict{Decision: string(match.DecisionNew)}
	}
	return Verdict{string(r.Decision), r.Matches[0].ID}
}

// recentTips walks the tips received since a moment that still have their text, newest
// first.
func (a *App) recentTips(ctx context.Context, since time.Time, fn func(desk.Tip)) error {
	const page = 500
	before, last := time.Time{}, []desk.ID(nil) // the tips of the moment that the last page ended in
	for {
		var ts []desk.Tip
		err := a.db.Read(ctx, func(tx desk.Tx) (err error) {
			ts, err = tx.Tips(ctx, desk.TipFilter{Before: before, Limit: page + len(last)})
			return err
		})
		if err != nil {
			return err
		}
		fresh := slices.DeleteFunc(slices.Clone(ts), func(t desk.Tip) bool { return slices.Contains(last, t.ID) })
		if len(fresh) == 0 {
			return ctx.Err()
		}
		for _, t := range fresh {
			if t.Received.Before(since) {
				return nil
			}
			if t.Text != "" {
				fn(t)
			}
		}
		end := fresh[len(fresh)-1].Received
		if !before.Equal(end.Add(time.Millisecond)) {
			last = nil
		}
		for _, t := range fresh {
			if t.Received.Equal(end) {
				last = append(last, t.ID)
			}
		}
		before = end.Add(time.Millisecond)
	}
}
