package storetest

import (
	"database/sql"
	"errors"
	"testing"
)

// published are the tables that hold what is public.
func published() []string {
	return []string{"document", "revision", "log_entry", "log_hash", "log_checkpoint"}
}

// Insider is somebody with access to the database, past every guard of it.
type Insider struct {
	t  *testing.T
	db *sql.DB
}

// NewInsider removes the guards and keeps a copy of what was published.
func NewInsider(t *testing.T, file string) Insider {
	t.Helper()
	db, err := sql.Open("sqlite", file+"?_txlock=immediate&_pragma=busy_timeout(60000)")
	fatal(t, err)
	t.Cleanup(func() { fatal(t, db.Close()) })
	db.SetMaxOpenConns(1)
	in := Insider{t, db}
	var names []string
	rows, err := db.QueryContext(t.Context(), `SELECT name FROM sqlite_master WHERE type = 'trigger'`)
	fatal(t, err)
	for rows.Next() {
		var n string
		fatal(t, rows.Scan(&n))
		names = append(names, n)
	}
	fatal(t, errors.Join(rows.Err(), rows.Close()))
	for _, n := range names {
		in.Run(`DROP TRIGGER "` + n + `"`)
	}
	for _, n := range published() {
		in.Run(`CREATE TABLE was_` + n + ` AS SELECT * FROM ` + n)
	}
	return in
}

// Run runs statements and returns how many rows they changed.
func (in Insider) Run(statements ...string) (rows int64) {
	in.t.Helper()
	for _, s := range statements {
		r, err := in.db.ExecContext(in.t.Context(), s)
		if err != nil {
			in.t.Fatalf("%s: %v", s, err)
		}
		n, err := r.RowsAffected()
		fatal(in.t, err)
		rows += n
	}
	return rows
}

// Mend puts everything back as it was.
func (in Insider) Mend() {
	in.t.Helper()
	for _, n := range published() {
		in.Run(`DELETE FROM `+n, `INSERT INTO `+n+` SELECT * FROM was_`+n)
	}
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
