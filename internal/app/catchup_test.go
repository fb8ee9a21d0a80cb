package app_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/tlog"
)

// TestCatchUp loses the database of a desk with checks, a correction of its
// rulings and a redaction; with the keys and a mirror alone the log is whole
// again, signed, the same, and shown; with an older database and another
// history it is refused.
func TestCatchUp(t *testing.T) {
	a, opened, _, _ := newAppealed(t, nil)
	a.tell() // a check, a ruling, a redaction
	a.publish("Không có đợt phát gạo ở đây.")
	mirror := filepath.Join(a.dir, "mirror", "log")
	m, err := app.LogMirror(t.Context(), a.s.URL, mirror, "")
	must(t, err)
	before := a.request("GET", "/log/checkpoint", "").body
	must(t, a.s.Stop())
	must(t, opened.Close())
	lost := filepath.Join(a.dir, "lost")
	must(t, os.CopyFS(filepath.Join(lost, "keys"), os.DirFS(filepath.Join(a.dir, "data", "keys"))))
	must(t, os.Chmod(filepath.Join(lost, "keys"), 0o700))
	c := apptest.Configure(t, apptest.Options{Data: lost, Listen: a.d.Config.Listen})

	back, err := app.Open(t.Context(), c, app.Options{Regain: true})
	must(t, err)
	got, err := back.CatchUp(t.Context(), mirror)
	if err != nil || got.From != 0 || got.Size != m.Exported.Size || got.Others != 1 || got.Redacts != 1 || got.Checks != 3 {
		t.Fatalf("caught up: %+v, %v", got, err)
	}
	if again, err := back.CatchUp(t.Context(), mirror); err != nil || again.Size != again.From {
		t.Errorf("once more: %+v, %v", again, err)
	}
	must(t, back.Close())

	d := apptest.Start(t, apptest.Options{Data: lost, Listen: a.d.Config.Listen})
	a.s, a.d = d.Server, d
	if after := a.request("GET", "/log/checkpoint", "").body; string(after) != string(before) {
		t.Errorf("the checkpoint differs:\n%s\n%s", before, after)
	}
	r, err := app.Monitor(t.Context(), app.MonitorOptions{URL: a.s.URL, VKey: a.s.VKey()})
	must(t, err)
	if got := kindsOf(r); got != "ruling" { // the appeal itself is lost; the ruling stays provable
		t.Errorf("the monitor finds %q: %v", got, r.Site)
	}
	a.people()
	a.publish("Không có đợt phát gạo ở kia.") // and life goes on

	fresh, err := app.Open(t.Context(), apptest.Configure(t, apptest.Options{Data: filepath.Join(a.dir, "fresh"), Listen: a.d.Config.Listen}), app.Options{})
	must(t, err)
	if _, err := fresh.CatchUp(t.Context(), mirror); err != nil && !errors.Is(err, tlog.ErrFork) {
		t.Errorf("another log: %v", err)
	} else if head := fresh.Signed(); head != 0 {
		t.Errorf("another log was signed: %d", head)
	}
	must(t, fresh.Close())
	if err := back.Desk.Regain(t.Context(), desk.Actor{Role: desk.Admin, Staff: "0000000000000000000000000x"}, desk.Regained{}, nil); !errors.Is(err, desk.ErrForbidden) {
		t.Errorf("an admin regains: %v", err)
	}
}
