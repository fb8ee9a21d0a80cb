package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestShared: apps fill the three fields of a share sheet in their own ways.
func TestShared(t *testing.T) {
	for _, c := range []struct{ title, text, url, want string }{
		{"", "Uống nước chanh chữa bệnh", "", "Uống nước chanh chữa bệnh"},
		{"Tiêu đề", "Tiêu đề https://example.org/x", "", "Tiêu đề https://example.org/x"},
		{"Tiêu đề", "Nội dung", "https://example.org/x", "Tiêu đề\nNội dung\nhttps://example.org/x"},
		{"", "https://example.org/x", "https://example.org/x", "https://example.org/x"},
		{"", "", "", ""},
	} {
		if got := shared(c.title, c.text, c.url); got != c.want {
			t.Errorf("shared(%q, %q, %q) = %q, want %q", c.title, c.text, c.url, got, c.want)
		}
	}
}

// TestOnlyTheBoxMayBeFramed: every other page refuses to stand in a frame.
func TestOnlyTheBoxMayBeFramed(t *testing.T) {
	s := testSite(t)
	for _, path := range []string{"/ways", "/embed/ask", "/en/embed/ask", "/t", "/privacy", "/nothing", "/desk"} {
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		csp := rec.Header().Get("Content-Security-Policy")
		if framed, want := strings.Contains(csp, "frame-ancestors *"), strings.HasSuffix(path, "/embed/ask"); framed != want {
			t.Errorf("%s: may be framed %v, want %v", path, framed, want)
		}
		if strings.HasSuffix(path, "/embed/ask") && len(rec.Result().Cookies()) != 0 {
			t.Errorf("%s sets a cookie", path)
		}
	}
}

// TestManifest: what a phone reads fits the routes there are.
func TestManifest(t *testing.T) {
	s := testSite(t)
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/en/manifest.webmanifest", nil))
	var m struct {
		Start string `json:"start_url"`
		Lang  string
		Icons []struct{ Src string }
		Share struct {
			Action, Method, Enctype string
			Params                  map[string]any
		} `json:"share_target"`
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &m); err != nil || rec.Header().Get("Content-Type") != "application/manifest+json" {
		t.Fatalf("%v, %s", err, rec.Header().Get("Content-Type"))
	}
	if m.Start != "/en/" || m.Lang != "en" || m.Share.Action != "/en/share" || m.Share.Method != http.MethodPost {
		t.Errorf("%+v", m)
	}
	for _, i := range m.Icons {
		got := httptest.NewRecorder()
		s.ServeHTTP(got, httptest.NewRequest(http.MethodGet, i.Src, nil))
		if got.Code != http.StatusOK {
			t.Errorf("icon %s: %d", i.Src, got.Code)
		}
	}
}
