package email

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-smtp"
)

// eventually waits until check holds.
func eventually(t *testing.T, what string, check func() bool) {
	t.Helper()
	for end := time.Now().Add(90 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if check() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}

// certificate is one for 127.0.0.1, and the pool that trusts it.
func certificate(t *testing.T) (tls.Certificate, *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, &tls.Config{RootCAs: pool}
}

// imapWorld is an IMAP server on loopback with one mailbox. It can be cut off, and its mailbox made anew.
type imapWorld struct {
	t      *testing.T
	mem    *imapmemserver.Server
	who    *imapmemserver.User
	addr   string
	caps   imap.CapSet
	mu     sync.Mutex
	conns  []net.Conn
	server *imapserver.Server
}

type countingListener struct {
	net.Listener
	w *imapWorld
}

func (l countingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.w.mu.Lock()
		l.w.conns = append(l.w.conns, c)
		l.w.mu.Unlock()
	}
	return c, err
}

func newIMAP(t *testing.T, caps imap.CapSet, cert *tls.Certificate, implicit bool) *imapWorld {
	t.Helper()
	w := &imapWorld{t: t, mem: imapmemserver.New(), who: imapmemserver.NewUser("tips", "đúng mật khẩu"), caps: caps}
	w.mem.AddUser(w.who)
	for _, box := range []string{"INBOX", "Done"} {
		if err := w.who.Create(box, nil); err != nil {
			t.Fatal(err)
		}
	}
	options := &imapserver.Options{Caps: caps, InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return flushing{w.mem.NewSession().(imapserver.SessionIMAP4rev2)}, nil, nil
		}}
	if cert != nil && !implicit {
		options.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*cert}}
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.addr = ln.Addr().String()
	var l net.Listener = countingListener{ln, w}
	if implicit {
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{*cert}})
	}
	w.server = imapserver.New(options)
	go func() { _ = w.server.Serve(l) }()
	t.Cleanup(func() { _ = w.server.Close() })
	return w
}

// flushing is a session whose IDLE also tells of what came just before it began, as RFC 2177 wants and the library's
// server forgets: a mail between the last command and IDLE would be told of with the next mail only.
type flushing struct{ imapserver.SessionIMAP4rev2 }

// Idle implements imapserver.Session.
func (s flushing) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	done := make(chan struct{})
	var polls sync.WaitGroup
	polls.Go(func() {
		for every := time.Tick(20 * time.Millisecond); ; {
			select {
			case <-done:
				return
			case <-every:
				_ = s.Poll(w, true)
			}
		}
	})
	err := s.SessionIMAP4rev2.Idle(w, stop)
	close(done)
	polls.Wait()
	return err
}

// add puts a mail into a folder.
func (w *imapWorld) add(folder, raw string, flags ...imap.Flag) {
	w.t.Helper()
	if _, err := w.who.Append(folder, literal{strings.NewReader(raw), int64(len(raw))}, &imap.AppendOptions{Flags: flags}); err != nil {
		w.t.Fatal(err)
	}
}

type literal struct {
	io.Reader
	size int64
}

func (l literal) Size() int64 { return l.size }

// count is the number of mails in a folder, and of the unread ones.
func (w *imapWorld) count(folder string) (all, unread uint32) {
	w.t.Helper()
	s, err := w.who.Status(folder, &imap.StatusOptions{NumMessages: true, NumUnseen: true})
	if err != nil {
		w.t.Fatal(err)
	}
	return *s.NumMessages, *s.NumUnseen
}

// connections counts those made so far; cut ends them all.
func (w *imapWorld) connections() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.conns)
}

func (w *imapWorld) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.conns {
		_ = c.Close()
	}
}

// relayWorld is an SMTP server on loopback that keeps what it is given.
type relayWorld struct {
	addr  string
	mu    sync.Mutex
	mails []relayed
	fail  func(stage, what string) error // asked at "mail", "rcpt", "data"
	drop  bool                           // close the connection after the mail was read
}

type relayed struct{ from, to, raw string }

func newRelay(t *testing.T, cert *tls.Certificate) *relayWorld {
	t.Helper()
	w := &relayWorld{}
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &relaySession{w: w, c: c}, nil }))
	s.Domain, s.ErrorLog, s.AllowInsecureAuth = "relay", silent{}, true
	if cert != nil {
		s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*cert}}
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.addr = ln.Addr().String()
	go func() { _ = s.Serve(ln) }()
	t.Cleanup(func() { _ = s.Close() })
	return w
}

func (w *relayWorld) sent() []relayed {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]relayed(nil), w.mails...)
}

type relaySession struct {
	w *relayWorld
	c *smtp.Conn
	m relayed
}

func (s *relaySession) ask(stage, what string) error {
	if s.w.fail == nil {
		return nil
	}
	return s.w.fail(stage, what)
}
func (s *relaySession) Reset()        {}
func (s *relaySession) Logout() error { return nil }
func (s *relaySession) Mail(from string, _ *smtp.MailOptions) error {
	s.m = relayed{from: from}
	return s.ask("mail", from)
}
func (s *relaySession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.m.to = to
	return s.ask("rcpt", to)
}
func (s *relaySession) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.m.raw = string(b)
	if err := s.ask("data", s.m.raw); err != nil {
		return err
	}
	s.w.mu.Lock()
	s.w.mails = append(s.w.mails, s.m)
	s.w.mu.Unlock()
	if s.w.drop {
		return s.c.Conn().Close()
	}
	return nil
}

// start runs a channel until the test ends.
func start(t *testing.T, run func(ctx context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	once := sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("the channel ended with %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("the channel does not end")
		}
	})
	t.Cleanup(once)
	return once
}
