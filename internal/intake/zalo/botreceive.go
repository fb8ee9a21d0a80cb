package zalo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"soi/internal/fetch"
	"soi/internal/intake"
	"soi/internal/intake/platform"
)

// The part of a bot's updates that is read; display names and portraits are not.

type update struct {
	Name    string   `json:"event_name"`
	Message *message `json:"message"`
	Result  *update  `json:"result"` // the webhook wraps an update, polling does not
}

type message struct {
	ID   platform.Text `json:"message_id"`
	Date platform.Text `json:"date"` // milliseconds
	From struct {
		ID  platform.Text `json:"id"`
		Bot bool          `json:"is_bot"`
	} `json:"from"`
	Chat struct {
		ID   platform.Text `json:"id"`
		Type string        `json:"chat_type"` // PRIVATE, GROUP
	} `json:"chat"`
	Text     string `json:"text"`
	Caption  string `json:"caption"`
	Photo    webURL `json:"photo"`
	PhotoURL webURL `json:"photo_url"`
	Voice    webURL `json:"voice_url"`
}

// webURL is an address, or "" for whatever else stands there.
type webURL string

// UnmarshalJSON takes a string; other forms are passed over.
func (u *webURL) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*u = webURL(platform.Link(s))
	}
	return nil
}

// Run implements intake.Channel.
func (c *Bot) Run(ctx context.Context, sink intake.Sink) error {
	if c.config.Secret != "" {
		ask := map[string]string{"url": c.config.WebhookURL, "secret_token": c.config.Secret}
		if err := c.call(ctx, "setWebhook", ask, nil, fetch.CallTimeout); err != nil {
			return err
		}
		<-ctx.Done()
		return ctx.Err()
	}
	if err := c.call(ctx, "deleteWebhook", struct{}{}, nil, fetch.CallTimeout); err != nil {
		return err
	}
	for {
		if err := c.pollOnce(ctx, sink); err != nil {
			return err
		}
	}
}

// pollOnce takes in one update. The platform gives each away once, so one that
// the sink does not take is held here and handed over first the next time.
func (c *Bot) pollOnce(ctx context.Context, sink intake.Sink) error {
	c.mu.Lock()
	raw := c.pending
	c.mu.Unlock()
	if raw == nil {
		var got json.RawMessage
		err := c.call(ctx, "getUpdates", map[string]string{"timeout": fmt.Sprint(int(botPoll.Seconds()))}, &got, botPoll+fetch.CallTimeout)
		if errors.Is(err, errNothing) {
			return c.rest(ctx)
		}
		if err != nil {
			return err
		}
		if s := strings.TrimSpace(string(got)); s == "" || s == "null" || s == "[]" {
			return c.rest(ctx)
		}
		raw = got
		c.hold(raw)
	}
	if err := c.take(ctx, sink, raw); err != nil {
		return err
	}
	c.hold(nil)
	return nil
}

// rest keeps a platform that answers at once with nothing from being asked
// without end.
func (c *Bot) rest(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Second):
		return nil
	}
}

func (c *Bot) hold(raw []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending = raw
}

// take hands an update to the sink.
func (c *Bot) take(ctx context.Context, sink intake.Sink, raw []byte) error {
	a, err := readUpdate(raw)
	if err == nil && a == nil {
		return nil
	}
	if err != nil && !errors.Is(err, intake.ErrUnusable) {
		return aside(ctx, sink, BotName, raw, "bad-json")
	}
	if err == nil {
		err = sink.Accept(ctx, *a)
	}
	if errors.Is(err, intake.ErrUnusable) {
		return aside(ctx, sink, BotName, raw, "unusable")
	}
	return err
}

// readUpdate turns an update into a delivery; nil for one of a group or of a
// kind that says nothing. message.unsupported.received is what the platform
// sends instead of a message that it may not pass on: a message without words.
func readUpdate(raw []byte) (*intake.Arrived, error) {
	var u update
	if err := json.Unmarshal(raw, &u); err != nil {
		return nil, fmt.Errorf("zalobot: update: %w", err)
	}
	if u.Result != nil {
		u = *u.Result
	}
	m := u.Message
	if !strings.HasPrefix(u.Name, "message.") || m == nil || m.From.Bot || strings.EqualFold(m.Chat.Type, "GROUP") {
		return nil, nil
	}
	if m.ID == "" || m.Chat.ID == "" || m.From.ID == "" {
		return nil, fmt.Errorf("zalobot: update: %w: without an id", intake.ErrUnusable)
	}
	a := &intake.Arrived{Channel: BotName, ExtID: string(m.ID), Who: intake.Secret(m.From.ID), Address: intake.Address(m.Chat.ID),
		Kind: intake.KindMessage, Text: m.Text, At: milliseconds(m.Date)}
	if a.Text == "" {
		a.Text = m.Caption
	}
	if m.Photo == "" {
		m.Photo = m.PhotoURL
	}
	if m.Photo != "" && u.Name == "message.image.received" {
		a.Media = append(a.Media, intake.Media{Kind: intake.MediaPicture, Type: "image/jpeg", Ref: []byte(m.Photo)})
	}
	if m.Voice != "" && u.Name == "message.voice.received" {
		a.Media = append(a.Media, intake.Media{Kind: intake.MediaVoice, Type: "audio/aac", Ref: []byte(m.Voice)})
	}
	if strings.TrimSpace(a.Text) == "/start" {
		a.Kind, a.Text = intake.KindStart, ""
	}
	return a, nil
}

// Webhook implements intake.Webhook. Who does not know the secret learns
// nothing, and the body is not read.
func (c *Bot) Webhook(sink intake.Sink) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		known := platform.Same(platform.Header(r, "X-Bot-Api-Secret-Token"), c.config.Secret)
		if !known || r.Method != http.MethodPost || r.URL.Path != "/hook/"+BotName {
			intake.Refuse(w, http.StatusUnauthorized)
			return
		}
		raw, ok := platform.Raw(r)
		if !ok {
			intake.Refuse(w, http.StatusUnauthorized)
			return
		}
		if err := c.take(r.Context(), sink, raw); err != nil {
			c.log.Error("zalobot: an update was not stored; the platform sends it again", "cause", err)
			intake.Refuse(w, http.StatusServiceUnavailable)
			return
		}
		intake.Acknowledge(w)
	})
}
