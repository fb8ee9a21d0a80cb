package media

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"
)

// Voice and video are never decoded. What their container says of kind and
// length is read with plain arithmetic over the bytes; nothing is allocated.

// clipHeader finds kind, type and length of voice and video.
func clipHeader(b []byte) (h Header, ok bool) {
	switch {
	case len(b) >= 12 && string(b[4:8]) == "ftyp":
		return mp4Header(b), true
	case bytes.HasPrefix(b, []byte("OggS")):
		return oggHeader(b), true
	case bytes.HasPrefix(b, []byte("\x1a\x45\xdf\xa3")):
		return webmHeader(b), true
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WAVE":
		return wavHeader(b), true
	case bytes.HasPrefix(b, []byte("#!AMR\n")):
		return Header{Kind: Voice, Type: "audio/amr", Length: amrLength(b[6:])}, true
	case bytes.HasPrefix(b, []byte("fLaC")):
		return flacHeader(b), true
	case bytes.HasPrefix(b, []byte("ID3")):
		return mp3Header(b[id3Size(b):]), true
	case len(b) >= 4 && b[0] == 0xff && (b[1]&0xf6 == 0xf0):
		return Header{Kind: Voice, Type: "audio/aac"}, true
	case len(b) >= 4 && b[0] == 0xff && b[1]&0xe0 == 0xe0 && b[1]&0x06 != 0 && b[2]>>4 != 15 && b[2]>>4 != 0:
		return mp3Header(b), true
	}
	return h, false
}

// boxes calls f for each box of an MP4 with its type and its payload, until f
// returns false. A box that claims more than there is ends the walk.
func boxes(b []byte, f func(kind string, whole, payload []byte) bool) {
	for len(b) >= 8 {
		n, head := uint64(binary.BigEndian.Uint32(b)), uint64(8)
		switch {
		case n == 0:
			n = uint64(len(b))
		case n == 1 && len(b) >= 16:
			n, head = binary.BigEndian.Uint64(b[8:]), 16
		}
		if n < head || n > uint64(len(b)) {
			return
		}
		if !f(string(b[4:8]), b[:n], b[head:n]) {
			return
		}
		b = b[n:]
	}
}

// mp4Header reads length and kinds of track from moov.
func mp4Header(b []byte) Header {
	h := Header{Kind: Voice, Type: "audio/mp4"}
	boxes(b, func(kind string, _, moov []byte) bool {
		if kind != "moov" {
			return true
		}
		boxes(moov, func(kind string, _, p []byte) bool {
			switch {
			case kind == "mvhd":
				h.Length = mvhdLength(p)
			case kind == "trak" && bytes.Contains(p[:min(len(p), 4096)], []byte("vide")):
				h.Kind, h.Type = Video, "video/mp4"
			}
			return true
		})
		return false
	})
	if brand := string(b[8:12]); brand != "M4A " && brand != "M4B " && h.Length == 0 {
		h.Kind, h.Type = Video, "video/mp4" // moov was not found: what most of them are
	}
	return h
}

// mvhdLength reads the length of the movie header, version 0 or 1.
func mvhdLength(p []byte) time.Duration {
	be := binary.BigEndian
	switch {
	case len(p) >= 32 && p[0] == 1:
		return seconds(be.Uint64(p[24:]), uint64(be.Uint32(p[20:])))
	case len(p) >= 20 && p[0] == 0 && be.Uint32(p[16:]) != math.MaxUint32:
		return seconds(uint64(be.Uint32(p[16:])), uint64(be.Uint32(p[12:])))
	}
	return 0
}

// seconds is n units of which there are rate in a second; 0 if that makes no
// sense.
func seconds(n, rate uint64) time.Duration {
	if rate == 0 || n/rate > uint64(maxLength/time.Second) {
		return 0
	}
	return time.Duration(float64(n) / float64(rate) * float64(time.Second))
}

// oggHeader reads the codec from the first page and the length from the last.
func oggHeader(b []byte) Header {
	h := Header{Kind: Voice, Type: "audio/ogg"}
	first := b[:min(len(b), 4096)]
	if bytes.Contains(first, []byte("\x80theora")) {
		return Header{Kind: Video, Type: "video/ogg"}
	}
	rate, skip := uint64(0), uint64(0)
	if i := bytes.Index(first, []byte("OpusHead")); i >= 0 && i+12 <= len(first) {
		rate, skip = 48_000, uint64(binary.LittleEndian.Uint16(first[i+10:]))
	} else if i := bytes.Index(first, []byte("\x01vorbis")); i >= 0 && i+16 <= len(first) {
		rate = uint64(binary.LittleEndian.Uint32(first[i+12:]))
	}
	last := bytes.LastIndex(b, []byte("OggS"))
	if last+14 > len(b) {
		return h
	}
	if end := binary.LittleEndian.Uint64(b[last+6:]); end > skip && end != math.MaxUint64 {
		h.Length = seconds(end-skip, rate)
	}
	return h
}

// element reads the ID and the payload of one EBML element; rest is what
// follows it. An element of unknown length takes all there is.
func element(b []byte) (id uint32, payload, rest []byte, ok bool) {
	n := leading(b)
	if n == 0 || n > 4 || len(b) < n {
		return 0, nil, nil, false
	}
	for _, c := range b[:n] {
		id = id<<8 | uint32(c)
	}
	b = b[n:]
	if n = leading(b); n == 0 || len(b) < n {
		return 0, nil, nil, false
	}
	size := uint64(b[0]) & (1<<(8-n) - 1)
	for _, c := range b[1:n] {
		size = size<<8 | uint64(c)
	}
	b = b[n:]
	if size == 1<<(7*n)-1 || size > uint64(len(b)) {
		size = uint64(len(b))
	}
	return id, b[:size], b[size:], true
}

// leading is how many bytes an EBML number takes, by its leading zeros.
func leading(b []byte) int {
	if len(b) == 0 {
		return 0
	}
	for n := 1; n <= 8; n++ {
		if b[0]&(1<<(8-n)) != 0 {
			return n
		}
	}
	return 0
}

// The EBML elements that are looked at.
const (
	ebmlSegment     = 0x18538067
	ebmlInfo        = 0x1549A966
	ebmlScale       = 0x2AD7B1
	ebmlDuration    = 0x4489
	ebmlTracks      = 0x1654AE6B
	ebmlTrackEntry  = 0xAE
	ebmlTrackType   = 0x83
	ebmlCluster     = 0x1F43B675
	ebmlTags        = 0x1254C367
	ebmlAttachments = 0x1941A469
)

// elements calls f for each element of b, until f returns false.
func elements(b []byte, f func(id uint32, payload []byte) bool) {
	for len(b) > 0 {
		id, p, rest, ok := element(b)
		if !ok || !f(id, p) {
			return
		}
		b = rest
	}
}

// webmHeader reads length and kinds of track of WebM and Matroska.
func webmHeader(b []byte) Header {
	h := Header{Kind: Voice, Type: "audio/webm"}
	scale, length := uint64(1_000_000), 0.0
	elements(b, func(id uint32, segment []byte) bool {
		if id != ebmlSegment {
			return true
		}
		elements(segment, func(id uint32, p []byte) bool {
			switch id {
			case ebmlInfo:
				elements(p, func(id uint32, v []byte) bool {
					switch {
					case id == ebmlScale && len(v) <= 8:
						scale = number(v)
					case id == ebmlDuration && len(v) == 4:
						length = float64(math.Float32frombits(uint32(number(v))))
					case id == ebmlDuration && len(v) == 8:
						length = math.Float64frombits(number(v))
					}
					return true
				})
			case ebmlTracks:
				if hasVideo(p) {
					h.Kind, h.Type = Video, "video/webm"
				}
			}
			return id != ebmlCluster
		})
		return false
	})
	if ns := length * float64(scale); ns > 0 && ns < float64(maxLength) {
		h.Length = time.Duration(ns)
	}
	return h
}

// hasVideo looks for a track of type 1.
func hasVideo(tracks []byte) (found bool) {
	elements(tracks, func(id uint32, entry []byte) bool {
		if id == ebmlTrackEntry {
			elements(entry, func(id uint32, v []byte) bool {
				found = found || id == ebmlTrackType && len(v) == 1 && v[0] == 1
				return true
			})
		}
		return true
	})
	return found
}

// number reads a big-endian number of up to 8 bytes.
func number(b []byte) (n uint64) {
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n
}
