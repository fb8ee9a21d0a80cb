package post

import (
	"bytes"
	"errors"
	"io"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// Cut stands where something was taken out of a sentence.
const Cut = "[…]"

// Limits of a page that is read.
const (
	maxPage  = 5 << 20 // bytes; what comes after is not looked at
	maxRunes = 10_000  // of the words of a post
)

// ErrNoWords: nothing on the page is surely the words of the post: a login
// wall, a page of scripts alone, several posts of which none can be told to be
// the one asked for.
var ErrNoWords = errors.New("post: no words that are surely the post's")

// Post is all that may be kept of a private person's post.
type Post struct {
	Words    string    // paragraphs, one a line; Cut stands for what was taken out
	Platform string    // address of the platform, such as https://www.facebook.com/; never of the post or its author
	Lang     string    // as the post's own markup tells, "" if it does not
	Posted   time.Time // UTC, to the minute; zero if the page does not tell
}

// Read finds the words of the post at address in the bytes of its page. The
// error is ErrNoWords when nothing is surely the post's.
func Read(address string, page []byte) (Post, error) {
	at, err := url.Parse(strings.TrimSpace(address))
	if err != nil || at.Host == "" {
		return Post{}, ErrNoWords
	}
	doc, err := parse(page)
	if err != nil {
		return Post{}, ErrNoWords
	}
	site := siteOf(at)
	r := &reader{at: at, site: site, doc: doc}
	r.survey()
	found := r.wordsOf()
	p := Post{Platform: r.platform(), Posted: r.posted, Lang: r.lang}
	p.Words = clean(found.text, r.names.all(), r.names.handles)
	if found.lang != "" {
		p.Lang = found.lang
	}
	if !worth(p.Words) {
		return Post{}, ErrNoWords
	}
	return p, nil
}

// parse reads the page in whatever encoding it says it is in.
func parse(page []byte) (*html.Node, error) {
	page = page[:min(len(page), maxPage)]
	enc, err := charset.NewReader(bytes.NewReader(page), "")
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(enc, 3*maxPage))
	if err != nil {
		return nil, err
	}
	return html.Parse(bytes.NewReader(text))
}

// reader holds one page while it is read; nothing of it is returned but what
// Post has.
type reader struct {
	at     *url.URL
	site   site
	doc    *html.Node
	meta   map[string]string // og:, twitter: and plain meta, the first of each
	linked []thing           // JSON-LD objects, flattened
	names  nameList
	posted time.Time
	lang   string
	fedi   bool // the page says that it speaks ActivityPub
}

// platform is the address of the platform: of the house, never of a room in
// it. A server of the Fediverse that nobody has listed may be one person's
// own, so the network's page stands for it.
func (r *reader) platform() string {
	switch {
	case r.site.home != "":
		return "https://" + r.site.home + "/"
	case r.fedi || fediPath(r.at.Path):
		return "https://joinmastodon.org/"
	case forumPath(r.at):
		return "https://" + r.at.Hostname() + "/"
	}
	return ""
}

// moment reads a date and time as pages write them, to the minute. Dates
// before the web are no dates of posts.
func moment(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02"} {
		t, err := time.Parse(form, s)
		if err == nil && t.Year() >= 1993 && t.Year() < 2100 {
			return t.UTC().Truncate(time.Minute)
		}
	}
	return time.Time{}
}
