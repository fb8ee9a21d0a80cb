package webhook

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"soi/internal/desk"
	"soi/internal/fetch"
	"soi/internal/intake"
)

// partner is a server that is told, and the channel that tells it.
func partner(t *testing.T, h http.HandlerFunc) (*Channel, *desk.APIKey) {
	t.Helper()
	srv := httptest.NewTLSServer(h)
	t.Cleanup(srv.Close)
	pool := x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	k := &desk.APIKey{ID: desk.NewID(), Webhook: srv.URL + "/told"}
	return New(Config{Keys: func(context.Context) ([]desk.APIKey, error) {
		return []desk.APIKey{{ID: desk.NewID(), Webhook: "https://other.example"}, *k}, nil
	},
		Secret: func(id desk.ID) string { return "secret of " + string(id) }, Now: func() time.Time { return time.Unix(1795334400, 0) },
		Client: fetch.New(fetch.Options{AllowLoopback: netip.MustParseAddrPort(srv.Listener.Addr().String()), TLS: &tls.Config{RootCAs: pool}})}), k
}

func to(k *desk.APIKey) intake.Address {
	b, _ := json.Marshal(Address{Key: k.ID, Ticket: "HN7-4KQ-PPRT"})
	return b
}

var told = intake.Outgoing{Op: "op-1", Lang: "vi", Purpose: intake.PurposeNotice, Title: "Đã có bài kiểm chứng", Text: "Sai. <b>&"}

func TestALetterIsSigned(t *testing.T) {
	var got http.Header
	var body []byte
	ch, k := partner(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header; body, _ = io.ReadAll(r.Body) })
	receipt, err := ch.Send(t.Context(), to(k), told)
	if err != nil || receipt.ID != "op-1" {
		t.Fatal(receipt, err)
	}
	if got.Get(HeaderTime) != "1795334400" || got.Get(HeaderSignature) != Sign("secret of "+string(k.ID), "1795334400", body) {
		t.Errorf("headers %v", got)
	}
	for name, sig := range map[string]string{
		"another secret": Sign("secret", "1795334400", body), "another time": Sign("secret of "+string(k.ID), "1795334401", body),
		"another body": Sign("secret of "+string(k.ID), "1795334400", append(body, ' ')),
	} {
		if sig == got.Get(HeaderSignature) {
			t.Errorf("%s gives the same signature", name)
		}
	}
	var l Letter
	if err := json.Unmarshal(body, &l); err != nil || l.ID != "op-1" || l.Event != "tip.answered" || l.Ticket != "HN7-4KQ-PPRT" || l.Text != told.Text || l.Sent.Unix() != 1795334400 {
		t.Errorf("%v %s", err, body)
	}
	// Computed by another implementation, as docs/channels/api.md shows it.
	if s := Sign("whs_test", "1795334400", []byte(`{"id":"1"}`)); s != "v1=2b62ff7c88c998d9377c9681b2e2c29722e62094f497615c719dd293d60d3e08" {
		t.Errorf("signature %s", s)
	}
}

func TestWhatAnAnswerMeans(t *testing.T) {
	var status atomic.Int32
	var retry atomic.Value
	retry.Store("")
	ch, k := partner(t, func(w http.ResponseWriter, _ *http.Request) {
		if r := retry.Load().(string); r != "" {
			w.Header().Set("Retry-After", r)
		}
		if status.Load() == 302 {
			w.Header().Set("Location", "https://elsewhere.example/")
		}
		w.WriteHeader(int(status.Load()))
	})
	for s, want := range map[int]error{200: nil, 204: nil, 302: intake.ErrTemporary, 400: intake.ErrTemporary, 401: intake.ErrTemporary, 404: intake.ErrTemporary,
		410: intake.ErrGone, 429: intake.ErrTemporary, 500: intake.ErrTemporary, 503: intake.ErrTemporary} {
		status.Store(int32(s))
		if _, err := ch.Send(t.Context(), to(k), told); !errors.Is(err, want) {
			t.Errorf("%d: %v", s, err)
		}
	}
	for value, want := range map[string]time.Duration{"90": 90 * time.Second, "999999999999": time.Hour, "86400": time.Hour, time.Unix(1795334460, 0).UTC().Format(http.TimeFormat): time.Minute} {
		status.Store(429)
		retry.Store(value)
		var wait *intake.RateLimitedError
		_, err := ch.Send(t.Context(), to(k), told)
		if !errors.As(err, &wait) || wait.After != want {
			t.Errorf("Retry-After %s: %v", value, err)
		}
	}
}

func TestWhoIsNotTold(t *testing.T) {
	calls := 0
	ch, k := partner(t, func(http.ResponseWriter, *http.Request) { calls++ })
	good := *k
	for name, c := range map[string]struct {
		k    desk.APIKey
		want error
	}{
		"ended":           {desk.APIKey{ID: good.ID, Webhook: good.Webhook, Ended: time.Unix(1, 0)}, intake.ErrGone},
		"no address":      {desk.APIKey{ID: good.ID}, intake.ErrGone},
		"another":         {desk.APIKey{ID: desk.NewID(), Webhook: good.Webhook}, intake.ErrGone},
		"a private place": {desk.APIKey{ID: good.ID, Webhook: "https://10.0.0.1/"}, intake.ErrRefused},
		"this machine":    {desk.APIKey{ID: good.ID, Webhook: "https://127.0.0.1/"}, intake.ErrRefused},
		"metadata":        {desk.APIKey{ID: good.ID, Webhook: "https://169.254.169.254/latest"}, intake.ErrRefused},
		"mapped":          {desk.APIKey{ID: good.ID, Webhook: "https://[::ffff:192.168.0.1]/"}, intake.ErrRefused},
		"no such name":    {desk.APIKey{ID: good.ID, Webhook: "https://nobody.invalid/"}, intake.ErrTemporary},
	} {
		*k = c.k
		_, err := ch.Send(t.Context(), to(&good), told)
		if !errors.Is(err, c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ch.Send(t.Context(), intake.Address("{"), told); !errors.Is(err, intake.ErrGone) {
		t.Errorf("an address that cannot be read: %v", err)
	}
	if calls != 0 {
		t.Errorf("%d letters arrived", calls)
	}
}
