package fetch

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// TestIssuerReachesItsOwnHostAlone: the provider's host and nothing else on
// this machine, whatever the provider's description names.
func TestIssuerReachesItsOwnHostAlone(t *testing.T) {
	var hits atomic.Int32
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	defer inside.Close()
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, inside.URL, http.StatusFound)
			return
		}
		_, _ = w.Write(make([]byte, CallBody+10))
	}))
	defer issuer.Close()
	for _, private := range []bool{false, true} {
		c, err := Issuer(issuer.URL+"/realm", private)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.Get(issuer.URL + "/x")
		if err != nil {
			t.Fatalf("its own host: %v", err)
		}
		n := 0
		for buf := make([]byte, 1<<16); ; {
			m, err := resp.Body.Read(buf)
			if n += m; err != nil {
				break
			}
		}
		_ = resp.Body.Close()
		if n != CallBody {
			t.Errorf("read %d bytes", n)
		}
		resp, err = c.Get(issuer.URL + "/away")
		if err != nil || resp.StatusCode != http.StatusFound {
			t.Errorf("a redirect was followed: %v %v", resp, err)
		}
		for _, to := range []string{inside.URL, strings.Replace(inside.URL, "http:", "https:", 1), "https://10.0.0.1/", "https://169.254.169.254/latest", "https://[::1]/"} {
			if _, err := c.Get(to); err == nil {
				t.Errorf("private=%v: %s was asked", private, to)
			}
		}
	}
	if hits.Load() != 0 {
		t.Errorf("a listener inside was reached %d times", hits.Load())
	}
}

// TestIssuerInAPrivateNetwork: only the setting opens it, only on its port,
// and never the address of a cloud's secrets.
func TestIssuerInAPrivateNetwork(t *testing.T) {
	g := guard{own: func() ([]net.Addr, error) { return nil, nil }, port: func(p uint16) bool { return p == 9091 }}
	for address, want := range map[string]bool{
		"10.1.2.3:9091": true, "192.168.0.9:9091": true, "[fd00::1]:9091": true, "127.0.0.1:9091": true, "9.9.9.9:9091": true,
		"10.1.2.3:5432": false, "169.254.169.254:9091": false, "[fe80::1]:9091": false, "224.0.0.1:9091": false, "0.0.0.0:9091": false,
	} {
		if got := (privately{g}).control("tcp4", address, nil) == nil; got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	if g.control("tcp4", "10.1.2.3:9091", nil) == nil {
		t.Error("without the setting a private address is reached")
	}
	for _, bad := range []string{"", "id.example", "http://id.example", "https://u:p@id.example", "https://id.example?x=1", "ftp://id.example"} {
		var e *Error
		if _, err := Issuer(bad, true); !errors.As(err, &e) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
