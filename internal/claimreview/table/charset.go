package table

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
)

// Charset names what a file was written in.
type Charset string

// The character sets that are told apart.
const (
	CharsetUTF8    Charset = "utf-8"
	CharsetUTF16LE Charset = "utf-16le"
	CharsetUTF16BE Charset = "utf-16be"
	Charset1258    Charset = "windows-1258" // Vietnamese before Unicode, still what old Excel saves
	Charset1252    Charset = "windows-1252"
)

// sampleSize is how much is looked at before deciding.
const sampleSize = 256 << 10

// UTF8 gives a reader of the same text in UTF-8 without byte order mark, and
// what the text was in. The decision is made on the first 256 KiB. Bytes of a
// UTF-8 file that are not UTF-8 pass unchanged. Vietnamese from windows-1258,
// which writes tone marks as letters of their own, is composed.
// The error is the reader's.
func UTF8(r io.Reader) (io.Reader, Charset, error) {
	br := bufio.NewReaderSize(r, sampleSize)
	sample, err := br.Peek(sampleSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return br, CharsetUTF8, err
	}
	whole := err != nil // the sample is the file
	switch set := detect(sample, whole); set {
	case CharsetUTF16LE, CharsetUTF16BE:
		var order binary.ByteOrder = binary.LittleEndian
		if set == CharsetUTF16BE {
			order = binary.BigEndian
		}
		return &utf16Reader{r: br, order: order, first: true}, set, nil
	case Charset1252, Charset1258:
		dec, err := charset.NewReaderLabel(string(set), br)
		if err != nil {
			return br, set, fmt.Errorf("charset %s: %w", set, err)
		}
		if set == Charset1258 {
			dec = &composer{r: bufio.NewReader(dec)}
		}
		return dec, set, nil
	}
	if bytes.HasPrefix(sample, []byte("\ufeff")) {
		_, err = br.Discard(3)
		return br, CharsetUTF8, err
	}
	return br, CharsetUTF8, nil
}

func detect(b []byte, whole bool) Charset {
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}):
		return CharsetUTF16LE
	case bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		return CharsetUTF16BE
	}
	if set := bareUTF16(b); set != "" {
		return set
	}
	if !whole { // do not stumble over a letter cut by the end of the sample
		for i := 0; i < 3 && len(b) > 0 && !utf8.Valid(b); i++ {
			b = b[:len(b)-1]
		}
	}
	bad := 0
	for s := b; len(s) > 0; {
		c, n := utf8.DecodeRune(s)
		if c == utf8.RuneError && n == 1 {
			bad++
		}
		s = s[n:]
	}
	high := 0
	for _, c := range b {
		if c >= 0x80 {
			high++
		}
	}
	if bad*10 <= high { // a few damaged letters do not make it another character set
		return CharsetUTF8
	}
	if looks1258(b, high) {
		return Charset1258
	}
	return Charset1252
}

// bareUTF16 finds UTF-16 without a mark: text in Latin letters has a zero in
// almost every second byte.
func bareUTF16(b []byte) Charset {
	b = b[:min(len(b), 2000)&^1]
	var even, odd int
	for i, c := range b {
		if c == 0 && i%2 == 0 {
			even++
		} else if c == 0 {
			odd++
		}
	}
	half := len(b) / 2
	switch {
	case half < 4:
		return ""
	case odd*10 > half*5 && even*10 < half:
		return CharsetUTF16LE
	case even*10 > half*5 && odd*10 < half:
		return CharsetUTF16BE
	}
	return ""
}

// looks1258 counts vowels followed by one of the five tone marks of
// windows-1258 (grave CC, hook D2, tilde DE, acute EC, dot below F2). In
// windows-1252 those are Ì Ò Þ ì ò, which hardly ever follow vowels.
func looks1258(b []byte, high int) bool {
	const vowels = "aeiouyAEIOUY\xc2\xc3\xca\xd4\xd5\xdd\xe2\xe3\xea\xf4\xf5\xfd"
	tones := 0
	for i := 1; i < len(b); i++ {
		if strings.IndexByte("\xcc\xd2\xde\xec\xf2", b[i]) >= 0 && strings.IndexByte(vowels, b[i-1]) >= 0 {
			tones++
		}
	}
	return tones >= 2 && tones*10 >= high
}

// utf16Reader decodes two bytes at a time; a lone surrogate or odd last byte
// becomes U+FFFD.
type utf16Reader struct {
	r     *bufio.Reader
	order binary.ByteOrder
	first bool
	out   []byte
	held  rune // a unit read ahead; 0 when none
}

func (u *utf16Reader) unit() (rune, error) {
	if h := u.held; h != 0 {
		u.held = 0
		return h, nil
	}
	var b [2]byte
	n, err := io.ReadFull(u.r, b[:])
	if n == 1 {
		return utf8.RuneError, nil
	}
	if err != nil {
		return 0, err
	}
	return rune(u.order.Uint16(b[:])), nil
}

// Read implements io.Reader.
func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.out) == 0 {
		c, err := u.unit()
		if err != nil {
			return 0, err
		}
		if first := u.first; first {
			u.first = false
			if c == 0xfeff {
				continue
			}
		}
		if utf16.IsSurrogate(c) {
			low, err := u.unit()
			if err != nil && !errors.Is(err, io.EOF) {
				return 0, err
			}
			pair := utf16.DecodeRune(c, low)
			if pair == utf8.RuneError {
				u.held = low
			}
			c = pair
		}
		u.out = utf8.AppendRune(u.out[:0], c)
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	return n, nil
}

// composed lists each Vietnamese vowel with its five tones in the order of
// the marks in tones.
const composed = "aàảãáạ ăằẳẵắặ âầẩẫấậ eèẻẽéẹ êềểễếệ iìỉĩíị oòỏõóọ ôồổỗốộ ơờởỡớợ uùủũúụ ưừửữứự yỳỷỹýỵ " +
	"AÀẢÃÁẠ ĂẰẲẴẮẶ ÂẦẨẪẤẬ EÈẺẼÉẸ ÊỀỂỄẾỆ IÌỈĨÍỊ OÒỎÕÓỌ ÔỒỔỖỐỘ ƠỜỞỠỚỢ UÙỦŨÚỤ ƯỪỬỮỨỰ YỲỶỸÝỴ"

// tones are the combining grave, hook above, tilde, acute and dot below.
var tones = []rune{0x300, 0x309, 0x303, 0x301, 0x323}

// compose joins a vowel and a tone mark; ok is false when they do not join.
func compose(vowel, tone rune) (rune, bool) {
	for i, t := range tones {
		if t != tone {
			continue
		}
		for _, row := range strings.Fields(composed) {
			letters := []rune(row)
			if letters[0] == vowel {
				return letters[i+1], true
			}
		}
	}
	return 0, false
}

// composer joins tone marks to the vowel before them.
type composer struct {
	r    *bufio.Reader
	held rune
	have bool
	out  []byte
}

// Read implements io.Reader.
func (c *composer) Read(p []byte) (int, error) {
	for len(c.out) == 0 {
		r, _, err := c.r.ReadRune()
		if err != nil {
			if !c.have || !errors.Is(err, io.EOF) {
				return 0, err
			}
			c.out, c.have = utf8.AppendRune(c.out[:0], c.held), false
			break
		}
		if !c.have {
			c.held, c.have = r, true
			continue
		}
		if one, ok := compose(c.held, r); ok {
			c.held = one
			continue
		}
		c.out = utf8.AppendRune(c.out[:0], c.held)
		c.held = r
	}
	n := copy(p, c.out)
	c.out = c.out[n:]
	return n, nil
}

// Key folds a column's name to what tables have in common: lower-case ASCII
// letters and digits without Vietnamese marks, so that "Nội dung", "NOI_DUNG"
// and "nội-dung " are one. Letters of other scripts stay as they are.
func Key(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r == 'đ':
			b.WriteByte('d')
		case unicode.Is(unicode.Mn, r):
		case r >= 0x80 && bareVowel(r) != 0:
			b.WriteByte(bareVowel(r))
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// bareVowel gives the ASCII letter under a Vietnamese vowel, or 0.
func bareVowel(r rune) byte {
	for _, row := range strings.Fields(composed) {
		if strings.ContainsRune(row, r) {
			first, _ := utf8.DecodeRuneInString(row)
			if i := strings.Index("ăâêôơư", string(first)); i >= 0 {
				return "aaeoou"[i/2]
			}
			return byte(first)
		}
	}
	return 0
}
