package desk

import (
	"errors"
	"fmt"
	"strings"
)

// The kinds of error a verb can return. Callers compare with errors.Is; the
// sentence a person reads is chosen by kind in web and api, never taken from
// the text of the error.
var (
	// ErrNotFound: no such row, or none that this person may see.
	ErrNotFound = errors.New("not found")
	// ErrForbidden: the person's role does not carry this verb.
	ErrForbidden = errors.New("not permitted")
	// ErrConflict: someone else changed the thing since it was read. The
	// caller shows both texts; nothing was written.
	ErrConflict = errors.New("changed by someone else")
	// ErrState: the verb does not apply in the state the thing is in.
	ErrState = errors.New("not possible in this state")
	// ErrOwnWork: the person wrote or submitted the text they want to decide
	// on. No role lifts this.
	ErrOwnWork = errors.New("a second person must decide")
	// ErrInvalid: the input breaks a rule; see Problems for which.
	ErrInvalid = errors.New("invalid input")
	// ErrDuplicate: the same delivery was accepted before. Harmless.
	ErrDuplicate = errors.New("already received")
	// ErrClock: the machine's clock cannot be trusted enough to write to the
	// public log.
	ErrClock = errors.New("clock out of step")
	// ErrLogClosed: the public log has ended and takes no further entry, so
	// nothing can be published until another one follows it.
	ErrLogClosed = errors.New("public log closed")
	// ErrFull: the disk or the database has no room; nothing was written.
	ErrFull = errors.New("no space left")
	// ErrBusy: the database could not be reached or locked in time; nothing
	// was written and trying again is safe.
	ErrBusy = errors.New("database busy")
	// ErrErased: the thing existed and its content was erased.
	ErrErased = errors.New("erased")
	// ErrDamaged: stored bytes are not what they were; they are shown to
	// nobody.
	ErrDamaged = errors.New("damaged")
)

// Problem is one reason why input is refused, as a code that web turns into
// a sentence in the reader's language.
type Problem string

// The problems a verb can find in its input.
const (
	NoRating          Problem = "no-rating"            // the draft has no rating
	NoText            Problem = "no-text"              // no language has a complete text
	NoClaimText       Problem = "no-claim-text"        // the claim sentence is missing in a language that was begun
	NoStatement       Problem = "no-statement"         // the true statement is missing
	NoSummary         Problem = "no-summary"           // the one-paragraph answer is missing
	NoEvidence        Problem = "no-evidence"          // no evidence at all
	NoIndependent     Problem = "no-independent"       // every source is the body concerned or depends on it
	NoReason          Problem = "no-reason"            // a correction or withdrawal needs a reason code
	NoNote            Problem = "no-note"              // … and a note that readers see
	RatingNeedsFix    Problem = "rating-needs-correct" // a changed rating cannot be a typo or clarity update
	NothingChanged    Problem = "nothing-changed"      // the text equals what is published
	TextEmpty         Problem = "text-empty"           // nothing was written
	TextTooLong       Problem = "text-too-long"        // longer than the limit
	BadLink           Problem = "bad-link"             // not an http or https address
	BadClaim          Problem = "bad-claim"            // the address of no claim
	QuestionNotTyped  Problem = "question-not-typed"   // the sentence is a tip's, or the press's: nobody of staff has written it
	BadChoice         Problem = "bad-choice"           // a value outside its list
	SendBackNoReasons Problem = "send-back-no-reasons" // sending back needs reasons
	ChecklistOpen     Problem = "checklist-open"       // the checklist is not complete
	ApprovedAlready   Problem = "approved-already"     // the first approval was this person's; the second must be another's
	HarmRaised        Problem = "harm-raised"          // the harm was raised after the text was sent: it needs two reviewers now
	NameTaken         Problem = "name-taken"           // a staff account of that name exists
	LastAdmin         Problem = "last-admin"           // the last admin cannot be disabled or lose the role
	HandoverOpen      Problem = "handover-open"        // the claim is offered to a desk already
	HandoverNoReasons Problem = "handover-no-reasons"  // handing on and returning need reasons
	SuccessorMayNot   Problem = "successor-may-not"    // the colleague may not work on one of the claims
	MergeSelf         Problem = "merge-self"           // a claim cannot be merged into itself
	OutletTaken       Problem = "outlet-taken"         // an outlet of that name is on the list, perhaps as removed
	OutletNoImprint   Problem = "outlet-no-imprint"    // the address of its imprint is missing
	OutletNoReason    Problem = "outlet-no-reason"     // adding and removing an outlet need a reason
	BadList           Problem = "bad-list"             // what should be an OPML list is none
	FeedTaken         Problem = "feed-taken"           // the desk reads that address already
	NoChoice          Problem = "no-choice"            // two texts clash and nobody chose
	TooManyNotes      Problem = "too-many-notes"       // a claim holds as many notes as it can
	NoAgreement       Problem = "no-agreement"         // an expert without the date of a written agreement
	BadAddress        Problem = "bad-address"          // not an e-mail address
	BadMail           Problem = "bad-mail"             // not an e-mail address
	NoTips            Problem = "no-tips"              // a split needs at least one tip, and must leave one behind
	NoIssuer          Problem = "no-issuer"            // a release is some institution's
	ReleaseOfOne      Problem = "release-of-one"       // a release has two copies at least
	RecheckNoReason   Problem = "recheck-no-reason"    // another date for looking again needs a reason
	BadRecheck        Problem = "bad-recheck"          // the date has passed or is too far off
	SourcesGone       Problem = "sources-gone"         // no independent source can be opened any more
	MediaEmpty        Problem = "media-empty"          // a file without bytes
	MediaTooLarge     Problem = "media-too-large"      // more bytes than its kind may have
	MediaTooWide      Problem = "media-too-wide"       // more pixels than are looked at
	MediaTooMany      Problem = "media-too-many"       // more files than a tip may bring
	MediaForeign      Problem = "media-foreign"        // a picture in a format soi does not open: HEIC, AVIF, JPEG XL, SVG
	MediaUnknown      Problem = "media-unknown"        // neither picture nor PDF, voice or video
	BadDue            Problem = "bad-due"              // a due time in the past, too far ahead, or without a reason
	ListLength        Problem = "list-length"          // a checklist without steps, or with too many
	TickNoReason      Problem = "tick-no-reason"       // a step that does not apply needs a reason
	TooManyViews      Problem = "too-many-views"       // more saved views than tabs can show
	NoAnswerChosen    Problem = "no-answer-chosen"     // a practice case without a choice
	NothingChosen     Problem = "nothing-chosen"       // a bulk action without claims
	TooManyChosen     Problem = "too-many-chosen"      // … with more than one takes
	MergeOne          Problem = "merge-one"            // merging needs two claims or more
	MediaBroken       Problem = "media-broken"         // begins like a picture and cannot be read as one
	BadDate           Problem = "bad-date"             // a day of a calendar is no date
	BadCalendar       Problem = "bad-calendar"         // what should be an iCalendar file is none, or says what cannot be read
	BadHours          Problem = "bad-hours"            // working days, hours or time zone cannot be
	BodyTaken         Problem = "body-taken"           // a body of that name is in the register, perhaps as removed
	NoBody            Problem = "no-body"              // no body of the register was chosen
	NoQuestion        Problem = "no-question"          // a request asks something
	NoPlan            Problem = "no-plan"              // … and says what will be published if nothing comes
	NoDaysReason      Problem = "no-days-reason"       // another deadline than the harm asks for needs a reason
	NoEndReason       Problem = "no-end-reason"        // withdrawing a request needs a reason
	NoAnswerKind      Problem = "no-answer-kind"       // an answer says what it says
	NoMoreReason      Problem = "no-more-reason"       // asking for more time needs a reason
	NotOfficial       Problem = "not-official"         // the box that says whose answer it is was not ticked
	NoAppealKind      Problem = "no-appeal-kind"       // an appeal says what it is about
	AppealEmpty       Problem = "appeal-empty"         // … and what is wrong
	NoOutcome         Problem = "no-outcome"           // a ruling says how the appeal ends
	NoRemedy          Problem = "no-remedy"            // … and what will be done
	RemedyUnfit       Problem = "remedy-unfit"         // outcome and what will be done contradict each other
	NoRulingText      Problem = "no-ruling-text"       // reasons are missing in a language of the check
	CheckMoved        Problem = "check-moved"          // the check has changed since the ruling was written
	PeerTaken         Problem = "peer-taken"           // there is exchange with that desk already
	PeerBadKey        Problem = "peer-bad-key"         // not the verifier key of a desk
	PeerOurselves     Problem = "peer-ourselves"       // the key is this desk's own
	PeerUnconfirmed   Problem = "peer-unconfirmed"     // nobody said that the key was compared
	PeerTooMany       Problem = "peer-too-many"        // more peers than a desk exchanges with
	SourceUnfit       Problem = "source-unfit"         // evidence that another desk would refuse: markup, or somebody's account
	RedactNothing     Problem = "redact-nothing"       // the passage stands in no published text
	NoSuchPlace       Problem = "no-such-place"        // no site, number, e-mail address or account
	ChannelTaken      Problem = "channel-taken"        // the address is in the register, as somebody's or as not a body's own
	NoProof           Problem = "no-proof"             // a channel says how it is known to be a body's own
	ProofElsewhere    Problem = "proof-elsewhere"      // the proof is not on a site that is known to be the body's own
	ProofOfItself     Problem = "proof-of-itself"      // a site does not prove itself
	ProofNotFound     Problem = "proof-not-found"      // the proof was not found, or not lately
	AnswerNotNaming   Problem = "answer-not-naming"    // no answer of that body names the address
	NoChannelReason   Problem = "no-channel-reason"    // refusing or withdrawing needs a reason
	DenialAccount     Problem = "denial-account"       // an account may be a person's: nothing is entered about it
	DenialNotInName   Problem = "denial-not-in-name"   // it does not speak in the body's name
	DenialQuote       Problem = "denial-quote"         // the words do not stand in the answer, or do not name the address
	NoImportQuery     Problem = "no-import-query"      // the service wants words or a publisher's site
	ImportTaken       Problem = "import-taken"         // there is such a source already
)

// Invalid is ErrInvalid with its reasons.
type Invalid struct{ Problems []Problem }

// Error lists the problem codes; it is for logs, not for readers.
func (e *Invalid) Error() string {
	s := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		s[i] = string(p)
	}
	return fmt.Sprintf("invalid input: %s", strings.Join(s, ", "))
}

// Is makes errors.Is(err, ErrInvalid) true.
func (e *Invalid) Is(target error) bool { return target == ErrInvalid }

// Problems returns the reasons in err, nil when it carries none.
func Problems(err error) []Problem {
	var inv *Invalid
	if errors.As(err, &inv) {
		return inv.Problems
	}
	return nil
}

// invalid makes an error of the given problems.
func invalid(p ...Problem) error { return &Invalid{Problems: p} }
