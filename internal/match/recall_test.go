package match

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"soi/internal/index"
)

// TestRecallByDirection compares the search by direction with exact cosines over
// the whole archive, for as many documents as a message and a part of one look for: of the ten
// nearest at least 98 in a hundred must be found for a message. A part looks into fewer clusters,
// and what it finds only counts when it fits well. Only with SOI_EVAL=1: it reads 86,000 claims.
func TestRecallByDirection(t *testing.T) {
	if os.Getenv("SOI_EVAL") == "" {
		t.Skip("set SOI_EVAL=1")
	}
	m := New(Options{})
	m.PutAll(readDocs(t, "research_only/factchecktweet"))
	if len(m.near.centres) == 0 {
		t.Fatal("not in clusters")
	}
	m.settle()
	found, all, looked := 0, 0, 0
	for _, c := range []struct {
		n      int
		wanted float64
	}{{part().along, 0.8}, {whole().along, 0.98}} {
		n := c.n
		found, all = 0, 0
		eachLine(t, filepath.Join(dataRoot(t), "research_only/factchecktweet", "queries.dev.jsonl"), func(b []byte) {
			var q struct{ Text string }
			if err := json.Unmarshal(b, &q); err != nil {
				t.Fatal(err)
			}
			qu := m.analyse(q.Text, "en")
			if qu.vec.empty() {
				return
			}
			got := m.alongside(&qu.vec, n, nil)
			var exact []index.Hit
			for d := range m.vecs {
				exact = append(exact, index.Hit{Doc: uint32(d), Score: float32(dot(&qu.vec, &m.vecs[d])) * m.norms[d]})
			}
			slices.SortFunc(exact, func(a, b index.Hit) int { return cmp.Compare(b.Score, a.Score) })
			for _, h := range exact[:10] {
				all++
				if slices.Contains(got, h.Doc) {
					found++
				}
			}
			for _, s := range m.near.spans(&qu.vec, n, new(lookout)) {
				looked += int(s.to - s.from)
			}
		})
		t.Logf("of the ten nearest, %.4f are among the %d found; %d sketches compared a question", float64(found)/float64(all), n, looked*10/all)
		looked = 0
		if float64(found) < c.wanted*float64(all) {
			t.Errorf("recall for %d documents: %d of %d", n, found, all)
		}
	}
}
