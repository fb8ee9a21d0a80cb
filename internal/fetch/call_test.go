package fetch

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func caller(t *testing.T, h http.HandlerFunc, hosts ...string) (*Caller, string) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	c, err := NewCaller(CallerOptions{Base: srv.URL, Hosts: hosts, Agent: "soi/test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, srv.URL
}

func TestCallSendsWhatItIsGiven(t *testing.T) {
	c, base := caller(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		if r.Method != http.MethodPost || r.URL.Path != "/bot1/say" || string(b) != `{"a":1}` || r.Header.Get("Authorization") != "Bearer x" ||
			r.UserAgent() != "soi/test" || r.Header.Get("Accept-Encoding") != "" {
			t.Errorf("%s %s %q %v", r.Method, r.URL, b, r.Header)
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte("hello"))
	})
	got, err := c.Do(context.Background(), Call{Method: http.MethodPost, URL: base + "/bot1/say", Body: []byte(`{"a":1}`),
		Header: http.Header{"Authorization": {"Bearer x"}}})
	if err != nil || got.Status != http.StatusTeapot || string(got.Body) != "hello" || got.Header.Get("Set-Cookie") != "" {
		t.Errorf("%+v %v", got, err)
	}
}

func TestCallStaysAtItsHosts(t *testing.T) {
	c, base := caller(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://evil.example/", http.StatusFound)
	}, "files.example", ".cdn.example")
	for address, want := range map[string]bool{
		base + "/x":                     true,
		"https://files.example/a":       true,
		"https://FILES.example/a":       true,
		"https://files.example:443/a":   true,
		"https://a.cdn.example/":        true,
		"https://cdn.example/":          false,
		"https://evilcdn.example/":      false,
		"https://a.cdn.example.evil/":   false,
		"http://files.example/":         false,
		"https://files.example:8443/":   false,
		"https://u:p@files.example/":    false,
		"https://other.example/":        false,
		"https://127.0.0.1/":            false,
		"ftp://files.example/":          false,
		"files.example":                 false,
		"http://127.0.0.1:1/":           false,
		"https://files.example.@evil/":  false,
		"https://evil/#.cdn.example":    false,
		"https://evil/?x=files.example": false,
	} {
		if c.Allowed(address) != want {
			t.Errorf("%s: allowed %v", address, !want)
		}
	}
	if _, err := c.Do(context.Background(), Call{URL: "https://other.example/"}); kindOf(err) != KindURL {
		t.Errorf("another host: %v", err)
	}
	if _, err := c.Do(context.Background(), Call{URL: base + "/secret"}); kindOf(err) != KindURL {
		t.Errorf("a redirect to another host: %v", err)
	}
	got, err := c.Do(context.Background(), Call{Method: http.MethodPost, URL: base + "/secret"})
	if err != nil || got.Status != http.StatusFound {
		t.Errorf("a POST is not redirected: %+v %v", got, err)
	}
}

// An allowed name that leads to this machine or its network is refused at the dial.
func TestCallIsGuarded(t *testing.T) {
	c, err := NewCaller(CallerOptions{Base: "https://localhost"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Do(context.Background(), Call{URL: "https://localhost/"}); kindOf(err) != KindAddress {
		t.Errorf("got %v", err)
	}
}

func TestCallErrorsNameTheHostAlone(t *testing.T) {
	c, base := caller(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/long/token":
			_, _ = w.Write(make([]byte, 100))
		case "/packed/token":
			w.Header().Set("Content-Encoding", "gzip")
		default:
			time.Sleep(200 * time.Millisecond)
		}
	})
	for path, want := range map[string]Kind{"/long/token": KindTooLarge, "/packed/token": KindEncoding, "/slow/token": KindTimeout} {
		_, err := c.Do(context.Background(), Call{URL: base + path + "?secret=1", MaxBody: 99, Timeout: 100 * time.Millisecond})
		if kindOf(err) != want || strings.Contains(err.Error(), "token") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", path, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := c.Do(ctx, Call{URL: base + "/slow/token"}); kindOf(err) != KindCancelled || strings.Contains(err.Error(), "token") {
		t.Errorf("cancelled: %v", err)
	}
}

func TestNewCallerRefuses(t *testing.T) {
	for _, base := range []string{"", "api.example", "http://api.example", "http://10.0.0.1:80", "https://u:p@api.example", "https://api.example:8443",
		"ftp://api.example", "https://api.example?x=1", "http://localhost:80"} {
		var e *Error
		if _, err := NewCaller(CallerOptions{Base: base}); !errors.As(err, &e) {
			t.Errorf("%q: %v", base, err)
		}
	}
	if c, err := NewCaller(CallerOptions{Base: "https://api.example/"}); err != nil || c.Base() != "https://api.example" {
		t.Errorf("%v", err)
	}
}
