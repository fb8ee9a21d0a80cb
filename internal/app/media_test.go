package app_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"soi/internal/app"
	"soi/internal/app/apptest"
	"soi/internal/desk"
	"soi/internal/media"
)

// What a device and a sender write into files. None of it may be kept in any
// form that can be read, nor shown.
const (
	placeMark  = "16.463712N-107.590855E-zqplace"
	fileMark   = "zq-IMG-Nguyen-hue.jpg"
	deviceMark = "zqdevice-7x"
	xmpMark    = "zqxmpcreator"
)

// paintedScreen is a screenshot of lines of text over a coloured picture.
func paintedScreen(t testing.TB, lines ...string) image.Image {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 900, 900))
	for y := range 900 {
		for x := range 900 {
			img.SetRGBA(x, y, color.RGBA{255, 255, 255, 255})
			if y > 450 {
				img.SetRGBA(x, y, color.RGBA{uint8(x / 4), uint8(y / 4), uint8((x * y) / 3000), 255})
			}
		}
	}
	b, err := os.ReadFile("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
	if err != nil {
		t.Skip("the font DejaVu is not installed: package fonts-dejavu-core")
	}
	f, err := opentype.Parse(b)
	must(t, err)
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 30, DPI: 72})
	must(t, err)
	d := font.Drawer{Dst: img, Src: image.Black, Face: face}
	for i, l := range lines {
		d.Dot = fixed.P(30, 70+i*50)
		d.DrawString(l)
	}
	return img
}

// jpegOf encodes a picture.
func jpegOf(t testing.TB, img image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}))
	return b.Bytes()
}

// withTraces puts EXIF with a place and a device, XMP, a comment and an
// orientation into a JPEG.
func withTraces(b []byte) []byte {
	segment := func(marker byte, body []byte) []byte {
		return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2)), body...)
	}
	exif := []byte("Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x01\x00\x00\x00\x00\x00\x00GPS " + placeMark + " " + deviceMark)
	out := append([]byte{0xff, 0xd8}, segment(0xe1, exif)...)
	out = append(out, segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>"+xmpMark+" "+fileMark+"</x:xmpmeta>"))...)
	out = append(out, segment(0xfe, []byte(deviceMark))...)
	return append(out, b[2:]...)
}

// movie is an MP4 of one box of sound with a place in its user data, 65 seconds
// long by its header.
func movie() []byte {
	box := func(kind string, body ...byte) []byte {
		return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), kind...), body...)
	}
	mvhd := make([]byte, 100)
	binary.BigEndian.PutUint32(mvhd[12:], 1000)
	binary.BigEndian.PutUint32(mvhd[16:], 65_000)
	trak := box("trak", box("mdia", box("hdlr", []byte("\x00\x00\x00\x00\x00\x00\x00\x00vide")...)...)...)
	moov := append(append(box("mvhd", mvhd...), trak...), box("udta", box("\xa9xyz", []byte(placeMark+deviceMark)...)...)...)
	return append(append(box("ftyp", []byte("isom\x00\x00\x02\x00")...), box("moov", moov...)...), box("mdat", bytes.Repeat([]byte{1, 2, 3}, 5000)...)...)
}

// sent is one file of a form.
type sent struct {
	name string
	b    []byte
}

// askWith sends a question with files, as a browser without scripts does.
func askWith(t testing.TB, d *apptest.Desk, from byte, text string, files ...sent) reply {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	must(t, w.WriteField("text", text))
	must(t, w.WriteField("form", formValue()))
	for _, f := range files {
		p, err := w.CreateFormFile("file", f.name)
		must(t, err)
		_, err = p.Write(f.b)
		must(t, err)
	}
	must(t, w.Close())
	r, err := send(t.Context(), net.IPv4(127, 9, from, 1), http.MethodPost, d.URL+"/en/ask", b.String(), http.Header{"Content-Type": {w.FormDataContentType()}})
	must(t, err)
	return r
}

// TestAPictureFindsItsCheck: a screenshot opens a claim; once the claim is
// checked, the same screenshot, smaller and compressed, is answered by it, and
// one with another figure is not.
func TestAPictureFindsItsCheck(t *testing.T) {
	if _, err := exec.LookPath("tesseract"); err != nil {
		t.Skip("tesseract is not installed: run scripts/setup.sh")
	}
	d := apptest.Start(t, apptest.Options{})
	lines := []string{"Bộ Y tế thông báo: uống nước", "chanh nóng mỗi sáng chữa khỏi", "ung thư, 30 người đã khỏi bệnh"}
	first := askWith(t, d, 1, "", sent{fileMark, withTraces(jpegOf(t, paintedScreen(t, lines...), 95))})
	if first.status != http.StatusOK || ticketShown.Find(first.body) == nil {
		t.Fatalf("%d %s", first.status, first.body)
	}
	tip := allTips(t, d.App)[0]
	checker, editor := desk.As(d.Member(t, "checker", desk.Checker)), desk.As(d.Member(t, "editor", desk.Editor))
	v, err := d.Desk.ClaimPage(t.Context(), checker, tip.Claim)
	must(t, err)
	if len(v.Media) != 1 || v.Media[0].State != desk.MediaReady || !strings.Contains(v.Claim.Text, "uống nước chanh nóng") {
		t.Fatalf("claim %q with %+v", v.Claim.Text, v.Media)
	}
	must(t, publishClaim(t, d, checker, editor, tip.Claim))
	key := desk.CheckKey(tip.Claim, "vi")
	again := jpegOf(t, smaller(paintedScreen(t, lines...), 640), 60)
	r := askWith(t, d, 2, "is this true?", sent{"x.jpg", again})
	if !bytes.Contains(r.body, []byte("/checks/"+string(tip.Claim))) || !bytes.Contains(r.body, []byte("the picture is the same")) {
		t.Errorf("not answered by %s: %s", key, r.body)
	}
	if s := allTips(t, d.App); s[0].State != desk.TipAnswered {
		t.Errorf("the tip is %q, decision %q", s[0].State, s[0].Decision)
	}
	lines[2] = "ung thư, 300 người đã khỏi bệnh"
	askWith(t, d, 3, "", sent{"y.jpg", jpegOf(t, paintedScreen(t, lines...), 90)})
	if s := allTips(t, d.App); s[0].Decision == "same" {
		ms, err := d.Desk.TipMedia(t.Context(), desk.Program(), s[0].ID, s[len(s)-1].ID)
		must(t, err)
		t.Errorf("a screenshot with another figure was answered as the same: %+v", ms)
	}
}

// smaller scales a picture to a width.
func smaller(img image.Image, w int) image.Image {
	h := w * img.Bounds().Dy() / img.Bounds().Dx()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.BiLinear.Scale(out, out.Bounds(), img, img.Bounds(), draw.Src, nil)
	return out
}

// publishClaim takes a claim all the way.
func publishClaim(t testing.TB, d *apptest.Desk, checker, editor desk.Actor, claim desk.ID) error {
	t.Helper()
	ctx := t.Context()
	_, err := d.Desk.AddEvidence(ctx, checker, claim, desk.Evidence{URL: "https://www.who.int/", Title: "WHO", Stance: desk.Refutes, Independent: true})
	must(t, err)
	draft, err := d.Desk.SaveDraft(ctx, checker, claim, 0, desk.RatingFalse,
		desk.Text{Lang: "vi", Claim: "Uống nước chanh nóng chữa khỏi ung thư, 30 người đã khỏi bệnh.", Statement: "Nước chanh không chữa được ung thư.", Summary: "Không có bằng chứng.", Body: "Một."})
	must(t, err)
	review, err := d.Desk.Submit(ctx, checker, desk.Proposal{Claim: claim, DraftVersion: draft.Version})
	must(t, err)
	_, err = d.Desk.Approve(ctx, editor, review.ID, review.Hash, desk.Points(review.Kind))
	must(t, err)
	return d.AfterPublish(ctx)
}

// TestNothingOfADeviceIsKept sends a picture and a film full of traces, and
// looks for them in everything the desk writes, in a backup's plain content,
// and in what staff are shown.
func TestNothingOfADeviceIsKept(t *testing.T) {
	d := apptest.Start(t, apptest.Options{})
	l := &askersLife{t: t, dir: t.TempDir(), s: d.Server, d: d}
	r := askWith(t, d, 1, "Có thật không, chợ cháy?", sent{fileMark, withTraces(jpegOf(t, paintedScreen(t, "Chợ cháy lớn sáng nay"), 90))}, sent{"zqfilm.mp4", movie()})
	if r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	auditor := desk.As(d.Member(t, "auditor", desk.Auditor))
	v, err := d.Desk.ClaimPage(t.Context(), auditor, allTips(t, d.App)[0].Claim)
	must(t, err)
	if len(v.Media) != 2 {
		t.Fatalf("%d files", len(v.Media))
	}
	marks := []string{placeMark, fileMark, deviceMark, xmpMark, "zqfilm", "Exif", "ns.adobe.com"}
	for _, m := range v.Media {
		part := desk.MediaView
		if m.Kind == desk.MediaVideo {
			part = desk.MediaFile
			if m.Length != 65*time.Second {
				t.Errorf("the film is %v long", m.Length)
			}
		}
		_, sealed, err := d.Desk.ClaimMedia(t.Context(), auditor, v.Claim.ID, m.ID, part)
		must(t, err)
		plain, err := d.Media().Open(m, part, sealed)
		must(t, err)
		for _, mark := range marks {
			if bytes.Contains(plain, []byte(mark)) {
				t.Errorf("%s still holds %q", m.Kind, mark)
			}
		}
		if part == desk.MediaFile && !bytes.Contains(plain, bytes.Repeat([]byte{1, 2, 3}, 5000)) {
			t.Error("the film itself was changed")
		}
	}
	l.keep("backup")
	for _, root := range []string{d.Config.Data, l.dir} {
		for _, mark := range marks[:5] {
			if hits := sweep(t, root, mark); len(hits) > 0 {
				t.Errorf("%q is in %v", mark, hits)
			}
		}
	}
}

// TestFilesComeBackFromABackup: sealed parts are in the backup, and open with
// the keys of the installation.
func TestFilesComeBackFromABackup(t *testing.T) {
	d := apptest.Start(t, apptest.Options{})
	if r := askWith(t, d, 1, "", sent{"a.jpg", jpegOf(t, paintedScreen(t, "Một hai ba bốn năm"), 90)}, sent{"b.mp4", movie()}); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	v := newVault(t)
	b, err := d.Backup(t.Context(), filepath.Join(t.TempDir(), "b.age"), v.recipient)
	must(t, err)
	c := d.Config
	c.Data = t.TempDir()
	_, err = app.Restore(t.Context(), c, b.Path, v.identity)
	must(t, err)
	a := opened(t, c)
	defer func() { must(t, a.Close()) }()
	auditor, err := a.Desk.AddStaff(t.Context(), desk.Program(), "auditor", desk.Auditor, "vi")
	must(t, err)
	view, err := a.Desk.ClaimPage(t.Context(), desk.As(auditor), allTips(t, a)[0].Claim)
	must(t, err)
	if len(view.Media) != 2 {
		t.Fatalf("%d files after restoring", len(view.Media))
	}
	findings, checked, err := a.Fsck(t.Context())
	if err != nil || len(findings) > 0 || checked["files"] != 2 {
		t.Errorf("fsck: %v, %v, %v", findings, checked, err)
	}
	for _, m := range view.Media {
		part := map[desk.MediaKind]desk.MediaPart{desk.MediaPicture: desk.MediaView, desk.MediaVideo: desk.MediaFile}[m.Kind]
		_, sealed, err := a.Desk.ClaimMedia(t.Context(), desk.As(auditor), view.Claim.ID, m.ID, part)
		must(t, err)
		plain, err := a.Media().Open(m, part, sealed)
		if err != nil || len(plain) < 5000 {
			t.Errorf("%s: %d bytes, %v", m.Kind, len(plain), err)
		}
		if _, err := a.Media().Open(m, "other", sealed); err == nil {
			t.Error("a part opens as another one")
		}
	}
}

// TestRefusedFiles: what is not taken gets its own sentence, and what was typed
// comes back.
func TestRefusedFiles(t *testing.T) {
	d := apptest.Start(t, apptest.Options{})
	bomb := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xc3\x50\x00\x00\xc3\x50\x08\x02\x00\x00\x00"), make([]byte, 1000)...)
	heic := append([]byte("\x00\x00\x00\x18ftypheic"), make([]byte, 100)...)
	small := jpegOf(t, image.NewGray(image.Rect(0, 0, 20, 20)), 80)
	for what, c := range map[string]struct {
		files  []sent
		status int
		says   string
	}{
		"50,000 pixels square": {[]sent{{"a.png", bomb}}, 422, "too many pixels"},
		"HEIC":                 {[]sent{{"a.heic", heic}}, 422, "cannot open this kind of picture"},
		"a program":            {[]sent{{"a.jpg", []byte("MZ\x90\x00 this is a program")}}, 422, "pictures, PDF, voice messages and videos only"},
		"21 MiB":               {[]sent{{"a.mp4", make([]byte, 21<<20)}}, 413, "too large"},
		"an 11 MiB picture":    {[]sent{{"a.jpg", append(bytes.Clone(small), make([]byte, 11<<20)...)}}, 413, "too large"},
		"five files":           {[]sent{{"1", small}, {"2", small}, {"3", small}, {"4", small}, {"5", small}}, 422, "Too many files"},
		"half a picture":       {[]sent{{"a.jpg", small[:200]}}, 422, "damaged"},
	} {
		r := askWith(t, d, byte(len(what)), "kept words", c.files...)
		if r.status != c.status || !bytes.Contains(r.body, []byte(c.says)) || !bytes.Contains(r.body, []byte("kept words</textarea>")) {
			t.Errorf("%s: %d, %.3000s", what, r.status, r.body)
		}
	}
	if n := len(allTips(t, d.App)); n != 0 {
		t.Errorf("%d tips were taken", n)
	}
	if r := askWith(t, d, 200, "words and no file"); r.status != http.StatusOK {
		t.Errorf("without a file: %d", r.status)
	}
	if r := askWith(t, d, 201, "  "); r.status != 422 {
		t.Errorf("nothing at all: %d", r.status)
	}
}

// TestHeldAfterThreeDeaths: the worker dies at a picture; the tip is taken in
// all the same, the program goes on, and after three deaths the picture is held.
func TestHeldAfterThreeDeaths(t *testing.T) {
	dead, err := exec.LookPath("false")
	if err != nil {
		t.Skip("no program that ends at once")
	}
	a, err := app.Open(t.Context(), apptest.Configure(t, apptest.Options{}), app.Options{Log: apptest.Log(t), Worker: []string{dead}})
	must(t, err)
	defer func() { must(t, a.Close()) }()
	s, err := a.Start(t.Context())
	must(t, err)
	defer func() { must(t, s.Stop()) }()
	d := &apptest.Desk{Server: s, Config: a.Config}
	picture := jpegOf(t, paintedScreen(t, "x"), 80)
	if r := askWith(t, d, 1, "words", sent{"a.jpg", picture}); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	auditor := desk.As(d.Member(t, "auditor", desk.Auditor))
	apptest.Wait(t, "the picture to be held", func(ctx context.Context) bool {
		v, err := a.Desk.ClaimPage(ctx, auditor, allTips(t, a)[0].Claim)
		return err == nil && len(v.Media) == 1 && v.Media[0].State == desk.MediaHeld && v.Media[0].Tries == desk.MediaTries
	})
	if len(picture) > media.MaxPicture {
		t.Fatal("the picture is too large for this test")
	}
}
