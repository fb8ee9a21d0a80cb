package tlog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	merkle "golang.org/x/mod/sumdb/tlog"
)

// Why the signer refuses. None of these goes away by trying again.
var (
	// ErrNothingToSign: the log has no entry yet.
	ErrNothingToSign = errors.New("tlog: log is empty")
	// ErrRollback: the log is shorter than it once was, as after restoring an
	// older backup. Signing would fork it.
	ErrRollback = errors.New("tlog: log is shorter than what was signed")
	// ErrFork: the log holds another history than what was signed before.
	ErrFork = errors.New("tlog: log differs from what was signed")
	// ErrDamaged: what is stored contradicts itself: entries, hashes, root or
	// checkpoints do not fit together.
	ErrDamaged = errors.New("tlog: stored log is damaged")
	// ErrKeyUnlisted: the key is named by no genesis, successor or key entry, so
	// nobody outside could know that it belongs to this log.
	ErrKeyUnlisted = errors.New("tlog: the log does not name this key")
)

// Signed is the outcome of one run of the Signer.
type Signed struct {
	Checkpoint
	Note        []byte // the signed checkpoint, as published
	New         bool   // false: this size had been signed before
	GuardBehind bool   // the guard was older than the last checkpoint, though consistent: restored, or another host signs with this key
}

// Signer vouches for the log: it checks all that can be checked without asking
// anyone, moves the guard forward, then signs. One process signs at a time; the
// guard's lock and Storage refuse a second. Safe for concurrent use.
type Signer struct {
	st     Storage
	guard  *Guard
	keys   []*Key
	origin string

	mu      sync.Mutex
	checker *Checker // what was replayed so far; nil after any failure
}

// NewSigner signs the log in st with key, and with further keys during a key
// rotation. Their origins must be equal, else ErrForm.
func NewSigner(st Storage, guard *Guard, key *Key, further ...*Key) (*Signer, error) {
	keys := append([]*Key{key}, further...)
	for _, k := range keys {
		if k.Origin() != key.Origin() {
			return nil, fmt.Errorf("%w: keys of two origins", ErrForm)
		}
	}
	return &Signer{st: st, guard: guard, keys: keys, origin: key.Origin()}, nil
}

// Sign signs the current head if it is not signed yet and returns the newest
// checkpoint. The order is the point: everything stored since the last
// checkpoint is hashed again from the entries and compared; the new tree must
// contain the last signed one and the guarded one; the guard is made durable
// before the signature exists. A failure at any step leaves a state from which
// the next run signs the same head, as Ed25519 signs the same text alike.
//
// Errors: ErrNothingToSign, ErrRollback, ErrFork, ErrDamaged, ErrKeyUnlisted, the
// errors of the guard, *RuleError, or what the storage or file system said.
func (s *Signer) Sign(ctx context.Context) (Signed, error) {
	return s.run(ctx, s.sign)
}

// Check does all of Sign that only reads, and returns the last checkpoint with
// GuardBehind. `soi doctor` shows its error.
func (s *Signer) Check(ctx context.Context) (Signed, error) {
	return s.run(ctx, func(ctx context.Context) (Signed, error) {
		v, err := s.view(ctx)
		if err != nil {
			return Signed{}, err
		}
		behind, err := s.checkGuard(v)
		return Signed{Checkpoint: v.last, Note: v.note, GuardBehind: behind}, err
	})
}

// RebuildGuard writes the guard file anew from the last stored checkpoint,
// when a person has decided that the file was lost or damaged while the
// database is the newest there is. It refuses while a readable guard exists
// (ErrGuardPresent).
func (s *Signer) RebuildGuard(ctx context.Context) error {
	_, err := s.run(ctx, func(ctx context.Context) (Signed, error) {
		_, err := s.guard.Load()
		if !errors.Is(err, ErrGuardMissing) && !errors.Is(err, ErrGuardCorrupt) {
			return Signed{}, errors.Join(ErrGuardPresent, err)
		}
		v, err := s.view(ctx)
		if err != nil {
			return Signed{}, err
		}
		if v.note == nil {
			v.last = v.now
		}
		return Signed{}, s.guard.save(v.last)
	})
	return err
}

// run holds the two locks around f and drops the replay after a failure, so
// that the next run starts from what is stored.
func (s *Signer) run(ctx context.Context, f func(context.Context) (Signed, error)) (Signed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	unlock, err := s.guard.lock()
	if err != nil {
		return Signed{}, err
	}
	defer unlock()
	out, err := f(ctx)
	if err != nil {
		s.checker = nil
	}
	return out, err
}

func (s *Signer) sign(ctx context.Context) (Signed, error) {
	v, err := s.view(ctx)
	if err != nil {
		return Signed{}, err
	}
	behind, err := s.checkGuard(v)
	if err != nil {
		return Signed{}, err
	}
	if err := s.moveGuard(v.now); err != nil {
		return Signed{}, err
	}
	if v.note != nil && v.last.Size == v.now.Size {
		return Signed{Checkpoint: v.last, Note: v.note, GuardBehind: behind}, nil
	}
	signed, err := signCheckpoint(v.now, s.keys...)
	if err != nil {
		return Signed{}, err
	}
	if err := s.st.PutCheckpoint(ctx, v.now.Size, signed); err != nil {
		return Signed{}, fmt.Errorf("tlog: store checkpoint: %w", err)
	}
	return Signed{Checkpoint: v.now, Note: signed, New: true, GuardBehind: behind}, nil
}

// moveGuard makes now durable in the guard unless it is there already.
func (s *Signer) moveGuard(now Checkpoint) error {
	if g, err := s.guard.Load(); err == nil && g == now {
		return nil
	}
	return s.guard.save(now)
}

// view is a consistent, verified look at the log.
type view struct {
	now  Checkpoint // what could be signed
	last Checkpoint // what was signed last; zero when note is nil
	note []byte
	read HashReader
}

// view reads the head and the last checkpoint and verifies one against the
// other and against the entries.
func (s *Signer) view(ctx context.Context) (view, error) {
	// The checkpoint before the head: another replica may publish and sign in
	// between, and must not look like a rollback.
	note, size, err := s.st.LastCheckpoint(ctx)
	if err != nil {
		return view{}, fmt.Errorf("tlog: read last checkpoint: %w", err)
	}
	head, err := s.st.Head(ctx)
	if err != nil {
		return view{}, fmt.Errorf("tlog: read head: %w", err)
	}
	v := view{now: Checkpoint{Origin: s.origin, Size: head.Size, Root: head.Root}, note: note, read: reader(ctx, s.st)}
	switch {
	case size > head.Size:
		return view{}, fmt.Errorf("%w: signed %d, stored %d", ErrRollback, size, head.Size)
	case head.Size == 0:
		return view{}, s.emptyLog()
	}
	if err := s.rehash(ctx, v.read, head.Size); err != nil {
		return view{}, err
	}
	if err := checkRoot(head, v.read); err != nil {
		return view{}, err
	}
	if v.note == nil {
		return v, nil
	}
	if v.last, err = OpenCheckpoint(v.note, s.checker.Keys()...); err != nil || v.last.Size != size || v.last.Origin != s.origin {
		return view{}, fmt.Errorf("%w: stored checkpoint of size %d: %w", ErrDamaged, size, errors.Join(err))
	}
	return v, contains(v.now, v.last, v.read)
}

// emptyLog tells a log that has not begun from one that was emptied.
func (s *Signer) emptyLog() error {
	_, err := s.guard.Load()
	switch {
	case errors.Is(err, ErrGuardMissing):
		return ErrNothingToSign
	case err != nil:
		return err
	}
	return fmt.Errorf("%w: stored 0", ErrRollback)
}

// rehash computes every stored hash that the entries since the last run should
// have left, out of the entries' bytes, and compares. In 2022 one flipped bit
// between an entry and its hash ended a certificate log. It replays the rules
// on the way: what breaks one is never signed. The first run covers the whole
// log: under a second of one processor for 100,000 entries.
func (s *Signer) rehash(ctx context.Context, read HashReader, size int64) error {
	if s.checker == nil {
		s.checker = NewChecker(s.origin)
	}
	if s.checker.Size() > size {
		return fmt.Errorf("%w: seen %d, stored %d", ErrRollback, s.checker.Size(), size)
	}
	from := s.checker.Size()
	first := merkle.StoredHashCount(from)
	var fresh []Hash
	var breach error // the first rule broken; damage, seen a little later, explains more
	compared := 0
	err := walk(ctx, s.st, from, size, func(index int64, body []byte) error {
		_, err := s.checker.Add(body)
		breach = cmp.Or(breach, err)
		hashes, err := merkle.StoredHashes(index, body, overlay(read, first, fresh))
		if err != nil {
			return fmt.Errorf("tlog: hash entry %d: %w", index, err)
		}
		fresh = append(fresh, hashes...)
		if index+1 < size && (index+1)%page != 0 {
			return nil
		}
		if err := compareHashes(read, first+int64(compared), fresh[compared:]); err != nil {
			return err
		}
		compared = len(fresh)
		return breach
	})
	if err != nil {
		return err
	}
	for _, k := range s.keys {
		if !slices.Contains(s.checker.Keys(), k.vkey) {
			return ErrKeyUnlisted
		}
	}
	return nil
}

// CheckStored hashes every stored entry anew and replays the rules, as the first
// run of a Signer does, whatever key it would sign with. ErrDamaged or a
// *RuleError says what does not fit; an empty log fits.
func CheckStored(ctx context.Context, st Storage) error {
	head, err := st.Head(ctx)
	if err != nil || head.Size == 0 {
		return err
	}
	first, err := st.Entries(ctx, 0, 1)
	if err != nil {
		return fmt.Errorf("tlog: read entry 0: %w", err)
	}
	e, err := Parse(first[0])
	if err != nil {
		return fmt.Errorf("%w: entry 0: %w", ErrDamaged, err)
	}
	origin, err := OriginOf(e.Key)
	if err != nil {
		return fmt.Errorf("%w: entry 0: %w", ErrDamaged, err)
	}
	read := reader(ctx, st)
	if err := (&Signer{st: st, origin: origin}).rehash(ctx, read, head.Size); err != nil {
		return err
	}
	return checkRoot(head, read)
}

// compareHashes compares the stored hashes from position first on with want.
func compareHashes(read HashReader, first int64, want []Hash) error {
	positions := make([]int64, len(want))
	for i := range positions {
		positions[i] = first + int64(i)
	}
	got, err := read(positions)
	if err != nil {
		return fmt.Errorf("tlog: read stored hashes: %w", err)
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("%w: hashes %d to %d differ from the entries", ErrDamaged, first, first+int64(len(want))-1)
	}
	return nil
}

// checkGuard compares the guard with the log. behind is true when the guard is
// older than the last checkpoint but part of the same history.
func (s *Signer) checkGuard(v view) (behind bool, err error) {
	g, err := s.guard.Load()
	switch {
	case errors.Is(err, ErrGuardMissing) && v.note == nil:
		return false, nil // the first signature of a new log
	case err != nil:
		return false, err
	case g.Origin != s.origin:
		return false, ErrGuardOrigin
	case g.Size > v.now.Size:
		return false, fmt.Errorf("%w: guard %d, stored %d", ErrRollback, g.Size, v.now.Size)
	}
	return g.Size < v.last.Size, contains(v.now, g, v.read)
}

// contains proves from stored hashes that the tree now begins with the tree
// old; ErrFork when it does not.
func contains(now, old Checkpoint, read HashReader) error {
	proof, err := merkle.ProveTree(now.Size, old.Size, read)
	if err != nil {
		return fmt.Errorf("tlog: prove size %d from %d: %w", now.Size, old.Size, err)
	}
	if err := merkle.CheckTree(proof, now.Size, now.Root, old.Size, old.Root); err != nil {
		return fmt.Errorf("%w: size %d is no continuation of size %d", ErrFork, now.Size, old.Size)
	}
	return nil
}
