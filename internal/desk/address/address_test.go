package address

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestSamePlace writes one place in many ways.
func TestSamePlace(t *testing.T) {
	for want, ways := range map[string][]string{
		"site soyte.example": {"soyte.example", "http://soyte.example", "https://www.soyte.example/", "HTTPS://SOYTE.example:443/?utm_source=zalo&fbclid=x", " “soyte.example”. ",
			"https://soyte.example/index.html#top", "soyte.exa\u200bmple"},
		"site soyte.example/tin?id=3": {"https://soyte.example/tin/?id=3&utm_campaign=x", "soyte.example/tin?id=3"},
		"site xn--syt-sna.example":    {"söyt.example", "https://xn--syt-sna.example/", "SÖYT.example"},
		"telephone +842439985765":     {"024 3998 5765", "(024) 39985765", "+84 24 3998.5765", "0084 24 39985765", "tel:+842439985765", "84 24 3998 5765", "+84 (0)24 3998 5765"},
		"telephone +84912345678":      {"0912 345 678", "0912-345-678", "+84912345678"},
		"telephone 84#19009095":       {"1900 9095", "1900.9095"},
		"telephone 84#113":            {"113"},
		"mail vanphong@soyte.example": {"VanPhong@SoYTe.example", "mailto:vanphong@soyte.example?subject=x", "<vanphong@soyte.example>"},
		"facebook soytehanoi":         {"https://www.facebook.com/SoYTe.HaNoi", "m.facebook.com/soytehanoi/posts/12345", "https://vi-vn.facebook.com/soytehanoi?mibextid=x", "facebook:soytehanoi", "fb.com/soytehanoi"},
		"facebook 100064":             {"https://www.facebook.com/profile.php?id=100064", "facebook.com/pages/So-Y-te/100064", "facebook.com/p/So-Y-te-100064/"},
		"zalo 1234567890123":          {"https://zalo.me/1234567890123", "oa.zalo.me/1234567890123"},
		"zalo +84912345678":           {"zalo.me/0912345678"},
		"tiktok soyte":                {"https://www.tiktok.com/@SoYTe/video/7", "tiktok:@soyte"},
		"youtube soyte":               {"https://youtube.com/@SoYTe", "https://m.youtube.com/@soyte/videos"},
		"youtube channel/UCabcDEF":    {"https://www.youtube.com/channel/UCabcDEF"},
		"x soyte":                     {"https://twitter.com/SoYTe/status/1", "x.com/soyte", "https://mobile.twitter.com/soyte"},
		"telegram soyte":              {"https://t.me/s/soyte", "t.me/SoYTe/99", "telegram.me/soyte"},
	} {
		for _, text := range ways {
			if a, ok := Read(text); !ok || string(a.Kind)+" "+a.Key != want {
				t.Errorf("%q reads as %q %q (%v), want %q", text, a.Kind, a.Key, ok, want)
			}
		}
	}
	for _, text := range []string{"", "soyte", "javascript:alert(1)", "ftp://soyte.example", "127.0.0.1", "http://127.0.0.1/x", "https://[::1]/", "a@b", "@soyte", "1", "12", "1234567",
		"https://facebook.com/groups/77", "https://facebook.com/", "youtu.be/abc", "https://x.com/search?q=1", "t.me/+abc", "t.me/joinchat/x", "hai ba bốn", "https://a b.example", strings.Repeat("a", 3000) + ".example", "\xff.example"} {
		if a, ok := Read(text); ok {
			t.Errorf("%q reads as %+v", text, a)
		}
	}
}

// TestShown says how addresses look to readers.
func TestShown(t *testing.T) {
	for text, want := range map[string]string{"+842439985765": "024 3998 5765", "0912345678": "0912 345 678", "+842203852222": "0220 3852 222", "19009095": "1900 9095", "113": "113",
		"+66 2 590 3000": "+6625903000", "https://bảohiểm.example/": "bảohiểm.example", "facebook.com/So.Y.Te": "so.y.te"} {
		if a, _ := Read(text); a.Shown != want {
			t.Errorf("%q is shown as %q, want %q", text, a.Shown, want)
		}
	}
}

// TestOver says what a listed address covers.
func TestOver(t *testing.T) {
	a, _ := Read("https://soyte.example/tin/2026/a?id=1")
	if got := strings.Join(a.Over(), " "); got != "soyte.example/tin/2026/a?id=1 soyte.example/tin/2026/a soyte.example/tin/2026 soyte.example/tin soyte.example" {
		t.Error(got)
	}
}

// TestAlike tells look-alikes from what merely differs.
func TestAlike(t *testing.T) {
	for _, host := range []string{"s0yte.example", "sоyte.example", "soyté.example", "soyte.example.tin.example", "so-yte.example", "soyte-example.tin.example"} {
		a, ok := Read(host)
		if !ok || !Alike(a.Host, "soyte.example") {
			t.Errorf("%q (%q) is not told as alike", host, a.Host)
		}
	}
	for _, host := range []string{"soyte.example", "tin.soyte.example", "suckhoe.example"} {
		if Alike(host, "soyte.example") {
			t.Errorf("%q is told as alike", host)
		}
	}
	if a, _ := Read("sоyte.example"); !Foreign(a.Host) || Foreign("soyte.example") {
		t.Errorf("Cyrillic in %q is not noticed, or Latin is", a.Host)
	}
}

// TestFind takes addresses out of a message.
func TestFind(t *testing.T) {
	text := "Gọi ngay 0912.345.678 hoặc (024) 3998 5765, vào https://soyte.example/tin?utm_source=x! Thư: vp@soyte.example. Trang facebook.com/soytehanoi, soyte.example/a. Ngày 22/11/2026, 113 người, 1.000.000 đồng."
	var got []string
	for _, a := range Find(text) {
		got = append(got, string(a.Kind)+" "+a.Key)
	}
	want := "telephone +84912345678|telephone +842439985765|site soyte.example/tin|mail vp@soyte.example|facebook soytehanoi|site soyte.example/a"
	if strings.Join(got, "|") != want {
		t.Errorf("found\n%s, want\n%s", strings.Join(got, "|"), want)
	}
	if n := len(Find(strings.Repeat("a.example b.example ", 3) + func() (s string) {
		for i := range 50 {
			s += " x" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + ".example"
		}
		return s
	}())); n != MostFound {
		t.Errorf("%d found, at most %d are", n, MostFound)
	}
}

// TestReadIsStable: what is read once reads the same again, by key and as
// shown, whatever came in.
func TestReadIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`(https?://)?(www\.)?[a-zа-яà-ỹ0-9-]{1,12}\.(example|vn|com)(/[a-z0-9._~%-]{0,8}){0,3}(\?[a-z]=[0-9&=]{0,6})?`),
			rapid.StringMatching(`\+?[0-9 .()-]{3,20}`), rapid.StringMatching(`[a-z.+]{1,9}@[a-z0-9-]{1,9}\.vn`),
			rapid.StringMatching(`(facebook|tiktok|youtube|x|t|zalo)\.(com|me)/@?[A-Za-z0-9._]{1,12}(/[a-z]{1,5})?`)).Draw(t, "text")
		a, ok := Read(text)
		if !ok {
			return
		}
		again := a.Key
		if a.Kind.Account() {
			again = string(a.Kind) + ":" + a.Key
		} else if a.Kind == Telephone && strings.HasPrefix(a.Key, "84#") {
			again = strings.TrimPrefix(a.Key, "84#")
		}
		b, ok := Read(again)
		if !ok || b.Key != a.Key || b.Kind != a.Kind {
			t.Fatalf("%q reads as %+v, and %q as %+v (%v)", text, a, again, b, ok)
		}
	})
}
