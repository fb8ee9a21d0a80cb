package e2e

import (
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"soi/internal/app/apptest"
	"soi/internal/browsertest"
	"soi/internal/desk"
)

// paintedFile writes a picture of coloured squares; seed tells pictures apart.
func paintedFile(t *testing.T, seed, quality int) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 480, 360))
	for y := range 360 {
		for x := range 480 {
			n := uint32((x/40)*31+(y/40)*57+seed) * 2654435761
			img.SetRGBA(x, y, color.RGBA{uint8(n >> 8), uint8(n >> 16), uint8(n >> 24), 255})
		}
	}
	path := filepath.Join(t.TempDir(), "screen.jpg")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(f, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

const askFileLabel = "Hoặc gửi ảnh chụp màn hình, ảnh, PDF, tin thoại hay video"

// aPicture: somebody without scripts asks with a picture alone, is refused with
// a file that is none, and a second person with the same picture joins. Staff
// see the picture only when they open it, and add one of their own.
func aPicture(t *testing.T, w *world) {
	asker := w.phone(t)
	asker.Go("/")
	note := filepath.Join(t.TempDir(), "note.txt")
	if err := os.WriteFile(note, []byte("only words"), 0o600); err != nil {
		t.Fatal(err)
	}
	asker.Upload(askFileLabel, note)
	asker.Click("Hỏi")
	asker.See("Chúng tôi chỉ nhận ảnh, PDF, tin thoại và video.")
	asker.Upload(askFileLabel, paintedFile(t, 5, 95))
	asker.Click("Hỏi")
	asker.See("Chưa ai kiểm chứng tin này")
	second := w.phone(t)
	second.Go("/")
	second.Upload(askFileLabel, paintedFile(t, 5, 40))
	second.Click("Hỏi")
	second.See("Có 1 người khác cũng đang hỏi điều này")

	checker := w.staff(t, "Checker of pictures", desk.Checker)
	claim := claimOfPictures(t, w, 2)
	checker.Go("/en/desk/claims/" + string(claim))
	checker.See("Pictures and files")
	if n := loadedPictures(checker); n != 0 {
		t.Errorf("%d pictures are shown before anybody opens them", n)
	}
	checker.AxeLightAndDark()
	checker.ClickNth("Show the picture", 0)
	apptest.Wait(t, "the picture to be shown", func(context.Context) bool { return loadedPictures(checker) == 1 })
	checker.AxeLightAndDark()
	checker.ClickNth("This is the picture", 0)
	checker.See("A picture of this claim: messages with the same picture find it.")
	checker.Click("Add a picture of the claim")
	checker.Upload("Picture file", paintedFile(t, 77, 90))
	checker.Click("Add the picture")
	checker.See("added by the desk")
}

// loadedPictures counts the pictures that the page has fetched.
func loadedPictures(win *browsertest.Window) int {
	n, _ := strconv.Atoi(win.Eval(`[...document.querySelectorAll(".reveal img")].filter(i => i.complete && i.naturalWidth > 0).length`))
	return n
}

// claimOfPictures is the open claim that has so many tips without words.
func claimOfPictures(t *testing.T, w *world, tips int) desk.ID {
	t.Helper()
	ts, err := w.desk.Desk.TipsOf(t.Context(), desk.Actor{Role: desk.Auditor}, desk.TipFilter{State: desk.TipJoined, Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	count := map[desk.ID]int{}
	for _, x := range ts {
		if x.Text == "" && x.Erased.IsZero() {
			if count[x.Claim]++; count[x.Claim] == tips {
				return x.Claim
			}
		}
	}
	t.Fatalf("no claim has %d tips of pictures: %v", tips, count)
	return ""
}
