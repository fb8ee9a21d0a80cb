package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"soi/internal/desk"
)

// payloads are 30 ways to break out of a text, each in four settings.
func payloads() []string {
	var out []string
	for _, p := range []string{
		`<script>alert(1)</script>`, `<ScRiPt src=//evil.example/x.js></sCrIpT>`, `<img src=x onerror=alert(1)>`, `<svg onload=alert(1)>`,
		`<svg><script>alert&#40;1)</script>`, `<iframe src="javascript:alert(1)"></iframe>`, `<a href="javascript:alert(1)">x</a>`, `<body onload=alert(1)>`,
		`<details open ontoggle=alert(1)>`, `<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`, `<style>*{display:none}</style>`,
		`<link rel=stylesheet href=//evil.example>`, `<meta http-equiv=refresh content="0;url=//evil.example">`, `<base href=//evil.example/>`,
		`<form action=//evil.example><button>x`, `<input autofocus onfocus=alert(1)>`, `<object data=//evil.example>`, `<embed src=//evil.example>`,
		`<template><script>alert(1)</script></template>`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<!--><script>alert(1)</script-->`,
		`<![CDATA[<script>alert(1)</script>]]>`, `{{.}}{{template "main"}}`, `${alert(1)}`, `</title><script>alert(1)</script>`, `&lt;script&gt;alert(1)&lt;/script&gt;`,
		`%3Cscript%3Ealert(1)%3C/script%3E`, "\u202e<b>\u2066\u200b</b>", `\u003cscript\u003e`, `javascript:alert(1)//`,
	} {
		out = append(out, p, `">`+p, `'>`+p, `</textarea></script></q></p>--> `+p)
	}
	return out
}

// hostile is every page of the public site with a text in every place where
// a reader's or a source's words stand.
func hostile(s *Site, x string) map[string][]page {
	revs := sampleRevisions(desk.RatingFalse)
	for i := range revs {
		d := &revs[i].Doc
		d.Body, d.Notes = x, []desk.Note{{Lang: "vi", Text: x}}
		if d.Kind == desk.KindWithdraw {
			continue
		}
		d.Texts = []desk.Text{{Lang: "vi", Claim: x, Statement: x, Summary: x + " " + fmt.Sprint(i), Body: x, Unknown: x}}
		for j := range d.Evidence {
			d.Evidence[j].Title, d.Evidence[j].Publisher, d.Evidence[j].Quote, d.Evidence[j].Says, d.Evidence[j].Seen = x, x, x, desk.Said(x), x
		}
	}
	check := checkOf("vi", revs, 0)
	check.ShareText = x
	check.ld, _ = s.claimReview(s.books["vi"], revs, "vi")
	ours := cardOf("vi", revs[0])
	ours.Reasons = []string{x}
	theirs := importedCard(desk.Imported{ID: revs[0].Verdict, URL: "https://example.org/", Publisher: x, Claim: x + " c", Title: x, Rating: x, Lang: "vi"})
	cards := []card{ours, theirs}
	note := troublePage{Code: "invalid", Title: "T", Text: "x", Do: "y", Kept: []kept{{"text", x}}}
	return map[string][]page{
		"trouble": {note},
		"ask":     {askPage{Text: x, Notice: &troublePage{Title: "T"}, Latest: cards}},
		"answer": {answerPage{State: stateKnown, Code: x, Text: x, Card: ours}, answerPage{State: stateImported, Code: x, Text: x, Card: theirs},
			answerPage{State: statePerhaps, Code: x, Text: x, Options: cards}, answerPage{State: stateNew, Code: x, Text: x}},
		"ticket":      {ticketPage{Code: x, Unknown: true}},
		"checks":      {checksPage{List: cards}},
		"corrections": {correctionsPage{List: []changed{{card: ours, Note: x, Reason: desk.ReasonTypo}}}},
		"search":      {searchPage{Query: x, List: cards}},
		"check":       {check, checkOf("vi", revs, 1), checkOf("vi", revs, 3)},
	}
}

// shape is the elements of a page with the names of their attributes.
func shape(t *testing.T, b []byte) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data == "del" || n.Data == "ins" { // how much differs between two texts depends on the texts
			continue
		}
		out.WriteString("<" + n.Data)
		for _, a := range n.Attr {
			out.WriteString(" " + a.Key)
			if strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") && (a.Key == "href" || a.Key == "src" || a.Key == "action") {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
		out.WriteString(">\n")
	}
	return out.String()
}

// TestHostileTexts: whatever stands in a text, the page has the elements and
// attributes it has with harmless words, and the structured data in it is
// the same data.
func TestHostileTexts(t *testing.T) {
	s := testSite(t)
	v := s.visit(httptest.NewRequest(http.MethodGet, "/vi/x", nil))
	draw := func(name string, p page) []byte {
		b, err := s.render(v, show(name, p))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return b
	}
	harmless := map[string][]string{}
	for name, pages := range hostile(s, "word") {
		for _, p := range pages {
			harmless[name] = append(harmless[name], shape(t, draw(name, p)))
		}
	}
	if len(payloads()) != 120 {
		t.Fatalf("%d payloads", len(payloads()))
	}
	for _, x := range payloads() {
		for name, pages := range hostile(s, x) {
			for i, p := range pages {
				b := draw(name, p)
				if got := shape(t, b); got != harmless[name][i] {
					t.Errorf("%s, page %d: %q changes the page", name, i, x)
				}
				if c, ok := p.(checkPage); ok && !c.Old() {
					sameData(t, b, x)
				}
			}
		}
	}
}

// sameData reads the structured data of a page and looks for the payload in
// it, unharmed.
func sameData(t *testing.T, b []byte, x string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Data != "script" || attr(n, "type") != "application/ld+json" {
			continue
		}
		var data struct {
			Type  string `json:"@type"`
			Claim string `json:"claimReviewed"`
		}
		if err := json.Unmarshal([]byte(n.FirstChild.Data), &data); err != nil || data.Type != "ClaimReview" || data.Claim != x {
			t.Errorf("%q: structured data %q, %v", x, data.Claim, err)
		}
		return
	}
	t.Errorf("%q: no structured data", x)
}

// TestHostileAddresses: an address that is not http never becomes a link
// that runs.
func TestHostileAddresses(t *testing.T) {
	s := testSite(t)
	v := s.visit(httptest.NewRequest(http.MethodGet, "/vi/x", nil))
	for _, u := range []string{"javascript:alert(1)", " JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x", `" onclick="alert(1)`} {
		revs := sampleRevisions(desk.RatingFalse)
		revs[0].Doc.Evidence[0].URL = u
		for name, p := range map[string]page{"check": checkOf("vi", revs, 0),
			"search": searchPage{Query: "x", List: []card{importedCard(desk.Imported{URL: u, Title: "T", Claim: "C"})}}} {
			b, err := s.render(v, show(name, p))
			if err != nil {
				t.Fatal(err)
			}
			doc, _ := html.Parse(strings.NewReader(string(b)))
			for n := range doc.Descendants() {
				if low := strings.ToLower(strings.TrimSpace(attr(n, "href"))); strings.HasPrefix(low, "javascript:") || strings.HasPrefix(low, "data:") || strings.HasPrefix(low, "vbscript:") || attr(n, "onclick") != "" {
					t.Errorf("%s: %q becomes %q", name, u, low)
				}
			}
		}
	}
}
