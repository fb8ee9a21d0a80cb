package tlog

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// cosignatureType is the type of a key that cosigns (C2SP tlog-cosignature v1).
const cosignatureType = 0x04

// ErrCosignature says that a witness answered with something that is not its
// cosignature of the checkpoint.
var ErrCosignature = errors.New("tlog: not a cosignature of this checkpoint by this witness")

// WitnessKey is the key with which a witness cosigns checkpoints of other
// desks. It is never a key that signs a log.
type WitnessKey struct {
	name string
	seed ed25519.PrivateKey
}

// GenerateWitnessKey makes a key under a name such as witness.example/w1, and
// returns its secret form, one line. ErrForm when the name is not acceptable.
func GenerateWitnessKey(random io.Reader, name string) (secret string, err error) {
	if !ValidOrigin(name) {
		return "", fmt.Errorf("%w: name %q", ErrForm, name)
	}
	_, key, err := ed25519.GenerateKey(random)
	if err != nil {
		return "", fmt.Errorf("tlog: generate witness key: %w", err)
	}
	return "WITNESS+KEY+" + name + "+" + base64.StdEncoding.EncodeToString(key.Seed()), nil
}

// ParseWitnessKey reads what GenerateWitnessKey returned, with or without a
// final line feed. ErrForm otherwise; the error does not repeat the secret.
func ParseWitnessKey(secret string) (*WitnessKey, error) {
	rest, ok := strings.CutPrefix(strings.TrimSuffix(secret, "\n"), "WITNESS+KEY+")
	name, b64, _ := strings.Cut(rest, "+")
	seed, err := decodeBase64(b64)
	if !ok || err != nil || len(seed) != ed25519.SeedSize || !ValidOrigin(name) {
		return nil, fmt.Errorf("%w: not a witness key", ErrForm)
	}
	return &WitnessKey{name: name, seed: ed25519.NewKeyFromSeed(seed)}, nil
}

// VKey is the verifier key that others need to trust the witness.
func (k *WitnessKey) VKey() string {
	pub := append([]byte{cosignatureType}, k.seed.Public().(ed25519.PublicKey)...)
	return k.name + "+" + hex.EncodeToString(keyID(k.name, pub)) + "+" + base64.StdEncoding.EncodeToString(pub)
}

// keyID is the short name of a key in a note.
func keyID(name string, typed []byte) []byte {
	sum := sha256.Sum256(append([]byte(name+"\n"), typed...))
	return sum[:4]
}

// cosign returns the signature line for a checkpoint's text at a time.
func (k *WitnessKey) cosign(text string, at time.Time) string {
	pub := append([]byte{cosignatureType}, k.seed.Public().(ed25519.PublicKey)...)
	raw := binary.BigEndian.AppendUint64(keyID(k.name, pub), uint64(at.Unix()))
	raw = append(raw, ed25519.Sign(k.seed, cosigned(text, at.Unix()))...)
	return "— " + k.name + " " + base64.StdEncoding.EncodeToString(raw) + "\n"
}

// cosigned is what a cosignature signs.
func cosigned(text string, unix int64) []byte {
	return fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", unix, text)
}

// CosignatureTime finds the cosignature of a witness on a signed checkpoint and
// returns when it was made; ErrCosignature when there is none or it is wrong,
// ErrForm when vkey is no key of a witness.
func CosignatureTime(signed []byte, vkey string) (time.Time, error) {
	name, rest, _ := strings.Cut(vkey, "+")
	id, b64, _ := strings.Cut(rest, "+")
	pub, err := decodeBase64(b64)
	if err != nil || len(pub) != 1+ed25519.PublicKeySize || pub[0] != cosignatureType || hex.EncodeToString(keyID(name, pub)) != id {
		return time.Time{}, fmt.Errorf("%w: not a witness's verifier key", ErrForm)
	}
	at := strings.LastIndex(string(signed), "\n\n")
	if at < 0 {
		return time.Time{}, ErrCosignature
	}
	text := string(signed[:at+1])
	for line := range strings.Lines(string(signed[at+2:])) {
		b64, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "— "+name+" ")
		raw, err := decodeBase64(b64)
		if !ok || err != nil || len(raw) != 4+8+ed25519.SignatureSize || hex.EncodeToString(raw[:4]) != id {
			continue
		}
		unix := int64(binary.BigEndian.Uint64(raw[4:12]))
		if unix > 0 && ed25519.Verify(pub[1:], cosigned(text, unix), raw[12:]) {
			return time.Unix(unix, 0).UTC(), nil
		}
	}
	return time.Time{}, ErrCosignature
}

// originOfNote reads whose checkpoint a note is, before anything is verified.
func originOfNote(signed []byte) string {
	origin, _, _ := strings.Cut(string(signed), "\n")
	return origin
}

// textOf is the signed text of a note that was verified before.
func textOf(signed []byte) string {
	at := strings.LastIndex(string(signed), "\n\n")
	return string(signed[:at+1])
}

// withLine adds a signature line to a note and reads it again.
func withLine(signed []byte, line string) ([]byte, error) {
	out := append(append([]byte{}, signed...), line...)
	if _, err := note.Open(out, note.VerifierList()); err != nil {
		var unverified *note.UnverifiedNoteError
		if !errors.As(err, &unverified) {
			return nil, fmt.Errorf("%w: %w", ErrCosignature, err)
		}
	}
	return out, nil
}
