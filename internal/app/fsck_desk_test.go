package app

import (
	"strings"
	"testing"

	"soi/internal/desk"
	"soi/internal/store"
)

// TestEveryMisfitHasASentence: no finding of fsck is a code.
func TestEveryMisfitHasASentence(t *testing.T) {
	for _, k := range store.MisfitKinds() {
		if s := misfitSays[k]; strings.Count(s, "%s") != 1 || !strings.HasSuffix(s, ".") {
			t.Errorf("%s: %q", k, s)
		}
	}
}

// TestTicksNeverMade: a published text whose reviewers left points without a
// tick is named, point by point.
func TestTicksNeverMade(t *testing.T) {
	all := desk.Points(desk.KindPublish)
	review := desk.Review{Kind: desk.KindPublish, Checklist: all}
	named := func(r desk.Review) (n int) {
		fsckTicks(desk.Claim{ID: "x"}, desk.Revision{Rev: 1}, r, func(string, ...any) { n++ })
		return n
	}
	if n := named(review); n != 0 {
		t.Errorf("all ticked, and %d named", n)
	}
	review.Checklist = nil
	if n := named(review); n != 6 {
		t.Errorf("none ticked, and %d named", n)
	}
	review.Checklist, review.Other, review.OtherChecklist = all, "y", all[1:]
	if n := named(review); n != 1 {
		t.Errorf("one open at the other reviewer, and %d named", n)
	}
}
