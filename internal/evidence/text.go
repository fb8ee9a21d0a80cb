package evidence

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"

	readability "codeberg.org/readeck/go-readability"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"soi/internal/desk"
)

// Limits of a page's text.
const (
	maxElements = 30_000 // elements that the reader of articles looks at
	thinText    = 200    // characters below which a page has hardly said anything
	shortText   = 1_500  // characters below which a phrase in the text counts as what the page is about
)

// reading is what a page says.
type reading struct {
	title, lang, text string
	heading           string // of the first h1
	password          bool   // it has a field for a password
}

// read finds title, language and text of a page. The article is taken where
// one is found; else all that is shown.
func (d *document) read() reading {
	var r reading
	for n := range d.root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.DataAtom {
		case atom.Html:
			r.lang = oneLine(attr(n, "lang"), 20)
		case atom.Title:
			if r.title == "" && n.Namespace == "" {
				r.title = oneLine(textOf(n), desk.MaxLineRunes)
			}
		case atom.H1:
			if r.heading == "" {
				r.heading = oneLine(textOf(n), desk.MaxLineRunes)
			}
		case atom.Input:
			r.password = r.password || strings.EqualFold(attr(n, "type"), "password")
		}
	}
	r.text = d.body()
	if shown := paragraphsOf(d.root); len([]rune(r.text)) < thinText {
		r.text = shown
	}
	r.text = cut(r.text, desk.MaxCopyRunes)
	return r
}

// body is the text of the page's main part, "" if the library finds none. It
// works on a copy: the library takes the tree apart.
func (d *document) body() string {
	var b strings.Builder
	if err := html.Render(&b, d.root); err != nil {
		return ""
	}
	again, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		return ""
	}
	p := readability.NewParser()
	p.MaxElemsToParse = maxElements
	found, err := p.ParseDocument(again, d.base)
	if err != nil || found.Node == nil {
		return ""
	}
	return paragraphsOf(found.Node)
}

// blockLevel are the elements that end a line.
var blockLevel = map[string]bool{"p": true, "div": true, "br": true, "li": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true,
	"h6": true, "tr": true, "section": true, "article": true, "blockquote": true, "figcaption": true, "dt": true, "dd": true, "pre": true,
	"header": true, "footer": true, "title": true, "ul": true, "ol": true, "table": true, "figure": true, "main": true, "nav": true, "aside": true}

// paragraphsOf is the text below a node, a paragraph a line.
func paragraphsOf(n *html.Node) string {
	var lines []string
	var line strings.Builder
	end := func() {
		if s := strings.Join(strings.Fields(line.String()), " "); s != "" {
			lines = append(lines, s)
		}
		line.Reset()
	}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			line.WriteString(n.Data)
		case n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style" || n.Data == "template" || n.Data == "head" || n.Data == "svg"):
			return
		}
		block := n.Type == html.ElementNode && blockLevel[n.Data]
		if block {
			end()
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
		switch {
		case block:
			end()
		case n.Type == html.ElementNode && (n.Data == "td" || n.Data == "th"):
			line.WriteString("\t")
		}
	}
	walk(n)
	end()
	return strings.Join(lines, "\n")
}

// textOf is all text below a node.
func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// oneLine is a text as one line of at most most characters.
func oneLine(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return cut(strings.Join(strings.Fields(s), " "), most)
}

// cut is the beginning of a text.
func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// noSuchPage are the phrases by which sites say, with status 200, that there is
// nothing at an address.
var noSuchPage = regexp.MustCompile(`(?i)không tìm thấy (trang|bài|nội dung|kết quả|đường dẫn)|trang (bạn|này|quý vị)?.{0,40}không (tồn tại|tìm thấy)|` +
	`(bài viết|nội dung|đường dẫn|liên kết)( này| bạn)?.{0,40}(không (còn )?tồn tại|đã bị (xóa|xoá|gỡ)|đã được gỡ)|` +
	`page (was |could |can )?(not|n't) (be )?found|page (does not|doesn't|no longer) exist|(page|article|content|file) .{0,20}(is )?(no longer available|not available|has been removed|was removed)|` +
	`(we (can't|cannot|could not|couldn't) find|looking for .{0,30}(doesn't|does not) exist)|^(lỗi|error)? ?404\b|\b404\b.{0,20}(not found|error|lỗi)|(lỗi|error) 404|^not found$`)

// signIn are the phrases by which sites ask who reads before they show.
var signIn = regexp.MustCompile(`(?i)^(đăng nhập|sign in|log in|login)\b|vui lòng đăng nhập|(đăng ký|đăng nhập) để (đọc|xem) (tiếp|toàn bộ)|` +
	`(subscribe|sign in|log in) to (continue|read|view)|you must (log|sign) in|verify (that )?you are (a )?human|checking your browser|` +
	`enable javascript and cookies to continue`)

// warnings says what a checker should look at: the page answered with success,
// but perhaps not with what was cited.
func (r reading) warnings(asked, got string) []desk.CaptureWarning {
	var out []desk.CaptureWarning
	add := func(is bool, w desk.CaptureWarning) {
		if is {
			out = append(out, w)
		}
	}
	size := len([]rune(r.text))
	top := r.title + "\n" + r.heading
	short := ""
	if size < shortText {
		short = r.text
	}
	matches := func(p *regexp.Regexp) bool {
		for line := range strings.SplitSeq(top+"\n"+short, "\n") {
			if p.MatchString(strings.TrimSpace(line)) {
				return true
			}
		}
		return false
	}
	missing := matches(noSuchPage)
	add(missing, desk.WarnNotFound)
	add(!missing && size < shortText && (matches(signIn) || r.password), desk.WarnSignIn)
	add(!missing && size < thinText, desk.WarnThin)
	add(moved(asked, got), desk.WarnMoved)
	return out
}

// moved reports whether an address led to another host, or from a page to the
// front page.
func moved(asked, got string) bool {
	a, err1 := url.Parse(asked)
	b, err2 := url.Parse(got)
	if err1 != nil || err2 != nil {
		return false
	}
	deep := func(u *url.URL) bool { return strings.Trim(u.Path, "/") != "" || u.RawQuery != "" }
	return site(a) != site(b) || deep(a) && !deep(b)
}

// site is a host without the names that mean the same site.
func site(u *url.URL) string {
	h := strings.ToLower(u.Hostname())
	for _, p := range []string{"www.", "m.", "mobile.", "amp."} {
		h = strings.TrimPrefix(h, p)
	}
	return h
}
