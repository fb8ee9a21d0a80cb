//go:build linux

package store

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// A kill cannot tell a commit that is on the disk from one that is only in
// the kernel's memory; loss of power can. The test records every write, sync
// and deletion of a process that writes to a desk and says so after each
// commit, then builds the disk as it could be found after a cut at any moment:
// what was synced is there, of the rest some writes are and some are not, some
// torn in the middle. Whatever had been acknowledged must be in it.

// powerImages is how many disks are built and opened.
const powerImages = 200

func TestPowerLoss(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Fatal("this test needs strace (Debian: apt install strace)")
	}
	lost, corrupt := cutPower(t, "FULL")
	if lost != 0 || corrupt != 0 {
		t.Errorf("synchronous FULL: of %d images %d lack something acknowledged, %d are corrupt", powerImages, lost, corrupt)
	}
	// The control: a test that finds no loss here would find none anywhere.
	lost, corrupt = cutPower(t, "NORMAL")
	if lost == 0 || corrupt != 0 {
		t.Errorf("synchronous NORMAL: of %d images %d lack something acknowledged (must be some), %d are corrupt", powerImages, lost, corrupt)
	}
}

// cutPower records a process and counts the images that lost something.
func cutPower(t *testing.T, synchronous string) (lost, corrupt int) {
	dir := t.TempDir()
	events := record(t, dir, synchronous)
	first := -1
	syncs := 0
	for i, e := range events {
		if first < 0 && e.call == "acknowledge" {
			first = i
		}
		if e.call == "sync" {
			syncs++
		}
	}
	if first < 0 {
		t.Fatal("the recording has no acknowledgement")
	}
	rng := rand.New(rand.NewPCG(7, 11))
	acks := 0
	for range powerImages {
		cut := first + 1 + rng.IntN(len(events)-first)
		d := replay(events[:cut], rng)
		acks += len(d.acknowledged)
		l, c := d.examine(t)
		lost, corrupt = lost+min(l, 1), corrupt+c
	}
	t.Logf("synchronous=%s commits=%d syncs=%d events=%d images=%d acknowledged=%d images_with_loss=%d corrupt=%d",
		synchronous, commits, syncs, len(events), powerImages, acks, lost, corrupt)
	return lost, corrupt
}

// event is something that happened to the disk, in order.
type event struct {
	call string // create, write, truncate, sync, unlink, acknowledge
	file string // base name; "" for the folder
	off  int64  // of a write; size of a truncation
	data []byte
}

// record runs writeAndTell under strace and reads what it did.
func record(t *testing.T, dir, synchronous string) []event {
	t.Helper()
	home, trace := filepath.Join(dir, "home"), filepath.Join(dir, "trace")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("strace", "-f", "-qq", "-y", "-xx", "-s", "262144", "-o", trace,
		"-e", "trace=openat,write,pwrite64,pwritev,pwritev2,writev,fsync,fdatasync,sync_file_range,ftruncate,fallocate,unlink,unlinkat,rename,renameat,renameat2", os.Args[0])
	cmd.Env = append(os.Environ(), childWrite+"="+synchronous, childDSN+"="+filepath.Join(home, "desk.db"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("strace: %v\n%s", err, stderr.String())
	}
	f, err := os.Open(trace)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<22)
	r := recording{home: home, pending: map[string]string{}}
	for lines.Scan() {
		if err := r.take(lines.Text()); err != nil {
			t.Fatal(err)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return r.events
}

// recording reads the lines of strace.
type recording struct {
	home    string
	pending map[string]string // calls of each thread that have begun and not ended
	events  []event
}

// take reads one line: the thread, the call, its result. A call counts when it
// returns. (Lines are long, so this does without regular expressions.)
func (r *recording) take(line string) error {
	thread, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimLeft(rest, " ")
	if begun, ok := strings.CutSuffix(rest, " <unfinished ...>"); ok {
		r.pending[thread] = begun
		return nil
	}
	if strings.HasPrefix(rest, "<... ") {
		_, ending, _ := strings.Cut(rest, " resumed>")
		rest = r.pending[thread] + ending
		delete(r.pending, thread)
	}
	end := strings.LastIndex(rest, ") ")
	name, args, ok := strings.Cut(rest[:max(end, 0)], "(")
	if !ok {
		return nil // a signal, or the end of a thread
	}
	var result int
	if _, err := fmt.Sscanf(strings.TrimLeft(rest[end+2:], " "), "= %d", &result); err != nil || result < 0 {
		return nil // a call that failed, or never returned
	}
	return r.call(name, args, result)
}

// unhex turns strace's \x41\x42 into the bytes.
func unhex(s string) string {
	b, err := hex.DecodeString(strings.ReplaceAll(s, `\x`, ""))
	if err != nil {
		return s
	}
	return string(b)
}

// call turns a system call into an event. Its first argument is a file
// descriptor with its path, 5</home/desk.db>, or a folder's with a quoted
// name after it; texts are in hexadecimal.
func (r *recording) call(name, args string, result int) error {
	path := between(args, "<", ">")
	text := between(args, `"`, `"`)
	switch name {
	case "openat":
		if strings.HasPrefix(text, r.home) && strings.Contains(args, "O_CREAT") {
			r.add(event{call: "create", file: filepath.Base(text)})
		}
		return nil
	case "unlink", "unlinkat":
		if strings.HasPrefix(text, r.home) {
			r.add(event{call: "unlink", file: filepath.Base(text)})
		}
		return nil
	case "write":
		if strings.HasPrefix(args, "1<") {
			r.add(event{call: "acknowledge", data: []byte(strings.TrimSpace(text))})
			return nil
		}
	}
	if !strings.HasPrefix(path, r.home) {
		return nil
	}
	e := event{file: filepath.Base(path)}
	words := strings.Fields(args)
	last := words[len(words)-1]
	var err error
	switch name {
	case "fsync", "fdatasync":
		if e.call = "sync"; path == r.home {
			e.file = ""
		}
	case "ftruncate":
		e.call = "truncate"
		e.off, err = strconv.ParseInt(last, 10, 64)
	case "pwrite64":
		e.call, e.data = "write", []byte(text)[:min(result, len(text))]
		if e.off, err = strconv.ParseInt(last, 10, 64); len(e.data) != result {
			err = fmt.Errorf("%d bytes of %d were recorded", len(e.data), result)
		}
	default:
		err = errors.New("it cannot be replayed")
	}
	if err != nil {
		return fmt.Errorf("%s of %s: %w", name, path, err)
	}
	r.add(e)
	return nil
}

// add keeps an event unless it concerns the shared memory file, which SQLite
// makes anew after a crash.
func (r *recording) add(e event) {
	if !strings.HasSuffix(e.file, "-shm") {
		r.events = append(r.events, e)
	}
}

// between returns what stands between the first two marks, readable.
func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return unhex(s)
}

// disk is what could be found after the cut.
type disk struct {
	files        map[string][]byte
	acknowledged []string
}

// replay builds a disk: everything up to the last sync of each file, and some
// of what came after it.
func replay(events []event, rng *rand.Rand) disk {
	d := disk{files: map[string][]byte{}}
	waiting := map[string][]event{} // not yet synced, by file
	unnamed := map[string]bool{}    // files whose folder was not synced since they were made
	for _, e := range events {
		switch e.call {
		case "acknowledge":
			d.acknowledged = append(d.acknowledged, string(e.data))
		case "create":
			if _, there := d.files[e.file]; !there {
				d.files[e.file], unnamed[e.file] = nil, true
			}
		case "unlink":
			delete(d.files, e.file)
			delete(waiting, e.file)
		case "sync":
			if e.file == "" {
				clear(unnamed)
			}
			for _, w := range waiting[e.file] {
				d.apply(w)
			}
			delete(waiting, e.file)
		default:
			waiting[e.file] = append(waiting[e.file], e)
		}
	}
	keep := []float64{0, 0.3, 0.7, 1}[rng.IntN(4)]
	for _, file := range []string{"desk.db", "desk.db-wal", "desk.db-journal"} { // in a fixed order: the seed decides all
		for _, w := range waiting[file] {
			if rng.Float64() >= keep {
				continue
			}
			if len(w.data) > 512 && rng.IntN(3) == 0 {
				w.data = w.data[:512*(1+rng.IntN(len(w.data)/512))] // torn between sectors
			}
			d.apply(w)
		}
		if unnamed[file] && rng.IntN(2) == 0 {
			delete(d.files, file)
		}
	}
	return d
}

// apply carries out a write or a truncation.
func (d *disk) apply(e event) {
	f, end := d.files[e.file], int(e.off)+len(e.data)
	if end > len(f) {
		f = append(f, make([]byte, end-len(f))...)
	}
	if e.call == "truncate" {
		f = f[:e.off]
	}
	copy(f[e.off:], e.data)
	d.files[e.file] = f
}

// examine opens the disk as SQLite would after the power is back. It returns
// how many acknowledged tips are missing, and 1 if the file is corrupt.
func (d *disk) examine(t *testing.T) (lost, corrupt int) {
	t.Helper()
	dir, err := os.MkdirTemp(t.TempDir(), "image")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for name, data := range d.files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	db, err := Open(t.Context(), filepath.Join(dir, "desk.db"), Options{})
	if err != nil {
		return 0, 1
	}
	defer db.Close()
	if found, err := integrity(t.Context(), db.writer, "PRAGMA integrity_check"); err != nil || found != "ok" {
		return 0, 1
	}
	have := map[string]bool{}
	err = db.read(t.Context(), func(tx *tx) error {
		ids, err := many(t.Context(), tx, func(s *string) []any { return []any{s} }, "SELECT ext_id FROM tip")
		for _, id := range ids {
			have[id] = true
		}
		return err
	})
	if err != nil {
		return len(d.acknowledged), 0 // not even the table is there
	}
	for _, id := range d.acknowledged {
		if !have[id] {
			lost++
		}
	}
	return lost, 0
}
