package tlog

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// exported is lively, exported.
func exported(t *testing.T, n int) (*desk, string) {
	d, dir := lively(t, n), t.TempDir()
	out, err := ExportDir(t.Context(), d.log, d.key.VKey(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if out.Size != int64(n) || out.Erased != 1 || out.Proofs != n-2 || out.Documents != n-4 {
		t.Fatalf("exported %+v of %d entries", out, n)
	}
	return d, dir
}

// lively is a desk of n entries with every kind of life in it, signed.
func lively(t *testing.T, n int) *desk {
	d := newDesk(t)
	d.now = d.now.AddDate(0, 0, 1)
	scale := []byte("the scale and the corrections policy\n")
	p := Entry{Kind: KindPolicy, Time: d.now, Ratings: []string{"true", "half-true", "false"}, Doc: sum(scale)}
	d.log.docs[p.Doc] = scale
	d.log.add(t, p)
	for i := 2; i < n-6; i++ {
		d.publish(verdictID(i))
	}
	d.step(verdictID(2), KindCorrect, "half-true", ReasonNewEvidence)
	d.step(verdictID(3), KindWithdraw, "", ReasonFactual)
	d.step(verdictID(4), KindUpdate, "false", ReasonTypo)
	erased := d.st[verdictID(5)].Doc
	d.step(verdictID(5), KindErase, "", ReasonPrivacy)
	d.log.docs[erased] = nil
	d.step(verdictID(5), KindRestore, "false", ReasonPrivacy)
	d.step(verdictID(3), KindRestore, "false", ReasonSource)
	d.log.checkpoints[d.log.head.Size] = d.sign().Note
	return d
}

// The exported files are what the handler serves, byte for byte.
func TestExportEqualsServed(t *testing.T) {
	d, dir := exported(t, 280)
	h := NewHandler(d.log, d.key.VKey(), d.log.find, nil)
	files := 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files++
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		want, err := h.file(t.Context(), filepath.ToSlash(rel))
		if got := read(t, path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s differs from what is served (%v)", rel, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// 280 entries: 2+1 tiles, 2 bundles, checkpoint, vkey, policy, 3 files of the verifier, 276 documents, 278 proofs.
	if files != 3+2+3+3+276+278 {
		t.Errorf("%d files", files)
	}
}

func TestExportAgain(t *testing.T) {
	d, dir := exported(t, 250)
	out, err := ExportDir(t.Context(), d.log, d.key.VKey(), dir)
	if err != nil || out.Written != 0 {
		t.Fatalf("nothing new: %+v, %v", out, err)
	}
	for i := range 10 {
		d.publish(verdictID(900 + i))
	}
	// Not signed yet, so not public yet.
	if out, err = ExportDir(t.Context(), d.log, d.key.VKey(), dir); err != nil || out.Size != 250 || out.Written != 0 {
		t.Fatalf("unsigned entries: %+v, %v", out, err)
	}
	gone := d.st[verdictID(7)].Doc
	d.step(verdictID(7), KindErase, "", ReasonLegal)
	d.log.docs[gone] = nil
	d.log.checkpoints[261] = d.sign().Note
	if out, err = ExportDir(t.Context(), d.log, d.key.VKey(), dir); err != nil || out.Size != 261 {
		t.Fatalf("after signing: %+v, %v", out, err)
	}
	// 10 documents, 11 proofs, 2+1 tiles and 2 bundles, checkpoint; nothing else moved.
	if out.Written != 10+11+3+2+1 {
		t.Errorf("written %d files", out.Written)
	}
	for _, path := range []string{docPath(gone), "tile/0/000.p", "tile/entries/000.p"} {
		if _, err := os.Stat(filepath.Join(dir, path)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there: %v", path, err)
		}
	}
	if a := mustAudit(t, dirSource{dir}, AuditOptions{VKey: d.key.VKey()}); a.ExitCode() != 0 {
		t.Errorf("audit: %v", sentences(a))
	}
	// A proof spoilt on the mirror is made anew.
	path := filepath.Join(dir, proofPath(verdictID(8), 1))
	write(t, path, []byte("x"))
	if out, err = ExportDir(t.Context(), d.log, d.key.VKey(), dir); err != nil || out.Written != 1 {
		t.Errorf("spoilt proof: %+v, %v", out, err)
	}
}

func TestExportRefuses(t *testing.T) {
	d, dir := exported(t, 20)
	if _, err := ExportDir(t.Context(), newDesk(t).log, d.key.VKey(), t.TempDir()); !errors.Is(err, ErrNothingToSign) {
		t.Errorf("unsigned log: %v", err)
	}
	if _, err := ExportDir(t.Context(), d.log, testKey(t, testOrigin, "x").VKey(), t.TempDir()); !errors.Is(err, ErrSignature) {
		t.Errorf("another key: %v", err)
	}
	other := newDesk(t)
	for i := range 30 {
		other.publish(verdictID(100 + i))
	}
	other.log.checkpoints[31] = other.sign().Note
	before := read(t, filepath.Join(dir, "checkpoint"))
	if _, err := ExportDir(t.Context(), other.log, d.key.VKey(), dir); !errors.Is(err, ErrFork) {
		t.Errorf("another history: %v", err)
	}
	short := newDesk(t)
	short.log.checkpoints[1] = short.sign().Note
	if _, err := ExportDir(t.Context(), short.log, d.key.VKey(), dir); !errors.Is(err, ErrRollback) {
		t.Errorf("shorter log: %v", err)
	}
	if !bytes.Equal(before, read(t, filepath.Join(dir, "checkpoint"))) {
		t.Error("a refusal changed the folder")
	}
	// Failing to write leaves the old checkpoint, so the folder stays readable.
	d.publish(verdictID(500))
	d.log.checkpoints[21] = d.sign().Note
	faulty := faultyLog{d.log, &fault{step: "entries", armed: true}}
	if _, err := ExportDir(t.Context(), faulty, d.key.VKey(), dir); !errors.Is(err, errFault) {
		t.Errorf("failing storage: %v", err)
	}
	if a := mustAudit(t, dirSource{dir}, AuditOptions{VKey: d.key.VKey()}); a.ExitCode() != 0 || a.Size != 20 {
		t.Errorf("after a failed export: %v", sentences(a))
	}
}
