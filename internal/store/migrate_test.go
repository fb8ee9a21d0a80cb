package store

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"soi/internal/store/pgtest"
)

// schemaText describes everything the schema consists of.
func schemaText(t *testing.T, db *DB) string {
	t.Helper()
	query := `SELECT type || ' ' || name || ' ' || COALESCE(sql, '') FROM sqlite_schema ORDER BY type, name`
	if db.postgres() {
		query = `SELECT 'column ' || table_name || ' ' || column_name || ' ' || data_type || COALESCE(collation_name, '') FROM information_schema.columns WHERE table_schema = 'public'
			UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
			UNION ALL SELECT 'trigger ' || tgrelid::regclass || ' ' || tgname FROM pg_trigger WHERE NOT tgisinternal
			UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
			UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1`
	}
	var lines []string
	err := db.read(t.Context(), func(tx *tx) (err error) {
		lines, err = many(t.Context(), tx, func(s *string) []any { return []any{s} }, query)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// TestMigrationKilled kills a process at every statement of every step, one
// after the other on the same database: each leaves the schema of before or of
// after the step, and in the end it is the one of an undisturbed start.
func TestMigrationKilled(t *testing.T) {
	dsns := map[Engine]func(t *testing.T) string{
		SQLite: func(t *testing.T) string { return filepath.Join(t.TempDir(), "desk.db") },
		PostgreSQL: func(t *testing.T) string {
			return pgtest.Start(t, pgtest.Options{}).Database(t)
		},
	}
	for engine, dsn := range dsns {
		t.Run(string(engine), func(t *testing.T) {
			at := dsn(t)
			db, err := Open(t.Context(), at, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			all, err := steps(engine)
			if err != nil {
				t.Fatal(err)
			}
			before := schemaText(t, db)
			kills := 0
			for _, s := range all {
				after := len(s.statements) + 2
				for i := range after + 1 {
					killAt(t, at, s.number, i)
					kills++
					have, _, err := db.Schema(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					if i < after && (have != s.number-1 || schemaText(t, db) != before) || i == after && have != s.number {
						t.Fatalf("killed at step %d, statement %d: the schema is %d, or in between", s.number, i, have)
					}
				}
				before = schemaText(t, db)
			}
			if err := db.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			whole, err := Open(t.Context(), dsn(t), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer whole.Close()
			if err := whole.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got, want := schemaText(t, db), schemaText(t, whole); got != want {
				t.Errorf("after %d kills the schema is\n%s\nwithout\n%s", kills, got, want)
			}
			t.Logf("%d kills", kills)
		})
	}
}

// killAt runs Migrate in a process of its own that dies at a statement.
func killAt(t *testing.T, dsn string, step, statement int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDSN+"="+dsn, fmt.Sprint(childMigrate, "=", step, " ", statement))
	out, err := cmd.CombinedOutput()
	var ended *exec.ExitError
	if !errors.As(err, &ended) || ended.ExitCode() == 2 { // 2 is an error of its own
		t.Fatalf("step %d, statement %d: the process was not killed: %v\n%s", step, statement, err, out)
	}
}

func manyMigrateAtOnce(t *testing.T, fresh func(testing.TB) *DB) {
	db := fresh(t) // for its address; its schema is made again below
	reset(t, db)
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			if err := db.Migrate(t.Context()); err != nil {
				t.Errorf("Migrate: %v", err)
			}
		})
	}
	all.Wait()
	if have, want, err := db.Schema(t.Context()); err != nil || have != want || want == 0 {
		t.Errorf("schema %d of %d, %v", have, want, err)
	}
}

// reset takes everything out of a database.
func reset(t *testing.T, db *DB) {
	t.Helper()
	if db.postgres() {
		if err := firstOf(raw(t, db, "DROP SCHEMA public CASCADE"), raw(t, db, "CREATE SCHEMA public")); err != nil {
			t.Fatal(err)
		}
		return
	}
	*db = *emptySQLite(t)
}

// emptySQLite opens a file without a schema.
func emptySQLite(t *testing.T) *DB {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "empty.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func foreignSchemasAreRefused(t *testing.T, fresh func(testing.TB) *DB) {
	db := fresh(t)
	if err := db.Migrate(t.Context()); err != nil {
		t.Errorf("migrating again: %v", err)
	}
	_, want, err := db.Schema(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := raw(t, db, "INSERT INTO schema_step (number, name, checksum, done) VALUES ($1, 'later', 'x', 0)", want+1); err != nil {
		t.Fatal(err)
	}
	var newer *NewerSchemaError
	if err := db.Migrate(t.Context()); !errors.As(err, &newer) || newer.Have != want+1 || newer.Want != want {
		t.Errorf("a newer schema: %v", err)
	}
	if h, err := db.Health(t.Context()); err != nil || h.Have != want+1 {
		t.Errorf("health: %+v, %v", h, err)
	}
	if err := firstOf(raw(t, db, "DELETE FROM schema_step WHERE number = $1", want+1), raw(t, db, "UPDATE schema_step SET checksum = 'y' WHERE number = 1")); err != nil {
		t.Fatal(err)
	}
	var changed *ChangedSchemaError
	if err := db.Migrate(t.Context()); !errors.As(err, &changed) || changed.Number != 1 {
		t.Errorf("a changed schema: %v", err)
	}
}

func TestUsingADatabaseBeforeMigrate(t *testing.T) {
	db := emptySQLite(t)
	have, want, err := db.Schema(t.Context())
	if have != 0 || want < 2 || err != nil {
		t.Errorf("schema %d of %d, %v", have, want, err)
	}
	if h, err := db.Health(t.Context()); err != nil || len(h.Concerns()) != 1 || h.Concerns()[0] != SchemaOld {
		t.Errorf("health: %+v, %v", h.Concerns(), err)
	}
}

func TestSplit(t *testing.T) {
	got := split("-- a\n\nCREATE x (\n  -- inside\n  y\n);\n\n\n-- b\nz;\n")
	if want := []string{"CREATE x (\n  y\n);", "z;"}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("split: %q", got)
	}
}
