package media

import (
	"bytes"
	"encoding/binary"
)

// Forget returns voice or video without what its container says of place,
// device, title and author: those parts are filled with zeros and marked as
// padding, so that nothing else moves. Sound and picture are not touched; what
// somebody says or shows in them stays.
func Forget(b []byte) []byte {
	b = bytes.Clone(b)
	switch {
	case len(b) >= 12 && string(b[4:8]) == "ftyp":
		forgetMP4(b, 0)
	case bytes.HasPrefix(b, []byte("\x1a\x45\xdf\xa3")):
		forgetWebM(b)
	case bytes.HasPrefix(b, []byte("OggS")):
		forgetOgg(b)
	case len(b) >= 12 && string(b[:4]) == "RIFF":
		forgetRIFF(b)
	case bytes.HasPrefix(b, []byte("fLaC")):
		forgetFLAC(b)
	}
	if bytes.HasPrefix(b, []byte("ID3")) {
		b = b[id3Size(b):]
	}
	if n := len(b) - 128; n >= 0 && string(b[n:n+3]) == "TAG" {
		b = b[:n]
	}
	return b
}

// blank fills with zeros.
func blank(b []byte) {
	for i := range b {
		b[i] = 0
	}
}

// forgetMP4 blanks udta, meta and uuid boxes and looks into those that hold
// others.
func forgetMP4(b []byte, depth int) {
	boxes(b, func(kind string, whole, p []byte) bool {
		switch kind {
		case "udta", "meta", "uuid", "free", "skip":
			copy(whole[4:8], "free")
			blank(p)
		case "moov", "trak", "mdia", "minf", "moof", "traf":
			if depth < 6 {
				forgetMP4(p, depth+1)
			}
		}
		return true
	})
}

// forgetWebM blanks the payload of tags, attachments and the title.
func forgetWebM(b []byte) {
	elements(b, func(id uint32, segment []byte) bool {
		if id != ebmlSegment {
			return true
		}
		elements(segment, func(id uint32, p []byte) bool {
			switch id {
			case ebmlTags, ebmlAttachments:
				voidOf(p)
			case ebmlInfo:
				elements(p, func(id uint32, v []byte) bool {
					if id == ebmlTitle || id == ebmlDate {
						blank(v)
					}
					return true
				})
			}
			return true
		})
		return false
	})
}

// Elements of WebM that tell of author and time.
const (
	ebmlTitle = 0x7BA9
	ebmlDate  = 0x4461
)

// voidOf turns a payload into one empty element (EBML Void) of its size.
func voidOf(p []byte) {
	blank(p)
	switch n := len(p); {
	case n >= 9:
		p[0], p[1] = 0xec, 0x01
		for i, v := 0, uint64(n-9); i < 7; i++ {
			p[8-i] = byte(v >> (8 * i))
		}
	case n >= 2:
		p[0], p[1] = 0xec, 0x80|byte(n-2)
	}
}

// forgetRIFF turns every chunk but those of the sound into padding.
func forgetRIFF(b []byte) {
	chunks(b, func(kind string, whole, p []byte) {
		if kind != "fmt " && kind != "data" && kind != "fact" {
			copy(whole[:4], "JUNK")
			blank(p)
		}
	})
}

// forgetFLAC turns comments, pictures and cue sheets into padding.
func forgetFLAC(b []byte) {
	for i := 4; i+4 <= len(b); {
		kind, last := b[i]&0x7f, b[i]&0x80 != 0
		n := int(b[i+1])<<16 | int(b[i+2])<<8 | int(b[i+3])
		end := min(i+4+n, len(b))
		if kind != 0 && kind != 3 { // stream info, seek table
			b[i] = b[i]&0x80 | 1
			blank(b[i+4 : end])
		}
		if last {
			return
		}
		i = end
	}
}

// forgetOgg empties the second packet of a stream, which holds the comments:
// its vendor and its list become empty, the rest of it zeros, and the pages it
// lies on get new checksums.
func forgetOgg(b []byte) {
	packet, at := 0, 0
	for len(b)-at >= 27 && string(b[at:at+4]) == "OggS" {
		laces := int(b[at+26])
		body := at + 27 + laces
		if body > len(b) {
			return
		}
		pos, touched, begun := body, false, b[at+5]&1 == 0
		for _, n := range b[at+27 : body] {
			end := min(pos+int(n), len(b))
			if packet == 1 {
				forgetComments(b[pos:end], begun)
				touched = true
			}
			begun = false
			if n < 255 {
				packet++
				begun = true
			}
			pos = end
		}
		if touched {
			binary.LittleEndian.PutUint32(b[at+22:], 0)
			binary.LittleEndian.PutUint32(b[at+22:], oggSum(b[at:pos]))
		}
		if packet > 1 {
			return
		}
		at = pos
	}
}

// forgetComments blanks a piece of the comment packet but for its mark; begun
// says that the piece is its beginning.
func forgetComments(p []byte, begun bool) {
	keep := 0
	if begun {
		for _, mark := range []string{"OpusTags", "\x03vorbis"} {
			if bytes.HasPrefix(p, []byte(mark)) {
				keep = len(mark)
			}
		}
	}
	blank(p[keep:])
	if begun && keep == 7 && len(p) >= keep+9 {
		p[keep+8] = 1 // vorbis: the list ends with a set bit
	}
}

// oggSum is the checksum of an Ogg page: CRC-32 with polynomial 0x04c11db7, not
// reflected, beginning with zero.
func oggSum(b []byte) (crc uint32) {
	for _, c := range b {
		crc ^= uint32(c) << 24
		for range 8 {
			if crc&0x80000000 != 0 {
				crc = crc<<1 ^ 0x04c11db7
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}
