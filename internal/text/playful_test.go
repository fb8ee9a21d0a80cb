package text

import (
	"strings"
	"testing"
)

// TestPlayful: what chat spells for fun is read; words and loans stay.
func TestPlayful(t *testing.T) {
	for in, want := range map[string]string{
		"nèk": "nè", "lạnk": "lạnh", "ckồnq": "chồng", "nkìu": "nhiều", "pé": "bé", "pạn": "bạn", "pùn": "buồn", "pị": "bị", "coá": "có", "coan": "con", "choa": "cho",
		"tym": "tim", "shao": "sao", "shỉ": "sỉ", "mìnk": "mình", "tkương": "thương", "thíc": "thích", "iem": "em", "chiện": "chuyện", "dth": "dễ thương", "trừi": "trời",
		// These are what they are.
		"đoá": "đoá", "choáng": "choáng", "choàng": "choàng", "gym": "gym", "pic": "pic", "mic": "mic", "toy": "toy", "cb": "cb", "phân": "phân", "cốt": "cốt", "công": "công", "nghỉ": "nghỉ", "xích": "xích", "máy": "máy", "quyết": "quyết", "nguyên": "nguyên", "pin": "pin", "ship": "ship", "bank": "bank", "rank": "rank", "think": "think", "shot": "shot", "pa": "pa", "pê": "pê", "khoá": "khoá", "hoa": "hoa", "toán": "toán", "mỹ": "mỹ", "quý": "quý", "yêu": "yêu", "ngoan": "ngoan", "đoàn": "đoàn", "show": "show", "shop": "shop", "hoạch": "hoạch",
		"các": "các", "phở": "phở", "giếng": "giếng", "quả": "quả", "đẹp": "đẹp", "doanh": "doanh", "đoạn": "đoạn",
	} {
		if got := expand(in); got != want {
			t.Errorf("%s reads %q, want %q", in, got, want)
		}
	}
}

// TestNamesKeepTheirP: a place that begins with P is not one with B.
func TestNamesKeepTheirP(t *testing.T) {
	sc := NewScanner("huyện Pắc Nặm và pé của tôi ở Pác Bó")
	sc.Vietnamese = true
	var words []string
	for sc.Next() {
		words = append(words, string(sc.Bytes()))
	}
	if got, want := strings.Join(words, " "), "huyện pắc nặm và bé của tôi ở pác bó"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
