package app_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	guarded "soi/internal/fetch"
)

// partner is a server of somebody else that is told by webhook.
type partner struct {
	mu      sync.Mutex
	status  []int // of the next answers; 200 after that
	letters []letter
}

type letter struct {
	stamp, signature string
	body             []byte
}

func (p *partner) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	defer p.mu.Unlock()
	status := http.StatusOK
	if len(p.status) > 0 {
		status, p.status = p.status[0], p.status[1:]
	}
	p.letters = append(p.letters, letter{r.Header.Get("Soi-Timestamp"), r.Header.Get("Soi-Signature"), b})
	w.WriteHeader(status)
}

func (p *partner) got() []letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]letter(nil), p.letters...)
}

// handInByKey hands a tip in by the API and returns its ticket.
func handInByKey(t *testing.T, url, key, once, text string) string {
	t.Helper()
	b, _ := json.Marshal(map[string]string{"text": text})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/api/v1/tips", strings.NewReader(string(b)))
	must(t, err)
	r.Header = http.Header{"Authorization": {"Bearer " + key}, "Content-Type": {"application/json"}, "Idempotency-Key": {once}, "Accept-Language": {"vi"},
		"User-Agent": {"Zq-Agent/7.3"}, "X-Forwarded-For": {"198.51.100.77"}}
	resp, err := http.DefaultClient.Do(r)
	must(t, err)
	defer resp.Body.Close()
	var got struct{ Ticket, State string }
	must(t, json.NewDecoder(resp.Body).Decode(&got))
	if resp.StatusCode != http.StatusCreated && resp.StatusCode != http.StatusOK || got.State != "queued" {
		t.Fatalf("status %d, %+v", resp.StatusCode, got)
	}
	return got.Ticket
}

// A tip of another program is answered days later: its webhook is told, once, after two tries that failed, with a
// signature that the key's secret explains; after the correction it is told again; a key that was ended is not.
func TestAWebhookIsToldOfAnswers(t *testing.T) {
	p := &partner{status: []int{500, 503}}
	srv := httptest.NewTLSServer(p)
	t.Cleanup(srv.Close)
	pool := x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	client := guarded.New(guarded.Options{AllowLoopback: netip.MustParseAddrPort(srv.Listener.Addr().String()), TLS: &tls.Config{RootCAs: pool}})
	w := newAnswersWorld(t, &loop{}, func(o *apptest.Options) {
		with := o.With
		o.With = func(a *app.Options) { with(a); a.Webhooks = client }
	})
	told, err := w.d.MakeAPIKey(t.Context(), desk.Program(), "Trang tin", 10, srv.URL+"/told")
	must(t, err)
	silent, err := w.d.MakeAPIKey(t.Context(), desk.Program(), "Ended", 10, srv.URL+"/ended")
	must(t, err)
	ticket := handInByKey(t, w.d.URL, told.Key, "tip-00001", ofWater)
	if again := handInByKey(t, w.d.URL, told.Key, "tip-00001", ofWater); again != ticket {
		t.Errorf("another ticket: %s, %s", ticket, again)
	}
	handInByKey(t, w.d.URL, silent.Key, "tip-00001", ofWater)
	_, err = w.d.Desk.EndAPIKey(t.Context(), desk.Program(), silent.ID)
	must(t, err)
	claim, _ := w.claimOf("zqchanh")
	w.publish(claim, desk.RatingFalse, waterTrue)
	w.steps(func() bool { return len(p.got()) >= 3 })
	w.publish(claim, desk.RatingMostlyFalse, waterTrue)
	w.steps(func() bool { return len(p.got()) >= 4 })
	letters := p.got()
	if len(letters) != 4 {
		t.Fatalf("%d letters", len(letters))
	}
	ids := map[string]int{}
	for i, l := range letters {
		m := hmac.New(sha256.New, []byte(told.Secret))
		m.Write([]byte(l.stamp + "." + string(l.body)))
		var body struct{ ID, Event, Ticket, Lang, Text string }
		if err := json.Unmarshal(l.body, &body); err != nil || l.signature != "v1="+hex.EncodeToString(m.Sum(nil)) || l.stamp == "" {
			t.Errorf("letter %d: %v, signature %s", i, err, l.signature)
		}
		if body.Event != "tip.answered" || body.Ticket != ticket || body.Lang != "vi" || !strings.Contains(body.Text, waterTrue) {
			t.Errorf("letter %d: %s", i, l.body)
		}
		ids[body.ID]++
	}
	if len(ids) != 2 {
		t.Errorf("ids %v: the tries of one letter have one id, and the correction another", ids)
	}
	for _, fragment := range []string{told.Key[4:], told.Key[10:40], told.Secret, ticket, "Zq-Agent", "198.51.100.77"} {
		if hits := sweep(t, w.d.Config.Data, fragment); len(hits) > 0 {
			t.Errorf("%q is in %v", fragment, hits)
		}
	}
	sound(t, w.d.App)
}

// steps lets time pass until done.
func (w *answersWorld) steps(done func() bool) {
	w.t.Helper()
	apptest.Wait(w.t, "the letters", func(context.Context) bool {
		if done() {
			return true
		}
		w.clock.pass(3 * time.Minute)
		_, err := w.d.Answers().Step(w.t.Context())
		must(w.t, err)
		return done()
	})
}

// A webhook on this machine or its network is never reached, and the desk sees that it failed.
func TestAWebhookInsideIsNotReached(t *testing.T) {
	p := &partner{}
	srv := httptest.NewTLSServer(p)
	t.Cleanup(srv.Close)
	w := newAnswersWorld(t, &loop{})
	key, err := w.d.MakeAPIKey(t.Context(), desk.Program(), "Inside", 10, srv.URL)
	must(t, err)
	handInByKey(t, w.d.URL, key.Key, "tip-00001", ofWater)
	claim, _ := w.claimOf("zqchanh")
	w.publish(claim, desk.RatingFalse, waterTrue)
	w.steps(func() bool {
		s, err := w.d.Desk.Standing(t.Context(), w.checker, claim)
		must(t, err)
		for _, n := range s.Notices {
			if n.Channel == "webhook" && n.State == desk.NoticeFailed {
				return true
			}
		}
		return false
	})
	if n := len(p.got()); n != 0 {
		t.Errorf("%d letters reached this machine", n)
	}
}
