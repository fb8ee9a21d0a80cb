package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"soi/internal/auth"
	"soi/internal/desk"
)

// Engine names a database program.
type Engine string

// The two engines.
const (
	SQLite     Engine = "SQLite"
	PostgreSQL Engine = "PostgreSQL"
)

// Options of Open. The zero value is what production uses.
type Options struct {
	// Patience is how long a statement waits for a lock, and how long Tx
	// goes on trying after serialisation failures, before ErrBusy; zero
	// means DefaultPatience.
	Patience time.Duration
	// Readers is how many reading connections are kept; zero means 4. On
	// PostgreSQL it is also the number of writing connections.
	Readers int
	// Log receives what a person who runs soi may want to know: retries that
	// went on for long, for one. nil discards it.
	Log *slog.Logger

	version     string // SQLite's version, for tests of the refusal
	synchronous string // SQLite's PRAGMA synchronous, for the negative control of the power-loss test

	// reached is called by Migrate before each statement i of step n, and
	// before and after its commit; tests end the process there.
	reached func(n, i int)
}

// DefaultPatience is as long as a person waits for a page before they reload.
const DefaultPatience = 5 * time.Second

// DB is an open database. It is safe for concurrent use. It implements
// desk.Store and auth.Store once Migrate has brought its schema up to date.
type DB struct {
	engine Engine
	path   string  // SQLite's file, absolute; "" on PostgreSQL
	writer *sql.DB // on SQLite one connection
	reader *sql.DB // cannot write on SQLite; the same as writer on PostgreSQL
	opts   Options

	changes atomic.Int64 // writing transactions of this process
}

var (
	_ desk.Store = (*DB)(nil)
	_ auth.Store = (*DB)(nil)
)

// Open connects to the database dsn names: a URL postgres://… or
// postgresql://…, or else the path of an SQLite file, which is created,
// readable by its owner only, if it is absent. It checks that the engine can
// be trusted with a desk (see *OldEngineError, *EncodingError) and reads or
// changes no table: call Migrate next.
func Open(ctx context.Context, dsn string, o Options) (*DB, error) {
	if o.Patience == 0 {
		o.Patience = DefaultPatience
	}
	if o.Readers == 0 {
		o.Readers = 4
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if IsPostgres(dsn) {
		return openPostgres(ctx, dsn, o)
	}
	return openSQLite(ctx, dsn, o)
}

// IsPostgres reports whether Open would take dsn for a PostgreSQL URL rather
// than for the path of a file.
func IsPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// Engine says which database program holds the desk.
func (db *DB) Engine() Engine { return db.engine }

// Close ends all connections. Transactions under way are rolled back.
func (db *DB) Close() error {
	if db.reader == db.writer {
		return db.writer.Close()
	}
	// The writer goes last, so that SQLite moves its log into the file.
	return errors.Join(db.reader.Close(), db.writer.Close())
}

// postgres reports whether the statements that differ take PostgreSQL's form.
func (db *DB) postgres() bool { return db.engine == PostgreSQL }
