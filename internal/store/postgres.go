package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/stdlib"
)

// EncodingError says that a PostgreSQL database cannot hold every character.
type EncodingError struct{ Have string }

// Error says which encoding was found.
func (e *EncodingError) Error() string {
	return fmt.Sprintf("the database's encoding is %s: soi needs UTF8 (CREATE DATABASE … ENCODING 'UTF8')", e.Have)
}

// openPostgres connects to a server. Waiting and durability are settings of
// each connection, so that they hold whatever the server's own file says.
func openPostgres(ctx context.Context, dsn string, o Options) (*DB, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	ms := strconv.FormatInt(o.Patience.Milliseconds(), 10)
	set := map[string]string{
		"application_name":   "soi",
		"synchronous_commit": "on", // remote_apply in the address is stricter still and is kept
		"lock_timeout":       ms,
		"TimeZone":           "UTC",
		// A process that hangs inside a transaction must not hold the turn
		// to append to the event log for ever.
		"idle_in_transaction_session_timeout": "60000",
	}
	for k, v := range set {
		if k == "synchronous_commit" && cfg.RuntimeParams[k] == "remote_apply" {
			continue
		}
		cfg.RuntimeParams[k] = v
	}
	// When a request ends before its statement does, the server is told to
	// stop: else it would go on waiting, with its locks, until lock_timeout.
	cfg.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: time.Second}
	}
	pool := stdlib.OpenDB(*cfg)
	pool.SetMaxOpenConns(2 * o.Readers)
	pool.SetMaxIdleConns(2 * o.Readers)
	db := &DB{engine: PostgreSQL, writer: pool, reader: pool, opts: o}
	if err := db.checkPostgres(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// checkPostgres refuses a database that cannot hold every character.
func (db *DB) checkPostgres(ctx context.Context) error {
	var enc string
	if err := db.writer.QueryRowContext(ctx, "SHOW server_encoding").Scan(&enc); err != nil {
		return translate(fmt.Errorf("connect to PostgreSQL: %w", err))
	}
	if enc != "UTF8" {
		return &EncodingError{Have: enc}
	}
	return nil
}
