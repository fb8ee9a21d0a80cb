package activitypub

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// keyBits is what servers of the fediverse use and take; longer keys are not
// taken everywhere. The least and the most that a follower's key may have
// bound what verifying costs.
const (
	keyBits   = 2048
	leastBits = 2048
	mostBits  = 8192
)

// ErrKey: what should be a key is none, or none that is used here.
var ErrKey = errors.New("not an RSA key of 2048 to 8192 bits")

// NewKey makes a key and returns it as PEM (PKCS #8).
func NewKey() (string, error) {
	k, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return "", fmt.Errorf("activitypub: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		return "", fmt.Errorf("activitypub: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

// ParseKey reads what NewKey returned.
func ParseKey(text string) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, ErrKey
	}
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.Join(ErrKey, err)
	}
	if own, ok := k.(*rsa.PrivateKey); ok {
		return own, nil
	}
	return nil, ErrKey
}

// publicPEM is the public half as an actor shows it.
func publicPEM(k *rsa.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(k)
	if err != nil {
		return "", fmt.Errorf("activitypub: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}

// parsePublic reads the public key of an actor.
func parsePublic(text string) (*rsa.PublicKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, ErrKey
	}
	var k any
	var err error
	if block.Type == "RSA PUBLIC KEY" {
		k, err = x509.ParsePKCS1PublicKey(block.Bytes)
	} else {
		k, err = x509.ParsePKIXPublicKey(block.Bytes)
	}
	if err != nil {
		return nil, errors.Join(ErrKey, err)
	}
	if p, ok := k.(*rsa.PublicKey); ok && p.N.BitLen() >= leastBits && p.N.BitLen() <= mostBits {
		return p, nil
	}
	return nil, ErrKey
}
