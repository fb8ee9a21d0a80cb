package evidence

import (
	"bytes"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"
)

// maxHTML is the largest page whose parts are looked at.
const maxHTML = 5 << 20

// document is a page that was parsed.
type document struct {
	root *html.Node
	base *url.URL // what its addresses are relative to
}

// parsePage reads a page in whatever encoding it has, as a browser without
// scripts does.
func parsePage(body []byte, contentType, address string) (*document, error) {
	if len(body) > maxHTML {
		return nil, errors.New("page too large to be read")
	}
	at, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	enc, err := charset.NewReader(bytes.NewReader(body), contentType)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(enc, 3*maxHTML))
	if err != nil {
		return nil, err
	}
	root, err := html.ParseWithOptions(bytes.NewReader(text), html.ParseOptionEnableScripting(false))
	if err != nil {
		return nil, err
	}
	d := &document{root: root, base: at}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.DataAtom == atom.Base {
			if b, err := at.Parse(attr(n, "href")); err == nil && (b.Scheme == "http" || b.Scheme == "https") {
				d.base = b
			}
			break
		}
	}
	return d, nil
}

// attr is the value of an attribute, "" if there is none.
func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

// gone are elements that run, frame, or send something, or whose text would be
// written out unescaped.
var gone = []string{"script", "iframe", "frame", "frameset", "object", "embed", "applet", "base", "portal", "template", "noembed",
	"noframes", "audio", "video", "source", "track", "dialog", "fencedframe"}

// renamed are elements whose text a serialiser writes as it is: as an ordinary
// element it is escaped.
var renamed = map[string]string{"noscript": "div", "xmp": "pre", "plaintext": "pre", "listing": "pre", "form": "div"}

// keptAttrs are the attributes that a copy keeps. The rest goes: what runs,
// fetches, sends, or means nothing without scripts.
var keptAttrs = []string{"class", "id", "style", "title", "alt", "width", "height", "colspan", "rowspan", "lang", "dir", "align", "valign",
	"border", "cellpadding", "cellspacing", "bgcolor", "color", "face", "size", "start", "value", "type", "media", "datetime", "cite", "role",
	"aria-label", "aria-hidden", "open", "hidden", "name", "content", "checked", "selected", "disabled", "placeholder", "rows", "cols",
	"viewbox", "d", "fill", "stroke", "stroke-width", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "points", "transform",
	"preserveaspectratio", "xmlns", "opacity", "scope", "headers", "span", "reversed", "nowrap", "charset"}

// lazy are the attributes in which pages put a picture's address until a script
// moves it.
var lazy = []string{"data-src", "data-original", "data-lazy-src", "data-lazy", "data-echo", "data-image"}

// rewrite replaces every address of the page by what resolve says and takes out
// what a copy must not do. Links lead nowhere but within the page.
func (d *document) rewrite(resolve resolver) {
	d.children(d.root, resolve)
}

// children rewrites what is below n.
func (d *document) children(n *html.Node, resolve resolver) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type == html.CommentNode:
			n.RemoveChild(c)
		case c.Type != html.ElementNode:
		case slices.Contains(gone, c.Data) || !d.element(c, resolve):
			n.RemoveChild(c)
		default:
			d.children(c, resolve)
		}
		c = next
	}
}

// element rewrites one element and reports whether it stays.
func (d *document) element(n *html.Node, resolve resolver) bool {
	switch n.Data {
	case "meta":
		return attr(n, "name") == "viewport"
	case "link":
		return d.stylesheet(n, resolve)
	case "style":
		d.styleText(n, resolve)
	case "img", "image", "input":
		if src := replaced(d.pictureOf(n), d.base, needPicture, resolve); src != "" && (n.Data != "input" || attr(n, "type") == "image") {
			defer func() { n.Attr = append(n.Attr, html.Attribute{Key: sourceName(n), Val: src}) }()
		}
	}
	if to, ok := renamed[n.Data]; ok {
		n.Data, n.DataAtom = to, atom.Lookup([]byte(to))
	}
	d.attributes(n, resolve)
	return true
}

// sourceName is the attribute by which an element names its picture.
func sourceName(n *html.Node) string {
	if n.Namespace == "svg" {
		return "href"
	}
	return "src"
}

// pictureOf is the address of an element's picture: the one a script would put
// there, the one that stands there, or the first of a set.
func (d *document) pictureOf(n *html.Node) string {
	if n.Namespace == "svg" {
		for _, a := range n.Attr {
			if a.Key == "href" {
				return a.Val
			}
		}
		return ""
	}
	src := attr(n, "src")
	for _, name := range lazy {
		if v := attr(n, name); v != "" && (src == "" || hasFold(src, "data:") || strings.Contains(v, "://")) {
			return v
		}
	}
	if src == "" {
		src = firstOfSet(attr(n, "srcset"))
	}
	if src == "" {
		src = firstOfSet(attr(n, "data-srcset"))
	}
	if src == "" && n.Parent != nil && n.Parent.Data == "picture" {
		for s := range n.Parent.ChildNodes() {
			if s.Data == "source" && src == "" {
				src = firstOfSet(attr(s, "srcset"))
			}
		}
	}
	return src
}

// firstOfSet is the first address of a srcset.
func firstOfSet(set string) string {
	one, _, _ := strings.Cut(strings.TrimSpace(set), ",")
	if f := strings.Fields(one); len(f) > 0 {
		return f[0]
	}
	return ""
}

// stylesheet rewrites a link; only stylesheets stay.
func (d *document) stylesheet(n *html.Node, resolve resolver) bool {
	rel := strings.Fields(strings.ToLower(attr(n, "rel")))
	if !slices.Contains(rel, "stylesheet") || slices.Contains(rel, "alternate") {
		return false
	}
	to := replaced(attr(n, "href"), d.base, needStyle, resolve)
	if to == "" {
		return false
	}
	media := attr(n, "media")
	if media == "print" && strings.Contains(attr(n, "onload"), "media") {
		media = "" // loaded late, by a script that is not run
	}
	n.Attr = []html.Attribute{{Key: "rel", Val: "stylesheet"}, {Key: "href", Val: to}}
	if media != "" {
		n.Attr = append(n.Attr, html.Attribute{Key: "media", Val: media})
	}
	return true
}

// styleText rewrites the text of a style element.
func (d *document) styleText(n *html.Node, resolve resolver) {
	var text strings.Builder
	for c := range n.ChildNodes() {
		text.WriteString(c.Data)
	}
	for n.FirstChild != nil {
		n.RemoveChild(n.FirstChild)
	}
	// The text is written out as it is, so it must not end its element.
	css := strings.ReplaceAll(rewriteCSS(text.String(), d.base, resolve), "</", `<\/`)
	n.AppendChild(&html.Node{Type: html.TextNode, Data: css})
}

// attributes keeps the harmless ones and rewrites those with addresses.
func (d *document) attributes(n *html.Node, resolve resolver) {
	kept := n.Attr[:0]
	for _, a := range n.Attr {
		key := strings.ToLower(a.Key)
		switch {
		case key == "href" && (n.DataAtom == atom.A || n.Data == "use") && strings.HasPrefix(a.Val, "#"):
		case key == "href" && n.DataAtom == atom.Link, key == "rel" && n.DataAtom == atom.Link:
		case key == "style":
			a.Val = rewriteCSS(a.Val, d.base, resolve)
		case key == "background":
			if a.Val = replaced(a.Val, d.base, needPicture, resolve); a.Val == "" {
				continue
			}
		case !slices.Contains(keptAttrs, key):
			continue
		}
		kept = append(kept, a)
	}
	n.Attr = kept
}

// needs lists what the page needs to be shown, each address once, in the order
// of the page: styles first.
func (d *document) needs() []wanted {
	var l wantList
	d.rewrite(l.want)
	return l.list()
}

// wanted is something a page or a style names.
type wanted struct {
	url  string
	kind need
}

// wantList collects addresses.
type wantList struct {
	styles, rest []wanted
	seen         map[string]bool
}

// want is a resolver that takes note and replaces nothing.
func (l *wantList) want(address string, kind need) string {
	if l.seen == nil {
		l.seen = map[string]bool{}
	}
	if l.seen[address] {
		return "kept:"
	}
	l.seen[address] = true
	if kind == needStyle {
		l.styles = append(l.styles, wanted{address, kind})
	} else {
		l.rest = append(l.rest, wanted{address, kind})
	}
	return "kept:"
}

// list is what was noted.
func (l *wantList) list() []wanted { return append(l.styles, l.rest...) }

// needsOfCSS lists what a style names.
func needsOfCSS(css []byte, address string) []wanted {
	base, err := url.Parse(address)
	if err != nil {
		return nil
	}
	var l wantList
	rewriteCSS(string(css), base, l.want)
	return l.list()
}
