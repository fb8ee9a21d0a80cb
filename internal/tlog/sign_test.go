package tlog

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// signOK signs and checks the result with nothing but the verifier key.
func signOK(t *testing.T, s *Signer) Signed {
	t.Helper()
	out, err := s.Sign(t.Context())
	if err != nil {
		t.Fatalf("sign: %v", err)
	}
	if c, err := OpenCheckpoint(out.Note, s.keys[0].VKey()); err != nil || c != out.Checkpoint {
		t.Fatalf("signed %+v, opens as %+v, %v", out.Checkpoint, c, err)
	}
	return out
}

func TestSign(t *testing.T) {
	d := newDesk(t)
	guard := NewGuard(filepath.Join(t.TempDir(), "guard"))
	s := d.signer(guard)
	if out := signOK(t, s); !out.New || out.Size != 1 {
		t.Errorf("first: %+v", out)
	}
	if out := signOK(t, s); out.New || out.Size != 1 {
		t.Errorf("nothing new: %+v", out)
	}
	for i := range 300 {
		d.publish(verdictID(i))
	}
	first := signOK(t, s)
	if !first.New || first.Size != 301 || first.Root != d.log.head.Root {
		t.Errorf("after publishing: %+v", first)
	}
	if g, err := guard.Load(); err != nil || g != first.Checkpoint {
		t.Errorf("guard holds %+v, %v", g, err)
	}
	// Another process, the same data: the same note, nothing new.
	if out := signOK(t, d.signer(guard)); out.New || !bytes.Equal(out.Note, first.Note) {
		t.Errorf("after a restart: %+v", out)
	}
	if out, err := s.Check(t.Context()); err != nil || out.Checkpoint != first.Checkpoint {
		t.Errorf("check: %+v, %v", out, err)
	}
	fi, err := os.Stat(guard.path)
	if err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("guard file mode %v, %v", fi.Mode(), err)
	}
}

func TestSignEmpty(t *testing.T) {
	guard := NewGuard(filepath.Join(t.TempDir(), "guard"))
	s, err := NewSigner(newMemLog(), guard, testKey(t, testOrigin, "x"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sign(t.Context()); !errors.Is(err, ErrNothingToSign) {
		t.Errorf("new log: %v", err)
	}
	if err := guard.save(Checkpoint{Origin: testOrigin, Size: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sign(t.Context()); !errors.Is(err, ErrRollback) {
		t.Errorf("emptied log: %v", err)
	}
}

// TestGuardCases is N10: a database restored from an older copy, a database
// swapped for another, a guard that is missing, damaged, older or foreign.
func TestGuardCases(t *testing.T) {
	// Before each case: three entries, signed; then a fourth, signed; old is the
	// log as it was at three.
	rows := []struct {
		name   string
		change func(t *testing.T, d *desk, old *memLog, guard string, early []byte)
		want   error
		behind bool
	}{
		{"nothing happened", func(*testing.T, *desk, *memLog, string, []byte) {}, nil, false},
		{"database restored from an older copy", func(_ *testing.T, d *desk, old *memLog, _ string, _ []byte) { d.log.become(old) }, ErrRollback, false},
		{"restored, then another entry of the same index", func(t *testing.T, d *desk, old *memLog, _ string, _ []byte) {
			d.log.become(old)
			d.st = map[string]VerdictState{}
			d.publish(verdictID(77))
		}, ErrFork, false},
		{"restored, then longer than before", func(t *testing.T, d *desk, old *memLog, _ string, _ []byte) {
			d.log.become(old)
			d.st = map[string]VerdictState{}
			d.publish(verdictID(77))
			d.publish(verdictID(78))
		}, ErrFork, false},
		{"database emptied", func(_ *testing.T, d *desk, _ *memLog, _ string, _ []byte) { d.log.become(newMemLog()) }, ErrRollback, false},
		{"database swapped for another desk's", func(t *testing.T, d *desk, _ *memLog, _ string, _ []byte) {
			other := newDesk(t)
			for i := range 9 {
				other.publish(verdictID(100 + i))
			}
			d.log.become(other.log)
		}, ErrFork, false},
		{"guard missing", func(t *testing.T, _ *desk, _ *memLog, guard string, _ []byte) { remove(t, guard) }, ErrGuardMissing, false},
		{"guard empty", func(t *testing.T, _ *desk, _ *memLog, guard string, _ []byte) { write(t, guard, nil) }, ErrGuardCorrupt, false},
		{"guard cut short", func(t *testing.T, _ *desk, _ *memLog, guard string, early []byte) {
			write(t, guard, early[:len(early)-1])
		}, ErrGuardCorrupt, false},
		{"guard with one bit flipped", func(t *testing.T, _ *desk, _ *memLog, guard string, _ []byte) {
			b := read(t, guard)
			b[len(b)-10] ^= 1
			write(t, guard, b)
		}, ErrFork, false},
		{"guard older", func(t *testing.T, _ *desk, _ *memLog, guard string, early []byte) { write(t, guard, early) }, nil, true},
		{"guard of another log", func(t *testing.T, _ *desk, _ *memLog, guard string, early []byte) {
			write(t, guard, bytes.Replace(early, []byte("desk."), []byte("task."), 1))
		}, ErrGuardOrigin, false},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			d := newDesk(t)
			path := filepath.Join(t.TempDir(), "guard")
			d.publish(verdictID(1))
			d.publish(verdictID(2))
			signOK(t, d.signer(NewGuard(path)))
			old, early := d.log.clone(), read(t, path)
			d.publish(verdictID(3))
			signOK(t, d.signer(NewGuard(path)))
			r.change(t, d, old, path, early)
			before, _ := os.ReadFile(path)
			signed := len(d.log.checkpoints)
			out, err := d.signer(NewGuard(path)).Sign(t.Context())
			if !errors.Is(err, r.want) || out.GuardBehind != r.behind {
				t.Fatalf("sign: %+v, %v; want %v", out, err, r.want)
			}
			if r.want == nil {
				return
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("a refusal changed the guard")
			}
			if len(d.log.checkpoints) != signed {
				t.Error("a refusal left a checkpoint")
			}
			if Explain(err, "vi") == "" || Explain(err, "en") == "" {
				t.Errorf("no sentence for %v", err)
			}
		})
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Two databases, one key, one guard: the second signer is refused, and without
// the guard the two notes that would result are evidence of the fork.
func TestForkRefused(t *testing.T) {
	d := newDesk(t)
	path := filepath.Join(t.TempDir(), "guard")
	signOK(t, d.signer(NewGuard(path)))
	twin := &desk{t: t, log: d.log.clone(), key: d.key, now: d.now, st: map[string]VerdictState{}}
	d.publish(verdictID(1))
	twin.publish(verdictID(2))
	a := signOK(t, d.signer(NewGuard(path)))
	if _, err := twin.signer(NewGuard(path)).Sign(t.Context()); !errors.Is(err, ErrFork) {
		t.Fatalf("second database: %v", err)
	}
	remove(t, path)
	if _, err := twin.signer(NewGuard(path)).Sign(t.Context()); !errors.Is(err, ErrGuardMissing) {
		t.Fatalf("second database without the guard: %v", err)
	}
	// A person overrides the missing guard: nothing inside can stop it now.
	if err := twin.signer(NewGuard(path)).RebuildGuard(t.Context()); err != nil {
		t.Fatal(err)
	}
	b := signOK(t, twin.signer(NewGuard(path)))
	if a.Size != b.Size || a.Root == b.Root {
		t.Fatalf("%+v and %+v should be a fork", a, b)
	}
}

func TestGuardBusy(t *testing.T) {
	d := newDesk(t)
	guard := NewGuard(filepath.Join(t.TempDir(), "guard"))
	unlock, err := guard.lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.signer(guard).Sign(t.Context()); !errors.Is(err, ErrGuardBusy) {
		t.Errorf("locked: %v", err)
	}
	unlock()
	signOK(t, d.signer(guard))
}

func TestRebuildGuard(t *testing.T) {
	d := newDesk(t)
	path := filepath.Join(t.TempDir(), "guard")
	s := d.signer(NewGuard(path))
	signOK(t, s)
	if err := s.RebuildGuard(t.Context()); !errors.Is(err, ErrGuardPresent) {
		t.Errorf("a good guard was replaced: %v", err)
	}
	for _, spoil := range []func(){func() { remove(t, path) }, func() { write(t, path, []byte("x")) }} {
		spoil()
		if err := s.RebuildGuard(t.Context()); err != nil {
			t.Fatal(err)
		}
		signOK(t, s)
	}
}

// Nothing stored may be signed when it contradicts the entries (N12 for the log).
func TestSignRefusesDamage(t *testing.T) {
	rows := []struct {
		name   string
		damage func(*desk)
		want   error
	}{
		{"bit flipped in an entry", func(d *desk) {
			b := bytes.Clone(d.log.entries[290])
			b[len(b)-3] ^= 1
			d.log.entries[290] = b
		}, ErrDamaged},
		{"rating changed in an entry", func(d *desk) {
			d.log.entries[290] = bytes.Replace(d.log.entries[290], []byte("false"), []byte("true"), 1)
		}, ErrDamaged},
		{"entry that is none", func(d *desk) { d.log.entries[290] = []byte("x\n") }, ErrDamaged},
		{"entry that is none, with its hashes", func(d *desk) { d.log.raw(d.t, []byte("x\n")) }, ErrForm},
		{"two entries swapped", func(d *desk) {
			e := d.log.entries
			e[290], e[291] = e[291], e[290]
		}, ErrDamaged},
		{"leaf hash", func(d *desk) { d.log.hashes[len(d.log.hashes)-1][0] ^= 1 }, ErrDamaged},
		{"inner hash", func(d *desk) { d.log.hashes[2][0] ^= 1 }, ErrDamaged},
		{"root", func(d *desk) { d.log.head.Root[0] ^= 1 }, ErrDamaged},
		{"size", func(d *desk) { d.log.head.Size-- }, ErrDamaged},
		{"last checkpoint of another key", func(d *desk) {
			n, err := signCheckpoint(Checkpoint{Origin: testOrigin, Size: 1, Root: Hash{1}}, testKey(d.t, testOrigin, "thief"))
			if err != nil {
				d.t.Fatal(err)
			}
			d.log.checkpoints[1] = n
		}, ErrDamaged},
		{"last checkpoint of another size", func(d *desk) { d.log.checkpoints[2] = d.log.checkpoints[1] }, ErrDamaged},
		{"last checkpoint of another history, signed by the real key", func(d *desk) {
			n, err := signCheckpoint(Checkpoint{Origin: testOrigin, Size: 1, Root: Hash{1}}, d.key)
			if err != nil {
				d.t.Fatal(err)
			}
			d.log.checkpoints[1] = n
		}, ErrFork},
		{"entry against the rules", func(d *desk) {
			b, err := Format(Entry{Kind: KindUpdate, Time: d.now.Add(time.Hour), Verdict: verdictID(3), Rev: 2, Prev: 4, Rating: "true", Doc: [32]byte{1}, Reason: ReasonTypo})
			if err != nil {
				d.t.Fatal(err)
			}
			d.log.raw(d.t, b)
		}, ErrRatingChanged},
	}
	for _, warm := range []bool{false, true} {
		for _, r := range rows {
			d := newDesk(t)
			guard := NewGuard(filepath.Join(t.TempDir(), "guard"))
			s := d.signer(guard)
			signOK(t, s)
			for i := range 300 {
				d.publish(verdictID(i))
			}
			if !warm { // a process that has not seen entry 0 yet
				s = d.signer(guard)
			}
			r.damage(d)
			if _, err := s.Sign(t.Context()); !errors.Is(err, r.want) {
				t.Errorf("%s (warm %v): %v, want %v", r.name, warm, err, r.want)
			}
			// Trying again must not find it good because it was looked at before.
			if _, err := s.Sign(t.Context()); !errors.Is(err, r.want) {
				t.Errorf("%s (warm %v), again: %v, want %v", r.name, warm, err, r.want)
			}
			if d.log.checkpoints[d.log.head.Size] != nil {
				t.Errorf("%s: signed", r.name)
			}
		}
	}
}

func TestKeyRotation(t *testing.T) {
	d := newDesk(t)
	guard := NewGuard(filepath.Join(t.TempDir(), "guard"))
	signOK(t, d.signer(guard))
	fresh := testKey(t, testOrigin, "second key")
	both, err := NewSigner(d.log, guard, d.key, fresh)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := both.Sign(t.Context()); !errors.Is(err, ErrKeyUnlisted) {
		t.Errorf("before the key entry: %v", err)
	}
	d.log.add(t, Entry{Kind: KindKey, Time: d.now, Key: fresh.VKey()})
	out := signOK(t, both)
	if _, err := OpenCheckpoint(out.Note, fresh.VKey()); err != nil {
		t.Errorf("opened with the new key: %v", err)
	}
	d.publish(verdictID(1))
	alone, err := NewSigner(d.log, guard, fresh)
	if err != nil {
		t.Fatal(err)
	}
	signOK(t, alone)
	if _, err := NewSigner(d.log, guard, d.key, testKey(t, "other.example/log", "x")); !errors.Is(err, ErrForm) {
		t.Errorf("keys of two logs: %v", err)
	}
}

// A guard file has one form; anything near it is damage.
func TestParseGuard(t *testing.T) {
	good := "soi-guard/v1\norigin desk.example/log\nsize 3\nroot " + testRoot + "\n"
	if c, err := parseGuard([]byte(good)); err != nil || c.Origin != testOrigin || c.Size != 3 || c.Root.String() != testRoot {
		t.Fatalf("%+v, %v", c, err)
	}
	for old, new := range map[string]string{
		"soi-guard/v1": "soi-guard/v2", "origin ": "", "size ": "", "root ": "", "size 3": "size 03", "size 3\n": "size 0\n", "size 3 ": "size -3",
		testRoot: testRoot[1:], "log\n": "log/\n", "=\n": "=\n\n", "\n": "\r\n", "origin": "size",
	} {
		bad := strings.Replace(good, old, new, 1)
		if _, err := parseGuard([]byte(bad)); bad != good && !errors.Is(err, ErrGuardCorrupt) {
			t.Errorf("%q for %q: %v", new, old, err)
		}
	}
}
