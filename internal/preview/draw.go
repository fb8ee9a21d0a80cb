package preview

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Size of a picture in pixels: what social pages ask for.
const (
	Width  = 1200
	Height = 630
)

// bandHeight is the height of the band with the rating.
const bandHeight = 168

// margin is the free space at the sides.
const margin = 72

// Card is what a picture says.
type Card struct {
	Band      string // the rating in its word, or what else this is: "Explainer", "Withdrawn"
	Shape     string // code of the rating, for the shape before the word; "" for none
	Tone      string // t5 to t1 or tn, as on pages
	Statement string // what is true, in large letters
	Asked     string // the claim with the words before it, in small letters; "" for none
	Desk      string // name of the desk
	Host      string // where it is
}

// Sizes of the letters in pixels. That of the band is the largest in every
// picture: nothing is larger than the rating.
const (
	sizeBand      = 84
	sizeStatement = 60
	sizeAsked     = 34
	sizeFoot      = 30
)

// Artist draws pictures. Safe for concurrent use.
type Artist struct{ fonts fonts }

// NewArtist loads the fonts.
func NewArtist() (*Artist, error) {
	f, err := loadFonts()
	return &Artist{f}, err
}

// Draw draws a card as PNG.
func (a *Artist) Draw(c Card) ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, Width, Height))
	if err := a.paint(img, c); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := e.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("preview: %w", err)
	}
	return b.Bytes(), nil
}

// paint fills a picture.
func (a *Artist) paint(img *image.RGBA, c Card) error {
	fill(img, img.Bounds(), paper)
	fill(img, image.Rect(0, 0, Width, bandHeight), tone(c.Tone))
	x := margin
	if c.Shape != "" {
		shape(img, c.Shape, image.Pt(margin+44, bandHeight/2), 44)
		x += 88 + 32
	}
	if _, err := a.write(img, a.fonts.bold, c.Band, sizeBand, white, image.Pt(x, bandHeight/2+29), Width-margin-x, 1, 0); err != nil {
		return err
	}
	most := 4
	if c.Asked != "" {
		most = 3
	}
	y, err := a.write(img, a.fonts.bold, c.Statement, sizeStatement, ink, image.Pt(margin, bandHeight+92), Width-2*margin, most, 78)
	if err != nil {
		return err
	}
	if c.Asked != "" {
		if _, err := a.write(img, a.fonts.regular, c.Asked, sizeAsked, soft, image.Pt(margin, y+50), Width-2*margin, 2, 46); err != nil {
			return err
		}
	}
	fill(img, image.Rect(margin, Height-84, Width-margin, Height-82), rule)
	foot := c.Desk
	if c.Host != "" {
		foot += " · " + c.Host
	}
	_, err = a.write(img, a.fonts.regular, foot, sizeFoot, soft, image.Pt(margin, Height-36), Width-2*margin, 1, 0)
	return err
}

// write draws a text in at most most lines below each other, the first one's
// base line at at, and returns the base line of the last. A text that the
// font cannot show is left out.
func (a *Artist) write(img draw.Image, f *sfnt.Font, s string, size float64, ink color.Color, at image.Point, width, most, step int) (int, error) {
	s, all := drawable(f, s)
	if !all || s == "" {
		return at.Y, nil
	}
	fc, err := face(f, size)
	if err != nil {
		return 0, fmt.Errorf("preview: %w", err)
	}
	defer fc.Close()
	d := font.Drawer{Dst: img, Src: image.NewUniform(ink), Face: fc}
	y := at.Y
	for i, line := range wrap(fc, s, width, most) {
		y = at.Y + i*step
		d.Dot = fixed.P(at.X, y)
		d.DrawString(line)
	}
	return y, nil
}

// fill fills a rectangle.
func fill(img draw.Image, r image.Rectangle, c color.Color) {
	draw.Draw(img, r, image.NewUniform(c), image.Point{}, draw.Src)
}
