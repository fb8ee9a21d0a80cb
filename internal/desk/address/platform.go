package address

import (
	"net/url"
	"slices"
	"strings"
)

// platform is where accounts live.
type platform struct {
	kind  Kind
	hosts []string
	// before are path elements that stand before an account's name; no are those
	// that lead to no account.
	before, no []string
	needsAt    bool // an account is told from other pages by the "@" before it
	dots       bool // dots in a name mean nothing
	base       string
}

// platforms lists them. Path elements in no lead to a group, a search, one
// picture: pages that do not say whose they are.
func platforms() []platform {
	return []platform{
		{kind: Facebook, hosts: []string{"facebook.com", "fb.com", "fb.me"}, before: []string{"pages", "people", "p", "pg"}, dots: true, base: "https://www.facebook.com/",
			no: []string{"groups", "watch", "share", "sharer", "sharer.php", "events", "photo", "photo.php", "photos", "reel", "reels", "stories", "story.php", "permalink.php", "login", "login.php", "hashtag", "marketplace", "gaming", "search", "help", "policies", "dialog", "plugins", "l.php"}},
		{kind: Zalo, hosts: []string{"zalo.me", "oa.zalo.me"}, before: []string{"s"}, no: []string{"g", "home", "pc", "search"}, base: "https://zalo.me/"},
		{kind: TikTok, hosts: []string{"tiktok.com"}, needsAt: true, base: "https://www.tiktok.com/@"},
		{kind: YouTube, hosts: []string{"youtube.com", "youtube-nocookie.com", "youtu.be"}, before: []string{"channel", "c", "user"}, needsAt: true, base: "https://www.youtube.com/"},
		{kind: X, hosts: []string{"x.com", "twitter.com"}, base: "https://x.com/",
			no: []string{"home", "search", "i", "intent", "hashtag", "explore", "share", "login", "settings", "messages", "notifications", "tos", "privacy"}},
		{kind: Telegram, hosts: []string{"t.me", "telegram.me", "telegram.dog"}, before: []string{"s"}, no: []string{"joinchat", "addstickers", "share", "proxy", "c", "addlist", "iv", "socks", "login"}, base: "https://t.me/"},
	}
}

// at reports whether a host is the platform's: itself, its mobile and language
// hosts.
func (p platform) at(host string) bool {
	return slices.ContainsFunc(p.hosts, func(h string) bool { return host == h || strings.HasSuffix(host, "."+h) })
}

// Platform reports whether a host belongs to a platform on which anybody can
// have an account: what stands there proves nothing about its owner's site.
func Platform(host string) bool {
	host = strings.TrimPrefix(strings.ToLower(host), "www.")
	return slices.ContainsFunc(platforms(), func(p platform) bool { return p.at(host) })
}

// read finds the account in an address of the platform.
func (p platform) read(u *url.URL) (Address, bool) {
	parts := strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' })
	if p.kind == Facebook && len(parts) > 0 && strings.EqualFold(parts[0], "profile.php") {
		return p.account(u.Query().Get("id"))
	}
	led := "" // the element before the name, which decides what it means
	if len(parts) > 1 && slices.Contains(p.before, strings.ToLower(parts[0])) {
		led, parts = strings.ToLower(parts[0]), parts[1:]
		if p.kind == Facebook && (led == "pages" || led == "people") && len(parts) > 1 {
			parts = parts[1:] // /pages/Name/123456: the number counts
		}
		if p.kind == Facebook && led == "p" {
			parts[0] = parts[0][strings.LastIndexByte(parts[0], '-')+1:] // /p/Name-123456/
		}
	}
	if len(parts) == 0 || slices.Contains(p.no, strings.ToLower(parts[0])) {
		return Address{}, false
	}
	name, at := strings.CutPrefix(parts[0], "@")
	if p.needsAt && !at && led == "" {
		return Address{}, false
	}
	if p.kind == YouTube {
		switch {
		case led == "channel":
			return Address{Kind: YouTube, Key: "channel/" + name, Shown: "channel/" + name}, plainName(name)
		case led != "":
			name = led + "/" + name
		}
	}
	return p.account(name)
}

// account is the address of an account by its name.
func (p platform) account(name string) (Address, bool) {
	key := strings.ToLower(name)
	if p.kind == YouTube && strings.HasPrefix(key, "channel/") {
		key = "channel/" + name[len("channel/"):] // ids of YouTube keep their case
	}
	if strings.HasPrefix(key, "+") && p.kind != Zalo {
		return Address{}, false // an invitation of Telegram
	}
	if !plainName(strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(key, "channel/"), "c/"), "user/")) {
		return Address{}, false
	}
	if p.kind == Zalo {
		if n, ok := readNumber(key); ok && n.Key[0] == '+' {
			key = n.Key // zalo.me/0912… is the account of that number
		}
	}
	shown := key
	if p.dots {
		key = strings.ReplaceAll(key, ".", "")
	}
	return Address{Kind: p.kind, Key: key, Shown: shown}, key != ""
}

// plainName accepts what platforms let a name be made of.
func plainName(name string) bool {
	return name != "" && len(name) <= 100 && strings.Trim(name, ".-") == name && strings.IndexFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-' || r == '+' || r > 0x7f)
	}) < 0
}

// link is the address of an account for a browser.
func (p platform) link(key string) string {
	if p.kind == YouTube && !strings.Contains(key, "/") {
		key = "@" + key
	}
	return p.base + strings.TrimPrefix(key, "+")
}
