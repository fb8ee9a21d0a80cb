package store

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"soi/internal/desk"
)

// openNew opens a fresh SQLite desk that is up to date.
func openNew(t testing.TB, o Options) *DB {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "desk.db"), o)
}

// openAt opens a database, brings it up to date and closes it with the test.
func openAt(t testing.TB, dsn string, o Options) *DB {
	t.Helper()
	db, err := Open(t.Context(), dsn, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestOldSQLiteIsRefused(t *testing.T) {
	for _, v := range []string{"3.51.2", "3.50.9", "2.99.99", "3.9.99", "", "x", "3.51", "3.51.x", "-3.51.3"} {
		path := filepath.Join(t.TempDir(), "desk.db")
		if v != "" { // "" asks the engine itself
			_, err := Open(t.Context(), path, Options{version: v})
			var old *OldEngineError
			if !errors.As(err, &old) || old.Have != v || old.Min != MinSQLite {
				t.Errorf("Open with SQLite %q: %v", v, err)
			}
		}
		if CheckSQLite(v) == nil {
			t.Errorf("SQLite %q was trusted", v)
		}
	}
	for _, v := range []string{"3.51.3", "3.51.10", "3.52.0", "3.100.0", "4.0.0", "3.51.3.1"} {
		if err := CheckSQLite(v); err != nil {
			t.Errorf("SQLite %q: %v", v, err)
		}
	}
}

func TestSQLiteSettings(t *testing.T) {
	db := openNew(t, Options{})
	want := map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1",
		"auto_vacuum": "2", "trusted_schema": "0", "busy_timeout": "5000", "query_only": "0"}
	for name, w := range want {
		var got string
		if err := db.writer.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&got); err != nil || got != w {
			t.Errorf("the writer's %s is %q, want %q (%v)", name, got, w, err)
		}
	}
	for name, w := range map[string]string{"query_only": "1", "trusted_schema": "0", "journal_mode": "wal"} {
		var got string
		if err := db.reader.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&got); err != nil || got != w {
			t.Errorf("a reader's %s is %q, want %q (%v)", name, got, w, err)
		}
	}
}

func TestSQLiteFileIsItsOwners(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tệp có dấu ? # % & 1")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "bàn.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	db := openAt(t, path, Options{})
	if err := db.Tx(t.Context(), func(tx desk.Tx) error { return tx.SetSetting(t.Context(), "a", "b") }); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 2 {
		t.Fatalf("files: %v, %v", files, err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v (%v)", f.Name(), info.Mode(), err)
		}
	}
	if _, err := Open(t.Context(), dir, Options{}); err == nil {
		t.Error("a folder was opened as a database")
	}
}

func TestOpenReportsWhatIsWrong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "note.txt")
	if err := os.WriteFile(path, []byte(strings.Repeat("this is no database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, Options{}); err == nil {
		t.Error("a text file was opened as a database")
	}
	if _, err := Open(t.Context(), filepath.Join(path, "below", "desk.db"), Options{}); err == nil {
		t.Error("a database was opened below a file")
	}
	if _, err := Open(t.Context(), "postgres://127.0.0.1:1/none?connect_timeout=2", Options{}); !errors.Is(err, desk.ErrBusy) {
		t.Errorf("a server that is not there: %v", err)
	}
	if _, err := Open(t.Context(), "postgres://127.0.0.1:notaport/none", Options{}); err == nil {
		t.Error("a bad address was opened")
	}
}

func TestLockedSQLiteIsBusy(t *testing.T) {
	db := openNew(t, Options{Patience: 50e6})
	other, err := Open(t.Context(), db.path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	err = other.Tx(t.Context(), func(tx desk.Tx) error {
		if err := tx.SetSetting(t.Context(), "a", "1"); err != nil {
			return err
		}
		err := db.Tx(t.Context(), func(tx desk.Tx) error { return tx.SetSetting(t.Context(), "b", "2") })
		if !errors.Is(err, desk.ErrBusy) {
			t.Errorf("a locked database: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Tx(t.Context(), func(tx desk.Tx) error { return tx.SetSetting(t.Context(), "b", "2") }); err != nil {
		t.Errorf("after the lock: %v", err)
	}
}

// TestWaitingForTheWriterEnds holds the one writing connection: whoever waits
// for it is told so, and not kept for ever.
func TestWaitingForTheWriterEnds(t *testing.T) {
	db := openNew(t, Options{Patience: 50 * time.Millisecond})
	err := db.Tx(t.Context(), func(desk.Tx) error {
		err := db.Tx(t.Context(), func(tx desk.Tx) error { return tx.SetSetting(t.Context(), "a", "1") })
		if !errors.Is(err, desk.ErrBusy) {
			t.Errorf("waiting for the writer: %v", err)
		}
		return db.Read(t.Context(), func(tx desk.Tx) error { _, err := tx.Setting(t.Context(), "a"); return err })
	})
	if err != nil {
		t.Errorf("the writer itself, and a reader beside it: %v", err)
	}
}

// TestKilledWriter kills a process that writes, again and again, and starts
// the next one on the same file: all it had acknowledged is there, once.
func TestKilledWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.db")
	acknowledged := map[string]bool{}
	kills := 0
	for n := range 15 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childWrite+"=FULL", childDSN+"="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for i := 0; lines.Scan(); i++ {
			acknowledged[lines.Text()] = true
			if i == 3+7*n {
				_ = cmd.Process.Kill() // what it still says before it dies counts as well
			}
		}
		if err := cmd.Wait(); err != nil {
			kills++
		}
	}
	db := openAt(t, path, Options{})
	var tips []desk.Tip
	err := db.Read(t.Context(), func(tx desk.Tx) (err error) {
		tips, err = tx.Tips(t.Context(), desk.TipFilter{Limit: 1 << 20})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]int{}
	for _, tip := range tips {
		have[tip.ExtID]++
	}
	for id := range acknowledged {
		if have[id] != 1 {
			t.Errorf("%s was acknowledged and is there %d times", id, have[id])
		}
	}
	if h, err := db.Health(t.Context()); err != nil || len(h.Concerns()) != 0 || kills < 10 || len(acknowledged) < 200 {
		t.Errorf("after %d kills and %d acknowledged: %+v, %v", kills, len(acknowledged), h, err)
	}
	t.Logf("kills=%d acknowledged=%d", kills, len(acknowledged))
}

func TestFullDiskIsFull(t *testing.T) {
	db := openNew(t, Options{})
	var pages int
	if err := db.writer.QueryRowContext(t.Context(), "PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	set := func(query string) {
		t.Helper()
		if _, err := db.writer.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	set("PRAGMA max_page_count = 1") // SQLite takes the present size instead: no page more
	big := strings.Repeat("x", 1<<20)
	err := db.Tx(t.Context(), func(tx desk.Tx) error { return tx.SetSetting(t.Context(), "big", big) })
	if !errors.Is(err, desk.ErrFull) {
		t.Fatalf("a full database: %v", err)
	}
	set("PRAGMA max_page_count = 1073741823")
	if err := db.Tx(t.Context(), func(tx desk.Tx) error { return tx.SetSetting(t.Context(), "big", big) }); err != nil {
		t.Errorf("when there is room again: %v", err)
	}
}

func TestErasedTextIsGoneFromTheFiles(t *testing.T) {
	db := openNew(t, Options{})
	const canary = "canary-5f0e7c-số-điện-thoại"
	tip := desk.Tip{ID: desk.NewID(), Channel: "web", ExtID: "1", Text: strings.Repeat(canary, 500), State: desk.TipWaiting}
	ctx := context.Background()
	if err := db.Tx(ctx, func(tx desk.Tx) error { return tx.AddTip(ctx, tip) }); err != nil {
		t.Fatal(err)
	}
	if n := countIn(t, filepath.Dir(db.path), canary); n == 0 {
		t.Fatal("the text is nowhere: this test sees nothing")
	}
	tip.Text = ""
	if err := db.Tx(ctx, func(tx desk.Tx) error { return tx.SetTip(ctx, tip) }); err != nil {
		t.Fatal(err)
	}
	if err := db.Tidy(ctx); err != nil {
		t.Fatal(err)
	}
	if n := countIn(t, filepath.Dir(db.path), canary); n != 0 {
		t.Errorf("the erased text stands %d times in the files", n)
	}
}

// countIn counts a text in the files of a folder.
func countIn(t *testing.T, dir, text string) (n int) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		n += strings.Count(string(b), text)
	}
	return n
}
