package evidence

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"soi/internal/desk"
)

// maxReplay is the most bytes that a page shown again may have: a page can name
// one picture a thousand times.
const maxReplay = 24 << 20

// maxImports is how deep styles may import styles.
const maxImports = 3

// insidePolicy is desk.ReplayPolicy as a page can carry it itself.
const insidePolicy = "default-src 'none'; img-src data:; style-src 'unsafe-inline' data:; font-src data:; form-action 'none'; base-uri 'none'"

// replayer shows one capture again.
type replayer struct {
	load   desk.Load
	byURL  map[string]Record
	budget int
	err    error // of the store: ends the replay
}

// Replay returns the capture as one page in which everything it needs stands
// as data, without scripts, frames, forms and links to elsewhere. banner, if
// any, is shown on top.
func (m Manifest) Replay(load desk.Load, banner string) ([]byte, error) {
	rec, ok := m.page()
	if !ok {
		return nil, ErrManifest
	}
	body, err := load(rec.Payload)
	if err != nil {
		return nil, err
	}
	p := &replayer{load: load, byURL: map[string]Record{}, budget: maxReplay}
	for _, r := range m.Records {
		if r.Role == RoleNeeded {
			p.byURL[cmp.Or(r.For, r.URL)] = r
		}
	}
	switch desk.CaptureKind(m.Kind) {
	case desk.CapturePage:
		return p.page(rec, body, banner)
	case desk.CapturePicture:
		return plainPage(m.Title, banner, `<p><img alt="" src="`+template.HTMLEscapeString(dataURI(rec.Type, body))+`"></p>`), nil
	}
	text := []byte{}
	if len(m.Words) > 0 {
		if text, err = load(m.Words); err != nil {
			return nil, err
		}
	}
	shot := ""
	if len(m.Shot) > 0 {
		b, err := load(m.Shot)
		if err != nil {
			return nil, err
		}
		shot = `<p><img alt="" src="` + dataURI("image/jpeg", b) + `"></p>`
	}
	return plainPage(m.Title, banner, shot+"<pre style=\"white-space:pre-wrap\">"+template.HTMLEscapeString(string(text))+"</pre>"), nil
}

// plainPage is a page around something that is none.
func plainPage(title, banner, inner string) []byte {
	return fmt.Appendf(nil, "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"%s\">"+
		"<meta name=\"viewport\" content=\"width=device-width\"><title>%s</title><style>img{max-width:100%%}</style></head><body>%s%s</body></html>",
		insidePolicy, template.HTMLEscapeString(title), bannerHTML(banner), inner)
}

// bannerStyle keeps the banner apart from whatever the page does.
const bannerStyle = "all:initial;display:block;padding:8px 12px;background:#fff8dc;color:#1a1a1a;border-bottom:2px solid #7a5c00;font:15px/1.6 sans-serif;position:relative;z-index:2147483647"

// bannerHTML says on top that this is a copy.
func bannerHTML(text string) string {
	if text == "" {
		return ""
	}
	return `<div style="` + bannerStyle + `">` + template.HTMLEscapeString(text) + `</div>`
}

// page rewrites a page.
func (p *replayer) page(rec Record, body []byte, banner string) ([]byte, error) {
	d, err := parsePage(body, rec.Type, rec.URL)
	if err != nil {
		return plainPage("", banner, ""), nil // no page that can be read: its text stands beside
	}
	d.rewrite(p.inline(0))
	if p.err != nil {
		return nil, p.err
	}
	d.dress(banner)
	var out bytes.Buffer
	if err := html.Render(&out, d.root); err != nil {
		return plainPage("", banner, ""), nil
	}
	return out.Bytes(), nil
}

// dress puts the encoding, the policy and the banner into the page.
func (d *document) dress(banner string) {
	for n := range d.root.Descendants() {
		switch n.DataAtom {
		case atom.Head:
			n.InsertBefore(element("meta", "http-equiv", "Content-Security-Policy", "content", insidePolicy), n.FirstChild)
			n.InsertBefore(element("meta", "charset", "utf-8"), n.FirstChild)
		case atom.Body:
			if banner != "" {
				b := element("div", "style", bannerStyle)
				b.AppendChild(&html.Node{Type: html.TextNode, Data: banner})
				n.InsertBefore(b, n.FirstChild)
			}
			return
		}
	}
}

// element makes an element with attributes.
func element(name string, pairs ...string) *html.Node {
	n := &html.Node{Type: html.ElementNode, Data: name, DataAtom: atom.Lookup([]byte(name))}
	for i := 0; i+1 < len(pairs); i += 2 {
		n.Attr = append(n.Attr, html.Attribute{Key: pairs[i], Val: pairs[i+1]})
	}
	return n
}

// inline is a resolver that puts captured bytes in the place of an address;
// what was not captured, or is too much, is left out.
func (p *replayer) inline(depth int) resolver {
	return func(address string, kind need) string {
		r, ok := p.byURL[address]
		if !ok || p.err != nil || int64(p.budget) < r.Size*4/3 {
			return ""
		}
		b, err := p.load(r.Payload)
		if err != nil {
			p.err = err
			return ""
		}
		media := mediaType(r.Type)
		switch {
		case kind == needStyle && depth >= maxImports, kind == needStyle && media != "text/css":
			return ""
		case kind == needStyle:
			b = p.style(b, r.URL, depth+1)
		case strings.HasPrefix(media, "text/"):
			return ""
		}
		uri := dataURI(media, b)
		if p.budget < len(uri) {
			return ""
		}
		p.budget -= len(uri)
		return uri
	}
}

// style rewrites a style that was captured.
func (p *replayer) style(css []byte, address string, depth int) []byte {
	base, err := url.Parse(address)
	if err != nil {
		return nil
	}
	return []byte(rewriteCSS(string(css), base, p.inline(depth)))
}

// mediaType is a Content-Type without its parameters, fit for a data address.
func mediaType(contentType string) string {
	t, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	t = strings.TrimSpace(t)
	for _, r := range t {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("/+-.", r) {
			return "application/octet-stream"
		}
	}
	if t == "" {
		return "application/octet-stream"
	}
	return t
}

// dataURI is bytes as an address.
func dataURI(contentType string, b []byte) string {
	return "data:" + mediaType(contentType) + ";base64," + base64.StdEncoding.EncodeToString(b)
}
