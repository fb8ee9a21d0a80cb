package platformtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TelegramToken is the token of the one bot that Telegram knows.
const TelegramToken = "700100200:AAE-canary-telegram-token_0123456789"

// Telegram is a Bot API server with one bot (https://core.telegram.org/bots/api).
type Telegram struct {
	base
	updates []json.RawMessage // waiting, with their ids in order
	ids     []int64
	webhook string
	secret  string
	message int64
	files   map[string][]byte
	wait    chan struct{} // closed and renewed when an update comes
}

// NewTelegram starts the server; it ends with the test.
func NewTelegram(t testing.TB) *Telegram {
	p := &Telegram{message: 9000, files: map[string][]byte{}, wait: make(chan struct{})}
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	p.t, p.URL = t, srv.URL
	return p
}

// Add queues an update for polling.
func (p *Telegram) Add(updates ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, u := range updates {
		var id struct {
			ID int64 `json:"update_id"`
		}
		if err := json.Unmarshal([]byte(u), &id); err != nil {
			p.t.Fatalf("platform: an update of the test's own is no JSON: %v\n%s", err, u)
		}
		at, _ := slices.BinarySearch(p.ids, id.ID) // given out in the order of their numbers
		p.updates, p.ids = slices.Insert(p.updates, at, json.RawMessage(u)), slices.Insert(p.ids, at, id.ID)
	}
	close(p.wait)
	p.wait = make(chan struct{})
}

// Waiting counts updates that the bot has not confirmed.
func (p *Telegram) Waiting() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.updates)
}

// File makes a file that getFile finds.
func (p *Telegram) File(id string, content []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files[id] = content
}

// Webhook is the address that was set, with its secret.
func (p *Telegram) Webhook() (address, secret string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.webhook, p.secret
}

// Deliver hands an update to a webhook as the platform does, and returns the
// answer.
func (p *Telegram) Deliver(h http.Handler, secret, update string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/hook/telegram", bytes.NewReader([]byte(update)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// ServeHTTP is the API.
func (p *Telegram) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rest, ok := strings.CutPrefix(r.URL.Path, "/bot"+TelegramToken+"/")
	if path, isFile := strings.CutPrefix(r.URL.Path, "/file/bot"+TelegramToken+"/"); isFile {
		p.serveFile(w, path)
		return
	}
	if !ok {
		answer(w, http.StatusUnauthorized, `{"ok":false,"error_code":401,"description":"Unauthorized"}`)
		return
	}
	if f, failed := p.fault(rest); failed {
		if f.Done {
			p.answer(httptest.NewRecorder(), r, rest)
		}
		play(w, r, f)
		return
	}
	p.answer(w, r, rest)
}

func (p *Telegram) answer(w http.ResponseWriter, r *http.Request, method string) {
	switch method {
	case "getMe":
		answer(w, 200, `{"ok":true,"result":{"id":700100200,"is_bot":true,"first_name":"soi","username":"soi_bot","can_join_groups":true}}`)
	case "getUpdates":
		p.getUpdates(w, r)
	case "sendMessage":
		p.sendMessage(w, r)
	case "setWebhook":
		p.setWebhook(w, r)
	case "deleteWebhook":
		var ask struct {
			Drop bool `json:"drop_pending_updates"`
		}
		if p.strict(r, &ask) && ask.Drop {
			p.wrong("deleteWebhook would drop what people sent")
		}
		p.mu.Lock()
		p.webhook, p.secret = "", ""
		p.mu.Unlock()
		answer(w, 200, `{"ok":true,"result":true}`)
	case "getWebhookInfo":
		there, _ := p.Webhook()
		answer(w, 200, `{"ok":true,"result":{"url":%s,"has_custom_certificate":false,"pending_update_count":%d}}`, quote(there), p.Waiting())
	case "getFile":
		p.getFile(w, r)
	case "answerCallbackQuery":
		var ask struct {
			ID string `json:"callback_query_id"`
		}
		if !p.strict(r, &ask) || ask.ID == "" {
			p.wrong("answerCallbackQuery without an id")
		}
		answer(w, 200, `{"ok":true,"result":true}`)
	case "leaveChat":
		var ask struct {
			Chat int64 `json:"chat_id"`
		}
		if !p.strict(r, &ask) || ask.Chat >= 0 {
			p.wrong("leaveChat of %d, which is no group", ask.Chat)
		}
		answer(w, 200, `{"ok":true,"result":true}`)
	default:
		p.wrong("method %q is none that soi needs", method)
		answer(w, 404, `{"ok":false,"error_code":404,"description":"Not Found"}`)
	}
}

func (p *Telegram) getUpdates(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Offset  int64    `json:"offset"`
		Limit   int      `json:"limit"`
		Timeout int      `json:"timeout"`
		Allowed []string `json:"allowed_updates"`
	}
	if !p.strict(r, &ask) {
		return
	}
	if ask.Limit < 1 || ask.Limit > 100 || ask.Timeout < 1 || len(ask.Allowed) == 0 {
		p.wrong("getUpdates %+v", ask)
	}
	if there, _ := p.Webhook(); there != "" {
		answer(w, 409, `{"ok":false,"error_code":409,"description":"Conflict: can't use getUpdates method while webhook is active"}`)
		return
	}
	deadline := time.After(time.Duration(ask.Timeout) * time.Second)
	for {
		p.mu.Lock()
		for len(p.ids) > 0 && p.ids[0] < ask.Offset {
			p.ids, p.updates = p.ids[1:], p.updates[1:]
		}
		give, wait := p.updates[:min(len(p.updates), ask.Limit)], p.wait
		body, err := json.Marshal(give)
		p.mu.Unlock()
		if err != nil {
			p.wrong("%v", err)
		}
		if len(give) > 0 {
			answer(w, 200, `{"ok":true,"result":%s}`, body)
			return
		}
		select {
		case <-wait:
		case <-deadline:
			answer(w, 200, `{"ok":true,"result":[]}`)
			return
		case <-r.Context().Done():
			return
		}
	}
}

func (p *Telegram) sendMessage(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Chat    int64  `json:"chat_id"`
		Text    string `json:"text"`
		Quiet   bool   `json:"disable_notification"`
		Preview *struct {
			Disabled bool `json:"is_disabled"`
		} `json:"link_preview_options"`
		Markup *struct {
			Rows [][]struct {
				Text string `json:"text"`
				Data string `json:"callback_data"`
			} `json:"inline_keyboard"`
		} `json:"reply_markup"`
	}
	if !p.strict(r, &ask) {
		return
	}
	p.fits("sendMessage's text", ask.Text, 1, 4096)
	if ask.Chat == 0 || ask.Chat > 0 && (ask.Preview == nil || !ask.Preview.Disabled) {
		p.wrong("sendMessage to %d with preview %+v", ask.Chat, ask.Preview)
	}
	s := Sent{To: strconv.FormatInt(ask.Chat, 10), Text: ask.Text}
	if ask.Markup != nil {
		for _, row := range ask.Markup.Rows {
			for _, b := range row {
				if b.Text == "" || len(b.Data) < 1 || len(b.Data) > 64 {
					p.wrong("a button with text %q and data %q", b.Text, b.Data)
				}
				s.Buttons, s.Labels = append(s.Buttons, b.Data), append(s.Labels, b.Text)
			}
		}
	}
	p.mu.Lock()
	p.message++
	id := p.message
	s.ID = fmt.Sprintf("%d/%d", ask.Chat, id)
	p.sent = append(p.sent, s)
	p.mu.Unlock()
	answer(w, 200, `{"ok":true,"result":{"message_id":%d,"date":1763800000,"chat":{"id":%d,"type":"private","first_name":"Trần Canary"},"text":%s}}`, id, ask.Chat, quote(ask.Text))
}

func (p *Telegram) setWebhook(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		URL     string   `json:"url"`
		Secret  string   `json:"secret_token"`
		Allowed []string `json:"allowed_updates"`
		Max     int      `json:"max_connections"`
		Drop    bool     `json:"drop_pending_updates"`
	}
	if !p.strict(r, &ask) {
		return
	}
	if !strings.HasPrefix(ask.URL, "https://") || len(ask.Secret) < 1 || len(ask.Secret) > 256 || ask.Max < 1 || ask.Max > 100 || ask.Drop || len(ask.Allowed) == 0 {
		p.wrong("setWebhook %+v", ask)
	}
	p.mu.Lock()
	p.webhook, p.secret = ask.URL, ask.Secret
	p.mu.Unlock()
	answer(w, 200, `{"ok":true,"result":true,"description":"Webhook was set"}`)
}

func (p *Telegram) getFile(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		ID string `json:"file_id"`
	}
	if !p.strict(r, &ask) {
		return
	}
	p.mu.Lock()
	content, known := p.files[ask.ID]
	p.mu.Unlock()
	if !known {
		answer(w, 400, `{"ok":false,"error_code":400,"description":"Bad Request: invalid file_id"}`)
		return
	}
	answer(w, 200, `{"ok":true,"result":{"file_id":%s,"file_unique_id":"u","file_size":%d,"file_path":"photos/%s.jpg"}}`, quote(ask.ID), len(content), ask.ID)
}

func (p *Telegram) serveFile(w http.ResponseWriter, path string) {
	id := strings.TrimSuffix(strings.TrimPrefix(path, "photos/"), ".jpg")
	p.mu.Lock()
	content, known := p.files[id]
	p.mu.Unlock()
	if !known {
		answer(w, 404, `{"ok":false,"error_code":404,"description":"Not Found"}`)
		return
	}
	_, _ = w.Write(content)
}
