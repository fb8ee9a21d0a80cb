package text

import "strconv"

// Piece is one token as Quantities reads it.
type Piece struct {
	Word    string // normal form
	Figure  bool
	Percent bool
}

// Quantity is a number with what it counts.
type Quantity struct {
	Value float64 // multipliers applied: "20 triệu" is 2e7
	Class string  // what it counts, see classOf; "" when nothing is known
	From  int     // first piece
	To    int     // one after the last piece
}

// Quantities reads figures and number words of English and Vietnamese, with
// multipliers, units, and the parts of dates.
func Quantities(p []Piece) []Quantity {
	var out []Quantity
	for i := 0; i < len(p); {
		q, n := quantity(p, i)
		if n == 0 {
			i++
			continue
		}
		if q.Class == "" {
			q.Class = before(p, i, out)
		}
		if q.Class == "" && q.Value >= 1900 && q.Value < 2100 && n == 1 && q.Value == float64(int(q.Value)) {
			q.Class = "year"
		}
		out = append(out, q)
		i += n
	}
	return out
}

// quantity reads one quantity at i and how many pieces it takes.
func quantity(p []Piece, i int) (q Quantity, n int) {
	v, n := number(p, i)
	if n == 0 {
		return q, 0
	}
	q = Quantity{Value: v, From: i}
	percent := p[i].Percent
	last := 0.0
	for i+n < len(p) && multiplier(p[i+n].Word) > 0 && n < 7 {
		last = multiplier(p[i+n].Word)
		q.Value *= last
		n++
	}
	if last > 0 {
		more, k := afterMultiplier(p, i+n, last)
		q.Value, n = q.Value+more, n+k
	}
	q.To = i + n
	next, then := wordAt(p, q.To), wordAt(p, q.To+1)
	switch {
	case percent:
		q.Class = "percent"
	case next == "phần" && (then == "nghìn" || then == "ngàn"):
		q.Value, q.Class = q.Value/10, "percent"
	case next != "" && !p[q.To].Figure:
		q.Class = classOf(next, then)
	}
	return q, n
}

// wordAt is the word of a piece, "" where there is none.
func wordAt(p []Piece, i int) string {
	if i < len(p) {
		return p[i].Word
	}
	return ""
}

// afterMultiplier reads what people leave short after a multiplier: "một triệu tám" is 1.8
// million, "hai tỷ rưỡi" 2.5 thousand million. A digit that counts something itself is left.
func afterMultiplier(p []Piece, i int, last float64) (more float64, n int) {
	switch w := wordAt(p, i); {
	case w == "rưỡi":
		return last / 2, 1
	case last < 1000 || w == "năm" || wordAt(p, i+1) == "mươi" || multiplier(wordAt(p, i+1)) > 0 || counted(wordAt(p, i+1)):
		return 0, 0
	default:
		d := vietnameseDigit(w)
		if m := wordAt(p, i-1); m == "trieu" && (w == "bon" || w == "tam" || w == "chin") { // the others are words too
			d = bareDigit(w)
		}
		if d > 1 && d < 10 {
			return last / 10 * d, 1
		}
	}
	return 0, 0
}

// number reads a figure in digits or words.
func number(p []Piece, i int) (v float64, n int) {
	if p[i].Figure {
		v, err := strconv.ParseFloat(p[i].Word, 64)
		if err != nil {
			return 0, 0
		}
		return v, 1
	}
	if m := month(p[i].Word); m > 0 && (i > 0 && p[i-1].Figure || i+1 < len(p) && p[i+1].Figure) {
		return m, 1
	}
	v = numberWord(p[i].Word)
	if v == 0 {
		return vietnameseNumber(p, i)
	}
	n = 1
	if v >= 20 && v < 100 && i+1 < len(p) {
		if u := numberWord(p[i+1].Word); u > 0 && u < 10 {
			return v + u, 2
		}
	}
	return v, n
}

// before finds what a bare number counts from the words in front of it.
func before(p []Piece, i int, done []Quantity) string {
	if i == 0 {
		return ""
	}
	switch p[i-1].Word {
	case "ngày", "ngay", "mùng", "mồng":
		return "day"
	case "tháng", "thang":
		return "month"
	case "năm", "nam", "year":
		return "year"
	case "số", "no", "number":
		return "number"
	}
	if month(p[i-1].Word) > 0 && !p[i-1].Figure {
		return "day"
	}
	if k := len(done); k > 0 && done[k-1].To == i {
		switch done[k-1].Class {
		case "day":
			if k > 1 && done[k-2].To == done[k-1].From { // month, day, year
				return "year"
			}
			return "month"
		case "month":
			return "year"
		}
	}
	return ""
}

func multiplier(w string) float64 {
	switch w {
	case "k", "nghìn", "nghin", "ngàn", "ngan", "thousand":
		return 1e3
	case "triệu", "trieu", "tr", "million", "millions", "mn", "mil", "lakh":
		if w == "lakh" {
			return 1e5
		}
		return 1e6
	case "tỷ", "tỉ", "ty", "ti", "billion", "billions", "bn":
		return 1e9
	case "trillion":
		return 1e12
	case "trăm", "tram", "hundred":
		return 100
	case "chục", "chuc":
		return 10
	case "vạn":
		return 1e4
	case "crore":
		return 1e7
	}
	return 0
}

func numberWord(w string) float64 {
	for i, s := range [...]string{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
		"thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"} {
		if s == w && i > 0 { // "one" is mostly no count
			return float64(i + 1)
		}
	}
	for i, s := range [...]string{"twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"} {
		if s == w {
			return float64(i*10 + 20)
		}
	}
	if w == "dozen" {
		return 12
	}
	return 0
}

// vietnameseNumber reads number words where they count something: before a multiplier, a
// unit or a classifier. "Một" (also "a") and "năm" (also "year") are numbers only there.
// Words without marks are numbers only in company ("ba muoi", "nam tram"): "muoi" alone is
// salt, and "sau" after.
func vietnameseNumber(p []Piece, i int) (float64, int) {
	if w := p[i].Word; w == "nửa" { // "nửa phần trăm", "nửa tỷ"
		if m := multiplier(wordAt(p, i+1)); m >= 1e6 || wordAt(p, i+1) == "phần" && multiplier(wordAt(p, i+2)) > 0 {
			return 0.5, 1
		}
		return 0, 0
	}
	v, n, bare := tens(p, i)
	if v == 0 {
		return 0, 0
	}
	if h := wordAt(p, i+n); v < 10 && (h == "trăm" || h == "tram") { // "hai trăm năm mươi"
		if more, k, _ := tens(p, i+n+1); more >= 10 {
			return v*100 + more, n + 1 + k
		}
	}
	before := ""
	if i > 0 {
		before = p[i-1].Word
	}
	if n > 1 || v > 1 && !bare && (before == "tháng" || before == "mùng" || before == "mồng") {
		return v, n
	}
	after := wordAt(p, i+n)
	if multiplier(after) > 0 && after != "ti" && after != "ty" || !bare && counted(after) && v != 1 {
		return v, n
	}
	return 0, 0
}

// tens reads one number word below a hundred ("ba mươi lăm", "hăm bốn", "hai mốt"), and
// whether it has no marks.
func tens(p []Piece, i int) (v float64, n int, bare bool) {
	w := wordAt(p, i)
	digit := vietnameseDigit
	then := wordAt(p, i+1)
	if v = digit(w); v == 0 || then == "muoi" { // "hai" and "ba" have no marks anyway
		digit, bare = bareDigit, true
		v = digit(w)
	}
	next := func(k int) float64 {
		if u := digit(wordAt(p, i+k)); u > 0 && u < 10 {
			return u
		}
		return 0
	}
	switch {
	case w == "hăm" || w == "băm":
		if digit = vietnameseDigit; next(1) > 0 {
			return map[string]float64{"hăm": 20, "băm": 30}[w] + next(1), 2, false
		}
		return 0, 0, false
	case v == 10:
		if next(1) > 0 {
			return 10 + next(1), 2, bare
		}
	case v > 1 && (then == "mươi" && !bare || then == "muoi" && bare):
		if next(2) > 0 {
			return v*10 + next(2), 3, bare
		}
		return v * 10, 2, bare
	case v > 1 && (then == "tư" || then == "mốt" || then == "lăm") && !bare:
		return v*10 + digit(then), 2, false
	}
	if v > 0 {
		n = 1
	}
	return v, n, bare
}

// bareDigit is vietnameseDigit for words without marks; some are other words too.
func bareDigit(w string) float64 {
	for i, s := range [...]string{"mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin", "muoi"} {
		if s == w {
			return float64(i + 1)
		}
	}
	switch w {
	case "tu":
		return 4
	case "lam":
		return 5
	}
	return 0
}

func vietnameseDigit(w string) float64 {
	for i, s := range [...]string{"một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười"} {
		if s == w {
			return float64(i + 1)
		}
	}
	switch w {
	case "mốt":
		return 1
	case "tư":
		return 4
	case "lăm":
		return 5
	}
	return 0
}

// counted reports words that follow a count in Vietnamese.
func counted(w string) bool {
	switch w {
	case "người", "con", "ngày", "tháng", "năm", "tuần", "giờ", "phút", "giây", "lần", "ca", "vụ", "cái", "chiếc", "tuổi", "đồng", "cốc", "ly",
		"viên", "liều", "mũi", "bệnh", "trẻ", "em", "học", "xe", "nhà", "tỉnh", "nước", "tiếng", "mét", "lít", "ký", "cân", "quả", "củ", "gói", "bước",
		"loại", "triệu", "nghìn", "trăm", "tỷ", "công", "phần":
		return true
	}
	return false
}

func month(w string) float64 {
	for i, s := range [...]string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"} {
		if w == s || len(w) == 3 && w == s[:3] {
			return float64(i + 1)
		}
	}
	if w == "sept" {
		return 9
	}
	return 0
}

// classOf sorts units into kinds of things counted. Values of different kinds are
// never held against each other.
func classOf(w, next string) string {
	switch w {
	case "percent", "phần", "phan", "pc":
		if w[0] == 'p' && (w == "percent" || w == "pc" || next == "trăm" || next == "tram") {
			return "percent"
		}
	case "người", "nguoi", "people", "persons", "person", "men", "women", "children", "patients", "deaths", "victims", "nạn", "trẻ", "cases", "ca":
		return "people"
	case "đồng", "dong", "vnd", "vnđ", "đ", "d", "usd", "dollars", "dollar", "đô", "euro", "euros", "pounds", "rupees", "eur":
		return "money"
	case "ngày", "ngay", "day", "days":
		return "days"
	case "tuần", "tuan", "week", "weeks":
		return "weeks"
	case "tháng", "thang", "month", "months":
		return "months"
	case "năm", "nam", "year", "years":
		return "years"
	case "tuổi", "tuoi", "yo":
		return "age"
	case "giờ", "gio", "h", "hour", "hours", "tiếng", "tieng", "am", "pm":
		return "hours"
	case "phút", "phut", "minute", "minutes":
		return "minutes"
	case "km", "m", "cm", "mm", "mét", "met", "miles", "mile", "feet", "ft", "metres", "meters":
		return "length"
	case "kg", "g", "mg", "gam", "gram", "grams", "tấn", "tan", "tons", "tonnes", "lbs", "lb", "cân", "ký":
		return "mass"
	case "độ", "do", "degrees":
		return "degrees"
	case "lần", "lan", "times":
		return "times"
	}
	return ""
}
