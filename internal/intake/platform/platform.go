// Package platform is what the chat platforms have in common on the wire.
//
// It owns: reading the raw bytes of a webhook, comparing secrets in constant
// time, making a call with JSON and telling a call that surely did nothing from
// one that may have, cutting a text to a platform's length, and the small JSON
// types that keep what they must not keep out of memory.
//
// It does not own: the platforms' formats (a folder each beside it), what is
// done with a delivery (intake), when a message is sent again (deliver).
//
// Start reading at: Raw and Outcome.
package platform

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"soi/internal/fetch"
	"soi/internal/intake"
)

// Raw reads the bytes of a webhook's request as they were signed. It gives
// false for a body that is too long, breaks off, or is packed: what a platform
// signs is neither.
func Raw(r *http.Request) ([]byte, bool) {
	if r.Header.Get("Content-Encoding") != "" {
		return nil, false
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, intake.MaxBody+1))
	return body, err == nil && len(body) <= intake.MaxBody
}

// Header gives the value of a header that stands there exactly once; "" otherwise.
func Header(r *http.Request, name string) string {
	if values := r.Header.Values(name); len(values) == 1 {
		return values[0]
	}
	return ""
}

// Same compares two secrets in a time that tells nothing of either. An empty
// one is like no other, not even like an empty one.
func Same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1 && a != ""
}

// Post sends v as JSON with the given headers.
func Post(ctx context.Context, c *fetch.Caller, address string, header http.Header, v any) (*fetch.Reply, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", intake.ErrRefused, err)
	}
	if header = header.Clone(); header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "application/json")
	return c.Do(ctx, fetch.Call{Method: http.MethodPost, URL: address, Header: header, Body: body})
}

// Outcome turns what stopped a call into a kind of intake: surely not
// delivered, or unknown.
func Outcome(err error) error {
	var e *fetch.Error
	if errors.As(err, &e) {
		switch e.Kind {
		case fetch.KindURL, fetch.KindScheme, fetch.KindPort, fetch.KindAddress, fetch.KindName, fetch.KindConnect, fetch.KindTLS:
			return fmt.Errorf("%w: %w", intake.ErrTemporary, err)
		}
	}
	return fmt.Errorf("%w: %w", intake.ErrUnknown, err)
}

// ByStatus is the kind of an answer's status where the platform's own code
// says nothing: nil for 2xx.
func ByStatus(status int) error {
	switch {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusTooManyRequests:
		return intake.RateLimited(0)
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return fmt.Errorf("%w: status %d", intake.ErrAuth, status)
	case status >= 500:
		return fmt.Errorf("%w: status %d", intake.ErrUnknown, status)
	}
	return fmt.Errorf("%w: status %d", intake.ErrRefused, status)
}

// File reads one file of a platform, which is at most MaxMedia long, from an
// address that the Caller allows.
func File(ctx context.Context, c *fetch.Caller, address string, header http.Header) (io.ReadCloser, int64, error) {
	if !c.Allowed(address) {
		return nil, 0, fmt.Errorf("%w: the file is kept by none of the platform's hosts", intake.ErrGone)
	}
	reply, err := c.Do(ctx, fetch.Call{URL: address, Header: header, MaxBody: intake.MaxMedia})
	if err != nil {
		return nil, 0, fileError(err)
	}
	switch reply.Status {
	case http.StatusOK:
		return io.NopCloser(bytes.NewReader(reply.Body)), int64(len(reply.Body)), nil
	case http.StatusNotFound, http.StatusGone, http.StatusBadRequest:
		return nil, 0, fmt.Errorf("%w: status %d", intake.ErrGone, reply.Status)
	}
	return nil, 0, ByStatus(reply.Status)
}

// fileError: a file that is too long, or moved away, will be so tomorrow.
func fileError(err error) error {
	var e *fetch.Error
	if errors.As(err, &e) && (e.Kind == fetch.KindTooLarge || e.Kind == fetch.KindURL || e.Kind == fetch.KindRedirects) {
		return fmt.Errorf("%w: %w", intake.ErrGone, err)
	}
	return fmt.Errorf("%w: %w", intake.ErrTemporary, err)
}

// Units is the length of a text as most platforms count it: in UTF-16 code
// units, of which a character beyond the first plane takes two.
func Units(text string) int {
	n := 0
	for _, r := range text {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// Cut shortens a text to at most limit units, at the end of a word where there
// is one near, and marks the cut with "…". A text that fits is returned as it is.
func Cut(text string, limit int) string {
	if Units(text) <= limit {
		return text
	}
	end, word, n := 0, 0, 1 // the mark takes one
	for i, r := range text {
		width := 1
		if r > 0xFFFF {
			width = 2
		}
		if n+width > limit {
			break
		}
		n += width
		if unicode.IsSpace(r) {
			word = i
		}
		end = i + utf8.RuneLen(r)
	}
	if r, _ := utf8.DecodeRuneInString(text[end:]); word > end/2 && !unicode.IsSpace(r) {
		end = word
	}
	return strings.TrimRightFunc(text[:end], unicode.IsSpace) + "…"
}

// Flat puts a text on one line, for templates, which take no line breaks.
func Flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// Link gives an address back if it is one of the web that a reader could open,
// otherwise "".
func Link(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return ""
	}
	return u.String()
}

// MediaOf sorts a MIME type into a kind of media.
func MediaOf(mime string) intake.MediaKind {
	mime = strings.ToLower(strings.TrimSpace(mime))
	switch {
	case strings.HasPrefix(mime, "image/"):
		return intake.MediaPicture
	case strings.HasPrefix(mime, "video/"):
		return intake.MediaVideo
	case strings.HasPrefix(mime, "audio/"):
		return intake.MediaVoice
	case mime == "application/pdf", strings.HasPrefix(mime, "application/vnd.openxmlformats-"), strings.HasPrefix(mime, "application/vnd.oasis.opendocument"),
		mime == "application/msword", strings.HasPrefix(mime, "application/vnd.ms-"):
		return intake.MediaDocument
	}
	return intake.MediaOther
}

// Present remembers of a JSON value only that it was there and not null: of a
// forwarded message's origin nothing else is read.
type Present bool

// UnmarshalJSON looks at nothing but null and false.
func (p *Present) UnmarshalJSON(b []byte) error {
	s := strings.TrimSpace(string(b))
	*p = s != "null" && s != "false"
	return nil
}

// Text is a string that some platforms write as a number now and then.
type Text string

// UnmarshalJSON takes a string, a number as it is spelled, or null.
func (t *Text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = Text(s)
		return nil
	}
	if string(b) == "null" {
		*t = ""
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	*t = Text(n)
	return nil
}
