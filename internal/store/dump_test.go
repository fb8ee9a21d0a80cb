package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"soi/internal/auth"
	"soi/internal/desk"
	"soi/internal/store/pgtest"
)

// signIn adds rows to the tables of signing in.
func signIn(t testing.TB, db *DB) {
	t.Helper()
	ctx, staff, at := context.Background(), desk.NewID(), time.UnixMilli(1_790_000_000_123).UTC()
	err := firstOf(
		db.ChangeFactors(ctx, auth.FactorChange{Staff: staff, Add: []auth.Factor{
			{ID: desk.NewID(), Staff: staff, Kind: auth.Passkey, Name: "khoá", Data: []byte{0, 1, 255}, Created: at}}}),
		db.AddSession(ctx, auth.Session{ID: desk.NewID(), Token: bytes.Repeat([]byte{7}, 32), Staff: staff, Expires: at}),
		db.PutLink(ctx, auth.Link{Hash: bytes.Repeat([]byte{8}, 32), Staff: staff, Created: at}),
		db.Spend(ctx, bytes.Repeat([]byte{9}, 32), at),
	)
	if err != nil {
		t.Fatal(err)
	}
}

// dumpOf dumps a desk.
func dumpOf(t testing.TB, db *DB) (string, Digest) {
	t.Helper()
	var b bytes.Buffer
	d, err := db.Dump(context.Background(), &b)
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), d
}

// apiKey gives a desk a key of the API.
func apiKey(t testing.TB, db *DB) {
	t.Helper()
	err := db.Tx(context.Background(), func(tx desk.Tx) error {
		return tx.SetAPIKey(context.Background(), desk.APIKey{ID: desk.NewID(), Name: "Biểu mẫu", Hash: bytes.Repeat([]byte{7}, 32), PerHour: 60,
			Webhook: "https://partner.example/told", Made: time.UnixMilli(1), Ended: time.UnixMilli(2)})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// archivedCopy gives a desk a source with its copy.
func archivedCopy(t testing.TB, db *DB) {
	t.Helper()
	err := db.Tx(context.Background(), func(tx desk.Tx) error {
		ctx := context.Background()
		c := desk.Claim{ID: desk.NewID(), Text: "Giá điện", State: desk.ClaimOpen, LogIndex: -1}
		e := desk.Evidence{ID: desk.NewID(), Claim: c.ID, URL: "https://example.org/bài", Stance: desk.Context}
		copied := desk.Capture{ID: desk.NewID(), Evidence: e.ID, Claim: c.ID, State: desk.CaptureDone, Kind: desk.CapturePage, At: time.UnixMilli(5),
			Sum: bytes.Repeat([]byte{0}, 32), Manifest: bytes.Repeat([]byte{255}, 32), Warnings: []desk.CaptureWarning{desk.WarnThin}}
		return firstOf(tx.SetClaim(ctx, c), tx.SetEvidence(ctx, e), tx.SetCapture(ctx, copied),
			tx.AddPayload(ctx, copied.ID, bytes.Repeat([]byte("payload"), 80_000)), tx.AddPayload(ctx, copied.ID, nil))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestDumpMoves takes a desk from SQLite to PostgreSQL and back: the dump
// stays the same to the last byte, and the moved desk works on.
func TestDumpMoves(t *testing.T) {
	server := pgtest.Start(t, pgtest.Options{})
	first := openNew(t, Options{})
	furnish(t, first)
	signIn(t, first)
	press(t, first)
	apiKey(t, first)
	archivedCopy(t, first)
	practised(t, first)
	atWork(t, first)
	someDesks(t, first)
	teamwork(t, first)
	openedOut(t, first)
	dump, digest := dumpOf(t, first)
	for _, tab := range tables() {
		if empty := fmt.Sprintf("{\"table\":%q", tab.name); !strings.Contains(dump, empty) || strings.Contains(after(dump, empty), "]}\n{") {
			t.Errorf("table %s is not in the dump, or has no row there", tab.name)
		}
	}
	for _, next := range []*DB{openAt(t, server.Database(t), Options{}), openNew(t, Options{}), openAt(t, server.Database(t), Options{})} {
		d, err := next.LoadDump(t.Context(), strings.NewReader(dump))
		if err != nil || d != digest {
			t.Fatalf("%s: %+v, %v; want %+v", next.Engine(), d, err, digest)
		}
		again, d := dumpOf(t, next)
		if again != dump || d != digest {
			t.Errorf("%s dumps something else than it loaded", next.Engine())
		}
		if _, err := next.LoadDump(t.Context(), strings.NewReader(dump)); !errors.Is(err, ErrNotEmpty) {
			t.Errorf("%s: loading twice: %v", next.Engine(), err)
		}
		err = next.Tx(t.Context(), func(tx desk.Tx) error {
			seq, err := tx.Append(t.Context(), desk.Event{Kind: desk.EvSettingChanged})
			if seq <= 1 {
				t.Errorf("%s: the event after loading has number %d", next.Engine(), seq)
			}
			return err
		})
		if err != nil {
			t.Errorf("%s: writing after loading: %v", next.Engine(), err)
		}
	}
}

// after returns the line that begins with start, and the one after it.
func after(text, start string) string {
	_, rest, _ := strings.Cut(text, start)
	lines := strings.SplitAfterN(rest, "\n", 3)
	return strings.Join(lines[:min(2, len(lines))], "")
}

// TestBadDumps damages a dump in many ways: none is loaded, and the database
// stays empty.
func TestBadDumps(t *testing.T) {
	first := openNew(t, Options{})
	furnish(t, first)
	good, _ := dumpOf(t, first)
	lines := strings.SplitAfter(strings.TrimSuffix(good, "\n"), "\n")
	join := func(ls []string) string { return strings.Join(ls, "") + "\n" }
	without := func(i int) string { return join(slices.Delete(slices.Clone(lines), i, i+1)) }
	row := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "[") })
	bad := map[string]string{
		"nothing": "", "another file": "PK\x03\x04\n", "a half": good[:len(good)/2], "no last line": good[:strings.LastIndex(good[:len(good)-1], "\n")+1],
		"a row less": without(row), "a table less": without(row - 1), "the head less": without(0),
		"a row twice": join(slices.Insert(slices.Clone(lines), row, lines[row])), "a letter changed": strings.Replace(good, "Nước", "nước", 1),
		"another schema": strings.Replace(good, `"schema":`, `"schema":9`, 1), "another format": strings.Replace(good, `"format":1`, `"format":2`, 1),
		"something after it": good + "[]\n", "an unknown table": strings.Replace(good, `"table":"tip"`, `"table":"sqlite_schema"`, 1),
		"another column": strings.Replace(good, `"ext_id"`, `"sender"`, 1), "a wrong digest": strings.Replace(good, `"sha256":"`, `"sha256":"0`, 1),
		"a number for a text": strings.Replace(good, `"Nước chanh"`, `17`, 1), "a row that is too short": strings.Replace(good, "[", `["x"]`+"\n[", 1),
	}
	for what, text := range bad {
		if text == good {
			t.Fatalf("%s: this dump is not damaged", what)
		}
		db := openNew(t, Options{})
		_, err := db.LoadDump(t.Context(), strings.NewReader(text))
		if err == nil {
			t.Errorf("%s: the dump was loaded", what)
		}
		if _, d := dumpOf(t, db); d.Rows != 1 { // the head of the empty log
			t.Errorf("%s: %d rows were left behind", what, d.Rows)
		}
	}
}

// TestBackupOfALiveDesk copies a desk again and again while it is written to.
func TestBackupOfALiveDesk(t *testing.T) {
	db := openNew(t, Options{})
	furnish(t, db)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int)
	go func() { // a and b are always equal, in every moment that can be seen
		n := 0
		for ctx.Err() == nil {
			n++
			v := fmt.Sprint(n)
			if err := db.Tx(context.WithoutCancel(ctx), func(tx desk.Tx) error {
				return firstOf(tx.SetSetting(t.Context(), "a", v), tx.SetSetting(t.Context(), "b", v), tx.SetSetting(t.Context(), "n"+v, strings.Repeat(v, 300)))
			}); err != nil {
				t.Errorf("writing: %v", err)
			}
		}
		ended <- n
	}()
	dir := t.TempDir()
	for i := range 10 {
		path := filepath.Join(dir, fmt.Sprint("copy ", i, ".db"))
		if err := db.Backup(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("copy: %v, %v", info.Mode(), err)
		}
		readCopy(t, path)
	}
	stop()
	if n := <-ended; n < 20 {
		t.Errorf("only %d transactions were written meanwhile", n)
	}
	if err := db.Backup(t.Context(), filepath.Join(dir, "copy 0.db")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a copy over a copy: %v", err)
	}
	if err := db.Backup(t.Context(), filepath.Join(dir, "none", "copy.db")); err == nil {
		t.Error("a copy into a folder that is not there")
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 10 {
		t.Errorf("%d files beside 10 copies, %v", len(files), err)
	}
}

// readCopy opens a copy as a desk.
func readCopy(t *testing.T, path string) {
	t.Helper()
	work := filepath.Join(t.TempDir(), "restored.db")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(work, b, 0o600); err != nil {
		t.Fatal(err)
	}
	copied := openAt(t, work, Options{})
	err = copied.Read(t.Context(), func(tx desk.Tx) error {
		a, err := tx.Setting(t.Context(), "a")
		b, err2 := tx.Setting(t.Context(), "b")
		if a != b {
			t.Errorf("the copy shows %q beside %q", a, b)
		}
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Error(err)
	}
	h, err := copied.Health(t.Context())
	if err != nil || len(h.Concerns()) != 0 {
		t.Errorf("health of the copy: %+v, %v", h, err)
	}
	if err := copied.Close(); err != nil {
		t.Error(err)
	}
}

func TestDamagedCopyIsNotKept(t *testing.T) {
	db := openNew(t, Options{})
	furnish(t, db)
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := db.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 3 * 4096; i < 6*4096; i++ {
		b[i] ^= 0x55
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	err = checkFile(t.Context(), path, Options{})
	var badCopy *BadCopyError
	if !errors.As(err, &badCopy) || badCopy.Findings == "" {
		t.Errorf("a damaged file: %v", err)
	}
}

func health(t *testing.T, fresh func(testing.TB) *DB) {
	db := fresh(t)
	h, err := db.Health(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all, err := steps(db.engine)
	if err != nil || h.Have != len(all) || h.Want != len(all) || h.Bytes < 4096 || h.Version == "" || h.Engine != db.Engine() {
		t.Errorf("health: %+v, %v", h, err)
	}
	if db.postgres() {
		if h.Fsync != "off" || !slices.Contains(h.Concerns(), FsyncOff) || !slices.Contains(h.Concerns(), NoStandby) || h.SynchronousCommit != "on" || h.Encoding != "UTF8" {
			t.Errorf("the quick test server: %+v, %v", h, h.Concerns())
		}
		if err := db.Backup(t.Context(), filepath.Join(t.TempDir(), "x")); !errors.Is(err, ErrNoFile) {
			t.Errorf("Backup: %v", err)
		}
		return
	}
	if cs := h.Concerns(); len(cs) != 0 || h.Path != db.path || h.Integrity != "ok" {
		t.Errorf("health: %+v, concerns %v", h, cs)
	}
	loose := openNew(t, Options{synchronous: "NORMAL"})
	h, err = loose.Health(t.Context())
	if err != nil || !slices.Equal(h.Concerns(), []Concern{NotFull}) {
		t.Errorf("synchronous NORMAL: %v, %v", h.Concerns(), err)
	}
}
