package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"soi/internal/desk"
)

func TestTranslate(t *testing.T) {
	pg := func(code string) error { return fmt.Errorf("exec: %w", &pgconn.PgError{Code: code}) }
	for _, c := range []struct {
		err, kind error
	}{
		{sql.ErrNoRows, desk.ErrNotFound}, {driver.ErrBadConn, desk.ErrBusy}, {io.ErrUnexpectedEOF, desk.ErrBusy},
		{sql.ErrTxDone, desk.ErrBusy}, {fmt.Errorf("x: %w", pgconn.ErrConnClosed), desk.ErrBusy},
		{context.DeadlineExceeded, desk.ErrBusy}, {context.Canceled, desk.ErrBusy},
		{pg("23505"), desk.ErrDuplicate}, {pg("53100"), desk.ErrFull}, {pg("40001"), desk.ErrBusy}, {pg("40P01"), desk.ErrBusy},
		{pg("55P03"), desk.ErrBusy}, {pg("57014"), desk.ErrBusy}, {pg("57P01"), desk.ErrBusy}, {pg("57P03"), desk.ErrBusy},
		{pg("53300"), desk.ErrBusy}, {pg("08006"), desk.ErrBusy}, {pg("25P03"), desk.ErrBusy},
	} {
		got := translate(c.err)
		if !errors.Is(got, c.kind) || !errors.Is(got, errors.Unwrap(c.err)) && !errors.Is(got, c.err) {
			t.Errorf("translate(%v) = %v, want %v with its cause", c.err, got, c.kind)
		}
		if again := translate(got); again != got {
			t.Errorf("translate twice: %v", again)
		}
	}
	for _, plain := range []error{nil, errors.New("x"), pg("23514"), pg("42P01"), desk.ErrState} {
		if got := translate(plain); got != plain {
			t.Errorf("translate(%v) = %v", plain, got)
		}
	}
	for code, kind := range map[int]error{5: desk.ErrBusy, 261: desk.ErrBusy, 517: desk.ErrBusy, 6: desk.ErrBusy, 13: desk.ErrFull,
		2067: desk.ErrDuplicate, 1555: desk.ErrDuplicate, 275: nil, 787: nil, 1: nil, 11: nil} {
		if got := sqliteKind(code); got != kind {
			t.Errorf("SQLite's code %d is %v, want %v", code, got, kind)
		}
	}
	for err, want := range map[error]bool{pg("40001"): true, pg("40P01"): true, pg("55P03"): false, pg("23505"): false, io.EOF: false, desk.ErrConflict: false} {
		if again(err) != want {
			t.Errorf("again(%v) = %v", err, !want)
		}
	}
}
