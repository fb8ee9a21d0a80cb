package post

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// nameList gathers, while a page is read, what names people on it. It exists
// to be cut out and is thrown away with the reader.
type nameList struct {
	full    []string // names as they are shown
	handles []string // short names, without their mark
}

// all is every name, the longest first, so that none leaves a part behind.
func (l *nameList) all() []string {
	out := slices.Clone(l.full)
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(out)
}

// name adds a shown name. Long texts, addresses and words of the surface are
// none.
func (l *nameList) name(s string) {
	s = strings.Join(strings.Fields(s), " ")
	if at := handleIn.FindStringSubmatch(s); at != nil {
		l.handle(at[1])
		s = strings.TrimSpace(handleIn.ReplaceAllString(s, ""))
	}
	if strings.Contains(s, "://") {
		if u, err := url.Parse(s); err == nil {
			l.path(u)
		}
		return
	}
	s = strings.Trim(s, " ,.;:·•|()-–—\"'“”«»")
	if n := len(strings.Fields(s)); n == 0 || n > 7 || len([]rune(s)) > 60 || len([]rune(s)) < 2 || surfaceWord.MatchString(s) {
		return
	}
	l.full = append(l.full, s)
}

// handle adds a short name.
func (l *nameList) handle(s string) {
	s = strings.Trim(strings.TrimSpace(s), "@/.,:;()")
	if len(s) >= 3 && len(s) <= 80 && !strings.ContainsAny(s, " \t\n") && !roomWords[strings.ToLower(s)] && !yearLike.MatchString(s) {
		l.handles = append(l.handles, s)
		if short, _, ok := strings.Cut(s, "@"); ok {
			l.handle(short)
		}
	}
}

// path adds what the path of an address names: /@name, /user/name, /name/posts.
func (l *nameList) path(u *url.URL) {
	s := siteOf(u)
	if s.own != "" {
		l.handle(s.own)
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	for i, p := range parts {
		switch {
		case strings.HasPrefix(p, "@"):
			l.handle(p)
		case i > 0 && slices.Contains([]string{"u", "user", "users", "profile", "people", "member", "members", "in", "author", "id"}, strings.ToLower(parts[i-1])):
			l.handle(memberNumber.ReplaceAllString(p, ""))
		case i == 0 && s.name != "" && s.name != "forum" && len(parts) > 1, i == 0 && len(parts) == 1 && firstNames[s.name]:
			l.handle(p)
		}
	}
	for _, key := range []string{"id", "u", "user", "username", "author"} {
		l.handle(u.Query().Get(key))
	}
}

// firstNames are platforms where an address of one part names a user.
var firstNames = map[string]bool{"facebook": true, "instagram": true, "x": true, "telegram": true, "vk": true, "weibo": true, "zalo": true, "ok": true}

// roomWords are parts of addresses and short words that name nobody.
var roomWords = map[string]bool{"posts": true, "status": true, "reel": true, "reels": true, "watch": true, "video": true, "videos": true,
	"photo": true, "photos": true, "story.php": true, "permalink.php": true, "photo.php": true, "profile.php": true, "groups": true, "share": true,
	"shorts": true, "post": true, "comments": true, "wall": true, "public": true, "page": true, "channel": true, "statuses": true,
	"explore": true, "hashtag": true, "search": true, "questions": true, "feed": true, "update": true, "pulse": true, "pin": true, "web": true,
	"embed": true, "detail": true, "login": true, "home": true, "the": true, "and": true, "www": true, "true": true, "false": true,
	"summary": true, "player": true, "website": true, "article": true}

var (
	handleIn     = regexp.MustCompile(`\(?[@＠]([\p{L}\p{N}_.-]+(?:@[\p{L}\p{N}_.-]+)?)\)?`)
	yearLike     = regexp.MustCompile(`^\d{1,5}$`)
	memberNumber = regexp.MustCompile(`\.\d+$`)
	// surfaceWord is text of the surface that stands where names stand.
	surfaceWord = regexp.MustCompile(`(?i)^(facebook|instagram|threads|x|twitter|tiktok|youtube|zalo|telegram|whatsapp|reddit|bluesky|vk|weibo|medium|wordpress(\.com)?|blogger|substack|tumblr|linkedin|voz|log ?in|sign ?up|đăng (nhập|ký)|follow(ing)?|theo dõi|admin|moderator|member|thành viên|author|tác giả|by|bởi|op|verified|guest|khách|home|trang chủ|post|bài viết|share|chia sẻ|like|thích|comments?|bình luận|blog|posted by|đăng bởi|edited|\d+)$`)
	onPlatform  = regexp.MustCompile(`(?i)^\W*(.{2,60}?)\s+(?:on|trên|via|sur|auf|en|di|no|na|в)\s+(?:X|Twitter|Instagram|Threads|TikTok|Facebook|Reddit|LinkedIn|Bluesky|Tumblr|Medium|Weibo)\b`)
	beforeDash  = regexp.MustCompile(`^(.{2,50}?)\s+[-–—|•·]\s+`)
	nameMarks   = regexp.MustCompile(`(?i)(^|[\s_-])(author|authors|byline|username|user-?name|screen-?name|full-?name|display-?name|nick-?name|nickname|handle|poster|h-card|p-author|p-name--author|fn|avatar|profile|channel-?name|owner|account|creator|contact|User-Name|from_author|post_author|message-name|tac-?gia|vcard)($|[\s_-])`)
	counterWord = regexp.MustCompile(`(?i)\d`)
)

// survey walks the page once: meta, JSON-LD, names, language, time.
func (r *reader) survey() {
	r.meta = map[string]string{}
	for n := range r.doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.DataAtom {
		case atom.Html:
			if r.site.blog || r.site.name == "" {
				r.lang = attr(n, "lang")
			}
		case atom.Meta:
			key := strings.ToLower(attr(n, "property") + attr(n, "name"))
			if _, known := r.meta[key]; key != "" && !known {
				r.meta[key] = attr(n, "content")
			}
			if attr(n, "itemprop") == "datePublished" && r.posted.IsZero() {
				r.posted = moment(attr(n, "content"))
			}
		case atom.Link:
			if strings.Contains(attr(n, "type"), "activity+json") {
				r.fedi = true
			}
		case atom.Script:
			if strings.EqualFold(attr(n, "type"), "application/ld+json") && n.FirstChild != nil {
				r.linked = append(r.linked, linkedThings(n.FirstChild.Data)...)
			}
		case atom.Title:
			r.titleNames(textOf(n))
		}
		r.markupName(n)
	}
	r.metaNames()
	for _, t := range r.linked {
		t.addNames(&r.names)
	}
	r.names.path(r.at)
	if strings.Contains(strings.ToLower(r.meta["generator"]), "mastodon") {
		r.fedi = true
	}
	if r.posted.IsZero() {
		r.posted = moment(r.meta["article:published_time"])
	}
}

// metaNames adds the names that the head of the page gives.
func (r *reader) metaNames() {
	for _, key := range []string{"author", "article:author", "twitter:creator", "og:article:author", "profile:username", "profile:first_name",
		"profile:last_name", "dc.creator", "og:video:director", "parsely-author", "sailthru.author", "og:profile:username"} {
		r.names.name(r.meta[key])
	}
	r.names.name(r.meta["profile:first_name"] + " " + r.meta["profile:last_name"])
	for _, key := range []string{"og:title", "twitter:title", "title"} {
		r.titleNames(r.meta[key])
	}
	for _, key := range []string{"og:url", "al:android:url", "al:ios:url", "og:see_also"} {
		if u, err := url.Parse(r.meta[key]); err == nil && u.Host != "" {
			r.names.path(u)
		}
	}
}

// titleNames adds the name that opens a title, as platforms write them. On a
// blog or a forum the title is the post's.
func (r *reader) titleNames(title string) {
	if title == "" || r.site.blog {
		return
	}
	if m := onPlatform.FindStringSubmatch(title); m != nil {
		r.names.name(m[1])
	}
	for _, m := range handleIn.FindAllStringSubmatchIndex(title, -1) {
		r.names.handle(title[m[2]:m[3]])
		r.names.name(title[:m[0]])
	}
	switch r.site.name {
	case "facebook", "instagram", "telegram", "zalo", "vk", "whatsapp", "viber", "ok", "linkedin":
		if m := beforeDash.FindStringSubmatch(title); m != nil {
			r.names.name(m[1])
		} else {
			r.names.name(title)
		}
	}
}

// markupName adds the text of an element that is marked as a name, and of a
// link to a user's page.
func (r *reader) markupName(n *html.Node) {
	marks := attr(n, "class") + " " + attr(n, "itemprop") + " " + attr(n, "data-testid") + " " + attr(n, "rel") + " " + attr(n, "id")
	if nameMarks.MatchString(marks) || n.DataAtom == atom.A && r.personLink(n) {
		if t := textOf(n); !counterWord.MatchString(t) || len(t) < 30 {
			r.names.name(t)
		}
		r.names.handle(attr(n, "data-username"))
		r.names.handle(attr(n, "data-author"))
	}
	if n.DataAtom == atom.Img && nameMarks.MatchString(marks) {
		r.names.name(attr(n, "alt"))
	}
}

// personLink reports whether a link leads to a user's page.
func (r *reader) personLink(n *html.Node) bool {
	href := attr(n, "href")
	if href == "" || strings.HasPrefix(href, "#") {
		return false
	}
	u, err := r.at.Parse(href)
	if err != nil {
		return true
	}
	return personPath.MatchString(u.Path) || u.Query().Get("author") != ""
}

var personPath = regexp.MustCompile(`(?i)(^|/)(@[\w.-]+|u|users?|profile(\.php)?|members?|people|author|in)(/|$)`)

// attr is the value of an attribute, "" without it.
func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// textOf is the text below a node in one line.
func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
			b.WriteByte(' ')
		}
		if b.Len() > 600 {
			break
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
