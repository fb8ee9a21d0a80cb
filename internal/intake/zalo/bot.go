package zalo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"soi/internal/fetch"
	"soi/internal/intake"
	"soi/internal/intake/platform"
)

// BotName is the channel's name in addresses, rows and catalogues.
const BotName = "zalobot"

// DefaultBotBase is the Bot Platform's host.
const DefaultBotBase = "https://bot-api.zaloplatforms.com"

// botPoll is how long the platform holds a poll that has nothing to give.
const botPoll = 30 * time.Second

// BotConfig is what the operator says about a bot.
type BotConfig struct {
	Token string // from Zalo Bot Manager: digits, a colon, a secret
	// Secret switches from long polling to the webhook: the platform sends it
	// back in a header. 16 to 256 of A-Z a-z 0-9 _ -. The platform gives each
	// update to a poll once and knows no acknowledgement; the webhook is sent
	// again until it is answered, so it is the safer of the two.
	Secret     string
	WebhookURL string        // with Secret: the public address of this channel's webhook
	Window     time.Duration // how long after a message answers are taken; 0: no limit is documented
	Base       string        // "" is DefaultBotBase; else https://…, or http:// and a loopback address
	MediaHosts []string      // nil is DefaultMediaHosts
	Agent      string        // how the program names itself to the platform
	Log        *slog.Logger
}

// Bot is one bot. Safe for concurrent use.
type Bot struct {
	config BotConfig
	caller *fetch.Caller
	log    *slog.Logger

	mu      sync.Mutex
	pending []byte // an update that the platform has given away and the sink has not taken yet
}

var (
	_ intake.Channel = (*Bot)(nil)
	_ intake.Webhook = (*Bot)(nil)
	_ intake.Opener  = (*Bot)(nil)
	_ intake.Prober  = (*Bot)(nil)
)

var (
	botToken    = regexp.MustCompile(`^[0-9]{1,30}:[A-Za-z0-9_-]{16,200}$`)
	secretShape = regexp.MustCompile(`^[A-Za-z0-9_-]{16,256}$`)
)

// NewBot checks the settings; it calls nobody. The error is a sentence for the
// operator and holds no secret.
func NewBot(c BotConfig) (*Bot, error) {
	if c.Base == "" {
		c.Base = DefaultBotBase
	}
	if c.MediaHosts == nil {
		c.MediaHosts = strings.Split(DefaultMediaHosts, ",")
	}
	switch {
	case !botToken.MatchString(c.Token):
		return nil, errors.New("zalobot: the token is not one of Zalo Bot Manager's (123456789:abc…)")
	case c.Secret != "" && !secretShape.MatchString(c.Secret):
		return nil, errors.New("zalobot: the webhook secret must be 16 to 256 letters, digits, _ or -")
	case c.Secret != "" && !strings.HasPrefix(c.WebhookURL, "https://"):
		return nil, errors.New("zalobot: a webhook needs a public https:// address of the desk")
	}
	caller, err := fetch.NewCaller(fetch.CallerOptions{Base: c.Base, Hosts: c.MediaHosts, Agent: c.Agent})
	if err != nil {
		return nil, fmt.Errorf("zalobot: %w", err)
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Bot{config: c, caller: caller, log: c.Log}, nil
}

// Name implements intake.Channel.
func (c *Bot) Name() string { return BotName }

// Limits implements intake.Channel. The Bot Platform has no buttons: choices
// are numbered in the text.
func (c *Bot) Limits() intake.Limits {
	return intake.Limits{Window: c.config.Window, PerSecond: perSecond / 2, Pause: time.Second, TextRunes: textRunes}
}

// call makes one call; into may be nil. Errors never hold the address, which
// carries the token.
func (c *Bot) call(ctx context.Context, method string, ask, into any, timeout time.Duration) error {
	body, err := json.Marshal(ask)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", intake.ErrRefused, method, err)
	}
	answer, err := c.caller.Do(ctx, fetch.Call{Method: http.MethodPost, URL: c.caller.Base() + "/bot" + c.config.Token + "/" + method,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: body, Timeout: timeout})
	if err != nil {
		return fmt.Errorf("zalobot: %s: %w", method, platform.Outcome(err))
	}
	var e struct {
		OK     bool            `json:"ok"`
		Result json.RawMessage `json:"result"`
		Code   int             `json:"error_code"`
	}
	if err := json.Unmarshal(answer.Body, &e); err != nil || !e.OK {
		if e.Code == 0 {
			e.Code = answer.Status
		}
		return fmt.Errorf("zalobot: %s: %w", method, botFailure(e.Code))
	}
	if into != nil {
		if err := json.Unmarshal(e.Result, into); err != nil {
			return fmt.Errorf("zalobot: %s: %w: %w", method, intake.ErrUnknown, err)
		}
	}
	return nil
}

// errNothing: a poll that ended without an update, error 408.
var errNothing = errors.New("nothing new")

// botFailure is what an answer without ok means.
func botFailure(code int) error {
	switch {
	case code == http.StatusRequestTimeout:
		return errNothing
	case code == http.StatusForbidden:
		return fmt.Errorf("%w: error %d", intake.ErrGone, code)
	case code == http.StatusNotFound:
		return fmt.Errorf("%w: error %d", intake.ErrAuth, code)
	case code < 400:
		return fmt.Errorf("%w: error %d", intake.ErrUnknown, code)
	}
	return platform.ByStatus(code)
}

// Send implements intake.Channel. The text goes without markup.
func (c *Bot) Send(ctx context.Context, to intake.Address, m intake.Outgoing) (intake.Receipt, error) {
	if len(to) == 0 {
		return intake.Receipt{}, fmt.Errorf("zalobot: %w: not an address of this channel", intake.ErrGone)
	}
	var sent struct {
		ID platform.Text `json:"message_id"`
	}
	ask := map[string]string{"chat_id": string(to), "text": platform.Cut(m.Text, textUnits)}
	if err := c.call(ctx, "sendMessage", ask, &sent, fetch.CallTimeout); err != nil {
		return intake.Receipt{}, err
	}
	return intake.Receipt{ID: string(sent.ID)}, nil
}

// Open implements intake.Opener: the file's address is all it takes.
func (c *Bot) Open(ctx context.Context, ref []byte) (io.ReadCloser, int64, error) {
	return platform.File(ctx, c.caller, strings.TrimSpace(string(ref)), nil)
}

// Probe implements intake.Prober.
func (c *Bot) Probe(ctx context.Context) []intake.Finding {
	err := c.call(ctx, "getMe", struct{}{}, nil, fetch.CallTimeout)
	switch {
	case err == nil:
	case errors.Is(err, intake.ErrAuth):
		return []intake.Finding{{En: "Zalo does not accept the bot's token. Zalo Bot Manager gives a new one.", Vi: "Zalo không nhận mã của bot. Zalo Bot Manager cấp mã mới."}}
	default:
		return []intake.Finding{{En: "The Zalo Bot Platform did not answer.", Vi: "Nền tảng Zalo Bot không trả lời."}}
	}
	found := []intake.Finding{{OK: true, En: "Zalo accepts the bot's token.", Vi: "Zalo nhận mã của bot."}}
	var there struct {
		URL string `json:"url"`
	}
	if err := c.call(ctx, "getWebhookInfo", struct{}{}, &there, fetch.CallTimeout); err == nil && there.URL != c.webhook() {
		found = append(found, intake.Finding{En: "Zalo has another webhook for this bot than this desk sets. `soi serve` puts it right when it starts.",
			Vi: "Zalo đang ghi webhook khác với webhook của bàn này. `soi serve` sẽ sửa khi khởi động."})
	}
	return found
}

// webhook is the one that should be set, "" for polling.
func (c *Bot) webhook() string {
	if c.config.Secret == "" {
		return ""
	}
	return c.config.WebhookURL
}
