package match

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// dataRoot is $SOI_DATA, or ../shared/data beside the repository; tests that need
// it skip when it is not there.
func dataRoot(t testing.TB) string {
	root := os.Getenv("SOI_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "data")
	}
	if _, err := os.Stat(root); err != nil {
		t.Skipf("evaluation data not found at %s (set SOI_DATA)", root)
	}
	return root
}

func eachLine(t testing.TB, path string, fn func(line []byte)) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 16<<20)
	for sc.Scan() {
		fn(sc.Bytes())
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
}

// readDocs reads the claims of one evaluation set.
func readDocs(t testing.TB, dir string) []Doc {
	var out []Doc
	eachLine(t, filepath.Join(dataRoot(t), dir, "claims.jsonl"), func(b []byte) {
		var d Doc
		if err := json.Unmarshal(b, &d); err != nil {
			t.Fatal(err)
		}
		out = append(out, d)
	})
	return out
}

func BenchmarkPut(b *testing.B) {
	docs := readDocs(b, "research_only/checkthat2022_2a_en")
	m := New(Options{})
	b.ResetTimer()
	for i := range b.N {
		m.Put(docs[i%len(docs)])
	}
}

func BenchmarkMatch(b *testing.B) {
	m := New(Options{})
	for _, d := range readDocs(b, "research_only/checkthat2022_2a_en") {
		m.Put(d)
	}
	var qs []string
	eachLine(b, filepath.Join(dataRoot(b), "research_only/checkthat2022_2a_en", "queries.dev.jsonl"), func(l []byte) {
		var q struct{ Text string }
		if err := json.Unmarshal(l, &q); err != nil {
			b.Fatal(err)
		}
		qs = append(qs, q.Text)
	})
	b.ResetTimer()
	for i := range b.N {
		m.Match(context.Background(), Query{Text: qs[i%len(qs)]})
	}
}
