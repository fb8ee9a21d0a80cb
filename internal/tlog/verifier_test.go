package tlog

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
)

// shortVerifier runs verify.py as it is published.
func shortVerifier(t *testing.T, args ...string) bool {
	t.Helper()
	exe, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	out, err := exec.CommandContext(t.Context(), exe, append([]string{"-O", "verifier/verify.py"}, args...)...).CombinedOutput()
	if proven := strings.HasPrefix(string(out), "PROVEN"); proven != (err == nil) {
		t.Fatalf("verify.py: %v\n%s", err, out)
	}
	return err == nil
}

// The short verifier accepts what is true and refuses every changed part.
func TestShortVerifier(t *testing.T) {
	proof, doc, d := realProof(t, 300, 137)
	key := temp(t, []byte(d.key.VKey()+"\n"))
	if !shortVerifier(t, temp(t, proof), key, temp(t, doc)) {
		t.Error("a real proof was refused")
	}
	other := testKey(t, testOrigin, "another key").VKey()
	changed := func(from, to string) []byte { return bytes.Replace(proof, []byte(from), []byte(to), 1) }
	for name, args := range map[string][]string{
		"another document": {temp(t, proof), key, temp(t, append(bytes.Clone(doc), '\n'))},
		"no document":      {temp(t, proof), key},
		"another key":      {temp(t, proof), temp(t, []byte(other)), temp(t, doc)},
		"another size":     {temp(t, changed("\n300\n", "\n301\n")), key, temp(t, doc)},
		"another index":    {temp(t, changed("index 137", "index 136")), key, temp(t, doc)},
		"another entry":    {temp(t, changed("extra c2", "extra C2")), key, temp(t, doc)},
	} {
		if shortVerifier(t, args...) {
			t.Errorf("%s: accepted", name)
		}
	}
	b, _ := verifierFile("verify.py")
	if n := bytes.Count(b, []byte("\n")); n > 45 {
		t.Errorf("verify.py has %d lines, at most 45", n)
	}
}

// The verifier is served below the log and needs nothing from elsewhere.
func TestVerifierIsServed(t *testing.T) {
	d := newDesk(t)
	d.sign()
	h := NewHandler(d.log, d.key.VKey(), nil, slog.New(slog.DiscardHandler))
	for path, kind := range map[string]string{"verify": "text/html", "verify.html": "text/html", "verify.js": "text/javascript", "verify.py": "text/x-python"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/log/"+path, nil))
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Content-Type"))
		}
		if strings.Contains(w.Body.String(), "://") {
			t.Errorf("%s names another place", path)
		}
	}
}
