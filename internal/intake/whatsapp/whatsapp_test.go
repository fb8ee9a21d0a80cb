package whatsapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"soi/internal/intake"
	pt "soi/internal/intake/platformtest"
)

func settings(p *pt.WhatsApp) Config {
	return Config{Number: pt.WhatsAppNumber, Token: pt.WhatsAppToken, AppSecret: pt.WhatsAppSecret, Verify: pt.WhatsAppVerify, Base: p.URL}
}

// open makes a channel that speaks to p.
func open(t testing.TB, p *pt.WhatsApp, change func(*Config)) (*Channel, *strings.Builder) {
	t.Helper()
	config := settings(p)
	var logged strings.Builder
	config.Log = slog.New(slog.NewTextHandler(&logged, nil))
	if change != nil {
		change(&config)
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c, &logged
}

func TestVerification(t *testing.T) {
	c, _ := open(t, pt.NewWhatsApp(t), nil)
	ask := func(mode, word, challenge string) *httptest.ResponseRecorder {
		q := url.Values{"hub.mode": {mode}, "hub.verify_token": {word}, "hub.challenge": {challenge}}
		w := httptest.NewRecorder()
		c.Webhook(&pt.Sink{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/hook/whatsapp?"+q.Encode(), nil))
		return w
	}
	if w := ask("subscribe", pt.WhatsAppVerify, "1158201444"); w.Code != 200 || w.Body.String() != "1158201444" {
		t.Errorf("%d %q", w.Code, w.Body)
	}
	for _, tc := range [][3]string{{"subscribe", "wrong-word-0123456789", "1"}, {"subscribe", "", "1"}, {"unsubscribe", pt.WhatsAppVerify, "1"}, {"subscribe", pt.WhatsAppVerify, "<script>"}, {"subscribe", pt.WhatsAppVerify, ""}} {
		if w := ask(tc[0], tc[1], tc[2]); w.Code != 403 || w.Body.String() != "no" {
			t.Errorf("%v: %d %q", tc, w.Code, w.Body)
		}
	}
}

// T9: eighteen requests that do not come from the platform, or not for us.
func TestForgedRequestsAreRefused(t *testing.T) {
	p := pt.NewWhatsApp(t)
	c, logged := open(t, p, nil)
	sink := &pt.Sink{}
	const h, path = "X-Hub-Signature-256", "/hook/whatsapp"
	body := pt.WhatsAppText("wamid.forged", "VN.1", "tin giả mạo 🟥")
	right := pt.WhatsAppSign(pt.WhatsAppSecret, body)
	post := func(name, content string, values ...string) pt.Forgery {
		return pt.Forge(name, "POST", path, content, map[string][]string{h: values})
	}
	signed := func(content string) string { return pt.WhatsAppSign(pt.WhatsAppSecret, content) }
	packed := pt.Gzip(body)
	gz := pt.Forge("packed body, signed as it is", "POST", path, packed, map[string][]string{h: {signed(packed)}, "Content-Encoding": {"gzip"}})
	chunked := post("chunked, signed for another body", body, signed(body+" "))
	chunked.Request.ContentLength, chunked.Request.TransferEncoding = -1, []string{"chunked"}
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatal(err)
	}
	reordered, err := json.Marshal(v)
	if err != nil || string(reordered) == body {
		t.Fatal("the body is not reordered", err)
	}
	foreign := pt.WhatsAppForeign(pt.WhatsAppMessage("wamid.foreign", "VN.1", "", "text", `"text":{"body":"tin"}`))
	pt.Refused(t, c.Webhook(sink), sink, 18, []pt.Forgery{
		pt.Forge("no header", "POST", path, body, nil), post("empty", body, ""), post("wrong", body, "sha256="+strings.Repeat("0", 64)),
		post("right for another body", body, signed(`{}`)), post("another app's secret", body, pt.WhatsAppSign("another-app-secret-0123456789", body)),
		post("capital digits", body, "sha256="+strings.ToUpper(right[7:])), pt.Forge("sha1 alone", "POST", path, body, map[string][]string{"X-Hub-Signature": {"sha1=0123"}}),
		post("truncated", body, right[:40]), post("two headers", body, right, "sha256="+strings.Repeat("0", 64)), post("signature of the packed form", body, signed(packed)),
		post("body and a space", body+" ", right), post("body reordered", string(reordered), right), chunked, gz,
		post("10 MiB", body+strings.Repeat(" ", 10<<20), signed(body+strings.Repeat(" ", 10<<20))),
		pt.Forge("challenge with a wrong word", "GET", path+"?hub.mode=subscribe&hub.verify_token=x&hub.challenge=1", "", nil),
		pt.Forge("GET with a body", "GET", path, body, map[string][]string{h: {right}}), post("rightly signed, for another number", foreign, signed(foreign)),
	})
	if logged.String() != "" {
		t.Errorf("a forged request wrote to the log: %s", logged)
	}
}

func TestReplayIsTakenInOnce(t *testing.T) {
	p := pt.NewWhatsApp(t)
	c, _ := open(t, p, nil)
	sink := &pt.Sink{}
	body := pt.WhatsAppText("wamid.1", "VN.1", "tin")
	first := p.Deliver(c.Webhook(sink), body)
	for range 1000 {
		if w := p.Deliver(c.Webhook(sink), body); w.Code != 200 || w.Body.String() != first.Body.String() {
			t.Fatalf("%d %q", w.Code, w.Body)
		}
	}
	if len(sink.Arrived()) != 1 {
		t.Errorf("%d taken in", len(sink.Arrived()))
	}
}

func TestManyCopiesInAnyOrder(t *testing.T) {
	p := pt.NewWhatsApp(t)
	c, _ := open(t, p, nil)
	sink := &pt.Sink{}
	pt.Copies(t, 2000, 5, 8, func(i int) int {
		return p.Deliver(c.Webhook(sink), pt.WhatsAppText(fmt.Sprint("wamid.", i), fmt.Sprint("VN.", i%50), fmt.Sprint("tin ", i))).Code
	})
	if n := len(sink.Arrived()); n != 2000 || sink.Copies() != 8000 {
		t.Errorf("%d taken in, %d copies", n, sink.Copies())
	}
}

func TestWhatIsReadOfAMessage(t *testing.T) {
	base := intake.Arrived{Channel: Name, ExtID: "wamid.1", Who: "VN.1", Address: intake.Address("u:VN.1"), Kind: intake.KindMessage, At: time.Unix(1763800000, 0)}
	with := func(change func(*intake.Arrived)) *intake.Arrived {
		a := base
		change(&a)
		return &a
	}
	media := func(kind intake.MediaKind, mime, ref string) []intake.Media {
		return []intake.Media{{Kind: kind, Type: mime, Ref: []byte(ref)}}
	}
	same := func(*intake.Arrived) {}
	for kind, want := range map[string]*intake.Arrived{
		"text": with(func(a *intake.Arrived) { a.Text, a.Forwarded = "nước chanh chữa bệnh", true }),
		"image": with(func(a *intake.Arrived) {
			a.Text, a.Forwarded, a.Often = "ảnh này thật không", true, true
			a.Media = media(intake.MediaPicture, "image/jpeg", "2754859441498128")
		}),
		"video": with(func(a *intake.Arrived) { a.Media = media(intake.MediaVideo, "video/mp4", "11") }),
		"audio": with(func(a *intake.Arrived) { a.Media = media(intake.MediaVoice, "audio/ogg; codecs=opus", "12") }),
		"document": with(func(a *intake.Arrived) {
			a.Text, a.Media = "giấy này", media(intake.MediaDocument, "application/pdf", "13")
		}),
		"sticker": with(same), "location": with(same), "contacts": with(same), "order": with(same), "unsupported": with(same), "hologram": with(same),
		"reaction": nil, "system": nil,
	} {
		got, err := read([]byte(pt.WhatsAppMessage("wamid.1", "VN.1", "84900111222", kind, pt.WhatsAppBodies()[kind])), nil, false)
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || d != "" {
			t.Errorf("%s: %v %s", kind, err, d)
		}
	}
	for kind, tc := range map[string][2]string{
		"interactive": {`"interactive":{"type":"list_reply","list_reply":{"id":"pick:2","title":"t","description":"d"}},"context":{"id":"wamid.ours"}`, "pick:2"},
		"button":      {`"button":{"payload":"yes:1","text":"Có"},"context":{"id":"wamid.ours"}`, "yes:1"},
	} {
		got, err := read([]byte(pt.WhatsAppMessage("wamid.1", "VN.1", "", kind, tc[0])), nil, false)
		want := with(func(a *intake.Arrived) { a.Kind, a.Data, a.ReplyTo = intake.KindPress, tc[1], "wamid.ours" })
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || d != "" {
			t.Errorf("%s: %v %s", kind, err, d)
		}
	}
	if got, err := read([]byte(pt.WhatsAppMessage("wamid.1", "VN.1", "", "text", `"group_id":"g","text":{"body":"tin"}`)), nil, false); got != nil || err != nil {
		t.Errorf("in a group: %+v %v", got, err)
	}
}

// People are known by the business-scoped id; by the number where there is no
// such id, or where the operator answers by number.
func TestWhoAsks(t *testing.T) {
	text := `"text":{"body":"tin"}`
	for _, tc := range []struct {
		name, scoped, number string
		contacts             []contact
		byNumber             bool
		who, address         string
	}{
		{"number hidden", "VN.1", "", nil, false, "VN.1", "u:VN.1"},
		{"both", "VN.1", "84900111222", nil, false, "VN.1", "u:VN.1"},
		{"both, answered by number", "VN.1", "84900111222", nil, true, "VN.1", "n:84900111222"},
		{"hidden, answered by number", "VN.1", "", nil, true, "VN.1", "u:VN.1"},
		{"before 2026", "", "84900111222", []contact{{ID: "84900111222"}}, false, "84900111222", "n:84900111222"},
		{"id among the contacts", "", "84900111222", []contact{{ID: "84900111222", Scoped: "VN.1"}}, false, "VN.1", "u:VN.1"},
		{"id in the contacts alone", "", "", []contact{{Scoped: "VN.1"}}, false, "VN.1", "u:VN.1"},
		{"two contacts", "", "84900111222", []contact{{ID: "84900111333", Scoped: "VN.2"}, {ID: "84900111222", Scoped: "VN.1"}}, false, "VN.1", "u:VN.1"},
		{"another's contact", "", "84900111222", []contact{{ID: "84900111333", Scoped: "VN.2"}}, false, "84900111222", "n:84900111222"},
	} {
		got, err := read([]byte(pt.WhatsAppMessage("wamid.1", tc.scoped, tc.number, "text", text)), tc.contacts, tc.byNumber)
		if err != nil || string(got.Who) != tc.who || string(got.Address) != tc.address {
			t.Errorf("%s: %q %q %v", tc.name, string(got.Who), string(got.Address), err)
		}
	}
	if _, err := read([]byte(pt.WhatsAppMessage("wamid.1", "", "", "text", text)), nil, false); !errors.Is(err, intake.ErrUnusable) {
		t.Errorf("from nobody: %v", err)
	}
}

func TestBatches(t *testing.T) {
	p := pt.NewWhatsApp(t)
	c, _ := open(t, p, nil)
	sink := &pt.Sink{}
	text := func(id string) string { return pt.WhatsAppMessage(id, "VN.1", "", "text", `"text":{"body":"tin"}`) }
	ours := pt.WhatsAppNotification("VN.1", "", []string{text("a"), `{"id":7}`, text("b")}, []string{pt.WhatsAppStatus("wamid.x", "delivered", 0), pt.WhatsAppStatus("wamid.y", "failed", 131047), pt.WhatsAppStatus("wamid.z", "sent", 0)})
	entries := func(body string) string { return body[strings.Index(body, `[{"id":"102`)+1 : len(body)-2] }
	batch := `{"object":"whatsapp_business_account","entry":[` + entries(pt.WhatsAppForeign(text("c"))) + "," + entries(ours) + "," + entries(pt.WhatsAppText("d", "VN.2", "tin")) + `]}`
	if w := p.Deliver(c.Webhook(sink), batch); w.Code != 200 {
		t.Fatal(w.Code)
	}
	var ids []string
	for _, a := range sink.Arrived() {
		ids = append(ids, a.ExtID)
	}
	if d := cmp.Diff([]string{"a", "b", "d"}, ids); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"unusable"}, sink.Quarantined()); d != "" {
		t.Error(d)
	}
	statuses := sink.Statuses()
	if len(statuses) != 2 || statuses["whatsapp wamid.x"] != nil || !errors.Is(statuses["whatsapp wamid.y"], intake.ErrWindow) {
		t.Errorf("%v", statuses)
	}
	for _, body := range []string{`{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"account_update","value":{"phone_number":"84900111222"}}]}]}`, `{"object":"whatsapp_business_account","entry":[]}`} {
		if w := p.Deliver(c.Webhook(sink), body); w.Code != 200 {
			t.Errorf("%s: %d", body, w.Code)
		}
	}
	if w := p.Deliver(c.Webhook(sink), `{"object":`); w.Code != 200 || len(sink.Quarantined()) != 2 {
		t.Errorf("broken but authentic: %d %v", w.Code, sink.Quarantined())
	}
	sink.Refuse = func(a intake.Arrived) error { return errors.New("disk full") }
	if w := p.Deliver(c.Webhook(sink), pt.WhatsAppText("e", "VN.1", "tin")); w.Code != 503 {
		t.Errorf("not stored, yet %d", w.Code)
	}
}

func TestNoCanaryComesOut(t *testing.T) {
	p := pt.NewWhatsApp(t)
	c, logged := open(t, p, nil)
	sink := &pt.Sink{}
	n := 0
	for kind, body := range pt.WhatsAppBodies() {
		for _, number := range []string{"", "84900111222"} {
			n++
			id := fmt.Sprint("wamid.", n)
			note := pt.WhatsAppNotification("VN.1", number, []string{pt.WhatsAppMessage(id, "VN.1", number, strings.Replace(kind, "referral", "text", 1), body)}, []string{pt.WhatsAppStatus("wamid.y", "failed", 131026)})
			if w := p.Deliver(c.Webhook(sink), note); w.Code != 200 {
				t.Errorf("%s: %d", kind, w.Code)
			}
		}
	}
	if len(sink.Arrived()) != n-4 { // all but reactions and notes of the system
		t.Fatalf("%d of %d taken in", len(sink.Arrived()), n-4)
	}
	all := logged.String() + fmt.Sprint(sink.Statuses())
	for _, a := range sink.Arrived() {
		all += pt.Everything(a) + fmt.Sprintf("%v %+v", a, a)
	}
	for _, canary := range pt.Canaries() {
		if strings.Contains(all, canary) {
			t.Errorf("%q came out", canary)
		}
	}
}

func TestSendChoosesTheForm(t *testing.T) {
	p := pt.NewWhatsApp(t)
	p.Templates = map[string]string{"soi_tra_loi": "vi"}
	c, _ := open(t, p, func(c *Config) { c.Templates = map[string]Template{"vi": {Name: "soi_tra_loi", Lang: "vi"}} })
	short := []intake.Button{{Label: "Có", Data: "yes:1"}, {Label: "Không", Data: "no:1"}}
	long := []intake.Button{{Label: "Nước chanh nóng không chữa ung thư", Data: "pick:0"}, {Label: "Không phải", Data: "none"}}
	many := append(append([]intake.Button(nil), short...), long...)
	for _, tc := range []struct {
		name, to, kind string
		m              intake.Outgoing
		choices        int
	}{
		{"text", "u:VN.1", "text", intake.Outgoing{Text: strings.Repeat("dài ", 2000)}, 0},
		{"to a number", "n:84900111222", "text", intake.Outgoing{Text: "tin"}, 0},
		{"buttons", "u:VN.1", "interactive", intake.Outgoing{Text: "Đã rõ chưa?", Buttons: short}, 2},
		{"long text", "u:VN.1", "interactive", intake.Outgoing{Text: strings.Repeat("dài ", 400), Buttons: short}, 2},
		{"long labels", "u:VN.1", "interactive", intake.Outgoing{Text: "Tin nào?", Buttons: long, Lang: "en"}, 2},
		{"many", "u:VN.1", "interactive", intake.Outgoing{Text: "Tin nào?", Buttons: many}, 4},
		{"late", "u:VN.1", "template", intake.Outgoing{Text: "Kết luận: sai.\n\nXem:\thttps://desk.example/k/1", Late: true, Lang: "en"}, 0},
	} {
		got, err := c.Send(context.Background(), intake.Address(tc.to), tc.m)
		sent := p.Sent()
		last := sent[len(sent)-1]
		if err != nil || got.ID != last.ID || last.To != tc.to[2:] || last.Kind != tc.kind || len(last.Buttons) != tc.choices {
			t.Errorf("%s: %v %+v", tc.name, err, last)
		}
	}
	if last := p.Sent()[6]; last.Text != "Kết luận: sai. Xem: https://desk.example/k/1" {
		t.Errorf("template: %q", last.Text)
	}
	if _, err := c.Send(context.Background(), intake.Address("x"), intake.Outgoing{Text: "a"}); !errors.Is(err, intake.ErrGone) {
		t.Errorf("no address: %v", err)
	}
	p.Close("VN.1")
	if _, err := c.Send(context.Background(), intake.Address("u:VN.1"), intake.Outgoing{Text: "a"}); !errors.Is(err, intake.ErrWindow) {
		t.Errorf("after 24 hours: %v", err)
	}
	none, _ := open(t, p, nil)
	if _, err := none.Send(context.Background(), intake.Address("u:VN.1"), intake.Outgoing{Text: "a", Late: true}); !errors.Is(err, intake.ErrWindow) || none.Limits().AfterWindow || !c.Limits().AfterWindow {
		t.Errorf("no template: %v", err)
	}
}

func TestErrorCodes(t *testing.T) {
	p := pt.NewWhatsApp(t)
	c, _ := open(t, p, nil)
	send := func() error {
		_, err := c.Send(context.Background(), intake.Address("u:VN.1"), intake.Outgoing{Text: "a"})
		return err
	}
	for code, want := range map[int]error{190: intake.ErrAuth, 10: intake.ErrAuth, 200: intake.ErrAuth, 131005: intake.ErrAuth, 368: intake.ErrAuth, 131031: intake.ErrAuth, 131042: intake.ErrAuth,
		131047: intake.ErrWindow, 470: intake.ErrWindow, 131026: intake.ErrGone, 100: intake.ErrRefused, 132001: intake.ErrRefused, 131062: intake.ErrRefused, 131051: intake.ErrRefused,
		2: intake.ErrTemporary, 131016: intake.ErrTemporary, 131000: intake.ErrUnknown, 999999: intake.ErrRefused} {
		p.Fail(pt.Fault{Method: "messages", Status: 400, Body: fmt.Sprintf(`{"error":{"message":"(#%d) x","type":"OAuthException","code":%d}}`, code, code)})
		if err := send(); !errors.Is(err, want) || strings.Contains(err.Error(), "VN.1") || strings.Contains(err.Error(), pt.WhatsAppToken) {
			t.Errorf("%d: %v", code, err)
		}
	}
	for _, code := range []int{4, 80007, 130429, 131048, 131056} {
		p.Fail(pt.Fault{Method: "messages", Status: 400, Body: fmt.Sprintf(`{"error":{"code":%d}}`, code)})
		var limited *intake.RateLimitedError
		if err := send(); !errors.As(err, &limited) || limited.After <= 0 {
			t.Errorf("%d: %v", code, err)
		}
	}
	for status, want := range map[int]error{401: intake.ErrAuth, 403: intake.ErrAuth, 400: intake.ErrRefused, 500: intake.ErrUnknown, 503: intake.ErrUnknown} {
		p.Fail(pt.Fault{Method: "messages", Status: status, Body: `<html>`})
		if err := send(); !errors.Is(err, want) {
			t.Errorf("status %d: %v", status, err)
		}
	}
	bad, _ := open(t, p, func(c *Config) { c.Token = "expired-token-0123" })
	if _, err := bad.Send(context.Background(), intake.Address("u:VN.1"), intake.Outgoing{Text: "a"}); !errors.Is(err, intake.ErrAuth) {
		t.Errorf("wrong token: %v", err)
	}
	if found := bad.Probe(context.Background()); found[0].OK || strings.Contains(found[0].En+found[0].Vi, "expired-token") {
		t.Errorf("%+v", found)
	}
	if found := c.Probe(context.Background()); len(found) != 2 || !found[0].OK {
		t.Errorf("%+v", found)
	}
	soon, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	p.Fail(pt.Fault{Method: "messages", Status: 200, Delay: time.Minute, Done: true})
	if _, err := c.Send(soon, intake.Address("u:VN.1"), intake.Outgoing{Text: "a"}); !errors.Is(err, intake.ErrUnknown) {
		t.Errorf("no answer: %v", err)
	}
}

func TestOpenInTwoSteps(t *testing.T) {
	p := pt.NewWhatsApp(t)
	c, _ := open(t, p, nil)
	p.File("77", []byte("picture"))
	body, size, err := c.Open(context.Background(), []byte("77"))
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(body); err != nil || string(b) != "picture" || size != 7 || body.Close() != nil {
		t.Errorf("%q %d %v", b, size, err)
	}
	for _, id := range []string{"78", "../../x", "a?b=c", ""} {
		if _, _, err := c.Open(context.Background(), []byte(id)); !errors.Is(err, intake.ErrGone) {
			t.Errorf("%q: %v", id, err)
		}
	}
	p.Fail(pt.Fault{Method: "media", Status: 500, Body: `{}`})
	if _, _, err := c.Open(context.Background(), []byte("77")); err == nil || errors.Is(err, intake.ErrGone) {
		t.Errorf("500: %v", err)
	}
	// The bearer token goes to the platform's hosts and nowhere else.
	evil := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("asked with %v", r.Header) }))
	defer evil.Close()
	p.FileBase = evil.URL
	if _, _, err := c.Open(context.Background(), []byte("77")); !errors.Is(err, intake.ErrGone) {
		t.Errorf("another host: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	p := pt.NewWhatsApp(t)
	for name, change := range map[string]func(*Config){
		"the number itself": func(c *Config) { c.Number = "+84 24 0000" }, "no token": func(c *Config) { c.Token = "" }, "no secret": func(c *Config) { c.AppSecret = "" },
		"short word": func(c *Config) { c.Verify = "short" }, "odd version": func(c *Config) { c.Version = "latest" }, "plain base": func(c *Config) { c.Base = "http://graph.example" },
		"odd template": func(c *Config) { c.Templates = map[string]Template{"vi": {Name: "Trả lời", Lang: "vi"}} },
		"odd language": func(c *Config) { c.Templates = map[string]Template{"vi": {Name: "a", Lang: "Vietnamese"}} },
	} {
		c := settings(p)
		change(&c)
		if _, err := New(c); err == nil || strings.Contains(err.Error(), pt.WhatsAppToken) || strings.Contains(err.Error(), pt.WhatsAppSecret) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzMessage: the same bytes are the same delivery; what is read has an id, a
// person and an address; unsigned bytes never get as far as the parser.
func FuzzMessage(f *testing.F) {
	for kind, body := range pt.WhatsAppBodies() {
		f.Add([]byte(pt.WhatsAppMessage("wamid.1", "VN.1", "84900111222", kind, body)), []byte(`[{"wa_id":"84900111222","user_id":"VN.1"}]`))
	}
	f.Add([]byte(`{"id":"a","from":84900111222,"type":"image","image":{"id":"../x"}}`), []byte(`[{}]`))
	c, err := New(Config{Number: pt.WhatsAppNumber, Token: pt.WhatsAppToken, AppSecret: pt.WhatsAppSecret, Verify: pt.WhatsAppVerify})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw, about []byte) {
		var contacts []contact
		_ = json.Unmarshal(about, &contacts)
		a, err := read(raw, contacts, false)
		b, _ := read(raw, contacts, false)
		if err == nil && a != nil {
			if b == nil || a.ExtID != b.ExtID || a.ExtID == "" || a.Who == "" || len(a.Address) < 3 || a.Kind == intake.KindPress && a.Data == "" {
				t.Fatalf("%+v", a)
			}
			for _, m := range a.Media {
				if !clean(string(m.Ref)) || m.Kind == "" {
					t.Fatalf("%+v", m)
				}
			}
		}
		sink := &pt.Sink{}
		pt.Refused(t, c.Webhook(sink), sink, 1, []pt.Forgery{pt.Forge("unsigned", "POST", "/hook/whatsapp", string(raw), map[string][]string{"X-Hub-Signature-256": {string(about)}})})
	})
}

// BenchmarkTipsPerSecond is one notification: signature, reading, handing over.
func BenchmarkTipsPerSecond(b *testing.B) {
	p := pt.NewWhatsApp(b)
	c, _ := open(b, p, nil)
	sink := &pt.Sink{}
	h := c.Webhook(sink)
	n := 0
	for b.Loop() {
		n++
		p.Deliver(h, pt.WhatsAppText(fmt.Sprint("wamid.", n), "VN.1", "nước chanh nóng chữa khỏi bệnh"))
	}
	if len(sink.Arrived()) != n {
		b.Errorf("%d of %d", len(sink.Arrived()), n)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "tips/s")
}
