package desk

import "time"

// EventKind says what happened. Kinds are words of the past and never change
// their meaning: followers and histories read old ones.
type EventKind string

// The kinds of event, one per verb.
const (
	EvTipReceived        EventKind = "tip.received"
	EvTipAdded           EventKind = "tip.added" // by staff, for someone at the counter
	EvTipChosen          EventKind = "tip.chosen"
	EvTipRefused         EventKind = "tip.refused" // the asker said "not this one"
	EvTipSettled         EventKind = "tip.settled" // the asker did not choose in time
	EvTipErased          EventKind = "tip.erased"
	EvMediaAdded         EventKind = "media.added"  // by staff, to a claim
	EvMediaUsed          EventKind = "media.used"   // staff said whether it is a picture of the claim
	EvMediaJudged        EventKind = "media.judged" // and what was found of it
	EvMediaRead          EventKind = "media.read"   // looked into after the tip was taken in
	EvMediaHeld          EventKind = "media.held"   // could not be looked into, kept apart
	EvClaimOpened        EventKind = "claim.opened"
	EvClaimEdited        EventKind = "claim.edited"
	EvClaimAssigned      EventKind = "claim.assigned"
	EvClaimJudged        EventKind = "claim.judged"
	EvJudgmentUndone     EventKind = "claim.judgment-undone"
	EvClaimMerged        EventKind = "claim.merged"
	EvClaimUnmerged      EventKind = "claim.unmerged"
	EvClaimSplit         EventKind = "claim.split"
	EvClaimClosed        EventKind = "claim.closed"
	EvClaimReopened      EventKind = "claim.reopened"
	EvEvidenceAdded      EventKind = "evidence.added"
	EvEvidenceEdited     EventKind = "evidence.edited"
	EvReleaseGathered    EventKind = "release.gathered" // pieces were marked as copies of one release
	EvReleaseParted      EventKind = "release.parted"
	EvRecheckSet         EventKind = "recheck.set"     // another date for looking at a check again
	EvRechecked          EventKind = "check.rechecked" // looked at again, still right
	EvLinkGone           EventKind = "link.gone"
	EvLinkBack           EventKind = "link.back"
	EvLinkAsked          EventKind = "link.asked"       // to be looked at now
	EvImportChanged      EventKind = "imported.changed" // one that the desk relies on says something else
	EvImportSeen         EventKind = "imported.seen"
	EvEvidenceRetired    EventKind = "evidence.retired"
	EvEvidenceBack       EventKind = "evidence.restored"
	EvDraftSaved         EventKind = "draft.saved"
	EvReviewAsked        EventKind = "review.asked"
	EvReviewReturned     EventKind = "review.returned"
	EvReviewTaken        EventKind = "review.taken-back"
	EvReviewAgreed       EventKind = "review.agreed"    // the first of two approvals
	EvReviewConfirmed    EventKind = "review.confirmed" // the other reviewer agreed after an emergency
	EvCommented          EventKind = "comment.made"     // on a sentence under review
	EvCommentAnswered    EventKind = "comment.answered"
	EvCommentSettled     EventKind = "comment.settled"
	EvCommentOpened      EventKind = "comment.opened" // again
	EvPublished          EventKind = "check.published"
	EvCorrected          EventKind = "check.corrected"
	EvWithdrawn          EventKind = "check.withdrawn"
	EvImported           EventKind = "imported.added"
	EvStaffAdded         EventKind = "staff.added"
	EvStaffChanged       EventKind = "staff.changed"
	EvStaffLinked        EventKind = "staff.linked" // a sign-in link was made for the account
	EvStaffLeft          EventKind = "staff.left"   // the account was closed for good and the name replaced by a number
	EvSeatGiven          EventKind = "seat.given"
	EvSeatTaken          EventKind = "seat.taken"
	EvDeskAdded          EventKind = "desk.added"
	EvDeskChanged        EventKind = "desk.changed"
	EvNoticesMade        EventKind = "notices.made"     // messages to the askers of a claim were put into the outbox
	EvAnswerRecalled     EventKind = "answer.recalled"  // a check was given as the answer to tips that are about something else
	EvAskersForgotten    EventKind = "askers.forgotten" // addresses and keyed hashes were erased at the end of their time
	EvSettingChanged     EventKind = "setting.changed"
	EvExplainerSaved     EventKind = "explainer.saved"
	EvExplainerHandedIn  EventKind = "explainer.handed-in"
	EvExplainerReturned  EventKind = "explainer.returned"
	EvExplainerPublished EventKind = "explainer.published"
	EvExplainerWithdrawn EventKind = "explainer.withdrawn"
	EvExplainerLinked    EventKind = "explainer.linked" // from a check
	EvExplainerUnlinked  EventKind = "explainer.unlinked"
	EvCaseMade           EventKind = "case.made" // a practice case, from a claim
	EvCaseRetired        EventKind = "case.retired"
	EvCaseBack           EventKind = "case.restored"
	EvKeyAdded           EventKind = "key.added" // of the API
	EvKeyEnded           EventKind = "key.ended"
	EvDeadlinesShared    EventKind = "deadlines.shared" // a person's calendar got a secret address
	EvDeadlinesEnded     EventKind = "deadlines.ended"

	EvDueSet      EventKind = "claim.due-set"
	EvStepTicked  EventKind = "claim.step-ticked" // a step of a checklist, or a whole list
	EvListChanged EventKind = "checklist.changed"
	EvViewChanged EventKind = "view.changed" // saved, renamed, moved, removed, restored
	EvTipsAside   EventKind = "tips.set-aside"
	EvTipsBack    EventKind = "tips.put-back"

	EvMailPlanSet     EventKind = "staff.mail-plan" // how a person wants to be told by mail
	EvNoteAdded       EventKind = "note.added"
	EvNoteEdited      EventKind = "note.edited"
	EvNoteRetracted   EventKind = "note.retracted"
	EvTextKept        EventKind = "text.kept" // what somebody typed was kept beside the draft
	EvTextDropped     EventKind = "text.dropped"
	EvTextBack        EventKind = "text.restored"
	EvExpertAdded     EventKind = "expert.added"
	EvExpertWithdrawn EventKind = "expert.withdrawn" // took the agreement to be named back
	EvOpinionAsked    EventKind = "opinion.asked"
	EvOpinionGiven    EventKind = "opinion.given"
	EvOpinionEnded    EventKind = "opinion.ended" // its link was revoked
	EvOpinionCited    EventKind = "opinion.cited"
	EvOpinionUncited  EventKind = "opinion.uncited"
	EvDueSoon         EventKind = "claim.due-soon" // of a claim that somebody has
	EvRequestLate     EventKind = "request.late"   // a body did not answer in time
	EvRecheckDue      EventKind = "recheck.due"    // a check is to be looked at again

	EvHandoverOffered  EventKind = "handover.offered"
	EvHandoverAccepted EventKind = "handover.accepted"
	EvHandoverReturned EventKind = "handover.returned"
	EvHandoverTaken    EventKind = "handover.taken" // taken back by the desk that offered

	EvCaptured       EventKind = "evidence.captured"       // there is a copy of a source
	EvCaptureFailed  EventKind = "evidence.capture-failed" // there is none, for good
	EvCaptureAsked   EventKind = "evidence.capture-asked"  // by staff, once more
	EvCaptureTyped   EventKind = "evidence.typed"          // staff typed the words of a post
	EvCaptureDamaged EventKind = "evidence.damaged"        // a copy is not what it was
	EvCaptureSent    EventKind = "evidence.archived-elsewhere"

	EvOutletAdded       EventKind = "outlet.added"
	EvOutletRemoved     EventKind = "outlet.removed"
	EvFeedAdded         EventKind = "feed.added"
	EvFeedRemoved       EventKind = "feed.removed"
	EvFeedMoved         EventKind = "feed.moved" // its new address was taken over
	EvFeedAsked         EventKind = "feed.asked" // to be fetched now
	EvFeedSilent        EventKind = "feed.silent"
	EvFeedFailing       EventKind = "feed.failing"
	EvFeedWell          EventKind = "feed.well"
	EvSuggestionDropped EventKind = "suggestion.dropped"
	EvPressForgotten    EventKind = "press.forgotten" // suggestions and hashes past their time

	EvBodyAdded       EventKind = "body.added"
	EvBodyChanged     EventKind = "body.changed"
	EvBodyRemoved     EventKind = "body.removed"
	EvBodyBack        EventKind = "body.returned"
	EvCalendarSaved   EventKind = "calendar.saved"
	EvCalendarRemoved EventKind = "calendar.removed"
	EvRequestAsked    EventKind = "request.asked"
	EvRequestSent     EventKind = "request.sent"  // the letter went out, or staff delivered it: the deadline begins
	EvRequestShown    EventKind = "request.shown" // the letter with its link was shown to staff
	EvRequestLink     EventKind = "request.link"  // a new link, the old one leads nowhere
	EvRequestEnded    EventKind = "request.ended"
	EvRequestAnswered EventKind = "request.answered"
	EvRequestReminded EventKind = "request.reminded"
	EvMoreAsked       EventKind = "request.more-asked"
	EvMoreAccepted    EventKind = "request.more-accepted"
	EvMoreDeclined    EventKind = "request.more-declined"
	EvLetterBack      EventKind = "request.letter-back" // the address of the office does not exist
	EvAnswerConfirmed EventKind = "request.answer-confirmed"
	EvAnswerRefused   EventKind = "request.answer-refused" // the mail was not the body's
	EvStrayMail       EventKind = "stray.received"
	EvStrayMatched    EventKind = "stray.matched"
	EvStrayDropped    EventKind = "stray.dropped"
	EvStrayErased     EventKind = "stray.erased"

	EvQuestionListed   EventKind = "question.listed"   // the sentence of an open claim is shown to the public
	EvQuestionUnlisted EventKind = "question.unlisted" // … and no longer
	EvPlacesSet        EventKind = "claim.places-set"
	EvPageSaved        EventKind = "page.saved" // a standing page: its working copy
	EvPageHandedIn     EventKind = "page.handed-in"
	EvPageReturned     EventKind = "page.returned"
	EvPagePublished    EventKind = "page.published"

	EvAppealReceived   EventKind = "appeal.received"
	EvAppealTaken      EventKind = "appeal.taken"
	EvAppealReleased   EventKind = "appeal.released"
	EvRulingProposed   EventKind = "ruling.proposed"
	EvRulingReturned   EventKind = "ruling.returned"
	EvRulingTakenBack  EventKind = "ruling.taken-back"
	EvRulingPublished  EventKind = "ruling.published"
	EvPeerAdded        EventKind = "peer.added" // another installation to exchange with
	EvPeerChanged      EventKind = "peer.changed"
	EvPeerEnded        EventKind = "peer.ended"
	EvPeerStopped      EventKind = "peer.stopped" // its shelf is not read until a person has looked
	EvPeerResumed      EventKind = "peer.resumed"
	EvPeerKeyChanged   EventKind = "peer.key-changed" // signed by the key before, or confirmed by a person
	EvPeerRead         EventKind = "peer.read"        // new lines of its shelf were taken in
	EvShelfLaid        EventKind = "shelf.laid"       // lines were laid out for peers
	EvQuestionHeld     EventKind = "question.held"    // a claim is kept off the shelf
	EvQuestionFree     EventKind = "question.free"
	EvLaidJoined       EventKind = "laid.joined" // a question or check of a peer says the same as a claim
	EvLaidParted       EventKind = "laid.parted"
	EvLaidTaken        EventKind = "laid.taken" // this desk works on a peer's question
	EvLaidLeft         EventKind = "laid.left"
	EvLaidAdopted      EventKind = "laid.adopted" // a draft begins with a peer's check
	EvLaidForgot       EventKind = "laid.forgotten"
	EvSourceOffered    EventKind = "source.offered" // evidence, for a peer's question
	EvSourceUnoffer    EventKind = "source.taken-back"
	EvSourceAccepted   EventKind = "source.accepted" // evidence that a peer offered
	EvSourceDeclined   EventKind = "source.declined"
	EvPeerTook         EventKind = "peer.took-over" // a peer works on a question of ours
	EvPeerLeft         EventKind = "peer.let-go"
	EvPeerOffers       EventKind = "peer.offers"        // evidence for a question of ours
	EvPeerCheckChanged EventKind = "peer.check-changed" // one with which a draft of ours began

	EvAppealsForgotten EventKind = "appeals.forgotten" // words and files past their time

	EvChannelEntered      EventKind = "channel.entered" // into the register of real channels; a second person decides
	EvChannelRefused      EventKind = "channel.refused"
	EvChannelListed       EventKind = "channel.listed"
	EvChannelWithdrawn    EventKind = "channel.withdrawn"
	EvChannelTurned       EventKind = "channel.turned" // its proof has gone, or is back
	EvChannelAsked        EventKind = "channel.asked"  // its proof is to be looked for at once
	EvDenialEntered       EventKind = "denial.entered" // a body's word that an address is not its own
	EvDenialRefused       EventKind = "denial.refused"
	EvDenialListed        EventKind = "denial.listed"
	EvDenialWithdrawn     EventKind = "denial.withdrawn"
	EvImportSourceAdded   EventKind = "import-source.added"
	EvImportSourceChanged EventKind = "import-source.changed"
	EvImportSourceTurned  EventKind = "import-source.turned" // paused, resumed, made due, taken out of use
	EvImportRan           EventKind = "import-source.ran"    // brought something, refused something, or failed

	EvDigestAsked     EventKind = "digest.asked" // an address is asked whether it wants digests
	EvDigestJoined    EventKind = "digest.joined"
	EvDigestChanged   EventKind = "digest.changed"
	EvDigestLeft      EventKind = "digest.left"
	EvDigestForgotten EventKind = "digest.forgotten" // addresses that did not confirm
	EvDigestPlanSet   EventKind = "digest.plan-set"
	EvDigestMade      EventKind = "digest.made"
	EvDigestLate      EventKind = "digest.late" // an edition, or its sending

	EvReportAsked EventKind = "report.asked" // of a period, by staff
	EvReportMade  EventKind = "report.made"  // of a period that is over
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
