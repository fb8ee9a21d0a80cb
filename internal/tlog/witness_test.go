package tlog

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// newWitness starts a witness that knows a desk's log and remembers in dir.
func newWitness(t *testing.T, dir string, key *WitnessKey, vkeys ...string) *httptest.Server {
	t.Helper()
	w, err := NewWitness(key, dir, func() time.Time { return time.Unix(1_800_000_000, 0) }, vkeys...)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(w)
	t.Cleanup(s.Close)
	return s
}

func witnessKey(t *testing.T) *WitnessKey {
	t.Helper()
	secret, err := GenerateWitnessKey(rand.Reader, "witness.example/w1")
	if err != nil {
		t.Fatal(err)
	}
	k, err := ParseWitnessKey(secret + "\n")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// A witness cosigns a growing log, before and after it was started anew.
func TestWitnessFollowsALog(t *testing.T) {
	d, key, dir := newDesk(t), witnessKey(t), t.TempDir()
	for n := range 5 {
		d.publish(verdictID(n))
		d.sign()
		s := newWitness(t, dir, key, d.key.VKey())
		for range 2 { // asking again about the same size is no conflict
			asked, err := AskWitness(t.Context(), s.Client(), RemoteWitness{Address: s.URL, VKey: key.VKey()}, d.log)
			if err != nil {
				t.Fatal(err)
			}
			out := asked.Note
			if asked.Size != int64(n+2) || string(out) != string(d.sign().Note)+asked.Line {
				t.Errorf("asked: size %d, line %q", asked.Size, asked.Line)
			}
			if at, err := CosignatureTime(out, key.VKey()); err != nil || at.Unix() != 1_800_000_000 {
				t.Errorf("cosignature: %v, %v", at, err)
			}
			if c, err := OpenCheckpoint(out, d.key.VKey()); err != nil || c.Size != int64(n+2) {
				t.Errorf("cosigned checkpoint: %+v, %v", c, err)
			}
			if _, err := CosignatureTime(out, witnessKey(t).VKey()); !errors.Is(err, ErrCosignature) {
				t.Errorf("another witness's key: %v", err)
			}
		}
	}
}

// Two databases with one key: the guard stops the second signer; without the
// guard, the witness does not cosign the second history.
func TestForkIsStopped(t *testing.T) {
	honest, key := newDesk(t), witnessKey(t)
	honest.publish(verdictID(1))
	fork := &desk{t: t, log: honest.log.clone(), key: honest.key, now: honest.now, st: map[string]VerdictState{}}
	guard := NewGuard(t.TempDir() + "/guard")
	honest.publish(verdictID(2))
	if _, err := honest.signer(guard).Sign(t.Context()); err != nil {
		t.Fatal(err)
	}
	fork.publish(verdictID(3))
	if _, err := fork.signer(guard).Sign(t.Context()); !errors.Is(err, ErrFork) {
		t.Errorf("the guard let a second history through: %v", err)
	}
	s := newWitness(t, t.TempDir(), key, honest.key.VKey())
	if _, err := AskWitness(t.Context(), s.Client(), RemoteWitness{Address: s.URL, VKey: key.VKey()}, honest.log); err != nil {
		t.Fatal(err)
	}
	for _, more := range []string{"", verdictID(4)} { // of the same size, then longer
		if more != "" {
			fork.publish(more)
		}
		fork.log.checkpoints = map[int64][]byte{}
		fork.sign() // with a guard of its own, as if the first had been deleted
		if _, err := AskWitness(t.Context(), s.Client(), RemoteWitness{Address: s.URL, VKey: key.VKey()}, fork.log); !errors.Is(err, ErrWitnessRefused) {
			t.Errorf("the witness cosigned a second history: %v", err)
		}
	}
	if _, err := AskWitness(t.Context(), s.Client(), RemoteWitness{Address: s.URL, VKey: key.VKey()}, honest.log); err != nil {
		t.Errorf("the honest log afterwards: %v", err)
	}
}

// What a witness is sent and refuses, by the status of the specification.
func TestWitnessRefuses(t *testing.T) {
	d, key := newDesk(t), witnessKey(t)
	d.publish(verdictID(1))
	signed := string(d.sign().Note)
	stranger := newDesk(t)
	stranger.key = testKey(t, testOrigin, "a stranger's key")
	other := testKey(t, "other.example/log", "other")
	s := newWitness(t, t.TempDir(), key, d.key.VKey())
	forged, err := signCheckpoint(Checkpoint{Origin: testOrigin, Size: 2, Root: Hash{1}}, stranger.key)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := signCheckpoint(Checkpoint{Origin: "other.example/log", Size: 2, Root: Hash{1}}, other)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"no old":        {"\n" + signed, 400},
		"old with zero": {"old 00\n\n" + signed, 400},
		"old too large": {"old 3\n\n" + signed, 400},
		"unknown log":   {"old 0\n\n" + string(foreign), 404},
		"forged":        {"old 0\n\n" + string(forged), 403},
		"other old":     {"old 1\n\n" + signed, 409},
		"needless":      {"old 0\n" + Hash{1}.String() + "\n\n" + signed, 422},
	} {
		if got := post(t, s, c.body); got != c.status {
			t.Errorf("%s: %d, want %d", name, got, c.status)
		}
	}
	if got := post(t, s, "old 0\n\n"+signed); got != http.StatusOK {
		t.Errorf("good: %d", got)
	}
	d.publish(verdictID(2))
	d.log.checkpoints = map[int64][]byte{}
	if got := post(t, s, "old 2\n"+Hash{9}.String()+"\n\n"+string(d.sign().Note)); got != http.StatusUnprocessableEntity {
		t.Errorf("wrong proof: %d", got)
	}
}

func post(t *testing.T, s *httptest.Server, body string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/add-checkpoint", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := s.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode
}
