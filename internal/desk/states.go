package desk

import "slices"

// step is something that can happen to a claim.
type step string

// The steps a claim can take.
const (
	stepWork     step = "work"     // edit, assign, cite, draft: no change of state
	stepSubmit   step = "submit"   // ask for review of a text
	stepPublish  step = "publish"  // a text was approved
	stepWithdraw step = "withdraw" // a withdrawal was approved
	stepErase    step = "erase"    // the erasure of the whole check was approved
	stepClose    step = "close"    // not a factual claim
	stepReopen   step = "reopen"   // undo of close, or of an answer by another publisher
	stepMerge    step = "merge"    // goes into another claim
	stepUnmerge  step = "unmerge"  // comes back out
	stepAnswer   step = "answer"   // another publisher's check answers it
)

// next is the one table of states: for each state, the steps that are
// possible and the state each leads to. A step that is not listed is
// ErrState.
func next(from ClaimState, s step) (ClaimState, bool) {
	table := map[ClaimState]map[step]ClaimState{
		ClaimOpen: {
			stepWork: ClaimOpen, stepSubmit: ClaimOpen, stepPublish: ClaimPublished,
			stepClose: ClaimClosed, stepMerge: ClaimMerged, stepAnswer: ClaimAnswered,
		},
		ClaimPublished: {
			stepWork: ClaimPublished, stepSubmit: ClaimPublished, stepPublish: ClaimPublished,
			stepWithdraw: ClaimWithdrawn, stepErase: ClaimWithdrawn,
		},
		ClaimWithdrawn: {
			stepWork: ClaimWithdrawn, stepSubmit: ClaimWithdrawn, stepPublish: ClaimPublished,
			stepErase: ClaimWithdrawn,
		},
		ClaimClosed:   {stepReopen: ClaimOpen},
		ClaimAnswered: {stepReopen: ClaimOpen},
		ClaimMerged:   {stepUnmerge: ClaimOpen},
	}
	to, ok := table[from][s]
	return to, ok
}

// take moves the claim a step on, or returns ErrState. While a review is
// under way only publishing and withdrawing (the decision itself) and work
// that does not touch the text under review are possible.
func (c *Claim) take(s step) error {
	to, ok := next(c.State, s)
	if !ok {
		return ErrState
	}
	if c.Pending() && slices.Contains([]step{stepSubmit, stepClose, stepMerge, stepAnswer}, s) {
		return ErrState
	}
	c.State = to
	return nil
}
