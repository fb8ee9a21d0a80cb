package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// site starts a server and a product client that may reach only it.
func site(t *testing.T, h http.HandlerFunc) (*Client, string) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	ap := netip.MustParseAddrPort(srv.Listener.Addr().String())
	return New(Options{AllowLoopback: ap, UserAgent: "soi/test"}), srv.URL
}

func kindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}

func gz(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

func TestGetKeepsTheChain(t *testing.T) {
	c, base := site(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/a":
			http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
			http.Redirect(w, r, "/b?x=1", http.StatusMovedPermanently)
		case "/b":
			http.Redirect(w, r, "c#part", http.StatusTemporaryRedirect)
		default:
			if len(r.Cookies()) > 0 || r.Header.Get("Referer") != "" || r.UserAgent() != "soi/test" {
				t.Errorf("request says too much: %v", r.Header)
			}
			http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
			w.Header().Set("ETag", `"v1"`)
			_, _ = w.Write([]byte("chào"))
		}
	})
	p, err := c.Get(context.Background(), Request{URL: base + "/a"})
	if err != nil {
		t.Fatal(err)
	}
	want := []Hop{{base + "/a", 301}, {base + "/b?x=1", 307}, {base + "/c", 200}}
	if d := cmp.Diff(want, p.Chain); d != "" {
		t.Error(d)
	}
	if p.URL != base+"/c" || string(p.Body) != "chào" || p.Header.Get("ETag") != `"v1"` || p.Header.Get("Set-Cookie") != "" || p.At.IsZero() {
		t.Errorf("page %+v", p)
	}
}

func TestFiveRedirectsPassAndSixDoNot(t *testing.T) {
	c, base := site(t, func(w http.ResponseWriter, r *http.Request) {
		var n int
		_, _ = fmt.Sscanf(r.URL.Path, "/%d", &n)
		if n == 0 {
			return
		}
		http.Redirect(w, r, fmt.Sprintf("/%d", n-1), http.StatusFound)
	})
	if p, err := c.Get(context.Background(), Request{URL: base + "/5"}); err != nil || len(p.Chain) != 6 {
		t.Errorf("five: %v", err)
	}
	if _, err := c.Get(context.Background(), Request{URL: base + "/6"}); kindOf(err) != KindRedirects {
		t.Errorf("six: %v", err)
	}
}

func TestRedirectTargetsAreJudged(t *testing.T) {
	to := ""
	c, base := site(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	})
	for location, want := range map[string]Kind{
		"ftp://example.org/":        KindScheme,
		"file:///etc/passwd":        KindScheme,
		"javascript:alert(1)":       KindScheme,
		"http://a:b@example.org/":   KindURL,
		"http://example.org:22/":    KindPort,
		"http://[::1]/":             KindAddress,
		"//169.254.169.254/latest":  KindAddress,
		"http://%zz/":               KindRedirects,
		strings.Repeat("x", 20_000): KindRedirects,
	} {
		to = location
		if _, err := c.Get(context.Background(), Request{URL: base}); kindOf(err) != want {
			t.Errorf("%.40q: got %v, want kind %s", location, err, want)
		}
	}
}

func TestConditionalRequest(t *testing.T) {
	c, base := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `"v1"` && r.Header.Get("If-Modified-Since") == "then" && r.Header.Get("Accept") == "text/html" {
			w.Header().Set("Content-Encoding", "gzip")
			w.WriteHeader(http.StatusNotModified)
		}
	})
	p, err := c.Get(context.Background(), Request{URL: base, ETag: `"v1"`, LastModified: "then", Accept: "text/html"})
	if err != nil || p.Status != 304 || len(p.Body) != 0 {
		t.Errorf("%+v %v", p, err)
	}
}

func TestSizeLimits(t *testing.T) {
	var body []byte
	var enc string
	c, base := site(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", enc)
		if r.URL.Path == "/chunked" {
			w.(http.Flusher).Flush()
		}
		_, _ = w.Write(body)
	})
	noise := func(n int) []byte { // compresses about 2:1
		b := make([]byte, n)
		x := uint32(1)
		for i := range b {
			x = x*1664525 + 1013904223
			b[i] = byte(x>>24) & 15
		}
		return b
	}
	exact := noise(MaxBody)
	for _, tc := range []struct {
		name, path, enc string
		body            []byte
		want            Kind
		size            int
	}{
		{"exactly the limit", "/", "", exact, 0, MaxBody},
		{"one byte more", "/", "", append(exact[:MaxBody:MaxBody], 'x'), KindTooLarge, 0},
		{"one byte more, length unknown", "/chunked", "", append(exact[:MaxBody:MaxBody], 'x'), KindTooLarge, 0},
		{"gzip to the limit", "/", "gzip", gz(exact), 0, MaxBody},
		{"gzip past the limit", "/", "gzip", gz(append(exact[:MaxBody:MaxBody], 'x')), KindTooLarge, 0},
		{"bomb", "/", "gzip", gz(make([]byte, 20<<20)), KindBomb, 0},
		{"small and very compressible", "/", "gzip", gz(make([]byte, 200<<10)), 0, 200 << 10},
		{"not gzip", "/", "gzip", []byte("hello, this is not gzip"), KindEncoding, 0},
		{"damaged gzip", "/", "gzip", append(gz(noise(4000))[:1500:1500], bytes.Repeat([]byte{0xff}, 900)...), KindEncoding, 0},
		{"cut gzip", "/", "gzip", gz(noise(40000))[:3000], KindEncoding, 0},
		{"brotli", "/", "br", []byte("x"), KindEncoding, 0},
	} {
		body, enc = tc.body, tc.enc
		p, err := c.Get(context.Background(), Request{URL: base + tc.path})
		if kindOf(err) != tc.want || (err == nil && len(p.Body) != tc.size) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

func TestFailuresHaveKinds(t *testing.T) {
	c, base := site(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/slow":
			<-r.Context().Done()
		case "/drip":
			for r.Context().Err() == nil {
				_, _ = w.Write([]byte("."))
				w.(http.Flusher).Flush()
				time.Sleep(5 * time.Millisecond)
			}
		case "/short":
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("ten bytes."))
		}
	})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.Get(ctx, Request{URL: base + "/slow"}); kindOf(err) != KindTimeout {
		t.Errorf("slow: %v", err)
	}
	drip, cancel2 := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel2()
	if _, err := c.Get(drip, Request{URL: base + "/drip"}); kindOf(err) != KindTimeout {
		t.Errorf("drip: %v", err)
	}
	gone, stop := context.WithCancel(context.Background())
	stop()
	if _, err := c.Get(gone, Request{URL: base + "/slow"}); kindOf(err) != KindCancelled {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := c.Get(context.Background(), Request{URL: base + "/short"}); kindOf(err) != KindBroken {
		t.Errorf("short: %v", err)
	}
	names := startNames(t)
	lost := New(Options{Resolver: names.resolver()})
	if _, err := lost.Get(context.Background(), Request{URL: "http://nobody.test/"}); kindOf(err) != KindName {
		t.Errorf("no such name: %v", err)
	}
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ap := netip.MustParseAddrPort(closed.Addr().String())
	_ = closed.Close()
	if _, err := New(Options{AllowLoopback: ap}).Get(context.Background(), Request{URL: "http://" + ap.String()}); kindOf(err) != KindConnect {
		t.Errorf("closed port: %v", err)
	}
}

func TestCertificatesAreChecked(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) }))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // the refused handshake is expected
	srv.StartTLS()
	defer srv.Close()
	ap := netip.MustParseAddrPort(srv.Listener.Addr().String())
	if _, err := New(Options{AllowLoopback: ap}).Get(context.Background(), Request{URL: srv.URL}); kindOf(err) != KindTLS {
		t.Errorf("unknown certificate: %v", err)
	}
	trusted := srv.Client().Transport.(*http.Transport).TLSClientConfig
	if p, err := New(Options{AllowLoopback: ap, TLS: trusted}).Get(context.Background(), Request{URL: srv.URL}); err != nil || string(p.Body) != "ok" {
		t.Errorf("known certificate: %v", err)
	}
}

// net/http reads the proxy settings once per process, so setting them here
// would prove nothing: the transport itself must have none.
func TestNoProxyIsAsked(t *testing.T) {
	wire, ok := New(Options{}).wire.(*http.Transport)
	if !ok || wire.Proxy != nil || !wire.DisableKeepAlives || !wire.DisableCompression {
		t.Errorf("transport %+v", wire)
	}
}

func TestKindsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for k := KindURL; k <= KindBroken; k++ {
		if s := k.String(); s == "unknown" || seen[s] {
			t.Errorf("kind %d: %q", k, s)
		}
		seen[k.String()] = true
	}
	if Kind(0).String() != "unknown" {
		t.Error("zero kind")
	}
}
