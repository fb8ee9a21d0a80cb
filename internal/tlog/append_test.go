package tlog

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	merkle "golang.org/x/mod/sumdb/tlog"
)

// The naive tree of RFC 6962 section 2.1, written from the text: recursive,
// without storage, without a line in common with x/mod.

func naiveRoot(leaves []Hash) Hash {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return leaves[0]
	}
	k := naiveSplit(len(leaves))
	return naiveNode(naiveRoot(leaves[:k]), naiveRoot(leaves[k:]))
}

// naiveSplit is the largest power of two below n.
func naiveSplit(n int) int {
	k := 1
	for k*2 < n {
		k *= 2
	}
	return k
}

func naiveLeaf(b []byte) Hash { return sha256.Sum256(append([]byte{0}, b...)) }

func naiveNode(l, r Hash) Hash {
	return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...))
}

func naivePath(m int, leaves []Hash) []Hash {
	if len(leaves) == 1 {
		return nil
	}
	k := naiveSplit(len(leaves))
	if m < k {
		return append(naivePath(m, leaves[:k]), naiveRoot(leaves[k:]))
	}
	return append(naivePath(m-k, leaves[k:]), naiveRoot(leaves[:k]))
}

func naiveProof(m int, leaves []Hash, whole bool) []Hash {
	if m == len(leaves) {
		if whole {
			return nil
		}
		return []Hash{naiveRoot(leaves)}
	}
	k := naiveSplit(len(leaves))
	if m <= k {
		return append(naiveProof(m, leaves[:k], whole), naiveRoot(leaves[k:]))
	}
	return append(naiveProof(m-k, leaves[k:], false), naiveRoot(leaves[:k]))
}

// bigLog is a log of n entries with its naive leaves.
func bigLog(t testing.TB, n int) (*desk, []Hash) {
	d := newDesk(t)
	for i := 1; i < n; i++ {
		d.publish(verdictID(i))
	}
	leaves := make([]Hash, n)
	for i, b := range d.log.entries {
		leaves[i] = naiveLeaf(b)
	}
	return d, leaves
}

func TestAppendAgainstNaiveTree(t *testing.T) {
	d := newDesk(t)
	leaves := []Hash{naiveLeaf(d.log.entries[0])}
	for i := 1; i < 520; i++ {
		a := d.publish(verdictID(i))
		leaves = append(leaves, naiveLeaf(a.Body))
		if want := naiveRoot(leaves); a.Head.Root != want || a.Head.Size != int64(i+1) || !a.Head.Time.Equal(d.now) {
			t.Fatalf("head after %d entries = %+v, want root %v", i+1, a.Head, want)
		}
	}
}

// Every inclusion and consistency proof of trees up to 600, made by x/mod from
// our stored hashes, equals the naive one and verifies; one bit more does not.
func TestProofsAgainstNaiveTree(t *testing.T) {
	d, leaves := bigLog(t, 600)
	rng := rand.New(rand.NewPCG(7, 7))
	for range 400 {
		size := 1 + rng.IntN(600)
		checkProofs(t, d, leaves, rng.IntN(size), 1+rng.IntN(size), size)
	}
	for size := 1; size < 20; size++ {
		for m := range size {
			checkProofs(t, d, leaves, m, m+1, size)
		}
	}
}

func checkProofs(t testing.TB, d *desk, leaves []Hash, index, old, size int) {
	t.Helper()
	read, root := reader(t.Context(), d.log), naiveRoot(leaves[:size])
	path, err := merkle.ProveRecord(int64(size), int64(index), read)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint([]Hash(path)) != fmt.Sprint(naivePath(index, leaves[:size])) {
		t.Fatalf("path of %d in %d differs", index, size)
	}
	if err := merkle.CheckRecord(path, int64(size), root, int64(index), leaves[index]); err != nil {
		t.Fatalf("path of %d in %d: %v", index, size, err)
	}
	tree, err := merkle.ProveTree(int64(size), int64(old), read)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint([]Hash(tree)) != fmt.Sprint(naiveProof(old, leaves[:size], true)) {
		t.Fatalf("consistency of %d in %d differs", old, size)
	}
	now, was := Checkpoint{Size: int64(size), Root: root}, Checkpoint{Size: int64(old), Root: naiveRoot(leaves[:old])}
	if err := contains(now, was, read); err != nil {
		t.Fatalf("consistency of %d in %d: %v", old, size, err)
	}
	was.Root[3] ^= 1
	if err := contains(now, was, read); !errors.Is(err, ErrFork) {
		t.Fatalf("forged root of %d in %d: %v", old, size, err)
	}
}

// F7: the same, steered by the fuzzer.
func FuzzProofs(f *testing.F) {
	d, leaves := bigLog(f, 600)
	f.Add(uint16(2), uint16(1), uint16(3))
	f.Add(uint16(255), uint16(256), uint16(257))
	f.Add(uint16(0), uint16(599), uint16(600))
	f.Fuzz(func(t *testing.T, index, old, size uint16) {
		n := 1 + int(size)%600
		checkProofs(t, &desk{t: t, log: d.log}, leaves, int(index)%n, 1+int(old)%n, n)
	})
}

func TestAppendRefuses(t *testing.T) {
	d, _ := bigLog(t, 5)
	e := Entry{Kind: KindClose, Time: d.now}
	read := reader(t.Context(), d.log)
	if _, err := Append(d.log.head, read, e); err != nil {
		t.Fatalf("right entry: %v", err)
	}
	early := e
	early.Time = d.now.Add(-time.Second)
	if _, err := Append(d.log.head, read, early); !errors.Is(err, ErrTimeBack) {
		t.Errorf("earlier than the head: %v", err)
	}
	if _, err := Append(d.log.head, read, Entry{Kind: KindClose}); err == nil {
		t.Error("an entry without a time was accepted")
	}
	head := d.log.head
	head.Root[0] ^= 1
	if _, err := Append(head, read, e); !errors.Is(err, ErrDamaged) {
		t.Errorf("wrong root: %v", err)
	}
	broken := errors.New("disk gone")
	if _, err := Append(d.log.head, func([]int64) ([]Hash, error) { return nil, broken }, e); !errors.Is(err, broken) {
		t.Errorf("failing reader: %v", err)
	}
}

func TestEntryTime(t *testing.T) {
	last := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	rows := []struct {
		name               string
		now, database, out time.Time
		want               error
	}{
		{"now is later", last.Add(90*time.Second + 7e8), last.Add(90 * time.Second), last.Add(90 * time.Second), nil},
		{"now is a little behind", last.Add(-time.Minute), last, last, nil},
		{"exactly five minutes behind", last.Add(-5 * time.Minute), last, last, nil},
		{"more than five minutes behind", last.Add(-5*time.Minute - 1), last, time.Time{}, ErrClockBehind},
		{"ten years behind", last.AddDate(-10, 0, 0), last, time.Time{}, ErrClockBehind},
		{"database five minutes off", last.Add(time.Hour), last.Add(time.Hour + 5*time.Minute), last.Add(time.Hour), nil},
		{"database further ahead", last.Add(time.Hour), last.Add(time.Hour + 6*time.Minute), time.Time{}, ErrClockSkew},
		{"ten years ahead", last.AddDate(10, 0, 0), last.Add(time.Hour), time.Time{}, ErrClockSkew},
		{"other zone", last.Add(time.Hour).In(time.FixedZone("", 7*3600)), last.Add(time.Hour), last.Add(time.Hour), nil},
	}
	for _, r := range rows {
		got, err := EntryTime(r.now, r.database, last)
		if !got.Equal(r.out) || !errors.Is(err, r.want) || (got.Location() != time.UTC && err == nil) {
			t.Errorf("%s: %v, %v; want %v, %v", r.name, got, err, r.out, r.want)
		}
	}
	if got, err := EntryTime(last, last, time.Time{}); err != nil || !got.Equal(last) {
		t.Errorf("empty log: %v, %v", got, err)
	}
}
