package app_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
)

// front stands between a desk and its readers and shows one page otherwise.
type front struct {
	*httptest.Server
	mu     sync.Mutex
	path   string
	change func([]byte) ([]byte, int)
}

func newFront(t *testing.T, behind string) *front {
	t.Helper()
	to, err := url.Parse(behind)
	must(t, err)
	f := &front{}
	p := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Header.Set("Accept-Encoding", "identity") }}
	p.ModifyResponse = func(r *http.Response) error {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.path == "" || r.Request.URL.Path != f.path {
			return nil
		}
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		b, r.StatusCode = f.change(b)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
		r.Header.Del("Content-Length")
		return nil
	}
	f.Server = httptest.NewServer(p)
	t.Cleanup(f.Close)
	return f
}

// show makes the front show a page otherwise; an empty path shows all as it is.
func (f *front) show(path string, change func([]byte) ([]byte, int)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.path, f.change = path, change
}

// listChannel enters a body's site into the register.
func (a *appealed) listChannel(dns *names) desk.ID {
	a.t.Helper()
	ctx, d := a.t.Context(), a.s.Desk
	b, err := d.SaveBody(ctx, a.editors[0], desk.Body{Names: desk.Say(desk.Note{Lang: "vi", Text: "Sở Zqmưa"}), Kind: desk.BodyAgency, Page: "https://zqmua.example/", Lang: "vi"})
	must(a.t, err)
	c, err := d.EnterChannel(ctx, a.checker, desk.NewChannel{Body: b.ID, Address: "zqmua.example", Proof: desk.ProofDNS})
	must(a.t, err)
	dns.mu.Lock()
	dns.txt["_soi-channel.zqmua.example."] = []string{"soi-channel=" + c.Code}
	dns.mu.Unlock()
	_, err = a.s.RecheckChannels(ctx)
	must(a.t, err)
	_, err = d.DecideChannel(ctx, a.editors[0], c.ID, true, "")
	must(a.t, err)
	must(a.t, a.s.AfterPublish(ctx))
	return c.ID
}

// TestTheMonitorReadsListsToo shows feeds, rulings and the register of
// channels otherwise than they were logged; the monitor says each by its kind,
// and nothing with the looks for that kind off.
func TestTheMonitorReadsListsToo(t *testing.T) {
	dns := newNames(t)
	a, opened, _, _ := newAppealed(t, map[string]string{"resolver": dns.addr})
	defer func() { must(t, a.s.Stop()); must(t, opened.Close()) }()
	a.tell()
	channel := a.listChannel(dns)
	f := newFront(t, a.s.URL)
	look := func(without ...string) string {
		r, err := app.Monitor(t.Context(), app.MonitorOptions{URL: f.URL, VKey: a.s.VKey(), Without: without})
		must(t, err)
		return kindsOf(r)
	}
	if got := look(); got != "" {
		t.Fatalf("an honest desk: %q", got)
	}
	swap := func(pattern, by string) func([]byte) ([]byte, int) {
		return func(b []byte) ([]byte, int) {
			out := regexp.MustCompile(pattern).ReplaceAll(b, []byte(by))
			if bytes.Equal(out, b) {
				t.Errorf("%q is not on the page", pattern)
			}
			return out, http.StatusOK
		}
	}
	gone := func([]byte) ([]byte, int) { return nil, http.StatusNotFound }
	ruling := "/vi/appeals/" + string(a.ruling.ID)
	for _, c := range []struct {
		name, path, kind string
		change           func([]byte) ([]byte, int)
	}{
		{"a headline in the feed", "/vi/feed.json", "feed", swap(`Không phát gạo`, "Có phát gạo")},
		{"a feed without its newest check", "/vi/feed.json", "feed", func([]byte) ([]byte, int) { return []byte(`{"items":[]}`), http.StatusOK }},
		{"an invented check in the feed", "/vi/feed.json", "feed", swap(`"items": ?\[`, `"items":[{"url":"https://x.example/vi/checks/7b2k0m8q4x1c9f3h5n6r2t0vwa","title":"x"},`)},
		{"a headline in RSS", "/vi/feed.rss", "feed", swap(`Không phát gạo`, "Có phát gạo")},
		{"an invented check in Atom", "/vi/feed.atom", "feed", swap(`</feed>`, `<entry><id>x</id><title>x</title><link href="https://x.example/vi/checks/7b2k0m8q4x1c9f3h5n6r2t0vwa"/></entry></feed>`)},
		{"a ruling that is gone", ruling, "ruling", gone},
		{"the reasons of a ruling", ruling, "ruling", swap(`không cần cho kết luận`, "rất cần cho kết luận")},
		{"a channel that is gone", "/channels", "channel", swap(`id="c-`+string(channel)+`"`, "")},
		{"a channel that was never logged", "/channels", "channel", swap(`<li id="c-`, `<li id="c-7b2k0m8q4x1c9f3h5n6r2t0vwa">x</li><li id="c-`)},
		{"the address of a channel", "/channels", "channel", swap(`zqmua\.example`, "zqnang.example")},
	} {
		f.show(c.path, c.change)
		if got := look(); got != c.kind {
			t.Errorf("%s: found %q, want %q", c.name, got, c.kind)
		}
		if got := look(c.kind); got != "" {
			t.Errorf("%s, not looked for, is found as %q", c.name, got)
		}
		f.show("", nil)
	}
	page := string(a.request("GET", "/en/channels", "").body)
	path := regexp.MustCompile(`/log/proof/channel/` + string(channel) + `/\d+\.tlog-proof`).FindString(page)
	doc := regexp.MustCompile(`/log/doc/[0-9a-f]{64}`).FindString(page)
	if path == "" || doc == "" || a.request("GET", path, "").status != http.StatusOK || a.request("GET", doc, "").status != http.StatusOK {
		t.Errorf("the proof of the channel: %q, its document: %q", path, doc)
	}
}

// TestSplitView: a mirror that is behind is no split view; a second desk with
// the same key and another history is, and both checkpoints are kept.
func TestSplitView(t *testing.T) {
	a, opened, _, _ := newAppealed(t, nil)
	a.people()
	a.publish("Không có đợt phát gạo nào.")
	mirror := filepath.Join(a.dir, "mirror", "log")
	if m, err := app.LogMirror(t.Context(), a.s.URL, mirror, ""); err != nil || m.Audit.ExitCode() != 0 {
		t.Fatal(m.Audit.Findings, err)
	}
	must(t, a.s.Stop())
	must(t, opened.Close())
	data := filepath.Join(a.dir, "data")
	other := filepath.Join(a.dir, "other")
	must(t, os.Remove(filepath.Join(data, "ballast")))
	must(t, os.CopyFS(other, os.DirFS(data)))
	for _, dir := range []string{data, other} {
		must(t, os.Chmod(filepath.Join(dir, "keys"), 0o700))
	}
	now := time.Now
	one := apptest.Start(t, apptest.Options{Data: data, Listen: a.d.Config.Listen, Now: now})
	two := apptest.Start(t, apptest.Options{Data: other, Now: now, Settings: map[string]string{"public-url": a.d.Config.PublicURL}})
	for i, d := range []*apptest.Desk{one, two} {
		a.s = d.Server
		a.publish([]string{"Không có đợt phát gạo ở đây.", "Không có đợt phát gạo ở kia."}[i])
	}
	behind := httptest.NewServer(http.FileServer(http.Dir(filepath.Dir(mirror))))
	defer behind.Close()
	state := filepath.Join(a.dir, "state")
	look := func(also ...string) (string, int) {
		r, err := app.Monitor(t.Context(), app.MonitorOptions{URL: one.URL, VKey: one.VKey(), State: state, LogOnly: true, Also: also})
		must(t, err)
		return kindsOf(r), r.ExitCode()
	}
	if got, code := look(behind.URL); got != "" || code != 0 {
		t.Errorf("a mirror that is behind: %q, %d", got, code)
	}
	if got, code := look(behind.URL, two.URL); got != "split-view" || code != 2 {
		t.Errorf("another history: %q, %d", got, code)
	}
	kept, _ := filepath.Glob(filepath.Join(state, "conflict-*.note"))
	if len(kept) != 2 {
		t.Errorf("%d checkpoints are kept: %s", len(kept), strings.Join(kept, " "))
	}
}
