package text

import "testing"

// TestPlayful: what chat spells for fun is read; words and loans stay.
func TestPlayful(t *testing.T) {
	for in, want := range map[string]string{
		"nèk": "nè", "lạnk": "lạnh", "ckồnq": "chồng", "nkìu": "nhiều", "pé": "bé", "pạn": "bạn", "pùn": "buồn", "pị": "bị", "coá": "có", "coan": "con", "choa": "cho", "đoá": "đó",
		"tym": "tim", "shao": "sao", "shỉ": "sỉ", "mìnk": "mình", "tkương": "thương", "thíc": "thích", "iem": "em", "chiện": "chuyện", "dth": "dễ thương", "trừi": "trời",
		// These are what they are.
		"pin": "pin", "ship": "ship", "bank": "bank", "rank": "rank", "think": "think", "shot": "shot", "pa": "pa", "pê": "pê", "khoá": "khoá", "hoa": "hoa", "toán": "toán", "mỹ": "mỹ", "quý": "quý", "yêu": "yêu", "ngoan": "ngoan", "đoàn": "đoàn", "show": "show", "shop": "shop", "hoạch": "hoạch",
		"các": "các", "phở": "phở", "nghỉ": "nghỉ", "giếng": "giếng", "quả": "quả", "đẹp": "đẹp", "doanh": "doanh", "đoạn": "đoạn",
	} {
		if got := expand(in); got != want {
			t.Errorf("%s reads %q, want %q", in, got, want)
		}
	}
}
