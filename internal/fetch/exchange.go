package fetch

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Exchange is one request and its answer, as evidence of what a site said.
// Cookies are in neither; nothing else of the answer's head is left out.
type Exchange struct {
	URL     string // in Target form
	Request []byte // head of the request, ending in an empty line
	Status  int
	Head    []byte // status line and head of the answer, ending in an empty line; the order of fields is alphabetical
	Type    string // media type as the answer names it
	Body    []byte // unpacked; of a redirect it is empty, because it is never read
	At      time.Time
}

// Follow asks for a page like Get, with a limit of its own on the body, and
// returns every exchange in order: redirects first, the page last. It asks for
// no compression; a site that compresses all the same is unpacked, and the
// head says so in a field X-Archive-Orig-Content-Encoding. What was exchanged
// before an error comes back with it.
func (c *Client) Follow(ctx context.Context, r Request, limit int) ([]Exchange, error) {
	ctx, cancel := context.WithTimeout(ctx, TotalTimeout)
	defer cancel()
	next, err := target(r.URL, c.port)
	if err != nil {
		return nil, err
	}
	var out []Exchange
	for {
		e, to, err := c.exchange(ctx, next, r, limit)
		if err != nil {
			return out, c.classify(ctx, next, err)
		}
		out = append(out, e)
		if to == "" {
			return out, nil
		}
		if next, err = c.follow(next, to, len(out)); err != nil {
			return out, err
		}
	}
}

// exchange makes one request; to is where the answer sends on to.
func (c *Client) exchange(ctx context.Context, u *url.URL, r Request, limit int) (e Exchange, to string, err error) {
	req, err := c.request(ctx, u, r)
	if err != nil {
		return e, "", err
	}
	req.Header.Set("Accept-Encoding", "identity")
	e = Exchange{URL: u.String(), Request: requestHead(req)}
	resp, err := c.wire.RoundTrip(req)
	if err != nil {
		return e, "", err
	}
	e.At, e.Status, e.Type = time.Now().UTC(), resp.StatusCode, resp.Header.Get("Content-Type")
	if to = resp.Header.Get("Location"); isRedirect(resp.StatusCode) && to != "" {
		_ = resp.Body.Close()
	} else {
		to = ""
		if e.Body, err = readBodyTo(resp, limit); err != nil {
			return e, "", err
		}
	}
	e.Head = answerHead(resp, len(e.Body))
	return e, to, nil
}

// requestHead is the head of a request as it goes over the wire.
func requestHead(req *http.Request) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", req.Method, req.URL.RequestURI(), req.URL.Host)
	writeFields(&b, req.Header)
	return b.Bytes()
}

// answerHead is the head of an answer whose body is kept unpacked: what said
// how it was packed for the way keeps its value under another name.
func answerHead(resp *http.Response, size int) []byte {
	h := resp.Header.Clone()
	h.Del("Set-Cookie")
	for _, name := range []string{"Content-Encoding", "Content-Length"} {
		if v := h.Get(name); v != "" {
			h.Set("X-Archive-Orig-"+name, v)
			h.Del(name)
		}
	}
	if len(resp.TransferEncoding) > 0 {
		h.Set("X-Archive-Orig-Transfer-Encoding", strings.Join(resp.TransferEncoding, ", "))
	}
	h.Set("Content-Length", fmt.Sprint(size))
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s\r\n", resp.Proto, oneLine(resp.Status))
	writeFields(&b, h)
	return b.Bytes()
}

// writeFields writes header fields by name, and the empty line after them.
func writeFields(b *bytes.Buffer, h http.Header) {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, v := range h[name] {
			fmt.Fprintf(b, "%s: %s\r\n", oneLine(name), oneLine(v))
		}
	}
	b.WriteString("\r\n")
}

// oneLine keeps a field from becoming two.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' {
			return ' '
		}
		return r
	}, s)
}
