package evidence

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/html"

	"soi/internal/desk"
)

// replayed is a capture shown again.
func (w *world) replayed(n desk.NewCapture, banner string) string {
	w.Helper()
	b, err := w.Replay(n.Capture, loadOf(n), banner)
	if err != nil {
		w.Fatal(err)
	}
	return string(b)
}

// TestReplayShowsThePage: text, styles and pictures stand in one file; what
// runs, frames, sends or leads away is gone.
func TestReplayShowsThePage(t *testing.T) {
	w := newWorld(t, Tools{}, paper)
	page := w.replayed(w.capture("/moved"), "Bản lưu <của bàn>")
	for _, want := range []string{"Bộ Công Thương cho biết", "Bản lưu &lt;của bàn&gt;", `href="data:text/css;base64,`, `src="data:image/png;base64,`, `href="#part"`,
		"data:image/png;base64,iVBORw0KGgovaDEucG5n", `http-equiv="Content-Security-Policy"`} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not in the page:\n%.3000s", want, page)
		}
	}
	for _, no := range []string{"<script", "onload", "onerror", "<iframe", "<form", "track", `href="/`, "spy.png", "/send", "run()", w.base} {
		if strings.Contains(page, no) {
			t.Errorf("%q is in the page", no)
		}
	}
}

// TestReplayOfHostilePages: whatever a page tries, the copy has no element or
// attribute that runs, fetches, frames or sends.
func TestReplayOfHostilePages(t *testing.T) {
	payloads := []string{
		`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<svg onload=alert(1)>`, `<svg><script>alert(1)</script></svg>`,
		`<iframe srcdoc="<script>alert(1)</script>">`, `<object data=/x>`, `<embed src=/x>`, `<base href="https://evil.test/">`,
		`<meta http-equiv=refresh content="0;url=https://evil.test/">`, `<link rel=prefetch href=https://evil.test/>`, `<link rel=stylesheet href=https://evil.test/x.css>`,
		`<a href="javascript:alert(1)">x</a>`, `<a href="https://evil.test/" ping="https://evil.test/p">x</a>`, `<form action=https://evil.test/><button formaction=https://evil.test/>x</button></form>`,
		`<video src=https://evil.test/v poster=https://evil.test/p></video>`, `<img srcset="https://evil.test/1 1x">`, `<div style="background:url(https://evil.test/b)">`,
		`<style>@import "https://evil.test/i.css"; a{background:url('https://evil.test/q')}</style>`, `<style>a{background:u\72l(https://evil.test/e)}</style>`,
		`<noscript><p title="</noscript><script>alert(1)</script>">`, `<noembed>&lt;script&gt;alert(1)&lt;/script&gt;</noembed>`, `<xmp>&lt;script&gt;alert(1)&lt;/script&gt;</xmp>`,
		`<plaintext>&lt;script&gt;`, `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
		`<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">`, `<template><script>alert(1)</script></template>`, `<body background=https://evil.test/g>`,
		`<table background="https://evil.test/t">`, `<input type=image src=https://evil.test/n>`, `<svg><image href="https://evil.test/m"/><use href="https://evil.test/u#x"/></svg>`,
		`<style></style><style>/*</style><script>alert(1)</script>*/`, `<textarea></textarea><script>alert(1)</script>`, `<frameset><frame src=https://evil.test/></frameset>`,
		`<div style="background:url(&quot;https://evil.test/b2&quot;)">`, `<img src="//evil.test/proto">`, `<portal src=https://evil.test/></portal>`,
	}
	var page string
	w := newWorld(t, Tools{}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(page))
	})
	w.web = onlyHere{w.web, w.base}
	for _, p := range payloads {
		page = "<!DOCTYPE html><html><head><title>x</title></head><body><p>" + strings.Repeat("chữ ", 100) + "</p>" + p
		checkHarmless(t, p, w.replayed(w.capture("/"), "copy"))
	}
}

// addressed matches an address of the web in a style; an escaped url( cannot
// fetch either, because the page's policy allows data alone.
var addressed = regexp.MustCompile(`(?i)url\(\s*["']?\s*(https?:)?//`)

// checkHarmless parses a replayed page as a browser without scripts and as one
// with them.
func checkHarmless(t *testing.T, what, page string) {
	t.Helper()
	for _, scripting := range []bool{true, false} {
		doc, err := html.ParseWithOptions(strings.NewReader(page), html.ParseOptionEnableScripting(scripting))
		if err != nil {
			t.Fatal(err)
		}
		policies := 0
		for n := range doc.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			switch n.Data {
			case "script", "iframe", "frame", "object", "embed", "base", "form", "template", "noscript", "portal", "video", "source", "noembed", "xmp", "plaintext":
				t.Errorf("%s: the copy has <%s>", what, n.Data)
			case "style":
				if n.FirstChild != nil && addressed.MatchString(n.FirstChild.Data) {
					t.Errorf("%s: a style fetches: %s", what, n.FirstChild.Data)
				}
			}
			for _, a := range n.Attr {
				key, v := strings.ToLower(a.Key), strings.TrimSpace(strings.ToLower(a.Val))
				switch {
				case strings.HasPrefix(key, "on"), key == "srcdoc", key == "ping", key == "srcset", key == "action", key == "formaction", key == "poster":
					t.Errorf("%s: the copy has %s=%q", what, a.Key, a.Val)
				case key == "http-equiv":
					policies++
					if v != "content-security-policy" {
						t.Errorf("%s: a meta of its own: %s", what, v)
					}
				case key == "src" || key == "href" || key == "background":
					if !strings.HasPrefix(v, "data:") && !strings.HasPrefix(v, "#") {
						t.Errorf("%s: %s=%q leads away", what, a.Key, a.Val)
					}
				case key == "style" && addressed.MatchString(v):
					t.Errorf("%s: a style fetches: %s", what, v)
				}
			}
		}
		if policies != 1 {
			t.Errorf("%s: %d policies", what, policies)
		}
	}
}

// TestReplayHasAnEnd: a page that names one large picture ten thousand times
// does not grow without end.
func TestReplayHasAnEnd(t *testing.T) {
	w := newWorld(t, Tools{}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/p.png" {
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write(make([]byte, 3<<20))
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<title>x</title>" + strings.Repeat(`<img src="/p.png">`, 10_000)))
	})
	if page := w.replayed(w.capture("/"), ""); len(page) > maxReplay+2<<20 {
		t.Errorf("%d bytes", len(page))
	}
}

// TestReplayOfOtherThings: a picture, a file and words have a page as well.
func TestReplayOfOtherThings(t *testing.T) {
	w := newWorld(t, Tools{}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/a.png":
			_, _ = w.Write(append([]byte("\x89PNG\r\n\x1a\n"), 1, 2, 3))
		case "/data.csv":
			w.Header().Set("Content-Type", "text/csv")
			_, _ = w.Write([]byte("năm,tỉ lệ\n2026,<b>3</b>\n"))
		}
	})
	picture, file := w.capture("/a.png"), w.capture("/data.csv")
	if picture.Kind != desk.CapturePicture || !strings.Contains(w.replayed(picture, "x"), "data:image/png;base64,") {
		t.Errorf("%+v", picture.Capture)
	}
	if file.Kind != desk.CaptureFile || file.Title != "data.csv" || !strings.Contains(w.replayed(file, "x"), "2026,&lt;b&gt;3&lt;/b&gt;") {
		t.Errorf("%+v", file.Capture)
	}
	checkHarmless(t, "file", w.replayed(file, "x"))
}

// TestDamageIsNeverShown: with one payload changed or missing nothing is shown
// and the check says so.
func TestDamageIsNeverShown(t *testing.T) {
	w := newWorld(t, Tools{}, paper)
	n := w.capture("/bai")
	for i, hash := range append(w.manifest(n).Payloads(), n.Manifest) {
		load := func(h []byte) ([]byte, error) {
			if bytes.Equal(h, hash) {
				return nil, desk.ErrDamaged
			}
			return loadOf(n)(h)
		}
		if err := Check(n.Capture, load); err == nil {
			t.Errorf("payload %d can be missing", i)
		}
		if _, err := w.WARC(n.Capture, load); err == nil {
			t.Errorf("a WARC file without payload %d", i)
		}
	}
	other := n.Capture
	other.Sum = bytes.Repeat([]byte{1}, 32)
	if err := Check(other, loadOf(n)); err == nil {
		t.Error("another sum passes")
	}
}

// TestScreenshotFetchesNothing: Chromium draws the copy, and a page that tries
// to reach a site on this machine, in every way that is left, does not.
func TestScreenshotFetchesNothing(t *testing.T) {
	tools := FindTools()
	if tools.Shot == nil {
		t.Fatal("no Chromium found; make setup installs it")
	}
	var hits atomic.Int64
	spy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	defer spy.Close()
	hostile := fmt.Sprintf(`<!DOCTYPE html><title>x</title><style>@import "%[1]s/i.css"; body{background:url(%[1]s/bg)} @font-face{font-family:f;src:url(%[1]s/f)} p{font-family:f}</style>`+
		`<link rel=stylesheet href="%[1]s/s.css"><link rel=preconnect href="%[1]s"><img src="%[1]s/img"><iframe src="%[1]s/frame"></iframe>`+
		`<script src="%[1]s/js"></script><script>fetch("%[1]s/fetch")</script><object data="%[1]s/o"></object><p>Chữ</p>`, spy.URL)
	b, err := tools.Shot(t.Context(), []byte(hostile))
	if err != nil || !bytes.HasPrefix(b, []byte("\xff\xd8")) || len(b) < 1000 {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	if n := hits.Load(); n != 0 {
		t.Errorf("Chromium reached the site %d times", n)
	}
	w := newWorld(t, tools, paper)
	n := w.capture("/bai")
	if len(n.Shot) == 0 {
		t.Error("the capture has no screenshot")
	}
	if err := Check(n.Capture, loadOf(n)); err != nil {
		t.Error(err)
	}
}

// TestPDF: a PDF is kept whole, its text read and its first page drawn; one
// that breaks the reader is kept all the same.
func TestPDF(t *testing.T) {
	tools := FindTools()
	if tools.Text == nil || tools.FirstPage == nil {
		t.Fatal("pdftotext and pdftoppm are needed; make setup installs them")
	}
	tools.Shot = nil
	good := pdfWith("The price of electricity did not rise in November")
	w := newWorld(t, tools, func(w http.ResponseWriter, r *http.Request) {
		b := good
		if r.URL.Path == "/broken.pdf" {
			b = []byte("%PDF-1.4\nnothing of a PDF follows")
		}
		_, _ = w.Write(b)
	})
	n := w.capture("/so-lieu.pdf")
	if n.Kind != desk.CapturePDF || n.Title != "so-lieu.pdf" || !strings.Contains(w.words(n), "price of electricity did not rise") || len(n.Shot) == 0 || len(n.Warnings) != 0 {
		t.Errorf("%+v %q", n.Capture, w.words(n))
	}
	if b, err := w.File(n.Capture, loadOf(n)); err != nil || !bytes.Equal(b, good) {
		t.Errorf("the file came back as %d bytes, %v", len(b), err)
	}
	if n := w.capture("/broken.pdf"); n.Kind != desk.CapturePDF || len(n.Words) != 0 || len(n.Warnings) != 1 || n.Warnings[0] != desk.WarnNoText {
		t.Errorf("%+v", n.Capture)
	}
}

// TestToolsAreKeptIn: a program that reads files has no way out and little
// memory.
func TestToolsAreKeptIn(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := limited(t.Context(), nil, sh, "-c", "echo x > /tmp/soi-evidence-test-file"); err == nil {
		t.Error("a file was written")
	}
	if out, err := limited(t.Context(), nil, sh, "-c", "ulimit -v; ulimit -t"); err != nil || strings.Contains(string(out), "unlimited") {
		t.Errorf("limits: %s %v", out, err)
	}
	if out, err := limited(t.Context(), []byte("in"), sh, "-c", "cat; env"); err != nil || !strings.HasPrefix(string(out), "in") || strings.Contains(string(out), "HOME=/root") {
		t.Errorf("environment: %s %v", out, err)
	}
}

// pdfWith is a PDF of one page with one line.
func pdfWith(line string) []byte {
	var b bytes.Buffer
	var at []int
	object := func(s string) { at = append(at, b.Len()); fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), s) }
	b.WriteString("%PDF-1.4\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
	object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>")
	text := "BT /F1 18 Tf 50 700 Td (" + line + ") Tj ET"
	object(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(text), text))
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, start)
	return b.Bytes()
}

// FuzzReplay: whatever a page and its style are, the copy is harmless.
func FuzzReplay(f *testing.F) {
	f.Add("<p>x</p><img src=/a.png>", "a{background:url(/a.png)}")
	f.Add("<noscript><p title=\"</noscript><script>x</script>\">", "@import url(x;")
	f.Add("<svg><style><!--</style><img src=1 onerror=x>", "</style><script>alert(1)</script>")
	f.Fuzz(func(t *testing.T, page, css string) {
		body := []byte("<html><head><link rel=stylesheet href=/s.css><style>" + css + "</style></head><body>" + page)
		m := Manifest{Soi: manifestKind, Kind: string(desk.CapturePage), URL: "https://a.test/", Records: []Record{
			{Role: RolePage, URL: "https://a.test/", Type: "text/html; charset=utf-8", Payload: sumOf(body), Size: int64(len(body))},
			{Role: RoleNeeded, URL: "https://a.test/s.css", Type: "text/css", Payload: sumOf([]byte(css)), Size: int64(len(css))}}}
		out, err := m.Replay(func(h []byte) ([]byte, error) {
			if bytes.Equal(h, sumOf(body)) {
				return body, nil
			}
			return []byte(css), nil
		}, "copy")
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(bytes.ToLower(out), []byte("<script")) && !bytes.Contains(out, []byte("&lt;script")) {
			t.Logf("%s", out)
		}
		doc, err := html.ParseWithOptions(bytes.NewReader(out), html.ParseOptionEnableScripting(true))
		if err != nil {
			return // nested too deeply to be parsed, by a browser as well
		}
		for n := range doc.Descendants() {
			if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "iframe" || n.Data == "form") {
				t.Fatalf("the copy has <%s>: %q", n.Data, out)
			}
		}
	})
}

// FuzzManifest: ParseManifest takes what Bytes wrote and refuses the rest with
// its own kind of error.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"soi":"capture/1","records":[{"payload":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ParseManifest(b)
		if err != nil {
			return
		}
		again, err := m.Bytes()
		if err != nil {
			t.Skip("a year that JSON cannot write")
		}
		if _, err := ParseManifest(again); err != nil {
			t.Fatalf("%v\n%s", err, again)
		}
	})
}

// FuzzCSS: rewriting ends, and no address of the web comes through it as one.
func FuzzCSS(f *testing.F) {
	for _, s := range []string{"a{b:url(x)}", `@import "x";`, `@import url('x') screen;`, "url(", "/* ", `"\`, `url("a\"b")`} {
		f.Add(s)
	}
	base, _ := url.Parse("https://a.test/")
	f.Fuzz(func(t *testing.T, css string) {
		out := rewriteCSS(css, base, func(string, need) string { return "data:,x" })
		if again := rewriteCSS(out, base, func(a string, _ need) string { t.Fatalf("%q is left in %q of %q", a, out, css); return "" }); len(again) > 2*len(out)+64 {
			t.Fatalf("%d bytes became %d", len(out), len(again))
		}
	})
}
