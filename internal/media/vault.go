package media

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// Vault seals bytes under a key that is kept outside the database. Every file
// has a key of its own, derived from the vault's: a nonce never meets the same
// key twice however many files there are.
type Vault struct{ key []byte }

// ErrSeal: the key is another one, or the bytes were changed.
var ErrSeal = errors.New("media: seal does not open")

// NewVault returns a vault over 32 secret bytes.
func NewVault(key []byte) (*Vault, error) {
	if len(key) != 32 {
		return nil, errors.New("media: a vault needs a key of 32 bytes")
	}
	return &Vault{key: key}, nil
}

// box is the cipher of one file.
func (v *Vault) box(id string) (cipher.AEAD, error) {
	k, err := hkdf.Key(sha256.New, v.key, nil, "media "+id, 32)
	if err != nil {
		return nil, err
	}
	b, err := aes.NewCipher(k)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(b)
}

// Seal encrypts a part of a file with AES-256-GCM: 12 bytes of nonce, then the
// ciphertext, bound to id and part.
func (v *Vault) Seal(id, part string, plain []byte) ([]byte, error) {
	c, err := v.box(id)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	out := make([]byte, c.NonceSize(), c.NonceSize()+len(plain)+c.Overhead())
	if _, err := rand.Read(out); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return c.Seal(out, out, plain, []byte(id+"/"+part)), nil
}

// Open decrypts what Seal made; ErrSeal if it cannot.
func (v *Vault) Open(id, part string, sealed []byte) ([]byte, error) {
	c, err := v.box(id)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	if len(sealed) < c.NonceSize() {
		return nil, ErrSeal
	}
	plain, err := c.Open(nil, sealed[:c.NonceSize()], sealed[c.NonceSize():], []byte(id+"/"+part))
	if err != nil {
		return nil, errors.Join(ErrSeal, err)
	}
	return plain, nil
}

// Sum is a keyed SHA-256: it tells equal files as equal, and tells nobody
// without the key whether a file they hold was sent in.
func (v *Vault) Sum(b []byte) []byte {
	m := hmac.New(sha256.New, v.key)
	m.Write([]byte("sum\x00"))
	m.Write(b)
	return m.Sum(nil)
}
