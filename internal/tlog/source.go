package tlog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// maxDoc bounds a document that an audit reads, in bytes.
const maxDoc = 16 << 20

// What a source answers instead of a file; any other error means that it could
// not be asked.
var (
	errAbsent = errors.New("tlog: not there")
	errErased = errors.New("tlog: erased")
	errTooBig = errors.New("tlog: larger than it can be")
)

// source is where an audit reads a log from.
type source interface {
	// get returns the file at a path under the log, errAbsent, errErased,
	// errTooBig, or another error when the source cannot be reached.
	get(ctx context.Context, path string) ([]byte, error)
}

// dirSource reads an export.
type dirSource struct{ dir string }

func (s dirSource) get(_ context.Context, path string) (b []byte, err error) {
	f, err := os.Open(filepath.Join(s.dir, filepath.FromSlash(path)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errAbsent
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return readAll(f)
}

// Doer performs a request: an *http.Client, or one that guards where it goes.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// httpSource reads a log over HTTP.
type httpSource struct {
	client Doer
	base   string // ends with a slash
	bare   bool   // the address was that of a desk, and base is its first log
}

// newHTTPSource accepts the address of a desk ("https://desk.example") or of a
// log or mirror ("https://desk.example/log/").
func newHTTPSource(client Doer, address string) (httpSource, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" {
		return httpSource{}, fmt.Errorf("%w: address of a log", ErrForm)
	}
	base := strings.TrimSuffix(u.String(), "/")
	bare := u.Path == "" || u.Path == "/"
	if bare {
		base += "/" + firstName
	}
	return httpSource{client: client, base: base + "/", bare: bare}, nil
}

// line returns the row of logs to look at when the address was that of a desk.
func (s httpSource) line() (line, bool) {
	return line{client: s.client, desk: strings.TrimSuffix(s.base, "/"+firstName+"/")}, s.bare
}

func (s httpSource) get(ctx context.Context, path string) (b []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	switch resp.StatusCode {
	case http.StatusOK:
		return readAll(resp.Body)
	case http.StatusNotFound:
		return nil, errAbsent
	case http.StatusGone:
		return nil, errErased
	}
	return nil, fmt.Errorf("tlog: %s: status %d", path, resp.StatusCode)
}

// storageSource reads a desk's own database, without HTTP.
type storageSource struct{ p published }

func (s storageSource) get(ctx context.Context, path string) ([]byte, error) {
	b, err := s.p.file(ctx, path)
	switch {
	case errors.Is(err, errNoFile):
		return nil, errAbsent
	case errors.Is(err, ErrDocErased):
		return nil, errErased
	}
	return b, err
}

func readAll(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxDoc+1))
	if err == nil && len(b) > maxDoc {
		return nil, errTooBig
	}
	return b, err
}
