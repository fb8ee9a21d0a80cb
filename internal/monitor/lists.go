package monitor

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html"

	"soi/internal/tlog"
)

// feedEntry is what the monitor reads of an entry of a feed.
type feedEntry struct {
	URL   string `json:"url"`
	Title string `json:"title"`
}

// readFeed reads the entries of a feed in one of its three forms; false for
// what is none.
func readFeed(b []byte, form string) ([]feedEntry, bool) {
	if form == ".json" {
		var feed struct {
			Items []feedEntry `json:"items"`
		}
		err := json.Unmarshal(b, &feed)
		return feed.Items, err == nil
	}
	feed, err := gofeed.NewParser().Parse(bytes.NewReader(b))
	if err != nil {
		return nil, false
	}
	var out []feedEntry
	for _, i := range feed.Items {
		out = append(out, feedEntry{i.Link, i.Title})
	}
	return out, true
}

// feeds compares the feed of checks, in each language that documents were met
// in and in all three forms, with the log: it names no check that the log does not know, repeats the
// statement of the document, and does not leave out the newest one.
func (w *watch) feeds(ctx context.Context, states map[string]tlog.VerdictState) {
	for _, lang := range w.langs() {
		for _, form := range []string{".json", ".rss", ".atom"} {
			w.feed(ctx, lang, form, states)
		}
	}
}

// feed compares one form of the feed in one language.
func (w *watch) feed(ctx context.Context, lang, form string, states map[string]tlog.VerdictState) {
	path := prefixOf(lang) + "/feed" + form
	b, status := w.get(ctx, path)
	items, ok := readFeed(b, form)
	if status != http.StatusOK || !ok {
		w.find(SiteUnreachable, path, "", "feed")
		return
	}
	seen := map[string]bool{}
	for _, item := range items {
		id := lastOf(item.URL, "/checks/")
		seen[id] = true
		s, known := states[id]
		t, shown := w.texts[lang+" "+id]
		switch {
		case !known || s.Status == tlog.StatusErased:
			w.find(SiteFeed, path, id, "not-in-log")
		case shown && !strings.HasSuffix(squeeze(item.Title), squeeze(t.Statement)):
			w.find(SiteFeed, path, id, "headline")
		}
	}
	if newest := w.newest(lang, states); newest != "" && !seen[newest] {
		w.find(SiteFeed, path, newest, "left-out")
	}
}

// langs are the languages of the documents met, in order.
func (w *watch) langs() (out []string) {
	for key := range w.texts {
		lang, _, _ := strings.Cut(key, " ")
		out = append(out, lang)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// newest is the check in force in a language whose entry is the last.
func (w *watch) newest(lang string, states map[string]tlog.VerdictState) (id string) {
	last := int64(-1)
	for key := range w.texts {
		l, one, _ := strings.Cut(key, " ")
		if s := states[one]; l == lang && s.Index > last {
			id, last = one, s.Index
		}
	}
	return id
}

// lastOf is what stands after a part of an address's path, empty when more
// follows or the part is not in it.
func lastOf(address, part string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	_, id, ok := strings.Cut(u.Path, part)
	if !ok || strings.Contains(id, "/") {
		return ""
	}
	return id
}

// ruling is what the monitor reads of the document of a ruling.
type ruling struct {
	Ruling  string `json:"ruling"`
	Verdict string `json:"verdict"`
	Outcome string `json:"outcome"`
	Reasons []struct {
		Lang string `json:"lang"`
		Text string `json:"text"`
	} `json:"reasons"`
}

// rulings compares the page of every ruling with its document. A ruling whose
// document was erased needs no page.
func (w *watch) rulings(ctx context.Context, entries []tlog.Entry) {
	for _, e := range entries {
		if e.Kind != tlog.KindRuling {
			continue
		}
		b, status := w.get(ctx, w.docPath(e))
		if status != http.StatusOK {
			continue // erased, or named by the audit
		}
		var d ruling
		if json.Unmarshal(b, &d) != nil || d.Ruling != e.Ruling || d.Verdict != e.Verdict || d.Outcome != e.Outcome {
			w.find(SiteDocument, w.docPath(e), e.Verdict, "ruling")
			continue
		}
		for _, r := range d.Reasons {
			path := prefixOf(r.Lang) + "/appeals/" + e.Ruling
			page, status := w.get(ctx, path)
			switch {
			case status == 0 || status >= http.StatusInternalServerError:
				w.find(SiteUnreachable, path, e.Verdict, "ruling")
			case status != http.StatusOK:
				w.find(SiteRuling, path, e.Verdict, "removed")
			default:
				w.pages++
				if !shows(page, r.Text) {
					w.find(SiteRuling, path, e.Verdict, "reasons")
				}
			}
		}
	}
}

// shows reports whether a page holds a text, paragraph by paragraph.
func shows(page []byte, text string) bool {
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return false
	}
	all := words(root)
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if !strings.Contains(all, squeeze(part)) {
			return false
		}
	}
	return true
}

// channels compares the register of real channels with the log: a line that
// stands by the log is shown, and no other is.
func (w *watch) channels(ctx context.Context, entries []tlog.Entry) {
	last := map[string]tlog.Entry{}
	for _, e := range entries {
		if e.Kind == tlog.KindChannel {
			last[e.Channel] = e
		}
	}
	if len(last) == 0 {
		return
	}
	const path = "/channels"
	b, status := w.get(ctx, path)
	root, err := html.Parse(bytes.NewReader(b))
	if status != http.StatusOK || err != nil {
		w.find(SiteUnreachable, path, "", "channels")
		return
	}
	w.pages++
	shown := map[string]string{}
	for n := range root.Descendants() {
		if id, ok := strings.CutPrefix(attribute(n, "id"), "c-"); ok && n.Data == "li" {
			shown[id] = words(n)
		}
	}
	for id, e := range last {
		line, there := shown[id]
		delete(shown, id)
		switch stands := e.State == "proved" || e.State == "gone"; {
		case stands && !there:
			w.find(SiteChannel, path, id, "removed")
		case !stands && there:
			w.find(SiteChannel, path, id, e.State)
		case stands && !w.names(ctx, e, line):
			w.find(SiteChannel, path, id, "address")
		}
	}
	for id := range shown {
		w.find(SiteChannel, path, id, "not-in-log")
	}
}

// names reports whether a line of the register names the address of the logged
// document. Only addresses of sites are compared: those of other kinds are
// shown otherwise than they are kept.
func (w *watch) names(ctx context.Context, e tlog.Entry, line string) bool {
	b, status := w.get(ctx, w.docPath(e))
	var d struct {
		Kind    string `json:"kind"`
		Address string `json:"address"`
	}
	if status != http.StatusOK || json.Unmarshal(b, &d) != nil || d.Kind != "site" || strings.Contains(d.Address, "xn--") {
		return true
	}
	return strings.Contains(line, d.Address)
}
