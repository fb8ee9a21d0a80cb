package text

// livelier lists further forms whose marks matter: vowels as the south says
// them and as chat has fun with them.
func livelier(w string) string {
	switch w {
	case "ưi":
		return "ơi"
	case "chiện", "chiệng", "chuỵn":
		return "chuyện"
	case "iem":
		return "em"
	case "mụt":
		return "một"
	case "dui", "zui", "dzui":
		return "vui"
	case "kím":
		return "kiếm"
	case "lũi", "lổy", "loy":
		return "lỗi"
	case "moè", "moe":
		return "mèo"
	case "đếi", "đéy", "dei":
		return "đấy"
	case "nèk", "nek":
		return "nè"
	case "nhek", "nhak", "nhaz":
		return "nhé"
	case "hák", "hak":
		return "há"
	case "quák", "quak", "wak", "qak":
		return "quá"
	}
	return ""
}

// latest lists short forms of phrases.
func latest(w string) string {
	switch w {
	case "dth", "dthw", "dthuong":
		return "dễ thương"
	case "thw", "thuog":
		return "thương"
	case "cta":
		return "chúng ta"
	case "ctoi":
		return "chúng tôi"
	case "cmay":
		return "chúng mày"
	case "bth", "bthg", "bthuong":
		return "bình thường"
	case "tnhien", "tnhin":
		return "tự nhiên"
	case "cbi": // cb is cán bộ as often
		return "chuẩn bị"
	case "snhat":
		return "sinh nhật"
	case "bgio", "bjo", "byh":
		return "bây giờ"
	case "baoh", "baojo":
		return "bao giờ"
	case "qhe":
		return "quan hệ"
	case "vkck", "vck":
		return "vợ chồng"
	case "cgai":
		return "con gái"
	case "ctrai":
		return "con trai"
	case "chs":
		return "chơi"
	case "tsao":
		return "tại sao"
	case "vde":
		return "vấn đề"
	case "nyc":
		return "người yêu cũ"
	case "svien":
		return "sinh viên"
	case "gvien":
		return "giáo viên"
	case "hsinh":
		return "học sinh"
	case "dki", "dky", "dkí", "dký":
		return "đăng ký"
	case "xloi":
		return "xin lỗi"
	case "cmon", "camon":
		return "cảm ơn"
	}
	return ""
}
