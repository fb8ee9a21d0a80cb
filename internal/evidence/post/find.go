package post

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// found is a text that may be the words of the post, before names are cut.
type found struct{ text, lang string }

// wordsOf looks for the words where they are surest: what the page says of
// itself for machines, then the markup of the platform, then its description.
// A text of the markup is taken only when it is the one block there is or
// agrees with the description; otherwise the description alone is taken.
func (r *reader) wordsOf() found {
	told := r.described()
	if f := r.fromLinked(told); f.text != "" {
		return f
	}
	if f := r.fromMarkup(told); f.text != "" {
		return f
	}
	if told != "" {
		return found{text: told}
	}
	if r.site.blog || r.site.name == "" {
		return r.fromPlainPage()
	}
	return found{}
}

// fromLinked takes the text of the one JSON-LD object that is the post. A page
// with several is a list: none is taken unless the description tells which.
func (r *reader) fromLinked(told string) found {
	var fs []found
	for _, t := range r.linked {
		if !t.is(postTypes...) {
			continue
		}
		text := longest(t.str("articleBody"), t.str("text"), t.str("sharedContent"), t.str("caption"))
		if text == "" && t.is("VideoObject", "ImageObject", "SocialMediaPosting", "DiscussionForumPosting") {
			text = t.str("description")
		}
		if text = strings.TrimSpace(plainOf(text)); text == "" || wall.MatchString(text) {
			continue
		}
		if r.posted.IsZero() {
			r.posted = moment(longest(t.str("datePublished"), t.str("uploadDate"), t.str("dateCreated")))
		}
		fs = append(fs, found{text, t.str("inLanguage")})
	}
	for _, f := range fs {
		if len(fs) == 1 && told == "" || told != "" && agree(f.text, told) {
			return f
		}
	}
	return found{}
}

// blocks are the marks of the element that holds the words of a post, by
// platform; "" is for hosts that are not on the list.
var blocks = map[string][]string{
	"x":         {"tweetText", "tweet-text", "tweet-content"},
	"telegram":  {"tgme_widget_message_text", "js-message_text"},
	"facebook":  {"userContent", "story_body_container"},
	"reddit":    {"usertext-body", "text-body", "md"},
	"vk":        {"wall_post_text", "pi_text"},
	"ok":        {"media-text_cnt_tx"},
	"weibo":     {"weibo-text", "WB_text", "detail_wbtext"},
	"bluesky":   {"post-text", "postText"},
	"mastodon":  {"e-content", "status__content", "p-content"},
	"blogspot":  {"post-body", "entry-content"},
	"wordpress": {"entry-content", "post-content"},
	"medium":    {"postArticle-content"},
	"substack":  {"available-content", "post-content"},
	"tumblr":    {"post-content", "e-content"},
	"linkedin":  {"attributed-text-segment-list__content"},
	"threads":   {"post-text"},
	"forum":     {"bbWrapper", "message-body", "postbody", "post_message", "cooked", "content", "post-content"},
	"":          {"e-content", "status__content", "bbWrapper", "message-body", "postbody", "post_message", "cooked", "entry-content", "post-body", "post-content"},
}

// fromMarkup takes the block that the platform's markup gives to the words.
// Of several, the one that the description agrees with; without a
// description the first of a thread or a blog, which is the post itself.
func (r *reader) fromMarkup(told string) found {
	marks, ok := blocks[r.site.name]
	if !ok {
		return found{}
	}
	var fs []found
	for _, mark := range marks {
		for n := range r.doc.Descendants() {
			if n.Type == html.ElementNode && hasMark(n, mark) && !insideDropped(n) {
				if text := blockText(r, n); strings.TrimSpace(text) != "" {
					fs = append(fs, found{text, attr(n, "lang")})
				}
			}
			if len(fs) > 200 {
				break
			}
		}
		if len(fs) > 0 {
			break
		}
	}
	first := r.site.blog || r.site.name == "forum" || r.site.name == "" && forumPath(r.at)
	for _, f := range fs {
		if told != "" && agree(f.text, told) || told == "" && (len(fs) == 1 || first) {
			return f
		}
	}
	return found{}
}

// fromPlainPage takes the paragraphs of the only article of a page.
func (r *reader) fromPlainPage() found {
	var whole []*html.Node
	for n := range r.doc.Descendants() {
		if n.Type == html.ElementNode && (n.DataAtom == atom.Article || attr(n, "itemprop") == "articleBody") && !insideDropped(n) {
			whole = append(whole, n)
		}
	}
	if len(whole) == 0 {
		return found{}
	}
	if len(whole) > 1 && !holds(whole[0], whole[1]) {
		return found{}
	}
	return found{text: blockText(r, whole[0])}
}

// holds reports whether b is below a.
func holds(a, b *html.Node) bool {
	for n := b.Parent; n != nil; n = n.Parent {
		if n == a {
			return true
		}
	}
	return false
}

// hasMark reports whether an element carries the mark as class, data-testid,
// slot or id.
func hasMark(n *html.Node, mark string) bool {
	return slices.Contains(strings.Fields(attr(n, "class")), mark) || attr(n, "data-testid") == mark || attr(n, "slot") == mark || attr(n, "id") == mark ||
		mark == "post_message" && strings.HasPrefix(attr(n, "id"), "post_message_")
}

// described is the page's description without what platforms wrap around it;
// "" when it is not surely the post's.
func (r *reader) described() string {
	if r.site.blog {
		return "" // a summary that the author or the house wrote; the text itself is on the page
	}
	d := ""
	for _, key := range []string{"og:description", "twitter:description", "description"} {
		if d = strings.TrimSpace(r.meta[key]); d != "" {
			break
		}
	}
	if d == "" || wall.MatchString(d) {
		return ""
	}
	// handle on 20 November 2026: "words"
	if m := quoted.FindStringSubmatch(d); m != nil {
		return m[1]
	}
	switch r.site.name {
	case "instagram", "tiktok", "snapchat", "pinterest":
		return "" // without the quotation marks it is a line of names and counts
	case "reddit", "linkedin", "forum":
		if counts.MatchString(d) && len([]rune(d)) < 160 {
			return ""
		}
	case "x", "threads":
		d = strings.Trim(d, "“”\" ")
	case "":
		if !r.fedi {
			return "" // a site's own description is a summary
		}
	}
	return d
}

var (
	quoted = regexp.MustCompile(`(?s)^[^:\n“"]{3,160}:\s*[“"](.+)[”"]`)
	counts = regexp.MustCompile(`(?i)\d[\d.,kmb]*\s*(likes?|views?|comments?|replies|votes?|points?|shares?|reactions?|followers?|subscribers?|lượt|bình luận|thích)`)
	// wall is what pages say to readers who have not signed in, or of
	// themselves.
	wall = regexp.MustCompile(`(?i)^\W*(log ?in( or sign ?up)? (to|into)|sign (in|up)|create an account|đăng nhập|đăng ký|see (posts|photos|instagram)|xem (bài viết|ảnh)|javascript is (not available|disabled)|something went wrong|this (content|page|post|video) (isn.t|is not|is no longer|is un)|nội dung (này )?hiện không|bạn (cần|phải) đăng nhập|enable javascript|just a moment|share your videos with|enjoy the videos and music|explore this post|from breaking news|follow .{1,40} on|posted by u/|you can (view|contact) )`)
)

// agree reports whether text goes on as the description begins, or the other
// way round, by letters alone: descriptions are often cut short.
func agree(text, told string) bool {
	a, b := letters(text, 60), letters(told, 60)
	n := min(len(a), len(b))
	return n >= 8 && string(a[:n]) == string(b[:n]) || n > 0 && string(a) == string(b)
}

// letters are the first letters and digits of s in lower case. Marks of users
// and links are left out, as blocks leave them out.
func letters(s string, most int) []rune {
	s = mention.ReplaceAllString(webAddress.ReplaceAllString(strings.ReplaceAll(s, Cut, ""), " "), " ")
	out := make([]rune, 0, most)
	for _, c := range s {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			out = append(out, unicode.ToLower(c))
		}
		if len(out) == most {
			break
		}
	}
	return out
}

// longest returns the longest of the strings.
func longest(ss ...string) (out string) {
	for _, s := range ss {
		if len(s) > len(out) {
			out = s
		}
	}
	return out
}

// plainOf reads a text that may hold markup.
func plainOf(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return s
	}
	doc, err := html.Parse(strings.NewReader(s))
	if err != nil {
		return ""
	}
	return blockText(&reader{}, doc)
}
