package match

import (
	"bufio"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"soi/internal/media"
)

// pdqData is the folder of the reference pictures.
func pdqData(t testing.TB) string { return filepath.Join(dataRoot(t), "images", "pdq") }

// readJPEG decodes one reference picture.
func readJPEG(t testing.TB, path string) *image.RGBA {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return flat(img)
}

// flat copies a picture.
func flat(img image.Image) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Src)
	return out
}

// seenAs is a picture as the cage describes it; said is what is written in it.
func seenAs(t testing.TB, img image.Image, said string) Picture {
	t.Helper()
	h, quality, ok := media.HashOf(img)
	if !ok {
		t.Fatal("not hashed")
	}
	return Picture{Hash: h[:], Quality: quality, Text: said}
}

// again encodes a picture as JPEG and decodes it.
func again(t testing.TB, img image.Image, quality int) image.Image {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	out, err := jpeg.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// resized draws a picture in another size.
func resized(img image.Image, w, h int) image.Image {
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.BiLinear.Scale(out, out.Bounds(), img, img.Bounds(), draw.Src, nil)
	return out
}

// eachPixel changes every pixel.
func eachPixel(img image.Image, f func(c color.RGBA) color.RGBA) image.Image {
	out := flat(img)
	for i := 0; i < len(out.Pix); i += 4 {
		c := f(color.RGBA{out.Pix[i], out.Pix[i+1], out.Pix[i+2], 255})
		out.Pix[i], out.Pix[i+1], out.Pix[i+2] = c.R, c.G, c.B
	}
	return out
}

// alterations are twelve things that happen to a picture on its way through
// many hands.
func alterations(t testing.TB, img *image.RGBA) map[string]image.Image {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	part := func(x0, y0, x1, y1 int) image.Image { return img.SubImage(image.Rect(x0, y0, x1, y1)) }
	brand := flat(img)
	draw.Draw(brand, image.Rect(w*7/10, h*9/10, w, h), image.NewUniform(color.RGBA{200, 30, 30, 255}), image.Point{}, draw.Src)
	grey := func(c color.RGBA) color.RGBA {
		y := uint8((int(c.R)*3 + int(c.G)*6 + int(c.B)) / 10)
		return color.RGBA{y, y, y, 255}
	}
	lift := func(by int) func(color.RGBA) color.RGBA {
		one := func(v uint8) uint8 { return uint8(min(255, max(0, int(v)+by))) }
		return func(c color.RGBA) color.RGBA { return color.RGBA{one(c.R), one(c.G), one(c.B), 255} }
	}
	r := rand.New(rand.NewPCG(1, 9))
	return map[string]image.Image{
		"quality 10": again(t, img, 10), "quality 30": again(t, img, 30), "half the size": resized(img, w/2, h/2), "an eighth": resized(img, w/8, h/8),
		"stretched": resized(img, w, h*9/10), "grey": eachPixel(img, grey), "brighter": eachPixel(img, lift(30)), "darker": eachPixel(img, lift(-30)),
		"a stamp in the corner": brand, "cropped a little": part(w/100, h/100, w-w/100, h-h/100),
		"grain":               eachPixel(img, func(c color.RGBA) color.RGBA { return lift(r.IntN(41) - 20)(c) }),
		"small and forwarded": again(t, resized(again(t, img, 40), 480, 480*h/w), 25),
	}
}

// TestAlteredPictures: the published forms of one photograph and twelve
// alterations of ours are found as the same picture.
func TestAlteredPictures(t *testing.T) {
	dir := filepath.Join(pdqData(t), "bridge-mods")
	orig := readJPEG(t, filepath.Join(dir, "aaa-orig.jpg"))
	forms := map[string]image.Image{}
	files, err := filepath.Glob(filepath.Join(dir, "*.jpg"))
	if err != nil || len(files) < 12 {
		t.Fatalf("%d published forms, %v", len(files), err)
	}
	for _, f := range files {
		forms["published "+filepath.Base(f)] = readJPEG(t, f)
	}
	for name, img := range alterations(t, orig) {
		forms["ours: "+name] = img
	}
	m := deskOfFive()
	first := seenAs(t, orig, "")
	m.SetPictures("shark", KindCheck, []Picture{first})
	found, farthest := 0, 0
	for name, img := range forms {
		p := seenAs(t, img, "")
		r := m.Match(t.Context(), Query{Pictures: []Picture{p}})
		d := media.Hash(first.Hash).Distance(media.Hash(p.Hash))
		farthest = max(farthest, d)
		if r.Decision != DecisionSame || r.Matches[0].ID != "shark" {
			t.Errorf("%s: %s at %d bits", name, r.Decision, d)
			continue
		}
		found++
	}
	t.Logf("%d of %d found as the same, the farthest %d bits away", found, len(forms), farthest)
}

// TestOtherPictures: of more than a thousand other pictures and of the
// published lists, none is taken for one of the desk's.
func TestOtherPictures(t *testing.T) {
	dir := pdqData(t)
	orig := readJPEG(t, filepath.Join(dir, "bridge-mods", "square-512x512.jpg"))
	write := writer(t)
	words := []string{"Uống nước chanh nóng mỗi sáng", "chữa khỏi ung thư giai đoạn cuối", "30 người đã khỏi bệnh"}
	m := deskOfFive()
	mine := map[string]Picture{"shark": seenAs(t, orig, ""), "lemon": seenAs(t, write(words), strings.Join(words, " "))}
	for id, p := range mine {
		m.SetPictures(id, KindCheck, []Picture{p})
	}
	nearest := 256
	check := func(what string, p Picture) {
		r := m.Match(t.Context(), Query{Pictures: []Picture{p}, Kinds: []Kind{KindCheck}})
		for _, x := range r.Matches {
			for _, why := range x.Reasons { // what its words may resemble is for the tests of words
				if r.Decision == DecisionSame || slices.Contains([]string{ReasonPicture, ReasonPictureNear, ReasonPictureTurned}, why.Code) {
					t.Errorf("%s: %s %s %+v", what, r.Decision, x.ID, x.Reasons)
				}
			}
		}
		nearest = min(nearest, media.Hash(p.Hash).Distance(media.Hash(mine["shark"].Hash)))
	}
	others := 0
	for i := range 500 {
		check(fmt.Sprint("squares ", i), seenAs(t, squares(uint64(i)), ""))
		check(fmt.Sprint("waves ", i), seenAs(t, waves(uint64(i)), ""))
		others += 2
	}
	for i := range 200 {
		lines := otherLines(uint64(i))
		check(fmt.Sprint("text ", i), seenAs(t, write(lines), strings.Join(lines, " ")))
		others++
	}
	for _, name := range []string{"haystack.txt", "needles.txt"} {
		for i, h := range hashList(t, filepath.Join(dir, name)) {
			check(fmt.Sprint(name, " ", i), Picture{Hash: h, Quality: 100})
			others++
		}
	}
	t.Logf("none of %d others was taken for one of ours; the nearest to the photograph is %d bits away", others, nearest)
}

// squares is a picture of coloured squares.
func squares(seed uint64) image.Image {
	r := rand.New(rand.NewPCG(seed, 11))
	img := image.NewRGBA(image.Rect(0, 0, 128, 96))
	for y := 0; y < 96; y += 8 {
		for x := 0; x < 128; x += 8 {
			draw.Draw(img, image.Rect(x, y, x+8, y+8), image.NewUniform(color.RGBA{uint8(r.Uint32()), uint8(r.Uint32()), uint8(r.Uint32()), 255}), image.Point{}, draw.Src)
		}
	}
	return img
}

// waves is a smooth picture, as photographs mostly are.
func waves(seed uint64) image.Image {
	r := rand.New(rand.NewPCG(seed, 12))
	var a [8][4]float64
	for i := range a {
		a[i] = [4]float64{r.Float64() * 0.2, r.Float64() * 0.2, r.Float64() * 7, r.Float64()}
	}
	img := image.NewGray(image.Rect(0, 0, 128, 96))
	for y := range 96 {
		for x := range 128 {
			v := 0.0
			for _, k := range a {
				v += k[3] * math.Sin(float64(x)*k[0]+float64(y)*k[1]+k[2])
			}
			img.SetGray(x, y, color.Gray{uint8(128 + 25*v)})
		}
	}
	return img
}

// writer draws lines as a screenshot has them.
func writer(t testing.TB) func(lines []string) image.Image {
	t.Helper()
	b, err := os.ReadFile("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
	if err != nil {
		t.Skip("the font DejaVu is not installed: package fonts-dejavu-core")
	}
	f, err := opentype.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 22, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	return func(lines []string) image.Image {
		img := image.NewRGBA(image.Rect(0, 0, 480, 320))
		draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
		d := font.Drawer{Dst: img, Src: image.Black, Face: face}
		for i, l := range lines {
			d.Dot = fixed.P(20, 60+i*40)
			d.DrawString(l)
		}
		return img
	}
}

// otherLines is a text about other things.
func otherLines(seed uint64) []string {
	r := rand.New(rand.NewPCG(seed, 13))
	words := strings.Fields("đường sá miền núi sạt lở nhiều xe tải dừng chờ thông báo học sinh nghỉ chiều thứ sáu giá gạo xuất khẩu tăng nhẹ " +
		"sân vận động mở cửa đón khách tàu hỏa chậm chuyến mưa lớn kéo dài thủy điện xả nước công viên trồng thêm cây xanh")
	var lines []string
	for range 3 {
		var l []string
		for range 6 {
			l = append(l, words[r.IntN(len(words))])
		}
		lines = append(lines, strings.Join(l, " "))
	}
	return lines
}

// hashList reads a published list.
func hashList(t testing.TB, path string) (out [][]byte) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if h, err := media.ParseHash(strings.TrimSpace(sc.Text())); err == nil {
			out = append(out, slices.Clone(h[:]))
		}
	}
	return out
}
