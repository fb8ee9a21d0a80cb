package app_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"soi/internal/app"
	"soi/internal/desk"
	"soi/internal/monitor"
	"soi/internal/store/storetest"
)

// tampered is one way in which somebody with access to the database changes
// what was published.
type tampered struct {
	name  string
	kinds string   // of what the monitor finds then, all of them, in order
	sql   []string // run in this order, with all guards of the database removed
}

// rewrite replaces one phrase in the bytes of the documents.
func rewrite(from, to string) string {
	return `UPDATE document SET doc = CAST(replace(CAST(doc AS TEXT), '` + from + `', '` + to + `') AS BLOB) WHERE instr(CAST(doc AS TEXT), '` + from + `') > 0`
}

// ways are the fourteen, on SQLite.
func ways() []tampered {
	const newest = `(SELECT MAX(log_index) FROM revision)`
	return []tampered{
		{name: "the rating of a row", kinds: "claimreview", sql: []string{`UPDATE revision SET rating = 'true'`}},
		{name: "the rating in a document", kinds: "document-changed", sql: []string{rewrite(`"rating": "false"`, `"rating": "true"`)}},
		{name: "the text of a document", kinds: "document-changed", sql: []string{rewrite(`Không phát gạo.`, `Có phát gạo.`)}},
		{name: "the sources of a document", kinds: "document-changed", sql: []string{rewrite(`example.org/a`, `example.net/z`)}},
		{name: "the date of a row", kinds: "claimreview", sql: []string{`UPDATE revision SET at = at - 86400000`}},
		{name: "a revision deleted", kinds: "feed silent-removal", sql: []string{`DELETE FROM revision WHERE log_index = ` + newest}},
		{name: "a document emptied", kinds: "document-missing silent-removal", sql: []string{`UPDATE document SET doc = NULL WHERE hash = (SELECT hash FROM revision WHERE log_index = ` + newest + `)`}},
		{name: "an entry deleted", kinds: "bundle not-in-log", sql: []string{`DELETE FROM log_entry WHERE idx = ` + newest}},
		{name: "two entries swapped", kinds: "entry fork root rule", sql: []string{`CREATE TEMP TABLE swap AS SELECT idx, body FROM log_entry`,
			`UPDATE log_entry SET body = (SELECT body FROM swap WHERE swap.idx = 1 - log_entry.idx) WHERE idx IN (0, 1)`}},
		{name: "the bytes of an entry", kinds: "document entry fork root", sql: []string{`UPDATE log_entry SET body = CAST(replace(CAST(body AS TEXT), 'rating false', 'rating true') AS BLOB) WHERE idx = ` + newest}},
		{name: "a stored hash", kinds: "entry", sql: []string{`UPDATE log_hash SET h = (SELECT h FROM log_hash WHERE i = 1) WHERE i = 0`}},
		{name: "the signed checkpoint", kinds: "signature", sql: []string{`UPDATE log_checkpoint SET note = CAST(replace(CAST(note AS TEXT), '/log', '/lug') AS BLOB)`}},
		{name: "the log put back to before", kinds: "rollback", sql: []string{`DELETE FROM log_checkpoint WHERE size > 2 AND size = (SELECT MAX(size) FROM log_checkpoint)`, `DELETE FROM revision WHERE log_index = ` + newest}},
		{name: "a document under another hash", kinds: "claimreview silent-change", sql: []string{`UPDATE revision SET hash = (SELECT hash FROM revision ORDER BY log_index LIMIT 1) WHERE log_index = ` + newest}},
	}
}

// watched is a desk with two checks and a monitor that knows its log.
type watched struct {
	*appealed
	state string
	close func()
}

func newWatched(t *testing.T) watched {
	t.Helper()
	a, opened, _, _ := newAppealed(t, nil)
	a.people()
	a.publish("Không có đợt phát gạo nào.")
	a.publish("Không có đợt phát gạo nào ở đây.")
	w := watched{appealed: a, state: filepath.Join(a.dir, "state"), close: func() {
		must(t, a.s.Stop())
		must(t, opened.Close())
	}}
	if r := w.look(t); r.ExitCode() != 0 || r.Pages != 2 {
		t.Fatalf("an honest desk: %v, %v, %d pages", r.Log.Findings, r.Site, r.Pages)
	}
	return w
}

// look is one run of the monitor, after the desk's own work has made it draw
// its pages anew: pages are kept in memory until the desk itself changes a row.
func (w watched) look(t *testing.T, without ...string) monitor.Report {
	t.Helper()
	_, err := w.s.Desk.Receive(t.Context(), desk.Program(), desk.NewTip{Channel: "web", ExtID: formValue(), Text: "Mưa?", Folded: []byte("y"), Lang: "vi", Decision: "new"})
	must(t, err)
	r, err := app.Monitor(t.Context(), app.MonitorOptions{URL: w.s.URL, VKey: w.s.VKey(), State: w.state, Without: without})
	must(t, err)
	return r
}

// kindsOf are the kinds of everything found, each once, in order.
func kindsOf(r monitor.Report) string {
	var out []string
	for _, f := range r.Log.Findings {
		out = append(out, string(f.Kind))
	}
	for _, f := range r.Site {
		out = append(out, string(f.Kind))
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " ")
}

// people takes on who publishes.
func (a *appealed) people() {
	a.checker = desk.As(a.d.Member(a.t, "checker", desk.Checker))
	a.editors = []desk.Actor{desk.As(a.d.Member(a.t, "editor", desk.Editor))}
}

// TestEveryTamperingIsFound changes published checks behind the desk's back in
// fourteen ways; the monitor finds fourteen. Each is undone, and then it finds
// none, so what it finds is the change and nothing else.
func TestEveryTamperingIsFound(t *testing.T) {
	w := newWatched(t)
	defer w.close()
	in := storetest.NewInsider(t, filepath.Join(w.dir, "data", "soi.db"))
	found := 0
	for _, way := range ways() {
		if in.Run(way.sql...) == 0 {
			t.Errorf("%s: nothing was changed", way.name)
		}
		r := w.look(t)
		if got := kindsOf(r); r.ExitCode() == 2 && got == way.kinds {
			found++
		} else {
			t.Errorf("%s: exit code %d, found %q, want %q: %v, %v", way.name, r.ExitCode(), got, way.kinds, r.Log.Findings, r.Site)
		}
		for _, f := range r.Site {
			if s := f.Sentence("en"); strings.Contains(s, "unknown kind") || s == f.Sentence("vi") {
				t.Errorf("%s: %q", way.name, s)
			}
		}
		// The control: with the looks for these kinds off, and all others on,
		// the same change goes unnoticed.
		if r := w.look(t, strings.Fields(way.kinds)...); r.ExitCode() != 0 {
			t.Errorf("%s, not looked for, is found as %q", way.name, kindsOf(r))
		}
		in.Mend()
		if r := w.look(t); r.ExitCode() != 0 {
			t.Fatalf("after %s was undone: %v, %v", way.name, r.Log.Findings, r.Site)
		}
	}
	if found != 14 {
		t.Errorf("%d of %d found", found, len(ways()))
	}
	if _, err := app.Monitor(t.Context(), app.MonitorOptions{URL: w.s.URL, Without: []string{"weather"}}); !errors.Is(err, monitor.ErrKind) {
		t.Errorf("a kind that does not exist: %v", err)
	}
}

// TestNothingIsFoundWithoutAMonitor is the control: a changed rating is shown in
// the list of checks as if it were true, and the log, by itself, still fits.
func TestNothingIsFoundWithoutAMonitor(t *testing.T) {
	w := newWatched(t)
	defer w.close()
	storetest.NewInsider(t, filepath.Join(w.dir, "data", "soi.db")).Run(`UPDATE revision SET rating = 'true'`)
	if r := w.request("GET", "/vi/checks", ""); r.status != 200 || !strings.Contains(string(r.body), ">Đúng<") {
		t.Errorf("the list of checks: %d", r.status)
	}
	audit, err := app.LogVerify(t.Context(), w.s.URL, w.s.VKey(), "")
	must(t, err)
	if audit.ExitCode() != 0 {
		t.Errorf("the log alone: %v", audit.Findings)
	}
}
