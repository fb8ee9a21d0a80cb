// Package apptest starts a whole desk for tests: the real program in a
// temporary folder, on a free port of 127.0.0.1, over SQLite or PostgreSQL.
//
// Owns: starting and stopping it; accounts and sign-in links for tests.
//
// Does not own: any expectation; nothing here is a stand-in for a part of soi.
//
// Start reading at Start.
package apptest

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/config"
	"soi/internal/desk"
)

// Options say what sort of desk to start; the zero value is an empty one over
// SQLite.
type Options struct {
	Demo     bool   // filled with the demo archive
	Database string // a postgres:// address instead of SQLite
	Data     string // a folder to go on with, instead of a new one
	Now      func() time.Time
	Settings map[string]string // further settings by name
	Listen   string            // host:port; "" picks a free one
}

// Desk is the whole program running in this process, with the settings it was
// started with; URL says where it answers.
type Desk struct {
	*app.Server
	Config config.Config
}

// Start runs a desk until the test ends.
func Start(t testing.TB, o Options) *Desk {
	t.Helper()
	c := Configure(t, o)
	opts := app.Options{Now: o.Now, Log: Log(t), Recent: time.Hour}
	if o.Demo {
		opts = app.DemoOptions(Log(t))
	}
	a, err := app.Open(t.Context(), c, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	if o.Demo {
		if _, err := a.FillDemo(t.Context(), func(int, int) {}); err != nil {
			t.Fatal(err)
		}
	}
	s, err := a.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return &Desk{Server: s, Config: c}
}

// Open opens a desk that does not listen: its verbs over a real database and
// a real public log, until the test ends.
func Open(t testing.TB, o Options) *app.App {
	t.Helper()
	a, err := app.Open(t.Context(), Configure(t, o), app.Options{Now: o.Now, Log: Log(t), Recent: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// Configure makes the settings of a test desk: a temporary folder and a free
// port.
func Configure(t testing.TB, o Options) config.Config {
	t.Helper()
	flags := map[string]string{"data": o.Data, "listen": o.Listen}
	if o.Data == "" {
		flags["data"] = t.TempDir()
	}
	if o.Listen == "" {
		flags["listen"] = FreePort(t)
	}
	if o.Database != "" {
		flags["database"] = o.Database
	}
	for k, v := range o.Settings {
		flags[k] = v
	}
	c, err := config.Load("", func(string) (string, bool) { return "", false }, flags)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// FreePort is an address of this machine that nothing listens on.
func FreePort(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// Member opens an account and returns it.
func (d *Desk) Member(t testing.TB, name string, r desk.Role) desk.Staff {
	t.Helper()
	s, err := d.Desk.AddStaff(t.Context(), desk.Program(), name, r, "vi")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Link makes a one-time sign-in link for an account.
func (d *Desk) Link(t testing.TB, s desk.Staff) string {
	t.Helper()
	link, _, err := d.SignInLink(t.Context(), s.ID)
	if err != nil {
		t.Fatal(err)
	}
	return link
}

// Log writes the program's log into the test's own, so that it is shown when
// the test fails.
func Log(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(writer{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// writer is a test's log as an io.Writer.
type writer struct{ t testing.TB }

// Write logs one line. After the test has ended there is nobody to tell.
func (w writer) Write(b []byte) (n int, err error) {
	defer func() { _ = recover() }()
	w.t.Log(strings.TrimRight(string(b), "\n"))
	return len(b), nil
}

// Wait polls until ok, for at most ten seconds.
func Wait(t testing.TB, what string, ok func(context.Context) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for !ok(ctx) {
		select {
		case <-ctx.Done():
			t.Fatalf("waited ten seconds for %s", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}
