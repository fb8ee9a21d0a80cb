package auth_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	vw "github.com/descope/virtualwebauthn"

	"soi/internal/auth"
	"soi/internal/desk"
)

// device is somebody's phone with passkeys for one site.
type device struct {
	rp   vw.RelyingParty
	auth vw.Authenticator
	key  vw.Credential
}

func newDevice(rpID, origin string, owner desk.ID) *device {
	key := vw.NewCredential(vw.KeyTypeEC2)
	for len(key.Key.AttestationData()) != 77 {
		// The test library drops leading zeros of a coordinate, about once in
		// 128 keys; no real device does.
		key = vw.NewCredential(vw.KeyTypeEC2)
	}
	return &device{
		rp:   vw.RelyingParty{ID: rpID, Name: "soi", Origin: origin},
		auth: vw.NewAuthenticatorWithOptions(vw.AuthenticatorOptions{UserHandle: []byte(owner)}),
		key:  key,
	}
}

// prompted is what a begin returns.
type prompted struct {
	State     string          `json:"state"`
	PublicKey json.RawMessage `json:"publicKey"`
}

// begin asks for a prompt.
func (b *browser) begin(fn func(*http.Request) (json.RawMessage, error)) (prompted, error) {
	var p prompted
	return p, b.post("", func(_ http.ResponseWriter, r *http.Request) error {
		raw, err := fn(r)
		if err != nil {
			return err
		}
		return json.Unmarshal(raw, &p)
	})
}

// body is what the browser's script sends to a finish.
func body(state, name, credential string) string {
	return fmt.Sprintf(`{"state":%q,"name":%q,"credential":%s}`, state, name, credential)
}

// register answers a prompt for a new passkey.
func (d *device) register(t *testing.T, p prompted, name string) string {
	t.Helper()
	o, err := vw.ParseAttestationOptions(string(p.PublicKey))
	ok(t, err)
	return body(p.State, name, vw.CreateAttestationResponse(d.rp, d.auth, d.key, *o))
}

// sign answers a prompt for an existing passkey.
func (d *device) sign(t *testing.T, p prompted) string {
	t.Helper()
	o, err := vw.ParseAssertionOptions(string(p.PublicKey))
	ok(t, err)
	d.key.Counter++
	return body(p.State, "", vw.CreateAssertionResponse(d.rp, d.auth, d.key, *o))
}

// enrolKey adds the device's passkey to whoever the browser is.
func (b *browser) enrolKey(d *device, name string) error {
	p, err := b.begin(b.w.s.BeginPasskeyEnrol)
	if err != nil {
		return err
	}
	return b.post(d.register(b.w.t, p, name), b.w.s.FinishPasskeyEnrol)
}

// finishKey sends an answer to a prompt for signing in.
func (b *browser) finishKey(answer string) error {
	return b.post(answer, func(w http.ResponseWriter, r *http.Request) error {
		_, err := b.w.s.FinishPasskeySignIn(w, r)
		return err
	})
}

// tapKey signs in with the device.
func (b *browser) tapKey(d *device) error {
	p, err := b.begin(b.w.s.BeginPasskeySignIn)
	if err != nil {
		return err
	}
	return b.finishKey(d.sign(b.w.t, p))
}

// keyed is a world in which Ann has a passkey.
func keyed(t *testing.T) (*world, *browser, *device) {
	t.Helper()
	w := newWorld(t, site)
	b := w.arrive(w.ann)
	d := newDevice("desk.example.org", site, w.ann)
	ok(t, b.enrolKey(d, "Điện thoại của tôi"))
	return w, b, d
}

func TestPasskey(t *testing.T) {
	w, b, d := keyed(t)
	if got := b.in(w.ann).Means; got != auth.ByPasskey {
		t.Fatalf("means %q", got)
	}
	other := w.browser()
	for range 3 {
		ok(t, other.tapKey(d))
		if got := other.in(w.ann).Means; got != auth.ByPasskey {
			t.Fatalf("means %q", got)
		}
	}
	ways, err := w.s.Ways(t.Context(), w.ann)
	ok(t, err)
	if len(ways.Passkeys) != 1 || ways.Passkeys[0].Name != "Điện thoại của tôi" || ways.Passkeys[0].Counter != 3 ||
		ways.Passkeys[0].Data != nil || !ways.Passkeys[0].Used.Equal(w.now()) {
		t.Fatalf("ways %+v", ways)
	}
}

// The prompt asks for what makes a passkey a factor of its own: kept on the
// device, and the device checks the person.
func TestPasskeyPromptAsksEnough(t *testing.T) {
	w, b, _ := keyed(t)
	p, err := b.begin(w.s.BeginPasskeyEnrol)
	ok(t, err)
	var enrol struct {
		AuthenticatorSelection struct{ ResidentKey, UserVerification string }
		ExcludeCredentials     []struct{ ID string }
		Attestation            string
		RP                     struct{ ID, Name string }
	}
	ok(t, json.Unmarshal(p.PublicKey, &enrol))
	if enrol.AuthenticatorSelection.ResidentKey != "required" || enrol.AuthenticatorSelection.UserVerification != "required" ||
		len(enrol.ExcludeCredentials) != 1 || enrol.Attestation == "direct" || enrol.RP.ID != "desk.example.org" || enrol.RP.Name != "Bàn kiểm chứng" {
		t.Errorf("enrol %s", p.PublicKey)
	}
	p, err = w.browser().begin(w.s.BeginPasskeySignIn)
	ok(t, err)
	if strings.Contains(string(p.PublicKey), "allowCredentials") || !strings.Contains(string(p.PublicKey), `"userVerification":"required"`) {
		t.Errorf("sign in %s", p.PublicKey)
	}
}

// What make the device is, is not kept.
func TestPasskeyKeepsNoDevice(t *testing.T) {
	w, b, d := keyed(t)
	ok(t, b.tapKey(d))
	all, err := w.store.Factors(t.Context(), w.ann)
	ok(t, err)
	var kept struct {
		Authenticator struct{ AAGUID []byte }
		Attestation   struct{ ClientDataJSON, Object []byte }
	}
	ok(t, json.Unmarshal(all[0].Data, &kept))
	if len(kept.Authenticator.AAGUID) != 0 || len(kept.Attestation.Object) != 0 || len(kept.Attestation.ClientDataJSON) != 0 {
		t.Errorf("kept %s", all[0].Data)
	}
}

func TestPasskeyRefused(t *testing.T) {
	w, _, d := keyed(t)
	stranger := newDevice("desk.example.org", site, w.ann)
	elsewhere, phished := *d, *d
	elsewhere.rp = vw.RelyingParty{ID: "evil.example", Origin: "https://evil.example"}
	phished.rp = vw.RelyingParty{ID: "desk.example.org", Origin: "https://desk.example.org.evil.example"}
	plain := *d
	plain.rp.Origin = "http://desk.example.org"
	unchecked, absent, nobody, somebody, noHandle := *d, *d, *d, *d, *d
	unchecked.auth.Options.UserNotVerified = true
	absent.auth.Options.UserNotPresent = true
	nobody.auth.Options.UserHandle = []byte(desk.NewID())
	somebody.auth.Options.UserHandle = []byte(w.binh)
	noHandle.auth.Options.UserHandle = nil
	for name, bad := range map[string]*device{
		"a key never enrolled": stranger, "another site's key": &elsewhere, "another origin": &phished, "plain http": &plain,
		"person not checked": &unchecked, "person not there": &absent, "no such account": &nobody, "another account": &somebody, "no account": &noHandle,
	} {
		b := w.browser()
		if err := b.tapKey(bad); !errors.Is(err, auth.ErrPasskey) {
			t.Errorf("%s: %v", name, err)
		}
		if len(b.jar) != 0 {
			t.Errorf("%s: cookies %v", name, b.jar)
		}
	}
	d.key.Counter += 100
	ok(t, w.browser().tapKey(d))
	d.key.Counter -= 50 // an older copy of the key
	if err := w.browser().tapKey(d); !errors.Is(err, auth.ErrPasskey) {
		t.Errorf("counter fell: %v", err)
	}
	d.key.Counter += 100
	w.change(w.ann, func(s *desk.Staff) { s.Disabled = w.clock })
	if err := w.browser().tapKey(d); !errors.Is(err, auth.ErrPasskey) {
		t.Errorf("closed account: %v", err)
	}
}

func TestPasskeyAnswerWorksOnce(t *testing.T) {
	w, _, d := keyed(t)
	p, err := w.browser().begin(w.s.BeginPasskeySignIn)
	ok(t, err)
	answer := d.sign(t, p)
	var in atomic.Int64
	var wg sync.WaitGroup
	for range 64 {
		b := w.browser()
		wg.Go(func() {
			switch err := b.finishKey(answer); {
			case err == nil:
				in.Add(1)
			case !errors.Is(err, auth.ErrPasskey):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if in.Load() != 1 {
		t.Fatalf("%d came in by one answer", in.Load())
	}
	// The same prompt answered afresh is spent as well.
	is(t, w.browser().finishKey(d.sign(t, p)), auth.ErrPasskey)
}

func TestPasskeyStateIsBound(t *testing.T) {
	w, b, d := keyed(t)
	p, err := w.browser().begin(w.s.BeginPasskeySignIn)
	ok(t, err)
	w.pass(10*time.Minute + time.Second)
	b.in(w.ann)
	is(t, w.browser().finishKey(d.sign(t, p)), auth.ErrPasskey) // too late

	fresh, err := w.browser().begin(w.s.BeginPasskeySignIn)
	ok(t, err)
	mixed := fresh
	mixed.State = p.State
	is(t, w.browser().finishKey(d.sign(t, mixed)), auth.ErrPasskey)
	// A prompt for signing in proves nothing to a session.
	is(t, b.post(d.sign(t, fresh), w.s.FinishPasskeyStepUp), auth.ErrPasskey)
	// Nor the prompt of another session of the same person.
	other := w.browser()
	ok(t, other.tapKey(d))
	step, err := other.begin(w.s.BeginPasskeyStepUp)
	ok(t, err)
	is(t, b.post(d.sign(t, step), w.s.FinishPasskeyStepUp), auth.ErrPasskey)
	is(t, w.browser().finishKey(d.sign(t, step)), auth.ErrPasskey)
	ok(t, other.post(d.sign(t, step), w.s.FinishPasskeyStepUp))

	for _, bad := range []string{"", "null", "{}", "[]", "x", `{"state":"x"}`, body(fresh.State, "", "null"), body(fresh.State, "", "{}"), body(fresh.State, "", `"x"`),
		body(fresh.State+"A", "", "{}"), body("", "", "{}"), strings.Repeat("{", 1<<20), `{"state":"` + strings.Repeat("x", 1<<20) + `"}`} {
		is(t, w.browser().finishKey(bad), auth.ErrPasskey)
		is(t, other.post(bad, w.s.FinishPasskeyStepUp), auth.ErrPasskey)
		is(t, other.post(bad, w.s.FinishPasskeyEnrol), auth.ErrPasskey)
	}
}

func TestPasskeyStepUp(t *testing.T) {
	w, b, d := keyed(t)
	w.pass(16 * time.Minute)
	is(t, w.s.RequireRecent(b.in(w.ann)), auth.ErrStepUp)
	is(t, b.enrolKey(newDevice("desk.example.org", site, w.ann), ""), auth.ErrStepUp)

	// Somebody else's passkey proves nothing about Ann.
	binh := w.arrive(w.binh)
	theirs := newDevice("desk.example.org", site, w.binh)
	ok(t, binh.enrolKey(theirs, ""))
	p, err := b.begin(w.s.BeginPasskeyStepUp)
	ok(t, err)
	is(t, b.post(theirs.sign(t, p), w.s.FinishPasskeyStepUp), auth.ErrPasskey)
	is(t, w.s.RequireRecent(b.in(w.ann)), auth.ErrStepUp)

	copied := b.clone()
	p, err = b.begin(w.s.BeginPasskeyStepUp)
	ok(t, err)
	ok(t, b.post(d.sign(t, p), w.s.FinishPasskeyStepUp))
	ok(t, w.s.RequireRecent(b.in(w.ann)))
	_, _, err = copied.who()
	is(t, err, auth.ErrEnded)
	ok(t, b.enrolKey(newDevice("desk.example.org", site, w.ann), ""))
	is(t, w.browser().post("", func(_ http.ResponseWriter, r *http.Request) error { _, err := w.s.BeginPasskeyStepUp(r); return err }), auth.ErrSignedOut)
}

func TestEnrolAndRemovePasskeys(t *testing.T) {
	w, b, first := keyed(t)
	is(t, w.browser().enrolKey(first, ""), auth.ErrSignedOut)
	if err := b.enrolKey(first, "again"); !errors.Is(err, auth.ErrPasskey) {
		t.Errorf("the same key twice: %v", err)
	}
	unchecked := newDevice("desk.example.org", site, w.ann)
	unchecked.auth.Options.UserNotVerified = true
	is(t, b.enrolKey(unchecked, ""), auth.ErrPasskey)
	is(t, b.enrolKey(newDevice("desk.example.org", "https://evil.example", w.ann), ""), auth.ErrPasskey)
	is(t, b.enrolKey(newDevice("desk.example.org", site, w.ann), strings.Repeat("ế", 61)), desk.ErrInvalid)
	is(t, b.enrolKey(newDevice("desk.example.org", site, w.ann), "a\u202eb"), desk.ErrInvalid)
	remove := func(id desk.ID) error {
		return b.post("", func(rw http.ResponseWriter, r *http.Request) error { return w.s.RemovePasskey(rw, r, id) })
	}
	ways, err := w.s.Ways(t.Context(), w.ann)
	ok(t, err)
	is(t, remove(ways.Passkeys[0].ID), auth.ErrLastWay)
	// Bình's passkey is none of Ann's business.
	binh := w.arrive(w.binh)
	ok(t, binh.enrolKey(newDevice("desk.example.org", site, w.binh), ""))
	theirs, err := w.s.Ways(t.Context(), w.binh)
	ok(t, err)
	is(t, remove(theirs.Passkeys[0].ID), desk.ErrNotFound)

	for i := range 9 {
		ok(t, b.enrolKey(newDevice("desk.example.org", site, w.ann), fmt.Sprint(i)))
	}
	is(t, b.enrolKey(newDevice("desk.example.org", site, w.ann), "eleventh"), desk.ErrInvalid)
	elsewhere := w.browser()
	ok(t, elsewhere.tapKey(first))
	ok(t, remove(ways.Passkeys[0].ID))
	b.in(w.ann)
	_, _, err = elsewhere.who()
	is(t, err, auth.ErrEnded)
	is(t, w.browser().tapKey(first), auth.ErrPasskey)
	binh.in(w.binh)
}

// Passkeys are bound to a domain: the page can say where they work.
func TestWherePasskeysWork(t *testing.T) {
	for _, c := range []struct {
		public, at, elsewhere string
		here                  bool
	}{
		{"https://desk.example.org", "https://desk.example.org", "", true},
		{"https://desk.example.org", "http://127.0.0.1:8080", "", true}, // a proxy's word for the host
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080", "http://localhost:8080", false},
		{"http://127.0.0.1:8080", "http://localhost:8080", "", true},
		{"http://[::1]:8080", "http://[::1]:8080", "http://localhost:8080", false},
		{"http://localhost:8080", "http://localhost:8080", "", true},
		{"http://localhost:8080", "http://127.0.0.1:8080", "http://localhost:8080", false},
		{"http://192.168.1.5:8080", "http://192.168.1.5:8080", "", false},
		{"https://192.168.1.5", "https://192.168.1.5", "", false},
		{"http://desk.example.org", "http://desk.example.org", "", false}, // browsers ask for https
	} {
		w := newWorld(t, c.public)
		b := w.arrive(w.ann)
		b.url = c.at
		here, elsewhere := w.s.PasskeysAt(b.request("GET", "/", ""))
		if here != c.here || elsewhere != c.elsewhere {
			t.Errorf("%s at %s: %v %q", c.public, c.at, here, elsewhere)
		}
		if !c.here {
			_, err := b.begin(w.s.BeginPasskeySignIn)
			is(t, err, auth.ErrPasskeyHost)
			_, err = b.begin(w.s.BeginPasskeyEnrol)
			is(t, err, auth.ErrPasskeyHost)
			is(t, b.finishKey("{}"), auth.ErrPasskeyHost)
		}
	}
}

// In the demo, a passkey made at localhost signs in at localhost.
func TestPasskeyOnLocalhost(t *testing.T) {
	w := newWorld(t, "http://127.0.0.1:8080")
	token := w.link(w.ann)
	b := w.browser()
	b.url = "http://localhost:8080"
	ok(t, b.useLink(token))
	d := newDevice("localhost", "http://localhost:8080", w.ann)
	ok(t, b.enrolKey(d, ""))
	other := w.browser()
	other.url = b.url
	ok(t, other.tapKey(d))
	other.in(w.ann)
}

// Strangers who ask for prompts and never answer leave nothing behind.
func TestPromptsLeaveNoRows(t *testing.T) {
	var spent *counting
	w := newWorld(t, site, func(c *auth.Config) {
		spent = &counting{Store: c.Store}
		c.Store = spent
	})
	for range 100 {
		_, err := w.browser().begin(w.s.BeginPasskeySignIn)
		ok(t, err)
		is(t, w.browser().finishKey(`{"state":"x"}`), auth.ErrPasskey)
		is(t, w.browser().useLink("x"), auth.ErrLink)
	}
	if spent.calls != 0 {
		t.Fatalf("%d calls to the database", spent.calls)
	}
	w.arrive(w.ann)
	if spent.calls == 0 {
		t.Fatal("nothing is counted")
	}
}

// counting counts the calls that write.
type counting struct {
	auth.Store
	calls int
}

func (c *counting) Spend(ctx context.Context, hash []byte, until time.Time) error {
	c.calls++
	return c.Store.Spend(ctx, hash, until)
}

func (c *counting) AddSession(ctx context.Context, s auth.Session) error {
	c.calls++
	return c.Store.AddSession(ctx, s)
}

func (c *counting) TakeLink(ctx context.Context, hash []byte) (auth.Link, error) {
	c.calls++
	return c.Store.TakeLink(ctx, hash)
}
