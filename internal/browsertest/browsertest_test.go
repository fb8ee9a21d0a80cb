package browsertest

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// pageOf wraps a body in a page that axe-core has nothing to say against.
func pageOf(body string) string {
	return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Test page</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{font:18px/1.6 sans-serif;background:#fff;color:#111}.faint{color:#111}
a,button,summary{display:inline-block;min-height:44px}
@media (prefers-color-scheme:dark){body{background:#111;color:#eee}a{color:#9cf}.faint{color:#333}}</style></head>
<body><main><h1>Test page</h1>` + body + `</main></body></html>`
}

const form = `<p id="out">scripts are off</p><script>document.getElementById('out').textContent = 'scripts are on'</script>
<form method="post" action="/echo" enctype="multipart/form-data">
<p><label for="m">Message</label> <textarea id="m" name="m">old text</textarea></p>
<p><label for="d">Day</label> <input id="d" name="d" type="date"></p>
<p><label for="r">Rating</label> <select id="r" name="r"><option>true</option><option>half true</option></select></p>
<p><label><input type="checkbox" name="c" value="yes"> Tell me</label></p>
<p><label for="f">Picture</label> <input id="f" name="f" type="file"></p>
<p><button>Ask</button> <button formaction="/missing">Ask nobody</button></p></form>
<details><summary>Why?</summary><p>Because.</p></details><p><a href="/echo?m=linked">A link</a></p>`

// site serves the pages that this file's tests look at.
func site(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	show := func(path, body string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, pageOf(body)) })
	}
	show("/form", form)
	show("/faults", `<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">`)
	show("/dark-fault", `<p class="faint">Hard to read in the dark</p>`)
	show("/foreign", `<img alt="" src="http://elsewhere.example/pixel.gif">`)
	show("/throws", `<script>console.error('spilled', 7); throw new Error('broken on purpose')</script>`)
	show("/covered", `<button id="b">Under</button><div style="position:fixed;inset:0;background:#fff"></div>`)
	show("/wide", `<div style="width:2000px">wide</div>`)
	mux.HandleFunc("GET /csp", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; style-src 'unsafe-inline'")
		fmt.Fprint(w, pageOf(`<script>document.title = 'ran'</script>`))
	})
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		name := ""
		if _, h, err := r.FormFile("f"); err == nil {
			name = h.Filename
		}
		fmt.Fprint(w, pageOf(fmt.Sprintf("<p>m=%s d=%s r=%s c=%s f=%s lang=%s</p>", r.FormValue("m"), r.FormValue("d"),
			r.FormValue("r"), r.FormValue("c"), name, r.Header.Get("Accept-Language"))))
	})
	mux.HandleFunc("GET /cookie", func(w http.ResponseWriter, r *http.Request) {
		_, err := r.Cookie("seen")
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1"})
		fmt.Fprint(w, pageOf(fmt.Sprintf("<p>first visit: %t</p>", err != nil)))
	})
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestWindow(t *testing.T) {
	base, b := site(t), Start(t)
	for _, o := range []Options{{}, {Phone: true, NoScripts: true, Dark: true, Language: "en"}} {
		t.Run(fmt.Sprintf("%+v", o), func(t *testing.T) { fillForm(t, b.Open(t, base, o), o) })
	}
	t.Run("cookies are the window's own", func(t *testing.T) {
		one, two := b.Open(t, base, Options{}), b.Open(t, base, Options{})
		one.Go("/cookie")
		one.Reload()
		one.See("first visit: false")
		two.Go("/cookie")
		two.See("first visit: true")
	})
	t.Run("screenshot", func(t *testing.T) {
		w, path := b.Open(t, base, Options{Phone: true}), filepath.Join(t.TempDir(), "shots", "form.png")
		w.Go("/form")
		w.Screenshot(path)
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if cfg, err := png.DecodeConfig(bytes.NewReader(raw)); err != nil || cfg.Width != 390 {
			t.Errorf("screenshot of a phone is %d pixels wide, %v; want 390", cfg.Width, err)
		}
	})
	t.Run("keyboard", func(t *testing.T) {
		w := b.Open(t, base, Options{})
		w.Go("/form")
		w.Press("\t")
		if got := w.Focused(); got != `textbox "Message"` {
			t.Errorf("focus after one Tab is on %s", got)
		}
	})
}

// fillForm does with a form what a person does.
func fillForm(t *testing.T, w *Window, o Options) {
	if status := w.Go("/form"); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	scripts, language := "scripts are on", "vi"
	if o.NoScripts {
		scripts, language = "scripts are off", "en"
	}
	w.See(scripts)
	w.AxeLightAndDark()
	w.DontSee("Because.")
	w.Click("Why?")
	w.See("Because.")
	picture := filepath.Join(t.TempDir(), "ảnh.png")
	if err := os.WriteFile(picture, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.Fill("Message", "uống nước chanh")
	w.Fill("Day", "2026-11-22")
	w.Choose("Rating", "half true")
	w.Click("Tell me")
	w.Upload("Picture", picture)
	w.Click("Ask")
	w.See("m=uống nước chanh d=2026-11-22 r=half true c=yes f=ảnh.png lang=" + language)
	if w.Path() != "/echo" {
		t.Errorf("path is %s after the form was sent", w.Path())
	}
	w.Back()
	w.Fill("Message", "")
	w.Click("Ask nobody")
	if w.Status() != http.StatusNotFound {
		t.Errorf("status of a missing page is %d", w.Status())
	}
	w.Go("/form")
	if links := w.Links(); len(links) != 1 || links[0] != "/echo?m=linked" {
		t.Errorf("links = %v", links)
	}
	w.Click("A link")
	w.See("m=linked")
	w.Fits()
	w.Clean()
}

// recorder is a test that must fail: it collects what the helpers say instead.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Helper()                   {}
func (r *recorder) Errorf(f string, a ...any) { r.said = append(r.said, fmt.Sprintf(f, a...)) }
func (r *recorder) Fatalf(f string, a ...any) { r.Errorf(f, a...); panic(r) }

// TestHelpersCanFail plants one fault for each check and wants it reported.
func TestHelpersCanFail(t *testing.T) {
	base, b := site(t), Start(t)
	for _, c := range []struct {
		name, path string
		check      func(w *Window)
		want       string
	}{
		{"axe: picture without a text", "/faults", (*Window).Axe, "image-alt"},
		{"axe: contrast in the dark only", "/dark-fault", (*Window).AxeLightAndDark, "(dark: true) breaks color-contrast"},
		{"a request to another host", "/foreign", (*Window).Clean, "elsewhere.example/pixel.gif"},
		{"an uncaught exception", "/throws", (*Window).Clean, "broken on purpose"},
		{"console.error", "/throws", (*Window).Clean, `"spilled" 7`},
		{"a script that the policy blocks", "/csp", (*Window).Clean, "Content Security Policy"},
		{"a button under something", "/covered", func(w *Window) { w.Click("Under") }, "covered by <div"},
		{"a page that is too wide", "/wide", (*Window).Fits, "px wider than the window"},
		{"words that are there", "/wide", func(w *Window) { w.DontSee("wide") }, "is on the page"},
		{"no such button", "/wide", func(w *Window) { w.Click("Ask") }, `nothing named "Ask"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := b.Open(t, base, Options{Phone: true})
			w.Go(c.path)
			rec := &recorder{TB: t}
			w.t, w.wait = rec, 3*time.Second
			func() {
				defer func() {
					if p := recover(); p != nil && p != any(rec) {
						panic(p)
					}
				}()
				c.check(w)
			}()
			if said := strings.Join(rec.said, "\n"); !strings.Contains(said, c.want) {
				t.Errorf("%s is not reported; said: %q", c.want, said)
			}
		})
	}
}

// TestPasskeys makes a passkey and signs with it.
func TestPasskeys(t *testing.T) {
	w := Start(t).Open(t, strings.Replace(site(t), "127.0.0.1", "localhost", 1), Options{})
	w.Go("/form")
	w.Passkeys()
	made := w.Eval(`(async () => {
		const rp = {name: 'soi'}, challenge = new Uint8Array(16);
		const user = {id: new Uint8Array([1]), name: 'checker', displayName: 'checker'};
		const made = await navigator.credentials.create({publicKey: {rp, user, challenge,
			pubKeyCredParams: [{type: 'public-key', alg: -7}], authenticatorSelection: {residentKey: 'required'}}});
		const used = await navigator.credentials.get({publicKey: {challenge}});
		return made.id === used.id && made.id.length > 0;
	})()`)
	if made != "true" {
		t.Errorf("a passkey made and used: %s", made)
	}
}
