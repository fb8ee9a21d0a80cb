package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/image/draw"
)

// The programs of Debian that are used when they are there.
const (
	ocrTool  = "tesseract" // packages tesseract-ocr and tesseract-ocr-vie
	pageTool = "pdftoppm"  // package poppler-utils
	ocrLangs = "vie+eng"
)

// errNoTool: the program is not installed.
var errNoTool = errors.New("media: tool not installed")

// Tools says which programs are there: Words for text in pictures in
// Vietnamese, Pages for the first page of PDF.
type Tools struct {
	Words bool // tesseract is installed
	Viet  bool // … with the Vietnamese language file
	Pages bool // pdftoppm is installed
}

// HasWords reports whether tesseract is installed; FindTools also asks it for
// its languages, which takes a moment.
func HasWords() bool {
	_, err := exec.LookPath(ocrTool)
	return err == nil
}

// FindTools looks for the programs and asks tesseract for its languages.
func FindTools(ctx context.Context) (t Tools) {
	if path, err := exec.LookPath(ocrTool); err == nil {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		out, err := exec.CommandContext(ctx, path, "--list-langs").Output()
		langs := strings.Fields(string(out))
		t.Words = err == nil
		t.Viet = slices.Contains(langs, "vie") && slices.Contains(langs, "eng")
	}
	_, err := exec.LookPath(pageTool)
	t.Pages = err == nil
	return t
}

// Bounds of reading text.
const (
	ocrPixels = 6_000_000        // of the picture as tesseract gets it
	ocrWidth  = 1_400            // narrower pictures are enlarged: letters of a small screenshot are too low otherwise
	toolTime  = 20 * time.Second // then the picture stays without words
	ocrOutput = 4 << 20          // bytes of tesseract's table
	ocrSure   = 45               // confidence, 0 to 100, below which a word is a smudge
)

// wordsOf reads the text of a picture, "" when there is none or it cannot be
// read.
func wordsOf(ctx context.Context, img *image.RGBA, patience time.Duration) string {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	table, err := run(ctx, grey(img), ocrOutput, ocrTool, "stdin", "stdout", "-l", ocrLangs, "--psm", "3", "tsv")
	if err != nil {
		return ""
	}
	return CleanScreen(linesOf(string(table)))
}

// grey is a picture in shades of grey as tesseract takes it from a pipe (PGM),
// enlarged or made smaller to a good height of letters.
func grey(img *image.RGBA) []byte {
	img = scaled(img, ocrPixels, MaxSide)
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if f := float64(ocrWidth) / float64(w); f > 1 {
		f = min(f, 2, float64(ocrPixels)/float64(w*h))
		if f > 1 {
			w, h = int(float64(w)*f), int(float64(h)*f)
		}
	}
	g := image.NewGray(image.Rect(0, 0, w, h))
	draw.BiLinear.Scale(g, g.Bounds(), img, img.Bounds(), draw.Src, nil)
	return append(fmt.Appendf(nil, "P5\n%d %d\n255\n", w, h), g.Pix...)
}

// linesOf puts the words of tesseract's table into one line a paragraph. Words
// that it is not sure of are left out, and so are lines of which little is left.
func linesOf(table string) []string {
	type lineKey struct{ block, par, line string }
	var order []lineKey
	said, all := map[lineKey][]string{}, map[lineKey]int{}
	for row := range strings.Lines(table) {
		f := strings.Split(strings.TrimRight(row, "\r\n"), "\t")
		if len(f) < 12 || f[0] != "5" {
			continue
		}
		word := strings.TrimSpace(f[11])
		sure, err := strconv.ParseFloat(f[10], 64)
		if err != nil || word == "" {
			continue
		}
		k := lineKey{f[2], f[3], f[4]}
		if all[k] == 0 {
			order = append(order, k)
		}
		all[k]++
		if sure >= ocrSure {
			said[k] = append(said[k], word)
		}
	}
	var out []string
	var last lineKey
	for _, k := range order {
		if 2*len(said[k]) < all[k] {
			continue
		}
		line := strings.Join(said[k], " ")
		if n := len(out); n > 0 && k.block == last.block && k.par == last.par {
			out[n-1] += "\n" + line
		} else {
			out = append(out, line)
		}
		last = k
	}
	return out
}

// pageLimit bounds the picture of a page: what the gate takes.
const pageLimit = MaxPicture

// firstPage draws the first page of a PDF as JPEG, 1,600 pixels high at most.
func firstPage(ctx context.Context, pdf []byte, patience time.Duration) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return run(ctx, pdf, pageLimit, pageTool, "-jpeg", "-f", "1", "-l", "1", "-singlefile", "-scale-to", "1600", "-")
}

// run feeds in to a program and returns at most limit bytes of what it writes.
func run(ctx context.Context, in []byte, limit int64, tool string, args ...string) ([]byte, error) {
	path, err := exec.LookPath(tool)
	if err != nil {
		return nil, errNoTool
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stdin = bytes.NewReader(in)
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	b, readErr := io.ReadAll(io.LimitReader(out, limit+1))
	if readErr != nil || int64(len(b)) > limit {
		_ = cmd.Process.Kill() // its output is of no use any more
	}
	err = cmd.Wait()
	if int64(len(b)) > limit {
		return nil, ErrTooLarge
	}
	return b, errors.Join(readErr, err)
}
