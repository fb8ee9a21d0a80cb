package app_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	pt "soi/internal/intake/platformtest"
)

// remote hands requests on to a desk that runs, as a proxy in front of it does.
type remote struct{ d *apptest.Desk }

func (r remote) ServeHTTP(w http.ResponseWriter, in *http.Request) {
	out, err := http.NewRequestWithContext(in.Context(), in.Method, r.d.URL+in.URL.RequestURI(), in.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	out.Header = in.Header.Clone()
	answer, err := http.DefaultTransport.RoundTrip(out)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	w.WriteHeader(answer.StatusCode)
	_, _ = io.Copy(w, answer.Body)
}

// chat is one platform as its people see it. People are told apart by a number
// that stands nowhere else.
type chat struct {
	name     string
	settings map[string]string
	window   time.Duration // after which nothing free-form arrives; 0: none
	late     string        // kind of message that still does, "" for none
	deliver  func(d *apptest.Desk, body string) int
	text     func(n int, who int64, text string) string
	press    func(n int, who int64, data string) string
	picture  func(n int, who int64, content []byte) string // with a caption; the platform keeps the file
	sent     func() []pt.Sent
	fail     func(pt.Fault)
	calls    func(method string) int
	method   string // that sends
	id       func(who int64) string
	limited  pt.Fault
	waiting  func() int // deliveries that the desk has yet to fetch; nil where they are sent to it
}

// people of the tests: numbers that a sweep can look for.
const (
	an, binh, chi, dung = int64(550014201), int64(550014202), int64(550014203), int64(550014204)
)

func telegramChat(t testing.TB) chat {
	p := pt.NewTelegram(t)
	return chat{name: "telegram", settings: map[string]string{"telegram-token": pt.TelegramToken, "telegram-api": p.URL}, method: "sendMessage",
		deliver: func(_ *apptest.Desk, body string) int { p.Add(body); return http.StatusOK },
		text: func(n int, who int64, text string) string {
			return pt.TelegramMessage(int64(n), who, int64(n), pt.TelegramForwards()[0]+`"text":`+quoted(text))
		},
		press: func(n int, who int64, data string) string { return pt.TelegramPress(int64(n), who, data) },
		picture: func(n int, who int64, content []byte) string {
			p.File("large", content)
			return pt.TelegramMessage(int64(n), who, int64(n), pt.TelegramBodies()["photo"])
		},
		sent: p.Sent, fail: p.Fail, calls: p.Calls, id: func(who int64) string { return fmt.Sprint(who) },
		limited: pt.Fault{Method: "sendMessage", Status: 429, Body: `{"ok":false,"error_code":429,"parameters":{"retry_after":1}}`}, waiting: p.Waiting}
}

func whatsAppChat(t testing.TB) chat {
	p := pt.NewWhatsApp(t)
	p.Templates = map[string]string{"soi_tra_loi": "vi"}
	scoped := func(who int64) string { return fmt.Sprint("VN.", who) }
	return chat{name: "whatsapp", window: 24 * time.Hour, late: "template", method: "messages",
		settings: map[string]string{"whatsapp-number": pt.WhatsAppNumber, "whatsapp-token": pt.WhatsAppToken, "whatsapp-app-secret": pt.WhatsAppSecret,
			"whatsapp-verify": pt.WhatsAppVerify, "whatsapp-api": p.URL, "whatsapp-templates": "vi=soi_tra_loi/vi"},
		deliver: func(d *apptest.Desk, body string) int { return p.Deliver(remote{d}, body).Code },
		text: func(n int, who int64, text string) string {
			m := pt.WhatsAppMessage(fmt.Sprint("wamid.", n), scoped(who), "", "text", `"text":{"body":`+quoted(text)+`},"context":{"forwarded":true}`)
			return pt.WhatsAppNotification(scoped(who), "", []string{m}, nil)
		},
		press: func(n int, who int64, data string) string {
			return pt.WhatsAppPress(fmt.Sprint("wamid.", n), scoped(who), "wamid.canary000001", data)
		},
		picture: func(n int, who int64, content []byte) string {
			p.File("2754859441498128", content)
			m := pt.WhatsAppMessage(fmt.Sprint("wamid.", n), scoped(who), "", "image", pt.WhatsAppBodies()["image"])
			return pt.WhatsAppNotification(scoped(who), "", []string{m}, nil)
		},
		sent: p.Sent, fail: p.Fail, calls: p.Calls, id: scoped, limited: pt.Fault{Method: "messages", Status: 400, Body: `{"error":{"code":130429}}`}}
}

func zaloChat(t testing.TB) chat {
	p := pt.NewZaloAccount(t)
	return chat{name: "zalo", window: 48 * time.Hour, method: "message",
		settings: map[string]string{"zalo-app": pt.ZaloApp, "zalo-account": pt.ZaloOA, "zalo-app-secret": pt.ZaloAppSecret, "zalo-oa-secret": pt.ZaloOASecret,
			"zalo-refresh-token": pt.ZaloRefresh, "zalo-api": p.URL, "zalo-auth": p.URL},
		deliver: func(d *apptest.Desk, body string) int { return p.Deliver(remote{d}, body).Code },
		text: func(n int, who int64, text string) string {
			return pt.ZaloText(fmt.Sprint(who), fmt.Sprint("msg", n), text)
		},
		press: func(n int, who int64, data string) string {
			return pt.ZaloText(fmt.Sprint(who), fmt.Sprint("msg", n), data)
		}, // what the platform says of a press
		picture: func(n int, who int64, content []byte) string {
			return pt.ZaloEvent("user_send_image", fmt.Sprint(who), fmt.Sprint("msg", n),
				`"text":"ảnh này thật không","attachments":[{"type":"image","payload":{"url":`+quoted(p.File("1.jpg", content))+`}}]`)
		},
		sent: p.Sent, fail: p.Fail, calls: p.Calls, id: func(who int64) string { return fmt.Sprint(who) },
		limited: pt.Fault{Method: "message", Status: 200, Body: `{"error":-32,"message":"limit"}`}}
}

func zaloBotChat(t testing.TB) chat {
	p := pt.NewZaloBot(t)
	return chat{name: "zalobot", settings: map[string]string{"zalobot-token": pt.ZaloBotToken, "zalobot-api": p.URL}, method: "sendMessage",
		deliver: func(_ *apptest.Desk, body string) int { p.Add(body); return http.StatusOK },
		text: func(n int, who int64, text string) string {
			return pt.ZaloBotText(fmt.Sprint("c", who), fmt.Sprint("m", n), text)
		},
		picture: func(n int, who int64, content []byte) string {
			return pt.ZaloBotUpdate("message.image.received", fmt.Sprint("c", who), fmt.Sprint("m", n), `"caption":"ảnh này thật không","photo":`+quoted(p.File("1.jpg", content)))
		},
		sent: p.Sent, fail: p.Fail, calls: p.Calls, id: func(who int64) string { return fmt.Sprint("c", who) },
		limited: pt.Fault{Method: "sendMessage", Status: 429, Body: `{"ok":false,"error_code":429}`}, waiting: p.Waiting}
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }

// chatWorld is a desk with one chat.
type chatWorld struct {
	*answersWorld
	chat
	n      int
	logged *lockedBuffer
}

func newChatWorld(t *testing.T, c chat) *chatWorld {
	t.Helper()
	w := &chatWorld{chat: c, logged: &lockedBuffer{}}
	w.answersWorld = newAnswersWorld(t, &loop{}, func(o *apptest.Options) {
		o.Settings = c.settings
		with := o.With
		o.With = func(a *app.Options) {
			with(a)
			a.Log = slog.New(slog.NewTextHandler(w.logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
		}
	})
	return w
}

// says delivers a text, twice, as platforms do now and then.
func (w *chatWorld) says(who int64, text string) {
	w.t.Helper()
	w.n++
	for range 2 {
		if code := w.deliver(w.d, w.text(w.n, who, text)); code != http.StatusOK {
			w.t.Fatalf("%s: a delivery was answered %d\n%s", w.chat.name, code, w.logged.bytes())
		}
	}
}

func (w *chatWorld) presses(who int64, data string) {
	w.t.Helper()
	w.n++
	if code := w.deliver(w.d, w.press(w.n, who, data)); code != http.StatusOK {
		w.t.Fatalf("%s: a press was answered %d", w.chat.name, code)
	}
}

// heard lists what one person was told.
func (w *chatWorld) heard(who int64) (out []pt.Sent) {
	for _, s := range w.sent() {
		if s.To == w.id(who) {
			out = append(out, s)
		}
	}
	return out
}

// told waits for the n-th message to a person and returns it.
func (w *chatWorld) told(who int64, n int, words ...string) pt.Sent {
	w.t.Helper()
	deadline := time.Now().Add(90 * time.Second)
	for len(w.heard(who)) < n {
		if time.Now().After(deadline) {
			w.t.Fatalf("%s: %d of %d messages came\n%s", w.chat.name, len(w.heard(who)), n, w.logged.bytes())
		}
		time.Sleep(5 * time.Millisecond)
	}
	m := w.heard(who)[n-1]
	for _, word := range words {
		if !strings.Contains(m.Text, word) {
			w.t.Errorf("%s: message %d does not hold %q:\n%s", w.chat.name, n, word, m.Text)
		}
	}
	return m
}

// silent wants a person to have been told n messages, and no more after a while.
func (w *chatWorld) silent(who int64, n int) {
	w.t.Helper()
	time.Sleep(1500 * time.Millisecond) // more than any chat's pause
	if got := w.heard(who); len(got) != n {
		w.t.Errorf("%s: told %d messages, want %d: %+v", w.chat.name, len(got), n, got)
	}
}

// TestChats plays the same life on every chat platform: ask, be answered once a
// check is published, ask what is known, say that it helped, be told of a
// correction, stop and be forgotten; deliveries come twice, and once the
// platform says "later".
func TestChats(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves out whole conversations")
	}
	for name, open := range map[string]func(testing.TB) chat{"telegram": telegramChat, "whatsapp": whatsAppChat, "zalo": zaloChat, "zalobot": zaloBotChat} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := open(t)
			if c.press == nil {
				c.press = c.text // without buttons, choices are typed
			}
			w := newChatWorld(t, c)
			claim := w.askAndPublish()
			w.askWhatIsKnown()
			w.sendAPicture()
			w.stopAndBeForgotten(claim)
			w.afterTheWindow(claim)
			w.nothingOfThemIsWritten()
			sound(t, w.d.App)
		})
	}
}

// askAndPublish: nobody has checked it, then somebody has, and who asked is told once.
func (w *chatWorld) askAndPublish() desk.ID {
	w.fail(w.limited)
	w.says(an, ofWater)
	apptest.Wait(w.t, "the platform to say later", func(context.Context) bool { return w.calls(w.method) == 1 })
	apptest.Wait(w.t, "that to be noted", func(context.Context) bool { return bytes.Contains(w.logged.bytes(), []byte("was not sent")) })
	w.clock.pass(2 * time.Minute)
	w.told(an, 1, "soi", "không lưu bạn là ai")
	w.told(an, 2, "Chưa ai kiểm chứng")
	w.says(dung, "Nước zqchanh nóng mỗi sáng chữa khỏi ung thư, đúng không?")
	w.told(dung, 2)
	claim, _ := w.claimOf("zqchanh")
	w.publish(claim, desk.RatingFalse, waterTrue)
	w.told(an, 3, "Sai. "+waterTrue, "/checks/"+string(claim))
	w.silent(an, 3)
	tips := 0
	for _, x := range allTips(w.t, w.d.App) {
		if strings.Contains(x.Text, "Nghe nói") {
			tips++
		}
	}
	if tips != 1 {
		w.t.Errorf("%s: two copies of a delivery became %d tips", w.chat.name, tips)
	}
	return claim
}

// askWhatIsKnown: the answer comes at once, with a question of which yes thanks.
func (w *chatWorld) askWhatIsKnown() {
	w.says(binh, ofWater)
	m := w.told(binh, 2, "Sai. "+waterTrue)
	switch {
	case len(m.Buttons) == 2:
		w.presses(binh, m.Buttons[0])
	case len(m.Buttons) == 0:
		w.says(binh, "rồi")
	default:
		w.t.Fatalf("%s: %d buttons, want yes and no", w.chat.name, len(m.Buttons))
	}
	w.told(binh, 3, "Cảm ơn bạn")
}

// sendAPicture: the file is fetched from the platform and kept with the tip.
func (w *chatWorld) sendAPicture() {
	w.t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for i := range img.Pix {
		img.Pix[i] = byte(i * i >> 7)
	}
	var content bytes.Buffer
	must(w.t, jpeg.Encode(&content, img, nil))
	w.n++
	if code := w.deliver(w.d, w.picture(w.n, chi, content.Bytes())); code != http.StatusOK {
		w.t.Fatalf("%s: a picture was answered %d", w.chat.name, code)
	}
	if m := w.told(chi, 2); strings.Contains(m.Text, "Là điều nào") { // few words may be like many things
		if len(m.Buttons) > 0 {
			w.presses(chi, m.Buttons[len(m.Buttons)-1])
		} else {
			w.says(chi, "0")
		}
		w.told(chi, 3, "Chưa ai kiểm chứng")
	}
	claim, _ := w.claimOf("ảnh này thật không")
	v, err := w.d.Desk.ClaimPage(w.t.Context(), w.checker, claim)
	must(w.t, err)
	if len(v.Media) != 1 || v.Media[0].Kind != desk.MediaPicture {
		w.t.Errorf("%s: files of the claim: %+v", w.chat.name, v.Media)
	}
}

// stopAndBeForgotten: after stop nothing leads to the person, and a correction
// reaches all others once.
func (w *chatWorld) stopAndBeForgotten(claim desk.ID) {
	heard := len(w.heard(dung))
	w.says(dung, "/stop")
	w.told(dung, heard+1, "Đã xóa")
	w.publish(claim, desk.RatingMostlyFalse, "Nước chanh nóng không thay thuốc chữa ung thư.")
	w.told(an, 4, "đính chính", "Phần lớn sai")
	w.told(binh, 4, "đính chính", "Phần lớn sai")
	w.silent(dung, heard+1)
	if n := len(w.heard(an)); n != 4 {
		w.t.Errorf("%s: the correction came %d times", w.chat.name, n-3)
	}
}

// afterTheWindow: a platform that takes no answer after a time gets a template,
// or the answer waits until the person writes again.
func (w *chatWorld) afterTheWindow(claim desk.ID) {
	if w.window == 0 {
		return
	}
	w.clock.pass(w.window + time.Hour)
	w.publish(claim, desk.RatingFalse, waterTrue)
	if w.late != "" {
		if m := w.told(an, 5, "Sai."); m.Kind != w.late || strings.Contains(m.Text, "\n") {
			w.t.Errorf("%s: after the window a %s: %q", w.chat.name, m.Kind, m.Text)
		}
		return
	}
	w.silent(an, 4)
	w.says(an, "chào")
	waitForHeld(w, "Sai. "+waterTrue)
}

// waitForHeld waits until the first person has been told the words.
func waitForHeld(w *chatWorld, words string) {
	w.t.Helper()
	deadline := time.Now().Add(90 * time.Second)
	for !slices.ContainsFunc(w.heard(an)[4:], func(s pt.Sent) bool { return strings.Contains(s.Text, words) }) {
		if time.Now().After(deadline) {
			w.t.Fatalf("%s: what was held back did not come: %+v\n%s", w.chat.name, w.heard(an)[4:], w.logged.bytes())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// nothingOfThemIsWritten sweeps the data folder and the log for what the
// platforms told of the people.
func (w *chatWorld) nothingOfThemIsWritten() {
	log := filepath.Join(w.d.Config.Data, "log.txt")
	must(w.t, os.WriteFile(log, w.logged.bytes(), 0o600))
	defer func() { must(w.t, os.Remove(log)) }()
	if !bytes.Contains(w.logged.bytes(), []byte("level=")) {
		w.t.Error("the log is empty: the sweep proves nothing")
	}
	look := append(pt.Canaries(), pt.TelegramToken[10:], pt.WhatsAppToken, pt.ZaloBotToken[19:], "canary-zalo-access", "canary-zalo-refresh")
	for _, who := range []int64{an, binh, chi, dung} {
		look = append(look, fmt.Sprint(who))
	}
	for _, fragment := range look {
		if hits := sweep(w.t, w.d.Config.Data, fragment); len(hits) > 0 {
			w.t.Errorf("%s: %q is in %v", w.chat.name, fragment, hits)
		}
	}
}
