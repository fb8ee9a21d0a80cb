package text

import (
	"strings"
	"unicode"
)

// Sentences cuts a text where a sentence, a line or a list entry ends. A dot
// between digits or letters does not end one. Empty pieces are left out.
func Sentences(s string) []string {
	var out []string
	from := 0
	add := func(to int) {
		if p := strings.TrimSpace(s[from:to]); p != "" {
			out = append(out, p)
		}
		from = to
	}
	for i, r := range s {
		switch r {
		case '\n':
			add(i)
		case '。', '！', '？', '…', ';', '；':
			add(i + len(string(r)))
		case '.', '!', '?':
			if i+1 >= len(s) || s[i+1] == ' ' || s[i+1] == '\n' || s[i+1] == '"' || strings.HasPrefix(s[i+1:], "”") {
				add(i + 1)
			}
		}
	}
	add(len(s))
	return out
}

// mostSentences is how many sentences are looked at for calls to share: chain
// letters are short, and longer texts must not cost more.
const mostSentences = 200

// unchain drops the sentences that only ask to pass a message on, and the calls
// for attention at the head of the others; "" when nothing would remain.
func unchain(s string) string {
	sentences := Sentences(s)
	var out []string
	dropped := false
	for i, p := range sentences {
		if i < mostSentences && onlyFrame(p) {
			dropped = true
			continue
		}
		out = append(out, p)
	}
	if !dropped {
		return s
	}
	return strings.Join(out, "\n")
}

// onlyFrame reports a sentence in which a call to share stands and little else.
func onlyFrame(p string) bool {
	if strings.ContainsFunc(p, unspaced) {
		return frameUnspaced(p)
	}
	words := strings.FieldsFunc(Fold(p), unicode.IsSpace)
	if len(words) == 0 || len(words) > 60 {
		return false
	}
	covered := make([]bool, len(words))
	found := false
	for i := range words {
		if n := framePhrase(words[i:]); n > 0 {
			found = true
			for k := i; k < i+n; k++ {
				covered[k] = true
			}
		}
	}
	if !found {
		return false
	}
	rest := 0
	for i, w := range words {
		if !covered[i] && !frameFiller(w) {
			rest++
		}
	}
	return rest*4 <= len(words) && rest <= 4
}

// framePhrase is the number of words of the longest frame phrase that words begin
// with.
func framePhrase(words []string) int {
	best := 0
	for _, p := range framePhrases(words[0]) {
		f := strings.Fields(p)
		if len(f) <= best || len(f) > len(words) {
			continue
		}
		same := true
		for i, w := range f {
			same = same && words[i] == w
		}
		if same {
			best = len(f)
		}
	}
	return best
}

// framePhrases lists what chain letters say, by its first word, folded.
func framePhrases(first string) []string {
	switch first {
	case "chia":
		return []string{"chia se", "chia se cho moi nguoi", "chia se gap", "chia se ngay", "chia se rong rai", "chia se de cuu nguoi"}
	case "share":
		return []string{"share", "share this", "share gap", "share cho moi nguoi", "share manh", "share widely", "share with everyone", "share before"}
	case "chuyen":
		return []string{"chuyen tiep", "chuyen tiep cho", "chuyen tiep ngay", "chuyen tin nay", "chuyen cho"}
	case "gui":
		return []string{"gui cho", "gui ngay cho", "gui toi", "gui tin nay", "gui den tat ca", "gui cho nguoi than"}
	case "truoc":
		return []string{"truoc khi bi xoa", "truoc khi ho xoa", "truoc khi bi go", "truoc khi bai bi xoa", "truoc khi tin nay bi xoa"}
	case "dung":
		return []string{"dung giu", "dung giu cho rieng minh", "dung bo qua", "dung de bi xoa", "dung im lang", "dung giu rieng cho minh"}
	case "hay":
		return []string{"hay chia se", "hay chuyen tiep", "hay gui", "hay share", "hay lan toa", "hay nhan len", "hay bao cho"}
	case "nho":
		return []string{"nho chia se", "nho chuyen tiep", "nho share", "nho bao cho", "nho gui"}
	case "lan":
		return []string{"lan toa", "lan truyen", "lan toa thong tin"}
	case "bao":
		return []string{"bao cho moi nguoi", "bao cho nguoi than", "bao ngay cho"}
	case "ai":
		return []string{"ai doc duoc", "ai thay tin nay", "ai co nguoi than"}
	case "doc":
		return []string{"doc ngay keo lo", "doc xong nho", "doc va chia se"}
	case "cuu":
		return []string{"cuu mot mang nguoi", "cuu nguoi hon xay thap"}
	case "tin":
		return []string{"tin khan", "tin nong", "tin khan cap", "tin quan trong"}
	case "khan":
		return []string{"khan", "khan cap"}
	case "nong":
		return []string{"nong"}
	case "canh":
		return []string{"canh bao", "canh bao khan"}
	case "moi":
		return []string{"moi nguoi chu y", "moi nguoi luu y", "moi nguoi oi", "moi nguoi can than", "moi nguoi doc ngay", "moi nguoi cung biet"}
	case "quan":
		return []string{"quan trong"}
	}
	return framePhrasesEnglish(first)
}

func framePhrasesEnglish(first string) []string {
	switch first {
	case "please":
		return []string{"please share", "please forward", "please pass", "please retweet", "please read", "please send", "please repost", "please copy and paste"}
	case "pls", "plz":
		return []string{"pls share", "plz share", "pls forward", "plz forward", "pls rt", "plz rt"}
	case "forward":
		return []string{"forward this", "forward to", "forward it", "forward as received"}
	case "forwarded":
		return []string{"forwarded as received", "forwarded many times", "forwarded"}
	case "send":
		return []string{"send this", "send to everyone", "send it to", "send to all"}
	case "pass":
		return []string{"pass it on", "pass this on", "pass this along", "pass it along"}
	case "before":
		return []string{"before it is deleted", "before it gets deleted", "before they delete", "before its deleted", "before it is taken down", "before it gets taken down", "before they remove"}
	case "copy":
		return []string{"copy and paste", "copy paste", "copy this"}
	case "dont", "don":
		return []string{"don t keep this to yourself", "don t ignore", "dont ignore", "don t delete", "don t break the chain"}
	case "do":
		return []string{"do not keep this to yourself", "do not ignore", "do not delete", "do not break the chain"}
	case "spread":
		return []string{"spread the word", "spread this", "spread the news"}
	case "make":
		return []string{"make this go viral", "make it viral", "make this viral"}
	case "let":
		return []string{"let everyone know", "let others know", "let your family know", "let the world know"}
	case "as":
		return []string{"as received"}
	case "urgent":
		return []string{"urgent", "urgent message", "urgent warning"}
	case "breaking":
		return []string{"breaking", "breaking news"}
	case "warn":
		return []string{"warn everyone", "warn your friends", "warn your family"}
	case "attention":
		return []string{"attention", "attention everyone"}
	case "must":
		return []string{"must read", "must watch", "must share"}
	case "rt":
		return []string{"rt", "rt if"}
	case "retweet":
		return []string{"retweet"}
	}
	return nil
}

// frameFiller reports words that a call to share may hold beside its phrase.
func frameFiller(w string) bool {
	switch w {
	case "nha", "nhe", "a", "oi", "moi", "nguoi", "cho", "va", "de", "cung", "biet", "ban", "be", "than", "gia", "dinh", "tat", "ca", "ngay", "gap", "len", "nay", "tin", "nhan", "bai", "viet", "cac", "nhom", "group", "hoi", "vao", "dum", "giup", "minh", "voi", "con", "chau", "ho", "hang", "xin", "vui", "long", "nhieu", "nhat", "co", "the", "phong", "tranh", "keo", "muon", "it", "this", "to", "your", "friends", "family", "and", "groups", "contacts", "everyone", "you", "know", "now", "asap", "all", "with", "loved", "ones", "widely", "message", "as", "many", "people", "possible", "so", "that", "they", "can", "please", "them", "on", "in", "of", "at", "least", "10", "20", "15", "5", "dang", "truoc", "khi", "bi", "xoa", "go", "is", "gets", "deleted", "before", "down", "taken", "remove", "delete", "who", "has", "ai", "chua", "thi", "tren", "mang", "facebook", "zalo":
		return true
	}
	return false
}

// frameUnspaced looks for calls to share in scripts without blanks.
func frameUnspaced(p string) bool {
	for _, f := range []string{"請轉發", "请转发", "請分享", "请分享", "轉發給", "转发给", "快轉給", "分享給更多", "分享给更多", "請轉傳", "โปรดแชร์", "ช่วยแชร์", "แชร์ต่อ", "ส่งต่อ"} {
		if strings.Contains(p, f) && len([]rune(p)) < 3*len([]rune(f))+6 {
			return true
		}
	}
	return false
}
