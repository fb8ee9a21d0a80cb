package tlog

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	merkle "golang.org/x/mod/sumdb/tlog"
)

const testOrigin = "desk.example/log"

// memLog is the plainest Storage: the log in memory, with the contract of the
// interface. Tests reach into it to tamper.
type memLog struct {
	mu          sync.Mutex
	head        Head
	entries     [][]byte
	hashes      []Hash
	docs        map[[32]byte][]byte // nil bytes: erased
	checkpoints map[int64][]byte
	cosigned    map[int64][]string
}

func (m *memLog) Cosignatures(_ context.Context, size int64) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.cosigned[size]), nil
}

func newMemLog() *memLog {
	return &memLog{docs: map[[32]byte][]byte{}, checkpoints: map[int64][]byte{}, cosigned: map[int64][]string{}}
}

var errMem = errors.New("memory log")

func (m *memLog) Head(context.Context) (Head, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.head, nil
}

func (m *memLog) Entries(_ context.Context, from, to int64) ([][]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if from < 0 || to > int64(len(m.entries)) {
		return nil, fmt.Errorf("%w: no entries %d to %d", errMem, from, to)
	}
	return slices.Clone(m.entries[from:to]), nil
}

func (m *memLog) Hashes(_ context.Context, indexes []int64) ([]Hash, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]Hash, len(indexes))
	for i, x := range indexes {
		if x < 0 || x >= int64(len(m.hashes)) {
			return nil, fmt.Errorf("%w: no hash %d", errMem, x)
		}
		out[i] = m.hashes[x]
	}
	return out, nil
}

func (m *memLog) Doc(_ context.Context, sum [32]byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, ok := m.docs[sum]
	switch {
	case !ok:
		return nil, ErrDocAbsent
	case b == nil:
		return nil, ErrDocErased
	}
	return b, nil
}

func (m *memLog) LastCheckpoint(context.Context) ([]byte, int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var last int64
	for size := range m.checkpoints {
		last = max(last, size)
	}
	return m.checkpoints[last], last, nil
}

func (m *memLog) PutCheckpoint(_ context.Context, size int64, n []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, ok := m.checkpoints[size]; ok && string(old) != string(n) {
		return fmt.Errorf("%w: another checkpoint of size %d", errMem, size)
	}
	m.checkpoints[size] = n
	return nil
}

// add appends one entry as a caller's transaction would.
func (m *memLog) add(t testing.TB, e Entry) Addition {
	t.Helper()
	a, err := Append(m.head, reader(t.Context(), m), e)
	if err != nil {
		t.Fatalf("append %s: %v", e.Kind, err)
	}
	if a.First != int64(len(m.hashes)) || a.Index != int64(len(m.entries)) {
		t.Fatalf("addition at entry %d, hash %d; stored are %d and %d", a.Index, a.First, len(m.entries), len(m.hashes))
	}
	m.hashes = append(m.hashes, a.Hashes...)
	m.entries = append(m.entries, a.Body)
	m.head = a.Head
	return a
}

// raw appends bytes without any rule, as a person with database access could,
// with hashes and head that fit.
func (m *memLog) raw(t testing.TB, body []byte) {
	t.Helper()
	hashes, err := merkle.StoredHashes(m.head.Size, body, reader(t.Context(), m))
	if err != nil {
		t.Fatal(err)
	}
	m.hashes = append(m.hashes, hashes...)
	m.entries = append(m.entries, body)
	root, err := merkle.TreeHash(m.head.Size+1, reader(t.Context(), m))
	if err != nil {
		t.Fatal(err)
	}
	m.head = Head{Size: m.head.Size + 1, Root: root, Time: m.head.Time}
}

func (m *memLog) clone() *memLog {
	c := newMemLog()
	c.become(m)
	return c
}

// become replaces the whole content, as restoring a backup does.
func (m *memLog) become(o *memLog) {
	m.head = o.head
	m.entries, m.hashes = slices.Clone(o.entries), slices.Clone(o.hashes)
	m.docs, m.checkpoints = maps.Clone(o.docs), maps.Clone(o.checkpoints)
}

// desk writes a log the way a desk does: documents, chains, time.
type desk struct {
	t   testing.TB
	log *memLog
	key *Key
	now time.Time
	st  map[string]VerdictState
}

func newDesk(t testing.TB) *desk {
	d := &desk{t: t, log: newMemLog(), key: testKey(t, testOrigin, "soi test vector key, never use"),
		now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), st: map[string]VerdictState{}}
	d.log.add(t, Entry{Kind: KindGenesis, Time: d.now, Key: d.key.VKey()})
	return d
}

// step adds the next revision of a verdict, with a document unless it ends.
func (d *desk) step(verdict string, k Kind, rating string, r Reason) Addition {
	d.t.Helper()
	s := d.st[verdict]
	d.now = d.now.Add(time.Minute)
	e := Entry{Kind: k, Time: d.now, Verdict: verdict, Rev: s.Rev + 1, Prev: s.Index, Rating: rating, Reason: r}
	if !k.ends() {
		doc := fmt.Appendf(nil, `{"nonce":"%x","verdict":"%s","rev":%d}`, sha256.Sum256([]byte(verdict)), verdict, e.Rev)
		e.Doc = sha256.Sum256(doc)
		d.log.docs[e.Doc] = doc
	}
	next, err := s.Next(d.log.head.Size, e)
	if err != nil {
		d.t.Fatalf("%s of %s: %v", k, verdict, err)
	}
	d.st[verdict] = next
	return d.log.add(d.t, e)
}

func (d *desk) publish(verdict string) Addition {
	d.t.Helper()
	return d.step(verdict, KindPublish, "false", "")
}

func (d *desk) signer(guard *Guard) *Signer {
	d.t.Helper()
	s, err := NewSigner(d.log, guard, d.key)
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

// sign signs with a guard of its own, for tests that are not about the guard.
func (d *desk) sign() Signed {
	d.t.Helper()
	saved := d.log.checkpoints
	d.log.checkpoints = map[int64][]byte{}
	s, err := d.signer(NewGuard(d.t.TempDir() + "/guard")).Sign(d.t.Context())
	if err != nil {
		d.t.Fatalf("sign: %v", err)
	}
	for size, n := range saved {
		d.log.checkpoints[size] = n
	}
	return s
}

// verdictID makes the n-th verdict id of a test.
func verdictID(n int) string {
	const set = "0123456789abcdefghjkmnpqrstvwxyz"
	sum := sha256.Sum256(fmt.Appendf(nil, "verdict %d", n))
	var b strings.Builder
	for _, c := range sum[:26] {
		b.WriteByte(set[c%32])
	}
	return b.String()
}

// testKey derives a key from a phrase, so that tests sign the same every time.
func testKey(t testing.TB, origin, phrase string) *Key {
	t.Helper()
	k, err := ParseKey(testSecret(t, origin, phrase))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// testSecret is the secret line of the key whose seed is the phrase's hash;
// crypto/ed25519 would not take the seed from a reader.
func testSecret(t testing.TB, origin, phrase string) string {
	t.Helper()
	seed := sha256.Sum256([]byte(phrase))
	vkey, err := note.NewEd25519VerifierKey(origin, ed25519.NewKeyFromSeed(seed[:]).Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(vkey, origin+"+"), "+")
	return "PRIVATE+KEY+" + origin + "+" + id + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, seed[:]...))
}
