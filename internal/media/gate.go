package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"time"
)

// Kind is what sort of file it is.
type Kind string

// The kinds.
const (
	Picture Kind = "picture"
	PDF     Kind = "pdf"
	Voice   Kind = "voice"
	Video   Kind = "video"
)

// What is taken in.
const (
	MaxPicture = 10 << 20   // bytes of a picture or a PDF: a photograph of a good phone is below 8 MiB
	MaxClip    = 20 << 20   // bytes of voice or video: what the chat platforms let a program fetch
	MaxPixels  = 40_000_000 // 160 MB decoded; a header of 1,100 bytes can declare sixty times that
	MaxSide    = 30_000     // pixels of one side: a long screenshot, not a line
)

// The reasons for which a file is refused.
var (
	ErrEmpty    = errors.New("media: no bytes")
	ErrTooLarge = errors.New("media: too many bytes")
	ErrTooWide  = errors.New("media: too many pixels")
	ErrForeign  = errors.New("media: picture in a format that is not opened")
	ErrUnknown  = errors.New("media: neither picture nor PDF, voice or video")
	ErrBroken   = errors.New("media: damaged")
)

// Header is what a file says of itself in its first bytes, or where its
// container keeps it.
type Header struct {
	Kind          Kind
	Type          string // media type by the bytes: "image/jpeg"
	Width, Height int    // pixels; 0 where unknown
	Length        time.Duration
}

// Gate reads the header of a file without decoding anything, and refuses what
// is not taken in: by kind, by bytes, by the pixels it declares. It allocates
// nothing that the file decides.
func Gate(b []byte) (Header, error) {
	if len(b) == 0 {
		return Header{}, ErrEmpty
	}
	if h, ok := pictureHeader(b); ok {
		return h, h.gatePicture(len(b))
	}
	switch {
	case foreign(b):
		return Header{}, ErrForeign
	case bytes.Contains(b[:min(len(b), 1024)], []byte("%PDF-")):
		return Header{Kind: PDF, Type: "application/pdf"}, within(len(b), MaxPicture)
	}
	h, ok := clipHeader(b)
	if !ok {
		return Header{}, ErrUnknown
	}
	if h.Length < 0 || h.Length > maxLength {
		h.Length = 0
	}
	h.Length = h.Length.Truncate(time.Millisecond)
	return h, within(len(b), MaxClip)
}

// maxLength is the longest length that is believed.
const maxLength = 24 * time.Hour

// within is ErrTooLarge for more than most bytes.
func within(n, most int) error {
	if n > most {
		return ErrTooLarge
	}
	return nil
}

// gatePicture refuses what could not be decoded within bounds.
func (h Header) gatePicture(n int) error {
	switch {
	case n > MaxPicture:
		return ErrTooLarge
	case h.Width <= 0 || h.Height <= 0:
		return ErrBroken
	case h.Width > MaxSide || h.Height > MaxSide || h.Width > MaxPixels/h.Height:
		return ErrTooWide
	}
	return nil
}

// foreign recognises pictures that are not opened: HEIC and AVIF, JPEG XL,
// Photoshop, SVG.
func foreign(b []byte) bool {
	if len(b) >= 12 && string(b[4:8]) == "ftyp" {
		switch string(b[8:12]) {
		case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis":
			return true
		}
	}
	for _, p := range []string{"\xff\x0a", "\x00\x00\x00\x0cJXL ", "8BPS", "<svg"} {
		if bytes.HasPrefix(b, []byte(p)) {
			return true
		}
	}
	head := b[:min(len(b), 1024)]
	return bytes.HasPrefix(head, []byte("<?xml")) && bytes.Contains(head, []byte("<svg"))
}

// pictureHeader finds format and size of a picture. Width 0 means that the
// header is damaged; ok is false when it is no picture that is opened.
func pictureHeader(b []byte) (h Header, ok bool) {
	h.Kind = Picture
	le, be := binary.LittleEndian, binary.BigEndian
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		h.Type = "image/png"
		if len(b) >= 24 && string(b[12:16]) == "IHDR" {
			h.Width, h.Height = size(be.Uint32(b[16:])), size(be.Uint32(b[20:]))
		}
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		h.Type = "image/jpeg"
		h.Width, h.Height = jpegSize(b)
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		h.Type = "image/gif"
		if len(b) >= 10 {
			h.Width, h.Height = int(le.Uint16(b[6:])), int(le.Uint16(b[8:]))
		}
	case len(b) >= 16 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		h.Type = "image/webp"
		h.Width, h.Height = webpSize(b)
	case bytes.HasPrefix(b, []byte("BM")) && len(b) >= 26 && le.Uint32(b[14:]) >= 40 && le.Uint32(b[14:]) <= 124:
		h.Type = "image/bmp"
		h.Width, h.Height = size(le.Uint32(b[18:])), size(le.Uint32(b[22:]))
		if top := int32(le.Uint32(b[22:])); top < 0 && top > -MaxSide-1 {
			h.Height = int(-top) // rows from the top down
		}
	case bytes.HasPrefix(b, []byte("II*\x00")):
		h.Type = "image/tiff"
		h.Width, h.Height = tiffSize(b, le)
	case bytes.HasPrefix(b, []byte("MM\x00*")):
		h.Type = "image/tiff"
		h.Width, h.Height = tiffSize(b, be)
	default:
		return Header{}, false
	}
	return h, true
}

// size is a declared side; what does not fit a picture is one pixel too many.
func size(v uint32) int { return int(min(v, MaxSide+1)) }

// jpegSize walks the segments of a JPEG to the one that declares the frame.
func jpegSize(b []byte) (w, h int) {
	for i := 2; i+9 < len(b) && b[i] == 0xff; {
		m := b[i+1]
		switch {
		case m == 0xff: // filling
			i++
			continue
		case m == 0x01 || m >= 0xd0 && m <= 0xd8:
			i += 2
			continue
		case m >= 0xc0 && m <= 0xcf && m != 0xc4 && m != 0xc8 && m != 0xcc:
			return int(binary.BigEndian.Uint16(b[i+7:])), int(binary.BigEndian.Uint16(b[i+5:]))
		case m == 0xd9 || m == 0xda:
			return 0, 0
		}
		n := int(binary.BigEndian.Uint16(b[i+2:]))
		if n < 2 {
			return 0, 0
		}
		i += 2 + n
	}
	return 0, 0
}

// webpSize reads the first chunk of a WebP.
func webpSize(b []byte) (w, h int) {
	if len(b) < 30 {
		return 0, 0
	}
	le := binary.LittleEndian
	switch string(b[12:16]) {
	case "VP8X":
		u24 := func(p []byte) int { return int(p[0]) | int(p[1])<<8 | int(p[2])<<16 }
		return u24(b[24:]) + 1, u24(b[27:]) + 1
	case "VP8 ":
		return int(le.Uint16(b[26:])) & 0x3fff, int(le.Uint16(b[28:])) & 0x3fff
	case "VP8L":
		v := le.Uint32(b[21:])
		return int(v&0x3fff) + 1, int(v>>14&0x3fff) + 1
	}
	return 0, 0
}

// tiffSize reads width and height from the first directory of a TIFF.
func tiffSize(b []byte, order binary.ByteOrder) (w, h int) {
	if len(b) < 8 {
		return 0, 0
	}
	at := uint64(order.Uint32(b[4:]))
	if at+2 > uint64(len(b)) {
		return 0, 0
	}
	n := int(order.Uint16(b[at:]))
	for e := at + 2; n > 0 && e+12 <= uint64(len(b)); e, n = e+12, n-1 {
		v := size(order.Uint32(b[e+8:]))
		if order.Uint16(b[e+2:]) == 3 { // SHORT
			v = int(order.Uint16(b[e+8:]))
		}
		switch order.Uint16(b[e:]) {
		case 256:
			w = v
		case 257:
			h = v
		}
	}
	return w, h
}
