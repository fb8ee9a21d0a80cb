package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"time"

	"soi/internal/desk"
)

//go:embed static
var staticFiles embed.FS

// asset is a static file with the start of its hash, which is part of its
// address: a new version is a new address, so the old one may be kept for
// ever.
type asset struct {
	body  []byte
	ctype string
	hash  string
}

// year is the longest a cache is told to keep anything.
const year = 365 * 24 * time.Hour

// loadAssets reads the static files; other replaces the built-in ones.
func loadAssets(other fs.FS) (map[string]asset, error) {
	dir, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, err
	}
	if other != nil {
		dir = other
	}
	out := map[string]asset{}
	names, err := fs.Glob(dir, "*.*")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		b, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(b)
		out[name] = asset{body: b, ctype: ctypeOf(name), hash: hex.EncodeToString(sum[:6])}
	}
	return out, nil
}

// ctypeOf is the media type of a file name. The few types there are stand
// here, because mime asks the machine and machines differ.
func ctypeOf(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// assetURL is the address of a static file.
func (s *Site) assetURL(name string) (string, error) {
	a, ok := s.assets[name]
	if !ok {
		return "", fmt.Errorf("no static file %q", name)
	}
	return "/static/" + name + "?v=" + a.hash, nil
}

// static answers with a file: for a year when the address carries its hash,
// else for five minutes.
func (s *Site) static(v *visit) (answer, error) {
	a, ok := s.assets[v.PathValue("name")]
	if !ok {
		return answer{}, desk.ErrNotFound
	}
	keep := 5 * time.Minute
	if v.query("v") == a.hash {
		keep = year
	}
	return raw(a.ctype, a.body).kept(keep), nil
}

// favicon answers browsers that ask for it without looking at the page.
func (s *Site) favicon(*visit) (answer, error) {
	return raw("image/svg+xml", s.assets["icon.svg"].body).kept(24 * time.Hour), nil
}
