package email

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"soi/internal/intake"
	"soi/internal/intake/platformtest"
)

// letterID is the id of a letter in the tests.
const letterID = "0123456789abcdefghjkmnpqrs"

// office takes what concerns letters and remembers it.
type office struct {
	answered []Reply
	returned []string
	fails    error
}

func (o *office) Office(_ context.Context, a intake.Secret) (bool, error) {
	return a == "vanphong@soyte.example", o.fails
}

func (o *office) Answered(_ context.Context, r Reply) error {
	o.answered = append(o.answered, r)
	return o.fails
}

func (o *office) Returned(_ context.Context, l string) error {
	o.returned = append(o.returned, l)
	return o.fails
}

func TestALetter(t *testing.T) {
	w := newRelay(t, nil)
	ch := answering(t, w)
	l := Letter{ID: letterID, To: "vanphong@soyte.example", Lang: "vi", Title: "Câu hỏi gửi Sở Y tế\r\nBcc: x@evil.example",
		Text: "Kính gửi Sở Y tế,\n\nXin trả lời ở https://desk.example/vi/r/abc."}
	if err := ch.SendLetter(t.Context(), l); err != nil || len(w.sent()) != 1 {
		t.Fatalf("%v, %d sent", err, len(w.sent()))
	}
	sent := w.sent()[0]
	got, err := mail.ReadMessage(strings.NewReader(sent.raw))
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{
		"To": "<vanphong@soyte.example>", "Message-Id": "<soi.r." + letterID + "@desk.example>", "Reply-To": "<tips+r-" + letterID + "@desk.example>",
		"Content-Language": "vi", "Auto-Submitted": "", "Bcc": "", "X-Mailer": "",
	} {
		if v := got.Header.Get(field); v != want {
			t.Errorf("%s: %q, want %q", field, v, want)
		}
	}
	if sent.to != "vanphong@soyte.example" || strings.Contains(sent.raw, "evil.example>") {
		t.Errorf("to %s", sent.to)
	}
	if !strings.Contains(decodeWords(got.Header.Get("Subject")), "Câu hỏi gửi Sở Y tế") {
		t.Errorf("subject %q", got.Header.Get("Subject"))
	}
	l.To = "nobody"
	if err := ch.SendLetter(t.Context(), l); !errors.Is(err, intake.ErrGone) {
		t.Errorf("to no address: %v", err)
	}
	if err := channel(t, Config{Listen: Listen{Address: "x"}}).SendLetter(t.Context(), l); !errors.Is(err, intake.ErrAuth) {
		t.Errorf("without a relay: %v", err)
	}
}

// reply is a mail with further fields; a From among them replaces the usual one.
func reply(body string, fields ...string) string {
	raw := letter(body, append([]string{plainUTF8}, fields...)...)
	if len(fields) > 0 && strings.HasPrefix(fields[0], "From:") {
		raw = strings.Replace(raw, "From: =?UTF-8?B?Tmd1eeG7hW4gQ2FuYXJ5?= <Canary@Mail.example>\r\n", "", 1)
	}
	return raw
}

// TestRepliesToLetters: by the id they answer, by the address they went to, or
// by the office they come from; every other mail stays a tip.
func TestRepliesToLetters(t *testing.T) {
	from := "From: Văn phòng <vanphong@soyte.example>"
	for name, c := range map[string]struct {
		fields []string
		want   *Reply // nil: a tip
	}{
		"by the id":                   {[]string{"In-Reply-To: <soi.r." + letterID + "@desk.example>"}, &Reply{Letter: letterID, From: "canary@mail.example", Sure: true}},
		"by the thread":               {[]string{"References: <a@b.example> <soi.r." + letterID + "@desk.example>"}, &Reply{Letter: letterID, From: "canary@mail.example", Sure: true}},
		"by the address":              {[]string{"X-Original-To: tips+r-" + letterID + "@desk.example"}, &Reply{Letter: letterID, From: "canary@mail.example", Sure: true}},
		"by the office":               {[]string{from}, &Reply{From: "vanphong@soyte.example", Sure: true}},
		"forged":                      {[]string{from, "Authentication-Results: mx; dmarc=fail"}, &Reply{From: "vanphong@soyte.example"}},
		"another desk's letter":       {[]string{"In-Reply-To: <soi.r." + letterID + "@other.example>"}, nil},
		"half an id":                  {[]string{"In-Reply-To: <soi.r.0123@desk.example>"}, nil},
		"an answer to an asker":       {[]string{"In-Reply-To: <soi.0123456789abcdef0123456789abcdef@desk.example>"}, nil},
		"an office that is away":      {[]string{from, "Auto-Submitted: auto-replied"}, nil},
		"somebody":                    {nil, nil},
		"a stranger's tagged address": {[]string{"X-Original-To: other+r-" + letterID + "@desk.example"}, nil},
	} {
		o, sink := &office{}, &platformtest.Sink{}
		ch := channel(t, Config{Listen: Listen{Address: "x"}})
		ch.SetLetters(o)
		if err := ch.take(t.Context(), sink, []byte(reply("Chúng tôi bác bỏ tin này, xin xem văn bản.", c.fields...)), false); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if c.want == nil {
			if len(o.answered) != 0 {
				t.Errorf("%s: taken as a reply: %+v", name, o.answered)
			}
			continue
		}
		if len(o.answered) != 1 || len(sink.Arrived()) != 0 {
			t.Errorf("%s: %d replies, %d tips", name, len(o.answered), len(sink.Arrived()))
			continue
		}
		got := o.answered[0]
		if d := cmp.Diff(*c.want, got, cmpopts.IgnoreFields(Reply{}, "ExtID", "Text", "Lang", "At", "Media")); d != "" {
			t.Errorf("%s: -want +got\n%s", name, d)
		}
		if !strings.Contains(got.Text, "bác bỏ tin này") || got.ExtID == "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestAReplyThatCannotBeStoredIsTakenAgain: the mailbox must keep it.
func TestAReplyThatCannotBeStoredIsTakenAgain(t *testing.T) {
	o := &office{fails: errors.New("no room")}
	ch := channel(t, Config{Listen: Listen{Address: "x"}})
	ch.SetLetters(o)
	raw := []byte(letter("Bác bỏ.", plainUTF8, "In-Reply-To: <soi.r."+letterID+"@desk.example>"))
	if err := ch.take(t.Context(), &platformtest.Sink{}, raw, false); !errors.Is(err, o.fails) {
		t.Errorf("got %v", err)
	}
}

func TestALetterThatCameBack(t *testing.T) {
	o := &office{}
	ch := channel(t, Config{Listen: Listen{Address: "x"}})
	ch.SetLetters(o)
	raw := "From: MAILER-DAEMON@mx.example\nTo: tips@desk.example\nSubject: Undelivered\nMIME-Version: 1.0\n" +
		"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\nContent-Type: text/plain\n\nNo such user.\n--x\n" +
		"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; vanphong@soyte.example\nAction: failed\nStatus: 5.1.1\n\n--x\n" +
		"Content-Type: text/rfc822-headers\n\nMessage-ID: <soi.r." + letterID + "@desk.example>\n\n--x--\n"
	if err := ch.take(t.Context(), &platformtest.Sink{}, []byte(raw), false); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{letterID}, o.returned); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}
