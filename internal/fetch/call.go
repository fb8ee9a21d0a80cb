package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Limits of a Call that names none.
const (
	CallTimeout = 30 * time.Second // the whole call, answer included
	CallBody    = 1 << 20          // bytes of the answer
)

// maxCallRedirects is for downloads, which platforms now and then move to another of their hosts.
const maxCallRedirects = 3

// CallerOptions say which hosts a Caller may reach.
type CallerOptions struct {
	// Base is the address every call of an API begins with: https://host, or http://127.0.0.1:port for an API server
	// on this machine (the operator's own, or a test's). It ends without a slash.
	Base string
	// Hosts are further hosts that may be asked, over https: the exact name, or .name for everything below it.
	Hosts []string
	// Agent is how the program names itself; "soi" when empty.
	Agent string
}

// Caller makes calls to the few hosts it was made for and to no other: the API of a platform that people write to us
// by. The guard that keeps Client.Get away from private networks watches its dials too. Safe for concurrent use. It
// keeps connections open between calls, but no cookies.
type Caller struct {
	base  *url.URL
	local bool // base is on this machine, over http
	hosts []string
	agent string
	wire  *http.Transport
}

// NewCaller checks the addresses. Errors are of kind URL, Scheme or Port.
func NewCaller(o CallerOptions) (*Caller, error) {
	u, err := url.Parse(strings.TrimRight(o.Base, "/"))
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, &Error{Kind: KindURL, Err: errors.New("base is not an address such as https://api.example")}
	}
	c := &Caller{base: u, agent: o.Agent}
	if c.agent == "" {
		c.agent = "soi"
	}
	for _, h := range o.Hosts {
		if h = strings.ToLower(strings.TrimSpace(h)); h != "" {
			c.hosts = append(c.hosts, h)
		}
	}
	var allow netip.AddrPort
	switch here, err := netip.ParseAddrPort(u.Host); {
	case u.Scheme == "http" && err == nil && here.Addr().Unmap().IsLoopback():
		c.local, allow = true, netip.AddrPortFrom(here.Addr().Unmap(), here.Port())
	case u.Scheme != "https":
		return nil, &Error{Kind: KindScheme, Err: errors.New("base must begin with https://, or with http:// and an address of this machine")}
	case u.Port() != "" && u.Port() != "443":
		return nil, &Error{Kind: KindPort, Err: errors.New("base must be on port 443")}
	}
	g := guard{allow: allow, own: net.InterfaceAddrs, port: webPort}
	d := &net.Dialer{Timeout: ConnectTimeout, Control: g.control}
	c.wire = &http.Transport{Proxy: nil, DialContext: d.DialContext, TLSHandshakeTimeout: ConnectTimeout,
		MaxResponseHeaderBytes: maxHeader, IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 4, DisableCompression: true}
	return c, nil
}

// Base is the address that calls begin with.
func (c *Caller) Base() string { return c.base.String() }

// Call is one request.
type Call struct {
	Method  string // GET when empty
	URL     string // of an allowed host
	Header  http.Header
	Body    []byte
	MaxBody int64         // bytes of the answer; CallBody when 0
	Timeout time.Duration // CallTimeout when 0
}

// Reply is what came back, whatever its status.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// Allowed tells whether an address is one that this Caller asks: below its base, or https of a listed host.
func (c *Caller) Allowed(address string) bool {
	u, err := url.Parse(address)
	return err == nil && c.allowed(u)
}

func (c *Caller) allowed(u *url.URL) bool {
	if u.User != nil || u.Opaque != "" {
		return false
	}
	if u.Scheme == c.base.Scheme && strings.EqualFold(u.Host, c.base.Host) {
		return true
	}
	if u.Scheme != "https" || u.Port() != "" && u.Port() != "443" {
		return false
	}
	name := strings.ToLower(u.Hostname())
	for _, h := range c.hosts {
		if name == h || strings.HasPrefix(h, ".") && strings.HasSuffix(name, h) && len(name) > len(h) {
			return true
		}
	}
	return false
}

// Do makes the call. A GET follows redirects, but only among the allowed hosts. All errors are *Error; they name the
// host alone, because paths of such APIs carry tokens and people's identifiers.
func (c *Caller) Do(ctx context.Context, call Call) (*Reply, error) {
	timeout, limit := call.Timeout, call.MaxBody
	if timeout == 0 {
		timeout = CallTimeout
	}
	if limit == 0 {
		limit = CallBody
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	next, err := url.Parse(call.URL)
	if err != nil {
		return nil, &Error{Kind: KindURL, Err: errors.New("does not parse")}
	}
	for hop := 0; ; hop++ {
		if !c.allowed(next) {
			return nil, &Error{Kind: KindURL, Err: errors.New("the host is none of this platform's")}
		}
		resp, err := c.send(ctx, next, call)
		if err != nil {
			return nil, c.failure(ctx, next, err)
		}
		if to := resp.Header.Get("Location"); isRedirect(resp.StatusCode) && to != "" && isGet(call.Method) {
			_ = resp.Body.Close()
			ref, err := url.Parse(to)
			if hop >= maxCallRedirects || err != nil {
				return nil, &Error{Kind: KindRedirects, URL: hostOf(next), Err: errors.New("too many, or without a usable target")}
			}
			next = next.ResolveReference(ref)
			continue
		}
		body, err := readReply(resp, limit)
		if err != nil {
			return nil, c.failure(ctx, next, err)
		}
		resp.Header.Del("Set-Cookie")
		return &Reply{Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
	}
}

func isGet(method string) bool { return method == "" || method == http.MethodGet }

func (c *Caller) send(ctx context.Context, u *url.URL, call Call) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, call.Method, u.String(), bytes.NewReader(call.Body))
	if err != nil {
		return nil, &Error{Kind: KindURL, Err: errors.New("cannot be asked for")}
	}
	if len(call.Body) == 0 {
		req.Body, req.ContentLength = http.NoBody, 0
	}
	for name, values := range call.Header {
		req.Header[name] = values
	}
	req.Header.Set("User-Agent", c.agent)
	return c.wire.RoundTrip(req)
}

func readReply(resp *http.Response, limit int64) ([]byte, error) {
	defer func() { _ = resp.Body.Close() }()
	if enc := resp.Header.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return nil, &Error{Kind: KindEncoding, Err: errors.New("content encoding we did not ask for")}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > limit {
		return nil, &Error{Kind: KindTooLarge, Err: fmt.Errorf("more than %d bytes", limit)}
	}
	return body, nil
}

// hostOf is what may be said of an address: neither path nor query.
func hostOf(u *url.URL) string { return u.Scheme + "://" + u.Host }

// failure is Client.classify without the path.
func (c *Caller) failure(ctx context.Context, u *url.URL, err error) error {
	bare, parseErr := url.Parse(hostOf(u))
	if parseErr != nil {
		bare = &url.URL{}
	}
	return (&Client{}).classify(ctx, bare, err)
}

// Close ends idle connections.
func (c *Caller) Close() { c.wire.CloseIdleConnections() }
