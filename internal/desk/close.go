package desk

import "slices"

// CloseReason says why a claim cannot be checked: what it is instead of a
// factual claim. "" says no more than that it is none.
type CloseReason string

// The reasons.
const (
	CloseOpinion    CloseReason = "opinion"
	CloseBelief     CloseReason = "belief"
	ClosePrediction CloseReason = "prediction"
	CloseSatire     CloseReason = "satire"
	CloseUnclear    CloseReason = "unclear" // nothing in it can be made out
)

// CloseReasons lists the reasons, in the order shown.
func CloseReasons() []CloseReason {
	return []CloseReason{CloseOpinion, CloseBelief, ClosePrediction, CloseSatire, CloseUnclear}
}

// known reports whether a reason is one of the list, or none.
func (r CloseReason) known() bool { return r == "" || slices.Contains(CloseReasons(), r) }

// event tells that a claim was closed, and why.
func (r CloseReason) event() Event {
	e := Event{Kind: EvClaimClosed}
	if r != "" {
		e.Data = map[string]string{"why": string(r)}
	}
	return e
}

// notChecked counts what ended without a check: by the reasons of closing, by
// merging, and by the checks of other publishers.
func notChecked(es []EventCount) FigureTable {
	sum := func(fits func(e EventCount) bool) (n int) {
		for _, e := range es {
			if fits(e) {
				n += e.N
			}
		}
		return n
	}
	closed := func(why CloseReason) int {
		return sum(func(e EventCount) bool { return e.Kind == EvClaimClosed && e.Data["why"] == string(why) })
	}
	var rows []FigureRow
	for _, r := range CloseReasons() {
		rows = append(rows, count(string(r), closed(r)))
	}
	return counts(TableNotChecked, false, append(rows, count("not-factual", closed("")),
		count("merged", sum(func(e EventCount) bool { return e.Kind == EvClaimMerged })),
		count("ours", sum(func(e EventCount) bool { return united(e, "check") || united(e, "claim") })),
		count("elsewhere", sum(func(e EventCount) bool { return united(e, "imported") })))...)
}

// united reports whether an event said yes to a match with something of a sort.
func united(e EventCount, sort string) bool {
	return e.Kind == EvClaimJudged && e.Data["same"] == "yes" && e.Data["with"] == sort
}
