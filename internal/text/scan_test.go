package text

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func words(s string) string {
	var out []string
	for sc := NewScanner(s); sc.Next(); {
		out = append(out, string(sc.Bytes()))
	}
	return strings.Join(out, "|")
}

func TestScanner(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"   \n\t!!", ""},
		{"Hòa bình, THUỶ điện", "hoà|bình|thuỷ|điện"},
		{"thủy quý qúy", "thuỷ|quý|quý"},
		{"nu\u0303\u031b", "nữ"},
		{"don't McDonald’s o'clock", "dont|mcdonald|oclock"},
		{"1.234,5 và 20.000 người, 3,5%", "1234.5|và|20000|người|3.5"},
		{"30km 50k 5G covid19 COVID-19 h5n1 18th 1990s", "30|km|50|k|5g|covid|19|covid|19|h5n1|18|1990"},
		{"ngày 30/11/2026 lúc 07:30", "ngày|30|11|2026|lúc|7|30"},
		{"xem https://a.b/c?d=e nhé www.x.y/z bit.ly/abc", "xem|nhé"},
		{"#AustralianFires @HillaryClinton iPhone", "australian|fires|hillary|clinton|iphone"},
		{"U.S.A. và t.p.", "usa|và|tp"},
		{"癌症有救了! 水", "癌症|症有|有救|救了|水"},
		{"ขมิ้นชัน", "ขมิ้|มิ้น|นชั|ชัน"},
		{"вакцина vаccinе", "вакцина|vaccine"},
		{"𝐂𝐮𝐫𝐞 Ｃｏｖｉｄ", "cure|covid"},
		{"z\u200be\u202ero", "zero"},
		{"टीका لقاح", "टीका|لقاح"},
		{"٣٠ người", "30|người"},
	} {
		if diff := cmp.Diff(c.want, words(c.in)); diff != "" {
			t.Errorf("%q:\n%s", c.in, diff)
		}
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"Đường Nguyễn Huệ":          "duong nguyen hue",
		"  UỐNG\u00a0nước, CHANH! ": "uong nuoc chanh",
		"مُحَمَّد":                  "محمد",
		"हिन्दी":                    "हिन्दी",
	} {
		if got := Fold(in); got != want || Fold(got) != got {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLanguage(t *testing.T) {
	for in, want := range map[string]string{
		"Uống nước chanh nóng chữa ung thư": "vi",
		"uong nuoc chanh nong chua ung thu": "vi",
		"bão số 3":                          "vi", "bao so 3 sap vao ha noi": "vi",
		"Drinking hot lemon water cures cancer": "en",
		"The man in the moon":                   "en",
		"癌症有救了":                                 "zh", "ワクチンは危険です": "ja", "ดื่มน้ำมะนาว": "th",
		"Вакцина опасна для здоровья": "ru", "1234 !!": "und", "": "und",
		"El agua caliente con limón cura el cáncer según los médicos": "es",
	} {
		if got := Language(in); got != want {
			t.Errorf("Language(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestShortForms(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"ko bít j", "không|biết|gì"},
		{"mn oi dc 50k ko", "mọi|người|oi|được|50|k|không"},
		{"đẹppppp quáaaa khôg thík zui", "đẹp|quá|không|thích|vui"},
		{"luong huu, luu y cuu nguoi", "luong|huu|luu|y|cuu|người"},
		{"lương hưu, cứu người, cừu, lưu trữ", "lương|hưu|cứu|người|cừu|lưu|trữ"},
		{"vitamin K và C", "vitamin|K|và|C"},
		{"TPHCM, HN", "thành|phố|hồ|chí|minh|hà|nội"},
		{"ngân hàng cho vay", "ngân|hàng|cho|vay"},
		{"bà ấy là bs ở bv", "bà|ấy|là|bác|sĩ|ở|bệnh|viện"},
	} {
		var out []string
		sc := NewScanner(c.in)
		for sc.Vietnamese = true; sc.Next(); {
			out = append(out, string(sc.Bytes()))
		}
		if got := strings.Join(out, "|"); got != strings.ToLower(c.want) {
			t.Errorf("%q: %s, want %s", c.in, got, c.want)
		}
	}
}
