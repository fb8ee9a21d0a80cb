package email

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

// TNEF is the envelope winmail.dat that Outlook puts around a mail (MS-OXTNEF). Of it the plain or HTML text and the
// contents of attached files are read; names, addresses and everything else in it are passed over.
//
//	signature 4 · key 2 · then attributes: level 1 · id 4 · length 4 · data · checksum 2
const (
	tnefSignature  = 0x223e9f78
	tnefBody       = 0x0002800c // attBody: text of the message, in the old code page
	tnefProps      = 0x00069003 // attMAPIProps of the message
	tnefAttachData = 0x0006800f // attAttachData
	propBody       = 0x1000     // PR_BODY
	propBodyHTML   = 0x1013     // PR_BODY_HTML
)

// tnef is what is read of such an envelope.
type tnef struct {
	text, html string
	files      [][]byte
}

// readTNEF reads as far as the bytes make sense.
func readTNEF(b []byte) (t tnef) {
	if len(b) < 6 || binary.LittleEndian.Uint32(b) != tnefSignature {
		return t
	}
	for b = b[6:]; len(b) >= 11; {
		id, size := binary.LittleEndian.Uint32(b[1:]), binary.LittleEndian.Uint32(b[5:])
		if b = b[9:]; uint64(size)+2 > uint64(len(b)) {
			return t
		}
		t.attribute(id, b[:size])
		b = b[size+2:]
	}
	return t
}

// attribute reads one attribute.
func (t *tnef) attribute(id uint32, data []byte) {
	switch id {
	case tnefBody:
		if t.text == "" {
			t.text = toUTF8("", bytes.TrimRight(data, "\x00"))
		}
	case tnefAttachData:
		if len(t.files) < maxFiles {
			t.files = append(t.files, data)
		}
	case tnefProps:
		t.properties(data)
	}
}

// properties reads the message's MAPI properties: count 4, then type 2 · id 2 · (name) · value.
func (t *tnef) properties(b []byte) {
	if len(b) < 4 {
		return
	}
	b = b[4:]
	for len(b) >= 4 {
		kind, id := binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:])
		b = b[4:]
		if id >= 0x8000 { // a named property: GUID 16 · sort 4 · number 4, or a length and a name
			if len(b) < 24 {
				return
			}
			sort, size := binary.LittleEndian.Uint32(b[16:]), binary.LittleEndian.Uint32(b[20:])
			b = b[24:]
			if sort == 1 && !skip(&b, size) {
				return
			}
		}
		value, ok := property(&b, kind)
		switch {
		case !ok:
			return
		case id == propBody && kind == 0x1f:
			t.text = utf16Text(value)
		case id == propBody && kind == 0x1e && t.text == "":
			t.text = toUTF8("", bytes.TrimRight(value, "\x00"))
		case id == propBodyHTML:
			t.html = toUTF8("", bytes.TrimRight(value, "\x00"))
		}
	}
}

// property cuts the value of one property off b; false when its type is unknown or it does not fit.
func property(b *[]byte, kind uint16) (value []byte, ok bool) {
	switch kind {
	case 0x02, 0x03, 0x04, 0x0a, 0x0b: // short, long, float, error, boolean: all in four bytes
		ok = skip(b, 4)
	case 0x05, 0x06, 0x07, 0x14, 0x40: // eight bytes
		ok = skip(b, 8)
	case 0x48: // GUID
		ok = skip(b, 16)
	case 0x1e, 0x1f, 0x0d, 0x102: // texts and bytes: count 4, then length 4 · bytes, each padded to four
		if len(*b) < 4 {
			return nil, false
		}
		count := binary.LittleEndian.Uint32(*b)
		*b = (*b)[4:]
		ok = true
		for i := uint32(0); ok && i < count; i++ {
			if len(*b) < 4 {
				return nil, false
			}
			size := binary.LittleEndian.Uint32(*b)
			rest := (*b)[4:]
			if uint64(size) > uint64(len(rest)) {
				return nil, false
			}
			value, *b = rest[:size], rest
			ok = skip(b, size)
		}
	}
	return value, ok
}

// skip takes n bytes and their padding off b; the last padding may be missing.
func skip(b *[]byte, n uint32) bool {
	if uint64(n) > uint64(len(*b)) {
		return false
	}
	*b = (*b)[min(uint64(len(*b)), (uint64(n)+3)/4*4):]
	return true
}

// utf16Text decodes little-endian UTF-16.
func utf16Text(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		units = append(units, binary.LittleEndian.Uint16(b[i:]))
	}
	return string(bytes.TrimRight([]byte(string(utf16.Decode(units))), "\x00"))
}
