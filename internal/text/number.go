package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// figure reads a number in digits. Separators are read by what stands between
// them: groups of exactly three digits are thousands ("1.234.567", "20,000"),
// anything else is a decimal part ("3,5" = "3.5").
func (sc *Scanner) figure() bool {
	sc.Kind, sc.Start = Figure, sc.pos
	sc.Upper, sc.Caps, sc.Percent = false, false, false
	sc.First, sc.fresh = sc.fresh, false
	sc.buf = sc.buf[:0]
	groups := []int{0} // digits in each group
	var seps [8]byte
	for sc.pos < len(sc.s) {
		r, n := utf8.DecodeRuneInString(sc.s[sc.pos:])
		if d := digitValue(r); d >= 0 {
			sc.buf = append(sc.buf, byte('0'+d))
			groups[len(groups)-1]++
			sc.pos += n
			continue
		}
		if (r == '.' || r == ',') && len(groups) < len(seps) && digitAt(sc.s, sc.pos+1) {
			seps[len(groups)-1] = byte(r)
			groups = append(groups, 0)
			sc.pos++
			continue
		}
		break
	}
	sc.End, sc.glue, sc.unit = sc.pos, sc.pos, true
	sc.settle(groups, seps[:])
	return sc.suffix()
}

func digitAt(s string, i int) bool {
	r, _ := utf8.DecodeRuneInString(s[min(i, len(s)):])
	return digitValue(r) >= 0
}

// digitValue is the value of a decimal digit of any script, -1 for the rest.
func digitValue(r rune) int {
	if r >= '0' && r <= '9' {
		return int(r - '0')
	}
	if r < utf8.RuneSelf || !unicode.IsDigit(r) {
		return -1
	}
	// Decimal digits of every script stand in runs of ten, zero first.
	zero := r
	for unicode.IsDigit(zero-1) && r-zero < 9 {
		zero--
	}
	return int(r - zero)
}

// settle writes the normal form of the digits in sc.buf into sc.buf.
func (sc *Scanner) settle(groups []int, seps []byte) {
	thousands := 1
	for thousands < len(groups) && groups[thousands] == 3 && seps[thousands-1] == seps[0] && groups[0] <= 3 {
		thousands++
	}
	// "1.234" with a leading zero is a decimal ("0.125").
	if thousands > 1 && groups[0] == 1 && sc.buf[0] == '0' {
		thousands = 1
	}
	whole := 0
	for _, n := range groups[:thousands] {
		whole += n
	}
	if thousands < len(groups)-1 { // 1.2.3: a version or a date, not a number
		whole = len(sc.buf)
	}
	frac := strings.TrimRight(string(sc.buf[whole:]), "0")
	head := strings.TrimLeft(string(sc.buf[:whole]), "0")
	if head == "" {
		head = "0"
	}
	if whole > 6 && thousands == 1 { // a telephone or account number keeps its zeros
		head = string(sc.buf[:whole])
	}
	sc.buf = append(sc.buf[:0], head...)
	if frac != "" {
		sc.buf = append(append(sc.buf, '.'), frac...)
	}
}

// suffix looks at what is glued to the digits. Units stay outside the figure
// and become the next word; ordinal endings are dropped; anything else makes
// one word of both ("5g", "4chan").
func (sc *Scanner) suffix() bool {
	if sc.pos < len(sc.s) && (sc.s[sc.pos] == '%' || strings.HasPrefix(sc.s[sc.pos:], "％")) {
		sc.Percent = true
		return true
	}
	end := sc.pos
	for end < len(sc.s) {
		r, n := utf8.DecodeRuneInString(sc.s[end:])
		if !unicode.IsLetter(r) || unspaced(r) {
			break
		}
		end += n
	}
	if end == sc.pos {
		return true
	}
	tail := strings.ToLower(sc.s[sc.pos:end])
	switch tail {
	case "st", "nd", "rd", "th", "s":
		sc.pos, sc.End = end, end
		return true
	}
	if gluedUnit(tail) && sc.s[sc.pos:end] != "G" || len(tail) > 6 {
		return true
	}
	from, head := sc.Start, len(sc.s[sc.Start:sc.pos])
	sc.word()
	sc.Start = from
	sc.buf = append([]byte(sc.s[from:from+head]), sc.buf...)
	return true
}

// gluedUnit reports short words that people write against a figure.
func gluedUnit(w string) bool {
	switch w {
	case "k", "tr", "triệu", "trieu", "tỷ", "tỉ", "ty", "ti", "nghìn", "nghin", "ngàn", "ngan", "vnd", "vnđ", "đ", "d",
		"usd", "eur", "kg", "mg", "g", "ml", "l", "lít", "lit", "km", "m", "cm", "mm", "nm", "ha", "h", "p", "mph", "kmh", "am", "pm",
		"bn", "mn", "b", "mil", "million", "billion", "người", "nguoi", "năm", "nam", "tuổi", "tuoi", "ngày", "ngay", "giờ", "gio",
		"phút", "phut", "lần", "lan", "độ", "do", "years", "year", "days", "hours", "yo", "ft", "lb", "lbs", "oz", "px", "gb", "mb", "tb":
		return true
	}
	return false
}
