package tlog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	merkle "golang.org/x/mod/sumdb/tlog"
)

// What can be wrong with the guard file. All of them stop the signer.
var (
	// ErrGuardMissing: there is no guard file though the log was signed before.
	ErrGuardMissing = errors.New("tlog: guard file is missing")
	// ErrGuardCorrupt: the guard file is not one that this package wrote.
	ErrGuardCorrupt = errors.New("tlog: guard file is damaged")
	// ErrGuardOrigin: the guard file guards another log.
	ErrGuardOrigin = errors.New("tlog: guard file belongs to another log")
	// ErrGuardPresent: the guard file is readable and must not be built anew.
	ErrGuardPresent = errors.New("tlog: guard file is in order")
	// ErrGuardBusy: another process is signing with this guard file.
	ErrGuardBusy = errors.New("tlog: guard file is in use")
)

// guardHeader is the first line of the guard file:
//
//	soi-guard/v1
//	origin desk.example/log
//	size 3
//	root zbYZdPs/tywcEQXyGqXBUVDKAH8/dXfFicL50nXtqT0=
const guardHeader = "soi-guard/v1"

// maxGuard bounds what is read of a guard file, in bytes.
const maxGuard = 1024

// Guard is the file outside the database that remembers the largest size and
// root that was ever about to be signed. A database restored from an older
// copy, or a second one with the same key, then cannot make the log sign two
// different histories. Keep it on another disk than the database, and out of
// the database's backup.
type Guard struct {
	path string
	ops  guardOps
}

// NewGuard names the guard file; its folder must exist. Nothing is read yet.
func NewGuard(path string) *Guard { return &Guard{path: path, ops: diskOps{}} }

// Load returns what the guard holds. Errors: ErrGuardMissing, ErrGuardCorrupt,
// or what the file system said.
func (g *Guard) Load() (Checkpoint, error) {
	b, err := g.ops.read(g.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Checkpoint{}, ErrGuardMissing
	case err != nil:
		return Checkpoint{}, fmt.Errorf("tlog: read guard file: %w", err)
	}
	return parseGuard(b)
}

// save replaces the guard so that after a power cut either the old or the new
// content is there, whole: temporary file, fsync, rename, fsync of the folder.
// After an error the content is one of the two, not known which.
func (g *Guard) save(c Checkpoint) error {
	tmp := g.path + ".tmp"
	if err := g.ops.writeSync(tmp, formatGuard(c)); err != nil {
		return fmt.Errorf("tlog: write guard file: %w", err)
	}
	if err := g.ops.rename(tmp, g.path); err != nil {
		return fmt.Errorf("tlog: replace guard file: %w", err)
	}
	if err := g.ops.syncDir(filepath.Dir(g.path)); err != nil {
		return fmt.Errorf("tlog: sync folder of guard file: %w", err)
	}
	return nil
}

func formatGuard(c Checkpoint) []byte {
	return fmt.Appendf(nil, "%s\norigin %s\nsize %d\nroot %s\n", guardHeader, c.Origin, c.Size, c.Root)
}

func parseGuard(b []byte) (Checkpoint, error) {
	lines := strings.Split(string(b), "\n")
	if len(b) > maxGuard || len(lines) != 5 {
		return Checkpoint{}, ErrGuardCorrupt
	}
	size, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "size "), 10, 64)
	if err != nil {
		return Checkpoint{}, ErrGuardCorrupt
	}
	root, err := merkle.ParseHash(strings.TrimPrefix(lines[3], "root "))
	if err != nil {
		return Checkpoint{}, ErrGuardCorrupt
	}
	c := Checkpoint{Origin: strings.TrimPrefix(lines[1], "origin "), Size: size, Root: root}
	if size < 1 || !ValidOrigin(c.Origin) || string(formatGuard(c)) != string(b) {
		return Checkpoint{}, ErrGuardCorrupt
	}
	return c, nil
}

// guardOps is what Guard asks of the file system, so that tests can make each
// step fail, done or not done.
type guardOps interface {
	read(path string) ([]byte, error)
	writeSync(path string, b []byte) error
	rename(from, to string) error
	syncDir(dir string) error
}

type diskOps struct{}

func (diskOps) read(path string) ([]byte, error) { return os.ReadFile(path) }

func (diskOps) writeSync(path string, b []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(b); err != nil {
		return err
	}
	return f.Sync()
}

func (diskOps) rename(from, to string) error { return os.Rename(from, to) }

func (diskOps) syncDir(dir string) (err error) {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return d.Sync()
}
