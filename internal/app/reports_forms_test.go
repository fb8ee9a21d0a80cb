package app_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"soi/internal/report"
)

// cells are the rows of all tables of a sheet, as one line each.
func cells(s report.Sheet) (out []string) {
	for _, p := range s.Parts {
		out = append(out, strings.Join(append([]string{p.Row}, p.Columns...), "|"))
		for _, r := range p.Rows {
			line := r.Name
			for _, c := range r.Cells {
				line += "|" + c.Text
			}
			out = append(out, line)
		}
	}
	return out
}

// htmlCells are the rows of all tables of a page.
func htmlCells(t *testing.T, page string) (out []string) {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "tr" {
			continue
		}
		var line []string
		for c := range n.Descendants() {
			if c.Type == html.TextNode && strings.TrimSpace(c.Data) != "" {
				line = append(line, strings.TrimSpace(c.Data))
			}
		}
		out = append(out, strings.Join(line, "|"))
	}
	return out
}

// unzipped is every file of an archive, one after the other.
func unzipped(t *testing.T, b []byte) (out []byte) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		part, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, part...)
	}
	return out
}

// docxCells are the rows of all tables of a document.
func docxCells(t *testing.T, b []byte) (out []string) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var line []string
	for dec, in := xml.NewDecoder(f), false; ; {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		switch x := tok.(type) {
		case xml.StartElement:
			in = x.Name.Local == "t"
			if x.Name.Local == "tr" {
				line = nil
			}
		case xml.CharData:
			if in {
				line = append(line, string(x))
			}
		case xml.EndElement:
			in = false
			if x.Name.Local == "tr" {
				out = append(out, strings.Join(line, "|"))
			}
		}
	}
}

// csvCells are the rows that a CSV stands for.
func csvCells(t *testing.T, b []byte, s report.Sheet) (out []string) {
	rs, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rs = rs[1:]
	for _, p := range s.Parts {
		out = append(out, strings.Join(append([]string{p.Row}, p.Columns...), "|"))
		for _, r := range p.Rows {
			line := strings.TrimPrefix(rs[0][4], "'")
			for range r.Cells {
				if rs[0][0] != p.Key || rs[0][1] != r.Key {
					t.Fatalf("CSV has %v where %s/%s stands", rs[0], p.Key, r.Key)
				}
				line += "|" + strings.TrimPrefix(rs[0][7], "'")
				rs = rs[1:]
			}
			out = append(out, line)
		}
	}
	return out
}

// bare is a text without white space.
func bare(s string) string { return strings.Join(strings.Fields(s), "") }
