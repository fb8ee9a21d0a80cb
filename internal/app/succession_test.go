package app_test

import (
	"errors"
	"html"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/store/pgtest"
	"soi/internal/tlog"
)

// opened opens the stopped desk of w for one act, as a command does.
func (w *watched) act(t *testing.T, o app.Options, settings map[string]string, do func(*app.App)) {
	t.Helper()
	c := apptest.Configure(t, apptest.Options{Data: filepath.Join(w.dir, "data"), Listen: w.d.Config.Listen, Settings: settings})
	a, err := app.Open(t.Context(), c, o)
	must(t, err)
	do(a)
	must(t, a.Close())
}

// goOn starts the desk again.
func (w *watched) goOn(t *testing.T, settings map[string]string) {
	t.Helper()
	c := apptest.Configure(t, apptest.Options{Data: filepath.Join(w.dir, "data"), Listen: w.d.Config.Listen, Settings: settings})
	a, err := app.Open(t.Context(), c, app.Options{Recent: time.Hour, Log: apptest.Log(t), NoCapture: true})
	must(t, err)
	s, err := a.Start(t.Context())
	must(t, err)
	w.s, w.d, w.close = s, &apptest.Desk{Server: s, Config: c}, sync.OnceFunc(func() { must(t, errors.Join(s.Stop(), a.Close())) })
	t.Cleanup(w.close)
	d := w.d
	w.checker = desk.As(d.Member(t, "checker "+formValue(), desk.Checker))
	w.editors = []desk.Actor{desk.As(d.Member(t, "editor "+formValue(), desk.Editor))}
}

// follow begins the next log of the stopped desk.
func (w *watched) follow(t *testing.T, settings map[string]string) (out app.Succeeded) {
	t.Helper()
	w.act(t, app.Options{Succeed: true}, settings, func(a *app.App) {
		var err error
		out, err = a.SucceedLog(t.Context())
		must(t, err)
	})
	return out
}

// clean wants nothing to be found from outside or inside.
func (w *watched) clean(t *testing.T, state string) {
	t.Helper()
	r, err := app.Monitor(t.Context(), app.MonitorOptions{URL: w.s.URL, VKey: w.s.VKey(), State: state})
	must(t, err)
	if r.ExitCode() != 0 {
		t.Errorf("the monitor finds %s: %v %v", kindsOf(r), r.Log.Findings, r.Site)
	}
	findings, _, err := w.s.Fsck(t.Context())
	must(t, err)
	if len(findings) > 0 {
		t.Errorf("fsck: %q", findings)
	}
}

// TestSuccessor ends the log of a desk and begins the next: nothing is published
// in between, everything is provable in both, and life goes on.
func TestSuccessor(t *testing.T) {
	w := newWatched(t)
	oldKey, id := w.s.VKey(), w.old.Claim
	mirror := filepath.Join(w.dir, "mirror", "log")
	_, err := app.LogMirror(t.Context(), w.s.URL, mirror, "")
	must(t, err)
	w.close()

	w.act(t, app.Options{}, nil, func(a *app.App) {
		size, err := a.CloseLog(t.Context())
		must(t, err)
		if again, err := a.CloseLog(t.Context()); err != nil || again != size {
			t.Errorf("closed again: %d, then %d, %v", size, again, err)
		}
	})
	w.goOn(t, nil)
	if page := html.UnescapeString(string(w.request("GET", "/en/log", "").body)); !strings.Contains(page, "This log is closed") {
		t.Error("the page of the log does not say that it is closed")
	}
	d := w.s.Desk
	before, err := d.ClaimPage(t.Context(), w.checker, id)
	must(t, err)
	r, err := d.Submit(t.Context(), w.checker, desk.Proposal{Claim: id, DraftVersion: before.Draft.Version, Withdraw: true, Reason: desk.ReasonSource, Notes: []desk.Note{{Lang: "vi", Text: "Nguồn đã rút."}}})
	must(t, err)
	if _, err := d.Approve(t.Context(), w.editors[0], r.ID, r.Hash, desk.Points(r.Kind)); !errors.Is(err, desk.ErrLogClosed) {
		t.Errorf("published into a closed log: %v", err)
	}
	if after, err := d.ClaimPage(t.Context(), w.checker, id); err != nil || after.Claim.Rev != before.Claim.Rev {
		t.Errorf("the check moved on: %v", err)
	}
	w.close()

	got := w.follow(t, nil)
	if !got.Closed || got.Lost != 0 || got.Unsigned != nil || got.To != got.From+"2" || !strings.HasPrefix(got.VKey, got.To+"+") {
		t.Fatalf("followed: %+v", got)
	}
	w.goOn(t, nil)
	if w.s.VKey() != got.VKey || got.VKey == oldKey {
		t.Errorf("the key is %s", w.s.VKey())
	}
	w.clean(t, w.state)
	if _, err := w.s.Desk.Approve(t.Context(), w.editors[0], r.ID, r.Hash, desk.Points(r.Kind)); err != nil {
		t.Errorf("what waited for the next log: %v", err)
	}
	must(t, w.s.AfterPublish(t.Context()))
	w.publish("Không có đợt phát gạo ở kia.")
	w.clean(t, w.state)
	w.clean(t, "")

	for name, c := range map[string]struct{ path, key string }{"the old": {"/log/", oldKey}, "the new": {"/log2/", got.VKey}} {
		proof := w.request("GET", c.path+"proof/"+string(id)+"/1.tlog-proof", "")
		v, err := tlog.VerifyProof(proof.body, nil, nil, c.key)
		if err != nil || v.Entry.Verdict != string(id) {
			t.Errorf("the proof in %s log: %d %v", name, proof.status, err)
		}
	}
	if page := html.UnescapeString(string(w.request("GET", "/en/log", "").body)); !strings.Contains(page, "follows "+got.From) || !strings.Contains(page, oldKey[:len(oldKey)-4]) ||
		!strings.Contains(page, `href="/log2/proof`) || !strings.Contains(page, `href="/log/checkpoint"`) {
		t.Error("the page of the log does not lead to both logs")
	}
	for _, path := range []string{"/log2/verify", "/log2/policy.txt", "/log/policy.txt", "/log/tile/entries/000.p/2"} {
		if r := w.request("GET", path, ""); r.status != 200 {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	w.strangers(t, oldKey, mirror)
	w.close()
	w.goOn(t, nil) // nothing is left to be settled
	w.clean(t, w.state)
	w.close()
	w.regainBoth(t, mirror, oldKey, got.VKey)
}

// regainBoth loses the database: the newest log comes back first, then the one
// before it, and readers and monitors find both where they were.
func (w *watched) regainBoth(t *testing.T, mirror, oldKey, newKey string) {
	t.Helper()
	data := filepath.Join(w.dir, "data")
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(filepath.Join(data, "soi.db"+suffix)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	c := apptest.Configure(t, apptest.Options{Data: data, Listen: w.d.Config.Listen})
	a, err := app.Open(t.Context(), c, app.Options{Regain: true})
	must(t, err)
	if early, err := a.CatchUp(t.Context(), mirror); !errors.Is(err, tlog.ErrFork) && early.Audit.ExitCode() == 0 {
		t.Errorf("the earlier log came back before the one that vouches for it: %+v %v", early, err)
	}
	newest, err := a.CatchUp(t.Context(), mirror+"2")
	if err != nil || newest.Past != "" || newest.Size == 0 {
		t.Fatalf("the newest log: %+v %v", newest, err)
	}
	for range 2 {
		past, err := a.CatchUp(t.Context(), mirror)
		if err != nil || past.Past == "" || past.Audit.ExitCode() != 0 {
			t.Fatalf("the earlier log: %v %v", err, past.Audit.Findings)
		}
	}
	must(t, a.Close())
	w.goOn(t, nil)
	r, err := app.Monitor(t.Context(), app.MonitorOptions{URL: w.s.URL, VKey: newKey, State: w.state})
	must(t, err)
	if r.ExitCode() != 0 || len(r.Log.Past) != 1 || r.Log.Past[0].VKey != oldKey {
		t.Errorf("the monitor finds %s: %v %v", kindsOf(r), r.Log.Findings, r.Site)
	}
}

// strangers are those who trust the old key: they are told, and their folders
// stay true.
func (w *watched) strangers(t *testing.T, oldKey, mirror string) {
	t.Helper()
	r, err := app.Monitor(t.Context(), app.MonitorOptions{URL: w.s.URL, VKey: oldKey})
	must(t, err)
	if kindsOf(r) != "succeeded" || r.Log.Next == "" {
		t.Errorf("with the old key: %s, %v, %v", kindsOf(r), r.Log.Findings, r.Site)
	}
	m, err := app.LogMirror(t.Context(), w.s.URL, mirror, "")
	must(t, err)
	if m.Audit.ExitCode() != 0 || m.Audit.Next == "" {
		t.Errorf("the mirror of the old log: %v", m.Audit.Findings)
	}
	if a, err := app.LogVerify(t.Context(), mirror, oldKey, ""); err != nil || a.ExitCode() != 0 {
		t.Errorf("the folder: %v %v", err, a.Findings)
	}
	m, err = app.LogMirror(t.Context(), w.s.URL, mirror+"2", "")
	if err != nil || m.Audit.ExitCode() != 0 || m.Audit.Origin == r.Log.Origin {
		t.Errorf("the mirror of the new log: %v %v", err, m.Audit.Findings)
	}
}

// TestSuccessorOfALostKey: the folder of keys is gone, so nothing can be signed;
// the next log says where it stands.
func TestSuccessorOfALostKey(t *testing.T) {
	w := newWatched(t)
	w.close()
	must(t, os.RemoveAll(filepath.Join(w.dir, "data", "keys")))
	got := w.follow(t, nil)
	if got.Closed || !errors.Is(got.Unsigned, tlog.ErrKeyUnlisted) || got.Lost != 0 {
		t.Fatalf("followed: %+v", got)
	}
	w.goOn(t, nil)
	w.clean(t, "")
	w.publish("Không có đợt phát gạo ở kia.")
	w.clean(t, w.state)
}

// TestSuccessorOfALostDatabase: an older copy is all there is, and no mirror. The
// new log begins with what is left and says how much is not.
func TestSuccessorOfALostDatabase(t *testing.T) {
	w := newWatched(t)
	w.close()
	file := filepath.Join(w.dir, "data", "soi.db")
	older, err := os.ReadFile(file)
	must(t, err)
	w.goOn(t, nil)
	w.publish("Không có đợt phát gạo ở kia.")
	w.close()
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(file + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	must(t, os.WriteFile(file, older, 0o600))
	got := w.follow(t, nil)
	if got.Closed || !errors.Is(got.Unsigned, tlog.ErrRollback) || got.Lost != 1 {
		t.Fatalf("followed: %+v", got)
	}
	w.goOn(t, nil)
	if page := html.UnescapeString(string(w.request("GET", "/en/log", "").body)); !strings.Contains(page, "1 entry of the earlier log could not be brought back") {
		t.Error("the page of the log hides what was lost")
	}
	w.clean(t, "")
	w.publish("Không có đợt phát gạo ở kia nữa.")
	w.clean(t, "")
	r, err := app.Monitor(t.Context(), app.MonitorOptions{URL: w.s.URL, VKey: w.s.VKey()})
	must(t, err)
	if r.Log.Follows.Lost != 1 {
		t.Errorf("told from outside: %+v", r.Log.Follows)
	}
}

// TestSuccessorUnderAnotherName moves a desk to another address.
func TestSuccessorUnderAnotherName(t *testing.T) {
	w := newWatched(t)
	w.close()
	moved := map[string]string{"public-url": "https://moi.example"}
	c := apptest.Configure(t, apptest.Options{Data: filepath.Join(w.dir, "data"), Listen: w.d.Config.Listen, Settings: moved})
	if _, err := app.Open(t.Context(), c, app.Options{}); !errors.As(err, new(*app.OtherAddress)) {
		t.Fatalf("opened under another name: %v", err)
	}
	if got := w.follow(t, moved); got.To != "moi.example/log2" || !got.Closed {
		t.Fatalf("followed: %+v", got)
	}
	w.goOn(t, moved)
	if a, err := app.LogVerify(t.Context(), w.s.URL, w.s.VKey(), w.state); err != nil || a.ExitCode() != 0 {
		t.Errorf("verify: %v %v", err, a.Findings)
	}
}

// TestSuccessorCutOff cuts the change of keys off at each of its steps.
func TestSuccessorCutOff(t *testing.T) {
	w := newWatched(t)
	oldKey := w.s.VKey()
	w.close()
	keys := filepath.Join(w.dir, "data", "keys")
	was := map[string][]byte{}
	for _, name := range []string{"log.key", "guard"} {
		b, err := os.ReadFile(filepath.Join(keys, name))
		must(t, err)
		was[name] = b
	}
	got := w.follow(t, nil)
	secret, err := os.ReadFile(filepath.Join(keys, "log.key"))
	must(t, err)
	back := func(name string, b []byte) { must(t, os.WriteFile(filepath.Join(keys, name), b, 0o600)) }
	for step, undo := range map[string]func(){
		"the key waits":            func() { back("log.key", was["log.key"]); back("guard", was["guard"]) },
		"the guard was put aside":  func() { back("log.key", was["log.key"]); must(t, os.RemoveAll(filepath.Join(keys, "guard"))) },
		"the old key was put away": func() { back("log.key", was["log.key"]); back("log.key.past", was["log.key"]) },
	} {
		undo()
		back("log.key.successor", secret)
		w.act(t, app.Options{}, nil, func(a *app.App) {
			if a.VKey() != got.VKey || a.VKey() == oldKey {
				t.Errorf("%s: the key is %s", step, a.VKey())
			}
		})
		if _, err := os.Stat(filepath.Join(keys, "log.key.successor")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: the key still waits: %v", step, err)
		}
	}
	if _, err := os.Stat(filepath.Join(keys, "guard")); errors.Is(err, os.ErrNotExist) {
		w.act(t, app.Options{}, nil, func(a *app.App) { must(t, a.RebuildGuard(t.Context())) })
	}
	w.goOn(t, nil)
	w.clean(t, w.state)
	w.close()
	// A key that the log does not name counts for nothing.
	back("log.key.successor", was["log.key"])
	w.goOn(t, nil)
	w.clean(t, w.state)
}

// TestSuccessorOnPostgreSQL: the guards of that database step aside and come back
// as SQLite's do.
func TestSuccessorOnPostgreSQL(t *testing.T) {
	c := apptest.Configure(t, apptest.Options{Database: pgtest.Start(t, pgtest.Options{}).Database(t)})
	a, err := app.Open(t.Context(), c, app.Options{})
	must(t, err)
	publishOne(t, a, 1)
	must(t, a.Close())
	a, err = app.Open(t.Context(), c, app.Options{Succeed: true})
	must(t, err)
	got, err := a.SucceedLog(t.Context())
	must(t, err)
	if !got.Closed || got.Lost != 0 {
		t.Errorf("followed: %+v", got)
	}
	must(t, a.Close())
	a, err = app.Open(t.Context(), c, app.Options{})
	must(t, err)
	publishOne(t, a, 2)
	findings, checked, err := a.Fsck(t.Context())
	must(t, err)
	if len(findings) > 0 || checked["earlier logs"] != 1 {
		t.Errorf("fsck: %q, %v", findings, checked)
	}
	must(t, a.Close())
}
