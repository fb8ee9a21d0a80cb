package web

import (
	"testing"

	"soi/internal/desk"
	"soi/internal/match"
)

// TestSettle: what another asker wrote is never offered to choose from. A
// message that is surely the same joins their claim unseen; one that may be
// is new.
func TestSettle(t *testing.T) {
	claim := match.Match{ID: desk.ClaimKey("0123456789abcdefghjkmnpqrs"), Kind: match.KindClaim}
	check := match.Match{ID: desk.CheckKey("0123456789abcdefghjkmnpqrt", "vi"), Kind: match.KindCheck}
	other := match.Match{ID: desk.ImportedKey("0123456789abcdefghjkmnpqrv"), Kind: match.KindImported}
	for name, c := range map[string]struct {
		res    match.Result
		want   match.Decision
		answer string
	}{
		"nothing found":           {match.Result{Decision: match.DecisionNew}, match.DecisionNew, ""},
		"weak matches":            {match.Result{Decision: match.DecisionNew, Matches: []match.Match{check}}, match.DecisionNew, ""},
		"the same check":          {match.Result{Decision: match.DecisionSame, Matches: []match.Match{check, claim}}, match.DecisionSame, check.ID},
		"the same open claim":     {match.Result{Decision: match.DecisionSame, Matches: []match.Match{claim, check}}, match.DecisionSame, claim.ID},
		"perhaps a check":         {match.Result{Decision: match.DecisionPerhaps, Matches: []match.Match{claim, check}}, match.DecisionPerhaps, ""},
		"perhaps another's check": {match.Result{Decision: match.DecisionPerhaps, Matches: []match.Match{other}}, match.DecisionPerhaps, ""},
		"perhaps an open claim":   {match.Result{Decision: match.DecisionPerhaps, Matches: []match.Match{claim}}, match.DecisionNew, ""},
		"same without a match":    {match.Result{Decision: match.DecisionSame}, match.DecisionNew, ""},
	} {
		if got, answer := settle(c.res); got != c.want || answer != c.answer {
			t.Errorf("%s: %s %q, want %s %q", name, got, answer, c.want, c.answer)
		}
	}
	cs, err := testSite(t).cards(t.Context(), "vi", []string{claim.ID, "", "x/y"})
	if err != nil || len(cs) != 0 {
		t.Errorf("cards of an open claim: %v, %v", cs, err)
	}
}
