package fetch

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// StreamTime is how long a Stream may take, redirects and body included.
const StreamTime = 20 * time.Minute

// Stream fetches a file that is too large to hold: it follows redirects as Get
// does, and hands the body of the last hop on while it arrives, at most limit
// bytes after decompression. The Page has no Body. All errors of the fetch are
// *Error; one that to returns comes back as it is.
func (c *Client) Stream(ctx context.Context, r Request, limit int64, to func(p *Page, body io.Reader) error) error {
	ctx, cancel := context.WithTimeout(ctx, StreamTime)
	defer cancel()
	next, err := target(r.URL, c.port)
	if err != nil {
		return err
	}
	var chain []Hop
	for {
		resp, err := c.send(ctx, next, r)
		if err != nil {
			return c.classify(ctx, next, err)
		}
		chain = append(chain, Hop{URL: next.String(), Status: resp.StatusCode})
		if at := resp.Header.Get("Location"); isRedirect(resp.StatusCode) && at != "" {
			_ = resp.Body.Close() // the body of a redirect is never read
			if next, err = c.follow(next, at, len(chain)); err != nil {
				return err
			}
			continue
		}
		resp.Header.Del("Set-Cookie")
		p := &Page{URL: next.String(), Status: resp.StatusCode, Chain: chain, Header: resp.Header, At: time.Now()}
		return c.hand(ctx, p, resp, limit, to)
	}
}

// hand unpacks a body for its reader within the limits.
func (c *Client) hand(ctx context.Context, p *Page, resp *http.Response, limit int64, to func(*Page, io.Reader) error) error {
	defer func() { _ = resp.Body.Close() }()
	in := &counter{r: resp.Body}
	s := &stream{r: in, in: in, left: limit}
	switch enc := strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding"))); enc {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(in)
		if err != nil {
			if errors.Is(err, io.EOF) && in.n == 0 {
				return to(p, strings.NewReader("")) // an empty 304 may still carry the header
			}
			return c.fault(ctx, p, gzipError(err))
		}
		s.r, s.packed = z, true
	default:
		return &Error{Kind: KindEncoding, URL: p.URL, Err: errors.New("content encoding we did not ask for")}
	}
	err := to(p, s)
	if s.err != nil {
		return c.fault(ctx, p, s.err)
	}
	return err
}

// fault gives what went wrong while reading its kind.
func (c *Client) fault(ctx context.Context, p *Page, err error) error {
	u, parseErr := target(p.URL, c.port)
	if parseErr != nil {
		return parseErr
	}
	return c.classify(ctx, u, err)
}

// stream is a body that ends with an error beyond its limits.
type stream struct {
	r      io.Reader
	in     *counter
	left   int64
	out    int
	packed bool
	err    error
}

// Read implements io.Reader.
func (s *stream) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	s.left -= int64(n)
	s.out += n
	switch {
	case s.left < 0:
		s.err = &Error{Kind: KindTooLarge, Err: errors.New("more than is read of one file")}
	case s.packed && s.out > ratioFloor && s.out > MaxRatio*s.in.n:
		s.err = &Error{Kind: KindBomb, Err: fmt.Errorf("%d bytes came out of %d", s.out, s.in.n)}
	case err != nil && !errors.Is(err, io.EOF):
		s.err = gzipError(err)
	}
	if s.err != nil {
		return 0, s.err
	}
	return n, err
}
