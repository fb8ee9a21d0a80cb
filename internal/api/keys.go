package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"sync"
	"time"

	"soi/internal/desk"
)

// keyPrefix begins every key, so that it is told from other secrets where it
// lies about.
const keyPrefix = "soi_"

// NewKey makes a key, 256 random bits, and the hash that the desk keeps of it.
func NewKey() (key string, hash []byte) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // it never fails
	key = keyPrefix + base64.RawURLEncoding.EncodeToString(b[:])
	return key, hashOf(key)
}

// hashOf is what is kept of a key. It is random: guessing it needs no slower hash.
func hashOf(key string) []byte {
	sum := sha256.Sum256([]byte(key))
	return sum[:]
}

// keysLife is how long the keys are kept in memory: a key that was ended works
// no longer than that, and a flood of wrong keys asks the database once in it.
const keysLife = time.Second

// keyring knows the keys and counts what each brought.
type keyring struct {
	desk   *desk.Desk
	now    func() time.Time
	mu     sync.Mutex
	read   time.Time
	keys   map[string]desk.APIKey // by hash
	bucket map[desk.ID]bucket
	reads  *readings
}

// bucket is what is left of a key's tips, and since when.
type bucket struct {
	left float64
	at   time.Time
}

func newKeyring(d *desk.Desk, now func() time.Time) *keyring {
	return &keyring{desk: d, now: now, bucket: map[desk.ID]bucket{}, reads: &readings{now: now, bucket: map[desk.ID]bucket{}}}
}

// holder finds the key of an Authorization header; errKey when there is none,
// more than one, or one that is not good.
func (k *keyring) holder(ctx context.Context, headers []string) (desk.APIKey, error) {
	if len(headers) != 1 {
		return desk.APIKey{}, errKey
	}
	scheme, key, ok := strings.Cut(headers[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || !strings.HasPrefix(key, keyPrefix) || len(key) != len(keyPrefix)+43 {
		return desk.APIKey{}, errKey
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if age := k.now().Sub(k.read); k.keys == nil || age >= keysLife || age < 0 {
		list, err := k.desk.APIKeys(ctx, desk.Program())
		if err != nil {
			return desk.APIKey{}, err
		}
		k.read, k.keys = k.now(), map[string]desk.APIKey{}
		for _, one := range list {
			if one.Good() {
				k.keys[string(one.Hash)] = one
			}
		}
	}
	// A map of hashes tells nothing by its time: who does not know the key cannot choose its hash.
	if found, ok := k.keys[string(hashOf(key))]; ok {
		return found, nil
	}
	return desk.APIKey{}, errKey
}

// take draws one tip on a key's hour. When none is left it says how long until
// the next.
func (k *keyring) take(key desk.APIKey) (wait time.Duration, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now, most := k.now(), float64(key.PerHour)
	b, known := k.bucket[key.ID]
	if !known {
		b = bucket{most, now}
	}
	if passed := now.Sub(b.at).Hours(); passed > 0 {
		b.left = min(most, b.left+passed*most)
	}
	b.at = now
	if b.left < 1 {
		k.bucket[key.ID] = b
		return time.Duration((1 - b.left) / most * float64(time.Hour)), false
	}
	b.left--
	k.bucket[key.ID] = b
	return 0, true
}

// giveBack returns a tip that was drawn and not taken in.
func (k *keyring) giveBack(key desk.APIKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	b := k.bucket[key.ID]
	b.left = min(float64(key.PerHour), b.left+1)
	k.bucket[key.ID] = b
}

// readings counts what each key has read.
type readings struct {
	now    func() time.Time
	mu     sync.Mutex
	bucket map[desk.ID]bucket
}

// take draws one request for reading on a key's hour.
func (k *readings) take(key desk.APIKey) (wait time.Duration, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	b, known := k.bucket[key.ID]
	if !known {
		b = bucket{readsPerHour, now}
	}
	if passed := now.Sub(b.at).Hours(); passed > 0 {
		b.left = min(readsPerHour, b.left+passed*readsPerHour)
	}
	if b.at = now; b.left < 1 {
		return time.Second, false
	}
	b.left--
	k.bucket[key.ID] = b
	return 0, true
}
