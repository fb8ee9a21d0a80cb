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
	for i+n < len(p) && multiplier(p[i+n].Word) > 0 && n < 4 {
		q.Value *= multiplier(p[i+n].Word)
		n++
	}
	q.To = i + n
	if percent {
		q.Class = "percent"
	} else if q.To < len(p) && !p[q.To].Figure {
		next := ""
		if q.To+1 < len(p) {
			next = p[q.To+1].Word
		}
		q.Class = classOf(p[q.To].Word, next)
	}
	return q, n
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

// vietnameseNumber reads marked number words where they count something: before
// a multiplier, a unit or a classifier. "Một" (also "a") and "năm" (also "year")
// are numbers only there.
func vietnameseNumber(p []Piece, i int) (float64, int) {
	v := vietnameseDigit(p[i].Word)
	if v == 0 {
		return 0, 0
	}
	n := 1
	next := func(k int) string {
		if i+k < len(p) {
			return p[i+k].Word
		}
		return ""
	}
	if v == 10 {
		if u := vietnameseDigit(next(1)); u > 0 && u < 10 {
			v, n = 10+u, 2
		}
	} else if next(1) == "mươi" {
		v, n = v*10, 2
		if u := vietnameseDigit(next(2)); u > 0 && u < 10 {
			v, n = v+u, 3
		}
	}
	if n > 1 || i > 0 && (p[i-1].Word == "tháng" || p[i-1].Word == "mùng") && v > 1 {
		return v, n
	}
	after := next(n)
	if multiplier(after) > 0 && after != "ti" && after != "ty" || counted(after) && (v != 1 || n > 1) {
		return v, n
	}
	return 0, 0
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
