package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"math"

	"golang.org/x/image/draw"
)

// The size of pictures drawn anew: enough to read a screenshot.
const (
	viewPixels  = 4_000_000
	viewSide    = 8_000
	viewQuality = 82
)

// redraw encodes a picture again, smaller if it is large. What is written is
// pixels alone: no comment, place, device or preview of the sender's file.
func redraw(img *image.RGBA) ([]byte, error) {
	var out bytes.Buffer
	err := jpeg.Encode(&out, scaled(img, viewPixels, viewSide), &jpeg.Options{Quality: viewQuality})
	return out.Bytes(), err
}

// scaled brings a picture down to at most so many pixels and a longest side.
func scaled(img *image.RGBA, pixels, side int) *image.RGBA {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	f := min(1, math.Sqrt(float64(pixels)/(float64(w)*float64(h))), float64(side)/float64(max(w, h)))
	if f == 1 {
		return img
	}
	out := image.NewRGBA(image.Rect(0, 0, max(1, int(float64(w)*f)), max(1, int(float64(h)*f))))
	draw.ApproxBiLinear.Scale(out, out.Bounds(), img, img.Bounds(), draw.Src, nil)
	return out
}

// upright draws a picture onto white, turned as the camera was held: EXIF
// orientation 1 to 8. Nothing else of the EXIF is read.
func upright(img image.Image, orientation int) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	flat := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(flat, flat.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(flat, flat.Bounds(), img, b.Min, draw.Over)
	if orientation < 2 || orientation > 8 {
		return flat
	}
	ow, oh := w, h
	if orientation >= 5 {
		ow, oh = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, ow, oh))
	for y := range oh {
		for x := range ow {
			sx, sy := x, y
			switch orientation {
			case 2:
				sx = w - 1 - x
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sy = h - 1 - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, h-1-x
			case 7:
				sx, sy = w-1-y, h-1-x
			case 8:
				sx, sy = w-1-y, x
			}
			copy(out.Pix[out.PixOffset(x, y):][:4], flat.Pix[flat.PixOffset(sx, sy):][:4])
		}
	}
	return out
}

// orientation reads the one EXIF value that changes what people see, from the
// first APP1 segment of a JPEG; 1 if there is none.
func orientation(b []byte) int {
	if !bytes.HasPrefix(b, []byte("\xff\xd8")) {
		return 1
	}
	for i := 2; i+4 < len(b) && b[i] == 0xff && b[i+1] >= 0xe0 && b[i+1] <= 0xef; {
		n := int(binary.BigEndian.Uint16(b[i+2:]))
		if n < 2 || i+2+n > len(b) {
			return 1
		}
		if p := b[i+4 : i+2+n]; b[i+1] == 0xe1 && bytes.HasPrefix(p, []byte("Exif\x00\x00")) {
			return orientationIn(p[6:])
		}
		i += 2 + n
	}
	return 1
}

// orientationIn finds tag 0x0112 in the first directory of EXIF.
func orientationIn(b []byte) int {
	var order binary.ByteOrder = binary.LittleEndian
	if bytes.HasPrefix(b, []byte("MM")) {
		order = binary.BigEndian
	}
	if len(b) < 8 {
		return 1
	}
	at := uint64(order.Uint32(b[4:]))
	if at+2 > uint64(len(b)) {
		return 1
	}
	n := int(order.Uint16(b[at:]))
	for e := at + 2; n > 0 && e+12 <= uint64(len(b)); e, n = e+12, n-1 {
		if order.Uint16(b[e:]) == 0x0112 {
			return int(order.Uint16(b[e+8:]))
		}
	}
	return 1
}
