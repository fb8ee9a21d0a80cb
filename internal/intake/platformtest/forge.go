package platformtest

import (
	"bytes"
	"compress/gzip"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// Forgery is a request that only pretends to come from a platform.
type Forgery struct {
	Name    string
	Request *http.Request
}

// Refused plays requests to a webhook: each must have the status 401 or 403, all
// the same body, and nothing may reach the sink.
func Refused(t testing.TB, h http.Handler, sink *Sink, want int, all []Forgery) {
	t.Helper()
	if len(all) != want {
		t.Errorf("%d forged requests; there are to be %d", len(all), want)
	}
	body := ""
	for i, f := range all {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, f.Request)
		if w.Code != http.StatusUnauthorized && w.Code != http.StatusForbidden {
			t.Errorf("%s: status %d", f.Name, w.Code)
		}
		if i == 0 {
			body = w.Body.String()
		}
		if w.Body.String() != body || w.Body.Len() > 16 {
			t.Errorf("%s: the answer %q differs from %q", f.Name, w.Body, body)
		}
		if n, q, s := len(sink.Arrived()), len(sink.Quarantined()), len(sink.Statuses()); n+q+s > 0 {
			t.Fatalf("%s: %d taken in, %d put aside, %d statuses", f.Name, n, q, s)
		}
	}
}

// Forge makes a request to a webhook.
func Forge(name, method, path, body string, header map[string][]string) Forgery {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for k, values := range header {
		for _, v := range values {
			r.Header.Add(k, v)
		}
	}
	return Forgery{Name: name, Request: r}
}

// Gzip packs a body.
func Gzip(body string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write([]byte(body))
	_ = w.Close()
	return out.String()
}

// Copies delivers n messages, each several times by several workers, in an
// order of its own for each worker; every delivery must have the status 200.
func Copies(t testing.TB, n, copies, workers int, deliver func(i int) int) {
	t.Helper()
	var order []int
	for range copies {
		order = append(order, rand.Perm(n)...)
	}
	rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	var all sync.WaitGroup
	var failed atomic.Int64
	for w := range workers {
		all.Go(func() {
			for i := w; i < len(order); i += workers {
				if deliver(order[i]) != http.StatusOK {
					failed.Add(1)
				}
			}
		})
	}
	all.Wait()
	if failed.Load() > 0 {
		t.Errorf("%d deliveries were not acknowledged", failed.Load())
	}
}
