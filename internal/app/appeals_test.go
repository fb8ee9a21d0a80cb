package app_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
)

// aboutWhoAppeals is what somebody tells of themselves while they appeal.
var aboutWhoAppeals = []string{"Zqnguyễn Zqthị Zqlan", "zq0987654321", "zqlan@zqnhà.example", "zqlan@zqmail.example", "zqblog.example/zqtôi"}

// appealForm is what the form sends.
func appealForm(text string) url.Values {
	return url.Values{"form": {formValue()}, "kind": {"privacy"}, "text": {text}, "links": {"https://" + aboutWhoAppeals[4] + "\nhttps://example.org/b"}, "unpublish": {"yes"}}
}

// appealed is a check with an appeal whose ruling was published and whose
// private passage was taken out.
type appealed struct {
	*askersLife
	check, old  desk.Review
	code        string
	appeal      desk.ID
	ruling      desk.Ruling
	editors     []desk.Actor
	checker     desk.Actor
	published   string // address of the check
	withAddress bool
}

// passage is what the redaction takes out.
const passage = "zqsốnhà 12 ngõ 7"

// tell makes the check, appeals with all that tells of a person, decides, and
// takes a passage out.
func (a *appealed) tell() {
	ctx, d := a.t.Context(), a.s.Desk
	a.checker = desk.As(a.d.Member(a.t, "checker", desk.Checker))
	for n := range 4 {
		a.editors = append(a.editors, desk.As(a.d.Member(a.t, fmt.Sprint("editor ", n), desk.Editor)))
	}
	claim := a.publish("Nhà ở " + passage + " phát gạo.")
	a.published = "/checks/" + string(claim)
	form := appealForm("Tôi là " + aboutWhoAppeals[0] + ", số " + aboutWhoAppeals[1] + ". Bài để lộ nhà tôi.")
	if a.withAddress {
		form.Set("mail", aboutWhoAppeals[3])
	}
	r := a.request(http.MethodPost, a.published+"/appeal", form.Encode())
	found := regexp.MustCompile(`/appeals/t/([0-9A-Z-]{12})`).FindStringSubmatch(r.header.Get("Location"))
	if r.status != http.StatusSeeOther || found == nil {
		a.t.Fatalf("appeal: %d %s\n%s", r.status, r.header.Get("Location"), r.body)
	}
	a.code = found[1]
	if again := a.request(http.MethodPost, a.published+"/appeal", form.Encode()); again.header.Get("Location") != r.header.Get("Location") {
		a.t.Errorf("the same form again leads to %s", again.header.Get("Location"))
	}
	rows, err := d.AppealList(ctx, a.editors[0], false)
	must(a.t, err)
	if len(rows) != 1 {
		a.t.Fatalf("%d appeals", len(rows))
	}
	a.appeal = rows[0].ID
	_, err = d.TakeAppeal(ctx, a.editors[1], a.appeal)
	must(a.t, err)
	a.ruling, err = d.ProposeRuling(ctx, a.editors[1], desk.Decision{Appeal: a.appeal, Outcome: desk.Upheld, Remedy: desk.RemedyRedact, Reasons: []desk.Note{{Lang: "vi", Text: "Địa chỉ nhà không cần cho kết luận."}}})
	must(a.t, err)
	a.ruling, err = d.ApproveRuling(ctx, a.editors[2], a.ruling.ID, a.ruling.Hash, nil)
	must(a.t, err)
	red, err := d.Redact(ctx, a.checker, desk.Redaction{Claim: claim, Passages: []string{passage}, Reason: desk.ReasonPrivacy, Notes: []desk.Note{{Lang: "vi", Text: "Đã che một địa chỉ."}}})
	must(a.t, err)
	a.check = red
	_, err = d.Approve(ctx, a.editors[3], red.ID, red.Hash, desk.Points(red.Kind))
	must(a.t, err)
	must(a.t, a.s.AfterPublish(ctx))
}

// publish takes a claim all the way.
func (a *appealed) publish(summary string) desk.ID {
	ctx, d := a.t.Context(), a.s.Desk
	got, err := d.Receive(ctx, desk.Program(), desk.NewTip{Channel: "web", ExtID: formValue(), Text: "Phát gạo?", Folded: []byte("x"), Lang: "vi", Decision: "new"})
	must(a.t, err)
	_, err = d.AddEvidence(ctx, a.checker, got.Claim.ID, desk.Evidence{URL: "https://example.org/a", Title: "Nguồn", Stance: desk.Refutes, Independent: true})
	must(a.t, err)
	v, err := d.ClaimPage(ctx, a.checker, got.Claim.ID)
	must(a.t, err)
	dr, err := d.SaveDraft(ctx, a.checker, got.Claim.ID, v.Draft.Version, desk.RatingFalse, desk.Text{Lang: "vi", Claim: "Phát gạo.", Statement: "Không phát gạo.", Summary: summary, Body: "Một."})
	must(a.t, err)
	a.old, err = d.Submit(ctx, a.checker, desk.Proposal{Claim: got.Claim.ID, DraftVersion: dr.Version})
	must(a.t, err)
	_, err = d.Approve(ctx, a.editors[0], a.old.ID, a.old.Hash, desk.Points(a.old.Kind))
	must(a.t, err)
	must(a.t, a.s.AfterPublish(ctx))
	return got.Claim.ID
}

// newAppealed opens a desk in a folder of its own.
func newAppealed(t *testing.T, settings map[string]string) (*appealed, *app.App, *lockedBuffer, *movingClock) {
	t.Helper()
	dir, clock, said := t.TempDir(), &movingClock{}, &lockedBuffer{}
	c := apptest.Configure(t, apptest.Options{Data: filepath.Join(dir, "data"), Settings: settings})
	opened, err := app.Open(t.Context(), c, app.Options{Now: clock.now, Recent: time.Hour,
		Log: slog.New(slog.NewTextHandler(said, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	must(t, err)
	s, err := opened.Start(t.Context())
	must(t, err)
	return &appealed{askersLife: &askersLife{t: t, dir: dir, s: s, d: &apptest.Desk{Server: s, Config: c}}}, opened, said, clock
}

// TestWhoAppealsIsWrittenNowhere tells everything of a person while appealing,
// and looks for it in every byte that is written and on every public page, at
// once: words are sealed from the first.
func TestWhoAppealsIsWrittenNowhere(t *testing.T) {
	sink, address := newRelay(t)
	a, opened, said, clock := newAppealed(t, map[string]string{"mail-from": "tips@desk.example", "mail-listen": "smtp://" + apptest.FreePort(t), "mail-relay": address})
	a.withAddress = true
	a.tell()
	apptest.Wait(t, "the letter that acknowledges", func(context.Context) bool { return len(sink.sent()) > 0 })
	if m := sink.sent()[0]; !strings.Contains(m.to, aboutWhoAppeals[3]) {
		t.Errorf("the letter went to %s", m.to)
	}
	look := func(where string) {
		t.Helper()
		must(t, os.WriteFile(filepath.Join(a.dir, "log.txt"), said.bytes(), 0o600))
		must(t, os.RemoveAll(filepath.Join(a.dir, "data", "ballast"))) // 64 MB of nothing
		for _, f := range append(slices.Clone(aboutWhoAppeals), fragments...) {
			if hits := sweep(t, a.dir, f); len(hits) > 0 {
				t.Errorf("%s: %q is in %v", where, f, hits)
			}
		}
	}
	for _, path := range []string{"/appeals", "/en/appeals", "/appeals/" + string(a.ruling.ID), a.published, a.published + "/appeal", "/appeals/t/" + a.code, "/t/" + a.code,
		"/feed.atom", "/feed.rss", "/feed.json", "/corrections.atom", "/corrections", "/sitemap.xml", "/log", "/log/doc/" + hex.EncodeToString(a.ruling.Hash), "/log/proof/ruling/" + string(a.ruling.ID) + ".tlog-proof", "/search?q=gao", "/api/v1/checks"} {
		r := a.request(http.MethodGet, path, "")
		if r.status >= 500 || r.status == http.StatusNotFound && !strings.HasPrefix(path, "/api") {
			t.Errorf("%s: status %d", path, r.status)
		}
		for _, f := range aboutWhoAppeals {
			for name, x := range spelled(t, f) {
				if strings.Contains(string(r.body), string(x)) {
					t.Errorf("%s shows %q, %s", path, f, name)
				}
			}
		}
	}
	_, err := a.s.Export(t.Context(), filepath.Join(a.dir, "export"))
	must(t, err)
	_, err = a.s.LogExport(t.Context(), filepath.Join(a.dir, "log"))
	must(t, err)
	a.keep("backup")
	look("at once")
	a.waitForIt(clock)
	look("after the retention")
	v, err := a.s.Desk.AppealPage(t.Context(), a.editors[0], a.appeal)
	must(t, err)
	if v.Words != nil || v.Reachable || v.Erased.IsZero() {
		t.Errorf("the appeal was not forgotten: %+v", v.Appeal)
	}
	f, err := a.s.Desk.AppealFigures(t.Context())
	must(t, err)
	if f.Received != 1 || f.Ruled != 1 || f.Unpublish != 1 || f.Kinds[desk.AppealPrivacy] != 1 || f.Outcomes[desk.Upheld] != 1 {
		t.Errorf("figures after forgetting: %+v", f)
	}
	must(t, a.s.Stop())
	must(t, opened.Close())
}

// waitForIt lets the retention pass day by day.
func (a *appealed) waitForIt(clock *movingClock) {
	a.t.Helper()
	for range 93 {
		clock.pass(24 * time.Hour)
		_, held, err := a.s.Erase(a.t.Context())
		must(a.t, err)
		if held {
			a.t.Fatal("the clock was held to have jumped")
		}
	}
}

// TestRedactedCheckPassesEveryAudit: the passage is gone from the database and
// from what is served; the log, an export of it and fsck find nothing wrong,
// until a document goes that the redaction does not name.
func TestRedactedCheckPassesEveryAudit(t *testing.T) {
	a, opened, _, _ := newAppealed(t, nil)
	a.tell()
	for path, status := range map[string]int{a.published: http.StatusOK, a.published + "/rev/1": http.StatusGone, "/log/doc/" + hex.EncodeToString(a.old.Hash): http.StatusGone,
		"/log/doc/" + hex.EncodeToString(a.check.Hash): http.StatusOK} {
		r := a.request(http.MethodGet, path, "")
		if r.status != status || strings.Contains(string(r.body), "zqsố") {
			t.Errorf("%s: status %d, want %d, with the passage: %v", path, r.status, status, strings.Contains(string(r.body), "zqsố"))
		}
	}
	if r := a.request(http.MethodGet, a.published, ""); !strings.Contains(string(r.body), "[đã che]") || !strings.Contains(string(r.body), "Địa chỉ nhà không cần cho kết luận.") {
		t.Errorf("the check's page lacks mark or ruling:\n%s", r.body)
	}
	_, _, err := a.s.Erase(t.Context()) // the hourly task
	must(t, err)
	for _, name := range []string{"soi.db", "soi.db-wal"} {
		if hits := sweep(t, filepath.Join(a.dir, "data", name), passage); len(hits) > 0 {
			t.Errorf("the passage is in %v", hits)
		}
	}
	findings, checked, err := a.s.Fsck(t.Context())
	must(t, err)
	if len(findings) > 0 || checked["rulings"] != 1 {
		t.Errorf("fsck: %v, %v", findings, checked)
	}
	audit, err := app.LogVerify(t.Context(), a.s.URL, "", "")
	must(t, err)
	if len(audit.Findings) > 0 || audit.Erased != 1 {
		t.Errorf("monitor: %v, %d erased", audit.Findings, audit.Erased)
	}
	dir := filepath.Join(a.dir, "mirror")
	_, err = a.s.LogExport(t.Context(), dir)
	must(t, err)
	audit, err = app.LogVerify(t.Context(), dir, a.s.VKey(), "")
	must(t, err)
	if len(audit.Findings) > 0 {
		t.Errorf("mirror: %v", audit.Findings)
	}
	must(t, os.Remove(filepath.Join(dir, "doc", hex.EncodeToString(a.ruling.Hash))))
	audit, err = app.LogVerify(t.Context(), dir, a.s.VKey(), "")
	must(t, err)
	if len(audit.Findings) != 1 {
		t.Errorf("a mirror without the ruling: %v", audit.Findings)
	}
	must(t, a.s.Stop())
	must(t, opened.Close())
}
