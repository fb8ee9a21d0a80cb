package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"soi/internal/desk"
)

// testSite is a site without a database, for what does not ask one.
func testSite(t *testing.T) *Site {
	t.Helper()
	now := func() time.Time { return testNow }
	s, err := New(Deps{
		Desk: desk.New(nil, nil, now, desk.Options{}), Signed: func() int64 { return 0 }, Now: now,
		Config: Config{Key: make([]byte, 32), URL: "https://desk.example", Name: "soi", VKey: "desk.example/log+0000+AAAA", PowBits: 8},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// samples gives, for each template, the pages it is drawn with. Every
// template must be here, with every kind of page that a handler gives it.
func samples(s *Site) map[string][]page {
	out := map[string][]page{}
	for _, more := range []map[string][]page{publicSamples(s), deskSamples(s), digestSamples(s), requestSamples(s), channelSamples(), pressSamples(), formatSamples(), appealSamples(), appealDeskSamples(), answersSamples(), practiceSamples(), explainerSamples(), houseSamples(), queueSamples(s), reportSamples(s), teamSamples(s), exchangeSamples(s)} {
		for name, pages := range more {
			out[name] = append(out[name], pages...)
		}
	}
	return out
}

// TestEveryTemplateWithEveryPage draws each page in each language and looks
// at what came out as a browser would.
func TestEveryTemplateWithEveryPage(t *testing.T) {
	s := testSite(t)
	all := samples(s)
	for _, tg := range tongues(s.langs) {
		for name := range s.sets[tg] {
			if len(all[name]) == 0 {
				t.Errorf("template %q has no sample page", name)
			}
			for i, p := range all[name] {
				v := s.visit(httptest.NewRequest(http.MethodGet, tg.url("/x"), nil))
				v.tongue, v.words = tg, s.books[tg.lang]
				b, err := s.render(v, show(name, p))
				if err != nil {
					t.Errorf("%s, page %d, %v: %v", name, i, tg, err)
					continue
				}
				lookOver(t, name, tg, string(b))
			}
		}
	}
	for name := range all {
		if s.sets[tongues(s.langs)[0]][name] == nil {
			t.Errorf("sample for %q, which is no template", name)
		}
	}
}

// lookOver checks what holds for every page: one h1, a title, the language,
// no inline script or style, nothing from another host, ids once, fields
// with a name for those who do not see them.
func lookOver(t *testing.T, name string, tg tongue, text string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	ids := map[string]bool{}
	labels := map[string]bool{}
	var fields []*html.Node
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if n.Namespace == "" { // drawings have titles of their own
			count[n.Data]++
		}
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("%s %v: id %q twice", name, tg, id)
			}
			ids[id] = true
		}
		inline(t, name, n)
		switch n.Data {
		case "html":
			if attr(n, "lang") != tg.lang {
				t.Errorf("%s %v: html lang is %q", name, tg, attr(n, "lang"))
			}
		case "label":
			labels[attr(n, "for")] = true
		case "textarea", "select", "input":
			fields = append(fields, n)
		}
	}
	for _, f := range fields {
		named := labels[attr(f, "id")] && attr(f, "id") != "" || attr(f, "aria-label") != "" || attr(f, "aria-labelledby") != "" || inLabel(f)
		if kind := attr(f, "type"); kind != "hidden" && kind != "submit" && !named {
			t.Errorf("%s %v: field %q has no label", name, tg, attr(f, "name"))
		}
	}
	if count["h1"] != 1 || count["title"] != 1 || count["main"] != 1 {
		t.Errorf("%s %v: %d h1, %d title, %d main", name, tg, count["h1"], count["title"], count["main"])
	}
	if strings.Contains(text, "ZgotmplZ") || strings.Contains(text, "%!") {
		t.Errorf("%s %v: the page has an escape of last resort or a broken format", name, tg)
	}
}

// inline refuses what the Content-Security-Policy would refuse.
func inline(t *testing.T, name string, n *html.Node) {
	t.Helper()
	for _, a := range n.Attr {
		if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
			t.Errorf("%s: attribute %s on <%s>", name, a.Key, n.Data)
		}
		loads := a.Key == "src" || n.Data == "link" && a.Key == "href" && (attr(n, "rel") == "stylesheet" || attr(n, "rel") == "icon")
		if loads && !strings.HasPrefix(a.Val, "/") {
			t.Errorf("%s: <%s> loads %q", name, n.Data, a.Val)
		}
	}
	if n.Data == "style" || n.Data == "script" && attr(n, "src") == "" && attr(n, "type") != "application/ld+json" {
		t.Errorf("%s: inline <%s>", name, n.Data)
	}
}

// inLabel reports whether a label is around the node.
func inLabel(n *html.Node) bool {
	for p := range n.Ancestors() {
		if p.Data == "label" {
			return true
		}
	}
	return false
}

// attr is an attribute's value, "" if it is absent.
func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
