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
	for _, list := range []string{"feed", "checks", "corrections", "withdrawals", "explainers", "appeals", "search", "digests"} {
		for _, form := range []string{"atom", "rss", "json"} {
			out = append(out, "GET /"+list+"."+form)
		}
	}
	return out
}

// notPages are the routes that answer with something else than a page.
var notPages = []string{"GET /desk/reports/{period}/{form}", "GET /deadlines/{name}", "GET /sitemap/{n}", "GET /data/{name}", "GET /exchange/card", "GET /exchange/shelf", "GET /outlets.opml", "GET /log/", "GET /manifest.webmanifest", "GET /desk/claims/{id}/media/", "GET /preview.png", "GET /checks/{id}/preview.png", "GET /explainers/{id}/preview.png", "GET /oembed", "GET /offline.json", "GET /sw.js", "GET /sitemap.xml", "GET /robots.txt", "GET /static/{name}", "GET /favicon.ico", "GET /statistics.", "GET /feed.", "GET /checks.", "GET /corrections.", "GET /withdrawals.", "GET /explainers.", "GET /appeals.", "GET /search.", "GET /digests."}

// ownStories are routes that the demo desk has nothing to show for: it reads no
// press and has no files. The stories "the press" and "a picture" go there.
// Digests by mail need a relay, and one that is made at an hour: TestDigestsByMail goes there.
var ownStories = []string{"GET /digests/{name}", "GET /subscribe", "GET /subscribe/{link}", "GET /subscribe/{link}/leave", "GET /withdrawals.rss", "GET /withdrawals.json", "GET /deadlines/{name}", "GET /sitemap/{n}", "GET /data/{name}", "GET /desk/exchange/{peer}/{kind}/{entry}", "GET /exchange/card", "GET /exchange/shelf", "GET /desk/reports/{period}", "GET /desk/reports/{period}/{form}", "GET /desk/appeals/{id}/media/{media}", "GET /desk/appeals/{id}/media/{media}/file", "GET /copies/{sum}", "GET /copies/{sum}/page", "GET /copies/{sum}/shot", "GET /copies/{sum}/file", "GET /copies/{sum}/warc",
	"GET /desk/copies/{sum}", "GET /desk/copies/{sum}/page", "GET /desk/copies/{sum}/shot", "GET /desk/copies/{sum}/file", "GET /desk/copies/{sum}/warc", "GET /desk/claims/{id}/wacz",
	"GET /preview.png", "GET /checks/{id}/preview.png", "GET /explainers/{id}/preview.png", "GET /offline.json", "GET /sw.js", "GET /signin/outside", "GET /signin/outside/back", "GET /desk/prove/outside", "GET /desk/claims/{id}/kept/{kept}", "GET /expert/{token}", "GET /desk/bulk/{id}", "GET /desk/imports/{id}", "GET /outlets.opml", "GET /desk/claims/{id}/media/{media}", "GET /desk/claims/{id}/media/{media}/file"}

// walker follows links from page to page, one page of each route and set of
// query names.
type walker struct {
	*testing.T
	w    *world
	mux  *http.ServeMux
	seen map[string]bool // routes that answered
	done map[string]bool // routes with the names of their query

	pages int     // judged so far
	p     *person // asks for what is no page; signed in once the walk is
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
	if w.bodyLink == "" { // this story is told alone
		askingTheBody(t, w)
	}
	if w.appealLinks == nil {
		appealing(t, w)
	}
	check, claim, review := w.samples(t)
	public := []string{"/", "/checks/" + check, "/checks/" + check + "/rev/1", "/t", "/t?code=zzz", "/t/" + w.ask(t, "203.0.113.80", "Ao sen làng bên mọc sen đen"),
		"/search?q=chanh", "/search?topic=health&rating=false", "/places/hue", "/funding", "/checks?topic=health", "/nothing-here", "/corrections.rss", "/corrections.json", "/sitemap.xml", "/robots.txt", "/favicon.ico", "/desk/sign-in", strings.TrimPrefix(w.bodyLink, "/vi")}
	public = append(public, w.appealLinks...)
	staff := []string{"/desk", "/desk?view=closed", "/desk?view=mine", "/desk/claims/" + string(claim), "/desk/claims/" + string(claim) + "/tips",
		"/desk/claims/" + check, "/desk/reviews/" + string(review), "/desk/prove", "/desk/account?first=1", "/desk/new", "/desk/appeals", "/desk/told/" + w.ask(t, "203.0.113.81", "Ao sen làng bên mọc sen trắng")}
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
				k.as("Admin", desk.Admin, v.phone, v.prefix, []string{"/desk/account", "/desk/answers", "/desk/journal", "/desk/people", "/desk/desks", "/desk/account/code"})
				t.Logf("%d pages", k.pages)
				for _, r := range table {
					if !k.seen[r] && !slices.Contains(ownStories, r) {
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
	k.p = k.w.person(k.T, "203.0.113.81")
	k.p.enter(k.w.desk.Link(k.T, k.w.desk.Member(k.T, who.Name+", with a program", r))) // a link for who would end the window's session
	k.walk(win, prefix, paths)
}

// walk visits the paths, and the links on them that lead to a route not seen.
func (k *walker) walk(win *browsertest.Window, prefix string, paths []string) {
	k.Helper()
	if k.p == nil {
		k.p = k.w.person(k.T, "203.0.113.81")
	}
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
			if got := k.p.get(queue[i]); got.status != 200 {
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
		.filter(u => u.origin === location.origin).map(u => u.pathname + (u.pathname === "/oembed" ? u.search : ""))`)), &out) // none: the walk says what it missed
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
	if strings.HasPrefix(pattern, "GET /search") && len(names) > 1 {
		names = []string{"several"} // each facet alone, and some together: all combinations are too many
	}
	return pattern, pattern + "?" + strings.Join(names, "&")
}
