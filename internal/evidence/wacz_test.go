package evidence

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soi/internal/desk"
)

// waczOf makes a WACZ file of a page, a post's words and a picture.
func waczOf(t *testing.T) (file []byte, cs []desk.Capture, w *world) {
	t.Helper()
	w = newWorld(t, Tools{}, paper)
	var all []desk.NewCapture
	for _, path := range []string{"/moved", "/photo.png"} {
		all = append(all, w.capture(path))
	}
	typed, err := w.Typed(desk.NewID(), "https://www.facebook.com/", "Giá xăng tăng.", noon)
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, typed)
	load := func(hash []byte) ([]byte, error) {
		for _, n := range all {
			if b, err := loadOf(n)(hash); err == nil {
				return b, nil
			}
		}
		return nil, desk.ErrDamaged
	}
	for _, n := range all {
		cs = append(cs, n.Capture)
	}
	file, err = w.WACZ("Giá điện tăng 30%?", cs, load)
	if err != nil {
		t.Fatal(err)
	}
	return file, cs, w
}

// TestWACZIsComplete: the parts that the format asks for, each with the hash
// the description names; the archive is stored and not packed again; every line
// of the index leads to a record that begins there.
func TestWACZIsComplete(t *testing.T) {
	file, cs, _ := waczOf(t)
	r, err := ReadWACZ(file)
	if err != nil || r.Parts != 3 || r.Title != "Giá điện tăng 30%?" || r.Records != 18+3+2 {
		t.Fatalf("%+v %v", r, err)
	}
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		if strings.HasPrefix(f.Name, "archive/") != (f.Method == zip.Store) {
			t.Errorf("%s is packed with method %d", f.Name, f.Method)
		}
	}
	if d := cmp.Diff([]string{"archive/data.warc.gz", "indexes/index.cdxj", "pages/pages.jsonl", "datapackage.json", "datapackage-digest.json"}, names); d != "" {
		t.Error(d)
	}
	parts, err := unzip(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(parts["pages/pages.jsonl"])), "\n")
	if len(lines) != len(cs)+1 || !strings.Contains(lines[0], `"json-pages-1.0"`) || !strings.Contains(lines[3], "Giá xăng tăng.") {
		t.Errorf("pages: %q", lines)
	}
	index := strings.Split(strings.TrimSpace(string(parts["indexes/index.cdxj"])), "\n")
	if len(index) < 10 || !slices.IsSorted(index) {
		t.Errorf("%d lines of index, sorted: %v", len(index), slices.IsSorted(index))
	}
	for _, line := range index {
		var c cdx
		if err := json.Unmarshal([]byte(line[strings.IndexByte(line, '{'):]), &c); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		var at, size int
		mustScan(t, c.Offset, &at)
		mustScan(t, c.Length, &size)
		n := 0
		_, err := ReadWARC(bytes.NewReader(parts["archive/"+c.Filename][at:at+size]), func(rec WARCRecord) error {
			n++
			if rec.URL != c.URL || digest(sumOf(rec.Body)) != c.Digest {
				t.Errorf("%s leads to %s", line, rec.URL)
			}
			return nil
		})
		if err != nil || n != 1 {
			t.Errorf("%s: %d records, %v", line, n, err)
		}
	}
}

// mustScan reads a number.
func mustScan(t *testing.T, s string, n *int) {
	t.Helper()
	if err := json.Unmarshal([]byte(s), n); err != nil {
		t.Fatal(err)
	}
}

// TestWACZNoticesEveryByte: a changed byte in any part is noticed.
func TestWACZNoticesEveryByte(t *testing.T) {
	file, _, _ := waczOf(t)
	parts, err := unzip(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, whole := range parts {
		for _, at := range []int{0, len(whole) / 3, len(whole) - 1} {
			var out bytes.Buffer
			z := zip.NewWriter(&out)
			for other, b := range parts {
				if other == name {
					b = bytes.Clone(b)
					b[at] ^= 4
				}
				w, _ := z.Create(other)
				_, _ = w.Write(b)
			}
			_ = z.Close()
			if _, err := ReadWACZ(out.Bytes()); err == nil && !(name == "datapackage-digest.json" && at != len(whole)/3) || err != nil && !errors.Is(err, ErrWARC) {
				t.Errorf("%s, byte %d: %v", name, at, err)
			}
		}
	}
	if _, err := ReadWACZ([]byte("no zip")); !errors.Is(err, ErrWARC) {
		t.Errorf("no zip: %v", err)
	}
}

// TestAnotherProgramReadsIt: the independent reader warcio opens the archive
// out of the WACZ file, finds every record with its digests right, and indexes
// it as our own index does.
func TestAnotherProgramReadsIt(t *testing.T) {
	node, err := exec.LookPath("node")
	module := filepath.Join("..", "..", "node_modules", "warcio")
	if _, statErr := os.Stat(module); err != nil || statErr != nil {
		t.Fatalf("node and the module warcio are needed; make setup installs them (%v, %v)", err, statErr)
	}
	file, _, w := waczOf(t)
	parts, err := unzip(file)
	if err != nil {
		t.Fatal(err)
	}
	warc := filepath.Join(t.TempDir(), "data.warc.gz")
	if err := os.WriteFile(warc, parts["archive/data.warc.gz"], 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, filepath.Join("testdata", "second-reader.mjs"), warc)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	type line struct {
		Type, URL, Key, Offset, Length string
		Status                         int
		Block, Payload                 string // what it says of the digest
	}
	var theirs []string // key and place
	records := 0
	s := bufio.NewScanner(bytes.NewReader(out))
	for s.Scan() {
		var l line
		if err := json.Unmarshal(s.Bytes(), &l); err != nil {
			t.Fatalf("%s: %v", s.Bytes(), err)
		}
		records++
		if l.Block != "right" || l.Type == "response" && l.Payload != "right" {
			t.Errorf("%+v", l)
		}
		if l.Type == "response" {
			theirs = append(theirs, l.Key+" "+l.Offset+"+"+l.Length)
		}
	}
	if records != 23 {
		t.Errorf("it read %d records", records)
	}
	var ours []string
	for l := range strings.SplitSeq(strings.TrimSpace(string(parts["indexes/index.cdxj"])), "\n") {
		var c cdx
		if err := json.Unmarshal([]byte(l[strings.IndexByte(l, '{'):]), &c); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(c.URL, w.base) {
			ours = append(ours, l[:strings.IndexByte(l, ' ')]+" "+c.Offset+"+"+c.Length)
		}
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	if d := cmp.Diff(ours, theirs); d != "" {
		t.Errorf("the index differs (-ours +theirs):\n%s", d)
	}
}

// TestSortKeys: addresses in the form by which archives are sorted.
func TestSortKeys(t *testing.T) {
	for address, want := range map[string]string{
		"https://www.Example.org/Bai?b=2&A=1": "org,example)/bai?a=1&b=2",
		"http://127.0.0.1:8080/x":             "1,0,0,127:8080)/x",
		"https://tin.bao.example:8443/":       "example,bao,tin:8443)/",
		"urn:text:https://a.example/":         "urn:text:https://a.example/",
	} {
		if got := surt(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}
