package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"soi/internal/browsertest"
	"soi/internal/desk"
)

// routeTable reads the GET routes out of the source of the pages, so that a
// route added tomorrow is walked to as well or the test says that it was not.
func routeTable(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../web/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	line := regexp.MustCompile(`pattern: "(GET /[^"]*)"`)
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range line.FindAllStringSubmatch(string(b), -1) {
			if m[1] != "GET /feed." && m[1] != "GET /corrections." {
				out = append(out, m[1])
			}
		}
	}
	if len(out) < 25 {
		t.Fatalf("only %d routes found in the source: %v", len(out), out)
	}
	return append(out, "GET /feed.atom", "GET /feed.rss", "GET /feed.json", "GET /corrections.atom", "GET /corrections.rss", "GET /corrections.json")
}

// notPages are the routes that answer with something else than a page.
var notPages = []string{"GET /log/", "GET /sitemap.xml", "GET /robots.txt", "GET /static/{name}", "GET /favicon.ico", "GET /feed.", "GET /corrections."}

// walker follows links from page to page, one page of each route and set of
// query names.
type walker struct {
	*testing.T
	w    *world
	mux  *http.ServeMux
	seen map[string]bool // routes that answered
	done map[string]bool // routes with the names of their query

	pages int // judged so far
}

// everyPage walks to every page as a reader, a checker, an editor and an admin, and
// holds each against axe-core, light and dark, wide and on a phone, against
// requests to elsewhere, complaints of the browser and sideways scrolling.
func everyPage(t *testing.T, w *world) {
	table := routeTable(t)
	mux := http.NewServeMux()
	for _, r := range table {
		mux.HandleFunc(r, func(http.ResponseWriter, *http.Request) {})
	}
	check, claim, review := w.samples(t)
	public := []string{"/", "/checks/" + check, "/checks/" + check + "/rev/1", "/t", "/t?code=zzz", "/t/" + w.ask(t, "203.0.113.80", "Ao sen làng bên mọc sen đen"),
		"/search?q=chanh", "/checks?topic=health", "/nothing-here", "/corrections.rss", "/corrections.json", "/sitemap.xml", "/robots.txt", "/favicon.ico", "/desk/sign-in"}
	staff := []string{"/desk", "/desk?view=closed", "/desk?view=mine", "/desk/claims/" + string(claim), "/desk/claims/" + string(claim) + "/tips",
		"/desk/claims/" + check, "/desk/reviews/" + string(review), "/desk/prove", "/desk/account?first=1", "/desk/new"}
	t.Run("walks", func(t *testing.T) {
		for _, v := range []struct {
			prefix string
			phone  bool
		}{{"", false}, {"/en", true}} {
			k := &walker{w: w, mux: mux, seen: map[string]bool{}, done: map[string]bool{}}
			t.Run("from"+strings.ReplaceAll(v.prefix+"/", "/", " "), func(t *testing.T) {
				t.Parallel()
				k.T = t
				k.walk(w.open(t, browsertest.Options{Phone: v.phone}), v.prefix, public)
				k.as("Checker", desk.Checker, v.phone, v.prefix, staff[:6])
				k.as("Editor", desk.Editor, v.phone, v.prefix, staff)
				k.as("Admin", desk.Admin, v.phone, v.prefix, []string{"/desk/account", "/desk/journal", "/desk/people", "/desk/account/code"})
				t.Logf("%d pages", k.pages)
				for _, r := range table {
					if !k.seen[r] {
						t.Errorf("no link leads to %s", r)
					}
				}
			})
		}
	})
}

// as walks the staff pages with an account of the role, beginning with the
// page of its sign-in link.
func (k *walker) as(name string, r desk.Role, phone bool, prefix string, paths []string) {
	k.Helper()
	win := k.w.open(k.T, browsertest.Options{Phone: phone, Language: "en"})
	who := k.w.desk.Member(k.T, name+" who walks"+strings.ReplaceAll(prefix, "/", " "), r)
	win.Go(strings.Replace(k.w.desk.Link(k.T, who), k.w.base, k.w.base+"/en", 1))
	k.judge(win, "GET /signin/link/{token}")
	win.Click("Sign in as " + who.Name)
	k.walk(win, prefix, paths)
}

// walk visits the paths, and the links on them that lead to a route not seen.
func (k *walker) walk(win *browsertest.Window, prefix string, paths []string) {
	k.Helper()
	p := k.w.person(k.T, "203.0.113.81")
	var queue []string
	for _, path := range paths {
		queue = append(queue, prefix+path)
	}
	given := len(queue)
	for i := 0; i < len(queue); i++ {
		route, key := k.route(queue[i])
		if i >= given && (k.done[key] || !strings.HasPrefix(queue[i], prefix) || strings.HasPrefix(queue[i], "/en") != (prefix == "/en")) && !k.other(route) {
			continue
		}
		if k.done[key] && i >= given {
			continue
		}
		k.done[key] = true
		if k.other(route) {
			if got := p.get(queue[i]); got.status != 200 {
				k.Errorf("%s: %d", queue[i], got.status)
			}
			k.seen[route] = true
			continue
		}
		win.Go(queue[i])
		k.judge(win, route)
		queue = append(append(queue, win.Links()...), parts(win)...)
	}
}

// parts are the addresses of what the page shown is made of, and of its feeds.
func parts(win *browsertest.Window) []string {
	var out []string
	_ = json.Unmarshal([]byte(win.Eval(`[...document.querySelectorAll("link[href], script[src]")].map(e => new URL(e.href || e.src))
		.filter(u => u.origin === location.origin).map(u => u.pathname)`)), &out) // none: the walk says what it missed
	return out
}

// judge holds the page that is shown against everything a page must be.
func (k *walker) judge(win *browsertest.Window, route string) {
	k.Helper()
	want := http.StatusOK
	if route == "" || strings.Contains(win.Path(), "zzz") {
		want = http.StatusNotFound
	}
	if win.Status() != want {
		k.Errorf("%s: %d, want %d", win.Path(), win.Status(), want)
	}
	if win.Status() == 200 {
		k.seen[route] = true
	}
	k.pages++
	win.AxeLightAndDark()
	win.Fits()
}

// other reports whether a route answers with something else than a page.
func (k *walker) other(route string) bool {
	return slices.ContainsFunc(notPages, func(p string) bool { return strings.HasPrefix(route, p) })
}

// route is the pattern an address belongs to, and with the names of its query
// the key under which one such page is enough.
func (k *walker) route(address string) (pattern, key string) {
	u, err := url.Parse(address)
	if err != nil {
		k.Fatalf("a link leads to %q: %v", address, err)
	}
	path := u.Path
	for _, lang := range []string{"/vi", "/en"} {
		if path == lang || strings.HasPrefix(path, lang+"/") {
			path = strings.TrimPrefix(path, lang)
		}
	}
	if path == "" {
		path = "/"
	}
	_, pattern = k.mux.Handler(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}, Host: "localhost"})
	var names []string
	for name := range u.Query() {
		names = append(names, name)
	}
	slices.Sort(names)
	return pattern, pattern + "?" + strings.Join(names, "&")
}
