package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"soi/internal/desk"
	"soi/internal/fetch"
)

// noon is the clock of these tests.
var noon = time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)

// world is a site on this machine and a keeper whose guarded client may reach
// it and nothing else of this machine.
type world struct {
	*testing.T
	*Keeper
	base string
}

// newWorld serves h. tools may be zero.
func newWorld(t *testing.T, tools Tools, h http.HandlerFunc) *world {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	web := fetch.New(fetch.Options{AllowLoopback: netip.MustParseAddrPort(srv.Listener.Addr().String()), UserAgent: "soi/test"})
	return &world{T: t, base: srv.URL, Keeper: New(Options{Web: web, Tools: tools, Software: "soi", Now: func() time.Time { return noon }})}
}

// capture captures a path, which must go well.
func (w *world) capture(path string) desk.NewCapture {
	w.Helper()
	n, err := w.Capture(w.Context(), desk.Capture{ID: desk.NewID(), URL: w.base + path})
	if err != nil {
		w.Fatalf("%s: %v", path, err)
	}
	return n
}

// loadOf is desk.Load over what a capturer handed over.
func loadOf(n desk.NewCapture) desk.Load {
	return func(hash []byte) ([]byte, error) {
		for _, b := range n.Payloads {
			if bytes.Equal(sumOf(b), hash) {
				return b, nil
			}
		}
		return nil, desk.ErrDamaged
	}
}

// manifest reads the manifest of a new capture.
func (w *world) manifest(n desk.NewCapture) Manifest {
	w.Helper()
	m, err := manifestOf(n.Capture, loadOf(n))
	if err != nil {
		w.Fatal(err)
	}
	return m
}

// words is the readable text of a new capture.
func (w *world) words(n desk.NewCapture) string {
	w.Helper()
	if n.Words == nil {
		return ""
	}
	b, err := loadOf(n)(n.Words)
	if err != nil {
		w.Fatal(err)
	}
	return string(b)
}

// newsPage is a page of a newspaper with everything a page can need.
const newsPage = `<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Giá điện không tăng 30%% trong tháng 11</title>
<link rel="stylesheet" href="/style.css"><link rel="icon" href="/icon.png"><script src="/track.js"></script>
<style>@import url(late.css); h1 { background: url('/h1.png') }</style></head>
<body onload="run()"><header><a href="/other">Trang khác</a> <a href="#part">Phần</a></header><article><h1>Giá điện không tăng 30%% trong tháng 11</h1>
<p>%s</p><p id="part">Bộ Công Thương cho biết giá bán lẻ điện bình quân không thay đổi trong tháng này.</p>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-src="/photo.png" onerror="run()"><img src="/missing.png"><iframe src="/frame"></iframe>
<noscript><img src="/track.gif" onerror="alert(1)"></noscript><form action="/send"><input name="q" value="x"></form></article></body></html>`

// paper is a small newspaper.
func paper(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/moved":
		http.SetCookie(w, &http.Cookie{Name: "who", Value: "canary-cookie"})
		http.Redirect(w, r, "/bai", http.StatusMovedPermanently)
	case "/bai":
		http.SetCookie(w, &http.Cookie{Name: "who", Value: "canary-cookie"})
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, newsPage, bytes.Repeat([]byte("Theo quyết định, mức điều chỉnh là ba phần trăm. "), 20))
	case "/style.css":
		w.Header().Set("Content-Type", "text/css")
		_, _ = w.Write([]byte(`body { background: url("bg.png") } @font-face { src: url(/font.woff2) } .x { background: url(https://elsewhere.test/spy.png) } `))
	case "/late.css":
		w.Header().Set("Content-Type", "text/css")
		_, _ = w.Write([]byte("p { color: #123456 }"))
	case "/bg.png", "/photo.png", "/h1.png":
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(append([]byte("\x89PNG\r\n\x1a\n"), r.URL.Path...))
	case "/font.woff2":
		w.Header().Set("Content-Type", "font/woff2")
		_, _ = w.Write([]byte("wOF2"))
	default:
		http.NotFound(w, r)
	}
}

// nothing is a context that is over.
func nothing() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// onlyHere answers for one site through a real client and says of every other
// address that there is no such name.
type onlyHere struct {
	Web
	base string
}

// Follow implements Web.
func (o onlyHere) Follow(ctx context.Context, r fetch.Request, limit int) ([]fetch.Exchange, error) {
	if !strings.HasPrefix(r.URL, o.base) {
		return nil, &fetch.Error{Kind: fetch.KindName, Err: errors.New("no such name")}
	}
	return o.Web.Follow(ctx, r, limit)
}
