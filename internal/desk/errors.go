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
	// ErrFull: the disk or the database has no room; nothing was written.
	ErrFull = errors.New("no space left")
	// ErrBusy: the database could not be reached or locked in time; nothing
	// was written and trying again is safe.
	ErrBusy = errors.New("database busy")
	// ErrErased: the thing existed and its content was erased.
	ErrErased = errors.New("erased")
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
	BadChoice         Problem = "bad-choice"           // a value outside its list
	SendBackNoReasons Problem = "send-back-no-reasons" // sending back needs reasons
	ChecklistOpen     Problem = "checklist-open"       // the checklist is not complete
	NameTaken         Problem = "name-taken"           // a staff account of that name exists
	LastAdmin         Problem = "last-admin"           // the last admin cannot be disabled or lose the role
	MergeSelf         Problem = "merge-self"           // a claim cannot be merged into itself
	NoTips            Problem = "no-tips"              // a split needs at least one tip, and must leave one behind
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
