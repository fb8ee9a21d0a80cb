package zalo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"soi/internal/intake"
	pt "soi/internal/intake/platformtest"
)

func settings(p *pt.ZaloAccount, marks Marks) AccountConfig {
	return AccountConfig{App: pt.ZaloApp, Account: pt.ZaloOA, AppSecret: pt.ZaloAppSecret, OASecret: pt.ZaloOASecret, Refresh: pt.ZaloRefresh,
		Base: p.URL, Auth: p.URL, Key: []byte("0123456789abcdef0123456789abcdef"), Marks: marks}
}

// open makes a channel that speaks to p.
func open(t testing.TB, p *pt.ZaloAccount, marks Marks, change func(*AccountConfig)) (*Account, *strings.Builder) {
	t.Helper()
	config := settings(p, marks)
	var logged strings.Builder
	config.Log = slog.New(slog.NewTextHandler(&logged, nil))
	if change != nil {
		change(&config)
	}
	c, err := NewAccount(config)
	if err != nil {
		t.Fatal(err)
	}
	return c, &logged
}

// T9: eighteen events that do not come from the platform, or not for us.
func TestForgedEventsAreRefused(t *testing.T) {
	p := pt.NewZaloAccount(t)
	sink := &pt.Sink{}
	c, logged := open(t, p, sink, nil)
	const h, path = "X-ZEvent-Signature", "/hook/zalo"
	body := pt.ZaloText("77", "forged", "tin giả mạo 🟥")
	sign := func(content string) string { return pt.ZaloMAC(pt.ZaloApp, content, pt.ZaloTime, pt.ZaloOASecret) }
	right := sign(body)
	post := func(name, content string, values ...string) pt.Forgery {
		return pt.Forge(name, "POST", path, content, map[string][]string{h: values})
	}
	packed := pt.Gzip(body)
	chunked := post("chunked, signed for another body", body, sign(body+" "))
	chunked.Request.ContentLength, chunked.Request.TransferEncoding = -1, []string{"chunked"}
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatal(err)
	}
	reordered, err := json.Marshal(v)
	if err != nil || string(reordered) == body {
		t.Fatal("the body is not reordered", err)
	}
	foreign := strings.ReplaceAll(body, pt.ZaloOA, "1111111111111")
	otherApp := strings.ReplaceAll(body, pt.ZaloApp, "2222222222222")
	timeless := strings.Replace(body, `"timestamp":"`+pt.ZaloTime+`",`, "", 1)
	long := body + strings.Repeat(" ", 10<<20)
	pt.Refused(t, c.Webhook(sink), sink, 18, []pt.Forgery{
		pt.Forge("no header", "POST", path, body, nil), post("empty", body, ""), post("wrong", body, "mac="+strings.Repeat("0", 64)),
		post("right for another body", body, sign(`{"timestamp":"1"}`)), post("another account's key", body, pt.ZaloMAC(pt.ZaloApp, body, pt.ZaloTime, "another-secret")),
		post("the app's key", body, pt.ZaloMAC(pt.ZaloApp, body, pt.ZaloTime, pt.ZaloAppSecret)), post("capital digits", body, "mac="+strings.ToUpper(right[4:])),
		post("without mac=", body, right[4:]), post("truncated", body, right[:40]), post("two headers", body, right, "mac="+strings.Repeat("0", 64)),
		post("signature of the packed form", body, sign(packed)), post("body and a space", body+" ", right), post("body reordered", string(reordered), right), chunked,
		post("10 MiB", long, sign(long)), pt.Forge("GET with a body", "GET", path, body, map[string][]string{h: {right}}),
		post("rightly signed, for another account", foreign, sign(foreign)), post("without a time", timeless, pt.ZaloMAC(pt.ZaloApp, timeless, "", pt.ZaloOASecret)),
	})
	pt.Refused(t, c.Webhook(sink), sink, 2, []pt.Forgery{
		post("rightly signed, of another app", otherApp, sign(otherApp)),
		pt.Forge("packed body, signed as it is", "POST", path, packed, map[string][]string{h: {sign(packed)}, "Content-Encoding": {"gzip"}}),
	})
	if logged.String() != "" {
		t.Errorf("a forged event wrote to the log: %s", logged)
	}
}

// Without the setting, nothing unsigned is taken; with it, only what names this
// account and its app, and the operator is told.
func TestUnsignedIsASetting(t *testing.T) {
	p := pt.NewZaloAccount(t)
	sink := &pt.Sink{}
	c, _ := open(t, p, sink, func(c *AccountConfig) { c.Unsigned, c.OASecret = true, "" })
	body := pt.ZaloText("77", "m1", "tin")
	ask := func(content string) int {
		w := httptest.NewRecorder()
		c.Webhook(sink).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/hook/zalo", strings.NewReader(content)))
		return w.Code
	}
	if code := ask(body); code != 200 || len(sink.Arrived()) != 1 {
		t.Errorf("%d, %d taken in", code, len(sink.Arrived()))
	}
	if code := ask(strings.ReplaceAll(pt.ZaloText("77", "m2", "tin"), pt.ZaloOA, "1111111111111")); code != 401 || len(sink.Arrived()) != 1 {
		t.Errorf("of another account: %d", code)
	}
	if found := c.Probe(context.Background()); len(found) != 2 || found[1].OK {
		t.Errorf("doctor says %+v", found)
	}
	if _, err := NewAccount(func() AccountConfig { c := settings(p, sink); c.OASecret = ""; return c }()); err == nil {
		t.Error("no key and no setting, yet it starts")
	}
}

func TestManyCopiesInAnyOrder(t *testing.T) {
	p := pt.NewZaloAccount(t)
	sink := &pt.Sink{}
	c, _ := open(t, p, sink, nil)
	pt.Copies(t, 2000, 5, 8, func(i int) int {
		return p.Deliver(c.Webhook(sink), pt.ZaloText(fmt.Sprint(i%50+1), fmt.Sprint("m", i), fmt.Sprint("tin ", i))).Code
	})
	if n := len(sink.Arrived()); n != 2000 || sink.Copies() != 8000 {
		t.Errorf("%d taken in, %d copies", n, sink.Copies())
	}
	for range 1000 {
		p.Deliver(c.Webhook(sink), pt.ZaloText("1", "m0", "tin 0"))
	}
	if n := len(sink.Arrived()); n != 2000 {
		t.Errorf("after a replay %d", n)
	}
}

func TestWhatIsReadOfAnEvent(t *testing.T) {
	base := intake.Arrived{Channel: AccountName, ExtID: "m1", Who: "77", Address: intake.Address(`{"w":"77","m":"m1"}`), Kind: intake.KindMessage, At: time.UnixMilli(1763800000123)}
	with := func(change func(*intake.Arrived)) *intake.Arrived {
		a := base
		change(&a)
		return &a
	}
	media := func(kind intake.MediaKind, mime, ref string, size int64) func(*intake.Arrived) {
		return func(a *intake.Arrived) {
			a.Media = []intake.Media{{Kind: kind, Type: mime, Ref: []byte(ref), Size: size}}
		}
	}
	same := func(*intake.Arrived) {}
	for name, want := range map[string]*intake.Arrived{
		"user_send_text": with(func(a *intake.Arrived) { a.Text, a.ReplyTo = "nước chanh chữa bệnh", "zalo-sent-000001" }),
		"user_send_image": with(func(a *intake.Arrived) {
			media(intake.MediaPicture, "image/jpeg", "https://f20-zpc.zdn.vn/jpg/1.jpg", 0)(a)
			a.Text = "ảnh này thật không"
		}),
		"user_send_gif":     with(media(intake.MediaPicture, "image/gif", "https://f20-zpc.zdn.vn/gif/1.gif", 0)),
		"user_send_audio":   with(media(intake.MediaVoice, "audio/mpeg", "https://voice.zdn.vn/1.m4a", 0)),
		"user_send_video":   with(media(intake.MediaVideo, "video/mp4", "https://video.zdn.vn/1.mp4", 0)),
		"user_send_file":    with(media(intake.MediaDocument, "application/pdf", "https://f8.zdn.vn/2", 4000)),
		"user_send_link":    with(func(a *intake.Arrived) { a.Text, a.Links = "xem", []string{"https://tin.example/bai"} }),
		"user_send_sticker": with(same), "user_send_location": with(same), "user_send_business_card": with(same), "user_send_hologram": with(same),
		"user_submit_info": nil, "user_reacted_message": nil, "anonymous_send_text": nil, "oa_send_text": nil,
	} {
		var e event
		if err := json.Unmarshal([]byte(pt.ZaloEvent(name, "77", "m1", pt.ZaloMessages()[name])), &e); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got, err := e.read()
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || d != "" {
			t.Errorf("%s: %v %s", name, err, d)
		}
	}
	for body, want := range map[string]*intake.Arrived{
		pt.ZaloText("77", "m1", "#soi:pick:2"): with(func(a *intake.Arrived) { a.Kind, a.Data = intake.KindPress, "pick:2" }),
		pt.ZaloText("77", "m1", "#soi:"):       with(func(a *intake.Arrived) { a.Text = "#soi:" }),
		pt.ZaloFollow("follow", "77"): with(func(a *intake.Arrived) {
			a.Kind, a.ExtID, a.Address = intake.KindStart, "follow 77 "+pt.ZaloTime, intake.Address(`{"w":"77"}`)
		}),
		pt.ZaloFollow("unfollow", "77"): with(func(a *intake.Arrived) {
			a.Kind, a.ExtID, a.Address = intake.KindLeft, "unfollow 77 "+pt.ZaloTime, intake.Address(`{"w":"77"}`)
		}),
	} {
		var e event
		if err := json.Unmarshal([]byte(body), &e); err != nil {
			t.Fatal(err)
		}
		got, err := e.read()
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || d != "" {
			t.Errorf("%s: %v %s", body, err, d)
		}
	}
}

func TestNoCanaryComesOut(t *testing.T) {
	p := pt.NewZaloAccount(t)
	sink := &pt.Sink{}
	c, logged := open(t, p, sink, nil)
	i := 0
	for name, message := range pt.ZaloMessages() {
		i++
		if w := p.Deliver(c.Webhook(sink), pt.ZaloEvent(name, "77", fmt.Sprint("m", i), message)); w.Code != 200 {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	for _, body := range []string{pt.ZaloFollow("follow", "77"), pt.ZaloFollow("unfollow", "77"), pt.ZaloSeen("user_seen_message", "ours")} {
		if w := p.Deliver(c.Webhook(sink), body); w.Code != 200 {
			t.Errorf("%s: %d", body, w.Code)
		}
	}
	if _, ok := sink.Statuses()["zalo ours"]; !ok || len(sink.Arrived()) != i-4+2 {
		t.Fatalf("%d taken in, statuses %v", len(sink.Arrived()), sink.Statuses())
	}
	all := logged.String()
	for _, a := range sink.Arrived() {
		all += pt.Everything(a) + fmt.Sprintf("%v %+v", a, a)
	}
	for _, canary := range pt.Canaries() {
		if strings.Contains(all, canary) {
			t.Errorf("%q came out", canary)
		}
	}
}

func TestEventsAreAcknowledgedOnlyWhenStored(t *testing.T) {
	p := pt.NewZaloAccount(t)
	sink := &pt.Sink{Refuse: func(intake.Arrived) error { return errors.New("disk full") }}
	c, _ := open(t, p, sink, nil)
	if w := p.Deliver(c.Webhook(sink), pt.ZaloText("77", "m1", "tin")); w.Code != 503 {
		t.Errorf("not stored, yet %d", w.Code)
	}
	sink.Refuse = func(intake.Arrived) error { return intake.ErrUnusable }
	if w := p.Deliver(c.Webhook(sink), pt.ZaloText("77", "m1", "tin")); w.Code != 200 {
		t.Errorf("unusable: %d", w.Code)
	}
	if w := p.Deliver(c.Webhook(sink), `{"a":[],"timestamp":"`+pt.ZaloTime+`"}]`); w.Code != 200 {
		t.Errorf("broken but authentic: %d", w.Code)
	}
	if w := p.Deliver(c.Webhook(sink), pt.ZaloEvent("user_send_text", "", "m2", `"text":"tin"`)); w.Code != 200 {
		t.Errorf("from nobody: %d", w.Code)
	}
	if d := cmp.Diff([]string{"unusable", "bad-json", "unusable"}, sink.Quarantined()); d != "" {
		t.Error(d)
	}
}

func TestSendTiesTheAnswerToTheMessage(t *testing.T) {
	p := pt.NewZaloAccount(t)
	to := place{"77", "m1"}.address()
	for reply, want := range map[string]pt.Sent{
		"": {To: "77", Reply: "m1"}, ReplyByBoth: {To: "77", Reply: "m1"}, ReplyByMessage: {To: "", Reply: "m1"}, ReplyByPerson: {To: "77"}, ReplyByQuote: {To: "77", Reply: "m1"},
	} {
		sink := &pt.Sink{}
		c, _ := open(t, p, sink, func(c *AccountConfig) { c.ReplyBy, c.Refresh = reply, p.Consent() })
		got, err := c.Send(context.Background(), to, intake.Outgoing{Text: strings.Repeat("dài 🟥 ", 1000), Buttons: []intake.Button{{Label: "Có", Data: "yes:1"}}})
		sent := p.Sent()
		last := sent[len(sent)-1]
		if err != nil || got.ID != last.ID || last.To != want.To || last.Reply != want.Reply || cmp.Diff([]string{"#soi:yes:1"}, last.Buttons) != "" {
			t.Errorf("%q: %v %+v", reply, err, last)
		}
	}
	sink := &pt.Sink{}
	c, _ := open(t, p, sink, func(c *AccountConfig) { c.Refresh = p.Consent() })
	fresh := place{"77", "m9"}.address()
	for i := range 9 {
		_, err := c.Send(context.Background(), fresh, intake.Outgoing{Text: "a"})
		if (i < 8) != (err == nil) || i == 8 && !errors.Is(err, intake.ErrWindow) {
			t.Errorf("answer %d: %v", i+1, err)
		}
	}
	if _, err := c.Send(context.Background(), intake.Address("x"), intake.Outgoing{Text: "a"}); !errors.Is(err, intake.ErrGone) {
		t.Errorf("no address: %v", err)
	}
}

func TestErrorNumbers(t *testing.T) {
	p := pt.NewZaloAccount(t)
	sink := &pt.Sink{}
	c, _ := open(t, p, sink, nil)
	send := func() error {
		_, err := c.Send(context.Background(), place{"77", "m1"}.address(), intake.Outgoing{Text: "a"})
		return err
	}
	for n, want := range map[int]error{-213: intake.ErrGone, -227: intake.ErrGone, -230: intake.ErrWindow, -211: intake.ErrWindow, -201: intake.ErrRefused, -210: intake.ErrRefused,
		-224: intake.ErrAuth, -221: intake.ErrAuth, -200: intake.ErrTemporary, -9999: intake.ErrTemporary} {
		p.Fail(pt.Fault{Method: "message", Status: 200, Body: fmt.Sprintf(`{"error":%d,"message":"canary-title"}`, n)})
		if err := send(); !errors.Is(err, want) || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "77") {
			t.Errorf("%d: %v", n, err)
		}
	}
	var limited *intake.RateLimitedError
	p.Fail(pt.Fault{Method: "message", Status: 200, Body: `{"error":-32,"message":"limit"}`})
	if err := send(); !errors.As(err, &limited) {
		t.Errorf("-32: %v", err)
	}
	for status, want := range map[int]error{500: intake.ErrUnknown, 200: intake.ErrUnknown, 403: intake.ErrAuth} {
		p.Fail(pt.Fault{Method: "message", Status: status, Body: `<html>`})
		if err := send(); !errors.Is(err, want) {
			t.Errorf("status %d: %v", status, err)
		}
	}
}

// Tokens change with every use: the new ones are kept, sealed, before anything
// else, and one that ended between two calls is replaced on the way.
func TestTokensAreRenewedAndKeptSealed(t *testing.T) {
	p := pt.NewZaloAccount(t)
	sink := &pt.Sink{}
	now := time.Now()
	clock := func(c *AccountConfig) { c.Now = func() time.Time { return now } }
	c, logged := open(t, p, sink, clock)
	send := func(c *Account) error {
		_, err := c.Send(context.Background(), place{"77", "m1"}.address(), intake.Outgoing{Text: "a"})
		return err
	}
	if err := errors.Join(send(c), send(c)); err != nil || p.Calls("access_token") != 1 {
		t.Fatalf("%v, %d times", err, p.Calls("access_token"))
	}
	kept, err := sink.Mark(context.Background(), AccountName, markTokens)
	if err != nil || kept == "" || strings.Contains(kept, "canary") || strings.Contains(logged.String(), "canary") {
		t.Errorf("kept %q %v, log %s", kept, err, logged)
	}
	p.Expire()
	if err := send(c); err != nil || p.Calls("access_token") != 2 {
		t.Errorf("ended: %v, %d times", err, p.Calls("access_token"))
	}
	// A program that starts anew, with the first refresh token still in its settings, goes on with the kept ones.
	again, _ := open(t, p, sink, clock)
	if err := send(again); err != nil || p.Calls("access_token") != 2 {
		t.Errorf("restart: %v, %d times", err, p.Calls("access_token"))
	}
	now = now.Add(25 * time.Hour)
	if err := send(again); err != nil || p.Calls("access_token") != 3 {
		t.Errorf("a day later: %v, %d times", err, p.Calls("access_token"))
	}
	// The first program learns of tokens that the other got.
	if err := send(c); err != nil || p.Calls("access_token") != 3 {
		t.Errorf("the other program: %v, %d times", err, p.Calls("access_token"))
	}
	// A new consent in the settings replaces what is kept; another key cannot read it.
	consent := p.Consent()
	p.Expire()
	third, _ := open(t, p, sink, func(c *AccountConfig) { clock(c); c.Refresh = consent })
	if err := send(third); err != nil {
		t.Errorf("new consent: %v", err)
	}
	other, _ := open(t, p, sink, func(c *AccountConfig) { clock(c); c.Key, c.Refresh = []byte("fedcba9876543210fedcba9876543210"), "" })
	if err := send(other); !errors.Is(err, intake.ErrAuth) {
		t.Errorf("another key: %v", err)
	}
}

func TestTokenTroubles(t *testing.T) {
	p := pt.NewZaloAccount(t)
	sink := &pt.Sink{}
	used, _ := open(t, p, sink, func(c *AccountConfig) { c.Refresh = "used-long-ago" })
	if _, err := used.access(context.Background(), ""); !errors.Is(err, intake.ErrAuth) || strings.Contains(err.Error(), "used-long-ago") {
		t.Errorf("used: %v", err)
	}
	if found := used.Probe(context.Background()); len(found) != 1 || found[0].OK || !strings.Contains(found[0].En, "consent") {
		t.Errorf("%+v", found)
	}
	c, _ := open(t, p, sink, nil)
	p.Fail(pt.Fault{Method: "access_token", Status: 502, Body: `<html>`})
	if _, err := c.access(context.Background(), ""); !errors.Is(err, intake.ErrTemporary) {
		t.Errorf("502: %v", err)
	}
	// What could not be kept is kept the next time.
	marks := &failing{Sink: sink, times: 1}
	late, logged := open(t, p, marks, nil)
	if _, err := late.access(context.Background(), ""); err != nil || !strings.Contains(logged.String(), "could not be kept") {
		t.Errorf("%v %s", err, logged)
	}
	if _, err := late.access(context.Background(), ""); err != nil || !late.saved {
		t.Errorf("%v", err)
	}
	after, _ := open(t, p, sink, nil)
	if _, err := after.access(context.Background(), ""); err != nil || p.Calls("access_token") != 4 {
		t.Errorf("%v, %d times", err, p.Calls("access_token"))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := after.Run(ctx, sink); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// failing is a place that takes nothing for a while.
type failing struct {
	*pt.Sink
	times int
}

func (f *failing) SetMark(ctx context.Context, channel, name, value string) error {
	if f.times--; f.times >= 0 {
		return errors.New("disk full")
	}
	return f.Sink.SetMark(ctx, channel, name, value)
}

func TestOpenStaysAtThePlatform(t *testing.T) {
	p := pt.NewZaloAccount(t)
	sink := &pt.Sink{}
	c, _ := open(t, p, sink, nil)
	body, size, err := c.Open(context.Background(), []byte(p.File("1.jpg", []byte("picture"))))
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(body); err != nil || string(b) != "picture" || size != 7 {
		t.Errorf("%q %v", b, err)
	}
	for _, address := range []string{p.URL + "/files/none", "https://evil.example/a.jpg", "http://169.254.169.254/", "file:///etc/passwd", "https://zdn.vn.evil.example/"} {
		if _, _, err := c.Open(context.Background(), []byte(address)); !errors.Is(err, intake.ErrGone) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestNewAccountRefuses(t *testing.T) {
	p := pt.NewZaloAccount(t)
	for name, change := range map[string]func(*AccountConfig){
		"app": func(c *AccountConfig) { c.App = "my app" }, "account": func(c *AccountConfig) { c.Account = "" }, "secret": func(c *AccountConfig) { c.AppSecret = "" },
		"oa": func(c *AccountConfig) { c.OASecret = "" }, "reply": func(c *AccountConfig) { c.ReplyBy = "always" }, "key": func(c *AccountConfig) { c.Key = nil },
		"marks": func(c *AccountConfig) { c.Marks = nil }, "base": func(c *AccountConfig) { c.Base = "http://api.example" }, "auth": func(c *AccountConfig) { c.Auth = "ftp://x" },
	} {
		c := settings(p, &pt.Sink{})
		change(&c)
		if _, err := NewAccount(c); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := settings(p, &pt.Sink{})
	c.NoButtons = true
	if a, err := NewAccount(c); err != nil || a.Limits().Buttons != 0 || a.Limits().PerWindow != 8 || a.Limits().Window != 48*time.Hour {
		t.Errorf("%v", err)
	}
}
