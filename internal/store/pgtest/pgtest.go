// Package pgtest starts a PostgreSQL server for a test, and hands out empty databases on it.
//
// It owns: finding Debian's PostgreSQL, running it in a temporary folder as an unprivileged account, stopping it, crashing it.
// It does not own: the schema, or any statement of soi; those are in store.
// Start reading at: Start.
//
// A test that needs PostgreSQL is skipped only when go test -short (make check) asks for it: where no server can be had, it fails and says what to install.
package pgtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// EnvURL names the environment variable that holds the URL of a server to use instead of starting one,
// for example postgres://soi@127.0.0.1/postgres. Its account must be allowed to create databases.
const EnvURL = "SOI_TEST_POSTGRES"

// EnvBin names the environment variable that holds the folder of initdb and postgres,
// for a server that is neither on the PATH nor where Debian puts it.
const EnvBin = "SOI_POSTGRES_BIN"

// statementTimeout bounds each statement that this package sends; creating a database copies about 7 MB.
const statementTimeout = 60 * time.Second

// Options choose what kind of server a test needs. The zero value is a quick server that may lose data when it crashes.
type Options struct {
	// Durable keeps fsync, full_page_writes and synchronous_commit on, as in production.
	// Tests that crash the server or count acknowledged writes need it; others are quicker without.
	Durable bool
}

// Server is a running PostgreSQL. It ends with the test that started it.
type Server struct {
	admin *url.URL // address of a database that is always there, to send CREATE DATABASE to
	proc  *process // nil when the server was given by EnvURL and is not ours to stop
}

// Start returns a PostgreSQL server for the test: the one at EnvURL where that is set and durability is not asked for,
// else one of its own in a temporary folder, reachable only by a Unix socket in that folder.
// It stops with the test, and also when the test's process is killed.
// It fails the test with what to install where no server program is found.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	if testing.Short() {
		t.Skip("-short leaves out what needs PostgreSQL")
	}
	if given := os.Getenv(EnvURL); given != "" && !o.Durable {
		u, err := url.Parse(given)
		if err != nil {
			t.Fatalf("pgtest: %s is not a URL: %v", EnvURL, err)
		}
		return &Server{admin: u}
	}
	proc, err := newProcess(o)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		if err := proc.remove(); err != nil {
			t.Errorf("pgtest: stopping PostgreSQL: %v", err)
		}
	})
	if err := proc.start(); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return &Server{admin: proc.url(), proc: proc}
}

// Database creates an empty database and returns its address, in the URL form that soi and pgx take.
// The database is dropped with the test, connections that are still open included.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := "soi_test_" + randomName()
	if err := s.exec("CREATE DATABASE " + name); err != nil {
		t.Fatalf("pgtest: create a database: %v", err)
	}
	t.Cleanup(func() {
		if s.proc != nil && !s.proc.running() {
			return // stopped by the test itself; the folder goes with the server
		}
		if err := s.exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("pgtest: drop the database: %v", err)
		}
	})
	u := *s.admin
	u.Path = "/" + name
	return u.String()
}

// Crash ends the server at once, as a power cut of the database machine would (SIGKILL to all its processes).
// What was not on disk is lost. It returns when no process is left. Only for a server started with Durable.
func (s *Server) Crash(t testing.TB) {
	t.Helper()
	if err := s.own().kill(); err != nil {
		t.Fatalf("pgtest: crash PostgreSQL: %v", err)
	}
}

// Stop ends the server in its "immediate" way: connections are cut without a word, and the next start recovers from the log.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if err := s.own().stop(); err != nil {
		t.Fatalf("pgtest: stop PostgreSQL: %v", err)
	}
}

// Restart starts a server that Crash or Stop ended, with the same data and the same addresses,
// and returns when it takes connections again.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	if err := s.own().start(); err != nil {
		t.Fatalf("pgtest: restart PostgreSQL: %v", err)
	}
}

// own returns the process, or one that refuses everything where the server belongs to someone else.
func (s *Server) own() *process {
	if s.proc == nil {
		return &process{foreign: true}
	}
	return s.proc
}

// exec runs one statement on the maintenance database, on a connection of its own.
func (s *Server) exec(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), statementTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.admin.String())
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(ctx))
}

// randomName returns 16 hexadecimal digits, so that packages tested at the same time on one server do not meet.
func randomName() string {
	b := make([]byte, 8)
	rand.Read(b) // never fails since Go 1.24
	return hex.EncodeToString(b)
}
