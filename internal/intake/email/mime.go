package email

import (
	"bytes"
	"encoding/base64"
	"mime"
	"strings"
)

// Limits of one mail. What lies beyond them is left unread; the mail is read as far as they reach. A message of a person
// is well within them, a bomb is not.
const (
	maxHead  = 64 << 10 // bytes of one header block
	maxDepth = 10       // parts within parts, mails within mails
	maxParts = 100      // parts of one mail, all levels together
)

// head is a header block, names in lower case, values unfolded and as sent.
type head map[string][]string

// first is the first field of the name, "" if there is none.
func (h head) first(name string) string {
	if v := h[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// node is one part of a mail: either children, or a body whose transfer encoding has been undone.
type node struct {
	head     head
	kind     string            // media type in lower case: text/plain
	params   map[string]string // of Content-Type
	attached bool              // Content-Disposition: attachment
	inner    *node             // of message/rfc822
	children []*node
	body     []byte
}

// walker reads a mail's parts within the limits.
type walker struct {
	parts int
	text  int  // bytes of text taken out so far
	cut   bool // a limit was reached
}

// read reads one part; nil beyond the limits. assume is the media type where none is stated.
func (w *walker) read(raw []byte, depth int, assume string) *node {
	w.parts++
	if depth > maxDepth || w.parts > maxParts {
		w.cut = true
		return nil
	}
	n := &node{}
	var body []byte
	n.head, body = splitHead(raw)
	n.kind, n.params = mediaType(n.head.first("content-type"), assume)
	disposition, _ := mediaType(n.head.first("content-disposition"), "inline")
	n.attached = disposition == "attachment"
	switch {
	case strings.HasPrefix(n.kind, "multipart/"):
		w.readChildren(n, body, depth)
	case n.kind == "message/rfc822" || n.kind == "message/global":
		n.inner = w.read(undo(n.head.first("content-transfer-encoding"), body), depth+1, "text/plain")
	default:
		n.body = undo(n.head.first("content-transfer-encoding"), body)
	}
	return n
}

// readChildren reads the parts of a multipart.
func (w *walker) readChildren(n *node, body []byte, depth int) {
	assume := "text/plain"
	if n.kind == "multipart/digest" {
		assume = "message/rfc822"
	}
	for _, raw := range splitParts(body, n.params["boundary"]) {
		child := w.read(raw, depth+1, assume)
		if child == nil {
			return
		}
		n.children = append(n.children, child)
	}
}

// splitHead cuts a part into header and body. Lines that are no fields are passed over, as mail programs do; where no
// empty line ends the header, the first such line begins the body.
func splitHead(raw []byte) (head, []byte) {
	h, last := head{}, ""
	rest, size := raw, 0
	var stray []byte // the part from the first line that is no field
	for len(rest) > 0 {
		line, next := cutLine(rest)
		if len(line) == 0 {
			return h, next
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		switch size += len(line); {
		case size > maxHead:
		case (line[0] == ' ' || line[0] == '\t') && last != "":
			v := h[last]
			v[len(v)-1] += " " + string(bytes.TrimSpace(line))
		case ok && fieldName(name):
			last = strings.ToLower(string(bytes.TrimSpace(name)))
			h[last] = append(h[last], string(bytes.TrimSpace(value)))
		case stray == nil:
			stray = rest
		}
		rest = next
	}
	return h, stray
}

// cutLine cuts the first line off, without its end.
func cutLine(b []byte) (line, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return b, nil
	}
	return bytes.TrimSuffix(b[:i], []byte("\r")), b[i+1:]
}

// fieldName accepts printable ASCII without blanks inside, at most 76 characters.
func fieldName(b []byte) bool {
	b = bytes.TrimRight(b, " \t")
	for _, c := range b {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return len(b) > 0 && len(b) <= 76
}

// mediaType reads a field such as Content-Type, also where its parameters are broken.
func mediaType(v, assume string) (string, map[string]string) {
	if strings.TrimSpace(v) == "" {
		return assume, nil
	}
	kind, params, err := mime.ParseMediaType(v)
	if err != nil && len(params) == 0 {
		var rest string
		kind, rest, _ = strings.Cut(v, ";")
		kind, params = strings.ToLower(strings.TrimSpace(kind)), looseParams(rest)
	}
	if kind == "" || strings.HasPrefix(assume, "text/") && !strings.Contains(kind, "/") {
		kind = assume
	}
	return kind, params
}

// looseParams reads name=value pairs that the standard refuses: unquoted blanks, missing quotes, doubled names.
func looseParams(s string) map[string]string {
	params := map[string]string{}
	for p := range strings.SplitSeq(s, ";") {
		if name, value, ok := strings.Cut(p, "="); ok {
			name = strings.ToLower(strings.TrimSpace(name))
			if _, there := params[name]; !there {
				params[name] = strings.Trim(strings.TrimSpace(value), `"'`)
			}
		}
	}
	return params
}

// splitParts cuts a multipart body at its boundary. A boundary that is not stated is guessed from the first line that
// begins with --; a last part that is not ended is taken to the end.
func splitParts(body []byte, boundary string) [][]byte {
	mark := []byte("--" + boundary)
	if boundary == "" {
		for rest := body; len(rest) > 0; {
			var line []byte
			if line, rest = cutLine(rest); bytes.HasPrefix(line, []byte("--")) && len(line) > 4 {
				mark = bytes.TrimRight(line, " \t")
				break
			}
		}
		if len(mark) < 3 {
			return nil
		}
	}
	var parts [][]byte
	start := -1
	for at := 0; at < len(body) && len(parts) <= maxParts; {
		line, rest := cutLine(body[at:])
		next := len(body) - len(rest)
		if tail := bytes.TrimRight(line, " \t"); bytes.HasPrefix(tail, mark) {
			tail = tail[len(mark):]
			if len(tail) == 0 || string(tail) == "--" {
				if start >= 0 {
					parts = append(parts, trimEnd(body[start:at]))
				}
				if start = next; len(tail) > 0 {
					return parts
				}
			}
		}
		at = next
	}
	if start >= 0 && start < len(body) {
		parts = append(parts, body[start:])
	}
	return parts
}

// trimEnd takes off the line end that belongs to the boundary.
func trimEnd(b []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r"))
}

// undo takes a transfer encoding off; what is broken in it is passed over. The result is never longer than b.
func undo(encoding string, b []byte) []byte {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		return unbase64(b)
	case "quoted-printable":
		return unquoted(b)
	}
	return b
}

// unbase64 decodes as much as can be decoded.
func unbase64(b []byte) []byte {
	clean := make([]byte, 0, len(b))
	for _, c := range b {
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
			clean = append(clean, c)
		}
	}
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1]
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(clean)))
	n, _ := base64.RawStdEncoding.Decode(out, clean) // the alphabet is clean; a last odd bit is no loss
	return out[:n]
}

// unquoted decodes quoted-printable; an = that begins no code stands for itself.
func unquoted(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '=' {
			out = append(out, b[i])
			continue
		}
		if i+2 < len(b) && hexDigit(b[i+1]) >= 0 && hexDigit(b[i+2]) >= 0 {
			out = append(out, byte(hexDigit(b[i+1])<<4|hexDigit(b[i+2])))
			i += 2
			continue
		}
		line, _ := cutLine(b[i+1:])
		if rest := bytes.TrimRight(line, " \t\r"); len(rest) == 0 { // a soft line break
			i += len(line)
			if i+1 < len(b) && b[i+1] == '\r' {
				i++
			}
			if i+1 < len(b) && b[i+1] == '\n' {
				i++
			}
			continue
		}
		out = append(out, '=')
	}
	return out
}

// hexDigit is the value of a hexadecimal digit, -1 for anything else.
func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}
