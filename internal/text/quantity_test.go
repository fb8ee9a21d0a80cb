package text

import (
	"fmt"
	"strings"
	"testing"
)

func quantities(s, lang string) string {
	var p []Piece
	sc := NewScanner(s)
	for sc.Vietnamese = lang == "vi"; sc.Next(); {
		p = append(p, Piece{string(sc.Bytes()), sc.Kind == Figure, sc.Percent})
	}
	var out []string
	for _, q := range Quantities(p) {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%g %s", q.Value, q.Class)))
	}
	return strings.Join(out, ", ")
}

func TestQuantities(t *testing.T) {
	for _, c := range []struct{ in, lang, want string }{
		{"30 người và 20 triệu đồng, 50k", "vi", "30 people, 2e+07 money, 50000"},
		{"tăng 3,5% trong 2 năm", "vi", "3.5 percent, 2 years"},
		{"ngày 30/11/2026", "vi", "30 day, 11 month, 2026 year"},
		{"năm 2020 có năm người chết", "vi", "2020 year, 5 people"},
		{"ba mươi lăm người", "vi", "35 people"},
		{"một người đàn ông", "vi", ""},
		{"bão số 9 gió 120km/h", "vi", "9 number, 120 length"},
		{"twenty five people on November 30, 2026", "en", "25 people, 11, 30 day, 2026 year"},
		{"$5 million for 3 percent", "en", "5e+06, 3 percent"},
		{"20.000.000 đồng", "vi", "2e+07 money"},
		{"ba mươi phần trăm, nửa phần trăm, năm phần ngàn", "vi", "30 percent, 0.5 percent, 0.5 percent"},
		{"ba muoi phan tram", "vi", "30 percent"},
		{"hai muoi lam trieu dong", "vi", "2.5e+07 money"},
		{"một triệu tám một người, hai tỷ rưỡi, 8 triệu 5", "vi", "1.8e+06, 2.5e+09, 8e+06, 5"},
		{"hai trăm năm mươi nghìn đồng, ba trăm người", "vi", "250000 money, 300 people"},
		{"hăm bốn tiếng, một vạn người, hai mốt tuổi", "vi", "24 hours, 10000 people, 21 age"},
		{"sau bay nam nua ba tam moi ve", "vi", ""},
		{"hai trieu dong nam 2020", "vi", "2e+06 money, 2020 year"},
	} {
		if got := quantities(c.in, c.lang); got != c.want {
			t.Errorf("%q: %s, want %s", c.in, got, c.want)
		}
	}
}
