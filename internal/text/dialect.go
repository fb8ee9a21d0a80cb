package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// spoken writes out what a word of a Vietnamese text stands for when the word after it
// is known too: loan words in syllables (vi rút), dialect of the south, of Huế and of
// Nghệ An and Hà Tĩnh. It returns the words meant and whether the next word is used up;
// "" when nothing is known. Words that are something else in most places (răng, mô,
// chi) are read as dialect only beside words that make it certain.
func spoken(w, next string) (words string, both bool) {
	if full := together(w, next); full != "" {
		return full, true
	}
	return alone(w, next), false
}

// together lists pairs of words.
func together(w, next string) string {
	switch w + " " + next {
	case "vi rút", "vi rut", "vi rus", "vi rúts":
		return "virus"
	case "vắc xin", "vac xin", "vắc cin", "văc xin", "vác xin", "vắt xin":
		return "vaccine"
	case "con nít", "con nit", "xấp nhỏ", "sấp nhỏ", "xap nho", "tụi nhỏ", "mấy nhỏ":
		return "trẻ em"
	case "mần răng", "mần sao", "mằn răng":
		return "làm sao"
	case "mần chi", "mần gì", "làm chi":
		return "làm gì"
	case "ở mô", "nơi mô", "chỗ mô":
		return "ở đâu"
	case "đi mô", "di mo":
		return "đi đâu"
	case "khi mô", "bữa mô", "bao chừ":
		return "khi nào"
	case "vì răng", "răng mà", "răng rứa":
		return "vì sao"
	case "bữa ni", "hôm ni", "bựa ni", "ngày ni":
		return "hôm nay"
	case "bây chừ", "bay chừ", "bây dừ":
		return "bây giờ"
	case "cái ni", "cấy ni":
		return "cái này"
	case "cái chi", "cấy chi":
		return "cái gì"
	case "đàn ôông", "đờn ông":
		return "đàn ông"
	case "đờn bà":
		return "đàn bà"
	case "bịnh viện", "nhà thương", "binh vien":
		return "bệnh viện"
	case "hột gà", "hột vịt":
		return "trứng " + strings.TrimPrefix(w+" "+next, "hột ")
	case "nhà băng", "nha bang":
		return "ngân hàng"
	}
	return ""
}

// alone lists single words. next decides where a word has two meanings.
func alone(w, next string) string {
	switch w {
	case "heo":
		if next == "may" || next == "hút" {
			return ""
		}
		return "lợn"
	case "bịnh":
		return "bệnh"
	case "chích":
		if next == "choè" || next == "bông" {
			return ""
		}
		return "tiêm"
	case "nhứt":
		return "nhất"
	case "thiệt":
		if next == "hại" || next == "thòi" || next == "mạng" {
			return ""
		}
		return "thật"
	case "xài":
		return "dùng"
	case "vô":
		if unLike(next) {
			return ""
		}
		return "vào"
	case "mần":
		return "làm"
	case "nác":
		return "nước"
	case "nỏ", "khôông":
		return "không"
	case "mói":
		return "muối"
	case "chộ":
		return "thấy"
	case "hấn":
		return "hắn"
	case "nớ":
		return "đó"
	case "mệ":
		return "bà"
	case "đàng":
		if next == "hoàng" {
			return ""
		}
		return "đường"
	}
	return ""
}

// unLike reports words before which "vô" is the prefix "without" and not "into".
func unLike(next string) bool {
	switch next {
	case "sinh", "hại", "ích", "tình", "trách", "cảm", "số", "lý", "lí", "vọng", "tội", "địch", "cùng", "tư", "thường", "danh", "ý", "hiệu", "cơ", "tuyến",
		"vàn", "gia", "nghĩa", "hạn", "dụng", "trùng", "học", "song", "biên", "lăng", "can", "tận", "duyên", "điều", "minh", "thời", "giá", "thừa", "sản", "hình", "chủ":
		return true
	}
	return false
}

// peek reads the word after the one the scanner stands on, when a blank or a hyphen is
// all that lies between them. It returns "" when there is none, and where it ends.
func (sc *Scanner) peek() (word string, end int) {
	i := sc.pos
	if i < len(sc.s) && (sc.s[i] == ' ' || sc.s[i] == '-') {
		i++
	}
	if i == sc.pos || i >= len(sc.s) {
		return "", sc.pos
	}
	var buf [40]byte
	b := buf[:0]
	for i < len(sc.s) && len(b) < 32 {
		r, n := utf8.DecodeRuneInString(sc.s[i:])
		if !unicode.IsLetter(r) || unspaced(r) {
			break
		}
		b = utf8.AppendRune(b, lower(r))
		i += n
	}
	return string(placeTone(b)), i
}

// voice writes out the word the scanner stands on, see spoken. It reports whether it
// changed anything.
func (sc *Scanner) voice() bool {
	if !mayBeSpoken(sc.buf) {
		return false
	}
	next, end := sc.peek()
	full, both := spoken(string(sc.buf), next)
	if full == "" {
		return false
	}
	if both {
		sc.pos, sc.End = end, end
	}
	sc.write(full)
	return true
}

// mayBeSpoken spares most words the longer look: by their first letters.
func mayBeSpoken(w []byte) bool {
	if len(w) < 2 || len(w) > 10 {
		return false
	}
	switch string(w) {
	case "vi", "vắc", "vac", "văc", "vác", "vắt", "con", "xấp", "sấp", "xap", "tụi", "mấy", "mần", "mằn", "làm", "ở", "nơi", "chỗ", "đi", "di", "khi",
		"bao", "vì", "răng", "hôm", "bựa", "ngày", "bây", "bay", "cái", "cấy", "đàn", "đờn", "bịnh", "nhà", "binh", "hột", "nha",
		"heo", "chích", "nhứt", "thiệt", "xài", "vô", "nác", "nỏ", "khôông", "mói", "chộ", "hấn", "nớ", "mệ", "đàng", "bữa":
		return true
	}
	return false
}
