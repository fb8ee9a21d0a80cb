package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"modernc.org/sqlite"
)

// Health is the state of a database, as `soi doctor` shows it. Fields that an
// engine does not have are empty.
type Health struct {
	Engine      Engine
	Version     string // of the engine
	Have, Want  int    // schema numbers: the database's, this program's
	Bytes       int64  // size of the database, its log not included
	Path        string // SQLite: the file
	JournalMode string // SQLite: "wal" is right
	Synchronous string // SQLite: "FULL" is right
	Integrity   string // SQLite: "ok", or what the quick check found

	Encoding          string // PostgreSQL: "UTF8" is right
	Fsync             string // PostgreSQL: "on" is right
	FullPageWrites    string // PostgreSQL: "on" is right
	SynchronousCommit string // PostgreSQL: of soi's own connections
	Standbys          string // PostgreSQL: synchronous_standby_names
	Checksums         string // PostgreSQL: data_checksums
}

// Concern is something about a database that a person should know, as a code
// that the caller turns into a sentence.
type Concern string

// The concerns. All but NoStandby and NoChecksums endanger what was received.
const (
	SchemaOld     Concern = "schema-old"      // Migrate has not been run
	SchemaNewer   Concern = "schema-newer"    // a newer soi was here
	NotWAL        Concern = "not-wal"         // a crash may lose or a reader may block
	NotFull       Concern = "not-full"        // loss of power may lose what was acknowledged
	Damaged       Concern = "damaged"         // SQLite's check found something
	FsyncOff      Concern = "fsync-off"       // loss of power may destroy the database
	TornPages     Concern = "torn-pages"      // full_page_writes is off
	CommitNotSync Concern = "commit-not-sync" // loss of power may lose what was acknowledged
	NoStandby     Concern = "no-standby"      // fine for one server; a failover may lose the last moments
	NoChecksums   Concern = "no-checksums"    // a flipped bit on disk would not be noticed
)

// Concerns lists what is not as it should be, gravest first; empty when all
// is well.
func (h Health) Concerns() []Concern {
	var out []Concern
	add := func(is bool, c Concern) {
		if is {
			out = append(out, c)
		}
	}
	lite, pg := h.Engine == SQLite, h.Engine == PostgreSQL
	add(lite && h.Integrity != "ok", Damaged)
	add(pg && h.Fsync != "on", FsyncOff)
	add(pg && h.FullPageWrites != "on", TornPages)
	add(pg && h.SynchronousCommit != "on" && h.SynchronousCommit != "remote_apply", CommitNotSync)
	add(lite && h.JournalMode != "wal", NotWAL)
	add(lite && h.Synchronous != "FULL", NotFull)
	add(h.Have > h.Want, SchemaNewer)
	add(h.Have < h.Want, SchemaOld)
	add(pg && h.Standbys == "", NoStandby)
	add(pg && h.Checksums != "on", NoChecksums)
	return out
}

// Health looks at the database. On SQLite it reads the whole file once (the
// quick check), which takes about a second per 100 MB.
func (db *DB) Health(ctx context.Context) (Health, error) {
	h := Health{Engine: db.engine, Path: db.path}
	var err error
	if h.Have, h.Want, err = db.Schema(ctx); err != nil {
		return h, err
	}
	if db.postgres() {
		err = db.postgresHealth(ctx, &h)
	} else {
		err = db.sqliteHealth(ctx, &h)
	}
	return h, translate(err)
}

// sqliteHealth asks the writing connection: synchronous is a setting of the
// connection, not of the file.
func (db *DB) sqliteHealth(ctx context.Context, h *Health) error {
	var pages, size int64
	var sync int
	for _, q := range []struct {
		query string
		into  any
	}{
		{"SELECT sqlite_version()", &h.Version}, {"PRAGMA journal_mode", &h.JournalMode}, {"PRAGMA synchronous", &sync},
		{"PRAGMA page_count", &pages}, {"PRAGMA page_size", &size},
	} {
		if err := db.writer.QueryRowContext(ctx, q.query).Scan(q.into); err != nil {
			return fmt.Errorf("%s: %w", q.query, err)
		}
	}
	h.Bytes = pages * size
	h.Synchronous = fmt.Sprint(sync)
	if names := []string{"OFF", "NORMAL", "FULL", "EXTRA"}; sync >= 0 && sync < len(names) {
		h.Synchronous = names[sync]
	}
	var err error
	h.Integrity, err = integrity(ctx, db.reader, "PRAGMA quick_check")
	return err
}

// integrity runs one of SQLite's checks and returns "ok" or its findings. A
// file that is too damaged to be checked is a finding as well.
func integrity(ctx context.Context, pool *sql.DB, check string) (string, error) {
	found, err := findings(ctx, pool, check)
	if s := (*sqlite.Error)(nil); errors.As(err, &s) {
		if code := s.Code() & 0xff; code == sqliteCorrupt || code == sqliteNoDatabase {
			return fmt.Sprintf("the file cannot be read as a database (%d)", s.Code()), nil
		}
	}
	return found, err
}

// findings returns the lines of a check.
func findings(ctx context.Context, pool *sql.DB, check string) (string, error) {
	rows, err := pool.QueryContext(ctx, check)
	if err != nil {
		return "", fmt.Errorf("%s: %w", check, err)
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return "", fmt.Errorf("%s: %w", check, err)
		}
		found = append(found, line)
	}
	if err := rows.Err(); err != nil {
		return "", fmt.Errorf("%s: %w", check, err)
	}
	return strings.Join(found, "\n"), nil
}

// postgresHealth asks the server for its settings, as soi's connections have
// them.
func (db *DB) postgresHealth(ctx context.Context, h *Health) error {
	return db.reader.QueryRowContext(ctx, `SELECT current_setting('server_version'), pg_database_size(current_database()),
		current_setting('server_encoding'), current_setting('fsync'), current_setting('full_page_writes'),
		current_setting('synchronous_commit'), current_setting('synchronous_standby_names'),
		current_setting('data_checksums')`).Scan(&h.Version, &h.Bytes, &h.Encoding, &h.Fsync, &h.FullPageWrites,
		&h.SynchronousCommit, &h.Standbys, &h.Checksums)
}
