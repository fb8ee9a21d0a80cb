// Package browsertest lets a test use soi as a person does: in Chromium, by the names that are on the page.
//
// It owns: starting Debian's Chromium, windows with cookies of their own, finding things by their accessible name,
// screenshots, the accessibility check (axe-core), and the watch on requests and console.
// It does not own: what soi should show, or a server to show it; those are the tests' that use it.
// Start reading at: Start, Browser.Open, Window.
//
// Every helper fails its test with a sentence; only go test -short (make check) skips. No request can leave the machine: Chromium is told that
// every host but this one does not exist, and Clean reports the attempt.
package browsertest

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// EnvChromium names the environment variable that holds the path of a Chromium to use instead of the one on the PATH.
const EnvChromium = "SOI_CHROMIUM"

// patience is how long one step (a page load, a wait for words) may take. Two slow cores that also run the race
// detector need more than a person would bear.
const patience = 60 * time.Second

// Browser is a running Chromium with an empty profile. It ends with the test that started it.
type Browser struct {
	ctx context.Context // chromedp's handle on the process; each window derives its own from it
}

// Start runs Chromium for the test and its subtests.
// It fails the test with what to install where there is none.
func Start(t testing.TB) *Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("-short leaves out what needs Chromium")
	}
	path, err := findChromium()
	if err != nil {
		t.Fatalf("browsertest: no Chromium found (%v); install it with `make setup` (Debian package chromium) or set %s to its path",
			err, EnvChromium)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, // Debian's sandbox wants a user namespace, which containers and root do not have
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-domain-reliability", true),
		chromedp.Flag("no-pings", true),
		// Without the back-forward cache, going back is a load like any other, with a status.
		chromedp.Flag("disable-features", "Translate,BlinkGenPropertyTrees,BackForwardCache"),
		chromedp.Flag("lang", "vi"),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
	)
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	// What chromedp has to say beside its errors is of no use to a test, and may come after the test's end.
	ctx, closeAll := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(func() {
		closeAll()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("browsertest: start %s: %v", path, err)
	}
	return &Browser{ctx: ctx}
}

// findChromium returns the path of the browser, or why there is none.
func findChromium() (string, error) {
	if path := os.Getenv(EnvChromium); path != "" {
		_, err := os.Stat(path)
		return path, err
	}
	return exec.LookPath("chromium")
}
