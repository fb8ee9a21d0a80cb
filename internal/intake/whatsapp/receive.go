package whatsapp

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"

	"soi/internal/intake"
	"soi/internal/intake/platform"
)

// challengeShape is what the platform asks to have said back; it sends digits.
var challengeShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,200}$`)

// Webhook implements intake.Webhook. The signature is checked on the raw bytes
// before anything is parsed; it is 64 small hexadecimal digits, once.
func (c *Channel) Webhook(sink intake.Sink) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/hook/"+Name && r.Method == http.MethodGet:
			c.verify(w, r)
		case r.URL.Path == "/hook/"+Name && r.Method == http.MethodPost:
			c.notified(w, r, sink)
		default:
			intake.Refuse(w, http.StatusUnauthorized)
		}
	})
}

// verify answers the platform when the operator sets the webhook up there.
func (c *Channel) verify(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	challenge := q.Get("hub.challenge")
	if q.Get("hub.mode") != "subscribe" || !platform.Same(q.Get("hub.verify_token"), c.config.Verify) || !challengeShape.MatchString(challenge) {
		intake.Refuse(w, http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = io.WriteString(w, challenge)
}

// signature is what X-Hub-Signature-256 must say of a body.
func (c *Channel) signature(raw []byte) string {
	mac := hmac.New(sha256.New, []byte(c.config.AppSecret))
	mac.Write(raw)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

func (c *Channel) notified(w http.ResponseWriter, r *http.Request, sink intake.Sink) {
	given := platform.Header(r, "X-Hub-Signature-256")
	raw, ok := platform.Raw(r)
	if !ok || !platform.Same(given, c.signature(raw)) {
		intake.Refuse(w, http.StatusUnauthorized)
		return
	}
	var n notification
	if err := json.Unmarshal(raw, &n); err != nil {
		c.finish(w, sink.Quarantine(r.Context(), Name, "q"+given, raw, "bad-json"))
		return
	}
	ours, foreign := c.mine(n)
	if len(ours) == 0 && foreign {
		intake.Refuse(w, http.StatusUnauthorized)
		return
	}
	for _, v := range ours {
		if err := c.take(r.Context(), sink, v); err != nil {
			c.finish(w, err)
			return
		}
	}
	c.finish(w, nil)
}

// finish acknowledges what is stored; what is not, the platform sends again.
func (c *Channel) finish(w http.ResponseWriter, err error) {
	if err != nil {
		c.log.Error("whatsapp: a notification was not stored; the platform sends it again", "cause", err)
		intake.Refuse(w, http.StatusServiceUnavailable)
		return
	}
	intake.Acknowledge(w)
}

// mine lists what is about this number. An app may serve several numbers; what
// comes for another is not looked at.
func (c *Channel) mine(n notification) (ours []value, foreign bool) {
	for _, e := range n.Entries {
		for _, ch := range e.Changes {
			switch {
			case ch.Field != "messages":
			case string(ch.Value.Metadata.Number) == c.config.Number:
				ours = append(ours, ch.Value)
			default:
				foreign = true
			}
		}
	}
	return ours, foreign || n.Object != "whatsapp_business_account"
}

// take hands messages and statuses to the sink.
func (c *Channel) take(ctx context.Context, sink intake.Sink, v value) error {
	for _, raw := range v.Messages {
		if err := c.one(ctx, sink, raw, v.Contacts); err != nil {
			return err
		}
	}
	for _, s := range v.Statuses {
		if err := c.status(ctx, sink, s); err != nil {
			return err
		}
	}
	for _, e := range v.Errors {
		c.log.Warn("whatsapp: the platform reports an error of the account", "code", e.Code)
	}
	return nil
}

func (c *Channel) one(ctx context.Context, sink intake.Sink, raw []byte, contacts []contact) error {
	a, err := read(raw, contacts, c.config.ByNumber)
	if err == nil && a == nil {
		return nil
	}
	if err == nil {
		err = sink.Accept(ctx, *a)
		if err == nil || !errors.Is(err, intake.ErrUnusable) {
			return err
		}
	}
	sum := sha256.Sum256(raw)
	return sink.Quarantine(ctx, Name, "q"+hex.EncodeToString(sum[:]), raw, "unusable")
}

// status passes on what became of a message of ours. "sent" says no more than
// the answer to the call did.
func (c *Channel) status(ctx context.Context, sink intake.Sink, s status) error {
	if s.ID == "" {
		return nil
	}
	switch s.Status {
	case "delivered", "read":
		return sink.Status(ctx, Name, s.ID, nil)
	case "failed":
		failed := error(intake.ErrRefused)
		if len(s.Errors) > 0 {
			failed = byCode(s.Errors[0].Code)
		}
		return sink.Status(ctx, Name, s.ID, failed)
	}
	return nil
}
