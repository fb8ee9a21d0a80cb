package telegram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"soi/internal/intake"
	"soi/internal/intake/platformtest"
)

const secret = "canary-webhook-secret_0123456789"

// open makes a channel that speaks to p; webhook chooses the webhook.
func open(t testing.TB, p *platformtest.Telegram, webhook bool) (*Channel, *strings.Builder) {
	t.Helper()
	var logged strings.Builder
	var mu sync.Mutex
	config := Config{Token: platformtest.TelegramToken, Base: p.URL, Log: slog.New(slog.NewTextHandler(lockedWriter{&mu, &logged}, nil))}
	if webhook {
		config.Secret, config.WebhookURL = secret, "https://desk.example/hook/telegram"
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c, &logged
}

type lockedWriter struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

// run polls until done says so, and returns Run's error.
func run(t *testing.T, c *Channel, sink intake.Sink, done func() bool) error {
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

func TestPollTakesInEachUpdateOnce(t *testing.T) {
	p := platformtest.NewTelegram(t)
	c, _ := open(t, p, false)
	for i := range int64(250) {
		p.Add(platformtest.TelegramText(1000+i, 4242, i, fmt.Sprintf("tin số %d", i)))
	}
	sink := &platformtest.Sink{}
	_ = run(t, c, sink, func() bool { return p.Waiting() == 0 })
	if n := len(sink.Arrived()); n != 250 || sink.Copies() != 0 {
		t.Errorf("%d taken in, %d copies", n, sink.Copies())
	}
	mark, err := sink.Mark(context.Background(), Name, "offset.700100200")
	if err != nil || !strings.HasPrefix(mark, "1250 ") {
		t.Errorf("mark %q %v", mark, err)
	}
}

// The position moves only when the sink has stored an update: what it refuses
// comes again, in order, and nothing is confirmed to the platform before.
func TestPollConfirmsOnlyWhatIsStored(t *testing.T) {
	p := platformtest.NewTelegram(t)
	c, _ := open(t, p, false)
	for i := range int64(5) {
		p.Add(platformtest.TelegramText(1000+i, 4242, i, fmt.Sprint("tin ", i)))
	}
	full := true
	sink := &platformtest.Sink{Refuse: func(a intake.Arrived) error {
		if full && a.Text == "tin 3" {
			return errors.New("disk full")
		}
		return nil
	}}
	if err := run(t, c, sink, func() bool { return false }); err == nil || len(sink.Arrived()) != 3 {
		t.Fatalf("%v, %d taken in", err, len(sink.Arrived()))
	}
	if p.Waiting() < 2 {
		t.Errorf("confirmed to the platform although not stored: %d wait", p.Waiting())
	}
	full = false
	_ = run(t, c, sink, func() bool { return p.Waiting() == 0 })
	if n := len(sink.Arrived()); n != 5 || sink.Copies() != 0 {
		t.Errorf("%d taken in, %d copies", n, sink.Copies())
	}
	// A program that starts anew goes on from the mark.
	other, _ := open(t, p, false)
	p.Add(platformtest.TelegramText(1005, 4242, 9, "tin 9"))
	_ = run(t, other, sink, func() bool { return p.Waiting() == 0 })
	if n := len(sink.Arrived()); n != 6 || sink.Copies() != 0 {
		t.Errorf("after a restart: %d taken in, %d copies", n, sink.Copies())
	}
}

// After a week of silence the platform numbers anew: an old position is not used.
func TestPollForgetsAnOldPosition(t *testing.T) {
	p := platformtest.NewTelegram(t)
	c, _ := open(t, p, false)
	sink := &platformtest.Sink{}
	old := time.Now().Add(-8 * 24 * time.Hour).UTC().Format(time.DateOnly)
	if err := sink.SetMark(context.Background(), Name, "offset.700100200", "5000 "+old); err != nil {
		t.Fatal(err)
	}
	p.Add(platformtest.TelegramText(77, 4242, 1, "tin mới"))
	_ = run(t, c, sink, func() bool { return p.Waiting() == 0 })
	if len(sink.Arrived()) != 1 {
		t.Error("an update with a lower number was missed")
	}
}

func TestPollPutsAsideWhatItCannotRead(t *testing.T) {
	p := platformtest.NewTelegram(t)
	c, _ := open(t, p, false)
	p.Add(`{"update_id":1,"message":{"message_id":"many","chat":[]}}`, `{"update_id":2}`, `{"update_id":3,"poll":{"id":"1"}}`, platformtest.TelegramText(4, 4242, 1, "tin"))
	sink := &platformtest.Sink{}
	_ = run(t, c, sink, func() bool { return p.Waiting() == 0 })
	if len(sink.Arrived()) != 1 || cmp.Diff([]string{"bad-json"}, sink.Quarantined()) != "" {
		t.Errorf("%d taken in, put aside %v", len(sink.Arrived()), sink.Quarantined())
	}
}

func TestUnusableIsPutAside(t *testing.T) {
	p := platformtest.NewTelegram(t)
	c, _ := open(t, p, true)
	sink := &platformtest.Sink{Refuse: func(intake.Arrived) error { return fmt.Errorf("%w: too long", intake.ErrUnusable) }}
	if w := p.Deliver(c.Webhook(sink), secret, platformtest.TelegramText(1, 4242, 1, "tin")); w.Code != 200 || len(sink.Quarantined()) != 1 {
		t.Errorf("%d, put aside %v", w.Code, sink.Quarantined())
	}
}

func TestPollErrors(t *testing.T) {
	for body, want := range map[string]error{
		`{"ok":false,"error_code":401,"description":"Unauthorized"}`:                                     intake.ErrAuth,
		`{"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates request"}`: intake.ErrTemporary,
		`{"ok":false,"error_code":500,"description":"Internal Server Error"}`:                            intake.ErrUnknown,
		`<html>bad gateway</html>`: intake.ErrUnknown,
	} {
		p := platformtest.NewTelegram(t)
		c, _ := open(t, p, false)
		p.Fail(platformtest.Fault{Method: "getUpdates", Status: 502, Body: body})
		if err := run(t, c, &platformtest.Sink{}, func() bool { return false }); !errors.Is(err, want) || strings.Contains(err.Error(), "AAE-") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestWebhookIsSetAndTakesDeliveries(t *testing.T) {
	p := platformtest.NewTelegram(t)
	c, _ := open(t, p, true)
	sink := &platformtest.Sink{}
	_ = run(t, c, sink, func() bool { there, _ := p.Webhook(); return there != "" })
	there, given := p.Webhook()
	if there != "https://desk.example/hook/telegram" || given != secret {
		t.Errorf("webhook %s", there)
	}
	h := c.Webhook(sink)
	first := p.Deliver(h, given, platformtest.TelegramText(1, 4242, 1, "tin"))
	for range 999 { // replay
		if again := p.Deliver(h, given, platformtest.TelegramText(1, 4242, 1, "tin")); again.Code != 200 || again.Body.String() != first.Body.String() {
			t.Fatalf("a copy was answered %d %q", again.Code, again.Body)
		}
	}
	if first.Code != 200 || len(sink.Arrived()) != 1 {
		t.Errorf("%d, %d taken in", first.Code, len(sink.Arrived()))
	}
	if w := p.Deliver(h, given, platformtest.TelegramPress(2, 4242, "yes:1")); w.Code != 200 || w.Body.String() != `{"callback_query_id":"press-2","method":"answerCallbackQuery"}` {
		t.Errorf("press: %d %s", w.Code, w.Body)
	}
	if w := p.Deliver(h, given, `{"update_id":3,"message":"?"`); w.Code != 200 || len(sink.Quarantined()) != 1 {
		t.Errorf("broken: %d %v", w.Code, sink.Quarantined())
	}
	sink.Refuse = func(intake.Arrived) error { return errors.New("disk full") }
	if w := p.Deliver(h, given, platformtest.TelegramText(4, 4242, 4, "tin")); w.Code != 503 {
		t.Errorf("not stored, yet %d", w.Code)
	}
}

// T9: eighteen requests of somebody who does not know the secret, or of somebody
// who found it but not the way.
func TestForgedRequestsAreRefused(t *testing.T) {
	p := platformtest.NewTelegram(t)
	c, logged := open(t, p, true)
	sink := &platformtest.Sink{}
	body := platformtest.TelegramText(1, 4242, 1, "tin giả mạo")
	ask := func(name, method, path, content string, header map[string][]string) platformtest.Forgery {
		return platformtest.Forge(name, method, path, content, header)
	}
	const h = "X-Telegram-Bot-Api-Secret-Token"
	one := func(name, value string) platformtest.Forgery {
		return ask(name, "POST", "/hook/telegram", body, map[string][]string{h: {value}})
	}
	right := map[string][]string{h: {secret}}
	chunked := one("chunked, wrong secret", "wrong-secret-0123456789")
	chunked.Request.ContentLength, chunked.Request.TransferEncoding = -1, []string{"chunked"}
	packed := ask("packed body", "POST", "/hook/telegram", platformtest.Gzip(body), map[string][]string{h: {secret}, "Content-Encoding": {"gzip"}})
	platformtest.Refused(t, c.Webhook(sink), sink, 18, []platformtest.Forgery{
		ask("no header", "POST", "/hook/telegram", body, nil),
		one("empty", ""), one("wrong", "wrong-secret-0123456789"), one("capitals", strings.ToUpper(secret)),
		one("truncated", secret[:len(secret)-1]), one("longer", secret+"x"), one("space before", " "+secret),
		ask("right and wrong", "POST", "/hook/telegram", body, map[string][]string{h: {secret, "wrong"}}),
		ask("right twice", "POST", "/hook/telegram", body, map[string][]string{h: {secret, secret}}),
		ask("in the address", "POST", "/hook/telegram?secret_token="+secret, body, nil),
		ask("in another header", "POST", "/hook/telegram", body, map[string][]string{"X-Bot-Api-Secret-Token": {secret}}),
		one("another bot's", "another-desk-secret-0123456789"), one("the bot's token", platformtest.TelegramToken),
		ask("GET with a body", "GET", "/hook/telegram", body, right), ask("another path", "POST", "/hook/telegram/"+secret, body, right),
		packed, ask("10 MiB", "POST", "/hook/telegram", strings.Repeat(" ", 10<<20)+body, right), chunked,
	})
	if logged.String() != "" {
		t.Errorf("a forged request wrote to the log: %s", logged)
	}
	unset, _ := open(t, p, false)
	platformtest.Refused(t, unset.Webhook(sink), sink, 1, []platformtest.Forgery{one("no webhook, empty secret", "")})
}

func TestWhatIsReadOfAMessage(t *testing.T) {
	at := time.Unix(1763800000, 0)
	base := intake.Arrived{Channel: Name, ExtID: "m4242/7", Who: "4242", Address: intake.Address("4242"), Kind: intake.KindMessage, Lang: "vi", At: at}
	with := func(change func(*intake.Arrived)) *intake.Arrived {
		a := base
		change(&a)
		return &a
	}
	body := platformtest.TelegramBodies()
	msg := func(content string) string { return platformtest.TelegramMessage(1, 4242, 7, content) }
	media := func(kind intake.MediaKind, mime, ref string, size, length int64) []intake.Media {
		return []intake.Media{{Kind: kind, Type: mime, Ref: []byte(ref), Size: size, Length: time.Duration(length) * time.Second}}
	}
	for name, tc := range map[string]struct {
		update string
		want   *intake.Arrived
	}{
		"text":  {platformtest.TelegramText(1, 4242, 7, "nước chanh"), with(func(a *intake.Arrived) { a.Text = "nước chanh" })},
		"start": {msg(`"text":"/start abc"`), with(func(a *intake.Arrived) { a.Kind = intake.KindStart })},
		"stop":  {msg(`"text":"/stop"`), with(func(a *intake.Arrived) { a.Text = "/stop" })},
		"photo": {msg(body["photo"]), with(func(a *intake.Arrived) {
			a.Text, a.Group, a.Links = "ảnh này thật không", "137", []string{"https://tin.example/anh"}
			a.Media = media(intake.MediaPicture, "image/jpeg", "large", 90000, 0)
		})},
		"document": {msg(body["document"]), with(func(a *intake.Arrived) { a.Media = media(intake.MediaDocument, "application/pdf", "doc1", 4000, 0) })},
		"audio":    {msg(body["audio"]), with(func(a *intake.Arrived) { a.Media = media(intake.MediaVoice, "audio/mpeg", "aud1", 5000, 61) })},
		"voice":    {msg(body["voice"]), with(func(a *intake.Arrived) { a.Media = media(intake.MediaVoice, "audio/ogg", "voc1", 600, 7) })},
		"video": {msg(body["video"]), with(func(a *intake.Arrived) {
			a.Text, a.Media = "xem đi", media(intake.MediaVideo, "video/mp4", "vid1", 70000, 12)
		})},
		"location": {msg(body["location"]), with(func(*intake.Arrived) {})},
		"mention":  {msg(body["mention"]), with(func(a *intake.Arrived) { a.Text, a.Links = "hỏi bạn ấy xem", []string{"https://tin.example/bai"} })},
		"reply":    {msg(body["reply"]), with(func(a *intake.Arrived) { a.Text, a.ReplyTo = "vẫn chưa rõ", "4242/9001" })},
		"edit": {platformtest.TelegramEdit(9, 4242, 7, "nước cam"), with(func(a *intake.Arrived) {
			a.Kind, a.ExtID, a.Of, a.Text, a.At = intake.KindEdit, "e9", "m4242/7", "nước cam", time.Unix(1763800060, 0)
		})},
		"press": {platformtest.TelegramPress(9, 4242, "pick:2"), with(func(a *intake.Arrived) {
			a.Kind, a.ExtID, a.Data, a.ReplyTo, a.At = intake.KindPress, "p9", "pick:2", "4242/9001", time.Time{}
		})},
		"blocked": {platformtest.TelegramMember(9, 4242, "private", "kicked"), with(func(a *intake.Arrived) { a.Kind, a.ExtID, a.Lang, a.At = intake.KindLeft, "l9", "", time.Time{} })},
		"let in":  {platformtest.TelegramMember(9, 4242, "private", "member"), nil},
		"group":   {strings.Replace(platformtest.TelegramText(1, 4242, 7, "tin"), `"type":"private"`, `"type":"group"`, 1), nil},
		"channel": {`{"update_id":1,"channel_post":{"message_id":1,"chat":{"id":-1,"type":"channel"},"text":"tin"}}`, nil},
		"bot":     {strings.Replace(platformtest.TelegramText(1, 4242, 7, "tin"), `"is_bot":false`, `"is_bot":true`, 1), nil},
	} {
		_, got, err := read([]byte(tc.update))
		if d := cmp.Diff(tc.want, got.arrived, cmpopts.EquateEmpty()); err != nil || d != "" {
			t.Errorf("%s: %v %s", name, err, d)
		}
	}
}

// Of a forwarded message only that it was one.
func TestForwards(t *testing.T) {
	for _, origin := range platformtest.TelegramForwards() {
		_, got, err := read([]byte(platformtest.TelegramMessage(1, 4242, 7, origin+`"text":"/start chuyển tiếp"`)))
		if err != nil || !got.arrived.Forwarded || got.arrived.Kind != intake.KindMessage {
			t.Errorf("%s: %+v %v", origin, got.arrived, err)
		}
	}
}

func TestNoCanaryComesOut(t *testing.T) {
	p := platformtest.NewTelegram(t)
	c, logged := open(t, p, true)
	sink := &platformtest.Sink{}
	h := c.Webhook(sink)
	id := int64(0)
	deliver := func(update string) {
		if w := p.Deliver(h, secret, update); w.Code != 200 {
			t.Errorf("%d for %s", w.Code, update)
		}
	}
	for _, body := range platformtest.TelegramBodies() {
		for _, origin := range append(platformtest.TelegramForwards(), "") {
			id++
			deliver(platformtest.TelegramMessage(id, 4242, id, origin+body))
		}
	}
	deliver(platformtest.TelegramEdit(id+1, 4242, 1, "sửa"))
	deliver(platformtest.TelegramPress(id+2, 4242, "yes"))
	deliver(platformtest.TelegramMember(id+3, 4242, "private", "kicked"))
	deliver(platformtest.TelegramMember(id+4, -4242, "supergroup", "member"))
	if int64(len(sink.Arrived())) != id+3 {
		t.Fatalf("%d of %d taken in", len(sink.Arrived()), id+3)
	}
	all := logged.String()
	for _, a := range sink.Arrived() {
		all += platformtest.Everything(a) + fmt.Sprintf("%v %+v %#v", a, a, a.Address)
	}
	for _, canary := range platformtest.Canaries() {
		if strings.Contains(all, canary) {
			t.Errorf("%q came out", canary)
		}
	}
	if strings.Contains(fmt.Sprintf("%+v", sink.Arrived()), "4242 ") {
		t.Error("printing a delivery prints who asked")
	}
}

func TestGroupsAreLeft(t *testing.T) {
	p := platformtest.NewTelegram(t)
	c, _ := open(t, p, false)
	sink := &platformtest.Sink{}
	p.Add(platformtest.TelegramMember(1, -100200, "supergroup", "member"))
	_ = run(t, c, sink, func() bool { return p.Waiting() == 0 })
	if p.Calls("leaveChat") != 1 || len(p.Sent()) != 1 || len(sink.Arrived()) != 0 {
		t.Errorf("%d left, %d said, %d taken in", p.Calls("leaveChat"), len(p.Sent()), len(sink.Arrived()))
	}
}

func TestSend(t *testing.T) {
	p := platformtest.NewTelegram(t)
	c, _ := open(t, p, false)
	ctx := context.Background()
	got, err := c.Send(ctx, intake.Address("4242"), intake.Outgoing{Text: strings.Repeat("dài 🟥 ", 2000), Buttons: []intake.Button{{Label: "Có", Data: "yes:1"}, {Label: "Không", Data: "no:1"}}})
	sent := p.Sent()
	if err != nil || len(sent) != 1 || got.ID != sent[0].ID || !strings.HasSuffix(sent[0].Text, "…") {
		t.Fatalf("%v %v", got, err)
	}
	if d := cmp.Diff([]string{"yes:1", "no:1"}, sent[0].Buttons); d != "" {
		t.Error(d)
	}
	var limited *intake.RateLimitedError
	p.Fail(platformtest.Fault{Method: "sendMessage", Status: 429, Body: `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 17","parameters":{"retry_after":17}}`})
	if _, err := c.Send(ctx, intake.Address("4242"), intake.Outgoing{Text: "a"}); !errors.As(err, &limited) || limited.After != 17*time.Second {
		t.Errorf("429: %v", err)
	}
	for status, want := range map[int]error{403: intake.ErrGone, 400: intake.ErrRefused, 401: intake.ErrAuth, 404: intake.ErrAuth, 500: intake.ErrUnknown, 502: intake.ErrUnknown} {
		p.Fail(platformtest.Fault{Method: "sendMessage", Status: status, Body: fmt.Sprintf(`{"ok":false,"error_code":%d,"description":"x"}`, status)})
		if _, err := c.Send(ctx, intake.Address("4242"), intake.Outgoing{Text: "a"}); !errors.Is(err, want) || strings.Contains(err.Error(), "4242") || strings.Contains(err.Error(), "AAE-") {
			t.Errorf("%d: %v", status, err)
		}
	}
	if _, err := c.Send(ctx, intake.Address("x"), intake.Outgoing{Text: "a"}); !errors.Is(err, intake.ErrGone) {
		t.Errorf("no address: %v", err)
	}
	soon, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	p.Fail(platformtest.Fault{Method: "sendMessage", Status: 200, Delay: time.Minute, Done: true})
	if _, err := c.Send(soon, intake.Address("4242"), intake.Outgoing{Text: "a"}); !errors.Is(err, intake.ErrUnknown) {
		t.Errorf("no answer: %v", err)
	}
	gone, err := New(Config{Token: platformtest.TelegramToken, Base: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gone.Send(ctx, intake.Address("4242"), intake.Outgoing{Text: "a"}); !errors.Is(err, intake.ErrTemporary) {
		t.Errorf("nobody there: %v", err)
	}
}

func TestOpen(t *testing.T) {
	p := platformtest.NewTelegram(t)
	c, _ := open(t, p, false)
	p.File("large", []byte("picture"))
	body, size, err := c.Open(context.Background(), []byte("large"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(body)
	if err != nil || string(b) != "picture" || size != 7 || body.Close() != nil {
		t.Errorf("%q %d %v", b, size, err)
	}
	if _, _, err := c.Open(context.Background(), []byte("unknown")); !errors.Is(err, intake.ErrGone) {
		t.Errorf("unknown: %v", err)
	}
	for _, path := range []string{"../../secret", "a?b", "%2e%2e/x", ""} {
		p.Fail(platformtest.Fault{Method: "getFile", Status: 200, Body: fmt.Sprintf(`{"ok":true,"result":{"file_path":%q}}`, path)})
		if _, _, err := c.Open(context.Background(), []byte("large")); !errors.Is(err, intake.ErrGone) {
			t.Errorf("%q: %v", path, err)
		}
	}
	p.Fail(platformtest.Fault{Method: "getFile", Status: 429, Body: `{"ok":false,"error_code":429}`})
	if _, _, err := c.Open(context.Background(), []byte("large")); err == nil || errors.Is(err, intake.ErrGone) {
		t.Errorf("rate: %v", err)
	}
}

func TestProbe(t *testing.T) {
	p := platformtest.NewTelegram(t)
	c, _ := open(t, p, false)
	if found := c.Probe(context.Background()); len(found) != 1 || !found[0].OK {
		t.Errorf("%+v", found)
	}
	p.Fail(platformtest.Fault{Method: "getMe", Status: 401, Body: `{"ok":false,"error_code":401}`})
	if found := c.Probe(context.Background()); len(found) != 1 || found[0].OK || !strings.Contains(found[0].En, "token") || strings.Contains(found[0].En+found[0].Vi, "AAE-") {
		t.Errorf("%+v", found)
	}
	other, _ := open(t, p, true)
	if found := other.Probe(context.Background()); len(found) != 2 || found[1].OK {
		t.Errorf("webhook not set: %+v", found)
	}
	p.Fail(platformtest.Fault{Method: "getMe", Status: 502, Body: `bad`})
	if found := c.Probe(context.Background()); len(found) != 1 || found[0].OK || found[0].Vi == "" {
		t.Errorf("%+v", found)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, c := range map[string]Config{
		"no token":     {},
		"odd token":    {Token: "abc:def"},
		"short secret": {Token: platformtest.TelegramToken, Secret: "short", WebhookURL: "https://desk.example/hook/telegram"},
		"no hook":      {Token: platformtest.TelegramToken, Secret: secret},
		"plain hook":   {Token: platformtest.TelegramToken, Secret: secret, WebhookURL: "http://desk.example/hook/telegram"},
		"plain base":   {Token: platformtest.TelegramToken, Base: "http://api.example"},
	} {
		if _, err := New(c); err == nil || strings.Contains(err.Error(), "AAE-") {
			t.Errorf("%s: %v", name, err)
		}
	}
	var _ http.Handler = (&Channel{}).Webhook(nil)
}

// T3 on this channel's own ground: 2,000 messages, each delivered five times by
// eight workers in any order.
func TestManyCopiesInAnyOrder(t *testing.T) {
	p := platformtest.NewTelegram(t)
	c, _ := open(t, p, true)
	sink := &platformtest.Sink{}
	platformtest.Copies(t, 2000, 5, 8, func(i int) int {
		return p.Deliver(c.Webhook(sink), secret, platformtest.TelegramText(int64(i+1), int64(4000+i%50), int64(i), fmt.Sprint("tin ", i))).Code
	})
	if n := len(sink.Arrived()); n != 2000 || sink.Copies() != 8000 {
		t.Errorf("%d taken in, %d copies", n, sink.Copies())
	}
}
