package dump

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"soi/internal/api/public"
)

// Options say what a dump is of.
type Options struct {
	Reader  *public.Reader
	Langs   []string  // languages of the rows
	Licence string    // address of the terms of use
	Now     time.Time // when it is made
	// Also writes further files into the folder before the checksums are made; nil for none.
	Also func(dir string) error
}

// Done is what a dump holds.
type Done struct {
	Checks, Sources, Corrections int // checks counted once, whatever their languages
	Bytes                        int64
}

// Sums is the file with the checksums, in the form of sha256sum.
const Sums = "SHA256SUMS"

// Write writes a dump into the folder dir, which it replaces as a whole: who
// reads meanwhile sees the old one or the new one. Nothing is held in memory
// but a few thousand rows.
func Write(ctx context.Context, dir string, o Options) (Done, error) {
	dir = filepath.Clean(dir)
	if err := usable(dir); err != nil {
		return Done{}, err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return Done{}, err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+"-new-")
	if err != nil {
		return Done{}, err
	}
	defer os.RemoveAll(fresh)
	done, err := fill(ctx, fresh, o)
	if err != nil {
		return done, err
	}
	if err := os.Chmod(fresh, 0o755); err != nil {
		return done, err
	}
	old := fresh + ".old"
	if err := os.Rename(dir, old); err != nil && !errors.Is(err, os.ErrNotExist) {
		return done, err
	}
	if err := os.Rename(fresh, dir); err != nil {
		return done, errors.Join(err, os.Rename(old, dir))
	}
	return done, os.RemoveAll(old)
}

// ErrOther: the folder holds something else than a dump, which is not to be replaced.
var ErrOther = errors.New("dump: the folder holds something else")

// usable refuses a folder that holds other things: it would be replaced.
func usable(dir string) error {
	list, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(list) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(list, func(e os.DirEntry) bool { return e.Name() == Sums }) {
		return ErrOther
	}
	return nil
}

// tables are the three tables of a dump.
type tables struct {
	checks      *sheet[Check]
	sources     *sheet[Source]
	corrections *sheet[Correction]
}

// fill writes all files into an empty folder.
func fill(ctx context.Context, dir string, o Options) (done Done, err error) {
	var t tables
	if t.checks, err = newSheet[Check](dir, "checks"); err != nil {
		return done, err
	}
	if t.sources, err = newSheet[Source](dir, "sources"); err != nil {
		return done, errors.Join(err, t.checks.close())
	}
	if t.corrections, err = newSheet[Correction](dir, "corrections"); err != nil {
		return done, errors.Join(err, t.checks.close(), t.sources.close())
	}
	err = t.rows(ctx, o, &done)
	if err = errors.Join(err, t.checks.close(), t.sources.close(), t.corrections.close()); err != nil {
		return done, err
	}
	done.Sources, done.Corrections = t.sources.rows, t.corrections.rows
	if err = os.WriteFile(filepath.Join(dir, "README.txt"), []byte(readme(o, done)), 0o644); err != nil {
		return done, err
	}
	if o.Also != nil {
		if err = o.Also(dir); err != nil {
			return done, err
		}
	}
	done.Bytes, err = sum(dir)
	return done, err
}

// rows writes the rows of the tables.
func (t *tables) rows(ctx context.Context, o Options, done *Done) error {
	err := o.Reader.EachWhole(ctx, o.Langs, func(all []public.Check) error {
		done.Checks++
		for _, c := range all {
			if err := t.checks.add(checkRow(c)); err != nil {
				return err
			}
		}
		return t.sources.add(sourceRows(all[0].ID, all[0].Evidence)...)
	})
	if err != nil {
		return err
	}
	for _, lang := range o.Langs {
		for before := int64(0); ; {
			list, next, err := o.Reader.Changes(ctx, lang, public.LaterKinds(), before, 200)
			if err != nil {
				return err
			}
			for _, c := range list {
				if c.Lang != lang {
					continue
				}
				if err := t.corrections.add(correctionRow(c)); err != nil {
					return err
				}
			}
			if before = next; next == 0 {
				break
			}
		}
	}
	return nil
}

// sum writes the checksums of all files and counts their bytes.
func sum(dir string) (bytes int64, err error) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	var out strings.Builder
	for _, e := range list {
		h := sha256.New()
		f, err := os.Open(filepath.Join(dir, e.Name()))
		if err != nil {
			return 0, err
		}
		n, err := io.Copy(h, f)
		if err = errors.Join(err, f.Close()); err != nil {
			return 0, err
		}
		bytes += n
		fmt.Fprintf(&out, "%s  %s\n", hex.EncodeToString(h.Sum(nil)), e.Name())
	}
	return bytes, os.WriteFile(filepath.Join(dir, Sums), []byte(out.String()), 0o644)
}

// readme describes the files.
func readme(o Options, done Done) string {
	return fmt.Sprintf(`%s
%s

Open data of this desk: %d checks, %d sources, %d corrections and other later revisions.
Made %s from what the signed public log covers (%d entries).
Terms of use: %s

Each table stands here three times with the same rows: CSV (RFC 4180, UTF-8; an apostrophe stands before a cell that a
spreadsheet would take for a formula), JSON Lines, and Parquet.

checks       one row for each check and language, at its newest revision; withdrawn checks are marked
             %s
sources      what each check rests on
             %s
corrections  every revision after the first, with its reason
             %s

claimreview.LANG.json is a schema.org DataFeed of ClaimReview. SHA256SUMS is checked with: sha256sum -c SHA256SUMS
log_index and sha256 name the entry of the public log, so that each row can be proved: %s/log

Nothing here says who asked, who wrote a message, or who works at the desk: soi keeps the first two nowhere, and the third
is not published.
`, o.Reader.Name, o.Reader.URL, done.Checks, done.Sources, done.Corrections, o.Now.UTC().Format(time.RFC3339), o.Reader.Signed(), o.Licence,
		strings.Join(columns[Check](), ", "), strings.Join(columns[Source](), ", "), strings.Join(columns[Correction](), ", "), o.Reader.URL)
}
