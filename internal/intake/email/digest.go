package email

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/wneessen/go-mail"

	"soi/internal/intake"
)

// digestPrefix begins the ids of digests; an opaque id follows.
const digestPrefix = idPrefix + "d."

// Digest is a mail that many receive: an edition, or the question whether an
// address wants them.
type Digest struct {
	ID    string // stable over tries; letters, figures, "-" and "."
	To    intake.Address
	Lang  string
	Title string
	Text  string
	HTML  string // "" for plain text alone
	Leave string // address that ends the subscription by POST (RFC 8058); "" for none
}

// SendDigest hands one digest to the relay. Its errors are those of Send.
func (ch *Channel) SendDigest(ctx context.Context, d Digest) error {
	if !ch.HasRelay() {
		return fmt.Errorf("%w: no relay is set", intake.ErrAuth)
	}
	msg, err := ch.composeDigest(d)
	if err != nil {
		return err
	}
	return ch.hand(ctx, msg)
}

// composeDigest writes the mail. It says that a machine sent it to many, so that
// out-of-office programs keep still, and how to leave by one click.
func (ch *Channel) composeDigest(d Digest) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithEncoding(mail.EncodingQP), mail.WithCharset(mail.CharsetUTF8))
	_, host, _ := strings.Cut(ch.c.From, "@")
	if err := errors.Join(msg.FromFormat(line(ch.c.Title, 60), ch.c.From), msg.EnvelopeFrom(ch.c.From), msg.To(usable(string(d.To)))); err != nil {
		return nil, fmt.Errorf("%w: an address the relay would not take", intake.ErrGone)
	}
	msg.SetMessageIDWithValue(digestPrefix + d.ID + "@" + host)
	msg.SetDateWithValue(ch.c.Now())
	msg.Subject(line(d.Title, maxSubject))
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("Precedence", "list")
	if d.Lang == "vi" || d.Lang == "en" {
		msg.SetGenHeader("Content-Language", d.Lang)
	}
	if d.Leave != "" {
		msg.SetGenHeader("List-Unsubscribe", "<"+d.Leave+">")
		msg.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	msg.SetBodyString(mail.TypeTextPlain, d.Text)
	html := d.HTML
	if html == "" {
		html = htmlBody(intake.Outgoing{Lang: d.Lang, Text: d.Text})
	}
	msg.AddAlternativeString(mail.TypeTextHTML, html)
	return msg, nil
}
