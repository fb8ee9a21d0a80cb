package feeds

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Feed is the frame around notices.
type Feed struct {
	Title       string
	Description string    // may be empty
	Home        string    // address of the page for people
	Self        string    // address of this feed
	Lang        string    // BCP 47; may be empty
	Publisher   string    // name of the desk
	Updated     time.Time // of the newest change
}

// Notice is one thing a feed tells of: a check, a correction or a withdrawal.
type Notice struct {
	ID        string // an IRI that never changes, not even with the address; may be the address
	URL       string
	Title     string
	Summary   string // plain text; may be empty
	Lang      string // BCP 47; may be empty
	Topics    []string
	Published time.Time
	Updated   time.Time // zero: never changed
}

// ErrIncomplete: a feed needs title, home, self, publisher and time; a notice
// needs id, address, title and time of publication.
var ErrIncomplete = errors.New("feeds: incomplete")

func (f Feed) check(ns []Notice) error {
	if f.Title == "" || f.Home == "" || f.Self == "" || f.Publisher == "" || f.Updated.IsZero() {
		return ErrIncomplete
	}
	for _, n := range ns {
		if n.ID == "" || n.URL == "" || n.Title == "" || n.Published.IsZero() {
			return ErrIncomplete
		}
	}
	return nil
}

func (n Notice) updated() time.Time {
	if n.Updated.IsZero() {
		return n.Published
	}
	return n.Updated
}

// clean removes what XML 1.0 cannot hold (section 2.2): control characters
// other than tab and line ends, surrogates, U+FFFE and U+FFFF, and bytes that
// are not UTF-8.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r',
			r >= 0x20 && r <= 0xD7FF && r != utf8.RuneError,
			r >= 0xE000 && r <= 0xFFFC,
			r >= 0x10000 && r <= 0x10FFFF:
			return r
		}
		return -1
	}, s)
}

// line is clean on one line, for titles.
func line(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// rfc1123 is the date form of RSS (RFC 822 with four-digit years).
func rfc1123(t time.Time) string { return t.UTC().Format("Mon, 02 Jan 2006 15:04:05 +0000") }

// writeXML writes the declaration and the document.
func writeXML(w io.Writer, v any) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", " ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

type (
	rssDoc struct {
		XMLName xml.Name   `xml:"rss"`
		Version string     `xml:"version,attr"`
		AtomNS  string     `xml:"xmlns:atom,attr"`
		DCNS    string     `xml:"xmlns:dc,attr"`
		Channel rssChannel `xml:"channel"`
	}
	rssChannel struct {
		Title       string      `xml:"title"`
		Link        string      `xml:"link"`
		Description string      `xml:"description"`
		Language    string      `xml:"language,omitempty"`
		LastBuild   string      `xml:"lastBuildDate"`
		Self        atomLink    `xml:"atom:link"`
		Notices     []rssNotice `xml:"item"`
	}
	rssNotice struct {
		Title       string   `xml:"title"`
		Link        string   `xml:"link"`
		GUID        rssGUID  `xml:"guid"`
		Published   string   `xml:"pubDate"`
		Updated     string   `xml:"atom:updated"`
		Language    string   `xml:"dc:language,omitempty"`
		Topics      []string `xml:"category,omitempty"`
		Description string   `xml:"description,omitempty"`
	}
	rssGUID struct {
		PermaLink bool   `xml:"isPermaLink,attr"`
		ID        string `xml:",chardata"`
	}
	atomLink struct {
		Href string `xml:"href,attr"`
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr,omitempty"`
	}
)

// RSS writes RSS 2.0 with atom:link to itself, atom:updated on every notice,
// and guids that are permalinks only where id and address are one. Readers
// take an RSS description for HTML, so the plain summary is escaped for that
// as well.
func RSS(w io.Writer, f Feed, ns []Notice) error {
	if err := f.check(ns); err != nil {
		return err
	}
	c := rssChannel{
		Title: line(f.Title), Link: clean(f.Home), Description: clean(f.Description), Language: clean(f.Lang), LastBuild: rfc1123(f.Updated),
		Self: atomLink{Href: clean(f.Self), Rel: "self", Type: "application/rss+xml"},
	}
	if c.Description == "" {
		c.Description = c.Title // RSS 2.0 requires one
	}
	for _, n := range ns {
		c.Notices = append(c.Notices, rssNotice{
			Title: line(n.Title), Link: clean(n.URL), GUID: rssGUID{PermaLink: n.ID == n.URL, ID: clean(n.ID)},
			Published: rfc1123(n.Published), Updated: rfc3339(n.updated()), Language: clean(n.Lang), Topics: topics(n), Description: html.EscapeString(clean(n.Summary)),
		})
	}
	return writeXML(w, rssDoc{Version: "2.0", AtomNS: "http://www.w3.org/2005/Atom", DCNS: "http://purl.org/dc/elements/1.1/", Channel: c})
}

func topics(n Notice) []string {
	var out []string
	for _, t := range n.Topics {
		if t = line(t); t != "" {
			out = append(out, t)
		}
	}
	return out
}

type (
	atomDoc struct {
		XMLName  xml.Name     `xml:"http://www.w3.org/2005/Atom feed"`
		Lang     string       `xml:"xml:lang,attr,omitempty"`
		ID       string       `xml:"id"`
		Title    string       `xml:"title"`
		Subtitle string       `xml:"subtitle,omitempty"`
		Updated  string       `xml:"updated"`
		Desk     atomDesk     `xml:"author"` // Atom's word for who publishes
		Links    []atomLink   `xml:"link"`
		Notices  []atomNotice `xml:"entry"`
	}
	atomDesk struct {
		Name string `xml:"name"`
		URI  string `xml:"uri,omitempty"`
	}
	atomNotice struct {
		Lang      string      `xml:"xml:lang,attr,omitempty"`
		ID        string      `xml:"id"`
		Title     string      `xml:"title"`
		Link      atomLink    `xml:"link"`
		Published string      `xml:"published"`
		Updated   string      `xml:"updated"`
		Topics    []atomTopic `xml:"category"`
		Summary   string      `xml:"summary,omitempty"`
	}
	atomTopic struct {
		Term string `xml:"term,attr"`
	}
)

// Atom writes Atom 1.0. The feed's id is its own address, its author the desk.
func Atom(w io.Writer, f Feed, ns []Notice) error {
	if err := f.check(ns); err != nil {
		return err
	}
	d := atomDoc{
		Lang: clean(f.Lang), ID: clean(f.Self), Title: line(f.Title), Subtitle: clean(f.Description), Updated: rfc3339(f.Updated),
		Desk:  atomDesk{Name: line(f.Publisher), URI: clean(f.Home)},
		Links: []atomLink{{Href: clean(f.Self), Rel: "self", Type: "application/atom+xml"}, {Href: clean(f.Home), Rel: "alternate", Type: "text/html"}},
	}
	for _, n := range ns {
		a := atomNotice{
			Lang: clean(n.Lang), ID: clean(n.ID), Title: line(n.Title), Link: atomLink{Href: clean(n.URL), Rel: "alternate", Type: "text/html"},
			Published: rfc3339(n.Published), Updated: rfc3339(n.updated()), Summary: clean(n.Summary),
		}
		for _, t := range topics(n) {
			a.Topics = append(a.Topics, atomTopic{Term: t})
		}
		d.Notices = append(d.Notices, a)
	}
	return writeXML(w, d)
}

type (
	jsonDoc struct {
		Version     string       `json:"version"`
		Title       string       `json:"title"`
		Home        string       `json:"home_page_url"`
		Self        string       `json:"feed_url"`
		Description string       `json:"description,omitempty"`
		Language    string       `json:"language,omitempty"`
		Notices     []jsonNotice `json:"items"`
	}
	jsonNotice struct {
		ID        string   `json:"id"`
		URL       string   `json:"url"`
		Title     string   `json:"title"`
		Text      string   `json:"content_text"`
		Published string   `json:"date_published"`
		Modified  string   `json:"date_modified"`
		Language  string   `json:"language,omitempty"`
		Topics    []string `json:"tags,omitempty"`
	}
)

// JSON writes JSON Feed 1.1.
func JSON(w io.Writer, f Feed, ns []Notice) error {
	if err := f.check(ns); err != nil {
		return err
	}
	d := jsonDoc{
		Version: "https://jsonfeed.org/version/1.1", Title: line(f.Title), Home: f.Home, Self: f.Self, Description: clean(f.Description),
		Language: f.Lang, Notices: []jsonNotice{},
	}
	for _, n := range ns {
		text := clean(n.Summary)
		if text == "" {
			text = line(n.Title) // the format requires content
		}
		d.Notices = append(d.Notices, jsonNotice{
			ID: n.ID, URL: n.URL, Title: line(n.Title), Text: text, Published: rfc3339(n.Published), Modified: rfc3339(n.updated()),
			Language: n.Lang, Topics: topics(n),
		})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	return enc.Encode(d)
}
