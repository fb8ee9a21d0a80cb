package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/match"
)

// modelServer stands in for a model server on the desk's network: every word has a direction
// of its own, and the words of a message in Chinese have those of one claim.
type modelServer struct {
	*httptest.Server
	documents, down atomic.Int64
	means           atomic.Pointer[[2]string] // the message, and the claim it means
	odd             atomic.Pointer[string]    // a text that it refuses, and all that is asked together with it
}

func startModel(t *testing.T) *modelServer {
	t.Helper()
	s := &modelServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct{ Input []string }
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil || r.URL.Path != "/v1/embeddings" || s.down.Load() != 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		for _, text := range q.Input {
			if strings.HasPrefix(text, "passage: ") && s.documents.Add(1) == 40 {
				s.odd.Store(&text)
			}
			if odd := s.odd.Load(); odd != nil && *odd == text {
				w.WriteHeader(http.StatusRequestEntityTooLarge)
				return
			}
		}
		type one struct {
			Index     int       `json:"index"`
			Embedding []float64 `json:"embedding"`
		}
		var data []one
		for i, text := range q.Input {
			text = strings.TrimPrefix(strings.TrimPrefix(text, "passage: "), "query: ")
			if m := s.means.Load(); m != nil && text == m[0] {
				text = m[1]
			}
			data = append(data, one{i, directionOf(text)})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"object": "list", "data": data})
	}))
	t.Cleanup(s.Close)
	return s
}

func directionOf(text string) []float64 {
	v := make([]float64, 128)
	for i := range v {
		v[i] = 0.8
	}
	for _, w := range strings.Fields(strings.ToLower(text)) {
		h := fnv.New64a()
		_, _ = h.Write([]byte(w))
		r := rand.New(rand.NewPCG(h.Sum64(), 1))
		for i := range v {
			v[i] += r.NormFloat64()
		}
	}
	return v
}

const abroad = "飲用鹽水漱口三次就能殺死病毒"

// TestEncoderOfTheDesk: with a model server a message finds a check that shares no word with it; what
// was encoded is kept over a restart, and goes when its check goes or the setting does; without
// its server the desk works as before.
func TestEncoderOfTheDesk(t *testing.T) {
	model, data, listen := startModel(t), t.TempDir(), apptest.FreePort(t)
	with := map[string]string{"embed": model.URL, "embed-question": "query:", "embed-document": "passage:"}
	known := 0
	t.Run("first", func(t *testing.T) {
		d := apptest.Start(t, apptest.Options{Demo: true, Listen: listen, Data: data, Settings: with})
		waitEncoded(t, d)
		if model.odd.Load() == nil {
			t.Error("no text was refused")
		}
		findsAbroad(t, d, model)
		r, err := d.Replay(t.Context(), app.History{Days: 1, NoEncoder: true})
		if err != nil || len(r.Turned) != 1 || r.Turned[0].Now.Decision != "perhaps" || r.Turned[0].Trial.Decision != "new" {
			t.Errorf("what the encoder changed: %+v, %v", r, err)
		}
		before := d.Matcher.Meant().Known
		plantErasures(t, d)
		apptest.Wait(t, "the erased check has no direction", func(context.Context) bool { return d.Matcher.Meant().Known < before })
		waitEncoded(t, d)
		known = d.Matcher.Meant().Known
		model.down.Store(1)
		if r := d.Matcher.Match(t.Context(), match.Query{Text: abroad}); r.Decision != match.DecisionNew {
			t.Errorf("without its model: %+v", r)
		}
		remarked(t, d, "does not answer")
		model.down.Store(0)
	})
	f, err := os.Open(filepath.Join(data, "meanings"))
	if err != nil {
		t.Fatal(err)
	}
	_, n, err := match.MeaningsIn(f)
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if err != nil || n == 0 || n > known {
		t.Errorf("%d texts in the file, %d in the archive: %v", n, known, err)
	}
	model.documents.Store(0)
	t.Run("again", func(t *testing.T) {
		d := apptest.Start(t, apptest.Options{Listen: listen, Data: data, Settings: with})
		waitEncoded(t, d)
		if n := model.documents.Load(); n > 8 { // what it refused, together, alone, and whether it answers at all
			t.Errorf("after a restart the model was asked about %d texts", n)
		}
		remarked(t, d, "texts of the archive are kept")
	})
	t.Run("without", func(t *testing.T) {
		apptest.Start(t, apptest.Options{Listen: listen, Data: data})
		if _, err := os.Stat(filepath.Join(data, "meanings")); !os.IsNotExist(err) {
			t.Errorf("directions are kept without an encoder: %v", err)
		}
	})
}

// waitEncoded waits until every text of the archive has a direction.
func waitEncoded(t *testing.T, d *apptest.Desk) {
	t.Helper()
	apptest.Wait(t, "the archive is encoded", func(context.Context) bool {
		m := d.Matcher.Meant()
		ids, _ := d.Matcher.Unmeant(0, 1)
		return m.Known > 100 && len(ids) == 0
	})
}

// findsAbroad has the message mean one of the checks, and sends it by the form of the site.
func findsAbroad(t *testing.T, d *apptest.Desk, model *modelServer) {
	t.Helper()
	rs, err := d.Desk.Published(t.Context(), desk.RevisionFilter{Below: d.Signed(), Kinds: []desk.Kind{desk.KindPublish}, Newest: true, Limit: 20})
	if err != nil || len(rs) < 20 {
		t.Fatalf("%d checks, %v", len(rs), err)
	}
	check := rs[19].Doc.Texts[0]
	if r := d.Matcher.Match(t.Context(), match.Query{Text: abroad}); r.Decision != match.DecisionNew {
		t.Errorf("what means nothing that is known: %+v", r)
	}
	model.means.Store(&[2]string{abroad, check.Claim})
	r := d.Matcher.Match(t.Context(), match.Query{Text: abroad, Limit: match.Looked})
	if how, _ := r.Settle(); how != match.DecisionPerhaps || !strings.HasPrefix(r.Matches[0].ID, "check/"+string(rs[19].Verdict)) {
		t.Errorf("%s, %+v", how, r.Matches)
	}
	res, err := http.PostForm(d.URL+"/ask", url.Values{"form": {formValue()}, "text": {abroad}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil || !strings.Contains(string(page), "gần nghĩa") {
		t.Errorf("status %d, %v: the page does not say that it is close in meaning", res.StatusCode, err)
	}
}

// remarked sees that the doctor says something about the encoder.
func remarked(t *testing.T, d *apptest.Desk, what string) {
	t.Helper()
	if !slices.ContainsFunc(d.Doctor(t.Context()), func(r app.Remark) bool { return strings.Contains(r.En, what) }) {
		t.Errorf("the doctor does not say %q", what)
	}
}

// TestEncoderThatCannotBe: a desk with a folder that holds no model, or with an address beyond its own
// network, opens and matches by words, and the doctor says what is wrong.
func TestEncoderThatCannotBe(t *testing.T) {
	for where, what := range map[string]string{t.TempDir(): "model.safetensors is not in", "http://93.184.215.14:8000": "neither this machine's nor of a private network"} {
		data := t.TempDir()
		if err := os.WriteFile(filepath.Join(data, "meanings"), []byte("directions of before"), 0o600); err != nil {
			t.Fatal(err)
		}
		d := apptest.Start(t, apptest.Options{Data: data, Settings: map[string]string{"embed": where}})
		apptest.Wait(t, "what nobody would take erased texts out of is gone", func(context.Context) bool {
			b, err := os.ReadFile(filepath.Join(data, "meanings"))
			return os.IsNotExist(err) || err == nil && !strings.Contains(string(b), "of before")
		})
		if said := fmt.Sprint(d.Doctor(t.Context())); !strings.Contains(said, what) {
			t.Errorf("the doctor: %s", said)
		}
	}
}
