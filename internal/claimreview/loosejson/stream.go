package loosejson

import "io"

// Limits bound what one handed-out value may be.
type Limits struct {
	Depth int   // nesting inside one value
	Bytes int64 // text of one value; also at most 200,000 parts
}

// DefaultLimits fit any honest check: 64 levels, 8 MiB.
func DefaultLimits() Limits { return Limits{Depth: 64, Bytes: 8 << 20} }

// Stream reads r and hands out values one at a time, holding no more than
// one. The parts of a file come out like this:
//
//   - values that follow each other (JSON lines, concatenated): each of them
//   - an array at the top: each element
//   - an object at the top: the arrays under the names in open, element by
//     element, and then the object itself without them
//
// The same holds for the elements so reached. After damage that cannot be
// repaired the broken value is handed out with Whole false, and then whatever
// whole objects are found after the place of the damage, with Found true.
//
// each returns false to stop early. The error is the reader's; damage is
// never an error, it is in the values' Faults.
func Stream(r io.Reader, limits Limits, open []string, each func(*Value) bool) error {
	s := &streamer{parser: parser{src: newSource(r), limit: limits}, open: open, each: each}
	s.top()
	return s.src.err
}

type streamer struct {
	parser
	open    []string
	each    func(*Value) bool
	lost    bool // after damage: look for the next object
	lines   bool // the damage was in a value that stands by itself, as in JSON lines
	stopped bool
}

func (s *streamer) top() {
	for !s.stopped {
		if s.lost {
			if !s.findObject() {
				return
			}
		} else {
			s.filler()
		}
		switch c := s.src.peek(); {
		case s.src.end():
			return
		case !s.lost && (c == ',' || c == ';' || c == ']' || c == '}'):
			if c != ';' && !s.src.has("]]>") {
				s.fault(Comma)
			}
			if s.src.has("]]>") {
				s.src.skip(2)
			}
			s.src.skip(1)
		default:
			alone := c == '{' && !s.lost
			if err := s.opened(0); err != nil {
				s.lines = s.lines && s.lost || alone
				s.lost = true
			}
		}
	}
}

// findObject takes bytes up to the next '{'. In JSON lines an object that
// starts its line is in its place again.
func (s *streamer) findObject() bool {
	last := byte(0)
	for {
		if s.src.end() {
			return false
		}
		if s.src.peek() == '{' {
			if s.lines && last == '\n' {
				s.lost = false
			}
			return true
		}
		last, _ = s.src.next()
	}
}

// opened reads a value that is handed out, or an array whose elements are.
func (s *streamer) opened(depth int) error {
	s.start, s.nodes = s.src.read, 0
	switch c := s.src.peek(); {
	case depth >= s.limit.Depth && (c == '{' || c == '['):
		return s.hand(&Value{Line: s.src.line}, s.stop(TooDeep))
	case c == '[':
		return s.openArray(depth)
	case c == '{':
		v := &Value{Line: s.src.line}
		s.src.skip(1)
		return s.hand(v, s.object(v, depth, func(name string) (bool, error) {
			if s.src.peek() != '[' || !s.opens(name) {
				return false, nil
			}
			before, found := s.src.read, s.nodes
			err := s.openArray(depth + 1)
			s.start += s.src.read - before // the opened part does not weigh on its parent
			s.nodes = found
			return true, err
		}))
	}
	v, err := s.value(depth)
	if err != nil && s.src.peek() != '{' {
		s.src.next() // always move on
	}
	return s.hand(v, err)
}

func (s *streamer) opens(name string) bool {
	for _, o := range s.open {
		if o == name {
			return true
		}
	}
	return false
}

// openArray hands out the elements after '['.
func (s *streamer) openArray(depth int) error {
	v := &Value{Line: s.src.line}
	s.src.skip(1)
	start := s.start
	err := s.list(']', func() error {
		if err := s.opened(depth + 1); err != nil {
			return err
		}
		return nil
	}, v)
	s.start = start
	if err != nil && len(s.faults) > 0 {
		return s.hand(&Value{Kind: Array, Line: v.Line}, err) // damage between elements
	}
	return err
}

// hand gives one value to the caller with the faults gathered so far.
func (s *streamer) hand(v *Value, err error) error {
	v.Faults, s.faults = s.faults, nil
	v.Found = s.lost
	if !s.stopped && !s.each(v) {
		s.stopped = true
	}
	if s.stopped {
		return errBroken
	}
	return err
}
