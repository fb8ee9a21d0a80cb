package app_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/monitor"
	"soi/internal/tlog"
)

// standing is a witness of a test: its key, and where it is or will be.
type standing struct{ secret, vkey, addr, dir string }

func newStanding(t *testing.T, name string) standing {
	t.Helper()
	secret, vkey, err := app.NewWitnessKey(name)
	must(t, err)
	return standing{secret, vkey, apptest.FreePort(t), t.TempDir()}
}

// serve runs a witness until the function is called.
func (w standing) serve(t *testing.T, logs ...string) (stop func()) {
	t.Helper()
	ln, err := net.Listen("tcp", w.addr)
	must(t, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- app.ServeWitness(ctx, ln, w.secret, w.dir, logs) }()
	return func() { cancel(); must(t, <-done) }
}

// liar answers every question with a line in the name of a witness that the
// witness's key never signed.
func liar(t *testing.T, asked chan<- struct{}) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "— liar.example/w AAAAAGT2DoAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n— honest.example/w AAAA\n\n")
		select {
		case asked <- struct{}{}:
		default:
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// TestWitnesses: a desk with three witnesses, of which one lies and one is
// down, publishes at once and says that the quorum of two is missing; once the
// third is back, and the desk was started anew, the quorum is there.
func TestWitnesses(t *testing.T) {
	honest, lying, down := newStanding(t, "honest.example/w"), newStanding(t, "liar.example/w"), newStanding(t, "down.example/w")
	asked := make(chan struct{}, 1)
	address := liar(t, asked).URL
	a, opened, _, _ := newAppealed(t, map[string]string{"quorum": "2",
		"witnesses": honest.vkey + " http://" + honest.addr + "," + lying.vkey + " " + address + "," + down.vkey + " http://" + down.addr})
	defer func() { must(t, a.s.Stop()); must(t, opened.Close()) }()
	defer honest.serve(t, a.s.VKey())()
	a.people()
	a.publish("Không có đợt phát gạo nào.")
	apptest.Wait(t, "the honest witness", func(context.Context) bool { return confirmed(t, a, honest) })
	<-asked
	said := doctorSays(t, opened)
	if !strings.Contains(said, "1 of 3 witnesses have confirmed") || !strings.Contains(said, "liar.example/w has never answered") || strings.Contains(said, "honest.example") {
		t.Errorf("doctor: %s", said)
	}
	if page := string(a.request("GET", "/en/log", "").body); !strings.Contains(page, "1 of 3 have confirmed") || !strings.Contains(page, "down.example/w has not answered yet") || !strings.Contains(page, "honest.example/w confirmed it") {
		t.Errorf("log page:\n%s", page)
	}
	if confirmed(t, a, lying) {
		t.Error("a lie stands in the checkpoint")
	}
	must(t, a.s.Stop())
	defer down.serve(t, a.s.VKey())()
	var err error
	a.s, err = opened.Start(t.Context())
	must(t, err)
	a.publish("Không có đợt phát gạo nào ở đây.") // the honest witness has seen a shorter log
	apptest.Wait(t, "both", func(context.Context) bool { return confirmed(t, a, honest) && confirmed(t, a, down) })
	if said := doctorSays(t, opened); !strings.Contains(said, "2 of 3 witnesses confirmed the newest checkpoint; 2 are wanted") {
		t.Errorf("doctor: %s", said)
	}
	watch := func(quorum int, later time.Duration) string {
		r, err := monitor.Watch(t.Context(), monitor.Options{URL: a.s.URL, Client: http.DefaultClient, Witnesses: []string{honest.vkey, lying.vkey, down.vkey}, Quorum: quorum,
			Now: func() time.Time { return time.Now().Add(later) }, Audit: tlog.AuditOptions{VKey: a.s.VKey()}})
		must(t, err)
		return kindsOf(r)
	}
	if clean, few, old := watch(2, 0), watch(3, 0), watch(2, 4*time.Hour); clean != "" || few != "not-witnessed" || old != "stale" {
		t.Errorf("the monitor finds %q, of three %q, four hours later %q", clean, few, old)
	}
	policy := string(a.request("GET", "/log/policy.txt", "").body)
	for _, line := range []string{"log " + a.s.VKey() + " ", "witness w1 " + honest.vkey + " http://" + honest.addr + "\n", "group witnesses 2 w1 w2 w3\n", "quorum witnesses\n"} {
		if !strings.Contains(policy, line) {
			t.Errorf("policy lacks %q:\n%s", line, policy)
		}
	}
}

// confirmed reports whether the served checkpoint is the newest and carries
// the witness's cosignature.
func confirmed(t *testing.T, a *appealed, w standing) bool {
	t.Helper()
	note := a.request("GET", "/log/checkpoint", "").body
	c, err := tlog.OpenCheckpoint(note, a.s.VKey())
	must(t, err)
	_, err = tlog.CosignatureTime(note, w.vkey)
	return err == nil && c.Size == a.s.Signed()
}

// doctorSays is what the doctor says in English.
func doctorSays(t *testing.T, a *app.App) string {
	t.Helper()
	var b strings.Builder
	for _, r := range a.Doctor(t.Context()) {
		b.WriteString(string(r.Level) + " " + r.In("en") + "\n")
	}
	return b.String()
}
