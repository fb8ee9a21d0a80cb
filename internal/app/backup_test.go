package app_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/config"
	"soi/internal/desk"
	"soi/internal/tlog"
)

// vault is the age key of a test's backups.
type vault struct{ recipient, identity string }

func newVault(t *testing.T) vault {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	must(t, err)
	file := filepath.Join(t.TempDir(), "identity")
	must(t, os.WriteFile(file, []byte(id.String()+"\n"), 0o600))
	return vault{id.Recipient().String(), file}
}

// opened is a desk that a test closes itself, as a program that ends does.
func opened(t *testing.T, c config.Config) *app.App {
	t.Helper()
	a, err := app.Open(t.Context(), c, app.Options{Log: apptest.Log(t)})
	must(t, err)
	return a
}

// publishOne takes a claim all the way, so that the public log grows by one.
func publishOne(t *testing.T, a *app.App, n int) {
	t.Helper()
	ctx := t.Context()
	who := func(r desk.Role) desk.Actor {
		s, err := a.Desk.StaffNamed(ctx, string(r))
		if errors.Is(err, desk.ErrNotFound) {
			s, err = a.Desk.AddStaff(ctx, desk.Program(), string(r), r, "vi")
		}
		must(t, err)
		return desk.As(s)
	}
	checker, editor := who(desk.Checker), who(desk.Editor)
	text := fmt.Sprintf("Nghe nói cây cầu số %d sắp đóng?", n)
	got, err := a.Desk.Receive(ctx, desk.Program(), desk.NewTip{Channel: "web", ExtID: formValue(), Text: text, Folded: []byte(text), Lang: "vi", Decision: "new"})
	must(t, err)
	_, err = a.Desk.AddEvidence(ctx, checker, got.Claim.ID, desk.Evidence{URL: "https://example.org/a", Title: "A", Stance: desk.Refutes, Independent: true})
	must(t, err)
	v, err := a.Desk.ClaimPage(ctx, checker, got.Claim.ID)
	must(t, err)
	d, err := a.Desk.SaveDraft(ctx, checker, got.Claim.ID, v.Draft.Version, desk.RatingFalse,
		desk.Text{Lang: "vi", Claim: text, Statement: "Cầu vẫn mở.", Summary: "Cầu vẫn mở.", Body: "Một."})
	must(t, err)
	r, err := a.Desk.Submit(ctx, checker, desk.Proposal{Claim: got.Claim.ID, DraftVersion: d.Version})
	must(t, err)
	_, err = a.Desk.Approve(ctx, editor, r.ID, r.Hash, desk.Points(r.Kind))
	must(t, err)
	must(t, a.AfterPublish(ctx))
}

// A backup is taken while tips arrive, everything but the keys is lost, the
// backup is read in: all that was acknowledged before it began is there, and
// the log goes on where the guard file says.
func TestABackupUnderLoadBringsTheDeskBack(t *testing.T) {
	v := newVault(t)
	keys := t.TempDir()
	d := apptest.Start(t, apptest.Options{Settings: map[string]string{"keys": keys}})
	publishOne(t, d.App, 1)
	acked := map[string]string{}
	send := func(n int) {
		text := fmt.Sprintf("tin thứ %d về %s", n, formValue())
		r := ask(t, d.URL, formValue(), text)
		if code := ticketShown.Find(r.body); r.status == 200 && code != nil {
			acked[string(code)] = text
		}
	}
	for n := range 20 {
		send(n)
	}
	before := len(acked)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	must(t, os.Mkdir(filepath.Join(keys, "backups"), 0o700))
	kept := map[string]string{}
	for k, text := range acked {
		kept[k] = text
	}
	go func() {
		defer close(done)
		for n := 20; ctx.Err() == nil && n < 500; n++ {
			send(n)
		}
	}()
	b, err := d.Backup(t.Context(), filepath.Join(keys, "backups"), v.recipient)
	cancel()
	<-done
	must(t, err)
	must(t, d.Stop())
	guard := readGuard(t, d.Config.Guard)
	t.Logf("backup of %d rows, %d bytes; %d tips acknowledged before it, %d during", b.Digest.Rows, b.Bytes, before, len(acked)-before)

	c := d.Config
	c.Data = t.TempDir() // everything but the keys is lost
	_, err = app.Restore(t.Context(), c, b.Path, v.identity)
	must(t, err)
	a := opened(t, c)
	s, err := a.Start(t.Context())
	must(t, err)
	defer func() { must(t, s.Stop()); must(t, a.Close()) }()
	for code, text := range kept {
		got, err := a.Desk.ByTicket(t.Context(), desk.Program(), desk.TicketHash(code))
		if err != nil || got.Tip.Text != text {
			t.Errorf("ticket %s: %q, %v; want %q", code, got.Tip.Text, err, text)
		}
	}
	if now := readGuard(t, c.Guard); now != guard {
		t.Errorf("the guard file says %q after restoring, %q before", now, guard)
	}
	out := t.TempDir()
	_, err = a.LogExport(t.Context(), out)
	must(t, err)
	note := strings.Split(readGuard(t, filepath.Join(out, "checkpoint")), "\n") // origin, size, root
	if want := fmt.Sprintf("size %s\nroot %s\n", note[1], note[2]); !strings.HasSuffix(guard, want) {
		t.Errorf("the log's head is %q, the guard file says %q", want, guard)
	}
	publishOne(t, a, 2) // and it goes on
	sound(t, a)
}

// readGuard is what the guard file says.
func readGuard(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	return string(b)
}

// Whatever comes back from the past, soi must not sign a second history.
func TestADatabaseOfThePastIsNotSigned(t *testing.T) {
	base := t.TempDir()
	c := apptest.Configure(t, apptest.Options{Data: filepath.Join(base, "data"), Settings: map[string]string{"keys": filepath.Join(base, "keys")}})
	a := opened(t, c)
	publishOne(t, a, 1)
	must(t, a.Close())
	oldData, oldGuard := copyOf(t, c.Data), readGuard(t, c.Guard)
	a = opened(t, c)
	publishOne(t, a, 2)
	publishOne(t, a, 3)
	must(t, a.Close())
	newGuard := readGuard(t, c.Guard)

	// Another history of the same length, signed with the same key.
	forked := copyOf(t, oldData)
	fc := c
	fc.Data, fc.Guard = forked, filepath.Join(base, "other-guard")
	must(t, os.WriteFile(fc.Guard, []byte(oldGuard), 0o600))
	a = opened(t, fc)
	publishOne(t, a, 4)
	publishOne(t, a, 5)
	must(t, a.Close())

	for _, k := range []struct {
		name  string
		data  string
		guard string // "" for no file
		want  error  // nil: signing goes on
	}{
		{"an older copy", oldData, newGuard, tlog.ErrRollback},
		{"another database", forked, newGuard, tlog.ErrFork},
		{"no guard file", c.Data, "", tlog.ErrGuardMissing},
		{"a damaged guard file", c.Data, newGuard[:len(newGuard)-9] + "\n", tlog.ErrGuardCorrupt},
		{"the guard file of another log", c.Data, strings.Replace(newGuard, "origin ", "origin x", 1), tlog.ErrGuardOrigin},
		{"an older guard file", c.Data, oldGuard, nil},
		{"all as it was", c.Data, newGuard, nil},
	} {
		t.Run(k.name, func(t *testing.T) {
			kc := c
			kc.Data, kc.Guard = copyOf(t, k.data), filepath.Join(t.TempDir(), "guard")
			if k.guard != "" {
				must(t, os.WriteFile(kc.Guard, []byte(k.guard), 0o600))
			}
			signing(t, kc, k.guard, k.want)
		})
	}
}

// signing opens the desk and looks whether it signs, what it shows meanwhile
// and what the doctor says.
func signing(t *testing.T, c config.Config, guard string, want error) {
	t.Helper()
	a := opened(t, c)
	defer func() { must(t, a.Close()) }()
	_, err := a.LogExport(t.Context(), t.TempDir())
	if !errors.Is(err, want) || (err == nil) != (want == nil) {
		t.Fatalf("signing: %v, want %v", err, want)
	}
	refused := false
	for _, r := range a.Doctor(t.Context()) {
		refused = refused || want != nil && r.Level == app.Trouble && r.En == app.Explain(want, "en") && r.Vi != r.En
	}
	if refused != (want != nil) {
		t.Errorf("the doctor says of the refusal: %v, want %v", refused, want != nil)
	}
	if want == nil {
		return
	}
	if b, err := os.ReadFile(c.Guard); guard != "" && (err != nil || string(b) != guard) {
		t.Errorf("the guard file was changed: %q, %v", b, err)
	}
	s, err := a.Start(t.Context()) // the desk still runs, and says why nothing is published
	must(t, err)
	must(t, s.Stop())
}

// copyOf copies a folder.
func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	must(t, os.CopyFS(to, os.DirFS(dir)))
	return to
}

func TestABackupThatCannotBeReadChangesNothing(t *testing.T) {
	v, other := newVault(t), newVault(t)
	a := opened(t, apptest.Configure(t, apptest.Options{}))
	publishOne(t, a, 1)
	b, err := a.Backup(t.Context(), filepath.Join(t.TempDir(), "one.age"), v.recipient)
	must(t, err)
	must(t, a.Close())
	whole, err := os.ReadFile(b.Path)
	must(t, err)
	flipped := append([]byte{}, whole...)
	flipped[len(flipped)/2] ^= 1
	for _, k := range []struct {
		name     string
		file     []byte
		identity string
		kind     error // nil: any error
	}{
		{"wrong key", whole, other.identity, app.ErrRecipient},
		{"no key file", whole, filepath.Join(t.TempDir(), "nothing"), os.ErrNotExist},
		{"damaged", flipped, v.identity, nil},
		{"cut short", whole[:len(whole)-100], v.identity, nil},
		{"cut at its head", whole[:40], v.identity, nil},
		{"empty", nil, v.identity, nil},
		{"no backup", []byte("hello"), v.identity, nil},
	} {
		t.Run(k.name, func(t *testing.T) {
			from := filepath.Join(t.TempDir(), "file.age")
			must(t, os.WriteFile(from, k.file, 0o600))
			c := apptest.Configure(t, apptest.Options{})
			_, err := app.Restore(t.Context(), c, from, k.identity)
			if err == nil || k.kind != nil && !errors.Is(err, k.kind) {
				t.Fatalf("restore: %v", err)
			}
			t.Log(err)
			again := opened(t, c)
			defer func() { must(t, again.Close()) }()
			if n := len(allTips(t, again)); n != 0 {
				t.Errorf("%d tips are there after a refused restore", n)
			}
			if _, err := again.Desk.StaffNamed(t.Context(), "editor"); !errors.Is(err, desk.ErrNotFound) {
				t.Errorf("an account is there after a refused restore: %v", err)
			}
		})
	}
	full := apptest.Configure(t, apptest.Options{})
	a = opened(t, full)
	publishOne(t, a, 7)
	must(t, a.Close())
	if _, err := app.Restore(t.Context(), full, b.Path, v.identity); err == nil {
		t.Error("a desk in use was overwritten")
	}
	if _, err := opened(t, full).Backup(t.Context(), t.TempDir(), "age1nonsense"); !errors.Is(err, app.ErrRecipient) {
		t.Errorf("backup to nonsense: %v", err)
	}
}
