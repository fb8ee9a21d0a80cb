package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"soi/internal/app/apptest"
	"soi/internal/browsertest"
	"soi/internal/desk"
)

// TestProofInABrowser: a reader takes a proof, a document and the key, and the page that the log serves says that they
// belong together; of a document with one letter changed, and of another key, it says that they do not.
func TestProofInABrowser(t *testing.T) {
	w := &world{browser: browsertest.Start(t)}
	w.desk, w.base = start(t, apptest.Options{Demo: true})
	rs, err := w.desk.Desk.Published(t.Context(), desk.RevisionFilter{Below: w.desk.Signed(), Newest: true, Kinds: []desk.Kind{desk.KindPublish}, Limit: 1})
	if err != nil || len(rs) != 1 {
		t.Fatal(rs, err)
	}
	page := w.person(t, "203.0.113.90").get("/en/checks/" + string(rs[0].Verdict))
	dir, files := t.TempDir(), map[string]string{}
	for name, mark := range map[string]string{"proof": `"/log/proof/`, "doc": `"/log/doc/`} {
		_, rest, ok := strings.Cut(page.body, mark)
		path, _, ends := strings.Cut(rest, `"`)
		got := w.person(t, "203.0.113.91").get(strings.Trim(mark, `"`) + path)
		if !ok || !ends || got.status != http.StatusOK {
			t.Fatalf("%s: %v, status %d", name, path, got.status)
		}
		files[name] = keepFile(t, dir, name, got.body)
		files["changed "+name] = keepFile(t, dir, "changed "+name, strings.Replace(got.body, "e", "o", 1))
	}
	win := w.open(t, browsertest.Options{Language: "en"})
	for _, try := range []struct{ proof, doc, key, says string }{
		{"proof", "doc", w.desk.VKey(), "Proven: entry "},
		{"proof", "changed doc", w.desk.VKey(), "Not proven: The document is not the one that was logged."},
		{"changed proof", "doc", w.desk.VKey(), "Not proven: "},
		{"proof", "doc", strings.Replace(w.desk.VKey(), "+", "x+", 1), "Not proven: Malformed key."},
	} {
		win.Go("/log/verify")
		win.Upload("Tệp bằng chứng", files[try.proof])
		win.Upload("Văn bản", files[try.doc])
		win.Fill("Khóa kiểm chứng", try.key)
		win.Click("Kiểm chứng / Verify")
		win.See(try.says)
	}
	win.AxeLightAndDark()
	win.Fits()
}

// keepFile writes a file and returns its path.
func keepFile(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
