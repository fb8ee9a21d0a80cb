package claimreview

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"

	"soi/internal/claimreview/loosejson"
	"soi/internal/claimreview/table"
)

// Read finds every check in r, whatever its shape: the content decides, not a
// file name. JSON of any length is streamed and one part held at a time; a web
// page is held whole, up to 16 MiB. each is called for every check in order
// and may stop the reading with an error, which Read returns; trouble for
// every Problem. Read's own error is the reader's alone: damage in the data is
// always a Problem, and a file without any check ends with NothingFound.
func Read(r io.Reader, o Options, each func(Imported) error, trouble func(Problem)) error {
	text, set, err := table.UTF8(r)
	if err != nil {
		return err
	}
	if set == table.Charset1258 || set == table.Charset1252 {
		trouble(Problem{Kind: OtherCharset, Detail: string(set)})
	}
	x := &extractor{opt: o, each: each, trouble: trouble}
	br := bufio.NewReaderSize(text, sniffSize)
	sample, err := br.Peek(sniffSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch Sniff(sample) {
	case FormatJSON:
		err = x.json(br, 0)
	case FormatHTML:
		err = x.page(br)
	default:
		err = x.table(br)
	}
	if x.err != nil {
		return x.err
	}
	if err == nil && x.number == 0 {
		trouble(Problem{Kind: NothingFound, Lost: true})
	}
	return err
}

const sniffSize = 64 << 10

// Format is what a file looks like inside.
type Format int

// The formats Sniff tells apart.
const (
	FormatText Format = iota // anything else, tables among it
	FormatJSON
	FormatHTML
)

// Sniff decides by the first bytes, which must be UTF-8.
func Sniff(sample []byte) Format {
	s := bytes.TrimLeft(sample, " \t\r\n\ufeff\u00a0")
	for t := s; len(t) > 0; t = unwrap(t) {
		if startsJSON(t) {
			return FormatJSON
		}
	}
	switch {
	case bytes.HasPrefix(bytes.TrimLeft(sample, " \t\r\n\ufeff"), []byte("<")):
		return FormatHTML
	case bytes.Contains(s, []byte("application/ld+json")), bytes.Contains(s, []byte("schema.org/ClaimReview\"")) && bytes.Contains(s, []byte("itemscope")):
		return FormatHTML
	case bytes.Contains(s, []byte(`"claimReviewed"`)) && bytes.Contains(s, []byte("{")):
		return FormatJSON // words in front of it, or a beginning cut off
	}
	return FormatText
}

// unwrap takes off one comment or comment mark in front, and the white space
// behind it; nil when there is none.
func unwrap(s []byte) []byte {
	var t []byte
	switch {
	case bytes.HasPrefix(s, []byte("/*")):
		_, t, _ = bytes.Cut(s, []byte("*/"))
	case bytes.HasPrefix(s, []byte("<!--")):
		t = s[4:]
		if note, rest, whole := bytes.Cut(t, []byte("-->")); whole && !bytes.ContainsAny(note, "{[") {
			t = rest
		}
	case bytes.HasPrefix(s, []byte("//")):
		t = bytes.TrimLeft(s[2:], " \t")
		if !bytes.HasPrefix(t, []byte("<!")) {
			_, t, _ = bytes.Cut(t, []byte("\n")) // a remark
		}
	case bytes.HasPrefix(s, []byte("<![CDATA[")):
		t = s[9:]
	}
	return bytes.TrimLeft(t, " \t\r\n")
}

// startsJSON: an object or array opens and goes on like one, unlike a line of
// text that starts with "[Hot]".
func startsJSON(s []byte) bool {
	if len(s) == 0 || (s[0] != '{' && s[0] != '[') {
		return false
	}
	rest := bytes.TrimLeft(s[1:], " \t\r\n\u00a0")
	if len(rest) == 0 {
		return true
	}
	if s[0] == '[' {
		return strings.IndexByte("{[\"]/", rest[0]) >= 0 || bytes.HasPrefix(rest, []byte("null"))
	}
	name, _, ok := bytes.Cut(rest, []byte{':'})
	return rest[0] == '}' || (ok && len(name) < 80) || strings.IndexByte("\"'/", rest[0]) >= 0
}

// OpenNames are the lists that make files of checks long: those of DataFeed,
// of Google's API and of ItemList.
func OpenNames() []string { return []string{"dataFeedElement", "claims", "itemListElement"} }

// json streams one text of JSON; offset is the number of lines before it.
func (x *extractor) json(r io.Reader, offset int) error {
	x.offset = offset
	return loosejson.Stream(r, loosejson.DefaultLimits(), OpenNames(), func(v *loosejson.Value) bool {
		x.faults(v)
		x.value(v)
		return x.err == nil
	})
}

func (x *extractor) faults(v *loosejson.Value) {
	for _, f := range v.Faults {
		p := JSONProblem(f)
		p.Line += x.offset
		x.trouble(p)
	}
}
