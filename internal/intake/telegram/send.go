package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"soi/internal/fetch"
	"soi/internal/intake"
	"soi/internal/intake/platform"
)

// call makes one call of the API; into may be nil. Errors are intake's kinds
// and never hold the address, which carries the token.
func (c *Channel) call(ctx context.Context, method string, ask, into any) error {
	return c.callFor(ctx, method, ask, into, fetch.CallTimeout)
}

func (c *Channel) callFor(ctx context.Context, method string, ask, into any, timeout time.Duration) error {
	body, err := json.Marshal(ask)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", intake.ErrRefused, method, err)
	}
	reply, err := c.caller.Do(ctx, fetch.Call{Method: http.MethodPost, URL: c.caller.Base() + "/bot" + c.config.Token + "/" + method,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: body, MaxBody: 8 << 20, Timeout: timeout})
	if err != nil {
		return fmt.Errorf("telegram: %s: %w", method, platform.Outcome(err))
	}
	var e envelope
	if err := json.Unmarshal(reply.Body, &e); err != nil || !e.OK {
		return fmt.Errorf("telegram: %s: %w", method, failure(reply.Status, e))
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(e.Result, into); err != nil {
		return fmt.Errorf("telegram: %s: %w: %w", method, intake.ErrUnknown, err)
	}
	return nil
}

// failure is what an answer without ok means: 429 wait, 403 blocked, 401 and
// 404 a token that is none, 409 somebody else polls.
func failure(status int, e envelope) error {
	code := e.Code
	if code == 0 {
		code = status
	}
	switch {
	case code == http.StatusTooManyRequests:
		return intake.RateLimited(time.Duration(min(max(e.Parameters.RetryAfter, 0), 3600)) * time.Second)
	case code == http.StatusForbidden:
		return fmt.Errorf("%w: error %d", intake.ErrGone, code)
	case code == http.StatusUnauthorized || code == http.StatusNotFound:
		return fmt.Errorf("%w: error %d", intake.ErrAuth, code)
	case code == http.StatusConflict:
		return fmt.Errorf("%w: error %d: another program reads this bot's messages, or a webhook is set", intake.ErrTemporary, code)
	case code >= 500 || code < 400:
		return fmt.Errorf("%w: error %d", intake.ErrUnknown, code)
	}
	return fmt.Errorf("%w: error %d", intake.ErrRefused, code)
}

// button and outgoing are sendMessage's parameters.
type button struct {
	Text string `json:"text"`
	Data string `json:"callback_data"`
}

type keyboard struct {
	Rows [][]button `json:"inline_keyboard"`
}

type outgoing struct {
	Chat    int64     `json:"chat_id"`
	Text    string    `json:"text"`
	Preview noPreview `json:"link_preview_options"`
	Markup  *keyboard `json:"reply_markup,omitempty"`
}

type noPreview struct {
	Disabled bool `json:"is_disabled"`
}

// Send implements intake.Channel. The text goes as it is, without markup, and
// without previews of its links.
func (c *Channel) Send(ctx context.Context, to intake.Address, m intake.Outgoing) (intake.Receipt, error) {
	chat, err := strconv.ParseInt(string(to), 10, 64)
	if err != nil {
		return intake.Receipt{}, fmt.Errorf("telegram: %w: not an address of this channel", intake.ErrGone)
	}
	out := outgoing{Chat: chat, Text: platform.Cut(m.Text, textUnits), Preview: noPreview{Disabled: true}}
	if len(m.Buttons) > 0 {
		out.Markup = &keyboard{Rows: rows(m.Buttons)}
	}
	var sent struct {
		ID int64 `json:"message_id"`
	}
	if err := c.call(ctx, "sendMessage", out, &sent); err != nil {
		return intake.Receipt{}, err
	}
	return intake.Receipt{ID: messageID(chat, sent.ID)}, nil
}

// rows puts short labels side by side, long ones below each other.
func rows(all []intake.Button) [][]button {
	short := len(all) <= 3
	for _, b := range all {
		short = short && platform.Units(b.Label) <= 12
	}
	var out [][]button
	for i, b := range all {
		one := button{Text: platform.Cut(b.Label, 64), Data: b.Data}
		if short && i > 0 {
			out[0] = append(out[0], one)
			continue
		}
		out = append(out, []button{one})
	}
	return out
}

// Open implements intake.Opener: a file's path first, then its bytes. The API
// gives no file above 20 MB.
func (c *Channel) Open(ctx context.Context, ref []byte) (io.ReadCloser, int64, error) {
	var f struct {
		Path string `json:"file_path"`
		Size int64  `json:"file_size"`
	}
	if err := c.call(ctx, "getFile", map[string]string{"file_id": string(ref)}, &f); err != nil {
		return nil, 0, gone(err)
	}
	if f.Path == "" || f.Size > intake.MaxMedia || strings.Contains(f.Path, "..") || strings.ContainsAny(f.Path, "?#%\\") {
		return nil, 0, fmt.Errorf("telegram: %w: a file without a usable path", intake.ErrGone)
	}
	return platform.File(ctx, c.caller, c.caller.Base()+"/file/bot"+c.config.Token+"/"+strings.TrimPrefix(f.Path, "/"), nil)
}

// gone: what the API refuses to name a path for, it has not any more.
func gone(err error) error {
	if errors.Is(err, intake.ErrRefused) {
		return fmt.Errorf("%w: %w", intake.ErrGone, err)
	}
	return err
}
