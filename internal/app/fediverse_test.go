package app_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-fed/httpsig"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	fetching "soi/internal/fetch"
)

// instance is a server of the fediverse that shares no code with soi: its
// requests are signed, and ours verified, by another library.
type instance struct {
	*httptest.Server
	t   *testing.T
	key *rsa.PrivateKey

	mu    sync.Mutex
	got   []map[string]any // activities that arrived, signed as they should be
	down  bool             // answers 503
	gone  bool             // its account was deleted
	peer  string           // address of the desk
	fetch map[string]int   // how often a path was asked for
}

// newInstance starts one with the account "an reader": an actor with a shared
// inbox.
func newInstance(t *testing.T) *instance {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &instance{t: t, key: key, fetch: map[string]int{}}
	i.Server = httptest.NewServer(i)
	t.Cleanup(i.Close)
	return i
}

// id is the address of its account.
func (i *instance) id() string { return i.URL + "/users/reader" }

// ServeHTTP shows the actor and takes what is delivered.
func (i *instance) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.fetch[r.URL.Path]++
	switch {
	case r.URL.Path == "/users/reader" && i.gone:
		w.WriteHeader(http.StatusGone)
	case r.URL.Path == "/users/reader":
		if r.Header.Get("Signature") == "" {
			w.WriteHeader(http.StatusUnauthorized) // as servers in secure mode
			return
		}
		der, _ := x509.MarshalPKIXPublicKey(&i.key.PublicKey)
		_ = json.NewEncoder(w).Encode(map[string]any{"id": i.id(), "type": "Person", "inbox": i.id() + "/inbox", "endpoints": map[string]string{"sharedInbox": i.URL + "/inbox"},
			"publicKey": map[string]string{"id": i.id() + "#main-key", "owner": i.id(), "publicKeyPem": string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))}})
	case r.URL.Path == "/inbox" && i.down:
		w.WriteHeader(http.StatusServiceUnavailable)
	case r.URL.Path == "/inbox":
		w.WriteHeader(i.receive(r))
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// receive verifies a delivery with the key that the desk's actor shows.
func (i *instance) receive(r *http.Request) int {
	body, _ := io.ReadAll(r.Body)
	var actor struct {
		Key struct {
			PEM string `json:"publicKeyPem"`
		} `json:"publicKey"`
	}
	res, err := http.Get(i.peer + "/fediverse/actor")
	if err != nil {
		return http.StatusBadGateway
	}
	defer res.Body.Close()
	_ = json.NewDecoder(res.Body).Decode(&actor)
	block, _ := pem.Decode([]byte(actor.Key.PEM))
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return http.StatusBadGateway
	}
	r.Header.Set("Host", r.Host)
	v, err := httpsig.NewVerifier(r)
	if err != nil || v.Verify(key, httpsig.RSA_SHA256) != nil || v.KeyId() != i.peer+"/fediverse/actor#main-key" {
		i.t.Errorf("a delivery is not signed as it should be: %v", err)
		return http.StatusUnauthorized
	}
	var a map[string]any
	if json.Unmarshal(body, &a) != nil {
		return http.StatusBadRequest
	}
	i.got = append(i.got, a)
	return http.StatusAccepted
}

// arrived are the types of what came in, in order.
func (i *instance) arrived() (out []string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, a := range i.got {
		out = append(out, fmt.Sprint(a["type"]))
	}
	return out
}

// last is what came in last, as JSON.
func (i *instance) last() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	b, _ := json.Marshal(i.got[len(i.got)-1])
	return string(b)
}

// set changes how it answers.
func (i *instance) set(change func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	change()
}

// post sends an activity to the desk's inbox, signed by key, and returns the
// status.
func (i *instance) post(key *rsa.PrivateKey, at time.Time, body string, change func(*http.Request)) int {
	i.t.Helper()
	r, err := http.NewRequestWithContext(i.t.Context(), http.MethodPost, i.peer+"/fediverse/inbox", nil)
	if err != nil {
		i.t.Fatal(err)
	}
	r.Header.Set("Host", r.Host)
	r.Header.Set("Date", at.UTC().Format(http.TimeFormat))
	r.Header.Set("Content-Type", "application/activity+json")
	signer, _, err := httpsig.NewSigner([]httpsig.Algorithm{httpsig.RSA_SHA256}, httpsig.DigestSha256, []string{"(request-target)", "host", "date", "digest"}, httpsig.Signature, 0)
	if err == nil {
		err = signer.SignRequest(crypto.PrivateKey(key), i.id()+"#main-key", r, []byte(body))
	}
	if err != nil {
		i.t.Fatal(err)
	}
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	if change != nil {
		change(r)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		i.t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

// follow and undo are the two activities that a desk takes.
func (i *instance) follow() string {
	return fmt.Sprintf(`{"@context":"https://www.w3.org/ns/activitystreams","id":"%s/f/1","type":"Follow","actor":"%s","object":"%s/fediverse/actor"}`, i.URL, i.id(), i.peer)
}

func (i *instance) undo() string {
	return fmt.Sprintf(`{"id":"%s/u/1","type":"Undo","actor":"%s","object":%s}`, i.URL, i.id(), i.follow())
}

// fediGuarded reaches test servers by the guarded client, one for each address,
// because a client lets one address of this machine through.
type fediGuarded struct {
	mu  sync.Mutex
	all map[string]*fetching.Client
}

func (g *fediGuarded) client(address string) *fetching.Client {
	g.mu.Lock()
	defer g.mu.Unlock()
	u, err := url.Parse(address)
	if err != nil {
		return fetching.New(fetching.Options{})
	}
	if g.all[u.Host] == nil {
		ap, _ := netip.ParseAddrPort(u.Host)
		g.all[u.Host] = fetching.New(fetching.Options{AllowLoopback: ap})
	}
	return g.all[u.Host]
}

func (g *fediGuarded) Get(ctx context.Context, r fetching.Request) (*fetching.Page, error) {
	return g.client(r.URL).Get(ctx, r)
}

func (g *fediGuarded) Post(ctx context.Context, l fetching.Letter) (*fetching.Page, error) {
	return g.client(l.URL).Post(ctx, l)
}

// TestFediverse: two independent servers follow a desk, hear of a check, its
// correction and its withdrawal, also one that was away; one leaves and is
// forgotten; forged and foreign requests change nothing.
func TestFediverse(t *testing.T) {
	clock := &movingClock{}
	d := apptest.Start(t, apptest.Options{Now: clock.now, Settings: map[string]string{"activitypub": "true"},
		With: func(o *app.Options) { o.Fediverse = &fediGuarded{all: map[string]*fetching.Client{}} }})
	a, b := newInstance(t), newInstance(t)
	a.peer, b.peer = d.URL, d.URL
	forged(t, d, a, clock)
	for _, i := range []*instance{a, b} {
		if got := i.post(i.key, clock.now(), i.follow(), nil); got != http.StatusAccepted {
			t.Fatalf("a request to follow: %d", got)
		}
		apptest.Wait(t, "the answer to a request to follow", func(context.Context) bool { return len(i.arrived()) == 1 })
		if got := i.last(); !strings.Contains(got, `"type":"Accept"`) || !strings.Contains(got, i.URL+"/f/1") {
			t.Errorf("answered with %s", got)
		}
	}
	if n, err := d.Desk.FediCount(t.Context()); err != nil || n != 2 {
		t.Errorf("%d followers, %v", n, err)
	}
	b.set(func() { b.down = true })
	publishOne(t, d.App, 741)
	rs, err := d.Desk.Published(t.Context(), desk.RevisionFilter{Below: d.Signed(), Limit: 1})
	must(t, err)
	id := rs[0].Verdict
	apptest.Wait(t, "a check told", func(context.Context) bool { return len(a.arrived()) == 2 })
	if got := a.last(); !strings.Contains(got, `"type":"Create"`) || !strings.Contains(got, "Sai: Cầu vẫn mở.") || !strings.Contains(got, "/checks/"+string(id)) {
		t.Errorf("told: %s", got)
	}
	withdrawOne(t, d, id)
	apptest.Wait(t, "a withdrawal told", func(context.Context) bool { return len(a.arrived()) == 3 })
	if got := a.last(); !strings.Contains(got, `"type":"Update"`) || !strings.Contains(got, "đã được rút lại") || strings.Contains(got, "cây cầu số 741") {
		t.Errorf("told of a withdrawal: %s", got)
	}
	b.set(func() { b.down = false })
	apptest.Wait(t, "the server that was away told", func(context.Context) bool {
		clock.pass(time.Minute) // whenever the last try failed, the next one comes
		return len(b.arrived()) == 2
	})
	if got := b.last(); !strings.Contains(got, "đã được rút lại") {
		t.Errorf("a server that was away hears the old text: %s", got)
	}
	leaves(t, d, a, b, clock)
	sealedRows(t, d, a, b)
}

// forged: what is not signed by whoever it says it is from, or is not asked
// for at all, leaves nothing behind.
func forged(t *testing.T, d *apptest.Desk, i *instance, clock *movingClock) {
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		key    *rsa.PrivateKey
		at     time.Time
		body   string
		change func(*http.Request)
		want   int
	}{
		"another key": {other, clock.now(), i.follow(), nil, http.StatusUnauthorized},
		"an old one":  {i.key, clock.now().Add(-3 * time.Hour), i.follow(), nil, http.StatusUnauthorized},
		"another body": {i.key, clock.now(), i.follow(), func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(strings.Replace(i.follow(), "/f/1", "/f/2", 1)))
		}, http.StatusUnauthorized},
		"no signature":    {i.key, clock.now(), i.follow(), func(r *http.Request) { r.Header.Del("Signature") }, http.StatusUnauthorized},
		"another host":    {i.key, clock.now(), i.follow(), func(r *http.Request) { r.Host = "other.example" }, http.StatusUnauthorized},
		"another's actor": {i.key, clock.now(), strings.Replace(i.follow(), `"actor":"`+i.id(), `"actor":"http://127.0.0.1:1/u`, 1), nil, http.StatusUnauthorized},
		"no activity":     {i.key, clock.now(), "{}", nil, http.StatusBadRequest},
		"a reply":         {i.key, clock.now(), `{"type":"Create","actor":"` + i.id() + `","object":{"type":"Note","content":"canary-reply"}}`, nil, http.StatusAccepted},
		"a like":          {i.key, clock.now(), `{"type":"Like","actor":"` + i.id() + `","object":"` + d.URL + `/fediverse/actor"}`, nil, http.StatusAccepted},
		"a stranger goes": {i.key, clock.now(), `{"type":"Delete","actor":"` + i.id() + `","object":"` + i.id() + `"}`, nil, http.StatusAccepted},
	} {
		if got := i.post(c.key, c.at, c.body, c.change); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if n, err := d.Desk.FediCount(t.Context()); err != nil || n != 0 {
		t.Errorf("%d followers by forged requests, %v", n, err)
	}
}

// leaves: one ends following, the other's account is deleted.
func leaves(t *testing.T, d *apptest.Desk, a, b *instance, clock *movingClock) {
	count := func() int {
		n, err := d.Desk.FediCount(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if got := a.post(a.key, clock.now(), a.undo(), nil); got != http.StatusAccepted || count() != 1 {
		t.Errorf("leaving: %d, %d followers left", got, count())
	}
	farewell := `{"type":"Delete","actor":"` + b.id() + `","object":"` + b.id() + `"}`
	b.post(b.key, clock.now(), farewell, nil)
	if count() != 1 {
		t.Error("somebody was forgotten whose account is still there")
	}
	b.set(func() { b.gone = true })
	b.post(b.key, clock.now(), farewell, nil)
	if count() != 0 {
		t.Error("a deleted account is still followed by messages")
	}
}

// sealedRows: after everybody has left no address of a server, and no word of
// a reply, is in the database file; the key is beside it, not in it.
func sealedRows(t *testing.T, d *apptest.Desk, a, b *instance) {
	files, err := filepath.Glob(filepath.Join(d.Config.Data, "soi.db*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{a.URL, b.URL, "users/reader", "canary-reply", "PRIVATE KEY"} {
			if strings.Contains(string(raw), word) {
				t.Errorf("%s holds %q", filepath.Base(file), word)
			}
		}
	}
	info, err := os.Stat(filepath.Join(d.Config.Keys, "activitypub.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v, %v", info, err)
	}
}

// withdrawOne withdraws a check that publishOne published.
func withdrawOne(t *testing.T, d *apptest.Desk, id desk.ID) {
	t.Helper()
	ctx := t.Context()
	checker, err := d.Desk.StaffNamed(ctx, string(desk.Checker))
	must(t, err)
	editor, err := d.Desk.StaffNamed(ctx, string(desk.Editor))
	must(t, err)
	r, err := d.Desk.Submit(ctx, desk.As(checker), desk.Proposal{Claim: id, Withdraw: true, Reason: desk.ReasonSource, Notes: []desk.Note{{Lang: "vi", Text: "Nguồn đã rút lại số liệu."}}})
	must(t, err)
	_, err = d.Desk.Approve(ctx, desk.As(editor), r.ID, r.Hash, desk.Points(r.Kind))
	must(t, err)
	must(t, d.AfterPublish(ctx))
}
