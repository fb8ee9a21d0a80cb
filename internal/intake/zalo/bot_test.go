package zalo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"soi/internal/intake"
	pt "soi/internal/intake/platformtest"
)

const secret = "canary-webhook-secret_0123456789"

func openBot(t testing.TB, p *pt.ZaloBot, webhook bool) *Bot {
	t.Helper()
	config := BotConfig{Token: pt.ZaloBotToken, Base: p.URL}
	if webhook {
		config.Secret, config.WebhookURL = secret, "https://desk.example/hook/zalobot"
	}
	c, err := NewBot(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// runBot polls until done says so, and returns Run's error.
func runBot(t *testing.T, c *Bot, sink intake.Sink, done func() bool) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx, sink) }()
	for ctx.Err() == nil && !done() {
		select {
		case err := <-ended:
			return err
		case <-time.After(5 * time.Millisecond):
		}
	}
	if ctx.Err() != nil {
		t.Error("what was waited for did not come")
	}
	cancel()
	return <-ended
}

// The platform gives an update away once: what the sink does not take is held
// and handed over first when Run comes back.
func TestBotPollLosesNothing(t *testing.T) {
	p := pt.NewZaloBot(t)
	c := openBot(t, p, false)
	for i := range 20 {
		p.Add(pt.ZaloBotText("c1", fmt.Sprint("m", i), fmt.Sprint("tin ", i)))
	}
	full := true
	sink := &pt.Sink{Refuse: func(a intake.Arrived) error {
		if full && a.Text == "tin 7" {
			return errors.New("disk full")
		}
		return nil
	}}
	if err := runBot(t, c, sink, func() bool { return false }); err == nil || len(sink.Arrived()) != 7 {
		t.Fatalf("%v, %d taken in", err, len(sink.Arrived()))
	}
	full = false
	_ = runBot(t, c, sink, func() bool { return len(sink.Arrived()) == 20 })
	for i, a := range sink.Arrived() {
		if a.Text != fmt.Sprint("tin ", i) {
			t.Errorf("%d: %s", i, a.Text)
		}
	}
}

func TestBotPollErrors(t *testing.T) {
	p := pt.NewZaloBot(t)
	for body, want := range map[string]error{`{"ok":false,"error_code":401,"description":"Unauthorized"}`: intake.ErrAuth, `{"ok":false,"error_code":500}`: intake.ErrUnknown} {
		p.Fail(pt.Fault{Method: "getUpdates", Status: 200, Body: body})
		if err := runBot(t, openBot(t, p, false), &pt.Sink{}, func() bool { return false }); !errors.Is(err, want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", body, err)
		}
	}
	p.Add(`{"event_name":7}`, `{"event_name":"message.text.received","message":{}}`, `{"event_name":"poll"}`, pt.ZaloBotText("c1", "m1", "tin"))
	sink := &pt.Sink{}
	_ = runBot(t, openBot(t, p, false), sink, func() bool { return len(sink.Arrived()) == 1 })
	if d := cmp.Diff([]string{"bad-json", "unusable"}, sink.Quarantined()); d != "" {
		t.Error(d)
	}
}

func TestBotWebhook(t *testing.T) {
	p := pt.NewZaloBot(t)
	c := openBot(t, p, true)
	sink := &pt.Sink{}
	_ = runBot(t, c, sink, func() bool { there, _ := p.Webhook(); return there != "" })
	there, given := p.Webhook()
	if there != "https://desk.example/hook/zalobot" || given != secret {
		t.Errorf("webhook %s", there)
	}
	for range 1001 {
		if w := p.Deliver(c.Webhook(sink), given, pt.ZaloBotText("c1", "m1", "tin")); w.Code != 200 || w.Body.String() != "ok" {
			t.Fatalf("%d %q", w.Code, w.Body)
		}
	}
	if len(sink.Arrived()) != 1 {
		t.Errorf("%d taken in", len(sink.Arrived()))
	}
	sink.Refuse = func(intake.Arrived) error { return errors.New("disk full") }
	if w := p.Deliver(c.Webhook(sink), given, pt.ZaloBotText("c1", "m2", "tin")); w.Code != 503 {
		t.Errorf("not stored, yet %d", w.Code)
	}
	if found := c.Probe(context.Background()); len(found) != 1 || !found[0].OK {
		t.Errorf("%+v", found)
	}
	if found := openBot(t, p, false).Probe(context.Background()); len(found) != 2 || found[1].OK {
		t.Errorf("%+v", found)
	}
}

// T9 for the bot: eighteen requests of somebody who does not know the secret.
func TestForgedUpdatesAreRefused(t *testing.T) {
	p := pt.NewZaloBot(t)
	c := openBot(t, p, true)
	sink := &pt.Sink{}
	const h, path = "X-Bot-Api-Secret-Token", "/hook/zalobot"
	body := `{"ok":true,"result":` + pt.ZaloBotText("c1", "forged", "tin giả mạo") + `}`
	ask := func(name, method, path, content string, header map[string][]string) pt.Forgery {
		return pt.Forge(name, method, path, content, header)
	}
	one := func(name, value string) pt.Forgery {
		return ask(name, "POST", path, body, map[string][]string{h: {value}})
	}
	right := map[string][]string{h: {secret}}
	chunked := one("chunked, wrong secret", "wrong-secret-0123456789")
	chunked.Request.ContentLength, chunked.Request.TransferEncoding = -1, []string{"chunked"}
	pt.Refused(t, c.Webhook(sink), sink, 18, []pt.Forgery{
		ask("no header", "POST", path, body, nil), one("empty", ""), one("wrong", "wrong-secret-0123456789"), one("capitals", strings.ToUpper(secret)),
		one("truncated", secret[:len(secret)-1]), one("longer", secret+"x"), one("space before", " "+secret),
		ask("right and wrong", "POST", path, body, map[string][]string{h: {secret, "wrong"}}), ask("right twice", "POST", path, body, map[string][]string{h: {secret, secret}}),
		ask("in the address", "POST", path+"?secret_token="+secret, body, nil), ask("Telegram's header", "POST", path, body, map[string][]string{"X-Telegram-Bot-Api-Secret-Token": {secret}}),
		ask("the account's header", "POST", path, body, map[string][]string{"X-ZEvent-Signature": {secret}}), one("the bot's token", pt.ZaloBotToken),
		ask("GET with a body", "GET", path, body, right), ask("another path", "POST", path+"/"+secret, body, right),
		ask("packed body", "POST", path, pt.Gzip(body), map[string][]string{h: {secret}, "Content-Encoding": {"gzip"}}),
		ask("10 MiB", "POST", path, strings.Repeat(" ", 10<<20)+body, right), chunked,
	})
	pt.Refused(t, openBot(t, p, false).Webhook(sink), sink, 1, []pt.Forgery{one("no webhook, empty secret", "")})
}

func TestBotManyCopiesInAnyOrder(t *testing.T) {
	p := pt.NewZaloBot(t)
	c := openBot(t, p, true)
	sink := &pt.Sink{}
	pt.Copies(t, 2000, 5, 8, func(i int) int {
		return p.Deliver(c.Webhook(sink), secret, pt.ZaloBotText(fmt.Sprint("c", i%50), fmt.Sprint("m", i), fmt.Sprint("tin ", i))).Code
	})
	if n := len(sink.Arrived()); n != 2000 || sink.Copies() != 8000 {
		t.Errorf("%d taken in, %d copies", n, sink.Copies())
	}
}

func TestWhatIsReadOfAnUpdate(t *testing.T) {
	base := intake.Arrived{Channel: BotName, ExtID: "m1", Who: "c1", Address: intake.Address("c1"), Kind: intake.KindMessage, At: time.UnixMilli(1763800000123)}
	with := func(change func(*intake.Arrived)) *intake.Arrived {
		a := base
		change(&a)
		return &a
	}
	same := func(*intake.Arrived) {}
	media := func(kind intake.MediaKind, mime, ref string) []intake.Media {
		return []intake.Media{{Kind: kind, Type: mime, Ref: []byte(ref)}}
	}
	all := ""
	for name, want := range map[string]*intake.Arrived{
		"message.text.received": with(func(a *intake.Arrived) { a.Text = "nước chanh chữa bệnh" }),
		"message.image.received": with(func(a *intake.Arrived) {
			a.Text = "ảnh này thật không"
			a.Media = media(intake.MediaPicture, "image/jpeg", "https://f20-zpc.zdn.vn/jpg/1.jpg")
		}),
		"message.voice.received":   with(func(a *intake.Arrived) { a.Media = media(intake.MediaVoice, "audio/aac", "https://voice.zdn.vn/1.aac") }),
		"message.sticker.received": with(same), "message.unsupported.received": with(same), "message.hologram.received": with(same),
	} {
		got, err := readUpdate([]byte(pt.ZaloBotUpdate(name, "c1", "m1", pt.ZaloBotBodies()[name])))
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || d != "" {
			t.Errorf("%s: %v %s", name, err, d)
			continue
		}
		all += pt.Everything(*got) + fmt.Sprintf("%+v", got)
	}
	for _, canary := range pt.Canaries() {
		if strings.Contains(all, canary) {
			t.Errorf("%q came out", canary)
		}
	}
	if got, err := readUpdate([]byte(strings.Replace(pt.ZaloBotText("c1", "m1", "tin"), "PRIVATE", "GROUP", 1))); got != nil || err != nil {
		t.Errorf("in a group: %+v %v", got, err)
	}
	if got, err := readUpdate([]byte(pt.ZaloBotText("c1", "m1", "/start"))); err != nil || got.Kind != intake.KindStart {
		t.Errorf("start: %+v %v", got, err)
	}
}

func TestBotSend(t *testing.T) {
	p := pt.NewZaloBot(t)
	c := openBot(t, p, false)
	got, err := c.Send(context.Background(), intake.Address("c1"), intake.Outgoing{Text: strings.Repeat("dài 🟥 ", 1000)})
	if sent := p.Sent(); err != nil || len(sent) != 1 || got.ID != sent[0].ID || sent[0].To != "c1" {
		t.Errorf("%v %+v", err, sent)
	}
	for code, want := range map[int]error{401: intake.ErrAuth, 403: intake.ErrGone, 400: intake.ErrRefused, 500: intake.ErrUnknown} {
		p.Fail(pt.Fault{Method: "sendMessage", Status: 200, Body: fmt.Sprintf(`{"ok":false,"error_code":%d}`, code)})
		if _, err := c.Send(context.Background(), intake.Address("c1"), intake.Outgoing{Text: "a"}); !errors.Is(err, want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%d: %v", code, err)
		}
	}
	var limited *intake.RateLimitedError
	p.Fail(pt.Fault{Method: "sendMessage", Status: 429, Body: `{"ok":false,"error_code":429}`})
	if _, err := c.Send(context.Background(), intake.Address("c1"), intake.Outgoing{Text: "a"}); !errors.As(err, &limited) {
		t.Errorf("429: %v", err)
	}
	for name, config := range map[string]BotConfig{"token": {Token: "x"}, "secret": {Token: pt.ZaloBotToken, Secret: "short"}, "address": {Token: pt.ZaloBotToken, Secret: secret}, "base": {Token: pt.ZaloBotToken, Base: "http://x.example"}} {
		if _, err := NewBot(config); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzEvent: the same bytes are the same delivery, for the account and for the
// bot; unsigned bytes never get as far as the parser.
func FuzzEvent(f *testing.F) {
	for name, message := range pt.ZaloMessages() {
		f.Add([]byte(pt.ZaloEvent(name, "77", "m1", message)))
	}
	for name, body := range pt.ZaloBotBodies() {
		f.Add([]byte(pt.ZaloBotUpdate(name, "c1", "m1", body)))
	}
	f.Add([]byte(pt.ZaloFollow("unfollow", "77")))
	p := pt.NewZaloAccount(f)
	account, _ := open(f, p, &pt.Sink{}, nil)
	same := func(t *testing.T, a, b *intake.Arrived) {
		if a == nil {
			return
		}
		if b == nil || a.ExtID != b.ExtID || a.ExtID == "" || a.Who == "" || len(a.Address) == 0 || a.Kind == intake.KindPress && a.Data == "" {
			t.Fatalf("%+v", a)
		}
		for _, m := range a.Media {
			if !strings.HasPrefix(string(m.Ref), "http") || m.Kind == "" || m.Type == "" {
				t.Fatalf("%+v", m)
			}
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var e event
		if json.Unmarshal(raw, &e) == nil {
			a, err := e.read()
			b, _ := e.read()
			if err == nil {
				same(t, a, b)
			}
		}
		if a, err := readUpdate(raw); err == nil {
			b, _ := readUpdate(raw)
			same(t, a, b)
		}
		sink := &pt.Sink{}
		pt.Refused(t, account.Webhook(sink), sink, 1, []pt.Forgery{pt.Forge("unsigned", "POST", "/hook/zalo", string(raw), map[string][]string{"X-ZEvent-Signature": {"mac=" + strings.Repeat("0", 64)}})})
	})
}

// BenchmarkTipsPerSecond is one event: signature, reading, handing over.
func BenchmarkTipsPerSecond(b *testing.B) {
	b.Run("account", func(b *testing.B) {
		p, sink := pt.NewZaloAccount(b), &pt.Sink{}
		c, _ := open(b, p, sink, nil)
		n := 0
		for b.Loop() {
			n++
			p.Deliver(c.Webhook(sink), pt.ZaloText("77", fmt.Sprint("m", n), "nước chanh nóng chữa khỏi bệnh"))
		}
		report(b, sink, n)
	})
	b.Run("bot", func(b *testing.B) {
		p, sink := pt.NewZaloBot(b), &pt.Sink{}
		c := openBot(b, p, true)
		n := 0
		for b.Loop() {
			n++
			p.Deliver(c.Webhook(sink), secret, pt.ZaloBotText("c1", fmt.Sprint("m", n), "nước chanh nóng chữa khỏi bệnh"))
		}
		report(b, sink, n)
	})
}

func report(b *testing.B, sink *pt.Sink, n int) {
	if len(sink.Arrived()) != n {
		b.Errorf("%d of %d", len(sink.Arrived()), n)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "tips/s")
}
