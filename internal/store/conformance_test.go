package store_test

import (
	"path/filepath"
	"testing"

	"soi/internal/store"
	"soi/internal/store/pgtest"
	"soi/internal/store/storetest"
)

// open opens the database dsn, brings it up to date and closes it with the
// test.
func open(t testing.TB, dsn string, o store.Options) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), dsn, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Store {
		return open(t, filepath.Join(t.TempDir(), "desk.db"), store.Options{})
	})
}

func TestPostgres(t *testing.T) {
	server := pgtest.Start(t, pgtest.Options{})
	storetest.Run(t, func(t *testing.T) storetest.Store {
		return open(t, server.Database(t), store.Options{})
	})
}
