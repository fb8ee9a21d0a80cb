package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"mime"
	"mime/multipart"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
)

// relay is an SMTP server on this machine by which answers go out.
type relay struct {
	mu    sync.Mutex
	mails []sentMail
}

type sentMail struct{ to, raw string }

type relaySession struct {
	r  *relay
	to string
}

func newRelay(t *testing.T) (*relay, string) {
	t.Helper()
	r := &relay{}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &relaySession{r: r}, nil }))
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	go func() { _ = s.Serve(ln) }()
	t.Cleanup(func() { _ = s.Close() })
	return r, "smtp://" + ln.Addr().String()
}

func (s *relaySession) Reset()                                    {}
func (s *relaySession) Logout() error                             { return nil }
func (s *relaySession) Mail(string, *smtp.MailOptions) error      { return nil }
func (s *relaySession) Rcpt(to string, _ *smtp.RcptOptions) error { s.to = to; return nil }
func (s *relaySession) Data(from io.Reader) error {
	b, err := io.ReadAll(from)
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	s.r.mails = append(s.r.mails, sentMail{s.to, string(b)})
	return err
}

func (r *relay) sent() []sentMail {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]sentMail(nil), r.mails...)
}

// mailWorld is a desk with a mail listener and a relay.
type mailWorld struct {
	*answersWorld
	relay  *relay
	listen string
	logged *lockedBuffer
}

func newMailWorld(t *testing.T) *mailWorld {
	t.Helper()
	w := &mailWorld{logged: &lockedBuffer{}, listen: apptest.FreePort(t)}
	var address string
	w.relay, address = newRelay(t)
	w.answersWorld = newAnswersWorld(t, &loop{}, func(o *apptest.Options) {
		o.Settings = map[string]string{"mail-from": "tips@desk.example", "mail-listen": "smtp://" + w.listen, "mail-relay": address}
		with := o.With
		o.With = func(a *app.Options) {
			with(a)
			a.Log = slog.New(slog.NewTextHandler(w.logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
		}
	})
	return w
}

// write sends a mail to the desk, from an address that stands nowhere else.
func (w *mailWorld) write(n int, text string, fields ...string) {
	w.t.Helper()
	raw := "Received: from canary-pc.canary.example (198.51.100.77) by mail.example\r\nFrom: =?UTF-8?B?VHLhuqduIENhbmFyeQ==?= <Canary.Handle7@canary.example>\r\nReply-To: canary.reply@canary.example\r\n" +
		"To: tips@desk.example\r\nSubject: tin\r\nUser-Agent: Canary-Mail/7\r\nX-Originating-IP: [198.51.100.78]\r\n" + fmt.Sprintf("Message-ID: <canary-%d@canary.example>\r\n", n)
	for _, f := range fields {
		raw += f + "\r\n"
	}
	raw += "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + strings.ReplaceAll(text, "\n", "\r\n") +
		"\r\n\r\nTrân trọng,\r\nTrần Canary\r\n0900111222\r\n--b\r\nContent-Type: text/vcard; name=canary-file.vcf\r\n\r\nBEGIN:VCARD\r\nFN:Trần Canary\r\nEND:VCARD\r\n--b--\r\n"
	for range 2 { // a copy comes by the second server of a domain now and then
		var c *smtp.Client
		apptest.Wait(w.t, "the listener", func(context.Context) (ok bool) {
			var err error
			c, err = smtp.Dial(w.listen)
			return err == nil
		})
		must(w.t, c.SendMail("canary.bounce@canary.example", []string{"tips@desk.example"}, strings.NewReader(raw)))
		must(w.t, c.Quit())
	}
}

// answered waits for a mail to the asker that holds the words, and returns it with its text.
func (w *mailWorld) answered(words string) (*mail.Message, string) {
	w.t.Helper()
	for end := time.Now().Add(90 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		for _, s := range w.relay.sent() {
			got, err := mail.ReadMessage(strings.NewReader(s.raw))
			must(w.t, err)
			text := plainOf(w.t, s.raw)
			if strings.Contains(text, words) {
				if s.to != "canary.reply@canary.example" {
					w.t.Errorf("answered to %q", s.to)
				}
				return got, text
			}
		}
	}
	w.t.Fatalf("no mail holds %q: %d were sent\n%s", words, len(w.relay.sent()), w.logged.bytes())
	return nil, ""
}

// plainOf is the plain half of a mail.
func plainOf(t *testing.T, raw string) string {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	must(t, err)
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	must(t, err)
	part, err := multipart.NewReader(m.Body, params["boundary"]).NextPart() // it takes quoted-printable off
	must(t, err)
	b, err := io.ReadAll(part)
	must(t, err)
	return strings.Join(strings.Fields(string(b)), " ")
}

// TestMail is the life of a tip by mail: asked twice over the wire, answered in its thread, told of the check and of its
// correction, thanked in a reply that is no new tip; and nothing of who asked is written anywhere.
func TestMail(t *testing.T) {
	w := newMailWorld(t)
	w.write(1, ofWater)
	first, text := w.answered("Chưa ai kiểm chứng")
	if first.Header.Get("In-Reply-To") != "<canary-1@canary.example>" || first.Header.Get("Auto-Submitted") != "auto-replied" || strings.Contains(text, "Canary") {
		t.Errorf("%v\n%s", first.Header, text)
	}
	claim, _ := w.claimOf("zqchanh")
	w.publish(claim, desk.RatingFalse, waterTrue)
	notice, _ := w.answered("Sai. " + waterTrue)
	if notice.Header.Get("In-Reply-To") != "<canary-1@canary.example>" || notice.Header.Get("Message-Id") == first.Header.Get("Message-Id") {
		t.Errorf("%v", notice.Header)
	}
	w.write(2, "cảm ơn\n\nVào CN, 22 thg 11, 2026 lúc 07:30 Bàn <tips@desk.example> đã viết:\n> "+waterTrue,
		"In-Reply-To: "+notice.Header.Get("Message-Id"), "References: <canary-1@canary.example> "+notice.Header.Get("Message-Id"))
	w.publish(claim, desk.RatingMostlyFalse, waterTrue)
	w.answered("Phần lớn sai")
	if n := len(allTips(t, w.d.App)); n != 1 {
		t.Errorf("%d tips of one question and one word of thanks", n)
	}
	log := filepath.Join(w.d.Config.Data, "log.txt")
	must(t, os.WriteFile(log, w.logged.bytes(), 0o600))
	if !bytes.Contains(w.logged.bytes(), []byte("level=")) {
		t.Error("the log is empty: the sweep proves nothing")
	}
	for _, fragment := range []string{"canary.handle7", "canary.reply", "canary.bounce", "Trần Canary", "canary-1@", "canary-pc", "0900111222", "198.51.100.77", "198.51.100.78", "Canary-Mail", "canary-file", "BEGIN:VCARD"} {
		if hits := sweep(t, w.d.Config.Data, fragment); len(hits) > 0 {
			t.Errorf("%q is in %v", fragment, hits)
		}
	}
	if hits := sweep(t, w.d.Config.Data, "zqchanh"); len(hits) == 0 {
		t.Error("the tip itself is not found: the sweep proves nothing")
	}
	must(t, os.Remove(log))
	sound(t, w.d.App)
}

// TestCopiesOfMailAreOneTip sends 200 mails of 200 people five times each, eight at a time, over the wire.
func TestCopiesOfMailAreOneTip(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves out a thousand mails")
	}
	const mails, copies, workers = 200, 5, 8
	w := newMailWorld(t)
	var todo []int
	for range copies {
		for i := range mails {
			todo = append(todo, i)
		}
	}
	rand.New(rand.NewPCG(7, 9)).Shuffle(len(todo), func(i, j int) { todo[i], todo[j] = todo[j], todo[i] })
	apptest.Wait(t, "the listener", func(context.Context) bool {
		c, err := smtp.Dial(w.listen)
		return err == nil && c.Quit() == nil
	})
	began := time.Now()
	var all sync.WaitGroup
	for n := range workers {
		all.Go(func() {
			c, err := smtp.Dial(w.listen)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			for k := n; k < len(todo); k += workers {
				i := todo[k]
				raw := fmt.Sprintf("Received: copy %d\r\nFrom: p%d@mail.example\r\nMessage-ID: <m%d@mail.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nĐiều thứ %d về cây cầu số %d có đúng không?\r\n", k, i, i, i, i)
				if err := c.SendMail(fmt.Sprintf("p%d@mail.example", i), []string{"tips@desk.example"}, strings.NewReader(raw)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	took := time.Since(began)
	for end := time.Now().Add(time.Minute); len(allTips(t, w.d.App)) < mails && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
	}
	time.Sleep(200 * time.Millisecond)
	if n := len(allTips(t, w.d.App)); n != mails {
		t.Errorf("%d tips of %d mails", n, mails)
	}
	t.Logf("%d deliveries stored in %s, %.0f a second", len(todo), took, float64(len(todo))/took.Seconds())
	sound(t, w.d.App)
}
