package feed

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mmcdole/gofeed"
)

// Limits of one feed.
const (
	MaxPieces = 500     // pieces taken of one feed, the first it lists
	maxTitle  = 500     // characters of a title
	maxText   = 40_000  // characters of a piece's text
	maxLink   = 2_000   // bytes of an address, which is as long as the desk takes
	maxBytes  = 6 << 20 // bytes of a feed after unpacking: fetch's own limit and room to spare
)

// ErrNotAFeed says that what was read is no feed, sitemap or the like.
// Discover finds the feeds that a page names.
var ErrNotAFeed = errors.New("not a feed")

// Channel is what a feed says, whatever its format. No field holds who wrote
// a piece: such fields of the formats are dropped on reading.
type Channel struct {
	Kind   string        // "rss", "atom", "json", "cdf", "sitemap", "sitemap-index"
	Title  string        // plain text
	Text   string        // the feed's own description, plain text
	Link   string        // http(s) address of the site, "" if not told
	Lang   string        // BCP 47 as told, "" if not
	Wait   time.Duration // how long the feed asks to wait between fetches; 0 if it does not
	Mended bool          // the form is broken; what could be read is here
	Pieces []Piece       // at most MaxPieces
	More   []string      // sitemap index: addresses of the sitemaps, newest first
}

// Piece is one published piece of a channel.
type Piece struct {
	ID        string    // as the feed has it, or the link; "" if it has neither
	Link      string    // http(s) address, resolved; "" if it has none
	Title     string    // plain text
	Text      string    // plain text of what the feed carries of it: a summary or the whole
	Lang      string    // BCP 47 as told, "" if not
	Published time.Time // UTC; zero if not told
	Updated   time.Time // UTC; zero if not told
}

// Parse reads a feed. body is as it came over the wire (also gzip, for
// sitemaps kept as files); contentType is the header of that name, "" if
// unknown; base is the address it came from, "" if unknown. The error is
// ErrNotAFeed and nothing else.
func Parse(body []byte, contentType, base string) (Channel, error) {
	body = unzip(body)
	at, _ := url.Parse(base)
	if at == nil {
		at = &url.URL{}
	}
	if t := bytes.TrimLeft(body, " \t\r\n\ufeff"); len(t) > 0 && t[0] == '{' {
		return parseJSON(t, at)
	}
	text, sure := decode(body, contentType)
	switch root := rootOf(text); root {
	case "":
		return Channel{}, ErrNotAFeed
	case "urlset", "sitemapindex":
		return parseSitemap(text, at)
	case "html":
		return Channel{}, ErrNotAFeed
	case "rss", "rdf", "feed":
		c, ok := byLibrary(text, at)
		if !ok {
			return byHand(text, at)
		}
		c.Mended = !sure
		if c.gaps() {
			if hand, err := byHand(text, at); err == nil {
				c.fill(hand)
			}
		}
		return c, nil
	default:
		return byHand(text, at)
	}
}

// unzip unpacks gzip up to maxBytes; what is no gzip stays as it is.
func unzip(body []byte) []byte {
	if len(body) < 2 || body[0] != 0x1f || body[1] != 0x8b {
		return body
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return body
	}
	out, err := io.ReadAll(io.LimitReader(z, maxBytes+1))
	if len(out) > maxBytes || err != nil && len(out) == 0 {
		return nil
	}
	return out
}

// byLibrary reads with gofeed. It reports false when the library gives up,
// and when it found nothing in a text that has the marks of pieces.
func byLibrary(text string, base *url.URL) (Channel, bool) {
	p := gofeed.NewParser()
	f, err := p.ParseString(text)
	if err != nil || f == nil {
		return Channel{}, false
	}
	c := Channel{Kind: f.FeedType, Title: plain(unbase64(f.Title), maxTitle), Text: plain(unbase64(f.Description), maxText),
		Link: link(f.Link, base), Lang: strings.ReplaceAll(f.Language, "_", "-"), Wait: waitOf(f)}
	site := base
	if c.Link != "" && base.Host == "" {
		site, _ = url.Parse(c.Link)
	}
	for _, i := range f.Items[:min(len(f.Items), MaxPieces)] {
		c.Pieces = append(c.Pieces, pieceOf(i, site))
	}
	if len(c.Pieces) == 0 && (strings.Contains(text, "<item") || strings.Contains(text, "<entry")) {
		return Channel{}, false
	}
	return c, true
}

// gaps reports whether something is missing that the feed may say in a
// dialect the library does not know.
func (c Channel) gaps() bool {
	return c.Title == "" || c.Text == "" || slices.ContainsFunc(c.Pieces, func(p Piece) bool {
		return p.Title == "" || p.Text == "" || p.Link == "" || p.ID == "" || p.Published.IsZero() && p.Updated.IsZero()
	})
}

// fill takes what is missing from another reading of the same feed.
func (c *Channel) fill(o Channel) {
	c.Title, c.Text, c.Link, c.Lang = prefer(c.Title, o.Title), prefer(c.Text, o.Text), prefer(c.Link, o.Link), prefer(c.Lang, o.Lang)
	if len(o.Pieces) != len(c.Pieces) {
		return
	}
	for i := range c.Pieces {
		p, x := &c.Pieces[i], o.Pieces[i]
		if p.ID == p.Link && x.ID != "" {
			p.ID = x.ID
		}
		p.Link, p.Title, p.Text = prefer(p.Link, x.Link), prefer(p.Title, x.Title), prefer(p.Text, x.Text)
		if p.Published.IsZero() {
			p.Published = x.Published
		}
		if p.Updated.IsZero() {
			p.Updated = x.Updated
		}
		p.ID = prefer(p.ID, p.Link)
	}
}

// pieceOf takes over what we keep of a library's item.
func pieceOf(i *gofeed.Item, base *url.URL) Piece {
	p := Piece{ID: strings.TrimSpace(i.GUID), Link: link(i.Link, base)}
	for _, l := range i.Links {
		if p.Link == "" {
			p.Link = link(l, base)
		}
	}
	if p.Link == "" && strings.HasPrefix(p.ID, "http") {
		p.Link = link(p.ID, base)
	}
	p.Title = plain(unbase64(i.Title), maxTitle)
	long, short := plain(unbase64(i.Content), maxText), plain(unbase64(i.Description), maxText)
	p.Text = long
	if len(short) > len(long) {
		p.Text = short
	}
	p.Published, p.Updated = when(i.PublishedParsed, i.Published), when(i.UpdatedParsed, i.Updated)
	if d := i.DublinCoreExt; d != nil {
		p.Lang = first(d.Language)
		if p.Published.IsZero() {
			p.Published = date(first(d.Date))
		}
	}
	if p.ID == "" {
		p.ID = p.Link
	}
	return p
}

// unbase64 reads Atom 0.3's mode="base64" where the library left it: a text
// of nothing but base64 that decodes to HTML.
func unbase64(s string) string {
	t := strings.Join(strings.Fields(s), "")
	if len(t) < 24 || len(t)%4 != 0 {
		return s
	}
	b, err := base64.StdEncoding.DecodeString(t)
	if err != nil || !utf8.Valid(b) || !bytes.ContainsRune(b, '<') {
		return s
	}
	return string(b)
}

// first is the first of a list, "" if there is none.
func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// when is a date the library understood, or one that we do.
func when(t *time.Time, text string) time.Time {
	if t != nil {
		return t.UTC()
	}
	return date(text)
}

// waitOf reads ttl (minutes) and the syndication module's period.
func waitOf(f *gofeed.Feed) time.Duration {
	sy := f.Extensions["sy"]
	get := func(name string) string {
		if es := sy[name]; len(es) > 0 {
			return strings.TrimSpace(es[0].Value)
		}
		return ""
	}
	period := map[string]time.Duration{"hourly": time.Hour, "daily": 24 * time.Hour, "weekly": 7 * 24 * time.Hour,
		"monthly": 30 * 24 * time.Hour, "yearly": 365 * 24 * time.Hour}[get("updatePeriod")]
	if n := atoi(get("updateFrequency")); n > 1 {
		period /= time.Duration(n)
	}
	if ttl := time.Duration(atoi(f.Custom["ttl"])) * time.Minute; ttl > period {
		period = ttl
	}
	return period
}

// atoi reads a small number; 0 for anything else.
func atoi(s string) int {
	n := 0
	for _, r := range strings.TrimSpace(s) {
		if r < '0' || r > '9' || n > 1<<20 {
			return 0
		}
		n = n*10 + int(r-'0')
	}
	return n
}

// link resolves an address and refuses everything but http and https. What
// advertisers hang onto addresses is taken off, so that one piece has one.
func link(s string, base *url.URL) string {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxLink {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	u = base.ResolveReference(u)
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return ""
	}
	u.Host = strings.ToLower(u.Host)
	dropTracking(u)
	if s = u.String(); len(s) > maxLink {
		return "" // longer once its letters are escaped
	}
	return s
}

// dropTracking takes campaign parameters out of the query.
func dropTracking(u *url.URL) {
	if u.RawQuery == "" {
		return
	}
	kept := slices.DeleteFunc(strings.Split(u.RawQuery, "&"), func(kv string) bool {
		name, _, _ := strings.Cut(strings.ToLower(kv), "=")
		return strings.HasPrefix(name, "utm_") || slices.Contains([]string{"fbclid", "gclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid", "zarsrc"}, name)
	})
	u.RawQuery = strings.Join(kept, "&")
}
