package main

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"soi/internal/match"
)

func sortBy[T any, K cmp.Ordered, L cmp.Ordered](s []T, key func(T) (K, L)) {
	slices.SortFunc(s, func(a, b T) int {
		ka, la := key(a)
		kb, lb := key(b)
		return cmp.Or(cmp.Compare(ka, kb), cmp.Compare(la, lb))
	})
}

// material is everything that training reads.
type material struct {
	train []set // questions with answers, in halves for cross-fitting
	texts [][]string
	plain []textPair // couples that need no question
}

type textPair struct{ a, b string }

func gather() (*material, error) {
	m := &material{}
	var english, vietnamese, chinese []string
	for _, d := range []struct{ dir, split string }{
		{"research_only/checkthat2022_2a_en", "train"},
		{"research_only/checkthat2022_2b_en", "train"},
		{"research_only/factchecktweet", "train"},
	} {
		s, err := load(d.dir, d.split)
		if err != nil {
			return nil, err
		}
		for _, c := range s.docs {
			english = append(english, c.Claim+" "+c.Title)
			m.pairUp(c)
		}
		m.train = append(m.train, s)
	}
	noisy, err := loadNoisy()
	if err != nil {
		return nil, err
	}
	for _, d := range noisy.docs {
		vietnamese = append(vietnamese, d.Claim)
	}
	for _, q := range noisy.queries {
		m.plain = append(m.plain, textPair{q.text, noisy.textOf(q)})
	}
	press, err := readLines[claimLine](filepath.Join(dataRoot(), "research_only/vietnamese_mds/articles.dev.jsonl"))
	if err != nil {
		return nil, err
	}
	for _, p := range press {
		vietnamese = append(vietnamese, p.Title+" "+p.Summary, p.Body)
		m.pairUp(match.Doc{Claim: p.Summary, Title: p.Title})
		m.halves(p.Body)
	}
	wiki, err := load("retrieval/xquad_vi", "test")
	if err != nil {
		return nil, err
	}
	cof, err := load("retrieval/cofacts_zhtw", "dev")
	if err != nil {
		return nil, err
	}
	for _, c := range cof.docs {
		chinese = append(chinese, c.Claim)
		m.halves(c.Claim)
	}
	for i, s := range []set{wiki, cof, noisy.unaccented()} {
		half, _ := s.split()
		if i == 2 {
			half.queries = half.queries[:600]
		}
		m.train = append(m.train, half)
	}
	m.texts = [][]string{english, vietnamese, chinese}
	return m, nil
}

// pairUp makes couples of the fields of one document.
func (m *material) pairUp(d match.Doc) {
	if d.Title != "" && d.Claim != "" {
		m.plain = append(m.plain, textPair{d.Title, d.Claim})
	}
	if d.Summary != "" && d.Claim != "" {
		m.plain = append(m.plain, textPair{d.Summary, d.Claim})
	}
}

// halves makes a couple of every other sentence and the rest of a text.
func (m *material) halves(s string) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(".!?。！？\n；", r) })
	if len(parts) < 2 {
		return
	}
	var a, b []string
	for i, p := range parts {
		if i%2 == 0 {
			a = append(a, p)
		} else {
			b = append(b, p)
		}
	}
	m.plain = append(m.plain, textPair{strings.Join(a, ". "), strings.Join(b, ". ")})
}

func (s set) textOf(q query) string {
	s.index()
	for id := range q.gold {
		d := s.docs[s.at[id]]
		return d.Claim + " " + d.Title
	}
	return ""
}

// split cuts the questions in two halves by their place; the first half may be
// trained on, the second is for measuring.
func (s set) split() (first, second set) {
	first, second = s, s
	first.queries, second.queries = nil, nil
	first.name += " (first half)"
	second.name += " (second half)"
	for i, q := range s.queries {
		if i%2 == 0 {
			first.queries = append(first.queries, q)
		} else {
			second.queries = append(second.queries, q)
		}
	}
	return first, second
}

// fold keeps the questions whose answer is in fold k of 2; k < 0 keeps all. All
// questions of one document stand in one fold: its other questions would give the
// answer away.
func (s set) fold(k int) set {
	if k < 0 {
		return s
	}
	out := s
	out.queries = nil
	for _, q := range s.queries {
		first := ""
		for id := range q.gold {
			if first == "" || id < first {
				first = id
			}
		}
		if int(match.StemHash(first)>>7)%2 == k {
			out.queries = append(out.queries, q)
		}
	}
	return out
}

// forWords reports whether the questions of a set teach word vectors. Those of
// sets whose archive is small or repeats itself would be learned by heart.
func (s set) forWords() bool {
	return strings.HasPrefix(s.name, "checkthat") || strings.HasPrefix(s.name, "factchecktweet")
}

// trainer is what the steps of training share.
type trainer struct {
	*material
	*vocabulary
	pretrained *pretrained // nil: word vectors begin at random
	cache      string
}

// asked is how often a round of training sees a question with its answer; other
// couples come once.
const asked = 5

// learnWords trains the word vectors, leaving out the questions of one fold.
func (t *trainer) learnWords(without int) []match.WordWeights {
	var cs []couple
	add := func(a, b string, times int) {
		if a, b := t.encode(a), t.encode(b); len(a) > 1 && len(b) > 1 {
			for range times {
				cs = append(cs, couple{a, b})
			}
		}
	}
	for _, p := range t.plain {
		add(p.a, p.b, 1)
	}
	for _, s := range t.train {
		if !s.forWords() {
			continue
		}
		keep := s
		if without >= 0 {
			keep = s.fold(1 - without)
		}
		for _, q := range keep.queries {
			add(q.text, s.textOf(q), asked)
		}
	}
	fmt.Printf("  %d couples without fold %d\n", len(cs), without)
	e := newEncoder(t.vocabulary, 7)
	if t.pretrained != nil {
		e.begin(t.vocabulary, t.pretrained)
	}
	e.train(cs, 4, 256, 11)
	out := make([]match.WordWeights, len(t.stems))
	for i := range t.stems {
		out[i] = match.WordWeights{Stem: match.StemHash(t.stems[i]), Rare: t.rare[i]}
		copy(out[i].Vec[:], e.vec[i*dim:])
	}
	return out
}

// groups asks the questions of a set and keeps the candidates.
func groupsOf(s set, m *match.Matcher) []group {
	out := make([]group, len(s.queries))
	each(len(s.queries), func(i int) {
		q := s.queries[i]
		out[i] = group{w: 1, set: s.name}
		for _, c := range m.Candidates(match.Query{Text: q.text}) {
			out[i].rows = append(out[i].rows, c.Features)
			out[i].right = append(out[i].right, q.gold[c.ID])
		}
	})
	return slices.DeleteFunc(out, func(g group) bool { return !slices.Contains(g.right, true) })
}

// train learns the weights: word vectors, which begin with those of an unpacked
// package of pretrained ones, then the two rankers.
func train(path, cache, folder string, cv bool) error {
	mat, err := gather()
	if err != nil {
		return err
	}
	start := time.Now()
	t := trainer{material: mat, cache: cache, vocabulary: buildVocabulary(mat.texts, 3, []int{60000, 10000, 24000})}
	fmt.Printf("vocabulary %d stems (%s)\n", len(t.stems), time.Since(start).Round(time.Second))
	if folder != "" {
		if t.pretrained, err = readPretrained(folder, t.vocabulary); err != nil {
			return err
		}
		t.pretrained.shape(2, dim)
	}
	var groups []group
	asked := map[string]int{}
	for k := range 2 {
		model, err := t.words(k)
		if err != nil {
			return err
		}
		for _, s := range mat.train {
			part := s.fold(k)
			m := fill(part.docs, match.Options{Model: model})
			g := groupsOf(part, m)
			asked[s.name] += len(part.queries)
			if strings.HasPrefix(s.name, "xquad_vi") {
				g = append(g, groupsOf(part.unaccented(), m)...)
			}
			fmt.Printf("  fold %d %s: %d of %d have their answer among the candidates (%s)\n", k, s.name, len(g), len(part.queries), time.Since(start).Round(time.Second))
			groups = append(groups, g...)
		}
	}
	groups = append(groups, mat.bare()...)
	if cv {
		crossValidate(groups, asked)
		return nil
	}
	first, second := rankers(groups)
	fmt.Printf("  rankers (%s)\n", time.Since(start).Round(time.Second))
	model, err := t.words(-1)
	if err != nil {
		return err
	}
	return writeModel(path, model.WithTrees(first, second))
}

// bare asks some questions of every small set without word vectors, as they would be
// asked in a language that taught none, so that the rankers learn to do without.
func (m *material) bare() []group {
	var out []group
	for _, s := range m.train {
		if len(s.docs) > 50_000 {
			continue
		}
		s.queries = s.queries[:min(400, len(s.queries))]
		s.name += " bare"
		out = append(out, groupsOf(s, fill(s.docs, match.Options{Model: match.BuildModel(nil)}))...)
	}
	return out
}

// rankers fits the trees of the first comparison on what every candidate has, then
// those of the second on the best of the first.
func rankers(groups []group) (first, second []match.Tree) {
	names := match.FeatureNames()
	b := booster{trees: 60, leaves: 12, least: 100, rate: 0.12, ridge: 2, groupShare: 0.6, featureShare: 0.5, seed: 5}
	first = b.fit(groups, match.FirstFeatures, nil)
	place := slices.Index(names, "place")
	var best []group
	for _, g := range groups {
		if g = g.best(first, match.Reranked, place); slices.Contains(g.right, true) {
			best = append(best, g)
		}
	}
	b.trees, b.rate, b.given = 240, 0.08, match.Given
	second = b.fit(best, len(names), func(i int, score []float64) {
		if i%80 == 79 {
			fmt.Printf("  trees %d train MAP@5 %.4f\n", i+1, meanPrecision(best, score))
		}
	})
	return first, second
}

// best keeps the n candidates that some trees put first, each with its place.
func (g group) best(trees []match.Tree, n, place int) group {
	rate := make([]float64, len(g.rows))
	order := make([]int, len(g.rows))
	for i, r := range g.rows {
		order[i] = i
		for _, t := range trees {
			rate[i] += t.Rate(r)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rate[b], rate[a]) })
	out := group{w: g.w}
	for p, i := range order[:min(n, len(order))] {
		row := slices.Clone(g.rows[i])
		row[place] = float32(math.Log2(float64(p+1))) + 1
		out.rows, out.right = append(out.rows, row), append(out.right, g.right[i])
	}
	return out
}

// words trains the word vectors without one fold, or reads them from the folder
// cache if an earlier run left them there; "" keeps nothing.
func (t *trainer) words(without int) (*match.Model, error) {
	path := filepath.Join(t.cache, fmt.Sprintf("words%d.bin", without))
	if f, err := os.Open(path); t.cache != "" && err == nil {
		defer f.Close()
		return match.ReadModel(f)
	}
	model := match.BuildModel(t.learnWords(without))
	if t.cache == "" {
		return model, nil
	}
	return model, writeModel(path, model)
}

func writeModel(path string, m *match.Model) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := m.Write(f); err != nil {
		return err
	}
	return f.Close()
}
