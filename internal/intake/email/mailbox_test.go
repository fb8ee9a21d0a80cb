package email

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"soi/internal/intake"
	"soi/internal/intake/platformtest"
)

// channel builds one over a mailbox; it does not wait before connecting again.
func channel(t *testing.T, c Config) *Channel {
	t.Helper()
	c.From, c.Also = "tips@desk.example", []string{"Hoi@desk.example"}
	ch, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ch.wait = func(ctx context.Context, _ time.Duration) { pause(ctx, 10*time.Millisecond) }
	return ch
}

// tip is a mail with a text of its own.
func tip(n int) string {
	return strings.Replace(letter(fmt.Sprintf("Điều thứ %d có đúng không?", n), plainUTF8), "first@", fmt.Sprintf("n%d@", n), 1)
}

func withIdle() imap.CapSet {
	return imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIdle: {}, imap.CapMove: {}, imap.CapUIDPlus: {}}
}

func TestMailboxTakesWhatIsUnreadAndWhatComes(t *testing.T) {
	for name, caps := range map[string]imap.CapSet{"idle": withIdle(), "polled": {imap.CapIMAP4rev1: {}}} {
		t.Run(name, func(t *testing.T) {
			w, sink := newIMAP(t, caps, nil, false), &platformtest.Sink{}
			w.add("INBOX", tip(1), imap.FlagSeen) // read by a person before: not taken
			w.add("INBOX", tip(2))
			w.add("INBOX", tip(3))
			ch := channel(t, Config{Mailbox: Server{Address: w.addr, Login: "tips", Password: "đúng mật khẩu"}, Poll: 20 * time.Millisecond})
			if name == "idle" {
				ch.c.Poll = time.Hour
			}
			stop := start(t, func(ctx context.Context) error { return ch.Run(ctx, sink) })
			eventually(t, "the two unread mails", func() bool { return len(sink.Arrived()) == 2 })
			w.add("INBOX", tip(4))
			eventually(t, "the new mail", func() bool { return len(sink.Arrived()) == 3 })
			eventually(t, "all are read", func() bool { _, unread := w.count("INBOX"); return unread == 0 })
			stop()
			// Begun again, it goes on behind the last: nothing comes twice.
			stop = start(t, func(ctx context.Context) error { return ch.Run(ctx, sink) })
			w.add("INBOX", tip(5), imap.FlagSeen) // read on a phone in the meantime: still a tip
			eventually(t, "the fifth", func() bool { return len(sink.Arrived()) == 4 })
			stop()
			if sink.Copies() != 0 {
				t.Errorf("%d copies", sink.Copies())
			}
			for i, a := range sink.Arrived() {
				if want := fmt.Sprintf("Điều thứ %d có đúng không?", i+2); a.Text != want || a.Channel != "email" || a.Who != "canary@mail.example" || a.Address != nil {
					t.Errorf("%d: %+v", i, a)
				}
			}
		})
	}
}

func TestMailboxMovesWhatItTook(t *testing.T) {
	w, sink := newIMAP(t, withIdle(), nil, false), &platformtest.Sink{}
	for i := range 5 {
		w.add("INBOX", tip(i))
	}
	ch := channel(t, Config{Mailbox: Server{Address: w.addr, Login: "tips", Password: "đúng mật khẩu"}, Done: "Done"})
	start(t, func(ctx context.Context) error { return ch.Run(ctx, sink) })
	eventually(t, "all five are moved", func() bool { n, _ := w.count("Done"); return n == 5 })
	if n, _ := w.count("INBOX"); n != 0 || len(sink.Arrived()) != 5 {
		t.Errorf("%d left, %d taken", n, len(sink.Arrived()))
	}
}

func TestMailboxComesBack(t *testing.T) {
	w, sink := newIMAP(t, withIdle(), nil, false), &platformtest.Sink{}
	var refuse atomic.Int32
	refuse.Store(2)
	sink.Refuse = func(intake.Arrived) error {
		if refuse.Add(-1) >= 0 {
			return errors.New("the disk is full")
		}
		return nil
	}
	ch := channel(t, Config{Mailbox: Server{Address: w.addr, Login: "tips", Password: "đúng mật khẩu"}, Poll: time.Hour})
	start(t, func(ctx context.Context) error { return ch.Run(ctx, sink) })
	for i := range 6 {
		w.add("INBOX", tip(i))
		eventually(t, fmt.Sprintf("mail %d", i), func() bool { return len(sink.Arrived()) == i+1 })
		w.cut()
	}
	if w.connections() < 6 || sink.Copies() > 1 { // a cut between storing the very first mail and the first position brings a copy, which changes nothing
		t.Errorf("%d connections, %d copies", w.connections(), sink.Copies())
	}
}

func TestMailboxNumberedAnew(t *testing.T) {
	w, sink := newIMAP(t, withIdle(), nil, false), &platformtest.Sink{}
	ch := channel(t, Config{Mailbox: Server{Address: w.addr, Login: "tips", Password: "đúng mật khẩu"}})
	if err := sink.SetMark(t.Context(), Name, positionMark, "4294967295:900"); err != nil {
		t.Fatal(err)
	}
	w.add("INBOX", tip(1), imap.FlagSeen)
	w.add("INBOX", tip(2))
	start(t, func(ctx context.Context) error { return ch.Run(ctx, sink) })
	eventually(t, "the unread mail", func() bool { return len(sink.Arrived()) == 1 })
	w.add("INBOX", tip(3))
	eventually(t, "the next", func() bool { return len(sink.Arrived()) == 2 })
	eventually(t, "a new position", func() bool {
		mark, _ := sink.Mark(t.Context(), Name, positionMark)
		return strings.HasSuffix(mark, ":3")
	})
}

func TestMailboxOverTLS(t *testing.T) {
	cert, trust := certificate(t)
	for security, implicit := range map[Security]bool{TLS: true, StartTLS: false} {
		w, sink := newIMAP(t, withIdle(), &cert, implicit), &platformtest.Sink{}
		w.add("INBOX", tip(1))
		ch := channel(t, Config{Mailbox: Server{Address: w.addr, Security: security, Login: "tips", Password: "đúng mật khẩu"}, TLS: trust})
		stop := start(t, func(ctx context.Context) error { return ch.Run(ctx, sink) })
		eventually(t, string(security), func() bool { return len(sink.Arrived()) == 1 })
		stop()
		// A certificate nobody vouches for: nothing is said, not even the password.
		stranger := channel(t, Config{Mailbox: Server{Address: w.addr, Security: security, Login: "tips", Password: "đúng mật khẩu"}})
		if err := stranger.attend(t.Context(), sink); err == nil {
			t.Errorf("%s: an unknown certificate was taken", security)
		}
	}
}

func TestMailboxSaysWhatIsWrong(t *testing.T) {
	w := newIMAP(t, withIdle(), nil, false)
	ch := channel(t, Config{Mailbox: Server{Address: w.addr, Login: "tips", Password: "sai"}})
	if err := ch.attend(t.Context(), &platformtest.Sink{}); !errors.Is(err, intake.ErrAuth) {
		t.Errorf("wrong password: %v", err)
	}
	for name, c := range map[string]struct {
		server Server
		ok     bool
	}{
		"right": {Server{Address: w.addr, Login: "tips", Password: "đúng mật khẩu"}, true},
		"wrong": {Server{Address: w.addr, Login: "tips", Password: "sai"}, false},
		"away":  {Server{Address: "127.0.0.1:1", Login: "tips"}, false},
	} {
		found := channel(t, Config{Mailbox: c.server}).Probe(t.Context())
		if len(found) != 1 || found[0].OK != c.ok || found[0].En == "" || found[0].Vi == "" || strings.Contains(found[0].En+found[0].Vi, "đúng mật khẩu") {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

func TestMailboxReadsTheBeginningOfAHugeMail(t *testing.T) {
	w, sink := newIMAP(t, withIdle(), nil, false), &platformtest.Sink{}
	w.add("INBOX", build(multipart("mixed", "Content-Type: text/plain; charset=utf-8\n\n"+vietnamese, "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n"+picture(3<<20))))
	ch := channel(t, Config{Mailbox: Server{Address: w.addr, Login: "tips", Password: "đúng mật khẩu"}, MaxBytes: 1 << 20})
	start(t, func(ctx context.Context) error { return ch.Run(ctx, sink) })
	eventually(t, "the mail", func() bool { return len(sink.Arrived()) == 1 })
	if a := sink.Arrived()[0]; a.Text != vietnamese || len(a.Media) != 1 || len(a.Media[0].Data) > 1<<20 {
		t.Errorf("%q, %d media", a.Text, len(a.Media))
	}
}

// Everything a mail tells about who sent it, and nothing of it in what is handed over or logged.
func TestCanariesOfAMail(t *testing.T) {
	var said lockedBuffer
	sink := &platformtest.Sink{}
	ch := channel(t, Config{Mailbox: Server{Address: "127.0.0.1:1"}, Relay: Server{Address: "127.0.0.1:1"}, Log: slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	fields := []string{"Reply-To: Canary Khác <canary.other@mail.example>", "Sender: canary.sender@mail.example", "Organization: Canary Org", "X-Originating-IP: [198.51.100.77]",
		"User-Agent: Canary-Mail/7.3", "X-Mailer: Canary-Mail", "Cc: canary.cc@mail.example", "Received: from canary-pc (198.51.100.78) by mail.example"}
	large := "Content-Type: image/png; name=\"canary-file.png\"\nContent-Disposition: attachment; filename=\"canary-file.png\"\nContent-Transfer-Encoding: base64\n\n" + picture(9000)
	inner := "Content-Type: message/rfc822\n\nFrom: Canary Xưa <canary.xua@mail.example>\nTo: canary.list@mail.example\nX-Originating-IP: 198.51.100.79\nSubject: Tin về bão số ba ở Huế\nContent-Type: text/plain; charset=utf-8\n\nBão số ba vào Huế.\n\nCanary Xưa"
	text := "Content-Type: text/plain; charset=utf-8\n\n" + vietnamese + "\n\nTrân trọng,\nNguyễn Canary\nCanary Org\n0900111222"
	if err := ch.take(t.Context(), sink, []byte(build(multipart("mixed", text, large, inner), fields...)), false); err != nil {
		t.Fatal(err)
	}
	for _, m := range machines() {
		if err := ch.take(t.Context(), sink, []byte(m.raw), false); err != nil {
			t.Fatal(err)
		}
	}
	if len(sink.Arrived()) != 1 {
		t.Fatalf("%d taken", len(sink.Arrived()))
	}
	a := sink.Arrived()[0]
	all := strings.ToLower(platformtest.Everything(a) + fmt.Sprintf("%v %+v %s", a, a, a.Address) + said.String())
	for _, c := range []string{"canary", "198.51.100", "0900111222"} {
		if strings.Contains(all, c) {
			t.Errorf("%q is in\n%s", c, all)
		}
	}
	if !strings.Contains(a.Text, "Bão số ba") || len(a.Media) != 1 || a.Address == nil || string(a.Who) != "canary@mail.example" {
		t.Errorf("%q, %d media", a.Text, len(a.Media))
	}
	if to := string(a.Address); !strings.Contains(to, "canary.other@mail.example") { // of the same domain
		t.Error("Reply-To is not kept for the answer")
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// A mail that makes the reader fall over is put aside, and those behind it come through.
func TestAPoisonedMailStopsNobody(t *testing.T) {
	w, sink := newIMAP(t, withIdle(), nil, false), &platformtest.Sink{}
	for i := range 3 {
		w.add("INBOX", tip(i))
	}
	ch := channel(t, Config{Mailbox: Server{Address: w.addr, Login: "tips", Password: "đúng mật khẩu"}})
	ch.reader = func(raw []byte, own Addresses) Mail {
		if strings.Contains(string(raw), "thứ 1") {
			panic("nobody thought of this")
		}
		return Read(raw, own)
	}
	start(t, func(ctx context.Context) error { return ch.Run(ctx, sink) })
	eventually(t, "the other two", func() bool { return len(sink.Arrived()) == 2 })
	if q := sink.Quarantined(); len(q) != 1 || q[0] != "unreadable" {
		t.Errorf("put aside: %v", q)
	}
}
