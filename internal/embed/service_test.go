package embed_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"soi/internal/embed"
)

// server answers every request with what fn writes and keeps the last one.
type server struct {
	*httptest.Server
	path, auth string
	asked      int
	input      []string
	model      string
}

func serve(t *testing.T, fn func(w http.ResponseWriter, n int)) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			Model string
			Input []string
		}
		_ = json.NewDecoder(r.Body).Decode(&q)
		s.path, s.auth, s.input, s.model = r.URL.Path, r.Header.Get("Authorization"), q.Input, q.Model
		s.asked++
		fn(w, len(q.Input))
	}))
	t.Cleanup(s.Close)
	return s
}

// answer writes the directions (1, number of the text), last text first.
func answer(w http.ResponseWriter, n int) {
	var data []string
	for i := n - 1; i >= 0; i-- {
		data = append(data, fmt.Sprintf(`{"object":"embedding","index":%d,"embedding":[1,%d]}`, i, i))
	}
	_, _ = fmt.Fprintf(w, `{"object":"list","data":[%s],"usage":{"total_tokens":7}}`, strings.Join(data, ","))
}

func TestServiceAsksAndReads(t *testing.T) {
	s := serve(t, answer)
	for base, path := range map[string]string{"": "/v1/embeddings", "/": "/v1/embeddings", "/v1": "/v1/embeddings", "/api/v1/embeddings": "/api/v1/embeddings"} {
		e := embed.NewService(embed.ServiceOptions{Address: s.URL + base, Model: "m", Key: "k", Prefix: [2]string{"query: ", "passage: "}, Client: s.Client(), Now: time.Now})
		got, err := e.Encode(t.Context(), embed.Document, []string{"một", strings.Repeat("ố", 2000)})
		if err != nil || len(got) != 2 {
			t.Fatalf("%v, %v", got, err)
		}
		if got[0][0] != 1 || got[0][1] != 0 || math.Abs(float64(got[1][1])-math.Sqrt(0.5)) > 1e-6 {
			t.Errorf("directions %v: not in the order of the texts, or not of length 1", got)
		}
		if s.path != path || s.auth != "Bearer k" || s.model != "m" || s.input[0] != "passage: một" {
			t.Errorf("asked %q %q %q %q", s.path, s.auth, s.model, s.input[0])
		}
		if n := len(s.input[1]); n > embed.LongestText+9 || !strings.HasSuffix(s.input[1], "ố") {
			t.Errorf("a long text was sent as %d bytes, ending %q", n, s.input[1][n-4:])
		}
	}
	e := embed.NewService(embed.ServiceOptions{Address: s.URL, Prefix: [2]string{"query: ", "passage: "}, Client: s.Client(), Now: time.Now})
	if _, err := e.Encode(t.Context(), embed.Question, []string{"hai"}); err != nil || s.input[0] != "query: hai" || s.auth != "" {
		t.Errorf("%v: asked %q with %q", err, s.input, s.auth)
	}
}

func TestServiceRefusesAnswers(t *testing.T) {
	for what, body := range map[string]string{
		"no JSON":        `<html>`,
		"too few":        `{"data":[]}`,
		"one twice":      `{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}`,
		"beyond":         `{"data":[{"index":0,"embedding":[1]},{"index":2,"embedding":[1]}]}`,
		"empty":          `{"data":[{"index":0,"embedding":[]},{"index":1,"embedding":[]}]}`,
		"two widths":     `{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1,2]}]}`,
		"no numbers":     `{"data":[{"index":0,"embedding":["a"]},{"index":1,"embedding":[1]}]}`,
		"beyond numbers": `{"data":[{"index":0,"embedding":[1e39]},{"index":1,"embedding":[1]}]}`,
	} {
		s := serve(t, func(w http.ResponseWriter, _ int) { _, _ = w.Write([]byte(body)) })
		e := embed.NewService(embed.ServiceOptions{Address: s.URL, Client: s.Client(), Now: time.Now})
		if got, err := e.Encode(t.Context(), embed.Document, []string{"zqmột", "hai"}); !errors.Is(err, embed.ErrAnswer) || strings.Contains(err.Error(), "zqmột") {
			t.Errorf("%s: %v, %v", what, got, err)
		}
	}
	s := serve(t, func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusUnauthorized) })
	e := embed.NewService(embed.ServiceOptions{Address: s.URL, Client: s.Client(), Now: time.Now})
	if _, err := e.Encode(t.Context(), embed.Document, []string{"một"}); !errors.Is(err, embed.ErrAnswer) {
		t.Errorf("a refused key: %v", err)
	}
}

// TestServiceRests: nobody who sends a message waits for a server that did not
// answer the one before.
func TestServiceRests(t *testing.T) {
	down := true
	s := serve(t, func(w http.ResponseWriter, n int) {
		if down {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		answer(w, n)
	})
	now := time.Now()
	e := embed.NewService(embed.ServiceOptions{Address: s.URL, Client: s.Client(), Now: func() time.Time { return now }})
	ask := func(side embed.Side) error {
		_, err := e.Encode(t.Context(), side, []string{"một"})
		return err
	}
	for range 3 {
		if err := ask(embed.Question); !errors.Is(err, embed.ErrUnavailable) {
			t.Fatal(err)
		}
	}
	if s.asked != 1 {
		t.Errorf("asked %d times within its rest", s.asked)
	}
	down = false
	if err := ask(embed.Document); err != nil {
		t.Errorf("texts of the archive are not asked about: %v", err)
	}
	if err := ask(embed.Question); err != nil {
		t.Errorf("it answers again, and is not asked: %v", err)
	}
	down = true
	_ = ask(embed.Question)
	now = now.Add(embed.Rest + time.Second)
	down = false
	if err := ask(embed.Question); err != nil {
		t.Errorf("after its rest: %v", err)
	}
}

// TestRefusedTextRestsNothing: a server that refuses one text is asked about the next.
func TestRefusedTextRestsNothing(t *testing.T) {
	refuse := true
	s := serve(t, func(w http.ResponseWriter, n int) {
		if refuse {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		answer(w, n)
	})
	e := embed.NewService(embed.ServiceOptions{Address: s.URL, Prefix: [2]string{"query: ", "passage: "}, Client: s.Client(), Patient: true, Now: time.Now})
	if _, err := e.Encode(t.Context(), embed.Question, []string{"một"}); !errors.Is(err, embed.ErrAnswer) {
		t.Fatal(err)
	}
	refuse = false
	if _, err := e.Encode(t.Context(), embed.Question, []string{"hai"}); err != nil || s.input[0] != "query: hai" {
		t.Errorf("%v, asked %q", err, s.input)
	}
}

func TestServiceIsNotWaitedFor(t *testing.T) {
	hold := make(chan struct{})
	s := serve(t, func(http.ResponseWriter, int) { <-hold })
	t.Cleanup(func() { close(hold) })
	e := embed.NewService(embed.ServiceOptions{Address: s.URL, Client: s.Client(), Now: time.Now})
	if _, err := e.Encode(t.Context(), embed.Question, []string{"một"}); !errors.Is(err, embed.ErrUnavailable) {
		t.Errorf("a silent server: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Encode(ctx, embed.Document, []string{"một"}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestNamesTellNumbersApart: what changes the numbers changes the name.
func TestNamesTellNumbersApart(t *testing.T) {
	o := embed.ServiceOptions{Address: "http://127.0.0.1:1", Model: "a"}
	first := embed.NewService(o).Name()
	if again := embed.NewService(embed.ServiceOptions{Address: "http://127.0.0.1:1/v1/", Model: "a", Key: "x"}).Name(); again != first {
		t.Errorf("the same model has two names: %s, %s", first, again)
	}
	for _, other := range []embed.ServiceOptions{{Address: "http://127.0.0.1:1", Model: "b"}, {Address: "http://127.0.0.1:2", Model: "a"}, {Address: "http://127.0.0.1:1", Model: "a", Prefix: [2]string{"query: ", ""}}} {
		if embed.NewService(other).Name() == first {
			t.Errorf("%+v has the name of another", other)
		}
	}
}
