package app_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
)

// A disk of 16 MiB fills up while tips arrive (trust.md T11).
const (
	smallDisk = 16 << 20
	fillerLen = 8 << 20
	fullAfter = 3000 // tips at most until the disk must be full
)

func TestAFullDiskLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("fills a disk of its own; run without -short")
	}
	data := os.Getenv(littleDiskEnv)
	if data == "" {
		onLittleDisk(t)
		return
	}
	filler := filepath.Join(data, "filler")
	must(t, os.WriteFile(filler, make([]byte, fillerLen), 0o600))
	f := &filling{t: t, d: apptest.Start(t, apptest.Options{Data: data}), words: rand.New(rand.NewPCG(1, 2)), acked: map[string]bool{}}
	f.fill()
	t.Logf("%d tips were acknowledged before the disk was full", len(f.acked))
	f.readable()
	must(t, os.Remove(filler))
	start := time.Now()
	apptest.Wait(t, "tips to be taken again", func(context.Context) bool { return f.tip() == http.StatusOK })
	t.Logf("%.1f s after there was room again, without a restart, tips are taken", time.Since(start).Seconds())
	f.readable()
	f.nothingLost()
}

// littleDiskEnv tells the test that it runs with a small disk, and where.
const littleDiskEnv = "SOI_TEST_LITTLE_DISK"

// onLittleDisk runs this test again in a name space of its own, where a small
// file system is mounted for it alone.
func onLittleDisk(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("needs Linux: a small file system in a name space of its own")
	}
	self, err := os.Executable()
	must(t, err)
	dir := t.TempDir()
	const mount = `mount -t tmpfs -o size="$1",mode=700 none "$2" && echo mounted && exec "$3" -test.v -test.run "^$4\$"`
	cmd := exec.CommandContext(t.Context(), "unshare", "-rm", "sh", "-c", mount, "sh", strconv.Itoa(smallDisk), dir, self, t.Name())
	cmd.Env = append(os.Environ(), littleDiskEnv+"="+dir)
	out, err := cmd.CombinedOutput()
	if !bytes.Contains(out, []byte("mounted\n")) {
		t.Fatalf("this machine does not let a test mount a small file system (unshare -rm: %v %s); install util-linux and allow "+
			"unprivileged user name spaces (sysctl kernel.unprivileged_userns_clone=1), or run the tests as root", err, out)
	}
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// filling sends long tips and keeps the ticket codes of those acknowledged.
type filling struct {
	t     *testing.T
	d     *apptest.Desk
	mu    sync.Mutex
	words *rand.Rand
	acked map[string]bool
}

// tip sends one tip of about 2 kB and returns the status.
func (f *filling) tip() int {
	f.mu.Lock()
	text := nonsense(f.words, 250)
	f.mu.Unlock()
	r := ask(f.t, f.d.URL, formValue(), text)
	code := string(ticketShown.Find(r.body))
	switch {
	case r.status == http.StatusOK && code != "":
		f.mu.Lock()
		f.acked[code] = true
		f.mu.Unlock()
	case r.status == http.StatusServiceUnavailable:
		if r.header.Get("Retry-After") == "" || !strings.Contains(string(r.body), text[:40]) {
			f.t.Errorf("503 without Retry-After (%q), or without what was typed", r.header.Get("Retry-After"))
		}
	default:
		f.t.Errorf("status %d, want 200 with a ticket or 503:\n%.2000s", r.status, r.body)
	}
	return r.status
}

// fill sends tips until twenty were refused.
func (f *filling) fill() {
	refused := 0
	atOnce(workers, make([]struct{}, fullAfter), func(struct{}) {
		f.mu.Lock()
		full := refused >= 20
		f.mu.Unlock()
		if full || f.t.Failed() {
			return
		}
		if f.tip() == http.StatusServiceUnavailable {
			f.mu.Lock()
			refused++
			f.mu.Unlock()
		}
	})
	if refused < 20 || len(f.acked) < 50 {
		f.t.Fatalf("%d tips taken, %d refused: the disk was never full, or always", len(f.acked), refused)
	}
}

// readable wants pages and tickets to be read.
func (f *filling) readable() {
	f.t.Helper()
	pages := []string{"/", "/checks", "/about", "/log/checkpoint"}
	for code := range f.acked {
		if pages = append(pages, "/t/"+code); len(pages) > 20 {
			break
		}
	}
	for _, page := range pages {
		r, err := send(f.t.Context(), elsewhere(), http.MethodGet, f.d.URL+page, "", nil)
		if err != nil || r.status != http.StatusOK {
			f.t.Errorf("%s: status %d, %v", page, r.status, err)
		}
	}
}

// nothingLost wants every acknowledged tip there once, and a sound database.
func (f *filling) nothingLost() {
	f.t.Helper()
	stored := map[string]int{}
	for _, x := range allTips(f.t, f.d.App) {
		stored[string(x.Ticket)]++
	}
	lost, doubled := 0, 0
	for code := range f.acked {
		switch n := stored[string(desk.TicketHash(code))]; {
		case n == 0:
			lost++
		case n > 1:
			doubled++
		}
	}
	f.t.Logf("%d tips acknowledged, lost=%d doubled=%d", len(f.acked), lost, doubled)
	if lost+doubled > 0 {
		f.t.Errorf("lost=%d doubled=%d, want 0 and 0", lost, doubled)
	}
	sound(f.t, f.d.App)
	for _, r := range f.d.Doctor(f.t.Context()) {
		if r.Level == app.Trouble && !strings.Contains(r.En, "are free where") {
			f.t.Errorf("doctor: %s", r.En)
		}
	}
}
