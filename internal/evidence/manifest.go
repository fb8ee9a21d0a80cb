package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"soi/internal/desk"
)

// manifestKind is the first member of a manifest.
const manifestKind = "capture/1"

// maxRecords bounds what is read of a manifest.
const maxRecords = 1000

// ErrManifest: the bytes are no manifest of a capture.
var ErrManifest = errors.New("evidence: not a manifest")

// Manifest lists everything a capture holds, payloads by their SHA-256. Its
// bytes are a payload too, so its own hash vouches for the whole capture; and
// the WARC file of a capture is made from it alone, the same bytes each time.
type Manifest struct {
	Soi      string    `json:"soi"`
	ID       desk.ID   `json:"id"`
	Software string    `json:"software"`
	Begun    time.Time `json:"begun"`
	Kind     string    `json:"kind"`
	URL      string    `json:"url"` // where the page was found in the end
	Title    string    `json:"title"`
	Lang     string    `json:"lang,omitempty"`
	Records  []Record  `json:"records"`
	Words    []byte    `json:"words,omitempty"` // SHA-256 of the readable text
	Shot     []byte    `json:"shot,omitempty"`  // SHA-256 of the screenshot
}

// Role says what a record is in its capture.
type Role string

// The roles.
const (
	RoleRedirect Role = "redirect" // leads to the page
	RolePage     Role = "page"     // what was cited
	RoleNeeded   Role = "needed"   // style, picture or font of the page
	RoleWords    Role = "words"    // the words of a post, without request and answer
)

// Record is one exchange, or the words of a post.
type Record struct {
	Role    Role      `json:"role"`
	URL     string    `json:"url"`
	For     string    `json:"for,omitempty"` // the address the page names, where that led to URL
	At      time.Time `json:"at"`
	Status  int       `json:"status,omitempty"`
	Type    string    `json:"type"`
	Request []byte    `json:"request,omitempty"` // head, ending in an empty line
	Head    []byte    `json:"head,omitempty"`    // of the answer, ending in an empty line
	Payload []byte    `json:"payload"`           // SHA-256 of the body
	Size    int64     `json:"size"`
}

// Bytes is the manifest as it is kept.
func (m Manifest) Bytes() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(m); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	return b.Bytes(), nil
}

// ParseManifest reads what Bytes wrote. The error is ErrManifest.
func ParseManifest(b []byte) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return m, errors.Join(ErrManifest, err)
	}
	if m.Soi != manifestKind || len(m.Records) == 0 || len(m.Records) > maxRecords {
		return m, ErrManifest
	}
	for _, r := range m.Records {
		if len(r.Payload) != sha256.Size || r.Size < 0 {
			return m, ErrManifest
		}
	}
	return m, nil
}

// Payloads are the hashes of everything the manifest names, sorted, each once;
// the manifest itself is not among them.
func (m Manifest) Payloads() [][]byte {
	var out [][]byte
	for _, r := range m.Records {
		out = append(out, r.Payload)
	}
	for _, h := range [][]byte{m.Words, m.Shot} {
		if len(h) > 0 {
			out = append(out, h)
		}
	}
	slices.SortFunc(out, bytes.Compare)
	return slices.CompactFunc(out, bytes.Equal)
}

// page is the record of what was cited.
func (m Manifest) page() (Record, bool) {
	for _, r := range m.Records {
		if r.Role == RolePage || r.Role == RoleWords {
			return r, true
		}
	}
	return Record{}, false
}

// digest is a SHA-256 as WARC and WACZ write it.
func digest(hash []byte) string { return "sha256:" + hex.EncodeToString(hash) }

// sumOf is the SHA-256 of bytes.
func sumOf(b []byte) []byte {
	s := sha256.Sum256(b)
	return s[:]
}
