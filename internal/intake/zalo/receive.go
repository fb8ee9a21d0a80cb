package zalo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"

	"soi/internal/intake"
	"soi/internal/intake/platform"
)

// timestampShape finds the time in the raw bytes of an event. It is part of
// what the mac covers and stands nowhere else, so it has to be known before the
// mac can be checked; nothing else is read until then.
var timestampShape = regexp.MustCompile(`[{,]\s*"timestamp"\s*:\s*"?([0-9]{1,20})"?\s*[,}]`)

// mac is what X-ZEvent-Signature must say: mac= and the SHA-256 of the app's id,
// the body, its time, and the Official Account's secret key, one behind the other.
func (c *Account) mac(raw []byte, timestamp string) string {
	h := sha256.New()
	h.Write([]byte(c.config.App))
	h.Write(raw)
	h.Write([]byte(timestamp))
	h.Write([]byte(c.config.OASecret))
	return "mac=" + hex.EncodeToString(h.Sum(nil))
}

// proven tells whether an event comes from the platform.
func (c *Account) proven(given string, raw []byte) bool {
	if c.config.Unsigned {
		return true
	}
	ok := false
	for _, m := range timestampShape.FindAllSubmatch(raw, 4) {
		ok = platform.Same(given, c.mac(raw, string(m[1]))) || ok
	}
	return ok && c.config.OASecret != ""
}

// Webhook implements intake.Webhook.
func (c *Account) Webhook(sink intake.Sink) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/hook/"+AccountName {
			intake.Refuse(w, http.StatusUnauthorized)
			return
		}
		given := platform.Header(r, "X-ZEvent-Signature")
		raw, ok := platform.Raw(r)
		if !ok || !c.proven(given, raw) {
			intake.Refuse(w, http.StatusUnauthorized)
			return
		}
		var e event
		if err := json.Unmarshal(raw, &e); err != nil {
			c.finish(w, aside(r.Context(), sink, AccountName, raw, "bad-json"))
			return
		}
		if string(e.App) != c.config.App || !e.ours(c.config.Account) {
			intake.Refuse(w, http.StatusUnauthorized)
			return
		}
		c.finish(w, c.take(r.Context(), sink, &e, raw))
	})
}

// finish acknowledges what is stored; what is not, the platform sends again.
func (c *Account) finish(w http.ResponseWriter, err error) {
	if err != nil {
		c.log.Error("zalo: an event was not stored; the platform sends it again", "cause", err)
		intake.Refuse(w, http.StatusServiceUnavailable)
		return
	}
	intake.Acknowledge(w)
}

// take hands an event to the sink.
func (c *Account) take(ctx context.Context, sink intake.Sink, e *event, raw []byte) error {
	if e.Name == "user_received_message" || e.Name == "user_seen_message" {
		for _, id := range append(e.Message.IDs, e.Message.ID) {
			if id == "" {
				continue
			}
			if err := sink.Status(ctx, AccountName, string(id), nil); err != nil {
				return err
			}
		}
		return nil
	}
	a, err := e.read()
	if err == nil && a == nil {
		return nil
	}
	if err == nil {
		err = sink.Accept(ctx, *a)
	}
	if errors.Is(err, intake.ErrUnusable) {
		return aside(ctx, sink, AccountName, raw, "unusable")
	}
	return err
}

// aside keeps what is authentic and cannot be read.
func aside(ctx context.Context, sink intake.Sink, channel string, raw []byte, why string) error {
	sum := sha256.Sum256(raw)
	return sink.Quarantine(ctx, channel, "q"+hex.EncodeToString(sum[:]), raw, why)
}
