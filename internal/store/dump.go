package store

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
)

// A dump is lines of JSON. The same desk gives the same bytes on both
// engines:
//
//	{"soi":"desk dump","format":1,"schema":2}
//	{"table":"staff","columns":["id","name",…]}
//	["0a…","An",…]                                one line a row, in order of the key
//	…
//	{"rows":1234,"sha256":"…"}                    of all bytes before this line
//
// Bytes are written in base64, times as the milliseconds that are stored.
const (
	dumpName   = "desk dump"
	dumpFormat = 1
)

// dumpHead is the first line of a dump.
type dumpHead struct {
	Soi    string `json:"soi"`
	Format int    `json:"format"`
	Schema int    `json:"schema"`
}

// dumpTable is the line before the rows of a table.
type dumpTable struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

// Digest identifies the contents of a desk: two desks with the same digest
// hold the same rows. It is also the last line of a dump.
type Digest struct {
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"` // hex
}

// table is a table with the columns its rows are ordered by.
type table struct{ name, key string }

// tables lists everything a desk keeps. What refers to another row may stand
// before it: references are checked at commit.
func tables() []table {
	return []table{
		{"staff", "id"}, {"setting", "name"}, {"imported", "id"}, {"claim", "id"}, {"tip", "id"}, {"media", "id"}, {"media_part", "media, part, n"}, {"evidence", "id"},
		{"capture", "id"}, {"payload", "hash, n"}, {"capture_payload", "capture, hash"},
		{"judgment", "claim, other"}, {"draft", "claim"}, {"review_part", "review, staff"}, {"review", "id"}, {"review_work", "review, staff"}, {"review_comment", "id"},
		{"document", "hash"}, {"log_head", "one"}, {"log_entry", "idx"}, {"log_hash", "i"}, {"log_checkpoint", "size"}, {"log_cosignature", "witness, size"}, {"past_log", "n"},
		{"revision", "verdict, rev"}, {"appeal", "id"}, {"appeal_file", "appeal, media"}, {"ruling", "id"}, {"redaction", "review"}, {"event", "seq"}, {"follower", "name"}, {"session", "id"},
		{"sign_in_link", "hash"}, {"factor", "id"}, {"spent", "hash"},
		{"conversation", "id"}, {"arrival", "hash"}, {"asking", "tip"}, {"notice", "id"},
		{"outlet", "id"}, {"feed", "id"}, {"piece", "id"}, {"suggestion", "id"}, {"api_key", "id"},
		{"explainer", "id"}, {"explainer_revision", "explainer, rev"}, {"explainer_link", "claim, explainer"},
		{"practice_case", "id"}, {"practice_try", "staff, practised"}, {"practice_shared", "staff"},
		{"presence", "claim, staff"}, {"draft_past", "claim, version"}, {"kept_text", "id"}, {"claim_note", "id"}, {"expert", "id"}, {"opinion", "id"},
		{"notification", "id"}, {"mail_plan", "staff"},
		{"checklist", "list, version"}, {"tick", "claim, step"}, {"due", "claim"}, {"saved_view", "id"}, {"bulk", "id"},
		{"quarantine", "id"}, {"quarantined", "quarantine, tip"},
		{"branch", "id"}, {"seat", "staff, branch, role"}, {"claim_branch", "claim"}, {"tip_branch", "tip"}, {"handover", "id"},
		{"source", "evidence"}, {"release", "id"}, {"evidence_was", "evidence, version"}, {"recheck_date", "claim"}, {"rechecked", "claim, at"},
		{"watched", "url"}, {"import_change", "id"},
		{"former", "staff"}, {"outside_account", "issuer, subject"},
		{"listed_question", "claim"}, {"claim_place", "claim, place"}, {"standing_page", "word"}, {"standing_revision", "word, rev"},
		{"body", "id"}, {"calendar", "id"}, {"request", "id"}, {"body_answer", "id"}, {"letter", "id"}, {"stray_mail", "id"},
		{"body_channel", "id"}, {"denial", "id"}, {"import_source", "id"}, {"import_run", "id"},
		{"digest_subscription", "id"}, {"digest_edition", "id"}, {"digest_mail", "op"},
		{"report", "id"}, {"report_file", "report, lang"}, {"reach", "day, kind, about"},
		{"deadline_link", "staff"}, {"helped", "verdict, day"}, {"fedi_follower", "hash"}, {"fedi_delivery", "inbox, op"},
		{"shelf", "n"}, {"held_back", "claim"}, {"peer", "id"}, {"laid", "peer, kind, entry"}, {"refused_line", "peer, n"}, {"source_offer", "id"},
	}
}

// Dump writes the whole desk, as it stood at one moment, to w while it goes
// on working. LoadDump of either engine reads it.
func (db *DB) Dump(ctx context.Context, w io.Writer) (d Digest, err error) {
	_, want, err := db.Schema(ctx)
	if err != nil {
		return d, err
	}
	err = db.read(ctx, func(t *tx) error {
		d, err = t.dump(ctx, want, w)
		return err
	})
	if err != nil {
		return d, fmt.Errorf("dump: %w", err)
	}
	return d, nil
}

// dumper writes lines and adds them up.
type dumper struct {
	to   *bufio.Writer
	sum  hash.Hash
	rows int64
}

// line writes one line of JSON.
func (d *dumper) line(v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil { // ends the line
		return err
	}
	d.sum.Write(b.Bytes())
	_, err := d.to.Write(b.Bytes())
	return err
}

// dump writes all tables of one transaction.
func (t *tx) dump(ctx context.Context, schema int, w io.Writer) (Digest, error) {
	d := &dumper{to: bufio.NewWriterSize(w, 1<<16), sum: sha256.New()}
	if err := d.line(dumpHead{Soi: dumpName, Format: dumpFormat, Schema: schema}); err != nil {
		return Digest{}, err
	}
	for _, tab := range tables() {
		if err := t.dumpTable(ctx, d, tab); err != nil {
			return Digest{}, fmt.Errorf("table %s: %w", tab.name, err)
		}
	}
	out := Digest{Rows: d.rows, SHA256: hex.EncodeToString(d.sum.Sum(nil))}
	if err := d.line(out); err != nil {
		return Digest{}, err
	}
	return out, d.to.Flush()
}

// dumpTable writes the rows of a table in the order of its key.
func (t *tx) dumpTable(ctx context.Context, d *dumper, tab table) error {
	rows, err := t.sql.QueryContext(ctx, "SELECT * FROM "+tab.name+" ORDER BY "+tab.key)
	if err != nil {
		return t.fail(err)
	}
	defer rows.Close()
	cols, err := columnsOf(rows)
	if err != nil {
		return err
	}
	if err := d.line(dumpTable{Table: tab.name, Columns: cols.names}); err != nil {
		return err
	}
	for rows.Next() {
		values, places := cols.places()
		if err := rows.Scan(places...); err != nil {
			return t.fail(err)
		}
		if err := d.line(values); err != nil {
			return err
		}
		d.rows++
	}
	return t.fail(rows.Err())
}

// columns are the columns of a table.
type columns struct {
	names []string
	types []string // text, int, bool or bytes
}

// columnsOf asks the driver what a query returns. A type that the schema does
// not use is an error.
func columnsOf(rows *sql.Rows) (columns, error) {
	var c columns
	types, err := rows.ColumnTypes()
	if err != nil {
		return c, err
	}
	known := map[string]string{"TEXT": "text", "BIGINT": "int", "INTEGER": "int", "INT8": "int",
		"BOOLEAN": "bool", "BOOL": "bool", "BYTEA": "bytes"}
	for _, t := range types {
		typ, ok := known[t.DatabaseTypeName()]
		if !ok {
			return c, fmt.Errorf("column %s has the type %q", t.Name(), t.DatabaseTypeName())
		}
		c.names, c.types = append(c.names, t.Name()), append(c.types, typ)
	}
	return c, nil
}

// cell is a value of a row that knows its type, its JSON form and NULL.
type cell struct {
	typ   string
	value any // nil, string, int64, bool or []byte
}

// places makes one row: its cells, and the same as places to scan into.
func (c columns) places() ([]*cell, []any) {
	cells, places := make([]*cell, len(c.types)), make([]any, len(c.types))
	for i, typ := range c.types {
		cells[i] = &cell{typ: typ}
		places[i] = cells[i]
	}
	return cells, places
}

// Scan implements sql.Scanner.
func (c *cell) Scan(src any) error {
	if src == nil {
		return nil
	}
	switch c.typ {
	case "int":
		return scanAs[int64](c, src)
	case "bool":
		return scanAs[bool](c, src)
	case "bytes":
		return scanAs[[]byte](c, src)
	}
	return scanAs[string](c, src)
}

// scanAs reads a value that is not NULL.
func scanAs[T any](c *cell, src any) error {
	var v sql.Null[T]
	if err := v.Scan(src); err != nil {
		return err
	}
	c.value = v.V
	return nil
}

// MarshalJSON implements json.Marshaler.
func (c *cell) MarshalJSON() ([]byte, error) {
	v := c.value
	if b, ok := v.([]byte); ok {
		v = base64.StdEncoding.EncodeToString(b)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimRight(out.Bytes(), "\n"), err
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *cell) UnmarshalJSON(b []byte) (err error) {
	if string(b) == "null" {
		return nil
	}
	switch c.typ {
	case "int":
		c.value, err = parse[int64](b)
	case "bool":
		c.value, err = parse[bool](b)
	case "bytes":
		c.value, err = parse[[]byte](b)
	default:
		c.value, err = parse[string](b)
	}
	return err
}

// parse reads one JSON value.
func parse[T any](b []byte) (v T, err error) {
	err = json.Unmarshal(b, &v)
	return v, err
}
