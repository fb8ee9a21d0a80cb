package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
)

// KeySize is the length of Config.Key in bytes.
const KeySize = 32

// errSeal says that a sealed text was not made with this key for this use.
var errSeal = errors.New("seal broken")

// The uses of the key. Each has a key of its own, so that what was sealed for
// one use is worthless for another.
const (
	useAuthenticator = "soi authenticator secret v1" // at rest, in Factor.Data
	usePasskeyState  = "soi passkey state v1"        // between begin and finish, in the browser
	useSetupState    = "soi authenticator set-up v1" // between begin and finish, in the browser
	useKnownBrowser  = "soi known browser v1"        // the cookie of a browser that signed in before
	useOutside       = "soi trip outside v1"         // the cookie of a browser that went to the provider
)

// sealer seals with AES-256-GCM, one key per use, each derived from the
// installation's key by HKDF-SHA-256. A sealed text is
//
//	version (1 byte, 1) ‖ nonce (12 bytes) ‖ ciphertext and tag
type sealer struct{ aeads map[string]cipher.AEAD }

// newSealer derives the keys; key must be KeySize bytes.
func newSealer(key []byte) (sealer, error) {
	if len(key) != KeySize {
		return sealer{}, fmt.Errorf("key of %d bytes, want %d", len(key), KeySize)
	}
	s := sealer{aeads: map[string]cipher.AEAD{}}
	for _, use := range []string{useAuthenticator, usePasskeyState, useSetupState, useKnownBrowser, useOutside} {
		sub, err := hkdf.Key(sha256.New, key, nil, use, KeySize)
		if err != nil {
			return sealer{}, fmt.Errorf("derive key: %w", err)
		}
		block, err := aes.NewCipher(sub)
		if err != nil {
			return sealer{}, fmt.Errorf("derive key: %w", err)
		}
		if s.aeads[use], err = cipher.NewGCM(block); err != nil {
			return sealer{}, fmt.Errorf("derive key: %w", err)
		}
	}
	return s, nil
}

// seal encrypts plain for one use. bound is what the text belongs to (a
// staff ID, a session ID): open must be given the same.
func (s sealer) seal(use, bound string, plain []byte) []byte {
	aead := s.aeads[use]
	out := make([]byte, 1+aead.NonceSize(), 1+aead.NonceSize()+len(plain)+aead.Overhead())
	out[0] = 1
	_, _ = rand.Read(out[1:]) // never fails since Go 1.24: it ends the program instead
	return aead.Seal(out, out[1:], plain, []byte(bound))
}

// open reverses seal; errSeal for anything that seal did not make for this
// use and owner.
func (s sealer) open(use, bound string, sealed []byte) ([]byte, error) {
	aead := s.aeads[use]
	n := 1 + aead.NonceSize()
	if len(sealed) < n || sealed[0] != 1 {
		return nil, errSeal
	}
	plain, err := aead.Open(nil, sealed[1:n], sealed[n:], []byte(bound))
	if err != nil {
		return nil, errSeal
	}
	return plain, nil
}

// sealText and openText do the same for texts that travel through a page or
// a cookie, in URL-safe base64.
func (s sealer) sealText(use, bound string, plain []byte) string {
	return base64.RawURLEncoding.EncodeToString(s.seal(use, bound, plain))
}

func (s sealer) openText(use, bound, sealed string) ([]byte, error) {
	b, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return nil, errSeal
	}
	return s.open(use, bound, b)
}

// newToken returns 256 random bits as 43 letters of URL-safe base64.
func newToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// tokenHash is what the database keeps of a token: SHA-256 over its 32 bytes;
// nil for a text that newToken cannot have made.
func tokenHash(token string) []byte {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) != 32 {
		return nil
	}
	sum := sha256.Sum256(b)
	return sum[:]
}
