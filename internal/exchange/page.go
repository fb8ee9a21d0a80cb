package exchange

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"soi/internal/desk"
)

// Page is some lines of a shelf, as they are signed for one reader:
//
//	soi-shelf/v1
//	district.example/exchange
//	for province.example/exchange
//	at 2026-11-23T08:00:00Z
//	from 0
//	size 3
//	before AAAA…=
//	after 9dHk…=
//	{"nonce":"…","n":0,…}
//	erased 0h2c…=
//	{"nonce":"…","n":2,…}
//
// The chain begins with 32 zero bytes; after each line it is the SHA-256 of
// itself and the SHA-256 of the line's bytes. Of an erased line the hash alone
// is there. So a reader who keeps cursor and chain notices every change of what
// it has read.
type Page struct {
	Desk   string // whose shelf it is
	For    string // who asked
	At     time.Time
	From   int64
	Size   int64 // lines of the whole shelf
	Before []byte
	Lines  []Line
}

// Line is one line of a page: its bytes, or if they were erased their hash.
type Line struct {
	Body []byte
	Hash []byte
}

// pageHead is the first line of a page.
const pageHead = "soi-shelf/v1"

// After is the chain after the last line of the page.
func (p Page) After() []byte {
	chain := p.Before
	for _, l := range p.Lines {
		chain = desk.ShelfChain(chain, l.hash())
	}
	return chain
}

// hash is the SHA-256 of the line's bytes.
func (l Line) hash() []byte {
	if l.Body != nil {
		return desk.LineHash(l.Body)
	}
	return l.Hash
}

// b64 spells bytes in base64.
func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// unb64 reads 32 bytes in base64 and refuses every spelling but one.
func unb64(s string) ([]byte, error) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != 32 || b64(b) != s {
		return nil, ErrForm
	}
	return b, nil
}

// PageOf makes a page of rows of the shelf, as many as fit.
func PageOf(rows []desk.ShelfRow, before []byte, size, from int64) Page {
	p := Page{From: from, Size: size, Before: before}
	left := MaxPage - 4<<10
	for _, r := range rows {
		if left -= len(r.Body) + 64; left < 0 || len(p.Lines) == MaxLines {
			break
		}
		p.Lines = append(p.Lines, Line{Body: r.Body, Hash: r.Hash})
	}
	return p
}

// Sign returns the page as a signed note (C2SP signed-note).
func (p Page) Sign(k *Key) ([]byte, error) {
	p.Desk = k.Desk()
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\nfor %s\nat %s\nfrom %d\nsize %d\nbefore %s\nafter %s\n", pageHead, p.Desk, p.For, p.At.UTC().Format(time.RFC3339), p.From, p.Size, b64(p.Before), b64(p.After()))
	for _, l := range p.Lines {
		if l.Body == nil {
			fmt.Fprintf(&b, "erased %s\n", b64(l.Hash))
			continue
		}
		b.Write(l.Body)
		b.WriteByte('\n')
	}
	return sign(b.String(), k)
}

// OpenPage verifies a page against the key of its desk, the reader it was
// asked for by, and the place it was asked for from, and returns it. What its
// lines say has not been looked at.
func OpenPage(signed []byte, vkey, reader string, from int64) (Page, error) {
	text, err := open(signed, vkey)
	if err != nil {
		return Page{}, err
	}
	name, err := DeskOf(vkey)
	if err != nil {
		return Page{}, err
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 8 || lines[0] != pageHead || lines[1] != name || len(lines)-8 > MaxLines {
		return Page{}, fmt.Errorf("%w: head of a page", ErrForm)
	}
	p := Page{Desk: name}
	var after []byte
	if after, err = p.readHead(lines[2:8]); err != nil {
		return Page{}, err
	}
	if p.For != reader || p.From != from {
		return Page{}, fmt.Errorf("%w: made for another request", ErrForm)
	}
	for _, l := range lines[8:] {
		if rest, ok := strings.CutPrefix(l, "erased "); ok {
			h, err := unb64(rest)
			if err != nil {
				return Page{}, err
			}
			p.Lines = append(p.Lines, Line{Hash: h})
			continue
		}
		p.Lines = append(p.Lines, Line{Body: []byte(l)})
	}
	if !bytes.Equal(p.After(), after) || p.From+int64(len(p.Lines)) > p.Size && len(p.Lines) > 0 {
		return Page{}, ErrChain
	}
	if len(p.Lines) == 0 && p.From < p.Size {
		return Page{}, fmt.Errorf("%w: an empty page before the end", ErrForm)
	}
	return p, nil
}

// readHead reads the named lines of the head in their order.
func (p *Page) readHead(lines []string) (after []byte, err error) {
	values := make([]string, len(lines))
	for i, name := range []string{"for", "at", "from", "size", "before", "after"} {
		v, ok := strings.CutPrefix(lines[i], name+" ")
		if !ok {
			return nil, fmt.Errorf("%w: %s of a page", ErrForm, name)
		}
		values[i] = v
	}
	p.For = values[0]
	if p.At, err = time.Parse(time.RFC3339, values[1]); err != nil {
		return nil, fmt.Errorf("%w: time of a page", ErrForm)
	}
	if p.From, err = count(values[2]); err != nil {
		return nil, err
	}
	if p.Size, err = count(values[3]); err != nil {
		return nil, err
	}
	if p.Before, err = unb64(values[4]); err != nil {
		return nil, err
	}
	return unb64(values[5])
}

// count reads a number of lines.
func count(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > 1<<40 || strconv.FormatInt(n, 10) != s {
		return 0, fmt.Errorf("%w: a number", ErrForm)
	}
	return n, nil
}
