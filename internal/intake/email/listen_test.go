package email

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"soi/internal/intake"
	"soi/internal/intake/platformtest"
)

// listening runs a channel's listener and returns where it listens.
func listening(t *testing.T, ch *Channel, sink intake.Sink) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	start(t, func(ctx context.Context) error { return ch.serve(ctx, sink, ln) })
	return ln.Addr().String()
}

// deliver hands a mail to the listener as another server does.
func deliver(addr, from, to, raw string) error {
	c, err := smtp.Dial(addr)
	if err != nil {
		return err
	}
	defer c.Close()
	return c.SendMail(from, []string{to}, strings.NewReader(raw))
}

func TestListenerTakesMailForTheDeskAlone(t *testing.T) {
	sink := &platformtest.Sink{}
	addr := listening(t, channel(t, Config{Listen: Listen{Address: "x"}}), sink)
	n := 0
	for to, taken := range map[string]bool{"tips@desk.example": true, "TIPS@Desk.Example": true, "hoi+bao@desk.example": true,
		"other@desk.example": false, "tips@elsewhere.example": false, "tips%elsewhere.example@desk.example": false, "@elsewhere.example:tips@desk.example": true} {
		err := deliver(addr, "canary@mail.example", to, tip(n))
		n++
		var refused *smtp.SMTPError
		if taken != (err == nil) || err != nil && (!errors.As(err, &refused) || refused.Code < 500) {
			t.Errorf("to %s: %v", to, err)
		}
	}
	if n := len(sink.Arrived()); n != 4 {
		t.Errorf("%d taken", n)
	}
}

func TestListenerAsksToTryAgain(t *testing.T) {
	sink := &platformtest.Sink{Refuse: func(intake.Arrived) error { return errors.New("the disk is full") }}
	addr := listening(t, channel(t, Config{Listen: Listen{Address: "x"}}), sink)
	var refused *smtp.SMTPError
	if err := deliver(addr, "canary@mail.example", "tips@desk.example", tip(1)); !errors.As(err, &refused) || refused.Code != 451 {
		t.Errorf("a full disk: %v", err)
	}
	sink = &platformtest.Sink{Refuse: func(intake.Arrived) error { return fmt.Errorf("%w: too long", intake.ErrUnusable) }}
	addr = listening(t, channel(t, Config{Listen: Listen{Address: "x"}}), sink)
	if err := deliver(addr, "canary@mail.example", "tips@desk.example", tip(1)); err != nil || len(sink.Quarantined()) != 1 {
		t.Errorf("unusable: %v, quarantined %v", err, sink.Quarantined())
	}
}

func TestListenerAsLMTPOnASocket(t *testing.T) {
	sink := &platformtest.Sink{}
	path := filepath.Join(t.TempDir(), "lmtp.sock")
	ch := channel(t, Config{Listen: Listen{Network: "unix", Address: path, LMTP: true}})
	start(t, func(ctx context.Context) error { return ch.Run(ctx, sink) })
	eventually(t, "the socket", func() bool { c, err := net.Dial("unix", path); return err == nil && c.Close() == nil })
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	if there, err := os.Stat(path); err != nil || there.Mode().Perm() != 0o666 {
		t.Errorf("the mail server may not write to the socket: %v %v", there.Mode(), err)
	}
	client := smtp.NewClientLMTP(c)
	if err := errors.Join(client.Mail("canary@mail.example", nil), client.Rcpt("tips@desk.example", nil), client.Rcpt("hoi@desk.example", nil)); err != nil {
		t.Fatal(err)
	}
	w, err := client.Data()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(tip(1))); err != nil {
		t.Fatal(err)
	}
	if answers, err := w.CloseWithLMTPResponse(); err != nil || len(answers) != 2 || len(sink.Arrived()) != 1 {
		t.Errorf("%v, %d answers, %d taken", err, len(answers), len(sink.Arrived()))
	}
}

func TestListenerWithTLS(t *testing.T) {
	cert, trust := certificate(t)
	dir := t.TempDir()
	certFile, keyFile := writePair(t, dir, cert)
	sink := &platformtest.Sink{}
	addr := listening(t, channel(t, Config{Listen: Listen{Address: "x", Cert: certFile, Key: keyFile}}), sink)
	c, err := smtp.DialStartTLS(addr, &tls.Config{RootCAs: trust.RootCAs, ServerName: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SendMail("canary@mail.example", []string{"tips@desk.example"}, strings.NewReader(tip(1))); err != nil || len(sink.Arrived()) != 1 {
		t.Errorf("%v, %d taken", err, len(sink.Arrived()))
	}
}

// Eighteen mails of people who mean harm, or of machines gone wrong, over the wire: how many tips each may become, and
// what it may have us write to whom.
func TestEighteenAbusiveMails(t *testing.T) {
	nested := vietnamese
	for i := range 100 {
		nested = fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n%s\r\n--b%d--", i, i, nested, i)
	}
	mails := ""
	for range 100 {
		mails = "Content-Type: message/rfc822\r\n\r\nFrom: a@mail.example\r\n" + mails
	}
	spoofed := "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n"
	cases := []struct {
		name, from, raw string
		tips            int
		address         bool // an answer may be sent
	}{
		{"1 spoofed bounce from the null path", "", letter(vietnamese, plainUTF8), 0, false},
		{"2 spoofed bounce with a foreign id", "", letter("--b\n\n--b\nContent-Type: message/delivery-status\n\nAction: failed\nStatus: 5.1.1\n\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <other@mail.example>\n--b--", strings.TrimSpace(spoofed)), 0, false},
		{"3 from our own address", "x@mail.example", strings.Replace(letter(vietnamese, plainUTF8), "Canary@Mail", "tips@desk", 1), 0, false},
		{"4 two autoresponders", "x@mail.example", letter(vietnamese, plainUTF8, "Auto-Submitted: auto-replied", "In-Reply-To: <soi.1@desk.example>"), 0, false},
		{"5 going in circles", "x@mail.example", strings.Repeat("Received: from a by b\r\n", 80) + letter(vietnamese, plainUTF8), 0, false},
		{"6 a list that would fan out", "x@mail.example", letter(vietnamese, plainUTF8, "List-Id: <all.mail.example>"), 0, false},
		{"7 header injection in the subject", "x@mail.example", letter(vietnamese, plainUTF8, "Subject: =?utf-8?q?a=0D=0ABcc:_victim@elsewhere.example=0D=0A=0D=0Abody?="), 1, true},
		{"8 header injection in From", "x@mail.example", strings.Replace(letter(vietnamese, plainUTF8), "<Canary@Mail.example>", "=?utf-8?q?=3Ca=40mail.example=0D=0ABcc:_victim=40elsewhere.example=3E?=", 1), 0, false},
		{"9 an answer steered to a stranger", "x@mail.example", letter(vietnamese, plainUTF8, "Reply-To: victim@elsewhere.example"), 1, true},
		{"10 an answer to a whole list", "x@mail.example", letter(vietnamese, plainUTF8, "Reply-To: "+strings.Repeat("victim@elsewhere.example,\r\n ", 500)+"a@b.example"), 1, true},
		{"11 From forged, checked by our server", "x@mail.example", "Authentication-Results: mx.desk.example; dmarc=fail header.from=mail.example\r\n" + letter(vietnamese, plainUTF8), 1, false},
		{"12 nested a hundred deep", "x@mail.example", letter(strings.SplitN(nested, "\r\n\r\n", 2)[1], "Content-Type: multipart/mixed; boundary=b99"), 0, false},
		{"13 mails in mails in mails", "x@mail.example", letter(mails, "Content-Type: message/rfc822"), 0, false},
		{"14 ten thousand parts", "x@mail.example", letter(strings.Repeat("--b\nContent-Type: application/zip\n\nx\n", 10_000), "Content-Type: multipart/mixed; boundary=b"), 0, false},
		{"15 null bytes", "x@mail.example", letter("\x00\x00Ngân hàng\x00 đóng cửa\x00", plainUTF8), 1, true},
		{"16 huge", "x@mail.example", letter(strings.Repeat("x", 998)+"\n"+strings.Repeat(strings.Repeat("y", 900)+"\n", 1300), plainUTF8), 0, false},
		{"17 a line without end", "x@mail.example", letter(strings.Repeat("z", 100_000), plainUTF8), 0, false},
		{"18 header bomb", "x@mail.example", strings.Repeat("X-Bomb: "+strings.Repeat("b", 900)+"\r\n", 900) + letter(vietnamese, plainUTF8), 0, false},
	}
	if len(cases) != 18 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			sink := &platformtest.Sink{}
			addr := listening(t, channel(t, Config{Listen: Listen{Address: "x"}, Relay: Server{Address: "127.0.0.1:1"}, MaxBytes: 1 << 20}), sink)
			began := time.Now()
			err := deliver(addr, c.from, "tips@desk.example", c.raw)
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("took %s", took)
			}
			if n := len(sink.Arrived()); n != c.tips || n > 0 && err != nil {
				t.Fatalf("%d tips (%v)", n, err)
			}
			if len(sink.Statuses()) != 0 {
				t.Errorf("statuses %v", sink.Statuses())
			}
			for _, a := range sink.Arrived() {
				var to returnTo
				if a.Address != nil {
					if err := json.Unmarshal(a.Address, &to); err != nil || to.To != "canary@mail.example" {
						t.Errorf("answered at %q, %v", to.To, err)
					}
				}
				if (a.Address != nil) != c.address || strings.ContainsAny(a.Text+to.Subject, "\x00\r") || strings.Contains(to.Subject, "\n") {
					t.Errorf("%q answered at %q", a.Text, string(a.Address))
				}
			}
		})
	}
}

// A loop between us and a machine that does not say that it is one ends.
func TestLoopsEnd(t *testing.T) {
	sink := &platformtest.Sink{}
	ch := channel(t, Config{Listen: Listen{Address: "x"}, Relay: Server{Address: "127.0.0.1:1"}})
	for i := range 200 {
		if err := ch.take(t.Context(), sink, []byte(tip(i)), false); err != nil {
			t.Fatal(err)
		}
	}
	answered := 0
	for _, a := range sink.Arrived() {
		if a.Address != nil {
			answered++
		}
	}
	if answered != mostAnswered || len(sink.Arrived()) != mostTaken {
		t.Errorf("%d answered, %d taken", answered, len(sink.Arrived()))
	}
	now := time.Now().Add(2 * rateWindow)
	ch.c.Now = func() time.Time { return now }
	if err := ch.take(t.Context(), sink, []byte(tip(999)), false); err != nil || len(sink.Arrived()) != mostTaken+1 || sink.Arrived()[mostTaken].Address == nil {
		t.Error("an hour later the address may not ask again")
	}
}

// Neither somebody who uses another's address nor mail that comes again because it was not stored uses up the hour of
// whoever writes.
func TestTheHourIsTheWritersOwn(t *testing.T) {
	sink := &platformtest.Sink{}
	ch := channel(t, Config{Listen: Listen{Address: "x"}, Relay: Server{Address: "127.0.0.1:1"}})
	for i := range mostTaken + 1 {
		if err := ch.take(t.Context(), sink, []byte("Authentication-Results: mx.desk.example; dmarc=fail\r\n"+tip(i)), false); err != nil {
			t.Fatal(err)
		}
	}
	sink.Refuse = func(intake.Arrived) error { return errors.New("disk full") }
	for range mostTaken + 1 {
		if err := ch.take(t.Context(), sink, []byte(tip(998)), false); err == nil {
			t.Fatal("not stored, and no error")
		}
	}
	sink.Refuse = nil
	n := len(sink.Arrived())
	if err := ch.take(t.Context(), sink, []byte(tip(998)), false); err != nil || len(sink.Arrived()) != n+1 || sink.Arrived()[n].Address == nil {
		t.Errorf("%v: not taken in, or not answered", err)
	}
}

func TestTheSocketsPathIsNobodyElses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.db")
	if err := os.WriteFile(path, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	ch := channel(t, Config{Listen: Listen{Network: "unix", Address: path, LMTP: true}})
	if err := ch.Run(t.Context(), &platformtest.Sink{}); !errors.Is(err, ErrConfig) {
		t.Errorf("%v", err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "kept" {
		t.Errorf("%q %v", b, err)
	}
}

func TestOnlyMailThatItsServerVouchesForIsAnswered(t *testing.T) {
	for results, want := range map[string]bool{
		"": false,
		"mx.desk.example; dmarc=pass header.from=mail.example":                  true,
		"mx.desk.example; spf=pass; dkim=pass (2048-bit) header.d=mail.example": true,
		"mx.desk.example; dkim=pass header.d=elsewhere.example":                 false,
		"mx.desk.example; dmarc=fail; dkim=fail header.d=mail.example":          false,
		"mx.elsewhere.example; dmarc=pass header.from=mail.example":             false,
	} {
		sink := &platformtest.Sink{}
		ch := channel(t, Config{Listen: Listen{Address: "x"}, Relay: Server{Address: "127.0.0.1:1"}, Checker: "mx.desk.example"})
		raw := letter(vietnamese, plainUTF8)
		if results != "" {
			raw = "Authentication-Results: " + results + "\r\n" + raw
		}
		if err := ch.take(t.Context(), sink, []byte(raw), false); err != nil || len(sink.Arrived()) != 1 {
			t.Fatal(err)
		}
		a := sink.Arrived()[0]
		if got := a.Address != nil; got != want || (a.Who != "") != want || (a.Thread == "<first@mail.example>") != want {
			t.Errorf("%q: answered %v, counted for %q in %q", results, got, string(a.Who), string(a.Thread))
		}
	}
}

func TestReportsOfOurOwnAnswers(t *testing.T) {
	report := func(id, action, status string) string {
		return letter("--b\n\nIt failed.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; canary@mail.example\nAction: "+action+"\nStatus: "+status+
			"\n--b\nContent-Type: message/rfc822\n\nMessage-ID: "+id+"\nSubject: x\n\nbody\n--b--", "Content-Type: multipart/report; report-type=delivery-status; boundary=b")
	}
	for _, c := range []struct {
		raw  string
		gone bool
	}{
		{report("<soi.00ff@desk.example>", "failed", "5.1.1"), true},
		{report("<soi.00ff@desk.example>", "failed", "5.2.2"), false}, // a full mailbox
		{report("<soi.00ff@desk.example>", "delayed", "4.4.1"), false},
		{report("<soi.00ff@elsewhere.example>", "failed", "5.1.1"), false},
		{report("<other@desk.example>", "failed", "5.1.1"), false},
	} {
		sink := &platformtest.Sink{}
		addr := listening(t, channel(t, Config{Listen: Listen{Address: "x"}}), sink)
		if err := deliver(addr, "", "tips@desk.example", c.raw); err != nil || len(sink.Arrived()) != 0 {
			t.Fatalf("%v, %d tips", err, len(sink.Arrived()))
		}
		if got := errors.Is(sink.Statuses()["email <soi.00ff@desk.example>"], intake.ErrGone); got != c.gone {
			t.Errorf("statuses %v, want gone %v", sink.Statuses(), c.gone)
		}
	}
}
