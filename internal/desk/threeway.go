package desk

import (
	"slices"
	"strings"
	"unicode"
)

// Stretch is a stretch of a text that two people changed from the same ground.
// The pieces of a merge, joined by one of the three fields, are exactly that
// text again: no word of anybody is outside them.
type Stretch struct {
	Base, Mine, Theirs string
	Clash              bool // both changed it, each in another way: a person must choose
}

// Text is what the piece says where nobody has to choose; in a clash, mine.
// Words decide; spaces only where the words are the same.
func (p Stretch) Text() string {
	b, m, t := wordsOf(p.Base), wordsOf(p.Mine), wordsOf(p.Theirs)
	mine, theirs := !sameUnits(b, m), !sameUnits(b, t) // who changed words
	switch {
	case p.Clash || mine && !theirs:
		return p.Mine
	case theirs && !mine || p.Mine == p.Base:
		return p.Theirs
	case p.Theirs == p.Base:
		return p.Mine
	}
	return longer(p.Mine, p.Theirs)
}

// longer is the longer of two texts, in a way that does not depend on their
// order.
func longer(a, b string) string {
	if len(a) > len(b) || len(a) == len(b) && a > b {
		return a
	}
	return b
}

// leastGap is how many unchanged words must lie between changes of two people
// within one paragraph for both to be taken. Two changes nearer than that are
// most likely of one thought, and what they make together nobody has written.
const leastGap = 4

// Merge3 joins two texts that were made from base: paragraph by paragraph,
// and word by word within a paragraph that both changed. What only one changed
// is taken; what both changed in the same way is taken once; the rest clashes.
func Merge3(base, mine, theirs string) []Stretch {
	var out []Stretch
	for _, p := range merge3(base, mine, theirs, paragraphsOf) {
		if !p.Clash {
			out = append(out, p)
			continue
		}
		out = append(out, widen(merge3(p.Base, p.Mine, p.Theirs, wordsOf))...)
	}
	return out
}

// MergeLine is Merge3 for a field of one sentence: a sentence that two people
// changed is not put together from halves.
func MergeLine(base, mine, theirs string) []Stretch {
	p := Stretch{Base: base, Mine: mine, Theirs: theirs}
	p.Clash = mine != base && theirs != base && strings.TrimSpace(mine) != strings.TrimSpace(theirs)
	return []Stretch{p}
}

// Clashes reports whether a person must choose anywhere.
func Clashes(ps []Stretch) bool {
	return slices.ContainsFunc(ps, func(p Stretch) bool { return p.Clash })
}

// Joined is the text of pieces none of which clashes.
func Joined(ps []Stretch) string {
	var b strings.Builder
	for _, p := range ps {
		b.WriteString(p.Text())
	}
	return b.String()
}

// merge3 is the merge by one kind of unit: stretches in which both texts still
// stand by the base, and between them stretches that somebody changed.
func merge3(base, mine, theirs string, cut func(string) []string) []Stretch {
	b, m, t := cut(base), cut(mine), cut(theirs)
	toM, toT := stays(b, m), stays(b, t)
	var out []Stretch
	i, j, k := 0, 0, 0
	for i < len(b) || j < len(m) || k < len(t) {
		if i < len(b) && toM[i] == j && toT[i] == k {
			out = append(out, Stretch{Base: b[i], Mine: m[j], Theirs: t[k]})
			i, j, k = i+1, j+1, k+1
			continue
		}
		i2, j2, k2 := len(b), len(m), len(t)
		for n := i; n < len(b); n++ {
			if toM[n] >= 0 && toT[n] >= 0 {
				i2, j2, k2 = n, toM[n], toT[n]
				break
			}
		}
		out = append(out, pieceOf(b[i:i2], m[j:j2], t[k:k2]))
		i, j, k = i2, j2, k2
	}
	return out
}

// pieceOf is a stretch that somebody changed. It clashes if both did, and not
// in the same way; spaces do not count.
func pieceOf(b, m, t []string) Stretch {
	p := Stretch{Base: strings.Join(b, ""), Mine: strings.Join(m, ""), Theirs: strings.Join(t, "")}
	p.Clash = !sameUnits(b, m) && !sameUnits(b, t) && !sameUnits(m, t)
	return p
}

// widen makes one clash of changes by different people that stand too near
// each other, with what lies between them.
func widen(ps []Stretch) []Stretch {
	var out []Stretch
	last, by, gap := -1, "", 0 // the last change, whose it was, and unchanged words since
	for _, p := range ps {
		who := changedBy(p)
		out = append(out, p)
		if who == "" {
			gap++
			continue
		}
		if last >= 0 && gap < leastGap && who != "both" && by != "both" && (by != who || who == "clash") {
			out = append(out[:last], join(out[last:]))
			who = "clash"
		}
		last, by, gap = len(out)-1, who, 0
	}
	return out
}

// changedBy says who changed a piece: "", mine, theirs, both (in one way) or
// clash.
func changedBy(p Stretch) string {
	b, m, t := wordsOf(p.Base), wordsOf(p.Mine), wordsOf(p.Theirs)
	switch {
	case p.Clash:
		return "clash"
	case sameUnits(b, m) && sameUnits(b, t):
		return ""
	case sameUnits(b, t):
		return "mine"
	case sameUnits(b, m):
		return "theirs"
	}
	return "both"
}

// join makes one clash of neighbouring pieces.
func join(ps []Stretch) Stretch {
	out := Stretch{Clash: true}
	for _, p := range ps {
		out.Base, out.Mine, out.Theirs = out.Base+p.Base, out.Mine+p.Mine, out.Theirs+p.Theirs
	}
	return out
}

// paragraphsOf cuts a text behind its line ends; the pieces joined are the
// text.
func paragraphsOf(s string) []string {
	return cutAfter(s, func(r rune) bool { return r == '\n' })
}

// wordsOf cuts a text behind the spaces after its words.
func wordsOf(s string) []string { return cutAfter(s, unicode.IsSpace) }

// cutAfter cuts behind every run of what gap says. Spaces before the first word
// belong to it.
func cutAfter(s string, gap func(rune) bool) []string {
	var out []string
	start, words, in := 0, false, false
	for i, r := range s {
		switch {
		case gap(r):
			in = words
		case in && !unicode.IsSpace(r):
			out = append(out, s[start:i])
			start, in = i, false
		}
		words = words || !unicode.IsSpace(r)
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

// unit is a piece of text as it is compared: without the spaces around it.
func unit(s string) string { return strings.TrimSpace(s) }

// units are pieces of text as they are compared.
func units(ps []string) []string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = unit(p)
	}
	return out
}

// sameUnits reports whether two lists say the same.
func sameUnits(a, b []string) bool {
	blank := func(s string) bool { return s == "" }
	return slices.Equal(slices.DeleteFunc(units(a), blank), slices.DeleteFunc(units(b), blank))
}

// mostCells bounds the table of stays. Two texts that differ in more are taken
// as wholly different: they are shown beside each other, and nothing is lost.
const mostCells = 4_000_000

// stays finds, for each unit of a, where it still stands in b, by a longest
// common sequence; -1 where it does not.
func stays(as, bs []string) []int {
	a, b := units(as), units(bs)
	to := make([]int, len(a))
	for i := range to {
		to[i] = -1
	}
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		to[head] = head
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
		to[len(a)-tail] = len(b) - tail
	}
	x, y := a[head:len(a)-tail], b[head:len(b)-tail]
	if (len(x)+1)*(len(y)+1) > mostCells {
		return to
	}
	for i, j := range common(x, y) {
		if j >= 0 {
			to[head+i] = head + j
		}
	}
	return to
}

// common is the longest common sequence of two short lists, as places in y.
func common(x, y []string) []int {
	w := len(y) + 1
	most := make([]int32, (len(x)+1)*w) // most[i*w+j]: its length for x[i:] and y[j:]
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				most[i*w+j] = most[(i+1)*w+j+1] + 1
			} else {
				most[i*w+j] = max(most[(i+1)*w+j], most[i*w+j+1])
			}
		}
	}
	to := make([]int, len(x))
	for i, j := 0, 0; i < len(x); {
		switch {
		case j < len(y) && x[i] == y[j]:
			to[i] = j
			i, j = i+1, j+1
		case j < len(y) && most[i*w+j+1] > most[(i+1)*w+j]:
			j++
		default:
			to[i] = -1
			i++
		}
	}
	return to
}
