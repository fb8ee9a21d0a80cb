package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"soi/internal/app/apptest"
)

// TestPublicPages reads on a whole desk with the demo archive.
func TestPublicPages(t *testing.T) {
	d := apptest.Start(t, apptest.Options{Demo: true})
	for name, test := range map[string]func(*testing.T, reader){"browsing": browsing, "light": firstPageIsLight, "misspelt": misspeltSearch} {
		t.Run(name, func(t *testing.T) { test(t, reader{t, d.URL}) })
	}
}

// browsing leads a reader without scripts through topics, places, months,
// facets and the pages about the desk, in both languages.
func browsing(t *testing.T, r reader) {
	for _, lang := range []string{"/vi", "/en"} {
		for _, p := range []string{"/topics", "/topics/health", "/places", "/places/hue", "/archive", "/bodies", "/methodology", "/team", "/funding", "/contact", "/corrections-policy", "/search?topic=health"} {
			r.get(lang+p).has(t, http.StatusOK)
		}
	}
	for _, p := range []string{"/vi/topics/nothing", "/vi/places/nowhere", "/vi/archive/1999-01", "/vi/archive/2026-13", "/vi/archive/x", "/vi/bodies/x", "/vi/methodology?rev=9"} {
		r.get(p).has(t, http.StatusNotFound)
	}
	month := regexp.MustCompile(`/vi/archive/\d{4}-\d{2}`).FindString(r.get("/vi/archive").body)
	r.get(month).has(t, http.StatusOK, `class="entry"`)
	entries := func(p reply) int { return strings.Count(p.body, `class="entry"`) }
	whole, narrow := r.get("/vi/search?topic=health"), r.get("/vi/search?topic=health&rating=false")
	whole.has(t, http.StatusOK, "topic=health", "Kết luận")
	if entries(narrow) == 0 || entries(narrow) > entries(whole) {
		t.Errorf("%d narrowed of %d", entries(narrow), entries(whole))
	}
	if n := entries(r.get("/vi/search?topic=health&year=1999")); n != 0 {
		t.Errorf("%d of 1999", n)
	}
}

// firstPageIsLight counts what a reader loads first, unpacked.
func firstPageIsLight(t *testing.T, r reader) {
	home := r.get("/vi/")
	html := len(home.body)
	if home.header.Get("Set-Cookie") != "" {
		t.Error("the first page sets a cookie")
	}
	if html > 60<<10 {
		t.Errorf("the first page has %d bytes", html)
	}
	for _, m := range regexp.MustCompile(`(?:src|href)="(https?://[^"]+)"`).FindAllStringSubmatch(home.body, -1) {
		if !strings.HasPrefix(m[1], r.base) && strings.Contains(m[0], "src=") {
			t.Errorf("asks elsewhere: %s", m[1])
		}
	}
	t.Logf("%d bytes", html)
}

// misspeltSearch types questions as people do, without marks, with slips
// of the finger, half a word; nine in ten must find the check.
func misspeltSearch(t *testing.T, r reader) {
	right := []string{"nước chanh nóng chữa ung thư", "nuoc chanh nong chua ung thu", "nuoc chanh ung thu", "NƯỚC CHANH", "nuoc chnah ung thu",
		"nươc chanhh nóng", "nuoc chan nong ung thu", "chanh nong ung th", "nuocs chanh ung thuw", "uong nuoc chanh chua ung thuu"}
	found := 0
	for _, q := range right {
		p := r.get("/vi/search?q=" + url.QueryEscape(q))
		first, _, _ := strings.Cut(p.body, "</article>")
		if strings.Contains(first, "Nước chanh") {
			found++
		} else {
			t.Logf("not first for %q", q)
		}
	}
	// What has but a common word of the search in it is not found: nearly everything would be.
	if p := r.get("/vi/search?q=uong+nuoc+chanh"); strings.Contains(p.body, "Apollo") || strings.Count(p.body, `class="entry"`) > 15 {
		t.Errorf("a search for lemon water finds %d checks", strings.Count(p.body, `class="entry"`))
	}
	if found*10 < len(right)*9 {
		t.Errorf("%d of %d misspelt questions find their check first", found, len(right))
	}
}
