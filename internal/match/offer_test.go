package match

import (
	"slices"
	"testing"
)

// TestSettle: what another asker wrote is never offered to choose from. A message that is
// surely the same joins their claim unseen; one that may be is new, also when nothing
// else is worth choosing.
func TestSettle(t *testing.T) {
	claim := Match{ID: "claim/1", Kind: KindClaim, Probability: 0.9}
	check := Match{ID: "check/2/vi", Kind: KindCheck, Probability: 0.5}
	faint := Match{ID: "check/3/vi", Kind: KindCheck, Probability: 0.1}
	other := Match{ID: "imported/4", Kind: KindImported, Probability: 0.4}
	for name, c := range map[string]struct {
		res    Result
		want   Decision
		answer string
	}{
		"nothing found":           {Result{Decision: DecisionNew}, DecisionNew, ""},
		"weak matches":            {Result{Decision: DecisionNew, Matches: []Match{check}}, DecisionNew, ""},
		"the same check":          {Result{Decision: DecisionSame, Matches: []Match{check, claim}}, DecisionSame, check.ID},
		"the same open claim":     {Result{Decision: DecisionSame, Matches: []Match{claim, check}}, DecisionSame, claim.ID},
		"perhaps a check":         {Result{Decision: DecisionPerhaps, Matches: []Match{claim, check}}, DecisionPerhaps, ""},
		"perhaps another's check": {Result{Decision: DecisionPerhaps, Matches: []Match{other}}, DecisionPerhaps, ""},
		"perhaps an open claim":   {Result{Decision: DecisionPerhaps, Matches: []Match{claim}}, DecisionNew, ""},
		"nothing worth choosing":  {Result{Decision: DecisionPerhaps, Matches: []Match{claim, faint}}, DecisionNew, ""},
		"same without a match":    {Result{Decision: DecisionSame}, DecisionNew, ""},
	} {
		if got, answer := c.res.Settle(); got != c.want || answer != c.answer {
			t.Errorf("%s: %s %q, want %s %q", name, got, answer, c.want, c.answer)
		}
	}
}

// TestOffered: nothing is offered that is far less likely than the best choice.
func TestOffered(t *testing.T) {
	res := Result{Matches: []Match{{ID: "a", Probability: 0.1}, {ID: "b", Probability: 0.36}, {ID: "c", Probability: 0.13}, {ID: "d", Kind: KindClaim, Probability: 0.3}}}
	got := res.Offered()
	if ids := []string{got[0].ID, got[len(got)-1].ID}; len(got) != 2 || !slices.Equal(ids, []string{"b", "c"}) {
		t.Errorf("of 10, 36, 13 and a claim of 30 in a hundred are offered %v, want b and c", got)
	}
	if len(res.Matches) != 4 || res.Matches[0].ID != "a" {
		t.Errorf("the matcher's own result was changed: %v", res.Matches)
	}
	if got := (Result{}).Offered(); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}
