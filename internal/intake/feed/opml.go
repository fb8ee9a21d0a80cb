package feed

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"strings"
)

// Listed is one feed of an OPML list. Imprint and Reason are attributes of our
// own, which other programs pass over; they are empty in lists of others.
type Listed struct {
	Outlet  string // the outlet's name
	Site    string // address of its front page
	URL     string // address of the feed
	Imprint string
	Reason  string
	Lang    string
}

// outline is an <outline> in both directions.
type outline struct {
	Text    string    `xml:"text,attr"`
	Title   string    `xml:"title,attr,omitempty"`
	Type    string    `xml:"type,attr,omitempty"`
	URL     string    `xml:"xmlUrl,attr,omitempty"`
	Site    string    `xml:"htmlUrl,attr,omitempty"`
	Lang    string    `xml:"language,attr,omitempty"`
	Imprint string    `xml:"urn:soi:outlet imprint,attr,omitempty"`
	Reason  string    `xml:"urn:soi:outlet reason,attr,omitempty"`
	Inner   []outline `xml:"outline"`
}

// opmlDoc is a whole list.
type opmlDoc struct {
	XMLName xml.Name  `xml:"opml"`
	Version string    `xml:"version,attr"`
	Title   string    `xml:"head>title"`
	Body    []outline `xml:"body>outline"`
}

// maxListed bounds a list that somebody brings.
const maxListed = 5000

// ReadOPML reads a list of feeds as other readers write them, folders
// included. A list that breaks off gives what stands before the break; the
// error is ErrNotAFeed when nothing can be read.
func ReadOPML(body []byte) ([]Listed, error) {
	text, _ := decode(body, "")
	if rootOf(text) != "opml" {
		return nil, ErrNotAFeed
	}
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict, d.Entity = false, xml.HTMLEntity
	var out []Listed
	for len(out) < maxListed {
		t, err := d.Token()
		if err != nil {
			break
		}
		start, ok := t.(xml.StartElement)
		if !ok || !strings.EqualFold(start.Name.Local, "outline") {
			continue
		}
		if l := listedOf(start); l.URL != "" {
			out = append(out, l)
		}
	}
	return out, nil
}

// listedOf reads the attributes of an outline; their case differs between
// programs.
func listedOf(start xml.StartElement) Listed {
	var l Listed
	at := &url.URL{}
	for _, a := range start.Attr {
		v := strings.TrimSpace(a.Value)
		switch name := strings.ToLower(a.Name.Local); {
		case name == "xmlurl" || name == "url" && l.URL == "":
			l.URL = feedURL(v)
		case name == "htmlurl":
			l.Site = link(v, at)
		case name == "title":
			l.Outlet = squeeze(v, maxTitle)
		case name == "text" && l.Outlet == "":
			l.Outlet = squeeze(v, maxTitle)
		case name == "language":
			l.Lang = v
		case name == "imprint":
			l.Imprint = link(v, at)
		case name == "reason":
			l.Reason = squeeze(v, maxTitle)
		}
	}
	return l
}

// feedURL accepts http, https and the old feed: spelling. Its query stays as
// it is: to a feed it may mean something.
func feedURL(s string) string {
	s = strings.TrimPrefix(s, "feed:")
	if strings.HasPrefix(s, "//") {
		s = "http:" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || len(s) > maxLink {
		return ""
	}
	return u.String()
}

// WriteOPML writes a list, one outline a feed.
func WriteOPML(w io.Writer, title string, list []Listed) error {
	doc := opmlDoc{Version: "2.0", Title: title}
	for _, l := range list {
		doc.Body = append(doc.Body, outline{Text: l.Outlet, Title: l.Outlet, Type: "rss", URL: l.URL, Site: l.Site, Lang: l.Lang, Imprint: l.Imprint, Reason: l.Reason})
	}
	b, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return fmt.Errorf("write OPML: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, b)
	return err
}
