package evidence

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"soi/internal/desk"
	"soi/internal/fetch"
)

// archiveOrg is where the Internet Archive takes addresses.
const archiveOrg = "https://web.archive.org"

// Elsewhere asks the Internet Archive to keep a copy of its own. It is off
// unless the operator gives a key.
type Elsewhere struct {
	call *fetch.Caller
	key  string
	wait time.Duration // between two questions how far it is
}

// Limits of asking.
const (
	elsewhereAsk = 10 // questions how far it is
	elsewhereGap = 6 * time.Second
)

// ErrElsewhere: the archive did not keep it, or did not say so in time.
var ErrElsewhere = errors.New("evidence: the other archive has no copy")

// NewElsewhere makes it. base is "" for the Internet Archive, an address of
// this machine in tests; key is "access:secret" as the archive gives it.
func NewElsewhere(base, key string) (*Elsewhere, error) {
	wait := elsewhereGap
	if base == "" {
		base = archiveOrg
	} else {
		wait = time.Millisecond
	}
	c, err := fetch.NewCaller(fetch.CallerOptions{Base: base})
	if err != nil {
		return nil, err
	}
	return &Elsewhere{call: c, key: key, wait: wait}, nil
}

// Fits reports whether a copy may be handed on: captured whole, on the public
// web, and never a post.
func Fits(c desk.Capture) bool {
	switch c.Kind {
	case desk.CapturePage, desk.CapturePDF, desk.CapturePicture:
		return c.Sound() && c.Sent.IsZero() && strings.HasPrefix(c.URL, "http")
	}
	return false
}

// saved is what the archive says of a job.
type saved struct {
	Job       string `json:"job_id"`
	Status    string `json:"status"`
	Timestamp string `json:"timestamp"`
	Original  string `json:"original_url"`
}

// Submit hands an address on and returns where the archive keeps it. Errors are
// ErrElsewhere.
func (e *Elsewhere) Submit(ctx context.Context, address string) (string, error) {
	form := url.Values{"url": {address}, "skip_first_archive": {"1"}, "if_not_archived_within": {"24h"}}
	s, err := e.ask(ctx, http.MethodPost, "/save", []byte(form.Encode()))
	if err != nil || s.Job == "" {
		return "", errors.Join(ErrElsewhere, err)
	}
	for range elsewhereAsk {
		t := time.NewTimer(e.wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return "", errors.Join(ErrElsewhere, ctx.Err())
		case <-t.C:
		}
		now, err := e.ask(ctx, http.MethodGet, "/save/status/"+url.PathEscape(s.Job), nil)
		if err != nil {
			return "", errors.Join(ErrElsewhere, err)
		}
		if now.Status == "success" && digits(now.Timestamp) {
			return archiveOrg + "/web/" + now.Timestamp + "/" + address, nil
		}
		if now.Status != "pending" {
			return "", fmt.Errorf("%w: it says %.40q", ErrElsewhere, now.Status)
		}
	}
	return "", ErrElsewhere
}

// digits reports whether s is a time as the archive writes it.
func digits(s string) bool { return len(s) == 14 && strings.Trim(s, "0123456789") == "" }

// ask makes one call.
func (e *Elsewhere) ask(ctx context.Context, method, path string, body []byte) (saved, error) {
	h := http.Header{"Accept": {"application/json"}, "Authorization": {"LOW " + e.key}}
	if body != nil {
		h.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r, err := e.call.Do(ctx, fetch.Call{Method: method, URL: e.call.Base() + path, Header: h, Body: body})
	if err != nil {
		return saved{}, err
	}
	var s saved
	if r.Status != http.StatusOK {
		return s, fmt.Errorf("status %d", r.Status)
	}
	return s, json.Unmarshal(r.Body, &s)
}
