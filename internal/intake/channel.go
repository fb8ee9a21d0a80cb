package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// Secret is a text that tells something about a person: it is used in memory
// and never written, so every way of printing it gives three stars. Convert it
// with string() where it is hashed or sealed, and nowhere else.
type Secret string

// String implements fmt.Stringer.
func (Secret) String() string { return "***" }

// GoString implements fmt.GoStringer.
func (Secret) GoString() string { return "***" }

// Format implements fmt.Formatter, so that %d prints nothing either.
func (Secret) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "***") }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue("***") }

// MarshalText implements encoding.TextMarshaler.
func (Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }

// Address is what a channel needs to answer: a chat's number, a message to
// reply to, a mail's headers, in whatever form the channel likes. intake seals
// it before it is stored and opens it only to call Channel.Send. Like Secret it
// prints as three stars.
type Address []byte

// String implements fmt.Stringer.
func (Address) String() string { return "***" }

// GoString implements fmt.GoStringer.
func (Address) GoString() string { return "***" }

// Format implements fmt.Formatter, so that %x and %v of the bytes print nothing either.
func (Address) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "***") }

// MarshalText implements encoding.TextMarshaler.
func (Address) MarshalText() ([]byte, error) { return []byte("***"), nil }

// LogValue implements slog.LogValuer.
func (Address) LogValue() slog.Value { return slog.StringValue("***") }

// Kind says what a delivery is.
type Kind string

// The kinds of delivery. Commands typed as text (/stop, dừng, /vi, help …) and
// short answers (1, 2, có, không) are found by intake in Text: a channel sends
// them as KindMessage.
const (
	KindMessage Kind = "message" // text, media, or both
	KindEdit    Kind = "edit"    // the new text of an earlier message; Of names it
	KindPress   Kind = "press"   // a button of ours was pressed; Data is its Button.Data
	KindStart   Kind = "start"   // the person opened the conversation and has said nothing yet (Telegram /start, Zalo follow)
	KindLeft    Kind = "left"    // the person blocked or left us: everything about them is erased, nothing is said
)

// Arrived is one delivery as a channel hands it over. The channel has dropped
// every name, handle, picture, file name, location and contact by then: there
// is no field for them.
type Arrived struct {
	Channel string // Channel.Name, "telegram"
	// ExtID is the delivery's own id, the same for every copy of it and no
	// other delivery of the channel: Telegram's update_id, WhatsApp's message
	// id, a mail's Message-ID. Only its keyed hash is stored.
	ExtID string
	Who   Secret // the platform's id of the person, to count distinct askers; "" if the channel has none
	// Thread tells conversations of one person apart; "" where a person has one
	// conversation (chats). A mail channel puts the id of the first message here.
	Thread  Secret
	Address Address // nil if it cannot be answered
	Kind    Kind
	Text    string // as it came: intake and the reader clean it; for e-mail without quotes and signature
	Data    string // for KindPress
	Of      string // for KindEdit: the ExtID of what was edited
	// ReplyTo is the id (Receipt.ID) of the message of ours that this one replies
	// to, "" if none or unknown. Only its keyed hash is stored.
	ReplyTo string
	Lang    string   // language set in the person's program, BCP 47; "" if unknown
	Links   []string // http(s) links that do not stand in Text (link previews, hidden links)
	Media   []Media
	// Forwarded: only that it was forwarded, never from whom. Often: the
	// platform says it was forwarded many times.
	Forwarded bool
	Often     bool
	Group     string    // id of the album this is a part of, "" if none; parts make one tip
	At        time.Time // the platform's time; zero if unknown. Never kept finer than a day for long
}

// MediaKind says what sort of thing a Media is.
type MediaKind string

// The kinds of media. What is none of them is MediaOther: kept sealed, shown to
// staff by type and size.
const (
	MediaPicture  MediaKind = "picture"
	MediaDocument MediaKind = "document" // PDF and office files
	MediaVoice    MediaKind = "voice"
	MediaVideo    MediaKind = "video"
	MediaOther    MediaKind = "other"
)

// MaxMedia is the most bytes of one file that are taken in.
const MaxMedia = 20 << 20

// Media is one file of a delivery, without its name. Exactly one of Data and
// Ref is set: Data when the channel holds the bytes already (mail), Ref when it
// has to ask for them (a file id, an address): then the channel is an Opener.
type Media struct {
	Kind    MediaKind
	Type    string        // MIME type as the platform says; checked against the bytes later
	Size    int64         // bytes as the platform says, 0 if unknown
	Length  time.Duration // of voice and video, 0 if unknown
	Ref     []byte        // opaque to intake; sealed while it is kept
	Data    []byte        // at most MaxMedia
	Caption string        // text that belongs to this file alone; usually it stands in Arrived.Text
}

// Sink takes in what channels receive. Safe for concurrent use.
type Sink interface {
	// Accept stores one delivery. When it returns nil, the delivery is on
	// stable storage, once, however often it is handed over, and the channel
	// acknowledges it to the platform. On an error it must not: the platform
	// delivers again. Accept asks nothing of the network and takes
	// milliseconds. ErrUnusable means that a's fields contradict each other or
	// are too large: hand the delivery to Quarantine instead.
	Accept(ctx context.Context, a Arrived) error
	// Quarantine keeps, sealed and for a week, a delivery that is authentic but
	// cannot be read, so that it can be acknowledged and is not lost. why is a
	// short code for staff ("bad-json"), never text from the delivery.
	Quarantine(ctx context.Context, channel, extID string, raw []byte, why string) error
	// Status records what a platform tells later of a message of ours: id is
	// the Receipt.ID; failed is nil when it arrived, otherwise one of the error
	// kinds below. Unknown ids are no error.
	Status(ctx context.Context, channel, id string, failed error) error
	// Mark returns how far a channel has read (a mailbox's UIDVALIDITY and UID,
	// …): what SetMark was last given under this name, "" before that.
	Mark(ctx context.Context, channel, name string) (string, error)
	// SetMark keeps a reading position over restarts. Nothing about a person
	// belongs there.
	SetMark(ctx context.Context, channel, name, value string) error
}

// Channel is one way in and, if it can answer, out.
type Channel interface {
	// Name is one lower-case word: "telegram". It stands in addresses, in the
	// database and in the catalogues (channel.NAME), so it never changes.
	Name() string
	// Limits are what the platform allows.
	Limits() Limits
	// Run receives until ctx ends: polls, or listens on a port of its own.
	// Only one program of several over one database runs it at a time. A
	// channel that only has a webhook waits for ctx. When it returns earlier,
	// it is run again after a growing pause; the error is logged and shown by
	// `soi doctor`.
	Run(ctx context.Context, sink Sink) error
	// Send sends one message to an address the same channel made, and returns
	// what the platform calls it. Errors are of the kinds below, otherwise the
	// outcome counts as unknown. ctx ends after a minute at most. It neither
	// retries nor sleeps: deliver does.
	Send(ctx context.Context, to Address, m Outgoing) (Receipt, error)
}

// Webhook is a Channel that takes deliveries over HTTP. The handler gets every
// request whose path is /hook/NAME or begins with /hook/NAME/, with the prefix
// still on it, the body limited to MaxBody, and no part of the site's guards:
// it checks the platform's signature on the raw bytes itself, before parsing.
// It answers with a status and a constant body (Refuse, Acknowledge).
type Webhook interface {
	// Webhook returns the handler; it is asked for once, before serving begins.
	Webhook(sink Sink) http.Handler
}

// MaxBody is the most bytes of a webhook's request: 4 MiB, because the largest
// platform sends up to 3 MB of messages at once. What is longer is cut there,
// and reading on gives an *http.MaxBytesError.
const MaxBody = 4 << 20

// Opener is a Channel whose Media carry a Ref.
type Opener interface {
	// Open begins to read one file and returns it with its length in bytes (-1
	// if unknown); the caller reads at most MaxMedia and closes it. ErrGone when
	// the platform does not have it any more; other errors are tried again later.
	Open(ctx context.Context, ref []byte) (body io.ReadCloser, size int64, err error)
}

// Prober is a Channel that can say how it stands for `soi doctor`.
type Prober interface {
	// Probe makes one harmless call to the platform and says what it found, in
	// plain sentences without secrets.
	Probe(ctx context.Context) []Finding
}

// Finding is one thing a Prober found, in a sentence of each language.
type Finding struct {
	OK     bool
	En, Vi string
}

// Limits are what a platform allows. Zero fields do not restrict.
type Limits struct {
	Window      time.Duration // after the person's last message, how long free-form answers are taken: 24 h, 48 h
	PerWindow   int           // answers within one window: Zalo's 8
	AfterWindow bool          // Send can still reach the person after the window (an approved template)
	Unasked     bool          // takes messages that nobody just asked for, from whoever once wrote: digests can go there
	PerSecond   float64       // messages a second, all askers together
	Pause       time.Duration // least time between two messages to one person
	TextRunes   int           // longest text; longer ones are shortened at a sentence with a link
	Buttons     int           // most buttons below a message; 0: the choices are numbered in the text
	LabelRunes  int           // longest text on a button
	Bundle      time.Duration // how long to wait for more messages; 0 means DefaultBundle, negative: each message is whole (mail)
}

// DefaultBundle is how long a conversation waits for another message before it
// takes what came as one tip.
const DefaultBundle = 15 * time.Second

// Outgoing is one message to one asker.
type Outgoing struct {
	Op      string   `json:"op"`   // the same for every try of this message, another for every other; for platforms that take an idempotency key
	Lang    string   `json:"lang"` // "vi" or "en"
	Purpose Purpose  `json:"purpose"`
	Title   string   `json:"title"` // one line: a mail's subject; chats leave it out
	Text    string   `json:"text"`  // plain text, paragraphs separated by blank lines, links written out
	Buttons []Button `json:"buttons,omitempty"`
	Late    bool     `json:"late,omitempty"` // sent after the window: use the template
}

// Purpose says what a message is for, so that a channel can choose a template
// or mark it.
type Purpose string

// The purposes.
const (
	PurposeTalk   Purpose = "talk"   // an answer to what was just said
	PurposeNotice Purpose = "notice" // a check was published, corrected, withdrawn, or an answer is taken back
	PurposeDigest Purpose = "digest" // an edition of the digest
)

// Button is a choice below a message. A channel without buttons (Limits.Buttons
// 0) never gets any: the choices then stand in the text with numbers.
type Button struct {
	Label string `json:"label"`
	Data  string `json:"data"` // at most 64 bytes of ASCII; comes back as Arrived.Data
}

// Receipt is what a platform says of a message it took.
type Receipt struct {
	ID string // the platform's id of the message, "" if it gives none; only its keyed hash is stored
}

// The kinds of error of Send, Open and Status. Wrap them: fmt.Errorf("%w: …", ErrGone).
// The text around them goes to the log and holds nothing about a person. For a
// rate limit use RateLimited, which carries the pause.
var (
	// ErrGone: the person blocked us, left, or the address is no address any
	// more. It is erased, nothing more is sent to it.
	ErrGone = errors.New("address gone for good")
	// ErrWindow: the platform's window for answers is closed. Held until the
	// person writes again.
	ErrWindow = errors.New("reply window closed")
	// ErrRefused: the platform will not take this very message (too long, bad
	// template). Not tried again; shown to staff as a failure.
	ErrRefused = errors.New("message refused")
	// ErrTemporary: surely not delivered; tried again with growing pauses.
	ErrTemporary = errors.New("temporary failure")
	// ErrAuth: our own key or secret was not accepted. The channel pauses, and
	// staff and doctor are told; messages wait.
	ErrAuth = errors.New("our key was not accepted")
	// ErrUnknown: it may or may not have been delivered (no answer after the
	// request was written). Tried once more after ten minutes. Also what any
	// other error counts as.
	ErrUnknown = errors.New("outcome unknown")
	// ErrUnusable: see Sink.Accept.
	ErrUnusable = errors.New("unusable delivery")
)

// RateLimitedError says that a platform wants us to wait: surely not delivered.
type RateLimitedError struct {
	After time.Duration // 0 if the platform does not say
}

// RateLimited makes a RateLimitedError.
func RateLimited(after time.Duration) error { return &RateLimitedError{After: after} }

// Error gives the pause.
func (e *RateLimitedError) Error() string { return fmt.Sprintf("rate limited, wait %s", e.After) }

// Acknowledge answers a webhook whose delivery is stored: 200 and the same two
// bytes for every copy.
func Acknowledge(w http.ResponseWriter) { constant(w, http.StatusOK, "ok") }

// Refuse answers a webhook with a status (401 or 403 for a bad signature, 400
// for no sense, 413, 503) and a constant body that tells nothing.
func Refuse(w http.ResponseWriter, status int) {
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "30")
	}
	constant(w, status, "no")
}

// constant writes an answer that depends on nothing but its arguments.
func constant(w http.ResponseWriter, status int, body string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}
