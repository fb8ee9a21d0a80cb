package web

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"soi/internal/claimreview/feeds"
	"soi/internal/desk"
)

// feedSize is how many notices a feed carries.
const feedSize = 50

// feedForm is one of the formats of a feed: how its file name ends, its
// media type, what writes it.
type feedForm struct {
	ext, ctype string
	write      func(io.Writer, feeds.Feed, []feeds.Notice) error
}

// feedForms lists the formats.
func feedForms() []feedForm {
	return []feedForm{
		{"rss", "application/rss+xml; charset=utf-8", feeds.RSS},
		{"atom", "application/atom+xml; charset=utf-8", feeds.Atom},
		{"json", "application/feed+json; charset=utf-8", feeds.JSON},
	}
}

// feedRoutes are /feed.EXT and /corrections.EXT in every format.
func (s *Site) feedRoutes() []route {
	var out []route
	for _, f := range feedForms() {
		out = append(out,
			route{pattern: "GET /feed." + f.ext, audience: Public, h: s.feed(f, "feed.checks", "feed.checks.about", "/", s.checkNotices)},
			route{pattern: "GET /corrections." + f.ext, audience: Public, h: s.feed(f, "feed.corrections", "feed.corrections.about", "/corrections", s.correctionNotices)})
	}
	return out
}

// feed answers with a feed in the language of the address.
func (s *Site) feed(f feedForm, title, about, home string, list func(*visit) ([]feeds.Notice, error)) handler {
	return func(v *visit) (answer, error) {
		ns, err := list(v)
		if err != nil {
			return answer{}, err
		}
		own := tongue{v.lang, "/" + v.lang}
		frame := feeds.Feed{
			Title: v.words.t(title, "Desk", s.Config.Name), Description: v.words.t(about),
			Home: s.Config.URL + own.url(home), Self: s.Config.URL + own.url(v.path), Lang: v.lang,
			// A feed without notices has never changed; the formats want a time.
			Publisher: s.Config.Name, Updated: time.Unix(0, 0),
		}
		for _, n := range ns {
			for _, t := range []time.Time{n.Published, n.Updated} {
				if t.After(frame.Updated) {
					frame.Updated = t
				}
			}
		}
		var b bytes.Buffer
		if err := f.write(&b, frame, ns); err != nil {
			return answer{}, err
		}
		return raw(f.ctype, b.Bytes()).fresh(), nil
	}
}

// checkNotices tells of the newest revision of each check written in the
// reader's language. A withdrawal is told too: whoever carried the check on
// must hear of it.
func (s *Site) checkNotices(v *visit) ([]feeds.Notice, error) {
	rs, err := s.Desk.Published(v.Context(), desk.RevisionFilter{Below: s.Signed(), Newest: true, Limit: 2 * feedSize})
	if err != nil {
		return nil, err
	}
	first, err := s.firsts(v.Context(), rs)
	if err != nil {
		return nil, err
	}
	var out []feeds.Notice
	for _, r := range rs {
		n, ok, err := s.notice(v, r)
		if err != nil {
			return nil, err
		}
		if !ok || len(out) == feedSize {
			continue
		}
		n.ID = n.URL
		if at, ok := first[r.Verdict]; ok && r.Rev > 1 {
			n.Published, n.Updated = at, r.At
		}
		out = append(out, n)
	}
	return out, nil
}

// firsts is when each check that has several revisions was first published.
func (s *Site) firsts(ctx context.Context, rs []desk.Revision) (map[desk.ID]time.Time, error) {
	out := map[desk.ID]time.Time{}
	var ids []desk.ID
	for _, r := range rs {
		if r.Rev > 1 {
			ids = append(ids, r.Verdict)
		}
	}
	if len(ids) == 0 {
		return out, nil
	}
	first, err := s.Desk.Published(ctx, desk.RevisionFilter{Below: s.Signed(), Verdicts: ids, Rev: 1, Limit: len(ids)})
	for _, r := range first {
		out[r.Verdict] = r.At
	}
	return out, err
}

// correctionNotices tells of each later revision.
func (s *Site) correctionNotices(v *visit) ([]feeds.Notice, error) {
	rs, err := s.Desk.Published(v.Context(), desk.RevisionFilter{Below: s.Signed(), Kinds: laterKinds(), Limit: feedSize})
	if err != nil {
		return nil, err
	}
	var out []feeds.Notice
	for _, r := range rs {
		n, ok, err := s.notice(v, r)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		n.URL += "/rev/" + strconv.Itoa(r.Rev)
		n.ID = n.URL
		_, headline, _ := strings.Cut(n.Title, ": ")
		n.Title = v.words.t("kind."+string(r.Kind)) + ": " + headline
		if note := r.Doc.Note(v.lang); note != "" {
			n.Summary = note
		}
		out = append(out, n)
	}
	return out, nil
}

// notice is a revision for a feed; false when it is not written in the
// reader's language or was erased. The title begins with the rating, never
// with the claim alone.
func (s *Site) notice(v *visit, r desk.Revision) (feeds.Notice, bool, error) {
	doc, err := s.spoken(v.Context(), r)
	if err != nil {
		return feeds.Notice{}, false, err
	}
	t, ok := doc.Text(v.lang)
	if !ok || r.Erased {
		return feeds.Notice{}, false, nil
	}
	n := feeds.Notice{URL: s.checkURL(r.Verdict, v.lang), Title: markOf(v.words, r.Rating).Word + ": " + t.Statement,
		Summary: t.Summary, Lang: v.lang, Published: r.At}
	if r.Kind == desk.KindWithdraw {
		n.Summary = r.Doc.Note(v.lang)
	}
	if doc.Topic != "" {
		n.Topics = []string{v.words.t("topic." + doc.Topic)}
	}
	return n, true, nil
}

// sitemap answers GET /sitemap.xml: the still pages and every check in force,
// each with its languages.
func (s *Site) sitemap(v *visit) (answer, error) {
	var pages []feeds.Page
	for _, p := range []string{"/", "/checks", "/corrections", "/about", "/log", "/privacy"} {
		pages = append(pages, s.sitemapPage(p, Languages(), time.Time{}))
	}
	for last := int64(0); len(pages) < feeds.MaxSitemap-1000; {
		rs, err := s.Desk.Published(v.Context(), desk.RevisionFilter{Below: s.Signed(), Newest: true, Before: last, Limit: 500})
		if err != nil {
			return answer{}, err
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
	var b bytes.Buffer
	if err := feeds.Sitemap(&b, pages); err != nil {
		return answer{}, err
	}
	return raw("application/xml; charset=utf-8", b.Bytes()).fresh(), nil
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
