// Package whatsapp is the way in and out by the WhatsApp Business Platform's
// Cloud API.
//
// It owns: the webhook with its signature and its verification, what of a
// message is a delivery and what is left behind (profile names, handles, phone
// numbers where the platform gives another id, file names, places, contacts),
// messages with buttons or a list, templates after the window, fetching a file
// in two steps, and what the API's errors and statuses mean.
//
// It does not own: the conversation (intake), when a message is sent and tried
// again (deliver), whether a file may be kept (media).
//
// Format: https://developers.facebook.com/documentation/business-messaging/whatsapp/.
// Limits that the platform changes now and then are named constants or settings.
//
// Start reading at: New, then Webhook in receive.go.
package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	"soi/internal/fetch"
	"soi/internal/intake"
	"soi/internal/intake/platform"
)

// Name is the channel's name in addresses, rows and catalogues.
const Name = "whatsapp"

// The limits of the Cloud API, from its reference of messages.
const (
	textUnits       = 4096 // text body, and body of a list
	buttonBodyUnits = 1024 // body above reply buttons
	maxReplyButtons = 3
	replyLabelUnits = 20
	maxRows         = 10
	rowLabelUnits   = 24
	rowDetailUnits  = 72
	templateUnits   = 700 // one parameter; the whole template may have 1,024
	perSecond       = 40  // the platform takes 80 from one number
	pause           = time.Second
	window          = 24 * time.Hour
)

// The defaults of settings that follow the platform's versions.
const (
	DefaultBase    = "https://graph.facebook.com"
	DefaultVersion = "v24.0"               // of the Graph API; each lives about two years
	DefaultMedia   = "lookaside.fbsbx.com" // the host that serves files
)

// Template is an approved message for use after the window. Its body has one
// parameter, {{1}}, which gets our text on one line.
type Template struct {
	Name string // as approved: a-z, 0-9, _
	Lang string // as approved: "vi", "en", "en_US"
}

// Config is what the operator says about the business number.
type Config struct {
	Number    string // the number's id at the platform (digits), not the number itself
	Token     string // a system account's token with whatsapp_business_messaging
	AppSecret string // signs the webhook
	Verify    string // the word both sides know when the webhook is set up; 16 characters or more
	Base      string // "" means DefaultBase; else https://…, or http:// and a loopback address
	Version   string // "" means DefaultVersion
	// MediaHosts serve files; nil means DefaultMedia. ".example" takes all below example.
	MediaHosts []string
	Templates  map[string]Template // by our language, "vi" and "en"; empty: nothing is sent after the window
	// ByNumber answers to the phone number even where the platform gives a
	// business-scoped id. The id says less about a person, so it is the default;
	// an account that cannot use it yet gets error 131062.
	ByNumber bool
	Agent    string       // how the program names itself to the platform
	Log      *slog.Logger // nil discards; no text or id of a person is written
}

// Channel is one business number. Safe for concurrent use.
type Channel struct {
	config Config
	caller *fetch.Caller
	log    *slog.Logger
}

var (
	_ intake.Channel = (*Channel)(nil)
	_ intake.Webhook = (*Channel)(nil)
	_ intake.Opener  = (*Channel)(nil)
	_ intake.Prober  = (*Channel)(nil)
)

var (
	digits       = regexp.MustCompile(`^[0-9]{5,25}$`)
	versionShape = regexp.MustCompile(`^v[0-9]{1,3}\.[0-9]$`)
	nameShape    = regexp.MustCompile(`^[a-z0-9_]{1,512}$`)
	langShape    = regexp.MustCompile(`^[a-z]{2,3}(_[A-Z]{2})?$`)
)

// New checks the settings; it calls nobody. The error is a sentence for the
// operator and holds no secret.
func New(c Config) (*Channel, error) {
	if c.Base == "" {
		c.Base = DefaultBase
	}
	if c.Version == "" {
		c.Version = DefaultVersion
	}
	if c.MediaHosts == nil {
		c.MediaHosts = []string{DefaultMedia}
	}
	switch {
	case !digits.MatchString(c.Number):
		return nil, errors.New("whatsapp: the number's id is the one of digits under API Setup, not the phone number")
	case c.Token == "":
		return nil, errors.New("whatsapp: the token of the system account is missing")
	case len(c.AppSecret) < 16:
		return nil, errors.New("whatsapp: the app secret is missing; without it nothing can be told from a forgery")
	case len(c.Verify) < 16:
		return nil, errors.New("whatsapp: the verify word must have 16 characters or more")
	case !versionShape.MatchString(c.Version):
		return nil, errors.New("whatsapp: the version must be one of the Graph API, as " + DefaultVersion)
	}
	for lang, t := range c.Templates {
		if !nameShape.MatchString(t.Name) || !langShape.MatchString(t.Lang) {
			return nil, fmt.Errorf("whatsapp: the template for %q needs a name of a-z, 0-9 and _, and a language such as vi or en_US", lang)
		}
	}
	caller, err := fetch.NewCaller(fetch.CallerOptions{Base: c.Base, Hosts: c.MediaHosts, Agent: c.Agent})
	if err != nil {
		return nil, fmt.Errorf("whatsapp: %w", err)
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Channel{config: c, caller: caller, log: c.Log}, nil
}

// Name implements intake.Channel.
func (c *Channel) Name() string { return Name }

// Limits implements intake.Channel. The platform asks for one message in six
// seconds to the same person on the long run, but takes some forty in a row; a
// conversation never comes near, and error 131056 would say so.
func (c *Channel) Limits() intake.Limits {
	return intake.Limits{Window: window, AfterWindow: len(c.config.Templates) > 0, PerSecond: perSecond, Pause: pause, TextRunes: textUnits - 196,
		Buttons: maxRows, LabelRunes: rowLabelUnits}
}

// Run implements intake.Channel: everything comes by the webhook.
func (c *Channel) Run(ctx context.Context, _ intake.Sink) error {
	<-ctx.Done()
	return ctx.Err()
}

// address of a resource of the API.
func (c *Channel) address(path string) string {
	return c.caller.Base() + "/" + c.config.Version + "/" + path
}

func (c *Channel) bearer() http.Header {
	return http.Header{"Authorization": {"Bearer " + c.config.Token}}
}

// Probe implements intake.Prober.
func (c *Channel) Probe(ctx context.Context) []intake.Finding {
	reply, err := c.caller.Do(ctx, fetch.Call{URL: c.address(c.config.Number) + "?fields=id", Header: c.bearer()})
	if err == nil {
		err = outcome(reply)
	} else {
		err = platform.Outcome(err)
	}
	var found []intake.Finding
	switch {
	case err == nil:
		found = append(found, intake.Finding{OK: true, En: "WhatsApp accepts the token, and the number is ours.", Vi: "WhatsApp nhận mã truy cập, và số này là của bàn."})
	case errors.Is(err, intake.ErrAuth), errors.Is(err, intake.ErrRefused):
		found = append(found, intake.Finding{En: "WhatsApp does not accept the token for this number. Make a new one for the system account, with whatsapp_business_messaging.",
			Vi: "WhatsApp không nhận mã truy cập cho số này. Hãy tạo mã mới cho tài khoản hệ thống, có quyền whatsapp_business_messaging."})
	default:
		found = append(found, intake.Finding{En: "WhatsApp did not answer.", Vi: "WhatsApp không trả lời."})
	}
	if len(c.config.Templates) == 0 {
		found = append(found, intake.Finding{OK: true, En: "No template is set: an answer that is ready after 24 hours waits until the person writes again.",
			Vi: "Chưa có mẫu tin: câu trả lời sau 24 giờ sẽ đợi đến khi người hỏi nhắn lại."})
	}
	return found
}

// template for a language, or for any other there is.
func (c *Channel) template(lang string) (Template, bool) {
	if t, ok := c.config.Templates[lang]; ok {
		return t, true
	}
	for _, l := range []string{"vi", "en"} {
		if t, ok := c.config.Templates[l]; ok {
			return t, true
		}
	}
	return Template{}, false
}

// clean tells whether an id may become part of an address.
func clean(id string) bool {
	return id != "" && len(id) <= 200 && !strings.ContainsAny(id, "/?#%\\. ")
}
