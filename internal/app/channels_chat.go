package app

import (
	"context"
	"encoding/hex"

	"soi/internal/intake"
	"soi/internal/intake/telegram"
	"soi/internal/intake/whatsapp"
	"soi/internal/intake/zalo"
)

// chatAgent is how the program names itself to the chat platforms.
const chatAgent = "soi"

// chatChannels are the chats that are switched on.
func (a *App) chatChannels() ([]intake.Channel, error) {
	var all []intake.Channel
	for _, open := range []func() (intake.Channel, error){a.telegram, a.whatsApp, a.zaloAccount, a.zaloBot} {
		ch, err := open()
		if err != nil {
			return nil, err
		}
		if ch != nil {
			all = append(all, ch)
		}
	}
	return all, nil
}

// webhookSecret is what a platform sends back in a header: nobody has to type
// it, so it is derived from the installation's key.
func (a *App) webhookSecret(channel string, on bool) (string, error) {
	if !on {
		return "", nil
	}
	key, err := a.keys.derive(channel + " webhook")
	return hex.EncodeToString(key), err
}

func (a *App) webhookURL(channel string) string { return a.Config.PublicURL + webhookPath + channel }

func (a *App) telegram() (intake.Channel, error) {
	c := a.Config.Channels.Chat.Telegram
	if c.Token == "" {
		return nil, nil
	}
	secret, err := a.webhookSecret(telegram.Name, c.Webhook)
	if err != nil {
		return nil, err
	}
	ch, err := telegram.New(telegram.Config{Token: c.Token, Base: c.API, Secret: secret, WebhookURL: a.webhookURL(telegram.Name), Agent: chatAgent, Log: a.log, Now: a.now})
	if err != nil {
		return nil, err
	}
	return ch, nil
}

func (a *App) whatsApp() (intake.Channel, error) {
	c := a.Config.Channels.Chat.WhatsApp
	if c.Number == "" {
		return nil, nil
	}
	templates := map[string]whatsapp.Template{}
	for lang, t := range c.Templates {
		templates[lang] = whatsapp.Template{Name: t[0], Lang: t[1]}
	}
	ch, err := whatsapp.New(whatsapp.Config{Number: c.Number, Token: c.Token, AppSecret: c.AppSecret, Verify: c.Verify, Base: c.API, Version: c.Version,
		MediaHosts: c.MediaHosts, Templates: templates, ByNumber: c.ByNumber, Agent: chatAgent, Log: a.log})
	if err != nil {
		return nil, err
	}
	return ch, nil
}

func (a *App) zaloAccount() (intake.Channel, error) {
	c := a.Config.Channels.Chat.Zalo
	if c.App == "" {
		return nil, nil
	}
	key, err := a.keys.derive("zalo tokens")
	if err != nil {
		return nil, err
	}
	ch, err := zalo.NewAccount(zalo.AccountConfig{App: c.App, Account: c.Account, AppSecret: c.AppSecret, OASecret: c.OASecret, Refresh: c.Refresh, Unsigned: c.Unsigned,
		ReplyBy: c.ReplyBy, NoButtons: c.NoButtons, Base: c.API, Auth: c.Auth, MediaHosts: c.MediaHosts, Key: key[:32], Marks: keptMarks{a}, Agent: chatAgent,
		Log: a.log, Now: a.now})
	if err != nil {
		return nil, err
	}
	return ch, nil
}

func (a *App) zaloBot() (intake.Channel, error) {
	c := a.Config.Channels.Chat.ZaloBot
	if c.Token == "" {
		return nil, nil
	}
	secret, err := a.webhookSecret(zalo.BotName, c.Webhook)
	if err != nil {
		return nil, err
	}
	ch, err := zalo.NewBot(zalo.BotConfig{Token: c.Token, Secret: secret, WebhookURL: a.webhookURL(zalo.BotName), Window: c.Window, Base: c.API,
		MediaHosts: c.MediaHosts, Agent: chatAgent, Log: a.log})
	if err != nil {
		return nil, err
	}
	return ch, nil
}

// keptMarks are intake's, which is made after the channels and before they are used.
type keptMarks struct{ app *App }

// Mark implements zalo.Marks.
func (k keptMarks) Mark(ctx context.Context, channel, name string) (string, error) {
	return k.app.answers.intake.Mark(ctx, channel, name)
}

// SetMark implements zalo.Marks.
func (k keptMarks) SetMark(ctx context.Context, channel, name, value string) error {
	return k.app.answers.intake.SetMark(ctx, channel, name, value)
}
