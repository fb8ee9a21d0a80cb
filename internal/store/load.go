package store

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strconv"
	"strings"
)

// ErrNotEmpty says that a dump was to be loaded into a database that holds
// something already.
var ErrNotEmpty = errors.New("the database is not empty")

// BadDumpError says what is wrong with a dump. Nothing was loaded.
type BadDumpError struct {
	Line   int    // 1, 2, …
	Reason string // for the person at the command line's log
}

// Error gives line and reason.
func (e *BadDumpError) Error() string {
	return fmt.Sprintf("line %d of the dump: %s", e.Line, e.Reason)
}

// LoadDump fills an empty database that Migrate has brought up to date with
// what Dump wrote, on either engine. It is all or nothing: the number of rows
// and the digest must be those the dump ends with, both as read and as
// written out again from the new database. Errors are *BadDumpError,
// ErrNotEmpty, or the database's.
func (db *DB) LoadDump(ctx context.Context, r io.Reader) (d Digest, err error) {
	have, want, err := db.Schema(ctx)
	if err != nil {
		return d, err
	}
	if have != want {
		return d, fmt.Errorf("load: the database has schema %d, not %d", have, want)
	}
	// Once: what was read of r cannot be read again.
	err = db.once(ctx, false, func(t *tx) error {
		l := &loader{t: t, from: bufio.NewReaderSize(r, 1<<16), sum: sha256.New(), schema: want}
		d, err = l.load(ctx)
		return err
	})
	if err != nil {
		return Digest{}, translate(fmt.Errorf("load: %w", err))
	}
	return d, nil
}

// loader reads a dump line by line.
type loader struct {
	t      *tx
	from   *bufio.Reader
	sum    hash.Hash
	schema int
	line   int
	rows   int64
	table  string
	cols   columns
	batch  []any // values of rows not yet inserted
	held   int   // bytes of the lines they came from
	done   []string
}

// batchRows is how many rows one INSERT takes; 19 columns at most times this
// stays far below what either engine allows.
const batchRows = 200

// batchBytes is how much the rows of one INSERT may hold before it is sent:
// pieces of media are 256 KiB each.
const batchBytes = 4 << 20

// bad is a *BadDumpError at the present line.
func (l *loader) bad(format string, args ...any) error {
	return &BadDumpError{Line: l.line, Reason: fmt.Sprintf(format, args...)}
}

// load reads everything, checks it and compares what arrived.
func (l *loader) load(ctx context.Context) (Digest, error) {
	if err := l.t.unhurried(ctx); err != nil { // the dump may come slowly
		return Digest{}, err
	}
	if err := l.t.mustBeEmpty(ctx); err != nil {
		return Digest{}, err
	}
	if err := l.head(); err != nil {
		return Digest{}, err
	}
	said, err := l.body(ctx)
	if err != nil {
		return Digest{}, err
	}
	if err := l.t.afterLoad(ctx); err != nil {
		return Digest{}, err
	}
	got, err := l.t.dump(ctx, l.schema, io.Discard)
	if err == nil && got != said {
		err = l.bad("the database holds %d rows with digest %s after loading %d with %s", got.Rows, got.SHA256, said.Rows, said.SHA256)
	}
	return got, err
}

// next returns the next line without its end. The line is not yet added up:
// the last one does not count.
func (l *loader) next() ([]byte, error) {
	l.line++
	b, err := l.from.ReadBytes('\n')
	if errors.Is(err, io.EOF) {
		return nil, l.bad("it ends in the middle")
	}
	return b, err
}

// head reads the first line.
func (l *loader) head() error {
	b, err := l.next()
	if err != nil {
		return err
	}
	l.sum.Write(b)
	var h dumpHead
	if err := strict(b, &h); err != nil || h.Soi != dumpName || h.Format != dumpFormat {
		return l.bad("this is not a dump of a desk")
	}
	if h.Schema != l.schema {
		return l.bad("it was made with schema %d, this soi has %d: load it with the soi that made it, then upgrade", h.Schema, l.schema)
	}
	return nil
}

// body reads tables and rows up to the last line, which it returns.
func (l *loader) body(ctx context.Context) (Digest, error) {
	for {
		b, err := l.next()
		if err != nil {
			return Digest{}, err
		}
		var d Digest
		if strict(b, &d) == nil && d.SHA256 != "" {
			return d, l.end(ctx, d)
		}
		l.sum.Write(b)
		if b[0] == '[' {
			err = l.row(ctx, b)
		} else {
			err = l.start(ctx, b)
		}
		if err != nil {
			return Digest{}, err
		}
	}
}

// start begins a table.
func (l *loader) start(ctx context.Context, b []byte) error {
	if err := l.flush(ctx); err != nil {
		return err
	}
	var h dumpTable
	if err := strict(b, &h); err != nil {
		return l.bad("neither a row nor the name of a table")
	}
	if !slices.ContainsFunc(tables(), func(t table) bool { return t.name == h.Table }) || slices.Contains(l.done, h.Table) {
		return l.bad("table %q is unknown, or there twice", h.Table)
	}
	rows, err := l.t.sql.QueryContext(ctx, "SELECT * FROM "+h.Table+" WHERE 1 = 0")
	if err != nil {
		return l.t.fail(err)
	}
	defer rows.Close()
	if l.cols, err = columnsOf(rows); err != nil {
		return err
	}
	if !slices.Equal(l.cols.names, h.Columns) {
		return l.bad("table %s has other columns here", h.Table)
	}
	l.table, l.done = h.Table, append(l.done, h.Table)
	return rows.Err()
}

// row takes one row.
func (l *loader) row(ctx context.Context, b []byte) error {
	if l.table == "" {
		return l.bad("a row before any table")
	}
	var raw []json.RawMessage
	n := len(l.cols.types)
	if err := json.Unmarshal(b, &raw); err != nil || len(raw) != n {
		return l.bad("a row that does not fit table %s", l.table)
	}
	l.rows++
	l.held += len(b)
	for i, r := range raw {
		c := cell{typ: l.cols.types[i]}
		if err := c.UnmarshalJSON(r); err != nil {
			return l.bad("column %s of table %s: %v", l.cols.names[i], l.table, err)
		}
		l.batch = append(l.batch, c.value)
	}
	if l.table == "log_head" {
		return l.logHead(ctx)
	}
	if len(l.batch) >= batchRows*n || l.held >= batchBytes {
		return l.flush(ctx)
	}
	return nil
}

// logHead moves the one row that every schema starts with.
func (l *loader) logHead(ctx context.Context) error {
	vs := l.batch
	l.batch = nil
	if size, _ := vs[1].(int64); size == 0 {
		return nil // as it is
	}
	_, err := l.t.exec(ctx, `UPDATE log_head SET size=$2, root=$3, time=$4 WHERE one=$1`, vs...)
	return err
}

// flush inserts the rows that were taken.
func (l *loader) flush(ctx context.Context) error {
	if len(l.batch) == 0 {
		return nil
	}
	n := len(l.cols.names)
	var marks []string
	for i := 0; i < len(l.batch); i += n {
		row := make([]string, n)
		for c := range row {
			row[c] = "$" + strconv.Itoa(i+c+1)
		}
		marks = append(marks, "("+strings.Join(row, ",")+")")
	}
	_, err := l.t.exec(ctx, "INSERT INTO "+l.table+" ("+strings.Join(l.cols.names, ",")+") VALUES "+strings.Join(marks, ","), l.batch...)
	l.batch, l.held = nil, 0
	return err
}

// end compares the last line with what was read.
func (l *loader) end(ctx context.Context, d Digest) error {
	if err := l.flush(ctx); err != nil {
		return err
	}
	if sum := hex.EncodeToString(l.sum.Sum(nil)); sum != d.SHA256 || l.rows != d.Rows {
		return l.bad("%d rows with digest %s were read, it says %d with %s: it was changed or damaged", l.rows, sum, d.Rows, d.SHA256)
	}
	if len(l.done) != len(tables()) {
		return l.bad("%d of %d tables are there", len(l.done), len(tables()))
	}
	if _, err := l.from.ReadByte(); !errors.Is(err, io.EOF) {
		return l.bad("something follows its last line")
	}
	return nil
}

// mustBeEmpty refuses a database that holds a row.
func (t *tx) mustBeEmpty(ctx context.Context) error {
	for _, tab := range tables() {
		query := "SELECT COUNT(*) FROM (SELECT 1 FROM " + tab.name + " LIMIT 1) AS x"
		if tab.name == "log_head" {
			query = "SELECT COUNT(*) FROM log_head WHERE size > 0"
		}
		n, err := one(ctx, t, func(n *int) []any { return []any{n} }, query)
		if err != nil {
			return err
		}
		if n > 0 {
			return fmt.Errorf("table %s: %w", tab.name, ErrNotEmpty)
		}
	}
	return nil
}

// afterLoad tells PostgreSQL which number the next event gets; SQLite keeps
// count by itself.
func (t *tx) afterLoad(ctx context.Context) error {
	if !t.pg {
		return nil
	}
	_, err := t.exec(ctx, `SELECT setval(pg_get_serial_sequence('event', 'seq'), seq) FROM event ORDER BY seq DESC LIMIT 1`)
	return err
}

// strict reads one JSON object that has no other members.
func strict(b []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}
