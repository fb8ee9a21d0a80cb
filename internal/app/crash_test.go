package app_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/config"
	"soi/internal/desk"
	"soi/internal/store/pgtest"
)

// The crash test: the program is killed while tips arrive, again and again.
// What it acknowledged must be there afterwards, once.
const (
	crashKills = 60  // a run
	soakKills  = 200 // with SOI_SOAK=1 (trust.md T1)
	crashRate  = 300 // tips a second while the program answers
)

func TestKilledWhileTipsArrive(t *testing.T) {
	if testing.Short() {
		t.Skip("a minute and a half of killing; run without -short")
	}
	bin := buildSoi(t)
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		killing(t, bin, "")
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		killing(t, bin, pgtest.Start(t, pgtest.Options{Durable: true}).Database(t))
	})
}

// buildSoi builds the program as it is shipped.
func buildSoi(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "soi")
	cmd := exec.Command("go", "build", "-o", bin, "soi/cmd/soi")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

// killing runs crashKills (soakKills) lives of the program over one desk and compares
// what was acknowledged with what is there in the end.
func killing(t *testing.T, bin, database string) {
	c := apptest.Configure(t, apptest.Options{Database: database})
	k := &killer{t: t, bin: bin, config: c, acked: map[string]bool{}}
	start, kills := time.Now(), crashKills
	if os.Getenv("SOI_SOAK") != "" {
		kills = soakKills
	}
	for range kills {
		k.life()
	}
	stored, doubled := k.count()
	lost := 0
	for code := range k.acked {
		if stored[code] == 0 {
			lost++
		}
	}
	t.Logf("%d kills in %.0f s, %d tips acknowledged, %d stored, lost=%d dup=%d", kills, time.Since(start).Seconds(), len(k.acked), len(stored), lost, doubled)
	if lost > 0 || doubled > 0 {
		t.Errorf("lost=%d dup=%d, want 0 and 0", lost, doubled)
	}
	if len(k.acked) < 20*kills {
		t.Errorf("only %d tips were acknowledged: the test did not put the program under load", len(k.acked))
	}
	findings, _, err := openConfigured(t, c).Fsck(t.Context())
	if err != nil || len(findings) > 0 {
		t.Errorf("fsck: %v %v", findings, err)
	}
}

// killer starts and kills the program and keeps the ticket codes of tips it
// acknowledged.
type killer struct {
	t      *testing.T
	bin    string
	config config.Config
	mu     sync.Mutex
	acked  map[string]bool
	unsure []url.Values // sent, but the answer never came: sent again in the next life
}

// life is one start, some load, one kill -9.
func (k *killer) life() {
	args := []string{"--data", k.config.Data, "--listen", k.config.Listen, "serve"}
	if k.config.Database != "" {
		args = append([]string{"--database", k.config.Database}, args...)
	}
	cmd := exec.Command(k.bin, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		k.t.Fatal(err)
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		_ = cmd.Wait()
		k.t.Fatalf("soi did not start: %q %v\n%s", line, err, said.String())
	}
	ctx, cancel := context.WithCancel(k.t.Context())
	done := make(chan struct{})
	go func() { defer close(done); k.load(ctx) }()
	k.wait(int(50 + random(100)))
	_ = cmd.Process.Kill() // SIGKILL: no handler runs
	cancel()
	<-done
	_ = cmd.Wait()
}

// wait returns when so many more tips were acknowledged, or after five
// seconds.
func (k *killer) wait(more int) {
	size := func() int { k.mu.Lock(); defer k.mu.Unlock(); return len(k.acked) }
	before := size()
	for end := time.Now().Add(5 * time.Second); size() < before+more && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
}

// load sends tips at crashRate until ctx ends, eight at a time, those of the
// life before first: the same delivery again must not become two.
func (k *killer) load(ctx context.Context) {
	k.mu.Lock()
	again := k.unsure
	k.unsure = nil
	k.mu.Unlock()
	forms := make(chan url.Values)
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for f := range forms {
				k.send(f)
			}
		})
	}
	tick := time.NewTicker(time.Second / crashRate)
	defer tick.Stop()
	for ctx.Err() == nil {
		var f url.Values
		if len(again) > 0 {
			f, again = again[0], again[1:]
		} else {
			f = url.Values{"form": {formValue()}, "text": {fmt.Sprintf("tin số %d: cột điện ở ngã ba số %d sắp đổ", random(40), random(40))}}
		}
		select {
		case <-ctx.Done():
			again = append(again, f)
		case forms <- f:
			<-tick.C
		}
	}
	close(forms)
	workers.Wait()
	k.mu.Lock()
	k.unsure = append(k.unsure, again...)
	k.mu.Unlock()
}

// ticketShown finds the ticket code on the answer's page.
var ticketShown = regexp.MustCompile(`[2-9B-Z]{3}-[2-9B-Z]{3}-[2-9B-Z]{4}`)

// send asks from an address of its own, as if every asker sat in another
// network, and notes the ticket code if the answer arrives whole.
func (k *killer) send(f url.Values) {
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true,
		DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, byte(1+random(250)), byte(random(250)), byte(1+random(250)))}}).DialContext}}
	resp, err := client.Post("http://"+k.config.Listen+"/ask", "application/x-www-form-urlencoded", strings.NewReader(f.Encode()))
	if err == nil {
		var b []byte
		b, err = io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if code := ticketShown.Find(b); err == nil && resp.StatusCode == http.StatusOK && code != nil {
			k.mu.Lock()
			k.acked[string(desk.TicketHash(string(code)))] = true
			k.mu.Unlock()
			return
		}
		if err == nil && resp.StatusCode < 500 {
			k.t.Errorf("status %d for a plain tip:\n%s", resp.StatusCode, b)
			return
		}
	}
	k.mu.Lock()
	k.unsure = append(k.unsure, f)
	k.mu.Unlock()
}

// count reads the desk: how often each ticket is there, and how many
// deliveries are there more than once.
func (k *killer) count() (stored map[string]int, doubled int) {
	a := openConfigured(k.t, k.config)
	stored = map[string]int{}
	deliveries := map[string]int{}
	auditor, err := a.Desk.AddStaff(k.t.Context(), desk.Program(), "auditor", desk.Auditor, "vi")
	if err != nil {
		k.t.Fatal(err)
	}
	// The page by time overlaps by its last moment, so tips are told apart by ID.
	seen := map[desk.ID]bool{}
	for before := time.Now().Add(time.Hour); ; {
		ts, err := a.Desk.TipsOf(k.t.Context(), desk.As(auditor), desk.TipFilter{Before: before, Limit: 5000})
		if err != nil {
			k.t.Fatal(err)
		}
		fresh := 0
		for _, x := range ts {
			if seen[x.ID] {
				continue
			}
			seen[x.ID], fresh = true, fresh+1
			stored[string(x.Ticket)]++
			deliveries[x.ExtID]++
		}
		if fresh == 0 {
			break
		}
		before = ts[len(ts)-1].Received.Add(time.Millisecond)
	}
	for _, n := range deliveries {
		if n > 1 {
			doubled++
		}
	}
	for _, n := range stored {
		if n > 1 {
			doubled++
		}
	}
	return stored, doubled
}

// openConfigured opens a desk that another process has left.
func openConfigured(t *testing.T, c config.Config) *app.App {
	t.Helper()
	a, err := app.Open(t.Context(), c, app.Options{Log: apptest.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// formValue is a form's random value, as the ask page makes one.
func formValue() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// random is a number from 0 to n-1.
func random(n int64) int64 {
	v, err := rand.Int(rand.Reader, big.NewInt(n))
	if err != nil {
		panic(err)
	}
	return v.Int64()
}
