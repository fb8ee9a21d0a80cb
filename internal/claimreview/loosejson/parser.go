package loosejson

import (
	"bytes"
	"errors"
	"strconv"
)

// errBroken unwinds to the top after a fault that cannot be repaired; the
// fault itself is already recorded.
var errBroken = errors.New("loosejson: broken")

// maxNodes bounds how many values one handed-out value may hold: a list of
// millions of zeros is small as text and huge in memory.
const maxNodes = 200_000

type parser struct {
	src    *source
	limit  Limits
	buf    []byte
	faults []Fault
	start  int64 // bytes read when the current handed-out value began
	nodes  int
	judged int64 // looksOpen has its answer for all line breaks before this byte
}

func (p *parser) fault(k FaultKind) { p.faultAt(k, p.src.line) }

func (p *parser) faultAt(k FaultKind, line int) {
	for _, f := range p.faults {
		if f.Kind == k {
			return
		}
	}
	p.faults = append(p.faults, Fault{Kind: k, Line: line})
}

func (p *parser) stop(k FaultKind) error {
	p.fault(k)
	return errBroken
}

func (p *parser) overweight() bool {
	return p.src.read-p.start > p.limit.Bytes || p.nodes > maxNodes
}

// filler passes white space and everything that people wrap JSON in.
func (p *parser) filler() {
	for {
		switch c := p.src.peek(); c {
		case ' ', '\t', '\n', '\r':
			p.src.skip(1)
		case '/', '<', '-', '#', '\f', '\v', 0x1e:
			if !p.wrapping(c) {
				return
			}
		default:
			if c < 0x80 {
				return
			}
			n := blank(p.src.ahead(3))
			if n == 0 {
				return
			}
			p.src.skip(n)
		}
	}
}

// wrapping takes one comment or comment mark; false when there is none.
func (p *parser) wrapping(c byte) bool {
	switch {
	case blank([]byte{c}) == 1:
		p.src.skip(1)
		return true
	case p.src.has("//"):
		p.src.skip(2)
		rest, _, newline := p.src.afterBlanks(0)
		marks := []string{"<![CDATA[", "]]>", "<!--", "-->"}
		for _, m := range marks {
			if !newline && bytes.HasPrefix(rest, []byte(m)) {
				p.src.skipTo(m)
				p.fault(Comment)
				return true
			}
		}
		p.src.skipTo("\n")
	case p.src.has("/*"):
		p.src.skipTo("*/")
	case p.src.has("<![CDATA["):
		p.src.skip(9)
	case p.src.has("<!--"):
		p.src.skip(4)
		if note, _, whole := bytes.Cut(p.src.ahead(lookahead), []byte("-->")); whole && !bytes.ContainsAny(note, "{[") {
			p.src.skip(len(note)) // a remark, not a wrapping
		}
	case p.src.has("-->"):
		p.src.skip(3)
	default:
		return false
	}
	p.fault(Comment)
	return true
}

// value reads one value at the given depth. On errBroken the value holds what
// was read so far.
func (p *parser) value(depth int) (*Value, error) {
	v := &Value{Line: p.src.line}
	p.nodes++
	if p.overweight() {
		return v, p.stop(TooBig)
	}
	if q := p.opener(); q != "" {
		v.Kind = String
		var err error
		v.Text, err = p.str(q)
		v.Whole = err == nil
		return v, err
	}
	switch c := p.src.peek(); {
	case c == '{' || c == '[':
		if depth >= p.limit.Depth {
			return v, p.stop(TooDeep)
		}
		p.src.skip(1)
		if c == '{' {
			return v, p.object(v, depth, nil)
		}
		return v, p.array(v, depth)
	case c == '-' || c == '+' || c == '.' || (c >= '0' && c <= '9'):
		return v, p.number(v)
	default:
		return v, p.word(v)
	}
}

// array reads the elements after '['.
func (p *parser) array(v *Value, depth int) error {
	v.Kind = Array
	return p.list(']', func() error {
		e, err := p.value(depth + 1)
		v.Elements = append(v.Elements, e)
		return err
	}, v)
}

// object reads the members after '{'. For a name that open accepts, whose
// value is an array, open reads that array itself.
func (p *parser) object(v *Value, depth int, open func(name string) (bool, error)) error {
	v.Kind = Object
	return p.list('}', func() error {
		name, err := p.name()
		if err != nil {
			return err
		}
		p.filler()
		if open != nil {
			if took, err := open(name); took || err != nil {
				return err
			}
		}
		m, err := p.value(depth + 1)
		v.Members = append(v.Members, Member{Name: name, Value: m})
		return err
	}, v)
}

// list reads parts with commas between them up to the closing byte.
func (p *parser) list(closing byte, part func() error, v *Value) error {
	first, comma := true, true
	for {
		p.filler()
		switch c := p.src.peek(); {
		case c == 0 && p.src.end():
			return p.stop(Truncated)
		case c == closing:
			if comma && !first {
				p.fault(Comma)
			}
			p.src.skip(1)
			v.Whole = true
			return nil
		case c == ',':
			if comma {
				p.fault(Comma)
			}
			p.src.skip(1)
			comma = true
		default:
			if !comma {
				if !p.startsPart(closing) {
					return p.stop(Broken)
				}
				p.fault(Comma)
			}
			if err := part(); err != nil {
				return err
			}
			first, comma = false, false
		}
	}
}

// startsPart says whether the coming byte can only be the next part, so that
// a comma was forgotten.
func (p *parser) startsPart(closing byte) bool {
	c := p.src.peek()
	return p.opener() != "" || (closing == ']' && (c == '{' || c == '['))
}

// name reads a member's name and its colon.
func (p *parser) name() (string, error) {
	var name string
	if q := p.opener(); q != "" {
		var err error
		if name, err = p.str(q); err != nil {
			return name, err
		}
	} else {
		name = p.ident()
		if name == "" {
			return "", p.stop(Broken)
		}
		p.fault(Bare)
	}
	p.filler()
	if p.src.peek() != ':' {
		if p.src.end() {
			return name, p.stop(Truncated)
		}
		return name, p.stop(Broken)
	}
	p.src.skip(1)
	return name, nil
}

// ident takes a bare word: letters, digits and @ $ _.
func (p *parser) ident() string {
	var b []byte
	for {
		c := p.src.peek()
		letter := c == '_' || c == '$' || c == '@' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
		if !letter && (c < '0' || c > '9' || len(b) == 0) || len(b) > 64 {
			return string(b)
		}
		b = append(b, c)
		p.src.skip(1)
	}
}

// number reads a number literal; ones that JSON would refuse but that have
// one meaning are kept as written.
func (p *parser) number(v *Value) error {
	var b []byte
	for bytes.IndexByte([]byte("0123456789+-.eE"), p.src.peek()) >= 0 && len(b) < 400 {
		c, ok := p.src.next()
		if !ok {
			break
		}
		b = append(b, c)
	}
	v.Kind, v.Text = Number, string(b)
	if !strictNumber(v.Text) {
		if _, err := strconv.ParseFloat(v.Text, 64); err != nil && !errors.Is(err, strconv.ErrRange) {
			return p.stop(Broken)
		}
		p.fault(Literal)
	}
	v.Whole = true
	return nil
}

// strictNumber follows the grammar of RFC 8259 section 6.
func strictNumber(s string) bool {
	digits := func() int {
		n := 0
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		s = s[n:]
		return n
	}
	if s != "" && s[0] == '-' {
		s = s[1:]
	}
	zero := s != "" && s[0] == '0'
	if n := digits(); n == 0 || (zero && n > 1) {
		return false
	}
	if s != "" && s[0] == '.' {
		s = s[1:]
		if digits() == 0 {
			return false
		}
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		s = s[1:]
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		if digits() == 0 {
			return false
		}
	}
	return s == ""
}

// word reads true, false, null and what other languages call them.
func (p *parser) word(v *Value) error {
	if p.src.end() {
		return p.stop(Truncated)
	}
	w := p.ident()
	switch w {
	case "true", "false":
		v.Kind, v.Text = Bool, w
	case "null":
		v.Kind = Null
	case "True", "TRUE":
		v.Kind, v.Text = Bool, "true"
		p.fault(Bare)
	case "False", "FALSE":
		v.Kind, v.Text = Bool, "false"
		p.fault(Bare)
	case "None", "NULL", "Null", "undefined", "NaN", "Infinity":
		v.Kind = Null
		p.fault(Bare)
	default:
		if w != "" && p.src.end() {
			return p.stop(Truncated)
		}
		return p.stop(Broken)
	}
	v.Whole = true
	return nil
}
