package main

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"soi/internal/match"
)

// group is the candidates of one question for the ranker: features, and whether
// each is right.
type group struct {
	rows  [][]float32
	right []bool
	w     float64 // weight of the question
	set   string  // set that it is from
}

// booster grows trees by gradient boosting with LambdaMART's pairwise gradients,
// on features cut into bins.
type booster struct {
	trees, leaves, least int
	rate, ridge          float64
	groupShare           float64 // share of the questions that each tree sees
	featureShare         float64 // share of the features that each tree may cut
	seed                 uint64
	given                func(row []float32) float32 // what a candidate has before the first tree; nil: nothing
}

const bins = 64

type table struct {
	cuts  [][]float32 // upper edge of each bin, by feature
	bin   [][]uint8   // by feature, by row
	start []int       // first row of each group
	n     int
}

func tabulate(groups []group, features int) *table {
	t := &table{}
	var rows [][]float32
	for _, g := range groups {
		t.start = append(t.start, len(rows))
		rows = append(rows, g.rows...)
	}
	t.n = len(rows)
	t.start = append(t.start, t.n)
	for f := range features {
		t.cuts = append(t.cuts, cutsOf(rows, f))
		col := make([]uint8, t.n)
		for i, r := range rows {
			j, _ := slices.BinarySearch(t.cuts[f], r[f])
			col[i] = uint8(j)
		}
		t.bin = append(t.bin, col)
	}
	return t
}

// cutsOf picks at most bins-1 edges at equal shares of a sample of the rows.
func cutsOf(rows [][]float32, f int) []float32 {
	var v []float32
	for i := 0; i < len(rows); i += max(1, len(rows)/50000) {
		v = append(v, rows[i][f])
	}
	slices.Sort(v)
	var cuts []float32
	for b := 1; b < bins; b++ {
		c := v[min(len(v)-1, b*len(v)/bins)]
		if len(cuts) == 0 || c > cuts[len(cuts)-1] {
			cuts = append(cuts, c)
		}
	}
	return cuts
}

func (b booster) fit(groups []group, features int, after func(tree int, score []float64)) []match.Tree {
	t := tabulate(groups, features)
	score := b.start(groups, t.n)
	grad, hess := make([]float64, t.n), make([]float64, t.n)
	var out []match.Tree
	r := rand.New(rand.NewPCG(b.seed, 8))
	for i := range b.trees {
		parallelSum(len(groups), func(g int) float64 {
			lambdas(groups[g], score[t.start[g]:t.start[g+1]], grad[t.start[g]:t.start[g+1]], hess[t.start[g]:t.start[g+1]])
			return 0
		})
		seen, allowed := b.sample(t, len(groups), features, r)
		tree := b.grow(t, seen, allowed, grad, hess)
		t.add(tree, score)
		out = append(out, tree)
		if after != nil {
			after(i, score)
		}
	}
	return out
}

// start is the score of every row before the first tree.
func (b booster) start(groups []group, n int) []float64 {
	score := make([]float64, 0, n)
	for _, g := range groups {
		for _, r := range g.rows {
			s := 0.0
			if b.given != nil {
				s = float64(b.given(r))
			}
			score = append(score, s)
		}
	}
	return score
}

// lambdas gives each candidate its pull: right ones up, wrong ones above them
// down, weighed by what a swap would change in NDCG.
func lambdas(g group, score, grad, hess []float64) {
	for i := range grad {
		grad[i], hess[i] = 0, 1e-6
	}
	order := make([]int, len(score))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
	place := make([]int, len(score))
	for p, i := range order {
		place[i] = p
	}
	ideal, n := 0.0, 0
	for _, r := range g.right {
		if r {
			ideal += gain(n)
			n++
		}
	}
	if n == 0 {
		return
	}
	for i, r := range g.right {
		if !r {
			continue
		}
		for j, q := range g.right {
			if q {
				continue
			}
			delta := math.Abs(gain(place[i])-gain(place[j])) / ideal
			rho := 1 / (1 + math.Exp(score[i]-score[j]))
			l, h := g.w*delta*rho, g.w*delta*rho*(1-rho)
			grad[i] += l
			grad[j] -= l
			hess[i] += h
			hess[j] += h
		}
	}
}

func gain(place int) float64 { return 1 / math.Log2(float64(place)+2) }

// leaf is a set of rows that a tree still may cut.
type leaf struct {
	node int
	rows []int32
	gain float64
	f    int
	cut  int
}

// grow makes one tree of some rows and features, cutting the best leaf first.
func (b booster) grow(t *table, rows []int32, allowed []bool, grad, hess []float64) match.Tree {
	tree := match.Tree{{Feature: -1}}
	leaves := []leaf{b.best(t, leaf{node: 0, rows: rows}, allowed, grad, hess)}
	for len(leaves) < b.leaves {
		k := 0
		for i := range leaves {
			if leaves[i].gain > leaves[k].gain {
				k = i
			}
		}
		l := leaves[k]
		if l.gain <= 0 {
			break
		}
		var left, right []int32
		for _, r := range l.rows {
			if int(t.bin[l.f][r]) <= l.cut {
				left = append(left, r)
			} else {
				right = append(right, r)
			}
		}
		tree[l.node] = match.TreeNode{Feature: l.f, Left: len(tree), Right: len(tree) + 1, At: t.cuts[l.f][l.cut]}
		tree = append(tree, match.TreeNode{Feature: -1}, match.TreeNode{Feature: -1})
		leaves[k] = b.best(t, leaf{node: len(tree) - 2, rows: left}, allowed, grad, hess)
		leaves = append(leaves, b.best(t, leaf{node: len(tree) - 1, rows: right}, allowed, grad, hess))
	}
	for _, l := range leaves {
		g, h := sums(l.rows, grad, hess)
		tree[l.node].At = float32(b.rate * g / (h + b.ridge))
	}
	return tree
}

// sample picks the questions and features of one tree.
func (b booster) sample(t *table, groups, features int, r *rand.Rand) (rows []int32, allowed []bool) {
	for g := range groups {
		if r.Float64() > b.groupShare {
			continue
		}
		for i := t.start[g]; i < t.start[g+1]; i++ {
			rows = append(rows, int32(i))
		}
	}
	allowed = make([]bool, features)
	for f := range allowed {
		allowed[f] = r.Float64() < b.featureShare
	}
	return rows, allowed
}

// add adds a tree's values to the scores of all rows.
func (t *table) add(tree match.Tree, score []float64) {
	cut := make([]uint8, len(tree))
	for i, n := range tree {
		if n.Feature >= 0 {
			k, _ := slices.BinarySearch(t.cuts[n.Feature], n.At)
			cut[i] = uint8(k)
		}
	}
	for r := range score {
		i := 0
		for tree[i].Feature >= 0 {
			if t.bin[tree[i].Feature][r] <= cut[i] {
				i = tree[i].Left
			} else {
				i = tree[i].Right
			}
		}
		score[r] += float64(tree[i].At)
	}
}

func sums(rows []int32, grad, hess []float64) (g, h float64) {
	for _, r := range rows {
		g += grad[r]
		h += hess[r]
	}
	return g, h
}

// best finds the cut of a leaf that gains most.
func (b booster) best(t *table, l leaf, allowed []bool, grad, hess []float64) leaf {
	if len(l.rows) < 2*b.least {
		return l
	}
	all, allH := sums(l.rows, grad, hess)
	base := all * all / (allH + b.ridge)
	found := make([]leaf, len(t.bin))
	parallelSum(len(t.bin), func(f int) float64 {
		if !allowed[f] {
			return 0
		}
		var g, h [bins]float64
		var n [bins]int
		col := t.bin[f]
		for _, r := range l.rows {
			k := col[r] & (bins - 1)
			g[k] += grad[r]
			h[k] += hess[r]
			n[k]++
		}
		var lg, lh float64
		ln := 0
		for cut := 0; cut < len(t.cuts[f]); cut++ {
			lg, lh, ln = lg+g[cut], lh+h[cut], ln+n[cut]
			if ln < b.least || len(l.rows)-ln < b.least {
				continue
			}
			rg, rh := all-lg, allH-lh
			if v := lg*lg/(lh+b.ridge) + rg*rg/(rh+b.ridge) - base; v > found[f].gain {
				found[f] = leaf{gain: v, f: f, cut: cut}
			}
		}
		return 0
	})
	for _, c := range found {
		if c.gain > l.gain {
			l.gain, l.f, l.cut = c.gain, c.f, c.cut
		}
	}
	return l
}

// meanPrecision is MAP@5 of groups under scores in the order of their rows; a
// question whose right document is not among the candidates counts 0.
func meanPrecision(groups []group, score []float64) float64 {
	sum, at := 0.0, 0
	for _, g := range groups {
		s := score[at : at+len(g.rows)]
		at += len(g.rows)
		order := make([]int, len(s))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s[b], s[a]) })
		hits, n, ap := 0, 0, 0.0
		for _, r := range g.right {
			if r {
				n++
			}
		}
		for p, i := range order[:min(5, len(order))] {
			if g.right[i] {
				hits++
				ap += float64(hits) / float64(p+1)
			}
		}
		sum += ap / float64(max(1, min(5, n)))
	}
	return sum / float64(max(1, len(groups)))
}
