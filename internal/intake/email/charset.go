package email

import (
	"bytes"
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
)

// The upper halves of the two Vietnamese charsets that no library here reads: VISCII (RFC 1456) and TCVN 5712 VN1, whose
// lower-case letters are those of the ABC fonts' TCVN3. The few letters they keep among the control codes follow.
const (
	visciiHigh = "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ" +
		"ÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ" +
		"ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡư" +
		"àáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
	tcvnHigh = "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ" +
		"\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ" +
		"ẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịò" +
		"ỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
)

var (
	visciiLow = map[byte]rune{2: 'Ẳ', 5: 'Ẵ', 6: 'Ẫ', 20: 'Ỷ', 25: 'Ỹ', 30: 'Ỵ'}
	tcvnLow   = map[byte]rune{1: 'Ú', 2: 'Ụ', 4: 'Ừ', 5: 'Ử', 6: 'Ữ', 17: 'Ứ', 18: 'Ự', 19: 'Ỳ', 20: 'Ỷ', 21: 'Ỹ', 22: 'Ý', 23: 'Ỵ'}
)

// toUTF8 decodes text of a declared charset. What the declaration says is tried first; text that is valid UTF-8 in spite
// of it is taken as that, and where nothing is declared, or something unknown, UTF-8, then windows-1252 as browsers do.
// The result is valid UTF-8; broken bytes become U+FFFD.
func toUTF8(label string, b []byte) string {
	label = strings.ToLower(strings.Trim(strings.TrimSpace(label), `"'`))
	switch label {
	case "viscii", "csviscii", "viscii1.1-1":
		return fromTable(b, []rune(visciiHigh), visciiLow)
	case "tcvn", "tcvn3", "tcvn-5712", "tcvn5712-1", "tcvn5712-1:1993", "x-viet-tcvn5712", "x-viet-tcvn":
		return fromTable(b, []rune(tcvnHigh), tcvnLow)
	}
	if singleByte := !strings.HasPrefix(label, "iso-2022") && !strings.HasPrefix(label, "utf-16") && !strings.HasPrefix(label, "hz"); singleByte && utf8.Valid(b) {
		return string(b)
	}
	enc, _ := charset.Lookup(label)
	if enc == nil {
		enc, _ = charset.Lookup("windows-1252")
		if label == "" || label == "utf-8" || label == "us-ascii" {
			if mostlyUTF8(b) {
				return strings.ToValidUTF8(string(b), "\ufffd")
			}
		}
	} else if label == "utf-8" && mostlyUTF8(b) {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	return strings.ToValidUTF8(string(out), "\ufffd")
}

// mostlyUTF8 tells text in UTF-8 with a few broken bytes, as a cut message has, from text of an old charset: it holds at
// least one letter of several bytes and at most one broken byte in sixteen of those.
func mostlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		b = b[n:]
	}
	return good > 0 && bad*16 <= good
}

// fromTable decodes one byte a letter.
func fromTable(b []byte, high []rune, low map[byte]rune) string {
	var s strings.Builder
	for _, c := range b {
		if r, ok := low[c]; ok {
			s.WriteRune(r)
		} else if c >= utf8.RuneSelf {
			s.WriteRune(high[c-utf8.RuneSelf])
		} else {
			s.WriteByte(c)
		}
	}
	return s.String()
}

// decodeWords reads the encoded words of a header field (RFC 2047) and, where a program left raw bytes, those. Encoded
// words that cannot be read stay as they are.
func decodeWords(s string) string {
	dec := mime.WordDecoder{CharsetReader: func(label string, r io.Reader) (io.Reader, error) {
		b, err := io.ReadAll(r)
		return bytes.NewReader([]byte(toUTF8(label, b))), err
	}}
	if out, err := dec.DecodeHeader(s); err == nil {
		s = out
	}
	if !utf8.ValidString(s) {
		s = toUTF8("", []byte(s))
	}
	return s
}
