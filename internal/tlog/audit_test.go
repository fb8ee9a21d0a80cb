package tlog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func sum(b []byte) [32]byte { return sha256.Sum256(b) }

// files is an export in memory: quicker to make, and to spoil, than a folder.
type files map[string][]byte

func (f files) get(_ context.Context, path string) ([]byte, error) {
	b, ok := f[path]
	if !ok {
		return nil, errAbsent
	}
	return b, nil
}

// fill makes f what the database says now.
func (f files) fill(t *testing.T, d *desk) {
	t.Helper()
	clear(f)
	p, err := lastPublished(t.Context(), d.log, d.key.VKey())
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{"checkpoint", "vkey"}
	for _, tile := range tilesOf(p.size) {
		paths = append(paths, tile.Path())
	}
	for sum, b := range d.log.docs {
		if b != nil {
			paths = append(paths, docPath(sum))
		}
	}
	for _, path := range paths {
		b, err := p.file(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		f[path] = bytes.Clone(b)
	}
}

func (f files) spoil(path string) { f[path][len(f[path])/2] ^= 1 }

func mustAudit(t *testing.T, src source, o AuditOptions) Audit {
	t.Helper()
	a, err := audit(t.Context(), src, o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func sentences(a Audit) []string {
	var out []string
	for _, f := range a.Findings {
		out = append(out, string(f.Kind)+": "+f.Sentence("en"))
	}
	return out
}

func TestAuditClean(t *testing.T) {
	d, dir := exported(t, 280)
	h := httptest.NewServer(NewHandler(d.log, d.key.VKey(), d.log.find, slog.New(slog.DiscardHandler)))
	defer h.Close()
	mirror := httptest.NewServer(http.StripPrefix("/mirror", http.FileServer(http.Dir(dir))))
	defer mirror.Close()
	ways := map[string]func(AuditOptions) (Audit, error){
		"folder": func(o AuditOptions) (Audit, error) { return VerifyDir(t.Context(), dir, o) },
		"desk":   func(o AuditOptions) (Audit, error) { return VerifyURL(t.Context(), h.Client(), h.URL, o) },
		"log":    func(o AuditOptions) (Audit, error) { return VerifyURL(t.Context(), h.Client(), h.URL+"/log/", o) },
		"mirror": func(o AuditOptions) (Audit, error) {
			return VerifyURL(t.Context(), mirror.Client(), mirror.URL+"/mirror", o)
		},
		"database": func(o AuditOptions) (Audit, error) { return VerifyStorage(t.Context(), d.log, d.key.VKey(), o) },
	}
	for name, way := range ways {
		o := AuditOptions{VKey: d.key.VKey(), StateDir: filepath.Join(t.TempDir(), "state")}
		for _, kept := range []int64{0, 280} {
			a, err := way(o)
			if err != nil || a.ExitCode() != 0 {
				t.Fatalf("%s: %v %v", name, err, sentences(a))
			}
			if a.Size != 280 || a.Entries != 280 || a.Documents != 276 || a.Erased != 1 || a.Kept != kept || a.KeyFromLog {
				t.Errorf("%s: %+v", name, a.Checkpoint)
			}
			if s := a.Verdicts[verdictID(2)]; s.Rev != 2 || s.Rating != "half-true" {
				t.Errorf("%s: verdict 2 is %+v", name, s)
			}
		}
	}
	// Without a key: trusted on the log's own word, and that is said.
	if a := mustAudit(t, dirSource{dir}, AuditOptions{}); a.ExitCode() != 0 || !a.KeyFromLog {
		t.Errorf("without a key: %+v", sentences(a))
	}
	if a := mustAudit(t, dirSource{dir}, AuditOptions{VKey: testKey(t, testOrigin, "x").VKey()}); a.ExitCode() != 2 || a.Findings[0].Kind != FindSignature {
		t.Errorf("another key: %v", sentences(a))
	}
}

// tamper is what a person with access to the database or the files could do.
type tamper struct {
	name    string
	do      func(t *testing.T, d *desk, f files)
	want    FindingKind
	verdict string // that the findings must name; empty: none
}

// rewrite replaces entries and builds and signs the whole log again with the
// real key: the strongest insider.
func rewrite(t *testing.T, d *desk, f files, change func(bodies [][]byte) [][]byte) {
	t.Helper()
	fresh := newMemLog()
	for _, b := range change(slices.Clone(d.log.entries)) {
		fresh.raw(t, b)
	}
	fresh.docs = d.log.docs
	n, err := signCheckpoint(Checkpoint{Origin: testOrigin, Size: fresh.head.Size, Root: fresh.head.Root}, d.key)
	if err != nil {
		t.Fatal(err)
	}
	fresh.checkpoints[fresh.head.Size] = n
	d.log.become(fresh)
	f.fill(t, d)
}

func edit(d *desk, index int, old, new string) {
	d.log.entries[index] = bytes.Replace(d.log.entries[index], []byte(old), []byte(new), 1)
}

// edits change what is stored or served, but not the signed root. Entry i of the
// log is verdict i, revision 1, for 2 ≤ i < 294.
func edits() []tamper {
	victim := verdictID(40)
	return []tamper{
		{"rating edited in the database", func(t *testing.T, d *desk, f files) {
			edit(d, 40, "rating false", "rating true")
			f.fill(t, d)
		}, FindEntry, victim},
		{"time edited", func(t *testing.T, d *desk, f files) { edit(d, 40, "T10:", "T11:"); f.fill(t, d) }, FindEntry, victim},
		{"document hash edited", func(t *testing.T, d *desk, f files) {
			doc := []byte(`{"nonce":"","claim":"another"}`)
			e, err := Parse(d.log.entries[40])
			if err != nil {
				t.Fatal(err)
			}
			d.log.docs[sum(doc)], e.Doc = doc, sum(doc)
			if d.log.entries[40], err = Format(e); err != nil {
				t.Fatal(err)
			}
			f.fill(t, d)
		}, FindEntry, victim},
		{"two entries swapped", func(t *testing.T, d *desk, f files) {
			d.log.entries[40], d.log.entries[41] = d.log.entries[41], d.log.entries[40]
			f.fill(t, d)
		}, FindEntry, victim},
		{"text of the document edited", func(t *testing.T, d *desk, f files) {
			f.spoil(docPath(d.st[victim].Doc))
		}, FindDocChanged, victim},
		{"document deleted without an entry", func(t *testing.T, d *desk, f files) {
			delete(f, docPath(d.st[victim].Doc))
		}, FindDocMissing, victim},
		{"policy document deleted", func(t *testing.T, d *desk, f files) {
			delete(f, docPath(sum([]byte("the scale and the corrections policy\n"))))
		}, FindDocMissing, ""},
		{"document written after the erasure deleted", func(t *testing.T, d *desk, f files) {
			delete(f, docPath(d.st[verdictID(5)].Doc))
		}, FindDocMissing, verdictID(5)},
		{"document deleted and its entry edited to erase", func(t *testing.T, d *desk, f files) {
			e, err := Parse(d.log.entries[40])
			if err != nil {
				t.Fatal(err)
			}
			rewrite(t, d, f, func(b [][]byte) [][]byte {
				b[40], err = Format(Entry{Kind: KindErase, Time: e.Time, Verdict: victim, Rev: 2, Prev: 4, Reason: ReasonLegal})
				return b
			})
			if err != nil {
				t.Fatal(err)
			}
		}, FindRule, victim},
		{"bit flipped in a bundle", func(t *testing.T, d *desk, f files) {
			b := f["tile/entries/000"]
			b[bytes.Index(b, []byte(victim))+60] ^= 1
		}, FindEntry, victim},
		{"bundle cut short", func(t *testing.T, _ *desk, f files) {
			f["tile/entries/001.p/44"] = f["tile/entries/001.p/44"][:500]
		}, FindBundle, ""},
		{"bundle missing", func(t *testing.T, _ *desk, f files) { delete(f, "tile/entries/001.p/44") }, FindMissing, ""},
		{"tile missing", func(t *testing.T, _ *desk, f files) { delete(f, "tile/1/000.p/1") }, FindMissing, ""},
		{"tile of level 1 spoilt", func(t *testing.T, _ *desk, f files) { f.spoil("tile/1/000.p/1") }, FindTile, ""},
		{"signed size raised", func(t *testing.T, _ *desk, f files) {
			f["checkpoint"] = bytes.Replace(f["checkpoint"], []byte("\n300\n"), []byte("\n299\n"), 1)
		}, FindSignature, ""},
		{"checkpoint of another key", func(t *testing.T, d *desk, f files) {
			resign(t, f, testKey(t, testOrigin, "thief"), Checkpoint{Origin: testOrigin, Size: 300, Root: d.log.head.Root})
		}, FindSignature, ""},
	}
}

// rewrites are made by someone who has the desk's key.
func rewrites() []tamper {
	victim := verdictID(40)
	return []tamper{
		{"root that the real key signed falsely", func(t *testing.T, d *desk, f files) {
			resign(t, f, d.key, Checkpoint{Origin: testOrigin, Size: 300, Root: Hash{1}})
		}, FindRoot, ""},
		{"signed by a key that the log does not name", func(t *testing.T, d *desk, f files) {
			// The insider's own key in place of the genesis key, and shown as the desk's.
			rewrite(t, d, f, func(b [][]byte) [][]byte {
				b[0] = bytes.Replace(b[0], []byte(d.key.VKey()), []byte(testKey(t, testOrigin, "thief").VKey()), 1)
				return b
			})
		}, FindKey, ""},
		{"rating changed by an update", func(t *testing.T, d *desk, f files) {
			s := d.st[victim]
			b, err := Format(Entry{Kind: KindUpdate, Time: d.now.Add(time.Hour), Verdict: victim, Rev: 2, Prev: s.Index, Rating: "true", Doc: s.Doc, Reason: ReasonTypo})
			if err != nil {
				t.Fatal(err)
			}
			rewrite(t, d, f, func(all [][]byte) [][]byte { return append(all, b) })
		}, FindRule, victim},
		{"whole log rewritten and signed again with the real key", func(t *testing.T, d *desk, f files) {
			rewrite(t, d, f, func(b [][]byte) [][]byte {
				b[40] = bytes.Replace(b[40], []byte("rating false"), []byte("rating true"), 1)
				return b
			})
		}, FindFork, victim},
		{"last entry removed, signed again with the real key", func(t *testing.T, d *desk, f files) {
			rewrite(t, d, f, func(b [][]byte) [][]byte { return b[:299] })
		}, FindRollback, verdictID(3)},
		{"older copy of the database", func(t *testing.T, d *desk, f files) {
			rewrite(t, d, f, func(b [][]byte) [][]byte { return b[:41] })
		}, FindRollback, verdictID(41)},
		{"an entry removed from the middle, signed again", func(t *testing.T, d *desk, f files) {
			rewrite(t, d, f, func(b [][]byte) [][]byte { return slices.Delete(b, 40, 41) })
		}, FindFork, victim},
	}
}

func resign(t *testing.T, f files, k *Key, c Checkpoint) {
	t.Helper()
	n, err := signCheckpoint(c, k)
	if err != nil {
		t.Fatal(err)
	}
	f["checkpoint"] = n
}

// TestAuditFindsTampering is T6 as far as the log alone goes: every edit is
// found by someone who saw the log once before, and named.
func TestAuditFindsTampering(t *testing.T) {
	for _, r := range append(edits(), rewrites()...) {
		t.Run(r.name, func(t *testing.T) {
			d, f := lively(t, 300), files{}
			f.fill(t, d)
			o := AuditOptions{VKey: d.key.VKey(), StateDir: filepath.Join(t.TempDir(), "state")}
			if a := mustAudit(t, f, o); a.ExitCode() != 0 {
				t.Fatalf("before: %v", sentences(a))
			}
			good := read(t, filepath.Join(o.StateDir, keptNote))
			r.do(t, d, f)
			a := mustAudit(t, f, o)
			if a.ExitCode() != 2 {
				t.Fatalf("not found: exit %d, %v", a.ExitCode(), sentences(a))
			}
			i := slices.IndexFunc(a.Findings, func(f Finding) bool { return f.Kind == r.want && (r.verdict == "" || f.Verdict == r.verdict) })
			if i < 0 {
				t.Fatalf("want %s of %q, found %v", r.want, r.verdict, sentences(a))
			}
			for _, lang := range []string{"vi", "en"} {
				if s := a.Findings[i].Sentence(lang); r.verdict != "" && !strings.Contains(s, r.verdict) || len(s) < 20 {
					t.Errorf("sentence %q does not name the verdict", s)
				}
			}
			// Both notes are kept as evidence, and the good one stays the measure.
			if !bytes.Equal(good, read(t, filepath.Join(o.StateDir, keptNote))) {
				t.Error("the good checkpoint was replaced")
			}
			if notes, err := filepath.Glob(filepath.Join(o.StateDir, "conflict-*.note")); err != nil || len(notes) != 1 {
				t.Errorf("evidence: %v, %v", notes, err)
			}
			if a := mustAudit(t, f, o); a.ExitCode() != 2 {
				t.Error("the second audit is content")
			}
		})
	}
}

// The control: without a memory, a log rewritten with the real key looks clean.
// That is what StateDir, mirrors and witnesses are for.
func TestAuditWithoutMemory(t *testing.T) {
	d, f := lively(t, 300), files{}
	rewrite(t, d, f, func(b [][]byte) [][]byte {
		b[40] = bytes.Replace(b[40], []byte("rating false"), []byte("rating true"), 1)
		return b
	})
	if a := mustAudit(t, f, AuditOptions{VKey: d.key.VKey()}); a.ExitCode() != 0 {
		t.Errorf("%v", sentences(a))
	}
}

func TestAuditGrowth(t *testing.T) {
	d, f := lively(t, 250), files{}
	f.fill(t, d)
	o := AuditOptions{StateDir: filepath.Join(t.TempDir(), "state")}
	if a := mustAudit(t, f, o); a.ExitCode() != 0 || !a.KeyFromLog {
		t.Fatalf("first: %v", sentences(a))
	}
	for i := range 20 {
		d.publish(verdictID(900 + i))
	}
	d.log.checkpoints[270] = d.sign().Note
	f.fill(t, d)
	if a := mustAudit(t, f, o); a.ExitCode() != 0 || a.Kept != 250 || a.Size != 270 || a.KeyFromLog {
		t.Errorf("longer: %v", sentences(a))
	}
	// The key seen first is the one trusted from then on.
	f["vkey"] = []byte(testKey(t, testOrigin, "thief").VKey() + "\n")
	resign(t, f, testKey(t, testOrigin, "thief"), Checkpoint{Origin: testOrigin, Size: 270, Root: d.log.head.Root})
	if a := mustAudit(t, f, o); a.ExitCode() != 2 || a.Findings[0].Kind != FindSignature {
		t.Errorf("key swapped: %v", sentences(a))
	}
}

// A log that cannot be read is not accused, and not remembered.
func TestAuditUnreachable(t *testing.T) {
	d := lively(t, 300)
	o := AuditOptions{VKey: d.key.VKey(), StateDir: filepath.Join(t.TempDir(), "state")}
	h := NewHandler(d.log, d.key.VKey(), d.log.find, slog.New(slog.DiscardHandler))
	fail := ""
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fail != "" && strings.HasPrefix(r.URL.Path, fail) {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		h.ServeHTTP(w, r)
	}))
	for _, fail = range []string{"/log/checkpoint", "/log/tile/entries/001", "/log/tile/0/", "/log/doc/"} {
		a, err := VerifyURL(t.Context(), srv.Client(), srv.URL, o)
		if err != nil || a.ExitCode() != 3 {
			t.Errorf("%s: exit %d, %v, %v", fail, a.ExitCode(), sentences(a), err)
		}
		if _, err := os.Stat(o.StateDir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: remembered", fail)
		}
	}
	srv.Close()
	if a, err := VerifyURL(t.Context(), http.DefaultClient, srv.URL, o); err != nil || a.ExitCode() != 3 {
		t.Errorf("closed: %v, %v", sentences(a), err)
	}
	if a := mustAudit(t, dirSource{t.TempDir()}, o); a.ExitCode() != 3 {
		t.Errorf("empty folder: %v", sentences(a))
	}
	for _, address := range []string{"", "desk.example", "ftp://desk.example", "https://", "https://desk.example/?x", "://"} {
		if _, err := VerifyURL(t.Context(), http.DefaultClient, address, o); !errors.Is(err, ErrForm) {
			t.Errorf("%q: %v", address, err)
		}
	}
	if _, err := VerifyStorage(t.Context(), d.log, "x", AuditOptions{}); !errors.Is(err, ErrForm) {
		t.Errorf("bad key: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := VerifyStorage(ctx, d.log, d.key.VKey(), o); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestAuditState(t *testing.T) {
	d, f := lively(t, 30), files{}
	f.fill(t, d)
	o := AuditOptions{VKey: d.key.VKey(), StateDir: filepath.Join(t.TempDir(), "state")}
	for _, name := range []string{keptNote, keptKey, keptEntries} {
		if err := os.RemoveAll(o.StateDir); err != nil {
			t.Fatal(err)
		}
		mustAudit(t, f, o)
		write(t, filepath.Join(o.StateDir, name), []byte("x"))
		if _, err := audit(t.Context(), f, o); !errors.Is(err, ErrState) {
			t.Errorf("%s spoilt: %v", name, err)
		}
	}
	// Interrupted after the entries, before the checkpoint: the old one counts.
	if err := os.RemoveAll(o.StateDir); err != nil {
		t.Fatal(err)
	}
	mustAudit(t, f, o)
	note := read(t, filepath.Join(o.StateDir, keptNote))
	d.publish(verdictID(900))
	d.log.checkpoints[31] = d.sign().Note
	f.fill(t, d)
	mustAudit(t, f, o)
	write(t, filepath.Join(o.StateDir, keptNote), note)
	if a := mustAudit(t, f, o); a.ExitCode() != 0 || a.Kept != 30 {
		t.Errorf("after an interrupted audit: kept %d, %v", a.Kept, sentences(a))
	}
}

// Every kind of finding and of refusal has a sentence in both languages.
func TestSentences(t *testing.T) {
	kinds := []FindingKind{FindUnreachable, FindCheckpoint, FindSignature, FindKey, FindRollback, FindFork, FindMissing, FindBundle,
		FindEntry, FindTile, FindRoot, FindRule, FindDocMissing, FindDocChanged}
	seen := map[string]bool{}
	for _, k := range kinds {
		for _, lang := range []string{"vi", "en"} {
			s := Finding{Kind: k, Index: -1, Path: "x"}.Sentence(lang)
			if seen[s] || strings.Contains(s, "unknown") || strings.Contains(s, "không rõ") || !strings.HasSuffix(s, ".") {
				t.Errorf("%s: %q", k, s)
			}
			seen[s] = true
		}
	}
	for _, err := range []error{ErrFirst, ErrForeignKey, ErrClosed, ErrTimeBack, ErrRev, ErrPrev, ErrTransition, ErrRatingChanged, ErrRatingUnknown} {
		for _, lang := range []string{"vi", "en"} {
			s := Explain(&RuleError{Index: 7, Verdict: "v", Rev: 2, Kind: err}, lang)
			if seen[s] || !strings.Contains(s, ": ") || !strings.Contains(s, "7") {
				t.Errorf("%v: %q", err, s)
			}
			seen[s] = true
		}
	}
	for _, err := range []error{ErrNothingToSign, ErrRollback, ErrFork, ErrDamaged, ErrKeyUnlisted, ErrGuardMissing, ErrGuardCorrupt, ErrGuardOrigin, ErrGuardPresent, ErrGuardBusy,
		ErrClockBehind, ErrClockSkew, ErrProof, ErrSignature, ErrCheckpoint, ErrNoEntry, ErrEntryDiffers, ErrNotInLog, ErrDocDiffers, ErrState, ErrForm} {
		if vi, en := Explain(err, "vi"), Explain(err, "en"); vi == "" || en == "" || vi == en || seen[vi] || strings.Contains(en, "tlog:") {
			t.Errorf("%v: %q, %q", err, vi, en)
		}
	}
	if s := Explain(errors.New("other"), "en"); s != "" {
		t.Errorf("foreign error: %q", s)
	}
}
