package embed

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"
)

// charsmap is the table of letters that SentencePiece compiles into its models (Kudo and
// Richardson 2018): most often Unicode's compatible composition (NFKC) and rules for blanks,
// sometimes small letters too. It is a trie from what is replaced to a place in the
// replacements, laid out as a double array (Aoe 1989) in the way of the library Darts-clone.
type charsmap struct {
	units []uint32
	to    string // replacements, each ended by a zero
}

// longestReplaced is how many bytes are looked up at once: real tables have fewer than 30.
const longestReplaced = 64

// readCharsmap reads a table: in base64, the trie's length in bytes, the trie, the replacements.
// An empty one changes nothing.
func readCharsmap(s string) (*charsmap, error) {
	if s == "" {
		return &charsmap{}, nil
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(b) < 4 {
		return nil, fmt.Errorf("%w: the table of letters in tokenizer.json is damaged; copy the file again", ErrModel)
	}
	n := binary.LittleEndian.Uint32(b)
	if n%4 != 0 || uint64(n) > uint64(len(b)-4) {
		return nil, fmt.Errorf("%w: the table of letters in tokenizer.json is cut short; copy the file again", ErrModel)
	}
	m := &charsmap{units: make([]uint32, n/4), to: string(b[4+n:])}
	for i := range m.units {
		m.units[i] = binary.LittleEndian.Uint32(b[4+4*i:])
	}
	return m, nil
}

// A unit holds a label in its lowest byte (and the highest bit where it is a value), in
// bit 8 whether a word ends here, and from bit 10 on how far its children are; bit 9 says
// that they are 256 times as far.
func childrenOf(unit uint32) uint32 { return unit >> 10 << (unit & (1 << 9) >> 6) }

// longest finds the longest beginning of s that is replaced, and by what; 0: none is.
func (m *charsmap) longest(s string) (to string, n int) {
	if len(m.units) == 0 {
		return "", 0
	}
	at := childrenOf(m.units[0])
	for i := range min(len(s), longestReplaced) {
		at ^= uint32(s[i])
		if s[i] == 0 || uint64(at) >= uint64(len(m.units)) || m.units[at]&(1<<31|0xff) != uint32(s[i]) {
			break
		}
		unit := m.units[at]
		at ^= childrenOf(unit)
		if unit&(1<<8) == 0 || uint64(at) >= uint64(len(m.units)) {
			continue
		}
		place := int(m.units[at] & (1<<31 - 1))
		if place > len(m.to) {
			continue
		}
		rest := m.to[place:min(len(m.to), place+longestReplacement)]
		if end := strings.IndexByte(rest, 0); end >= 0 {
			to, n = rest[:end], i+1
		}
	}
	return to, n
}

// apply replaces from left to right, the longest first, as SentencePiece does. The
// library of tokenizers takes the shortest and so loses marks of letters with two of them.
func (m *charsmap) apply(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		to, n := m.longest(s)
		if n == 0 {
			_, n = utf8.DecodeRuneInString(s)
			to = s[:n]
		}
		b.WriteString(to)
		s = s[n:]
	}
	return b.String()
}
