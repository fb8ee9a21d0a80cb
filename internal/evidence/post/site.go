package post

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// site is what is known of the host of an address.
type site struct {
	name string // "facebook", "x", …; "" for none of the list
	home string // host of the platform's own address
	own  string // the part of the host that names somebody, as in name.blogspot.com
	blog bool   // long texts of one author under a title
}

// platform is one house where private people post.
type platform struct {
	name  string
	hosts []string // these and everything below them
	home  string
	blog  bool // users have hosts of their own below the platform's
}

// platforms is the list. The first host that fits decides.
var platforms = []platform{
	{"facebook", []string{"facebook.com", "fb.com", "fb.me", "fb.watch", "fb.gg", "m.me", "messenger.com"}, "www.facebook.com", false},
	{"instagram", []string{"instagram.com", "instagr.am", "ig.me"}, "www.instagram.com", false},
	{"threads", []string{"threads.net", "threads.com"}, "www.threads.com", false},
	{"x", []string{"twitter.com", "x.com", "t.co", "fxtwitter.com", "vxtwitter.com", "nitter.net"}, "x.com", false},
	{"tiktok", []string{"tiktok.com", "douyin.com"}, "www.tiktok.com", false},
	{"youtube", []string{"youtube.com", "youtu.be", "youtube-nocookie.com"}, "www.youtube.com", false},
	{"zalo", []string{"zalo.me", "zaloapp.com", "zalo.vn"}, "zalo.me", false},
	{"telegram", []string{"t.me", "telegram.me", "telegram.dog", "telegra.ph"}, "t.me", false},
	{"whatsapp", []string{"whatsapp.com", "wa.me"}, "www.whatsapp.com", false},
	{"viber", []string{"viber.com", "vb.me"}, "www.viber.com", false},
	{"line", []string{"line.me", "lin.ee"}, "line.me", false},
	{"reddit", []string{"reddit.com", "redd.it"}, "www.reddit.com", false},
	{"bluesky", []string{"bsky.app", "bsky.social"}, "bsky.app", false},
	{"mastodon", []string{"mastodon.social", "mastodon.online", "mstdn.social", "mstdn.jp", "mas.to", "mastodon.world", "mastodon.cloud",
		"techhub.social", "fosstodon.org", "infosec.exchange", "hachyderm.io", "chaos.social", "pixelfed.social", "lemmy.world", "lemmy.ml",
		"misskey.io", "kolektiva.social", "universeodon.com", "troet.cafe", "journa.host", "social.vivaldi.net"}, "", false},
	{"vk", []string{"vk.com", "vk.ru", "vkvideo.ru"}, "vk.com", false},
	{"ok", []string{"ok.ru", "odnoklassniki.ru"}, "ok.ru", false},
	{"weibo", []string{"weibo.com", "weibo.cn", "weibo.com.cn"}, "weibo.com", false},
	{"xiaohongshu", []string{"xiaohongshu.com", "xhslink.com"}, "www.xiaohongshu.com", false},
	{"linkedin", []string{"linkedin.com", "lnkd.in"}, "www.linkedin.com", false},
	{"pinterest", []string{"pinterest.com", "pin.it"}, "www.pinterest.com", false},
	{"snapchat", []string{"snapchat.com"}, "www.snapchat.com", false},
	{"quora", []string{"quora.com"}, "www.quora.com", false},
	{"gab", []string{"gab.com", "gettr.com", "truthsocial.com", "parler.com", "rumble.com", "bitchute.com", "odysee.com"}, "", false},
	{"lotus", []string{"lotus.vn", "gapo.vn"}, "", false},
	{"forum", []string{"voz.vn", "voz.net", "otofun.net", "webtretho.com", "tinhte.vn", "lamchame.com", "ttvnol.com", "vn-zoom.org",
		"stackexchange.com", "stackoverflow.com", "4chan.org", "news.ycombinator.com", "kaskus.co.id", "pantip.com", "ptt.cc", "dcard.tw"}, "", false},
	{"blogspot", []string{"blogspot.com", "blogspot.vn"}, "www.blogger.com", true},
	{"wordpress", []string{"wordpress.com"}, "wordpress.com", true},
	{"medium", []string{"medium.com"}, "medium.com", true},
	{"substack", []string{"substack.com"}, "substack.com", true},
	{"tumblr", []string{"tumblr.com"}, "www.tumblr.com", true},
	{"livejournal", []string{"livejournal.com"}, "www.livejournal.com", true},
	{"spiderum", []string{"spiderum.com", "viblo.asia", "note.com", "ghost.io", "weebly.com", "wixsite.com", "hatenablog.com", "write.as", "bearblog.dev"}, "", true},
}

// serviceLabels are first parts of a platform's host that name no user.
var serviceLabels = []string{"www", "m", "mobile", "mbasic", "web", "l", "lm", "old", "new", "np", "touch", "vm", "vt", "vn", "en", "api", "chat",
	"music", "video", "business", "about", "help", "blog", "oa", "id", "share"}

// siteOf looks the host of an address up.
func siteOf(u *url.URL) site {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	for _, p := range platforms {
		for _, h := range p.hosts {
			below, ok := strings.CutSuffix(host, h)
			if !ok || below != "" && !strings.HasSuffix(below, ".") {
				continue
			}
			s := site{name: p.name, home: p.home, blog: p.blog}
			if s.home == "" {
				s.home = h
			}
			if label := strings.Trim(below, "."); label != "" && !slices.Contains(serviceLabels, label) {
				s.own = label
			}
			return s
		}
	}
	// The same house under a country's name: pinterest.de, blogspot.co.uk.
	for _, p := range platforms {
		if p.name != "blogspot" && p.name != "pinterest" {
			continue
		}
		before, _, ok := strings.Cut(host+".", p.name+".")
		if ok && (before == "" || strings.HasSuffix(before, ".")) {
			return site{name: p.name, home: p.home, own: strings.TrimPrefix(strings.Trim(before, "."), "www"), blog: p.blog}
		}
	}
	return site{}
}

// Shapes of addresses of servers that anybody can run.
var (
	fediShape  = regexp.MustCompile(`(?i)^/(@[\w.-]+(@[\w.-]+)?(/[\w-]+)*/?$|users/[\w.-]+/statuses/|notice/\w{10,}$|notes/[a-z0-9]{10,}$|p/[\w.-]+/\d{6,}|web/statuses/\d+)`)
	forumShape = regexp.MustCompile(`(?i)(^|/)(viewtopic\.php|showthread\.php|showpost\.php|viewthread\.php|threads?/[^/]+|topics?/\d+|forums?/[^/]+\.\d+|forumdisplay\.php|t/[^/]+/\d+)`)
	forumHost  = regexp.MustCompile(`(?i)^(forums?|diendan|boards?|community|bbs|discuss|discourse)\.`)
)

// fediPath reports whether a path has the shape of a post of the Fediverse.
func fediPath(p string) bool { return fediShape.MatchString(p) }

// forumPath reports whether an address has the shape of a thread.
func forumPath(u *url.URL) bool {
	return forumShape.MatchString(u.Path) || forumHost.MatchString(u.Hostname())
}

// Is reports whether the address is on a platform where private people post:
// a page there is never captured raw, unless a person says that it is the
// official account of an institution. Ask it for the address where redirects
// end, too. Text that is no http or https address is none.
func Is(address string) bool {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" || !strings.EqualFold(u.Scheme, "http") && !strings.EqualFold(u.Scheme, "https") {
		return false
	}
	return siteOf(u).name != "" || fediPath(u.Path) || forumPath(u)
}

// Platform is the address of the platform that the address is on, fit to be
// shown instead of it; "" when it cannot be told without the page.
func Platform(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" {
		return ""
	}
	return (&reader{at: u, site: siteOf(u)}).platform()
}
