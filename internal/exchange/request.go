package exchange

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// requestTime is how far the clock of who asks may be from ours.
const requestTime = time.Hour

// requestText is what a reader signs to be let in.
func requestText(desk, reader string, from int64, at time.Time) string {
	return fmt.Sprintf("soi-shelf-read/v1\n%s\n%s\n%d\n%s\n", desk, reader, from, at.UTC().Format(time.RFC3339))
}

// RequestQuery is the query by which the holder of a key asks a desk for its
// shelf from a place on.
func RequestQuery(k *Key, desk string, from int64, at time.Time) (string, error) {
	signed, err := sign(requestText(desk, k.Desk(), from, at), k)
	if err != nil {
		return "", err
	}
	q := url.Values{"as": {k.Desk()}, "from": {strconv.FormatInt(from, 10)}, "note": {base64.RawURLEncoding.EncodeToString(signed)}}
	return q.Encode(), nil
}

// Request is a verified wish to read.
type Request struct {
	Reader string
	From   int64
}

// OpenRequest verifies a query. keyOf returns the verifier key of a reader who
// may read; its error is returned as it is.
func OpenRequest(q url.Values, desk string, now time.Time, keyOf func(reader string) (string, error)) (Request, error) {
	r := Request{Reader: q.Get("as")}
	var err error
	if r.From, err = count(q.Get("from")); err != nil {
		return r, err
	}
	signed, err := base64.RawURLEncoding.Strict().DecodeString(q.Get("note"))
	if err != nil || len(signed) > 4<<10 {
		return r, ErrForm
	}
	vkey, err := keyOf(r.Reader)
	if err != nil {
		return r, err
	}
	text, err := open(signed, vkey)
	if err != nil {
		return r, err
	}
	lines := strings.Split(text, "\n")
	if len(lines) != 6 {
		return r, ErrForm
	}
	at, err := time.Parse(time.RFC3339, lines[4])
	if err != nil || text != requestText(desk, r.Reader, r.From, at) {
		return r, ErrForm
	}
	if d := now.Sub(at); d > requestTime || d < -requestTime {
		return r, fmt.Errorf("%w: asked at another time", ErrSignature)
	}
	return r, nil
}
