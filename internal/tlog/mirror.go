package tlog

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Mirrored is what a run of Mirror did.
type Mirrored struct {
	Audit    Audit    // what was found at the address; nothing was copied unless it is clean
	Exported Exported // what is in the folder now
}

// Mirror copies the log at an address into a folder, in the tree of ExportDir,
// after checking all of it as VerifyURL does. Only a clean log is taken over:
// after findings the folder holds what it held, but for documents, which prove
// themselves by their name. So a run that was cut off is taken up where it
// stopped. Documents that the log says are erased are deleted from the folder.
//
// vkey is the key to trust; empty for the one that the folder was begun with,
// else the one the log shows. Errors are those of VerifyURL and ExportDir:
// ErrRollback and ErrFork when the folder holds another history.
func Mirror(ctx context.Context, client Doer, address, dir, vkey string) (Mirrored, error) {
	remote, err := newHTTPSource(client, address)
	if err != nil {
		return Mirrored{}, err
	}
	if vkey == "" {
		if b, err := os.ReadFile(filepath.Join(dir, "vkey")); err == nil {
			vkey = strings.TrimSuffix(string(b), "\n")
		}
	}
	o := AuditOptions{VKey: vkey}
	var next string
	if l, ok := remote.line(); ok {
		n, err := l.choose(ctx, vkey)
		if err != nil {
			return Mirrored{Audit: notFound(err)}, ctx.Err()
		}
		remote = l.at(n)
		if n < l.newest {
			// What the log that follows has erased must leave this folder too.
			later, err := runAudit(ctx, l.at(l.newest), AuditOptions{})
			if err != nil {
				return Mirrored{}, err
			}
			o.Later, next = &later.out, later.out.Origin
		}
	}
	src := &mirrorSource{remote: remote, local: dirSource{dir: dir}, tiles: true}
	a, err := runAudit(ctx, src, o)
	if err == nil && a.out.ExitCode() == 2 && src.used {
		// What lies in the folder may be what is damaged: ask for all of it.
		src.tiles = false
		a, err = runAudit(ctx, src, o)
	}
	a.out.Next = next
	if err != nil {
		return Mirrored{}, err
	}
	out := Mirrored{Audit: a.out}
	if a.out.ExitCode() != 0 {
		return out, nil
	}
	out.Exported, err = ExportDir(ctx, src.witnessed(ctx, a), a.out.VKey, dir)
	return out, err
}

// witnessed is the log that was read, with those witnesses of its policy that
// confirmed the checkpoint. When the policy does not come, the folder's counts.
func (s *mirrorSource) witnessed(ctx context.Context, a *auditor) witnessedLog {
	out := witnessedLog{auditedLog: auditedLog{a}}
	policy, err := s.remote.get(ctx, "policy.txt")
	if err != nil {
		policy, err = s.local.get(ctx, "policy.txt")
	}
	if err != nil {
		return out
	}
	for line := range strings.Lines(string(policy)) {
		switch f := strings.Fields(line); {
		case len(f) == 4 && f[0] == "witness":
			if _, err := CosignatureTime(a.out.Note, f[2]); err == nil {
				out.all = append(out.all, RemoteWitness{Address: f[3], VKey: f[2]})
			}
		case len(f) > 3 && f[0] == "group":
			out.quorum, _ = strconv.Atoi(f[2])
		}
	}
	out.quorum = min(out.quorum, len(out.all))
	return out
}

// witnessedLog is a log that was read, with its witnesses.
type witnessedLog struct {
	auditedLog
	all    []RemoteWitness
	quorum int
}

// Witnesses implements Witnessed.
func (l witnessedLog) Witnesses() ([]RemoteWitness, int) { return l.all, l.quorum }

// ReadLog reads and checks a whole log at an address or in a folder, as
// VerifyURL and VerifyDir do, and returns it as a Storage that cannot be
// written to. The Storage is of use only when the audit is clean.
func ReadLog(ctx context.Context, client Doer, where string, o AuditOptions) (Storage, Audit, error) {
	var src source = dirSource{dir: where}
	if strings.HasPrefix(where, "https://") || strings.HasPrefix(where, "http://") {
		remote, err := newHTTPSource(client, where)
		if err != nil {
			return nil, Audit{}, err
		}
		if l, ok := remote.line(); ok {
			n, err := l.choose(ctx, o.VKey)
			if err != nil {
				return nil, notFound(err), ctx.Err()
			}
			remote = l.at(n)
		}
		src = remote
	}
	a, err := runAudit(ctx, src, o)
	return auditedLog{a}, a.out, err
}

// mirrorSource reads what never changes from the folder, if it is there, and
// the rest from the log. Documents go to the folder at once.
type mirrorSource struct {
	remote httpSource
	local  dirSource
	tiles  bool // believe tiles of the folder
	used   bool // one was read
}

func (s *mirrorSource) get(ctx context.Context, path string) ([]byte, error) {
	if strings.HasPrefix(path, "doc/") {
		return s.doc(ctx, path)
	}
	if t, err := ParseTile(path); s.tiles && err == nil && t.W == tileWidth {
		if b, err := s.local.get(ctx, path); err == nil {
			s.used = true
			return b, nil
		}
	}
	return s.remote.get(ctx, path)
}

func (s *mirrorSource) doc(ctx context.Context, path string) ([]byte, error) {
	right := func(b []byte) bool { return docPath(sha256.Sum256(b)) == path }
	if b, err := s.local.get(ctx, path); err == nil && right(b) {
		return b, nil
	}
	b, err := s.remote.get(ctx, path)
	if err != nil || !right(b) {
		return b, err
	}
	return b, writeFile(filepath.Join(s.local.dir, filepath.FromSlash(path)), b)
}

// auditedLog is a log that was read and checked, as a Storage to be exported.
type auditedLog struct{ a *auditor }

// Head implements Storage.
func (l auditedLog) Head(context.Context) (Head, error) {
	return Head{Size: l.a.out.Size, Root: l.a.out.Root, Time: l.a.checker.last}, nil
}

// Entries implements Storage.
func (l auditedLog) Entries(_ context.Context, from, to int64) ([][]byte, error) {
	if from < 0 || to > int64(len(l.a.bodies)) || from > to {
		return nil, ErrDamaged
	}
	return l.a.bodies[from:to], nil
}

// Hashes implements Storage.
func (l auditedLog) Hashes(_ context.Context, indexes []int64) ([]Hash, error) {
	return l.a.stored(indexes)
}

// Doc implements Storage: what the log says is erased is erased here too.
func (l auditedLog) Doc(ctx context.Context, sum [32]byte) ([]byte, error) {
	for _, u := range l.a.docs {
		if u.e.Doc == sum && !l.a.mayBeGone(u) {
			b, err := l.a.src.get(ctx, docPath(sum))
			if errors.Is(err, errAbsent) || errors.Is(err, errErased) {
				return nil, ErrDocAbsent
			}
			return b, err
		}
	}
	return nil, ErrDocErased
}

// LastCheckpoint implements Storage: as served, with all cosignatures.
func (l auditedLog) LastCheckpoint(context.Context) ([]byte, int64, error) {
	return l.a.out.Note, l.a.out.Size, nil
}

// PutCheckpoint implements Storage; such a log is never signed.
func (auditedLog) PutCheckpoint(context.Context, int64, []byte) error { return ErrKeyUnlisted }

// Cosignatures implements Storage; they stand in the checkpoint already.
func (auditedLog) Cosignatures(context.Context, int64) ([]string, error) { return nil, nil }
