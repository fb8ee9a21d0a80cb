// Package telegram is the way in and out by Telegram's Bot API.
//
// It owns: long polling and the webhook, what of an update is a delivery and
// what is left behind (names, handles, file names, places, where something was
// forwarded from), sending a message with buttons, fetching a file, and what
// the API's errors mean.
//
// It does not own: the conversation (intake), when a message is sent and tried
// again (deliver), whether a file may be kept (media).
//
// Format: https://core.telegram.org/bots/api. Groups and channels are left with
// a word; only private chats are read.
//
// Start reading at: New, then deliver in parse.go.
package telegram

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

// Name is the channel's name in addresses, rows and catalogues.
const Name = "telegram"

// The limits of the Bot API, from its documentation and FAQ (about 30 messages
// a second over all chats, one a second in a chat); soi stays below them.
const (
	textUnits  = 4096 // UTF-16 code units of one message
	textRunes  = 3900 // what deliver shortens to; leaves room for characters of two units
	labelRunes = 40   // no limit of the platform: what fits on a phone
	buttons    = 8
	perSecond  = 25
)

// pollTimeout is how long the platform holds a poll that has nothing to give.
const pollTimeout = 50 * time.Second

// Config is what the operator says about the bot.
type Config struct {
	Token string // from @BotFather: digits, a colon, a secret
	Base  string // "" means https://api.telegram.org; else https://…, or http:// and a loopback address of one's own API server
	// Secret switches from long polling to the webhook: the platform sends it
	// back in a header. 16 to 256 of A-Z a-z 0-9 _ -.
	Secret     string
	WebhookURL string           // with Secret: the public address of this channel's webhook, https://desk.example/hook/telegram
	Agent      string           // how the program names itself to the platform
	Log        *slog.Logger     // nil discards; no text or id of a person is written
	Now        func() time.Time // nil means time.Now
}

// Channel is one bot. Safe for concurrent use.
type Channel struct {
	config Config
	bot    string // the digits of the token: the bot's public number
	caller *fetch.Caller
	log    *slog.Logger
	now    func() time.Time

	mu     sync.Mutex
	offset int64 // of the next update to ask for; 0 if unknown
	polled time.Time
}

var (
	_ intake.Channel = (*Channel)(nil)
	_ intake.Webhook = (*Channel)(nil)
	_ intake.Opener  = (*Channel)(nil)
	_ intake.Prober  = (*Channel)(nil)
)

var (
	tokenShape  = regexp.MustCompile(`^([0-9]{1,20}):[A-Za-z0-9_-]{20,100}$`)
	secretShape = regexp.MustCompile(`^[A-Za-z0-9_-]{16,256}$`)
)

// New checks the settings; it calls nobody. The error is a sentence for the
// operator and holds no secret.
func New(c Config) (*Channel, error) {
	c.Token = strings.TrimSpace(c.Token)
	shape := tokenShape.FindStringSubmatch(c.Token)
	if shape == nil {
		return nil, errors.New("telegram: the token is not one of @BotFather's (123456789:AAE…)")
	}
	if c.Secret != "" && !secretShape.MatchString(c.Secret) {
		return nil, errors.New("telegram: the webhook secret must be 16 to 256 letters, digits, _ or -")
	}
	if c.Secret != "" && !strings.HasPrefix(c.WebhookURL, "https://") {
		return nil, errors.New("telegram: a webhook needs a public https:// address of the desk")
	}
	if c.Base == "" {
		c.Base = "https://api.telegram.org"
	}
	caller, err := fetch.NewCaller(fetch.CallerOptions{Base: c.Base, Agent: c.Agent})
	if err != nil {
		return nil, fmt.Errorf("telegram: %w", err)
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Channel{config: c, bot: shape[1], caller: caller, log: c.Log, now: c.Now}, nil
}

// Name implements intake.Channel.
func (c *Channel) Name() string { return Name }

// Limits implements intake.Channel. Telegram has no window: whoever wrote can
// be answered until they block the bot.
func (c *Channel) Limits() intake.Limits {
	return intake.Limits{Unasked: true, PerSecond: perSecond, Pause: time.Second, TextRunes: textRunes, Buttons: buttons, LabelRunes: labelRunes}
}

// Run implements intake.Channel: it polls, or, with a webhook, says where the
// webhook is and waits.
func (c *Channel) Run(ctx context.Context, sink intake.Sink) error {
	if c.config.Secret == "" {
		return c.poll(ctx, sink)
	}
	if err := c.setWebhook(ctx); err != nil {
		return err
	}
	<-ctx.Done()
	return ctx.Err()
}

// wanted are the kinds of update we ask for. Nothing else is sent to us.
func wanted() []string {
	return []string{"message", "edited_message", "callback_query", "my_chat_member"}
}

func (c *Channel) setWebhook(ctx context.Context) error {
	return c.call(ctx, "setWebhook", map[string]any{"url": c.config.WebhookURL, "secret_token": c.config.Secret,
		"allowed_updates": wanted(), "max_connections": 8, "drop_pending_updates": false}, nil)
}

// Probe implements intake.Prober.
func (c *Channel) Probe(ctx context.Context) []intake.Finding {
	var me struct {
		ID int64 `json:"id"`
	}
	if err := c.call(ctx, "getMe", struct{}{}, &me); err != nil {
		return []intake.Finding{probeFailure(err)}
	}
	found := []intake.Finding{{OK: true, En: "Telegram accepts the bot's token.", Vi: "Telegram nhận mã của bot."}}
	var there struct {
		URL     string `json:"url"`
		Pending int    `json:"pending_update_count"`
		Failed  int64  `json:"last_error_date"`
	}
	if err := c.call(ctx, "getWebhookInfo", struct{}{}, &there); err != nil {
		return append(found, probeFailure(err))
	}
	switch polling := c.config.Secret == ""; {
	case polling && there.URL != "":
		found = append(found, intake.Finding{En: "A webhook is set for this bot, so polling gets nothing. `soi serve` removes it when it starts; if it comes back, another program uses the same bot.",
			Vi: "Bot này đang đặt webhook nên không lấy tin được. `soi serve` sẽ gỡ khi khởi động; nếu lại hiện ra, có chương trình khác đang dùng cùng bot."})
	case !polling && there.URL != c.config.WebhookURL:
		found = append(found, intake.Finding{En: "Telegram does not know this desk's webhook. `soi serve` sets it when it starts.",
			Vi: "Telegram chưa biết webhook của bàn này. `soi serve` sẽ đặt khi khởi động."})
	case !polling && there.Failed != 0 && c.now().Unix()-there.Failed < 3600:
		found = append(found, intake.Finding{En: fmt.Sprintf("Telegram could not reach the webhook within the last hour; %d messages wait there.", there.Pending),
			Vi: fmt.Sprintf("Trong giờ qua Telegram không gọi được webhook; %d tin đang chờ ở đó.", there.Pending)})
	}
	return found
}

// probeFailure is what a failed call means, as a sentence.
func probeFailure(err error) intake.Finding {
	if errors.Is(err, intake.ErrAuth) {
		return intake.Finding{En: "Telegram does not accept the bot's token. Ask @BotFather for a new one.", Vi: "Telegram không nhận mã của bot. Hãy xin mã mới từ @BotFather."}
	}
	return intake.Finding{En: "Telegram did not answer.", Vi: "Telegram không trả lời."}
}
