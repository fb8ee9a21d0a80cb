package tlog

import (
	"crypto/ed25519"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Key is a signing key of one log, ready to sign. It does not print its secret.
type Key struct {
	signer note.Signer
	vkey   string
}

// GenerateKey makes an Ed25519 signing key for the log with this origin and
// returns its secret form, a line to be kept in a file that only the program
// may read, and its verifier key, to be published. random is crypto/rand.Reader
// outside tests. ErrForm when the origin is not acceptable.
func GenerateKey(random io.Reader, origin string) (secret, vkey string, err error) {
	if !ValidOrigin(origin) {
		return "", "", fmt.Errorf("%w: origin %q", ErrForm, origin)
	}
	secret, vkey, err = note.GenerateKey(random, origin)
	if err != nil {
		return "", "", fmt.Errorf("tlog: generate key: %w", err)
	}
	return secret, vkey, nil
}

// ParseKey reads what GenerateKey returned as secret, with or without a final
// line feed. ErrForm when it is anything else; the error does not repeat it.
func ParseKey(secret string) (*Key, error) {
	secret = strings.TrimSuffix(secret, "\n")
	signer, err := note.NewSigner(secret)
	if err != nil || !ValidOrigin(signer.Name()) {
		return nil, fmt.Errorf("%w: not a signing key", ErrForm)
	}
	// The note package keeps the seed to itself. The secret is
	// PRIVATE+KEY+name+id+base64, and only the base64 may hold further plus signs.
	fields := strings.SplitN(secret, "+", 5)
	raw, err := decodeBase64(fields[len(fields)-1])
	if err != nil || len(raw) != 1+ed25519.SeedSize {
		return nil, fmt.Errorf("%w: not a signing key", ErrForm)
	}
	pub := ed25519.NewKeyFromSeed(raw[1:]).Public().(ed25519.PublicKey)
	vkey, err := note.NewEd25519VerifierKey(signer.Name(), pub)
	if err != nil {
		return nil, fmt.Errorf("%w: not a signing key", ErrForm)
	}
	return &Key{signer: signer, vkey: vkey}, nil
}

// Origin is the log that the key signs for.
func (k *Key) Origin() string { return k.signer.Name() }

// VKey is the verifier key, "origin+id+base64", which anyone may know.
func (k *Key) VKey() string { return k.vkey }

// OriginOf returns the log that a verifier key belongs to, ErrForm when it is
// not a verifier key in the one accepted form.
func OriginOf(vkey string) (string, error) {
	v, err := newVerifier(vkey)
	if err != nil {
		return "", err
	}
	return v.Name(), nil
}

func newVerifier(vkey string) (note.Verifier, error) {
	if !validVKey(vkey) {
		return nil, fmt.Errorf("%w: not a verifier key", ErrForm)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, fmt.Errorf("%w: not a verifier key", ErrForm)
	}
	return v, nil
}
