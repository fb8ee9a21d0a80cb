package feed

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// byHand reads what the library gives up on: XML that breaks off, tags that
// do not match, undeclared prefixes, CDF. It walks the tags of the text and
// knows a few names; anything else is passed over. It keeps what stands
// before the break.
func byHand(text string, base *url.URL) (Channel, error) {
	r := reader{base: base, ch: Channel{Kind: "rss", Mended: true}}
	z := html.NewTokenizer(strings.NewReader(cdata(text)))
	known := false
	for len(r.ch.Pieces) < MaxPieces {
		t := z.Next()
		if t == html.ErrorToken {
			break
		}
		if t == html.StartTagToken || t == html.SelfClosingTagToken {
			z.NextIsNotRawText() // title and the like are ordinary names here
		}
		tok := z.Token()
		switch t {
		case html.StartTagToken, html.SelfClosingTagToken:
			known = r.open(tok, t == html.SelfClosingTagToken) || known
		case html.EndTagToken:
			r.close(local(tok.Data))
		case html.TextToken:
			if r.quiet == 0 {
				r.text.WriteString(tok.Data)
			}
		}
	}
	r.end()
	if !known {
		return Channel{}, ErrNotAFeed
	}
	return r.ch, nil
}

// cdata spells character data as escaped text, which the tokenizer reads. A
// section that is not closed goes to the next end of an element.
func cdata(s string) string {
	var b strings.Builder
	closed := true // until none is: the rest is not searched again for each section
	for {
		i := strings.Index(s, "<![CDATA[")
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i+len("<![CDATA["):]
		end, skip := -1, 3
		if closed {
			end = strings.Index(s, "]]>")
		}
		if end < 0 {
			closed, end, skip = false, len(s), 0
			if j := strings.Index(s, "</"); j >= 0 {
				end = j
			}
		}
		b.WriteString(html.EscapeString(s[:end]))
		s = s[end+skip:]
	}
}

// reader is the state of byHand.
type reader struct {
	base  *url.URL
	ch    Channel
	now   *Piece // the piece under way
	text  strings.Builder
	name  string // the element whose text is being collected, "" if none
	deep  int    // how many elements of that name are open
	quiet int    // inside script or style
	image int    // inside an image, which has a title and a link of its own
}

// local is a name without prefix.
func local(name string) string {
	if i := strings.LastIndex(name, ":"); i >= 0 {
		return name[i+1:]
	}
	return name
}

// open takes a start tag; it reports whether it is one that feeds have.
func (r *reader) open(t html.Token, closed bool) bool {
	name := local(t.Data)
	switch name {
	case "rss", "rdf", "feed", "channel":
		if name == "feed" {
			r.ch.Kind = "atom"
		}
		if name == "channel" && attr(t, "href") != "" {
			r.ch.Kind, r.ch.Link = "cdf", link(attr(t, "href"), r.base)
		}
		if l := attr(t, "xml:lang"); l != "" {
			r.ch.Lang = l
		}
		return true
	case "item", "entry":
		r.end()
		changed := date(attr(t, "lastmod"))
		r.now = &Piece{ID: attr(t, "rdf:about"), Link: link(attr(t, "href"), r.base), Published: changed, Updated: changed}
		if closed {
			r.end()
		}
		return true
	case "link", "a":
		if rel := attr(t, "rel"); name == "link" && (rel == "" || rel == "alternate") && attr(t, "href") != "" {
			r.setLink(attr(t, "href"))
		}
	}
	if !closed {
		r.enter(name)
	} else if blocks[name] {
		r.text.WriteByte('\n')
	}
	return false
}

// enter notes an element that is neither channel nor piece.
func (r *reader) enter(name string) {
	switch {
	case name == "image" || name == "textinput":
		r.image++
	case r.name == "" && r.image == 0 && carries(name):
		r.name, r.deep = name, 1
		r.text.Reset()
	case r.name == name:
		r.deep++
	case r.name != "" && (name == "script" || name == "style"):
		r.quiet++
	case r.name != "" && blocks[name]:
		r.text.WriteByte('\n')
	}
}

// carries tells the names that set knows.
func carries(name string) bool {
	switch name {
	case "title", "description", "subtitle", "tagline", "abstract", "link", "language", "guid", "id", "pubdate", "published", "issued", "date",
		"created", "updated", "modified", "lastmod", "summary", "content", "encoded", "body", "fulltext", "fullitem":
		return true
	}
	return false
}

// setLink gives the piece, or the channel, its address if it has none.
func (r *reader) setLink(s string) {
	l := link(s, r.base)
	switch {
	case l == "":
	case r.now != nil && r.now.Link == "":
		r.now.Link = l
	case r.now == nil && r.ch.Link == "":
		r.ch.Link = l
	}
}

// close takes an end tag: the text since its start tag is its value.
func (r *reader) close(name string) {
	switch {
	case name == "item" || name == "entry":
		r.end()
	case name == "image" || name == "textinput":
		r.image = max(0, r.image-1)
	case r.quiet > 0 && (name == "script" || name == "style"):
		r.quiet--
	case r.name == name && r.deep > 1:
		r.deep--
	case r.name == name:
		value := strings.TrimSpace(r.text.String())
		r.text.Reset()
		r.name, r.deep, r.quiet = "", 0, 0
		if value != "" {
			r.set(name, value)
		}
	case r.name != "" && blocks[name]:
		r.text.WriteByte('\n')
	}
}

// set stores a value under the name of its element.
func (r *reader) set(name, value string) {
	if r.now == nil {
		switch name {
		case "title":
			r.ch.Title = prefer(r.ch.Title, plain(value, maxTitle))
		case "description", "subtitle", "tagline", "abstract":
			r.ch.Text = prefer(r.ch.Text, plain(value, maxText))
		case "link":
			r.setLink(value)
		case "language":
			r.ch.Lang = prefer(r.ch.Lang, value)
		}
		return
	}
	p := r.now
	switch name {
	case "title":
		p.Title = prefer(p.Title, plain(value, maxTitle))
	case "link":
		r.setLink(value)
	case "guid", "id":
		p.ID = prefer(p.ID, value)
	case "pubdate", "published", "issued", "date", "created":
		if p.Published.IsZero() {
			p.Published = date(value)
		}
	case "updated", "modified", "lastmod":
		p.Updated = date(value)
	case "description", "summary", "content", "encoded", "body", "abstract", "fulltext", "fullitem":
		if t := plain(value, maxText); len(t) > len(p.Text) {
			p.Text = t
		}
	}
}

// prefer keeps what is there.
func prefer(old, new string) string {
	if old != "" {
		return old
	}
	return new
}

// end finishes the piece under way.
func (r *reader) end() {
	r.text.Reset()
	r.name, r.deep, r.quiet, r.image = "", 0, 0, 0
	if r.now == nil {
		return
	}
	p := *r.now
	r.now = nil
	if p.Link == "" && strings.HasPrefix(p.ID, "http") {
		p.Link = link(p.ID, r.base)
	}
	if p.ID == "" {
		p.ID = p.Link
	}
	r.ch.Pieces = append(r.ch.Pieces, p)
}

// attr is an attribute's value by its whole name.
func attr(t html.Token, name string) string {
	for _, a := range t.Attr {
		if strings.EqualFold(a.Key, name) {
			return a.Val
		}
	}
	return ""
}
