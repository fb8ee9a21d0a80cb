package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"soi/internal/browsertest"
)

// inFrames reads what stands in a page, in its shadow trees and in all frames of the same host, however deep.
const inFrames = `(function read(doc) {
	let out = doc.body ? doc.body.innerText : ""
	const look = root => { for (const e of root.querySelectorAll("*")) {
		if (e.tagName === "IFRAME" && e.contentDocument) out += "\n" + e.contentDocument.location.href + "\n" + read(e.contentDocument)
		if (e.shadowRoot) look(e.shadowRoot)
	} }
	look(doc)
	return out
})(document)`

// TestAnotherProgramReplaysIt: ReplayWeb.page, an independent replayer that runs in the reader's browser, opens the WACZ
// file and shows the page that was captured, out of the file alone.
func TestAnotherProgramReplaysIt(t *testing.T) {
	replayer, err := filepath.Glob(filepath.Join("..", "..", ".cache", "replaywebpage-*"))
	if err != nil || len(replayer) != 1 {
		t.Fatalf("the replayer is needed in .cache; make setup fetches it (%v, %v)", replayer, err)
	}
	file, cs, _ := waczOf(t)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(rw, `<!doctype html><html lang="en"><meta charset="utf-8"><title>x</title><script src="/ui.js"></script>
			<replay-web-page source="/x.wacz" url="%s" replayBase="/replay/" embed="replayonly"></replay-web-page>`, html.EscapeString(cs[0].URL))
	})
	mux.HandleFunc("GET /replay/{$}", func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(rw, `<!doctype html><html lang="en"><meta charset="utf-8"><title>x</title><script src="/ui.js"></script><replay-app-main></replay-app-main>`)
	})
	mux.HandleFunc("GET /x.wacz", func(rw http.ResponseWriter, r *http.Request) {
		http.ServeContent(rw, r, "x.wacz", time.Time{}, bytes.NewReader(file))
	})
	for path, name := range map[string]string{"GET /ui.js": "ui.js", "GET /replay/ui.js": "ui.js", "GET /replay/sw.js": "sw.js"} {
		mux.HandleFunc(path, func(rw http.ResponseWriter, r *http.Request) { http.ServeFile(rw, r, filepath.Join(replayer[0], name)) })
	}
	srv := httptest.NewServer(mux)
	defer srv.Close()
	win := browsertest.Start(t).Open(t, srv.URL, browsertest.Options{})
	win.Go("/")
	var got string
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end) && !strings.Contains(got, "Giá điện không tăng 30%"); time.Sleep(200 * time.Millisecond) {
		if err := json.Unmarshal([]byte(win.Eval(inFrames)), &got); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(got, "Giá điện không tăng 30%") || !strings.Contains(got, "mp_/"+cs[0].URL) {
		t.Errorf("the replayer shows\n%s", got)
	}
	if foreign, _ := win.Faults(); len(foreign) > 0 {
		t.Errorf("asked of others: %v", foreign)
	}
	if _, err := os.Stat(filepath.Join(replayer[0], "LICENSE")); err != nil {
		t.Error(err)
	}
}
