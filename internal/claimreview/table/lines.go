package table

import (
	"bufio"
	"errors"
	"io"
	"iter"
)

// Line is one line of a text file without its end.
type Line struct {
	Text   string
	Number int  // 1-based
	Cut    bool // it was longer than 1 MiB and ends there
}

// Lines gives every line of r, blank ones too, holding one at a time. A
// reader's error comes last, beside a zero Line.
func Lines(r io.Reader) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		src := bufio.NewReaderSize(r, 64<<10)
		for n := 1; ; n++ {
			l, err := readLine(src, n)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Line{}, err)
				return
			}
			if !yield(l, nil) {
				return
			}
		}
	}
}

// readLine reads one line, keeping at most maxLine bytes of it. A last line
// that ends in a read error is given first, the error on the next call.
func readLine(src *bufio.Reader, number int) (Line, error) {
	var b []byte
	l := Line{Number: number}
	for {
		part, more, err := src.ReadLine()
		if err != nil && len(b) == 0 {
			return Line{}, err
		}
		if room := maxLine - len(b); len(part) > room {
			part, l.Cut = part[:room], true
		}
		b = append(b, part...)
		if err != nil || !more {
			l.Text = string(b)
			return l, nil
		}
	}
}
