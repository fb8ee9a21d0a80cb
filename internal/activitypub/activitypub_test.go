package activitypub

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	ap "github.com/go-ap/activitypub"
	"github.com/go-fed/httpsig"
)

// now is when the requests of these tests are made.
var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// ownKey makes a key.
func ownKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	text, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	k, err := ParseKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestSpecification verifies the example "All headers test" of
// draft-cavage-http-signatures-12, appendix C.3, and refuses it changed.
func TestSpecification(t *testing.T) {
	block, _ := pem.Decode([]byte(`-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3
6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6
Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw
oYi+1hqp1fIekaxsyQIDAQAB
-----END PUBLIC KEY-----`))
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	key := parsed.(*rsa.PublicKey)
	const body = `{"hello": "world"}`
	const target = "/foo?param=value&pet=dog"
	at := time.Date(2014, 1, 5, 21, 31, 40, 0, time.UTC)
	request := func() *http.Request {
		r := httptest.NewRequest(http.MethodPost, "http://example.com"+target, strings.NewReader(body))
		r.Header.Set("Date", "Sun, 05 Jan 2014 21:31:40 GMT")
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Digest", "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=")
		r.Header.Set("Content-Length", "18")
		r.Header.Set("Signature", `keyId="Test",algorithm="rsa-sha256",headers="(request-target) host date content-type digest content-length",`+
			`signature="vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+MFHB32NfpB2bEKBIvB1q52LaEUHFv120V01IL+TAD48XaERZFukWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH7s1dE="`)
		return r
	}
	try := func(r *http.Request, target, host, body string, at time.Time) error {
		s, err := ParseSignature(r)
		if err != nil {
			return err
		}
		return s.Verify(key, r, target, host, []byte(body), at)
	}
	if err := try(request(), target, "example.com", body, at); err != nil {
		t.Errorf("the example of the specification: %v", err)
	}
	other := request()
	other.Header.Set("Content-Type", "text/plain")
	unsigned := request()
	unsigned.Header.Set("Signature", strings.Replace(unsigned.Header.Get("Signature"), "host ", "", 1))
	twice := request()
	twice.Header.Add("Signature", twice.Header.Get("Signature"))
	for name, err := range map[string]error{
		"another path": try(request(), "/foo", "example.com", body, at), "another host": try(request(), target, "example.org", body, at),
		"another body": try(request(), target, "example.com", body+" ", at), "two hours later": try(request(), target, "example.com", body, at.Add(2*time.Hour)),
		"from the future": try(request(), target, "example.com", body, at.Add(-2*time.Hour)), "another header": try(other, target, "example.com", body, at),
		"host not signed": try(unsigned, target, "example.com", body, at), "two signatures": try(twice, target, "example.com", body, at),
	} {
		if !errors.Is(err, ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSecondOpinion: an independent implementation verifies what Sign made,
// and Verify takes what it signed.
func TestSecondOpinion(t *testing.T) {
	key := ownKey(t)
	body := []byte(`{"type":"Follow"}`)
	r := httptest.NewRequest(http.MethodPost, "https://other.example/inbox?x=1", nil)
	h, err := Sign(key, "https://desk.example/fediverse/actor#main-key", http.MethodPost, "https://other.example/inbox?x=1", body, now)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range h {
		r.Header.Set(name, v)
	}
	r.Header.Set("Host", r.Host)
	v, err := httpsig.NewVerifier(r)
	if err != nil || v.KeyId() != "https://desk.example/fediverse/actor#main-key" {
		t.Fatal(err)
	}
	if err := v.Verify(&key.PublicKey, httpsig.RSA_SHA256); err != nil {
		t.Errorf("the independent implementation refuses our signature: %v", err)
	}

	theirs := httptest.NewRequest(http.MethodPost, "https://desk.example"+PathInbox, nil)
	theirs.Header.Set("Host", theirs.Host)
	theirs.Header.Set("Date", now.Format(http.TimeFormat))
	signer, _, err := httpsig.NewSigner([]httpsig.Algorithm{httpsig.RSA_SHA256}, httpsig.DigestSha256, []string{"(request-target)", "host", "date", "digest"}, httpsig.Signature, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := signer.SignRequest(crypto.PrivateKey(key), "https://other.example/actor#k", theirs, body); err != nil {
		t.Fatal(err)
	}
	s, err := ParseSignature(theirs)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(&key.PublicKey, theirs, PathInbox, "desk.example", body, now); err != nil || s.KeyID != "https://other.example/actor#k" {
		t.Errorf("we refuse the independent implementation's signature: %v, %q", err, s.KeyID)
	}
	if err := s.Verify(&ownKey(t).PublicKey, theirs, PathInbox, "desk.example", body, now); !errors.Is(err, ErrSignature) {
		t.Errorf("another key: %v", err)
	}
}

// sample is a desk with a note.
func sample(t *testing.T) (Desk, Note) {
	d := Desk{URL: "https://desk.example", Account: "checks", Name: "Bàn <thử>", Key: &ownKey(t).PublicKey}
	return d, Note{Check: "0123456789abcdefghjkmnpqrs", Rev: 1, Lang: "vi", Link: "https://desk.example/vi/checks/0123456789abcdefghjkmnpqrs",
		Texts: map[string][]string{"vi": {"Sai. Nước chanh không chữa được ung thư.", `Một <script>alert("x")</script> & hai`}, "en": {"False."}}, Published: now}
}

// TestDocuments has an independent library read everything that is printed.
func TestDocuments(t *testing.T) {
	d, n := sample(t)
	changed, gone := n, n
	changed.Rev, changed.Updated = 2, now.Add(time.Hour)
	gone.Rev, gone.Updated, gone.Gone = 3, now.Add(time.Hour), true
	print := func(b []byte, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, c := range map[string]struct {
		doc  []byte
		want ap.ActivityVocabularyType
	}{
		"actor": {print(d.Actor("Kiểm chứng", "https://desk.example/icon.png")), ap.ServiceType}, "note": {print(d.Object(n)), ap.NoteType},
		"made": {print(d.Activity(n)), ap.CreateType}, "changed": {print(d.Activity(changed)), ap.UpdateType}, "gone": {print(d.Activity(gone)), ap.DeleteType},
		"accept": {print(d.Accept(json.RawMessage(`{"type":"Follow","id":"https://a.example/1"}`), "x")), ap.AcceptType},
		"outbox": {print(d.Outbox(7)), ap.OrderedCollectionType}, "page": {print(d.OutboxPage([]Note{n, changed}, "", "30")), ap.OrderedCollectionPageType},
		"followers": {print(d.Followers(3)), ap.OrderedCollectionType}, "tombstone": {print(d.Object(gone)), ap.TombstoneType},
	} {
		it, err := ap.UnmarshalJSON(c.doc)
		if err != nil || it == nil || it.GetType() != c.want {
			t.Errorf("%s: %v, %v of %s", name, it, err, c.doc)
			continue
		}
		if strings.Contains(string(c.doc), "<script") {
			t.Errorf("%s carries a script on: %s", name, c.doc)
		}
	}
	it, _ := ap.UnmarshalJSON(print(d.Activity(n)))
	err := ap.OnActivity(it, func(a *ap.Activity) error {
		if a.Actor.GetLink() != ap.IRI(d.ID()) || !a.To.Contains(ap.PublicNS) || !a.CC.Contains(ap.IRI(d.URL+PathFollowers)) {
			t.Errorf("from %v to %v, %v", a.Actor, a.To, a.CC)
		}
		return ap.OnObject(a.Object, func(o *ap.Object) error {
			if !strings.Contains(o.Content.String(), "Nước chanh không chữa") || !o.Published.Equal(now) {
				t.Errorf("the note says %q at %v", o.Content, o.Published)
			}
			return nil
		})
	})
	if err != nil {
		t.Error(err)
	}
	if b, ok := d.Finger("acct:Checks@desk.example"); !ok || !strings.Contains(string(b), `"href":"https://desk.example/fediverse/actor"`) {
		t.Errorf("WebFinger: %s", b)
	}
	if _, ok := d.Finger("acct:other@desk.example"); ok {
		t.Error("WebFinger knows an account that there is not")
	}
}

// TestRead: following and ending it are read, everything else is ignored.
func TestRead(t *testing.T) {
	const us, them = "https://desk.example/fediverse/actor", "https://a.example/u/1"
	for body, want := range map[string]Sort{
		`{"type":"Follow","actor":"` + them + `","object":"` + us + `"}`:                                                 Follow,
		`{"type":"Follow","actor":{"id":"` + them + `","type":"Person"},"object":{"id":"` + us + `"}}`:                   Follow,
		`{"type":"Follow","actor":"` + them + `","object":"https://b.example/x"}`:                                        Ignored,
		`{"type":"Undo","actor":"` + them + `","object":{"type":"Follow","actor":"` + them + `","object":"` + us + `"}}`: Unfollow,
		`{"type":"Undo","actor":"` + them + `","object":{"type":"Like","object":"` + us + `"}}`:                          Ignored,
		`{"type":"Delete","actor":"` + them + `","object":"` + them + `"}`:                                               Gone,
		`{"type":"Delete","actor":"` + them + `","object":{"id":"https://a.example/n/1","type":"Tombstone"}}`:            Ignored,
		`{"type":"Create","actor":"` + them + `","object":{"type":"Note","content":"x","inReplyTo":"` + us + `"}}`:       Ignored,
		`{"type":"Like","actor":"` + them + `","object":"` + us + `"}`:                                                   Ignored,
		`{"type":"Announce","actor":"` + them + `","object":["` + us + `"]}`:                                             Ignored,
	} {
		in, err := Read([]byte(body), us)
		if err != nil || in.Sort != want || in.From != them {
			t.Errorf("%s: %v, %q, %v", body, in.Sort, in.From, err)
		}
	}
	in, err := Read([]byte(`{"id":"`+them+`/f","type":"Follow","actor":"`+them+`","object":"`+us+`","content":"`+strings.Repeat("x", 9999)+`"}`), us)
	if err != nil || len(in.Raw) > 300 || !strings.Contains(string(in.Raw), them+"/f") {
		t.Errorf("the answer carries %d bytes of the request, %v", len(in.Raw), err)
	}
	if _, err := Read([]byte(`{"id":"`+strings.Repeat("x", 9999)+`","type":"Follow","actor":"`+them+`","object":"`+us+`"}`), us); !errors.Is(err, ErrFormat) {
		t.Errorf("a long id: %v", err)
	}
	for _, body := range []string{"", "[]", "null", "{}", `{"type":"Follow"}`, `{"type":1,"actor":"x"}`, strings.Repeat(" ", MaxBody) + "{}"} {
		if _, err := Read([]byte(body), us); !errors.Is(err, ErrFormat) {
			t.Errorf("%.40q: %v", body, err)
		}
	}
}

// TestReadActor: an actor, its key and its inbox belong to one server.
func TestReadActor(t *testing.T) {
	d, _ := sample(t)
	good, err := d.Actor("x", "")
	if err != nil {
		t.Fatal(err)
	}
	a, err := ReadActor(good, d.ID())
	if err != nil || a.Inbox != d.URL+PathInbox || a.KeyID != d.KeyID() || !a.Key.Equal(d.Key) {
		t.Errorf("%+v, %v", a, err)
	}
	for what, change := range map[string][2]string{
		"inbox elsewhere":  {`"sharedInbox":"https://desk.example/`, `"sharedInbox":"https://victim.example/`},
		"another actor":    {`"id":"https://desk.example/fediverse/actor"`, `"id":"https://desk.example/other"`},
		"another's key":    {`"owner":"https://desk.example/fediverse/actor"`, `"owner":"https://desk.example/other"`},
		"inbox by http":    {`"sharedInbox":"https://`, `"sharedInbox":"http://`},
		"password in host": {`"sharedInbox":"https://desk.example/`, `"sharedInbox":"https://a:b@desk.example/`},
	} {
		bad := strings.Replace(string(good), change[0], change[1], 1)
		if bad == string(good) {
			t.Fatalf("%s: nothing was changed", what)
		}
		if _, err := ReadActor([]byte(bad), d.ID()); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// FuzzRead and FuzzSignature: whatever strangers send, nothing breaks.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"type":"Follow","actor":"https://a.example","object":"x"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if in, err := Read(b, "x"); err == nil && in.From == "" {
			t.Error("from nobody")
		}
		_, _ = ReadActor(b, "x")
	})
}

// FuzzSignature reads any header.
func FuzzSignature(f *testing.F) {
	f.Add(`keyId="a",headers="(request-target) host date",signature="YQ=="`)
	f.Fuzz(func(t *testing.T, header string) {
		r := &http.Request{Method: http.MethodGet, Header: http.Header{"Signature": {header}}}
		if s, err := ParseSignature(r); err == nil && s.KeyID == "" {
			t.Error("by nobody")
		}
	})
}
