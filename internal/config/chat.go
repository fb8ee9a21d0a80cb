package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ChatChannels is what the chat channels are told.
type ChatChannels struct {
	Telegram TelegramChannel
	WhatsApp WhatsAppChannel
	Zalo     ZaloAccount
	ZaloBot  ZaloBot
}

// TelegramChannel is a bot of Telegram; without a token it is off.
type TelegramChannel struct {
	Token   string
	Webhook bool   // instead of long polling
	API     string // "" for Telegram's own
}

// WhatsAppChannel is a number of the WhatsApp Business Platform; without the
// number's id it is off.
type WhatsAppChannel struct {
	Number     string // its id, not the number itself
	Token      string
	AppSecret  string
	Verify     string
	Version    string // of the Graph API
	API        string // "" for the platform's own
	MediaHosts []string
	Templates  map[string][2]string // by language: the template's name and language there
	ByNumber   bool
}

// ZaloAccount is an Official Account of Zalo; without the app's id it is off.
type ZaloAccount struct {
	App, Account        string // ids
	AppSecret, OASecret string
	Refresh             string
	Unsigned            bool
	ReplyBy             string
	NoButtons           bool
	API, Auth           string // "" for Zalo's own
	MediaHosts          []string
}

// ZaloBot is a bot of the Zalo Bot Platform; without a token it is off.
type ZaloBot struct {
	Token      string
	Webhook    bool          // instead of long polling
	Window     time.Duration // 0: none
	API        string        // "" for Zalo's own
	MediaHosts []string
}

// chatSettings are the rows of the chat channels.
func chatSettings() []Setting {
	rows := append(telegramSettings(), whatsAppSettings()...)
	return append(rows, zaloSettings()...)
}

func telegramSettings() []Setting {
	p := func(c *Config) *TelegramChannel { return &c.Channels.Chat.Telegram }
	return []Setting{
		secret("telegram-token", "Telegram: the bot's token, from @BotFather; empty: no Telegram", func(c *Config) *string { return &p(c).Token }),
		boolean("telegram-webhook", "Telegram: let messages be sent to this desk (needs a public https:// address) instead of fetching them", func(c *Config) *bool { return &p(c).Webhook }),
		word("telegram-api", "", "Telegram: an API server of your own, as http://127.0.0.1:8081; empty: https://api.telegram.org", func(c *Config) *string { return &p(c).API }),
	}
}

func whatsAppSettings() []Setting {
	p := func(c *Config) *WhatsAppChannel { return &c.Channels.Chat.WhatsApp }
	return []Setting{
		word("whatsapp-number", "", "WhatsApp: the id of the business number (digits, from API Setup); empty: no WhatsApp", func(c *Config) *string { return &p(c).Number }),
		secret("whatsapp-token", "WhatsApp: the token of the system account", func(c *Config) *string { return &p(c).Token }),
		secret("whatsapp-app-secret", "WhatsApp: the app's secret, which proves the webhook", func(c *Config) *string { return &p(c).AppSecret }),
		secret("whatsapp-verify", "WhatsApp: a word of your own, 16 characters or more, that you also type in when you set the webhook up there", func(c *Config) *string { return &p(c).Verify }),
		word("whatsapp-version", "v24.0", "WhatsApp: version of the Graph API", func(c *Config) *string { return &p(c).Version }),
		{Name: "whatsapp-templates", Help: "WhatsApp: approved templates with one parameter, for answers after 24 hours, as vi=soi_tra_loi/vi,en=soi_answer/en_US; empty: such answers wait",
			set: func(c *Config, v string) (err error) { p(c).Templates, err = templates(v); return err },
			get: func(c Config) string { return printTemplates(p(&c).Templates) }},
		boolean("whatsapp-by-number", "WhatsApp: answer to the phone number even where the platform gives an id that says less", func(c *Config) *bool { return &p(c).ByNumber }),
		hosts("whatsapp-media-hosts", "lookaside.fbsbx.com", "WhatsApp: hosts that files are fetched from; .name for all below it", func(c *Config) *[]string { return &p(c).MediaHosts }),
		word("whatsapp-api", "", "WhatsApp: another address of the API; empty: https://graph.facebook.com", func(c *Config) *string { return &p(c).API }),
	}
}

func zaloSettings() []Setting {
	const files = ".zdn.vn,.zadn.vn,.zaloapp.com,.zalo.me"
	p := func(c *Config) *ZaloAccount { return &c.Channels.Chat.Zalo }
	b := func(c *Config) *ZaloBot { return &c.Channels.Chat.ZaloBot }
	return []Setting{
		word("zalo-app", "", "Zalo: the app's id (digits); empty: no Official Account", func(c *Config) *string { return &p(c).App }),
		word("zalo-account", "", "Zalo: the Official Account's id (digits)", func(c *Config) *string { return &p(c).Account }),
		secret("zalo-app-secret", "Zalo: the app's secret key, for new tokens", func(c *Config) *string { return &p(c).AppSecret }),
		secret("zalo-oa-secret", "Zalo: the Official Account's secret key, which proves the webhook", func(c *Config) *string { return &p(c).OASecret }),
		secret("zalo-refresh-token", "Zalo: the refresh token of the administrator's consent; later ones are kept sealed", func(c *Config) *string { return &p(c).Refresh }),
		boolean("zalo-unsigned", "Zalo: take events in without proof of where they come from; only for a short test", func(c *Config) *bool { return &p(c).Unsigned }),
		word("zalo-reply-by", "both", "Zalo: how an answer names what it answers: both, message, person, quote", func(c *Config) *string { return &p(c).ReplyBy }),
		boolean("zalo-no-buttons", "Zalo: write choices into the text, for accounts without interactive messages", func(c *Config) *bool { return &p(c).NoButtons }),
		hosts("zalo-media-hosts", files, "Zalo: hosts that files are fetched from; .name for all below it", func(c *Config) *[]string { return &p(c).MediaHosts }),
		word("zalo-api", "", "Zalo: another address of the API; empty: https://openapi.zalo.me", func(c *Config) *string { return &p(c).API }),
		word("zalo-auth", "", "Zalo: another address for tokens; empty: https://oauth.zaloapp.com", func(c *Config) *string { return &p(c).Auth }),
		secret("zalobot-token", "Zalo bot: its token, from Zalo Bot Manager; empty: no bot", func(c *Config) *string { return &b(c).Token }),
		boolean("zalobot-webhook", "Zalo bot: let messages be sent to this desk (needs a public https:// address) instead of fetching them", func(c *Config) *bool { return &b(c).Webhook }),
		number("zalobot-window-hours", "0", "Zalo bot: hours after a message in which answers are taken; 0: no limit", 0, 24*30, time.Hour, func(c *Config) *time.Duration { return &b(c).Window }),
		hosts("zalobot-media-hosts", files, "Zalo bot: hosts that files are fetched from; .name for all below it", func(c *Config) *[]string { return &b(c).MediaHosts }),
		word("zalobot-api", "", "Zalo bot: another address of the API; empty: https://bot-api.zaloplatforms.com", func(c *Config) *string { return &b(c).API }),
	}
}

// hosts is a list of host names.
func hosts(name, def, help string, p func(*Config) *[]string) Setting {
	return Setting{Name: name, Default: def, Help: help,
		set: func(c *Config, v string) error {
			*p(c) = []string{}
			for h := range strings.SplitSeq(v, ",") {
				if h = strings.ToLower(strings.TrimSpace(h)); h == "" {
					continue
				} else if strings.ContainsAny(h, "/: @") || !strings.Contains(strings.TrimPrefix(h, "."), ".") {
					return fmt.Errorf("%q is not the name of a host, as files.example or .files.example", h)
				}
				*p(c) = append(*p(c), h)
			}
			return nil
		},
		get: func(c Config) string { return strings.Join(*p(&c), ",") }}
}

// templates reads lang=name/language pairs.
func templates(v string) (map[string][2]string, error) {
	if v == "" {
		return nil, nil
	}
	out := map[string][2]string{}
	for part := range strings.SplitSeq(v, ",") {
		lang, rest, _ := strings.Cut(strings.TrimSpace(part), "=")
		name, there, ok := strings.Cut(rest, "/")
		if !ok || lang != "vi" && lang != "en" || name == "" || there == "" {
			return nil, fmt.Errorf("%s is not written as vi=name/vi", strconv.Quote(part))
		}
		out[lang] = [2]string{name, there}
	}
	return out, nil
}

func printTemplates(all map[string][2]string) string {
	var parts []string
	for _, lang := range []string{"vi", "en"} {
		if t, ok := all[lang]; ok {
			parts = append(parts, lang+"="+t[0]+"/"+t[1])
		}
	}
	return strings.Join(parts, ",")
}
