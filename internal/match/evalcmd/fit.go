package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"soi/internal/match"
)

// trial is one match that was judged: its signals, and whether it was right.
type trial struct {
	match.Judged
	right  bool
	rank   int
	query  int // trials of one question stand together
	set    string
	family string
	answer bool // the archive held the right document
	weight float64
	fold   int
	limits match.Threshold
}

// trialsOf asks each question twice: as it is, and with its right documents
// struck from the archive, so that whatever is found is wrong.
func trialsOf(s set, o match.Options, share float64) []trial {
	m := fill(s.docs, o)
	out := make([][]trial, 2*len(s.queries))
	each(len(out), func(k int) {
		q := s.queries[k/2]
		query := match.Query{Text: q.text}
		answered := k%2 == 0
		if !answered {
			query.Not = func(id string) bool { return q.gold[id] }
		}
		for i, j := range m.Judge(query) {
			out[k] = append(out[k], trial{Judged: j, right: answered && q.gold[j.ID], rank: i + 1, query: k, set: s.name,
				family: s.family, answer: answered, weight: share / float64(len(out)), fold: foldOf(q.first())})
		}
	})
	return slices.Concat(out...)
}

// ownTrials asks the messages of one half of one of the repository's own sets. Each has
// one document at most that answers it; messages with several claims are left out.
func ownTrials(own ownSet, half string, o match.Options, share float64) []trial {
	m := fill(own.docs, o)
	var fs []forward
	for _, f := range own.forwards {
		if f.half == half && f.kind != "two" {
			fs = append(fs, f)
		}
	}
	out := make([][]trial, len(fs))
	each(len(fs), func(i int) {
		f := fs[i]
		for r, j := range m.Judge(f.query()) {
			out[i] = append(out[i], trial{Judged: j, right: f.answerable() && slices.Contains(f.keys, j.ID), rank: r + 1, query: i, set: own.name,
				family: "latin", answer: f.answerable(), weight: share / float64(len(fs)), fold: foldOf(strings.Join(f.keys, ","))})
		}
	})
	return slices.Concat(out...)
}

// folds is how many parts the questions are cut into for cross-validation.
const folds = 5

// foldOf cuts by what answers a question, so that what was fitted with a check is never
// judged with it.
func foldOf(key string) int { return int(match.StemHash(key) % folds) }

// logistic fits weights by Newton's method with a ridge.
func logistic(ts []trial, ridge float64) []float64 {
	n := len(match.SignalNames())
	w := make([]float64, n)
	for range 25 {
		g, h := make([]float64, n), make([][]float64, n)
		for i := range h {
			h[i] = make([]float64, n)
			g[i] = -ridge * w[i]
			h[i][i] = ridge
		}
		for _, t := range ts {
			p := chance(w, t.Signals)
			d, v := t.weight*(one(t.right)-p), t.weight*p*(1-p)
			for i, x := range t.Signals {
				g[i] += d * x
				for j := range i + 1 {
					h[i][j] += v * x * t.Signals[j]
				}
			}
		}
		step := solve(h, g)
		for i := range w {
			w[i] += step[i]
		}
	}
	for i := range w {
		w[i] = math.Round(w[i]*1e5) / 1e5
	}
	return w
}

func chance(w, x []float64) float64 {
	z := 0.0
	for i := range w {
		z += w[i] * x[i]
	}
	return 1 / (1 + math.Exp(-z))
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// solve is Cholesky for a symmetric matrix given by its lower half.
func solve(h [][]float64, g []float64) []float64 {
	n := len(g)
	for i := range n {
		for j := range i + 1 {
			s := h[i][j]
			for k := range j {
				s -= h[i][k] * h[j][k]
			}
			if i == j {
				h[i][i] = math.Sqrt(max(s, 1e-12))
			} else {
				h[i][j] = s / h[j][j]
			}
		}
	}
	y := make([]float64, n)
	for i := range n {
		s := g[i]
		for k := range i {
			s -= h[i][k] * y[k]
		}
		y[i] = s / h[i][i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			y[i] -= h[k][i] * y[k]
		}
		y[i] /= h[i][i]
	}
	return y
}

// thresholds picks, for one family, the pair of limits that answers most questions
// while at least 99% of the answers are right, each set weighing the same, and none of
// the repository's own pairs is answered wrongly, and the chance from which a match is
// offered.
func thresholds(ts []trial) match.Threshold {
	best, most := match.Threshold{Same: 0.999, Missing: 0.05}, 0.0
	firsts := slices.DeleteFunc(slices.Clone(ts), func(t trial) bool { return t.rank != 1 || !t.Eligible || t.Exact })
	sortBy(firsts, func(t trial) (float64, int) { return -t.Chance, t.query })
	for _, miss := range []float64{0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5} {
		right, all, n := 0.0, 0.0, 0
		floor := contrastFloor(firsts, miss)
		for _, t := range firsts {
			if t.Missing > miss {
				continue
			}
			if t.Chance < floor {
				break
			}
			n++
			all += t.weight
			right += t.weight * one(t.right)
			if n >= 20 && right > most && right >= 0.99*all {
				most = right
				best.Same, best.Missing = math.Ceil(t.Chance*1e4)/1e4, miss
			}
		}
	}
	best.Perhaps = min(offer(ts), best.Same)
	return best
}

// contrastFloor keeps a distance from the likeliest wrong answer of the contrast
// pairs: those of real messages will be likelier by chance.
func contrastFloor(firsts []trial, miss float64) float64 {
	floor := 0.0
	for _, t := range firsts {
		if !t.right && own(t.set) && t.Missing <= miss {
			floor = max(floor, t.Chance+0.03)
		}
	}
	return floor
}

// offer is the chance from which a match is offered: in every set, 95% of the
// questions whose right document is among the first three reach it.
func offer(ts []trial) float64 {
	chances := map[string][]float64{}
	for i := 0; i < len(ts); {
		top, found := ts[i].Chance, false
		j := i
		for ; j < len(ts) && ts[j].query == ts[i].query && ts[j].set == ts[i].set; j++ {
			found = found || ts[j].right && ts[j].rank <= 3
			top = max(top, ts[j].Chance)
		}
		if found {
			chances[ts[i].set] = append(chances[ts[i].set], top)
		}
		i = j
	}
	at := 1.0
	for _, c := range chances {
		if len(c) >= 90 {
			slices.Sort(c)
			at = min(at, math.Floor(c[len(c)/20]*1e4)/1e4)
		}
	}
	return at
}

// fit makes a calibration out of trials: weights from all, limits from the sets that can
// say of an answer that it is wrong.
func fit(ts []trial) match.Calibration {
	c := match.Calibration{Weights: logistic(ts, 1e-3), Families: map[string]match.Threshold{}}
	ts = slices.Clone(ts)
	for i := range ts {
		ts[i].Chance = chance(c.Weights, ts[i].Signals)
	}
	part := func(family string, all bool) []trial {
		return slices.DeleteFunc(slices.Clone(ts), func(t trial) bool { return t.family != family || silver(t.set) && !all })
	}
	c.Families["latin"] = thresholds(part("latin", false))
	// No set in other scripts says of an answer that it is wrong: they take the limits for
	// answers from Latin script, and where there is a set, their own for offers.
	unspaced := c.Families["latin"]
	unspaced.Perhaps = min(offer(part("unspaced", true)), unspaced.Same)
	c.Families["unspaced"], c.Families["other"] = unspaced, c.Families["latin"]
	return c
}

// crossed judges every trial with a calibration that was fitted without its fold, and
// reports that.
func crossed(ts []trial) {
	var out []trial
	for f := range folds {
		c := fit(slices.DeleteFunc(slices.Clone(ts), func(t trial) bool { return t.fold == f }))
		for _, t := range ts {
			if t.fold == f {
				t.Chance, t.limits = chance(c.Weights, t.Signals), c.Families[t.family]
				out = append(out, t)
			}
		}
	}
	fmt.Println("  each question judged with limits fitted without it:")
	report(out)
}

// limit gives every trial the limits of one calibration.
func limit(ts []trial, c match.Calibration) []trial {
	for i := range ts {
		ts[i].Chance, ts[i].limits = chance(c.Weights, ts[i].Signals), c.Families[ts[i].family]
	}
	return ts
}

// decisions reports on the calibration in force, with learned weights or without: the
// sets it was fitted with, and those that were only asked.
func decisions(o match.Options) error {
	ts, unseen, err := allTrials(o)
	if err != nil {
		return err
	}
	c := match.Calibration{}
	if o.Calibrations != nil {
		c = o.Calibrations.On
	} else if c = match.Calibrated().On; o.NoModels {
		c = match.Calibrated().Off
	}
	fmt.Println("decisions with the calibration in force")
	report(limit(ts, c))
	fmt.Println("  sets that nothing was fitted with:")
	report(limit(unseen, c))
	return nil
}

// calibrate fits both calibrations and writes the file.
func calibrate(path string, model *match.Model) error {
	out := match.Calibrations{Signals: match.SignalNames()}
	for _, off := range []bool{false, true} {
		o := match.Options{NoModels: off, Model: model}
		ts, unseen, err := allTrials(o)
		if err != nil {
			return err
		}
		c := fit(ts)
		fmt.Printf("models off %v: %+v\n", off, c.Families)
		crossed(ts)
		fmt.Println("  sets that nothing was fitted with:")
		report(limit(unseen, c))
		if off {
			out.Off = c
		} else {
			out.On = c
		}
	}
	b, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

// own names the sets of the repository, whose wrong answers are wrong beyond doubt.
func own(name string) bool {
	return name == "contrast" || name == "forwards" || name == "written apart" || strings.HasPrefix(name, "demo")
}

// silver names sets whose answers are incomplete (many checks say the same, one is
// marked): they help to weigh the signals, but cannot say when an answer is wrong.
func silver(name string) bool {
	return strings.HasPrefix(name, "factchecktweet") || strings.HasPrefix(name, "xquad") || strings.HasPrefix(name, "cofacts")
}

// allTrials asks the questions that the ranker was not trained on: those that limits may
// be fitted with, and those of the repository's own that are only asked.
func allTrials(o match.Options) (ts, unseen []trial, err error) {
	sets, err := devSets()
	if err != nil {
		return nil, nil, err
	}
	ours, err := ownSets()
	if err != nil {
		return nil, nil, err
	}
	for _, s := range ours {
		share := 1.0
		if s.name == "contrast" || s.name == "written apart" {
			share = 2
		}
		ts = append(ts, ownTrials(s, "tune", o, share)...)
		unseen = append(unseen, ownTrials(s, "held", o, share)...)
	}
	for _, s := range sets {
		share := 1.0
		switch {
		case strings.Contains(s.name, "second half"): // its whole is among the sets
			continue
		case strings.HasPrefix(s.name, "xquad"):
			_, s = s.split()
			s.queries, share = everyNth(s.queries, 2, 0), 0.3
		case strings.HasPrefix(s.name, "cofacts"):
			_, s = s.split()
			s.queries = everyNth(s.queries, 2, 0)
		case strings.HasPrefix(s.name, "vilexnorm"):
			s.queries = everyNth(s.queries, 12, 1)
		}
		if s.family == "" {
			s.family = "latin"
		}
		ts = append(ts, trialsOf(s, o, share)...)
	}
	return ts, unseen, nil
}

func everyNth(qs []query, n, from int) []query {
	var out []query
	for i := from; i < len(qs); i += n {
		out = append(out, qs[i])
	}
	return out
}
