package platformtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What the one Official Account and its app are known by.
const (
	ZaloApp       = "4291763606161179100"
	ZaloOA        = "3662729599332560487"
	ZaloAppSecret = "canary-zalo-app-secret-0123"
	ZaloOASecret  = "canary-zalo-oa-secret-0123"
	ZaloRefresh   = "canary-zalo-refresh-0"
)

// ZaloAccount is an Official Account's API and the server that gives its
// tokens, in one (https://docs.zaloplatforms.com/docs/OA).
type ZaloAccount struct {
	base
	refresh string // the one that is good now
	access  string
	turn    int
	replies map[string]int // to a message, of the eight
	files   map[string][]byte
	// Lifetime is how long an access token lives, in seconds; 90000 when 0.
	Lifetime int
}

// NewZaloAccount starts the server; it ends with the test.
func NewZaloAccount(t testing.TB) *ZaloAccount {
	p := &ZaloAccount{refresh: ZaloRefresh, replies: map[string]int{}, files: map[string][]byte{}}
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	p.t, p.URL = t, srv.URL
	return p
}

// Expire makes the present access token bad, as the platform does after a day.
func (p *ZaloAccount) Expire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.access = ""
}

// Consent gives a refresh token as a new consent does; the one before is bad.
func (p *ZaloAccount) Consent() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turn++
	p.refresh = fmt.Sprintf("canary-zalo-refresh-consent-%d", p.turn)
	return p.refresh
}

// File makes a file and returns its address.
func (p *ZaloAccount) File(name string, content []byte) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files[name] = content
	return p.URL + "/files/" + name
}

// ZaloMAC is the signature of an event.
func ZaloMAC(app, body, timestamp, secret string) string {
	sum := sha256.Sum256([]byte(app + body + timestamp + secret))
	return "mac=" + hex.EncodeToString(sum[:])
}

// ZaloTime is the timestamp of every event of this package.
const ZaloTime = "1763800000123"

// Deliver hands an event to a webhook as the platform does.
func (p *ZaloAccount) Deliver(h http.Handler, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/hook/zalo", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-ZEvent-Signature", ZaloMAC(ZaloApp, body, ZaloTime, ZaloOASecret))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// ServeHTTP is both servers.
func (p *ZaloAccount) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/v4/oa/access_token":
		p.token(w, r)
	case r.URL.Path == "/v3.0/oa/message/cs":
		p.consult(w, r)
	case strings.HasPrefix(r.URL.Path, "/files/"):
		p.mu.Lock()
		content, known := p.files[strings.TrimPrefix(r.URL.Path, "/files/")]
		p.mu.Unlock()
		if !known || r.Header.Get("access_token") != "" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(content)
	default:
		p.wrong("%s %s is none of the calls that soi makes", r.Method, r.URL.Path)
		http.NotFound(w, r)
	}
}

func (p *ZaloAccount) token(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.Header.Get("secret_key") != ZaloAppSecret || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		p.wrong("tokens asked for with %s, %q", r.Method, r.Header.Get("Content-Type"))
	}
	if err := r.ParseForm(); err != nil || r.PostForm.Get("app_id") != ZaloApp || r.PostForm.Get("grant_type") != "refresh_token" {
		p.wrong("tokens asked for with %v", r.PostForm)
	}
	if f, failed := p.fault("access_token"); failed {
		play(w, r, f)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.PostForm.Get("refresh_token") != p.refresh { // each is good once
		answer(w, 200, `{"error_name":"Invalid refresh token","error_reason":"used","error":-14014}`)
		return
	}
	p.turn++
	p.refresh, p.access = fmt.Sprintf("canary-zalo-refresh-%d", p.turn), fmt.Sprintf("canary-zalo-access-%d", p.turn)
	life := p.Lifetime
	if life == 0 {
		life = 90000
	}
	answer(w, 200, `{"access_token":%q,"refresh_token":%q,"expires_in":"%d"}`, p.access, p.refresh, life)
}

func (p *ZaloAccount) consult(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		To struct {
			Who     string `json:"user_id"`
			Message string `json:"message_id"`
		} `json:"recipient"`
		Message struct {
			Text  string `json:"text"`
			Quote string `json:"quote_message_id"`
			Extra *struct {
				Type    string `json:"type"`
				Payload struct {
					Buttons []struct {
						Title   string `json:"title"`
						Type    string `json:"type"`
						Payload string `json:"payload"`
					} `json:"buttons"`
				} `json:"payload"`
			} `json:"attachment"`
		} `json:"message"`
	}
	f, failed := p.fault("message")
	if !p.strict(r, &ask) {
		return
	}
	p.mu.Lock()
	access := p.access
	p.mu.Unlock()
	if access == "" || r.Header.Get("access_token") != access {
		answer(w, 200, `{"error":-216,"message":"Access token is invalid"}`)
		return
	}
	if failed && !f.Done {
		play(w, r, f)
		return
	}
	p.fits("text of a consultation", ask.Message.Text, 1, 2000)
	s := Sent{To: ask.To.Who, Text: ask.Message.Text, Reply: ask.To.Message + ask.Message.Quote}
	if s.To == "" && ask.To.Message == "" {
		p.wrong("a consultation to nobody")
	}
	if ask.Message.Extra != nil {
		if n := len(ask.Message.Extra.Payload.Buttons); ask.Message.Extra.Type != "template" || n < 1 || n > 5 {
			p.wrong("%d buttons in a %q", n, ask.Message.Extra.Type)
		}
		for _, b := range ask.Message.Extra.Payload.Buttons {
			p.fits("title of a button", b.Title, 1, 100)
			if b.Type != "oa.query.hide" || b.Payload == "" || len(b.Payload) > 1000 {
				p.wrong("a button %+v", b)
			}
			s.Buttons, s.Labels = append(s.Buttons, b.Payload), append(s.Labels, b.Title)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.replies[s.Reply]++; s.Reply != "" && p.replies[s.Reply] > 8 {
		answer(w, 200, `{"error":-211,"message":"Out of quota"}`)
		return
	}
	s.ID = fmt.Sprintf("zalo-sent-%06d", len(p.sent)+1)
	p.sent = append(p.sent, s)
	if failed {
		play(w, r, f)
		return
	}
	answer(w, 200, `{"error":0,"message":"Success","data":{"message_id":%q,"user_id":%q,"quota":{"quota_type":"reply","remain":"7","total":"8"}}}`, s.ID, s.To)
}

// ZaloEvent is an event of somebody towards the account: message is what stands
// in the message beside its id.
func ZaloEvent(name, who, id, message string) string {
	if message != "" {
		message = "," + message
	}
	return fmt.Sprintf(`{"app_id":%q,"user_id_by_app":"552177279717587730","event_name":%q,"timestamp":%q,`+
		`"sender":{"id":%q,"display_name":"Trần Canary","avatar":"canary-avatar"},"recipient":{"id":%q},"message":{"msg_id":%q%s}}`,
		ZaloApp, name, ZaloTime, who, ZaloOA, id, message)
}

// ZaloText is a text to the account.
func ZaloText(who, id, text string) string {
	return ZaloEvent("user_send_text", who, id, `"text":`+quote(text))
}

// ZaloFollow is an event of somebody who follows the account or stops it.
func ZaloFollow(name, who string) string {
	return fmt.Sprintf(`{"app_id":%q,"oa_id":%q,"event_name":%q,"timestamp":%q,"source":"oa_profile","follower":{"id":%q,"name":"Trần Canary"},"user_id_by_app":"5"}`, ZaloApp, ZaloOA, name, ZaloTime, who)
}

// ZaloSeen is an event about a message of ours.
func ZaloSeen(name, id string) string {
	return fmt.Sprintf(`{"app_id":%q,"event_name":%q,"timestamp":%q,"sender":{"id":%q},"recipient":{"id":"5"},"message":{"msg_id":%q,"msg_ids":[%q]}}`, ZaloApp, name, ZaloTime, ZaloOA, id, id)
}

// ZaloMessages are messages of every kind, by event; those that say something
// about somebody have planted texts there.
func ZaloMessages() map[string]string {
	return map[string]string{
		"user_send_text":          `"text":"nước chanh chữa bệnh","quote_msg_id":"zalo-sent-000001"`,
		"user_send_image":         `"text":"ảnh này thật không","attachments":[{"type":"image","payload":{"thumbnail":"https://t.zdn.vn/canary-avatar","url":"https://f20-zpc.zdn.vn/jpg/1.jpg"}}]`,
		"user_send_gif":           `"attachments":[{"type":"gif","payload":{"thumbnail":"https://t.zdn.vn/canary-avatar","url":"https://f20-zpc.zdn.vn/gif/1.gif"}}]`,
		"user_send_audio":         `"attachments":[{"type":"audio","payload":{"url":"https://voice.zdn.vn/1.m4a"}}]`,
		"user_send_video":         `"attachments":[{"type":"video","payload":{"thumbnail":"https://t.zdn.vn/canary-avatar","description":"Canary Xưa","url":"https://video.zdn.vn/1.mp4"}}]`,
		"user_send_file":          `"attachments":[{"type":"file","payload":{"url":"https://f8.zdn.vn/2","size":"4000","name":"canary-file-ảnh-nhà.pdf","checksum":"c","type":"pdf"}}]`,
		"user_send_link":          `"text":"xem","attachments":[{"type":"link","payload":{"thumbnail":"https://t.zdn.vn/canary-avatar","description":"canary-title","url":"https://tin.example/bai"}}]`,
		"user_send_sticker":       `"attachments":[{"type":"sticker","payload":{"id":"46970","url":"https://zalo.example/sticker/canary-title"}}]`,
		"user_send_location":      `"text":"","attachments":[{"type":"location","payload":{"coordinates":{"latitude":"21.0285111","longitude":"105.8542111"}}}]`,
		"user_send_business_card": `"text":"Trần Canary","attachments":[{"type":"link","payload":{"thumbnail":"https://t.zdn.vn/canary-avatar","description":"{\"phone\":\"0900111222\"}","url":"https://zalo.example/canary_handle_7"}}]`,
		"user_send_hologram":      `"attachments":[{"type":"hologram","payload":{"name":"Canary Xưa"}}]`,
		"user_submit_info":        `"info":{"address":"Ngõ Canary 12","phone":84900111222,"name":"Trần Canary"}`,
		"user_reacted_message":    `"react_icon":"/-heart"`,
		"anonymous_send_text":     `"text":"Canary Xưa"`,
		"oa_send_text":            `"text":"Canary Xưa"`,
	}
}
