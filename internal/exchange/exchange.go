// Package exchange answers: how do desks tell each other what they have, so
// that each can be believed to have said it?
//
// It owns the text of a page of a shelf and its signature, the chain that a
// reader checks it against, the signed request by which a peer may read, keys,
// their change and their revocation, and the card that tells of a desk.
//
// It does not own what a line says or whether it is taken in (internal/desk),
// fetching and schedules (internal/app), nor pages for people.
//
// Start reading at page.go: what a peer fetches.
package exchange

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"soi/internal/tlog"
)

// Limits of what is read of another desk.
const (
	MaxPage  = 512 << 10 // bytes of a page; a page holds fewer lines if they are long
	MaxLines = 200       // lines of a page
	MaxCard  = 64 << 10  // bytes of a card
	maxNotes = 64        // changes of key that a card tells of
)

// What can be wrong with something that another desk says.
var (
	// ErrForm: not of the one accepted form.
	ErrForm = errors.New("exchange: malformed")
	// ErrSignature: not signed by the expected key.
	ErrSignature = errors.New("exchange: not signed by the expected key")
	// ErrRevoked: the key was revoked by who holds it.
	ErrRevoked = errors.New("exchange: the key was revoked")
	// ErrChain: the lines do not lead to the chain that the page states.
	ErrChain = errors.New("exchange: the lines do not fit the chain")
)

// suffix ends the exchange name of a desk.
const suffix = "/exchange"

// NameOf is the exchange name of a desk at a host.
func NameOf(host string) string { return strings.ToLower(host) + suffix }

// Key is a desk's signing key for exchange. It does not print its secret.
type Key struct {
	signer note.Signer
	vkey   string
}

// GenerateKey makes a key for a desk and returns its secret form, a line to be
// kept in a file that only the program may read. random is crypto/rand.Reader
// outside tests.
func GenerateKey(random io.Reader, name string) (secret string, err error) {
	secret, _, err = tlog.GenerateKey(random, name)
	return secret, err
}

// ParseKey reads what GenerateKey returned.
func ParseKey(secret string) (*Key, error) {
	secret = strings.TrimSpace(secret)
	k, err := tlog.ParseKey(secret)
	if err != nil || !strings.HasSuffix(k.Origin(), suffix) {
		return nil, fmt.Errorf("%w: not a signing key for exchange", ErrForm)
	}
	s, err := note.NewSigner(secret)
	if err != nil {
		return nil, fmt.Errorf("%w: not a signing key for exchange", ErrForm)
	}
	return &Key{signer: s, vkey: k.VKey()}, nil
}

// Desk is the exchange name that the key signs for.
func (k *Key) Desk() string { return k.signer.Name() }

// VKey is the verifier key, which anyone may know.
func (k *Key) VKey() string { return k.vkey }

// DeskOf returns the exchange name in a verifier key, ErrForm when it is not a
// verifier key for exchange in the one accepted form.
func DeskOf(vkey string) (string, error) {
	name, err := tlog.OriginOf(strings.TrimSpace(vkey))
	if err != nil || !strings.HasSuffix(name, suffix) {
		return "", ErrForm
	}
	return name, nil
}

// sign makes a signed note of a text, one signature for each key.
func sign(text string, keys ...*Key) ([]byte, error) {
	var ss []note.Signer
	for _, k := range keys {
		ss = append(ss, k.signer)
	}
	b, err := note.Sign(&note.Note{Text: text}, ss...)
	if err != nil {
		return nil, fmt.Errorf("exchange: sign: %w", err)
	}
	return b, nil
}

// open verifies a note with every one of the keys and returns its text.
func open(signed []byte, vkeys ...string) (string, error) {
	if len(signed) > MaxPage {
		return "", ErrForm
	}
	text := ""
	for _, k := range vkeys {
		if _, err := DeskOf(k); err != nil {
			return "", err
		}
		v, err := note.NewVerifier(k)
		if err != nil {
			return "", ErrForm
		}
		n, err := note.Open(signed, note.VerifierList(v))
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrSignature, err)
		}
		text = n.Text
		if !oneSpelling(n) {
			return "", fmt.Errorf("%w: a signature in another spelling", ErrSignature)
		}
	}
	return text, nil
}

// oneSpelling reports whether every signature is in the one spelling that
// base64 has for its bytes. The library reads others as well: the last letter
// may hold bits that count for nothing, so that a byte of a page could be
// changed and the page still be good.
func oneSpelling(n *note.Note) bool {
	for _, s := range append(n.Sigs[:len(n.Sigs):len(n.Sigs)], n.UnverifiedSigs...) {
		if b, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil || b64(b) != s.Base64 {
			return false
		}
	}
	return true
}
