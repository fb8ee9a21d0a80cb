package main

import (
	"io"
	"os"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// bar draws progress on a terminal and nothing into a pipe or a file.
type bar struct {
	group *mpb.Progress
	one   *mpb.Bar
}

// newBar makes a bar with a name in front.
func newBar(w io.Writer, name string) *bar {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return &bar{}
	}
	p := mpb.New(mpb.WithOutput(f), mpb.WithWidth(40))
	return &bar{group: p, one: p.AddBar(0, mpb.PrependDecorators(decor.Name(name+" ")),
		mpb.AppendDecorators(decor.CountersNoUnit("%d / %d")))}
}

// set says how far it came.
func (b *bar) set(done, all int) {
	if b.one != nil {
		b.one.SetTotal(int64(all), false)
		b.one.SetCurrent(int64(done))
	}
}

// count says how far it came when nobody knows how far it is.
func (b *bar) count(_ string, n int) {
	if b.one != nil && n%64 == 0 {
		b.one.SetTotal(int64(n)+1, false)
		b.one.SetCurrent(int64(n))
	}
}

// end leaves the finished bar on the screen.
func (b *bar) end() {
	if b.one != nil {
		b.one.SetTotal(-1, true)
		b.group.Wait()
	}
}
