package browsertest

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Options say how a window looks at the site. The zero value is a desktop of 1280 × 900 CSS pixels, light, with scripts,
// whose person prefers Vietnamese.
type Options struct {
	Phone     bool   // 390 × 844 CSS pixels, touch
	Dark      bool   // prefers-color-scheme: dark
	NoScripts bool   // the page's scripts do not run; the helpers of this package still work
	Language  string // Accept-Language; "vi" when empty
	Network   string // address that a proxy would say the person has; none when empty
}

// Window is one person's browser: its own cookies, one page at a time. Its methods fail the test that opened it.
// A window is used by one goroutine at a time.
type Window struct {
	t    testing.TB
	ctx  context.Context
	base *url.URL
	opt  Options
	seen *watch
	wait time.Duration // for one step; see patience
}

// Open returns a new window on the site at base, such as "http://127.0.0.1:41234", with no page shown yet.
// Passkeys need a name for a host: give "http://localhost:41234" there.
func (b *Browser) Open(t testing.TB, base string, o Options) *Window {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		t.Fatalf("browsertest: base %q is not an address such as http://127.0.0.1:41234 (%v)", base, err)
	}
	ctx, closeTab := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(closeTab)
	w := &Window{t: t, ctx: ctx, base: u, opt: o, wait: patience}
	w.do("open a window", chromedp.Func(w.dress))
	w.seen = newWatch(chromedp.FromContext(ctx).Target.TargetID, u.Host)
	if err := chromedp.Listen(ctx, w.seen.event); err != nil {
		t.Fatalf("browsertest: watch the window: %v", err)
	}
	go w.acceptDialogs()
	return w
}

// dress gives the window its size, colours, language and scripts.
func (w *Window) dress(ctx context.Context, t *chromedp.Target) error {
	size := chromedp.EmulateViewport(1280, 900)
	if w.opt.Phone {
		size = chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait)
	}
	language := w.opt.Language
	if language == "" {
		language = "vi"
	}
	return firstError(
		func() error { _, err := size(ctx, t); return err },
		func() error { return setColours(ctx, t, w.opt.Dark) },
		func() error { return allowScripts(ctx, t, !w.opt.NoScripts) },
		func() error {
			headers := network.Headers{"Accept-Language": language}
			if w.opt.Network != "" {
				headers["X-Forwarded-For"] = w.opt.Network
			}
			_, err := cdp.Call(ctx, t, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: headers})
			return err
		},
	)
}

// firstError runs the steps until one fails.
func firstError(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// setColours chooses light or dark, and no movement, so that contrast is measured at rest.
func setColours(ctx context.Context, t *chromedp.Target, dark bool) error {
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme},
		{Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	return err
}

func allowScripts(ctx context.Context, t *chromedp.Target, allowed bool) error {
	_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !allowed})
	return err
}

// acceptDialogs answers every alert and confirm with "OK" for as long as the window is open.
func (w *Window) acceptDialogs() {
	for _, err := range chromedp.Events(w.ctx, page.JavascriptDialogOpening) {
		if err != nil {
			return
		}
		chromedp.Call(w.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true}) // gone already: nothing to answer
	}
}

// do runs one step within patience, and fails the test with what was attempted.
func (w *Window) do(what string, a chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	if err := w.try(a); err != nil {
		w.t.Fatalf("browsertest: %s, at %s: %v", what, w.where(), err)
	}
}

// try is do without the failing. The very first step makes the tab, which must not live on a context that ends early.
func (w *Window) try(a chromedp.Action[chromedp.Void]) error {
	if err := chromedp.Do(w.ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(w.ctx, w.wait)
	defer cancel()
	return chromedp.Do(ctx, a)
}

// ask evaluates a JavaScript expression in the page, also where the page's own scripts may not run.
func ask[T any](w *Window, what, expression string, opts ...chromedp.EvaluateOption) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, w.wait)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, opts...))
	if err != nil {
		w.t.Fatalf("browsertest: %s, at %s: %v", what, w.where(), err)
	}
	return v
}

// where names the page for a message.
func (w *Window) where() string {
	if w.seen == nil {
		return "no page"
	}
	status, address := w.seen.document()
	if address == "" {
		return "no page"
	}
	return strings.TrimPrefix(address, w.base.String()) + " (" + statusText(status) + ")"
}

// Go shows the page at path, such as "/desk" or a whole address, and waits until it is loaded.
// It returns the status of the answer, such as 200; an error page is shown like any other.
func (w *Window) Go(path string) int {
	w.t.Helper()
	address, err := w.base.Parse(path)
	if err != nil {
		w.t.Fatalf("browsertest: %q is not a path: %v", path, err)
	}
	w.do("go to "+path, chromedp.Navigate(address.String()))
	return w.Status()
}

// Reload asks for the shown page again and returns the status of the answer.
func (w *Window) Reload() int {
	w.t.Helper()
	w.do("reload", chromedp.Reload())
	return w.Status()
}

// Back goes to the page before, as the browser's button does.
func (w *Window) Back() {
	w.t.Helper()
	w.do("go back", chromedp.NavigateBack())
}

// Status is the HTTP status of the shown page, 0 when there is none.
func (w *Window) Status() int {
	status, _ := w.seen.document()
	return status
}

// Path is the path and query of the shown page, such as "/checks?q=chanh".
func (w *Window) Path() string {
	w.t.Helper()
	return ask[string](w, "read the address", "location.pathname + location.search")
}

// Title is the page's title.
func (w *Window) Title() string {
	w.t.Helper()
	return ask[string](w, "read the title", "document.title")
}

// Text is what a person can read on the page: no hidden text, spaces as drawn.
func (w *Window) Text() string {
	w.t.Helper()
	return ask[string](w, "read the text", "document.body ? document.body.innerText : ''")
}

// HTML is the page as the browser holds it now.
func (w *Window) HTML() string {
	w.t.Helper()
	return ask[string](w, "read the page", "document.documentElement.outerHTML")
}

// Links are the addresses of all links on the page that stay on the site, as paths with query, each once, in order.
func (w *Window) Links() []string {
	w.t.Helper()
	return ask[[]string](w, "read the links", `[...new Set([...document.querySelectorAll('a[href]')]
		.filter(a => a.origin === location.origin).map(a => a.pathname + a.search))]`)
}

// See waits until the words can be read on the page. Spaces and line breaks count as one space.
func (w *Window) See(words string) {
	w.t.Helper()
	want, deadline := flat(words), time.Now().Add(w.wait)
	for !strings.Contains(flat(w.Text()), want) {
		if time.Now().After(deadline) {
			w.t.Fatalf("browsertest: %q is not on the page %s; it says:\n%s", words, w.where(), w.Text())
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// DontSee fails the test, and goes on, when the words can be read on the page now.
func (w *Window) DontSee(words string) {
	w.t.Helper()
	if strings.Contains(flat(w.Text()), flat(words)) {
		w.t.Errorf("browsertest: %q is on the page %s; it says:\n%s", words, w.where(), w.Text())
	}
}

// flat makes one space of every run of white space.
func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// Eval runs a JavaScript expression in the page and returns its value as JSON text. For what no person could do;
// prefer Click, Fill and See.
func (w *Window) Eval(expression string) string {
	w.t.Helper()
	return string(ask[[]byte](w, "evaluate "+expression, expression, chromedp.EvalAwaitPromise))
}

// Dark switches between dark and light colours without loading the page again.
func (w *Window) Dark(on bool) {
	w.t.Helper()
	w.opt.Dark = on
	w.do("change colours", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error { return setColours(ctx, t, on) }))
}

// Screenshot writes the whole page, to its full height, as a PNG file, and makes the folder where it is missing.
func (w *Window) Screenshot(path string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, w.wait)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = os.WriteFile(path, png, 0o644)
	}
	if err != nil {
		w.t.Fatalf("browsertest: screenshot %s, at %s: %v", path, w.where(), err)
	}
}
