package desk

import (
	"context"
	"time"
)

// Conversation is where answers to one asker go. It names nobody: key and asker
// are keyed hashes whose keys are destroyed after two months, the address is
// sealed under a key outside the database, and the row is deleted when the
// asker says stop, and at Ends.
type Conversation struct {
	ID      ID
	Channel string
	Key     []byte    // keyed hash of channel, person and thread; finds the conversation again; unique
	Asker   []byte    // keyed hash of channel and person, as in Tip.Asker
	Address []byte    // sealed; nil when there is nowhere to answer to
	Lang    string    // "vi" or "en": the language of answers
	Talk    string    // state of the conversation's machine; JSON that only intake reads
	Heard   time.Time // the asker's last message: the platform's window counts from here
	Said    int       // messages sent since Heard
	Due     time.Time // when the machine wants to look again; zero: when the asker writes
	Ends    time.Time // when it is forgotten
	Version int64     // rises with each change; ErrConflict otherwise
}

// ConversationFilter selects conversations; zero fields do not restrict.
// Ordered by Due when DueBy is set, else by ID.
type ConversationFilter struct {
	IDs    []ID
	Keys   [][]byte
	Asker  []byte
	DueBy  time.Time // Due at or before this
	EndsBy time.Time // Ends at or before this
	Limit  int       // 0 means 100
}

// ArrivalState is where a delivery stands.
type ArrivalState string

// The states of a delivery.
const (
	ArrivalNew   ArrivalState = "new"   // stored, not looked at yet
	ArrivalHeld  ArrivalState = "held"  // waits with others to become one tip
	ArrivalDone  ArrivalState = "done"  // dealt with; only its key is left, so that a copy is known as one
	ArrivalAside ArrivalState = "aside" // could not be read, or ended the program ArrivalTries times: kept sealed for staff
)

// ArrivalTries is how often a delivery may be under way when the program dies
// before it is set aside.
const ArrivalTries = 3

// Arrival is one delivery of a channel. Body is sealed, and erased once the
// delivery has become (part of) a tip.
type Arrival struct {
	Key          []byte // keyed hash of channel and the delivery's own id; unique
	Channel      string
	Conversation ID        // "" until it is looked at
	At           time.Time // when it was taken in; whole days once done
	N            int64     // order of arrival within a conversation
	State        ArrivalState
	Why          string // for ArrivalAside: a short code
	Tries        int    // how often it was under way
	Body         []byte // sealed delivery
	Tip          ID     // what it became a part of
}

// ArrivalFilter selects deliveries, oldest first; zero fields do not restrict.
type ArrivalFilter struct {
	Keys          [][]byte
	States        []ArrivalState
	Conversations []ID
	Before        time.Time
	Bare          bool // without Body, which may be many megabytes; such a row is not for SetArrival
	Limit         int  // 0 means 100
}

// Asking ties a tip to the conversation it came by.
type Asking struct {
	Tip          ID
	Conversation ID
	Told         int    // newest revision of the check the asker was told of; 0: none
	As           string // what the asker was told last: see the kinds of Notice; "" nothing yet
	Claim        ID     // read only: the claim that carries the tip now
}

// AskingFilter selects askings ordered by tip; zero fields do not restrict.
type AskingFilter struct {
	Tips          []ID
	Conversations []ID
	Claim         ID   // whose tips the claim carries
	Untold        bool // whose claim has a revision newer than Told, is closed, or answered by another publisher, and the asker was not told
	After         ID   // tip greater than this
	Limit         int  // 0 means 100
}

// NoticeKind says what a message to an asker is.
type NoticeKind string

// The kinds of notice. Talk is an answer within a conversation, ready to be
// sent; the others are written when they are sent, from what is public then.
const (
	NoticeTalk      NoticeKind = "talk"
	NoticePublished NoticeKind = "published" // the claim was checked
	NoticeCorrected NoticeKind = "corrected" // the check says something else now
	NoticeWithdrawn NoticeKind = "withdrawn"
	NoticeClosed    NoticeKind = "closed"   // not a factual claim
	NoticeImported  NoticeKind = "imported" // another publisher's check answers it
	NoticeRecalled  NoticeKind = "recalled" // we sent the wrong check
)

// NoticeState is where a message to an asker stands.
type NoticeState string

// The states of a notice. Sending is stored before the platform is called; one
// whose program died meanwhile becomes unknown and is sent once more.
const (
	NoticeWaiting NoticeState = "waiting"
	NoticeSending NoticeState = "sending"
	NoticeUnknown NoticeState = "unknown" // may have arrived; tried once more
	NoticeSent    NoticeState = "sent"
	NoticeHeld    NoticeState = "held"   // the window is closed: goes out when the asker writes again
	NoticeFailed  NoticeState = "failed" // for good
	NoticeDropped NoticeState = "dropped"
)

// Notice is one message to one asker, a row of the outbox.
type Notice struct {
	ID           ID
	Op           string // unique: what is said to whom about what, so that nothing is said twice
	Conversation ID
	Channel      string
	Kind         NoticeKind
	Tip          ID
	Claim        ID
	Imported     ID
	Rev          int
	Body         []byte // sealed message; nil when it is written on sending
	Address      []byte // sealed; only for the last word to someone whose conversation is erased
	State        NoticeState
	Why          string // reason of the state, a short code: see the Why constants
	Calls        int    // calls to the platform whose outcome could be "delivered": at most two
	Tries        int    // all tries
	Made         time.Time
	Due          time.Time // not before; for NoticeSending: when its sender counts as dead
	Sent         time.Time
	Receipt      []byte // keyed hash of the platform's id of the message
}

// Why a notice stands where it stands. Pages have a sentence for each.
const (
	WhyGone       = "gone"       // the asker left or blocked us
	WhyWindow     = "window"     // the platform's time for answers was over
	WhyQuota      = "quota"      // no answers left in the platform's window
	WhyRate       = "rate"       // the platform asked for a pause
	WhyTemporary  = "temporary"  // the platform or the network failed; tried again
	WhyAuth       = "auth"       // the platform refused our key
	WhyRefused    = "refused"    // the platform refused the message
	WhyUnknown    = "unknown"    // no answer came: it may have arrived
	WhyErased     = "erased"     // the address was erased before
	WhySuperseded = "superseded" // something newer is said instead
	WhyOff        = "off"        // the channel is switched off
	WhyLost       = "lost"       // the platform reported later that it did not arrive
)

// NoticeFilter selects notices by Due, oldest first; zero fields do not
// restrict.
type NoticeFilter struct {
	IDs           []ID
	States        []NoticeState
	Conversations []ID
	Claim         ID
	NotChannels   []string // not of these
	Op            string
	Receipt       []byte
	DueBy         time.Time
	MadeBefore    time.Time
	Limit         int // 0 means 100
}

// NoticeCount is how many messages of a channel stand where, for what reason.
type NoticeCount struct {
	Channel string
	State   NoticeState
	Why     string
	N       int
}

// ArrivalCount is how many deliveries of a channel stand where.
type ArrivalCount struct {
	Channel string
	State   ArrivalState
	N       int
	Last    time.Time // newest one; whole days for those that are done
}

// ReplyRows keeps conversations, deliveries and the outbox.
type ReplyRows interface {
	// AddArrival inserts a delivery; ErrDuplicate if its Key exists.
	AddArrival(ctx context.Context, a Arrival) error
	// SetArrival overwrites the delivery with a.Key; ErrNotFound if absent.
	SetArrival(ctx context.Context, a Arrival) error
	// TryArrivals raises Tries of the deliveries by one.
	TryArrivals(ctx context.Context, keys [][]byte) error
	// Arrivals lists deliveries.
	Arrivals(ctx context.Context, f ArrivalFilter) ([]Arrival, error)
	// DropArrivals deletes deliveries that are done or set aside, taken in
	// before the time; returns how many.
	DropArrivals(ctx context.Context, s ArrivalState, before time.Time) (int, error)
	// SetConversation inserts a conversation with Version 0, or overwrites the
	// one whose stored version is c.Version; raises it by one. ErrConflict otherwise.
	SetConversation(ctx context.Context, c Conversation) error
	// Conversations lists conversations.
	Conversations(ctx context.Context, f ConversationFilter) ([]Conversation, error)
	// DropConversation deletes a conversation with its askings and the sealed
	// parts of its deliveries and notices, and takes its keyed hash off its tips.
	DropConversation(ctx context.Context, id ID) error
	// SetAsking inserts or overwrites by Tip.
	SetAsking(ctx context.Context, a Asking) error
	// Askings lists askings with the claims that carry their tips now.
	Askings(ctx context.Context, f AskingFilter) ([]Asking, error)
	// AddNotice inserts a notice; ErrDuplicate if its Op exists.
	AddNotice(ctx context.Context, n Notice) error
	// SetNotice overwrites the notice with n.ID; ErrNotFound if absent.
	SetNotice(ctx context.Context, n Notice) error
	// Notices lists notices.
	Notices(ctx context.Context, f NoticeFilter) ([]Notice, error)
	// DropNotices deletes notices that are over (sent, failed, dropped), made
	// before the time; returns how many.
	DropNotices(ctx context.Context, before time.Time) (int, error)
	// ReplyCounts counts notices and deliveries; claim restricts the notices to
	// one claim.
	ReplyCounts(ctx context.Context, claim ID) ([]NoticeCount, []ArrivalCount, error)
}
