package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"soi/internal/desk"
)

// ErrNoFile says that the desk is not in a file of its own: a PostgreSQL desk
// is copied with Dump.
var ErrNoFile = errors.New("this desk is not kept in a file")

// BadCopyError says that a copy did not pass SQLite's own check. The copy was
// deleted.
type BadCopyError struct{ Findings string }

// Error gives what the check found.
func (e *BadCopyError) Error() string { return "the copy is damaged: " + e.Findings }

// Backup writes a copy of an SQLite desk to path while the desk goes on
// working: the state of one moment, checked, on stable storage and readable
// by its owner only when Backup returns nil. On an error there is no file at
// path. path must not exist yet (fs.ErrExist); PostgreSQL is ErrNoFile.
func (db *DB) Backup(ctx context.Context, path string) error {
	if db.postgres() {
		return ErrNoFile
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("backup: %w", &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist})
	}
	part, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".part*") // mode 0600
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	err = part.Close()
	for _, step := range []func() error{
		func() error { return db.vacuumInto(ctx, part.Name()) },
		func() error { return checkFile(ctx, part.Name(), db.opts) },
		func() error { return syncFile(part.Name()) },
		func() error { return os.Rename(part.Name(), path) },
		func() error { return syncDir(filepath.Dir(path)) },
	} {
		if err == nil {
			err = step()
		}
	}
	if err != nil {
		os.Remove(part.Name())
		return translate(fmt.Errorf("backup: %w", err))
	}
	return nil
}

// vacuumInto copies what one reading transaction sees, without the free pages
// and whatever they held.
func (db *DB) vacuumInto(ctx context.Context, path string) error {
	// Not one of the readers: being query-only they cannot write the copy.
	pool, err := openPool(sqliteURL(db.path, db.opts, copier), 1)
	if err != nil {
		return err
	}
	_, err = pool.ExecContext(ctx, `VACUUM INTO $1`, path)
	return errors.Join(err, pool.Close())
}

// checkFile runs SQLite's full check on a file that nobody else has open.
func checkFile(ctx context.Context, path string, o Options) error {
	pool, err := openPool(sqliteURL(path, o, reader), 1)
	if err != nil {
		return err
	}
	findings, err := integrity(ctx, pool, "PRAGMA integrity_check")
	if err == nil && findings != "ok" {
		err = &BadCopyError{Findings: findings}
	}
	return errors.Join(err, pool.Close())
}

// syncFile brings a file that others wrote to stable storage.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncDir makes a new name in a folder survive loss of power. Windows cannot
// sync a folder and journals names by itself.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Tidy gives freed pages back to the file system and empties the write-ahead
// log, so that what was erased is in neither. The program calls it after
// erasing. PostgreSQL looks after itself. desk.ErrBusy says that a long read
// stood in the way, so that something may be left.
func (db *DB) Tidy(ctx context.Context) error {
	if db.postgres() {
		return nil
	}
	for _, query := range []string{"PRAGMA incremental_vacuum", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		rows, err := db.writer.QueryContext(ctx, query)
		if err != nil {
			return translate(fmt.Errorf("tidy: %w", err))
		}
		var busy, logged, moved int
		var scan error
		for rows.Next() { // each step of the vacuum is a row; the checkpoint says how it went
			if cols, _ := rows.Columns(); len(cols) == 3 {
				scan = errors.Join(scan, rows.Scan(&busy, &logged, &moved))
			}
		}
		if err := scan; err != nil {
			return errors.Join(err, rows.Close())
		}
		if busy != 0 {
			return errors.Join(fmt.Errorf("tidy: %w", desk.ErrBusy), rows.Close())
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return translate(fmt.Errorf("tidy: %w", err))
		}
	}
	return nil
}
