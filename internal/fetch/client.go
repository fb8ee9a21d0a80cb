package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

// Limits of one fetch. A feed or page that needs more is not worth it.
const (
	ConnectTimeout = 10 * time.Second // one dial, all addresses of the name together
	TotalTimeout   = 30 * time.Second // the whole Get, redirects and body included
	MaxRedirects   = 5
	MaxBody        = 5 << 20 // bytes after decompression
	MaxRatio       = 100     // decompressed : received
	maxHeader      = 64 << 10
)

// Options of a Client. The zero value is the product's.
type Options struct {
	UserAgent string        // sent as it is; "soi" when empty
	Own       []netip.Addr  // public addresses of this machine that its interfaces do not show (behind NAT)
	Resolver  *net.Resolver // nil: the system's

	// AllowLoopback is for tests: exactly this address and port may be
	// dialled and asked for, besides the public web. It must be a loopback
	// address; anything else is ignored.
	AllowLoopback netip.AddrPort
	// TLS is for tests against a TLS listener; nil: the system's roots.
	TLS *tls.Config

	anyPort  bool // tests of this package: the port rule off, so that the address rule is what refuses
	guardOff bool // tests of this package: negative control
}

// Client makes guarded requests. Safe for concurrent use; it keeps no
// connection, cookie or credential between calls.
type Client struct {
	agent string
	port  func(uint16) bool
	wire  http.RoundTripper
}

// New builds a Client.
func New(o Options) *Client {
	allow := o.AllowLoopback
	if !allow.Addr().Unmap().IsLoopback() {
		allow = netip.AddrPort{}
	}
	allow = netip.AddrPortFrom(allow.Addr().Unmap(), allow.Port())
	dialPort := webPort
	if o.anyPort {
		dialPort = func(uint16) bool { return true }
	}
	g := guard{allow: allow, own: net.InterfaceAddrs, extra: o.Own, port: dialPort}
	d := &net.Dialer{Timeout: ConnectTimeout, KeepAlive: -1, Resolver: o.Resolver, Control: g.control}
	if o.guardOff {
		d.Control = nil
	}
	c := &Client{agent: o.UserAgent, port: func(p uint16) bool {
		return dialPort(p) || (allow.IsValid() && p == allow.Port())
	}}
	if c.agent == "" {
		c.agent = "soi"
	}
	// The bare transport, not http.Client: nothing may follow a redirect, add
	// a header or keep a cookie on its own.
	c.wire = &http.Transport{
		Proxy:                  nil, // a proxy would dial for us, behind the guard's back
		DialContext:            d.DialContext,
		TLSClientConfig:        o.TLS,
		TLSHandshakeTimeout:    ConnectTimeout,
		MaxResponseHeaderBytes: maxHeader,
		DisableKeepAlives:      true, // every request passes the guard anew
		DisableCompression:     true, // we unpack ourselves, to see both sizes
	}
	return c
}

// Request is one GET, or one HEAD.
type Request struct {
	URL          string
	Accept       string // "" for */*
	ETag         string // sent as If-None-Match
	LastModified string // sent as If-Modified-Since
	Head         bool   // ask for the head alone: Body comes back empty
	// Header is further headers, for the first hop alone: a signature is made
	// for one address.
	Header map[string]string
}

// Hop is one step of the chain: the URL asked for and the status it gave.
type Hop struct {
	URL    string
	Status int
}

// Page is what came back, whatever its status: a 404 is a Page, and so is a
// 304 with an empty body.
type Page struct {
	URL    string // the last hop's
	Status int
	Chain  []Hop       // every hop in order, the last included
	Header http.Header // the last hop's; Set-Cookie removed
	Body   []byte      // decompressed, at most MaxBody
	At     time.Time   // when the last hop's header had arrived
}

// Get fetches one page, following up to MaxRedirects redirects by hand; each
// hop goes through Target and the guard again. All errors are *Error.
func (c *Client) Get(ctx context.Context, r Request) (*Page, error) {
	ctx, cancel := context.WithTimeout(ctx, TotalTimeout)
	defer cancel()
	next, err := target(r.URL, c.port)
	if err != nil {
		return nil, err
	}
	var chain []Hop
	for {
		resp, err := c.send(ctx, next, r)
		if err != nil {
			return nil, c.classify(ctx, next, err)
		}
		at := time.Now()
		chain = append(chain, Hop{URL: next.String(), Status: resp.StatusCode})
		if to := resp.Header.Get("Location"); isRedirect(resp.StatusCode) && to != "" {
			_ = resp.Body.Close() // the body of a redirect is never read
			if next, err = c.follow(next, to, len(chain)); err != nil {
				return nil, err
			}
			r.Header = nil
			continue
		}
		body := []byte{}
		if r.Head {
			_ = resp.Body.Close() // there is none, whatever length the header gives
		} else if body, err = readBody(resp); err != nil {
			return nil, c.classify(ctx, next, err)
		}
		resp.Header.Del("Set-Cookie")
		return &Page{URL: next.String(), Status: resp.StatusCode, Chain: chain, Header: resp.Header, Body: body, At: at}, nil
	}
}

func (c *Client) send(ctx context.Context, u *url.URL, r Request) (*http.Response, error) {
	req, err := c.request(ctx, u, r)
	if err != nil {
		return nil, err
	}
	return c.wire.RoundTrip(req)
}

// request is what is sent for a page.
func (c *Client) request(ctx context.Context, u *url.URL, r Request) (*http.Request, error) {
	method := http.MethodGet
	if r.Head {
		method = http.MethodHead
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		return nil, &Error{Kind: KindURL, Err: errors.New("cannot be asked for")}
	}
	for name, value := range r.Header {
		req.Header.Set(name, value)
	}
	req.Header.Set("User-Agent", c.agent)
	req.Header.Set("Accept-Encoding", "gzip")
	if r.Accept == "" {
		r.Accept = "*/*"
	}
	req.Header.Set("Accept", r.Accept)
	if r.ETag != "" {
		req.Header.Set("If-None-Match", r.ETag)
	}
	if r.LastModified != "" {
		req.Header.Set("If-Modified-Since", r.LastModified)
	}
	return req, nil
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// follow judges the next hop; done counts the hops already made.
func (c *Client) follow(from *url.URL, location string, done int) (*url.URL, error) {
	if done > MaxRedirects {
		return nil, &Error{Kind: KindRedirects, URL: from.String(), Err: fmt.Errorf("more than %d redirects", MaxRedirects)}
	}
	if len(location) > maxURL {
		return nil, &Error{Kind: KindRedirects, URL: from.String(), Err: errors.New("target too long")}
	}
	ref, err := url.Parse(location)
	if err != nil {
		return nil, &Error{Kind: KindRedirects, URL: from.String(), Err: errors.New("target does not parse")}
	}
	next, err := target(from.ResolveReference(ref).String(), c.port)
	var e *Error
	if errors.As(err, &e) {
		e.URL = from.String()
		return nil, e
	}
	return next, nil
}

// classify turns what the transport says into a kind, by type alone.
func (c *Client) classify(ctx context.Context, u *url.URL, err error) error {
	out := &Error{Kind: KindBroken, URL: u.String(), Err: err}
	var mine *Error
	var name *net.DNSError
	var op *net.OpError
	var timeout net.Error
	switch {
	case errors.As(err, &mine):
		out.Kind, out.Err = mine.Kind, mine.Err
	case errors.Is(ctx.Err(), context.Canceled):
		out.Kind = KindCancelled
	case ctx.Err() != nil, errors.As(err, &timeout) && timeout.Timeout():
		out.Kind = KindTimeout
	case errors.As(err, &name):
		out.Kind = KindName
	case isTLS(err):
		out.Kind = KindTLS
	case errors.As(err, &op) && op.Op == "dial":
		out.Kind = KindConnect
	}
	return out
}

func isTLS(err error) bool {
	var verify *tls.CertificateVerificationError
	var header tls.RecordHeaderError
	var alert tls.AlertError
	return errors.As(err, &verify) || errors.As(err, &header) || errors.As(err, &alert)
}
