package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"io"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// encoded is a picture of 31 by 17 pixels in each format that can be written
// here, by media type.
func encoded(t testing.TB) map[string][]byte {
	t.Helper()
	img := noiseImage(5, 31, 17)
	out := map[string][]byte{"image/png": asPNG(t, img), "image/jpeg": asJPEG(t, img, 80)}
	pal := image.NewPaletted(img.Bounds(), color.Palette{color.Black, color.White})
	for name, f := range map[string]func(io.Writer) error{
		"image/gif":  func(w io.Writer) error { return gif.Encode(w, pal, nil) },
		"image/bmp":  func(w io.Writer) error { return bmp.Encode(w, img) },
		"image/tiff": func(w io.Writer) error { return tiff.Encode(w, img, nil) },
	} {
		var b bytes.Buffer
		if err := f(&b); err != nil {
			t.Fatal(err)
		}
		out[name] = b.Bytes()
	}
	// A lossless WebP of 31 by 17 pixels of one colour: its header alone.
	head := binary.LittleEndian.AppendUint32(nil, uint32(30)|uint32(16)<<14)
	out["image/webp"] = append(append([]byte("RIFF\x20\x00\x00\x00WEBPVP8L\x14\x00\x00\x00\x2f"), head...), make([]byte, 12)...)
	return out
}

// TestGateReadsSizes: the gate knows every format by its bytes and reads what
// the decoder would.
func TestGateReadsSizes(t *testing.T) {
	for name, b := range encoded(t) {
		h, err := Gate(b)
		if err != nil || h.Kind != Picture || h.Type != name || h.Width != 31 || h.Height != 17 {
			t.Errorf("%s: %+v, %v", name, h, err)
		}
	}
}

// TestGateRefuses: each thing that is not taken, by its kind of error.
func TestGateRefuses(t *testing.T) {
	png := func(w, h uint32) []byte {
		b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), make([]byte, 1100)...)
		binary.BigEndian.PutUint32(b[16:], w)
		binary.BigEndian.PutUint32(b[20:], h)
		return b
	}
	for name, c := range map[string]struct {
		b    []byte
		want error
	}{
		"nothing": {nil, ErrEmpty}, "50,000 square": {png(50_000, 50_000), ErrTooWide}, "a line": {png(1, MaxSide+1), ErrTooWide},
		"4 billion square": {png(1<<32-1, 1<<32-1), ErrTooWide}, "no pixels": {png(0, 5), ErrBroken}, "40 megapixels": {png(8000, 5000), nil},
		"one row more": {png(8000, 5001), ErrTooWide}, "JPEG without a frame": {[]byte("\xff\xd8\xff\xe0\x00\x04ab\xff\xd9"), ErrBroken},
		"HEIC": {[]byte("\x00\x00\x00\x18ftypheic0000"), ErrForeign}, "AVIF": {[]byte("\x00\x00\x00\x18ftypavif0000"), ErrForeign},
		"SVG": {[]byte(`<?xml version="1.0"?><svg onload="x"/>`), ErrForeign}, "JPEG XL": {[]byte("\xff\x0a0000"), ErrForeign},
		"a program": {[]byte("MZ\x90\x00"), ErrUnknown}, "HTML": {[]byte("<html><script>"), ErrUnknown}, "ZIP": {[]byte("PK\x03\x04"), ErrUnknown},
		"a large PDF": {append([]byte("%PDF-1.7"), make([]byte, MaxPicture)...), ErrTooLarge},
		"a film":      {append([]byte("\x00\x00\x00\x10ftypisom00000000"), make([]byte, MaxClip-20)...), nil},
	} {
		if _, err := Gate(c.b); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// oggPage makes one page with whole packets.
func oggPage(granule uint64, seq uint32, packets ...[]byte) []byte {
	b := append([]byte("OggS\x00\x00"), binary.LittleEndian.AppendUint64(nil, granule)...)
	b = binary.LittleEndian.AppendUint32(append(b, 1, 0, 0, 0), seq)
	b = append(b, 0, 0, 0, 0)
	var laces, body []byte
	for _, p := range packets {
		for n := len(p); ; n -= 255 {
			laces = append(laces, byte(min(n, 255)))
			if n < 255 {
				break
			}
		}
		body = append(body, p...)
	}
	b = append(append(append(b, byte(len(laces))), laces...), body...)
	binary.LittleEndian.PutUint32(b[22:], oggSum(b))
	return b
}

// ebml makes one element with a length of 8 bytes.
func ebml(id []byte, payload ...byte) []byte {
	size := binary.BigEndian.AppendUint64(nil, uint64(len(payload)))
	size[0] = 1
	return append(append(bytes.Clone(id), size...), payload...)
}

const secretMark = "SECRET-PLACE-AND-NAME"

// clips are voice and video of every container, 65 seconds long by their
// headers, with a mark where they tell of place and author.
func clips() map[string][]byte {
	box := func(kind string, body ...byte) []byte {
		return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), kind...), body...)
	}
	mvhd := make([]byte, 100)
	binary.BigEndian.PutUint32(mvhd[12:], 600)
	binary.BigEndian.PutUint32(mvhd[16:], 65*600)
	moov := append(box("mvhd", mvhd...), box("udta", box("\xa9xyz", []byte(secretMark)...)...)...)
	moov = append(moov, box("trak", box("mdia", box("hdlr", []byte("\x00\x00\x00\x00\x00\x00\x00\x00vide")...)...)...)...)
	opus := append(oggPage(0, 0, []byte("OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00")),
		oggPage(0, 1, append([]byte("OpusTags"), []byte(strings.Repeat(secretMark, 30))...))...)
	opus = append(opus, oggPage(65*48000+312, 2, bytes.Repeat([]byte{9}, 300))...)
	info := append(ebml([]byte{0x2a, 0xd7, 0xb1}, 0x0f, 0x42, 0x40), ebml([]byte{0x44, 0x89}, binary.BigEndian.AppendUint64(nil, 0x40efbd0000000000)...)...)
	info = append(info, ebml([]byte{0x7b, 0xa9}, []byte(secretMark)...)...)
	seg := append(ebml([]byte{0x15, 0x49, 0xa9, 0x66}, info...), ebml([]byte{0x16, 0x54, 0xae, 0x6b}, ebml([]byte{0xae}, ebml([]byte{0x83}, 1)...)...)...)
	seg = append(seg, ebml([]byte{0x12, 0x54, 0xc3, 0x67}, []byte(secretMark)...)...)
	webm := append(ebml([]byte{0x1a, 0x45, 0xdf, 0xa3}, []byte("\x42\x82\x84webm")...), ebml([]byte{0x18, 0x53, 0x80, 0x67}, seg...)...)
	wav := append([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x64\x00\x00\x00\x01\x00\x08\x00LIST\x16\x00\x00\x00"+secretMark+"\x00data"),
		binary.LittleEndian.AppendUint32(nil, 6500)...)
	wav = append(wav, make([]byte, 6500)...)
	flac := append([]byte("fLaC\x00\x00\x00\x22"), make([]byte, 34)...)
	binary.BigEndian.PutUint64(flac[18:], uint64(44100)<<44|65*44100)
	flac = append(append(append(flac, 0x84, 0, 0, byte(len(secretMark))), secretMark...), make([]byte, 50)...)
	frame := append([]byte("\xff\xfb\x90\x00"), make([]byte, 36)...)
	frame = append(frame, []byte("Xing\x00\x00\x00\x01")...)
	mp3 := append([]byte("ID3\x04\x00\x00\x00\x00\x00\x15"+secretMark), binary.BigEndian.AppendUint32(frame, 65*44100/1152+1)...)
	mp3 = append(append(mp3, make([]byte, 200)...), append([]byte("TAG"+secretMark), make([]byte, 125-len(secretMark))...)...)
	amr := []byte("#!AMR\n")
	for range 65 * 50 {
		amr = append(amr, append([]byte{0x3c}, make([]byte, 31)...)...)
	}
	return map[string][]byte{"video/mp4": append(append(box("ftyp", []byte("isom\x00\x00\x02\x00")...), box("moov", moov...)...), box("mdat", 1, 2, 3)...),
		"audio/ogg": opus, "video/webm": webm, "audio/wav": wav, "audio/flac": flac, "audio/mpeg": mp3, "audio/amr": amr}
}

// TestClips: kind, type and length of each container are read from its header.
func TestClips(t *testing.T) {
	for name, b := range clips() {
		h, err := Gate(b)
		want := Voice
		if strings.HasPrefix(name, "video") {
			want = Video
		}
		if err != nil || h.Type != name || h.Kind != want || h.Length.Round(time.Second) != 65*time.Second {
			t.Errorf("%s: %+v, %v", name, h, err)
		}
	}
}

// TestForget: the mark is gone, the length is still read, and nothing of the
// sound moved.
func TestForget(t *testing.T) {
	for name, b := range clips() {
		if name != "audio/amr" && !bytes.Contains(b, []byte(secretMark)) {
			t.Errorf("%s: the test's own mark is missing", name)
		}
		before := bytes.Clone(b)
		out := Forget(b)
		if !bytes.Equal(before, b) {
			t.Errorf("%s: Forget changed what it was given", name)
		}
		if bytes.Contains(out, []byte(secretMark)) {
			t.Errorf("%s: the mark is still there", name)
		}
		h, err := Gate(out)
		if err != nil || h.Type != name || h.Length.Round(time.Second) != 65*time.Second {
			t.Errorf("%s afterwards: %+v, %v", name, h, err)
		}
	}
	ogg := Forget(clips()["audio/ogg"])
	for at := 0; at < len(ogg); {
		laces := int(ogg[at+26])
		end := at + 27 + laces
		for _, n := range ogg[at+27 : at+27+laces] {
			end += int(n)
		}
		page := bytes.Clone(ogg[at:end])
		sum := binary.LittleEndian.Uint32(page[22:])
		binary.LittleEndian.PutUint32(page[22:], 0)
		if oggSum(page) != sum {
			t.Errorf("the page at %d has a wrong checksum", at)
		}
		at = end
	}
}

// TestVault: what was sealed opens only as what it is.
func TestVault(t *testing.T) {
	v, err := NewVault(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := v.Seal("id", PartView, []byte("plain"))
	if err != nil || bytes.Contains(sealed, []byte("plain")) {
		t.Fatalf("%q, %v", sealed, err)
	}
	if got, err := v.Open("id", PartView, sealed); err != nil || string(got) != "plain" {
		t.Errorf("%q, %v", got, err)
	}
	other, err := NewVault(bytes.Repeat([]byte{2}, 32))
	if err != nil {
		t.Fatal(err)
	}
	broken := bytes.Clone(sealed)
	broken[len(broken)-1] ^= 1
	for what, f := range map[string]func() ([]byte, error){
		"another file": func() ([]byte, error) { return v.Open("other", PartView, sealed) },
		"another part": func() ([]byte, error) { return v.Open("id", PartFile, sealed) },
		"another key":  func() ([]byte, error) { return other.Open("id", PartView, sealed) },
		"a bit off":    func() ([]byte, error) { return v.Open("id", PartView, broken) },
		"too short":    func() ([]byte, error) { return v.Open("id", PartView, sealed[:5]) },
	} {
		if b, err := f(); !errors.Is(err, ErrSeal) || b != nil {
			t.Errorf("%s opens: %q, %v", what, b, err)
		}
	}
	if bytes.Equal(v.Sum([]byte("x")), other.Sum([]byte("x"))) || !bytes.Equal(v.Sum([]byte("x")), v.Sum([]byte("x"))) {
		t.Error("sums are not keyed")
	}
	if _, err := NewVault([]byte("short")); err == nil {
		t.Error("a short key was taken")
	}
}

// FuzzGate: no bytes make the gate panic, hang or let through what it promises
// to refuse; Forget keeps to the length and can be read again.
func FuzzGate(f *testing.F) {
	for _, b := range encoded(f) {
		f.Add(b)
	}
	for _, b := range clips() {
		f.Add(b[:min(len(b), 4096)])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := Gate(b)
		if err != nil {
			return
		}
		if h.Kind == Picture && (h.Width < 1 || h.Height < 1 || h.Width > MaxSide || h.Height > MaxSide || h.Width*h.Height > MaxPixels) {
			t.Errorf("let through: %+v", h)
		}
		if h.Length < 0 || h.Length > maxLength {
			t.Errorf("a length of %v", h.Length)
		}
		if out := Forget(b); len(out) > len(b) {
			t.Errorf("%d bytes became %d", len(b), len(out))
		}
		_ = orientation(b)
	})
}
