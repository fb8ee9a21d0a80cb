package intake

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"soi/internal/desk"
)

// Reader is what intake asks of matching. The program hands in an
// implementation (match knows more than intake may import).
type Reader interface {
	// Clean brings a short text into one form: valid UTF-8, composed, no control
	// characters.
	Clean(s string) string
	// Lang guesses the language of a text, BCP 47, "und" if it cannot.
	Lang(s string) string
	// Read reads a message and looks whether it was checked before. It keeps
	// nothing. files are those that came with it.
	Read(ctx context.Context, text string, files []desk.NewMedia) Reading
}

// Reading is what was found in a message and about it.
type Reading struct {
	Text     string   // cleaned
	Key      []byte   // SHA-256 of the folded text
	Lang     string   // as detected, "und" if unknown
	Links    []string // http(s) links in it
	Summary  string   // one sentence for the claim it may open
	Decision string   // same, perhaps, new
	Answer   string   // for same: the match key
	Options  []string // for perhaps: match keys, likeliest first
	// Why says in a language why an answer is thought to be about the message.
	Why func(key, lang string) string
	// Background names an explainer that may help where no check fits: its title
	// in a language and its path on the site; "" for none. Nil: there are none.
	Background func(ctx context.Context, lang string) (title, path string)
}

// Options are what Intake works with. Desk, Store, Vault, Reader, TicketKey and
// Signed are needed.
type Options struct {
	Desk      *desk.Desk
	Store     desk.Store
	Vault     Vault
	Reader    Reader
	Files     desk.MediaKeeper // nil: files are not kept, only counted
	Channels  []Channel
	TicketKey []byte       // secret of ticket codes
	Signed    func() int64 // size of the published checkpoint
	URL       string       // public address without a trailing slash
	Name      string       // of the desk
	Langs     []string     // languages of answers, the foremost first
	Now       func() time.Time
	Log       *slog.Logger
	Bundle    time.Duration // replaces every channel's, if set; for tests
	ReadTime  time.Duration // the longest a message may take to be read; 0 means 20 s
	Wake      func()        // called when there is something to send; may be nil
	Digests   Digests       // nil: nobody gets digests by chat
}

// Digests keeps who receives digests by chat. It keeps an address of its own,
// sealed, and finds it again by a keyed hash.
type Digests interface {
	// Has reports whether the address receives them.
	Has(ctx context.Context, channel string, a Address) (bool, error)
	// Join puts the address down and returns the page on which its holder
	// chooses topics. Twice is once.
	Join(ctx context.Context, channel string, a Address, lang string) (page string, err error)
	// End erases the address; one that is not there is no error.
	End(ctx context.Context, channel string, a Address) error
}

// Intake takes deliveries in and holds the conversations. It implements Sink.
// Safe for concurrent use.
type Intake struct {
	Options
	books    map[string]*book
	channels map[string]Channel
	wake     chan struct{}
}

// readTime is the time limit of one message (trust.md T14).
const readTime = 20 * time.Second

// New checks the options and reads the catalogues.
func New(o Options) (*Intake, error) {
	if o.Desk == nil || o.Store == nil || o.Reader == nil || o.Signed == nil || o.Vault.Keys == nil || len(o.Vault.Fixed) < 16 || len(o.TicketKey) < 16 {
		return nil, errors.New("intake: something it needs is missing")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.ReadTime == 0 {
		o.ReadTime = readTime
	}
	if len(o.Langs) == 0 {
		o.Langs = languages()
	}
	if o.Wake == nil {
		o.Wake = func() {}
	}
	in := &Intake{Options: o, channels: map[string]Channel{}, wake: make(chan struct{}, 1)}
	for _, c := range o.Channels {
		if in.channels[c.Name()] != nil {
			return nil, fmt.Errorf("intake: two channels are called %q", c.Name())
		}
		in.channels[c.Name()] = c
	}
	var err error
	in.books, err = readBooks()
	return in, err
}

// now is the time as it is stored.
func (in *Intake) now() time.Time { return in.Now().UTC().Truncate(time.Millisecond) }

// parcel is a delivery as it is sealed: Arrived with plain types.
type parcel struct {
	ExtID, Who, Thread    string
	Address               []byte
	Kind                  Kind
	Text, Data, Of, Reply string
	Lang                  string
	Links                 []string
	Media                 []Media
	Forwarded, Often      bool
	Group                 string
	At                    time.Time
	EditOf                desk.ID // tip whose words were edited
}

// Bounds of one delivery. Longer texts are cut at what a tip may hold.
const (
	maxExtID     = 1000
	maxArrived   = 27 << 20 // bytes of all files together
	maxTextBytes = 4 * desk.MaxTipRunes
)

// check refuses what no channel should hand over.
func (a Arrived) check() error {
	total := len(a.Text)
	for _, m := range a.Media {
		total += len(m.Data)
		if (m.Data == nil) == (m.Ref == nil) {
			return fmt.Errorf("%w: a file needs either data or a reference", ErrUnusable)
		}
	}
	switch {
	case a.Channel == "" || a.ExtID == "" || len(a.ExtID) > maxExtID:
		return fmt.Errorf("%w: channel and id are needed", ErrUnusable)
	case a.Who == "" && a.Thread == "":
		return fmt.Errorf("%w: neither person nor thread", ErrUnusable)
	case total > maxArrived || len(a.Media) > 50:
		return fmt.Errorf("%w: too large", ErrUnusable)
	}
	return nil
}

// Accept implements Sink.
func (in *Intake) Accept(ctx context.Context, a Arrived) error {
	if err := a.check(); err != nil {
		return err
	}
	if len(a.Text) > maxTextBytes {
		a.Text = strings.ToValidUTF8(a.Text[:maxTextBytes], "")
	}
	if len(a.Media) > desk.MaxMedia {
		a.Media = a.Media[:desk.MaxMedia]
	}
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(parcel{ExtID: a.ExtID, Who: string(a.Who), Thread: string(a.Thread), Address: a.Address, Kind: a.Kind, Text: a.Text, Data: a.Data,
		Of: a.Of, Reply: a.ReplyTo, Lang: a.Lang, Links: a.Links, Media: a.Media, Forwarded: a.Forwarded, Often: a.Often, Group: a.Group, At: a.At})
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	err = in.store(ctx, a.Channel, a.ExtID, desk.ArrivalNew, "", b.Bytes())
	if err == nil {
		in.poke()
	}
	return err
}

// Quarantine implements Sink.
func (in *Intake) Quarantine(ctx context.Context, channel, extID string, raw []byte, why string) error {
	in.Log.Warn("a delivery that cannot be read is set aside", "channel", channel, "why", why)
	return in.store(ctx, channel, extID, desk.ArrivalAside, why, raw[:min(len(raw), maxArrived)])
}

// store seals a delivery and keeps it; one that is there already is no error.
func (in *Intake) store(ctx context.Context, channel, extID string, s desk.ArrivalState, why string, body []byte) error {
	key := in.Vault.delivery("delivery", channel, extID)
	if known, err := in.known(ctx, key); err == nil && known {
		return nil // a copy costs no place in the queue of those who write
	}
	sealed, err := in.Vault.Seal(labelArrival, body)
	if err != nil {
		return err
	}
	now := in.now()
	a := desk.Arrival{Key: key, Channel: channel, At: now, N: in.Now().UnixNano(), State: s, Why: why, Body: sealed}
	err = in.Store.Tx(ctx, func(tx desk.Tx) error {
		err := tx.AddArrival(ctx, a)
		if errors.Is(err, desk.ErrDuplicate) {
			return nil
		}
		return err
	})
	if err != nil {
		in.Log.Error("a delivery could not be stored; its platform is to deliver it again", "channel", channel, "err", err)
		return fmt.Errorf("accept a delivery: %w", err)
	}
	return nil
}

// known reports whether a delivery is on stable storage already.
func (in *Intake) known(ctx context.Context, key []byte) (known bool, err error) {
	err = in.Store.Read(ctx, func(tx desk.Tx) error {
		as, err := tx.Arrivals(ctx, desk.ArrivalFilter{Keys: [][]byte{key}, Bare: true, Limit: 1})
		known = len(as) > 0
		return err
	})
	return known, err
}

// The labels of sealed parts.
const (
	labelArrival = "arrival"
	labelAddress = "address"
	labelNotice  = "notice"
)

// Status implements Sink.
func (in *Intake) Status(ctx context.Context, channel, id string, failed error) error {
	if failed == nil || id == "" {
		return nil
	}
	receipt := in.Vault.delivery("receipt", channel, id)
	return in.Store.Tx(ctx, func(tx desk.Tx) error {
		ns, err := tx.Notices(ctx, desk.NoticeFilter{Receipt: receipt, Limit: 1})
		if err != nil || len(ns) == 0 || ns[0].State != desk.NoticeSent {
			return err
		}
		n := ns[0]
		n.Calls = max(0, n.Calls-1) // surely not delivered: it does not count
		switch {
		case errors.Is(failed, ErrWindow) && n.Kind != desk.NoticeTalk: // the words of a talk are erased once sent
			n.State, n.Why = desk.NoticeHeld, desk.WhyWindow
		case errors.Is(failed, ErrGone):
			n.State, n.Why = desk.NoticeFailed, desk.WhyGone
		default:
			n.State, n.Why = desk.NoticeFailed, desk.WhyLost
		}
		if err := tx.SetNotice(ctx, n); err != nil || n.Why != desk.WhyGone || n.Conversation == "" {
			return err
		}
		return tx.DropConversation(ctx, n.Conversation)
	})
}

// ReceiptKey is what is stored of a platform's id of a message of ours.
func (in *Intake) ReceiptKey(channel, id string) []byte {
	if id == "" {
		return nil
	}
	return in.Vault.delivery("receipt", channel, id)
}

// markKey is the setting that holds a channel's reading position.
func markKey(channel, name string) string { return "mark " + channel + " " + name }

// Mark implements Sink.
func (in *Intake) Mark(ctx context.Context, channel, name string) (v string, err error) {
	err = in.Store.Read(ctx, func(tx desk.Tx) error {
		v, err = tx.Setting(ctx, markKey(channel, name))
		return err
	})
	return v, err
}

// SetMark implements Sink.
func (in *Intake) SetMark(ctx context.Context, channel, name, value string) error {
	return in.Store.Tx(ctx, func(tx desk.Tx) error { return tx.SetSetting(ctx, markKey(channel, name), value) })
}

// poke makes Run look now.
func (in *Intake) poke() {
	select {
	case in.wake <- struct{}{}:
	default:
	}
}

// rules are the times of a channel's conversations.
func (in *Intake) rules(channel string) Rules {
	l := in.limits(channel)
	r := Rules{Now: in.now(), Bundle: l.Bundle, Window: l.Window, Choice: desk.DefaultChoiceTime,
		Digest: in.Digests != nil && l.Unasked}
	if l.AfterWindow {
		r.Window = 0
	}
	if r.Bundle == 0 {
		r.Bundle = DefaultBundle
	}
	if in.Bundle != 0 {
		r.Bundle = in.Bundle
	}
	return r
}

// limits are those of a channel; a channel that is switched off has none.
func (in *Intake) limits(channel string) Limits {
	if c := in.channels[channel]; c != nil {
		return c.Limits()
	}
	return Limits{}
}

// langOf is a language of answers for a tag such as vi-VN, "" if there is none.
func (in *Intake) langOf(tag string) string {
	tag, _, _ = strings.Cut(strings.ToLower(tag), "-")
	for _, l := range in.Langs {
		if l == tag {
			return l
		}
	}
	return ""
}

// background names the explainer that may help meanwhile.
func (in *Intake) background(lang string, r result) string {
	if r.title == "" {
		return ""
	}
	return "\n\n" + fill(in.books[lang].Line["background"], "title", r.title, "link", in.page(lang, r.path))
}

// others says how many more ask.
func (in *Intake) others(lang string, asked int) string {
	b := in.books[lang].Line
	switch {
	case asked <= 1:
		return ""
	case asked >= desk.MostAsked:
		return " " + fill(b["others-many"], "n", strconv.Itoa(desk.MostAsked))
	}
	return " " + fill(b["others"], "n", strconv.Itoa(asked-1))
}
