package match

import (
	"slices"
	"sync"

	"soi/internal/text"
)

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
	x.shared = sharedWords(a, claimed)
	x.ordered = len(pairs) > 1 && len(pairs)*10 >= 9*sharedUnits(a, claimed)
	looseD, looseQ := sync.OnceValue(func() bag { return loose(b, pairs, 1, d) }), sync.OnceValue(func() bag { return loose(a, pairs, 0, q) })
	i, j := 0, 0
	for k := 0; k <= len(pairs); k++ {
		ni, nj := len(a), len(b)
		if k < len(pairs) {
			ni, nj = pairs[k][0], pairs[k][1]
		}
		inner := k > 0 && k < len(pairs) || len(b) <= 8 || len(a) <= len(b)+3
		if inner {
			x.swap(edge(a[i:ni], k == 0, k == len(pairs)), b[j:nj], looseD, looseQ)
			if k+1 < len(pairs) && len(x.swapped) == 0 { // across the one word between two gaps
				x.swap(between(a, i, ni, pairs[k+1][0]), between(b, j, nj, pairs[k+1][1]), looseD, looseQ)
			}
		}
		i, j = ni+1, nj+1
	}
	x.opposites(q, d, claimed, anywhere)
	x.which(q, d, claimed, anywhere)
	x.otherThings(q, d)
	x.swapped, x.swappedOther = distinct(x.swapped), distinct(x.swappedOther)
}

// edge is the part of the first or last gap that stands next to the words both texts
// have: a story before the claim is no part of it, but its last words may be.
func edge(words []*sideWord, first, last bool) []*sideWord {
	const near = 3
	switch {
	case len(words) <= longGap || first == last:
		return words
	case first:
		return words[len(words)-near:]
	}
	return words[:near]
}

// longGap is how many words of a message may stand in one gap before they are read as
// an addition.
const longGap = 6

// between is two gaps without the word that lies between them.
func between(words []*sideWord, from, word, to int) []*sideWord {
	return slices.Concat(words[from:word], words[min(word+1, to):to])
}

// loose is what a side holds beside the words that were laid side by side: a word that
// stands twice in one text and once in the other is in place of something else there.
func loose(words []*sideWord, pairs [][2]int, at int, s *side) bag {
	laid := map[*sideWord]bool{}
	for _, p := range pairs {
		laid[words[p[at]]] = true
	}
	b := bag{map[uint32][]string{}, map[uint32]bool{}, map[uint16]bool{}}
	for i := range s.words {
		w := &s.words[i]
		if laid[w] {
			continue
		}
		b.put(w)
	}
	return b
}

// distinct keeps the first of equal words.
func distinct(words []string) []string {
	var out []string
	for _, w := range words {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// swap notes the content words of one gap that the other side lacks altogether, when
// there are words of weight on both sides. A gap in which the message says much more
// than the claim is an addition.
func (x *differences) swap(a, b []*sideWord, looseD, looseQ func() bag) {
	if len(a) > longGap || len(a) == 0 || len(b) == 0 {
		return
	}
	mine, softA := lone(a, b, looseD())
	theirs, softB := lone(b, a, looseQ())
	x.softened += float32(min(softA+len(mine), softB+len(theirs)))
	if len(mine) > 0 && len(theirs) > 0 {
		x.swapped, x.swappedOther = append(x.swapped, mine...), append(x.swappedOther, theirs...)
	}
}

// lone lists the words of weight of one side of a gap that the other text lacks, and
// counts the soft ones.
func lone(words, others []*sideWord, have bag) (hard []string, soft int) {
	for _, w := range words {
		switch {
		case have.has(w) || nearAny(w, others):
		case w.soft:
			soft++
		default:
			hard = append(hard, w.word)
		}
	}
	return hard, soft
}

// nearAny reports whether a word is a misspelling of one on the other side: a slip of
// the finger in a longer word, or letters that regions pronounce alike.
func nearAny(w *sideWord, others []*sideWord) bool {
	for _, o := range others {
		if len(w.stem) >= 5 && len(o.stem) >= 5 && oneSlip(w.stem, o.stem) || marksAgree(w.marks(), o.marks()) && w.stem != o.stem && text.SoundAlike(w.folded, o.folded) {
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

// softShare is what is left of the weight of a soft word.
const softShare = 0.25

// lacking is the share of the weight of some words that a text lacks.
func lacking(words []*sideWord, have bag) float32 {
	var lost, all float32
	for _, w := range words {
		v := w.weight
		if w.soft {
			v *= softShare
		}
		all += v
		if !have.has(w) {
			lost += v
		}
	}
	return lost / max(all, 1e-6)
}

// sharedWords counts the different words of content that both texts have, those of
// phrases each.
func sharedWords(a []*sideWord, claimed bag) int {
	n := 0
	seen := map[string]bool{}
	for _, w := range a {
		if !seen[w.stem] && claimed.has(w) {
			seen[w.stem] = true
			n += 1 + len(w.rest)
		}
	}
	return n
}

// sharedUnits counts as sharedWords does, a phrase as one.
func sharedUnits(a []*sideWord, claimed bag) int {
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

// bag is the words of a text by stem, each with the marked forms it stands in ("" for a
// form typed without marks), and the senses it holds. A word inside a phrase of
// senses.txt is known only with the whole of it: "điện thoại" holds no "điện".
type bag struct {
	stems  map[uint32][]string
	inside map[uint32]bool // words of phrases
	senses map[uint16]bool
}

func bagOf(s *side) bag {
	if s.bag.stems == nil {
		s.bag = bag{make(map[uint32][]string, len(s.words)), map[uint32]bool{}, map[uint16]bool{}}
		for i := range s.words {
			s.bag.put(&s.words[i])
		}
	}
	return s.bag
}

// put adds one word.
func (b bag) put(w *sideWord) {
	if w.inner || w.rest != nil {
		b.inside[w.key] = true
	} else {
		b.stems[w.key] = append(b.stems[w.key], w.marks())
	}
	if w.sense != 0 {
		b.senses[w.sense] = true
	}
}

// has reports whether the bag holds a word: one of the same sense, or the same stem, and
// where both are written with marks, marks that agree. Of a phrase it must hold all words.
func (b bag) has(w *sideWord) bool {
	if w.sense != 0 && b.senses[w.sense] {
		return true
	}
	if w.rest == nil {
		mine := w.marks()
		return slices.ContainsFunc(b.stems[w.key], func(m string) bool { return marksAgree(mine, m) })
	}
	holds := func(key uint32) bool { return b.stems[key] != nil || b.inside[key] }
	return holds(w.key) && !slices.ContainsFunc(w.rest, func(key uint32) bool { return !holds(key) })
}

// marks is the word when it is written with marks, "" otherwise.
func (w *sideWord) marks() string {
	if w.word == w.folded {
		return ""
	}
	return w.word
}

func alikeWords(a, b *sideWord) bool {
	return a.sense != 0 && a.sense == b.sense || a.key == b.key && slices.Equal(a.rest, b.rest) && marksAgree(a.marks(), b.marks())
}

// opposites notes senses of the two sides that exclude each other, where each side has
// only its own.
func (x *differences) opposites(q, d *side, claimed, anywhere bag) {
	k := knownMeanings()
	for i := range q.words {
		a := &q.words[i]
		if a.sense == 0 || claimed.senses[a.sense] {
			continue
		}
		for j := range d.words {
			if b := &d.words[j]; b.sense != 0 && !anywhere.senses[b.sense] && k.opposed(a.sense, b.sense) {
				x.swapped, x.swappedOther = append(x.swapped, a.word), append(x.swappedOther, b.word)
				return
			}
		}
	}
}
