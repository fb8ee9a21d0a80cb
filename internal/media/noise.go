package media

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"soi/internal/text"
)

// CleanScreen leaves out of the lines of a screenshot what the telephone and
// the program around the message wrote: clock, battery, buttons, counts,
// "2 hours ago". Paragraphs come in one string each, their lines separated by
// line ends, and go out joined, one a line.
func CleanScreen(paragraphs []string) string {
	phrases, patterns := screenPhrases(), screenPatterns()
	var out []string
	for _, p := range paragraphs {
		var kept []string
		for line := range strings.SplitSeq(p, "\n") {
			line = strings.Join(strings.Fields(line), " ")
			if !screenNoise(line, phrases, patterns) {
				kept = append(kept, line)
			}
		}
		if len(kept) == 0 {
			continue
		}
		joined := strings.Join(kept, " ")
		if n := len(out); n > 0 && runsOn(out[n-1], joined) {
			out[n-1] += " " + joined
			continue
		}
		out = append(out, joined)
	}
	return text.Clean(strings.Join(out, "\n"))
}

// runsOn reports whether a sentence goes on in the next paragraph: a picture
// beside the words makes tesseract see paragraphs where a line was only wrapped.
func runsOn(before, after string) bool {
	first, _ := utf8.DecodeRuneInString(after)
	return !strings.ContainsAny(before[len(before)-1:], ".!?:;”\"") && (unicode.IsLower(first) || unicode.IsDigit(first))
}

// screenNoise reports whether a line is the screen's and not the message's: it
// has no word of two letters, or nothing is left once the screen's own words
// are taken out.
func screenNoise(line string, phrases []string, patterns []*regexp.Regexp) bool {
	rest := " " + text.Unmark(strings.ToLower(line)) + " "
	for _, r := range []string{"·", "•", "|", "…", "...", "©", "®", "»", "«", "<", ">", "=", "_", "~", "*", "@"} {
		rest = strings.ReplaceAll(rest, r, " ")
	}
	rest = " " + strings.Join(strings.Fields(rest), " ") + " "
	for _, p := range patterns {
		rest = p.ReplaceAllString(rest, " ")
	}
	for _, p := range phrases {
		for strings.Contains(rest, " "+p+" ") {
			rest = strings.ReplaceAll(rest, " "+p+" ", " ")
		}
	}
	letters := 0
	for _, r := range rest {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	return letters < 2
}

// screenPhrases are the words of buttons and notes, without marks, longest
// first where one holds another. Own list, from the programs people here use.
func screenPhrases() []string {
	return []string{
		"viet binh luan cong khai", "viet binh luan", "xem them binh luan", "xem tat ca binh luan", "phu hop nhat", "tat ca binh luan",
		"binh luan", "luot chia se", "chia se", "thich", "tra loi", "xem them", "an bot", "theo doi", "dang theo doi", "tham gia",
		"nhan tin", "goi dien", "tin nhan", "nhap tin nhan", "da xem", "da gui", "da nhan", "da chuyen tiep", "chuyen tiep nhieu lan",
		"chuyen tiep", "da chinh sua", "ban be", "cong khai", "nguoi khac", "vua xong", "hom nay", "hom qua", "truc tuyen",
		"duoc tai tro", "goi y cho ban", "thu hoi", "luu", "sao chep", "tim kiem", "quay lai", "tin moi", "vua truy cap",
		"write a public comment", "write a comment", "view more comments", "view all comments", "most relevant", "all comments",
		"see more", "see less", "see translation", "comments", "comment", "shares", "share", "likes", "like", "reply", "follow", "following", "message",
		"type a message", "seen", "delivered", "sent", "forwarded many times", "forwarded", "edited", "public", "friends", "just now",
		"today", "yesterday", "online", "active now", "sponsored", "suggested for you", "join", "copy", "save", "search", "back", "others",
		"viettel", "vinaphone", "mobifone", "lte", "wifi", "vn", "4g", "5g", "5ge", "volte", "am", "pm", "va",
	}
}

// screenPatterns are clock, battery, counts and ages, on text without marks.
func screenPatterns() []*regexp.Regexp {
	var out []*regexp.Regexp
	for _, p := range []string{
		` \d{1,2}[:.h]\d{2}( ?(am|pm|sa|ch))? `, // 9:41, 21h05
		` \d{1,3} ?% ?`,                         // 82%
		` \d+([.,]\d+)? ?(k|n|tr|m|nghin|trieu)? (luot )?(thich|binh luan|chia se|likes?|comments?|shares?|luot xem|views?) `, // 1,2K bình luận
		` \d+ ?(phut|gio|ngay|tuan|thang|nam|giay|min|mins|minutes?|hrs?|hours?|days?|weeks?|[mhdwy])( truoc| ago)? `,         // 2 giờ trước
	} {
		out = append(out, regexp.MustCompile(p))
	}
	return out
}
