package telegram

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"soi/internal/fetch"
	"soi/internal/intake"
	"soi/internal/intake/platform"
)

// markAge is how long a remembered position holds: after a week without
// messages the platform numbers its updates anew.
const markAge = 5 * 24 * time.Hour

// poll asks for updates until ctx ends. An update counts as received when the
// sink has stored it: only then does the position move, first here, then in the
// sink, and by the next poll at the platform.
func (c *Channel) poll(ctx context.Context, sink intake.Sink) error {
	if err := c.call(ctx, "deleteWebhook", map[string]any{"drop_pending_updates": false}, nil); err != nil {
		return err
	}
	if err := c.recall(ctx, sink); err != nil {
		return err
	}
	for {
		raws, err := c.updates(ctx)
		if err != nil {
			return err
		}
		if err := c.all(ctx, sink, raws); err != nil {
			return err
		}
	}
}

// all takes in the updates of one poll, in their order, up to the first that
// the sink does not store. The position is kept once, behind what was stored: a
// program that is killed before gets some of it again, and the sink knows them.
func (c *Channel) all(ctx context.Context, sink intake.Sink, raws []json.RawMessage) (err error) {
	last := int64(0)
	for _, raw := range raws {
		next, oneErr := c.one(ctx, sink, raw)
		if err = oneErr; err != nil {
			break
		}
		last = max(last, next)
	}
	if last > 0 {
		err = errors.Join(err, c.remember(ctx, sink, last))
	}
	return err
}

// updates makes one poll.
func (c *Channel) updates(ctx context.Context) ([]json.RawMessage, error) {
	ask := map[string]any{"timeout": int(pollTimeout.Seconds()), "limit": 100, "allowed_updates": wanted()}
	c.mu.Lock()
	if c.offset > 0 && c.now().Sub(c.polled) < markAge {
		ask["offset"] = c.offset
	}
	c.mu.Unlock()
	var raws []json.RawMessage
	return raws, c.callFor(ctx, "getUpdates", ask, &raws, pollTimeout+fetch.CallTimeout)
}

// one takes in one update and returns the position after it.
func (c *Channel) one(ctx context.Context, sink intake.Sink, raw []byte) (next int64, err error) {
	var id struct {
		ID int64 `json:"update_id"`
	}
	if err := json.Unmarshal(raw, &id); err != nil || id.ID == 0 {
		return 0, fmt.Errorf("%w: telegram: an update without a number", intake.ErrTemporary)
	}
	got, err := c.take(ctx, sink, raw)
	if err != nil {
		return 0, err
	}
	if got.pressed != "" { // the button stops turning; when that fails it does so by itself
		_ = c.call(ctx, "answerCallbackQuery", map[string]any{"callback_query_id": got.pressed}, nil)
	}
	return id.ID + 1, nil
}

// take hands the delivery of an update to the sink.
func (c *Channel) take(ctx context.Context, sink intake.Sink, raw []byte) (reading, error) {
	u, got, err := read(raw)
	if err != nil {
		sum := sha256.Sum256(raw)
		return reading{}, sink.Quarantine(ctx, Name, "q"+hex.EncodeToString(sum[:]), raw, "bad-json")
	}
	if got.leave != 0 {
		c.leave(ctx, got.leave)
	}
	if got.arrived == nil {
		return got, nil
	}
	err = sink.Accept(ctx, *got.arrived)
	if errors.Is(err, intake.ErrUnusable) {
		return reading{}, sink.Quarantine(ctx, Name, "q"+number(u.ID), raw, "unusable")
	}
	return got, err
}

// leave says why and goes; a group has no use for us.
func (c *Channel) leave(ctx context.Context, group int64) {
	text := "Chúng tôi chỉ trả lời trong trò chuyện riêng. Hãy nhắn trực tiếp cho chúng tôi.\n\nWe answer in private chats only. Please write to us directly."
	err := c.call(ctx, "sendMessage", map[string]any{"chat_id": group, "text": text, "disable_notification": true}, nil)
	if err = errors.Join(err, c.call(ctx, "leaveChat", map[string]any{"chat_id": group}, nil)); err != nil {
		c.log.Warn("telegram: a group could not be left in order", "cause", err)
	}
}

// markName keeps positions of different bots apart.
func (c *Channel) markName() string { return "offset." + c.bot }

// recall reads the position of an earlier run.
func (c *Channel) recall(ctx context.Context, sink intake.Sink) error {
	value, err := sink.Mark(ctx, Name, c.markName())
	if err != nil {
		return err
	}
	offset, day, _ := strings.Cut(value, " ")
	n, err := strconv.ParseInt(offset, 10, 64)
	at, dayErr := time.Parse(time.DateOnly, day)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil && dayErr == nil && n > c.offset {
		c.offset, c.polled = n, at
	}
	return nil
}

// remember keeps the position: "offset day".
func (c *Channel) remember(ctx context.Context, sink intake.Sink, next int64) error {
	now := c.now()
	c.mu.Lock()
	c.offset, c.polled = next, now
	c.mu.Unlock()
	return sink.SetMark(ctx, Name, c.markName(), number(next)+" "+now.UTC().Format(time.DateOnly))
}

// Webhook implements intake.Webhook. Who does not know the secret learns
// nothing: every such request has the same answer, and its body is not read.
func (c *Channel) Webhook(sink intake.Sink) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		known := platform.Same(platform.Header(r, "X-Telegram-Bot-Api-Secret-Token"), c.config.Secret)
		if !known || r.Method != http.MethodPost || c.config.Secret == "" || r.URL.Path != "/hook/"+Name {
			intake.Refuse(w, http.StatusUnauthorized)
			return
		}
		raw, ok := platform.Raw(r)
		if !ok {
			intake.Refuse(w, http.StatusUnauthorized)
			return
		}
		got, err := c.take(r.Context(), sink, raw)
		if err != nil {
			c.log.Error("telegram: a delivery was not stored; the platform sends it again", "cause", err)
			intake.Refuse(w, http.StatusServiceUnavailable)
			return
		}
		if got.pressed != "" {
			answerPress(w, got.pressed)
			return
		}
		intake.Acknowledge(w)
	})
}

// answerPress acknowledges a press in the answer itself, which the API allows
// and which saves a call.
func answerPress(w http.ResponseWriter, id string) {
	body, err := json.Marshal(map[string]string{"method": "answerCallbackQuery", "callback_query_id": id})
	if err != nil {
		intake.Acknowledge(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body)
}
