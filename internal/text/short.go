package text

// shortForm gives what a chat short form or a spelling of quick typing stands
// for, in full words separated by blanks and with marks; "" when w is none. The
// key is unmarked and lower case. Forms that are everyday syllables themselves
// (ma, la, do …) are left out: guessing them wrong costs more than missing them.
func shortForm(w string) string {
	switch w {
	case "ko", "k", "kg", "khg", "kh", "hok", "hong", "hem", "hk", "khong", "hog", "hông", "khum", "hok0", "k0", "kog":
		return "không"
	case "dc", "dk", "duoc", "dx", "đc":
		return "được"
	}
	if full, ok := chat(w); ok {
		return full
	}
	return dialect(w)
}

func chat(w string) (string, bool) {
	switch w {
	case "j", "ji":
		return "gì", true
	case "vs", "voi":
		return "với", true
	case "ng", "ngta", "nguoi", "nguo":
		if w == "ngta" {
			return "người ta", true
		}
		return "người", true
	case "mn", "mng", "mngười":
		return "mọi người", true
	case "nc":
		return "nước", true
	case "bn":
		return "bao nhiêu", true
	case "trc":
		return "trước", true
	case "ntn":
		return "như thế nào", true
	case "cx", "cg", "cug", "cungz":
		return "cũng", true
	case "lm":
		return "làm", true
	case "r", "roi", "ròi", "rùi":
		return "rồi", true
	case "bik", "bt", "biet":
		return "biết", true
	case "nv":
		return "như vậy", true
	case "vk":
		return "vợ", true
	case "ck":
		return "chồng", true
	case "ny":
		return "người yêu", true
	case "sdt":
		return "số điện thoại", true
	case "tphcm", "hcm", "tphồchíminh":
		return "thành phố hồ chí minh", true
	case "hn":
		return "hà nội", true
	case "vn":
		return "việt nam", true
	case "tq":
		return "trung quốc", true
	case "bv":
		return "bệnh viện", true
	case "bs":
		return "bác sĩ", true
	case "cty":
		return "công ty", true
	case "tk":
		return "tài khoản", true
	case "ytb", "yt":
		return "youtube", true
	case "fb":
		return "facebook", true
	case "nhg", "nhug":
		return "nhưng", true
	case "nhiu", "nhieu", "nhìu":
		return "nhiều", true
	case "thik", "thick":
		return "thích", true
	case "wa":
		return "quá", true
	case "iu":
		return "yêu", true
	case "cj":
		return "chị", true
	case "qtrong":
		return "quan trọng", true
	case "ns":
		return "nói", true
	case "hnay":
		return "hôm nay", true
	}
	return "", false
}

func dialect(w string) string {
	switch w {
	case "tui":
		return "tôi"
	case "rua":
		return ""
	}
	return ""
}
