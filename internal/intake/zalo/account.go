package zalo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"time"

	"soi/internal/fetch"
	"soi/internal/intake"
)

// AccountName is the channel's name in addresses, rows and catalogues.
const AccountName = "zalo"

// The limits of the OA API, from its documentation of consultation messages
// ("tin Tư vấn"): eight free answers within 48 hours of the person's last
// message.
const (
	accountWindow  = 48 * time.Hour
	accountReplies = 8
	textUnits      = 2000
	textRunes      = 1900
	accountButtons = 5
	titleUnits     = 100
	labelRunes     = 60
	perSecond      = 10
)

// The defaults of the API's hosts.
const (
	DefaultAccountBase = "https://openapi.zalo.me"
	DefaultAuthBase    = "https://oauth.zaloapp.com"
	// DefaultMediaHosts are those that files have been seen on, comma-separated.
	DefaultMediaHosts = ".zdn.vn,.zadn.vn,.zaloapp.com,.zalo.me"
)

// The ways to tell the platform what an answer answers. It counts an answer as
// one of the eight only when the message's id is given; where sources differ is
// whether the person's id may stand beside it.
const (
	ReplyByBoth    = "both"    // the message's id and the person's (default)
	ReplyByMessage = "message" // the message's id alone
	ReplyByPerson  = "person"  // the person's id alone: every answer counts as unasked for
	ReplyByQuote   = "quote"   // the person's id, the message's as a quotation
)

// Marks keep what must outlive the program; intake's Sink is one.
type Marks interface {
	// Mark returns what was last set under a name, "" before that.
	Mark(ctx context.Context, channel, name string) (string, error)
	// SetMark keeps a value on stable storage.
	SetMark(ctx context.Context, channel, name, value string) error
}

// AccountConfig is what the operator says about an Official Account and its app.
type AccountConfig struct {
	App       string // the app's id, digits
	Account   string // the Official Account's id, digits
	AppSecret string // the app's secret key, for new tokens
	OASecret  string // the Official Account's secret key, which proves the webhook
	Refresh   string // the refresh token of the first consent; later ones are kept sealed
	// Unsigned takes events without a valid mac. Anybody who finds the address
	// can then write in; only for a short test.
	Unsigned bool
	ReplyBy  string // ReplyByBoth …; "" is ReplyByBoth
	// NoButtons writes choices into the text, for accounts whose package has no
	// interactive messages.
	NoButtons  bool
	Base, Auth string   // "" are the defaults; else https://…, or http:// and a loopback address
	MediaHosts []string // nil is DefaultMediaHosts
	Key        []byte   // 32 bytes that seal the tokens
	Marks      Marks    // keeps the sealed tokens
	Agent      string   // how the program names itself to the platform
	Log        *slog.Logger
	Now        func() time.Time // nil means time.Now
}

// Account is one Official Account. Safe for concurrent use.
type Account struct {
	config AccountConfig
	caller *fetch.Caller
	auth   *fetch.Caller
	log    *slog.Logger
	now    func() time.Time

	mu     sync.Mutex
	tokens tokens
	saved  bool // tokens are on stable storage
}

var (
	_ intake.Channel = (*Account)(nil)
	_ intake.Webhook = (*Account)(nil)
	_ intake.Opener  = (*Account)(nil)
	_ intake.Prober  = (*Account)(nil)
)

var digits = regexp.MustCompile(`^[0-9]{5,25}$`)

// NewAccount checks the settings; it calls nobody. The error is a sentence for
// the operator and holds no secret.
func NewAccount(c AccountConfig) (*Account, error) {
	if c.Base == "" {
		c.Base = DefaultAccountBase
	}
	if c.Auth == "" {
		c.Auth = DefaultAuthBase
	}
	if c.MediaHosts == nil {
		c.MediaHosts = strings.Split(DefaultMediaHosts, ",")
	}
	if c.ReplyBy == "" {
		c.ReplyBy = ReplyByBoth
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	caller, err := fetch.NewCaller(fetch.CallerOptions{Base: c.Base, Hosts: c.MediaHosts, Agent: c.Agent})
	if err != nil {
		return nil, fmt.Errorf("zalo: %w", err)
	}
	auth, err := fetch.NewCaller(fetch.CallerOptions{Base: c.Auth, Agent: c.Agent})
	if err != nil {
		return nil, fmt.Errorf("zalo: %w", err)
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Account{config: c, caller: caller, auth: auth, log: c.Log, now: c.Now}, nil
}

func (c AccountConfig) check() error {
	switch {
	case !digits.MatchString(c.App):
		return errors.New("zalo: the app's id is the digits shown at developers.zalo.me")
	case !digits.MatchString(c.Account):
		return errors.New("zalo: the Official Account's id is the digits shown in its settings")
	case c.AppSecret == "":
		return errors.New("zalo: the app's secret key is missing; without it tokens end after a day")
	case len(c.OASecret) < 8 && !c.Unsigned:
		return errors.New("zalo: the Official Account's secret key is missing; without it nothing can be told from a forgery")
	case c.ReplyBy != ReplyByBoth && c.ReplyBy != ReplyByMessage && c.ReplyBy != ReplyByPerson && c.ReplyBy != ReplyByQuote:
		return errors.New("zalo: reply-by is one of both, message, person, quote")
	case len(c.Key) != 32 || c.Marks == nil:
		return errors.New("zalo: a key and a place for the tokens are needed")
	}
	return nil
}

// Name implements intake.Channel.
func (c *Account) Name() string { return AccountName }

// Limits implements intake.Channel.
func (c *Account) Limits() intake.Limits {
	l := intake.Limits{Window: accountWindow, PerWindow: accountReplies, PerSecond: perSecond, Pause: time.Second, TextRunes: textRunes,
		Buttons: accountButtons, LabelRunes: labelRunes}
	if c.config.NoButtons {
		l.Buttons = 0
	}
	return l
}

// refreshAhead is how long before its end an access token is replaced.
const refreshAhead = time.Hour

// Run implements intake.Channel: everything comes by the webhook. It keeps the
// tokens fresh, so that a quiet desk does not lose them: the refresh token ends
// after three months.
func (c *Account) Run(ctx context.Context, _ intake.Sink) error {
	if c.config.Unsigned {
		c.log.Warn("zalo: events are taken in without proof of where they come from; switch zalo-unsigned off")
	}
	tick := time.NewTicker(30 * time.Minute)
	defer tick.Stop()
	for {
		if _, err := c.access(ctx, ""); err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Probe implements intake.Prober.
func (c *Account) Probe(ctx context.Context) []intake.Finding {
	var found []intake.Finding
	switch _, err := c.access(ctx, ""); {
	case err == nil:
		found = append(found, intake.Finding{OK: true, En: "Zalo: the Official Account's token is good.", Vi: "Zalo: mã truy cập của Official Account còn dùng được."})
	case errors.Is(err, intake.ErrAuth):
		found = append(found, intake.Finding{En: "Zalo does not give a new token. Let the Official Account's administrator consent again and set zalo-refresh-token to the new one.",
			Vi: "Zalo không cấp mã mới. Hãy để quản trị viên Official Account cấp quyền lại và đặt zalo-refresh-token bằng mã mới."})
	default:
		found = append(found, intake.Finding{En: "Zalo did not answer.", Vi: "Zalo không trả lời."})
	}
	if c.config.Unsigned {
		found = append(found, intake.Finding{En: "Zalo: events are taken in without proof of where they come from. Set the Official Account's secret key and switch zalo-unsigned off.",
			Vi: "Zalo: tin được nhận mà không có gì chứng minh nguồn gửi. Hãy đặt khóa bí mật của Official Account và tắt zalo-unsigned."})
	}
	return found
}
