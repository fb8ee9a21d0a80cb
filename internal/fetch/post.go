package fetch

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"time"
)

// Letter is one POST to an address that somebody else named: it goes through
// the same guard as a fetch. Redirects are not followed: where a body is meant
// to go is not for the answer to say.
type Letter struct {
	URL    string
	Type   string            // Content-Type
	Header map[string]string // further headers
	Body   []byte
}

// Post sends a letter and returns what came back, whatever its status. All
// errors are *Error; those of the kinds URL, Scheme, Port, Address, Name,
// Connect and TLS mean that nothing was handed over.
func (c *Client) Post(ctx context.Context, l Letter) (*Page, error) {
	ctx, cancel := context.WithTimeout(ctx, TotalTimeout)
	defer cancel()
	to, err := target(l.URL, c.port)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(l.Body))
	if err != nil {
		return nil, &Error{Kind: KindURL, Err: errors.New("cannot be asked for")}
	}
	req.GetBody = nil // nothing is sent a second time
	for name, value := range l.Header {
		req.Header.Set(name, value)
	}
	req.Header.Set("User-Agent", c.agent)
	req.Header.Set("Accept-Encoding", "gzip")
	req.Header.Set("Content-Type", l.Type)
	resp, err := c.wire.RoundTrip(req)
	if err != nil {
		return nil, c.classify(ctx, to, err)
	}
	at := time.Now()
	body, err := readBody(resp)
	if err != nil {
		return nil, c.classify(ctx, to, err)
	}
	resp.Header.Del("Set-Cookie")
	return &Page{URL: to.String(), Status: resp.StatusCode, Chain: []Hop{{to.String(), resp.StatusCode}}, Header: resp.Header, Body: body, At: at}, nil
}
