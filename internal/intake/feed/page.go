package feed

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	readability "codeberg.org/readeck/go-readability"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Limits of a page whose text is wanted.
const (
	maxElements = 20_000  // elements of a page; newspapers have a few thousand
	maxPage     = 3 << 20 // bytes; what comes after is cut
)

// Page is the text of a web page without what stands around it. Who wrote it
// is not in it.
type Page struct {
	Title     string
	Text      string // paragraphs, one a line
	Lang      string // as the page tells, "" if it does not
	Published time.Time
	Canonical string // http(s) address the page gives as its own, "" if none
}

// ReadPage finds the text of a page with the readability library. It reports
// false when the page has no text worth the name.
func ReadPage(body []byte, contentType, address string) (p Page, ok bool) {
	at, err := url.Parse(address)
	if err != nil {
		at = &url.URL{}
	}
	text, _ := decode(body[:min(len(body), maxPage)], contentType)
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return p, false
	}
	h := headOf(doc, at)
	p.Canonical, p.Lang, p.Published = h.canonical, h.lang, h.published
	dropNames(doc)
	parser := readability.NewParser()
	parser.MaxElemsToParse = maxElements
	found, err := parser.ParseDocument(doc, at)
	if err != nil || found.Node == nil {
		return p, false
	}
	p.Title = plain(found.Title, maxTitle)
	var inner bytes.Buffer
	if err := html.Render(&inner, found.Node); err != nil {
		return p, false
	}
	p.Text = plain(inner.String(), maxText)
	p.Lang = prefer(p.Lang, found.Language)
	if p.Published.IsZero() && found.PublishedTime != nil {
		p.Published = found.PublishedTime.UTC()
	}
	return p, len(p.Text) >= 140
}

// pageHead is what a page says of itself.
type pageHead struct {
	canonical, lang string
	published       time.Time
	feeds           []string
}

// feedTypes are the media types by which pages name their feeds.
var feedTypes = []string{"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "application/xml", "text/xml"}

// headOf walks the elements of a page for its own address, its date and its
// feeds.
func headOf(doc *html.Node, at *url.URL) pageHead {
	var h pageHead
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.DataAtom {
		case atom.Html:
			h.lang = value(n, "lang")
		case atom.Link:
			rel := strings.Fields(strings.ToLower(value(n, "rel")))
			switch {
			case slices.Contains(rel, "canonical"):
				h.canonical = link(value(n, "href"), at)
			case slices.Contains(rel, "alternate") && slices.Contains(feedTypes, strings.ToLower(value(n, "type"))):
				if u, err := at.Parse(value(n, "href")); err == nil && feedURL(u.String()) != "" {
					h.feeds = append(h.feeds, u.String())
				}
			}
		case atom.Meta:
			name := strings.ToLower(value(n, "property") + value(n, "name") + value(n, "itemprop"))
			if name == "article:published_time" || name == "datepublished" || name == "pubdate" {
				h.published = earliest(h.published, date(value(n, "content")))
			}
		case atom.Script:
			if strings.EqualFold(value(n, "type"), "application/ld+json") && n.FirstChild != nil {
				h.published = earliest(h.published, linkedDate(n.FirstChild.Data))
			}
		}
	}
	return h
}

// nameMarks are the marks by which pages name who wrote them.
var nameMarks = []string{"byline", "author", "tac-gia", "tacgia", "writer", "reporter"}

// longName is how long the text of an element may be that holds nothing but a
// name and a place.
const longName = 80

// dropNames takes the elements out that say who wrote the page. The library
// finds one such line; newspapers often have two.
func dropNames(doc *html.Node) {
	var gone []*html.Node
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.DataAtom == atom.Body || n.DataAtom == atom.Html {
			continue
		}
		mark := strings.ToLower(value(n, "class") + " " + value(n, "rel") + " " + value(n, "itemprop"))
		if slices.ContainsFunc(nameMarks, func(m string) bool { return strings.Contains(mark, m) }) && len([]rune(textOf(n))) <= longName {
			gone = append(gone, n)
		}
	}
	for _, n := range gone {
		if n.Parent != nil {
			n.Parent.RemoveChild(n)
		}
	}
}

// textOf is the text below a node, as far as it matters to longName.
func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && b.Len() <= 4*longName {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

// linkedDate finds datePublished in JSON-LD.
func linkedDate(s string) time.Time {
	var v any
	if len(s) > 256<<10 || json.Unmarshal([]byte(s), &v) != nil {
		return time.Time{}
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for i := 0; i < len(list) && i < 100; i++ { // the list grows
		m, _ := list[i].(map[string]any)
		if graph, ok := m["@graph"].([]any); ok {
			list = append(list, graph[:min(len(graph), 50)]...)
		}
		if t := date(str(m["datePublished"])); !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// earliest keeps the first date that was told.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

// value is an attribute of a node.
func value(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// Discover lists the addresses of feeds that a page names, at most ten.
func Discover(body []byte, contentType, address string) []string {
	at, err := url.Parse(address)
	if err != nil {
		return nil
	}
	text, _ := decode(body[:min(len(body), maxPage)], contentType)
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return nil
	}
	feeds := headOf(doc, at).feeds
	return feeds[:min(len(feeds), 10)]
}
