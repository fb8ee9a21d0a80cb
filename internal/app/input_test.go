package app_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/store"
)

// Whatever is sent, the answer has the right status, a sentence that helps,
// and what was typed; and nothing but real tips is kept.
func TestBadInput(t *testing.T) {
	d := apptest.Start(t, apptest.Options{})
	form := func(text string) string { return url.Values{"form": {formValue()}, "text": {text}}.Encode() }
	upload := func(n int) (string, string) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		part, err := w.CreateFormFile("text", "big.txt")
		must(t, err)
		_, err = part.Write(bytes.Repeat([]byte("a"), n))
		must(t, err)
		must(t, w.Close())
		return b.String(), w.FormDataContentType()
	}
	big, bigType := upload(10 << 20)
	huge, hugeType := upload(25 << 20)
	for _, k := range []struct {
		name, method, path, body, ctype string
		status                          int
		says                            string // in the page
		never                           string // not in the page
		kept                            int    // tips more than before
	}{
		{"nothing", "POST", "/en/ask", form(""), "", 422, "Nothing was written", "", 0},
		{"no field at all", "POST", "/en/ask", "", "", 422, "Nothing was written", "", 0},
		{"white space", "POST", "/en/ask", form(" \n\t "), "", 422, "Nothing was written", "", 0},
		{"zero-width alone", "POST", "/en/ask", form("\u200b\u200d\ufeff\u2060"), "", 422, "Nothing was written", "", 0},
		{"21,000 characters", "POST", "/en/ask", form(strings.Repeat("chữ ", 5250)), "", 413, "20,000", "", 0},
		{"1 MB of text", "POST", "/en/ask", form(strings.Repeat("a ", 1<<19)), "", 413, "too large", "", 0},
		{"10 MB that are no picture", "POST", "/en/ask", big, bigType, 422, "pictures, PDF, voice messages and videos only", "", 0},
		{"25 MB as an upload", "POST", "/en/ask", huge, hugeType, 413, "too large", "", 0},
		{"invalid UTF-8", "POST", "/en/ask", "form=" + formValue() + "&text=chu%FF%FEyen+gi+%C3%28+the", "", 200, "chu", "", 1},
		{"right-to-left override", "POST", "/en/ask", form("invoice \u202Efdp.exe is safe"), "", 200, "invoice", "\u202e", 1},
		{"zero-width inside", "POST", "/en/ask", form("ba\u200bnk clo\u200dses"), "", 200, "bank closes", "", 1},
		{"HTML", "POST", "/en/ask", form(`<script>alert(1)</script><img src=x onerror=alert(2)> is it so?`), "", 200, "&lt;script&gt;", "<script>alert", 1},
		{"a NUL", "POST", "/en/ask", form("before\x00after is it so"), "", 200, "before", "\x00", 1},
		{"a formula", "POST", "/en/ask", form(`=HYPERLINK("http://x.example","a")`), "", 200, "HYPERLINK", "", 1},
		{"a link to a private address", "POST", "/en/ask", form("http://169.254.169.254/latest/meta-data"), "", 200, "169.254.169.254", "", 1},
		{"broken encoding", "POST", "/en/ask", "text=%zz&form=%", "", 422, "Something needs fixing", "", 0},
		{"unknown ticket", "GET", "/en/t/BCD-FGH-JKMN", "", "", 404, "code", "", 0},
		{"no ticket", "GET", "/en/t/hello", "", "", 404, "code", "", 0},
		{"unknown check", "GET", "/en/checks/zzz", "", "", 404, "", "", 0},
		{"wrong method", "GET", "/en/ask", "", "", 405, "", "", 0},
		{"choice of nothing", "POST", "/en/ask/choose", url.Values{"code": {"BCD-FGH-JKMN"}, "key": {"check/../../x"}}.Encode(), "", 422, "", "", 0},
		{"staff page", "GET", "/en/desk", "", "", 303, "", "", 0},
	} {
		t.Run(k.name, func(t *testing.T) {
			before := len(allTips(t, d.App))
			h := http.Header{}
			if k.ctype != "" {
				h.Set("Content-Type", k.ctype)
			}
			r, err := send(t.Context(), elsewhere(), k.method, d.URL+k.path, k.body, h)
			if err != nil {
				t.Fatal(err)
			}
			page := string(r.body)
			if r.status != k.status || !strings.Contains(page, k.says) || k.never != "" && strings.Contains(page, k.never) || !utf8.Valid(r.body) {
				t.Errorf("status %d, want %d with %q and without %q:\n%.3000s", r.status, k.status, k.says, k.never, page)
			}
			if kept := len(allTips(t, d.App)) - before; kept != k.kept {
				t.Errorf("%d tips kept, want %d", kept, k.kept)
			}
			if k.status >= 400 && len(page) < 500 {
				t.Errorf("no page to go on from: %q", page)
			}
		})
	}
	sound(t, d.App)
}

// While another program holds the database, an asker is told to try again,
// keeps what was typed, pages are read, and afterwards it works.
func TestALockedDatabase(t *testing.T) {
	if testing.Short() {
		t.Skip("waits as long as the program does for a lock; run without -short")
	}
	d := apptest.Start(t, apptest.Options{})
	other, err := store.Open(t.Context(), filepath.Join(d.Config.Data, "soi.db"), store.Options{})
	must(t, err)
	defer func() { must(t, other.Close()) }()
	locked, release, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- other.Tx(context.WithoutCancel(t.Context()), func(tx desk.Tx) error {
			close(locked)
			<-release
			return nil
		})
	}()
	<-locked
	form, text := formValue(), "Nghe nói mai cúp điện cả thành phố?"
	start := time.Now()
	r := ask(t, d.URL+"/en", form, text)
	if r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" || !strings.Contains(string(r.body), text) {
		t.Errorf("status %d, Retry-After %q, want 503 with what was typed:\n%.3000s", r.status, r.header.Get("Retry-After"), r.body)
	}
	t.Logf("told after %.1f s", time.Since(start).Seconds())
	if home, err := send(t.Context(), net.IPv4(127, 0, 0, 1), http.MethodGet, d.URL+"/", "", nil); err != nil || home.status != http.StatusOK {
		t.Errorf("reading while the database is locked: %d, %v", home.status, err)
	}
	close(release)
	must(t, <-done)
	if again := ask(t, d.URL+"/en", form, text); again.status != http.StatusOK || ticketShown.Find(again.body) == nil {
		t.Errorf("the same form afterwards: status %d", again.status)
	}
	if n := len(allTips(t, d.App)); n != 1 {
		t.Errorf("%d tips kept, want 1", n)
	}
}
