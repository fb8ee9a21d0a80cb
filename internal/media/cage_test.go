package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain lets this test program be its own worker: as it is, or with files
// that do the worst a file can do.
func TestMain(m *testing.M) {
	switch os.Getenv("SOI_TEST_WORKER") {
	case "plain":
		WorkerMain()
	case "hostile":
		if err := runWorker(os.Stdin, os.Stdout, hostile); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// testCage is a cage whose worker is this program.
func testCage(t testing.TB, mode string) Cage {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Cage{Command: []string{exe}, Env: []string{"SOI_TEST_WORKER=" + mode}, Deadline: 3 * time.Minute}
}

// hostile does what the first bytes of a file say, as a broken decoder might.
func hostile(ctx context.Context, t Task, b []byte) (Answer, []byte) {
	word, _, _ := bytes.Cut(b, []byte("!"))
	switch string(word) {
	case "panic":
		panic("decoder")
	case "memory":
		hold := make([][]byte, 0, 64)
		for range 1024 {
			m := make([]byte, 1<<20)
			for i := range m {
				m[i] = 1
			}
			hold = append(hold, m)
		}
		return Answer{Text: fmt.Sprint(len(hold))}, nil
	case "loop":
		for x := 0; ; x++ {
			if x < 0 {
				return Answer{}, nil
			}
		}
	case "deep":
		return Answer{Quality: deep(0)}, nil
	case "sleep":
		time.Sleep(time.Hour)
	case "flood":
		for {
			if _, err := os.Stdout.Write(make([]byte, 1<<20)); err != nil {
				os.Exit(3)
			}
		}
	case "file":
		if err := os.WriteFile(os.TempDir()+"/soi-cage-test", []byte("x"), 0o600); err == nil {
			return Answer{Text: "a file was written"}, nil
		}
	case "socket":
		if c, err := net.ListenPacket("udp", "127.0.0.1:0"); err == nil {
			_ = c.Close()
			return Answer{Text: "a socket was made"}, nil
		}
	case "secrets":
		return Answer{Text: strings.Join(os.Environ(), " ")}, nil
	}
	return open(ctx, t, b)
}

// deep calls itself until something gives way.
func deep(n int) int {
	var pad [256]byte
	if n < 0 {
		return 0
	}
	pad[n%256] = byte(n)
	return deep(n+1) + int(pad[0])
}

// noisePNG is a picture of coloured noise in large squares.
func noisePNG(t testing.TB, seed uint64, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, noiseImage(seed, w, h)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// noiseImage is what noisePNG encodes.
func noiseImage(seed uint64, w, h int) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 1))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	side := max(w, h) / 12
	for y := 0; y < h; y += side {
		for x := 0; x < w; x += side {
			c := color.RGBA{uint8(r.Uint32()), uint8(r.Uint32()), uint8(r.Uint32()), 255}
			for j := y; j < min(h, y+side); j++ {
				for i := x; i < min(w, x+side); i++ {
					img.SetRGBA(i, j, c)
				}
			}
		}
	}
	return img
}

// TestCageHoldsTheWorst mixes files that break the worker in every way with a
// hundred good ones: each bad one dies alone and in time, every good one is
// opened.
func TestCageHoldsTheWorst(t *testing.T) {
	c := testCage(t, "hostile")
	c.Deadline = 20 * time.Second // what loops ends after ten seconds of processor time, what sleeps here
	bad := []string{"panic!", "memory!", "loop!", "deep!", "sleep!", "flood!"}
	good := noisePNG(t, 1, 300, 200)
	type job struct {
		what string
		b    []byte
	}
	var jobs []job
	for i := range 100 {
		jobs = append(jobs, job{fmt.Sprint("good ", i), good})
		if i%16 == 3 {
			what := bad[i/16%len(bad)]
			jobs = append(jobs, job{what, append([]byte(what), good...)})
		}
	}
	work := make(chan job)
	var wg sync.WaitGroup
	var mu sync.Mutex
	dead, opened := map[string]bool{}, 0
	for range 3 {
		wg.Go(func() {
			for j := range work {
				start := time.Now()
				a, view, err := c.Open(t.Context(), Task{Kind: Picture}, j.b)
				mu.Lock()
				switch isGood := strings.HasPrefix(j.what, "good"); {
				case isGood && (err != nil || a.Hash == "" || len(view) == 0):
					t.Errorf("%s: %+v, %v", j.what, a, err)
				case !isGood && !errors.Is(err, ErrDied):
					t.Errorf("%s: the worker lived: %+v, %v", j.what, a, err)
				case !isGood:
					dead[j.what] = true
					t.Logf("%-8s dead after %v", j.what, time.Since(start).Round(time.Millisecond))
				default:
					opened++
				}
				mu.Unlock()
				if took := time.Since(start); took > c.Deadline+20*time.Second {
					t.Errorf("%s took %v", j.what, took)
				}
			}
		})
	}
	for _, j := range jobs {
		work <- j
	}
	close(work)
	wg.Wait()
	if opened != 100 || len(dead) != len(bad) {
		t.Errorf("%d of 100 good ones opened, %d of %d bad ones dead", opened, len(dead), len(bad))
	}
	if left, err := exec.Command("pgrep", "-g", fmt.Sprint(os.Getpid()), "-f", "SOI_TEST_WORKER").Output(); err == nil && len(left) > 0 {
		t.Errorf("left behind: %s", left)
	}
}

// TestCageKeepsIn: a worker writes no file, makes no socket, and sees nothing
// of the program's environment.
func TestCageKeepsIn(t *testing.T) {
	t.Setenv("SOI_CANARY", "k-7731-canary")
	c := testCage(t, "hostile")
	for _, what := range []string{"file!", "socket!", "secrets!"} {
		a, _, err := c.Open(t.Context(), Task{Kind: Picture}, append([]byte(what), noisePNG(t, 1, 90, 90)...))
		if errors.Is(err, ErrDied) {
			continue // ended by the signal for a file that is too large: as good
		}
		if err != nil || strings.Contains(a.Text, "was ") || strings.Contains(a.Text, "canary") {
			t.Errorf("%s: %+v, %v", what, a, err)
		}
	}
}

// TestWithoutCage: without a worker nothing is opened and a picture is kept
// for later.
func TestWithoutCage(t *testing.T) {
	p := testOpener(t, Cage{}, false)
	it, err := p.Open(t.Context(), bytes.NewReader(noisePNG(t, 3, 100, 100)))
	if err != nil || it.State != Unread || it.View != nil || it.File == nil {
		t.Errorf("%+v, %v", it, err)
	}
}

// testOpener is an Opener with a fixed key and counted names.
func testOpener(t testing.TB, c Cage, words bool) *Opener {
	t.Helper()
	v, err := NewVault(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	return NewOpener(Options{Vault: v, Cage: c, Words: words, NewID: func() string { n++; return fmt.Sprintf("id-%d", n) }})
}
