package fetch

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// ratioFloor is how much may come out before the ratio is looked at: small
// pages of spaces compress beyond 100:1 honestly and hurt nobody.
const ratioFloor = 256 << 10

// readBody is readBodyTo MaxBody.
func readBody(resp *http.Response) ([]byte, error) { return readBodyTo(resp, MaxBody) }

// readBodyTo reads and unpacks, and closes. It never holds more than limit
// plus one read.
func readBodyTo(resp *http.Response, limit int) ([]byte, error) {
	defer func() { _ = resp.Body.Close() }()
	switch enc := strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding"))); enc {
	case "", "identity":
		if resp.ContentLength > int64(limit) {
			return nil, tooLarge(limit)
		}
		return readUpTo(resp.Body, limit, func(int) error { return nil })
	case "gzip", "x-gzip":
		return readGzip(resp, limit)
	default:
		return nil, &Error{Kind: KindEncoding, Err: errors.New("content encoding we did not ask for")}
	}
}

func readGzip(resp *http.Response, limit int) ([]byte, error) {
	in := &counter{r: resp.Body}
	z, err := gzip.NewReader(in)
	if errors.Is(err, io.EOF) && in.n == 0 {
		return []byte{}, nil // an empty 304 or 204 may still carry the header
	}
	if err != nil {
		return nil, gzipError(err)
	}
	body, err := readUpTo(z, limit, func(out int) error {
		if out > ratioFloor && out > MaxRatio*in.n {
			return &Error{Kind: KindBomb, Err: fmt.Errorf("%d bytes came out of %d", out, in.n)}
		}
		return nil
	})
	if err != nil {
		return nil, gzipError(err)
	}
	return body, nil
}

// gzipError marks damage in the stream; network causes pass unchanged.
func gzipError(err error) error {
	var corrupt flate.CorruptInputError
	if errors.As(err, &corrupt) || errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &Error{Kind: KindEncoding, Err: err}
	}
	return err
}

func readUpTo(r io.Reader, limit int, check func(out int) error) ([]byte, error) {
	body := make([]byte, 0, 16<<10)
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		body = append(body, buf[:n]...)
		if len(body) > limit {
			return nil, tooLarge(limit)
		}
		if cerr := check(len(body)); cerr != nil {
			return nil, cerr
		}
		if errors.Is(err, io.EOF) {
			return body, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func tooLarge(limit int) error {
	return &Error{Kind: KindTooLarge, Err: fmt.Errorf("more than %d bytes", limit)}
}

// counter counts what came over the wire.
type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}
