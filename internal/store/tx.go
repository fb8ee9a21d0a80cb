package store

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"time"

	"soi/internal/desk"
)

// tx is one transaction. It implements desk.Tx in the files of rows.
type tx struct {
	sql    *sql.Tx
	pg     bool
	write  bool
	turn   bool  // PostgreSQL: the event table was locked when the transaction began
	failed error // the first statement that failed; such a transaction is never committed

	changed bool // a statement changed a row, or may have
}

var _ desk.Tx = (*tx)(nil)

// turnAfter is how many times a transaction may lose to others before it
// takes its turn: it then waits for everyone who has appended an event, and
// those who come later wait for it.
const turnAfter = 3

// Tx implements desk.Store. On SQLite writers queue for the one connection;
// on PostgreSQL they run serializable side by side and a loser runs again.
func (db *DB) Tx(ctx context.Context, fn func(desk.Tx) error) error {
	return db.write(ctx, func(t *tx) error { return fn(t) })
}

// Changes counts the transactions of this process that changed something, or
// may have. Between two calls that give the same number it has written nothing.
func (db *DB) Changes() int64 { return db.changes.Load() }

// write runs fn in a writing transaction until it goes through, fails for
// good, or patience ends.
func (db *DB) write(ctx context.Context, fn func(*tx) error) error {
	changed := true // also when it failed: the outcome may be unknown
	defer func() {
		if changed {
			db.changes.Add(1)
		}
	}()
	start := time.Now()
	for tries := 1; ; tries++ {
		err := db.once(ctx, tries > turnAfter, func(t *tx) error {
			err := fn(t)
			changed = t.changed || err != nil
			return err
		})
		changed = changed || err != nil
		if err == nil || !again(err) || time.Since(start) > db.opts.Patience {
			return translate(err)
		}
		if tries > turnAfter {
			db.opts.Log.Warn("a database transaction is run again", "tries", tries, "waited", time.Since(start), "cause", err)
		}
		if err := pause(ctx, tries); err != nil {
			return translate(err)
		}
	}
}

// pause waits up to 2, 4, 8 … 128 ms at random, so that those who met once do
// not meet again.
func pause(ctx context.Context, tries int) error {
	most := time.Millisecond << min(tries, 7)
	t := time.NewTimer(rand.N(most))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// once runs fn in one writing transaction.
func (db *DB) once(ctx context.Context, turn bool, fn func(*tx) error) error {
	var o *sql.TxOptions // SQLite: BEGIN IMMEDIATE, by the connection's setting
	if db.postgres() {
		o = &sql.TxOptions{Isolation: sql.LevelSerializable}
	}
	stx, end, err := db.begin(ctx, db.writer, o)
	if err != nil {
		return err
	}
	defer end() // also undoes a panic in fn
	t := &tx{sql: stx, pg: db.postgres(), write: true}
	if turn && db.postgres() {
		// LOCK takes no snapshot: the transaction sees everything that those
		// it waited for have written.
		if _, err := stx.ExecContext(ctx, "LOCK TABLE event IN SHARE ROW EXCLUSIVE MODE"); err != nil {
			return err
		}
		t.turn = true
	}
	if err := fn(t); err != nil {
		return err
	}
	if t.failed != nil {
		// PostgreSQL could not commit this; SQLite must not behave otherwise.
		return fmt.Errorf("a statement had failed: %w", t.failed)
	}
	return stx.Commit()
}

// Read implements desk.Store. Writing fails: SQLite's readers are opened
// query-only, PostgreSQL's transaction is READ ONLY.
func (db *DB) Read(ctx context.Context, fn func(desk.Tx) error) error {
	return db.read(ctx, func(t *tx) error { return fn(t) })
}

// read runs fn on a snapshot and always rolls back.
func (db *DB) read(ctx context.Context, fn func(*tx) error) error {
	o := &sql.TxOptions{ReadOnly: true}
	if db.postgres() {
		o.Isolation = sql.LevelRepeatableRead
	}
	stx, end, err := db.begin(ctx, db.reader, o)
	if err != nil {
		return translate(err)
	}
	defer end()
	return translate(fn(&tx{sql: stx, pg: db.postgres()}))
}

// begin waits for a connection, no longer than patience, and begins a
// transaction on it. end rolls back what was not committed and gives the
// connection back.
func (db *DB) begin(ctx context.Context, pool *sql.DB, o *sql.TxOptions) (_ *sql.Tx, end func(), err error) {
	wait, cancel := context.WithTimeout(ctx, db.opts.Patience)
	defer cancel()
	conn, err := pool.Conn(wait)
	if err != nil {
		return nil, nil, err
	}
	stx, err := conn.BeginTx(ctx, o)
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	return stx, func() { stx.Rollback(); conn.Close() }, nil
}
