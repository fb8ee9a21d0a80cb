package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"soi/internal/app/apptest"
	"soi/internal/browsertest"
	"soi/internal/desk"
)

// wire is a way to the desk that can be cut, as a phone's network is.
type wire struct {
	*httptest.Server
	cut atomic.Bool
}

// newWire stands between a browser and the desk.
func newWire(t *testing.T, base string) *wire {
	to, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	l := &wire{}
	through := httputil.NewSingleHostReverseProxy(to)
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !l.cut.Load() {
			r.Host = to.Host
			through.ServeHTTP(w, r)
			return
		}
		if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
			conn.Close()
		}
	}))
	t.Cleanup(l.Close)
	return l
}

// keptChecks are the checks that the browser keeps, as paths.
func keptChecks(win *browsertest.Window) string {
	return win.Eval(`caches.open("soi-checks-1").then(c => c.keys()).then(all => all.map(r => new URL(r.url).pathname).join(" "))`)
}

// withoutNetwork: a check that was opened can be read without a network,
// under a line that says so; one that was withdrawn meanwhile is replaced at
// the next contact; nothing of the staff's is kept.
func withoutNetwork(t *testing.T, w *world) {
	by, editor := desk.As(w.desk.Member(t, "Người giữ bài", desk.Checker)), desk.As(w.desk.Member(t, "Người duyệt bài giữ", desk.Editor))
	id, _ := w.asked(t, "203.0.113.141", "Giếng ngọc Quỳnh Vân bỗng trào nước tím")
	if _, err := w.desk.Desk.AddEvidence(t.Context(), by, id, desk.Evidence{URL: "https://example.org/gieng", Title: "Mẫu nước giếng", Stance: desk.Refutes, Independent: true}); err != nil {
		t.Fatal(err)
	}
	publishWell(t, w, id, by, editor)
	l := newWire(t, w.base)
	home := strings.Replace(l.URL, "127.0.0.1", "localhost", 1)
	win := w.browser.Open(t, home, browsertest.Options{Language: "vi", Network: "203.0.113.142"})
	path := "/vi/checks/" + string(id)
	win.Go(path)
	apptest.Wait(t, "the open check to be kept", func(context.Context) bool { return strings.Contains(keptChecks(win), path) })
	win.Clean()

	l.cut.Store(true)
	win.Go(path)
	win.See("Bạn đang không có mạng. Đây là bài kiểm chứng lúc")
	win.See("Giếng ngọc Quỳnh Vân vẫn trong.")
	win.AxeLightAndDark()
	win.Fits()
	win.Go("/vi/about")
	win.See("Bạn đang không có mạng.")
	win.Click("Sai: Giếng ngọc Quỳnh Vân vẫn trong.")
	win.See("Nước soi thấy đáy.")

	withdrawWell(t, w, id, by, editor)
	win.Go(path)
	win.See("Giếng ngọc Quỳnh Vân vẫn trong.") // no contact yet
	l.cut.Store(false)
	win.Go("/vi/checks") // any page is a contact
	apptest.Wait(t, "the withdrawn check to be replaced", func(context.Context) bool {
		return strings.Contains(win.Eval(`caches.open("soi-checks-1").then(c => c.match("`+path+`")).then(r => r ? r.text() : "").then(x => x.includes("Bài này đã được rút lại"))`), "true")
	})
	l.cut.Store(true)
	win.Go(path)
	win.See("Bạn đang không có mạng.")
	win.See("Bài này đã được rút lại")
	l.cut.Store(false)
	keepsLatest(t, w, win, home)
}

// keepsLatest: the newest checks are kept when the reader asks for it, not
// more than fifty, and no page of staff ever.
func keepsLatest(t *testing.T, w *world, win *browsertest.Window, home string) {
	t.Helper()
	win.Go("/vi/offline")
	win.AxeLightAndDark()
	win.Fits()
	win.Click("Giữ lại 50 bài mới nhất")
	win.See("Đã giữ lại (")
	win.Go(strings.Replace(w.desk.Link(t, w.desk.Member(t, "Người đọc ở bàn", desk.Checker)), w.base, home, 1))
	win.Click("Đăng nhập: Người đọc ở bàn")
	win.Go("/vi/desk")
	win.Go("/vi/desk/account")
	kept := strings.Fields(strings.Trim(keptChecks(win), `"`))
	if len(kept) < 10 || len(kept) > 50 {
		t.Errorf("%d checks are kept", len(kept))
	}
	all := win.Eval(`caches.keys().then(names => Promise.all(names.map(n => caches.open(n).then(c => c.keys())))).then(x => x.flat().map(r => new URL(r.url).pathname).join(" "))`)
	allowed := regexp.MustCompile(`^(/vi|/en)?/(checks/[0-9a-z]{26}|offline|static/[a-z.]+)$|^/soi-offline-state$`)
	for _, one := range strings.Fields(strings.Trim(all, `"`)) {
		if !allowed.MatchString(one) {
			t.Errorf("%s is kept", one)
		}
	}
}

// publishWell publishes the check of this story.
func publishWell(t *testing.T, w *world, id desk.ID, by, editor desk.Actor) {
	t.Helper()
	v, err := w.desk.Desk.ClaimPage(t.Context(), by, id)
	if err != nil {
		t.Fatal(err)
	}
	dr, err := w.desk.Desk.SaveDraft(t.Context(), by, id, v.Draft.Version, desk.RatingFalse,
		desk.Text{Lang: "vi", Claim: "Giếng ngọc Quỳnh Vân trào nước tím", Statement: "Giếng ngọc Quỳnh Vân vẫn trong.", Summary: "Nước soi thấy đáy."})
	if err != nil {
		t.Fatal(err)
	}
	decideWell(t, w, by, editor, desk.Proposal{Claim: id, DraftVersion: dr.Version})
	signed(t, w, id)
}

// withdrawWell withdraws it.
func withdrawWell(t *testing.T, w *world, id desk.ID, by, editor desk.Actor) {
	t.Helper()
	decideWell(t, w, by, editor, desk.Proposal{Claim: id, Withdraw: true, Reason: desk.ReasonSource,
		Notes: []desk.Note{{Lang: "vi", Text: "Nguồn đã rút lại."}, {Lang: "en", Text: "The source was withdrawn."}}})
}

// decideWell has a second person agree, and waits until it is public.
func decideWell(t *testing.T, w *world, by, editor desk.Actor, p desk.Proposal) {
	t.Helper()
	r, err := w.desk.Desk.Submit(t.Context(), by, p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.desk.Desk.Approve(t.Context(), editor, r.ID, r.Hash, desk.Points(r.Kind)); err != nil {
		t.Fatal(err)
	}
	if err := w.desk.AfterPublish(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// aCheckInAFrame: a check stands in a page of another site, with nothing from
// elsewhere and no complaint of the browser.
func aCheckInAFrame(t *testing.T, w *world) {
	check, _, _ := w.samples(t)
	site := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(rw, `<!doctype html><html lang="en"><title>Another site</title><body><h1>Another site</h1><iframe src="%s%s" title="Check" width="100%%" height="360"></iframe></body></html>`, w.base, r.URL.Path)
	}))
	t.Cleanup(site.Close)
	win := w.browser.Open(t, site.URL, browsertest.Options{Phone: true, Language: "en"})
	for _, path := range []string{"/en/embed/check/" + check, "/en/embed/topic/all"} {
		win.Go(path)
		win.See("Another site")
		foreign, console := win.Faults()
		if len(foreign) == 0 || len(console) != 0 {
			t.Errorf("%s in a frame: %d requests, the browser says %q", path, len(foreign), console)
		}
		for _, f := range foreign {
			if !strings.Contains(f, " "+w.base+"/") {
				t.Errorf("%s loads something from elsewhere: %s", path, f)
			}
		}
	}
	how := w.open(t, browsertest.Options{Language: "en"})
	how.Go("/en/checks/" + check)
	how.Click("Put this check on your site")
	how.See("What we correct is corrected there too.")
	how.AxeLightAndDark()
	how.Go("/en/checks/" + check)
	how.Click("No, it did not")
	how.See("Here is what you can do now.")
	how.AxeLightAndDark()
	how.Fits()
}
