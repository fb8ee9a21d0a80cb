package feed

import (
	"bytes"
	"encoding/binary"
	"mime"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
)

// declared finds the encoding that the XML declaration names.
var declared = regexp.MustCompile(`^\s*<\?xml[^>]*?encoding\s*=\s*["']?([A-Za-z0-9._:-]+)`)

// declaration is the XML declaration itself, and a document type before the
// root, which carries nothing that we read.
var declaration = regexp.MustCompile(`^\s*<\?xml[^>]*?\?>`)

// decode turns a feed's bytes into valid UTF-8 without declaration or
// characters that XML does not know. The mark at the beginning counts before
// the header, the header before the declaration; a name that is wrong is
// found out by the bytes not fitting. sure is false when it was.
func decode(b []byte, contentType string) (text string, sure bool) {
	text, sure = toUTF8(b, contentType)
	text = declaration.ReplaceAllString(text, "")
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff || r == 0xfeff {
			return -1
		}
		if r >= 0x80 && r < 0xa0 {
			return c1[r-0x80] // windows-1252 that was called ISO-8859-1 or UTF-8
		}
		return r
	}, strings.TrimLeft(text, "\ufeff \t\r\n")), sure
}

// c1 is what windows-1252 has where Unicode has control characters that no
// text uses; -1 where it has nothing.
var c1 = [32]rune{'€', -1, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', -1, 'Ž', -1,
	-1, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', -1, 'ž', 'Ÿ'}

// toUTF8 finds the encoding and converts.
func toUTF8(b []byte, contentType string) (string, bool) {
	if s, ok := wide(b); ok {
		return s, true
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	var names []string
	if _, params, err := mime.ParseMediaType(contentType); err == nil && params["charset"] != "" {
		names = append(names, params["charset"])
	}
	if m := declared.FindSubmatch(b[:min(len(b), 1024)]); m != nil {
		names = append(names, string(m[1]))
	}
	for i, name := range names {
		if strings.EqualFold(name, "utf-8") || strings.EqualFold(name, "utf8") || strings.EqualFold(name, "us-ascii") || strings.EqualFold(name, "ascii") {
			if utf8.Valid(b) {
				return string(b), i == 0
			}
			continue
		}
		if s, ok := convert(b, name); ok {
			return s, i == 0
		}
	}
	if utf8.Valid(b) {
		return string(b), len(names) == 0
	}
	return bytewise(b), false
}

// convert decodes by an encoding's name. A UTF-16 name for bytes that are
// plainly none is refused.
func convert(b []byte, name string) (string, bool) {
	enc, canonical := charset.Lookup(name)
	if enc == nil || strings.HasPrefix(canonical, "utf-16") {
		return "", false
	}
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil || !utf8.Valid(out) {
		return "", false
	}
	return string(out), true
}

// bytewise keeps what is UTF-8 and reads every other byte as windows-1252,
// which is what mixed feeds nearly always hold.
func bytewise(b []byte) string {
	var out strings.Builder
	enc, _ := charset.Lookup("windows-1252")
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			if one, err := enc.NewDecoder().Bytes(b[:1]); err == nil {
				out.Write(one)
			}
		} else {
			out.WriteRune(r)
		}
		b = b[n:]
	}
	return out.String()
}

// wide reads UTF-16 and UTF-32, by their mark or by the zeros of a first "<".
func wide(b []byte) (string, bool) {
	for _, w := range []struct {
		mark  string
		bytes int
		order binary.ByteOrder
		skip  int
	}{
		{"\x00\x00\xfe\xff", 4, binary.BigEndian, 4}, {"\xff\xfe\x00\x00", 4, binary.LittleEndian, 4},
		{"\xfe\xff", 2, binary.BigEndian, 2}, {"\xff\xfe", 2, binary.LittleEndian, 2},
		{"\x00\x00\x00<", 4, binary.BigEndian, 0}, {"<\x00\x00\x00", 4, binary.LittleEndian, 0},
		{"\x00<", 2, binary.BigEndian, 0}, {"<\x00", 2, binary.LittleEndian, 0},
	} {
		if !bytes.HasPrefix(b, []byte(w.mark)) {
			continue
		}
		b = b[w.skip:]
		if w.bytes == 2 {
			units := make([]uint16, len(b)/2)
			for i := range units {
				units[i] = w.order.Uint16(b[2*i:])
			}
			return string(utf16.Decode(units)), true
		}
		var out strings.Builder
		for i := 0; i+4 <= len(b); i += 4 {
			if r := rune(w.order.Uint32(b[i:])); utf8.ValidRune(r) {
				out.WriteRune(r)
			}
		}
		return out.String(), true
	}
	return "", false
}

// rootTag finds the first element.
var rootTag = regexp.MustCompile(`<([A-Za-z_][A-Za-z0-9_.:-]*)`)

// asides are what may stand before the root: comments, declarations and
// instructions.
var asides = regexp.MustCompile(`(?s)^\s*(?:<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)`)

// rootOf is the name of the root element in lower case, without prefix.
func rootOf(text string) string {
	for at := asides.FindStringIndex(text); at != nil; at = asides.FindStringIndex(text) {
		text = text[at[1]:] // no copy: a text may be nothing but comments
	}
	m := rootTag.FindStringSubmatch(text[:min(len(text), 4096)])
	if m == nil {
		return ""
	}
	name := strings.ToLower(m[1])
	if i := strings.LastIndex(name, ":"); i >= 0 {
		name = name[i+1:]
	}
	return name
}
