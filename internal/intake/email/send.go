package email

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/textproto"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"soi/internal/intake"
)

// idPrefix begins the ids of our answers.
const idPrefix = "soi."

// relayTime bounds the whole conversation with the relay.
const relayTime = 50 * time.Second

// Send implements intake.Channel: one mail to the relay. The id of a message is made of its Op, so that a second try
// bears the same one and programs of askers show it once.
func (ch *Channel) Send(ctx context.Context, to intake.Address, m intake.Outgoing) (intake.Receipt, error) {
	if ch.c.Relay.Address == "" {
		return intake.Receipt{}, fmt.Errorf("%w: no relay is set", intake.ErrAuth)
	}
	var t returnTo
	if err := json.Unmarshal(to, &t); err != nil || usable(t.To) == "" {
		return intake.Receipt{}, fmt.Errorf("%w: it cannot be read", intake.ErrGone)
	}
	msg, id, err := ch.compose(t, m)
	if err != nil {
		return intake.Receipt{}, err
	}
	if err := ch.hand(ctx, msg); err != nil {
		return intake.Receipt{}, err
	}
	return intake.Receipt{ID: id}, nil
}

// compose writes the mail. Everything that comes from the asked mail is checked again: the address by usable, the ids by
// ids, the subject by line; none of them can begin a field of its own.
func (ch *Channel) compose(t returnTo, m intake.Outgoing) (*mail.Msg, string, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithEncoding(mail.EncodingQP), mail.WithCharset(mail.CharsetUTF8))
	err := errors.Join(msg.FromFormat(line(ch.c.Title, 60), ch.c.From), msg.EnvelopeFrom(ch.c.From), msg.To(usable(t.To)))
	if err != nil {
		return nil, "", fmt.Errorf("%w: an address the relay would not take", intake.ErrGone)
	}
	sum := sha256.Sum256([]byte(m.Op + "\x00" + t.To))
	id := idPrefix + hex.EncodeToString(sum[:16]) + "@" + domain(ch.c.From)
	msg.SetMessageIDWithValue(id)
	msg.SetDateWithValue(ch.c.Now())
	msg.Subject(replySubject(t.Subject, m))
	msg.SetGenHeader("Auto-Submitted", "auto-replied")
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	if answers := ids(t.ID); len(answers) > 0 {
		msg.SetGenHeaderPreformatted(mail.HeaderInReplyTo, answers[0])
		msg.SetGenHeaderPreformatted(mail.HeaderReferences, strings.Join(ids(strings.Join(t.Refs, " ")), "\r\n "))
	}
	if m.Lang == "vi" || m.Lang == "en" {
		msg.SetGenHeader("Content-Language", m.Lang)
	}
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(mail.TypeTextHTML, htmlBody(m))
	return msg, "<" + id + ">", nil
}

// replySubject keeps the asker's own subject, as a program that answers does, so that the answer stands in its thread;
// without one it is the message's title.
func replySubject(asked string, m intake.Outgoing) string {
	asked = strings.TrimSpace(prefix.ReplaceAllString(line(asked, maxSubject), ""))
	if asked == "" {
		return line(m.Title, maxSubject)
	}
	return "Re: " + asked
}

var (
	page    = mustPage()
	address = regexp.MustCompile(`https?://[^\s<>"]*[^\s<>".,;:!?)\]»”]`)
)

// mustPage reads the HTML half: the same words, links that can be pressed, nothing that is fetched.
func mustPage() *template.Template {
	return template.Must(template.New("mail").Parse(`<!doctype html><html lang="{{.Lang}}"><head><meta charset="utf-8"></head>` +
		`<body style="font:16px/1.6 system-ui,sans-serif;max-width:40em">{{range .Paragraphs}}<p>{{range .}}{{if .Break}}<br>{{end}}` +
		`{{if .Link}}<a href="{{.Link}}">{{.Link}}</a>{{else}}{{.Text}}{{end}}{{end}}</p>{{end}}</body></html>`))
}

// piece is a run of text or a link.
type piece struct {
	Break      bool
	Text, Link string
}

// htmlBody writes the text as simple HTML.
func htmlBody(m intake.Outgoing) string {
	var paragraphs [][]piece
	for p := range strings.SplitSeq(strings.ReplaceAll(m.Text, "\r", ""), "\n\n") {
		var pieces []piece
		for i, l := range strings.Split(strings.TrimSpace(p), "\n") {
			first := len(pieces)
			from := 0
			for _, at := range address.FindAllStringIndex(l, -1) {
				pieces = append(pieces, piece{Text: l[from:at[0]]}, piece{Link: l[at[0]:at[1]]})
				from = at[1]
			}
			pieces = append(pieces, piece{Text: l[from:]})
			pieces[first].Break = i > 0
		}
		paragraphs = append(paragraphs, pieces)
	}
	var b strings.Builder
	if err := page.Execute(&b, map[string]any{"Lang": m.Lang, "Paragraphs": paragraphs}); err != nil {
		return "" // the template is fixed and writes to memory
	}
	return b.String()
}

// relay builds the client of the relay.
func (ch *Channel) relay() (*mail.Client, error) {
	r := ch.c.Relay
	host, port, err := net.SplitHostPort(r.Address)
	number, err2 := strconv.Atoi(port)
	if err != nil || err2 != nil {
		return nil, fmt.Errorf("%w: the relay's address is not host:port", intake.ErrAuth)
	}
	options := []mail.Option{mail.WithPort(number), mail.WithTimeout(relayTime), mail.WithHELO(domain(ch.c.From))}
	switch r.Security {
	case TLS:
		options = append(options, mail.WithSSL())
	case StartTLS:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	default:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	}
	if ch.c.TLS != nil {
		trust := ch.c.TLS.Clone()
		trust.ServerName = host
		options = append(options, mail.WithTLSConfig(trust))
	}
	if r.Login != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(r.Login), mail.WithPassword(string(r.Password)))
	}
	client, err := mail.NewClient(host, options...)
	if err != nil {
		return nil, fmt.Errorf("%w: the relay's settings", intake.ErrAuth)
	}
	return client, nil
}

// dialError names the kind of a failure before any mail was handed over. The library's text is left out where it could
// hold an address; here it speaks of the relay alone.
func dialError(err error) error {
	var reply *textproto.Error
	if errors.As(err, &reply) && (reply.Code == 535 || reply.Code == 534 || reply.Code == 530 || reply.Code == 538) {
		return fmt.Errorf("%w: the relay refused the log-in (%d)", intake.ErrAuth, reply.Code)
	}
	return fmt.Errorf("%w: the relay cannot be reached: %w", intake.ErrTemporary, err)
}

// sendError names the kind of a failure while a mail was handed over. The relay's own sentence often repeats the
// address, so only its codes are kept.
func sendError(err error) error {
	var failed *mail.SendError
	if !errors.As(err, &failed) {
		return intake.ErrUnknown
	}
	code := failed.ErrorCode()
	said := fmt.Sprintf("the relay said %d %s", code, failed.EnhancedStatusCode())
	switch {
	case code >= 400 && code < 500:
		return fmt.Errorf("%w: %s", intake.ErrTemporary, said)
	case code == 530 || code == 535:
		return fmt.Errorf("%w: %s", intake.ErrAuth, said)
	case code >= 500 && failed.Reason == mail.ErrSMTPRcptTo && (noMailbox(failed.EnhancedStatusCode()) || failed.EnhancedStatusCode() == "" && code != 554):
		return fmt.Errorf("%w: %s", intake.ErrGone, said)
	case code >= 500:
		return fmt.Errorf("%w: %s", intake.ErrRefused, said)
	case failed.Reason == mail.ErrSMTPDataClose: // the mail was written and no answer came
		return fmt.Errorf("%w: no answer to the mail", intake.ErrUnknown)
	}
	return fmt.Errorf("%w: the connection was lost before the mail was handed over", intake.ErrTemporary)
}
