package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/evidence"
	guarded "soi/internal/fetch"
	"soi/internal/store"
)

// cited is a site that evidence cites.
type cited struct {
	mu    sync.Mutex
	pages map[string]string // by path; "!404" is a status
	base  string
}

// ServeHTTP implements http.Handler.
func (c *cited) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	page, ok := c.pages[r.URL.Path]
	c.mu.Unlock()
	var status int
	if n, _ := fmt.Sscanf(page, "!%d", &status); n == 1 || !ok {
		w.WriteHeader(max(status, 404))
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, page)
}

// set changes a page.
func (c *cited) set(path, page string) { c.mu.Lock(); c.pages[path] = page; c.mu.Unlock() }

// copiesWorld is a desk whose evidence cites that site.
type copiesWorld struct {
	*testing.T
	d               *apptest.Desk
	site            *cited
	clock           *movingClock
	checker, editor desk.Actor
	n               int
}

func newCopiesWorld(t *testing.T, more ...func(*apptest.Options)) *copiesWorld {
	t.Helper()
	w := &copiesWorld{T: t, site: &cited{pages: map[string]string{}}, clock: &movingClock{}}
	srv := httptest.NewServer(w.site)
	t.Cleanup(srv.Close)
	w.site.base = srv.URL
	web := guarded.New(guarded.Options{AllowLoopback: netip.MustParseAddrPort(srv.Listener.Addr().String())})
	o := apptest.Options{Now: w.clock.now, With: func(o *app.Options) { o.Pages = web }}
	for _, f := range more {
		f(&o)
	}
	w.d = apptest.Start(t, o)
	w.checker, w.editor = desk.As(w.d.Member(t, "checker", desk.Checker)), desk.As(w.d.Member(t, "editor", desk.Editor))
	return w
}

// claim opens a claim.
func (w *copiesWorld) claim() desk.ID {
	w.Helper()
	w.n++
	text := fmt.Sprintf("Nghe nói giá điện tăng %d%%?", w.n)
	got, err := w.d.Desk.Receive(w.Context(), desk.Program(), desk.NewTip{Channel: "web", ExtID: formValue(), Text: text, Folded: []byte(text), Lang: "vi", Decision: "new"})
	must(w.T, err)
	return got.Claim.ID
}

// cite adds evidence and waits until its capture is no longer under way.
func (w *copiesWorld) cite(claim desk.ID, url string) (desk.Evidence, desk.Capture) {
	w.Helper()
	e, err := w.d.Desk.AddEvidence(w.Context(), w.checker, claim, desk.Evidence{URL: url, Title: "Nguồn", Stance: desk.Refutes, Independent: true})
	must(w.T, err)
	w.d.CaptureNow()
	return e, w.settled(claim, e.ID)
}

// settled waits until the newest capture of evidence was tried.
func (w *copiesWorld) settled(claim, evidence desk.ID) (out desk.Capture) {
	w.Helper()
	apptest.Wait(w.T, "a capture", func(ctx context.Context) bool {
		cs, err := w.d.Desk.CapturesOf(ctx, w.checker, claim)
		must(w.T, err)
		for _, c := range cs {
			if c.Evidence == evidence {
				out = c
				return c.State != desk.CaptureWaiting || c.Why != ""
			}
		}
		return false
	})
	return out
}

// publish takes a claim all the way.
func (w *copiesWorld) publish(claim desk.ID) desk.Document {
	w.Helper()
	ctx := w.Context()
	v, err := w.d.Desk.ClaimPage(ctx, w.checker, claim)
	must(w.T, err)
	dr, err := w.d.Desk.SaveDraft(ctx, w.checker, claim, v.Draft.Version, desk.RatingFalse,
		desk.Text{Lang: "vi", Claim: "Giá điện tăng.", Statement: "Giá điện không tăng.", Summary: "Giá điện không tăng.", Body: "Một."})
	must(w.T, err)
	r, err := w.d.Desk.Submit(ctx, w.checker, desk.Proposal{Claim: claim, DraftVersion: dr.Version})
	must(w.T, err)
	_, err = w.d.Desk.Approve(ctx, w.editor, r.ID, r.Hash, desk.Points(r.Kind))
	must(w.T, err)
	must(w.T, w.d.AfterPublish(ctx))
	doc, err := desk.ParseDocument(r.Doc)
	must(w.T, err)
	return doc
}

// get asks for a public page.
func (w *copiesWorld) get(path string) (int, string, http.Header) {
	w.Helper()
	resp, err := http.Get(w.d.URL + path)
	must(w.T, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	must(w.T, err)
	return resp.StatusCode, string(b), resp.Header
}

// priceList is a page with something to say and something to run.
const priceList = `<html lang="vi"><head><title>Biểu giá điện tháng 11</title><script>steal()</script></head><body onload="steal()"><article><h1>Biểu giá điện</h1><p>%s</p></article></body></html>`

// page is priceList with enough words.
func page() string {
	return fmt.Sprintf(priceList, strings.Repeat("Giá bán lẻ điện bình quân không thay đổi so với tháng trước. ", 12))
}

// TestACopyFromLinkToReader: a link is captured beside the work, the document
// carries its hash, the public reads it only after two people agreed, without
// anything that runs; and the file has the published hash.
func TestACopyFromLinkToReader(t *testing.T) {
	w := newCopiesWorld(t)
	w.site.set("/bieu-gia", page())
	claim := w.claim()
	_, c := w.cite(claim, w.site.base+"/bieu-gia")
	if !c.Sound() || c.Title != "Biểu giá điện tháng 11" || c.Kind != desk.CapturePage {
		t.Fatalf("%+v", c)
	}
	sum := hex.EncodeToString(c.Sum)
	for _, path := range []string{"", "/page", "/warc"} {
		if status, _, _ := w.get("/copies/" + sum + path); status != http.StatusNotFound {
			t.Errorf("before publication %q answers %d", path, status)
		}
	}
	doc := w.publish(claim)
	if doc.Evidence[0].ArchivedSHA256 != sum || doc.Evidence[0].Archived != c.At.Format(time.RFC3339) {
		t.Errorf("%+v", doc.Evidence[0])
	}
	status, body, _ := w.get("/vi/checks/" + string(claim))
	if status != 200 || !strings.Contains(body, "/vi/copies/"+sum) {
		t.Errorf("the check does not lead to the copy: %d", status)
	}
	status, body, _ = w.get("/vi/copies/" + sum)
	if status != 200 || !strings.Contains(body, "Giá bán lẻ điện bình quân không thay đổi") || !strings.Contains(body, sum) || strings.Contains(body, "steal") {
		t.Errorf("%d %.3000s", status, body)
	}
	status, body, h := w.get("/copies/" + sum + "/page")
	if status != 200 || !strings.Contains(body, "Giá bán lẻ") || strings.Contains(body, "steal") || strings.Contains(body, "<script") {
		t.Errorf("%d %.2000s", status, body)
	}
	if h.Get("Content-Security-Policy") != desk.ReplayPolicy || h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(desk.ReplayPolicy, "sandbox; default-src 'none'") {
		t.Errorf("%v", h)
	}
	_, body, h = w.get("/copies/" + sum + "/warc")
	report, err := evidence.ReadWARC(strings.NewReader(body), func(evidence.WARCRecord) error { return nil })
	if err != nil || hex.EncodeToString(report.Sum) != sum || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") {
		t.Errorf("%+v %v %v", report, err, h)
	}
	if status, _, _ := w.get("/copies/" + strings.Repeat("0", 64)); status != 404 {
		t.Errorf("an unknown copy answers %d", status)
	}
	must(t, w.d.Desk.Copies(t.Context(), w.checker, claim, func(_ desk.Claim, cs []desk.Capture, load desk.Load) error {
		if len(cs) != 1 {
			t.Errorf("%d copies", len(cs))
		}
		return evidence.Check(cs[0], load)
	}))
}

// TestReplayHasItsOwnHost: with a host name for replays the public is sent
// there, and nothing else is answered there.
func TestReplayHasItsOwnHost(t *testing.T) {
	w := newCopiesWorld(t, func(o *apptest.Options) { o.Settings = map[string]string{"replay-url": "https://replay.desk.example"} })
	w.site.set("/x", page())
	claim := w.claim()
	_, c := w.cite(claim, w.site.base+"/x")
	w.publish(claim)
	sum := hex.EncodeToString(c.Sum)
	ask := func(host, path string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.d.URL+path, nil)
		must(t, err)
		r.Host = host
		resp, err := (&http.Transport{}).RoundTrip(r)
		must(t, err)
		_ = resp.Body.Close()
		return resp
	}
	if r := ask("", "/copies/"+sum+"/page"); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "https://replay.desk.example/copies/"+sum+"/page" {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
	if r := ask("replay.desk.example", "/copies/"+sum+"/page"); r.StatusCode != 200 || r.Header.Get("Content-Security-Policy") != desk.ReplayPolicy {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
	for _, path := range []string{"/", "/desk", "/desk/sign-in", "/checks", "/copies/" + sum, "/copies/" + sum + "/warc", "/log/checkpoint"} {
		if r := ask("replay.desk.example", path); r.StatusCode != 404 {
			t.Errorf("the host for replays answers %s with %d", path, r.StatusCode)
		}
	}
}

// TestACaptureThatFails is tried again where that may help, says why, and can
// be asked for again; nothing of the evidence is lost.
func TestACaptureThatFails(t *testing.T) {
	w := newCopiesWorld(t)
	claim := w.claim()
	w.site.set("/gone", "!410")
	e, c := w.cite(claim, w.site.base+"/gone")
	if c.State != desk.CaptureFailed || c.Why != desk.TroubleGone || c.Tries != 1 {
		t.Fatalf("%+v", c)
	}
	w.site.set("/gone", page())
	must(t, w.d.Desk.Recapture(t.Context(), w.checker, claim, e.ID))
	w.d.CaptureNow()
	if c := w.settled(claim, e.ID); !c.Sound() {
		t.Errorf("asked again: %+v", c)
	}
	if err := w.d.Desk.Recapture(t.Context(), w.checker, claim, e.ID); !errors.Is(err, desk.ErrState) {
		t.Errorf("a sound copy is made again: %v", err)
	}
	w.site.set("/tired", "!503")
	e, c = w.cite(claim, w.site.base+"/tired")
	for try := 1; try <= desk.CaptureTries; try++ {
		want := desk.CaptureWaiting
		if try == desk.CaptureTries {
			want = desk.CaptureFailed
		}
		if c.State != want || c.Why != desk.TroubleServer || c.Tries != try {
			t.Fatalf("try %d: %+v", try, c)
		}
		w.clock.pass(2 * time.Hour)
		must(t, w.d.CaptureDue(t.Context()))
		c = w.settled(claim, e.ID)
	}
	v, err := w.d.Desk.ClaimPage(t.Context(), w.checker, claim)
	must(t, err)
	if len(v.Evidence) != 2 || !slices.ContainsFunc(v.Events, func(e desk.Event) bool { return e.Kind == desk.EvCaptureFailed && e.Data["why"] == "server" }) {
		t.Errorf("%+v", v.Events)
	}
}

// fakeWeb leads every address to one page.
type fakeWeb struct{ url, body string }

// Follow implements evidence.Web.
func (f fakeWeb) Follow(context.Context, guarded.Request, int) ([]guarded.Exchange, error) {
	return []guarded.Exchange{{URL: f.url, Status: 200, Type: "text/html", At: time.Now(), Body: []byte(f.body), Head: []byte("HTTP/1.1 200 OK\r\n\r\n")}}, nil
}

// TestAPostLeavesNoTrace: the page of a private person's post is in no file of
// the desk, nor is its address; a person types the words, and those are the
// copy.
func TestAPostLeavesNoTrace(t *testing.T) {
	const canary = "canary.handle.9931"
	address := "https://www.facebook.com/" + canary + "/posts/778899"
	w := newCopiesWorld(t, func(o *apptest.Options) {
		o.With = func(o *app.Options) {
			o.Pages = fakeWeb{address, "<html><title>" + canary + "</title><form><input type=password></form>"}
		}
	})
	claim := w.claim()
	e, c := w.cite(claim, address)
	if c.State != desk.CaptureFailed || c.Why != desk.TroublePost || c.URL != "https://www.facebook.com/" {
		t.Fatalf("%+v", c)
	}
	if err := w.d.Desk.TypeWords(t.Context(), w.checker, claim, e.ID, " ", w.d.Archive()); !errors.Is(err, desk.ErrInvalid) {
		t.Errorf("no words: %v", err)
	}
	must(t, w.d.Desk.TypeWords(t.Context(), w.checker, claim, e.ID, "Mai xăng lên năm nghìn.", w.d.Archive()))
	if err := w.d.Desk.TypeWords(t.Context(), w.checker, claim, e.ID, "Nữa.", w.d.Archive()); !errors.Is(err, desk.ErrState) {
		t.Errorf("typed twice: %v", err)
	}
	doc := w.publish(claim)
	if doc.Evidence[0].URL != "https://www.facebook.com/" {
		t.Errorf("%+v", doc.Evidence[0])
	}
	status, body, _ := w.get("/copies/" + doc.Evidence[0].ArchivedSHA256)
	if status != 200 || !strings.Contains(body, "Mai xăng lên năm nghìn.") {
		t.Errorf("%d %.1000s", status, body)
	}
	var dump bytes.Buffer
	db, err := store.Open(t.Context(), filepath.Join(w.d.Config.Data, "soi.db"), store.Options{})
	must(t, err)
	defer db.Close()
	_, err = db.Dump(t.Context(), &dump)
	must(t, err)
	for _, trace := range []string{canary, "778899"} {
		if bytes.Contains(dump.Bytes(), []byte(trace)) {
			t.Errorf("%q is in the database", trace)
		}
	}
}

// TestFsckNamesEveryFlippedByte (T18): of five thousand payloads fifty have one
// bit flipped in the database's file. fsck names those fifty and no other, the
// public route answers 410 for their copies, and the desk is told.
func TestFsckNamesEveryFlippedByte(t *testing.T) {
	const checks, each, flips = 5, 500, 50
	dir := t.TempDir()
	o := apptest.Options{Data: dir, Listen: apptest.FreePort(t), Settings: map[string]string{"proxy": "true"}}
	c := apptest.Configure(t, o)
	a, err := app.Open(t.Context(), c, app.Options{NoCapture: true, Log: apptest.Log(t)})
	must(t, err)
	db, err := store.Open(t.Context(), filepath.Join(dir, "soi.db"), store.Options{})
	must(t, err)
	copies := fillWithCopies(t, a, db, checks, each)
	must(t, a.Close())
	must(t, db.Close())

	bad := map[string]bool{}
	var marks [][]byte
	for i := range flips {
		x := copies[i*len(copies)/flips]
		mark := x.text
		if i%2 == 1 {
			mark = x.manifest[:min(400, len(x.manifest))]
		}
		marks = append(marks, mark)
		bad[x.sum] = true
	}
	flip(t, filepath.Join(dir, "soi.db"), marks)

	d := apptest.Start(t, o)
	findings, checked, err := d.Fsck(t.Context())
	must(t, err)
	named := 0
	for _, f := range findings {
		if strings.HasPrefix(f, "Evidence: the payload ") {
			named++
		} else {
			t.Errorf("besides: %s", f)
		}
	}
	if named != flips || checked["payloads"] != 2*checks*each || checked["archived copies"] != checks*each {
		t.Errorf("%d named; %v", named, checked)
	}
	for i, x := range copies {
		if !bad[x.sum] && i%101 != 0 {
			continue
		}
		want := 200
		if bad[x.sum] {
			want = http.StatusGone
		}
		for _, path := range []string{"", "/page", "/warc"} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.URL+"/copies/"+x.sum+path, nil)
			must(t, err)
			r.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.%d.%d", i/250, i%250)) // readers of many places
			resp, err := http.DefaultClient.Do(r)
			must(t, err)
			_ = resp.Body.Close()
			if resp.StatusCode != want {
				t.Fatalf("copy %d%s: %d, want %d", i, path, resp.StatusCode, want)
			}
		}
	}
	told := 0
	es, err := d.Desk.Journal(t.Context(), desk.Actor{Role: desk.Admin}, 300)
	must(t, err)
	for _, e := range es {
		if e.Kind == desk.EvCaptureDamaged {
			told++
		}
	}
	if told != flips {
		t.Errorf("the desk was told of %d", told)
	}
}

// kept is a copy in the database: its sum and the bytes of its two payloads.
type kept struct {
	sum            string
	text, manifest []byte
}

// fillWithCopies publishes checks with copies of words, two payloads each.
func fillWithCopies(t *testing.T, a *app.App, db *store.DB, checks, each int) (out []kept) {
	t.Helper()
	ctx := t.Context()
	for n := range checks {
		publishOne(t, a, n)
		claims, err := a.Desk.Claims(ctx, desk.Actor{Role: desk.Auditor}, desk.ClaimFilter{States: []desk.ClaimState{desk.ClaimPublished}})
		must(t, err)
		claim := claims[len(claims)-1].ID
		must(t, db.Tx(ctx, func(tx desk.Tx) error {
			es, err := tx.EvidenceOf(ctx, claim)
			must(t, err)
			for i := range each {
				e := es[0]
				e.ID = desk.NewID()
				copied, err := a.Archive().Typed(desk.NewID(), "https://www.facebook.com/", fmt.Sprintf("payload-marker-%d-%d-%s", n, i, e.ID), time.UnixMilli(1_790_000_000_000))
				must(t, err)
				copied.Evidence, copied.Claim = e.ID, claim
				must(t, tx.SetEvidence(ctx, e))
				must(t, tx.SetCapture(ctx, copied.Capture))
				k := kept{sum: hex.EncodeToString(copied.Sum)}
				for _, p := range copied.Payloads {
					must(t, tx.AddPayload(ctx, copied.ID, p))
					if s := sha256.Sum256(p); bytes.Equal(s[:], copied.Manifest) {
						k.manifest = p
					} else {
						k.text = p
					}
				}
				out = append(out, k)
			}
			return nil
		}))
		republish(t, a, claim)
	}
	return out
}

// republish brings the copies into the document of a check.
func republish(t *testing.T, a *app.App, claim desk.ID) {
	t.Helper()
	ctx := t.Context()
	checker, err := a.Desk.StaffNamed(ctx, string(desk.Checker))
	must(t, err)
	editor, err := a.Desk.StaffNamed(ctx, string(desk.Editor))
	must(t, err)
	v, err := a.Desk.ClaimPage(ctx, desk.As(checker), claim)
	must(t, err)
	r, err := a.Desk.Submit(ctx, desk.As(checker), desk.Proposal{Claim: claim, DraftVersion: v.Draft.Version, Reason: desk.ReasonSource, Notes: []desk.Note{{Lang: "vi", Text: "Thêm bản lưu."}}})
	must(t, err)
	_, err = a.Desk.Approve(ctx, desk.As(editor), r.ID, r.Hash, desk.Points(r.Kind))
	must(t, err)
	must(t, a.AfterPublish(ctx))
}

// flip changes one bit in the middle of each of the marked bytes of a file.
func flip(t *testing.T, file string, marks [][]byte) {
	t.Helper()
	b, err := os.ReadFile(file)
	must(t, err)
	for _, m := range marks {
		at := bytes.Index(b, m)
		if at < 0 || bytes.Contains(b[at+1:], m) {
			t.Fatalf("%.60q is not in the file once", m)
		}
		b[at+len(m)/2] ^= 1
	}
	must(t, os.WriteFile(file, b, 0o600))
}
