package post

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"soi/internal/text"
)

// What is cut from the words themselves, wherever it stands.
var (
	mail       = regexp.MustCompile(`(?i)[\p{L}\p{N}._%+-]{1,64}(@|＠|\s?\(at\)\s?|\s?\[at\]\s?|\s?\{at\}\s?)[\p{L}\p{N}-]{1,63}((\.|\s?(\(dot\)|\[dot\])\s?)[\p{L}\p{N}-]{1,63})+`)
	webAddress = regexp.MustCompile(`(?i)[\w.+-]*://\S*|\bwww\.\S+|\b[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)*\.(com|net|org|vn|info|io|me|co|tv|social|app|gov|edu|ru|cn|jp|kr|uk|us|eu|de|fr|biz|xyz|online|site|club|top|page|link|ly|gg|be|to|cc|blog|shop|live|pro|media|news|asia|dev)\b(:\d+)?(/\S*)?|\b[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+/\S*`)
	mention    = regexp.MustCompile(`[@＠][\p{L}\p{N}_][\p{L}\p{N}\p{M}_.-]*([@＠][\p{L}\p{N}_.-]+)?`)
	redditName = regexp.MustCompile(`(?i)(^|[\s(,;])/?u(ser)?/[\w-]{2,}`)
	digits     = regexp.MustCompile(`[+＋(]{0,2}\p{Nd}(?:[ \t\x{a0}.()\-–—/·_*,]{0,3}\p{Nd}){7,24}`)
	grouped    = regexp.MustCompile(`^[1-9]\d{0,2}(?:(?:\.\d{3}){1,6}|(?:,\d{3}){1,6}|(?: \d{3}){1,2})$`)
	dateLike   = regexp.MustCompile(`(^|[^\p{Nd}])(\d{1,2}[/.\-]\d{1,2}[/.\-](19|20)\d\d|(19|20)\d\d[/.\-]\d{1,2}[/.\-]\d{1,2}|(19|20)\d\d ?[-–—/] ?(19|20)\d\d)\b`)
	between    = regexp.MustCompile(`\s+[-–—]\s*|\s*[-–—]\s+|\s*[–—]\s*|,\s+`)
	// credit is a line that names where or from whom something is.
	credit    = regexp.MustCompile(`(?i)^[\s\-–—_~*•©(]*(by|via|cre|credit|credits|cr|photos?|pic|video|source|nguồn|ảnh|hình|clip|tác giả|người viết|bài viết của|bài của|tác phẩm của|theo (fb|facebook|tiktok|zalo)|st|sưu tầm|copy|copyright|liên hệ|contact|hotline|zalo|tel|phone|sđt|sdt|đt|follow|theo dõi|đăng bởi|posted by|viết bởi|fb|facebook|ig|instagram|tiktok)\s*[:：\-–—@.]\s*\S.{0,100}$`)
	countLine = regexp.MustCompile(`(?i)^\W*\d[\d.,\s]*\s*[kmb]?\s*(triệu|nghìn|tr|n)?\s*(likes?|views?|comments?|replies|votes?|points?|shares?|reactions?|followers?|subscribers?|retweets?|reposts?|quotes?|bookmarks?|lượt (xem|thích|chia sẻ)|bình luận|lượt|thích|chia sẻ|người theo dõi)?\W*$`)
	signature = regexp.MustCompile(`^\s*[—–~-]{1,2}\s*\p{Lu}[\p{L}\p{M}.]*(\s+\p{Lu}[\p{L}\p{M}.]*){0,5}\s*$`)
	manyCuts  = regexp.MustCompile(`\[…\](?:[\s,;·|/&-]*\[…\])+`)
)

// clean turns a found text into the words that may be kept.
func clean(s string, names, handles []string) string {
	s = text.Clean(s)
	s = strings.ReplaceAll(s, "\r", "\n")
	s = mail.ReplaceAllString(s, " "+Cut+" ")
	s = webAddress.ReplaceAllString(s, " "+Cut+" ")
	s = mention.ReplaceAllString(s, " "+Cut+" ")
	s = redditName.ReplaceAllString(s, "$1"+Cut)
	s = digits.ReplaceAllStringFunc(s, cutDigits)
	var out []string
	for line := range strings.Lines(s) {
		line = strings.Join(strings.Fields(line), " ")
		if line == "" || credit.MatchString(line) || countLine.MatchString(line) || signature.MatchString(line) {
			continue
		}
		line = cutNames(line, names, handles)
		line = strings.TrimSpace(manyCuts.ReplaceAllString(line, Cut))
		if strings.Trim(line, " .,;:!?()-–—|·"+Cut) != "" {
			out = append(out, line)
		}
	}
	return shorten(strings.Join(out, "\n"))
}

// cutDigits takes out telephone numbers and other long numbers that point to
// somebody (accounts, identity cards), and leaves dates, amounts and ranges of
// amounts.
func cutDigits(s string) string {
	left := dateLike.ReplaceAllString(s, " ")
	if left != s && strings.Count(onlyDigits(left), "")-1 < 7 {
		return s
	}
	for _, part := range between.Split(s, -1) {
		if !grouped.MatchString(part) || strings.HasPrefix(part, "84") && len(onlyDigits(part)) > 10 {
			return " " + Cut + " "
		}
	}
	return s
}

// onlyDigits drops all but digits.
func onlyDigits(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsDigit(c) {
			return c
		}
		return -1
	}, s)
}

// token is a word of a line with its place.
type token struct {
	from, to int
	folded   string
}

// tokens cuts a line into runs of letters, digits and low lines.
func tokens(s string) []token {
	var out []token
	start := -1
	end := func(i int) {
		if start >= 0 {
			out = append(out, token{start, i, text.Fold(s[start:i])})
			start = -1
		}
	}
	for i, c := range s {
		if unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c) {
			if start < 0 {
				start = i
			}
			continue
		}
		end(i)
	}
	end(len(s))
	return out
}

// cutNames takes the names and handles out of a line. A name of several words
// is found in whatever case and with or without marks; a name of one word only
// as it is written, since it may be a word of the language too.
func cutNames(line string, names, handles []string) string {
	ts := tokens(line)
	gone := make([]bool, len(ts))
	mark := func(name string, exact bool) {
		want := tokens(name)
		if len(want) == 0 {
			return
		}
		for i := 0; i+len(want) <= len(ts); i++ {
			same := true
			for k, w := range want {
				t := ts[i+k]
				if t.folded != w.folded || exact && line[t.from:t.to] != name[w.from:w.to] {
					same = false
					break
				}
			}
			for k := range want {
				gone[i+k] = gone[i+k] || same
			}
		}
	}
	for _, n := range names {
		mark(n, len(strings.Fields(n)) == 1)
		if len(strings.Fields(n)) > 1 {
			mark(strings.Join(strings.Fields(n), ""), false) // #NameOfSomebody
		}
	}
	for _, h := range handles {
		mark(h, false)
	}
	return without(line, ts, gone)
}

// without puts Cut in the place of the tokens that are gone.
func without(line string, ts []token, gone []bool) string {
	var b strings.Builder
	at := 0
	for i, t := range ts {
		if !gone[i] {
			continue
		}
		if i == 0 || !gone[i-1] || strings.TrimSpace(line[at:t.from]) != "" && !joins(line[at:t.from]) {
			b.WriteString(line[at:t.from])
			b.WriteString(Cut)
		}
		at = t.to
	}
	b.WriteString(line[at:])
	return b.String()
}

// joins reports whether what stands between two parts of a name belongs to it.
func joins(s string) bool { return strings.Trim(s, " .-_'’") == "" }

// shorten bounds the words at a blank.
func shorten(s string) string {
	if utf8.RuneCountInString(s) <= maxRunes {
		return s
	}
	n := 0
	for i := range s {
		if n++; n > maxRunes {
			s = s[:i]
			break
		}
	}
	if i := strings.LastIndexAny(s, " \n"); i > 0 {
		s = s[:i]
	}
	return s + " …"
}

// worth reports whether what is left says anything: two words, or four
// letters of a script without blanks.
func worth(s string) bool {
	s = strings.ReplaceAll(s, Cut, " ")
	words, count := 0, 0
	for _, w := range strings.Fields(s) {
		n := 0
		for _, c := range w {
			if unicode.IsLetter(c) {
				n++
			}
		}
		if n > 0 {
			words++
		}
		count += n
	}
	return words >= 2 && count >= 4 || count >= 4 && utf8.RuneCountInString(s)*2 < len(s)
}
