package media

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// typeface is a font with Vietnamese letters; scripts/setup.sh installs it.
func typeface(t testing.TB, size float64) font.Face {
	t.Helper()
	b, err := os.ReadFile("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
	if err != nil {
		t.Skip("the font DejaVu is not installed: package fonts-dejavu-core")
	}
	f, err := opentype.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	return face
}

// screenshot draws lines of text as a telephone shows them.
func screenshot(t testing.TB, w, h int, lines ...string) *image.RGBA {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	d := font.Drawer{Dst: img, Src: image.NewUniform(color.Black), Face: typeface(t, 28)}
	for i, l := range lines {
		d.Dot = fixed.P(30, 60+i*44)
		d.DrawString(l)
	}
	return img
}

// asPNG encodes a picture.
func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// asJPEG encodes a picture with a quality.
func asJPEG(t testing.TB, img image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// needTool skips a test whose program is not installed.
func needTool(t testing.TB, tool string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		t.Skipf("%s is not installed: run scripts/setup.sh", tool)
	}
}

// TestReadsVietnamese reads a screenshot in the cage, without what the
// telephone wrote around the message.
func TestReadsVietnamese(t *testing.T) {
	needTool(t, ocrTool)
	img := screenshot(t, 1000, 640,
		"9:41                                          4G  82%",
		"",
		"Bộ Y tế khuyến cáo: uống nước chanh nóng",
		"mỗi sáng chữa được ung thư giai đoạn cuối.",
		"Hãy chia sẻ cho 30 người thân của bạn!",
		"",
		"Thích    Bình luận    Chia sẻ",
		"128 lượt thích   45 bình luận",
		"2 giờ trước")
	start := time.Now()
	a, _, err := testCage(t, "plain").Open(t.Context(), Task{Kind: Picture, Words: true}, asPNG(t, img))
	if err != nil || a.Refused != "" {
		t.Fatalf("%+v, %v", a, err)
	}
	t.Logf("%v: %q", time.Since(start).Round(time.Millisecond), a.Text)
	for _, want := range []string{"uống nước chanh nóng", "chữa được ung thư giai đoạn cuối", "30 người thân"} {
		if !strings.Contains(a.Text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	for _, no := range []string{"9:41", "82%", "Bình luận", "lượt thích", "giờ trước"} {
		if strings.Contains(a.Text, no) {
			t.Errorf("%q was left in", no)
		}
	}
}

// TestNoWords: a picture without text has none.
func TestNoWords(t *testing.T) {
	needTool(t, ocrTool)
	if got := wordsOf(context.Background(), noiseImage(11, 600, 400), time.Minute); got != "" {
		t.Errorf("read %q in coloured squares", got)
	}
}

// TestFirstPage draws the first page of a PDF in the cage and reads it.
func TestFirstPage(t *testing.T) {
	needTool(t, pageTool)
	it, err := testOpener(t, testCage(t, "plain"), true).Open(t.Context(), bytes.NewReader(onePage("Drinking bleach does not cure anything")))
	if err != nil || it.State != Ready || it.Kind != PDF || it.View == nil || it.File == nil {
		t.Fatalf("%+v, %v", it, err)
	}
	if _, err := exec.LookPath(ocrTool); err == nil && !strings.Contains(it.Text, "bleach does not cure") {
		t.Errorf("read %q", it.Text)
	}
	broken, err := testOpener(t, testCage(t, "plain"), false).Open(t.Context(), strings.NewReader("%PDF-1.7\nnothing of a PDF"))
	if err != nil || broken.State != Ready || broken.View != nil || broken.File == nil {
		t.Errorf("a damaged PDF: %+v, %v", broken, err)
	}
}

// onePage is a PDF of one page with one line.
func onePage(line string) []byte {
	var b strings.Builder
	b.WriteString("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
		"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 300]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n" +
		"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n")
	stream := "BT /F 24 Tf 40 200 Td (" + line + ") Tj ET"
	b.WriteString("4 0 obj<</Length " + itoa(len(stream)) + ">>stream\n" + stream + "\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
	return []byte(b.String())
}

// itoa writes a small number.
func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

// TestCleanScreen: what is left of lines is the message.
func TestCleanScreen(t *testing.T) {
	for in, want := range map[string]string{
		"9:41 · 4G 82%":                                 "",
		"Viettel LTE 21:05 56 %":                        "",
		"👍 Thích  💬 Bình luận  ↗ Chia sẻ":               "",
		"1,2K bình luận 345 lượt chia sẻ":               "",
		"Like · Reply · 3 hours ago":                    "",
		"2 giờ trước · Công khai":                       "",
		"Viết bình luận công khai…":                     "",
		"Chia sẻ ngay trước khi bị xóa":                 "Chia sẻ ngay trước khi bị xóa",
		"Thích uống nước đá gây ung thư":                "Thích uống nước đá gây ung thư",
		"Giá xăng tăng lên 30.000 đồng từ 0h00 hôm nay": "Giá xăng tăng lên 30.000 đồng từ 0h00 hôm nay",
		"30 người chết":                                 "30 người chết",
		"— | —":                                         "",
	} {
		if got := CleanScreen([]string{in}); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
