package web

import (
	"bytes"
	"io"
	"strconv"
	"time"

	"soi/internal/claimreview/feeds"
	"soi/internal/desk"
)

// sitemapPart is how many pages one file of the sitemap lists. Each page stands
// there once, with its languages.
const sitemapPart = feeds.MaxSitemap

// sitemap answers GET /sitemap.xml: every page that does not change with the
// reader, and an index of several files where they are too many for one.
func (s *Site) sitemap(v *visit) (answer, error) {
	pages, err := s.sitemapPages(v)
	if err != nil {
		return answer{}, err
	}
	if len(pages) <= sitemapPart {
		return sitemapFile(feeds.Sitemap, pages)
	}
	var parts []feeds.Page
	for i := 0; i*sitemapPart < len(pages); i++ {
		parts = append(parts, feeds.Page{URL: s.Config.URL + "/sitemap/" + strconv.Itoa(i+1)})
	}
	return sitemapFile(feeds.SitemapIndex, parts)
}

// sitemapOf answers GET /sitemap/{n}, one of several files.
func (s *Site) sitemapOf(v *visit) (answer, error) {
	n, err := strconv.Atoi(v.PathValue("n"))
	if err != nil || n < 1 || n > 1000 {
		return answer{}, desk.ErrNotFound
	}
	pages, err := s.sitemapPages(v)
	if err != nil {
		return answer{}, err
	}
	if (n-1)*sitemapPart >= len(pages) {
		return answer{}, desk.ErrNotFound
	}
	return sitemapFile(feeds.Sitemap, pages[(n-1)*sitemapPart:min(n*sitemapPart, len(pages))])
}

// sitemapFile writes one file.
func sitemapFile(write func(io.Writer, []feeds.Page) error, pages []feeds.Page) (answer, error) {
	var b bytes.Buffer
	if err := write(&b, pages); err != nil {
		return answer{}, err
	}
	return raw("application/xml; charset=utf-8", b.Bytes()).fresh(), nil
}

// sitemapPages lists every page that leads somewhere: the still ones, the lists,
// every check in force, explainers and rulings.
func (s *Site) sitemapPages(v *visit) ([]feeds.Page, error) {
	pages, err := s.sitemapLists(v)
	if err != nil {
		return nil, err
	}
	for last := int64(0); ; {
		rs, err := s.Desk.Published(v.Context(), desk.RevisionFilter{Below: s.Signed(), Newest: true, Before: last, Limit: 500})
		if err != nil {
			return nil, err
		}
		for _, r := range rs {
			last = r.LogIndex
			var langs []string
			for _, t := range r.Doc.Texts {
				langs = append(langs, t.Lang)
			}
			if r.Kind != desk.KindWithdraw && !r.Erased && len(langs) > 0 {
				pages = append(pages, s.sitemapPage("/checks/"+string(r.Verdict), langs, r.At))
			}
		}
		if len(rs) < 500 {
			break
		}
	}
	told, err := s.Desk.PublishedExplainers(v.Context())
	if err != nil {
		return nil, err
	}
	for _, r := range told {
		var langs []string
		for _, t := range r.Doc.Texts {
			langs = append(langs, t.Lang)
		}
		pages = append(pages, s.sitemapPage("/explainers/"+string(r.Explainer), langs, r.At))
	}
	return s.sitemapRulings(v, pages)
}

// sitemapRulings adds the rulings on appeals.
func (s *Site) sitemapRulings(v *visit, pages []feeds.Page) ([]feeds.Page, error) {
	for before := int64(0); ; {
		rs, err := s.Desk.PublicRulings(v.Context(), "", "", s.Signed(), before, 100)
		if err != nil || len(rs) == 0 {
			return pages, err
		}
		for _, r := range rs {
			before = r.LogIndex
			if !r.Erased {
				pages = append(pages, s.sitemapPage("/appeals/"+string(r.Ruling), s.langs, r.At))
			}
		}
	}
}

// sitemapPage is a page in the languages it is written in.
func (s *Site) sitemapPage(path string, langs []string, at time.Time) feeds.Page {
	p := feeds.Page{Modified: at}
	for _, lang := range langs {
		if s.books[lang] == nil {
			continue
		}
		p.Versions = append(p.Versions, feeds.Version{Lang: lang, URL: s.Config.URL + tongue{lang, "/" + lang}.url(path)})
	}
	p.URL = s.Config.URL + path
	if len(p.Versions) > 0 {
		p.URL = p.Versions[0].URL
	}
	return p
}
