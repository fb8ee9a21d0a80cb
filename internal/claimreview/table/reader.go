package table

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// Limits of one row. A quote still open past them was never meant to be one.
const (
	maxRowLines = 200
	maxRowBytes = 256 << 10
	maxLine     = 1 << 20
	sniffLines  = 20
)

// Fault is damage in a row. The row is still given, read the way Kind says.
type Fault struct {
	Kind FaultKind
	Line int // 1-based line of the damage
}

// FaultKind says what was wrong.
type FaultKind uint8

// The kinds. None loses a row; CutLine loses the end of one line.
const (
	OpenQuote FaultKind = iota + 1 // a quote that never closes: its line was read as if the quote were a letter
	BareQuote                      // text after a closing quote: kept as part of the cell
	Encoding                       // bytes that are not UTF-8, shown as U+FFFD
	CutLine                        // a line of more than 1 MiB, cut there
)

// Row is one record: the line it starts on and its cells.
type Row struct {
	Line   int
	Cells  []string
	Faults []Fault
}

// Reader reads rows. Blank lines are passed over.
type Reader struct {
	src    *bufio.Reader
	ahead  []Line // lines read but not used
	number int    // of the last line read
	comma  byte
	err    error
}

// NewReader reads the first lines to guess the delimiter: comma, semicolon,
// tab or vertical bar, whichever splits the lines most evenly, or what a
// first line "sep=;" says. r must be UTF-8 (see UTF8).
func NewReader(r io.Reader) *Reader {
	d := &Reader{src: bufio.NewReaderSize(r, 64<<10)}
	for len(d.ahead) < sniffLines && d.fill() {
	}
	if len(d.ahead) > 0 {
		if s := d.ahead[0].Text; len(s) == 5 && strings.EqualFold(s[:4], "sep=") {
			d.comma, d.ahead = s[4], d.ahead[1:]
			return d
		}
	}
	d.comma = sniff(d.ahead)
	return d
}

// Delimiter is the one in use.
func (d *Reader) Delimiter() byte { return d.comma }

// Next gives the next row, or io.EOF, or the reader's error.
func (d *Reader) Next() (Row, error) {
	for {
		if len(d.ahead) == 0 && !d.fill() {
			if d.err != nil {
				return Row{}, d.err
			}
			return Row{}, io.EOF
		}
		if strings.TrimSpace(d.ahead[0].Text) == "" {
			d.ahead = d.ahead[1:]
			continue
		}
		return d.row(), nil
	}
}

// fill reads one more line into ahead; false at the end.
func (d *Reader) fill() bool {
	l, err := readLine(d.src, d.number+1)
	if err != nil {
		if !errors.Is(err, io.EOF) && d.err == nil {
			d.err = err
		}
		return false
	}
	d.number++
	d.ahead = append(d.ahead, l)
	return true
}

// sniff picks the delimiter whose count per line, outside quotes, is nonzero
// and most often the same as in the first line; the comma when none is.
func sniff(lines []Line) byte {
	best, bestScore := byte(','), 0
	for _, c := range []byte(",;\t|") {
		first, score := -1, 0
		for _, l := range lines {
			n := countOutside(l.Text, c)
			if first < 0 {
				first = n
			}
			if n > 0 && n == first {
				score += 10
			}
		}
		if first > 0 {
			score += first
		}
		if score > bestScore && first > 0 {
			best, bestScore = c, score
		}
	}
	return best
}

func countOutside(s string, c byte) int {
	n, quoted := 0, false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == c && !quoted:
			n++
		}
	}
	return n
}

// row reads one record from the lines ahead. When a quote stays open it gives
// the lines back and reads the first alone, quotes as letters.
func (d *Reader) row() Row {
	first := d.ahead[0]
	cells, used, faults := d.cells(false)
	if cells == nil {
		cells, used, faults = d.cells(true)
		faults = append(faults, Fault{Kind: OpenQuote, Line: first.Number})
	}
	for _, l := range d.ahead[:used] {
		if l.Cut {
			faults = append(faults, Fault{Kind: CutLine, Line: l.Number})
		}
	}
	d.ahead = d.ahead[used:]
	for i, c := range cells {
		if !utf8.ValidString(c) {
			cells[i] = strings.ToValidUTF8(c, "\ufffd")
			faults = append(faults, Fault{Kind: Encoding, Line: first.Number})
		}
	}
	return Row{Line: first.Number, Cells: cells, Faults: faults}
}

// cells splits the record that starts at ahead[0]; used is how many lines it
// took. nil when a quote is never closed within the limits.
func (d *Reader) cells(literal bool) (cells []string, used int, faults []Fault) {
	s, used := d.ahead[0].Text, 1
	for {
		body := strings.TrimLeft(s, " ")
		if literal || !strings.HasPrefix(body, `"`) {
			cell, rest, more := strings.Cut(s, string(d.comma))
			cells = append(cells, strings.TrimSpace(cell))
			if !more {
				return cells, used, faults
			}
			s = rest
			continue
		}
		q := d.quoted(body[1:], used)
		if !q.closed {
			return nil, 0, nil
		}
		used = q.used
		if q.bare > 0 {
			faults = append(faults, Fault{Kind: BareQuote, Line: q.bare})
		}
		cells = append(cells, q.text)
		if q.rest == "" {
			return cells, used, faults
		}
		s = q.rest[1:]
	}
}

// cell is a quoted cell: its text, what follows it from the delimiter on, how
// many lines are used by now, and the line of a quote inside that was not
// doubled (0: none).
type cell struct {
	text, rest string
	used, bare int
	closed     bool
}

// quoted reads a cell whose opening quote is taken, over as many lines as it
// needs. Only a quote before a delimiter or the end of the line closes it.
func (d *Reader) quoted(s string, used int) cell {
	var b strings.Builder
	out := cell{used: used}
	for {
		text, rest, found := strings.Cut(s, `"`)
		b.WriteString(text)
		if !found {
			if out.used >= maxRowLines || b.Len() > maxRowBytes || (out.used >= len(d.ahead) && !d.fill()) {
				return cell{}
			}
			b.WriteByte('\n')
			s = d.ahead[out.used].Text
			out.used++
			continue
		}
		if strings.HasPrefix(rest, `"`) {
			b.WriteByte('"')
			s = rest[1:]
			continue
		}
		if after := strings.TrimLeft(rest, " "); after == "" || after[0] == d.comma {
			out.text, out.rest, out.closed = b.String(), after, true
			return out
		}
		if out.bare == 0 {
			out.bare = d.ahead[out.used-1].Number
		}
		b.WriteByte('"')
		s = rest
	}
}
