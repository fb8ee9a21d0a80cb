package platformtest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// ZaloBotToken is the token of the one bot.
const ZaloBotToken = "738499441022218443:canary-zalo-bot-token-0123456789"

// ZaloBot is a server of the Zalo Bot Platform
// (https://docs.zaloplatforms.com/docs/BOT). Unlike Telegram's it gives one
// update to a poll, and gives it away: there is no offset.
type ZaloBot struct {
	base
	updates []string
	webhook string
	secret  string
	files   map[string][]byte
	// Patience replaces the 30 seconds a poll is held.
	Patience time.Duration
}

// NewZaloBot starts the server; it ends with the test.
func NewZaloBot(t testing.TB) *ZaloBot {
	p := &ZaloBot{files: map[string][]byte{}, Patience: 20 * time.Millisecond}
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	p.t, p.URL = t, srv.URL
	return p
}

// Add queues updates for polling.
func (p *ZaloBot) Add(updates ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.updates = append(p.updates, updates...)
}

// Waiting counts updates that were not given away yet.
func (p *ZaloBot) Waiting() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.updates)
}

// File makes a file and returns its address.
func (p *ZaloBot) File(name string, content []byte) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files[name] = content
	return p.URL + "/files/" + name
}

// Webhook is the address that was set, with its secret.
func (p *ZaloBot) Webhook() (address, secret string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.webhook, p.secret
}

// Deliver hands an update to a webhook as the platform does: wrapped.
func (p *ZaloBot) Deliver(h http.Handler, secret, update string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/hook/zalobot", strings.NewReader(`{"ok":true,"result":`+update+`}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Bot-Api-Secret-Token", secret)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// ServeHTTP is the API.
func (p *ZaloBot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if name, ok := strings.CutPrefix(r.URL.Path, "/files/"); ok {
		p.mu.Lock()
		content, known := p.files[name]
		p.mu.Unlock()
		if !known {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(content)
		return
	}
	method, ok := strings.CutPrefix(r.URL.Path, "/bot"+ZaloBotToken+"/")
	if !ok {
		answer(w, 200, `{"ok":false,"error_code":401,"description":"Unauthorized"}`)
		return
	}
	if f, failed := p.fault(method); failed {
		play(w, r, f)
		return
	}
	switch method {
	case "getMe":
		answer(w, 200, `{"ok":true,"result":{"id":"738499441022218443","account_name":"bot.canary","account_type":"BASIC","can_join_groups":false}}`)
	case "getUpdates":
		p.getUpdates(w, r)
	case "sendMessage":
		p.sendMessage(w, r)
	case "setWebhook", "deleteWebhook":
		p.setWebhook(w, r, method)
	case "getWebhookInfo":
		there, _ := p.Webhook()
		answer(w, 200, `{"ok":true,"result":{"url":%s,"updated_at":1763800000123}}`, quote(there))
	default:
		p.wrong("method %q is none that soi needs", method)
		answer(w, 200, `{"ok":false,"error_code":404,"description":"Not Found"}`)
	}
}

func (p *ZaloBot) getUpdates(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Timeout string `json:"timeout"`
	}
	if !p.strict(r, &ask) {
		return
	}
	if there, _ := p.Webhook(); there != "" {
		p.wrong("getUpdates while a webhook is set")
	}
	p.mu.Lock()
	var give string
	if len(p.updates) > 0 {
		give, p.updates = p.updates[0], p.updates[1:]
	}
	p.mu.Unlock()
	if give != "" {
		answer(w, 200, `{"ok":true,"result":%s}`, give)
		return
	}
	time.Sleep(p.Patience)
	answer(w, 200, `{"ok":false,"error_code":408,"description":"Request timeout"}`)
}

func (p *ZaloBot) sendMessage(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Chat string `json:"chat_id"`
		Text string `json:"text"`
	}
	if !p.strict(r, &ask) {
		return
	}
	p.fits("text of a bot", ask.Text, 1, 2000)
	if ask.Chat == "" {
		p.wrong("a message to nobody")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Sent{To: ask.Chat, Text: ask.Text, ID: fmt.Sprintf("zalobot-sent-%06d", len(p.sent)+1)}
	p.sent = append(p.sent, s)
	answer(w, 200, `{"ok":true,"result":{"message_id":%q,"date":1763800000123}}`, s.ID)
}

func (p *ZaloBot) setWebhook(w http.ResponseWriter, r *http.Request, method string) {
	var ask struct {
		URL    string `json:"url"`
		Secret string `json:"secret_token"`
	}
	if !p.strict(r, &ask) {
		return
	}
	if method == "setWebhook" && (!strings.HasPrefix(ask.URL, "https://") || len(ask.Secret) < 8 || len(ask.Secret) > 256) {
		p.wrong("setWebhook %+v", ask)
	}
	p.mu.Lock()
	p.webhook, p.secret = ask.URL, ask.Secret
	p.mu.Unlock()
	answer(w, 200, `{"ok":true,"result":{"url":%s,"updated_at":1763800000123}}`, quote(ask.URL))
}

// ZaloBotUpdate is an update: name is the event's, body what the message has
// beside who and when.
func ZaloBotUpdate(name, chat, id, body string) string {
	if body != "" {
		body = "," + body
	}
	return fmt.Sprintf(`{"event_name":%q,"message":{"message_id":%q,"date":1763800000123,"from":{"id":%q,"display_name":"Trần Canary","is_bot":false,"avatar":"canary-avatar"},`+
		`"chat":{"id":%q,"chat_type":"PRIVATE","title":"canary-title"}%s}}`, name, id, chat, chat, body)
}

// ZaloBotText is an update with a text.
func ZaloBotText(chat, id, text string) string {
	return ZaloBotUpdate("message.text.received", chat, id, `"text":`+quote(text))
}

// ZaloBotBodies are messages of every kind, by event.
func ZaloBotBodies() map[string]string {
	return map[string]string{
		"message.text.received":        `"text":"nước chanh chữa bệnh"`,
		"message.image.received":       `"photo":"https://f20-zpc.zdn.vn/jpg/1.jpg","caption":"ảnh này thật không"`,
		"message.sticker.received":     `"sticker":"bfe458bf64fa8da4d4eb","url":"https://zalo.example/canary-title"`,
		"message.voice.received":       `"voice_url":"https://voice.zdn.vn/1.aac"`,
		"message.unsupported.received": ``,
		"message.hologram.received":    `"hologram":{"name":"Canary Xưa"}`,
	}
}
