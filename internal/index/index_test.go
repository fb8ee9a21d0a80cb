package index

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// plain is the same BM25 without accumulators, budgets or lists.
func plain(docs []map[uint32]int, lens []int, dead []bool, terms []Term, n int) []Hit {
	var total, live float64
	for i, l := range lens {
		if !dead[i] {
			total += float64(wholeLength(lengthBucket(l)))
			live++
		}
	}
	avg := max(1, total/max(1, live))
	var out []Hit
	for i, d := range docs {
		if dead[i] {
			continue
		}
		var s float64
		for _, t := range terms {
			if tf := float64(min(8, d[t.Term])); tf > 0 {
				s += float64(t.Weight) * tf * (k1 + 1) / (tf + k1*(1-b+b*bucketLength(lengthBucket(lens[i]))/avg))
			}
		}
		if s > 0 {
			out = append(out, Hit{uint32(i), float32(s)})
		}
	}
	slices.SortFunc(out, func(a, b Hit) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Doc, b.Doc)) })
	return out[:min(n, len(out))]
}

// TestSearchIsExactWithinBudget compares with the plain sum: same scores, and the
// same documents but for ties and the rounding of 16-bit sums.
func TestSearchIsExactWithinBudget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var x Index
		n := rapid.IntRange(1, 60).Draw(t, "documents")
		docs, lens, dead := make([]map[uint32]int, n), make([]int, n), make([]bool, n)
		for i := range docs {
			docs[i] = rapid.MapOfN(rapid.Uint32Range(1, 12), rapid.IntRange(1, 11), 0, 8).Draw(t, "terms")
			lens[i] = rapid.IntRange(1, 90).Draw(t, "length")
			var fs []Freq
			for term, c := range docs[i] {
				fs = append(fs, Freq{term, c})
			}
			add(t, &x, fs, lens[i])
		}
		if rapid.Bool().Draw(t, "packed") {
			x.Merge(nil, 2)
		}
		for i := range dead {
			if rapid.IntRange(0, 4).Draw(t, "dead") == 0 {
				dead[i] = true
				x.Remove(uint32(i))
				x.Remove(uint32(i))
			}
		}
		var terms []Term
		for _, term := range rapid.SliceOfNDistinct(rapid.Uint32Range(1, 14), 1, 6, rapid.ID).Draw(t, "question") {
			terms = append(terms, Term{term, float32(rapid.IntRange(1, 90).Draw(t, "weight")) / 10})
		}
		want := plain(docs, lens, dead, terms, 5)
		got := x.Search(terms, 5, 1<<30, nil)
		if len(got) != len(want) {
			t.Fatalf("%d hits, want %d", len(got), len(want))
		}
		for i := range got {
			if math.Abs(float64(got[i].Score-want[i].Score)) > 0.02*float64(want[i].Score)+0.01 {
				t.Fatalf("hit %d: %v, want %v", i, got, want)
			}
		}
		var all []uint32
		for i := range docs {
			all = append(all, uint32(i))
		}
		for _, h := range x.Rescore(terms, all) {
			if dead[h.Doc] {
				t.Fatalf("%d is dead", h.Doc)
			}
		}
	})
}

// add puts a document in by one of the three ways.
func add(t *rapid.T, x *Index, fs []Freq, length int) {
	way := rapid.IntRange(0, 2).Draw(t, "way")
	if way == 0 {
		x.Add(fs, length)
		return
	}
	b := new(Batch)
	b.Add(x.Number([]int{length}), fs, length)
	if way == 1 {
		x.List([]*Batch{b})
	} else {
		x.Merge([]*Batch{b}, 2)
	}
}

func TestRawIsTheSameIndex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var x Index
		for range rapid.IntRange(0, 70).Draw(t, "documents") {
			add(t, &x, []Freq{{rapid.Uint32().Draw(t, "term"), 1}, {7, 2}}[:rapid.IntRange(1, 2).Draw(t, "terms")], 3)
		}
		x.Remove(3)
		y, err := FromRaw(x.Raw())
		if err != nil {
			t.Fatal(err)
		}
		if a, b := x.Search([]Term{{7, 1}}, 9, 100, nil), y.Search([]Term{{7, 1}}, 9, 100, nil); !slices.Equal(a, b) || x.Len() != y.Len() || y.Loose() != 0 {
			t.Fatalf("%v, %v", a, b)
		}
		if r := x.Raw(); len(r.Posts) > 0 {
			r.Posts = slices.Clone(r.Posts)
			r.Posts[0] = uint32(len(r.Lens)) << 8
			if _, err := FromRaw(r); err == nil {
				t.Fatal("a posting leads outside")
			}
		}
	})
}

func TestSpreadIsOneToOne(t *testing.T) {
	for _, v := range []uint32{0, 1, 7, 1 << 31, 1<<32 - 1, 123456789} {
		if gather(spread(v)) != v {
			t.Errorf("%d", v)
		}
	}
}

// TestBudgetKeepsTheBest: a rare word decides even when the budget leaves no room
// for the common ones, and common words still count in the scores.
func TestBudgetKeepsTheBest(t *testing.T) {
	var x Index
	r := rand.New(rand.NewPCG(1, 1))
	for i := range 5000 {
		fs := []Freq{{1, 1}}
		if r.IntN(2) == 0 {
			fs = append(fs, Freq{2, 1})
		}
		if i == 4321 || i == 17 {
			fs = append(fs, Freq{3, 1})
		}
		if i == 4321 {
			fs = append(fs, Freq{4, 1})
		}
		x.Add(fs, 10)
	}
	hits := x.Search([]Term{{1, 0.1}, {2, 0.5}, {3, 8}, {4, 8}}, 2, 100, nil)
	if len(hits) != 2 || hits[0].Doc != 4321 || hits[1].Doc != 17 || hits[1].Score < 8 {
		t.Errorf("%v", hits)
	}
	full := x.Search([]Term{{1, 0.1}, {2, 0.5}, {3, 8}, {4, 8}}, 2, 1<<30, nil)
	if full[0] != hits[0] || full[1] != hits[1] {
		t.Errorf("budget changed scores: %v, %v", hits, full)
	}
}

// TestKeepLetsTheRestThrough: what is refused must not crowd out what is wanted.
func TestKeepLetsTheRestThrough(t *testing.T) {
	var x Index
	for range 1000 {
		x.Add([]Freq{{1, 3}}, 3)
	}
	x.Add([]Freq{{1, 1}}, 50)
	hits := x.Search([]Term{{1, 1}}, 3, 1<<30, func(d uint32) bool { return d == 1000 })
	if len(hits) != 1 || hits[0].Doc != 1000 {
		t.Errorf("%v", hits)
	}
}

func TestGallop(t *testing.T) {
	var post []uint32
	for d := uint32(3); d < 3000; d += 7 {
		post = append(post, d<<8)
	}
	for want := range uint32(3100) {
		got := gallop(post, want)
		i, _ := slices.BinarySearchFunc(post, want, func(p, w uint32) int { return cmp.Compare(p>>8, w) })
		for _, guess := range []int{0, i / 2, i, min(i+9, len(post)-1), len(post) - 1} {
			if at := seek(post, want, guess); at != i {
				t.Fatalf("seek %d from %d: %d, want %d", want, guess, at, i)
			}
		}
		if len(got) != len(post)-i {
			t.Fatalf("gallop to %d: %d left, want %d", want, len(got), len(post)-i)
		}
	}
}
