package email

import (
	"strings"

	"soi/internal/intake"
)

// gatherer collects texts and files over a mail's parts.
type gatherer struct {
	walker *walker
	texts  []string // of the mail itself
	inner  []string // of mails inside it, already cut
	links  []string
	media  []intake.Media
}

// collect reads one part and those inside it.
func (g *gatherer) collect(n *node) {
	switch {
	case n == nil:
	case n.kind == "multipart/alternative":
		g.collect(richest(n.children))
	case strings.HasPrefix(n.kind, "multipart/"):
		for _, c := range n.children {
			g.collect(c)
		}
	case n.inner != nil:
		g.passOn(n.inner)
	case strings.HasPrefix(n.kind, "text/plain") && (!n.attached || len(g.texts) == 0):
		g.say(plainText(n))
	case strings.HasPrefix(n.kind, "text/html") && (!n.attached || len(g.texts) == 0):
		text, links := htmlText(toUTF8(n.charset(), n.body[:min(len(n.body), maxTextBytes)]))
		g.say(text)
		g.links = append(g.links, links...)
	case n.kind == "application/ms-tnef" || strings.EqualFold(n.fileName(), "winmail.dat"):
		g.unpack(readTNEF(n.body))
	case strings.HasSuffix(strings.ToLower(n.fileName()), ".eml"):
		if inner := g.walker.read(n.body, 2, "text/plain"); inner != nil {
			g.passOn(inner)
		}
	case !strings.HasPrefix(n.kind, "text/"):
		g.keep(n)
	}
}

// say takes in one text as far as the limit of all texts reaches.
func (g *gatherer) say(text string) {
	if room := maxAllText - g.walker.text; len(text) > room {
		text, g.walker.cut = strings.ToValidUTF8(text[:room], ""), true
	}
	g.walker.text += len(text)
	g.texts = append(g.texts, text)
}

// passOn reads a mail inside the mail: what somebody passes on as a file.
func (g *gatherer) passOn(n *node) {
	sub := &gatherer{walker: g.walker, media: g.media}
	sub.collect(n)
	_, name := origin(n.head)
	text, _ := cutText(strings.Join(sub.texts, "\n"), shape{passedOn: true, name: name})
	subject := line(decodeWords(n.head.first("subject")), maxSubject)
	g.inner = append(g.inner, joinText(topic(subject, text, false), append([]string{text}, sub.inner...)))
	g.links, g.media = append(g.links, sub.links...), sub.media
}

// unpack takes what a TNEF envelope holds; its text counts only where the mail has none of its own.
func (g *gatherer) unpack(t tnef) {
	if strings.TrimSpace(strings.Join(g.texts, "")) == "" {
		if t.text == "" && t.html != "" {
			var links []string
			t.text, links = htmlText(t.html)
			g.links = append(g.links, links...)
		}
		g.say(t.text)
	}
	for _, data := range t.files {
		g.keep(&node{kind: "application/octet-stream", attached: true, body: data})
	}
}

// keep takes a file in, without its name.
func (g *gatherer) keep(n *node) {
	kind, media, ok := sortOf(n.kind, n.body)
	decoration := kind == intake.MediaPicture && !n.attached && len(n.body) < smallPicture
	if !ok || decoration || len(n.body) == 0 || len(n.body) > intake.MaxMedia {
		return
	}
	total := len(n.body)
	for _, f := range g.media {
		total += len(f.Data)
	}
	if len(g.media) >= maxFiles || total > maxAllFiles {
		g.walker.cut = true
		return
	}
	g.media = append(g.media, intake.Media{Kind: kind, Type: media, Size: int64(len(n.body)), Data: n.body})
}

// richest chooses among alternatives: plain text, unless it is empty or only says that there is HTML.
func richest(nodes []*node) *node {
	var plain, other *node
	for _, n := range nodes {
		switch {
		case strings.HasPrefix(n.kind, "text/plain") && plain == nil:
			plain = n
		case n.kind == "text/calendar", n.kind == "text/x-amp-html":
		default:
			other = n // the last is the richest (RFC 2046, 5.1.4)
		}
	}
	if plain == nil || other != nil && len(strings.Fields(string(plain.body))) < 8 && len(other.body) > 4*len(plain.body) {
		if other != nil {
			return other
		}
	}
	if other != nil && strings.HasPrefix(other.kind, "multipart/") { // pictures stand beside the HTML
		return &node{kind: "multipart/mixed", children: []*node{plain, withoutText(other)}}
	}
	return plain
}

// withoutText leaves of a part what is no text.
func withoutText(n *node) *node {
	if n == nil || strings.HasPrefix(n.kind, "text/") {
		return nil
	}
	if !strings.HasPrefix(n.kind, "multipart/") {
		return n
	}
	rest := &node{kind: "multipart/mixed"}
	for _, c := range n.children {
		rest.children = append(rest.children, withoutText(c))
	}
	return rest
}

func (n *node) charset() string { return n.params["charset"] }

// fileName is looked at for its ending alone, and kept nowhere.
func (n *node) fileName() string {
	_, params := mediaType(n.head.first("content-disposition"), "inline")
	if f := params["filename"]; f != "" {
		return f
	}
	return n.params["name"]
}

// plainText decodes a text part; flowed lines become one again (RFC 3676).
func plainText(n *node) string {
	s := toUTF8(n.charset(), n.body[:min(len(n.body), maxTextBytes)])
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if !strings.EqualFold(n.params["format"], "flowed") {
		return s
	}
	var b strings.Builder
	join := strings.EqualFold(n.params["delsp"], "yes")
	for l := range strings.SplitSeq(s, "\n") {
		flows := strings.HasSuffix(l, " ") && l != "-- "
		l = strings.TrimPrefix(l, " ") // space-stuffing
		if flows && join {
			l = strings.TrimSuffix(l, " ")
		}
		b.WriteString(l)
		if !flows {
			b.WriteByte('\n')
		}
	}
	return b.String()
}
