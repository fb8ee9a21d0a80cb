package table

import (
	"encoding/csv"
	"io"
	"strings"
)

// formulaStarts are the characters with which a spreadsheet takes a cell for
// a formula (ASVS 5.0 1.2.10), their full-width forms, which some programs
// fold, and the line breaks that push the next character to the front.
const formulaStarts = "=+-@\t\x00\r\n＝＋－＠"

// Guard puts an apostrophe before a cell that a spreadsheet would run, also
// behind leading spaces. Unguard takes it off again; a cell that looks
// guarded already is guarded once more, so that nothing is lost.
func Guard(cell string) string {
	if risky(cell) {
		return "'" + cell
	}
	return cell
}

// Unguard undoes Guard.
func Unguard(cell string) string {
	if strings.HasPrefix(cell, "'") && risky(cell[1:]) {
		return cell[1:]
	}
	return cell
}

func risky(cell string) bool {
	s := strings.TrimLeft(cell, "' \u00a0\u200b\ufeff")
	return s != "" && strings.ContainsRune(formulaStarts, []rune(s)[0])
}

// Writer writes guarded CSV: commas, CRLF, quotes where needed, UTF-8.
type Writer struct{ w *csv.Writer }

// NewWriter starts a table. With mark it begins with a byte order mark, which
// Excel needs to read Vietnamese.
func NewWriter(w io.Writer, mark bool) (*Writer, error) {
	if mark {
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return nil, err
		}
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	return &Writer{w: c}, nil
}

// Write adds one row, each cell guarded.
func (t *Writer) Write(cells ...string) error {
	row := make([]string, len(cells))
	for i, c := range cells {
		row[i] = Guard(strings.ToValidUTF8(c, "\ufffd"))
	}
	return t.w.Write(row)
}

// Flush writes what is buffered and gives the first error of any write.
func (t *Writer) Flush() error {
	t.w.Flush()
	return t.w.Error()
}
