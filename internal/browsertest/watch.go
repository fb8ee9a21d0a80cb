package browsertest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
)

// watch keeps what a window's page did: its loads, its requests to other hosts, its complaints.
// Chromium's reader calls event; the test's goroutine reads.
type watch struct {
	frame cdp.FrameID // the page itself, not a frame in it
	host  string      // host:port of the site

	mu        sync.Mutex
	asked     bool // a navigation was asked for and has not begun to load
	loading   bool
	status    int
	address   string
	documents map[string]bool // addresses that were loaded as a page
	foreign   []string
	console   []string
}

// newWatch returns a watch on a tab; the main frame of a tab bears the tab's own id.
func newWatch(tab target.ID, host string) *watch {
	return &watch{frame: cdp.FrameID(tab), host: host, documents: map[string]bool{}}
}

// event takes one event of the tab. It runs inside chromedp's reader, so it only notes.
func (w *watch) event(ev any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch ev := ev.(type) {
	case *page.EventFrameRequestedNavigation:
		w.asked = w.asked || ev.FrameID == w.frame
	case *page.EventFrameStartedLoading:
		if ev.FrameID == w.frame {
			w.asked, w.loading = false, true
		}
	case *page.EventFrameStoppedLoading:
		if ev.FrameID == w.frame {
			w.loading = false
		}
	case *network.EventRequestWillBeSent:
		w.request(ev)
	case *network.EventResponseReceived:
		if ev.Type == network.ResourceTypeDocument && ev.FrameID == w.frame {
			w.status, w.address = int(ev.Response.Status), ev.Response.URL
		}
	case *log.EventEntryAdded:
		w.entry(ev.Entry)
	case *runtime.EventExceptionThrown:
		w.console = append(w.console, "uncaught: "+exceptionText(ev.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if ev.Type == runtime.ConsoleAPICalledTypeError || ev.Type == runtime.ConsoleAPICalledTypeAssert {
			w.console = append(w.console, "console."+string(ev.Type)+": "+argumentText(ev.Args))
		}
	}
}

func (w *watch) request(ev *network.EventRequestWillBeSent) {
	if ev.Type == network.ResourceTypeDocument {
		w.documents[ev.Request.URL] = true
	}
	u, err := url.Parse(ev.Request.URL)
	if err != nil {
		w.foreign = append(w.foreign, ev.Request.URL)
		return
	}
	local := []string{"data", "blob", "about"} // made by the page itself, never sent
	if u.Host != w.host && !slices.Contains(local, u.Scheme) {
		w.foreign = append(w.foreign, fmt.Sprintf("%s %s (%s, from %s)", ev.Request.Method, ev.Request.URL, ev.Type, ev.DocumentURL))
	}
}

// entry notes an error of the browser's own log: a blocked script, style or frame (CSP), a missing file.
// That a page itself was answered with 4xx or 5xx is for the test to judge by Status.
func (w *watch) entry(e *log.Entry) {
	if e.Level != log.EntryLevelError || e.Source == log.EntrySourceNetwork && w.documents[e.URL] {
		return
	}
	w.console = append(w.console, strings.TrimSpace(fmt.Sprintf("%s: %s %s", e.Source, e.Text, e.URL)))
}

// busy tells whether the page is on its way to another one.
func (w *watch) busy() (asked, loading bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked, w.loading
}

// forget drops a navigation that was asked for and came to nothing, such as a jump within the page.
func (w *watch) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = false
}

// document returns status and address of the page that was answered last.
func (w *watch) document() (int, string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.status, w.address
}

// faults returns copies of what was noted so far.
func (w *watch) faults() (foreign, console []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.foreign), slices.Clone(w.console)
}

func exceptionText(d *runtime.ExceptionDetails) string {
	text := d.Text
	if d.Exception != nil {
		text += " " + d.Exception.Description
	}
	return fmt.Sprintf("%s %s:%d", text, d.URL, d.LineNumber+1)
}

func argumentText(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		if len(a.Value) > 0 {
			words = append(words, string(a.Value))
		} else {
			words = append(words, a.Description)
		}
	}
	return strings.Join(words, " ")
}

func statusText(status int) string { return fmt.Sprintf("%d %s", status, http.StatusText(status)) }
