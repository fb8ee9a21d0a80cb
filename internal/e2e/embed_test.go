package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"soi/internal/browsertest"
)

// inAFrame: the ask box stands in a page of another site, takes a question,
// answers in a window of its own, sets no cookie; no other page can be framed.
func inAFrame(t *testing.T, w *world) {
	site := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(rw, `<!doctype html><html lang="en"><title>Another site</title><body><h1>Another site</h1>
<iframe src="%s%s" title="Ask" width="100%%" height="330" onload="document.title='loaded'"></iframe></body></html>`, w.base, r.URL.Path)
	}))
	t.Cleanup(site.Close)
	win := w.browser.Open(t, site.URL, browsertest.Options{Phone: true, Language: "en"})
	win.Go("/en/embed/ask")
	win.See("Another site")
	foreign, console := win.Faults()
	if len(foreign) == 0 || len(console) != 0 {
		t.Errorf("the box in a frame: %d requests, the browser says %q", len(foreign), console)
	}
	for _, f := range foreign {
		if !strings.Contains(f, " "+w.base+"/") {
			t.Errorf("the box loads something from elsewhere: %s", f)
		}
	}
	win.Go("/en/t") // framed by the other site in the same way
	if _, console = win.Faults(); !strings.Contains(strings.Join(console, " "), "frame-ancestors") {
		t.Errorf("another page stands in a frame; the browser says only %q", console)
	}
	frame := w.open(t, browsertest.Options{Phone: true, Language: "en"})
	frame.Go("/en/embed/ask")
	frame.AxeLightAndDark()
	frame.Fits()
	frame.DontSee("Corrections") // no masthead inside somebody else's page
	if c := frame.Eval("document.cookie"); c != `""` {
		t.Errorf("the box sets the cookie %s", c)
	}
	ways := w.open(t, browsertest.Options{Language: "en"})
	ways.Go("/en/")
	ways.Click("Other ways to ask")
	ways.See("A box on your own site")
	ways.AxeLightAndDark()
	ways.Click("See the box")
	ways.See("The answer opens in a new window")
}
