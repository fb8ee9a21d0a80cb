package evidence

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"soi/internal/desk"
)

// TestElsewhere: an address is handed on with the key, asked after until it is
// kept, and its place is returned; what goes wrong is one kind of error.
func TestElsewhere(t *testing.T) {
	asked, answer := 0, ""
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "LOW access:secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		switch r.URL.Path {
		case "/save":
			if r.Method != http.MethodPost || r.PostFormValue("url") != "https://bao.example/bài?x=1" {
				t.Errorf("%s %v", r.Method, r.PostForm)
			}
			_, _ = w.Write([]byte(`{"job_id":"j/1"}`))
		default:
			if asked++; asked < 3 {
				_, _ = w.Write([]byte(`{"status":"pending"}`))
				return
			}
			_, _ = w.Write([]byte(answer))
		}
	}))
	defer srv.Close()
	for key, tc := range map[string]struct{ answer, want string }{
		"access:secret": {`{"status":"success","timestamp":"20261122050000","original_url":"x"}`, "https://web.archive.org/web/20261122050000/https://bao.example/bài?x=1"},
		"access:wrong":  {"", ""},
	} {
		e, err := NewElsewhere(srv.URL, key)
		if err != nil {
			t.Fatal(err)
		}
		asked, answer = 0, tc.answer
		got, err := e.Submit(t.Context(), "https://bao.example/bài?x=1")
		if got != tc.want || tc.want == "" && !errors.Is(err, ErrElsewhere) {
			t.Errorf("%s: %q %v", key, got, err)
		}
	}
	for _, bad := range []string{`{"status":"error"}`, `{"status":"success","timestamp":"../evil"}`, "no JSON"} {
		e, err := NewElsewhere(srv.URL, "access:secret")
		if err != nil {
			t.Fatal(err)
		}
		asked, answer = 0, bad
		if got, err := e.Submit(t.Context(), "https://bao.example/bài?x=1"); got != "" || !errors.Is(err, ErrElsewhere) {
			t.Errorf("%s: %q %v", bad, got, err)
		}
	}
	whole := desk.Capture{State: desk.CaptureDone, Kind: desk.CapturePage, URL: "https://bao.example/"}
	post, sent, damaged := whole, whole, whole
	post.Kind, sent.Sent, damaged.Damaged = desk.CaptureWords, noon, noon
	if !Fits(whole) || Fits(post) || Fits(sent) || Fits(damaged) || Fits(desk.Capture{}) {
		t.Error("what may be handed on")
	}
}
