package loosejson

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// lookahead bounds how far a decision may peek: enough for any indentation.
const lookahead = 1024

// source is the bytes with a line count and bounded lookahead.
type source struct {
	r    *bufio.Reader
	line int
	read int64
	err  error // a read error other than io.EOF
}

func newSource(r io.Reader) *source {
	return &source{r: bufio.NewReaderSize(r, 64<<10), line: 1}
}

// next takes one byte; ok is false at the end.
func (s *source) next() (b byte, ok bool) {
	b, err := s.r.ReadByte()
	if err != nil {
		s.fail(err)
		return 0, false
	}
	s.read++
	if b == '\n' {
		s.line++
	}
	return b, true
}

func (s *source) fail(err error) {
	if !errors.Is(err, io.EOF) && s.err == nil {
		s.err = err
	}
}

// peek is the next byte, or 0 at the end (a NUL in the text reads the same,
// and is as unexpected).
func (s *source) peek() byte {
	b, err := s.r.Peek(1)
	if err != nil {
		s.fail(err)
		return 0
	}
	return b[0]
}

func (s *source) end() bool {
	_, err := s.r.Peek(1)
	return err != nil
}

// ahead is up to n coming bytes, not taken.
func (s *source) ahead(n int) []byte {
	b, _ := s.r.Peek(n)
	return b
}

// has reports whether the coming bytes are exactly these.
func (s *source) has(lit string) bool {
	return s.peek() == lit[0] && bytes.Equal(s.ahead(len(lit)), []byte(lit))
}

// skip takes n bytes.
func (s *source) skip(n int) {
	for range n {
		s.next()
	}
}

// skipTo takes everything up to and including lit, or to the end.
func (s *source) skipTo(lit string) {
	for {
		if s.end() {
			return
		}
		if s.has(lit) {
			s.skip(len(lit))
			return
		}
		s.next()
	}
}

// blanks are spaces beyond ASCII that editors leave between tokens: no-break
// space, zero-width space, byte order mark, line and paragraph separator.
var blanks = []string{"\u00a0", "\u200b", "\ufeff", "\u2028", "\u2029"}

// blank gives the length of the white space that b starts with, or 0.
func blank(b []byte) int {
	if len(b) == 0 {
		return 0
	}
	switch b[0] {
	case ' ', '\t', '\n', '\r', '\f', '\v', 0x1e: // 0x1e separates records in RFC 7464
		return 1
	}
	if b[0] < 0x80 {
		return 0
	}
	for _, w := range blanks {
		if bytes.HasPrefix(b, []byte(w)) {
			return len(w)
		}
	}
	return 0
}

// afterBlanks looks past white space from byte offset from on, without taking
// anything: the coming bytes, how many were passed, and whether a line break
// was among them.
func (s *source) afterBlanks(from int) (rest []byte, passed int, newline bool) {
	b := s.ahead(32)
	if from >= len(b) {
		return nil, 0, false
	}
	if blank(b[from:]) > 0 { // look further only when there is something to pass
		b = s.ahead(lookahead)
	}
	b = b[from:]
	for {
		n := blank(b)
		if n == 0 {
			return b, passed, newline
		}
		passed += n
		newline = newline || b[0] == '\n' || b[0] == '\r'
		b = b[n:]
	}
}
