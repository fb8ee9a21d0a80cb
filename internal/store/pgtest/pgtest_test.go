package pgtest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// open connects to a database of the server until the test ends.
func open(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func setting(t *testing.T, conn *pgx.Conn, name string) string {
	t.Helper()
	var v string
	if err := conn.QueryRow(context.Background(), "SELECT current_setting($1)", name).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDatabasesAreSeparate(t *testing.T) {
	ctx := context.Background()
	srv := Start(t, Options{})
	a, b := open(t, srv.Database(t)), open(t, srv.Database(t))
	if _, err := a.Exec(ctx, "CREATE TABLE seen (n INT)"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Exec(ctx, "SELECT n FROM seen"); err == nil {
		t.Error("a table made in one database is visible in the other")
	}
}

func TestSortsUnlikeBytes(t *testing.T) {
	srv := Start(t, Options{})
	if srv.proc == nil {
		t.Logf("the collation of the server at %s is its owner's choice", EnvURL)
		return
	}
	var first string
	row := open(t, srv.Database(t)).QueryRow(context.Background(), "SELECT v FROM (VALUES ('Z'), ('a')) AS x(v) ORDER BY v LIMIT 1")
	if err := row.Scan(&first); err != nil {
		t.Fatal(err)
	}
	if first != "a" {
		t.Errorf("first of a, Z is %q; the default collation must differ from bytes, or a missing COLLATE \"C\" goes unseen", first)
	}
}

func TestDurableSurvivesCrash(t *testing.T) {
	ctx := context.Background()
	srv := Start(t, Options{Durable: true})
	dsn := srv.Database(t)
	conn := open(t, dsn)
	for _, name := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		if v := setting(t, conn, name); v != "on" {
			t.Errorf("%s is %s on a durable server", name, v)
		}
	}
	if _, err := conn.Exec(ctx, "CREATE TABLE kept (n INT); INSERT INTO kept VALUES (1)"); err != nil {
		t.Fatal(err)
	}
	pid := srv.proc.cmd.Process.Pid
	children, err := childrenOf(pid)
	if err != nil || len(children) == 0 {
		t.Fatalf("children of the server: %v, %v", children, err)
	}
	srv.Crash(t)
	for _, p := range append(children, pid) {
		if alive(p) {
			t.Errorf("process %d of the server outlives the crash", p)
		}
	}
	if err := conn.Ping(ctx); err == nil {
		t.Error("the connection lives on after the crash")
	}
	srv.Restart(t)
	var n int
	if err := open(t, dsn).QueryRow(ctx, "SELECT n FROM kept").Scan(&n); err != nil || n != 1 {
		t.Errorf("after the crash n = %d, %v; a committed row is lost", n, err)
	}
	srv.Stop(t)
	if _, err := pgx.Connect(ctx, dsn); err == nil {
		t.Error("a stopped server takes connections")
	}
}

func TestMissingServerSaysWhatToInstall(t *testing.T) {
	t.Setenv(EnvBin, t.TempDir())
	_, err := newProcess(Options{})
	if err == nil {
		t.Fatal("no error from an empty folder of programs")
	}
	for _, word := range []string{"make setup", EnvBin, EnvURL} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the message does not name %s: %v", word, err)
		}
	}
}

func TestForeignServerIsNotStopped(t *testing.T) {
	srv := &Server{}
	if err := srv.own().kill(); !errors.Is(err, errForeign) {
		t.Errorf("kill = %v, want errForeign", err)
	}
	if err := srv.own().start(); !errors.Is(err, errForeign) {
		t.Errorf("start = %v, want errForeign", err)
	}
}
