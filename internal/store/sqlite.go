package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"modernc.org/sqlite"
)

// MinSQLite is the oldest SQLite that soi runs on. Earlier ones can corrupt a
// database in WAL mode when a checkpoint and a writer meet at a log reset
// (sqlite.org, release notes of 3.51.3).
const MinSQLite = "3.51.3"

// OldEngineError says that the database program is too old to be trusted.
type OldEngineError struct {
	Engine    Engine
	Have, Min string // versions
}

// Error says which version was found and which is needed.
func (e *OldEngineError) Error() string {
	return fmt.Sprintf("%s %s cannot be trusted with a desk: %s or newer is needed", e.Engine, e.Have, e.Min)
}

// CheckSQLite returns an *OldEngineError if version is below MinSQLite or
// cannot be read.
func CheckSQLite(version string) error {
	have, ok := parseVersion(version)
	least, _ := parseVersion(MinSQLite)
	for i := range least {
		if !ok || have[i] < least[i] {
			return &OldEngineError{Engine: SQLite, Have: version, Min: MinSQLite}
		}
		if have[i] > least[i] {
			break
		}
	}
	return nil
}

// parseVersion reads "3.51.3" or "3.51.3.1"; further parts do not count.
func parseVersion(s string) (v [3]int, ok bool) {
	parts := strings.Split(s, ".")
	if len(parts) < 3 {
		return v, false
	}
	for i := range v {
		n, err := strconv.Atoi(parts[i])
		if err != nil || n < 0 {
			return v, false
		}
		v[i] = n
	}
	return v, true
}

// openSQLite opens a file with one writing connection and a few that only
// read.
func openSQLite(ctx context.Context, path string, o Options) (*DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("path of the database: %w", err)
	}
	if err := ownFile(abs); err != nil {
		return nil, err
	}
	db := &DB{engine: SQLite, path: abs, opts: o}
	if db.writer, err = openPool(sqliteURL(abs, o, writer), 1); err != nil {
		return nil, err
	}
	if db.reader, err = openPool(sqliteURL(abs, o, reader), o.Readers); err != nil {
		return nil, errors.Join(err, db.writer.Close())
	}
	if err := db.checkSQLite(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// ownFile creates the file if it is absent and makes it readable by its owner
// only. SQLite gives its -wal and -shm files the same mode.
func ownFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		// SQLite takes the name of the file to be on stable storage already.
		err = errors.Join(f.Sync(), f.Close(), syncDir(filepath.Dir(path)))
	} else if errors.Is(err, fs.ErrExist) {
		err = keepPrivate(path)
	}
	if err != nil {
		return fmt.Errorf("database file: %w", err)
	}
	return nil
}

// keepPrivate takes other people's rights off a file that was there before.
func keepPrivate(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return &fs.PathError{Op: "open", Path: path, Err: errors.New("not a regular file")}
	}
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	return os.Chmod(path, 0o600)
}

// role is what a connection to SQLite is for.
type role int

const (
	writer role = iota // the one that writes
	reader             // one of those that only read
	copier             // writes a copy beside the database
)

// sqliteURL spells the connection. The order of SQLite's own steps matters:
// auto_vacuum must be chosen before the file has a table, which the driver
// sees to.
func sqliteURL(path string, o Options, r role) string {
	sync := o.synchronous
	if sync == "" {
		sync = "FULL"
	}
	q := url.Values{
		"_busy_timeout": {strconv.FormatInt(o.Patience.Milliseconds(), 10)},
		"_defensive":    {"1"},
		"_dqs":          {"0"},
		"_pragma":       {"trusted_schema(OFF)", "cell_size_check(ON)"},
	}
	switch r {
	case reader:
		q.Set("_query_only", "1")
	case writer:
		q.Set("_auto_vacuum", "INCREMENTAL")
		q.Set("_journal_mode", "WAL")
		q.Set("_synchronous", sync)
		q.Set("_foreign_keys", "1")
		q.Set("_txlock", "immediate")
		q.Add("_pragma", "secure_delete(ON)")
		q.Add("_pragma", "journal_size_limit(67108864)") // keeps a log that a long reader blew up from staying large
	}
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed
	}
	u := url.URL{Scheme: "file", Path: slashed, RawQuery: q.Encode()}
	return u.String()
}

// openPool prepares up to n connections; none is made yet.
func openPool(dsn string, n int) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	pool := sql.OpenDB(c)
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	return pool, nil
}

// checkSQLite refuses an engine or a file system that cannot keep the promise
// that what was committed stays.
func (db *DB) checkSQLite(ctx context.Context) error {
	version := db.opts.version
	if version == "" {
		if err := db.writer.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
			return translate(fmt.Errorf("open %s: %w", db.path, err))
		}
	}
	if err := CheckSQLite(version); err != nil {
		return err
	}
	var mode string
	if err := db.writer.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return translate(fmt.Errorf("open %s: %w", db.path, err))
	}
	if mode != "wal" {
		return fmt.Errorf("open %s: journal mode is %q and cannot be WAL here; is the file on a network disk?", db.path, mode)
	}
	return translate(db.reader.PingContext(ctx))
}
