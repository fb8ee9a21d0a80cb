package match

// longestAlign bounds the words compared one by one: the cost is their product.
const longestAlign = 120

// align lays the content words of claim and message side by side in order (longest
// common run of stems with gaps) and reads the gaps: content words of both in one
// gap stand in each other's place.
func (x *differences) align(q, d *side) {
	a, b := q.contents(), d.contents()
	if len(a) == 0 || len(b) == 0 {
		x.missing, x.extra = 1, 1
		return
	}
	anywhere, claimed := bagOf(q), bagOf(d)
	x.missing = lacking(b, anywhere)
	x.extra = lacking(a, claimed)
	pairs := common(a, b)
	x.ordered = len(pairs) > 1 && len(pairs)*10 >= 9*sharedWords(a, claimed)
	i, j := 0, 0
	for k := 0; k <= len(pairs); k++ {
		ni, nj := len(a), len(b)
		if k < len(pairs) {
			ni, nj = pairs[k][0], pairs[k][1]
		}
		inner := k > 0 && k < len(pairs) || len(b) <= 8 || len(a) <= len(b)+3
		if inner {
			x.swap(a[i:ni], b[j:nj], claimed, anywhere)
		}
		i, j = ni+1, nj+1
	}
}

// swap notes the content words of one gap that the other side lacks altogether.
// A gap in which the message says much more than the claim is an addition.
func (x *differences) swap(a, b []*sideWord, claimed, anywhere bag) {
	if len(a) > 6 {
		return
	}
	var mine, theirs []string
	for _, w := range a {
		if !claimed.has(w) && !nearAny(w, b) {
			mine = append(mine, w.word)
		}
	}
	for _, w := range b {
		if !anywhere.has(w) && !nearAny(w, a) {
			theirs = append(theirs, w.word)
		}
	}
	if len(mine) > 0 && len(theirs) > 0 {
		x.swapped, x.swappedOther = append(x.swapped, mine...), append(x.swappedOther, theirs...)
	}
}

// nearAny reports whether a word is a misspelling of one on the other side.
func nearAny(w *sideWord, others []*sideWord) bool {
	for _, o := range others {
		if len(w.stem) >= 5 && len(o.stem) >= 5 && oneSlip(w.stem, o.stem) {
			return true
		}
	}
	return false
}

func (s *side) contents() []*sideWord {
	var out []*sideWord
	for i := range s.words {
		if s.words[i].content() && len(out) < longestAlign {
			out = append(out, &s.words[i])
		}
	}
	return out
}

func lacking(words []*sideWord, have bag) float32 {
	var lost, all float32
	for _, w := range words {
		all += w.weight
		if !have.has(w) {
			lost += w.weight
		}
	}
	return lost / max(all, 1e-6)
}

func sharedWords(a []*sideWord, claimed bag) int {
	n := 0
	seen := map[string]bool{}
	for _, w := range a {
		if !seen[w.stem] && claimed.has(w) {
			seen[w.stem] = true
			n++
		}
	}
	return n
}

// common is a longest common subsequence of two word lists as index pairs.
func common(a, b []*sideWord) [][2]int {
	n, m := len(a), len(b)
	long := make([]int16, (n+1)*(m+1))
	at := func(i, j int) *int16 { return &long[i*(m+1)+j] }
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if alikeWords(a[i], b[j]) {
				*at(i, j) = *at(i+1, j+1) + 1
			} else {
				*at(i, j) = max(*at(i+1, j), *at(i, j+1))
			}
		}
	}
	var out [][2]int
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case alikeWords(a[i], b[j]):
			out = append(out, [2]int{i, j})
			i++
			j++
		case *at(i+1, j) >= *at(i, j+1):
			i++
		default:
			j++
		}
	}
	return out
}

// senseOf gives words that say the same in claims one name, so that "trị" in
// place of "chữa" is no other claim. Only words that are exchangeable nearly
// everywhere are listed; the keys are stems.
func senseOf(stem string) string {
	switch stem {
	case "chua", "tri", "dieu", "cure", "treat", "heal", "remedi":
		return "cure"
	case "chet", "vong", "die", "death", "dead", "kill", "fatal":
		return "die"
	case "vaccine", "vaccin", "vacxin", "jab", "immunis", "immun":
		return "vaccine"
	case "covid", "coronavirus", "corona", "ncov":
		return "covid"
	case "phone", "cellphon", "smartphon", "mobil":
		return "phone"
	case "ban", "prohibit", "forbid":
		return "ban"
	case "close", "shut":
		return "close"
	case "caus", "trigger":
		return "cause"
	case "prevent", "avoid":
		return "prevent"
	case "eat", "consum":
		return "eat"
	case "children", "child", "kid":
		return "child"
	case "doctor", "physician":
		return "doctor"
	case "begin", "start":
		return "start"
	}
	return stem
}

// bag is the words of a text by stem, each with the marked forms it stands in
// ("" for a form typed without marks).
type bag map[uint32][]string

func bagOf(s *side) bag {
	b := bag{}
	for i := range s.words {
		w := &s.words[i]
		b[w.key] = append(b[w.key], w.marks())
	}
	return b
}

// has reports whether the bag holds a word: the same stem, and where both are
// written with marks, the same marks.
func (b bag) has(w *sideWord) bool {
	mine := w.marks()
	for _, m := range b[w.key] {
		if mine == "" || m == "" || m == mine || w.key != StemHash(w.stem) {
			return true
		}
	}
	return false
}

// marks is the word when it is written with marks, "" otherwise.
func (w *sideWord) marks() string {
	if w.word == w.folded {
		return ""
	}
	return w.word
}

func alikeWords(a, b *sideWord) bool {
	if a.key != b.key {
		return false
	}
	x, y := a.marks(), b.marks()
	return x == "" || y == "" || x == y || a.stem != b.stem
}
