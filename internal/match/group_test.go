package match

import (
	"encoding/json"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"soi/internal/text"
)

type pressText struct{ ID, Cluster, Title, Summary, Body string }

// TestGroupPress measures grouping on Vietnamese press texts sorted by event: as
// they are, and with half of them typed without marks.
func TestGroupPress(t *testing.T) {
	var press []pressText
	eachLine(t, filepath.Join(dataRoot(t), "research_only/vietnamese_mds/articles.dev.jsonl"), func(b []byte) {
		var p pressText
		if err := json.Unmarshal(b, &p); err != nil {
			t.Fatal(err)
		}
		press = append(press, p)
	})
	for _, bare := range []bool{false, true} {
		var docs []Doc
		for i, p := range press {
			d := Doc{Title: p.Title, Summary: p.Summary, Body: p.Body}
			if bare && i%2 == 0 {
				d = Doc{Title: bareText(p.Title), Summary: bareText(p.Summary), Body: bareText(p.Body)}
			}
			docs = append(docs, d)
		}
		sim := Likenesses(docs)
		ap := pairPrecision(sim, press)
		f1 := bCubed(Group(docs, 0), press)
		best, bestAt := 0.0, 0.0
		for at := 0.04; at < 0.3; at += 0.01 {
			if f := bCubed(link(len(docs), sim, at), press); f > best {
				best, bestAt = f, at
			}
		}
		t.Logf("half unaccented %v: pair AP %.3f, B-cubed F1 %.3f at %.2f (best %.3f at %.2f), copies %d of %d", bare, ap, f1, GroupAt, best, bestAt, len(Copies(docs)), len(docs))
		if ap < 0.90 || f1 < 0.88 {
			t.Errorf("half unaccented %v: pair AP %.3f, B-cubed F1 %.3f, want 0.90 and 0.88", bare, ap, f1)
		}
	}
}

func bareText(s string) string {
	w := strings.Fields(text.Clean(s))
	for i := range w {
		w[i] = text.Fold(w[i])
	}
	return strings.Join(w, " ")
}

func pairPrecision(sim [][]float64, press []pressText) float64 {
	type pair struct {
		v    float64
		same bool
	}
	var ps []pair
	for i := range press {
		for j := range i {
			ps = append(ps, pair{sim[i][j], press[i].Cluster == press[j].Cluster})
		}
	}
	slices.SortFunc(ps, func(a, b pair) int {
		if a.v > b.v {
			return -1
		}
		return 1
	})
	hits, sum := 0, 0.0
	for i, p := range ps {
		if p.same {
			hits++
			sum += float64(hits) / float64(i+1)
		}
	}
	return sum / float64(max(1, hits))
}

func bCubed(groups [][]int, press []pressText) float64 {
	size := map[string]int{}
	for _, p := range press {
		size[p.Cluster]++
	}
	var prec, rec float64
	for _, g := range groups {
		in := map[string]int{}
		for _, i := range g {
			in[press[i].Cluster]++
		}
		for _, n := range in {
			prec += float64(n*n) / float64(len(g))
		}
		for c, n := range in {
			rec += float64(n*n) / float64(size[c])
		}
	}
	prec, rec = prec/float64(len(press)), rec/float64(len(press))
	return 2 * prec * rec / (prec + rec)
}

func TestGroupDoesNotDependOnOrder(t *testing.T) {
	var docs []Doc
	for _, p := range readPairs(t)[:160] {
		docs = append(docs, Doc{ID: p.text, Claim: p.text})
	}
	name := func(ds []Doc) string {
		var out []string
		for _, g := range Group(ds, 0) {
			var ids []string
			for _, i := range g {
				ids = append(ids, ds[i].ID)
			}
			slices.Sort(ids)
			out = append(out, strings.Join(ids, "|"))
		}
		slices.Sort(out)
		return strings.Join(out, "\n")
	}
	want := name(docs)
	for range 5 {
		rand.Shuffle(len(docs), func(i, j int) { docs[i], docs[j] = docs[j], docs[i] })
		if got := name(docs); got != want {
			t.Fatal("groups changed with the order of the texts")
		}
	}
}

func TestCopies(t *testing.T) {
	long := "Sở Y tế cho biết từ tháng sau các trạm y tế sẽ phát thuốc miễn phí cho người già neo đơn trên toàn tỉnh"
	got := Copies([]Doc{{Body: long}, {Body: "Tin mới: " + long + " theo nguồn tin của tỉnh"}, {Body: "Bão vào miền Trung gây mưa lớn ở nhiều nơi và làm ngập nhiều tuyến đường"}})
	if len(got) != 2 || len(got[0]) != 2 {
		t.Errorf("Copies = %v", got)
	}
}
