package media

import (
	"bytes"
	"encoding/binary"
	"time"
)

// chunks calls f for each chunk of a RIFF file after its first 12 bytes.
func chunks(b []byte, f func(kind string, whole, payload []byte)) {
	b = b[12:]
	for len(b) >= 8 {
		n := min(uint64(binary.LittleEndian.Uint32(b[4:])), uint64(len(b)-8))
		f(string(b[:4]), b[:8+n], b[8:8+n])
		b = b[min(8+n+n%2, uint64(len(b))):]
	}
}

// wavHeader reads bytes a second and bytes of sound.
func wavHeader(b []byte) Header {
	h := Header{Kind: Voice, Type: "audio/wav"}
	var rate, data uint64
	chunks(b, func(kind string, _, p []byte) {
		switch {
		case kind == "fmt " && len(p) >= 12:
			rate = uint64(binary.LittleEndian.Uint32(p[8:]))
		case kind == "data":
			data = uint64(len(p))
		}
	})
	h.Length = seconds(data, rate)
	return h
}

// amrLength counts the frames of 20 ms of narrow-band AMR.
func amrLength(b []byte) time.Duration {
	sizes := [16]int{13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1}
	n := 0
	for len(b) > 0 {
		size := sizes[b[0]>>3&15]
		b = b[min(size, len(b)):]
		n++
	}
	return time.Duration(n) * 20 * time.Millisecond
}

// flacHeader reads rate and number of samples of the first block.
func flacHeader(b []byte) Header {
	h := Header{Kind: Voice, Type: "audio/flac"}
	if len(b) >= 26 {
		v := binary.BigEndian.Uint64(b[18:])
		h.Length = seconds(v&(1<<36-1), v>>44)
	}
	return h
}

// id3Size is the length of the ID3v2 tag a file begins with, at most the file.
func id3Size(b []byte) int {
	if len(b) < 10 {
		return len(b)
	}
	n := int(b[6]&0x7f)<<21 | int(b[7]&0x7f)<<14 | int(b[8]&0x7f)<<7 | int(b[9]&0x7f)
	return min(10+n, len(b))
}

// mp3Header reads the first frame: the count of frames where an encoder left
// one, else the length at the first frame's rate.
func mp3Header(b []byte) Header {
	h := Header{Kind: Voice, Type: "audio/mpeg"}
	if len(b) < 4 || b[0] != 0xff {
		return h
	}
	version, layer := b[1]>>3&3, b[1]>>1&3
	rates := [3]uint64{44100, 48000, 32000}
	if version == 1 || layer != 1 || b[2]>>2&3 == 3 { // reserved, or not layer III
		return h
	}
	kbits := [16]uint64{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0}
	rate, samples := rates[b[2]>>2&3], uint64(1152)
	if version != 3 { // MPEG 2 and 2.5
		kbits = [16]uint64{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0}
		rate, samples = rate/2, 576
		if version == 0 {
			rate /= 2
		}
	}
	head := b[:min(len(b), 256)]
	for _, mark := range []string{"Xing", "Info"} {
		if i := bytes.Index(head, []byte(mark)); i >= 0 && i+12 <= len(head) && head[i+7]&1 != 0 {
			h.Length = seconds(uint64(binary.BigEndian.Uint32(head[i+8:]))*samples, rate)
			return h
		}
	}
	h.Length = seconds(uint64(len(b))*8, kbits[b[2]>>4]*1000)
	return h
}
