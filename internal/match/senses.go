package match

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"soi/internal/text"
)

//go:embed senses.txt
var senseFile string

// meaning is what is known of a word or phrase: its sense (0: none) and whether it is
// soft, which is to say that its change alone does not make another claim.
type meaning struct {
	sense uint16
	soft  bool
}

// meanings is senses.txt, read.
type meanings struct {
	marked   map[string]meaning // by words in normal form
	bare     map[string]meaning // by words without marks, for texts that have none
	stems    map[string]meaning // by English stems
	begins   map[string]int     // first words in all these forms → words of the longest phrase
	opposite map[uint16][]uint16
}

// longestPhrase is the number of words of the longest phrase looked for.
const longestPhrase = 4

// knownMeanings reads the file that comes with the program, once.
var knownMeanings = sync.OnceValue(func() *meanings { return readMeanings(senseFile) })

func readMeanings(file string) *meanings {
	k := &meanings{map[string]meaning{}, map[string]meaning{}, map[string]meaning{}, map[string]int{}, map[uint16][]uint16{}}
	names := map[string]uint16{}
	number := func(name string) uint16 {
		if names[name] == 0 {
			names[name] = uint16(len(names) + 1)
		}
		return names[name]
	}
	soft := map[uint16]bool{}
	for _, l := range strings.Split(file, "\n") {
		if a, b, ok := strings.Cut(l, " >< "); ok {
			x, y := number(a), number(b)
			k.opposite[x], k.opposite[y] = append(k.opposite[x], y), append(k.opposite[y], x)
			continue
		}
		name, words, ok := strings.Cut(l, " = ")
		if !ok || strings.HasPrefix(l, "#") {
			continue
		}
		for _, w := range strings.Split(words, ", ") {
			switch {
			case name == "soft" && names[w] != 0:
				soft[names[w]] = true
			case name == "soft":
				k.add(w, meaning{soft: true})
			default:
				k.add(w, meaning{sense: number(name)})
			}
		}
	}
	for _, m := range []map[string]meaning{k.marked, k.bare, k.stems} {
		for w, x := range m {
			if soft[x.sense] {
				m[w] = meaning{x.sense, true}
			}
		}
	}
	return k
}

// add enters a phrase; the first line that holds it says its sense.
func (k *meanings) add(phrase string, x meaning) {
	var words, folded, stems []string
	for sc := text.NewScanner(phrase); sc.Next(); {
		w := string(sc.Bytes())
		words, folded, stems = append(words, w), append(folded, text.Unmark(w)), append(stems, text.Stem(w))
	}
	set := func(m map[string]meaning, words []string) {
		if key := strings.Join(words, " "); m[key] == (meaning{}) {
			m[key] = x
		}
		if len(words) > 0 {
			k.begins[words[0]] = max(k.begins[words[0]], len(words))
		}
	}
	set(k.marked, words)
	set(k.bare, folded)
	if slices.Equal(words, folded) {
		set(k.stems, stems)
	}
}

// opposed reports senses that exclude each other.
func (k *meanings) opposed(a, b uint16) bool { return slices.Contains(k.opposite[a], b) }

// mean gives the words of a side their senses, longest phrases first. The words of a
// phrase after its first are read as part of it.
func (s *side) mean(marked bool) {
	k := knownMeanings()
	var key []byte
	for i := 0; i < len(s.words); {
		n := 1
		for l := min(longestPhrase, len(s.words)-i, k.longest(&s.words[i])); l > 0; l-- {
			x, ok := k.find(s.words[i:i+l], marked, &key)
			if !ok || s.figureIn(i, i+l) || x.soft && s.words[i].name { // a name is never soft
				continue
			}
			s.words[i].sense, s.words[i].soft = x.sense, x.soft
			for j := i + 1; j < i+l; j++ {
				s.words[j].inner = true
				s.words[i].rest = append(s.words[i].rest, s.words[j].key)
				s.words[i].weight = max(s.words[i].weight, s.words[j].weight)
			}
			n = l
			break
		}
		i += n
	}
}

// longest is how many words the longest phrase has that begins with a word; most
// words begin none.
func (k *meanings) longest(w *sideWord) int {
	return max(k.begins[w.word], k.begins[w.folded], k.begins[w.stem])
}

// figureIn reports whether a run of words has a figure in it; "covid 19" is none.
func (s *side) figureIn(from, to int) bool {
	for _, w := range s.words[from:to] {
		if w.figure && s.words[from].folded != "covid" {
			return true
		}
	}
	return false
}

// find looks a run of words up as written, without marks in texts that have none, and
// by English stems.
func (k *meanings) find(words []sideWord, marked bool, key *[]byte) (meaning, bool) {
	join := func(form func(*sideWord) string) string {
		*key = (*key)[:0]
		for i := range words {
			if i > 0 {
				*key = append(*key, ' ')
			}
			*key = append(*key, form(&words[i])...)
		}
		return string(*key)
	}
	if x, ok := k.marked[join(func(w *sideWord) string { return w.word })]; ok {
		return x, true
	}
	if !marked {
		if x, ok := k.bare[join(func(w *sideWord) string { return w.folded })]; ok {
			return x, true
		}
	}
	x, ok := k.stems[join(func(w *sideWord) string { return w.stem })]
	return x, ok && (!marked || len(words) > 1 || !text.Syllable(words[0].folded))
}
