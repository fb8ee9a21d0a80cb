package match

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"soi/internal/text"
)

//go:embed kinds.txt
var kindsFile string

// kindThing is one thing of a kind, by one of its names.
type kindThing struct {
	kind, thing   int
	words, folded []string
	sure          bool // known without its marks: several syllables, or a word that has none
}

// kindBook is kinds.txt, read.
type kindBook struct{ begins, bare map[string][]kindThing }

// knownKinds reads the file that comes with the program, once.
var knownKinds = sync.OnceValue(func() *kindBook {
	b := &kindBook{map[string][]kindThing{}, map[string][]kindThing{}}
	kind := 0
	for _, l := range strings.Split(kindsFile, "\n") {
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		kind++
		for thing, names := range strings.Split(l, ", ") {
			for _, name := range strings.Split(names, " / ") {
				x := kindThing{kind: kind, thing: thing}
				sc := text.NewScanner(name)
				for sc.Vietnamese = true; sc.Next(); {
					w := string(sc.Bytes())
					x.words, x.folded = append(x.words, w), append(x.folded, text.Unmark(w))
				}
				x.sure = len(x.words) > 1 || x.words[0] == x.folded[0]
				b.begins[x.words[0]] = append(b.begins[x.words[0]], x)
				b.bare[x.folded[0]] = append(b.bare[x.folded[0]], x)
			}
		}
	}
	for _, m := range []map[string][]kindThing{b.begins, b.bare} {
		for _, xs := range m { // the longest name first: "mãng cầu" before anything it begins with
			slices.SortStableFunc(xs, func(a, b kindThing) int { return len(b.words) - len(a.words) })
		}
	}
	return b
})

// namedThing is a thing of some kind that a text names, and how it names it.
type namedThing struct {
	kind, thing int
	shown       string
}

// findThings lists the things of known kinds that a side names. In texts without marks one
// syllable that has marks may be any word, and is none.
func (s *side) findThings() {
	b := knownKinds()
	for i := 0; i < len(s.words); i++ {
		xs := b.begins[s.words[i].word]
		if !s.marked {
			xs = b.bare[s.words[i].folded]
		}
		for _, x := range xs {
			if s.names(x, i) {
				s.things = append(s.things, namedThing{x.kind, x.thing, strings.Join(x.words, " ")})
				i += len(x.words) - 1
				break
			}
		}
	}
}

// names reports a thing's name at word i.
func (s *side) names(x kindThing, i int) bool {
	if i+len(x.words) > len(s.words) || !s.marked && !x.sure {
		return false
	}
	for j, w := range x.words {
		if a := &s.words[i+j]; a.word != w && (s.marked || a.folded != x.folded[j]) {
			return false
		}
	}
	return true
}

// otherThings notes things of one kind that the message names and the claim does not, where
// the claim names others that the message does not: what is said of one disease, fruit or
// paper is not said of another.
func (x *differences) otherThings(q, d *side) {
	lacks := func(t namedThing, s *side) bool {
		return !slices.ContainsFunc(s.things, func(o namedThing) bool { return o.kind == t.kind && o.thing == t.thing })
	}
	for _, a := range q.things {
		if !lacks(a, d) {
			continue
		}
		for _, b := range d.things {
			if b.kind == a.kind && lacks(b, q) {
				x.swapped, x.swappedOther = append(x.swapped, a.shown), append(x.swappedOther, b.shown)
			}
		}
	}
}
