package email

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"soi/internal/intake"
)

// letterPrefix begins the ids of letters to bodies concerned; the letter's own
// id follows. It stands in the Message-ID and, for programs that drop the ids
// of what they answer, in the address an answer goes to.
const (
	letterPrefix = idPrefix + "r."
	letterTag    = "r-"
)

// Letter is a mail to the office of a body concerned. People read and answer
// it: it does not say that a machine answers.
type Letter struct {
	ID    string // 26 letters, as the desk names it
	To    string
	Lang  string
	Title string
	Text  string
}

// Reply is a mail that answers a letter, or comes from an address that the desk
// knows as a body's. It holds no name, and the address only where it is asked
// whether it is a body's.
type Reply struct {
	ExtID  string // stable over copies of the mail
	Letter string // id of the letter it answers, "" if it names none
	From   intake.Secret
	Sure   bool // the mail server vouched for From, or at least nothing speaks against it
	Text   string
	Lang   string
	Media  []intake.Media
	At     time.Time
}

// Letters takes the mails that concern letters. The program hands in an
// implementation.
type Letters interface {
	// Office reports whether an address is one that a body of the register is
	// asked at.
	Office(ctx context.Context, address intake.Secret) (bool, error)
	// Answered takes a reply in; it is stored once however often it comes.
	Answered(ctx context.Context, r Reply) error
	// Returned notes that a letter could not be delivered, for good.
	Returned(ctx context.Context, letter string) error
}

// HasRelay reports whether letters can be sent.
func (ch *Channel) HasRelay() bool { return ch.c.Relay.Address != "" }

// SetLetters says who takes replies to letters. It is called once, before Run;
// without it every mail is a tip.
func (ch *Channel) SetLetters(l Letters) { ch.letters = l }

// SendLetter hands one letter to the relay. Its errors are those of Send.
func (ch *Channel) SendLetter(ctx context.Context, l Letter) error {
	if !ch.HasRelay() {
		return fmt.Errorf("%w: no relay is set", intake.ErrAuth)
	}
	msg, err := ch.composeLetter(l)
	if err != nil {
		return err
	}
	return ch.hand(ctx, msg)
}

// hand gives one mail to the relay.
func (ch *Channel) hand(ctx context.Context, msg *mail.Msg) error {
	client, err := ch.relay()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, relayTime)
	defer cancel()
	if err := client.DialWithContext(ctx); err != nil {
		return dialError(err)
	}
	err = client.Send(msg)
	_ = client.Close() // the mail is taken or refused by now
	if err != nil {
		return sendError(err)
	}
	return nil
}

// composeLetter writes the mail. A second try bears the same id, so that
// programs show it once.
func (ch *Channel) composeLetter(l Letter) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithEncoding(mail.EncodingQP), mail.WithCharset(mail.CharsetUTF8))
	local, host, _ := strings.Cut(ch.c.From, "@")
	back := local + "+" + letterTag + l.ID + "@" + host
	err := errors.Join(msg.FromFormat(line(ch.c.Title, 60), ch.c.From), msg.EnvelopeFrom(ch.c.From), msg.To(usable(l.To)))
	if usable(back) != "" { // an address that is long already cannot be made longer
		err = errors.Join(err, msg.ReplyTo(back))
	}
	if err != nil {
		return nil, fmt.Errorf("%w: an address the relay would not take", intake.ErrGone)
	}
	msg.SetMessageIDWithValue(letterPrefix + l.ID + "@" + host)
	msg.SetDateWithValue(ch.c.Now())
	msg.Subject(line(l.Title, maxSubject))
	if l.Lang == "vi" || l.Lang == "en" {
		msg.SetGenHeader("Content-Language", l.Lang)
	}
	msg.SetBodyString(mail.TypeTextPlain, l.Text)
	msg.AddAlternativeString(mail.TypeTextHTML, htmlBody(intake.Outgoing{Lang: l.Lang, Text: l.Text}))
	return msg, nil
}

// replied takes a mail that concerns letters; done is false for every other
// mail. An office that has us wait, or a machine that answers for it, is no
// answer and is passed over like any machine's mail.
func (ch *Channel) replied(ctx context.Context, raw []byte, m Mail) (done bool, err error) {
	if ch.letters == nil || m.Why != "" && m.Why != whyEmpty {
		return false, nil
	}
	h, _ := splitHead(trimLead(raw))
	r := Reply{ExtID: m.ID, Letter: ch.letterOf(h), From: m.who, Sure: ch.genuine(raw), Text: m.Text, Lang: m.Lang, Media: m.Media, At: m.At}
	if r.Letter == "" {
		office, err := ch.letters.Office(ctx, m.who)
		if err != nil || !office {
			return err != nil, err
		}
	}
	if r.Text == "" && len(r.Media) == 0 {
		return false, nil
	}
	return true, ch.letters.Answered(ctx, r)
}

// letterOf is the id of the letter a mail answers: by the ids it names, or by
// the address it went to.
func (ch *Channel) letterOf(h head) string {
	for _, field := range []string{"in-reply-to", "references"} {
		for _, id := range ids(h.first(field)) {
			if l := letterIn(id, ch.own); l != "" {
				return l
			}
		}
	}
	for _, field := range []string{"to", "cc", "delivered-to", "x-original-to", "envelope-to"} {
		for _, v := range h[field] {
			for part := range strings.FieldsFuncSeq(strings.ToLower(v), func(c rune) bool { return strings.ContainsRune(" ,;<>\"\t\r\n", c) }) {
				local, _, _ := strings.Cut(part, "@")
				_, tag, ok := strings.Cut(local, "+"+letterTag)
				if ok && ch.own.hold(part) && isLetter(tag) {
					return tag
				}
			}
		}
	}
	return ""
}

// letterIn is the letter whose Message-ID this is, "" if it is none of ours.
func letterIn(id string, own Addresses) string {
	id = strings.ToLower(strings.Trim(id, "<>"))
	name, _, _ := strings.Cut(id, "@")
	l, ok := strings.CutPrefix(name, letterPrefix)
	if !ok || !own.inDomain(id) || !isLetter(l) {
		return ""
	}
	return l
}

// isLetter tells whether a text has the form of a letter's id.
func isLetter(s string) bool {
	return len(s) == 26 && strings.Trim(s, "0123456789abcdefghjkmnpqrstvwxyz") == ""
}
