package intake

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Month is a calendar month in UTC, as the number of months since the year 0:
// the keys of askers live and die by it.
type Month uint32

// MonthOf is the month a time lies in.
func MonthOf(t time.Time) Month {
	y, m, _ := t.UTC().Date()
	return Month(y*12 + int(m) - 1)
}

// String spells the month as 2026-11.
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", uint32(m)/12, uint32(m)%12+1) }

// MonthKeys are secrets of one month each, kept outside the database and
// destroyed in time: what was keyed or sealed with them is then beyond reach,
// in every backup too.
type MonthKeys interface {
	// MonthKey returns the 32 bytes for a purpose and month. It makes those of
	// the present month and later; of an earlier one that is gone or never was
	// it returns ErrNoKey.
	MonthKey(purpose string, m Month) ([]byte, error)
}

// The purposes of month keys.
const (
	PurposeAskers = "askers" // keyed hashes of people; destroyed after PepperMonths
	PurposeSeal   = "seal"   // addresses and deliveries; destroyed after SealMonths
)

// How many months before the present one the keys of a purpose are kept.
const (
	PepperMonths = 1
	SealMonths   = 5 // the longest retention of an address, 90 days and a week, and a month to spare
)

// ErrNoKey: the key was destroyed, or belongs to another installation.
var ErrNoKey = errors.New("no key of that month")

// Vault turns what tells of a person into keyed hashes and sealed bytes.
type Vault struct {
	Keys  MonthKeys
	Fixed []byte // 32 bytes of the installation, for ids of deliveries and messages
	Now   func() time.Time
}

// identity is a person as rows know it: the hash of the person, and of one
// conversation with the person.
type identity struct{ person, conversation []byte }

// identities are those of this month and of the month before; the second is
// empty when its key is gone.
func (v Vault) identities(channel string, who, thread Secret) (now, before identity, err error) {
	m := MonthOf(v.Now())
	if now, err = v.identityOf(m, channel, who, thread); err != nil {
		return now, before, err
	}
	before, err = v.identityOf(m-1, channel, who, thread)
	if errors.Is(err, ErrNoKey) {
		err = nil
	}
	return now, before, err
}

// identityOf hashes with the key of one month.
func (v Vault) identityOf(m Month, channel string, who, thread Secret) (identity, error) {
	key, err := v.Keys.MonthKey(PurposeAskers, m)
	if err != nil {
		return identity{}, err
	}
	return identity{
		person:       mac(key, "asker", channel, string(who))[:16],
		conversation: mac(key, "conversation", channel, string(who), string(thread))[:16],
	}, nil
}

// delivery is the keyed hash of a delivery's or message's id. Its key stays:
// the platform may deliver again after the month has turned, and the ids are
// nobody's but may be built of a telephone number.
func (v Vault) delivery(sort, channel, id string) []byte {
	return mac(v.Fixed, sort, channel, id)[:16]
}

// mac is HMAC-SHA-256 over the parts, each with its length before it.
func mac(key []byte, parts ...string) []byte {
	m := hmac.New(sha256.New, key)
	for _, p := range parts {
		var n [4]byte
		binary.BigEndian.PutUint32(n[:], uint32(len(p)))
		m.Write(n[:])
		m.Write([]byte(p))
	}
	return m.Sum(nil)
}

// sealVersion is the first byte of what is sealed:
//
//	version 1 | month 4, big endian | salt 16 | nonce 12 | AES-256-GCM
//
// The key is HKDF-SHA-256 of the month's key with the salt, one for every seal;
// label is bound in, so that a sealed part cannot be put in place of another.
const sealVersion = 1

// The lengths before the sealed text.
const (
	saltAt  = 5
	nonceAt = saltAt + 16
	textAt  = nonceAt + 12
)

// Seal encrypts plain under the present month's key.
func (v Vault) Seal(label string, plain []byte) ([]byte, error) {
	m := MonthOf(v.Now())
	out := make([]byte, textAt, textAt+len(plain)+16)
	out[0] = sealVersion
	binary.BigEndian.PutUint32(out[1:], uint32(m))
	_, _ = rand.Read(out[saltAt:textAt]) // never fails since Go 1.24
	c, err := v.cipher(m, out[saltAt:nonceAt])
	if err != nil {
		return nil, err
	}
	return c.Seal(out, out[nonceAt:textAt], plain, aad(out, label)), nil
}

// Open decrypts what Seal made with the same label; ErrNoKey when the month's
// key is destroyed, another error when the bytes were changed.
func (v Vault) Open(label string, sealed []byte) ([]byte, error) {
	if len(sealed) < textAt || sealed[0] != sealVersion {
		return nil, errors.New("not sealed by this program")
	}
	c, err := v.cipher(Month(binary.BigEndian.Uint32(sealed[1:])), sealed[saltAt:nonceAt])
	if err != nil {
		return nil, err
	}
	plain, err := c.Open(nil, sealed[nonceAt:textAt], sealed[textAt:], aad(sealed, label))
	if err != nil {
		return nil, fmt.Errorf("unseal %s: %w", label, err)
	}
	return plain, nil
}

// aad is what is bound in beside the text: the bytes before the salt, and the
// label.
func aad(sealed []byte, label string) []byte {
	return append(append([]byte(nil), sealed[:saltAt]...), label...)
}

// cipher is AES-256-GCM under a key for one seal.
func (v Vault) cipher(m Month, salt []byte) (cipher.AEAD, error) {
	key, err := v.Keys.MonthKey(PurposeSeal, m)
	if err != nil {
		return nil, err
	}
	one, err := hkdf.Key(sha256.New, key, salt, "soi seal", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(one)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
