package match

import (
	"crypto/sha256"
	"strings"

	"soi/internal/text"
)

// Tip is what a channel needs to know of a message before the desk takes it
// in.
type Tip struct {
	Text    string   // cleaned: valid UTF-8, NFC, no control, zero-width or direction characters
	Key     []byte   // SHA-256 of the folded text without its frame: equal for the same message however typed
	Lang    string   // BCP 47, "und" if unknown
	Links   []string // http(s) links in it
	Summary string   // its first line that is not frame, for the claim it may open
}

// ReadTip cleans a message and names what is in it. Nothing is kept.
func ReadTip(s string) Tip {
	clean := strings.TrimSpace(text.Clean(s))
	m := text.Unwrap(clean)
	body := m.Body
	if strings.TrimSpace(body) == "" {
		body = clean
	}
	sum := sha256.Sum256([]byte(text.Fold(body)))
	summary, _, _ := strings.Cut(strings.TrimSpace(body), "\n")
	return Tip{Text: clean, Key: sum[:], Lang: text.Language(body), Links: m.Links, Summary: summary}
}
