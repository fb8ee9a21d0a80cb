package web

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"soi/internal/desk"
)

// get asks a site for a page; headers are name, value, name, value.
func get(s http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// example is a path of a pattern with its blanks filled.
func example(path string) string {
	blank := regexp.MustCompile(`\{[a-z]+\.*\}`)
	return strings.ReplaceAll(blank.ReplaceAllString(path, "0123456789abcdefghjkmnpqrs"), "{$}", "")
}

// TestRouteTable walks the table as a stranger: every route names its method
// and audience, none that changes something answers GET, and none for staff
// lets a stranger in.
func TestRouteTable(t *testing.T) {
	s := testSite(t)
	seen := map[string]bool{}
	for _, r := range s.routes {
		method, path, ok := strings.Cut(r.pattern, " ")
		if !ok || method != http.MethodGet && method != http.MethodPost || seen[r.pattern] {
			t.Errorf("%q: no method, a strange one, or twice in the table", r.pattern)
			continue
		}
		seen[r.pattern] = true
		if method == http.MethodGet && (r.body > 0 || len(r.keep) > 0) {
			t.Errorf("%q takes a body", r.pattern)
		}
		switch r.audience {
		case Public:
			if r.may != "" {
				t.Errorf("%q is public and asks for %q", r.pattern, r.may)
			}
		case Staff:
			w := get(s, method, example(path))
			if method == http.MethodGet && (w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/desk/sign-in")) ||
				method == http.MethodPost && w.Code != http.StatusUnauthorized {
				t.Errorf("%q answers a stranger with %d", r.pattern, w.Code)
			}
			if w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%q may be kept by caches", r.pattern)
			}
		default:
			t.Errorf("%q has audience %q", r.pattern, r.audience)
		}
	}
}

func TestHeaders(t *testing.T) {
	s := testSite(t)
	for _, path := range []string{"/about", "/nope", "/static/soi.css", "/robots.txt", "/desk/nope", "/en/privacy"} {
		h := get(s, http.MethodGet, path).Header()
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'",
			"form-action 'self'", "require-trusted-types-for 'script'", "worker-src 'self'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: the policy lacks %s", path, want)
			}
		}
		if strings.Contains(csp, "unsafe") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") == "" ||
			h.Get("Strict-Transport-Security") == "" || len(h.Values("Set-Cookie")) > 0 {
			t.Errorf("%s: headers %v", path, h)
		}
	}
	s.Config.URL = "http://127.0.0.1:8080"
	if h := get(s, http.MethodGet, "/about").Header(); h.Get("Strict-Transport-Security") != "" {
		t.Error("HSTS without https")
	}
}

func TestLanguageOfPages(t *testing.T) {
	s := testSite(t)
	for _, c := range []struct{ path, accept, lang, link string }{
		{"/about", "", "vi", `href="/checks"`}, {"/about", "en", "en", `href="/checks"`}, {"/en/about", "vi", "en", `href="/en/checks"`},
		{"/vi/about", "en", "vi", `href="/vi/checks"`},
	} {
		w := get(s, http.MethodGet, c.path, "Accept-Language", c.accept)
		if !strings.Contains(w.Body.String(), `<html lang="`+c.lang+`"`) || !strings.Contains(w.Body.String(), c.link) {
			t.Errorf("%s for %q is not in %s with %s", c.path, c.accept, c.lang, c.link)
		}
		for _, alt := range []string{`hreflang="vi" href="https://desk.example/vi/about"`, `hreflang="en" href="https://desk.example/en/about"`} {
			if !strings.Contains(w.Body.String(), alt) {
				t.Errorf("%s lacks %s", c.path, alt)
			}
		}
		if vary := strings.Join(w.Header().Values("Vary"), ","); strings.Contains(vary, "Accept-Language") != (c.path == "/about") {
			t.Errorf("%s varies by %q", c.path, vary)
		}
	}
}

func TestCachesAndCompression(t *testing.T) {
	s := testSite(t)
	w := get(s, http.MethodGet, "/vi/about", "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(z); err != nil || !bytes.Contains(b, []byte("</html>")) {
		t.Errorf("unpacked %d bytes, %v", len(b), err)
	}
	tag := w.Header().Get("ETag")
	if w := get(s, http.MethodGet, "/vi/about", "If-None-Match", tag); tag == "" || w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("with the tag %q: %d, %d bytes", tag, w.Code, w.Body.Len())
	}
	if w := get(s, http.MethodHead, "/vi/about"); w.Code != http.StatusOK || w.Body.Len() > 0 || w.Header().Get("Content-Length") == "0" {
		t.Errorf("HEAD: %d, %d bytes", w.Code, w.Body.Len())
	}
	a := s.assets["soi.css"]
	if h := get(s, http.MethodGet, "/static/soi.css?v="+a.hash).Header(); !strings.Contains(h.Get("Cache-Control"), "31536000") {
		t.Errorf("a file at its own address: %s", h.Get("Cache-Control"))
	}
	if h := get(s, http.MethodGet, "/static/soi.css?v=old").Header(); strings.Contains(h.Get("Cache-Control"), "31536000") {
		t.Errorf("a file at another version's address: %s", h.Get("Cache-Control"))
	}
}

func TestMethods(t *testing.T) {
	s := testSite(t)
	if w := get(s, http.MethodPost, "/about"); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET" {
		t.Errorf("POST /about: %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
	if w := get(s, http.MethodDelete, "/ask"); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "POST" {
		t.Errorf("DELETE /ask: %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
	if w := get(s, http.MethodDelete, "/nope"); w.Code != http.StatusNotFound {
		t.Errorf("DELETE /nope: %d", w.Code)
	}
}

// TestLargeBodies: a form or upload above the limit gets the sentence that
// says so, not a reset connection. The sender here is one that, like a
// browser, writes all it has before it reads.
func TestLargeBodies(t *testing.T) {
	srv := httptest.NewServer(testSite(t))
	defer srv.Close()
	for name, c := range map[string]struct {
		ctype string
		size  int
	}{
		"1 MB of text":      {"application/x-www-form-urlencoded", 1 << 20},
		"10 MiB of a field": {"multipart/form-data; boundary=x", 10 << 20},
	} {
		conn, err := net.Dial("tcp", srv.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		body := "text=" + strings.Repeat("a", c.size)
		if strings.HasPrefix(c.ctype, "multipart") {
			body = "--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n" + body + "\r\n--x--\r\n"
		}
		_, err = fmt.Fprintf(conn, "POST /vi/ask HTTP/1.1\r\nHost: desk\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", c.ctype, len(body), body)
		if err != nil {
			t.Errorf("%s: sending ended with %v", name, err)
			continue
		}
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		b, _ := io.ReadAll(res.Body)
		if res.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(string(b), "quá lớn") {
			t.Errorf("%s: %d %.200s", name, res.StatusCode, b)
		}
		conn.Close()
	}
}

// TestTroubleTellsNoCause: every kind of error has its status and words; the
// cause goes to the log and never to the page; what was typed comes back.
func TestTroubleTellsNoCause(t *testing.T) {
	var logged bytes.Buffer
	s := testSite(t)
	s.Logger = slog.New(slog.NewTextHandler(&logged, nil))
	const cause = "secret-cause-42"
	kinds := map[error]int{
		desk.ErrNotFound: 404, desk.ErrForbidden: 403, desk.ErrConflict: 409, desk.ErrState: 409, desk.ErrOwnWork: 403,
		desk.ErrInvalid: 422, desk.ErrDuplicate: 409, desk.ErrClock: 503, desk.ErrLogClosed: 503, desk.ErrFull: 503, desk.ErrBusy: 503, desk.ErrErased: 410,
		errTooLarge: 413, errForeign: 403, errSignIn: 401, errSpent: 409, errors.New("x"): 500,
	}
	for kind, status := range kinds {
		logged.Reset()
		r := route{pattern: "POST /x", audience: Public, body: bodySmall, keep: []string{"text"}, h: func(*visit) (answer, error) {
			return answer{}, errors.Join(errors.New(cause), kind)
		}}
		req := httptest.NewRequest(http.MethodPost, "/vi/x", strings.NewReader("text=kept+words"))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		s.serve(r).ServeHTTP(w, s.visit(req).Request)
		if w.Code != status {
			t.Errorf("%v: %d, want %d", kind, w.Code, status)
		}
		if body := w.Body.String(); strings.Contains(body, cause) || !strings.Contains(body, "kept words") {
			t.Errorf("%v: the page tells the cause or loses what was typed", kind)
		}
		if !strings.Contains(logged.String(), cause) {
			t.Errorf("%v: the log does not have the cause", kind)
		}
		if (status == 503) != (w.Header().Get("Retry-After") != "") {
			t.Errorf("%v: Retry-After %q", kind, w.Header().Get("Retry-After"))
		}
	}
}

// TestPanic: a panic in a handler is a page, and the next request is served.
func TestPanic(t *testing.T) {
	s := testSite(t)
	h := s.serve(route{pattern: "GET /x", audience: Public, h: func(*visit) (answer, error) { panic("boom") }})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, s.visit(httptest.NewRequest(http.MethodGet, "/x", nil)).Request)
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "boom") {
		t.Errorf("%d: %.80s", w.Code, w.Body.String())
	}
}

// TestLogHoldsNoTrace: the log of a request says route, status and time, and
// nothing about who asked or for what.
func TestLogHoldsNoTrace(t *testing.T) {
	var logged bytes.Buffer
	s := testSite(t)
	s.Logger = slog.New(slog.NewTextHandler(&logged, nil))
	r := httptest.NewRequest(http.MethodGet, "/vi/t/CANARY-CODE?q=canary-query", nil)
	r.RemoteAddr = "203.0.113.77:4711"
	r.Header.Set("User-Agent", "canary-browser")
	r.Header.Set("Referer", "https://canary.example/")
	r.Header.Set("X-Forwarded-For", "198.51.100.99")
	s.ServeHTTP(httptest.NewRecorder(), r)
	line := strings.ToLower(logged.String())
	if !strings.Contains(line, "get /t/{code}") {
		t.Fatalf("no line for the request: %q", line)
	}
	for _, trace := range []string{"canary", "203.0.113", "198.51.100", "4711"} {
		if strings.Contains(line, trace) {
			t.Errorf("the log holds %q: %s", trace, line)
		}
	}
}
