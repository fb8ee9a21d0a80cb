package match

import "slices"

// Looked is how many matches of a message are asked for where somebody may be offered a
// choice: enough to leave MostOffered once open claims and second languages are taken
// out.
const Looked = 12

// MostOffered is how many possible answers an asker is offered at once.
const MostOffered = 3

// Settle says what a desk does with the result for a message that came in: "same" with
// the key of what answers it, "perhaps" when there is something to choose from, else
// "new". Open claims are joined when they are surely the same and never offered: their
// words are nobody's but the asker's who sent them.
func (r Result) Settle() (d Decision, answer string) {
	switch {
	case r.Decision == DecisionSame && len(r.Matches) > 0:
		return DecisionSame, r.Matches[0].ID
	case r.Decision == DecisionPerhaps && len(r.Offered()) > 0:
		return DecisionPerhaps, ""
	}
	return DecisionNew, ""
}

// Offered lists the matches worth choosing from, best first: no open claims, and nothing
// less than a third as likely as the likeliest, which nobody would take. It may hold more
// than MostOffered: some may turn out not to be public.
func (r Result) Offered() []Match {
	top := 0.0
	for _, m := range r.Matches {
		top = max(top, m.Probability)
	}
	return slices.DeleteFunc(slices.Clone(r.Matches), func(m Match) bool { return m.Kind == KindClaim || m.Probability < top/3 })
}
