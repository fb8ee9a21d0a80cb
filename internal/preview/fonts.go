package preview

import (
	"fmt"
	"strings"

	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"

	"soi/internal/text"
)

// fonts are the two fonts of a picture.
type fonts struct{ regular, bold *sfnt.Font }

// loadFonts reads the fonts in the program.
func loadFonts() (fonts, error) {
	regular, err := opentype.Parse(liberationsansregular.TTF)
	if err != nil {
		return fonts{}, fmt.Errorf("preview: regular font: %w", err)
	}
	bold, err := opentype.Parse(liberationsansbold.TTF)
	if err != nil {
		return fonts{}, fmt.Errorf("preview: bold font: %w", err)
	}
	return fonts{regular, bold}, nil
}

// face is a font at a size in pixels.
func face(f *sfnt.Font, size float64) (font.Face, error) {
	return opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
}

// drawable composes letters with their marks and leaves out signs that the
// font has no glyph for: a picture shows no empty boxes. all is false when
// that took more than a fifth of the letters: the rest would not be the text.
func drawable(f *sfnt.Font, s string) (out string, all bool) {
	var buf sfnt.Buffer
	var kept strings.Builder
	lost, whole := 0, 0
	for _, r := range text.Clean(s) {
		if r == '\n' || r == '\t' || r == '\u00a0' {
			r = ' '
		}
		whole++
		if i, err := f.GlyphIndex(&buf, r); err == nil && i != 0 {
			kept.WriteRune(r)
		} else {
			lost++
		}
	}
	return strings.Join(strings.Fields(kept.String()), " "), lost*5 <= whole
}

// wrap breaks a text into at most most lines of at most width pixels. What
// does not fit ends in an ellipsis; a word longer than a line is cut.
func wrap(f font.Face, s string, width, most int) []string {
	fits := func(s string) bool { return font.MeasureString(f, s).Ceil() <= width }
	var lines []string
	line := ""
	for _, w := range strings.Fields(s) {
		next := strings.TrimSpace(line + " " + w)
		if fits(next) {
			line = next
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		if len(lines) == most {
			return cut(lines, fits)
		}
		if line = w; !fits(w) {
			for !fits(line + "…") {
				line = dropLast(line)
			}
			lines = append(lines, line)
			return cut(lines, fits)
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	if len(lines) > most {
		return cut(lines[:most], fits)
	}
	return lines
}

// cut ends the last line in an ellipsis.
func cut(lines []string, fits func(string) bool) []string {
	last := lines[len(lines)-1]
	for last != "" && !fits(last+"…") {
		last = dropLast(last)
	}
	lines[len(lines)-1] = strings.TrimRight(last, " ,.;:") + "…"
	return lines
}

// dropLast takes the last letter off.
func dropLast(s string) string {
	r := []rune(s)
	return string(r[:len(r)-1])
}
