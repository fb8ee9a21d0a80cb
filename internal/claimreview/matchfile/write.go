package matchfile

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"strconv"
	"strings"

	"soi/internal/claimreview/table"
)

// Answer is what matching says of one query.
type Answer struct {
	Query    string  `json:"query"`    // its id
	Decision string  `json:"decision"` // same, perhaps or new
	Matches  []Match `json:"matches"`  // best first; may be empty
}

// Match is one claim in an answer.
type Match struct {
	Claim       string   `json:"claim"` // its id
	Rank        int      `json:"rank"`  // from 1
	Score       float64  `json:"score"`
	Probability float64  `json:"probability"` // that both say the same, 0 to 1
	Reasons     []string `json:"reasons"`
}

// ErrFormat: the format is none of Formats.
var ErrFormat = errors.New("matchfile: unknown format")

// Formats lists what NewWriter can write.
func Formats() []string { return []string{"trec", "jsonl", "csv"} }

// Writer writes answers in one format. Call Flush at the end; errors are the
// underlying writer's.
type Writer struct {
	write func(Answer) error
	flush func() error
}

// NewWriter starts a file of answers:
//
//	trec   query <TAB> Q0 <TAB> claim <TAB> rank <TAB> score <TAB> soi, a line a match, nothing for none
//	jsonl  one Answer a line, also without matches
//	csv    a header, then a row a match with the answer's decision; a query
//	       without matches has one row with the claim empty
func NewWriter(w io.Writer, format string) (*Writer, error) {
	switch format {
	case "trec":
		b := bufio.NewWriter(w)
		return &Writer{write: func(a Answer) error { return writeTREC(b, a) }, flush: b.Flush}, nil
	case "jsonl":
		b := bufio.NewWriter(w)
		enc := json.NewEncoder(b)
		enc.SetEscapeHTML(false)
		return &Writer{write: func(a Answer) error { return enc.Encode(sound(a)) }, flush: b.Flush}, nil
	case "csv":
		t, err := table.NewWriter(w, false)
		if err != nil {
			return nil, err
		}
		out := &Writer{write: func(a Answer) error { return writeCSV(t, a) }, flush: t.Flush}
		return out, t.Write("query", "decision", "claim", "rank", "score", "probability", "reasons")
	}
	return nil, ErrFormat
}

// Write adds one answer.
func (w *Writer) Write(a Answer) error { return w.write(a) }

// Flush writes what is buffered.
func (w *Writer) Flush() error { return w.flush() }

// sound replaces what JSON cannot say: nil lists become empty, NaN and the
// infinities zero.
func sound(a Answer) Answer {
	matches := make([]Match, len(a.Matches))
	for i, m := range a.Matches {
		m.Score, m.Probability = finite(m.Score), finite(m.Probability)
		if m.Reasons == nil {
			m.Reasons = []string{}
		}
		matches[i] = m
	}
	a.Matches = matches
	return a
}

func finite(f float64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return f
}

func writeTREC(w *bufio.Writer, a Answer) error {
	for _, m := range a.Matches {
		if _, err := fmt.Fprintf(w, "%s\tQ0\t%s\t%d\t%s\tsoi\n", field(a.Query), field(m.Claim), m.Rank, number(m.Score)); err != nil {
			return err
		}
	}
	return nil
}

// field keeps an id one field: tools split TREC runs at any white space, so
// that is written as %20 and the like.
func field(id string) string {
	if !strings.ContainsFunc(id, func(r rune) bool {
		return r <= ' ' || r == 0x7f || r == '\u0085' || r == '\u00a0' || (r >= '\u2000' && r <= '\u3000')
	}) {
		return id
	}
	return url.PathEscape(id)
}

func number(f float64) string { return strconv.FormatFloat(finite(f), 'g', -1, 64) }

func writeCSV(t *table.Writer, a Answer) error {
	if len(a.Matches) == 0 {
		return t.Write(a.Query, a.Decision, "", "", "", "", "")
	}
	for _, m := range a.Matches {
		err := t.Write(a.Query, a.Decision, m.Claim, strconv.Itoa(m.Rank), number(m.Score), number(m.Probability), strings.Join(m.Reasons, "; "))
		if err != nil {
			return err
		}
	}
	return nil
}
