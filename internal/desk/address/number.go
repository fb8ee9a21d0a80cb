package address

import "strings"

// readNumber reads a telephone number. Numbers without a country are
// Vietnamese: 024 3998 5765, (024) 39985765, +84 24…, 0084 24…, 84 24…,
// 1900 9095, and short ones such as 113. The key is E.164 where there is one;
// short numbers, which exist inside a country alone, are "84#113".
func readNumber(text string) (Address, bool) {
	text, _, _ = strings.Cut(text, ";") // tel:+84…;ext=1
	plus := strings.HasPrefix(text, "+")
	var b strings.Builder
	for i, r := range text {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+' && i == 0, strings.ContainsRune(" .-()/\u2011\u2013", r):
		default:
			return Address{}, false
		}
	}
	digits := b.String()
	if looksLikeHost(text) {
		return Address{}, false
	}
	key := ""
	switch n := len(digits); {
	case plus:
		key = e164(digits)
	case strings.HasPrefix(digits, "00"):
		key = e164(digits[2:])
	case strings.HasPrefix(digits, "0") && (n == 10 || n == 11):
		key = "+84" + digits[1:]
	case (strings.HasPrefix(digits, "1800") || strings.HasPrefix(digits, "1900")) && n >= 6 && n <= 10:
		key = "84#" + digits
	case strings.HasPrefix(digits, "84") && (n == 11 || n == 12):
		key = "+" + digits
	case n >= 3 && n <= 5 && digits[0] != '0':
		key = "84#" + digits
	}
	if key == "" {
		return Address{}, false
	}
	return Address{Kind: Telephone, Key: key, Shown: shownNumber(key)}, true
}

// looksLikeHost tells 1.2.3.4 and 127.0.0.1 from a number written with dots.
func looksLikeHost(text string) bool {
	parts := strings.Split(text, ".")
	if len(parts) != 4 {
		return false
	}
	for _, p := range parts {
		if len(p) == 0 || len(p) > 3 || strings.Trim(p, "0123456789") != "" {
			return false
		}
	}
	return true
}

// e164 is the international form of digits behind the plus; "" when they
// cannot be one. (+84) 024… is a common slip: the 0 falls away.
func e164(digits string) string {
	if rest, found := strings.CutPrefix(digits, "840"); found {
		digits = "84" + rest
	}
	if len(digits) < 8 || len(digits) > 15 || digits[0] == '0' {
		return ""
	}
	return "+" + digits
}

// shownNumber groups a number as Vietnamese readers are used to; foreign ones
// stay as they are.
func shownNumber(key string) string {
	if short, found := strings.CutPrefix(key, "84#"); found {
		if len(short) > 5 {
			return short[:4] + " " + short[4:]
		}
		return short
	}
	rest, found := strings.CutPrefix(key, "+84")
	if !found {
		return key
	}
	n := "0" + rest
	cut := []int{4, 7}
	switch {
	case len(n) == 11 && (strings.HasPrefix(n, "024") || strings.HasPrefix(n, "028")):
		cut = []int{3, 7}
	case len(n) == 11:
		cut = []int{4, 8}
	case len(n) != 10:
		return n
	}
	return n[:cut[0]] + " " + n[cut[0]:cut[1]] + " " + n[cut[1]:]
}
