package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // first frame only
	_ "image/jpeg" // the formats that are opened register themselves
	_ "image/png"
	"io"
	"os"
	"runtime/debug"
	"time"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"
)

// Task is what the cage is asked to do with the bytes that follow it.
type Task struct {
	Kind  Kind `json:"kind"`
	Words bool `json:"words"` // read the text as well
	// Patience is how long another program may take for its part; 0 means
	// toolTime.
	Patience time.Duration `json:"patience"`
}

// Answer is what the cage found. The picture drawn anew follows it as JPEG.
type Answer struct {
	Width   int    `json:"width"` // as people see it: turned as the camera was held
	Height  int    `json:"height"`
	Hash    string `json:"hash,omitempty"`
	Quality int    `json:"quality,omitempty"`
	Text    string `json:"text,omitempty"`
	Refused string `json:"refused,omitempty"` // "broken", "wide", "tool": a clean refusal, not a death
}

// The clean refusals.
const (
	refusedBroken = "broken" // cannot be decoded
	refusedWide   = "wide"   // more pixels than the gate lets through
	refusedTool   = "tool"   // the program that draws PDF is not installed
)

// Limits of a cage. They are set by the worker on itself before it reads a
// byte of the file, and hold for tesseract and pdftoppm below it.
const (
	cageMemory  = 900 << 20 // bytes that can be written to: a picture of 40 megapixels at 16 bits and its copy
	cageAddress = 4 << 30   // address space, of which Go reserves more than a gigabyte without using it
	cageSeconds = 10        // processor time of each process
	cageStack   = 64 << 20
)

// RunWorker is the whole life of a cage: it confines itself, reads one task
// and one file from in, and writes one answer to out. It opens no file, needs
// no network and returns when the answer is written.
func RunWorker(in io.Reader, out io.Writer) error {
	return runWorker(in, out, open)
}

// runWorker is RunWorker with the opening itself handed in, so that tests can
// put something worse in its place.
func runWorker(in io.Reader, out io.Writer, open func(context.Context, Task, []byte) (Answer, []byte)) error {
	debug.SetMaxStack(cageStack)
	if err := confine(); err != nil {
		return fmt.Errorf("confine: %w", err)
	}
	var t Task
	if err := readJSON(in, &t); err != nil {
		return err
	}
	b, err := io.ReadAll(io.LimitReader(in, MaxClip))
	if err != nil {
		return err
	}
	a, view := open(context.Background(), t, b)
	if err := writeJSON(out, a); err != nil {
		return err
	}
	_, err = out.Write(view)
	return err
}

// WorkerMain runs a worker on standard input and output and ends the process.
// Nothing about the file is written to standard error.
func WorkerMain() {
	if err := RunWorker(os.Stdin, os.Stdout); err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// open decodes, hashes, draws anew and reads one file.
func open(ctx context.Context, t Task, b []byte) (Answer, []byte) {
	if t.Patience <= 0 {
		t.Patience = toolTime
	}
	if t.Kind == PDF {
		page, err := firstPage(ctx, b, t.Patience)
		if errors.Is(err, errNoTool) {
			return Answer{Refused: refusedTool}, nil
		}
		if err != nil {
			return Answer{Refused: refusedBroken}, nil
		}
		b = page
	}
	h, err := Gate(b)
	switch {
	case errors.Is(err, ErrTooWide):
		return Answer{Refused: refusedWide}, nil
	case err != nil || h.Kind != Picture:
		return Answer{Refused: refusedBroken}, nil
	}
	// The decoder's own reading of the header must agree with the gate's.
	c, _, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil || c.Width <= 0 || c.Height <= 0 {
		return Answer{Refused: refusedBroken}, nil
	}
	if c.Width > MaxSide || c.Height > MaxSide || c.Width > MaxPixels/c.Height {
		return Answer{Refused: refusedWide}, nil
	}
	raw, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return Answer{Refused: refusedBroken}, nil
	}
	img := upright(raw, orientation(b))
	a := Answer{Width: img.Bounds().Dx(), Height: img.Bounds().Dy()}
	if hash, quality, ok := HashOf(img); ok {
		a.Hash, a.Quality = hash.String(), quality
	}
	if t.Words {
		a.Text = wordsOf(ctx, img, t.Patience)
	}
	view, err := redraw(img)
	if err != nil {
		return Answer{Refused: refusedBroken}, nil
	}
	return a, view
}

// maxHead is the longest task or answer: the words of a picture and their
// escapes.
const maxHead = 1 << 20

// ErrAnswer: the cage said something else than an answer.
var ErrAnswer = errors.New("media: no answer from the cage")

// readJSON reads four bytes of length and that much JSON.
func readJSON(r io.Reader, v any) error {
	var n [4]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		return errors.Join(ErrAnswer, err)
	}
	size := binary.BigEndian.Uint32(n[:])
	if size > maxHead {
		return ErrAnswer
	}
	b := make([]byte, size)
	if _, err := io.ReadFull(r, b); err != nil {
		return errors.Join(ErrAnswer, err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		return errors.Join(ErrAnswer, err)
	}
	return nil
}

// writeJSON writes what readJSON reads.
func writeJSON(w io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...))
	return err
}
