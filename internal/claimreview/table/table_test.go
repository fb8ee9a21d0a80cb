package table

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func utf16le(s string, mark bool) []byte {
	if mark {
		s = "\ufeff" + s
	}
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func utf16be(s string) []byte {
	b := utf16le(s, true)
	for i := 0; i+1 < len(b); i += 2 {
		b[i], b[i+1] = b[i+1], b[i]
	}
	return b
}

func TestUTF8(t *testing.T) {
	const text = "id,nội dung\n1,Uống nước chanh 😀 chữa được bệnh\n"
	for _, tc := range []struct {
		name string
		in   []byte
		set  Charset
		want string
	}{
		{"plain", []byte(text), CharsetUTF8, text},
		{"with a mark", []byte("\ufeff" + text), CharsetUTF8, text},
		{"utf-16 little", utf16le(text, true), CharsetUTF16LE, text},
		{"utf-16 big", utf16be(text), CharsetUTF16BE, text},
		{"utf-16 without a mark", utf16le("id,text\n1,some plain words\n", false), CharsetUTF16LE, "id,text\n1,some plain words\n"},
		{"windows-1258", []byte("Ti\xeat gi\xe0: n\xfd\xf5\xecc m\xe3\xf2n ch\xfda \xf0\xfd\xf5\xf2c b\xea\xf2nh"), Charset1258, "Tiêt già: nước mặn chưa được bệnh"},
		{"windows-1252", []byte("d\xe9j\xe0 v\xe9rifi\xe9"), Charset1252, "déjà vérifié"},
		{"utf-8 with one bad byte", []byte("nội dung bài viết \xff đã kiểm chứng"), CharsetUTF8, "nội dung bài viết \xff đã kiểm chứng"},
		{"empty", nil, CharsetUTF8, ""},
		{"odd utf-16", append(utf16le("abcd", true), 'x'), CharsetUTF16LE, "abcd\ufffd"},
		{"lone surrogate", append(utf16le("ab", true), 0x00, 0xd8, 'c', 0), CharsetUTF16LE, "ab\ufffdc"},
	} {
		r, set, err := UTF8(iotest.OneByteReader(bytes.NewReader(tc.in)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || set != tc.set || string(got) != tc.want {
			t.Errorf("%s: %s %q %v", tc.name, set, got, err)
		}
	}
	if _, _, err := UTF8(iotest.ErrReader(io.ErrClosedPipe)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("read error: %v", err)
	}
}

func TestEveryVietnameseVowelComposes(t *testing.T) {
	for _, row := range strings.Fields(composed) {
		letters := []rune(row)
		if len(letters) != 6 {
			t.Fatalf("row %q", row)
		}
		for i, tone := range tones {
			if got, ok := compose(letters[0], tone); !ok || got != letters[i+1] {
				t.Errorf("%c + %U = %c", letters[0], tone, got)
			}
		}
	}
	if _, ok := compose('b', 0x300); ok {
		t.Error("b takes no tone")
	}
}

func rows(t testing.TB, text string) ([][]string, []Fault, []int) {
	t.Helper()
	r := NewReader(strings.NewReader(text))
	var out [][]string
	var faults []Fault
	var lines []int
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out, faults, lines
		}
		if err != nil {
			t.Fatal(err)
		}
		out, faults, lines = append(out, row.Cells), append(faults, row.Faults...), append(lines, row.Line)
	}
}

func TestRows(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		want     [][]string
		faults   []Fault
		lines    []int
	}{
		{"commas", "a,b\r\n1,\"x, \"\"y\"\"\nz\"\n", [][]string{{"a", "b"}, {"1", "x, \"y\"\nz"}}, nil, []int{1, 2}},
		{"semicolons", "a;b;c\n1,5;2;3\n", [][]string{{"a", "b", "c"}, {"1,5", "2", "3"}}, nil, []int{1, 2}},
		{"tabs", "a\tb\n1, 2, 3\t4\n", [][]string{{"a", "b"}, {"1, 2, 3", "4"}}, nil, []int{1, 2}},
		{"sep line", "sep=;\na,x;b\n1;2", [][]string{{"a,x", "b"}, {"1", "2"}}, nil, []int{2, 3}},
		{"one column", "text\nhello\n\n\nworld", [][]string{{"text"}, {"hello"}, {"world"}}, nil, []int{1, 2, 5}},
		{"open quote", "a,b\n1,\"x\n2,y\n3,z\n", [][]string{{"a", "b"}, {"1", "\"x"}, {"2", "y"}, {"3", "z"}}, []Fault{{OpenQuote, 2}}, []int{1, 2, 3, 4}},
		{"bare quotes", "a,b\n1,\"he said \"hi\" twice\"\n2,5\" pipe\n", [][]string{{"a", "b"}, {"1", "he said \"hi\" twice"}, {"2", "5\" pipe"}}, []Fault{{BareQuote, 2}}, []int{1, 2, 3}},
		{"spaces around", "a , \"b\" ,c\n", [][]string{{"a", "b", "c"}}, nil, []int{1}},
		{"bad bytes", "a,b\n1,x\xffy\n", [][]string{{"a", "b"}, {"1", "x\ufffdy"}}, []Fault{{Encoding, 2}}, []int{1, 2}},
		{"empty cells", "a,b,c\n,,\n", [][]string{{"a", "b", "c"}, {"", "", ""}}, nil, []int{1, 2}},
		{"nothing", "", nil, nil, nil},
	} {
		got, faults, lines := rows(t, tc.in)
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%s: %s", tc.name, d)
		}
		if d := cmp.Diff(tc.faults, faults); d != "" {
			t.Errorf("%s: faults %s", tc.name, d)
		}
		if d := cmp.Diff(tc.lines, lines); d != "" {
			t.Errorf("%s: lines %s", tc.name, d)
		}
	}
}

func TestLongLineIsCutAndSaid(t *testing.T) {
	got, faults, _ := rows(t, "a,b\n1,"+strings.Repeat("x", maxLine)+"\n2,y\n")
	if len(got) != 3 || len(got[1][1]) != maxLine-2 || len(faults) != 1 || faults[0] != (Fault{CutLine, 2}) {
		t.Errorf("%d rows, faults %v", len(got), faults)
	}
}

func TestReadErrorIsGivenAfterTheRows(t *testing.T) {
	r := NewReader(io.MultiReader(strings.NewReader("a,b\n1,2\n"), iotest.ErrReader(io.ErrClosedPipe)))
	for range 2 {
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Next(); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
}

func TestOpenQuotesDoNotTakeForever(t *testing.T) {
	start := time.Now()
	got, _, _ := rows(t, strings.Repeat("\"a\"\",b\n", 20_000))
	if len(got) != 20_000 || time.Since(start) > 10*time.Second {
		t.Errorf("%d rows in %v", len(got), time.Since(start))
	}
}

func TestGuard(t *testing.T) {
	for _, s := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\x00x", " =x", "'=x", "''+x", "＝1", "\r=1"} {
		g := Guard(s)
		if !strings.HasPrefix(g, "'") || Unguard(g) != s {
			t.Errorf("%q: guarded %q, back %q", s, g, Unguard(g))
		}
	}
	for _, s := range []string{"", "a=b", "'tis", "1-2", "“=x”"} {
		if Guard(s) != s || Unguard(s) != s {
			t.Errorf("%q was touched", s)
		}
	}
}

// F18: no written cell starts a formula, and what is written comes back.
func TestWrittenTablesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOf(rapid.SampledFrom([]rune("=+-@\t'\" ,;\nxyÂ＝\u0301"))).Filter(func(s string) bool {
			return s == strings.TrimSpace(s)
		})
		want := rapid.SliceOfN(rapid.SliceOfN(cell, 3, 3), 1, 8).Draw(t, "rows")
		var buf bytes.Buffer
		w, err := NewWriter(&buf, rapid.Bool().Draw(t, "mark"))
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range want {
			if err := w.Write(append([]string{"id"}, row...)...); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		std, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(buf.String(), "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatalf("the standard reader refuses it: %v", err)
		}
		for i, row := range std {
			for j, c := range row {
				if c != "" && strings.ContainsRune(formulaStarts, []rune(c)[0]) {
					t.Fatalf("cell %q starts a formula", c)
				}
				if j > 0 && Unguard(c) != want[i][j-1] {
					t.Fatalf("%q came back as %q", want[i][j-1], Unguard(c))
				}
			}
		}
	})
}

func FuzzReader(f *testing.F) {
	for _, s := range []string{"a,b\n1,\"x\n2,y", "sep=;\na;b", "a\tb\n\"\"\"\t", "\xff\xfea\x00", "a|b\n1|2", "\"\"\n\"", "x\xccy\xf2"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, _, err := UTF8(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		rd := NewReader(r)
		last := 0
		for {
			row, err := rd.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if row.Line <= last || len(row.Cells) == 0 {
				t.Fatalf("row at line %d after %d with %d cells", row.Line, last, len(row.Cells))
			}
			last = row.Line
			for _, c := range row.Cells {
				if g := Guard(c); g != "" && strings.ContainsRune(formulaStarts, []rune(g)[0]) || Unguard(g) != c {
					t.Fatalf("guard of %q", c)
				}
			}
		}
	})
}

func TestKey(t *testing.T) {
	for in, want := range map[string]string{
		"Nội dung": "noidung", "NOI_DUNG ": "noidung", "Đường dẫn": "duongdan", "Kết luận": "ketluan", "Ngày đăng": "ngaydang",
		"no\u0302\u0323i": "noi", "Report Status": "reportstatus", "Imported?": "imported", "網址": "網址", "ngữ ở kỳ ý ƯỚC": "nguokyyuoc",
	} {
		if got := Key(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
