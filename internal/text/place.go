package text

import "strings"

// Place reports whether the folded words at the start of a run name a place that
// claims are often moved to, and how many words it takes: Vietnamese provinces
// and cities, countries in Vietnamese and English (by their ISO codes). The name is
// given in one form for all spellings, so that "TP.HCM" and "Sài Gòn" are the same
// place. A name of one word counts only if it was written with its marks or as a name
// (sure).
func Place(folded []string, marked string, sure bool) (name string, words int) {
	if len(folded) == 0 {
		return "", 0
	}
	var buf [48]byte
	key := append(buf[:0], folded[0]...)
	for n := 1; n < min(5, len(folded)) && len(key) < len(buf)-8; n++ {
		key = append(append(key, ' '), folded[n]...)
		if p := placeOf(string(key)); p != "" && spelt(marked, p, string(key)) {
			name, words = p, n+1
		}
	}
	if words > 0 {
		return name, words
	}
	if p := markedPlace(marked); p != "" {
		return p, 1
	}
	if marked == "ý" && sure {
		return "it", 1
	}
	if p := placeOf(folded[0]); p != "" && (sure || len(folded[0]) > 4 && !commonNoun(folded[0])) && spelt(marked, p, folded[0]) {
		return p, 1
	}
	return "", 0
}

// commonNoun reports names of countries that are everyday words in lower case.
func commonNoun(w string) bool {
	switch w {
	case "turkey", "china", "jordan", "guinea", "georgia", "niger", "malta", "nauru":
		return true
	}
	return false
}

// spelt reports whether the first word of a country's name, if it was written with
// marks, carries those of the name: "triệu tiền" is no "Triều Tiên".
func spelt(marked, code, key string) bool {
	if Unmark(marked) == marked {
		return true
	}
	names := CountryNames(code)
	if len(names) == 0 || Fold(names[0]) != key {
		return true
	}
	first, _, _ := strings.Cut(strings.ToLower(Clean(names[0])), " ")
	return string(placeTone([]byte(first))) == marked
}

// markedPlace lists one-syllable names that their marks make unmistakable.
func markedPlace(w string) string {
	switch w {
	case "huế":
		return "hue"
	case "lào":
		return "la"
	case "mỹ":
		return "us"
	case "úc":
		return "au"
	case "nhật":
		return "jp"
	case "pháp", "anh", "nga", "đức", "ý", "hàn", "ấn":
		return ""
	}
	return ""
}

func placeOf(key string) string {
	switch key {
	case "sai gon", "thanh pho ho chi minh", "ho chi minh city", "saigon":
		return "saigon"
	case "hoa ky", "america", "united states", "usa", "us", "my":
		if key == "my" {
			return ""
		}
		return "us"
	case "vuong quoc anh", "united kingdom", "uk", "britain", "england", "anh quoc":
		return "gb"
	case "trung quoc", "china":
		return "cn"
	case "nhat ban", "japan":
		return "jp"
	case "han quoc", "south korea":
		return "kr"
	case "thai lan", "thailand":
		return "th"
	case "campuchia", "cambodia":
		return "kh"
	case "an do", "india":
		return "in"
	case "uc", "australia":
		return "au"
	case "phap", "france":
		return "fr"
	case "nuoc duc", "germany":
		return "de"
	case "nga", "russia", "lien bang nga":
		return "ru"
	case "italy", "nuoc y":
		return "it"
	case "viet nam", "vietnam":
		return "vn"
	case "ha noi", "hanoi":
		return "hanoi"
	case "da nang", "danang":
		return "danang"
	case "lao", "laos", "nuoc lao":
		return "la"
	}
	if soloPlace(key) {
		return strings.Clone(key)
	}
	return countries()[key]
}

func soloPlace(key string) bool {
	switch key {
	case "hue", "hai phong", "can tho", "an giang", "ba ria", "vung tau", "bac giang", "bac kan", "bac lieu", "bac ninh", "ben tre", "binh dinh",
		"binh duong", "binh phuoc", "binh thuan", "ca mau", "cao bang", "dak lak", "dak nong", "dien bien", "dong nai", "dong thap", "gia lai",
		"ha giang", "ha nam", "ha tinh", "hai duong", "hau giang", "hoa binh", "hung yen", "khanh hoa", "kien giang", "kon tum", "lai chau",
		"lam dong", "lang son", "lao cai", "long an", "nam dinh", "nghe an", "ninh binh", "ninh thuan", "phu tho", "phu yen", "quang binh",
		"quang nam", "quang ngai", "quang ninh", "quang tri", "soc trang", "son la", "tay ninh", "thai binh", "thai nguyen", "thanh hoa",
		"tien giang", "tra vinh", "tuyen quang", "vinh long", "vinh phuc", "yen bai", "da lat", "nha trang", "ha long", "phu quoc", "bien hoa",
		"thu duc", "cu chi", "sa pa", "hoi an", "quy nhon", "buon ma thuot", "pleiku", "my tho", "rach gia", "vinh city", "tam ky", "dong hoi",
		"london", "paris", "berlin", "new york", "california", "texas", "florida", "chicago", "delhi", "mumbai", "beijing", "bac kinh", "shanghai",
		"wuhan", "vu han", "tokyo", "seoul", "bangkok", "manila", "jakarta", "moscow", "kyiv", "gaza", "sydney", "melbourne", "toronto":
		return true
	}
	return false
}
