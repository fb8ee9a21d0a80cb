package email

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"soi/internal/intake"
)

// writePair writes a certificate and its key as files.
func writePair(t *testing.T, dir string, pair tls.Certificate) (certFile, keyFile string) {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	err = errors.Join(os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}), 0o600),
		os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	return certFile, keyFile
}

// answering builds a channel that answers by a relay.
func answering(t *testing.T, w *relayWorld) *Channel {
	t.Helper()
	return channel(t, Config{Title: "Bàn kiểm chứng", Listen: Listen{Address: "x"}, Relay: Server{Address: w.addr}})
}

const answerText = "Điều này sai.\nNgân hàng vẫn mở cửa <bình thường> & không đổi.\n\nBài kiểm chứng: https://desk.example/c/abc.\n\n" +
	"Một dòng rất dài để xem thư có bị cắt giữa chữ hay không khi nó đi qua những máy chủ cũ chỉ nhận bảy mươi sáu ký tự một dòng."

func talk() intake.Outgoing {
	return intake.Outgoing{Op: "op-1", Lang: "vi", Title: "Về tin bạn hỏi", Text: answerText}
}

func TestAnAnswer(t *testing.T) {
	w := newRelay(t, nil)
	ch := answering(t, w)
	m := Read([]byte(letter(vietnamese, plainUTF8, "Subject: =?utf-8?q?Re=3A_Ng=C3=A2n_h=C3=A0ng?=", "References: <zero@mail.example> <one@mail.example>")), desk())
	receipt, err := ch.Send(t.Context(), m.address(), talk())
	if err != nil || len(w.sent()) != 1 {
		t.Fatalf("%v, %d sent", err, len(w.sent()))
	}
	sent := w.sent()[0]
	if sent.from != "tips@desk.example" || sent.to != "canary@mail.example" {
		t.Errorf("from %s to %s", sent.from, sent.to)
	}
	got, err := mail.ReadMessage(strings.NewReader(sent.raw))
	if err != nil {
		t.Fatalf("%v\n%s", err, sent.raw)
	}
	for field, want := range map[string]string{
		"To": "<canary@mail.example>", "Message-Id": receipt.ID, "In-Reply-To": "<first@mail.example>", "References": "<zero@mail.example> <one@mail.example> <first@mail.example>",
		"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All", "Content-Language": "vi", "Mime-Version": "1.0", "X-Mailer": "", "User-Agent": "", "Reply-To": "",
	} {
		if v := got.Header[field]; want == "" && len(v) > 0 || want != "" && (len(v) != 1 || v[0] != want) {
			t.Errorf("%s: %q, want %q", field, v, want)
		}
	}
	if from, err := got.Header.AddressList("From"); err != nil || len(from) != 1 || from[0].Address != "tips@desk.example" || from[0].Name != "Bàn kiểm chứng" {
		t.Errorf("From %v %v", from, err)
	}
	if date, err := got.Header.Date(); err != nil || time.Since(date) > time.Hour {
		t.Errorf("Date %v %v", date, err)
	}
	if s := decodeWords(got.Header.Get("Subject")); s != "Re: Ngân hàng" {
		t.Errorf("Subject %q", s)
	}
	for i, l := range strings.Split(sent.raw, "\r\n") {
		if len(l) > 78 || strings.ContainsFunc(l, func(r rune) bool { return r >= 0x7f }) {
			t.Errorf("line %d is not what every server takes: %q", i, l)
		}
	}
	// Both halves say the same, and our own reader reads it back.
	n := (&walker{}).read([]byte(sent.raw), 1, "text/plain")
	if n.kind != "multipart/alternative" || len(n.children) != 2 || n.children[0].kind != "text/plain" || n.children[1].kind != "text/html" {
		t.Fatalf("parts %+v", n)
	}
	if text := strings.ReplaceAll(string(n.children[0].body), "\r\n", "\n"); strings.TrimSpace(text) != answerText {
		t.Errorf("text %q", text)
	}
	html := string(n.children[1].body)
	text, links := htmlText(html)
	if strings.Join(strings.Fields(text), " ") != strings.Join(strings.Fields(answerText), " ") || len(links) != 1 || links[0] != "https://desk.example/c/abc" || strings.Contains(html, "<bình") {
		t.Errorf("HTML %q links %v\n%s", text, links, html)
	}
}

// A second try of the same message has the same id; another message, another asker or another desk has another.
func TestIdsOfAnswers(t *testing.T) {
	w := newRelay(t, nil)
	ch := answering(t, w)
	to := func(a string) intake.Address { b, _ := json.Marshal(returnTo{To: a}); return b }
	other := talk()
	other.Op = "op-2"
	seen := map[string]int{}
	for _, c := range []struct {
		to string
		m  intake.Outgoing
	}{{"a@mail.example", talk()}, {"a@mail.example", talk()}, {"b@mail.example", talk()}, {"a@mail.example", other}} {
		r, err := ch.Send(t.Context(), to(c.to), c.m)
		if err != nil {
			t.Fatal(err)
		}
		seen[r.ID]++
	}
	if len(seen) != 3 {
		t.Errorf("%v", seen)
	}
	if s, _ := mail.ReadMessage(strings.NewReader(w.sent()[0].raw)); decodeWords(s.Header.Get("Subject")) != "Về tin bạn hỏi" {
		t.Error("without a subject asked, the title is not the subject")
	}
}

func TestNothingCanBePutIntoAHeader(t *testing.T) {
	w := newRelay(t, nil)
	ch := answering(t, w)
	evil := "x\r\nBcc: victim@elsewhere.example\r\n\r\nbody"
	for i, to := range []returnTo{
		{To: "a@mail.example", Subject: evil}, {To: "a@mail.example", ID: "<a@b\r\nBcc: victim@elsewhere.example>"},
		{To: "a@mail.example", ID: "<a@b>", Refs: []string{"<c@d>\r\nBcc: victim@elsewhere.example"}},
		{To: "a@mail.example\r\nBcc: victim@elsewhere.example"}, {To: "a@mail.example, victim@elsewhere.example"}, {To: "a@mail.example> <victim@elsewhere.example"}, {To: ""},
	} {
		b, _ := json.Marshal(to)
		_, err := ch.Send(t.Context(), b, intake.Outgoing{Op: evil, Lang: evil, Title: evil, Text: "xin chào"})
		if i >= 3 && !errors.Is(err, intake.ErrGone) || i < 3 && err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	if len(w.sent()) != 3 {
		t.Errorf("%d sent", len(w.sent()))
	}
	for _, s := range w.sent() {
		m, err := mail.ReadMessage(strings.NewReader(s.raw))
		if err != nil || m.Header.Get("Bcc") != "" || s.to != "a@mail.example" {
			t.Errorf("%v to %s\n%s", err, s.to, s.raw)
		}
	}
}

func TestKindsOfFailure(t *testing.T) {
	reply := func(code int, enhanced smtp.EnhancedCode) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: "canary@mail.example is not liked"}
	}
	for _, c := range []struct {
		stage string
		err   error
		want  error
	}{
		{"mail", reply(450, smtp.EnhancedCode{4, 7, 1}), intake.ErrTemporary}, {"mail", reply(550, smtp.EnhancedCode{5, 7, 1}), intake.ErrRefused},
		{"rcpt", reply(450, smtp.EnhancedCode{4, 2, 2}), intake.ErrTemporary}, {"rcpt", reply(550, smtp.EnhancedCode{5, 1, 1}), intake.ErrGone},
		{"rcpt", reply(554, smtp.EnhancedCode{5, 7, 1}), intake.ErrRefused}, {"rcpt", reply(552, smtp.EnhancedCode{5, 2, 2}), intake.ErrRefused},
		{"data", reply(452, smtp.EnhancedCode{4, 3, 1}), intake.ErrTemporary}, {"data", reply(554, smtp.EnhancedCode{5, 7, 1}), intake.ErrRefused},
	} {
		w := newRelay(t, nil)
		w.fail = func(stage, _ string) error {
			if stage == c.stage {
				return c.err
			}
			return nil
		}
		b, _ := json.Marshal(returnTo{To: "canary@mail.example"})
		_, err := answering(t, w).Send(t.Context(), b, talk())
		if !errors.Is(err, c.want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s %v: %v", c.stage, c.err, err)
		}
	}
	w := newRelay(t, nil)
	w.drop = true
	b, _ := json.Marshal(returnTo{To: "canary@mail.example"})
	if _, err := answering(t, w).Send(t.Context(), b, talk()); !errors.Is(err, intake.ErrUnknown) || len(w.sent()) != 1 {
		t.Errorf("no answer after the mail: %v", err)
	}
	if _, err := channel(t, Config{Listen: Listen{Address: "x"}, Relay: Server{Address: "127.0.0.1:1"}}).Send(t.Context(), b, talk()); !errors.Is(err, intake.ErrTemporary) {
		t.Errorf("relay away: %v", err)
	}
	if _, err := channel(t, Config{Listen: Listen{Address: "x"}, Relay: Server{Address: w.addr, Security: StartTLS}}).Send(t.Context(), b, talk()); !errors.Is(err, intake.ErrTemporary) {
		t.Errorf("relay without the TLS that is asked for: %v", err)
	}
	if _, err := channel(t, Config{Listen: Listen{Address: "x"}}).Send(t.Context(), b, talk()); !errors.Is(err, intake.ErrAuth) {
		t.Errorf("no relay: %v", err)
	}
}

func TestRelayOverTLS(t *testing.T) {
	cert, trust := certificate(t)
	w := newRelay(t, &cert)
	ch := channel(t, Config{Listen: Listen{Address: "x"}, Relay: Server{Address: w.addr, Security: StartTLS}, TLS: trust})
	b, _ := json.Marshal(returnTo{To: "canary@mail.example"})
	if _, err := ch.Send(t.Context(), b, talk()); err != nil || len(w.sent()) != 1 {
		t.Errorf("%v, %d sent", err, len(w.sent()))
	}
	stranger := channel(t, Config{Listen: Listen{Address: "x"}, Relay: Server{Address: w.addr, Security: StartTLS}})
	if _, err := stranger.Send(t.Context(), b, talk()); !errors.Is(err, intake.ErrTemporary) || len(w.sent()) != 1 {
		t.Errorf("an unknown certificate: %v", err)
	}
}
