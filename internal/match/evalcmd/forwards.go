package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"soi/internal/match"
)

// outcome counts what became of the messages of one kind.
type outcome struct {
	n, first            int // messages; right check at rank 1 (every check found, for several)
	same, wrong         int // answered rightly; answered with another check
	offered, missed, no int // the right one offered; others offered; told that nothing fits
}

// forwards asks every message of the repository's own sets and prints rank-1 accuracy
// and decisions by kind, apart for what rules and limits were made with and what was
// only asked.
func forwards(w io.Writer, o match.Options, only string, verbose bool) error {
	sets, err := ownSets()
	if err != nil {
		return err
	}
	for _, s := range sets {
		if strings.Contains(s.name, only) {
			s.ask(w, fill(s.docs, o), verbose)
		}
	}
	return nil
}

// ask prints the outcomes of one set.
func (s ownSet) ask(w io.Writer, m *match.Matcher, verbose bool) {
	by, fs := map[string]*outcome{}, s.forwards
	for _, f := range fs {
		q := f.query()
		q.Limit = 3
		r := m.Match(context.Background(), q)
		for _, k := range []string{f.half + " " + f.kind, f.half + " all"} {
			if by[k] == nil {
				by[k] = &outcome{}
			}
			by[k].add(f, r)
		}
		if verbose {
			f.tell(w, r)
		}
	}
	fmt.Fprintf(w, "%-24s %5s %7s %7s %7s %8s %7s %5s\n", s.name, "n", "rank 1", "same", "wrong", "offered", "missed", "new")
	keys := make([]string, 0, len(by))
	for k := range by {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(cmp.Compare(b[:4], a[:4]), cmp.Compare(one(strings.HasSuffix(a, "all")), one(strings.HasSuffix(b, "all"))), cmp.Compare(a, b))
	})
	for _, k := range keys {
		x := by[k]
		fmt.Fprintf(w, "%-24s %5d %7d %7d %7d %8d %7d %5d\n", k, x.n, x.first, x.same, x.wrong, x.offered, x.missed, x.no)
	}
}

func (x *outcome) add(f forward, r match.Result) {
	x.n++
	held, rank := 0, 0
	for i, a := range r.Matches {
		if f.answerable() && slices.Contains(f.keys, a.ID) {
			held++
			if rank == 0 {
				rank = i + 1
			}
		}
	}
	x.first += int(one(rank == 1 && (f.kind != "two" || held == len(f.keys))))
	switch {
	case r.Decision == match.DecisionSame && rank == 1:
		x.same++
	case r.Decision == match.DecisionSame:
		x.wrong++
	case r.Decision == match.DecisionPerhaps && held > 0:
		x.offered++
	case r.Decision == match.DecisionPerhaps:
		x.missed++
	default:
		x.no++
	}
}

// tell prints one message whose outcome is not the best there is.
func (f forward) tell(w io.Writer, r match.Result) {
	got := "nothing"
	if len(r.Matches) > 0 {
		a := r.Matches[0]
		got = fmt.Sprintf("%s %.3f", a.ID, a.Probability)
		for _, x := range a.Reasons {
			got += "; " + x.Text("en")
		}
	}
	good := r.Decision == match.DecisionSame && len(r.Matches) > 0 && slices.Contains(f.keys, r.Matches[0].ID)
	if f.answerable() == good && (f.answerable() || r.Decision != match.DecisionSame) {
		return
	}
	fmt.Fprintf(w, "%s %s %v: %.90s\n    %s: %s\n", f.half, f.kind, f.keys, strings.ReplaceAll(f.text, "\n", " "), r.Decision, got)
}
