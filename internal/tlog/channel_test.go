package tlog

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// TestChannelRules walks lines of the register through their states.
func TestChannelRules(t *testing.T) {
	for _, c := range []struct {
		states string
		at     int // the first state that is refused; -1 for none
	}{
		{"proved", -1}, {"proved gone proved gone withdrawn", -1}, {"denied withdrawn", -1}, {"proved withdrawn", -1},
		{"gone", 0}, {"withdrawn", 0}, {"proved proved", 1}, {"proved denied", 1}, {"denied proved", 1}, {"denied gone", 1}, {"proved withdrawn proved", 2},
		{"denied withdrawn denied", 2}, {"proved gone denied", 2},
	} {
		l := NewChecker("desk.example/log")
		if _, err := l.Add([]byte(form(KindGenesis))); err != nil {
			t.Fatal(err)
		}
		for i, state := range strings.Fields(c.states) {
			_, err := l.Add([]byte(strings.Replace(form(KindChannel), "state gone", "state "+state, 1)))
			if refused := errors.Is(err, ErrChannel); refused != (i == c.at) || err != nil && !refused {
				t.Errorf("%s: %s (%d): %v", c.states, state, i, err)
				break
			}
		}
	}
}

// Each entry about a channel has a proof file of its own, as served and as
// exported, and no other channel's path leads to it.
func TestChannelProofs(t *testing.T) {
	d := newDesk(t)
	channel, other := verdictID(1), verdictID(2)
	for i, state := range []string{"proved", "gone"} {
		doc := fmt.Appendf(nil, `{"nonce":"%d","channel":"%s","state":"%s"}`, i, channel, state)
		sum := sha256.Sum256(doc)
		d.log.docs[sum] = doc
		d.log.add(t, Entry{Kind: KindChannel, Time: d.now, Channel: channel, State: state, Doc: sum})
	}
	d.sign()
	d.log.add(t, Entry{Kind: KindChannel, Time: d.now, Channel: channel, State: "proved", Doc: [32]byte{1}})
	s := httptest.NewServer(NewHandler(d.log, d.key.VKey(), d.log.find, slog.New(slog.DiscardHandler)))
	defer s.Close()
	dir := t.TempDir()
	if _, err := ExportDir(t.Context(), d.log, d.key.VKey(), dir); err != nil {
		t.Fatal(err)
	}
	for i, state := range []string{"proved", "gone"} {
		path := fmt.Sprintf("proof/channel/%s/%d.tlog-proof", channel, i+1)
		b, status := fetch(t, s.URL+"/log/"+path)
		v, err := VerifyProof(b, nil, nil, d.key.VKey())
		if status != http.StatusOK || err != nil || v.Entry.State != state || v.Entry.Channel != channel {
			t.Errorf("%s: %d, %+v, %v", path, status, v.Entry, err)
		}
		if string(read(t, filepath.Join(dir, path))) != string(b) {
			t.Errorf("%s is exported otherwise than served", path)
		}
	}
	for _, path := range []string{channel + "/0", channel + "/3", channel + "/01", other + "/1", channel + "/-1", "x/1", channel} {
		if _, status := fetch(t, s.URL+"/log/proof/channel/"+path+".tlog-proof"); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func fetch(t *testing.T, address string) ([]byte, int) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return b, resp.StatusCode
}
