package matchfile

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"soi/internal/claimreview"
)

func claims(t testing.TB, in string) (out []Claim, troubles []string) {
	t.Helper()
	for c, err := range Claims(strings.NewReader(in), func(p claimreview.Problem) {
		troubles = append(troubles, fmt.Sprintf("%d %s %s", p.Line, p.Kind, p.Detail))
	}) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	return out, troubles
}

func queries(t testing.TB, in string) (out []Query, troubles []string) {
	t.Helper()
	for q, err := range Queries(strings.NewReader(in), func(p claimreview.Problem) {
		troubles = append(troubles, fmt.Sprintf("%d %s %s", p.Line, p.Kind, p.Detail))
	}) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, q)
	}
	return out, troubles
}

func TestClaims(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		want     []Claim
		troubles []string
	}{
		{"lines", "{\"id\":\"a\",\"claim\":\"c\",\"title\":\"t\",\"summary\":\"s\",\"body\":\"b\"}\n\n{\"id\":7,\"claim\":[\"c\",\"d\"],\"type\":\"X\"}\n",
			[]Claim{{"a", "c", "t", "s", "b", 1}, {"7", "c\nd", "", "", "", 3}}, nil},
		{"array", "[{\"id\":\"a\",\"title\":\"t\"},\n{\"id\":\"b\",\"title\":\"u\"}]", []Claim{{"a", "", "t", "", "", 1}, {"b", "", "u", "", "", 2}}, nil},
		{"missing and repeated ids, no text", "{\"id\":\"a\",\"claim\":\"c\"}\n{\"claim\":\"d\"}\n{\"id\":\"a\",\"claim\":\"e\"}\n{\"id\":\"b\"}\n{\"id\":\"a\",\"claim\":\"f\"}\nnull\n",
			[]Claim{{"a", "c", "", "", "", 1}, {"line-2", "d", "", "", "", 2}, {"a#2", "e", "", "", "", 3}, {"a#3", "f", "", "", "", 5}},
			[]string{"2 no-id line-2", "3 same-id a#2", "4 no-text ", "5 same-id a#3", "6 not-a-record "}},
		{"a broken line costs one claim", "{\"id\":\"a\",\"claim\":\"c\"}\n{\"id\":\"b\",\"claim\":\"d}\n{\"id\":\"c\",\"claim\":\"e\",}\n{\"claim\":\"f\"}\n",
			[]Claim{{"a", "c", "", "", "", 1}, {"c", "e", "", "", "", 3}, {"line-4", "f", "", "", "", 4}},
			[]string{"2 json-open-quote ", "3 json-comma ", "4 no-id line-4"}},
		{"a DataFeed", `{"@type":"DataFeed","dataFeedElement":[{"@type":"DataFeedItem","item":[null,{"@type":"ClaimReview","url":"https://a.example/1","claimReviewed":"c","headline":"t","publisher":"A","reviewRating":"x"}]}]}`,
			[]Claim{{"https://a.example/1", "c", "t", "", "", 1}}, nil},
		{"a web page", "<html>\n<script type=\"application/ld+json\">{\"@type\":\"ClaimReview\",\"url\":\"https://a.example/1\",\"claimReviewed\":\"c\",\"publisher\":\"A\",\"reviewRating\":\"x\"}</script>",
			[]Claim{{"https://a.example/1", "c", "", "", "", 2}}, nil},
		{"a table", "id,claim,title,summary,body,speaker\na,c,t,s,b,Somebody\n,d\na,,,,\n'=x,e\n", []Claim{{"a", "c", "t", "s", "b", 2}, {"line-3", "d", "", "", "", 3}, {"=x", "e", "", "", "", 5}},
			[]string{"3 no-id line-3", "4 same-id a#2", "4 no-text "}},
		{"a table of links", "Đường dẫn;Nội dung kiểm chứng\n", nil, nil},
		{"ids from addresses", "url\tTiêu đề\nhttps://a.example/1\tt\n", []Claim{{"https://a.example/1", "", "t", "", "", 2}}, nil},
		{"no header", "a,c\nb,d\n", nil, []string{"1 no-columns "}},
		{"a copied message", `{"id":"a","claim":"so it is — Some Body (@some) May 1, 2020"}`, []Claim{{"a", "so it is", "", "", "", 1}}, nil},
		{"nothing", "", nil, nil},
	} {
		got, troubles := claims(t, tc.in)
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%s: %s", tc.name, d)
		}
		if d := cmp.Diff(tc.troubles, troubles); d != "" {
			t.Errorf("%s: troubles %s", tc.name, d)
		}
	}
}

func TestQueries(t *testing.T) {
	for _, tc := range []struct {
		name, in string
		want     []Query
		troubles []string
	}{
		{"lines of JSON", "{\"id\":\"a\",\"text\":\"x\"}\n{\"id\":\"b\",\"text\":\"\"}\n{\"text\":\"y\"}", []Query{{"a", "x", 1}, {"b", "", 2}, {"line-3", "y", 3}}, []string{"2 empty-query ", "3 no-id line-3"}},
		{"a table", "id;text\na;x, \"y\"\n", []Query{{"a", "x, \"y\"", 2}}, nil},
		{"one column", "text\nx\n", []Query{{"line-2", "x", 2}}, []string{"2 no-id line-2"}},
		{"plain lines", "\ufeffUống nước, chữa bệnh?\r\n\n[Nóng] tin hai\r\n{không phải json\n", []Query{{"1", "Uống nước, chữa bệnh?", 1}, {"3", "[Nóng] tin hai", 3}, {"4", "{không phải json", 4}}, nil},
		{"plain with bad bytes", "x\xffy plain line with more letters than damage, như thế này đây\n", []Query{{"1", "x\ufffdy plain line with more letters than damage, như thế này đây", 1}}, []string{"1 encoding "}},
	} {
		got, troubles := queries(t, tc.in)
		if d := cmp.Diff(tc.want, got); d != "" {
			t.Errorf("%s: %s", tc.name, d)
		}
		if d := cmp.Diff(tc.troubles, troubles); d != "" {
			t.Errorf("%s: troubles %s", tc.name, d)
		}
	}
}

func TestLoopsMayStop(t *testing.T) {
	for _, in := range []string{"{\"id\":1,\"claim\":\"a\"}\n{\"id\":2,\"claim\":\"b\"}", "id,claim\n1,a\n2,b\n", `<script type="application/ld+json">[{"url":"https://a.example/1","claimReviewed":"c"},{"url":"https://a.example/2","claimReviewed":"c"}]</script>`} {
		n := 0
		for _, err := range Claims(strings.NewReader(in), func(claimreview.Problem) {}) {
			if err != nil {
				t.Fatal(err)
			}
			n++
			break
		}
		if n != 1 {
			t.Errorf("%q: %d", in, n)
		}
	}
	for range Queries(strings.NewReader("a\nb\n"), func(claimreview.Problem) {}) {
		break
	}
}

func TestReadErrorComesLast(t *testing.T) {
	for _, in := range []string{"{\"id\":1,\"claim\":\"a\"}\n", "id,claim\n1,a\n"} {
		r := io.MultiReader(strings.NewReader(in+strings.Repeat("\n", 400_000)), iotest.ErrReader(io.ErrClosedPipe))
		n := 0
		var last error
		for _, err := range Claims(r, func(claimreview.Problem) {}) {
			n++
			last = err
		}
		if n != 2 || !errors.Is(last, io.ErrClosedPipe) {
			t.Errorf("%q: %d %v", in, n, last)
		}
	}
}

func answers() []Answer {
	return []Answer{
		{"q 1", "same", []Match{{"c1", 1, 12.5, 0.987, []string{"7 of 9 words in the same order", "same figures <30>"}}, {"c\t2", 2, math.Inf(1), math.NaN(), nil}}},
		{"=q2", "new", nil},
	}
}

func written(t *testing.T, format string) string {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, format)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range answers() {
		if err := w.Write(a); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWriters(t *testing.T) {
	for format, want := range map[string]string{
		"trec": "q%201\tQ0\tc1\t1\t12.5\tsoi\nq%201\tQ0\tc%092\t2\t0\tsoi\n",
		"jsonl": `{"query":"q 1","decision":"same","matches":[{"claim":"c1","rank":1,"score":12.5,"probability":0.987,"reasons":["7 of 9 words in the same order","same figures <30>"]},{"claim":"c\t2","rank":2,"score":0,"probability":0,"reasons":[]}]}` + "\n" +
			`{"query":"=q2","decision":"new","matches":[]}` + "\n",
		"csv": "query,decision,claim,rank,score,probability,reasons\r\nq 1,same,c1,1,12.5,0.987,7 of 9 words in the same order; same figures <30>\r\nq 1,same,c\t2,2,0,0,\r\n'=q2,new,,,,,\r\n",
	} {
		if d := cmp.Diff(want, written(t, format)); d != "" {
			t.Errorf("%s: %s", format, d)
		}
	}
	if rows, err := csv.NewReader(strings.NewReader(written(t, "csv"))).ReadAll(); err != nil || len(rows) != 4 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if _, err := NewWriter(io.Discard, "xml"); !errors.Is(err, ErrFormat) {
		t.Errorf("xml: %v", err)
	}
	if len(Formats()) != 3 {
		t.Error(Formats())
	}
}

func TestWriteErrorsAreGiven(t *testing.T) {
	for _, f := range Formats() {
		w, err := NewWriter(failing{}, f)
		for err == nil {
			if err = w.Write(answers()[0]); err == nil {
				err = w.Flush()
			}
		}
		if !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("%s: %v", f, err)
		}
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// Real retrieval sets: every line comes out, with the text that a strict JSON
// reader finds, apart from dropped signatures.
func TestRealSets(t *testing.T) {
	data := os.Getenv("SOI_DATA")
	if data == "" {
		data = "../../../../shared/data"
	}
	files, _ := filepath.Glob(filepath.Join(data, "*", "*", "claims.jsonl"))
	more, _ := filepath.Glob(filepath.Join(data, "*", "*", "queries.*.jsonl"))
	if len(files) == 0 {
		t.Skip("no evaluation data (SOI_DATA)")
	}
	for _, path := range append(files, more...) {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(raw) > 2<<20 { // the first lines are sample enough
			raw = raw[:bytes.LastIndexByte(raw[:2<<20], '\n')+1]
		}
		lines := 0
		sc := bufio.NewScanner(bytes.NewReader(raw))
		sc.Buffer(nil, 64<<20)
		type record struct{ ID, Claim, Title, Summary, Body, Text string }
		var strict []record
		for sc.Scan() {
			var rec record
			if err := json.Unmarshal(sc.Bytes(), &rec); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			strict = append(strict, rec)
			lines++
		}
		lost, damaged := 0, map[string]int{}
		note := func(p claimreview.Problem) {
			if p.Lost {
				lost++
			}
			damaged[string(p.Kind)]++
		}
		got := 0
		if strings.HasPrefix(filepath.Base(path), "claims") {
			for c, err := range Claims(bytes.NewReader(raw), note) {
				if err != nil {
					t.Fatal(err)
				}
				if want := strings.TrimSpace(claimreview.DropSignature(strict[c.Line-1].Claim)); c.Claim != want {
					t.Fatalf("%s:%d: %q, want %q", path, c.Line, c.Claim, want)
				}
				got++
			}
		} else {
			for q, err := range Queries(bytes.NewReader(raw), note) {
				if err != nil {
					t.Fatal(err)
				}
				if want := strings.TrimSpace(claimreview.DropSignature(strict[q.Line-1].Text)); q.Text != want {
					t.Fatalf("%s:%d: %q, want %q", path, q.Line, q.Text, want)
				}
				got++
			}
		}
		if got+lost != lines {
			t.Errorf("%s: %d records and %d reported losses of %d lines", path, got, lost, lines)
		}
		t.Logf("%s: %d of %d, %v", path, got, lines, damaged)
	}
}

func FuzzClaimsAndQueries(f *testing.F) {
	for _, s := range []string{"{\"id\":\"a\",\"claim\":\"c\"}\n{\"id\":\"a\",\"text\":\"d\"}", "id,text\n1,\"x\n2,y", "[{\"title\":\"t\"},null]", "plain\n\nlines", "<p>", "{\"dataFeedElement\":[{\"item\":[{\"claimReviewed\":\"c\",\"url\":\"a.example\"}]}]}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ids := map[string]bool{}
		for c, err := range Claims(bytes.NewReader(data), func(claimreview.Problem) {}) {
			if err != nil {
				t.Fatal(err)
			}
			if c.ID == "" || ids[c.ID] || c.Claim+c.Title+c.Summary+c.Body == "" {
				t.Fatalf("%+v", c)
			}
			ids[c.ID] = true
		}
		clear(ids)
		var b bytes.Buffer
		w, _ := NewWriter(&b, "trec")
		for q, err := range Queries(bytes.NewReader(data), func(claimreview.Problem) {}) {
			if err != nil {
				t.Fatal(err)
			}
			if q.ID == "" || ids[q.ID] {
				t.Fatalf("%+v", q)
			}
			ids[q.ID] = true
			if err := w.Write(Answer{Query: q.ID, Matches: []Match{{Claim: q.ID, Rank: 1}}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if len(strings.Fields(line)) != 6 {
				t.Fatalf("TREC line %q", line)
			}
		}
	})
}
