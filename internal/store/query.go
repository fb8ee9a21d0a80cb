package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"soi/internal/desk"
)

// exec runs a statement and returns how many rows it touched.
func (t *tx) exec(ctx context.Context, query string, args ...any) (int64, error) {
	vs, err := bind(args)
	if err != nil {
		return 0, err
	}
	res, err := t.sql.ExecContext(ctx, query, vs...)
	if err != nil {
		return 0, t.fail(err)
	}
	n, err := res.RowsAffected()
	t.changed = t.changed || n > 0 || err != nil
	return n, t.fail(err)
}

// must runs a statement that has to touch a row, or else returns none.
func (t *tx) must(ctx context.Context, none error, query string, args ...any) error {
	n, err := t.exec(ctx, query, args...)
	if err == nil && n == 0 {
		return none
	}
	return err
}

// fail remembers that a statement failed and gives the error its kind.
func (t *tx) fail(err error) error {
	if err != nil && t.failed == nil {
		t.failed = err
	}
	return translate(err)
}

// many runs a query and reads all its rows. columns gives the places that a
// row is read into, in the order of the query. No row is an empty slice.
func many[T any](ctx context.Context, t *tx, columns func(*T) []any, query string, args ...any) (_ []T, err error) {
	vs, err := bind(args)
	if err != nil {
		return nil, err
	}
	rows, err := t.sql.QueryContext(ctx, query, vs...)
	if err != nil {
		return nil, t.fail(err)
	}
	defer rows.Close()
	t.changed = t.changed || !strings.HasPrefix(query, "SELECT") // … RETURNING
	out := []T{}
	for rows.Next() {
		var v T
		if err := rows.Scan(columns(&v)...); err != nil {
			return nil, t.fail(fmt.Errorf("read a row of %T: %w", v, err))
		}
		out = append(out, v)
	}
	return out, t.fail(rows.Err())
}

// one runs a query and reads its first row; desk.ErrNotFound if it has none.
func one[T any](ctx context.Context, t *tx, columns func(*T) []any, query string, args ...any) (T, error) {
	vs, err := many(ctx, t, columns, query, args...)
	if err != nil || len(vs) == 0 {
		var none T
		if err == nil {
			err = desk.ErrNotFound
		}
		return none, err
	}
	return vs[0], nil
}

// bind prepares arguments so that both drivers take them the same way, and
// refuses text that PostgreSQL could not hold.
func bind(args []any) ([]any, error) {
	out := make([]any, len(args))
	for i, a := range args {
		switch v := a.(type) {
		case nil, int64, bool:
			out[i] = v
		case int:
			out[i] = int64(v)
		case []byte:
			if len(v) > 0 { // no bytes are NULL
				out[i] = v
			}
		default:
			r := reflect.ValueOf(a)
			if r.Kind() != reflect.String {
				return nil, fmt.Errorf("store: an argument of type %T cannot be bound", a)
			}
			s := r.String()
			if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
				return nil, fmt.Errorf("text that is not UTF-8 or holds a zero byte: %w", desk.ErrInvalid)
			}
			out[i] = s
		}
	}
	return out, nil
}

// orNull is an ID or other word that is NULL when empty.
func orNull[S ~string](s S) any {
	if s == "" {
		return nil
	}
	return string(s)
}

// ms is a time as it is stored. The zero time keeps its place in year 1.
func ms(t time.Time) int64 { return t.UnixMilli() }

// msOrNull is a time that is NULL when zero.
func msOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// asJSON is a small list or map as text; nil is kept apart from empty.
func asJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("store: %w", err)
	}
	return string(b), nil
}

// word reads text into any string type; NULL is "".
func word[S ~string](p *S) sql.Scanner {
	return scan(func(v sql.NullString) error { *p = S(v.String); return nil })
}

// at reads milliseconds into a UTC time; NULL is the zero time.
func at(p *time.Time) sql.Scanner {
	return scan(func(v sql.NullInt64) error {
		*p = time.Time{}
		if v.Valid {
			*p = time.UnixMilli(v.Int64).UTC()
		}
		return nil
	})
}

// fromJSON reads what asJSON wrote.
func fromJSON[T any](p *T) sql.Scanner {
	return scan(func(v sql.NullString) error { return json.Unmarshal([]byte(v.String), p) })
}

// scanner turns a function into an sql.Scanner by way of a type that can
// hold NULL.
type scanner[N any] func(N) error

// scan is a scanner for N, one of the sql.Null types.
func scan[N any](f func(N) error) sql.Scanner { return scanner[N](f) }

// Scan implements sql.Scanner.
func (s scanner[N]) Scan(src any) error {
	var n N
	if err := any(&n).(sql.Scanner).Scan(src); err != nil {
		return err
	}
	return s(n)
}

// filter collects the conditions of a query and their arguments.
type filter struct {
	terms []string
	args  []any
}

// arg adds an argument and returns its placeholder.
func (f *filter) arg(v any) string {
	f.args = append(f.args, v)
	return "$" + strconv.Itoa(len(f.args))
}

// and adds a condition whose last word is compared with v: and("size <", 3).
func (f *filter) and(left string, v any) { f.terms = append(f.terms, left+" "+f.arg(v)) }

// eq adds column = v unless v is empty.
func eq[S ~string](f *filter, column string, v S) {
	if v != "" {
		f.and(column+" =", string(v))
	}
}

// in adds column IN (vs) unless vs is nil.
func in[S ~string](f *filter, column string, vs []S) {
	if vs != nil {
		f.terms = append(f.terms, isIn(f, column, vs))
	}
}

// isIn spells column IN (vs).
func isIn[S ~string](f *filter, column string, vs []S) string {
	anys := make([]any, len(vs))
	for i, v := range vs {
		anys[i] = string(v)
	}
	return isOneOf(f, column, anys)
}

// isOneOf spells column IN (vs). The list is filled up with its last member
// to a power of two, so that lists of many lengths make few statements; an
// empty list matches nothing.
func isOneOf(f *filter, column string, vs []any) string {
	if len(vs) == 0 {
		return "1 = 0"
	}
	marks := make([]string, 0, 2*len(vs))
	for _, v := range vs {
		marks = append(marks, f.arg(v))
	}
	for len(marks)&(len(marks)-1) != 0 {
		marks = append(marks, f.arg(vs[len(vs)-1]))
	}
	return column + " IN (" + strings.Join(marks, ",") + ")"
}

// where spells the conditions, or nothing.
func (f *filter) where() string {
	if len(f.terms) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(f.terms, " AND ")
}

// limit spells the bound of a list; otherwise is what zero means.
func (f *filter) limit(n, otherwise int) string {
	if n <= 0 {
		n = otherwise
	}
	return " LIMIT " + f.arg(n)
}
