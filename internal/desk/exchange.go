package desk

import (
	"context"
	"time"
)

// Exchange is between installations ("peers"). Each has a shelf: an
// append-only list of lines, signed page by page, that its peers fetch and
// nobody pushes. What a peer's lines say is kept as Laid: always theirs,
// never a verdict or evidence of ours until a person here makes it so.

// LineKind says what a line of a shelf is about.
type LineKind string

// The kinds of line.
const (
	LineQuestion LineKind = "question" // a claim that is open at the desk of the shelf
	LineCheck    LineKind = "check"    // a check that it published
	LineSource   LineKind = "source"   // evidence that it offers for a question of another desk
	LineTaken    LineKind = "taken"    // it works on a question of another desk
)

// LineKinds lists the kinds.
func LineKinds() []LineKind { return []LineKind{LineQuestion, LineCheck, LineSource, LineTaken} }

// Ref names a question or check of a desk: the desk's exchange name and its
// own number for it.
type Ref struct {
	Desk  string `json:"desk"`
	Entry ID     `json:"entry"`
}

// ShelfLine is one line of a shelf. Its JSON bytes are made once and hashed
// into the shelf; a later line of the same kind and entry replaces it, and the
// bytes of the earlier one are erased while its hash stays.
type ShelfLine struct {
	Nonce    string       `json:"nonce"` // 32 random bytes, base64, so that a hash of erased bytes confirms no guess
	N        int64        `json:"n"`     // place on the shelf, from 0
	At       time.Time    `json:"at"`    // whole seconds
	Kind     LineKind     `json:"kind"`
	Entry    ID           `json:"entry"`
	Ended    bool         `json:"ended,omitempty"` // no longer open, in force, offered or worked on
	Root     *Ref         `json:"root,omitempty"`  // where it came from first, if another desk's
	To       string       `json:"to,omitempty"`    // the desk whose question About is
	About    ID           `json:"about,omitempty"`
	Lang     string       `json:"lang,omitempty"`
	Text     string       `json:"text,omitempty"` // of a question: the sentence a person typed
	Harm     Harm         `json:"harm,omitempty"`
	HarmKind string       `json:"harm_kind,omitempty"`
	Topic    string       `json:"topic,omitempty"`
	Demand   Band         `json:"demand,omitempty"`
	Missing  []string     `json:"missing,omitempty"` // see Missings
	Takers   []string     `json:"takers,omitempty"`  // desks that said they work on it; two of them are a conflict to settle
	Check    *ShelfCheck  `json:"check,omitempty"`
	Source   *ShelfSource `json:"source,omitempty"`
}

// ShelfCheck is a published check as a shelf holds it.
type ShelfCheck struct {
	URL     string        `json:"url"`
	Rev     int           `json:"rev"`
	Kind    Kind          `json:"kind"`
	Rating  Rating        `json:"rating,omitempty"`
	Hash    string        `json:"sha256"` // of the document, in hexadecimal digits, as its public log has it
	Texts   []ShelfText   `json:"texts,omitempty"`
	Sources []ShelfSource `json:"sources,omitempty"`
	Note    string        `json:"note,omitempty"` // what changed and why
}

// ShelfText is what a check says in one language.
type ShelfText struct {
	Lang      string `json:"lang"`
	Claim     string `json:"claim"`
	Statement string `json:"statement"`
	Summary   string `json:"summary"`
}

// ShelfSource is a piece of evidence as a shelf holds it.
type ShelfSource struct {
	URL         string `json:"url"`
	Title       string `json:"title"`
	Publisher   string `json:"publisher,omitempty"`
	Lang        string `json:"lang,omitempty"`
	Quote       string `json:"quote,omitempty"`
	Stance      Stance `json:"stance"`
	Independent bool   `json:"independent,omitempty"` // as that desk judged; ours judges for itself
}

// Band is how many ask, told so that no small number can be read off.
type Band string

// The bands of demand. Fewer than ten are never counted out.
const (
	BandFew      Band = "under-10"
	BandTens     Band = "10-49"
	BandMany     Band = "50-199"
	BandHundreds Band = "200-999"
	BandMass     Band = "1000-up"
)

// Bands lists the bands, the smallest first.
func Bands() []Band { return []Band{BandFew, BandTens, BandMany, BandHundreds, BandMass} }

// BandOf is the band of a number of askers.
func BandOf(askers int) Band {
	switch {
	case askers < 10:
		return BandFew
	case askers < 50:
		return BandTens
	case askers < 200:
		return BandMany
	case askers < 1000:
		return BandHundreds
	}
	return BandMass
}

// What a question may lack, strongest first.
const (
	MissingEvidence    = "evidence"
	MissingIndependent = "independent"
	MissingAnswer      = "answer" // a body concerned was asked and has not answered
	MissingText        = "text"
	MissingReview      = "review"
)

// Missings lists what a question may lack.
func Missings() []string {
	return []string{MissingEvidence, MissingIndependent, MissingAnswer, MissingText, MissingReview}
}

// ShelfRow is a line as it is kept.
type ShelfRow struct {
	N     int64
	Kind  LineKind
	Entry ID
	At    time.Time
	Hash  []byte // SHA-256 of Body
	Chain []byte // SHA-256 of the chain before and Hash
	Body  []byte // JSON of the line; nil once erased
}

// Peer is another installation with which this one exchanges.
type Peer struct {
	ID      ID
	Desk    string // its exchange name, "desk.example/exchange"; unique
	Name    string // as staff here call it
	Address string // where it is reached, "https://desk.example"
	Key     string // its verifier key, confirmed by a person or signed by the key before
	Follows bool   // we read its shelf
	Reads   bool   // it may read ours
	Added   time.Time
	AddedBy ID
	Ended   time.Time // zero while we exchange
	State   PeerState
	Version int64
}

// Active reports whether there is exchange with the peer.
func (p Peer) Active() bool { return p.Ended.IsZero() }

// PeerState is how reading a peer's shelf goes.
type PeerState struct {
	Cursor  int64       `json:"cursor"`            // lines read
	Chain   []byte      `json:"chain,omitempty"`   // their chain at the cursor
	Said    time.Time   `json:"said"`              // when the newest page was signed
	Contact time.Time   `json:"contact"`           // when a page was last good
	Tried   time.Time   `json:"tried"`             // when it was last asked for
	Fails   int         `json:"fails,omitempty"`   // tries in a row without a good page
	Trouble PeerTrouble `json:"trouble,omitempty"` // of the last try
	Stopped PeerTrouble `json:"stopped,omitempty"` // not read any more until a person has looked
	KeyAt   time.Time   `json:"key_at"`            // when the key last changed
	Day     string      `json:"day,omitempty"`     // the day that Lines counts
	Lines   int         `json:"lines,omitempty"`   // taken in on that day
	Refused int         `json:"refused,omitempty"` // lines refused since the peer was added
}

// PeerTrouble says why a peer's shelf could not be read, or may not be.
type PeerTrouble string

// The troubles. Those of the second group stop the reading until a person has
// looked; the peer, or somebody in its place, does what a sound one never does.
const (
	PeerUnreachable PeerTrouble = "unreachable"
	PeerRefusesUs   PeerTrouble = "refuses-us" // it does not let us read
	PeerTooLarge    PeerTrouble = "too-large"
	PeerMalformed   PeerTrouble = "malformed"
	PeerSignature   PeerTrouble = "signature"
	PeerFuture      PeerTrouble = "future" // signed at a time that has not come
	PeerReplayed    PeerTrouble = "replayed"
	PeerFlood       PeerTrouble = "flood" // more lines than a day's budget

	PeerRewound PeerTrouble = "rewound" // the shelf is shorter than it was
	PeerForked  PeerTrouble = "forked"  // what we read has been changed since
	PeerRevoked PeerTrouble = "revoked" // the key we trust was revoked
	PeerFull    PeerTrouble = "full"    // it offers more than we keep
)

// Stops reports whether a person has to look before reading goes on.
func (t PeerTrouble) Stops() bool {
	return t == PeerRewound || t == PeerForked || t == PeerRevoked || t == PeerFull
}

// Laid is a question, a check, offered evidence or a taking over of a peer
// as it stands now.
type Laid struct {
	Peer  ID
	Kind  LineKind
	Entry ID
	N     int64 // place of its newest line on their shelf
	Seen  time.Time
	Ended time.Time // when it ended there; zero while it stands
	Line  ShelfLine // the newest line
	Root  Ref       // where it comes from first; the peer itself unless it says another
	Claim ID        // the claim of ours that it is about
	Why   LaidWhy
	By    ID // who said so; "" for wording
}

// Ref names it among all desks.
func (t Laid) Ref(p Peer) Ref { return Ref{p.Desk, t.Entry} }

// LaidWhy says what was made of something of theirs.
type LaidWhy string

// What can be made of it.
const (
	WhyNothing  LaidWhy = ""
	WhyWording  LaidWhy = "wording"  // matching found that a claim of ours says the same
	WhyKnown    LaidWhy = "known"    // it comes from a claim of ours, or from where another one linked here comes from
	WhyJoined   LaidWhy = "joined"   // a person said it is the same as a claim of ours
	WhyApart    LaidWhy = "apart"    // a person said it is not
	WhyTaken    LaidWhy = "taken"    // we work on it
	WhyAdopted  LaidWhy = "adopted"  // the draft of a check of ours begins with it
	WhyAccepted LaidWhy = "accepted" // offered evidence that was put on the list of a claim
	WhyDeclined LaidWhy = "declined" // offered evidence that is not needed
)

// Made reports whether a person here made something of it, so that it is kept
// when the exchange ends.
func (w LaidWhy) Made() bool {
	return w == WhyJoined || w == WhyTaken || w == WhyAdopted || w == WhyAccepted
}

// LaidFilter selects what peers have laid out, newest first; zero fields do
// not restrict.
type LaidFilter struct {
	Peer   ID
	Kind   LineKind
	Entry  ID
	Claim  ID
	Linked bool // about a claim of ours
	Open   bool // not ended
	Root   Ref
	Limit  int // 0 means 200
}

// RefusedLine is a line of a peer that was not taken in. Of its text nothing
// is kept.
type RefusedLine struct {
	Peer ID
	N    int64
	At   time.Time
	Why  LineTrouble
}

// SourceOffer is evidence that this desk offers for a question of a peer.
type SourceOffer struct {
	ID     ID
	Peer   ID
	About  ID // their question
	Source ShelfSource
	At     time.Time
	By     ID
	Ended  time.Time // taken back
}

// ExchangeRows keeps the shelf, the peers, and what they have laid out.
type ExchangeRows interface {
	// AddShelfRow appends a line; ErrDuplicate if its place is taken. It is
	// never changed; EraseShelf takes bytes away.
	AddShelfRow(ctx context.Context, r ShelfRow) error
	// ShelfRows lists lines from a place on.
	ShelfRows(ctx context.Context, from int64, limit int) ([]ShelfRow, error)
	// ShelfHead returns how many lines there are and the chain at their end;
	// nil for none.
	ShelfHead(ctx context.Context) (size int64, chain []byte, err error)
	// ShelfStands lists the newest line of each kind and entry.
	ShelfStands(ctx context.Context) ([]ShelfRow, error)
	// EraseShelf erases the bytes of an entry's lines below a place.
	EraseShelf(ctx context.Context, kind LineKind, entry ID, below int64) error
	// SetHeld keeps a claim off the shelf, or ends that.
	SetHeld(ctx context.Context, claim ID, on bool) error
	// HeldBack lists the claims that are kept off it.
	HeldBack(ctx context.Context) ([]ID, error)
	// SetSourceOffer inserts or overwrites by ID.
	SetSourceOffer(ctx context.Context, o SourceOffer) error
	// SourceOffers lists all offers, newest first.
	SourceOffers(ctx context.Context) ([]SourceOffer, error)

	// SetPeer inserts a peer with Version 0, or overwrites the one whose
	// stored version is p.Version; raises it by one. ErrConflict otherwise;
	// ErrDuplicate if another one has that exchange name.
	SetPeer(ctx context.Context, p Peer) error
	// Peers lists all by name, ended ones included.
	Peers(ctx context.Context) ([]Peer, error)
	// SetLaid inserts or overwrites by (Peer, Kind, Entry).
	SetLaid(ctx context.Context, t Laid) error
	LaidOf(ctx context.Context, f LaidFilter) ([]Laid, error)
	// CountLaid counts what is kept of a peer.
	CountLaid(ctx context.Context, peer ID) (int, error)
	// DropLaid forgets what nothing was made of: all of a peer, or with ""
	// what ended before a time; returns how many.
	DropLaid(ctx context.Context, peer ID, before time.Time) (int, error)
	// AddRefused keeps that a line was refused; again, it overwrites.
	AddRefused(ctx context.Context, r RefusedLine) error
	// RefusedLines lists them newest first, of one peer or ("") of all.
	RefusedLines(ctx context.Context, peer ID, limit int) ([]RefusedLine, error)
	// DropRefused forgets those before a time.
	DropRefused(ctx context.Context, before time.Time) (int, error)
}
