package browsertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// thing is an element that a person can act on, as assistive technology sees it.
type thing struct {
	role, name string
	node       cdp.BackendNodeID
}

// actable are the roles that Click looks for; "DisclosureTriangle" is Chromium's role for a <summary>.
var actable = [...]string{"button", "link", "checkbox", "radio", "tab", "menuitem", "switch", "option", "DisclosureTriangle"}

// fillable are the roles that Fill, Choose and Upload look for. Date and time fields have roles of Chromium's own;
// a file field is a "button" whose name begins with its label.
var fillable = [...]string{"textbox", "searchbox", "combobox", "spinbutton", "listbox", "slider", "Date", "InputTime", "DateTime", "ColorWell"}

// Click presses the button, link, checkbox, radio button or disclosure with this accessible name, by mouse, in its
// middle; where a page follows, it waits until that is loaded. A whole name wins over the beginning of one, and that
// over a part; among equals the first on the page is taken. It fails where nothing has the name, or something else
// lies above it.
func (w *Window) Click(name string) {
	w.t.Helper()
	w.ClickNth(name, 0)
}

// ClickNth is Click for the n-th (from 0) of several things with equally good names, in the order of the page.
func (w *Window) ClickNth(name string, n int) {
	w.t.Helper()
	found := w.find("click", name, actable[:])
	if n >= len(found) {
		w.t.Fatalf("browsertest: click %q number %d: there are %d, at %s", name, n, len(found), w.where())
	}
	w.follow("click "+name, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		return press(ctx, t, found[n].node)
	}))
}

// Fill puts the value into the field with this label, in place of what was there, as if it was pasted.
func (w *Window) Fill(label, value string) {
	w.t.Helper()
	field := w.find("fill", label, fillable[:])[0]
	w.do("fill "+label, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, dom.Focus, dom.FocusParams{BackendNodeID: field.node}); err != nil {
			return err
		}
		typed, err := call[bool](ctx, t, field.node, fillScript, value)
		if err != nil || !typed {
			return err
		}
		if value == "" { // inserting nothing leaves the selection as it is
			_, err = call[bool](ctx, t, field.node, clearScript)
			return err
		}
		_, err = cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: value})
		return err
	}))
}

// fillScript selects what a text field holds and returns true, so that inserted text replaces it; fields that are not
// typed into (dates, times) take the value at once.
const fillScript = `function(value) {
	if (['date', 'time', 'datetime-local', 'month', 'week', 'color', 'range', 'number'].includes(this.type)) {
		this.value = value;
		this.dispatchEvent(new Event('input', {bubbles: true}));
		this.dispatchEvent(new Event('change', {bubbles: true}));
		return false;
	}
	this.select ? this.select() : getSelection().selectAllChildren(this);
	return true;
}`

const clearScript = `function() { this.value = ''; this.dispatchEvent(new Event('input', {bubbles: true})); return true; }`

// Choose picks the option with this text in the list with this label.
func (w *Window) Choose(label, option string) {
	w.t.Helper()
	list := w.find("choose", label, fillable[:])[0]
	w.follow("choose "+option, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		ok, err := call[bool](ctx, t, list.node, `function(text) {
			const flat = s => s.replace(/\s+/g, ' ').trim();
			const o = [...this.options].find(o => flat(o.text) === flat(text));
			if (!o) return false;
			o.selected = true;
			this.dispatchEvent(new Event('change', {bubbles: true}));
			return true;
		}`, option)
		if err == nil && !ok {
			err = fmt.Errorf("the list %q has no option %q", label, option)
		}
		return err
	}))
}

// Upload puts files into the file field whose label begins with these words.
func (w *Window) Upload(label string, paths ...string) {
	w.t.Helper()
	var files []string
	for _, p := range paths {
		abs, err := filepath.Abs(p)
		if err != nil {
			w.t.Fatalf("browsertest: upload %s: %v", p, err)
		}
		files = append(files, abs)
	}
	field := w.find("upload", label, []string{"button", "textbox"})[0]
	w.do("upload to "+label, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: files, BackendNodeID: field.node})
		return err
	}))
}

// Press types keys where the focus is; special keys are those of chromedp/kb, for example "\r" for Enter and "\t" for
// Tab. Where a page follows, it waits until that is loaded.
func (w *Window) Press(keys string) {
	w.t.Helper()
	w.follow("press keys", chromedp.KeyEvent(keys))
}

// Type is Press for keys that lead to no other page, such as words typed into a field, Tab and the arrows: it does not
// wait for one.
func (w *Window) Type(keys string) {
	w.t.Helper()
	w.do("type", chromedp.KeyEvent(keys))
}

// Focused is role and accessible name of the element with the keyboard's focus, such as `button "Hỏi"`, or "".
func (w *Window) Focused() string {
	w.t.Helper()
	var name string
	w.do("read the focus", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		nodes, err := tree(ctx, t)
		for _, n := range nodes {
			focused := slices.ContainsFunc(n.Properties, func(p *accessibility.Property) bool {
				return p.Name == accessibility.PropertyNameFocused && p.Value != nil && string(p.Value.Value) == "true"
			})
			if focused && !n.Ignored && word(n.Role) != "RootWebArea" {
				name = fmt.Sprintf("%s %q", word(n.Role), flat(word(n.Name)))
			}
		}
		return err
	}))
	return name
}

// FocusedOn waits until what has the focus begins so ("textbox \"Message\""), and returns what has it: a page gives the
// focus away when it is first drawn, which may be after it was loaded. What never gets it is for the caller to refuse.
func (w *Window) FocusedOn(begins string) string {
	w.t.Helper()
	for deadline := time.Now().Add(w.wait / 3); ; time.Sleep(50 * time.Millisecond) {
		if got := w.Focused(); strings.HasPrefix(got, begins) || time.Now().After(deadline) {
			return got
		}
	}
}

// FocusedBeside waits until something else has the focus, and returns what has it.
func (w *Window) FocusedBeside(before string) string {
	w.t.Helper()
	for deadline := time.Now().Add(w.wait / 3); ; time.Sleep(50 * time.Millisecond) {
		if got := w.Focused(); got != before && got != "" || time.Now().After(deadline) {
			return got
		}
	}
}

// find returns the things with the best kind of name, waiting until there is one; at least one is returned.
func (w *Window) find(what, name string, roles []string) []thing {
	w.t.Helper()
	deadline := time.Now().Add(w.wait / 3)
	for {
		all := w.things(roles)
		if best := byName(all, name); len(best) > 0 {
			return best
		}
		if time.Now().After(deadline) {
			var names []string
			for _, th := range all {
				names = append(names, fmt.Sprintf("%s %q", th.role, th.name))
			}
			w.t.Fatalf("browsertest: %s: nothing named %q at %s; there are:\n%s", what, name, w.where(), strings.Join(names, "\n"))
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// byName keeps the things of the best rank: equal name, name that begins so, name that holds the words.
func byName(all []thing, name string) []thing {
	want := flat(name)
	for _, fits := range []func(s, want string) bool{func(s, want string) bool { return s == want }, strings.HasPrefix, strings.Contains} {
		best := slices.DeleteFunc(slices.Clone(all), func(th thing) bool { return !fits(th.name, want) })
		if len(best) > 0 {
			return best
		}
	}
	return nil
}

// things lists the elements of these roles in the order of the page.
func (w *Window) things(roles []string) []thing {
	w.t.Helper()
	var all []thing
	w.do("read the accessibility tree", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		nodes, err := tree(ctx, t)
		for _, n := range nodes {
			if role := word(n.Role); !n.Ignored && n.BackendDOMNodeID != 0 && slices.Contains(roles, role) {
				all = append(all, thing{role: role, name: flat(word(n.Name)), node: n.BackendDOMNodeID})
			}
		}
		return err
	}))
	return all
}

func tree(ctx context.Context, t *chromedp.Target) ([]*accessibility.Node, error) {
	res, err := cdp.Call(ctx, t, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	return res.Nodes, err
}

// word decodes a text of the accessibility tree; absent and other kinds of values are "".
func word(v *accessibility.Value) string {
	var s string
	if v == nil || json.Unmarshal([]byte(v.Value), &s) != nil {
		return ""
	}
	return s
}

// follow does something that may lead to another page, and waits until that is loaded.
func (w *Window) follow(what string, a chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	w.seen.forget()
	w.do(what, a)
	// A click's navigation shows within some milliseconds, or not at all; what scripts do later is for See to wait for.
	began := time.Now()
	for {
		asked, loading := w.seen.busy()
		switch waited := time.Since(began); {
		case loading && waited > w.wait:
			w.t.Fatalf("browsertest: %s: the next page is not loaded after %v", what, w.wait)
		case !loading && !asked && waited > 250*time.Millisecond, !loading && asked && waited > 3*time.Second:
			return
		}
		if loading {
			began = w.loaded(what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// loaded waits for the end of a load and returns a moment that leaves little more to wait for.
func (w *Window) loaded(what string) time.Time {
	w.t.Helper()
	deadline := time.Now().Add(w.wait)
	for {
		if _, loading := w.seen.busy(); !loading {
			return time.Now().Add(-200 * time.Millisecond)
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("browsertest: %s: the next page is not loaded after %v", what, w.wait)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// press clicks the middle of a node, and refuses when a person's click there would hit something else.
func press(ctx context.Context, t *chromedp.Target, node cdp.BackendNodeID) error {
	if _, err := cdp.Call(ctx, t, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{BackendNodeID: node}); err != nil {
		return err
	}
	quads, err := cdp.Call(ctx, t, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: node})
	if err != nil {
		return err
	}
	if len(quads.Quads) == 0 || len(quads.Quads[0]) != 8 {
		return errors.New("it has no place on the page")
	}
	q := quads.Quads[0] // four corners, x and y each
	x, y := (q[0]+q[4])/2, (q[1]+q[5])/2
	above, err := call[string](ctx, t, node, `function(x, y) {
		const hit = document.elementFromPoint(x, y);
		if (!hit) return 'the edge of the window';
		if (this.contains(hit) || hit.contains(this) || hit.closest('label')?.control === this) return '';
		return hit.outerHTML.slice(0, 120);
	}`, x, y)
	if err != nil {
		return err
	}
	if above != "" {
		return fmt.Errorf("it is covered by %s", above)
	}
	_, err = chromedp.MouseClickXY(x, y)(ctx, t)
	return err
}

// call runs a JavaScript function with the node as its this.
func call[T any](ctx context.Context, t *chromedp.Target, node cdp.BackendNodeID, function string, args ...any) (T, error) {
	res, err := cdp.Call(ctx, t, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node})
	if err != nil {
		var none T
		return none, err
	}
	on := func(p *runtime.CallFunctionOnParams) { p.ObjectID = res.Object.ObjectID }
	return chromedp.CallFunctionOn[T](function, on, args...)(ctx, t)
}
