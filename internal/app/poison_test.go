package app_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/intake"
)

// The marks by which a process of this test program knows that it is a life of
// soi, to be killed: the folder of its data, and how far its clock is ahead.
const (
	lifeEnv  = "SOI_TEST_LIFE"
	aheadEnv = "SOI_TEST_AHEAD"
	keepEnv  = "SOI_TEST_PLATFORM"
)

// life runs one of the tests below as a process of its own over a data folder
// and returns how it ended: nil when it had nothing left to do.
func life(t *testing.T, test, data string, ahead time.Duration, env ...string) error {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+test+"$", "-test.timeout=2m")
	cmd.Env = append(append(os.Environ(), lifeEnv+"="+data, aheadEnv+"="+ahead.String()), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.CombinedOutput()
	if ee := (*exec.ExitError)(nil); err != nil && !errors.As(err, &ee) {
		t.Fatalf("%v\n%s", err, out)
	}
	if strings.Contains(string(out), "--- FAIL") {
		t.Fatalf("a life failed:\n%s", out)
	}
	return err
}

// living starts soi over the data folder of the mark, with the loop channel.
func living(t *testing.T, c *loop, with func(*app.Options)) *apptest.Desk {
	t.Helper()
	ahead, err := time.ParseDuration(os.Getenv(aheadEnv))
	must(t, err)
	clock := &movingClock{}
	clock.pass(ahead)
	return apptest.Start(t, loopOptions(c, os.Getenv(lifeEnv), clock, with))
}

// loopOptions are those of a desk with one loop channel.
func loopOptions(c *loop, data string, clock *movingClock, with func(*app.Options)) apptest.Options {
	c.name = "loop"
	return apptest.Options{Data: data, Now: clock.now, Settings: map[string]string{"public-url": "http://localhost:8080"}, With: func(o *app.Options) {
		o.Channels = func(*app.App) []intake.Channel { return []intake.Channel{c} }
		o.Bundle = time.Millisecond
		if with != nil {
			with(o)
		}
	}}
}

// poisoned is a reader that some messages break.
type poisoned struct{ intake.Reader }

// Read breaks in the four ways of trust.md T14.
func (p poisoned) Read(ctx context.Context, text string, files []desk.NewMedia) intake.Reading {
	switch {
	case strings.Contains(text, "zqpanic"):
		panic("a message that panics")
	case strings.Contains(text, "zqheap"): // more than the process may have
		var all [][]byte
		for range 64 {
			b := make([]byte, 64<<20)
			for i := 0; i < len(b); i += 4096 {
				b[i] = 1
			}
			all = append(all, b)
		}
		return intake.Reading{Text: strconv.Itoa(len(all))}
	case strings.Contains(text, "zqloop"):
		for n := 0; ; n++ {
			if n < 0 {
				return intake.Reading{}
			}
		}
	case strings.Contains(text, "zqstack"):
		return intake.Reading{Text: strconv.Itoa(deep(1))}
	}
	return p.Reader.Read(ctx, text, files)
}

// deep never comes back.
func deep(n int) int {
	if n < 0 {
		return 0
	}
	return deep(n+1) + 1
}

// TestPoisonLife is one life of TestPoison.
func TestPoisonLife(t *testing.T) {
	if os.Getenv(lifeEnv) == "" {
		t.Skip("a process of TestPoisonIsSetAside")
	}
	debug.SetMaxStack(16 << 20)
	must(t, syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: 1 << 30, Max: 1 << 30}))
	d := living(t, &loop{}, func(o *app.Options) {
		o.ReadTime = 2 * time.Second
		o.Reader = func(r intake.Reader) intake.Reader { return poisoned{r} }
	})
	drained(t, d)
}

// drained waits until every delivery is dealt with.
func drained(t *testing.T, d *apptest.Desk) {
	t.Helper()
	for end := time.Now().Add(20 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		s, err := d.Desk.Standing(t.Context(), desk.Actor{Role: desk.Auditor}, "")
		must(t, err)
		left := 0
		for _, a := range s.Arrivals {
			if a.State == desk.ArrivalNew || a.State == desk.ArrivalHeld {
				left += a.N
			}
		}
		if left == 0 {
			return
		}
	}
	t.Fatal("deliveries are left over")
}

// Messages that kill the program, stop it or break it are set aside after three
// deaths at most; the thousand others become tips (trust.md T14).
func TestPoisonIsSetAside(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute of dying; run without -short")
	}
	data, c := t.TempDir(), &loop{}
	const good = 1000
	poison := []string{"zqpanic", "zqheap", "zqloop", "zqstack"}
	a := apptest.Open(t, loopOptions(c, data, &movingClock{}, nil))
	var texts []string
	for i := range good {
		texts = append(texts, fmt.Sprintf("tin số %d: cột điện ở ngã ba thứ %d sắp đổ", i, i))
		if i%(good/4) == good/10 {
			texts = append(texts, "tin "+poison[i/(good/4)]+" làm hỏng máy")
		}
	}
	var w sync.WaitGroup
	for part := range 4 {
		w.Go(func() {
			for i := part; i < len(texts); i += 4 {
				must(t, a.Intake().Accept(t.Context(), intake.Arrived{Channel: "loop", ExtID: fmt.Sprint(i), Who: intake.Secret(fmt.Sprint("p", i)),
					Address: intake.Address("to:p"), Kind: intake.KindMessage, Text: texts[i]}))
			}
		})
	}
	w.Wait()
	began, deaths := time.Now(), 0
	for life(t, "TestPoisonLife", data, 0) != nil {
		if deaths++; deaths > 3*len(poison) {
			t.Fatal("it dies again and again")
		}
	}
	took := time.Since(began)
	s, err := a.Desk.Standing(t.Context(), desk.Actor{Role: desk.Auditor}, "")
	must(t, err)
	aside := 0
	for _, x := range s.Arrivals {
		if x.State == desk.ArrivalAside {
			aside += x.N
		}
	}
	tips := allTips(t, a)
	t.Logf("%d tips, %d set aside, %d deaths, %.1f s", len(tips), aside, deaths, took.Seconds())
	if len(tips) != good || aside != len(poison) || deaths == 0 {
		t.Errorf("%d tips, %d set aside after %d deaths; want %d and %d", len(tips), aside, deaths, good, len(poison))
	}
	for _, x := range tips {
		if strings.Contains(x.Text, "zq") {
			t.Errorf("poison became a tip: %s", x.Text)
		}
	}
}

// askedInLives is how many people ask before the lives begin.
const askedInLives = 120

// TestDeliveryLife is one life of TestKilledWhileAnswering: a platform that
// takes a message and then takes the program with it.
func TestDeliveryLife(t *testing.T) {
	if os.Getenv(lifeEnv) == "" {
		t.Skip("a process of TestKilledWhileAnswering")
	}
	f, err := os.OpenFile(os.Getenv(keepEnv), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	must(t, err)
	defer f.Close()
	c := &loop{}
	c.send = func(_ int, to string, m intake.Outgoing) error {
		if m.Purpose != intake.PurposeNotice {
			return nil
		}
		if _, err := fmt.Fprintln(f, to); err != nil {
			return err
		}
		if random(100) < 40 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		return nil
	}
	d := living(t, c, func(o *app.Options) { o.AtOnce = 1 }) // it is the message's own platform that kills
	time.Sleep(time.Second)
	for range 600 {
		s, err := d.Desk.Standing(t.Context(), desk.Actor{Role: desk.Auditor}, "")
		must(t, err)
		due, all := false, 0
		for _, n := range s.Notices { // what rests for ten minutes is left to the next life
			due, all = due || n.State == desk.NoticeWaiting, all+n.N
		}
		if !due && all == 3*askedInLives { // welcome, outcome, and the check
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// Whenever the program dies in the middle of answering, each asker is told once
// or twice, and nobody not at all (trust.md 1.3).
func TestKilledWhileAnswering(t *testing.T) {
	if testing.Short() {
		t.Skip("a minute of killing; run without -short")
	}
	const people = askedInLives
	data, platform := t.TempDir(), filepath.Join(t.TempDir(), "platform")
	c := &loop{}
	clock := &movingClock{}
	d := apptest.Start(t, loopOptions(c, data, clock, nil))
	w := &answersWorld{t: t, c: c, d: d, clock: clock, checker: desk.As(d.Member(t, "checker", desk.Checker)), editor: desk.As(d.Member(t, "editor", desk.Editor))}
	for i := range people {
		w.says(fmt.Sprint("p", i), ofWater)
	}
	for i := range people {
		w.told(fmt.Sprint("p", i), 2)
	}
	must(t, d.Stop())
	w.stopped = true
	claim, _ := w.claimOf("zqchanh")
	w.publish(claim, desk.RatingFalse, waterTrue)
	kills, more := 0, true
	for lives := 0; more; lives++ {
		// Each life begins past the lease of a dead sender, and past the ten minutes.
		if life(t, "TestDeliveryLife", data, time.Duration(lives)*13*time.Minute, keepEnv+"="+platform) != nil {
			kills++
		}
		s, err := d.Desk.Standing(t.Context(), w.checker, claim)
		must(t, err)
		if more = len(s.Notices) == 0 || open(s); lives > 4*people {
			t.Fatalf("it does not come to an end: %+v", s.Notices)
		}
	}
	b, err := os.ReadFile(platform)
	must(t, err)
	times := map[string]int{}
	for line := range strings.Lines(string(b)) {
		times[strings.TrimSpace(line)]++
	}
	twice := 0
	for i := range people {
		switch n := times[fmt.Sprint("to:p", i)]; n {
		case 1:
		case 2:
			twice++
		default:
			t.Errorf("p%d was told %d times", i, n)
		}
	}
	s, err := d.Desk.Standing(t.Context(), w.checker, claim)
	must(t, err)
	t.Logf("%d kills, %d people, %d told twice, outbox %+v", kills, people, twice, s.Notices)
	if kills < people/4 || twice == 0 {
		t.Errorf("only %d kills, %d told twice", kills, twice)
	}
}
