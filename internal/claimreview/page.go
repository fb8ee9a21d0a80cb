package claimreview

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxPage bounds a web page; fetch stops far earlier.
const maxPage = 16 << 20

// page reads a web page: its JSON-LD scripts, then its microdata.
func (x *extractor) page(r io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(r, maxPage+1))
	if err != nil {
		return err
	}
	if len(data) > maxPage {
		data = data[:maxPage]
		x.trouble(Problem{Kind: JSONBig})
	}
	scripts, itemLines := scan(data)
	root, err := html.Parse(bytes.NewReader(data))
	if err == nil {
		x.head(root)
	}
	for _, s := range scripts {
		if jerr := x.script(s); jerr != nil {
			return jerr
		}
	}
	if err == nil && x.err == nil { // a page nested too deeply to parse still had its scripts read
		x.microdata(root, itemLines)
	}
	return nil
}

// script is one JSON-LD block and the number of lines before it.
type script struct {
	text   string
	offset int
}

// scan goes through the page once for what a tree no longer knows: the lines
// of JSON-LD scripts and of elements with an itemtype.
func scan(data []byte) (scripts []script, itemLines []int) {
	z := html.NewTokenizer(bytes.NewReader(data))
	line, inScript := 0, false
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return scripts, itemLines
		}
		raw := z.Raw()
		breaks := bytes.Count(raw, []byte{'\n'})
		switch kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			for _, a := range t.Attr {
				switch {
				case a.Key == "itemtype":
					itemLines = append(itemLines, line+1)
				case a.Key == "type" && t.DataAtom == atom.Script && kind == html.StartTagToken:
					inScript = strings.Contains(strings.ToLower(a.Val), "ld+json")
				}
			}
		case html.TextToken:
			if inScript {
				scripts = append(scripts, script{text: string(raw), offset: line})
			}
		case html.EndTagToken:
			inScript = false
		}
		line += breaks
	}
}

// script reads one block. A page carries blocks about other things too, so
// damage counts only where the block speaks of a ClaimReview.
func (x *extractor) script(s script) error {
	if !strings.Contains(strings.ToLower(s.text), "claimreview") {
		return nil
	}
	if !strings.Contains(s.text, `"`) && strings.Contains(s.text, "&quot;") {
		s.text = html.UnescapeString(s.text)
	}
	return x.json(strings.NewReader(s.text), s.offset)
}

// head notes the page's language, name and own address.
func (x *extractor) head(root *html.Node) {
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.DataAtom {
		case atom.Html:
			x.pageLang = lang(attr(n, "lang"))
		case atom.Meta:
			if attr(n, "property") == "og:site_name" && x.pageName == "" {
				x.pageName, _ = cut(plain(attr(n, "content")), 200)
			}
		case atom.Link:
			if strings.EqualFold(attr(n, "rel"), "canonical") {
				if u, err := NormalURL(attr(n, "href"), x.opt.URL); err == nil {
					x.opt.URL = u
				}
			}
		case atom.Body:
			return
		}
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// errStop ends a walk early.
var errStop = errors.New("claimreview: stop")

// visit calls f on every element below n in order until f gives an error or
// errStop; it does not go below an element for which f returns false.
func visit(n *html.Node, depth int, f func(*html.Node) (bool, error)) error {
	if depth > 1000 {
		return fmt.Errorf("page nested too deeply: %w", errStop)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		below, err := f(c)
		if err != nil {
			return err
		}
		if below {
			if err := visit(c, depth+1, f); err != nil {
				return err
			}
		}
	}
	return nil
}
