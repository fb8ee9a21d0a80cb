package tlog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// find looks a revision up in the entries, as an index in a database would.
func (m *memLog) find(_ context.Context, verdict string, rev int64) (int64, error) {
	for i, b := range m.entries {
		if e, err := Parse(b); err == nil && e.Verdict == verdict && e.Rev == rev {
			return int64(i), nil
		}
	}
	return 0, ErrNoEntry
}

// served is a handler over a signed log of 300 entries with 5 more unsigned.
func served(t *testing.T) (*desk, *Handler, *bytes.Buffer) {
	d, _ := bigLog(t, 300)
	d.log.checkpoints[300] = d.sign().Note
	for i := range 5 {
		d.publish(verdictID(1000 + i))
	}
	var log bytes.Buffer
	return d, NewHandler(d.log, d.key.VKey(), d.log.find, slog.New(slog.NewTextHandler(&log, nil))), &log
}

func ask(t *testing.T, h http.Handler, method, target string) *http.Response {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, target, nil))
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestHandler(t *testing.T) {
	d, h, _ := served(t)
	e, err := Parse(d.log.entries[137])
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := FormatBundle(d.log.entries[256:300])
	if err != nil {
		t.Fatal(err)
	}
	rows := []struct{ path, kind, cache, want string }{
		{"/log/checkpoint", "text/plain; charset=utf-8", cacheShort, string(d.log.checkpoints[300])},
		{"/log/vkey", "text/plain; charset=utf-8", cacheShort, d.key.VKey() + "\n"},
		{"/log/policy.txt", "text/plain; charset=utf-8", cacheShort, "log " + d.key.VKey() + " https://desk.example/log/\nquorum none\n"},
		{"/log/tile/entries/001.p/44", "application/octet-stream", cacheForever, string(bundle)},
		{"/log/" + docPath(e.Doc), "application/json", cacheForever, string(d.log.docs[e.Doc])},
	}
	for _, r := range rows {
		resp := ask(t, h, "GET", r.path)
		if got := body(t, resp); resp.StatusCode != 200 || got != r.want {
			t.Errorf("%s: %d %q", r.path, resp.StatusCode, got)
		}
		for name, want := range map[string]string{"Content-Type": r.kind, "Cache-Control": r.cache, "X-Content-Type-Options": "nosniff"} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%s: %s = %q, want %q", r.path, name, got, want)
			}
		}
	}
	resp := ask(t, h, "GET", "/log/"+proofPath(e.Verdict, 1))
	if v, err := VerifyProof([]byte(body(t, resp)), nil, d.log.docs[e.Doc], d.key.VKey()); err != nil || v.Index != 137 {
		t.Errorf("served proof: %+v, %v", v, err)
	}
	if resp := ask(t, h, "HEAD", "/log/tile/0/000"); resp.StatusCode != 200 || resp.Header.Get("Content-Length") != "8192" {
		t.Errorf("HEAD: %d, %v", resp.StatusCode, resp.Header)
	}
}

func TestHandlerRefuses(t *testing.T) {
	d, h, _ := served(t)
	e, err := Parse(d.log.entries[137])
	if err != nil {
		t.Fatal(err)
	}
	unsigned, err := Parse(d.log.entries[302])
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"/log", "/log/", "/log/x", "/checkpoint", "/log//checkpoint", "/log/checkpoint/", "/log/%63heckpoint", "/log/tile/0/00%30",
		"/log/tile/0/001", "/log/tile/0/001.p/45", "/log/tile/entries/001.p/45", "/log/tile/entries/001", "/log/tile/data/000", "/log/tile/100/000",
		"/log/tile/64/000", "/log/tile/0/x000/000", "/log/tile/1/000.p/2", "/log/tile/0/x999/x999/x999/x999/x999/999",
		"/log/doc/" + strings.Repeat("0", 64), "/log/doc/" + strings.ToUpper(docPath(e.Doc)[4:]), "/log/doc/x", "/log/doc/",
		"/log/" + proofPath(e.Verdict, 2), "/log/" + proofPath(verdictID(5000), 1), "/log/" + proofPath(unsigned.Verdict, 1),
		"/log/proof/" + e.Verdict + "/01.tlog-proof", "/log/proof/" + e.Verdict + "/1", "/log/proof/" + e.Verdict + "/+1.tlog-proof",
		"/log/proof/" + e.Verdict + "/1.tlog-proof/", "/log/proof/" + strings.ToUpper(e.Verdict) + "/1.tlog-proof", "/log/proof/", "/log/proof/x/../y",
	} {
		if resp := ask(t, h, "GET", path); resp.StatusCode != 404 || resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s", path, resp.StatusCode, resp.Header.Get("Cache-Control"))
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
		if resp := ask(t, h, method, "/log/checkpoint"); resp.StatusCode != 405 || resp.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d", method, resp.StatusCode)
		}
	}
	d.log.docs[e.Doc] = nil
	resp := ask(t, h, "GET", "/log/"+docPath(e.Doc))
	if got := body(t, resp); resp.StatusCode != 410 || !strings.Contains(got, "đã được xóa") || !strings.Contains(got, "erased") {
		t.Errorf("erased: %d %q", resp.StatusCode, got)
	}
}

// Before the first checkpoint nothing of the log is public.
func TestHandlerBeforeSigning(t *testing.T) {
	d := newDesk(t)
	h := NewHandler(d.log, d.key.VKey(), d.log.find, slog.New(slog.DiscardHandler))
	for _, path := range []string{"/log/checkpoint", "/log/tile/0/000.p/1", "/log/tile/entries/000.p/1"} {
		if resp := ask(t, h, "GET", path); resp.StatusCode != 404 {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
}

// A failure is told to the visitor in words and to the log with its cause.
func TestHandlerFailure(t *testing.T) {
	d, h, log := served(t)
	for step, path := range map[string]string{"last checkpoint": "/log/checkpoint", "entries": "/log/tile/entries/000", "hashes": "/log/tile/0/000"} {
		h.st = faultyLog{d.log, &fault{step: step, armed: true}}
		resp := ask(t, h, "GET", path)
		got := body(t, resp)
		if resp.StatusCode != 503 || resp.Header.Get("Retry-After") == "" || !strings.Contains(got, "thử lại") || strings.Contains(got, "fault") {
			t.Errorf("%s: %d %q", step, resp.StatusCode, got)
		}
		if !strings.Contains(log.String(), "injected fault: "+step) {
			t.Errorf("%s: the log lacks the cause: %s", step, log)
		}
	}
	h.st = d.log
	h.find = func(context.Context, string, int64) (int64, error) { return 137, nil }
	if resp := ask(t, h, "GET", "/log/"+proofPath(verdictID(1), 1)); resp.StatusCode != 503 {
		t.Errorf("an index that points to another revision: %d", resp.StatusCode)
	}
	h.find = func(context.Context, string, int64) (int64, error) { return 0, errors.New("index gone") }
	if resp := ask(t, h, "GET", "/log/"+proofPath(verdictID(1), 1)); resp.StatusCode != 503 {
		t.Errorf("an index that fails: %d", resp.StatusCode)
	}
}

// Every document that a visitor gets has the hash in its address.
func TestHandlerDocuments(t *testing.T) {
	d, h, _ := served(t)
	for sum := range d.log.docs {
		if got := body(t, ask(t, h, "GET", "/log/"+docPath(sum))); sha256.Sum256([]byte(got)) != sum {
			t.Fatalf("%s serves %q", docPath(sum), got)
		}
	}
}
