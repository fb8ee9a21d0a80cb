package email

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/emersion/go-smtp"

	"soi/internal/intake"
)

// Limits of the listener.
const (
	maxRecipients = 20
	listenTime    = 60 * time.Second // for one command or piece of a mail
	acceptTime    = 30 * time.Second // for taking a mail in
	maxLine       = 8 << 10          // bytes of a line of a mail; the standard says 998, programs do more
	maxAtOnce     = 20               // connections; a mail server in front waits its turn
)

// silent keeps the library's log out of ours: it would hold addresses.
type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// listen takes mail over SMTP or LMTP until ctx ends. It relays nothing: mail for anybody but the desk is refused.
func (ch *Channel) listen(ctx context.Context, sink intake.Sink) error {
	l := ch.c.Listen
	if l.Network == "unix" {
		if err := clearSocket(l.Address); err != nil {
			return err
		}
	}
	ln, err := net.Listen(l.Network, l.Address)
	if err != nil {
		return fmt.Errorf("listening for mail: %w", err)
	}
	if l.Network == "unix" { // the mail server runs as somebody else; who may come near it, its folder says
		if err := os.Chmod(l.Address, 0o666); err != nil {
			return errors.Join(fmt.Errorf("the socket cannot be opened to the mail server: %w", err), ln.Close())
		}
	}
	return ch.serve(ctx, sink, ln)
}

// clearSocket removes what an earlier run left at a socket's path, and nothing else.
func clearSocket(path string) error {
	there, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err == nil && there.Mode()&os.ModeSocket == 0:
		return fmt.Errorf("%w: the path of the socket is taken by something else", ErrConfig)
	case err == nil:
		err = os.Remove(path)
	}
	if err != nil {
		return fmt.Errorf("the path of the socket: %w", err)
	}
	return nil
}

// serve takes mail on a listener.
func (ch *Channel) serve(ctx context.Context, sink intake.Sink, ln net.Listener) error {
	s := smtp.NewServer(backend{ch: ch, sink: sink, ctx: func() context.Context { return ctx }, slots: make(chan struct{}, maxAtOnce)})
	s.Domain = domain(ch.c.From)
	s.LMTP = ch.c.Listen.LMTP
	s.MaxMessageBytes, s.MaxRecipients, s.MaxLineLength = ch.c.MaxBytes, maxRecipients, maxLine
	s.ReadTimeout, s.WriteTimeout = listenTime, listenTime
	s.EnableSMTPUTF8 = true
	s.ErrorLog = silent{}
	if ch.c.Listen.Cert != "" {
		pair, err := tls.LoadX509KeyPair(ch.c.Listen.Cert, ch.c.Listen.Key)
		if err != nil {
			return errors.Join(fmt.Errorf("certificate for mail: %w", err), ln.Close())
		}
		s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stop()
	err := s.Serve(ln)
	if ctx.Err() != nil || errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	return err
}

// backend makes a session for each connection.
type backend struct {
	ch    *Channel
	sink  intake.Sink
	ctx   func() context.Context // ends with the listener
	slots chan struct{}
}

// NewSession implements smtp.Backend.
func (b backend) NewSession(*smtp.Conn) (smtp.Session, error) {
	select {
	case b.slots <- struct{}{}:
		return &delivery{backend: b}, nil
	default:
		return nil, &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "Too many connections, try again later"}
	}
}

// delivery is one mail on its way in.
type delivery struct {
	backend
	null bool // the empty return path: a report, not a person
	to   int
}

// Mail implements smtp.Session. The return path is looked at for being empty alone: it can be anybody's.
func (d *delivery) Mail(from string, _ *smtp.MailOptions) error {
	d.null = from == ""
	return nil
}

// Rcpt implements smtp.Session.
func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	if !d.ch.own.hold(to) {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such address here"}
	}
	d.to++
	return nil
}

// Data implements smtp.Session: 250 only once the mail is settled.
func (d *delivery) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err // the library's own: too large, line too long, connection lost
	}
	if d.null {
		raw = append([]byte("Return-Path: <>\r\n"), bytes.TrimLeft(raw, "\r\n")...)
	}
	ctx, cancel := context.WithTimeout(d.ctx(), acceptTime)
	defer cancel()
	if err := d.ch.take(ctx, d.sink, raw, false); err != nil {
		d.ch.c.Log.Error("a mail could not be stored; its server was asked to try again", "channel", Name, "err", err)
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Not stored, try again later"}
	}
	return nil
}

// Reset implements smtp.Session.
func (d *delivery) Reset() { d.null, d.to = false, 0 }

// Logout implements smtp.Session.
func (d *delivery) Logout() error {
	<-d.slots
	return nil
}
