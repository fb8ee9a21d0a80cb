package matchfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"soi/internal/claimreview"
	"soi/internal/claimreview/loosejson"
	"soi/internal/claimreview/table"
)

// Claim is one claim to match against. At least one of the texts is not
// empty.
type Claim struct {
	ID      string // unique in its file
	Claim   string
	Title   string
	Summary string
	Body    string
	Line    int // 1-based
}

// Query is one text to find claims for.
type Query struct {
	ID   string // unique in its file
	Text string // may be empty; its answer is then "new" without matches
	Line int    // 1-based
}

// Claims reads a file of claims one by one. Trouble is told every repair and
// every loss by line. The error is the reader's and comes last, beside a zero
// Claim. The reading stops when the loop does.
func Claims(r io.Reader, trouble func(claimreview.Problem)) iter.Seq2[Claim, error] {
	return func(yield func(Claim, error) bool) {
		b := book{trouble: trouble, seen: map[string]bool{}, give: func(c Claim) bool {
			if c.Claim == "" && c.Title == "" && c.Summary == "" && c.Body == "" {
				trouble(claimreview.Problem{Line: c.Line, Kind: claimreview.NoText, Lost: true})
				return true
			}
			return yield(c, nil)
		}}
		if err := b.read(r, false); err != nil && !errors.Is(err, errStop) {
			yield(Claim{}, err)
		}
	}
}

// Queries reads a file of queries one by one; see Claims. A file that is
// neither JSON nor a table with a known column is read as one query a line,
// the line's number being its id; blank lines are passed over.
func Queries(r io.Reader, trouble func(claimreview.Problem)) iter.Seq2[Query, error] {
	return func(yield func(Query, error) bool) {
		b := book{trouble: trouble, seen: map[string]bool{}, give: func(c Claim) bool {
			q := Query{ID: c.ID, Text: first(c.Body, c.Claim, c.Title, c.Summary), Line: c.Line}
			if q.Text == "" {
				trouble(claimreview.Problem{Line: c.Line, Kind: claimreview.EmptyQuery})
			}
			return yield(q, nil)
		}}
		if err := b.read(r, true); err != nil && !errors.Is(err, errStop) {
			yield(Query{}, err)
		}
	}
}

// errStop: the caller's loop ended.
var errStop = errors.New("matchfile: stop")

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// book reads records of either kind; a query is a record whose text stands in
// Body.
type book struct {
	trouble func(claimreview.Problem)
	give    func(Claim) bool
	seen    map[string]bool
}

const sampleSize = 64 << 10

func (b *book) read(r io.Reader, queries bool) error {
	text, set, err := table.UTF8(r)
	if err != nil {
		return err
	}
	if set == table.Charset1258 || set == table.Charset1252 {
		b.trouble(claimreview.Problem{Kind: claimreview.OtherCharset, Detail: string(set)})
	}
	br := bufio.NewReaderSize(text, sampleSize)
	sample, err := br.Peek(sampleSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch claimreview.Sniff(sample) {
	case claimreview.FormatJSON:
		return b.json(br)
	case claimreview.FormatHTML:
		if !queries {
			return claimreview.Read(br, claimreview.Options{}, b.check, b.trouble)
		}
	}
	if queries && !named(sample) {
		return b.plain(br)
	}
	return b.table(br)
}

// add gives one record to the caller, with an id that is its own.
func (b *book) add(c Claim) error {
	given := strings.TrimSpace(c.ID)
	if c.ID = given; c.ID == "" {
		c.ID = fmt.Sprintf("line-%d", c.Line)
	}
	base := c.ID
	for n := 2; b.seen[c.ID]; n++ {
		c.ID = fmt.Sprintf("%s#%d", base, n)
	}
	b.seen[c.ID] = true
	switch {
	case given == "":
		b.trouble(claimreview.Problem{Line: c.Line, Kind: claimreview.NoID, Detail: c.ID})
	case c.ID != given:
		b.trouble(claimreview.Problem{Line: c.Line, Kind: claimreview.SameID, Detail: c.ID})
	}
	for _, s := range []*string{&c.Claim, &c.Title, &c.Summary, &c.Body} {
		*s = strings.TrimSpace(claimreview.DropSignature(*s))
	}
	if !b.give(c) {
		return errStop
	}
	return nil
}

// check takes over a ClaimReview; its address is its id.
func (b *book) check(i claimreview.Imported) error {
	return b.add(Claim{ID: i.URL, Claim: i.Claim, Title: i.Title, Line: i.Line})
}

// json reads records and ClaimReviews in any mixture.
func (b *book) json(r io.Reader) error {
	var stop error
	err := loosejson.Stream(r, loosejson.DefaultLimits(), claimreview.OpenNames(), func(v *loosejson.Value) bool {
		for _, f := range v.Faults {
			b.trouble(claimreview.JSONProblem(f))
		}
		stop = b.value(v)
		return stop == nil
	})
	if stop != nil {
		return stop
	}
	return err
}

func (b *book) value(v *loosejson.Value) error {
	if met, err := claimreview.Find(v, claimreview.Options{}, b.check, b.trouble); met > 0 || err != nil {
		return err
	}
	c, known := record(v)
	switch {
	case !v.Whole: // said by its fault
		return nil
	case v.Kind != loosejson.Object:
		b.trouble(claimreview.Problem{Line: v.Line, Kind: claimreview.NotARecord, Lost: true})
		return nil
	case !known && (v.Found || v.Get("@type") != nil || v.Get("@context") != nil):
		return nil // a piece of something broken, or the frame of a feed
	}
	return b.add(c)
}

// record reads our own members; known is false when there is none of them.
func record(v *loosejson.Value) (c Claim, known bool) {
	c.Line = v.Line
	for name, to := range map[string]*string{"id": &c.ID, "claim": &c.Claim, "title": &c.Title, "summary": &c.Summary, "body": &c.Body} {
		if m := v.Get(name); m != nil {
			known = true
			*to = scalar(m)
		}
	}
	for _, name := range []string{"text", "query"} {
		if m := v.Get(name); m != nil {
			known = true
			if c.Body == "" {
				c.Body = scalar(m)
			}
		}
	}
	return c, known
}

// scalar is a string or number as text; several in a list stand in a row.
func scalar(v *loosejson.Value) string {
	switch v.Kind {
	case loosejson.String, loosejson.Number:
		return v.Text
	case loosejson.Array:
		var parts []string
		for _, e := range v.Elements {
			if s := scalar(e); s != "" {
				parts = append(parts, s)
			}
		}
		return strings.Join(parts, "\n")
	}
	return ""
}

// columns gives the place of a named column, folded by table.Key, in a
// record.
func columns(name string, c *Claim) *string {
	switch name {
	case "id", "claimid", "queryid", "qid", "ma", "maso":
		return &c.ID
	case "claim", "claimreviewed", "dieucankiemchung", "noidungkiemchung", "tuyenbo", "phatbieu":
		return &c.Claim
	case "title", "headline", "tieude":
		return &c.Title
	case "summary", "tomtat":
		return &c.Summary
	case "body", "text", "query", "noidung", "cauhoi", "tinnhan", "tin":
		return &c.Body
	}
	return nil
}

// named: the first row of the sample is a header with a column of text.
func named(sample []byte) bool {
	head, err := table.NewReader(bytes.NewReader(sample)).Next()
	if err != nil {
		return false
	}
	return hasText(head.Cells)
}

func hasText(header []string) bool {
	var c Claim
	for _, cell := range header {
		if at := columns(table.Key(cell), &c); at != nil && at != &c.ID {
			return true
		}
	}
	return false
}

// table reads rows under a header. Without an id column a url column, as
// exports have it, gives the ids.
func (b *book) table(r io.Reader) error {
	rd := table.NewReader(r)
	head, err := rd.Next()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	if !hasText(head.Cells) {
		b.trouble(claimreview.Problem{Line: head.Line, Kind: claimreview.NoColumns, Lost: true})
		return nil
	}
	for {
		row, err := rd.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, f := range row.Faults {
			b.trouble(claimreview.CSVProblem(f))
		}
		if err := b.row(head.Cells, row); err != nil {
			return err
		}
	}
}

func (b *book) row(head []string, row table.Row) error {
	c := Claim{Line: row.Line}
	address := ""
	for i, cell := range row.Cells {
		if i >= len(head) {
			if strings.TrimSpace(cell) != "" {
				b.trouble(claimreview.Problem{Line: row.Line, Kind: claimreview.CSVExtraCells})
				break
			}
			continue
		}
		key, cell := table.Key(head[i]), table.Unguard(cell)
		if key == "url" || key == "link" {
			address = cell
		}
		if at := columns(key, &c); at != nil && *at == "" {
			*at = cell
		}
	}
	if c.ID == "" {
		c.ID = address
	}
	return b.add(c)
}

// plain reads one query a line.
func (b *book) plain(r io.Reader) error {
	for l, err := range table.Lines(r) {
		if err != nil {
			return err
		}
		if l.Cut {
			b.trouble(claimreview.Problem{Line: l.Number, Kind: claimreview.CSVCutLine})
		}
		text := strings.ToValidUTF8(l.Text, "\ufffd")
		if text != l.Text {
			b.trouble(claimreview.Problem{Line: l.Number, Kind: claimreview.Encoding})
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		if err := b.add(Claim{ID: fmt.Sprint(l.Number), Body: text, Line: l.Number}); err != nil {
			return err
		}
	}
	return nil
}
