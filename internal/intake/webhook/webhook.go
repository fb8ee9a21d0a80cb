// Package webhook tells another program that a tip it handed in by the API was
// answered.
//
// Owns: the letter (its JSON, its signature) and what an answer to it means.
//
// Does not own: the keys and their addresses (desk), when a letter is sent and
// how often (deliver), reaching out safely (fetch). Nothing comes in here: tips
// of other programs come by the API.
//
// Start reading at: Channel.Send.
package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"soi/internal/desk"
	"soi/internal/fetch"
	"soi/internal/intake"
)

// Name is the channel's name.
const Name = "webhook"

// Address is where a letter about one tip goes: the key that brought the tip,
// and the tip's ticket code, by which its holder finds it again.
type Address struct {
	Key    desk.ID `json:"key"`
	Ticket string  `json:"ticket"`
}

// Config is what the channel needs.
type Config struct {
	// Keys lists the keys as they are now; a key that was ended is told nothing more.
	Keys func(ctx context.Context) ([]desk.APIKey, error)
	// Secret is the secret of a key, with which its letters are signed.
	Secret func(key desk.ID) string
	Client *fetch.Client
	Now    func() time.Time
}

// Channel sends letters. Safe for concurrent use.
type Channel struct{ c Config }

// New builds a Channel.
func New(c Config) *Channel { return &Channel{c} }

// Name implements intake.Channel.
func (*Channel) Name() string { return Name }

// Limits implements intake.Channel. A partner's server is not pressed harder
// than a person would be.
func (*Channel) Limits() intake.Limits { return intake.Limits{PerSecond: 5, Bundle: -1} }

// Run implements intake.Channel: nothing comes in.
func (*Channel) Run(ctx context.Context, _ intake.Sink) error {
	<-ctx.Done()
	return nil
}

// Letter is the body of a webhook.
type Letter struct {
	ID     string    `json:"id"`     // the same for every try; who got it before may pass over it
	Event  string    `json:"event"`  // tip.answered
	Ticket string    `json:"ticket"` // GET /api/v1/tips/{ticket} has the answer as it stands
	Lang   string    `json:"lang"`
	Title  string    `json:"title"`
	Text   string    `json:"text"`
	Sent   time.Time `json:"sent"`
}

// The headers of a letter.
const (
	HeaderTime      = "Soi-Timestamp" // unix seconds
	HeaderSignature = "Soi-Signature" // v1=HEX
)

// Sign is the signature of a body sent at a time:
//
//	v1=hex(HMAC-SHA-256(secret, TIMESTAMP "." BODY))
//
// The receiver computes it over the raw bytes, compares in constant time and
// refuses a time further than five minutes from its own.
func Sign(secret, timestamp string, body []byte) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(timestamp + "."))
	m.Write(body)
	return "v1=" + hex.EncodeToString(m.Sum(nil))
}

// Send implements intake.Channel: one POST.
func (ch *Channel) Send(ctx context.Context, to intake.Address, m intake.Outgoing) (intake.Receipt, error) {
	var a Address
	if err := json.Unmarshal(to, &a); err != nil {
		return intake.Receipt{}, fmt.Errorf("%w: it cannot be read", intake.ErrGone)
	}
	key, err := ch.key(ctx, a.Key)
	if err != nil {
		return intake.Receipt{}, err
	}
	now := ch.c.Now()
	body, err := json.Marshal(Letter{ID: m.Op, Event: "tip.answered", Ticket: a.Ticket, Lang: m.Lang, Title: m.Title, Text: m.Text, Sent: now.UTC().Truncate(time.Second)})
	if err != nil {
		return intake.Receipt{}, fmt.Errorf("%w: it cannot be written", intake.ErrRefused)
	}
	stamp := strconv.FormatInt(now.Unix(), 10)
	page, err := ch.c.Client.Post(ctx, fetch.Letter{URL: key.Webhook, Type: "application/json", Body: body,
		Header: map[string]string{HeaderTime: stamp, HeaderSignature: Sign(ch.c.Secret(key.ID), stamp, body)}})
	if err != nil {
		return intake.Receipt{}, failed(err)
	}
	return intake.Receipt{ID: m.Op}, answered(page, now)
}

// key finds a key that may still be told something.
func (ch *Channel) key(ctx context.Context, id desk.ID) (desk.APIKey, error) {
	keys, err := ch.c.Keys(ctx)
	if err != nil {
		return desk.APIKey{}, fmt.Errorf("%w: keys: %w", intake.ErrTemporary, err)
	}
	for _, k := range keys {
		if k.ID == id && k.Good() && k.Webhook != "" {
			return k, nil
		}
	}
	return desk.APIKey{}, fmt.Errorf("%w: the key was ended", intake.ErrGone)
}

// failed gives an error on the way its meaning.
func failed(err error) error {
	var e *fetch.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("%w: %w", intake.ErrUnknown, err)
	}
	switch e.Kind {
	case fetch.KindURL, fetch.KindScheme, fetch.KindPort, fetch.KindAddress:
		return fmt.Errorf("%w: the address of the webhook is not on the public web (%s)", intake.ErrRefused, e.Kind)
	case fetch.KindName, fetch.KindConnect, fetch.KindTLS:
		return fmt.Errorf("%w: the webhook cannot be reached (%s)", intake.ErrTemporary, e.Kind)
	}
	return fmt.Errorf("%w: no answer of the webhook (%s)", intake.ErrUnknown, e.Kind)
}

// maxWait is the longest pause a webhook may ask for.
const maxWait = time.Hour

// answered gives a status its meaning: 2xx took the letter, 410 wants no more,
// everything else is tried again later.
func answered(p *fetch.Page, now time.Time) error {
	switch {
	case p.Status >= 200 && p.Status < 300:
		return nil
	case p.Status == http.StatusGone:
		return fmt.Errorf("%w: the webhook said 410", intake.ErrGone)
	case p.Status == http.StatusTooManyRequests || p.Status == http.StatusServiceUnavailable:
		v := p.Header.Get("Retry-After")
		if n, err := strconv.Atoi(v); err == nil && n >= 0 {
			return intake.RateLimited(min(time.Duration(min(n, 1<<20))*time.Second, maxWait))
		}
		if at, err := http.ParseTime(v); err == nil {
			return intake.RateLimited(min(max(at.Sub(now), 0), maxWait))
		}
	}
	return fmt.Errorf("%w: the webhook said %d", intake.ErrTemporary, p.Status)
}
