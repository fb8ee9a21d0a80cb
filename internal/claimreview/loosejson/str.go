package loosejson

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// openers are the quotes a string may start with; plain '"' is the standard.
var openers = []string{`"`, `'`, "“", "”", "„", "‟", "″", "＂", "«", "‘", "’"}

// closers are the quotes that may end a string begun with a typographic one.
var closers = []string{`"`, "“", "”", "″", "＂", "»", "’", "'"}

// opener gives the quote that the coming bytes start with, or "".
func (p *parser) opener() string {
	c := p.src.peek()
	if c == '"' || c == '\'' {
		return string(c)
	}
	if c < 0x80 {
		return ""
	}
	b := p.src.ahead(4)
	for _, q := range openers[2:] {
		if bytes.HasPrefix(b, []byte(q)) {
			return q
		}
	}
	return ""
}

// str reads a string whose opener is still ahead.
func (p *parser) str(quote string) (string, error) {
	p.src.skip(len(quote))
	if quote != `"` {
		p.fault(Quote)
	}
	opened := p.src.line
	buf := p.buf[:0]
	defer func() { p.buf = buf[:0] }()
	for {
		c, ok := p.src.next()
		if !ok {
			return p.text(buf), p.stop(Truncated)
		}
		if p.overweight() {
			return p.text(buf), p.stop(TooBig)
		}
		switch {
		case c == '\\':
			buf = p.escape(buf)
		case c == '\n' && p.looksOpen():
			p.faultAt(OpenQuote, opened)
			return p.text(buf), errBroken
		case c < 0x20:
			p.fault(Control)
			buf = append(buf, c)
		case c == '"' || c == '\'' || (c >= 0xC2 && quote != `"`):
			n := p.closes(c, quote)
			if n < 0 {
				buf = append(buf, c)
				continue
			}
			p.src.skip(n)
			return p.text(buf), nil
		default:
			buf = append(buf, c)
		}
	}
}

// text turns the collected bytes into a string; like encoding/json, each byte
// that is not UTF-8 becomes U+FFFD.
func (p *parser) text(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	p.fault(Encoding)
	return string([]rune(string(b)))
}

// closes decides whether the quote starting with c, just taken, ends the
// string. It gives how many more bytes the quote has, or -1 when the quote is
// part of the text. In valid JSON a quote inside a string is escaped, so the
// answer there is always yes.
func (p *parser) closes(c byte, quote string) int {
	more := 0
	switch {
	case quote == `"` && c != '"', quote == `'` && c != '\'':
		return -1
	case quote != `"` && quote != `'`:
		if more = p.typographic(c); more < 0 {
			return -1
		}
	}
	rest, _, newline := p.src.afterBlanks(more)
	if p.endsString(rest, newline, c) {
		return more
	}
	p.fault(Quote)
	return -1
}

// typographic gives the further length of a closing quote whose first byte
// was c, or -1.
func (p *parser) typographic(c byte) int {
	b := append([]byte{c}, p.src.ahead(3)...)
	for _, q := range closers {
		if bytes.HasPrefix(b, []byte(q)) {
			return len(q) - 1
		}
	}
	return -1
}

// endsString looks at what follows a quote: the end of the text or one of
// : , } ] means that the string is over; another quote on the next line means
// that it is over and a comma is missing.
func (p *parser) endsString(rest []byte, newline bool, quote byte) bool {
	if len(rest) == 0 {
		return true
	}
	switch rest[0] {
	case ':', ',', '}', ']':
		return true
	case '{', '[':
		return newline
	case '/', '<':
		return bytes.HasPrefix(rest, []byte("//")) || bytes.HasPrefix(rest, []byte("/*")) || bytes.HasPrefix(rest, []byte("<!--"))
	case quote:
		if newline {
			return true
		}
		tail := bytes.TrimLeft(rest[1:], " \t\r\n")
		return len(tail) > 0 && !bytes.ContainsRune([]byte(":,}]"), rune(tail[0]))
	}
	return false
}

// looksOpen is asked at a line break inside a string: does the next line look
// like JSON going on, so that the closing quote was forgotten?
func (p *parser) looksOpen() bool {
	if p.src.read < p.judged {
		return false // still in the white space judged at an earlier line break
	}
	rest, passed, _ := p.src.afterBlanks(0)
	p.judged = p.src.read + int64(passed)
	if len(rest) == 0 {
		return false
	}
	switch rest[0] {
	case '{', '}', ']':
		return true
	case '"':
		name, tail, ok := bytes.Cut(rest[1:min(len(rest), 80)], []byte{'"'})
		return ok && len(name) > 0 && !bytes.ContainsAny(name, " \n") && bytes.HasPrefix(bytes.TrimLeft(tail, " \t"), []byte{':'})
	}
	return false
}

// escape reads what follows a backslash.
func (p *parser) escape(buf []byte) []byte {
	c, ok := p.src.next()
	if !ok {
		return append(buf, '\\')
	}
	switch c {
	case '"', '\\', '/':
		return append(buf, c)
	case 'b':
		return append(buf, '\b')
	case 'f':
		return append(buf, '\f')
	case 'n':
		return append(buf, '\n')
	case 'r':
		return append(buf, '\r')
	case 't':
		return append(buf, '\t')
	case 'u':
		return p.unicode(buf)
	case '\'':
		p.fault(Escape)
		return append(buf, c)
	}
	p.fault(Escape)
	return append(buf, '\\', c)
}

// unicode reads \uXXXX and, for a high surrogate, the low one behind it.
func (p *parser) unicode(buf []byte) []byte {
	r, ok := hex4(p.src.ahead(4))
	if !ok {
		p.fault(Escape)
		return append(buf, '\\', 'u')
	}
	p.src.skip(4)
	if utf16.IsSurrogate(r) {
		low := rune(utf8.RuneError)
		if b := p.src.ahead(6); len(b) == 6 && b[0] == '\\' && b[1] == 'u' {
			if l, ok := hex4(b[2:]); ok {
				low = utf16.DecodeRune(r, l)
			}
		}
		if low != utf8.RuneError {
			p.src.skip(6)
		}
		r = low
	}
	return utf8.AppendRune(buf, r)
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
