package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
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
				family: s.family, answer: answered, weight: share / float64(len(out))})
		}
	})
	return slices.Concat(out...)
}

// contrastSet reads the contrast files of the repository as trials: differing
// texts have no right document.
func contrastSet(o match.Options, share float64) ([]trial, error) {
	s := set{name: "contrast", family: "latin"}
	differs := map[int]bool{}
	for _, f := range []string{"contrast_vi.txt", "contrast_en.txt"} {
		b, err := os.ReadFile(filepath.Join("internal", "match", "testdata", f))
		if err != nil {
			return nil, err
		}
		id := ""
		for sc := bufio.NewScanner(strings.NewReader(string(b))); sc.Scan(); {
			l := sc.Text()
			switch {
			case strings.HasPrefix(l, "= "):
				id = l[2:]
				s.docs = append(s.docs, match.Doc{ID: id, Claim: id})
			case strings.HasPrefix(l, "+ "):
				s.queries = append(s.queries, query{text: l[2:], gold: map[string]bool{id: true}})
			case strings.HasPrefix(l, "- "):
				_, rest, _ := strings.Cut(l[2:], ": ")
				differs[len(s.queries)] = true
				s.queries = append(s.queries, query{text: rest, gold: map[string]bool{}})
			}
		}
	}
	m := fill(s.docs, o)
	var out []trial
	for i, q := range s.queries {
		for r, j := range m.Judge(match.Query{Text: q.text}) {
			out = append(out, trial{Judged: j, right: q.gold[j.ID], rank: r + 1, query: i, set: s.name, family: s.family,
				answer: !differs[i], weight: share / float64(len(s.queries))})
		}
	}
	return out, nil
}

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

// missings are the limits tried for the share of a claim that a message may lack.
var missings = []float64{0.05, 0.1, 0.15, 0.2, 0.25, 0.3}

// thresholds picks, for one family, the pair of limits that answers most questions
// while at least 99% of the answers are right and none of the contrast pairs is
// answered wrongly, and the chance from which a match is offered.
func thresholds(ts []trial) match.Threshold {
	best, most := match.Threshold{Same: 0.999, Missing: 0.05}, 0
	firsts := slices.DeleteFunc(slices.Clone(ts), func(t trial) bool { return t.rank != 1 || !t.Eligible || t.Exact })
	sortBy(firsts, func(t trial) (float64, int) { return -t.Chance, t.query })
	for _, miss := range missings {
		right, n := 0, 0
		floor := contrastFloor(firsts, miss)
		for _, t := range firsts {
			if t.Missing > miss {
				continue
			}
			if t.Chance < floor {
				break
			}
			n++
			right += int(one(t.right))
			if n >= 20 && right > most && lowerBound(right, n) >= 0.99 {
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
		if !t.right && t.set == "contrast" && t.Missing <= miss {
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
		if len(c) >= 100 {
			slices.Sort(c)
			at = min(at, math.Floor(c[len(c)/20]*1e4)/1e4)
		}
	}
	return at
}

// lowerBound is the share of right answers with one half more wrong one, so that
// a handful of lucky answers sets no threshold.
func lowerBound(right, n int) float64 { return float64(right) / (float64(n) + 0.15) }

// calibrate fits both calibrations and writes the file.
func calibrate(path string, model *match.Model) error {
	out := match.Calibrations{Signals: match.SignalNames()}
	for _, off := range []bool{false, true} {
		o := match.Options{NoModels: off, Model: model}
		ts, err := allTrials(o)
		if err != nil {
			return err
		}
		c := match.Calibration{Weights: logistic(ts, 1e-3), Families: map[string]match.Threshold{}}
		for i := range ts {
			ts[i].Chance = chance(c.Weights, ts[i].Signals)
		}
		part := func(family string, all bool) []trial {
			return slices.DeleteFunc(slices.Clone(ts), func(t trial) bool { return t.family != family || silver(t.set) && !all })
		}
		c.Families["latin"] = thresholds(part("latin", false))
		// No set in other scripts says of an answer that it is wrong: they take the
		// limits for answers from Latin script, and where there is a set, their own
		// for offers.
		unspaced := c.Families["latin"]
		unspaced.Perhaps = min(offer(part("unspaced", true)), unspaced.Same)
		c.Families["unspaced"], c.Families["other"] = unspaced, c.Families["latin"]
		fmt.Printf("models off %v: %+v\n", off, c.Families)
		report(ts, c)
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

// silver names sets whose answers are incomplete (many checks say the same, one is
// marked): they help to weigh the signals, but cannot say when an answer is wrong.
func silver(name string) bool {
	return strings.HasPrefix(name, "factchecktweet") || strings.HasPrefix(name, "xquad") || strings.HasPrefix(name, "cofacts")
}

// allTrials asks the questions that the ranker was not trained on.
func allTrials(o match.Options) ([]trial, error) {
	sets, err := devSets()
	if err != nil {
		return nil, err
	}
	contrast, err := contrastSet(o, 2)
	if err != nil {
		return nil, err
	}
	ts := contrast
	for _, s := range sets {
		share := 1.0
		switch {
		case strings.HasPrefix(s.name, "xquad"):
			_, s = s.split()
			share = 0.3
		case strings.HasPrefix(s.name, "cofacts"):
			_, s = s.split()
		case strings.HasPrefix(s.name, "vilexnorm"):
			s.queries = everyNth(s.queries, 12, 1)
		}
		if s.family == "" {
			s.family = "latin"
		}
		ts = append(ts, trialsOf(s, o, share)...)
	}
	return ts, nil
}

func everyNth(qs []query, n, from int) []query {
	var out []query
	for i := from; i < len(qs); i += n {
		out = append(out, qs[i])
	}
	return out
}
