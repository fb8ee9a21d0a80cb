package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// axeFile is axe-core in the folder of go.mod, where `make setup` has npm put it.
const axeFile = "node_modules/axe-core/axe.min.js"

// violation is one rule of axe-core that the page breaks.
type violation struct {
	ID, Impact, Help string
	Nodes            []struct {
		Target []any // CSS selectors; a list in the list for what is inside a shadow tree
		HTML   string
		Why    string `json:"failureSummary"`
	}
}

// axeResult is what axeRun returns.
type axeResult struct {
	Passes     int // rules that found something to judge and liked it
	Violations []violation
}

// What axe-core judges: everything by WCAG 2.2 A and AA and axe's best practices,
// or the rules that look at colours, which are all that another colour scheme
// can break.
const (
	axeAll     = `{type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}`
	axeColours = `{type: 'rule', values: ['color-contrast', 'link-in-text-block']}`
)

// axeRun judges the whole page by one of them.
const axeRun = `axe.run(document, {resultTypes: ['violations'], runOnly: %s})
	.then(r => JSON.stringify({passes: r.passes.length + r.incomplete.length, violations: r.violations}))`

// Axe checks the shown page with axe-core, in the colours it has now, and reports each violation as a failure with its
// rule, place and reason. It works in windows without scripts too.
func (w *Window) Axe() {
	w.t.Helper()
	for _, v := range w.axe(axeAll) {
		w.t.Errorf("browsertest: %s breaks %s", w.where(), v)
	}
}

// AxeLightAndDark is Axe in light colours, and then the rules about colours in dark ones; the window keeps the colours it had.
func (w *Window) AxeLightAndDark() {
	w.t.Helper()
	before := w.opt.Dark
	defer w.Dark(before)
	for _, dark := range []bool{false, true} {
		rules := axeAll
		if dark {
			rules = axeColours
		}
		w.Dark(dark)
		for _, v := range w.axe(rules) {
			w.t.Errorf("browsertest: %s (dark: %t) breaks %s", w.where(), dark, v)
		}
	}
}

// axe returns the violations of the rules, one readable text each.
func (w *Window) axe(rules string) []string {
	w.t.Helper()
	source := w.axeSource()
	if w.opt.NoScripts { // axe waits for timers, which a page without scripts does not have
		w.setScripts(true)
		defer w.setScripts(false)
	}
	if !ask[bool](w, "look for axe-core", "'axe' in window") {
		ask[chromedp.Void](w, "load axe-core", source)
	}
	var result axeResult
	raw := ask[string](w, "run axe-core", fmt.Sprintf(axeRun, rules), chromedp.EvalAwaitPromise)
	if err := json.Unmarshal([]byte(raw), &result); err != nil {
		w.t.Fatalf("browsertest: axe-core's answer: %v", err)
	}
	if result.Passes == 0 && len(result.Violations) == 0 {
		w.t.Fatalf("browsertest: axe-core judged nothing at %s; is the page empty?", w.where())
	}
	var texts []string
	for _, v := range result.Violations {
		texts = append(texts, v.String())
	}
	return texts
}

// String tells a violation to the person who has to mend it.
func (v violation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s", v.ID, v.Impact, v.Help)
	for _, n := range v.Nodes {
		fmt.Fprintf(&b, "\n  at %v: %s\n    %s", n.Target, n.HTML, strings.ReplaceAll(n.Why, "\n", "\n    "))
	}
	return b.String()
}

func (w *Window) setScripts(allowed bool) {
	w.t.Helper()
	w.do("switch scripts", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error { return allowScripts(ctx, t, allowed) }))
}

// axeSource reads axe-core from the folder of go.mod, above the package under test.
func (w *Window) axeSource() string {
	w.t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		w.t.Fatalf("browsertest: %v", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			w.t.Fatal("browsertest: no go.mod above the test's folder")
		}
		dir = filepath.Dir(dir)
	}
	source, err := os.ReadFile(filepath.Join(dir, axeFile))
	if err != nil {
		w.t.Fatalf("browsertest: axe-core is not installed (%v); run `make setup`", err)
	}
	return string(source)
}

// Clean fails the test when any page of this window so far asked another host for something, or when the browser
// complained: an uncaught exception, console.error, something blocked by the content security policy, a missing file.
func (w *Window) Clean() {
	w.t.Helper()
	foreign, console := w.seen.faults()
	for _, r := range foreign {
		w.t.Errorf("browsertest: a request left the site: %s", r)
	}
	for _, c := range console {
		w.t.Errorf("browsertest: the browser complained: %s", c)
	}
}

// Faults returns what Clean would fail for: requests to other hosts, and errors of the console.
func (w *Window) Faults() (foreign, console []string) { return w.seen.faults() }

// Fits fails the test when the page is wider than the window, so that a person would have to scroll sideways.
func (w *Window) Fits() {
	w.t.Helper()
	over := ask[float64](w, "measure the page", "document.documentElement.scrollWidth - document.documentElement.clientWidth")
	if over > 0 {
		culprit := ask[string](w, "find what is wide", `([...document.querySelectorAll('body *')].filter(e =>
			e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).pop() || document.body).outerHTML.slice(0, 160)`)
		w.t.Errorf("browsertest: %s is %.0f px wider than the window: %s", w.where(), over, culprit)
	}
}

// Passkeys gives the window a device that makes and uses passkeys without asking (CTAP2, resident keys, verified user).
// The site must be opened by a host name, such as localhost: browsers make no passkeys for numeric addresses.
func (w *Window) Passkeys() {
	w.t.Helper()
	w.do("add a passkey device", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, t, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{
			Options: &webauthn.VirtualAuthenticatorOptions{
				Protocol:                    webauthn.AuthenticatorProtocolCtap2,
				Transport:                   webauthn.AuthenticatorTransportInternal,
				HasResidentKey:              true,
				HasUserVerification:         true,
				IsUserVerified:              true,
				AutomaticPresenceSimulation: true,
			}})
		return err
	}))
}
