package email

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"soi/internal/intake"
)

// Limits of what is taken out of one mail.
const (
	maxFiles     = 10        // pictures and documents
	maxAllFiles  = 25 << 20  // bytes of them together, below what intake takes at a time
	maxTextRunes = 20_000    // as a tip may have; what is longer is cut there, for the question stands in front
	maxTextBytes = 1 << 20   // of one text part, before decoding
	maxAllText   = 256 << 10 // of all text parts together, decoded: what is read line by line in search of quotations
	smallPicture = 4 << 10   // inline pictures below this many bytes are logos, lines and counting pixels
	maxSubject   = 300       // characters
	maxRefs      = 20        // ids of a thread that an answer names
	maxMessageID = 250       // bytes of one id
)

// Addresses are those of the desk, in lower case.
type Addresses []string

// hold tells whether an address is the desk's; tips+anything@desk.example is tips@desk.example.
func (a Addresses) hold(address string) bool {
	local, host, _ := strings.Cut(strings.ToLower(address), "@")
	local, _, _ = strings.Cut(local, "+")
	return slices.Contains(a, local+"@"+host)
}

// inDomain tells whether an id or address is of a domain of the desk.
func (a Addresses) inDomain(id string) bool {
	return slices.ContainsFunc(a, func(own string) bool { return domain(own) == strings.ToLower(domain(id)) })
}

// Mail is what is left of one mail: the words and files somebody asks about, and what an answer needs. It holds no name;
// the address stands in who and to alone, which print as three stars.
type Mail struct {
	Text    string
	Links   []string // http(s) links that do not stand in the text
	Media   []intake.Media
	Passed  bool   // something in it was passed on from somebody else
	Why     string // "" for a person's mail, else the reason why it is no tip
	Quiet   bool   // a tip, but no machine's answer is wanted
	ID      string // stable over copies of the mail
	Thread  string // id of the first mail of its thread
	Answers string // id of the mail it answers, "" if none
	Lang    string // as the mail's header says, "" if it does not
	At      time.Time
	Cut     bool // a limit was reached; what lies beyond was not read

	who intake.Secret // the address it comes from, lower case
	to  returnTo
}

// returnTo is what an answer needs: it is written into the sealed address.
type returnTo struct {
	To      string   `json:"to"`
	ID      string   `json:"id"`   // In-Reply-To
	Refs    []string `json:"refs"` // References
	Subject string   `json:"subject"`
}

// Read reads one mail. It never fails: what cannot be read is left out, and a mail of which nothing is left says so in
// Why. own are the addresses of this desk.
func Read(raw []byte, own Addresses) Mail {
	w := &walker{}
	raw = trimLead(raw)
	n := w.read(raw, 1, "text/plain")
	from, name := origin(n.head)
	m := Mail{Why: automatic(n, from, own), Quiet: quiet(n.head, from), who: intake.Secret(from), Lang: language(n.head)}
	m.At, _ = mail.ParseDate(n.head.first("date"))
	m.identify(n.head, raw)
	m.to = returnTo{To: answerTo(n.head, from), ID: m.to.ID, Refs: m.to.Refs, Subject: line(decodeWords(n.head.first("subject")), maxSubject)}
	if from == "" && m.Why == "" {
		m.Why = whyWhom
	}
	if m.Why != "" {
		return m
	}
	s := shape{passedOn: forwardPrefix.MatchString(m.to.Subject), answer: ours(m.Answers, from, own), name: name}
	g := &gatherer{walker: w}
	g.collect(n)
	said, passed := cutText(strings.Join(g.texts, "\n"), s)
	m.Passed = passed || len(g.inner) > 0
	m.Text = limitText(joinText(topic(m.to.Subject, said, s.answer), append([]string{said}, g.inner...)))
	m.Media, m.Cut = g.media, w.cut
	m.Links = fresh(g.links, m.Text)
	if m.Text == "" && len(m.Media) == 0 && len(m.Links) == 0 {
		m.Why = whyEmpty
	}
	return m
}

// trimLead takes off what some programs put before a header: blank lines, the mbox line, a byte order mark.
func trimLead(raw []byte) []byte {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	raw = bytes.TrimLeft(raw, "\r\n")
	if bytes.HasPrefix(raw, []byte("From ")) || bytes.HasPrefix(raw, []byte(">From ")) {
		_, raw = cutLine(raw)
	}
	return raw
}

// origin is the address a mail says it comes from, in lower case, and the display name. Of several From fields, or
// several addresses in one, the first counts.
func origin(h head) (address, name string) {
	for _, field := range []string{"from", "sender"} {
		if a, n := mailbox(h.first(field)); a != "" {
			return a, n
		}
	}
	return "", ""
}

// answerTo is where an answer goes: Reply-To if it is of the same domain as From, so that nobody has us write to a
// stranger, else From.
func answerTo(h head, from string) string {
	if a, _ := mailbox(h.first("reply-to")); a != "" && domain(a) == domain(from) {
		return a
	}
	return from
}

func domain(address string) string { return address[strings.LastIndex(address, "@")+1:] }

// mailbox reads the first address of a field, in lower case, with its display name.
func mailbox(v string) (address, name string) {
	if len(v) > 4<<10 {
		return "", ""
	}
	v = decodeRaw(v)
	list, err := (&mail.AddressParser{WordDecoder: &mime.WordDecoder{}}).ParseList(v)
	if err == nil && len(list) > 0 {
		return usable(list[0].Address), decodeWords(list[0].Name)
	}
	before, rest, ok := strings.Cut(v, "<")
	if !ok {
		return usable(strings.TrimSpace(v)), ""
	}
	inside, _, _ := strings.Cut(rest, ">")
	return usable(strings.TrimSpace(inside)), decodeWords(strings.Trim(strings.TrimSpace(before), `"`))
}

// decodeRaw makes a field that holds raw bytes readable; encoded words stay.
func decodeRaw(v string) string {
	if utf8.ValidString(v) {
		return v
	}
	return toUTF8("", []byte(v))
}

// usable returns an address that a relay takes: printable, one @, a domain with a dot; "" for anything else.
func usable(a string) string {
	at := strings.LastIndex(a, "@")
	if at < 1 || at > 64 || len(a) > 254 || !strings.Contains(a[at:], ".") || strings.Count(a, "@") != 1 {
		return ""
	}
	for _, c := range a {
		if c <= ' ' || c == 0x7f || strings.ContainsRune(`<>()[]\,;:"`, c) {
			return ""
		}
	}
	for label := range strings.SplitSeq(a[at+1:], ".") {
		if label == "" || strings.HasPrefix(label, "-") {
			return ""
		}
	}
	if _, err := mail.ParseAddress("<" + a + ">"); err != nil {
		return ""
	}
	return strings.ToLower(a)
}

// identify reads the ids of the mail and its thread.
func (m *Mail) identify(h head, raw []byte) {
	refs := ids(h.first("references"))
	answers := ids(h.first("in-reply-to"))
	own := ids(h.first("message-id"))
	if len(answers) > 0 {
		m.Answers = answers[0]
	} else if len(refs) > 0 {
		m.Answers = refs[len(refs)-1]
	}
	sum := sha256.New()
	if len(own) > 0 {
		m.to.ID = own[0]
		sum.Write([]byte(own[0] + "\x00" + h.first("date")))
	} else { // copies that two servers delivered differ above the first field of the writer's program
		_, body := splitHead(trimLead(raw))
		sum.Write([]byte(h.first("from") + "\x00" + h.first("date") + "\x00" + h.first("subject") + "\x00"))
		sum.Write(body)
	}
	m.ID = hex.EncodeToString(sum.Sum(nil)[:16])
	m.to.Refs = refs
	if m.to.ID != "" {
		m.to.Refs = append(m.to.Refs, m.to.ID)
	}
	if n := len(m.to.Refs); n > maxRefs {
		m.to.Refs = append(m.to.Refs[:1:1], m.to.Refs[n-maxRefs+1:]...)
	}
	if m.Thread = m.ID; len(m.to.Refs) > 0 {
		m.Thread = m.to.Refs[0]
	}
}

// ids reads message ids out of a field: what stands between angle brackets, without blanks and without control codes.
func ids(v string) []string {
	var out []string
	for rest := v; len(out) < 4*maxRefs; {
		_, after, ok := strings.Cut(rest, "<")
		if !ok {
			break
		}
		var id string
		if id, rest, ok = strings.Cut(after, ">"); !ok {
			break
		}
		clean := !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '<' })
		if clean && strings.Contains(id, "@") && len(id) <= maxMessageID {
			out = append(out, "<"+id+">")
		}
	}
	return out
}

// ours tells whether the mail answers one that this desk sent.
func ours(id, from string, own Addresses) bool {
	id = strings.Trim(id, "<>")
	return strings.HasPrefix(id, idPrefix) && own.inDomain(id) && !own.hold(from)
}

// language is the primary language of Content-Language, "" if there is none.
func language(h head) string {
	l := strings.ToLower(strings.TrimSpace(h.first("content-language")))
	if l, _, _ = strings.Cut(l, ","); len(l) >= 2 && len(l) <= 10 {
		return l
	}
	return ""
}

// line makes one line of printable text, at most n characters.
func line(s string, n int) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool { return r <= ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 }), " ")
	if r := []rune(s); len(r) > n {
		s = string(r[:n])
	}
	return s
}

// topic is the part of the subject that belongs to the text: all of it when there is no text, a subject of four words or
// more that the text does not repeat, and nothing in an answer to us.
func topic(subject, text string, answer bool) string {
	subject = strings.TrimSpace(prefix.ReplaceAllString(subject, ""))
	if answer || text != "" && (len(strings.Fields(subject)) < 4 || strings.Contains(strings.ToLower(text), strings.ToLower(subject))) {
		return ""
	}
	return subject
}

// joinText puts the topic and the texts together.
func joinText(topic string, texts []string) string {
	var parts []string
	for _, p := range append([]string{topic}, texts...) {
		if p = strings.TrimSpace(p); p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, "\n\n")
}

// limitText takes control codes and surplus empty lines out, and cuts the text where a tip ends.
func limitText(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	for strings.Contains(s, "\n\n\n") {
		s = strings.ReplaceAll(s, "\n\n\n", "\n\n")
	}
	if utf8.RuneCountInString(s) > maxTextRunes {
		s = string([]rune(s)[:maxTextRunes])
	}
	return strings.TrimSpace(s)
}

// fresh leaves the links that do not stand in the text, each once, at most as many as a tip keeps.
func fresh(links []string, text string) []string {
	var out []string
	seen := map[string]bool{}
	for _, l := range links {
		if !seen[l] && len(l) <= 2000 && !strings.Contains(text, l) && len(out) < 20 {
			seen[l], out = true, append(out, l)
		}
	}
	return out
}

// sortOf says what kind of file the bytes are, by the bytes first; false for what is not taken in: signatures, cards with
// names, calendars, programs, archives.
func sortOf(declared string, data []byte) (kind intake.MediaKind, media string, ok bool) {
	media, _, _ = strings.Cut(http.DetectContentType(data), ";")
	office := strings.HasPrefix(declared, "application/vnd.openxmlformats-officedocument.") || strings.HasPrefix(declared, "application/vnd.oasis.opendocument.") || declared == "application/msword"
	if media == "application/octet-stream" || media == "application/zip" && office {
		media = declared
	}
	switch family, _, _ := strings.Cut(media, "/"); {
	case family == "image":
		return intake.MediaPicture, media, true
	case media == "application/pdf", office && media == declared:
		return intake.MediaDocument, media, true
	case family == "audio", media == "application/ogg":
		return intake.MediaVoice, media, true
	case family == "video":
		return intake.MediaVideo, media, true
	}
	return intake.MediaOther, media, false
}
