package monitor

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// document is what the monitor reads of a logged document (soi-check/v1).
type document struct {
	Verdict   string `json:"verdict"`
	Rev       int64  `json:"rev"`
	Kind      string `json:"kind"`
	Rating    string `json:"rating"`
	Texts     []text `json:"texts"`
	Approvals int    `json:"approvals"`
	Emergency bool   `json:"emergency"`
	Evidence  []struct {
		URL   string `json:"url"`
		Title string `json:"title"`
		Quote string `json:"quote"`
	} `json:"evidence"`
}

// text is a document's text in one language.
type text struct {
	Lang      string `json:"lang"`
	Claim     string `json:"claim"`
	Statement string `json:"statement"`
	Summary   string `json:"summary"`
	Body      string `json:"body"`
	Unknown   string `json:"unknown"`
}

// review is what the monitor reads of a page's ClaimReview.
type review struct {
	Type      string `json:"@type"`
	Claim     string `json:"claimReviewed"`
	Headline  string `json:"headline"`
	ID        string `json:"identifier"`
	Version   int64  `json:"version"`
	Summary   string `json:"reviewBody"`
	Status    string `json:"creativeWorkStatus"`
	Published string `json:"datePublished"`
	Modified  string `json:"dateModified"`
	Rating    struct {
		Value int    `json:"ratingValue"`
		Name  string `json:"alternateName"`
	} `json:"reviewRating"`
	Sources []struct {
		URL string `json:"url"`
	} `json:"citation"`
}

// page is a check's page as a reader sees it.
type page struct {
	headline, summary, claim, rating string
	body                             string   // of the article, white space joined
	sources                          []string // addresses under the title of sources
	proof                            []string // links to proofs
	review                           *review
}

// readPage reads the parts of a page that a check's document decides.
func readPage(b []byte) (*page, error) {
	root, err := html.Parse(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	p := &page{}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			p.element(n)
		}
	}
	return p, nil
}

// element takes from one element what the page is compared by.
func (p *page) element(n *html.Node) {
	class := strings.Fields(attribute(n, "class"))
	first := func(to *string) {
		if *to == "" {
			*to = words(n)
		}
	}
	switch {
	case n.Data == "h1":
		first(&p.headline)
	case n.Data == "p" && slices.Contains(class, "summary"):
		first(&p.summary)
	case n.Data == "q" && n.Parent != nil && attribute(n.Parent, "class") == "claimed":
		first(&p.claim)
	case n.Data == "span" && slices.Contains(class, "word") && p.rating == "":
		p.rating = words(n)
	case n.Data == "article":
		first(&p.body)
	case n.Data == "a" && strings.HasSuffix(attribute(n, "href"), ".tlog-proof"):
		p.proof = append(p.proof, attribute(n, "href"))
	case n.Data == "a" && slices.Contains(strings.Fields(attribute(grand(n, 3), "class")), "sources"):
		p.sources = append(p.sources, attribute(n, "href"))
	case n.Data == "script" && attribute(n, "type") == "application/ld+json" && n.FirstChild != nil:
		p.structured(n.FirstChild.Data)
	}
}

// structured takes the ClaimReview out of a script of data.
func (p *page) structured(data string) {
	var r review
	if json.Unmarshal([]byte(data), &r) == nil && r.Type == "ClaimReview" && p.review == nil {
		p.review = &r
	}
}

// differs names what a page shows otherwise than the document says.
func (p *page) differs(log string, d document, t text) (out []string) {
	same := func(what, got, want string) {
		if got != squeeze(want) {
			out = append(out, what)
		}
	}
	same("headline", p.headline, t.Statement)
	same("summary", p.summary, t.Summary)
	same("claim", p.claim, t.Claim)
	for what, long := range map[string]string{"body": t.Body, "unknown": t.Unknown} {
		for part := range strings.SplitSeq(strings.ReplaceAll(long, "\r\n", "\n"), "\n\n") {
			if !strings.Contains(p.body, squeeze(part)) {
				out = append(out, what)
				break
			}
		}
	}
	var want []string
	for _, e := range d.Evidence {
		want = append(want, e.URL)
		if !strings.Contains(p.body, squeeze(e.Title)) || !strings.Contains(p.body, squeeze(e.Quote)) {
			out = append(out, "source")
		}
	}
	if !slices.Equal(p.sources, want) {
		out = append(out, "sources")
	}
	if !slices.Contains(p.proof, proofPath(log, d)) {
		out = append(out, "revision")
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// reviewDiffers names what the ClaimReview says otherwise than document and log.
func (w *watch) reviewDiffers(p *page, id string, d document, t text) (out []string) {
	r := p.review
	if r == nil {
		return []string{"absent"}
	}
	first, last := w.entries[id][0], w.entries[id][len(w.entries[id])-1]
	const second = "2006-01-02T15:04:05Z"
	modified := ""
	if d.Rev > 1 {
		modified = last.Time.Format(second)
	}
	for what, same := range map[string]bool{
		"claim": r.Claim == t.Claim, "headline": r.Headline == t.Statement, "summary": r.Summary == t.Summary,
		"revision": r.ID == id && r.Version == d.Rev, "status": r.Status == "Published",
		"rating":    r.Rating.Value == number(d.Rating) && r.Rating.Name == p.rating && w.rated(t.Lang, d.Rating, r.Rating.Name),
		"published": r.Published == first.Time.Format(second), "modified": r.Modified == modified,
		"sources": len(r.Sources) == len(d.Evidence),
	} {
		if !same {
			out = append(out, what)
		}
	}
	slices.Sort(out)
	return out
}

// rated reports whether the name of a rating is the one it has on other pages of
// this language, and no other rating's. A desk may choose the names; it may not
// show one rating under the name of another.
func (w *watch) rated(lang, code, name string) bool {
	for key, other := range w.named {
		if (other == name) != (key == lang+" "+code) && strings.HasPrefix(key, lang+" ") {
			return false
		}
	}
	w.named[lang+" "+code] = name
	return name != ""
}

// number is the value of a rating in ClaimReview, 0 for one outside the scale
// from false to true.
func number(code string) int {
	return 1 + slices.Index([]string{"false", "mostly-false", "half-true", "mostly-true", "true"}, code)
}

func proofPath(log string, d document) string {
	return log + "/proof/" + d.Verdict + "/" + itoa(d.Rev) + ".tlog-proof"
}

// locations are the addresses in a sitemap or in an index of sitemaps.
func locations(b []byte) (out []string) {
	dec := xml.NewDecoder(bytes.NewReader(b))
	for {
		t, err := dec.Token()
		if err != nil {
			return out
		}
		var loc string
		if s, ok := t.(xml.StartElement); ok && s.Name.Local == "loc" && dec.DecodeElement(&loc, &s) == nil {
			out = append(out, strings.TrimSpace(loc))
		}
	}
}

// words is the text below an element, white space joined.
func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return squeeze(b.String())
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

func attribute(n *html.Node, key string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// grand is the ancestor so many levels up, nil when there is none.
func grand(n *html.Node, levels int) *html.Node {
	for ; n != nil && levels > 0; levels-- {
		n = n.Parent
	}
	return n
}
