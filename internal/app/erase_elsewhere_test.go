package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	fetching "soi/internal/fetch"
)

// erase takes a whole check away: one person asks, another agrees.
func eraseWhole(t *testing.T, d *apptest.Desk, claim desk.ID, asks, agrees desk.Actor) {
	t.Helper()
	r, err := d.Server.Desk.EraseCheck(t.Context(), asks, desk.Erasure{Claim: claim, Reason: desk.ReasonPrivacy, Notes: []desk.Note{{Lang: "vi", Text: "Bài xâm phạm đời tư."}}})
	must(t, err)
	_, err = d.Server.Desk.Approve(t.Context(), agrees, r.ID, r.Hash, desk.Points(r.Kind))
	must(t, err)
	must(t, d.AfterPublish(t.Context()))
}

// inFiles lists where a word stands in the files of a database.
func inFiles(t *testing.T, data, word string) (hits []string) {
	t.Helper()
	for _, name := range []string{"soi.db", "soi.db-wal"} {
		if _, err := os.Stat(filepath.Join(data, name)); err == nil {
			hits = append(hits, sweep(t, filepath.Join(data, name), word)...)
		}
	}
	return hits
}

// TestErasedCheckAtOtherDesks: a desk that had read the check forgets it, and one
// that reads the shelf from its beginning later never hears of it.
func TestErasedCheckAtOtherDesks(t *testing.T) {
	clock := &moving{at: time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)}
	hs, _ := newHouses(t, clock, "huyện", "tỉnh")
	low, mid := hs["huyện"], hs["tỉnh"]
	q := low.opens("nghe nói "+planted, "Chuyện "+planted+" ở chợ.")
	round(t, clock, hs)
	low.publish(q.ID, "Không có chuyện "+planted+".")
	round(t, clock, hs)
	if got := mid.one("huyện", desk.LineCheck, q.ID); got.Line.Check == nil || !strings.Contains(got.Line.Check.Texts[0].Statement, planted) {
		t.Fatalf("the province reads %+v", got.Line)
	}
	if len(inFiles(t, mid.Config.Data, planted)) == 0 { // a sweep that finds nothing would prove nothing
		t.Fatal("the word was never in the province's files")
	}
	eraseWhole(t, low.Desk, q.ID, low.checker, low.mate)
	round(t, clock, hs)
	for _, x := range mid.laid("huyện", "", "") {
		if b, err := json.Marshal(x); err != nil || strings.Contains(string(b), planted) {
			t.Errorf("the province still has %s", b)
		}
	}
	for held := true; held; { // the hourly task, once the clock is trusted again
		clock.pass(time.Hour)
		var err error
		_, held, err = mid.Erase(t.Context())
		must(t, err)
	}
	if hits := inFiles(t, mid.Config.Data, planted); len(hits) > 0 {
		t.Errorf("the province's files have the word in %v", hits)
	}

	late := apptest.Start(t, apptest.Options{Now: clock.now, Settings: map[string]string{"name": "nước"}, With: func(o *app.Options) { o.Peers = &wires{cut: map[string]bool{}} }})
	top := &house{Desk: late, t: t, name: "nước", peer: map[string]desk.Peer{}}
	top.admin, top.checker = desk.As(late.Member(t, "admin", desk.Admin)), desk.As(late.Member(t, "checker", desk.Checker))
	top.befriend(low)
	low.befriend(top)
	hs["nước"] = top
	round(t, clock, hs)
	if p := top.peerNow("huyện"); p.State.Trouble != "" || p.State.Stopped != "" {
		t.Errorf("the nation cannot read the shelf: %+v", p.State)
	}
	if hits := inFiles(t, late.Config.Data, planted); len(hits) > 0 {
		t.Errorf("the nation's files have the word in %v", hits)
	}
}

// TestErasedCheckInTheFediverse: followers are told to delete it, and nothing of
// it.
func TestErasedCheckInTheFediverse(t *testing.T) {
	clock := &movingClock{}
	d := apptest.Start(t, apptest.Options{Now: clock.now, Settings: map[string]string{"activitypub": "true"},
		With: func(o *app.Options) { o.Fediverse = &fediGuarded{all: map[string]*fetching.Client{}} }})
	i := newInstance(t)
	i.peer = d.URL
	if got := i.post(i.key, clock.now(), i.follow(), nil); got != http.StatusAccepted {
		t.Fatalf("a request to follow: %d", got)
	}
	apptest.Wait(t, "the answer", func(context.Context) bool { return len(i.arrived()) == 1 })
	publishOne(t, d.App, 741)
	rs, err := d.Server.Desk.Published(t.Context(), desk.RevisionFilter{Below: d.Signed(), Limit: 1})
	must(t, err)
	id := rs[0].Verdict
	apptest.Wait(t, "a check told", func(context.Context) bool { return len(i.arrived()) == 2 })
	checker, err := d.Server.Desk.StaffNamed(t.Context(), string(desk.Checker))
	must(t, err)
	eraseWhole(t, d, id, desk.As(checker), desk.As(d.Member(t, "mate", desk.Editor)))
	apptest.Wait(t, "an erasure told", func(context.Context) bool { return len(i.arrived()) == 3 })
	if got := i.last(); !strings.Contains(got, `"type":"Delete"`) || !strings.Contains(got, "/checks/"+string(id)) || strings.Contains(got, "741") || strings.Contains(got, "Cầu vẫn mở") {
		t.Errorf("told of an erasure: %s", got)
	}
}

// TestErasedCheckAndAssistants: a program that asks by the Model Context Protocol
// gets nothing of it, by search, by name or by proof.
func TestErasedCheckAndAssistants(t *testing.T) {
	d := apptest.Start(t, apptest.Options{Settings: map[string]string{"mcp": "true"}})
	publishOne(t, d.App, 741)
	rs, err := d.Server.Desk.Published(t.Context(), desk.RevisionFilter{Below: d.Signed(), Limit: 1})
	must(t, err)
	id := string(rs[0].Verdict)
	s, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), &sdk.StreamableClientTransport{Endpoint: d.URL + "/mcp", DisableStandaloneSSE: true}, nil)
	must(t, err)
	defer s.Close()
	tools, err := s.ListTools(t.Context(), nil)
	must(t, err)
	all := func() (said string) {
		for _, tool := range tools.Tools {
			for _, args := range []map[string]any{{"query": "cầu 741 đóng"}, {"text": "Nghe nói cây cầu số 741 sắp đóng?"}, {"id": id}, {"id": id, "revision": 1}, {}} {
				res, err := s.CallTool(t.Context(), &sdk.CallToolParams{Name: tool.Name, Arguments: args})
				if err != nil {
					continue // arguments of another tool
				}
				b, err := json.Marshal(res)
				must(t, err)
				said += string(b)
			}
		}
		return said
	}
	if before := all(); !strings.Contains(before, "Cầu vẫn mở.") || !strings.Contains(before, id) {
		t.Fatalf("the tools do not know the check: %s", before)
	}
	checker, err := d.Server.Desk.StaffNamed(t.Context(), string(desk.Checker))
	must(t, err)
	eraseWhole(t, d, desk.ID(id), desk.As(checker), desk.As(d.Member(t, "mate", desk.Editor)))
	apptest.Wait(t, "the matcher", func(context.Context) bool { return !strings.Contains(all(), "Cầu vẫn mở.") })
	if after := all(); strings.Contains(after, "sắp đóng") {
		t.Errorf("the tools still say %s", after)
	}
}

// TestErasedCheckComesBackFromABackup: a backup from before it holds the check.
// Nothing of it is shown while the log is shorter than was signed; what the
// mirror brings back erases it there too. The mirror's own folder had lost the
// document at its next run.
func TestErasedCheckComesBackFromABackup(t *testing.T) {
	a, opened, _, _ := newAppealed(t, nil)
	a.people()
	a.editors = append(a.editors, desk.As(a.d.Member(t, "mate", desk.Editor)))
	claim := a.publish("Tóm tắt " + planted + ".")
	_, err := a.s.Desk.AddEvidence(t.Context(), a.checker, claim, desk.Evidence{URL: "https://example.org/" + planted, Title: planted, Quote: planted, Stance: desk.Refutes, Independent: true})
	must(t, err)
	v := newVault(t)
	b, err := a.s.Backup(t.Context(), t.TempDir(), v.recipient)
	must(t, err)
	mirror := filepath.Join(a.dir, "mirror", "log")
	_, err = app.LogMirror(t.Context(), a.s.URL, mirror, "")
	must(t, err)
	if len(sweep(t, mirror, planted)) == 0 {
		t.Fatal("the mirror never held the document")
	}
	eraseWhole(t, a.d, claim, a.checker, a.editors[1])
	_, err = app.LogMirror(t.Context(), a.s.URL, mirror, "")
	must(t, err)
	if hits := sweep(t, mirror, planted); len(hits) > 0 {
		t.Errorf("the mirror has the word in %v", hits)
	}
	must(t, errors.Join(a.s.Stop(), opened.Close()))

	c := a.d.Config
	c.Keys, c.Guard = filepath.Join(a.dir, "data", "keys"), filepath.Join(a.dir, "data", "keys", "guard")
	c.Data = filepath.Join(a.dir, "back")
	_, err = app.Restore(t.Context(), c, b.Path, v.identity)
	must(t, err)
	old, err := app.Open(t.Context(), c, app.Options{})
	must(t, err)
	s, err := old.Start(t.Context())
	must(t, err)
	a.s = s
	for _, path := range []string{"/", "/checks", "/checks/" + string(claim), "/feed.json", "/search?q=phat+gao"} {
		if r := a.request(http.MethodGet, path, ""); strings.Contains(string(r.body), planted) {
			t.Errorf("before catching up, %s shows the check: %d", path, r.status)
		}
	}
	must(t, errors.Join(s.Stop(), old.Close()))
	regained, err := app.Open(t.Context(), c, app.Options{Regain: true})
	must(t, err)
	_, err = regained.CatchUp(t.Context(), mirror)
	must(t, err)
	s, err = regained.Start(t.Context())
	must(t, err)
	a.s = s
	if r := a.request(http.MethodGet, "/checks/"+string(claim), ""); r.status != http.StatusGone {
		t.Errorf("after catching up: %d", r.status)
	}
	_, _, err = s.Erase(t.Context()) // the hourly task
	must(t, err)
	if hits := inFiles(t, c.Data, planted); len(hits) > 0 {
		t.Errorf("the files have the word in %v", hits)
	}
	must(t, errors.Join(s.Stop(), regained.Close()))
}
