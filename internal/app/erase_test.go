package app_test

import (
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"soi/internal/activitypub"
	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
)

// planted is the word that stands in every text of the check that is erased.
const planted = "zqwhole"

// erasedDesk is a desk whose only check was published and erased, or
// published, withdrawn and erased.
func erasedDesk(t *testing.T, withdrawn bool) (a *appealed, opened *app.App, claim desk.ID, old []byte) {
	t.Helper()
	a, opened, _, _ = newAppealed(t, map[string]string{"activitypub": "true"})
	ctx, d := t.Context(), a.s.Desk
	a.checker = desk.As(a.d.Member(t, "checker", desk.Checker))
	for _, name := range []string{"editor 0", "editor 1", "editor 2", "editor 3"} {
		a.editors = append(a.editors, desk.As(a.d.Member(t, name, desk.Editor)))
	}
	claim = a.publish("Tóm tắt " + planted + ".")
	_, err := d.AddEvidence(ctx, a.checker, claim, desk.Evidence{URL: "https://example.org/" + planted, Title: planted, Quote: planted, Stance: desk.Refutes, Independent: true})
	must(t, err)
	must(t, a.s.AfterPublish(ctx))
	a.published = "/checks/" + string(claim)
	rs, err := d.Check(ctx, claim, a.s.Signed())
	must(t, err)
	old = rs[0].Hash
	if withdrawn {
		w, err := d.Submit(ctx, a.checker, desk.Proposal{Claim: claim, Withdraw: true, Reason: desk.ReasonSource, Notes: []desk.Note{{Lang: "vi", Text: "Rút " + planted}}})
		must(t, err)
		_, err = d.Approve(ctx, a.editors[1], w.ID, w.Hash, desk.Points(w.Kind))
		must(t, err)
	}
	if r := a.request(http.MethodGet, "/checks/"+string(claim), ""); !strings.Contains(string(r.body), planted) {
		t.Fatalf("the word does not stand on the page before: %d", r.status)
	}
	r, err := d.EraseCheck(ctx, a.checker, desk.Erasure{Claim: claim, Reason: desk.ReasonPrivacy, Notes: []desk.Note{{Lang: "vi", Text: "Bài xâm phạm đời tư."}}})
	must(t, err)
	_, err = d.Approve(ctx, a.editors[2], r.ID, r.Hash, desk.Points(r.Kind))
	must(t, err)
	must(t, a.s.AfterPublish(ctx))
	return a, opened, claim, old
}

// TestErasedCheckIsNowhere plants a word, erases the check, and looks for the
// word in the database files and in everything the public is served. The log,
// a mirror and fsck accept exactly this; a log that
// came back from the mirror shows the same notice.
func TestErasedCheckIsNowhere(t *testing.T) {
	for name, withdrawn := range map[string]bool{"in force": false, "withdrawn": true} {
		t.Run(name, func(t *testing.T) {
			a, opened, claim, old := erasedDesk(t, withdrawn)
			page := "/checks/" + string(claim)
			for _, path := range []string{page, "/en" + page, page + "/rev/1", "/log/doc/" + hex.EncodeToString(old)} {
				if r := a.request(http.MethodGet, path, ""); r.status != http.StatusGone {
					t.Errorf("%s: status %d, want 410", path, r.status)
				}
			}
			if r := a.request(http.MethodGet, page, ""); !strings.Contains(string(r.body), "Bài xâm phạm đời tư.") {
				t.Errorf("the notice lacks the reason:\n%s", r.body)
			}
			for _, path := range []string{"/", "/checks", "/search?q=" + planted, page, page + "/rev/1", page + "/rev/2", page + "/preview.png", "/embed/check/" + string(claim),
				"/corrections", "/withdrawals", "/feed.json", "/feed.rss", "/feed.atom", "/checks.json", "/withdrawals.json", "/corrections.json", "/sitemap.xml", "/offline.json",
				"/statistics", "/oembed?url=" + a.s.URL + page, "/v1alpha1/claims:search?query=" + planted, activitypub.PathOutbox + "?page=1", activitypub.PathChecks + string(claim),
				"/exchange/shelf"} {
				if r := a.request(http.MethodGet, path, ""); r.status >= 500 || strings.Contains(string(r.body), planted) && !strings.HasPrefix(path, "/search") && !strings.HasPrefix(path, "/v1alpha1") ||
					strings.Contains(string(r.body), "Không phát gạo") {
					t.Errorf("%s: status %d still shows the check:\n%s", path, r.status, r.body)
				}
			}
			if r := a.request(http.MethodGet, activitypub.PathChecks+string(claim), ""); r.status != http.StatusGone || !strings.Contains(string(r.body), "Tombstone") {
				t.Errorf("the fediverse is told %d %s", r.status, r.body)
			}
			open := filepath.Join(a.dir, "open")
			_, err := a.s.Export(t.Context(), open)
			must(t, err)
			if hits := sweep(t, open, planted); len(hits) > 0 {
				t.Errorf("the open data have the word in %v", hits)
			}
			a.lookInside(opened)
		})
	}
}

// lookInside looks into the database files, and asks fsck and the audits.
func (a *appealed) lookInside(opened *app.App) {
	t := a.t
	_, _, err := a.s.Erase(t.Context()) // the hourly task
	must(t, err)
	for _, name := range []string{"soi.db", "soi.db-wal"} {
		if hits := sweep(t, filepath.Join(a.dir, "data", name), planted); len(hits) > 0 {
			t.Errorf("the word is in %v", hits)
		}
	}
	findings, _, err := a.s.Fsck(t.Context())
	must(t, err)
	if len(findings) > 0 {
		t.Errorf("fsck: %v", findings)
	}
	audit, err := app.LogVerify(t.Context(), a.s.URL, "", "")
	must(t, err)
	if len(audit.Findings) > 0 || audit.Erased != 1 {
		t.Errorf("audit: %v, %d erased", audit.Findings, audit.Erased)
	}
	dir := filepath.Join(a.dir, "mirror")
	_, err = a.s.LogExport(t.Context(), dir)
	must(t, err)
	if hits := sweep(t, dir, planted); len(hits) > 0 {
		t.Errorf("the mirror has the word in %v", hits)
	}
	audit, err = app.LogVerify(t.Context(), dir, a.s.VKey(), "")
	must(t, err)
	if last := audit.Log[len(audit.Log)-1]; len(audit.Findings) > 0 || last.Kind != "erase" || last.Reason != "privacy" {
		b, _ := json.Marshal(last)
		t.Errorf("mirror: %v, last entry %s", audit.Findings, b)
	}
	r, err := app.Monitor(t.Context(), app.MonitorOptions{URL: a.s.URL, VKey: a.s.VKey()})
	must(t, err)
	if len(r.Site) > 0 {
		t.Errorf("monitor: %v", r.Site)
	}
	must(t, a.s.Stop())
	must(t, opened.Close())
	a.regain(dir)
}

// regain loses the database and brings the log back from the mirror: the page
// is still the notice.
func (a *appealed) regain(mirror string) {
	t := a.t
	lost := filepath.Join(a.dir, "lost")
	must(t, os.CopyFS(filepath.Join(lost, "keys"), os.DirFS(filepath.Join(a.dir, "data", "keys"))))
	must(t, os.Chmod(filepath.Join(lost, "keys"), 0o700))
	c := apptest.Configure(t, apptest.Options{Data: lost, Listen: a.d.Config.Listen})
	back, err := app.Open(t.Context(), c, app.Options{Regain: true})
	must(t, err)
	_, err = back.CatchUp(t.Context(), mirror)
	must(t, err)
	must(t, back.Close())
	d := apptest.Start(t, apptest.Options{Data: lost, Listen: a.d.Config.Listen})
	a.s, a.d = d.Server, d
	if r := a.request(http.MethodGet, a.published, ""); r.status != http.StatusGone {
		t.Errorf("after catching up: status %d", r.status)
	}
}

// TestToldOfAnErasure: who was told of a check is told that it was taken back,
// and the next who asks the same is answered with nothing of it.
func TestToldOfAnErasure(t *testing.T) {
	w := newAnswersWorld(t, &loop{})
	w.says("an", ofWater)
	claim, _ := w.claimOf("zqchanh")
	w.publish(claim, desk.RatingFalse, waterTrue)
	w.told("an", 3)
	r, err := w.d.Desk.EraseCheck(t.Context(), w.checker, desk.Erasure{Claim: claim, Reason: desk.ReasonLegal, Notes: []desk.Note{{Lang: "vi", Text: "Theo luật phải xóa."}}})
	must(t, err)
	_, err = w.d.Desk.Approve(t.Context(), w.editor, r.ID, r.Hash, desk.Points(r.Kind))
	must(t, err)
	must(t, w.d.AfterPublish(t.Context()))
	m := w.told("an", 4)
	holds(t, m, "đã rút lại", "Theo luật phải xóa.")
	if strings.Contains(m.Text, waterTrue) {
		t.Errorf("the notice repeats the check:\n%s", m.Text)
	}
	w.says("binh", ofWater)
	if m := w.told("binh", 2); strings.Contains(m.Text, waterTrue) {
		t.Errorf("the next is answered with what was erased:\n%s", m.Text)
	}
}
