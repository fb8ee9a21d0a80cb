package platformtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What the one business number of WhatsApp is known by.
const (
	WhatsAppNumber  = "106540352242922"
	WhatsAppToken   = "EAAcanaryWhatsAppToken0123456789"
	WhatsAppSecret  = "canary-app-secret-0123456789abcdef"
	WhatsAppVerify  = "canary-verify-word-0123456789"
	WhatsAppVersion = "v24.0"
)

// WhatsApp is a Cloud API server with one business number
// (https://developers.facebook.com/documentation/business-messaging/whatsapp/).
type WhatsApp struct {
	base
	files  map[string][]byte
	closed map[string]bool // people whose 24 hours are over
	// FileBase is where the addresses of files begin; the server itself when empty.
	FileBase string
	// Templates are the names that were approved, with their language.
	Templates map[string]string
}

// NewWhatsApp starts the server; it ends with the test.
func NewWhatsApp(t testing.TB) *WhatsApp {
	p := &WhatsApp{files: map[string][]byte{}, closed: map[string]bool{}, Templates: map[string]string{}}
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	p.t, p.URL = t, srv.URL
	return p
}

// File makes a file that can be fetched by its id.
func (p *WhatsApp) File(id string, content []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files[id] = content
}

// Close ends the 24 hours of a person: only templates reach them.
func (p *WhatsApp) Close(to string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed[to] = true
}

// WhatsAppSign is the signature of a body.
func WhatsAppSign(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// Deliver hands a notification to a webhook as the platform does.
func (p *WhatsApp) Deliver(h http.Handler, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/hook/whatsapp", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Hub-Signature-256", WhatsAppSign(WhatsAppSecret, body))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// ServeHTTP is the API.
func (p *WhatsApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+WhatsAppToken {
		answer(w, http.StatusUnauthorized, `{"error":{"message":"Error validating access token","type":"OAuthException","code":190,"fbtrace_id":"A"}}`)
		return
	}
	path := r.URL.Path
	switch {
	case path == "/"+WhatsAppVersion+"/"+WhatsAppNumber+"/messages":
		p.messages(w, r)
	case path == "/"+WhatsAppVersion+"/"+WhatsAppNumber && r.Method == http.MethodGet:
		answer(w, 200, `{"id":%q}`, WhatsAppNumber)
	case strings.HasPrefix(path, "/files/"):
		p.serveFile(w, strings.TrimPrefix(path, "/files/"))
	case strings.HasPrefix(path, "/"+WhatsAppVersion+"/") && r.Method == http.MethodGet:
		p.fileAddress(w, r, strings.TrimPrefix(path, "/"+WhatsAppVersion+"/"))
	default:
		p.wrong("%s %s is none of the calls that soi makes", r.Method, path)
		answer(w, 400, `{"error":{"message":"Unsupported request","type":"GraphMethodException","code":100}}`)
	}
}

type whatsAppRow struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Detail string `json:"description"`
}

type whatsAppAsk struct {
	Product string `json:"messaging_product"`
	Type    string `json:"recipient_type"`
	To      string `json:"to"`
	Scoped  string `json:"recipient"`
	Kind    string `json:"type"`
	Text    *struct {
		Preview bool   `json:"preview_url"`
		Body    string `json:"body"`
	} `json:"text"`
	Interactive *struct {
		Type string `json:"type"`
		Body struct {
			Text string `json:"text"`
		} `json:"body"`
		Action struct {
			Buttons []struct {
				Type  string      `json:"type"`
				Reply whatsAppRow `json:"reply"`
			} `json:"buttons"`
			Button   string `json:"button"`
			Sections []struct {
				Rows []whatsAppRow `json:"rows"`
			} `json:"sections"`
		} `json:"action"`
	} `json:"interactive"`
	Template *struct {
		Name     string `json:"name"`
		Language struct {
			Code string `json:"code"`
		} `json:"language"`
		Components []struct {
			Type       string `json:"type"`
			Parameters []struct {
				Type string `json:"type"`
				Text string `json:"text"`
			} `json:"parameters"`
		} `json:"components"`
	} `json:"template"`
}

func (p *WhatsApp) messages(w http.ResponseWriter, r *http.Request) {
	var ask whatsAppAsk
	fault, failed := p.fault("messages")
	if !p.strict(r, &ask) {
		return
	}
	if failed && !fault.Done {
		play(w, r, fault)
		return
	}
	s := Sent{To: ask.Scoped, Kind: ask.Kind}
	if ask.To != "" {
		s.To = ask.To
	}
	if ask.Product != "whatsapp" || ask.Type != "individual" || s.To == "" || ask.To != "" && ask.Scoped != "" {
		p.wrong("a message with product %q, type %q", ask.Product, ask.Type)
	}
	switch {
	case ask.Kind == "text" && ask.Text != nil:
		p.fits("text body", ask.Text.Body, 1, 4096)
		if s.Text = ask.Text.Body; ask.Text.Preview {
			p.wrong("a text with previews of its links")
		}
	case ask.Kind == "interactive" && ask.Interactive != nil:
		p.interactive(&ask, &s)
	case ask.Kind == "template" && ask.Template != nil:
		if p.template(w, &ask, &s) {
			return
		}
	default:
		p.wrong("a message of type %q without its part", ask.Kind)
	}
	p.mu.Lock()
	shut := p.closed[s.To] && ask.Kind != "template"
	if !shut {
		s.ID = fmt.Sprintf("wamid.canary%06d", len(p.sent)+1)
		p.sent = append(p.sent, s)
	}
	p.mu.Unlock()
	switch {
	case failed:
		play(w, r, fault)
	case shut:
		answer(w, 400, `{"error":{"message":"(#131047) Re-engagement message","type":"OAuthException","code":131047,"error_data":{"messaging_product":"whatsapp","details":"more than 24 hours"}}}`)
	default:
		answer(w, 200, `{"messaging_product":"whatsapp","contacts":[{"input":%s}],"messages":[{"id":%q}]}`, quote(s.To), s.ID)
	}
}

func (p *WhatsApp) interactive(ask *whatsAppAsk, s *Sent) {
	i := ask.Interactive
	s.Text = i.Body.Text
	var rows []whatsAppRow
	switch i.Type {
	case "button":
		p.fits("body above buttons", i.Body.Text, 1, 1024)
		for _, b := range i.Action.Buttons {
			if b.Type != "reply" {
				p.wrong("a button of type %q", b.Type)
			}
			p.fits("title of a button", b.Reply.Title, 1, 20)
			rows = append(rows, b.Reply)
		}
		if len(rows) < 1 || len(rows) > 3 {
			p.wrong("%d buttons", len(rows))
		}
	case "list":
		p.fits("body above a list", i.Body.Text, 1, 4096)
		p.fits("button of a list", i.Action.Button, 1, 20)
		for _, section := range i.Action.Sections {
			rows = append(rows, section.Rows...)
		}
		for _, row := range rows {
			p.fits("title of a row", row.Title, 1, 24)
			p.fits("description of a row", row.Detail, 0, 72)
		}
		if len(rows) < 1 || len(rows) > 10 || len(i.Action.Sections) != 1 {
			p.wrong("a list of %d rows in %d sections", len(rows), len(i.Action.Sections))
		}
	default:
		p.wrong("an interactive message of type %q", i.Type)
	}
	seen := map[string]bool{}
	for _, row := range rows {
		if row.ID == "" || len(row.ID) > 200 || seen[row.ID] {
			p.wrong("a choice with the id %q", row.ID)
		}
		seen[row.ID] = true
		s.Buttons, s.Labels = append(s.Buttons, row.ID), append(s.Labels, row.Title)
	}
}

// template tells whether it has answered: an unknown template is refused.
func (p *WhatsApp) template(w http.ResponseWriter, ask *whatsAppAsk, s *Sent) bool {
	t := ask.Template
	if p.Templates[t.Name] != t.Language.Code {
		answer(w, 404, `{"error":{"message":"(#132001) Template name does not exist in the translation","type":"OAuthException","code":132001}}`)
		return true
	}
	if len(t.Components) != 1 || t.Components[0].Type != "body" || len(t.Components[0].Parameters) != 1 || t.Components[0].Parameters[0].Type != "text" {
		p.wrong("a template with %+v", t.Components)
		return false
	}
	s.Text = t.Components[0].Parameters[0].Text
	p.fits("parameter of a template", s.Text, 1, 1024)
	if strings.ContainsAny(s.Text, "\n\t") || strings.Contains(s.Text, "    ") {
		p.wrong("a parameter of a template must stand on one line: %q", s.Text)
	}
	return false
}

func (p *WhatsApp) fileAddress(w http.ResponseWriter, r *http.Request, id string) {
	if f, failed := p.fault("media"); failed {
		play(w, r, f)
		return
	}
	if r.URL.Query().Get("phone_number_id") != WhatsAppNumber {
		p.wrong("a file asked for without the number's id")
	}
	p.mu.Lock()
	content, known := p.files[id]
	begin := p.FileBase
	p.mu.Unlock()
	if begin == "" {
		begin = p.URL
	}
	if !known {
		answer(w, 400, `{"error":{"message":"Unsupported get request. Object does not exist","type":"GraphMethodException","code":100,"error_subcode":33}}`)
		return
	}
	sum := sha256.Sum256(content)
	answer(w, 200, `{"messaging_product":"whatsapp","url":%s,"mime_type":"image/jpeg","sha256":%q,"file_size":"%d","id":%q}`,
		quote(begin+"/files/"+id+"?ext=1&hash=h"), hex.EncodeToString(sum[:]), len(content), id)
}

func (p *WhatsApp) serveFile(w http.ResponseWriter, id string) {
	p.mu.Lock()
	content, known := p.files[id]
	p.mu.Unlock()
	if !known {
		http.NotFound(w, nil)
		return
	}
	_, _ = w.Write(content)
}
