package fetch

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
)

// TestOwnNetworkReachesOneServerAlone: what the desk does not publish goes to the server
// that was set, on this machine or in a private network, and nowhere else.
func TestOwnNetworkReachesOneServerAlone(t *testing.T) {
	var hits atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	defer other.Close()
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		}
	}))
	defer model.Close()
	c, err := OwnNetwork(model.URL + "/v1")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"/v1/embeddings": http.StatusOK, "/away": http.StatusTemporaryRedirect} {
		res, err := c.Post(model.URL+path, "application/json", strings.NewReader("{}"))
		if err != nil || res.StatusCode != want {
			t.Errorf("%s: %v %v", path, res, err)
			continue
		}
		_ = res.Body.Close()
	}
	for _, to := range []string{other.URL, strings.Replace(model.URL, "http:", "https:", 1)} {
		if res, err := c.Get(to); err == nil {
			_ = res.Body.Close()
			t.Errorf("%s was asked", to)
		}
	}
	if hits.Load() != 0 {
		t.Errorf("another listener was reached %d times", hits.Load())
	}
	for _, base := range []string{"http://93.184.215.14:8000", "https://93.184.215.14", "http://169.254.169.254", "http://[2606:2800:21f::1]:80"} {
		c, err := OwnNetwork(base)
		if err != nil {
			t.Fatalf("%s: %v", base, err)
		}
		if res, err := c.Get(base + "/v1/embeddings"); err == nil || !strings.Contains(err.Error(), "neither this machine's nor of a private network") {
			t.Errorf("%s: %v %v", base, res, err)
		}
	}
	for _, base := range []string{"", "model", "ftp://10.0.0.1", "http://a:b@10.0.0.1", "http://10.0.0.1?x=1", "http://10.0.0.1:99999999999999999999"} {
		if _, err := OwnNetwork(base); err == nil {
			t.Errorf("%q was taken", base)
		}
	}
}

func TestHomely(t *testing.T) {
	for a, want := range map[string]bool{"127.0.0.1": true, "::1": true, "10.1.2.3": true, "192.168.0.9": true, "172.16.0.1": true, "fd00::1": true, "::ffff:10.0.0.1": true,
		"169.254.169.254": false, "fe80::1": false, "0.0.0.0": false, "8.8.8.8": false, "100.100.100.200": false, "224.0.0.1": false, "::ffff:8.8.8.8": false} {
		if got := homely(netip.MustParseAddr(a)); got != want {
			t.Errorf("%s: %v", a, got)
		}
	}
}
