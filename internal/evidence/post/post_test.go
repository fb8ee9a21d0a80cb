package post_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"soi/internal/evidence/post"
	"soi/internal/text"
)

// Every shape gives its words and nothing of what is planted around them.
func TestNothingPlantedComesOut(t *testing.T) {
	if n := len(shapes()); n < 20 {
		t.Fatalf("%d shapes", n)
	}
	for _, s := range shapes() {
		t.Run(s.name, func(t *testing.T) {
			got, err := post.Read(s.url, []byte(s.html))
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range s.want {
				if !strings.Contains(got.Words, w) {
					t.Errorf("%q is missing in:\n%s", w, got.Words)
				}
			}
			for _, p := range planted() {
				if holds(got.Words, p) || holds(got.Platform, p) && p != "http" && p != "facebook.com" && p != "t.me/" {
					t.Errorf("%q came out:\n%s\n%s", p, got.Words, got.Platform)
				}
			}
			if got.Platform != s.platform || got.Lang != s.lang {
				t.Errorf("platform %q, language %q", got.Platform, got.Lang)
			}
			if want, _ := time.Parse(time.RFC3339, s.posted); !got.Posted.Equal(want) {
				t.Errorf("posted %v, want %v", got.Posted, want)
			}
		})
	}
}

// holds reports whether s holds p, in whatever case and with or without marks.
func holds(s, p string) bool {
	if strings.Contains(strings.ToLower(s), strings.ToLower(p)) {
		return true
	}
	f := text.Fold(p)
	return len(f) > 5 && strings.Contains(text.Fold(s), f)
}

// The test above can fail: what is planted does stand in the pages.
func TestShapesArePlanted(t *testing.T) {
	for _, s := range shapes() {
		n := 0
		for _, p := range planted() {
			if holds(s.html, p) || holds(s.url, p) {
				n++
			}
		}
		if n == 0 && s.name != "windows-1251" {
			t.Errorf("%s: nothing is planted", s.name)
		}
	}
}

// What is no post, or not surely the one, gives no words.
func TestUnsureTakesNothing(t *testing.T) {
	for name, c := range map[string]struct{ url, html string }{
		"login wall":          {"https://www.facebook.com/x/posts/1", `<head><title>Log in to Facebook</title><meta property="og:description" content="Log in to Facebook to start sharing and connecting with your friends."></head>`},
		"login wall, vi":      {"https://www.facebook.com/x/posts/1", `<meta name="description" content="Đăng nhập vào Facebook để bắt đầu chia sẻ và kết nối với bạn bè.">`},
		"scripts alone":       {"https://x.com/a/status/1", `<html><body><script>var a="words"</script><noscript>JavaScript is not available.</noscript></body></html>`},
		"several posts":       {"https://x.com/a/status/1", `<div data-testid="tweetText">one text of somebody</div><div data-testid="tweetText">another text of somebody</div>`},
		"a line of counts":    {"https://www.instagram.com/p/1", `<meta property="og:description" content="1,234 likes, 5 comments - someone on November 1, 2026">`},
		"several articles":    {"https://example.org/a", `<article>one text of somebody</article><article>another text of somebody</article>`},
		"no address":          {"", `<article>one text of somebody</article>`},
		"empty":               {"https://x.com/a/status/1", ""},
		"only names are left": {"https://www.threads.net/@somebody/post/1", `<meta property="og:title" content="Some Body (@somebody) on Threads"><meta property="og:description" content="Some Body @somebody">`},
	} {
		if got, err := post.Read(c.url, []byte(c.html)); !errors.Is(err, post.ErrNoWords) || got != (post.Post{}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestIs(t *testing.T) {
	for address, want := range map[string]bool{
		"https://www.facebook.com/x": true, "https://fb.watch/a/": true, "http://M.FACEBOOK.COM/story.php?id=1": true, "https://x.com/a/status/1": true,
		"https://mobile.twitter.com/a": true, "https://youtu.be/abc": true, "https://www.youtube.com/post/Ug1": true, "https://zalo.me/g/abc": true,
		"https://t.me/s/channel": true, "https://chat.whatsapp.com/abc": true, "https://redd.it/abc": true, "https://fosstodon.org/@a/1": true,
		"https://unknown.example/@name/109876543210": true, "https://unknown.example/users/name/statuses/1": true, "https://bsky.app/profile/a": true,
		"https://vk.com/wall1_1": true, "https://weibo.com/1/a": true, "https://invite.viber.com/?g2=1": true, "https://voz.vn/t/a.1/": true,
		"https://name.blogspot.com/2026": true, "https://name.blogspot.co.uk/": true, "https://name.wordpress.com/": true, "https://medium.com/@a/b": true,
		"https://forum.example/a": true, "https://example.org/viewtopic.php?t=1": true, "https://www.threads.com/@a/post/1": true,
		"https://facebook.com.example.org/x": false, "https://notfacebook.com/x": false, "https://www.who.int/news-room/fact-sheets/detail/ebola": false,
		"https://moh.gov.vn/tin-tuc/-/asset_publisher/1": false, "https://vnexpress.net/topic/covid-26872": false, "https://example.org/notes/x": false,
		"https://example.org/p/about": false, "ftp://facebook.com/": false, "facebook.com/x": false, "": false, "https://": false, "https://xn--x.com/": false,
	} {
		if got := post.Is(address); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

// The words themselves are cleaned of what points to somebody, and of nothing
// else.
func TestCuts(t *testing.T) {
	for in, want := range map[string]string{
		"Gọi ngay 0912.345.678 để nhận quà":              "Gọi ngay […] để nhận quà",
		"Gọi (+84) 912 345 678 nhé mọi người":            "Gọi […] nhé mọi người",
		"Call 555-123-4567 now please":                   "Call […] now please",
		"Có 1.200.000 người, từ 100.000 - 200.000 đồng":  "Có 1.200.000 người, từ 100.000 - 200.000 đồng",
		"Giai đoạn 2019-2024, ngày 20/11/2026 08:30":     "Giai đoạn 2019-2024, ngày 20/11/2026 08:30",
		"Hỏi chim (at) example (dot) com hôm nay":        "Hỏi […] hôm nay",
		"Chuyển vào 190331234567 giúp bé":                "Chuyển vào […] giúp bé",
		"Xem thêm tại bit.ly/abc và www.a.example/x":     "Xem thêm tại […] và […]",
		"Nhắn @ten.ai.do và /u/ten nhé các bạn":          "Nhắn […] và […] nhé các bạn",
		"Tỉ lệ là 97,5% trong 3.5 giờ đầu":               "Tỉ lệ là 97,5% trong 3.5 giờ đầu",
		"Nước dâng 3 mét\nNguồn: ai đó\n1.2K lượt thích": "Nước dâng 3 mét",
		"Nước dâng 3 mét\n— Chim Yến":                    "Nước dâng 3 mét",
	} {
		page := `<meta property="og:description" content="` + in + `">`
		got, err := post.Read("https://www.threads.net/t/1", []byte(page))
		if err != nil || got.Words != want {
			t.Errorf("%q gave %q, %v; want %q", in, got.Words, err, want)
		}
	}
}

// Long and deep pages end, and are bounded.
func TestBounds(t *testing.T) {
	long := `<meta property="og:description" content="` + strings.Repeat("nước dâng cao ", 20_000) + `">`
	got, err := post.Read("https://www.threads.net/t/1", []byte(long))
	if n := len([]rune(got.Words)); err != nil || n > 10_010 || n < 9_000 {
		t.Errorf("%d characters, %v", n, err)
	}
	deep := strings.Repeat("<div>", 100_000) + "nước dâng"
	if got, err := post.Read("https://example.org/x", []byte(deep)); !errors.Is(err, post.ErrNoWords) {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range shapes() {
		f.Add(s.url, s.html)
	}
	f.Fuzz(func(t *testing.T, address, page string) {
		got, err := post.Read(address, []byte(page))
		if err != nil {
			if got != (post.Post{}) {
				t.Fatalf("words beside an error: %+v", got)
			}
			return
		}
		if strings.Contains(got.Words, "@") && strings.Contains(got.Words, "@a") || strings.Contains(strings.ToLower(got.Words), "https://") {
			t.Fatalf("an address is left: %q", got.Words)
		}
		if len([]rune(got.Words)) > 10_010 || strings.TrimSpace(got.Words) == "" {
			t.Fatalf("%d characters", len([]rune(got.Words)))
		}
		again, err := post.Read(address, []byte(page))
		if err != nil || again != got {
			t.Fatalf("the same page gave %+v and %+v", got, again)
		}
	})
}
