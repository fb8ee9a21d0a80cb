package feed

import (
	"cmp"
	"encoding/xml"
	"net/url"
	"slices"
	"strings"
	"time"
)

// sitemapPlace is a <url> of a sitemap or a <sitemap> of an index, with the news
// extension (schemas/sitemap-news/0.9).
type sitemapPlace struct {
	Loc  string `xml:"loc"`
	Mod  string `xml:"lastmod"`
	News struct {
		Lang  string `xml:"publication>language"`
		Name  string `xml:"publication>name"`
		Date  string `xml:"publication_date"`
		Title string `xml:"title"`
	} `xml:"http://www.google.com/schemas/sitemap-news/0.9 news"`
}

// sitemapMost is how many addresses of a sitemap are looked at: the limit of
// the protocol.
const sitemapMost = 50_000

// parseSitemap reads a sitemap or an index. Of a sitemap the newest MaxPieces
// are kept: a sitemap holds everything a site ever published.
func parseSitemap(text string, base *url.URL) (Channel, error) {
	c := Channel{Kind: "sitemap"}
	var index []Piece
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = false
	for range 4 * sitemapMost {
		t, err := d.Token()
		if err != nil {
			break // also at a break in the form: what stands before it counts
		}
		start, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "sitemapindex":
			c.Kind = "sitemap-index"
		case "url", "sitemap":
			var p sitemapPlace
			if err := d.DecodeElement(&p, &start); err != nil {
				c.Mended = true
			}
			piece := p.piece(base)
			switch {
			case piece.Link == "":
			case start.Name.Local == "sitemap":
				index = append(index, piece)
			default:
				if c.Lang = prefer(c.Lang, p.News.Lang); c.Title == "" {
					c.Title = plain(p.News.Name, maxTitle)
				}
				c.Pieces = append(c.Pieces, piece)
			}
		}
	}
	newestFirst(index)
	newestFirst(c.Pieces)
	for _, p := range index {
		c.More = append(c.More, p.Link)
	}
	c.Pieces = c.Pieces[:min(len(c.Pieces), MaxPieces)]
	return c, nil
}

// newestFirst sorts by date; those without one keep their order at the end.
func newestFirst(ps []Piece) {
	slices.SortStableFunc(ps, func(a, b Piece) int { return cmp.Compare(b.Published.UnixMilli(), a.Published.UnixMilli()) })
}

// piece takes over what a sitemap says of a page.
func (p sitemapPlace) piece(base *url.URL) Piece {
	l := link(p.Loc, base)
	out := Piece{ID: l, Link: l, Title: plain(p.News.Title, maxTitle), Lang: strings.TrimSpace(p.News.Lang),
		Published: date(p.News.Date), Updated: date(p.Mod)}
	if out.Published.IsZero() {
		out.Published = out.Updated
	}
	if out.Published.IsZero() {
		out.Published = time.Unix(0, 0).UTC() // nothing is told: old
	}
	return out
}
