package tlog

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ErrState says that the folder in which an audit remembers the log is damaged.
var ErrState = errors.New("tlog: state folder is damaged")

// The files of a state folder: the last good checkpoint, the key it was checked
// with, and the entries it covers as one long bundle. Evidence of misbehaviour
// is added as conflict-<size>-<hash>.note and never overwritten.
const (
	keptNote    = "checkpoint"
	keptKey     = "vkey"
	keptEntries = "entries"
)

// kept is what earlier audits remember of a log; zero for a first audit.
type kept struct {
	checkpoint Checkpoint
	note       []byte
	vkey       string
	bodies     [][]byte
}

func loadKept(dir string) (kept, error) {
	if dir == "" {
		return kept{}, nil
	}
	note, err := os.ReadFile(filepath.Join(dir, keptNote))
	if errors.Is(err, fs.ErrNotExist) {
		return kept{}, nil
	}
	if err != nil {
		return kept{}, fmt.Errorf("%w: %w", ErrState, err)
	}
	vkey, err := os.ReadFile(filepath.Join(dir, keptKey))
	if err != nil {
		return kept{}, fmt.Errorf("%w: %w", ErrState, err)
	}
	k := kept{note: note, vkey: strings.TrimSuffix(string(vkey), "\n")}
	if k.checkpoint, err = OpenCheckpoint(note, k.vkey); err != nil {
		return kept{}, fmt.Errorf("%w: %w", ErrState, err)
	}
	entries, err := os.ReadFile(filepath.Join(dir, keptEntries))
	if err != nil {
		return kept{}, fmt.Errorf("%w: %w", ErrState, err)
	}
	// The entries are written first, so after an interrupted audit there may be
	// more of them than the checkpoint covers.
	k.bodies, err = splitBundle(entries)
	if err != nil || int64(len(k.bodies)) < k.checkpoint.Size {
		return kept{}, fmt.Errorf("%w: entries", ErrState)
	}
	k.bodies = k.bodies[:k.checkpoint.Size]
	return k, nil
}

// splitBundle reads a bundle of unknown width.
func splitBundle(b []byte) ([][]byte, error) {
	width := 0
	for rest := b; len(rest) >= 2; width++ {
		n := 2 + int(rest[0])<<8 + int(rest[1])
		rest = rest[min(n, len(rest)):]
	}
	return ParseBundle(b, width)
}

// checkHistory compares the log with what is remembered of it.
func (a *auditor) checkHistory() {
	old := a.kept.checkpoint
	switch {
	case old.Size == 0:
		return
	case old.Origin != a.out.Origin && a.followsKept(old.Origin):
		a.carriesAll(a.kept.bodies)
		return
	case old.Origin != a.out.Origin:
		a.find(Finding{Kind: FindFork, Path: "checkpoint", Index: -1, Cause: ErrGuardOrigin})
		return
	case old.Size > a.out.Size:
		a.find(Finding{Kind: FindRollback, Path: "checkpoint", Index: a.out.Size, Cause: ErrRollback})
	}
	same := min(old.Size, a.out.Size)
	root, err := treeHash(same, a.stored)
	if err == nil && same == old.Size && root == old.Root {
		return
	}
	for i := range same {
		if !bytes.Equal(a.bodies[i], a.kept.bodies[i]) {
			a.entryFinding(FindFork, bundleOf(i), i, a.kept.bodies)
		}
	}
	for i := same; i < old.Size; i++ {
		a.entryFinding(FindRollback, bundleOf(i), i, a.kept.bodies)
	}
}

// followsKept reports whether this is a later log of the desk whose log is
// remembered.
func (a *auditor) followsKept(origin string) bool {
	if a.out.Follows.Origin == origin {
		return true
	}
	was, n, err := SplitOrigin(origin)
	is, m, err2 := SplitOrigin(a.out.Origin)
	return errors.Join(err, err2) == nil && was == is && n < m && a.out.Follows.Origin != ""
}

// keep remembers a log without findings, and the note of one with evidence of
// misbehaviour beside the good one. A log that could not be read changes nothing.
func (a *auditor) keep(dir string) error {
	code := a.out.ExitCode()
	if dir == "" || code == 3 {
		return nil
	}
	if code == 2 {
		if a.out.Note == nil {
			return nil
		}
		return KeepEvidence(dir, a.out)
	}
	entries, err := FormatBundle(a.bodies)
	if err != nil {
		return err
	}
	if err := saveState(dir, keptEntries, entries); err != nil {
		return err
	}
	if err := saveState(dir, keptKey, []byte(a.out.VKey+"\n")); err != nil {
		return err
	}
	return saveState(dir, keptNote, a.out.Note)
}

// KeepEvidence writes the checkpoints of audits beside what a state folder
// holds, without overwriting anything; nothing without a folder.
func KeepEvidence(dir string, as ...Audit) error {
	for _, a := range as {
		if dir == "" || a.Note == nil {
			continue
		}
		sum := sha256.Sum256(a.Note)
		if err := saveState(dir, fmt.Sprintf("conflict-%d-%x.note", a.Size, sum[:4]), a.Note); err != nil {
			return err
		}
	}
	return nil
}

func saveState(dir, name string, b []byte) error {
	if err := writeFile(filepath.Join(dir, name), b); err != nil {
		return fmt.Errorf("tlog: keep %s: %w", name, err)
	}
	return nil
}
