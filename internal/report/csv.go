package report

import (
	"encoding/csv"
	"io"
	"strings"
)

// CSV writes a sheet as one table: table, row, column, their names, number and
// text. It begins with a byte order mark, without which spreadsheets take
// Vietnamese for something else.
func CSV(w io.Writer, s Sheet) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write([]string{"table", "row", "column", "table_name", "row_name", "column_name", "number", "text"}); err != nil {
		return err
	}
	for _, p := range s.Parts {
		for _, r := range p.Rows {
			for i, c := range r.Cells {
				if err := out.Write([]string{p.Key, r.Key, p.Keys[i], plain(p.Title), plain(r.Name), plain(p.Columns[i]), c.Number, plain(c.Text)}); err != nil {
					return err
				}
			}
		}
	}
	out.Flush()
	return out.Error()
}

// plain keeps a spreadsheet from taking a text for a formula.
func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
