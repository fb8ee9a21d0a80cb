package claimreview

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"soi/internal/claimreview/loosejson"
)

// maxProperties bounds what one page's microdata may come to: itemref lets
// elements point at each other.
const maxProperties = 20_000

// micro reads microdata of one page.
type micro struct {
	ids    map[string]*html.Node
	budget int
}

// microdata turns every ClaimReview written as attributes (itemscope,
// itemtype, itemprop) into the value its JSON-LD would be. lines are those of
// the elements with an itemtype, in document order.
func (x *extractor) microdata(root *html.Node, lines []int) {
	x.offset = 0
	m := &micro{ids: map[string]*html.Node{}, budget: maxProperties}
	seen := 0
	// The errors can only say that the page is nested too deeply from here on.
	_ = visit(root, 0, func(n *html.Node) (bool, error) {
		if id := attr(n, "id"); id != "" {
			m.ids[id] = n
		}
		return true, nil
	})
	_ = visit(root, 0, func(n *html.Node) (bool, error) {
		if !hasAttr(n, "itemtype") {
			return true, nil
		}
		line := 0
		if seen++; seen <= len(lines) {
			line = lines[seen-1]
		}
		if strings.Contains(strings.ToLower(attr(n, "itemtype")), "claimreview") {
			v := m.scope(n, 0)
			v.Line = line
			x.value(v)
		}
		if x.err != nil {
			return false, errStop
		}
		return true, nil
	})
}

func hasAttr(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

// scope makes an object of an element with itemscope.
func (m *micro) scope(n *html.Node, depth int) *loosejson.Value {
	v := &loosejson.Value{Kind: loosejson.Object, Whole: true}
	list := &loosejson.Value{Kind: loosejson.Array, Whole: true}
	for t := range strings.FieldsSeq(attr(n, "itemtype")) {
		list.Elements = append(list.Elements, str(t))
	}
	v.Members = append(v.Members, loosejson.Member{Name: "@type", Value: list})
	if id := attr(n, "itemid"); id != "" {
		v.Members = append(v.Members, loosejson.Member{Name: "@id", Value: str(id)})
	}
	m.collect(n, v, depth)
	for ref := range strings.FieldsSeq(attr(n, "itemref")) {
		if at := m.ids[ref]; at != nil && at != n && !m.property(at, v, depth) {
			m.collect(at, v, depth)
		}
	}
	return v
}

// collect adds the properties found below n, not entering nested scopes.
func (m *micro) collect(n *html.Node, v *loosejson.Value, depth int) {
	_ = visit(n, depth, func(c *html.Node) (bool, error) { // see microdata for its error
		return !m.property(c, v, depth), nil
	})
}

// property adds what c says under its itemprop; inner is true when c opens a
// scope of its own.
func (m *micro) property(c *html.Node, v *loosejson.Value, depth int) (inner bool) {
	inner = hasAttr(c, "itemscope")
	m.budget--
	names := strings.Fields(attr(c, "itemprop"))
	if len(names) == 0 || m.budget < 0 || depth > 16 {
		return inner || m.budget < 0
	}
	var value *loosejson.Value
	if inner {
		value = m.scope(c, depth+1)
	} else {
		value = str(content(c))
	}
	for _, name := range names {
		add(v, name, value)
	}
	return inner
}

// add gives v one more value under name; several become an array.
func add(v *loosejson.Value, name string, value *loosejson.Value) {
	for i, m := range v.Members {
		if m.Name != name {
			continue
		}
		if m.Value.Kind != loosejson.Array {
			m.Value = &loosejson.Value{Kind: loosejson.Array, Whole: true, Elements: []*loosejson.Value{m.Value}}
			v.Members[i] = m
		}
		m.Value.Elements = append(m.Value.Elements, value)
		return
	}
	v.Members = append(v.Members, loosejson.Member{Name: name, Value: value})
}

// content is the value of an element as the HTML standard defines it, with
// the content attribute, which many pages put on any element, first.
func content(n *html.Node) string {
	if hasAttr(n, "content") {
		return attr(n, "content")
	}
	key := ""
	switch n.DataAtom {
	case atom.A, atom.Area, atom.Link:
		key = "href"
	case atom.Img, atom.Audio, atom.Video, atom.Source, atom.Iframe, atom.Embed, atom.Track:
		key = "src"
	case atom.Time:
		key = "datetime"
	case atom.Data, atom.Meter:
		key = "value"
	}
	if key != "" && hasAttr(n, key) {
		return attr(n, key)
	}
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && b.Len() < 64<<10 {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func str(s string) *loosejson.Value {
	return &loosejson.Value{Kind: loosejson.String, Text: s, Whole: true}
}
