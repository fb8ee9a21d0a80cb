package text

import (
	"html"
	"regexp"
	"strings"
)

// Message is what remains of a message when its wrapping is taken off.
type Message struct {
	Body  string   // the words of the message, links and wrapping removed
	Links []string // the links it carried, in order
}

// Unwrap takes off what messengers and mail programs put around a message
// (forwarding notes, mail headers, quotation marks at line starts, the "— Name
// (@handle) date" tail, names and times of exported chats), what a screen shows
// around it, the sentences of chain letters that only ask to pass it on, and collects
// its links. Names of
// people who wrote or sent the message are dropped here and kept nowhere. A
// message that is nothing but wrapping keeps its words.
func Unwrap(s string) Message {
	s = Clean(s)
	if strings.Contains(s, "&") {
		s = html.UnescapeString(s)
	}
	var m Message
	m.Body = takeLinks(s, &m.Links)
	body := unhead(m.Body)
	if strings.Contains(body, "(@") {
		body = tail.ReplaceAllString(body, "")
	}
	if strings.TrimSpace(body) == "" {
		return m
	}
	body = undisguise(body) // once for all who read the words after this
	m.Body = body
	if b := unchain(unscreen(body)); b != "" {
		m.Body = b
	}
	return m
}

// takeLinks cuts links out of s and appends them to links.
func takeLinks(s string, links *[]string) string {
	var b strings.Builder
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') || i > 0 && linkByte(s[i-1]) {
			continue
		}
		n := linkLen(s[i:])
		if n == 0 {
			continue
		}
		*links = append(*links, s[i:i+n])
		b.WriteString(s[from:i])
		b.WriteByte(' ')
		from = i + n
		i = from - 1
	}
	if from == 0 {
		return s
	}
	b.WriteString(s[from:])
	return b.String()
}

func linkByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '/' || c == '-' || c >= 0x80
}

var (
	// tail is what copied posts end in: "— Name (@handle) January 6, 2020".
	tail = regexp.MustCompile(`\s*[—–-]+\s*[^\n—]{1,80}\(@\w{1,40}\)\s*(\p{L}+ \d{1,2}, \d{4}|\d{1,2} \p{L}+,? \d{4})?\s*$`)
	// note is a line that only says that the message was forwarded.
	note = regexp.MustCompile(`(?i)^[\s>*_↪⤵➡-]*(forwarded( many times| message)?|begin forwarded message|original message|` +
		`(tin( nhắn)? )?(đã )?(được )?chuyển tiếp( nhiều lần)?|da chuyen tiep( nhieu lan)?|chuyen tiep nhieu lan|轉傳(多次)?|转发(多次)?)[\s:*_-]*$`)
	// head is a header line of a mail.
	head = regexp.MustCompile(`(?i)^[\s>*]*(from|sent|to|cc|bcc|date|reply-to|từ|tu|gửi|người gửi|đến|tới|ngày|thời gian)\s*:\s*.*$`)
	// topic is the one header line whose rest is kept.
	topic = regexp.MustCompile(`(?i)^[\s>*]*(subject|chủ đề|tiêu đề)\s*:\s*(?:(?:fwd?|re|tr)\s*:\s*)*`)
	// chatLine is the start of a line in an exported chat: "[12/11, 09:30] Name: ".
	chatLine = regexp.MustCompile(`^\s*\[\d{1,2}[/:.-]\d{1,2}[^\]]{0,24}\]\s*[^:\n]{1,40}:\s*`)
	// lead is what stands before the words of a forwarded line.
	lead   = regexp.MustCompile(`(?i)^[\s>]*((fwd?|tr|rt)\s*:\s*|rt\s+@\w+:?\s+|\[?(forwarded|fwd)\]?\s*:\s*)+`)
	device = regexp.MustCompile(`(?i)^\s*(sent from my \w+|gửi từ \p{L}+ của tôi|get outlook for \w+)\.?\s*$`)
)

// unhead works line by line.
func unhead(s string) string {
	lines := strings.Split(s, "\n")
	heads := 0
	for _, l := range lines[:min(12, len(lines))] {
		if strings.Contains(l, ":") && head.MatchString(l) {
			heads++
		}
	}
	var out []string
	for i, l := range lines {
		switch {
		case i < mostSentences && noteLine(l), i < 12 && heads > 1 && head.MatchString(l), i < 4 && statusBar(l):
			continue
		}
		out = append(out, strings.TrimLeft(unlead(l, i), "> "))
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

// noteLine reports a line that says only how the message was sent. The words are
// looked for before the patterns, which cost more.
func noteLine(l string) bool {
	if len(l) > 120 || len(l) < 6 {
		return false
	}
	low := strings.ToLower(l)
	for _, w := range [...]string{"forward", "original", "chuyển", "chuyen", "轉", "转"} {
		if strings.Contains(low, w) {
			return note.MatchString(l)
		}
	}
	if strings.Contains(low, "sent from") || strings.Contains(low, "gửi từ") || strings.Contains(low, "outlook") {
		return device.MatchString(l)
	}
	return false
}

// unlead takes off what stands before the words of line i.
func unlead(l string, i int) string {
	if strings.Contains(l, "[") {
		l = chatLine.ReplaceAllString(l, "")
	}
	if strings.Contains(l[:min(len(l), 40)], ":") || strings.HasPrefix(l, "RT ") {
		if i < 12 {
			l = topic.ReplaceAllString(l, "")
		}
		l = lead.ReplaceAllString(l, "")
	}
	return l
}

// Link is the form under which two links are the same: without scheme, "www.",
// "m.", fragment, tracking parameters and closing slash; "" for what is no link.
func Link(u string) string {
	u = strings.TrimSpace(Clean(u))
	if i := strings.Index(u, "://"); i >= 0 {
		u = u[i+3:]
	}
	u, _, _ = strings.Cut(u, "#")
	u = strings.TrimRight(u, ".,;:!?)]}'\"»”")
	host, rest, _ := strings.Cut(u, "/")
	host = strings.ToLower(host)
	for _, p := range []string{"www.", "m.", "mobile.", "amp."} {
		host = strings.TrimPrefix(host, p)
	}
	if !strings.Contains(host, ".") {
		return ""
	}
	path, query, _ := strings.Cut(rest, "?")
	var keep []string
	for _, kv := range strings.Split(query, "&") {
		k, _, _ := strings.Cut(kv, "=")
		if kv != "" && !tracking(k) {
			keep = append(keep, kv)
		}
	}
	out := host
	if path = strings.TrimRight(path, "/"); path != "" {
		out += "/" + path
	}
	if len(keep) > 0 {
		out += "?" + strings.Join(keep, "&")
	}
	return out
}

func tracking(k string) bool {
	switch strings.ToLower(k) {
	case "fbclid", "gclid", "igshid", "mibextid", "si", "ref", "ref_src", "s", "t", "zarsrc", "_rdr", "feature", "share":
		return true
	}
	return strings.HasPrefix(strings.ToLower(k), "utm_")
}
