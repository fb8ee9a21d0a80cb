package web

import (
	"testing"

	"soi/internal/match"
)

// An asker is offered nothing that is far less likely than the best choice.
func TestLikely(t *testing.T) {
	res := match.Result{Matches: []match.Match{{ID: "a", Probability: 0.1}, {ID: "b", Probability: 0.36}, {ID: "c", Probability: 0.13}, {ID: "d", Probability: 0.04}}}
	got := likely(res)
	if len(got.Matches) != 2 || got.Matches[0].ID != "b" || got.Matches[1].ID != "c" {
		t.Errorf("of 10, 36, 13 and 4 in a hundred are offered %v, want b and c", got.Matches)
	}
	if len(res.Matches) != 4 || res.Matches[0].ID != "a" {
		t.Errorf("the matcher's own result was changed: %v", res.Matches)
	}
	if got := likely(match.Result{}); len(got.Matches) != 0 {
		t.Errorf("of nothing: %v", got.Matches)
	}
}
