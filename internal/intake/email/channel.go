package email

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"soi/internal/intake"
)

// Name is the channel's name.
const Name = "email"

// Config is what the channel is told. Mailbox, Listen or both bring mail in; without a Relay nothing is answered.
type Config struct {
	From    string   // the address answers come from, tips@desk.example; it takes mail too
	Title   string   // the desk's name, shown beside From
	Also    []string // further addresses of the desk at which it takes mail
	Mailbox Server   // IMAP; its zero value means none
	Folder  string   // of the mailbox; "" means INBOX
	Done    string   // folder that mail is moved to once it is taken in; "": it stays and is marked as read
	Poll    time.Duration
	Listen  Listen // SMTP or LMTP; its zero value means none
	Relay   Server // SMTP; its zero value means none
	// Checker is the name (authserv-id) of the mail server whose Authentication-Results field is believed: then only
	// mail that passed its check of the From domain is answered, so that nobody has us write to a stranger. "": mail
	// is answered unless the topmost such field says that the check failed.
	Checker  string
	MaxBytes int64 // of one mail; 0 means DefaultMax

	Log *slog.Logger     // nil discards
	Now func() time.Time // nil means time.Now
	TLS *tls.Config      // for tests with a certificate of their own; nil: the system's roots
}

// Server is one mail server to log in to.
type Server struct {
	Address  string // host:port
	Security Security
	Login    string // "" means no log-in (a relay on this machine)
	Password intake.Secret
}

// Listen is where mail is taken in.
type Listen struct {
	Network string // tcp or unix
	Address string // host:port, or the path of a socket
	LMTP    bool
	Cert    string // files of the certificate and key for STARTTLS; "" means none is offered
	Key     string
}

// Security is how a connection is protected.
type Security string

// The ways. Plain is for servers on this machine.
const (
	Plain    Security = "plain"
	StartTLS Security = "starttls"
	TLS      Security = "tls"
)

// DefaultMax is the most bytes of a mail that are read: two phone pictures and what base64 adds to them. Of a longer one
// in a mailbox the beginning is read, where the words are; a listener refuses it.
const DefaultMax = 15 << 20

// DefaultPoll is how often a mailbox is looked into when its server cannot tell of new mail by itself.
const DefaultPoll = 2 * time.Minute

// ErrConfig: the settings cannot be used; the text says which.
var ErrConfig = errors.New("mail settings")

// Channel takes tips from mail and answers them. Safe for concurrent use.
type Channel struct {
	c      Config
	own    Addresses
	rate   *rate
	reader func(raw []byte, own Addresses) Mail       // Read, or what a test puts in its place
	wait   func(ctx context.Context, d time.Duration) // between attempts; tests do not wait
	mu     sync.Mutex
	state  error // of the mailbox, for Probe

	letters Letters // nil: every mail is a tip
}

// New builds a Channel. It connects to nothing.
func New(c Config) (*Channel, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = DefaultMax
	}
	if c.Poll == 0 {
		c.Poll = DefaultPoll
	}
	if c.Folder == "" {
		c.Folder = "INBOX"
	}
	ch := &Channel{c: c, rate: newRate(), reader: Read, wait: pause}
	for _, a := range append([]string{c.From}, c.Also...) {
		if a = usable(strings.TrimSpace(a)); a == "" {
			return nil, fmt.Errorf("%w: an address of the desk is not of the form tips@desk.example", ErrConfig)
		}
		ch.own = append(ch.own, a)
	}
	ch.c.From = ch.own[0]
	if c.Mailbox.Address == "" && c.Listen.Address == "" {
		return nil, fmt.Errorf("%w: neither a mailbox nor a listener brings mail in", ErrConfig)
	}
	return ch, nil
}

// Name implements intake.Channel.
func (ch *Channel) Name() string { return Name }

// Limits implements intake.Channel. A mail is whole: nothing is bundled. Relays for one desk allow more than five mails a
// second; a slower pace would make askers of a big claim wait, a faster one looks like bulk mail.
func (ch *Channel) Limits() intake.Limits { return intake.Limits{PerSecond: 5, Bundle: -1} }

// Run implements intake.Channel.
func (ch *Channel) Run(ctx context.Context, sink intake.Sink) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var tasks sync.WaitGroup
	var failed error
	if ch.c.Mailbox.Address != "" {
		tasks.Go(func() { ch.watch(ctx, sink) })
	}
	if ch.c.Listen.Address != "" {
		tasks.Go(func() {
			failed = ch.listen(ctx, sink)
			stop()
		})
	}
	tasks.Wait()
	return failed
}

// take reads one mail and hands it on. A nil error means that the mail is settled: stored once, or told to be no tip.
func (ch *Channel) take(ctx context.Context, sink intake.Sink, raw []byte, cut bool) error {
	m, ok := ch.read(raw)
	if !ok {
		sum := sha256.Sum256(raw)
		return sink.Quarantine(ctx, Name, hex.EncodeToString(sum[:16]), raw, "unreadable")
	}
	if m.Why == whyBounce {
		return ch.bounced(ctx, sink, raw)
	}
	if done, err := ch.replied(ctx, raw, m); done {
		return err
	}
	genuine, often := ch.genuine(raw), 0
	counted := string(m.who)
	if !genuine { // whoever uses another's address must not use up that person's hour
		counted = "claimed " + counted
	}
	if m.Why == "" {
		if often = ch.rate.count(counted, ch.c.Now()); often > mostTaken {
			m.Why = whyOften
		}
	}
	if m.Why != "" {
		ch.c.Log.Info("mail passed over", "channel", Name, "why", m.Why)
		return nil
	}
	if m.Cut || cut {
		ch.c.Log.Info("mail read in part", "channel", Name, "bytes", len(raw))
	}
	a := intake.Arrived{Channel: Name, ExtID: m.ID, Who: m.who, Thread: intake.Secret(m.Thread), Kind: intake.KindMessage,
		Text: m.Text, ReplyTo: m.Answers, Lang: m.Lang, Links: m.Links, Media: m.Media, Forwarded: m.Passed, At: m.At}
	switch {
	case !genuine: // somebody may use another's address: it counts for nobody, ends nobody's conversation, and is not answered
		a.Who, a.Thread, a.ReplyTo = "", intake.Secret(m.ID), ""
	case !m.Quiet && often <= mostAnswered && ch.c.Relay.Address != "":
		a.Address = m.address()
	}
	err := sink.Accept(ctx, a)
	if errors.Is(err, intake.ErrUnusable) {
		err = sink.Quarantine(ctx, Name, m.ID, raw, "unusable")
	}
	if err != nil {
		ch.rate.giveBack(counted)
	}
	return err
}

// read reads a mail. One that makes the reader fall over must not take the others with it: it is put aside.
func (ch *Channel) read(raw []byte) (m Mail, ok bool) {
	defer func() {
		if p := recover(); p != nil {
			ch.c.Log.Error("a mail could not be read and was put aside", "channel", Name, "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
		}
	}()
	return ch.reader(raw, ch.own), true
}

// address is what Send gets back, once opened.
func (m Mail) address() intake.Address {
	b, err := json.Marshal(m.to)
	if err != nil { // a struct of strings always can be written
		return nil
	}
	return b
}

// genuine tells whether the mail may be answered: whether its From is not known to be somebody else's.
func (ch *Channel) genuine(raw []byte) bool {
	h, _ := splitHead(trimLead(raw))
	from, _ := origin(h)
	for _, v := range h["authentication-results"] {
		server, results, _ := strings.Cut(strings.ToLower(v), ";")
		server, _, _ = strings.Cut(strings.TrimSpace(server), " ")
		if ch.c.Checker == "" {
			return !strings.Contains(results, "dmarc=fail") && !strings.Contains(results, "spf=fail")
		}
		if server == strings.ToLower(ch.c.Checker) {
			return passed(results, domain(from))
		}
	}
	return ch.c.Checker == ""
}

// passed reads the results of one server: DMARC passed, or DKIM did with a signature of the From domain.
func passed(results, host string) bool {
	for part := range strings.SplitSeq(results, ";") {
		part = strings.TrimSpace(part)
		switch {
		case strings.HasPrefix(part, "dmarc=pass"):
			return true
		case strings.HasPrefix(part, "dkim=pass"):
			for word := range strings.FieldsSeq(part) {
				if d, ok := strings.CutPrefix(word, "header.d="); ok && (host == d || strings.HasSuffix(host, "."+d)) {
					return true
				}
			}
		}
	}
	return false
}

// bounced looks in a delivery report for an answer of ours that failed for good. A report that names none of ours, or
// does not say that it is final, is passed over.
func (ch *Channel) bounced(ctx context.Context, sink intake.Sink, raw []byte) error {
	id, status := reported((&walker{}).read(trimLead(raw), 1, "text/plain"), ch.own)
	if id == "" || status == "" {
		ch.c.Log.Info("mail passed over", "channel", Name, "why", whyBounce)
		return nil
	}
	if l := letterIn(id, ch.own); l != "" && ch.letters != nil {
		return ch.letters.Returned(ctx, l)
	}
	kind := intake.ErrRefused
	if noMailbox(status) {
		kind = intake.ErrGone
	}
	return sink.Status(ctx, Name, id, fmt.Errorf("%w: a delivery report", kind))
}

// noMailbox tells of an enhanced status (RFC 3463) whether it says that the address is none, or none any more. A full
// mailbox, a filter's dislike or a relay that knows us no longer says nothing about the address.
func noMailbox(status string) bool {
	return strings.HasPrefix(status, "5.1.") || status == "5.2.1"
}

// failedStatus is the status of a recipient that failed for good.
var failedStatus = regexp.MustCompile(`(?m)^status:\s*(5\.[0-9]{1,3}\.[0-9]{1,3})`)

// reported reads a delivery report (RFC 3464): the id of our mail that it is about, and the status if it failed for good,
// else "".
func reported(n *node, own Addresses) (id, status string) {
	if n == nil {
		return "", ""
	}
	switch {
	case n.kind == "message/delivery-status":
		said := strings.ToLower(string(n.body))
		if m := failedStatus.FindStringSubmatch(said); m != nil && strings.Contains(said, "action: failed") {
			status = m[1]
		}
	case n.kind == "text/rfc822-headers":
		h, _ := splitHead(append(n.body, '\n', '\n'))
		id = ourID(h, own)
	case n.inner != nil:
		id = ourID(n.inner.head, own)
	}
	for _, c := range n.children {
		i, s := reported(c, own)
		id, status = cmp.Or(i, id), cmp.Or(status, s)
	}
	return id, status
}

// ourID is the Message-ID of a header if the desk made it.
func ourID(h head, own Addresses) string {
	if list := ids(h.first("message-id")); len(list) > 0 && ours(list[0], "", own) {
		return list[0]
	}
	return ""
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// note keeps how the mailbox stands.
func (ch *Channel) note(err error) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	ch.state = err
}
