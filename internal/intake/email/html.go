package email

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxHTMLText is where reading the text of an HTML part ends, in bytes.
const maxHTMLText = 256 << 10

// htmlText is the text of an HTML part as a person sees it, and the http(s) links behind it that the text does not show.
// Quotations (blockquote) begin their lines with "> ", as in plain mail. Nothing is fetched.
func htmlText(src string) (text string, links []string) {
	r := &htmlReader{}
	z := html.NewTokenizer(strings.NewReader(src))
	for r.out.Len() < maxHTMLText {
		switch z.Next() {
		case html.ErrorToken:
			return r.text(), r.links
		case html.TextToken:
			r.write(string(z.Text()))
		case html.StartTagToken:
			r.open(z, false)
		case html.SelfClosingTagToken:
			r.open(z, true)
		case html.EndTagToken:
			name, _ := z.TagName()
			r.close(atom.Lookup(name))
		}
	}
	return r.text(), r.links
}

// htmlReader holds what the tags seen so far mean for the text that follows.
type htmlReader struct {
	out    strings.Builder
	links  []string
	hidden atom.Atom // the element whose text is not shown; 0 if it is
	deep   int       // elements of the hidden name inside it
	quote  int       // blockquotes around
	fresh  bool      // something stands on the current line
	space  bool      // a blank is due before the next word
}

// open reads a start tag. Of one that closes itself browsers pass the slash over, but for <svg/>, in which nothing stands.
func (r *htmlReader) open(z *html.Tokenizer, closed bool) {
	name, more := z.TagName()
	tag := atom.Lookup(name)
	if closed && tag == atom.Svg {
		return
	}
	var href string
	hidden := false
	for more {
		var key, val []byte
		key, val, more = z.TagAttr()
		switch string(key) {
		case "href":
			href = string(val)
		case "style":
			style := bytes.ReplaceAll(bytes.ToLower(val), []byte(" "), nil)
			hidden = hidden || bytes.Contains(style, []byte("display:none")) || bytes.Contains(style, []byte("visibility:hidden"))
		case "hidden":
			hidden = true
		}
	}
	if r.hidden != 0 {
		switch {
		case r.hidden == atom.Head && tag == atom.Body, r.hidden == atom.P && tag == atom.P: // the end tag was left out
			r.hidden = 0
		case tag == r.hidden:
			r.deep++
			return
		default:
			return
		}
	}
	switch tag {
	case atom.Script, atom.Style, atom.Head, atom.Title, atom.Template, atom.Noscript, atom.Svg, atom.Object:
		r.hidden = tag
		return
	case atom.A:
		if strings.HasPrefix(href, "http://") || strings.HasPrefix(href, "https://") {
			r.links = append(r.links, href)
		}
	case atom.Blockquote:
		r.line()
		r.quote++
	case atom.Br:
		r.out.WriteByte('\n')
		r.fresh, r.space = false, false
	}
	if hidden && tag != 0 && !void(tag) {
		r.hidden = tag
		return
	}
	if block(tag) {
		r.line()
	}
}

// close reads an end tag.
func (r *htmlReader) close(tag atom.Atom) {
	if r.hidden != 0 {
		if tag == r.hidden {
			if r.deep == 0 {
				r.hidden = 0
			} else {
				r.deep--
			}
		}
		return
	}
	if tag == atom.Blockquote && r.quote > 0 {
		r.line()
		r.quote--
	}
	if block(tag) {
		r.line()
	}
	switch tag {
	case atom.P:
		r.out.WriteByte('\n')
	case atom.Td, atom.Th:
		r.space = true
	}
}

// write adds text, blanks folded as a browser does.
func (r *htmlReader) write(s string) {
	if r.hidden != 0 {
		return
	}
	if strings.TrimLeft(s, blanks) != s {
		r.space = true
	}
	for word := range strings.FieldsSeq(s) {
		switch {
		case !r.fresh:
			r.out.WriteString(strings.Repeat("> ", min(r.quote, 5)))
		case r.space:
			r.out.WriteByte(' ')
		}
		r.out.WriteString(word)
		r.fresh, r.space = true, true
	}
	r.space = strings.TrimRight(s, blanks) != s
}

// blanks are what a browser folds into one, the unbreakable one included.
const blanks = " \t\r\n\u00a0"

// line ends the current line if something stands on it.
func (r *htmlReader) line() {
	if r.fresh {
		r.out.WriteByte('\n')
	}
	r.fresh, r.space = false, false
}

func (r *htmlReader) text() string { return strings.TrimSpace(r.out.String()) }

// void elements have no end tag.
func void(tag atom.Atom) bool {
	switch tag {
	case atom.Img, atom.Br, atom.Hr, atom.Input, atom.Meta, atom.Link, atom.Col, atom.Area, atom.Base, atom.Embed, atom.Source, atom.Wbr:
		return true
	}
	return false
}

// block elements begin and end a line.
func block(tag atom.Atom) bool {
	switch tag {
	case atom.P, atom.Div, atom.Tr, atom.Li, atom.Ul, atom.Ol, atom.Table, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Hr, atom.Pre, atom.Section, atom.Header, atom.Footer, atom.Article, atom.Blockquote, atom.Dd, atom.Dt:
		return true
	}
	return false
}
