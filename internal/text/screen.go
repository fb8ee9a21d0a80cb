package text

import (
	"strings"
	"unicode"
)

// unscreen drops what a screen says around a message when it is read aloud, copied
// whole or read off a picture: names of buttons, counts of likes and comments, ages of
// messages, the status bar of a telephone. Lines that are nothing else go; at both ends
// of other lines, runs of at least two such phrases go.
func unscreen(s string) string {
	var out []string
	for _, l := range strings.Split(s, "\n") {
		if len(l) > 4000 {
			out = append(out, l)
			continue
		}
		if l = trimScreen(l); l != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

// screenReach is how many words at each end of a line are read for what a screen says.
const screenReach = 40

// trimScreen takes screen words off both ends of a line.
func trimScreen(l string) string {
	words := strings.Fields(l)
	if len(words) < 2 {
		return l
	}
	folded := make([]string, len(words))
	for i, w := range words {
		if folded[i] = "-"; i < screenReach || i >= len(words)-screenReach {
			folded[i] = Fold(w)
		}
	}
	from, n := 0, 0
	for from < len(words) {
		k := screenPhrase(folded[from:])
		if k == 0 {
			break
		}
		from, n = from+k, n+1
	}
	if n < 2 && from < len(words) {
		from = 0
	}
	to := screenTail(folded, from)
	if from == 0 && to == len(words) {
		return l
	}
	return strings.Join(words[from:to], " ")
}

// screenTail is where a run of at least two screen phrases at the end begins.
func screenTail(folded []string, from int) int {
	for i := max(from, len(folded)-screenReach); i < len(folded); i++ {
		at, n := i, 0
		for at < len(folded) {
			k := screenPhrase(folded[at:])
			if k == 0 {
				break
			}
			at, n = at+k, n+1
		}
		if at == len(folded) && n >= 2 {
			return i
		}
	}
	return len(folded)
}

// screenPhrase is the number of words of the screen phrase that words begin with.
func screenPhrase(words []string) int {
	if words[0] == "" || clock(words[0]) { // a sign or a time of day between phrases
		return 1
	}
	figure := len(words[0]) > 0 && words[0][0] >= '0' && words[0][0] <= '9'
	if figure {
		if len(words) == 1 {
			return 0
		}
		if n := screenCount(strings.Join(words[1:min(3, len(words))], " ")); n > 0 && n < len(words) {
			return 1 + n
		}
		return 0
	}
	for n := min(4, len(words)); n > 0; n-- {
		if screenWords(strings.Join(words[:n], " ")) {
			return n
		}
	}
	return 0
}

// clock reports a folded time of day: "12 30".
func clock(w string) bool {
	h, m, ok := strings.Cut(w, " ")
	return ok && len(h) <= 2 && len(m) == 2 && strings.IndexFunc(h+m, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// screenCount is how many words of s, which follow a figure, make it a count or an age that
// screens show.
func screenCount(s string) int {
	first, _, _ := strings.Cut(s, " ")
	switch s {
	case "luot thich", "binh luan", "chia se", "luot xem", "gio truoc", "phut truoc", "ngay truoc", "tuan truoc", "nguoi khac", "luot chia":
		return 2
	}
	switch first {
	case "likes", "comments", "shares", "views", "gio", "phut":
		return 1
	}
	return 0
}

// screenWords lists what screens say, folded.
func screenWords(s string) bool {
	switch s {
	case "nut", "nut quay lai", "quay lai", "nut thich", "nut binh luan", "nut chia se", "nut gui", "nut menu", "anh dai dien", "hinh dai dien",
		"hinh dai dien cua trang", "anh bia", "xem them", "an bot", "tra loi", "viet binh luan", "da xac minh", "theo doi", "dang theo doi", "cong khai",
		"thich", "binh luan", "chia se", "gui tin nhan", "nhap tin nhan", "da xem", "da gui", "da nhan", "dang hoat dong", "vua xong", "vua truy cap",
		"tuy chon khac", "lua chon khac", "hinh anh khong co mo ta", "khong co mo ta anh", "co the la hinh anh", "xem ban dich", "xem anh", "mo anh",
		"goi thoai", "goi video", "tin nhan chua doc", "cuon xuong", "tab", "muc", "tieu de", "lien ket", "bieu tuong cam xuc", "phan hoi", "sap xep",
		"bai viet", "trang chu", "thong bao", "tim kiem", "menu", "dong", "phu hop nhat", "tat ca binh luan", "luu", "bao cao bai",
		"like", "comment", "share", "reply", "see more", "see translation", "follow", "following", "verified", "send message", "just now",
		"profile picture", "cover photo", "button", "image", "may be an image of", "write a comment", "most relevant", "all comments", "back", "more options":
		return true
	}
	return false
}

// statusBar reports the line that a telephone shows at the top of its screen: a time and
// a charge or a network, little else.
func statusBar(l string) bool {
	f := strings.Fields(l)
	for _, back := range []string{"<", "‹", "←", "〈"} { // the head of a chat: an arrow and its name
		if strings.HasPrefix(l, back+" ") && len(f) <= 6 {
			return true
		}
	}
	if len(f) < 2 || len(f) > 7 {
		return false
	}
	clock, sign := false, false
	for _, w := range f {
		u := strings.ToLower(strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '%' }))
		switch u {
		case "4g", "5g", "3g", "lte", "wifi":
			sign = true
			continue
		}
		letters := strings.IndexFunc(u, unicode.IsLetter) >= 0
		h, m, ok := strings.Cut(u, ":")
		switch {
		case ok && len(h) <= 2 && len(m) == 2 && !letters:
			clock = true
		case strings.HasSuffix(u, "%") && !letters:
			sign = true
		case letters && len(u) > 12:
			return false
		}
	}
	return clock && sign
}
