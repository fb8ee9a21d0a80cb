package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
)

// State is how far a file was looked into.
type State string

// The states.
const (
	Unread State = "unread" // could not be opened now; the bytes are kept sealed for another try
	Ready  State = "ready"  // looked into, or of a kind that is never opened
)

// Taken is a file that was taken in: what may be known of it, and its sealed
// bytes.
type Taken struct {
	ID string
	Header
	Bytes   int64  // as sent
	Sum     []byte // keyed, see Vault.Sum
	Hash    []byte // 32 bytes of PDQ, nil if none
	Quality int
	Text    string // words read in it
	State   State
	File    []byte // sealed bytes as sent; for voice and video without what they say of place and author
	View    []byte // sealed picture drawn anew, JPEG
}

// The parts a Taken is sealed in; they are bound into the seal.
const (
	PartFile = "file"
	PartView = "view"
)

// ErrBusy: more files wait to be opened than is wise to let wait.
var ErrBusy = errors.New("media: too many files at once")

// Opener takes files in. Safe for concurrent use.
type Opener struct {
	o     Options
	slots chan struct{} // one for each file that is open
	queue chan struct{} // one for each that is open or waits
}

// Options set up an Opener.
type Options struct {
	Vault  *Vault
	Cage   Cage
	NewID  func() string // names a file; the seal is bound to it
	Words  bool          // read text in pictures
	AtOnce int           // files open at once; 0 means 2
}

// waiting is how many files may wait for each that is open.
const waiting = 6

// NewOpener returns an Opener.
func NewOpener(o Options) *Opener {
	if o.AtOnce <= 0 {
		o.AtOnce = 2
	}
	return &Opener{o: o, slots: make(chan struct{}, o.AtOnce), queue: make(chan struct{}, o.AtOnce*(1+waiting))}
}

// Caged reports whether files can be opened at all.
func (p *Opener) Caged() bool { return len(p.o.Cage.Command) > 0 }

// Open reads a file from r, at most MaxClip bytes of it, passes it through the
// gate, opens it in the cage if it is of a kind that is opened, and seals it.
// Errors are those of Gate, ErrBusy, or the reader's. A file at which the
// worker died comes back Unread.
func (p *Opener) Open(ctx context.Context, r io.Reader) (Taken, error) {
	select {
	case p.queue <- struct{}{}:
		defer func() { <-p.queue }()
	default:
		return Taken{}, ErrBusy
	}
	b, err := io.ReadAll(io.LimitReader(r, MaxClip+1))
	if err != nil {
		return Taken{}, fmt.Errorf("read a file: %w", err)
	}
	return p.again(ctx, p.o.NewID(), b)
}

// Again opens a file that was kept Unread, under the name it has.
func (p *Opener) Again(ctx context.Context, id string, b []byte) (Taken, error) {
	return p.again(ctx, id, b)
}

// again is Open with the bytes at hand.
func (p *Opener) again(ctx context.Context, id string, b []byte) (Taken, error) {
	h, err := Gate(b)
	if err != nil {
		return Taken{}, err
	}
	it := Taken{ID: id, Header: h, Bytes: int64(len(b)), Sum: p.o.Vault.Sum(b), State: Ready}
	switch h.Kind {
	case Voice, Video:
		return it, p.seal(&it, PartFile, Forget(b))
	case PDF:
		if err := p.seal(&it, PartFile, b); err != nil {
			return it, err
		}
	}
	a, view, err := p.caged(ctx, h.Kind, b)
	switch {
	case errors.Is(err, ErrDied), errors.Is(err, errNoTool), err == nil && a.Refused == refusedTool:
		return p.unopened(it, b, err)
	case err != nil:
		return it, err
	case a.Refused == refusedWide && h.Kind == Picture:
		return it, ErrTooWide
	case a.Refused != "" && h.Kind == Picture:
		return it, ErrBroken
	case a.Refused != "":
		return it, nil // a PDF that cannot be drawn is kept and shown by type and size
	}
	return it, p.take(&it, a, view)
}

// caged waits for its turn and opens a file in the cage.
func (p *Opener) caged(ctx context.Context, k Kind, b []byte) (Answer, []byte, error) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return Answer{}, nil, ctx.Err()
	}
	return p.o.Cage.Open(ctx, Task{Kind: k, Words: p.o.Words}, b)
}

// unopened keeps what could not be opened: a picture sealed as it came, for
// another try; a PDF without its first page when the program that draws it is
// not there.
func (p *Opener) unopened(it Taken, b []byte, err error) (Taken, error) {
	if it.Kind == PDF && !errors.Is(err, ErrDied) {
		return it, nil
	}
	it.State = Unread
	if it.Kind == PDF {
		return it, nil
	}
	return it, p.seal(&it, PartFile, b)
}

// take fills in what the cage found.
func (p *Opener) take(it *Taken, a Answer, view []byte) error {
	if h, err := Gate(view); err != nil || h.Type != "image/jpeg" {
		return errors.Join(ErrAnswer, err)
	}
	it.Text = a.Text
	if it.Kind == Picture {
		it.Width, it.Height = a.Width, a.Height
	}
	if h, err := ParseHash(a.Hash); err == nil {
		it.Hash, it.Quality = h[:], a.Quality
	}
	return p.seal(it, PartView, view)
}

// seal fills in one part.
func (p *Opener) seal(it *Taken, part string, b []byte) error {
	sealed, err := p.o.Vault.Seal(it.ID, part, b)
	if part == PartFile {
		it.File = sealed
	} else {
		it.View = sealed
	}
	return err
}

// Try opens a small picture of the program's own in the cage: an error says
// that none could be opened.
func (p *Opener) Try(ctx context.Context) error {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
		return err
	}
	a, view, err := p.o.Cage.Open(ctx, Task{Kind: Picture}, b.Bytes())
	if err == nil && (a.Width != 64 || len(view) == 0) {
		err = ErrAnswer
	}
	return err
}
