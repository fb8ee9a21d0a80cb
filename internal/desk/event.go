package desk

import "time"

// EventKind says what happened. Kinds are words of the past and never change
// their meaning: followers and histories read old ones.
type EventKind string

// The kinds of event, one per verb.
const (
	EvTipReceived     EventKind = "tip.received"
	EvTipAdded        EventKind = "tip.added" // by staff, for someone at the counter
	EvTipChosen       EventKind = "tip.chosen"
	EvTipRefused      EventKind = "tip.refused" // the asker said "not this one"
	EvTipSettled      EventKind = "tip.settled" // the asker did not choose in time
	EvTipErased       EventKind = "tip.erased"
	EvClaimOpened     EventKind = "claim.opened"
	EvClaimEdited     EventKind = "claim.edited"
	EvClaimAssigned   EventKind = "claim.assigned"
	EvClaimJudged     EventKind = "claim.judged"
	EvJudgmentUndone  EventKind = "claim.judgment-undone"
	EvClaimMerged     EventKind = "claim.merged"
	EvClaimUnmerged   EventKind = "claim.unmerged"
	EvClaimSplit      EventKind = "claim.split"
	EvClaimClosed     EventKind = "claim.closed"
	EvClaimReopened   EventKind = "claim.reopened"
	EvEvidenceAdded   EventKind = "evidence.added"
	EvEvidenceRetired EventKind = "evidence.retired"
	EvEvidenceBack    EventKind = "evidence.restored"
	EvDraftSaved      EventKind = "draft.saved"
	EvReviewAsked     EventKind = "review.asked"
	EvReviewReturned  EventKind = "review.returned"
	EvReviewTaken     EventKind = "review.taken-back"
	EvPublished       EventKind = "check.published"
	EvCorrected       EventKind = "check.corrected"
	EvWithdrawn       EventKind = "check.withdrawn"
	EvImported        EventKind = "imported.added"
	EvStaffAdded      EventKind = "staff.added"
	EvStaffChanged    EventKind = "staff.changed"
	EvStaffLinked     EventKind = "staff.linked" // a sign-in link was made for the account
	EvSettingChanged  EventKind = "setting.changed"
)

// Event is one line of the event log, appended in the transaction of the
// change it tells of. Data holds small facts (codes, counts, ids), never the
// text of a tip and never anything about an asker.
type Event struct {
	Seq   int64 // 1, 2, … without meaning beyond order
	At    time.Time
	Kind  EventKind
	Actor ID // staff; empty for the program
	Claim ID // the claim concerned, if any
	About ID // the tip, evidence, review, staff … concerned, if any
	Data  map[string]string
}

// EventFilter selects events; zero fields do not restrict.
type EventFilter struct {
	After  int64 // Seq greater than this, oldest first
	Claim  ID    // of one claim, newest first
	Newest bool  // newest first
	Limit  int   // 0 means 100
}
