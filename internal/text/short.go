package text

import (
	"strings"
	"unicode/utf8"
)

// expand writes out what a word of a Vietnamese message stands for: chat short
// forms, spellings of quick typing, southern and central dialect. The answer may
// hold several words separated by blanks; w itself when nothing is known. Forms
// that are everyday words themselves (ma, la, do …) are left alone: guessing
// them wrong costs more than missing them.
func expand(w string) string {
	if full := shortForm(w); full != "" {
		return full
	}
	if len(w) < 2 || everydayEnglish(w) {
		return w
	}
	u := Unmark(w)
	if !plainLatin(u) {
		return w
	}
	if s := playful(w); s != w {
		return s
	}
	if Syllable(u) && !stretched(w) {
		return w
	}
	if s := unstretch(w); s != w {
		if full := shortForm(s); full != "" {
			return full
		}
		if Syllable(Unmark(s)) {
			return s
		}
		w = s
	}
	return respell(w)
}

// everydayEnglish reports English words of Vietnamese chat that are no drawn-out
// syllables.
func everydayEnglish(w string) bool {
	switch w {
	case "app", "all", "off", "full", "call", "will", "see", "too", "free", "pass", "add", "job", "shop", "sale", "post", "check", "link", "web", "wifi", "gym", "pic", "mic", "toy":
		return true
	}
	return false
}

// stretched reports a letter written three times or more.
func stretched(w string) bool { return unstretch(w) != w }

// unstretch takes drawn-out letters back to one: "đẹppppp" → "đẹp".
func unstretch(w string) string {
	switch w { // hưu, lưu, cứu … typed without marks
	case "buu", "cuu", "huu", "khuu", "luu", "muu", "nguu", "suu", "truu", "tuu":
		return w
	}
	var b strings.Builder
	runes := []rune(w)
	for i := 0; i < len(runes); {
		j := i
		for j < len(runes) && (runes[j] == runes[i] || j > i && sameBase(runes[i], runes[j])) {
			j++
		}
		n := j - i
		if n >= 3 || n == 2 && j == len(runes) && i > 0 && !horned(runes[i]) {
			n = 1
		}
		b.WriteString(string(runes[i : i+n]))
		i = j
	}
	return b.String()
}

// horned reports an ư, which an u follows in many words: "hưu", "cứu".
func horned(r rune) bool { return strings.ContainsRune("ưứừửữự", r) }

// sameBase reports that b is the unmarked letter of a, as in "quáaaa".
func sameBase(a, b rune) bool {
	return b < utf8.RuneSelf && Unmark(string(a)) == string(b)
}

// respell turns playful spellings into the standard one where that gives a
// Vietnamese syllable: z for v, d or gi, f for ph, w for qu, j for gi, and
// endings shortened on a keyboard (khôg, thík, ah).
func respell(w string) string {
	if full := ending(w); full != "" {
		return full
	}
	try := func(s string) bool { return s != w && Syllable(Unmark(s)) }
	for _, p := range []struct{ from, to string }{
		{"dz", "v"}, {"z", "v"}, {"z", "d"}, {"z", "gi"}, {"f", "ph"}, {"w", "qu"}, {"j", "gi"}, {"j", "ch"}, {"q", "qu"}, {"k", "c"}, {"c", "k"},
	} {
		if !strings.HasPrefix(w, p.from) {
			continue
		}
		head := p.to + w[len(p.from):]
		if try(head) {
			return head
		}
		if full := ending(head); full != "" {
			return full
		}
	}
	return w
}

func ending(w string) string {
	for _, p := range []struct{ from, to string }{{"g", "ng"}, {"k", "ch"}, {"k", "c"}, {"c", "ch"}, {"h", "nh"}, {"q", "c"}, {"s", ""}, {"z", ""}, {"x", ""}, {"j", "i"}, {"w", "o"}} {
		if s, ok := strings.CutSuffix(w, p.from); ok && utf8.RuneCountInString(s) >= 1 && Syllable(Unmark(s+p.to)) {
			return s + p.to
		}
	}
	return ""
}

// shortForm gives the full words of a short form, "" when w is none. It looks
// the form up as written, then without marks.
func shortForm(w string) string {
	if full := chatMarked(w); full != "" {
		return full
	}
	if u := Unmark(w); u == w || len(u) <= 3 && !Syllable(u) {
		if full := chat(u); full != "" {
			return full
		}
		return names(u)
	}
	return ""
}

// chatMarked lists forms whose marks matter.
func chatMarked(w string) string {
	switch w {
	case "hông", "hổng", "hem", "khum", "khôm", "hok", "hôk":
		return "không"
	case "đc", "đk", "đuợc", "đựơc", "đựt", "đượt":
		return "được"
	case "đt", "đthoại":
		return "điện thoại"
	case "nhìu", "nhìuu", "nhiu":
		return "nhiều"
	case "bít", "bíc", "pít":
		return "biết"
	case "mún":
		return "muốn"
	case "bùn":
		return "buồn"
	case "lun", "luon", "luônn":
		return "luôn"
	case "thoi", "thui":
		return "thôi"
	case "zị", "dị", "zậy", "dậy", "zay", "zậyy", "zi", "dzậy", "dzị", "dzi", "dzay":
		return "vậy"
	case "rùi", "òi", "rồii", "ròi", "gồi", "gòy", "goy", "ròy":
		return "rồi"
	case "tui", "tuii", "tuôi", "tuj":
		return "tôi"
	case "mìnk", "mik", "mìh", "mh":
		return "mình"
	case "iu", "iêu", "êu", "íu":
		return "yêu"
	case "ngừi", "ngta", "ngườii", "nguời", "ngừoi", "ngưòi":
		return people(w)
	case "mụi", "mng", "mn", "mngười", "mnguoi", "mọingười":
		return "mọi người"
	case "đag", "đg":
		return "đang"
	case "cũg", "cx", "cg", "cug", "củng":
		return "cũng"
	case "gòi":
		return "rồi"
	case "chời", "trùi", "chùi", "giời", "trừi", "chừi", "trui":
		return "trời"
	case "qá", "wá", "wa", "quớ", "qa":
		return "quá"
	case "rứa":
		return "thế"
	case "chừ":
		return "giờ"
	case "bữa":
		return "hôm"
	case "vầy":
		return "vậy"
	case "dzô", "zô":
		return "vào"
	}
	return livelier(w)
}

func people(w string) string {
	if w == "ngta" {
		return "người ta"
	}
	return "người"
}

// chat lists forms without marks.
func chat(w string) string {
	switch w {
	case "ko", "k", "kg", "khg", "kh", "hk", "hog", "k0", "kog", "khong", "kp", "kbh", "kb", "kbt", "ks", "kc":
		return negative(w)
	case "dc", "dk", "dx", "duoc", "dcj":
		return "được"
	case "j", "ji", "gj", "gk":
		return "gì"
	case "vs":
		return "với"
	case "ng", "nguoi", "ngkhac":
		return "người"
	case "ngta":
		return "người ta"
	case "mn", "mng", "mnguoi":
		return "mọi người"
	case "nc":
		return "nước"
	case "bn":
		return "bao nhiêu"
	case "bnhieu":
		return "bao nhiêu"
	case "trc", "trk", "truoc":
		return "trước"
	case "ntn":
		return "như thế nào"
	case "nx", "nua":
		return "nữa"
	case "lm":
		return "làm"
	case "r", "roi", "rui", "roy":
		return "rồi"
	case "bik", "bt", "biet", "bk", "bjt", "bh":
		return know(w)
	case "nv", "nvay":
		return "như vậy"
	case "nt", "ib", "inb":
		return "nhắn tin"
	case "vk", "zk":
		return "vợ"
	case "ck":
		return "chồng"
	case "ny":
		return "người yêu"
	case "nhg", "nhug", "nhma", "nma":
		return "nhưng mà"
	case "thik", "thix", "thjk":
		return "thích"
	case "mk", "mik", "mjh", "mjk":
		return "mình"
	case "cj", "chj":
		return "chị"
	case "vl", "vcl", "vkl", "vch":
		return "vãi"
	case "ls":
		return "làm sao"
	case "sn":
		return "sinh nhật"
	case "hnay", "hnai", "hn":
		if w == "hn" {
			return "hà nội"
		}
		return "hôm nay"
	case "hqua":
		return "hôm qua"
	case "sg":
		return "sài gòn"
	case "ns", "noj":
		return "nói"
	case "s":
		return "sao"
	case "z", "v", "zz", "vaj":
		return "vậy"
	case "trog", "tr0ng":
		return "trong"
	case "dag", "dg":
		return "đang"
	case "cs", "cko":
		return affirm(w)
	case "ak", "ah", "uk", "uh", "um":
		return particle(w)
	}
	return later(w)
}

func negative(w string) string {
	switch w {
	case "kp":
		return "không phải"
	case "kbh":
		return "không bao giờ"
	case "kb":
		return "kết bạn"
	case "kbt":
		return "không biết"
	case "ks":
		return "không sao"
	case "kc":
		return "khoảng cách"
	}
	return "không"
}

func know(w string) string {
	if w == "bh" {
		return "bao giờ"
	}
	return "biết"
}

func affirm(w string) string {
	if w == "cs" {
		return "có"
	}
	return "cho"
}

func particle(w string) string {
	if w[0] == 'a' {
		return "à"
	}
	return "ừ"
}

func later(w string) string {
	switch w {
	case "ms":
		return "mới"
	case "gd", "gdinh":
		return "gia đình"
	case "gv":
		return "giáo viên"
	case "hs":
		return "học sinh"
	case "sv":
		return "sinh viên"
	case "dt", "dthoai":
		return "điện thoại"
	case "tg":
		return "thời gian"
	case "tgian":
		return "thời gian"
	case "thag", "thág":
		return "tháng"
	case "bme", "bome":
		return "bố mẹ"
	case "lquan":
		return "liên quan"
	case "ctrinh":
		return "chương trình"
	case "kq":
		return "kết quả"
	case "ttin":
		return "thông tin"
	case "cty":
		return "công ty"
	case "bv", "bvien":
		return "bệnh viện"
	case "bs", "bsi":
		return "bác sĩ"
	case "tk", "tkhoan":
		return "tài khoản"
	case "qtrong":
		return "quan trọng"
	case "xh":
		return "xã hội"
	case "mxh":
		return "mạng xã hội"
	case "cskh":
		return "chăm sóc khách hàng"
	case "nhnn":
		return "ngân hàng nhà nước"
	}
	return latest(w)
}

// names lists short forms of places and services.
func names(w string) string {
	switch w {
	case "tphcm", "hcm", "tpchm", "hcmc":
		return "thành phố hồ chí minh"
	case "tp":
		return "thành phố"
	case "q":
		return "quận"
	case "vn":
		return "việt nam"
	case "tq":
		return "trung quốc"
	case "dn":
		return "đà nẵng"
	case "hp":
		return "hải phòng"
	case "sdt", "sđt":
		return "số điện thoại"
	case "cccd":
		return "căn cước công dân"
	case "cmnd":
		return "chứng minh nhân dân"
	case "bhyt":
		return "bảo hiểm y tế"
	case "bhxh":
		return "bảo hiểm xã hội"
	case "gplx":
		return "giấy phép lái xe"
	case "csgt":
		return "cảnh sát giao thông"
	case "ytb", "yt":
		return "youtube"
	case "fb", "fbook", "phây":
		return "facebook"
	case "insta", "ig":
		return "instagram"
	case "byt":
		return "bộ y tế"
	case "ubnd":
		return "ủy ban nhân dân"
	case "thpt":
		return "trung học phổ thông"
	case "thcs":
		return "trung học cơ sở"
	case "covit", "covy":
		return "covid"
	case "vacxin", "vaxin", "vắcxin", "vaccin", "vácxin":
		return "vaccine"
	}
	return ""
}
