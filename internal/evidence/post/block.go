package post

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// dropped are elements that hold none of the words.
var dropped = []atom.Atom{atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Svg, atom.Img, atom.Picture, atom.Video, atom.Audio, atom.Iframe,
	atom.Object, atom.Embed, atom.Canvas, atom.Button, atom.Form, atom.Input, atom.Select, atom.Textarea, atom.Nav, atom.Aside, atom.Footer, atom.Header,
	atom.Time, atom.Figcaption, atom.Figure, atom.Address, atom.Blockquote, atom.Cite, atom.Head, atom.Title, atom.Details, atom.Dialog, atom.Label}

// droppedMarks are classes, ids and roles of elements that hold none of the
// words: other people's, names, counts, the surface.
var droppedMarks = regexp.MustCompile(`(?i)(^|[\s_-])(comments?|comment-?list|repl(y|ies)|respond|author|authors|byline|avatar|user|username|user-?name|user-?info|profile|h-card|mention|vcard|share|sharing|social|likes?|reactions?|counts?|counter|stats?|metrics|views|follow(ers)?|signature|sig|quote|bbcodeblock|related|recommended|sidebar|widget|breadcrumbs?|toolbar|actions?|menu|caption|credit|tags?|footer|header|meta|date|time|timestamp|attribution|embed|invisible|ellipsis|hidden|sr-only|byl|tac-?gia|bio)($|[\s_-])`)

// isDropped reports whether an element and all below it is left out.
func isDropped(n *html.Node) bool {
	if n.Type != html.ElementNode {
		return false
	}
	if slices.Contains(dropped, n.DataAtom) || attr(n, "aria-hidden") == "true" || hasAttr(n, "hidden") || strings.Contains(strings.ReplaceAll(attr(n, "style"), " ", ""), "display:none") {
		return true
	}
	if n.DataAtom == atom.Body || n.DataAtom == atom.Html {
		return false
	}
	return droppedMarks.MatchString(attr(n, "class")) || droppedMarks.MatchString(attr(n, "id")) || droppedMarks.MatchString(attr(n, "itemprop")) ||
		slices.Contains([]string{"navigation", "complementary", "contentinfo", "banner", "button", "dialog"}, attr(n, "role"))
}

// hasAttr reports whether an attribute stands there, with or without a value.
func hasAttr(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

// others are marks of the parts of a page where other people write.
var others = regexp.MustCompile(`(?i)(^|[\s_-])(comments?|comment-?list|repl(y|ies)|respond|related|recommended|sidebar|quoted?)($|[\s_-])`)

// insideDropped reports whether a block stands among comments or in what is
// no text at all. A header around it is no reason to leave it out.
func insideDropped(n *html.Node) bool {
	for p := n; p != nil; p = p.Parent {
		if p.Type != html.ElementNode {
			continue
		}
		if slices.Contains([]atom.Atom{atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Aside, atom.Blockquote, atom.Iframe}, p.DataAtom) {
			return true
		}
		if p.DataAtom != atom.Body && p.DataAtom != atom.Html && (others.MatchString(attr(p, "class")) || others.MatchString(attr(p, "id")) || hasAttr(p, "hidden")) {
			return true
		}
	}
	return false
}

// breaks are elements that begin a line.
var breaks = []atom.Atom{atom.P, atom.Br, atom.Div, atom.Li, atom.Ul, atom.Ol, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Tr, atom.Section,
	atom.Article, atom.Pre, atom.Table, atom.Hr}

// blockText is the text of a block, a paragraph a line, without what
// isDropped leaves out. A link to a user leaves Cut; its text is a name from
// then on.
func blockText(r *reader, n *html.Node) string {
	var b strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if b.Len() > 8*maxRunes {
			return
		}
		switch {
		case n.Type == html.TextNode:
			b.WriteString(strings.ReplaceAll(n.Data, "\n", " "))
			return
		case n.Type == html.ElementNode && n.DataAtom == atom.A && !keptLink(r, n):
			if t := textOf(n); t != "" {
				b.WriteString(" " + Cut + " ")
			}
			return
		case isDropped(n):
			return
		}
		line := n.Type == html.ElementNode && slices.Contains(breaks, n.DataAtom)
		if line {
			b.WriteByte('\n')
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		if line && n.DataAtom != atom.Br {
			b.WriteByte('\n')
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c)
	}
	return b.String()
}

// keptLink reports whether the text of a link is part of the words: a tag
// (#flood) always, on a blog any text that leads elsewhere than to a person.
func keptLink(r *reader, n *html.Node) bool {
	t := textOf(n)
	if strings.HasPrefix(t, "#") {
		return true
	}
	if strings.HasPrefix(t, "@") || droppedMarks.MatchString(attr(n, "class")) || attr(n, "rel") == "author" {
		return false
	}
	if r.at == nil || !r.site.blog {
		return false
	}
	u, err := r.at.Parse(attr(n, "href"))
	return err == nil && !personPath.MatchString(u.Path) && (siteOf(u).name == "" || u.Host == r.at.Host) && u.Scheme != "mailto" && u.Scheme != "tel"
}
