package match

import (
	"cmp"
	"math"
	"slices"

	"soi/internal/text"
)

// GroupAt is the likeness from which texts belong to one group; the eval command
// measures it on press texts sorted by event.
const GroupAt = 0.13

// CopyAt is the share of common five-word runs from which two texts are copies of
// one source, such as a press release.
const CopyAt = 0.4

// sparse is a text as weights by feature, in ascending order of the feature.
type sparse []struct {
	feature uint64
	weight  float32
}

// Group sorts texts that match nothing into groups that speak of the same thing.
// The groups depend on the set of texts alone, not on their order: within one day
// tips may arrive in any order. Every index of docs is in exactly one group;
// groups and their members are in ascending order.
//
// Likeness is the cosine of word and word-pair weights, without marks; groups
// grow by average linkage until no two are at least at alike (0 means GroupAt).
func Group(docs []Doc, at float64) [][]int {
	if at <= 0 {
		at = GroupAt
	}
	vs := vectorsOf(docs)
	return link(len(docs), Likeness(vs), at)
}

// Likenesses are the pairwise cosines of texts, row by row, as Group uses them.
func Likenesses(docs []Doc) [][]float64 { return Likeness(vectorsOf(docs)) }

// Likeness compares all vectors with all.
func Likeness(vs []sparse) [][]float64 {
	out := make([][]float64, len(vs))
	for i := range out {
		out[i] = make([]float64, len(vs))
	}
	type entry struct {
		doc    int
		weight float32
	}
	lists := map[uint64][]entry{}
	for i, v := range vs {
		for _, f := range v {
			for _, e := range lists[f.feature] {
				out[i][e.doc] += float64(e.weight) * float64(f.weight)
			}
			lists[f.feature] = append(lists[f.feature], entry{i, f.weight})
		}
	}
	for i := range out {
		for j := range i {
			out[j][i] = out[i][j]
		}
	}
	return out
}

// How much the beginning of a text counts beside the rest: titles and summaries
// say what happened, bodies wander.
const (
	headShare = 3
	bodyWords = 250
)

// vectorsOf weighs the words of each text: logarithm of the count times rarity,
// the whole of unit length.
func vectorsOf(docs []Doc) []sparse {
	counts := make([]map[uint64]float64, len(docs))
	df := map[uint64]float64{}
	for i, d := range docs {
		counts[i] = map[uint64]float64{}
		count(d.Claim, headShare, 1<<20, counts[i])
		count(d.Title, headShare, 1<<20, counts[i])
		count(d.Summary, headShare, 1<<20, counts[i])
		count(d.Body, 1, bodyWords, counts[i])
		for f := range counts[i] {
			df[f]++
		}
	}
	out := make([]sparse, len(docs))
	for i, c := range counts {
		var norm float64
		for f, n := range c {
			w := (1 + math.Log(n)) * math.Log((float64(len(docs))+1)/(df[f]+0.5))
			norm += w * w
			out[i] = append(out[i], struct {
				feature uint64
				weight  float32
			}{f, float32(max(0, w))})
		}
		slices.SortFunc(out[i], func(a, b struct {
			feature uint64
			weight  float32
		}) int {
			return cmp.Compare(a.feature, b.feature)
		})
		for k := range out[i] {
			out[i][k].weight /= float32(math.Sqrt(max(norm, 1e-12)))
		}
	}
	return out
}

// count adds the stems and neighbouring stems of a text.
func count(s string, times float64, most int, into map[uint64]float64) {
	if s == "" {
		return
	}
	prev := uint64(0)
	sc := text.NewScanner(text.Unwrap(s).Body)
	sc.Vietnamese = text.Vietnamese(s)
	for n := 0; n < most && sc.Next(); n++ {
		w := string(sc.Bytes())
		h := uint64(StemHash(text.Stem(w)))
		if !text.Stop(w) {
			into[h] += times
		}
		if prev != 0 {
			into[prev<<32|h] += times
		}
		prev = h
	}
}

// link joins groups by average linkage, the most alike first; equal likeness goes
// to the pair of lowest indexes, so that the result is the same for any run.
func link(n int, sim [][]float64, at float64) [][]int {
	groups := make([][]int, n)
	l := linkage{alike: make([][]float64, n), size: make([]float64, n), best: make([]int, n)}
	for i := range groups {
		groups[i], l.size[i] = []int{i}, 1
		l.alike[i] = slices.Clone(sim[i])
	}
	for i := range groups {
		l.search(i)
	}
	for {
		a := -1
		for i := range groups {
			if l.size[i] > 0 && l.best[i] >= 0 && (a < 0 || l.alike[i][l.best[i]] > l.alike[a][l.best[a]]) {
				a = i
			}
		}
		if a < 0 || l.alike[a][l.best[a]] < at {
			break
		}
		b := l.best[a]
		l.join(b, a)
		groups[b], groups[a] = append(groups[b], groups[a]...), nil
	}
	groups = slices.DeleteFunc(groups, func(g []int) bool { return g == nil })
	for _, g := range groups {
		slices.Sort(g)
	}
	slices.SortFunc(groups, func(a, b []int) int { return cmp.Compare(a[0], b[0]) })
	return groups
}

// linkage is the state of average linkage: likeness of groups, their sizes (0 for
// one that was joined to another), and for each the most alike of lower index.
type linkage struct {
	alike [][]float64
	size  []float64
	best  []int
}

// search finds the most alike group of lower index; -1 when there is none.
func (l *linkage) search(i int) {
	l.best[i] = -1
	for j := range i {
		if l.size[j] > 0 && (l.best[i] < 0 || l.alike[i][j] > l.alike[i][l.best[i]]) {
			l.best[i] = j
		}
	}
}

// join adds group a to group b, b < a.
func (l *linkage) join(b, a int) {
	for k := range l.alike {
		v := (l.alike[a][k]*l.size[a] + l.alike[b][k]*l.size[b]) / (l.size[a] + l.size[b])
		l.alike[b][k], l.alike[k][b] = v, v
	}
	l.size[b] += l.size[a]
	l.size[a] = 0
	for i := range l.best {
		if l.size[i] == 0 {
			continue
		}
		switch {
		case i == b || l.best[i] == a || l.best[i] == b:
			l.search(i)
		case b < i && l.best[i] >= 0 && l.alike[i][b] > l.alike[i][l.best[i]]:
			l.best[i] = b
		}
	}
}

// Copies sorts texts into groups that go back to one source: texts that share at
// least CopyAt of the five-word runs of the shorter one, and whatever hangs
// together through such pairs. Every index is in exactly one group.
func Copies(docs []Doc) [][]int {
	runs := make([]map[uint64]bool, len(docs))
	holders := map[uint64][]int{}
	for i, d := range docs {
		runs[i] = map[uint64]bool{}
		var last [5]uint64
		sc := text.NewScanner(d.Claim + "\n" + d.Title + "\n" + d.Summary + "\n" + d.Body)
		for n := 1; sc.Next(); n++ {
			copy(last[:], last[1:])
			last[4] = uint64(StemHash(text.Unmark(string(sc.Bytes()))))
			if n < len(last) {
				continue
			}
			h := uint64(1469598103934665603)
			for _, x := range last {
				h = (h ^ x) * 1099511628211
			}
			if !runs[i][h] {
				runs[i][h] = true
				holders[h] = append(holders[h], i)
			}
		}
	}
	shared := map[[2]int]int{}
	for _, h := range holders {
		for a := range h {
			for b := range a {
				shared[[2]int{h[b], h[a]}]++
			}
		}
	}
	sim := make([][]float64, len(docs))
	for i := range sim {
		sim[i] = make([]float64, len(docs))
	}
	for p, n := range shared {
		v := float64(n) / float64(max(1, min(len(runs[p[0]]), len(runs[p[1]]))))
		sim[p[0]][p[1]], sim[p[1]][p[0]] = v, v
	}
	return connected(len(docs), sim, CopyAt)
}

// connected are the parts of a graph whose edges are at least at.
func connected(n int, sim [][]float64, at float64) [][]int {
	seen := make([]bool, n)
	var out [][]int
	for i := range n {
		if seen[i] {
			continue
		}
		seen[i] = true
		g := []int{i}
		for k := 0; k < len(g); k++ {
			for j := range n {
				if !seen[j] && sim[g[k]][j] >= at {
					seen[j] = true
					g = append(g, j)
				}
			}
		}
		slices.Sort(g)
		out = append(out, g)
	}
	return out
}
