package preview

import (
	"image"
	"image/color"
	"image/draw"

	"golang.org/x/image/vector"
)

// shade is an opaque colour, as 0xRRGGBB.
type shade uint32

// RGBA implements color.Color.
func (s shade) RGBA() (r, g, b, a uint32) {
	return color.RGBA{R: uint8(s >> 16), G: uint8(s >> 8), B: uint8(s), A: 255}.RGBA()
}

// The colours are those of the site's light pages; white on each tone has a
// contrast of 4.5:1 or more.
const (
	paper shade = 0xfbf9f3
	ink   shade = 0x1f2428
	soft  shade = 0x565b5f
	rule  shade = 0xd9d3c3
	white shade = 0xffffff
)

// tone is the colour of a rating's band.
func tone(name string) shade {
	switch name {
	case "t5":
		return 0x1d4e89
	case "t4":
		return 0x34648f
	case "t3":
		return 0x555d66
	case "t2":
		return 0x7d5510
	case "t1":
		return 0x84450c
	case "site":
		return 0x0e5a52
	}
	return 0x544b6b
}

// shape draws the shape of a rating in white: a disc filled as far as the
// claim is true, overlapping squares for a wrong context, a ring for the rest.
func shape(img draw.Image, code string, at image.Point, radius int) {
	r := float32(radius)
	switch code {
	case "true":
		disc(img, at, r, 0, 4, white)
	case "mostly-true":
		ring(img, at, r)
		disc(img, at, r, 0, 3, white)
	case "half-true":
		ring(img, at, r)
		disc(img, at, r, 0, 2, white)
	case "mostly-false":
		ring(img, at, r)
		disc(img, at, r, 0, 1, white)
	case "out-of-context":
		side := radius * 5 / 4
		frame(img, image.Rect(at.X-radius, at.Y-radius, at.X-radius+side, at.Y-radius+side), 7)
		fill(img, image.Rect(at.X+radius-side, at.Y+radius-side, at.X+radius, at.Y+radius), white)
	case "withdrawn":
		fill(img, image.Rect(at.X-radius, at.Y-4, at.X+radius, at.Y+4), white)
	default: // false, unproven, satire: their words tell them apart
		ring(img, at, r)
		if code == "unproven" {
			disc(img, at, r/4, 0, 4, white)
		}
	}
}

// disc fills quarters of a disc, clockwise from the top.
func disc(img draw.Image, at image.Point, r float32, from, quarters int, c color.Color) {
	z := vector.NewRasterizer(img.Bounds().Dx(), img.Bounds().Dy())
	arc(z, at, r, from, quarters, false)
	z.Draw(img, img.Bounds(), image.NewUniform(c), image.Point{})
}

// ring draws a circle of a hand's width.
func ring(img draw.Image, at image.Point, r float32) {
	z := vector.NewRasterizer(img.Bounds().Dx(), img.Bounds().Dy())
	arc(z, at, r, 0, 4, false)
	arc(z, at, r-8, 0, 4, true)
	z.Draw(img, img.Bounds(), image.NewUniform(white), image.Point{})
}

// arc adds quarters of a circle to a path; back turns the way round, so that
// it cuts a hole.
func arc(z *vector.Rasterizer, at image.Point, r float32, from, quarters int, back bool) {
	const k = 0.5522847 // where the control points of a quarter lie
	x, y := float32(at.X), float32(at.Y)
	dirs := [][2]float32{{0, -1}, {1, 0}, {0, 1}, {-1, 0}}
	if back {
		dirs = [][2]float32{{0, -1}, {-1, 0}, {0, 1}, {1, 0}}
	}
	start := dirs[from%4]
	if quarters < 4 {
		z.MoveTo(x, y)
		z.LineTo(x+start[0]*r, y+start[1]*r)
	} else {
		z.MoveTo(x+start[0]*r, y+start[1]*r)
	}
	for i := range quarters {
		a, b := dirs[(from+i)%4], dirs[(from+i+1)%4]
		z.CubeTo(x+r*(a[0]+k*b[0]), y+r*(a[1]+k*b[1]), x+r*(b[0]+k*a[0]), y+r*(b[1]+k*a[1]), x+r*b[0], y+r*b[1])
	}
	z.ClosePath()
}

// frame draws the edge of a rectangle.
func frame(img draw.Image, r image.Rectangle, w int) {
	fill(img, image.Rect(r.Min.X, r.Min.Y, r.Max.X, r.Min.Y+w), white)
	fill(img, image.Rect(r.Min.X, r.Max.Y-w, r.Max.X, r.Max.Y), white)
	fill(img, image.Rect(r.Min.X, r.Min.Y, r.Min.X+w, r.Max.Y), white)
	fill(img, image.Rect(r.Max.X-w, r.Min.Y, r.Max.X, r.Max.Y), white)
}
