package dump_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"soi/internal/api/dump"
	"soi/internal/app/apptest"
	"soi/internal/claimreview/table"
	"soi/internal/desk"
)

// TestDump: three formats hold the same rows, which are all checks that are public, with checksums that fit.
func TestDump(t *testing.T) {
	d := apptest.Start(t, apptest.Options{Demo: true})
	dir := filepath.Join(t.TempDir(), "open")
	done, err := d.Export(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := d.Desk.Published(t.Context(), desk.RevisionFilter{Below: d.Signed(), Newest: true, Limit: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	if done.Checks != len(rs) || done.Checks < 20 || done.Sources < done.Checks || done.Corrections == 0 {
		t.Errorf("%+v, %d checks are public", done, len(rs))
	}
	same[dump.Check](t, dir, "checks")
	same[dump.Source](t, dir, "sources")
	same[dump.Correction](t, dir, "corrections")
	rows := lines[dump.Check](t, filepath.Join(dir, "checks.jsonl"))
	inDump := map[string]bool{}
	for _, r := range rows {
		if inDump[r.ID] = true; r.Claim == "" || r.Title == "" || r.Published.Before(time.Unix(1, 0)) || r.Updated.Before(r.Published) || len(r.SHA256) != 64 || (r.Rating == "") != r.Withdrawn {
			t.Errorf("%+v", r)
		}
	}
	for _, r := range rs {
		if !inDump[string(r.Verdict)] {
			t.Errorf("check %s is not in the dump", r.Verdict)
		}
	}
	checksums(t, dir)
	again, err := d.Export(t.Context(), dir) // in place of the first
	if err != nil || again != done {
		t.Errorf("again: %+v %v", again, err)
	}
	left, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// lines reads JSON Lines.
func lines[R any](t *testing.T, name string) (out []R) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
		var r R
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// same reads the three formats of a table with three readers and compares them cell by cell.
func same[R any](t *testing.T, dir, name string) {
	t.Helper()
	fromLines := lines[R](t, filepath.Join(dir, name+".jsonl"))
	fromParquet, err := parquet.ReadFile[R](filepath.Join(dir, name+".parquet"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(asJSON(t, fromLines), asJSON(t, fromParquet)); diff != "" {
		t.Errorf("%s: JSON Lines and Parquet differ: %s", name, diff)
	}
	if diff := cmp.Diff(asJSON(t, fromLines), asJSON(t, secondReader(t, filepath.Join(dir, name+".parquet")))); diff != "" {
		t.Errorf("%s: JSON Lines and what another program reads in Parquet differ: %s", name, diff)
	}
	b, err := os.ReadFile(filepath.Join(dir, name+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	cells, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil || len(cells) != len(fromLines)+1 {
		t.Fatalf("%s: %d rows of CSV, %d lines, %v", name, len(cells), len(fromLines), err)
	}
	for i, row := range asJSON(t, fromLines) {
		for j, column := range cells[0] {
			if got := table.Unguard(cells[i+1][j]); got != text(row[column]) {
				t.Errorf("%s, row %d, %s: %q in CSV, %q in JSON", name, i+1, column, got, text(row[column]))
			}
		}
		if len(cells[0]) != len(row) {
			t.Errorf("%s has %d columns, %d members", name, len(cells[0]), len(row))
		}
	}
}

// secondReader reads a file of Parquet with hyparquet, which shares no code
// with the library that writes it.
func secondReader(t *testing.T, file string) (rows []map[string]any) {
	t.Helper()
	node, err := exec.LookPath("node")
	if _, statErr := os.Stat(filepath.Join("..", "..", "..", "node_modules", "hyparquet")); err != nil || statErr != nil {
		t.Fatalf("node and the module hyparquet are needed; make setup installs them (%v, %v)", err, statErr)
	}
	cmd := exec.CommandContext(t.Context(), node, filepath.Join("testdata", "second-reader.mjs"), file)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var row map[string]any
		if err := d.Decode(&row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		t.Fatalf("%s: another program reads no rows", file)
	}
	return rows
}

// asJSON turns rows into maps, so that times are compared as they are written.
func asJSON[R any](t *testing.T, rows []R) (out []map[string]any) {
	t.Helper()
	for _, r := range rows {
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		d := json.NewDecoder(bytes.NewReader(b))
		d.UseNumber()
		if err := d.Decode(&m); err != nil {
			t.Fatal(err)
		}
		for k, v := range m { // Parquet has no zone
			if s, ok := v.(string); ok && slices.Contains([]string{"published", "updated", "at"}, k) {
				at, err := time.Parse(time.RFC3339, s)
				if err != nil {
					t.Fatal(err)
				}
				m[k] = at.UTC().Format(time.RFC3339)
			}
		}
		out = append(out, m)
	}
	return out
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return map[bool]string{true: "true", false: "false"}[v]
	}
	return ""
}

func checksums(t *testing.T, dir string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, dump.Sums))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(b)) {
		want, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		content, err := os.ReadFile(filepath.Join(dir, name))
		sum := sha256.Sum256(content)
		if err != nil || hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s: %v", name, err)
		}
		n++
	}
	if list, _ := os.ReadDir(dir); n != len(list)-1 || n < 12 {
		t.Errorf("%d checksums for %d files", n, len(list))
	}
}

// A folder with somebody's things in it is left alone.
func TestAnotherFolderIsNotReplaced(t *testing.T) {
	a := apptest.Open(t, apptest.Options{})
	dir := t.TempDir()
	mine := filepath.Join(dir, "thesis.txt")
	if err := os.WriteFile(mine, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Export(t.Context(), dir); !errors.Is(err, dump.ErrOther) {
		t.Error(err)
	}
	if b, err := os.ReadFile(mine); err != nil || string(b) != "x" {
		t.Error(err)
	}
}
