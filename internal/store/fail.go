package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"soi/internal/desk"
)

// Failure is a database error with its kind: errors.Is finds the kind
// (desk.ErrBusy and so on) and the driver's error as well.
type Failure struct {
	Kind  error // one of desk's kinds
	Cause error // what the driver said
}

// Error gives both; it is for logs.
func (f *Failure) Error() string { return f.Kind.Error() + ": " + f.Cause.Error() }

// Unwrap gives both to errors.Is and errors.As.
func (f *Failure) Unwrap() []error { return []error{f.Kind, f.Cause} }

// translate gives a driver's error its kind. Errors that already have one,
// and those that fit none, are returned as they are.
func translate(err error) error {
	if err == nil {
		return nil
	}
	for _, kind := range []error{desk.ErrNotFound, desk.ErrConflict, desk.ErrDuplicate, desk.ErrFull, desk.ErrBusy, desk.ErrOwnWork, desk.ErrErased, desk.ErrInvalid} {
		if errors.Is(err, kind) {
			return err
		}
	}
	if kind := kindOf(err); kind != nil {
		return &Failure{Kind: kind, Cause: err}
	}
	return err
}

// kindOf looks at what the drivers say, by code and type, never by text.
func kindOf(err error) error {
	if s := (*sqlite.Error)(nil); errors.As(err, &s) {
		return sqliteKind(s.Code())
	}
	if p := (*pgconn.PgError)(nil); errors.As(err, &p) {
		return postgresKind(p.Code)
	}
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return desk.ErrNotFound
	case lostConnection(err), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return desk.ErrBusy
	}
	return nil
}

// lostConnection reports whether the server could not be reached, or not any
// more, or database/sql has ended the transaction because its context ended.
func lostConnection(err error) bool {
	for _, gone := range []error{driver.ErrBadConn, sql.ErrConnDone, sql.ErrTxDone, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed,
		pgconn.ErrConnClosed, pgx.ErrTxClosed} {
		if errors.Is(err, gone) {
			return true
		}
	}
	var refused *pgconn.ConnectError
	var broken net.Error
	return errors.As(err, &refused) || errors.As(err, &broken)
}

// The result codes of SQLite that mean something here (sqlite.org/rescode.html).
const (
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteInterrupt  = 9
	sqliteCorrupt    = 11
	sqliteFull       = 13
	sqliteProtocol   = 15 // the lock protocol of WAL did not get through
	sqliteNoDatabase = 26
	sqliteUnique     = 2067
	sqlitePrimaryKey = 1555
)

// sqliteKind reads a result code, with or without its extension.
func sqliteKind(code int) error {
	switch code & 0xff {
	case sqliteFull:
		return desk.ErrFull
	case sqliteBusy, sqliteLocked, sqliteInterrupt, sqliteProtocol:
		return desk.ErrBusy
	}
	if code == sqliteUnique || code == sqlitePrimaryKey {
		return desk.ErrDuplicate
	}
	return nil
}

// The error codes of PostgreSQL that mean something here (its manual,
// appendix A).
const (
	pgUnique        = "23505"
	pgDiskFull      = "53100"
	pgSerialisation = "40001"
	pgDeadlock      = "40P01"
	pgLockTimeout   = "55P03"
	pgCancelled     = "57014"
	pgIdleTooLong   = "25P03"
)

// postgresKind reads an error code; classes are its first two letters.
func postgresKind(code string) error {
	switch code {
	case pgUnique:
		return desk.ErrDuplicate
	case pgDiskFull:
		return desk.ErrFull
	case pgSerialisation, pgDeadlock, pgLockTimeout, pgCancelled, pgIdleTooLong:
		return desk.ErrBusy
	}
	// 08 connection, 53 resources of the server, 57P it is stopping or starting.
	if strings.HasPrefix(code, "08") || strings.HasPrefix(code, "53") || strings.HasPrefix(code, "57P") {
		return desk.ErrBusy
	}
	return nil
}

// again reports whether the transaction was certainly not carried out and may
// well succeed when it is run once more.
func again(err error) bool {
	if p := (*pgconn.PgError)(nil); errors.As(err, &p) {
		return p.Code == pgSerialisation || p.Code == pgDeadlock
	}
	if s := (*sqlite.Error)(nil); errors.As(err, &s) {
		return s.Code()&0xff == sqliteBusy
	}
	return false
}
