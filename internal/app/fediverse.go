package app

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"soi/internal/activitypub"
	"soi/internal/desk"
	"soi/internal/fetch"
	"soi/internal/web"
)

// FediWeb reaches servers of the fediverse: fetch.Client, or a test's.
type FediWeb interface {
	Get(ctx context.Context, r fetch.Request) (*fetch.Page, error)
	Post(ctx context.Context, l fetch.Letter) (*fetch.Page, error)
}

// fediKeyFile signs what is sent to the fediverse; lost: a new one is made,
// and servers learn it when they next look. It is in no backup.
const fediKeyFile = "activitypub.key"

// fediverse is the desk's account: it publishes, and knows of its followers
// nothing but where to send to.
type fediverse struct {
	*App
	desk   activitypub.Desk
	key    *rsa.PrivateKey
	hashes []byte // key of the hashes by which rows are found
	vault  *post
	web    FediWeb
	turn   chan struct{} // one for each actor that is being looked up
	holder string        // names this program among several
}

// The limits of what strangers can make the desk do, and of what it does at
// once by itself.
const (
	fediLookups = 4
	fediAtOnce  = 4
	fediBatch   = 40
	fediLease   = 10 * time.Minute // longer than the slowest servers of one batch take
)

// openFediverse makes the account, if it is switched on.
func (a *App) openFediverse(client FediWeb) error {
	if !a.Config.Fediverse.On {
		return nil
	}
	text, err := readOrMake(filepath.Join(a.Config.Keys, fediKeyFile), activitypub.NewKey)
	if err != nil {
		return err
	}
	key, err := activitypub.ParseKey(text)
	if err != nil {
		return err
	}
	hashes, err := a.keys.derive("fediverse followers")
	if err != nil {
		return err
	}
	seal, err := a.keys.derive("fediverse addresses")
	if err != nil {
		return err
	}
	block, err := aes.NewCipher(seal)
	if err != nil {
		return err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return err
	}
	if client == nil {
		client = fetch.New(fetch.Options{UserAgent: "soi (+" + a.Config.PublicURL + "/)"})
	}
	a.fedi = &fediverse{App: a, key: key, hashes: hashes, vault: &post{App: a, aead: aead}, web: client, turn: make(chan struct{}, fediLookups), holder: rand.Text(),
		desk: activitypub.Desk{URL: a.Config.PublicURL, Account: a.Config.Fediverse.Name, Name: a.Config.Name, Key: &key.PublicKey}}
	return nil
}

// actor is the account as the pages know it; nil when there is none.
func (a *App) actor() web.Fediverse {
	if a.fedi == nil {
		return nil
	}
	return a.fedi
}

// Desk implements web.Fediverse.
func (f *fediverse) Desk() activitypub.Desk { return f.desk }

// hash names a row by something that is not kept.
func (f *fediverse) hash(what, value string) []byte {
	m := hmac.New(sha256.New, f.hashes)
	m.Write([]byte(what + "\x00" + value))
	return m.Sum(nil)
}

// Take implements web.Fediverse. Only a request to follow, or a follower's to
// leave, makes the desk look anything up; everything else is forgotten here.
func (f *fediverse) Take(ctx context.Context, r *http.Request, target string, body []byte) error {
	in, err := activitypub.Read(body, f.desk.ID())
	if err != nil || in.Sort == activitypub.Ignored {
		return err
	}
	follower := f.hash("follower", in.From)
	if in.Sort != activitypub.Follow {
		known, err := f.App.Desk.FediFollows(ctx, follower)
		if err != nil || !known {
			return err
		}
	}
	if !f.usable(in.From) {
		return activitypub.ErrFormat
	}
	if in.Sort == activitypub.Gone {
		return f.gone(ctx, in.From, follower)
	}
	sig, err := activitypub.ParseSignature(r)
	if err != nil {
		return err
	}
	who, err := f.lookUp(ctx, in.From, sig)
	if err != nil {
		return err
	}
	if err := sig.Verify(who.Key, r, target, f.host(), body, f.now()); err != nil {
		return err
	}
	if in.Sort == activitypub.Unfollow {
		return f.App.Desk.FediLeave(ctx, desk.Program(), follower)
	}
	return f.follow(ctx, follower, who, in)
}

// usable accepts addresses that can be fetched: https, or http on a desk that
// is itself not on https, which only a desk on this machine is.
func (f *fediverse) usable(id string) bool {
	u, err := url.Parse(id)
	return err == nil && u.Host != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http" && strings.HasPrefix(f.desk.URL, "http://"))
}

// host is the host that signatures must be made for.
func (f *fediverse) host() string {
	_, host, _ := strings.Cut(f.desk.URL, "://")
	return host
}

// fetch asks for an actor's document, signed, because some servers show it to
// nobody else. What goes wrong is logged without the address: it is a
// person's.
func (f *fediverse) fetch(ctx context.Context, id string) (*fetch.Page, error) {
	select {
	case f.turn <- struct{}{}:
		defer func() { <-f.turn }()
	default:
		return nil, desk.ErrBusy
	}
	head, err := activitypub.Sign(f.key, f.desk.KeyID(), http.MethodGet, id, nil, f.now())
	if err != nil {
		return nil, err
	}
	page, err := f.web.Get(ctx, fetch.Request{URL: id, Accept: activitypub.Type + ", " + activitypub.TypeLD, Header: head})
	if err != nil {
		f.log.Info("an actor of the fediverse could not be looked up", "kind", fetchKind(err))
		return nil, errors.Join(activitypub.ErrSignature, desk.ErrNotFound)
	}
	return page, nil
}

// fetchKind is what may be logged of a failed fetch: its kind, no address.
func fetchKind(err error) string {
	var e *fetch.Error
	if errors.As(err, &e) {
		return e.Kind.String()
	}
	return "unknown"
}

// lookUp finds whoever says to have signed. The key must stand at the actor's
// own address: no other document is fetched, wherever the signature points.
func (f *fediverse) lookUp(ctx context.Context, id string, sig activitypub.Signature) (activitypub.Actor, error) {
	if !activitypub.SameHost(sig.KeyID, id) {
		return activitypub.Actor{}, activitypub.ErrSignature
	}
	page, err := f.fetch(ctx, id)
	if err != nil {
		return activitypub.Actor{}, err
	}
	if page.Status != http.StatusOK || len(page.Chain) != 1 {
		return activitypub.Actor{}, activitypub.ErrSignature
	}
	who, err := activitypub.ReadActor(page.Body, id)
	if err == nil && who.KeyID != sig.KeyID {
		err = activitypub.ErrSignature
	}
	return who, err
}

// gone forgets a follower whose account has been deleted. Its key is gone
// too, so its own server is asked instead of a signature.
func (f *fediverse) gone(ctx context.Context, id string, follower []byte) error {
	page, err := f.fetch(ctx, id)
	if err != nil {
		return err
	}
	if page.Status != http.StatusGone && page.Status != http.StatusNotFound {
		return nil
	}
	return f.App.Desk.FediLeave(ctx, desk.Program(), follower)
}

// follow notes a follower and seals the answer.
func (f *fediverse) follow(ctx context.Context, key []byte, who activitypub.Actor, in activitypub.Incoming) error {
	answer, err := f.desk.Accept(in.Raw, rand.Text())
	if err != nil {
		return err
	}
	row := desk.FediFollower{Key: key, Inbox: f.hash("inbox", who.Inbox)}
	if row.Sealed, err = f.vault.Seal(label(row.Inbox), []byte(who.Inbox)); err != nil {
		return err
	}
	sealed, err := f.vault.Seal(label(row.Inbox), answer)
	if err != nil {
		return err
	}
	return f.App.Desk.FediFollow(ctx, desk.Program(), row, sealed)
}

// label binds what is sealed to its inbox.
func label(inbox []byte) string { return "fediverse " + hex.EncodeToString(inbox) }

// tellFediverse puts what was published on its way and sends what is due.
// Over PostgreSQL one program of several does it.
func (s *Server) tellFediverse(ctx context.Context) error {
	if s.Config.Database != "" {
		mine, err := s.Desk.Lease(ctx, desk.Program(), "fediverse", s.fedi.holder, fediLease)
		if err != nil || !mine {
			return err
		}
	}
	if err := s.Desk.FediSpread(ctx, desk.Program(), s.Signed()); err != nil {
		return err
	}
	due, err := s.Desk.FediDue(ctx, desk.Program(), fediBatch)
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	var failed error
	turn := make(chan struct{}, fediAtOnce)
	for _, m := range due {
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			end := s.fedi.send(ctx, s.site, m)
			if ctx.Err() != nil {
				return // cut off: tried again at the next start
			}
			if err := s.Desk.FediEnded(ctx, desk.Program(), m, end); err != nil {
				mu.Lock()
				failed = errors.Join(failed, err)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return failed
}

// send hands one message over.
func (f *fediverse) send(ctx context.Context, site *web.Site, m desk.FediDelivery) desk.FediEnd {
	inbox, err := f.vault.Open(label(m.Inbox), m.Sealed)
	if err != nil {
		f.log.Warn("an address of the fediverse cannot be opened and is forgotten", "cause", err)
		return desk.FediGone
	}
	var body []byte
	if m.Verdict != "" {
		body, err = site.FediActivity(ctx, m.Verdict)
	} else {
		body, err = f.vault.Open(label(m.Inbox), m.Body)
	}
	if errors.Is(err, desk.ErrNotFound) || errors.Is(err, errSealed) {
		return desk.FediRefused // nothing to tell any more
	}
	if err != nil {
		f.log.Error("a message to the fediverse could not be drawn", "cause", err)
		return desk.FediLater
	}
	head, err := activitypub.Sign(f.key, f.desk.KeyID(), http.MethodPost, string(inbox), body, f.now())
	if err != nil {
		return desk.FediGone // no address at all
	}
	page, err := f.web.Post(ctx, fetch.Letter{URL: string(inbox), Type: activitypub.Type, Header: head, Body: body})
	if err != nil {
		f.log.Info("a message to the fediverse was not delivered", "kind", fetchKind(err), "tries", m.Tries+1)
		return endOfError(err)
	}
	return endOf(page.Status)
}

// endOfError: an address that the guard refuses stays refused; everything else
// may be better later.
func endOfError(err error) desk.FediEnd {
	var e *fetch.Error
	if errors.As(err, &e) {
		switch e.Kind {
		case fetch.KindURL, fetch.KindScheme, fetch.KindPort, fetch.KindAddress:
			return desk.FediGone
		}
	}
	return desk.FediLater
}

// endOf is what a status means for a message.
func endOf(status int) desk.FediEnd {
	switch {
	case status >= 200 && status < 300:
		return desk.FediTaken
	case status == http.StatusGone:
		return desk.FediGone
	case status >= 500, status == http.StatusTooManyRequests, status == http.StatusRequestTimeout, status == http.StatusNotFound:
		return desk.FediLater
	}
	return desk.FediRefused
}
