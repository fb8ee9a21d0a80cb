package desk

import (
	"context"
	"time"
)

// Store is a database that holds a desk. Implementations translate driver
// errors into the kinds of errors.go: ErrNotFound, ErrConflict, ErrDuplicate,
// ErrFull, ErrBusy. They know no rules.
//
// When Tx returns nil, everything fn wrote is on stable storage and survives
// loss of power. When it returns an error, nothing fn wrote can be seen,
// except that a connection lost at commit leaves the outcome unknown (ErrBusy):
// verbs that come from outside carry a key that makes repeating them harmless.
// fn may be run again after a serialisation failure, so it must not touch
// anything but the Tx. Events become visible to Read in the order of Seq
// without gaps appearing later.
type Store interface {
	// Tx runs fn in one writing transaction.
	Tx(ctx context.Context, fn func(Tx) error) error
	// Read runs fn on one consistent snapshot; writing in it is an error.
	Read(ctx context.Context, fn func(Tx) error) error
}

// Tx is everything the desk asks of a database, by area. Methods that read
// one row return ErrNotFound when it is absent; those that read many return
// an empty slice. Times are UTC, in whole milliseconds. All lists are bounded
// by their filter's Limit.
type Tx interface {
	TipRows
	MediaRows
	ClaimRows
	CheckRows
	ReviewRows
	LogRows
	Journal
	OfficeRows
	ReplyRows
	FeedRows
	KeyRows
	SourceRows
	TeamRows
	BodyRows
	QueueRows
	PracticeRows
	ExplainerRows
	CaptureRows
	AppealRows
	SeatRows
	DeadlineRows
	ChannelRows
	ImportRows
	FaceRows
	ExchangeRows
	SiteRows
	DigestRows
	FigureRows
	ReportRows
}

// TipRows keeps tips.
type TipRows interface {
	// AddTip inserts a tip; ErrDuplicate if (Channel, ExtID) exists.
	AddTip(ctx context.Context, t Tip) error
	// SetTip overwrites all fields of the tip with t.ID; ErrNotFound if absent.
	SetTip(ctx context.Context, t Tip) error
	// Tips lists tips.
	Tips(ctx context.Context, f TipFilter) ([]Tip, error)
	// ClaimOf finds the claim that carries a tip with this folded text: an
	// open one before one closed as not a factual claim; ErrNotFound if
	// neither does.
	ClaimOf(ctx context.Context, folded []byte) (ID, error)
	// MoveTips sets the claim of tips of from to to and remembers from as
	// their Origin (if they have none yet); returns how many moved. The other
	// way round, back = true moves tips whose Origin is from and whose Claim
	// is to back to from and forgets their Origin.
	MoveTips(ctx context.Context, from, to ID, back bool) (int, error)
	// SetTipsOf sets state (and imported, which may be empty) of all tips of
	// a claim.
	SetTipsOf(ctx context.Context, claim ID, s TipState, imported ID) error
	// Demands counts the tips of each claim in one of the states, or of the
	// claims named, as of now. Claims without tips are absent.
	Demands(ctx context.Context, now time.Time, states []ClaimState, ids []ID) (map[ID]Demand, error)
	// Asked counts the tips of a claim and stops at most.
	Asked(ctx context.Context, claim ID, most int) (int, error)
}

// ClaimRows keeps claims and what is worked out about them.
type ClaimRows interface {
	// SetClaim inserts a claim with Version 0, or overwrites the one whose
	// stored version is c.Version; raises it by one. ErrConflict otherwise.
	SetClaim(ctx context.Context, c Claim) error
	Claim(ctx context.Context, id ID) (Claim, error)
	// Claims lists claims ordered by ID.
	Claims(ctx context.Context, f ClaimFilter) ([]Claim, error)
	// SetEvidence inserts or overwrites by ID.
	SetEvidence(ctx context.Context, e Evidence) error
	// EvidenceOf lists evidence of a claim, oldest first, retired included.
	EvidenceOf(ctx context.Context, claim ID) ([]Evidence, error)
	// SetJudgment inserts or overwrites by (Claim, Other).
	SetJudgment(ctx context.Context, j Judgment) error
	// Judgments lists the judgments of a claim, oldest first, undone included.
	Judgments(ctx context.Context, claim ID) ([]Judgment, error)
	// DraftOf returns the draft of a claim; ErrNotFound before the first save.
	DraftOf(ctx context.Context, claim ID) (Draft, error)
	// SetDraft inserts a draft with Version 0, or overwrites the one whose
	// stored version is d.Version; raises it by one. ErrConflict otherwise.
	SetDraft(ctx context.Context, d Draft) error
}

// CheckRows keeps reviews, published revisions and other publishers' checks.
type CheckRows interface {
	// SetReview inserts or overwrites by ID. The database itself refuses a
	// Reviewer equal to By or among Authors.
	SetReview(ctx context.Context, r Review) error
	Reviews(ctx context.Context, f ReviewFilter) ([]Review, error)
	// AddRevision inserts a revision and its document's bytes.
	AddRevision(ctx context.Context, r Revision, doc []byte) error
	// Revisions lists revisions, with their documents.
	Revisions(ctx context.Context, f RevisionFilter) ([]Revision, error)
	// Document returns the bytes with this SHA-256; ErrErased if erased.
	Document(ctx context.Context, hash []byte) ([]byte, error)
	// SetImported inserts by URL, or overwrites what stands at the URL and
	// returns its ID; changed is false when the row was the same already.
	SetImported(ctx context.Context, i Imported) (id ID, changed bool, err error)
	// Imports lists imported checks ordered by ID, after the given one.
	Imports(ctx context.Context, after ID, ids []ID, limit int) ([]Imported, error)
}

// LogHead is the state of the public log's tree. Root is the RFC 6962 root
// hash of all entries. A log without entries has the zero LogHead.
type LogHead struct {
	Size int64
	Root []byte // 32 bytes
	Time time.Time
}

// LogHash is one stored Merkle hash with its storage index.
type LogHash struct {
	Index int64
	Hash  []byte // 32 bytes
}

// LogRows keeps the rows of the public log. Entries, hashes and checkpoints
// can be added and never changed: the database refuses it.
type LogRows interface {
	// LogHead returns the head; in a writing transaction it locks it until
	// the end. The zero LogHead stands for a log without entries.
	LogHead(ctx context.Context) (LogHead, error)
	// AddLogEntry stores one entry at index next.Size-1 with its hashes and
	// the new head. op makes it idempotent: ErrDuplicate if op was used.
	AddLogEntry(ctx context.Context, op string, body []byte, hashes []LogHash, next LogHead) error
	// LogEntries returns the entries with from <= index < to.
	LogEntries(ctx context.Context, from, to int64) ([][]byte, error)
	// LogHashes returns the hashes at the storage indexes, in their order.
	LogHashes(ctx context.Context, indexes []int64) ([][]byte, error)
	// AddCheckpoint stores a signed note for a size; a second one for the
	// same size is ErrDuplicate.
	AddCheckpoint(ctx context.Context, size int64, note []byte) error
	// LastCheckpoint returns the newest one; ErrNotFound before the first.
	LastCheckpoint(ctx context.Context) (size int64, note []byte, err error)
	// PutCosignature keeps what a witness answered about a checkpoint, in
	// place of an earlier answer about the same one.
	PutCosignature(ctx context.Context, c Cosignature) error
	// Cosignatures returns those of the checkpoint of a size.
	Cosignatures(ctx context.Context, size int64) ([]Cosignature, error)
	// LastCosignatures returns of each witness the one of the largest size.
	LastCosignatures(ctx context.Context) ([]Cosignature, error)
	// PastLogs returns the logs that this one followed, oldest first.
	PastLogs(ctx context.Context) ([]PastLog, error)
	// AddPastLog enters a log that this one followed and that the database has
	// lost; ErrDuplicate when it is there.
	AddPastLog(ctx context.Context, p PastLog) error
	// SucceedLog puts another first entry in the place of the log's own, keeps
	// what that changes as a past log, and forgets the signatures.
	// ErrDuplicate when that log is past already, ErrConflict when the log has
	// another size than s.Head.
	SucceedLog(ctx context.Context, s LogSuccession) error
}

// PastLog is what is kept of a log that another one followed; the rest of it
// stands in the log that follows.
type PastLog struct {
	N            int    // which of the desk's logs it was, from 1
	VKey         string // the key that signed Note
	Opening      []byte // its first entry
	Size         int64  // of Note; 0 when it was never signed
	Note         []byte // its last signed checkpoint
	Cosignatures string // the lines of witnesses on it, each with its line feed
}

// LogSuccession is what changes when a log is followed by another one.
type LogSuccession struct {
	Past   PastLog
	Body   []byte    // the new first entry
	Hashes []LogHash // in place of those that are stored
	Head   LogHead   // of the same size as before
}

// Cosignature is a witness's word on a checkpoint of the public log: that it
// continues what the witness saw before.
type Cosignature struct {
	Witness string // its verifier key
	Size    int64  // of the checkpoint
	Line    string // the signature line, ending with a line feed
	At      time.Time
}

// Journal is the event log and the positions of its followers.
type Journal interface {
	// Append adds an event and returns its Seq. On PostgreSQL appends are
	// serialised until commit, so that no follower skips one.
	Append(ctx context.Context, e Event) (int64, error)
	Events(ctx context.Context, f EventFilter) ([]Event, error)
	// Position is how far the named follower came; 0 if it never ran.
	Position(ctx context.Context, name string) (int64, error)
	SetPosition(ctx context.Context, name string, seq int64) error
}

// OfficeRows keeps staff and settings.
type OfficeRows interface {
	// SetStaff inserts or overwrites by ID; ErrDuplicate if the name is taken.
	SetStaff(ctx context.Context, s Staff) error
	// Staff lists all accounts by name, disabled ones included.
	Staff(ctx context.Context) ([]Staff, error)
	// Setting returns a setting's value, "" if it was never set.
	Setting(ctx context.Context, key string) (string, error)
	SetSetting(ctx context.Context, key, value string) error
}

// FeedRows keeps outlets, their feeds and what was read in them.
type FeedRows interface {
	// SetOutlet inserts or overwrites by ID; ErrDuplicate if the name is taken.
	SetOutlet(ctx context.Context, o Outlet) error
	// Outlets lists all outlets by name, removed ones included.
	Outlets(ctx context.Context) ([]Outlet, error)
	// SetFeed inserts or overwrites by ID; ErrDuplicate if the address is
	// another feed's.
	SetFeed(ctx context.Context, f Feed) error
	Feeds(ctx context.Context, f FeedFilter) ([]Feed, error)
	// AddPiece inserts a piece; ErrDuplicate if (Feed, GUID) exists.
	AddPiece(ctx context.Context, p Piece) error
	Pieces(ctx context.Context, f PieceFilter) ([]Piece, error)
	// AddSuggestion inserts a suggestion; ErrDuplicate if the sentence (by
	// Folded) was suggested before.
	AddSuggestion(ctx context.Context, s Suggestion) error
	// SetSuggestion overwrites state, claim and time of decision; ErrNotFound
	// if absent.
	SetSuggestion(ctx context.Context, s Suggestion) error
	Suggestions(ctx context.Context, f SuggestionFilter) ([]Suggestion, error)
	// SweepPress removes pieces seen, open suggestions found, and others
	// decided, before the times; returns how many rows.
	SweepPress(ctx context.Context, pieces, open, decided time.Time) (int, error)
}
