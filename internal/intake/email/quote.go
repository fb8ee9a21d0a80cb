package email

import (
	"regexp"
	"slices"
	"strings"
)

// What mail programs put around the words of a message, in the languages of soi's askers and a few of their neighbours.
var (
	// forwarded begins the text of a mail that somebody passes on.
	forwarded = regexp.MustCompile(`(?i)^[\s>*_-]*(begin forwarded message|forwarded message|bắt đầu (thư|tin nhắn) (được )?chuyển tiếp|` +
		`(tin nhắn|thư|email|nội dung)( đã)?( được)? chuyển tiếp|chuyển tiếp (thư|tin nhắn)|message transféré|weitergeleitete nachricht|轉寄的郵件|转发的邮件)[\s:*_-]*$`)
	// original begins what Outlook keeps below an answer or a forward.
	original = regexp.MustCompile(`(?i)^[\s>*]*(-{2,}\s*(original message|original appointment|thư gốc|tin nhắn gốc|thông điệp gốc|message d'origine|ursprüngliche nachricht|原始郵件|原始邮件)\s*-{2,}|_{20,})\s*$`)
	// attribution is the line above a quotation: "On …, … wrote:", "Vào …, … đã viết:".
	attribution = regexp.MustCompile(`(?i)^[\s>*]*((on|at)\s.{0,200}\d.{2,200}\swrote|(vào|ngày|lúc)\s.{0,200}(\d{1,2}:\d{2}|@).{1,200}\s(đã )?viết|le\s.{6,200}\sa écrit|am\s.{6,200}\sschrieb.{0,60}|el\s.{6,200}\sescribió|在.{6,120}写道|於.{6,120}寫道|.{2,120}<[^<>\s]+@[^<>\s]+>\s*(wrote|đã viết|viết))\s*[:：]\s*$`)
	// field is a line of the little header above a forwarded or quoted mail; group 2 is what it says.
	field   = regexp.MustCompile(`(?i)^[\s>*]*(from|sent|to|cc|bcc|date|reply-to|subject|von|de|từ|người gửi|gửi|đã gửi|ngày gửi|ngày|date d'envoi|đến|tới|người nhận|đồng gửi|thời gian|chủ đề|tiêu đề|發件人|发件人|收件人|主題|主题|日期)\s*\*?\s*[:：]\s*\*?\s*(.*)$`)
	subject = regexp.MustCompile(`(?i)^(subject|chủ đề|tiêu đề|主題|主题)$`)
	// prefix is what answers and forwards put before a subject.
	prefix        = regexp.MustCompile(`(?i)^\s*((re|aw|sv|antw|trả lời|v/v|fwd?|tr|wg|chuyển tiếp|回复|答复|转发|轉寄)\s*(\[\d+\])?\s*[:：]\s*)+`)
	forwardPrefix = regexp.MustCompile(`(?i)^\s*((re|trả lời)\s*:\s*)*(fwd?|tr|wg|chuyển tiếp|转发|轉寄)\s*[:：]`)
	// device is the line a program adds on its own.
	device = regexp.MustCompile(`(?i)^\s*[\[(]?\s*((sent|gửi|được gửi|đã gửi) (from|từ|bằng|qua)\s.{2,60}|get outlook for .{2,80}|tải (xuống )?outlook .{2,80}|virus-free\..{0,60}|không có vi-?rút\..{0,60})[\])]?\s*$`)
	// closing begins a signature without a mark.
	closing = regexp.MustCompile(`(?i)^\s*((trân trọng|tran trong|kính thư|kính chào|thân mến|thân ái|thân chào|chân thành( cảm ơn)?|xin (chân thành )?cảm ơn|(rất )?mong (nhận )?(được )?(hồi âm|phản hồi).{0,30}|best regards|kind regards|warm regards|regards|best wishes|sincerely|yours (sincerely|faithfully|truly)|many thanks|thanks( and regards| a lot)?|thank you|cheers|cordialement|mfg|best))(\s+(và|and|kính).{0,30})?\s*[,.!;]?\s*$`)
	// telling is a line of a signature that would tell who somebody is.
	telling = regexp.MustCompile(`(?i)^\s*((đt|sđt|tel|phone|mobile|điện thoại|hotline|email|e-mail|fax|zalo|skype|địa chỉ|address|m|t|p)\s*[.:]\s*\S.*|\+?[\d .()-]{8,20}|<?[^\s@<>]+@[^\s@<>]+\.[a-z]{2,}>?)\s*$`)
)

// maxSignature is how many lines below a closing still count as a signature.
const maxSignature = 8

// shape is what is known about a mail when its text is cut.
type shape struct {
	passedOn bool   // the subject says that it is a forward
	answer   bool   // it answers a mail of ours: what is quoted is ours
	name     string // the display name, to take it off the end; kept nowhere
}

// cutText leaves of a mail's text what its writer says and what the writer passes on: quotations of the mail it answers,
// signatures, lines programs add and headers of forwarded mails go, with the names in them. passed says that something
// was passed on.
func cutText(s string, m shape) (text string, passed bool) {
	lines := strings.Split(strings.ReplaceAll(s, "\r", ""), "\n")
	own, rest, kind := divide(lines)
	above := trimSignature(unquotedLines(own), m.name)
	var below []string
	switch {
	case kind == 0:
		if len(above) == 0 && !m.answer { // nothing but a quotation: it is what is asked about
			above, passed = trimSignature(plainLines(own), m.name), len(own) > 0
		}
	case kind == markForward || m.passedOn:
		below, passed = trimSignature(plainLines(rest), m.name), true
	default:
		below = trimSignature(unquotedLines(rest), m.name) // an answer written below the quotation
		if len(above) == 0 && len(below) == 0 && !m.answer {
			below, passed = trimSignature(plainLines(rest), m.name), true
		} else if kind == markOriginal {
			below = nil // Outlook does not mark the quoted lines
		}
	}
	return joinParts(above, below), passed
}

// Where a mail's text divides.
const (
	markForward     = iota + 1 // "Forwarded message"
	markAttribution            // "On … wrote:"
	markOriginal               // "Original Message", or a little header of its own
)

// divide cuts the lines where forwarded or quoted mail begins; kind 0 means nowhere.
func divide(lines []string) (own, rest []string, kind int) {
	for i, l := range lines {
		if len(l) > 400 {
			continue
		}
		two := l
		if i+1 < len(lines) && len(l)+len(lines[i+1]) < 400 {
			two = strings.TrimRight(l, " ") + " " + strings.TrimLeft(lines[i+1], " >")
		}
		switch {
		case forwarded.MatchString(l):
			return lines[:i], lines[i+1:], markForward
		case attributes(l):
			return lines[:i], lines[i+1:], markAttribution
		case attributes(two) && !attributes(lines[i+1]):
			return lines[:i], lines[i+2:], markAttribution
		case original.MatchString(l) && headerFollows(lines[i+1:]):
			return lines[:i], lines[i+1:], markOriginal
		case field.MatchString(l) && headerFollows(lines[i:]):
			return lines[:i], lines[i:], markOriginal
		}
	}
	return lines, nil, 0
}

// attributes tells whether a line stands above a quotation. Few lines end in a colon; the slow pattern sees no others.
func attributes(l string) bool {
	end := strings.TrimRight(l, " \t\r\f")
	return (strings.HasSuffix(end, ":") || strings.HasSuffix(end, "：")) && attribution.MatchString(l)
}

// headerFollows tells whether the next lines hold at least three fields of a little header.
func headerFollows(lines []string) bool {
	n := 0
	for _, l := range lines[:min(8, len(lines))] {
		if field.MatchString(l) {
			n++
		}
	}
	return n >= 3
}

// unquotedLines leaves lines that no > marks.
func unquotedLines(lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return strings.HasPrefix(strings.TrimLeft(l, " "), ">") })
}

// plainLines takes the marks, attributions, little headers and forwarding notes out of quoted lines, and the names with
// them; of a header the subject stays.
func plainLines(lines []string) []string {
	var out []string
	for i := 0; i < len(lines); i++ {
		l := strings.TrimLeft(lines[i], "> ")
		switch {
		case len(l) > 400:
			out = append(out, l)
			continue
		case forwarded.MatchString(l), attributes(l), original.MatchString(l):
			continue
		case i+1 < len(lines) && attributes(l+" "+strings.TrimLeft(lines[i+1], "> ")):
			i++
			continue
		}
		if m := field.FindStringSubmatch(l); m != nil && inHeader(lines, i) {
			if subject.MatchString(m[1]) {
				out = append(out, prefix.ReplaceAllString(m[2], ""))
			}
			continue
		}
		out = append(out, l)
	}
	return out
}

// inHeader tells whether line i stands in a little header: another field is within three lines.
func inHeader(lines []string, i int) bool {
	for j := max(0, i-3); j < min(len(lines), i+4); j++ {
		if j != i && field.MatchString(lines[j]) {
			return true
		}
	}
	return false
}

// trimSignature takes off what stands below a signature mark or a closing, the lines programs add, and the writer's name
// at the end.
func trimSignature(lines []string, name string) []string {
	for i, l := range lines {
		if t := strings.TrimRight(l, " "); t == "--" && i > 0 || t == "—" {
			lines = lines[:i]
			break
		}
	}
	lines = slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return len(l) < 120 && device.MatchString(l) })
	for i := len(lines) - 1; i > 0 && i >= len(lines)-maxSignature-1; i-- {
		if len(lines[i]) < 120 && closing.MatchString(lines[i]) && short(lines[i+1:]) {
			lines = lines[:i]
		}
	}
	for n := len(lines); n > 0; n = len(lines) {
		last := strings.TrimSpace(lines[n-1])
		if last != "" && (n == 1 || !telling.MatchString(last)) && !(n > 1 && sameName(last, name)) {
			break
		}
		lines = lines[:n-1]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	return lines
}

// short tells whether lines look like a signature: none is longer than a name, a post or an address.
func short(lines []string) bool {
	return !slices.ContainsFunc(lines, func(l string) bool { return len([]rune(strings.TrimSpace(l))) > 70 })
}

// sameName compares a last line with the display name, without case and punctuation.
func sameName(line, name string) bool {
	clean := func(s string) string {
		return strings.ToLower(strings.Join(strings.Fields(strings.Trim(s, " ,.-–—~*")), " "))
	}
	line, name = clean(line), clean(name)
	return line != "" && name != "" && (line == name || strings.HasSuffix(name, " "+line) || strings.HasPrefix(name, line+" "))
}

// joinParts puts the parts together with an empty line between.
func joinParts(parts ...[]string) string {
	var texts []string
	for _, p := range parts {
		if t := strings.TrimSpace(strings.Join(p, "\n")); t != "" {
			texts = append(texts, t)
		}
	}
	return strings.Join(texts, "\n\n")
}
