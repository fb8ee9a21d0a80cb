package match

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFloors measures MAP@5 on a small set and, with SOI_EVAL=1, on all that have a
// floor, with and without models. The floors are those of the evaluation data's
// README, cut to three places as they stand there.
func TestFloors(t *testing.T) {
	for _, c := range []struct {
		dir, split string
		bare       bool
		floor      float64
	}{
		{"retrieval/xquad_vi", "test", false, 0.9555},
		{"retrieval/xquad_vi", "test", true, 0.936},
		{"research_only/checkthat2022_2a_en", "dev", false, 0.9045},
		{"research_only/checkthat2022_2b_en", "dev", false, 0.347},
		{"retrieval/cofacts_zhtw", "dev", false, 0.262},
		{"research_only/factchecktweet", "dev", false, 0.291},
	} {
		if os.Getenv("SOI_EVAL") == "" && !strings.Contains(c.dir, "xquad") {
			continue
		}
		for _, off := range []bool{false, true} {
			if got := meanPrecisionOf(t, c.dir, c.split, c.bare, Options{NoModels: off}); got < c.floor {
				t.Errorf("%s (unaccented %v, models off %v): MAP@5 %.4f, floor %.4f", c.dir, c.bare, off, got, c.floor)
			}
		}
	}
}

func meanPrecisionOf(t *testing.T, dir, split string, bare bool, o Options) float64 {
	m := New(o)
	for _, d := range readDocs(t, dir) {
		m.Put(d)
	}
	gold := map[string]map[string]bool{}
	eachLine(t, filepath.Join(dataRoot(t), dir, "qrels."+split+".tsv"), func(b []byte) {
		f := strings.Split(strings.TrimSpace(string(b)), "\t")
		if gold[f[0]] == nil {
			gold[f[0]] = map[string]bool{}
		}
		gold[f[0]][f[2]] = true
	})
	sum, n := 0.0, 0
	asked := map[string]bool{}
	eachLine(t, filepath.Join(dataRoot(t), dir, "queries."+split+".jsonl"), func(b []byte) {
		var q struct{ ID, Text string }
		if err := json.Unmarshal(b, &q); err != nil {
			t.Fatal(err)
		}
		if asked[q.ID] || len(gold[q.ID]) == 0 {
			return
		}
		asked[q.ID] = true
		n++
		if bare {
			q.Text = bareText(q.Text)
		}
		hits, ap := 0, 0.0
		for i, x := range m.Match(context.Background(), Query{Text: q.Text, Limit: 5}).Matches {
			if gold[q.ID][x.ID] {
				hits++
				ap += float64(hits) / float64(i+1)
			}
		}
		sum += ap / float64(min(5, len(gold[q.ID])))
	})
	return sum / float64(max(1, n))
}
