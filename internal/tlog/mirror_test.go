package tlog

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// host serves a desk's log, counts what is asked, and can be cut off.
type host struct {
	*httptest.Server
	asked atomic.Int64 // documents
	after atomic.Int64 // documents after which the host is gone; 0 never
}

func newHost(t *testing.T, d *desk) *host {
	h := &host{}
	log := NewHandler(d.log, d.key.VKey(), d.log.find, slog.New(slog.DiscardHandler))
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/log/doc/") {
			if n := h.asked.Add(1); h.after.Load() > 0 && n > h.after.Load() {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
		}
		log.ServeHTTP(w, r)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *host) mirror(t *testing.T, dir string) Mirrored {
	t.Helper()
	m, err := Mirror(t.Context(), h.Client(), h.URL, dir, "")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// sameFolders reports the first file in which two folders differ.
func sameFolders(t *testing.T, a, b string) string {
	t.Helper()
	differs := ""
	for _, pair := range [][2]string{{a, b}, {b, a}} {
		err := filepath.WalkDir(pair[0], func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			rel, _ := filepath.Rel(pair[0], path)
			other, _ := os.ReadFile(filepath.Join(pair[1], rel))
			if !bytes.Equal(read(t, path), other) {
				differs = rel
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return differs
}

// A mirror is what the desk itself would export: after a run that was cut off,
// after the log has grown, and after an erasure.
func TestMirrorIsAnExport(t *testing.T) {
	d := newDesk(t)
	for n := range 300 {
		d.publish(verdictID(n))
	}
	d.sign()
	h, dir := newHost(t, d), t.TempDir()
	h.after.Store(100)
	if m := h.mirror(t, dir); m.Audit.ExitCode() != 3 || m.Exported.Written != 0 {
		t.Errorf("cut off: code %d, %+v", m.Audit.ExitCode(), m.Exported)
	}
	had, _ := filepath.Glob(filepath.Join(dir, "doc", "*"))
	h.after.Store(0)
	h.asked.Store(0)
	if m := h.mirror(t, dir); m.Audit.ExitCode() != 0 || m.Exported.Size != 301 || m.Exported.Documents != 300 {
		t.Errorf("taken up: %v, %+v", m.Audit.Findings, m.Exported)
	}
	// A request of the run that was cut off may reach the host after that run gave up.
	const late = 16
	if n := h.asked.Load() - int64(300-len(had)); len(had) <= late || n < 0 || n > late {
		t.Errorf("%d documents were there, yet %d asked for", len(had), h.asked.Load())
	}
	own := t.TempDir()
	if _, err := ExportDir(t.Context(), d.log, d.key.VKey(), own); err != nil {
		t.Fatal(err)
	}
	gone := d.st[verdictID(7)].Doc
	d.step(verdictID(7), KindErase, "", ReasonPrivacy)
	d.log.docs[gone] = nil
	d.sign()
	m := h.mirror(t, dir)
	if m.Audit.ExitCode() != 0 || m.Exported.Erased != 1 {
		t.Fatalf("after an erasure: %v, %+v", m.Audit.Findings, m.Exported)
	}
	if _, err := ExportDir(t.Context(), d.log, d.key.VKey(), own); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{dir, own} { // proofs keep the checkpoint they were made with
		if err := os.RemoveAll(filepath.Join(p, "proof")); err != nil {
			t.Fatal(err)
		}
	}
	if differs := sameFolders(t, dir, own); differs != "" {
		t.Errorf("the mirror differs from an export in %s", differs)
	}
}

// A mirror takes over nothing from a log that does not fit, mends its own
// files, and refuses another history.
func TestMirrorRefuses(t *testing.T) {
	d := newDesk(t)
	for n := range 260 {
		d.publish(verdictID(n))
	}
	fork := &desk{t: t, log: d.log.clone(), key: d.key, now: d.now, st: map[string]VerdictState{}}
	d.publish(verdictID(300))
	d.sign()
	h, dir := newHost(t, d), t.TempDir()
	if m := h.mirror(t, dir); m.Audit.ExitCode() != 0 {
		t.Fatal(m.Audit.Findings)
	}
	tile := filepath.Join(dir, "tile/entries/000")
	good := read(t, tile)
	write(t, tile, append(bytes.Clone(good[:len(good)-2]), "xy"...))
	if m := h.mirror(t, dir); m.Audit.ExitCode() != 0 || !bytes.Equal(read(t, tile), good) {
		t.Errorf("a damaged file of the folder: %v", m.Audit.Findings)
	}
	fork.publish(verdictID(301))
	fork.publish(verdictID(302))
	fork.sign()
	before := read(t, filepath.Join(dir, "checkpoint"))
	other := newHost(t, fork)
	if _, err := Mirror(t.Context(), other.Client(), other.URL, dir, ""); !errors.Is(err, ErrFork) {
		t.Errorf("another history: %v", err)
	}
	d.publish(verdictID(303))
	d.sign()
	d.log.entries[5] = append(bytes.Clone(d.log.entries[5]), 'x')
	if err := os.Remove(tile); err != nil {
		t.Fatal(err)
	}
	if m := h.mirror(t, dir); m.Audit.ExitCode() != 2 || m.Exported.Written != 0 {
		t.Errorf("a log that does not fit: %v, %+v", m.Audit.Findings, m.Exported)
	}
	if !bytes.Equal(before, read(t, filepath.Join(dir, "checkpoint"))) {
		t.Error("the checkpoint of the folder was changed")
	}
}

// watched is a log whose desk names witnesses.
type watched struct {
	Storage
	all    []RemoteWitness
	quorum int
}

func (w watched) Witnesses() ([]RemoteWitness, int) { return w.all, w.quorum }

// TestMirrorNamesWitnesses: the policy of a mirror names the witnesses whose
// words stand in its checkpoint, and no witness that only the log speaks of.
func TestMirrorNamesWitnesses(t *testing.T) {
	d, key, silent := newDesk(t), witnessKey(t), witnessKey(t)
	d.publish(verdictID(1))
	d.sign()
	s := newWitness(t, t.TempDir(), key, d.key.VKey())
	got, err := AskWitness(t.Context(), s.Client(), RemoteWitness{Address: s.URL, VKey: key.VKey()}, d.log)
	if err != nil {
		t.Fatal(err)
	}
	d.log.cosigned[got.Size] = []string{got.Line}
	log := watched{d.log, []RemoteWitness{{Address: "https://one.example", VKey: key.VKey()}, {Address: "https://two.example", VKey: silent.VKey()}}, 2}
	h := httptest.NewServer(NewHandler(log, d.key.VKey(), d.log.find, slog.New(slog.DiscardHandler)))
	t.Cleanup(h.Close)
	dir := t.TempDir()
	for range 2 {
		if _, err := Mirror(t.Context(), h.Client(), h.URL, dir, ""); err != nil {
			t.Fatal(err)
		}
		policy := string(read(t, filepath.Join(dir, "policy.txt")))
		if want := "witness w1 " + key.VKey() + " https://one.example\ngroup witnesses 1 w1\nquorum witnesses\n"; !strings.HasSuffix(policy, want) || strings.Contains(policy, "two.example") {
			t.Errorf("the mirror's policy:\n%s", policy)
		}
	}
}
