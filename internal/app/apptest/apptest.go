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
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/config"
	"soi/internal/desk"
	"soi/internal/evidence"
)

// Options say what sort of desk to start; the zero value is an empty one over
// SQLite.
type Options struct {
	Demo     bool   // filled with the demo archive
	Database string // a postgres:// address instead of SQLite
	Data     string // a folder to go on with, instead of a new one
	Now      func() time.Time
	Settings map[string]string  // further settings by name
	Listen   string             // host:port; "" picks a free one
	With     func(*app.Options) // changes what the program is opened with
}

// Desk is the whole program running in this process, with the settings it was
// started with; URL says where it answers.
type Desk struct {
	*app.Server
	Config config.Config
}

// workerEnv marks a process of a test program as a worker that opens files;
// readyEnv says that Main will see the mark.
const (
	workerEnv = "SOI_TEST_WORKER"
	readyEnv  = "SOI_TEST_WORKER_READY"
)

// Main is the TestMain of packages whose desks open files: the test program is
// its own worker then. Without it, desks of tests keep pictures unopened.
func Main(m *testing.M) {
	if os.Getenv(workerEnv) != "" {
		app.WorkerMain()
	}
	if err := os.Setenv(readyEnv, "yes"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// Worker is the command and the environment of a worker, nil where the package
// has no Main.
func Worker() (command, env []string) {
	exe, err := os.Executable()
	if err != nil || os.Getenv(readyEnv) == "" {
		return nil, nil
	}
	return []string{exe}, []string{workerEnv + "=yes"}
}

// Start runs a desk until the test ends.
func Start(t testing.TB, o Options) *Desk {
	t.Helper()
	c := Configure(t, o)
	opts := app.Options{Now: o.Now, Log: Log(t), Recent: time.Hour}
	if o.Demo {
		opts = app.DemoOptions(Log(t))
	}
	opts.Worker, opts.WorkerEnv = Worker()
	if o.With != nil {
		o.With(&opts)
	}
	copies(&opts)
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
	opts := app.Options{Now: o.Now, Log: Log(t), Recent: time.Hour}
	opts.Worker, opts.WorkerEnv = Worker()
	if o.With != nil {
		o.With(&opts)
	}
	copies(&opts)
	a, err := app.Open(t.Context(), Configure(t, o), opts)
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

// copies leaves out fetching what evidence cites, unless the test hands in a
// web of its own for it.
func copies(o *app.Options) {
	o.NoCapture = o.Pages == nil
	if o.Tools == nil {
		o.Tools = &evidence.Tools{}
	}
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

// FreePort is an address of this machine that nothing listens on. Its port is
// below those that the system hands out by itself, so that nothing else takes
// it between this look and its use.
func FreePort(t testing.TB) string {
	t.Helper()
	var err error
	for range 100 {
		var ln net.Listener
		if ln, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 10_000+rand.N(20_000))); err == nil {
			defer ln.Close()
			return ln.Addr().String()
		}
	}
	t.Fatal(err)
	return ""
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

// Wait polls until ok, for at most 45 seconds: machines that test are busy.
func Wait(t testing.TB, what string, ok func(context.Context) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for !ok(ctx) {
		select {
		case <-ctx.Done():
			t.Fatalf("waited two minutes for %s", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}
