package e2e

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/browsertest"
	"soi/internal/desk"
	"soi/internal/fetch"
)

// citedPage tries everything a page can try while it is shown.
const citedPage = `<!DOCTYPE html><html lang="vi"><head><title>Biểu giá điện</title><meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/style.css"><script>document.title = "taken over"; fetch("/spy/script")</script></head>
<body onload="fetch('/spy/load')"><h1>Biểu giá điện tháng 11</h1><p>%s</p><img src="/spy/picture.png" alt="" onerror="fetch('/spy/error')">
<iframe src="/spy/frame"></iframe><form action="/spy/form"><button>Gửi</button></form><a href="/spy/link">Xem thêm</a></body></html>`

// TestCopies: a checker adds a link, reads why a copy failed and tries again,
// sees the copy as text and as it looked; in a browser the copy runs nothing
// and reaches nothing, and the public reads it once it is published.
func TestCopies(t *testing.T) {
	var down, spied atomic.Bool
	var seen atomic.Int64
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/spy/") && spied.Load():
			seen.Add(1)
		case down.Load():
			w.WriteHeader(http.StatusNotFound)
		case r.URL.Path == "/style.css":
			w.Header().Set("Content-Type", "text/css")
			_, _ = w.Write([]byte("h1 { color: rgb(1, 2, 3) }"))
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = fmt.Fprintf(w, citedPage, strings.Repeat("Giá bán lẻ điện bình quân không thay đổi. ", 20))
		}
	}))
	t.Cleanup(site.Close)
	web := fetch.New(fetch.Options{AllowLoopback: netip.MustParseAddrPort(site.Listener.Addr().String())})
	w := &world{browser: browsertest.Start(t)}
	w.desk, w.base = start(t, apptest.Options{With: func(o *app.Options) { o.Pages = web }})
	claim := opened(t, w, "Nghe nói giá điện tăng 30% trong tháng này?")
	checker := w.staff(t, "Checker", desk.Checker)
	page := "/en/desk/claims/" + string(claim)

	down.Store(true)
	cite(t, w, claim, site.URL+"/gia")
	checker.Go(page)
	checker.See("There is no copy of this source.")
	checker.See("The site says that there is no such page, or no longer.")
	checker.AxeLightAndDark()
	down.Store(false)
	checker.Click("Try again")
	c := waitForCopy(t, w, claim)
	spied.Store(true)        // from here on nobody may ask the site for anything
	checker.See("Copy kept") // the page says so by itself
	checker.AxeLightAndDark()
	checker.Click("Archived copy")
	checker.See("Giá bán lẻ điện bình quân không thay đổi.")
	checker.See(hex.EncodeToString(c.Sum))
	checker.AxeLightAndDark()
	checker.Click("The page as it looked")
	looks(t, checker)

	publishCopy(t, w, claim)
	reader := w.phone(t)
	reader.Go("/checks/" + string(claim))
	reader.Click("Bản lưu")
	reader.See("Giá bán lẻ điện bình quân không thay đổi.")
	reader.Fits()
	reader.Click("Trang như lúc chúng tôi thấy")
	looks(t, reader)
	if n := seen.Load(); n != 0 {
		t.Errorf("the copy asked the site %d times", n)
	}
}

// looks holds a replayed page against the page that was captured.
func looks(t *testing.T, win *browsertest.Window) {
	t.Helper()
	win.See("Biểu giá điện tháng 11")
	if got := win.Eval(`getComputedStyle(document.querySelector("h1")).color`); got != `"rgb(1, 2, 3)"` {
		t.Errorf("the style of the page is not there: the heading is %s", got)
	}
	if got := win.Eval(`document.querySelectorAll("h1").length + " " + document.querySelectorAll("script,iframe,form,[onload],[onerror]").length + " " + window.origin`); got != `"1 0 null"` {
		t.Errorf("headings, what runs, and origin: %s", got)
	}
}

// opened opens a claim.
func opened(t *testing.T, w *world, text string) desk.ID {
	t.Helper()
	got, err := w.desk.Desk.Receive(t.Context(), desk.Program(), desk.NewTip{Channel: "web", ExtID: "copies-1", Text: text, Folded: []byte(text), Lang: "vi", Decision: "new"})
	if err != nil {
		t.Fatal(err)
	}
	return got.Claim.ID
}

// cite adds a source and waits until its capture was tried.
func cite(t *testing.T, w *world, claim desk.ID, url string) {
	t.Helper()
	by := desk.As(w.desk.Member(t, "Colleague", desk.Checker))
	if _, err := w.desk.Desk.AddEvidence(t.Context(), by, claim, desk.Evidence{URL: url, Title: "Biểu giá", Stance: desk.Refutes, Independent: true}); err != nil {
		t.Fatal(err)
	}
	w.desk.CaptureNow()
	apptest.Wait(t, "the capture to fail", func(ctx context.Context) bool {
		cs, err := w.desk.Desk.CapturesOf(ctx, by, claim)
		return err == nil && len(cs) == 1 && cs[0].State == desk.CaptureFailed
	})
}

// waitForCopy waits until a claim has a copy.
func waitForCopy(t *testing.T, w *world, claim desk.ID) (c desk.Capture) {
	t.Helper()
	apptest.Wait(t, "a copy", func(ctx context.Context) bool {
		cs, err := w.desk.Desk.CapturesOf(ctx, desk.Actor{Role: desk.Auditor}, claim)
		if err == nil && len(cs) > 0 {
			c = cs[0]
		}
		return c.Sound()
	})
	return c
}

// publishCopy takes the claim all the way.
func publishCopy(t *testing.T, w *world, claim desk.ID) {
	t.Helper()
	ctx := t.Context()
	who := func(name string, r desk.Role) desk.Actor { return desk.As(w.desk.Member(t, name, r)) }
	first, second := who("Writes it", desk.Checker), who("Reads it", desk.Editor)
	v, err := w.desk.Desk.ClaimPage(ctx, first, claim)
	if err != nil {
		t.Fatal(err)
	}
	d, err := w.desk.Desk.SaveDraft(ctx, first, claim, v.Draft.Version, desk.RatingFalse,
		desk.Text{Lang: "vi", Claim: "Giá điện tăng 30%.", Statement: "Giá điện không tăng.", Summary: "Giá điện không tăng.", Body: "Một."})
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.desk.Desk.Submit(ctx, first, desk.Proposal{Claim: claim, DraftVersion: d.Version})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.desk.Desk.Approve(ctx, second, r.ID, r.Hash, desk.Points(r.Kind)); err != nil {
		t.Fatal(err)
	}
	if err := w.desk.AfterPublish(ctx); err != nil {
		t.Fatal(err)
	}
}
