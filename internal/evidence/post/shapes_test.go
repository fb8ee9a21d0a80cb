package post_test

// shape is one form of page on which private people post. Everything in it
// but the words is planted: it must not come out.
type shape struct {
	name, url, html string
	want            []string // words that must come out
	platform        string
	lang            string
	posted          string // RFC 3339, "" if not known
}

// planted are the names, handles, comments, pictures, addresses and numbers
// of all shapes: no output may hold one of them, in whatever case and with or
// without marks.
func planted() []string {
	return []string{"Hoàng Yến Ca", "hoangyenca", "hoang_yen_ca", "hoang.yen.ca", "Zebra Finchley", "zebrafinch", "KANARIENVOGEL",
		"bình luận của chim", "canary comment", "canary-picture", "chim@example", "chim.test@", "0912 345 678", "0912345678", "912.345.678", "84912345678",
		"tài khoản 19033", "190331234567", "1,234", "4.321", "9876", "likes", "lượt thích", "Yến Phụng", "yenphung", "t.me/", "facebook.com", "http"}
}

// floodHTML is the text that most shapes carry.

const floodHTML = `Hồ chứa ở thượng nguồn sẽ xả lũ lúc 22 giờ tối nay, nước dâng 3 mét. Đã có 1.200.000 người nhận tin ngày 20/11/2026.`

var floodWords = []string{"Hồ chứa ở thượng nguồn sẽ xả lũ lúc 22 giờ tối nay, nước dâng 3 mét.", "1.200.000 người nhận tin ngày 20/11/2026."}

func shapes() []shape {
	return append(socialShapes(), siteShapes()...)
}

// socialShapes are pages of platforms.
func socialShapes() []shape {
	return []shape{
		{name: "facebook post", url: "https://www.facebook.com/hoang.yen.ca/posts/pfbid02abc", platform: "https://www.facebook.com/", want: floodWords,
			html: `<html lang="en"><head><title>Hoàng Yến Ca - Hồ chứa... | Facebook</title><meta property="og:title" content="Hoàng Yến Ca">
<meta property="og:description" content="` + floodHTML + ` Gọi 0912 345 678 hoặc chim@example.test. Hoàng Yến Ca, cùng Zebra Finchley @zebrafinch"><meta property="og:image" content="https://scontent.example/canary-picture.jpg">
<meta property="og:url" content="https://www.facebook.com/hoang.yen.ca/posts/pfbid02abc"><script type="application/ld+json">{"@type":"Person","name":"Zebra Finchley"}</script></head>
<body><div class="comment">bình luận của chim</div></body></html>`},
		{name: "facebook mobile, blocks", url: "https://m.facebook.com/story.php?story_fbid=1&id=9876", platform: "https://www.facebook.com/", want: floodWords,
			html: `<html><body><h3 class="author"><a href="/hoang.yen.ca?fref=nf">Hoàng Yến Ca</a></h3><div class="story_body_container"><p>` + floodHTML +
				`</p><p>Cảm ơn <a href="/zebrafinch">Zebra Finchley</a> đã báo.</p><img class="avatar" alt="Hoàng Yến Ca" src="/canary-picture.jpg"><div class="likes">1,234 likes</div></div><div id="comments"><div class="story_body_container">bình luận của chim</div></div></body></html>`},
		{name: "instagram", url: "https://www.instagram.com/p/C0abcd/", platform: "https://www.instagram.com/", want: floodWords,
			html: `<html><head><meta property="og:title" content="Hoàng Yến Ca (@hoangyenca) • Instagram photo"><meta property="og:description" content="1,234 likes, 9876 comments - hoangyenca on November 20, 2026: &quot;` + floodHTML + ` Ảnh: @zebrafinch&quot;. "><meta property="og:image" content="https://cdn.example/canary-picture.jpg"></head><body></body></html>`},
		{name: "threads", url: "https://www.threads.net/@hoangyenca/post/Cx1", platform: "https://www.threads.com/", want: floodWords,
			html: `<html><head><meta property="og:title" content="Hoàng Yến Ca (@hoangyenca) on Threads"><meta property="og:description" content="` + floodHTML + ` Theo hoangyenca."></head><body><span>canary comment</span></body></html>`},
		{name: "x, description", url: "https://x.com/hoangyenca/status/1", platform: "https://x.com/", want: floodWords,
			html: `<html><head><meta property="og:title" content="Hoàng Yến Ca on X"><meta property="og:description" content="“` + floodHTML + ` https://t.co/abc @zebrafinch”"><meta property="og:image" content="https://pbs.example/canary-picture"></head><body></body></html>`},
		{name: "x, drawn page with answers", url: "https://twitter.com/hoang_yen_ca/status/1", platform: "https://x.com/", want: floodWords, lang: "vi",
			html: `<html><head><meta property="og:description" content="“Hồ chứa ở thượng nguồn sẽ xả lũ lúc 22 giờ tối nay”"></head><body>
<article><div data-testid="User-Name">Zebra Finchley <span>@zebrafinch</span></div><div data-testid="tweetText" lang="en">canary comment of somebody else before</div></article>
<article><div data-testid="User-Name"><a href="/hoang_yen_ca">Hoàng Yến Ca</a></div><div data-testid="tweetText" lang="vi"><span>` + floodHTML + `</span> <a href="/zebrafinch">@zebrafinch</a> <a href="/hashtag/lulut">#lulut</a></div><div role="group">1,234 likes</div></article>
<article><div data-testid="tweetText" lang="vi">bình luận của chim</div></article></body></html>`},
		{name: "tiktok", url: "https://www.tiktok.com/@hoangyenca/video/7", platform: "https://www.tiktok.com/", want: floodWords,
			html: `<html><head><title>TikTok</title><meta property="og:title" content="Hoàng Yến Ca on TikTok"><meta property="og:description" content="4.321 Likes, 9876 Comments. TikTok video from Hoàng Yến Ca (@hoangyenca): &quot;` + floodHTML + `&quot;.  original sound - Zebra Finchley."></head></html>`},
		{name: "youtube short, JSON-LD", url: "https://www.youtube.com/shorts/abc", platform: "https://www.youtube.com/", want: floodWords, posted: "2026-11-20T08:00:00Z",
			html: `<html><head><script type="application/ld+json">{"@context":"http://schema.org","@type":"VideoObject","author":"Hoàng Yến Ca","name":"x","description":"` + floodHTML + `\nNguồn: Zebra Finchley\nfacebook.com/hoangyenca\nLiên hệ: chim.test@example.com 0912.345.678","uploadDate":"2026-11-20T08:00:41+00:00","thumbnailUrl":"https://i.example/canary-picture.jpg"}</script></head><body><span itemprop="author"><link itemprop="name" content="Hoàng Yến Ca"></span></body></html>`},
		{name: "youtube community", url: "https://www.youtube.com/post/UgkxA", platform: "https://www.youtube.com/", want: floodWords,
			html: `<html><head><meta property="og:title" content="Post from Hoàng Yến Ca"><meta property="og:description" content="` + floodHTML + ` Đăng bởi kênh &quot;@hoangyenca&quot; +84912345678"></head><body><div id="comments">canary comment</div></body></html>`},
		{name: "telegram channel", url: "https://t.me/hoangyenca/12?embed=1", platform: "https://t.me/", want: floodWords,
			html: `<html><head><meta property="og:title" content="Hoàng Yến Ca"></head><body><div class="tgme_widget_message"><a class="tgme_widget_message_owner_name" href="https://t.me/hoangyenca"><span>Hoàng Yến Ca</span></a><div class="tgme_widget_message_text js-message_text">` + floodHTML + `<br>Hoàng Yến Ca t.me/hoangyenca<br>Theo dõi: @zebrafinch</div><span class="tgme_widget_message_views">9876</span></div></body></html>`},
		{name: "zalo article", url: "https://zalo.me/s/article?id=9876", platform: "https://zalo.me/", want: floodWords,
			html: `<html><head><meta property="og:title" content="Hoàng Yến Ca"><meta property="og:description" content="` + floodHTML + ` Zalo: 0912345678"></head></html>`},
		{name: "whatsapp channel", url: "https://whatsapp.com/channel/0029hoangyenca/101", platform: "https://www.whatsapp.com/", want: floodWords,
			html: `<html><head><meta property="og:title" content="Hoàng Yến Ca | WhatsApp Channel"><meta property="og:description" content="` + floodHTML + ` Hoàng Yến Ca"></head></html>`},
		{name: "reddit, new", url: "https://www.reddit.com/r/vietnam/comments/abc/flood/", platform: "https://www.reddit.com/", want: floodWords,
			html: `<html><body><shreddit-post author="hoangyenca"><a class="author-name" href="/user/hoangyenca/">hoangyenca</a><div slot="text-body"><div class="md"><p>` + floodHTML + `</p><p>Hỏi u/zebrafinch nhé các bạn</p></div></div></shreddit-post>
<shreddit-comment author="zebrafinch"><div class="comment"><div class="md"><p>canary comment</p></div></div></shreddit-comment></body></html>`},
		{name: "reddit, old", url: "https://old.reddit.com/r/vietnam/comments/abc/flood/", platform: "https://www.reddit.com/", want: floodWords,
			html: `<html><head><meta property="og:description" content="Posted by u/hoangyenca - 1,234 votes and 9876 comments"></head><body><div class="thing"><p class="tagline">submitted by <a class="author" href="/user/hoangyenca">hoangyenca</a></p><div class="usertext-body"><div class="md"><p>` + floodHTML + `</p></div></div></div><div class="commentarea comments"><div class="usertext-body">canary comment</div></div></body></html>`},
		{name: "mastodon", url: "https://mastodon.social/@hoangyenca/1111111", platform: "https://mastodon.social/", want: floodWords,
			html: `<html><head><meta name="generator" content="Mastodon"><meta property="og:title" content="Hoàng Yến Ca (@hoangyenca@mastodon.social)"><meta property="og:description" content="` + floodHTML + ` @zebrafinch@example.social"></head></html>`},
		{name: "activitypub, own server", url: "https://hoangyenca.example/@hoangyenca/1111111", platform: "https://joinmastodon.org/", want: floodWords, lang: "vi",
			html: `<html lang="vi"><head><link rel="alternate" type="application/activity+json" href="https://hoangyenca.example/users/hoangyenca/statuses/1"></head><body><div class="h-entry"><a class="p-author h-card" href="https://hoangyenca.example/@hoangyenca"><img src="canary-picture.png" alt="Hoàng Yến Ca"><span class="display-name">Hoàng Yến Ca</span></a><div class="e-content" lang="vi"><p>` + floodHTML + ` <span class="h-card"><a href="https://x.example/@zebrafinch" class="u-url mention">@zebrafinch</a></span></p></div></div></body></html>`},
		{name: "bluesky", url: "https://bsky.app/profile/hoangyenca.bsky.social/post/3k", platform: "https://bsky.app/", want: floodWords,
			html: `<html><head><meta property="og:title" content="Hoàng Yến Ca (@hoangyenca.bsky.social)"><meta property="og:description" content="` + floodHTML + ` (zebrafinch.bsky.social)"></head></html>`},
		{name: "vk", url: "https://vk.com/wall-1_2", platform: "https://vk.com/", want: []string{"Вода поднимется на три метра сегодня ночью."},
			html: `<html><body><a class="author" href="/hoangyenca">KANARIENVOGEL</a><div class="wall_post_text">Вода поднимется на три метра сегодня ночью. KANARIENVOGEL, +7 (912) 345-67-89</div><div class="reply_text wall_reply">canary comment</div></body></html>`},
		{name: "weibo", url: "https://weibo.com/1234567890/Nabc", platform: "https://weibo.com/", want: []string{"今晚十点水库泄洪，水位上涨三米。"},
			html: `<html><body><div class="WB_info"><a class="nickname" href="/u/1234567890">金丝雀KANARIENVOGEL</a></div><div class="WB_text">今晚十点水库泄洪，水位上涨三米。<a href="/n/x">@金丝雀KANARIENVOGEL</a> <a href="//s.weibo.com/x">#洪水#</a></div><div class="comment_list"><div class="WB_text">canary comment</div></div></body></html>`},
		{name: "viber community", url: "https://invite.viber.com/?g2=abc", platform: "https://www.viber.com/", want: floodWords,
			html: `<html><head><meta property="og:title" content="Hoàng Yến Ca"><meta property="og:description" content="` + floodHTML + `"></head></html>`},
		{name: "linkedin", url: "https://www.linkedin.com/posts/hoang-yen-ca_activity-1", platform: "https://www.linkedin.com/", want: floodWords, posted: "2026-11-20T01:02:00Z",
			html: `<html><head><title>Hoàng Yến Ca on LinkedIn: flood</title><script type="application/ld+json">{"@type":"SocialMediaPosting","articleBody":"` + floodHTML + `\nHoàng Yến Ca","author":{"@type":"Person","name":"Hoàng Yến Ca","url":"https://www.linkedin.com/in/hoangyenca"},"datePublished":"2026-11-20T01:02:03Z","comment":[{"@type":"Comment","text":"canary comment","author":{"@type":"Person","name":"Zebra Finchley"}}]}</script></head></html>`},
	}
}

// siteShapes are forums, blogs and pages of no platform.
func siteShapes() []shape {
	return []shape{
		{name: "forum, xenforo", url: "https://voz.vn/t/xa-lu.123456/", platform: "https://voz.vn/", want: floodWords,
			html: `<html><body><article class="message"><h4 class="message-name"><a class="username" href="/u/hoangyenca.1/">hoangyenca</a></h4><div class="message-userContent"><div class="bbWrapper"><blockquote class="bbCodeBlock">Zebra Finchley said: canary comment</blockquote>` + floodHTML + `<br>Ảnh: hoangyenca</div></div><div class="message-signature">Hoàng Yến Ca 0912345678</div></article>
<article class="message"><div class="bbWrapper">bình luận của chim</div></article></body></html>`},
		{name: "forum, phpBB on its own host", url: "https://diendan.example/viewtopic.php?t=9", platform: "https://diendan.example/", want: floodWords,
			html: `<html><body><div class="post"><p class="author">by <a class="username" href="./memberlist.php?mode=viewprofile&u=2">hoangyenca</a></p><div class="postbody"><div class="content">` + floodHTML + ` (hoangyenca)</div><div class="signature">Hoàng Yến Ca</div></div></div><div class="post"><div class="postbody">canary comment</div></div></body></html>`},
		{name: "forum, discourse", url: "https://discuss.example/t/flood/55", platform: "https://discuss.example/", want: floodWords, posted: "2026-11-20T08:00:00Z",
			html: `<html><head><script type="application/ld+json">{"@type":"DiscussionForumPosting","text":"` + floodHTML + ` cc @zebrafinch","author":{"@type":"Person","name":"hoangyenca"},"datePublished":"2026-11-20T08:00:00Z"}</script></head><body><div class="cooked">x</div></body></html>`},
		{name: "blogspot", url: "https://hoangyenca.blogspot.com/2026/11/xa-lu.html", platform: "https://www.blogger.com/", want: floodWords, lang: "vi",
			html: `<html lang="vi"><head><meta name="author" content="Hoàng Yến Ca"><title>Xả lũ</title></head><body><div class="post"><div class="post-body entry-content"><p>` + floodHTML + `</p><p>Tác giả: Hoàng Yến Ca</p><figure><img src="canary-picture.jpg"><figcaption>Zebra Finchley</figcaption></figure><p>Số tài khoản 190331234567, hoangyenca xin cảm ơn.</p></div><div class="post-footer">Posted by <span class="fn">Hoàng Yến Ca</span></div></div><div class="comments">bình luận của chim</div></body></html>`},
		{name: "wordpress.com", url: "https://hoangyenca.wordpress.com/2026/11/20/xa-lu/", platform: "https://wordpress.com/", want: floodWords, lang: "vi", posted: "2026-11-20T08:00:00Z",
			html: `<html lang="vi"><head><meta property="article:published_time" content="2026-11-20T08:00:00+00:00"></head><body><article><header class="entry-header"><span class="byline"><a rel="author" href="/author/hoangyenca">Hoàng Yến Ca</a></span></header><div class="entry-content"><p>` + floodHTML + ` <a href="https://www.facebook.com/zebrafinch">Zebra Finchley</a></p><p>— Yến Phụng</p></div></article><ol class="comment-list"><li>canary comment</li></ol></body></html>`},
		{name: "medium", url: "https://medium.com/@hoangyenca/xa-lu-abc", platform: "https://medium.com/", want: floodWords, lang: "vi", posted: "2026-11-20T08:00:00Z",
			html: `<html lang="vi"><head><meta name="author" content="Hoàng Yến Ca"><meta property="article:published_time" content="2026-11-20T08:00:00.000Z"></head><body><article><div class="author-card">Hoàng Yến Ca</div><p>` + floodHTML + `</p><p>Hoang Yen Ca kể lại, và #HoangYenCa.</p></article></body></html>`},
		{name: "substack", url: "https://hoangyenca.substack.com/p/xa-lu", platform: "https://substack.com/", want: floodWords, lang: "vi",
			html: `<html lang="vi"><body><div class="byline-wrapper"><a class="profile" href="https://substack.com/@hoangyenca">Hoàng Yến Ca</a></div><div class="available-content"><p>` + floodHTML + `</p><p>HOÀNG YẾN CA viết.</p></div></body></html>`},
		{name: "a private page of no platform", url: "https://hoangyenca.example/2026/xa-lu", platform: "", want: floodWords, lang: "vi",
			html: `<html lang="vi"><head><meta name="author" content="Hoàng Yến Ca"></head><body><main><article><p class="byline">Hoàng Yến Ca</p><p>` + floodHTML + `</p><p class="share">1,234 likes</p></article></main><section id="comments"><article>canary comment</article></section></body></html>`},
		{name: "windows-1251", url: "https://vk.com/wall1_2", platform: "https://vk.com/", want: []string{"Вода поднимется сегодня"},
			html: "<html><head><meta charset=\"windows-1251\"></head><body><div class=\"wall_post_text\">\xc2\xee\xe4\xe0 \xef\xee\xe4\xed\xe8\xec\xe5\xf2\xf1\xff \xf1\xe5\xe3\xee\xe4\xed\xff</div></body></html>"},
	}
}
