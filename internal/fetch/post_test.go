package fetch

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestPost(t *testing.T) {
	var got *http.Request
	var body string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got, body = r, string(b)
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/elsewhere", http.StatusPermanentRedirect)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	defer srv.Close()
	c := New(Options{AllowLoopback: netip.MustParseAddrPort(srv.Listener.Addr().String())})
	p, err := c.Post(t.Context(), Letter{URL: srv.URL + "/told?x=1", Type: "application/json", Header: map[string]string{"Soi-Timestamp": "1"}, Body: []byte(`{"a":"đã"}`)})
	if err != nil || p.Status != http.StatusAccepted || body != `{"a":"đã"}` || got.Method != http.MethodPost || got.Header.Get("Soi-Timestamp") != "1" || got.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("%v %+v %q", err, p, body)
	}
	if p, err = c.Post(t.Context(), Letter{URL: srv.URL + "/moved"}); err != nil || p.Status != http.StatusPermanentRedirect || got.URL.Path != "/moved" {
		t.Errorf("a redirect was followed: %v %+v", err, p)
	}
	var refused *Error
	got = nil
	for _, to := range []string{srv.URL, "http://127.0.0.1/", "http://[::1]/", "http://10.0.0.1/", "http://169.254.169.254/", "file:///etc/passwd", "http://a:b@partner.example/"} {
		if _, err := New(Options{}).Post(t.Context(), Letter{URL: to}); !errors.As(err, &refused) || got != nil {
			t.Errorf("%s: %v", to, err)
		}
	}
}
