package text

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// read cuts a text as one of language lang is cut.
func read(s, lang string) string {
	var out []string
	sc := NewScanner(s)
	for sc.Vietnamese = lang == "vi"; sc.Next(); {
		out = append(out, string(sc.Bytes()))
	}
	return strings.Join(out, " ")
}

// TestSameWords lists spellings that must be read as the same words, and some beside
// them that must not.
func TestSameWords(t *testing.T) {
	for _, c := range []struct{ in, lang, want string }{
		{"HÒA hòa hoà, thuý thúy, qúy quý, khỏe khoẻ", "vi", "hoà hoà hoà thuý thuý quý quý khoẻ khoẻ"},
		{"đuợc đựơc đưọc được, nguời ngừơi người, tòan toàn, hùynh huỳnh", "vi", "được được được được người người người toàn toàn huỳnh huỳnh"},
		{"gìn giữ, giếng, gía, của, mía, múa, tuổi, khuỷu, ngoài, xoáy", "vi", "gìn giữ giếng giá của mía múa tuổi khuỷu ngoài xoáy"},
		{"café été naïve piñata", "en", "café été naïve piñata"},
		{"Vi rút, vi-rút, VIRUS và vắc-xin, vắc xin, vaccine", "vi", "virus virus virus và vaccine vaccine vaccine"},
		{"thịt heo, mấy đứa con nít, vô nhà, vô sinh, thiệt hại, nói thiệt", "vi", "thịt lợn mấy đứa trẻ em vào nhà vô sinh thiệt hại nói thật"},
		{"ngá nác, ở mô, mô hình, mần răng, đau răng, hôm ni", "vi", "ngá nước ở đâu mô hình làm sao đau răng hôm nay"},
		{"bịnh viện nhứt định phải chích", "vi", "bệnh viện nhất định phải tiêm"},
		{"chất t r ắ n g vải", "vi", "chất trắng vải"},
		{"bằng l ò v i s ó n g nha", "vi", "bằng lò vi sóng nha"},
		{"l ò  v i  s ó n g", "vi", "lò vi sóng"},
		{"the v a c c i n e kills", "en", "the vaccine kills"},
		{"vitamin A B C D E", "en", "vitamin a b c d e"},
		{"e k b j", "vi", "e không b gì"},
		{"bị gi3t, lừa đ@o, t!ền, ch.ế.t, ma t.úy, m*á*u", "vi", "bị giet lừa đao tiền chết ma tuý máu"},
		{"c0vid vacc1ne h5n1 covid19 b12 5g 4chan 3d", "en", "covid vaccine h5n1 covid 19 b12 5 g 4chan 3 d"},
		{"a@b.vn 1.234,5 0,5 12h30", "vi", "a b việt nam 1234.5 0.5 12 h30"},
		{"#sứckhỏe #GanNhiễmMỡ #nuocchanh #facebook", "vi", "sức khoẻ gan nhiễm mỡ nuoc chanh facebook"},
		{"مدرسة کتاب أحمد ى", "ar", "مدرسة کتاب أحمد ى"},
		{"น้ำ น้ํา", "th", "น้ํ ํ า"},
	} {
		if c.lang == "th" {
			if f := strings.Fields(read(c.in, "th")); len(f)%2 != 0 || strings.Join(f[:len(f)/2], " ") != strings.Join(f[len(f)/2:], " ") {
				t.Errorf("%q: two spellings, two readings: %q", c.in, f)
			}
			continue
		}
		if got := read(c.in, c.lang); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.in, got, c.want)
		}
	}
	for _, c := range [][2]string{{"مدرسة", "مدرسه"}, {"کتاب", "كتاب"}, {"أحمد", "احمد"}, {"على", "علي"}, {"सड़क", "सडक"}, {"हँसना", "हंसना"}, {"ёлка", "елка"}} {
		if a, b := Stem(c[0]), Stem(c[1]); a != b {
			t.Errorf("%q and %q have the stems %q and %q", c[0], c[1], a, b)
		}
		if a, b := Fold(c[0]), Fold(c[1]); a != b || Fold(a) != a {
			t.Errorf("%q and %q fold to %q and %q", c[0], c[1], a, b)
		}
	}
}

// TestCapitals: in a text all in capitals, or like a headline, capitals are no names.
func TestCapitals(t *testing.T) {
	names := func(s string) (n int) {
		for sc := NewScanner(s); sc.Next(); {
			if sc.Upper && !sc.First {
				n++
			}
		}
		return n
	}
	for in, want := range map[string]int{
		"NƯỚC CHANH NÓNG CHỮA KHỎI UNG THƯ":                               0,
		"KHẨN CẤP!!! HÀ NỘI CÓ ĐỘNG ĐẤT đêm nay":                          0,
		"Hot Lemon Water Cures Cancer In Three Days":                      0,
		"Ngân hàng Sao Xanh sẽ đóng cửa từ ngày 15/12 trên toàn quốc":     2,
		"Bão số 9 vào Huế":                                                1,
		"A shark was photographed on a flooded highway in Houston, Texas": 2,
	} {
		if got := names(in); got != want {
			t.Errorf("%q: %d names, want %d", in, got, want)
		}
	}
}

func TestScreenWordsGo(t *testing.T) {
	for in, want := range map[string]string{
		"nút quay lại. ảnh đại diện. Ngân hàng Sao Xanh sẽ đóng cửa. nút thích. nút bình luận. 2 giờ trước": "Ngân hàng Sao Xanh sẽ đóng cửa.",
		"9:41 Viettel 4G 85%\nBão số 9 vào Huế\n125 lượt thích 40 bình luận\nThích Trả lời 3 giờ trước":     "Bão số 9 vào Huế",
		"Theo dõi người dân qua điện thoại là trái luật":                                                    "Theo dõi người dân qua điện thoại là trái luật",
		"Like Comment Share Bleach cures flu 23 likes 4 comments":                                           "Bleach cures flu",
		"‹ Nhóm gia đình\nBão số 9 vào Huế\nĐã xem 12:30":                                                   "Bão số 9 vào Huế",
		"Họp lúc 12:30": "Họp lúc 12:30",
		"Chia sẻ":       "Chia sẻ",
	} {
		if got := Unwrap(in).Body; got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// FuzzRead: any string is read without panic, in bounds, as valid words, and reading the
// words again changes nothing but their number.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"l ò  v i  s ó n g", "b@n ch.ế.t c0vid", "#GanNhiễmMỡ", "đựơc qúy vi-rút", "9:41 4G 85%\nThích 2 giờ trước", "á", "\u0301", "ำ", "a\u200bb"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, vietnamese bool) {
		sc := NewScanner(s)
		sc.Vietnamese = vietnamese
		last := 0
		for n := 0; sc.Next(); n++ {
			if sc.Start < 0 || sc.End > len(sc.Source()) || sc.Start > sc.End || sc.End < last || n > len(s)+64 {
				t.Fatalf("token %d of %q at %d to %d of %d, after %d", n, s, sc.Start, sc.End, len(sc.Source()), last)
			}
			if !utf8.Valid(sc.Bytes()) || len(sc.Bytes()) == 0 {
				t.Fatalf("%q gave the word %q", s, sc.Bytes())
			}
			last = sc.Start
		}
		if w := string(placeTone([]byte(strings.ToLower(s)))); string(placeTone([]byte(w))) != w {
			t.Fatalf("tone of %q: %q, then %q", s, w, placeTone([]byte(w)))
		}
		Unwrap(s)
	})
}
