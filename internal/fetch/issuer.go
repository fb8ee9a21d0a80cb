package fetch

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// issuerTimeout is how long one question to a provider may take.
const issuerTimeout = 10 * time.Second

// Issuer makes an http.Client for the provider that people sign in with. It
// reaches the provider's own host, which may stand in a private network if
// private is set, and public https addresses that the provider names for its
// keys or tokens; nothing else. It follows no redirect and keeps no cookie.
//
// issuer is https://host[:port][/path], or http:// with an address of this
// machine. Errors are of kind URL or Scheme.
func Issuer(issuer string, private bool) (*http.Client, error) {
	u, err := url.Parse(issuer)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, &Error{Kind: KindURL, Err: errors.New("the issuer is not an address such as https://id.example")}
	}
	here, err := netip.ParseAddrPort(u.Host)
	local := u.Scheme == "http" && err == nil && here.Addr().Unmap().IsLoopback()
	if u.Scheme != "https" && !local {
		return nil, &Error{Kind: KindScheme, Err: errors.New("the issuer must begin with https://, or with http:// and an address of this machine")}
	}
	port := 443
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil {
			return nil, &Error{Kind: KindURL, Err: err}
		}
	}
	own := guard{own: net.InterfaceAddrs, port: func(p uint16) bool { return int(p) == port }}
	if local {
		own.allow = netip.AddrPortFrom(here.Addr().Unmap(), here.Port())
	}
	control := own.control
	if private {
		control = privately{guard: own}.control
	}
	return &http.Client{
		Timeout:       issuerTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: issuerWire{scheme: u.Scheme, host: strings.ToLower(u.Host), own: wireOf(control),
			public: wireOf(guard{own: net.InterfaceAddrs, port: webPort}.control)},
	}, nil
}

// wireOf makes a transport whose every connection control sees.
func wireOf(control func(network, address string, c syscall.RawConn) error) *http.Transport {
	d := &net.Dialer{Timeout: ConnectTimeout, Control: control}
	return &http.Transport{Proxy: nil, DialContext: d.DialContext, TLSHandshakeTimeout: ConnectTimeout,
		MaxResponseHeaderBytes: maxHeader, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true}
}

// privately lets the dialer reach a private network as well, but never the
// addresses by which clouds hand out secrets, nor groups of machines.
type privately struct{ guard guard }

// control has the shape of net.Dialer.Control.
func (p privately) control(network, address string, c syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err == nil && p.guard.port(ap.Port()) && (ap.Addr().Unmap().IsPrivate() || ap.Addr().Unmap().IsLoopback()) {
		return nil
	}
	return p.guard.control(network, address, c)
}

// issuerWire sends what is for the issuer's host one way and the rest another.
type issuerWire struct {
	scheme, host string
	own, public  http.RoundTripper
}

// RoundTrip implements http.RoundTripper. An answer is cut off at CallBody.
func (w issuerWire) RoundTrip(r *http.Request) (*http.Response, error) {
	wire := w.public
	switch {
	case r.URL.Scheme == w.scheme && strings.EqualFold(r.URL.Host, w.host):
		wire = w.own
	case r.URL.Scheme != "https":
		return nil, &Error{Kind: KindScheme, Err: fmt.Errorf("%s is not asked without encryption", hostOf(r.URL))}
	}
	resp, err := wire.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, CallBody), resp.Body}
	return resp, nil
}
