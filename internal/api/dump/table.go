package dump

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/parquet-go/parquet-go"

	"soi/internal/claimreview/table"
)

// row is what a table is made of.
type row interface{ cells() []string }

// rowGroup is how many rows a Parquet file collects before it writes them out;
// it bounds what is held in memory.
const rowGroup = 5_000

// sheet writes one table in three formats at once.
type sheet[R row] struct {
	files []*os.File
	cb    *bufio.Writer
	jb    *bufio.Writer
	csv   *table.Writer
	json  *json.Encoder
	pq    *parquet.GenericWriter[R]
	rows  int
}

// columns are the names of a row's columns.
func columns[R row]() (out []string) {
	t := reflect.TypeFor[R]()
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		out = append(out, name)
	}
	return out
}

// newSheet opens NAME.csv, NAME.jsonl and NAME.parquet in a folder.
func newSheet[R row](dir, name string) (*sheet[R], error) {
	s := &sheet[R]{}
	for _, ext := range []string{".csv", ".jsonl", ".parquet"} {
		f, err := os.Create(filepath.Join(dir, name+ext))
		if err != nil {
			return nil, errors.Join(err, s.closeFiles())
		}
		s.files = append(s.files, f)
	}
	s.cb, s.jb = bufio.NewWriterSize(s.files[0], 1<<16), bufio.NewWriterSize(s.files[1], 1<<16)
	var err error
	if s.csv, err = table.NewWriter(s.cb, false); err != nil {
		return nil, errors.Join(err, s.closeFiles())
	}
	s.json = json.NewEncoder(s.jb)
	s.json.SetEscapeHTML(false)
	s.pq = parquet.NewGenericWriter[R](s.files[2], parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(rowGroup))
	return s, s.csv.Write(columns[R]()...)
}

// add writes rows.
func (s *sheet[R]) add(rows ...R) error {
	for _, r := range rows {
		if err := errors.Join(s.csv.Write(r.cells()...), s.json.Encode(r)); err != nil {
			return err
		}
	}
	s.rows += len(rows)
	_, err := s.pq.Write(rows)
	return err
}

// close writes what is held and closes the files.
func (s *sheet[R]) close() error {
	return errors.Join(s.csv.Flush(), s.cb.Flush(), s.jb.Flush(), s.pq.Close(), s.closeFiles())
}

func (s *sheet[R]) closeFiles() (err error) {
	for _, f := range s.files {
		err = errors.Join(err, f.Close())
	}
	s.files = nil
	return err
}
