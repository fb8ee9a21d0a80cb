package web

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
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

// feedList is a list that can be followed as a feed, at /NAME.EXT.
type feedList struct {
	name         string
	title, about string // keys of words
	home         string // the page of the same list, for people
	budget       string // on which requests draw; "" for none
	list         func(*visit) ([]feeds.Notice, error)
}

// feedLists is everything that can be followed. What narrows a list on its page
// narrows its feed.
func (s *Site) feedLists() []feedList {
	return []feedList{
		{"feed", "feed.checks", "feed.checks.about", "/", "", s.checkNotices},
		{"checks", "feed.checks", "feed.checks.about", "/checks", "", s.checkNotices},
		{"corrections", "feed.corrections", "feed.corrections.about", "/corrections", "", s.correctionNotices},
		{"withdrawals", "feed.withdrawals", "feed.withdrawals.about", "/corrections", "", s.withdrawalNotices},
		{"explainers", "feed.explainers", "feed.explainers.about", "/explainers", "", s.explainerNotices},
		{"appeals", "feed.rulings", "feed.rulings.about", "/appeals", "", s.rulingNotices},
		{"digests", "feed.digests", "feed.digests.about", "/digests", "", s.digestNotices},
		{"search", "feed.search", "feed.search.about", "/search", budgetSearch, s.searchNotices},
	}
}

// feedRoutes are all lists in every format.
func (s *Site) feedRoutes() []route {
	var out []route
	for _, l := range s.feedLists() {
		for _, f := range feedForms() {
			out = append(out, route{pattern: http.MethodGet + " /" + l.name + "." + f.ext, audience: Public, feed: true, budget: l.budget, h: s.feed(f, l)})
		}
	}
	return out
}

// feed answers with a feed in the language of the address.
func (s *Site) feed(f feedForm, l feedList) handler {
	return func(v *visit) (answer, error) {
		ns, err := l.list(v)
		if err != nil {
			return answer{}, err
		}
		own, narrowed := tongue{v.lang, "/" + v.lang}, narrowing(v)
		frame := feeds.Feed{
			Title: v.words.t(l.title, "Desk", s.Config.Name) + named(v, narrowed), Description: v.words.t(l.about),
			Home: s.Config.URL + own.url(l.home) + asked(narrowed), Self: s.Config.URL + own.url(v.path) + asked(narrowed), Lang: v.lang,
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
		return raw(f.ctype, b.Bytes()).fresh().also("Last-Modified", frame.Updated.UTC().Format(http.TimeFormat)), nil
	}
}

// feedOf is the path, without its ending, and the query of the feed of the list
// that a page shows; all checks for a page that is no list.
func (s *Site) feedOf(v *visit) (path, query string) {
	for _, l := range s.feedLists() {
		if "/"+l.name == v.path {
			return v.path, asked(narrowing(v))
		}
	}
	return "/feed", ""
}

// narrowing is what of the address a feed looks at; values off their lists are
// dropped, so that two addresses of one feed are one.
func narrowing(v *visit) url.Values {
	out, f := url.Values{}, filterOf(v)
	set := func(name, value string) {
		if value != "" {
			out.Set(name, value)
		}
	}
	set("topic", f.Topic)
	set("rating", string(f.Rating))
	if _, ok := desk.LocalityOf(v.query("place")); ok {
		set("place", v.query("place"))
	}
	if q := []rune(v.query("q")); strings.HasPrefix(v.path, "/search") {
		set("q", string(q[:min(len(q), searchMost)]))
		for _, name := range []string{"lang", "year", "kind"} {
			set(name, v.query(name))
		}
	}
	return out
}

// asked is a query with its question mark, or nothing.
func asked(q url.Values) string {
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// named says in words what narrows a feed, for its title.
func named(v *visit, q url.Values) string {
	out := ""
	if t := q.Get("topic"); t != "" {
		out += " · " + v.words.t("topic."+t)
	}
	if r := q.Get("rating"); r != "" {
		out += " · " + markOf(v.words, desk.Rating(r)).Word
	}
	if l, ok := desk.LocalityOf(q.Get("place")); ok {
		out += " · " + l.In(v.lang)
	}
	if words := q.Get("q"); words != "" {
		out += " · " + words
	}
	return out
}

// checkNotices tells of the newest revision of each check written in the
// reader's language. A withdrawal is told too: whoever carried the check on
// must hear of it.
func (s *Site) checkNotices(v *visit) ([]feeds.Notice, error) {
	q := narrowing(v)
	var out []feeds.Notice
	for before, read := int64(0), 0; read < scanMost; {
		rs, err := s.Desk.Published(v.Context(), desk.RevisionFilter{Below: s.Signed(), Newest: true, Topic: q.Get("topic"), Before: before, Limit: 2 * feedSize})
		if err != nil {
			return nil, err
		}
		first, err := s.firsts(v.Context(), rs)
		if err != nil {
			return nil, err
		}
		for _, r := range rs {
			before = r.LogIndex
			if want := q.Get("rating"); want != "" && want != string(r.Rating) {
				continue
			}
			n, ok, err := s.notice(v, r)
			if err != nil || len(out) == feedSize {
				return out, err
			}
			if !ok || q.Has("place") && !slices.Contains(r.Doc.Places, q.Get("place")) {
				continue
			}
			n.ID = n.URL
			if at, ok := first[r.Verdict]; ok && r.Rev > 1 {
				n.Published, n.Updated = at, r.At
			}
			out = append(out, n)
		}
		if read += len(rs); len(rs) < 2*feedSize {
			break
		}
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

// correctionNotices tells of each later revision, withdrawalNotices of those
// that took a check back.
func (s *Site) correctionNotices(v *visit) ([]feeds.Notice, error) {
	return s.laterNotices(v, laterKinds())
}

func (s *Site) withdrawalNotices(v *visit) ([]feeds.Notice, error) {
	return s.laterNotices(v, []desk.Kind{desk.KindWithdraw})
}

// laterNotices tells of each later revision of some kinds.
func (s *Site) laterNotices(v *visit, kinds []desk.Kind) ([]feeds.Notice, error) {
	rs, err := s.Desk.Published(v.Context(), desk.RevisionFilter{Below: s.Signed(), Kinds: kinds, Limit: feedSize})
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
