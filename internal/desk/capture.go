package desk

import (
	"context"
	"time"
)

// CaptureState is how far the archived copy of a piece of evidence is.
type CaptureState string

// The states of a capture.
const (
	CaptureWaiting CaptureState = "waiting" // to be made, now or at its next try
	CaptureDone    CaptureState = "done"    // there is a copy
	CaptureFailed  CaptureState = "failed"  // given up; a person can ask again
)

// CaptureKind says what was captured.
type CaptureKind string

// The kinds of capture.
const (
	CapturePage    CaptureKind = "page"    // a web page with what it needs to be shown
	CapturePDF     CaptureKind = "pdf"     // a PDF file
	CapturePicture CaptureKind = "picture" // a picture
	CaptureFile    CaptureKind = "file"    // any other file, as it was sent
	CaptureWords   CaptureKind = "words"   // the words of a private person's post, and nothing else of it
)

// CaptureTrouble is why there is no copy yet, or none at all; pages turn it
// into a sentence.
type CaptureTrouble string

// The reasons why a capture fails. Those of the first group may pass by
// themselves, so they are tried again CaptureTries times.
const (
	TroubleName    CaptureTrouble = "name"    // the host's name is unknown
	TroubleConnect CaptureTrouble = "connect" // the host does not answer
	TroubleTimeout CaptureTrouble = "timeout" // it answers too slowly
	TroubleBroken  CaptureTrouble = "broken"  // the answer broke off or is no HTTP
	TroubleServer  CaptureTrouble = "server"  // status 5xx
	TroubleSelf    CaptureTrouble = "self"    // something went wrong here: disk, database, restart

	TroubleAddress   CaptureTrouble = "address"   // not an address of the public web
	TroubleTLS       CaptureTrouble = "tls"       // its certificate cannot be trusted
	TroubleRedirects CaptureTrouble = "redirects" // it sends on and on, or in a circle
	TroubleLarge     CaptureTrouble = "large"     // more than a copy may have
	TroubleGone      CaptureTrouble = "gone"      // status 404 or 410
	TroubleRefused   CaptureTrouble = "refused"   // status 401, 403, 407, 429 or 451
	TroubleStatus    CaptureTrouble = "status"    // another status that is no answer
	TroubleEmpty     CaptureTrouble = "empty"     // nothing in it
	TroublePost      CaptureTrouble = "post"      // a post whose words could not be told from the rest: a person types them
)

// Troubles lists the reasons, for the test that each has its sentence.
func Troubles() []CaptureTrouble {
	return []CaptureTrouble{TroubleName, TroubleConnect, TroubleTimeout, TroubleBroken, TroubleServer, TroubleSelf, TroubleAddress,
		TroubleTLS, TroubleRedirects, TroubleLarge, TroubleGone, TroubleRefused, TroubleStatus, TroubleEmpty, TroublePost}
}

// Passing reports whether the trouble may go away by itself.
func (t CaptureTrouble) Passing() bool {
	switch t {
	case TroubleName, TroubleConnect, TroubleTimeout, TroubleBroken, TroubleServer, TroubleSelf:
		return true
	}
	return false
}

// CaptureWarning is something a checker should look at in a copy that was
// made; pages turn it into a sentence.
type CaptureWarning string

// The warnings.
const (
	WarnNotFound CaptureWarning = "not-found" // it answers 200 and says that there is no such page
	WarnSignIn   CaptureWarning = "sign-in"   // it asks to sign in or to pay
	WarnThin     CaptureWarning = "thin"      // hardly any text: it is drawn by scripts, or a picture
	WarnMoved    CaptureWarning = "moved"     // the address leads to another host or to the front page
	WarnPartial  CaptureWarning = "partial"   // some of its pictures or styles are missing
	WarnNoText   CaptureWarning = "no-text"   // the text of the PDF could not be read
)

// CaptureWarnings lists the warnings, for the test that each has its sentence.
func CaptureWarnings() []CaptureWarning {
	return []CaptureWarning{WarnNotFound, WarnSignIn, WarnThin, WarnMoved, WarnPartial, WarnNoText}
}

// Limits of captures.
const (
	CaptureTries = 3                // attempts before a passing trouble is final
	CaptureLease = 15 * time.Minute // after which an attempt that reported nothing is made again
	MaxPayload   = 21 << 20         // bytes of one payload: the largest file and room to spare
	MaxCopyRunes = 500_000          // of the readable text of a copy
)

// capturePause is how long to wait after attempt n.
func capturePause(n int) time.Duration {
	if n <= 1 {
		return 2 * time.Minute
	}
	return time.Hour
}

// Capture is the archived copy of one piece of evidence: what it looked like
// when the desk saw it. The bytes are payloads, kept once each under their
// SHA-256; Manifest names them all and is a payload itself.
type Capture struct {
	ID       ID
	Evidence ID
	Claim    ID
	State    CaptureState
	Kind     CaptureKind    // "" until done
	Why      CaptureTrouble // of the last attempt; "" when none failed
	Tries    int            // attempts since it was asked for
	Queued   time.Time      // when it was asked for
	Due      time.Time      // of the next attempt, while waiting

	At        time.Time // when the page had answered
	URL       string    // where it was found in the end; of words, the platform's address
	Type      string    // media type of the page
	Title     string    // as the page has it
	Sum       []byte    // SHA-256 of its WARC file, unpacked: what is published
	Manifest  []byte    // SHA-256 of the payload that lists everything
	Words     []byte    // SHA-256 of the payload with the readable text; nil if there is none
	Shot      []byte    // SHA-256 of the payload with the screenshot; nil if there is none
	Bytes     int64     // of everything captured
	Parts     int       // pages, redirects, pictures and styles in it
	Missed    int       // what the page names and the copy does not have
	Warnings  []CaptureWarning
	Damaged   time.Time // when a payload was found changed or missing; such a copy is never shown
	Elsewhere string    // address of a copy at an archive of the public web; "" if none
	Sent      time.Time // when that archive was asked for one
}

// Sound reports whether the copy is there and may be shown.
func (c Capture) Sound() bool { return c.State == CaptureDone && c.Damaged.IsZero() }

// NewCapture is a copy as a capturer hands it over, not yet stored. Its
// payloads are in any order; Manifest, Words and Shot are among them.
type NewCapture struct {
	Capture
	Payloads [][]byte
	Replace  string // the address that takes the place of the evidence's own, for a post; "" keeps it
}

// CaptureFilter selects captures; zero fields do not restrict. Newest first
// within a piece of evidence, otherwise by ID; due ones by time.
type CaptureFilter struct {
	IDs      []ID
	Evidence []ID
	Claim    ID
	Sum      []byte
	State    CaptureState
	Due      time.Time // waiting, and due at this time
	Damaged  bool
	After    ID  // ID greater than this, in order of ID
	Limit    int // 0 means 100
}

// CaptureRows keeps captures and payloads.
type CaptureRows interface {
	// SetCapture inserts or overwrites by ID.
	SetCapture(ctx context.Context, c Capture) error
	// Captures lists captures.
	Captures(ctx context.Context, f CaptureFilter) ([]Capture, error)
	// AddPayload notes that the capture has these bytes, and stores them under
	// their SHA-256 unless they are there already.
	AddPayload(ctx context.Context, capture ID, b []byte) error
	// Payload returns the bytes stored under a SHA-256, whatever has become of
	// them; ErrNotFound if there are none.
	Payload(ctx context.Context, hash []byte) ([]byte, error)
	// Payloads lists the hashes of payloads after the given one, in order.
	Payloads(ctx context.Context, after []byte, limit int) ([][]byte, error)
	// PayloadsOf lists the hashes of a capture's payloads, in order.
	PayloadsOf(ctx context.Context, capture ID) ([][]byte, error)
	// CapturesWith lists the captures that have a payload.
	CapturesWith(ctx context.Context, hash []byte) ([]ID, error)
	// DropPayloads takes a capture's payloads away, and removes those that no
	// other capture has.
	DropPayloads(ctx context.Context, capture ID) error
}

// ReplayPolicy is the Content-Security-Policy that a copy is shown with: it is
// on its own, runs nothing and fetches nothing. What it needs stands in it.
const ReplayPolicy = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline' data:; font-src data:; form-action 'none'; " +
	"base-uri 'none'; frame-ancestors 'none'"

// Load reads a payload of a copy by its SHA-256. ErrDamaged when the bytes are
// not there any more or are others.
type Load func(hash []byte) ([]byte, error)

// Archive knows the formats of captures. The program hands in an
// implementation (package evidence).
type Archive interface {
	// Replay returns a page that shows the copy as it looked, in one file
	// without anything that runs or fetches. banner is shown on top of it.
	Replay(c Capture, load Load, banner string) (html []byte, err error)
	// File returns what was cited as it came: a PDF, a picture, a file.
	File(c Capture, load Load) ([]byte, error)
	// WARC returns the copy as a WARC 1.1 file, each record packed.
	WARC(c Capture, load Load) ([]byte, error)
	// WACZ returns several copies as one WACZ file.
	WACZ(title string, cs []Capture, load Load) ([]byte, error)
	// Typed makes a copy of the words of a post that a person typed.
	Typed(id ID, platform, words string, at time.Time) (NewCapture, error)
	// Post reports whether the address is that of a private person's post, and
	// the platform's own address.
	Post(address string) (platform string, is bool)
}
