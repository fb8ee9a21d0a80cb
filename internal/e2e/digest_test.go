package e2e

import (
	"context"
	"io"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/browsertest"
	"soi/internal/desk"
)

// letterbox is a relay that keeps what it is given, and a session of it.
type letterbox struct {
	mu    sync.Mutex
	mails []string
}

func (l *letterbox) Reset()                               { /* one mail after the other */ }
func (l *letterbox) Logout() error                        { return nil }
func (l *letterbox) Mail(string, *smtp.MailOptions) error { return nil }
func (l *letterbox) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (l *letterbox) Data(from io.Reader) error {
	b, err := io.ReadAll(from)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mails = append(l.mails, string(b))
	return err
}

// nth waits for a mail and returns what it says, decoded.
func (l *letterbox) nth(t *testing.T, n int) string {
	t.Helper()
	var raw string
	apptest.Wait(t, "a mail", func(context.Context) bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		if len(l.mails) >= n {
			raw = l.mails[n-1]
		}
		return raw != ""
	})
	b, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// newLetterbox starts a relay on loopback.
func newLetterbox(t *testing.T) (*letterbox, string) {
	t.Helper()
	l := &letterbox{}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return l, nil }))
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(ln) }()
	t.Cleanup(func() { _ = s.Close() })
	return l, "smtp://" + ln.Addr().String()
}

var (
	personal = regexp.MustCompile(`/en/subscribe/[A-Za-z0-9_-]+`)
	oneClick = regexp.MustCompile(`(?s)List-Unsubscribe:\s*<([^>]+)>`)
)

// TestSubscriber: somebody with a phone that runs no scripts asks for digests,
// says yes by the link in the mail, chooses a topic, is sent an edition at its
// hour, reads it on the page, and leaves by what a mail program sends when its
// own button is pressed. An editor sees the number and the edition.
func TestSubscriber(t *testing.T) {
	w := &world{browser: browsertest.Start(t)}
	box, relay := newLetterbox(t)
	var ahead atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	w.desk, w.base = start(t, apptest.Options{Demo: true, Settings: map[string]string{"mail-from": "tips@desk.example", "mail-relay": relay, "mail-listen": "smtp://" + apptest.FreePort(t)},
		With: func(o *app.Options) { o.Now = now }})
	p := w.phone(t)
	p.Go("/en/digests")
	p.Fits()
	p.Click("Receive them by e-mail")
	p.AxeLightAndDark()
	p.Fits()
	p.Fill("E-mail address", "reader@reader.example")
	p.Choose("Language", "English")
	p.Click("Ask this address")
	p.See("A mail is on its way")
	p.Fits()

	link := personal.FindString(box.nth(t, 1))
	if link == "" {
		t.Fatalf("no link in the mail:\n%s", box.nth(t, 1))
	}
	p.Go(link)
	p.See("Do you want digests?")
	p.AxeLightAndDark()
	p.Fits()
	p.Click("Yes, send me digests")
	p.See("This address receives digests.")
	p.Click("Only some topics or places")
	p.Click("Health")
	p.Click("Save")
	p.See("Saved.")
	p.AxeLightAndDark()
	p.Fits()

	plan, cal, err := w.desk.Desk.DigestPlan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	next, ok := plan.Next(now(), w.desk.Config.Zone, cal)
	if !ok {
		t.Fatal("no hour comes")
	}
	ahead.Add(int64(next.Sub(now()) + time.Second))
	mail := box.nth(t, 2)
	leave := oneClick.FindStringSubmatch(mail)
	if leave == nil || !strings.Contains(mail, "List-Unsubscribe-Post: List-Unsubscribe=One-Click") {
		t.Fatalf("the mail cannot be left by one click:\n%s", mail)
	}
	p.Go("/en/digests")
	name := regexp.MustCompile(`/en/digests/\d{4}-\d\d-\d\d-\d+`).FindString(strings.Join(p.Links(), "\n"))
	p.Go(name)
	p.AxeLightAndDark()
	p.Fits()
	editor := w.staff(t, "Editor of digests", desk.Editor) // who signed in before has slept meanwhile
	editor.Go("/en/desk/digests")
	editor.See("sent")
	editor.AxeLightAndDark()
	editor.Fits()

	u, err := url.Parse(leave[1])
	if err != nil {
		t.Fatal(err)
	}
	if got := w.person(t, "203.0.113.171").post(u.Path, url.Values{"List-Unsubscribe": {"One-Click"}}); got.status != http.StatusOK {
		t.Errorf("one click: %d", got.status)
	}
	p.Go(link)
	p.See("This link leads nowhere any more")
	p.Fits()
}
