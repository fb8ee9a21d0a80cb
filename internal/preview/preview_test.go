package preview

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"strings"
	"sync"
	"testing"

	"golang.org/x/image/font/sfnt"
)

// falseCard is a check of a false claim.
func falseCard() Card {
	return Card{Band: "Sai", Shape: "false", Tone: "t1", Statement: "Nước chanh nóng không chữa được bệnh ung thư.",
		Asked: "Được hỏi: “Uống nước chanh nóng mỗi ngày chữa được ung thư”", Desk: "Bàn kiểm chứng", Host: "desk.example"}
}

// vietnamese is every letter of the Vietnamese alphabet with every tone, both
// cases, and the signs that stand between them.
func vietnamese() string {
	base := "aăâbcdđeêghiklmnoôơpqrstuưvxyfjwz0123456789"
	toned := "àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
	return base + toned + strings.ToUpper(base+toned) + ".,;:!?…“”‘’«»()[]–—-%/+₫·&@#\""
}

// TestVietnamese: both fonts have every letter.
func TestVietnamese(t *testing.T) {
	f, err := loadFonts()
	if err != nil {
		t.Fatal(err)
	}
	for name, one := range map[string]*sfnt.Font{"regular": f.regular, "bold": f.bold} {
		for _, r := range vietnamese() {
			var buf sfnt.Buffer
			if i, err := one.GlyphIndex(&buf, r); err != nil || i == 0 {
				t.Errorf("%s has no %q (%U)", name, r, r)
			}
		}
	}
	if got, all := drawable(f.bold, "Nu\u031bo\u031b\u0301c 漢 chanh\n"); got != "Nước chanh" || !all {
		t.Errorf("letters with marks apart become %q, %v", got, all)
	}
	if _, all := drawable(f.bold, "漢字漢字"); all {
		t.Error("a text in a script that the font does not have would be drawn")
	}
}

// picture draws a card and decodes it.
func picture(t *testing.T, c Card) image.Image {
	t.Helper()
	a, err := NewArtist()
	if err != nil {
		t.Fatal(err)
	}
	b, err := a.Draw(c)
	if err != nil {
		t.Fatal(err)
	}
	if len(b) > 120_000 {
		t.Errorf("%d bytes", len(b))
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil || img.Bounds() != image.Rect(0, 0, Width, Height) {
		t.Fatalf("%v, %v", img.Bounds(), err)
	}
	if dir := os.Getenv("SOI_PREVIEWS"); dir != "" { // to look at them
		if err := os.WriteFile(dir+"/"+strings.ReplaceAll(t.Name(), "/", "-")+".png", b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return img
}

// is reports whether a pixel has a colour.
func is(img image.Image, x, y int, want shade) bool {
	r, g, b, _ := img.At(x, y).RGBA()
	wr, wg, wb, _ := want.RGBA()
	return r == wr && g == wg && b == wb
}

// rows finds the rows of a part of the picture that hold a colour: where it
// begins, where it ends, and the height of the tallest run of them.
func rows(img image.Image, part image.Rectangle, c shade) (first, last, tallest int) {
	first, last = -1, -1
	run := 0
	for y := part.Min.Y; y < part.Max.Y; y++ {
		has := false
		for x := part.Min.X; x < part.Max.X && !has; x++ {
			has = is(img, x, y, c)
		}
		if !has {
			run = 0
			continue
		}
		if first < 0 {
			first = y
		}
		last = y
		run++
		tallest = max(tallest, run)
	}
	return first, last, tallest
}

// TestRatingAboveClaim draws a false claim and looks at the pixels: the
// rating has a band of its own across the top, its letters are the largest,
// and everything else stands below it.
func TestRatingAboveClaim(t *testing.T) {
	img := picture(t, falseCard())
	for _, x := range []int{0, Width / 2, Width - 1} {
		if !is(img, x, 4, tone("t1")) || !is(img, x, bandHeight-4, tone("t1")) || !is(img, x, bandHeight+4, paper) {
			t.Fatalf("no band of the rating at x=%d", x)
		}
	}
	word := image.Rect(margin+120, 0, Width, bandHeight)
	_, _, rating := rows(img, word, white)
	below := image.Rect(0, bandHeight, Width, Height)
	first, _, statement := rows(img, below, ink)
	asked, _, small := rows(img, below, soft)
	if rating <= statement || statement <= small {
		t.Errorf("letters of %d, %d and %d pixels: the rating must be the largest, the claim the smallest", rating, statement, small)
	}
	if first < bandHeight || asked <= first || small == 0 {
		t.Errorf("statement from %d, claim from %d, rating to %d", first, asked, bandHeight)
	}
	alone := falseCard()
	alone.Asked = ""
	if at, _, _ := rows(picture(t, alone), image.Rect(0, bandHeight, Width, Height-90), soft); at >= 0 {
		t.Error("without a claim something still stands where it would")
	}
}

// TestShapes: each rating has a picture of its own.
func TestShapes(t *testing.T) {
	seen := map[string]string{}
	for _, code := range []string{"true", "mostly-true", "half-true", "mostly-false", "false", "out-of-context", "unproven", "withdrawn"} {
		t.Run(code, func(t *testing.T) {
			c := falseCard()
			c.Shape, c.Tone = code, "t3"
			img := picture(t, c)
			var b strings.Builder
			for y := range bandHeight {
				for x := margin; x < margin+90; x++ {
					fmt.Fprint(&b, is(img, x, y, white))
				}
			}
			if other, twice := seen[b.String()]; twice {
				t.Errorf("%s looks like %s", code, other)
			}
			seen[b.String()] = code
		})
	}
}

// TestLong: whatever is to be drawn stays inside its lines.
func TestLong(t *testing.T) {
	c := falseCard()
	c.Statement, c.Asked, c.Band = strings.Repeat("Nghiêng nghiêng ", 60), strings.Repeat("ẵ", 500), strings.Repeat("Rất dài ", 20)
	img := picture(t, c)
	for y := range Height {
		for x := range margin / 2 {
			if !is(img, x, y, paper) && !is(img, x, y, tone("t1")) || !is(img, Width-1-x, y, paper) && !is(img, Width-1-x, y, tone("t1")) {
				t.Fatalf("something is drawn over the edge at %d, %d", x, y)
			}
		}
	}
	if _, last, _ := rows(img, image.Rect(0, bandHeight, Width, Height-90), soft); last > Height-94 {
		t.Errorf("the claim runs into the foot: %d", last)
	}
	for _, s := range []string{"", " ", "\x00\u202e", "漢字"} {
		c.Statement, c.Asked, c.Band, c.Desk = s, s, s, s
		picture(t, c)
	}
}

// TestCache: many at once draw a card once, and no more are kept than said.
func TestCache(t *testing.T) {
	c, err := NewCache()
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	got := make([][]byte, 8)
	for i := range got {
		wg.Go(func() {
			b, err := c.Get(t.Context(), falseCard())
			if err != nil {
				t.Error(err)
			}
			got[i] = b
		})
	}
	wg.Wait()
	for _, b := range got {
		if &b[0] != &got[0][0] {
			t.Error("a card was drawn twice")
		}
	}
	for i := range mostKept + 3 { // small cards: what is counted is not their looks
		c.mu.Lock()
		card := Card{Desk: fmt.Sprint(i)}
		c.kept[card], c.order = []byte{1}, append(c.order, card)
		c.mu.Unlock()
	}
	if _, err := c.Get(t.Context(), Card{Band: "x"}); err != nil || len(c.kept) != mostKept || len(c.order) != mostKept {
		t.Errorf("%d kept, %d in order, %v", len(c.kept), len(c.order), err)
	}
	c.turn <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Get(ctx, Card{Band: "y"}); err == nil {
		t.Error("a picture was drawn out of turn")
	}
}
