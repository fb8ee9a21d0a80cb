package fetch

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
)

// OwnNetwork makes an http.Client for one server that stands on this machine or in a
// private network of the desk, and that is trusted with what the desk does not publish.
// It reaches that server and nothing else: another host or port, a name that leads to a
// public address, a redirect are refused. It keeps no cookie. Limits of time are the
// caller's, by the context.
//
// base is http://host[:port][/path] or https://. Errors are of kind URL or Scheme.
func OwnNetwork(base string) (*http.Client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, &Error{Kind: KindURL, Err: errors.New("not an address such as http://10.0.0.5:8000")}
	}
	port := 80
	switch {
	case u.Scheme == "https":
		port = 443
	case u.Scheme != "http":
		return nil, &Error{Kind: KindScheme, Err: errors.New("the address must begin with http:// or https://")}
	}
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil {
			return nil, &Error{Kind: KindURL, Err: err}
		}
	}
	control := func(_, address string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(address)
		if err != nil || int(ap.Port()) != port || !homely(ap.Addr()) {
			return &Error{Kind: KindAddress, Err: errors.New("the address is neither this machine's nor of a private network")}
		}
		return nil
	}
	wire := wireOf(control)
	wire.MaxConnsPerHost, wire.MaxIdleConnsPerHost = ownConnections, ownConnections
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     ownWire{scheme: u.Scheme, host: strings.ToLower(u.Host), wire: wire},
	}, nil
}

// ownConnections is how many requests the server gets at once; further ones wait, as long as
// their callers do.
const ownConnections = 8

// homely tells an address of this machine or of a private network. Those by which clouds
// hand out secrets (169.254.0.0/16) are neither.
func homely(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsLoopback() || a.IsPrivate()
}

// ownWire sends requests for the one server and refuses all others.
type ownWire struct {
	scheme, host string
	wire         http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (w ownWire) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != w.scheme || !strings.EqualFold(r.URL.Host, w.host) {
		return nil, &Error{Kind: KindURL, Err: errors.New("another server than the one that was set")}
	}
	return w.wire.RoundTrip(r)
}
