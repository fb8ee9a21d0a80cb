package feeds

import (
	"encoding/xml"
	"errors"
	"io"
	"time"
)

// MaxSitemap is how many pages one sitemap may list (sitemaps.org). A desk
// with more writes several and a SitemapIndex.
const MaxSitemap = 50_000

// ErrTooMany: more than MaxSitemap pages.
var ErrTooMany = errors.New("feeds: too many pages for one sitemap")

// Page is one address of a sitemap.
type Page struct {
	URL      string
	Modified time.Time // zero: not known
	Versions []Version // the same page in each language, itself included; may be empty
}

// Version is a page in one language.
type Version struct{ Lang, URL string }

type (
	sitemapDoc struct {
		XMLName xml.Name      `xml:"urlset"`
		NS      string        `xml:"xmlns,attr"`
		XHTML   string        `xml:"xmlns:xhtml,attr"`
		Pages   []sitemapPage `xml:"url"`
	}
	sitemapPage struct {
		URL      string        `xml:"loc"`
		Modified string        `xml:"lastmod,omitempty"`
		Versions []sitemapLang `xml:"xhtml:link"`
	}
	sitemapLang struct {
		Rel  string `xml:"rel,attr"`
		Lang string `xml:"hreflang,attr"`
		Href string `xml:"href,attr"`
	}
	indexDoc struct {
		XMLName xml.Name      `xml:"sitemapindex"`
		NS      string        `xml:"xmlns,attr"`
		Maps    []sitemapPage `xml:"sitemap"`
	}
)

const sitemapNS = "http://www.sitemaps.org/schemas/sitemap/0.9"

// Sitemap writes a list of pages with their versions in other languages.
func Sitemap(w io.Writer, pages []Page) error {
	d := sitemapDoc{NS: sitemapNS, XHTML: "http://www.w3.org/1999/xhtml"}
	list, err := sitemapPages(pages)
	if err != nil {
		return err
	}
	d.Pages = list
	return writeXML(w, d)
}

// SitemapIndex writes a list of sitemaps; their Versions are not written.
func SitemapIndex(w io.Writer, maps []Page) error {
	list, err := sitemapPages(maps)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Versions = nil
	}
	return writeXML(w, indexDoc{NS: sitemapNS, Maps: list})
}

func sitemapPages(pages []Page) ([]sitemapPage, error) {
	if len(pages) > MaxSitemap {
		return nil, ErrTooMany
	}
	out := make([]sitemapPage, 0, len(pages))
	for _, p := range pages {
		if p.URL == "" {
			return nil, ErrIncomplete
		}
		s := sitemapPage{URL: clean(p.URL)}
		if !p.Modified.IsZero() {
			s.Modified = rfc3339(p.Modified)
		}
		for _, v := range p.Versions {
			s.Versions = append(s.Versions, sitemapLang{Rel: "alternate", Lang: clean(v.Lang), Href: clean(v.URL)})
		}
		out = append(out, s)
	}
	return out, nil
}
