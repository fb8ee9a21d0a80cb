package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Column reads one column of text.
func (in Insider) Column(query string) []string {
	in.t.Helper()
	return textsOf(in, in.db, query)
}

// Rewrite goes through every value of every table and puts what change gives
// in its place. It returns how many rows it changed, by "table.column".
func (in Insider) Rewrite(change func(table, column string, row int64, value any) (any, bool)) map[string]int {
	in.t.Helper()
	tx, err := in.db.BeginTx(in.t.Context(), nil)
	fatal(in.t, err)
	out := map[string]int{}
	for _, table := range textsOf(in, tx, "SELECT name FROM sqlite_master WHERE type = 'table'") {
		for _, column := range textsOf(in, tx, "SELECT name FROM pragma_table_info('"+table+"')") {
			out[table+"."+column] = in.rewriteColumn(tx, table, column, change)
		}
	}
	fatal(in.t, tx.Commit())
	return out
}

// rewriteColumn rewrites one column.
func (in Insider) rewriteColumn(tx *sql.Tx, table, column string, change func(string, string, int64, any) (any, bool)) int {
	in.t.Helper()
	rows, err := tx.QueryContext(in.t.Context(), fmt.Sprintf("SELECT rowid, %q FROM %q", column, table))
	fatal(in.t, err)
	var ids []int64
	var values []any
	for rows.Next() {
		var id int64
		var v any
		fatal(in.t, rows.Scan(&id, &v))
		if v, ok := change(table, column, id, v); ok {
			ids, values = append(ids, id), append(values, v)
		}
	}
	fatal(in.t, errors.Join(rows.Err(), rows.Close()))
	for i, id := range ids {
		if _, err := tx.ExecContext(in.t.Context(), fmt.Sprintf("UPDATE %q SET %q = $1 WHERE rowid = $2", table, column), values[i], id); err != nil {
			in.t.Fatalf("%s.%s: %v", table, column, err)
		}
	}
	return len(ids)
}

// asker is a database or a transaction.
type asker interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// textsOf reads one column of text.
func textsOf(in Insider, db asker, query string) (out []string) {
	in.t.Helper()
	rows, err := db.QueryContext(in.t.Context(), query)
	fatal(in.t, err)
	defer func() { fatal(in.t, rows.Close()) }()
	for rows.Next() {
		var v string
		fatal(in.t, rows.Scan(&v))
		out = append(out, v)
	}
	fatal(in.t, rows.Err())
	return out
}
