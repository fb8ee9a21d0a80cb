package desk

import (
	"context"
	"io"
	"time"
)

// MediaKind is what sort of file came with a tip.
type MediaKind string

// The kinds of media.
const (
	MediaPicture MediaKind = "picture" // photograph or screenshot; kept as a picture drawn anew
	MediaPDF     MediaKind = "pdf"     // kept as sent, its first page drawn
	MediaVoice   MediaKind = "voice"   // kept as sent, never decoded
	MediaVideo   MediaKind = "video"   // kept as sent, never decoded
)

// MediaState is how far a file has been looked into.
type MediaState string

// The states of a file.
const (
	MediaUnread MediaState = "unread" // waits to be looked into
	MediaReady  MediaState = "ready"  // looked into, or of a kind that is not
	MediaHeld   MediaState = "held"   // looking into it failed MediaTries times: kept apart, never tried again
)

// MediaPart names one of the sealed blobs behind a file.
type MediaPart string

// The parts of a file.
const (
	MediaFile MediaPart = "file" // as sent: PDF, voice, video, and pictures not looked into yet
	MediaView MediaPart = "view" // JPEG drawn anew: nothing of the sender's file but its picture
)

// MediaUse is what people said about whether a picture carries the claim.
type MediaUse string

// The uses of a picture.
const (
	UseOpen MediaUse = ""    // nobody has said
	UseYes  MediaUse = "yes" // a picture of the claim: kept, and found again
	UseNo   MediaUse = "no"  // not a picture of the claim
)

// Limits of what a tip may bring.
const (
	MaxMedia   = 10       // files with one tip; an album of a chat holds ten
	MediaTries = 3        // attempts at looking into a file before it is held
	MaxBlob    = 21 << 20 // bytes of one sealed part: the largest file and its seal
)

// Media is one file that came with a tip or that staff added to a claim. It
// holds neither the file's name nor anything its sender's device wrote into it.
type Media struct {
	ID      ID
	Tip     ID // the tip that brought it; empty for one that staff added
	Claim   ID // the claim that staff added it to; empty for a tip's, which goes where the tip goes
	Kind    MediaKind
	Type    string        // media type found in the bytes: "image/jpeg", …; what a sender declares is not kept
	Bytes   int64         // size as sent
	Width   int           // pixels as sent; 0 if unknown
	Height  int           // pixels as sent; 0 if unknown
	Length  time.Duration // of voice and video as their header says, whole milliseconds; 0 if unknown
	Sum     []byte        // HMAC-SHA-256 of the bytes as sent: equal files are known as equal, nothing else is told
	Hash    []byte        // 32 bytes of PDQ, nil if there is none
	Quality int           // of Hash, 0 to 100; below match.MinQuality it says too little
	Text    string        // words read from the picture, "" if none
	State   MediaState
	Tries   int // attempts at looking into it
	Use     MediaUse
	// Authenticity is what the desk found of a picture of the claim.
	Authenticity Authenticity
	Added        time.Time // UTC, milliseconds
	AddedBy      ID        // staff; empty for a tip's
	Erased       time.Time // zero while its content is kept
}

// NewMedia is a file as a MediaKeeper hands it over: looked into and sealed,
// not yet stored.
type NewMedia struct {
	Media
	File []byte // sealed MediaFile, nil if there is none
	View []byte // sealed MediaView, nil if there is none
}

// MediaFilter selects files; zero fields do not restrict. Ordered by ID, or by
// time within a claim.
type MediaFilter struct {
	IDs    []ID
	Tips   []ID
	Claim  ID         // brought by its tips, or added to it or to a claim merged into it; oldest first
	State  MediaState // with Due
	Hashed bool       // with a PDQ hash, content kept
	After  ID         // ID greater than this
	Limit  int        // 0 means 100
}

// MediaKeeper takes files in and opens what was sealed. The program hands in
// an implementation that knows formats, the cage that files are opened in, and
// the key.
type MediaKeeper interface {
	// Take reads one file to its end or to the limit of its kind, looks into it
	// and seals it. declared is the media type the sender names, a hint only:
	// the bytes decide. A file that is refused is an *Invalid with one of the
	// problems MediaEmpty, MediaTooLarge, MediaTooWide, MediaForeign,
	// MediaUnknown; ErrBusy when too many are being looked into at once. A
	// picture that could not be looked into now comes back as MediaUnread, which
	// is stored like any other and tried again later.
	Take(ctx context.Context, from io.Reader, declared string) (NewMedia, error)
	// Open unseals a part. Its error means that the key is another one or that
	// the bytes were changed.
	Open(m Media, part MediaPart, sealed []byte) ([]byte, error)
}

// MediaRows keeps files and their sealed parts.
type MediaRows interface {
	// SetMedia inserts or overwrites a row by ID.
	SetMedia(ctx context.Context, m Media) error
	// Media lists files.
	Media(ctx context.Context, f MediaFilter) ([]Media, error)
	// SetBlob stores the sealed bytes of a part, or removes them when b is nil.
	SetBlob(ctx context.Context, id ID, part MediaPart, b []byte) error
	// Blob returns the sealed bytes of a part; ErrNotFound if there is none.
	Blob(ctx context.Context, id ID, part MediaPart) ([]byte, error)
}
