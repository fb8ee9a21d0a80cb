package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"soi/internal/desk"
	"soi/internal/store"
)

// TestEveryErrorHasItsWords: each kind has a sentence in both languages, with what to do, and its code stands in the description.
func TestEveryErrorHasItsWords(t *testing.T) {
	codes := map[string]bool{"limit": true, "method": true, "internal": true}
	for _, k := range kinds() {
		codes[k.code] = true
	}
	for code, s := range words() {
		vi, en := s.in("vi"), s.in("en")
		if vi.title == "" || vi.detail == "" || en.title == "" || en.detail == "" || vi == en {
			t.Errorf("%s: %+v %+v", code, vi, en)
		}
		delete(codes, code)
	}
	for code := range codes {
		t.Errorf("%s has no words", code)
	}
	for _, r := range desk.Ratings() {
		if !strings.Contains(string(description), `"`+string(r)+`"`) {
			t.Errorf("rating %s is not described", r)
		}
	}
}

// broken fails the next reads or writes of a desk.
type broken struct {
	desk.Store
	err error
}

func (b *broken) Tx(ctx context.Context, fn func(desk.Tx) error) error {
	if b.err != nil {
		return b.err
	}
	return b.Store.Tx(ctx, fn)
}

// TestFaults: what fails on our side is a 5xx with a sentence and without the cause, and nothing was taken in.
func TestFaults(t *testing.T) {
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "soi.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	b := &broken{Store: db}
	d := desk.New(b, nil, time.Now, desk.Options{Langs: []string{"vi", "en"}})
	key, hash := NewKey()
	if _, err := d.AddAPIKey(t.Context(), desk.Program(), desk.APIKey{Name: "x", Hash: hash, PerHour: 1}); err != nil {
		t.Fatal(err)
	}
	a, err := New(Deps{Desk: d, Signed: func() int64 { return 0 }, URL: "https://desk.example", Ticket: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	ask := func() *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/tips", strings.NewReader(`{"text":"Có đúng không?"}`))
		r.Header = http.Header{"Authorization": {"Bearer " + key}, "Content-Type": {"application/json"}, "Idempotency-Key": {"12345678"}}
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		return w
	}
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{
		{fmt.Errorf("write: %w", desk.ErrFull), 503, "full"}, {desk.ErrBusy, 503, "busy"}, {errors.New("secret cause"), 500, "internal"}, {desk.ErrForbidden, 403, "forbidden"},
	} {
		b.err = c.err
		w := ask()
		var p Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != c.status || p.Code != c.code || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%v: %d %s", c.err, w.Code, w.Body)
		}
		if (w.Header().Get("Retry-After") != "") != (c.status == 503) {
			t.Errorf("%v: Retry-After %q", c.err, w.Header().Get("Retry-After"))
		}
	}
	b.err = nil
	if w := ask(); w.Code != http.StatusCreated { // the one tip of the hour was not used up by the failures
		t.Errorf("after the faults: %d %s", w.Code, w.Body)
	}
	if w := ask(); w.Code != http.StatusOK { // nor is a copy a second one
		t.Errorf("a copy: %d %s", w.Code, w.Body)
	}
	a.Desk = nil // a handler that falls over is an answer too
	if w := ask(); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "nil pointer") {
		t.Errorf("after a panic: %d %s", w.Code, w.Body)
	}
}
