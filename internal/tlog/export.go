package tlog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Exported counts what an export left in the folder.
type Exported struct {
	Size      int64 // of the checkpoint exported
	Tiles     int   // tiles and bundles
	Documents int
	Erased    int // documents that were erased and are not in the folder
	Proofs    int
	Written   int // files that were new or changed
}

// ExportDir writes the published log as files under dir, in the tree in which
// Handler serves it, so that any static host can be a mirror at <origin>/ and
// VerifyDir can audit it. It may run again and again on the same folder: equal
// files stay untouched, documents erased since are deleted, and the checkpoint
// is written last, so that a reader never sees one whose tiles are not there.
//
// It refuses a folder that holds the checkpoint of another history (ErrFork),
// of a longer log (ErrRollback) or of another key (ErrSignature), and a log
// that was never signed (ErrNothingToSign).
func ExportDir(ctx context.Context, st Storage, vkey, dir string) (Exported, error) {
	p, err := lastPublished(ctx, st, vkey)
	if err != nil {
		return Exported{}, err
	}
	if p.note == nil {
		return Exported{}, ErrNothingToSign
	}
	now, err := OpenCheckpoint(p.note, vkey)
	if err != nil {
		return Exported{}, err
	}
	x := &exporter{p: p, dir: dir, out: Exported{Size: p.size}}
	if err := x.continues(ctx, now); err != nil {
		return Exported{}, err
	}
	steps := []func(context.Context) error{x.tiles, x.entries, x.narrow}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return x.out, err
		}
	}
	for _, name := range []string{"verify.html", "verify.js", "verify.py", "vkey", "policy.txt", "checkpoint"} {
		if err := x.copy(ctx, name); err != nil {
			return x.out, err
		}
	}
	return x.out, nil
}

// exporter is one run of ExportDir.
type exporter struct {
	p   published
	dir string
	out Exported
}

// continues checks that the folder holds nothing, or an earlier state of this
// very log.
func (x *exporter) continues(ctx context.Context, now Checkpoint) error {
	old, err := os.ReadFile(x.place("checkpoint"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("tlog: read exported checkpoint: %w", err)
	}
	was, err := OpenCheckpoint(old, x.p.vkey)
	if err != nil {
		return err
	}
	if was.Size > now.Size {
		return fmt.Errorf("%w: exported %d, stored %d", ErrRollback, was.Size, now.Size)
	}
	return contains(now, was, reader(ctx, x.p.st))
}

func (x *exporter) tiles(ctx context.Context) error {
	for _, t := range tilesOf(x.p.size) {
		if err := x.copy(ctx, t.Path()); err != nil {
			return err
		}
		x.out.Tiles++
	}
	return nil
}

// entries writes the document and the proof that belong to each entry.
func (x *exporter) entries(ctx context.Context) error {
	return walk(ctx, x.p.st, 0, x.p.size, func(index int64, body []byte) error {
		e, err := Parse(body)
		if err != nil {
			return fmt.Errorf("%w: entry %d: %w", ErrDamaged, index, err)
		}
		if e.HasDoc() {
			if err := x.document(ctx, e.Doc); err != nil {
				return err
			}
		}
		if !e.Kind.OfVerdict() && e.Kind != KindRuling && e.Kind != KindChannel {
			return nil
		}
		return x.proof(ctx, index, e)
	})
}

func (x *exporter) document(ctx context.Context, sum [32]byte) error {
	doc, err := x.p.st.Doc(ctx, sum)
	path := docPath(sum)
	switch {
	case errors.Is(err, ErrDocErased):
		x.out.Erased++
		err = os.Remove(x.place(path))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	case err != nil:
		return fmt.Errorf("tlog: export %s: %w", path, err)
	}
	x.out.Documents++
	return x.write(ctx, path, doc)
}

// proof leaves an older proof of the entry alone: it stays true, and the folder
// would otherwise change everywhere after each publication.
func (x *exporter) proof(ctx context.Context, index int64, e Entry) error {
	x.out.Proofs++
	path := proofPath(e.Verdict, e.Rev)
	if e.Kind == KindRuling {
		path = rulingPath(e.Ruling)
	}
	if e.Kind == KindChannel {
		path = channelPath(e.Channel, index)
	}
	same := func(o Entry) bool {
		return o.Verdict == e.Verdict && o.Rev == e.Rev && o.Ruling == e.Ruling && o.Channel == e.Channel
	}
	if old, err := os.ReadFile(x.place(path)); err == nil {
		if v, err := VerifyProof(old, nil, nil, x.p.vkey); err == nil && v.Index == index && same(v.Entry) {
			return nil
		}
	}
	proof, err := x.p.proofOf(ctx, index, same)
	if err != nil {
		return fmt.Errorf("tlog: export %s: %w", path, err)
	}
	return x.write(ctx, path, proof)
}

// narrow deletes partial tiles whose full tile exists now; C2SP allows it, and
// nobody needs them to read a log of this size.
func (x *exporter) narrow(context.Context) error {
	for _, t := range tilesOf(x.p.size) {
		if t.W < tileWidth {
			continue
		}
		if err := os.RemoveAll(x.place(t.Path() + ".p")); err != nil {
			return fmt.Errorf("tlog: delete partial tile: %w", err)
		}
	}
	return nil
}

func (x *exporter) copy(ctx context.Context, path string) error {
	b, err := x.p.file(ctx, path)
	if err != nil {
		return fmt.Errorf("tlog: export %s: %w", path, err)
	}
	return x.write(ctx, path, b)
}

func (x *exporter) place(path string) string { return filepath.Join(x.dir, filepath.FromSlash(path)) }

// write puts b at path unless it is there already, by way of a temporary file,
// so that a reader finds the old file or the new one.
func (x *exporter) write(ctx context.Context, path string, b []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	file := x.place(path)
	if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, b) {
		return nil
	}
	if err := writeFile(file, b); err != nil {
		return fmt.Errorf("tlog: write %s: %w", path, err)
	}
	x.out.Written++
	return nil
}

// writeFile writes a file readable by all, and its folders.
func writeFile(file string, b []byte) (err error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), "."+strings.TrimPrefix(filepath.Base(file), ".")+".*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(b)
	err = errors.Join(err, tmp.Chmod(0o644), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(tmp.Name()))
	}
	return err
}
