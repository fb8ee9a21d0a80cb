package desk

import "time"

// TipState is where a tip stands.
type TipState string

// The states of a tip.
const (
	TipWaiting  TipState = "waiting"  // offered "perhaps one of these"; the asker has not chosen yet
	TipJoined   TipState = "joined"   // carried by an open claim
	TipAnswered TipState = "answered" // a published or imported check was shown as the answer
	TipClosed   TipState = "closed"   // its claim was closed as not a factual claim
)

// Limits of what a tip may hold.
const (
	MaxTipRunes = 20_000 // characters; longer texts are refused with a sentence
	MaxLinks    = 20     // links kept of one tip
)

// Tip is what someone sent in. It holds nothing about who sent it: Asker is
// a keyed hash whose key rotates (nil for the web form, where nothing is
// known), Ticket the hash of a code only the asker holds.
type Tip struct {
	ID       ID
	Channel  string    // "web", "counter", "import", … : the door it came through
	ExtID    string    // the delivery's own id; one tip per (Channel, ExtID)
	Text     string    // as sent, cleaned of control characters, NFC; "" once erased
	Folded   []byte    // SHA-256 of the folded text: identical texts join without matching
	Lang     string    // BCP 47 as far as it could be told: "vi", "en", …, or "und"
	Links    []string  // http(s) links found in the text
	Received time.Time // UTC, milliseconds
	State    TipState
	Claim    ID     // the claim that carries it; empty while waiting
	Origin   ID     // the claim that carried it before a merge; for undoing the merge
	Imported ID     // the imported check that answered it, if one did
	Decision string // what matching said on arrival: same, perhaps, new
	Ticket   []byte // hash of the ticket code, nil if none was given
	Asker    []byte // keyed hash of the asker where a channel knows one, else nil
	Forward  bool   // the platform said that it was forwarded (often)
	Erased   time.Time
	Aside    bool // set aside: kept and answered, not counted as demand; see Quarantine
}

// TipFilter selects tips; zero fields do not restrict. Newest first.
type TipFilter struct {
	Claim    ID
	Origin   ID
	State    TipState
	IDs      []ID
	Channel  string // with ExtID: the tip of one delivery
	ExtID    string
	Ticket   []byte    // the tip with this ticket hash
	Before   time.Time // received before; for paging and for settling
	Erasable time.Time // text present, received before this, and not carried by a claim in use
	Oldest   bool      // oldest first instead
	Limit    int       // 0 means 100
}

// Demand is how much a claim is asked about, from its tips that are not set
// aside.
type Demand struct {
	Tips     int       // all tips
	Askers   int       // distinct askers where channels know them, each other tip counting one
	Recent   int       // tips of the last SpeedWindow
	Earlier  int       // tips of the SpeedBase before that
	Last     time.Time // newest tip
	First    time.Time // oldest tip
	Forwards int       // tips their platform marked as forwarded
	Aside    int       // tips that are set aside; none of the above counts them
}

// The windows of speed: the last three hours against the day before them.
const (
	SpeedWindow = 3 * time.Hour
	SpeedBase   = 24 * time.Hour
)
