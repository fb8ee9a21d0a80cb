package feed

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Scored is a sentence with what speaks for a look at it.
type Scored struct {
	Text    string
	Points  int      // 0 to 1000: how much it looks like a statement worth checking
	Opinion int      // 0 to 1000: how much it looks like an opinion
	Reasons []string // codes of Reasons, the one that weighs most first
}

// Fit reports whether the sentence may be suggested: it looks like a
// statement of fact that evidence can settle, something in it can be named as
// the reason, and it does not look like an opinion, a question, an appeal or a
// forecast. When in doubt it may not: a missed sentence costs nothing.
func (s Scored) Fit() bool {
	return s.Points >= fitPoints && s.Opinion <= fitOpinion && len(s.Reasons) > 0
}

// The limits of Fit, chosen on the dev splits of the evaluation data so that of
// the sentences marked as opinion fewer than one in twenty passes; the command
// evalcmd shows the trade.
const (
	fitPoints  = 500
	fitOpinion = 300
)

// Reasons lists the codes of reasons. Each is a feature that speaks for a
// check and that a person can see in the sentence.
func Reasons() []string {
	return []string{"figure", "percent", "money", "big-number", "date", "comparison", "attributed", "cause"}
}

// FeatureNames are the names of what Features returns, in its order.
func FeatureNames() []string {
	return []string{"figure", "percent", "money", "big-number", "date", "comparison", "attributed", "cause", "names", "short", "long",
		"question", "exclamation", "first-person", "second-person", "judging", "ought", "forecast", "quoted", "hedged", "negated", "intense", "link", "figures", "ellipsis"}
}

// Features describes a sentence by numbers from 0 to 1. Nothing in it knows a
// language beyond lists of words, so that every point can be explained.
func Features(s string) []float64 {
	w := wordsOf(s)
	has := func(list []string) float64 { return yes(w.any(list)) }
	return []float64{
		yes(w.figures > 0), has(percents), yes(w.money || w.any(moneys)), has(bigNumbers), yes(w.year || w.any(dates)), has(comparisons),
		has(attributions), has(causes), math.Min(1, float64(w.names)/4), yes(len(w.list) < 7), yes(len(w.list) > 45),
		yes(strings.ContainsAny(s, "?？؟")), yes(strings.ContainsAny(s, "!！")), has(firstPerson), has(secondPerson), has(judgings), has(oughts), has(forecasts),
		yes(strings.ContainsAny(s, "\"“”«»„「『")), has(hedges), has(negations), has(intensifiers), yes(strings.Contains(s, "http") || strings.ContainsAny(s, "#@")),
		math.Min(1, float64(w.figures)/4), yes(strings.Contains(s, "...") || strings.Contains(s, "…")),
	}
}

func yes(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// wording is a sentence as words.
type wording struct {
	list    []string // in lower case
	joined  string   // " a b c "
	figures int      // numbers that are no years
	names   int      // words with a capital letter that begin no sentence
	year    bool
	money   bool
}

// wordsOf cuts a sentence into words.
func wordsOf(s string) wording {
	var w wording
	fields := strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '\'' && r != '’' && r != '.' && r != ','
	})
	for i, f := range fields {
		f = strings.Trim(f, ".,'’")
		if f == "" {
			continue
		}
		r, _ := utf8.DecodeRuneInString(f)
		switch {
		case unicode.IsDigit(r) && len(f) == 4 && (strings.HasPrefix(f, "19") || strings.HasPrefix(f, "20")):
			w.year = true
		case strings.IndexFunc(f, unicode.IsDigit) >= 0:
			w.figures++
		case i > 0 && unicode.IsUpper(r) && f != "I":
			w.names++
		}
		w.list = append(w.list, strings.ReplaceAll(strings.ToLower(f), "’", "'"))
	}
	w.joined = " " + strings.Join(w.list, " ") + " "
	w.money = strings.ContainsAny(s, "$€£¥₫₹₺")
	if strings.Contains(s, "%") || strings.Contains(s, "٪") {
		w.joined += "% "
	}
	return w
}

// any reports whether one of the words or runs of words stands in the
// sentence; words of Chinese may stand anywhere.
func (w wording) any(list []string) bool {
	return slices.ContainsFunc(list, func(p string) bool {
		if r, _ := utf8.DecodeRuneInString(p); unicode.Is(unicode.Han, r) {
			return strings.Contains(w.joined, p)
		}
		return strings.Contains(w.joined, " "+p+" ")
	})
}

// model is two sets of weights, one number a feature, and what is added to
// their sums.
type model struct {
	Worth   map[string]float64 `json:"worth"`
	Opinion map[string]float64 `json:"opinion"`
	Base    [2]float64         `json:"base"`
}

//go:embed weights.json
var weightsFile []byte

// Scorer scores sentences. Safe for concurrent use.
type Scorer struct{ m model }

// NewScorer reads the weights that evalcmd learned; they are part of the
// program, so that an error means a broken build.
func NewScorer() (*Scorer, error) {
	var s Scorer
	return &s, json.Unmarshal(weightsFile, &s.m)
}

// Score judges one sentence.
func (s *Scorer) Score(sentence string) Scored {
	f := Features(sentence)
	names := FeatureNames()
	worth, opinion := s.m.Base[0], s.m.Base[1]
	out := Scored{Text: sentence}
	for i, n := range names {
		worth += s.m.Worth[n] * f[i]
		opinion += s.m.Opinion[n] * f[i]
		if f[i] > 0 && slices.Contains(Reasons(), n) {
			out.Reasons = append(out.Reasons, n)
		}
	}
	slices.SortStableFunc(out.Reasons, func(a, b string) int { return cmp.Compare(s.m.Worth[b], s.m.Worth[a]) })
	out.Points, out.Opinion = perMille(worth), perMille(opinion)
	// These settle the question whatever the rest says: a question, an appeal,
	// a demand or a forecast is no statement that evidence can settle.
	for i, n := range names {
		if f[i] > 0 && slices.Contains([]string{"question", "exclamation", "ought", "forecast", "judging"}, n) {
			out.Opinion = 1000
		}
	}
	return out
}

// perMille is the logistic function in thousandths.
func perMille(x float64) int { return int(math.Round(1000 / (1 + math.Exp(-x)))) }

// sentenceEnds are marks that end a sentence. A full stop ends one only before
// a space and a capital letter, a digit or the end, and not after a short
// abbreviation.
const sentenceEnds = ".!?。！？؟"

// Bounds of a sentence that may be suggested, in characters.
const (
	minSentence = 30
	maxSentence = 400
)

// Sentences cuts a text into sentences; lines always end one.
func Sentences(text string) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		start := 0
		rs := []rune(line)
		for i, r := range rs {
			if strings.ContainsRune(sentenceEnds, r) && ends(rs, i) {
				j := i + 1
				for j < len(rs) && strings.ContainsRune(closers, rs[j]) {
					j++
				}
				out = appendSentence(out, rs[start:j])
				start = j
			}
		}
		out = appendSentence(out, rs[start:])
	}
	return out
}

// appendSentence adds what is not empty.
func appendSentence(out []string, rs []rune) []string {
	if s := strings.TrimSpace(string(rs)); s != "" {
		out = append(out, s)
	}
	return out
}

// ends reports whether the mark at i ends a sentence.
func ends(rs []rune, i int) bool {
	if rs[i] != '.' {
		return true
	}
	next := i + 1
	for next < len(rs) && strings.ContainsRune("\"”»)’'", rs[next]) {
		next++
	}
	if next < len(rs) && !unicode.IsSpace(rs[next]) {
		return false
	}
	for next < len(rs) && unicode.IsSpace(rs[next]) {
		next++
	}
	if next < len(rs) && unicode.IsLower(rs[next]) {
		return false
	}
	// "TS. Nguyễn", "Mr. Smith", "A. B.": a capital and at most two more letters.
	begin := i
	for begin > 0 && unicode.IsLetter(rs[begin-1]) {
		begin--
	}
	return i-begin > 3 || i == begin || !unicode.IsUpper(rs[begin]) || next >= len(rs)
}

// closers may stand after the mark that ends a sentence.
const closers = "\"”»)’'」』"

// finished reports whether a sentence ends as one. What does not is a heading,
// a text that was cut, or a line that says who wrote it and when: with "by"
// and a date that looks like a fact, and it would keep a name.
func finished(sentence string) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(sentence, closers))
	return strings.ContainsRune(sentenceEnds, r)
}

// Suggest scores the sentences of a text and returns those that fit and are
// whole, best first, at most most.
func (s *Scorer) Suggest(text string, most int) []Scored {
	var out []Scored
	for _, sentence := range Sentences(text) {
		if n := utf8.RuneCountInString(sentence); n < minSentence || n > maxSentence || !finished(sentence) {
			continue
		}
		if x := s.Score(sentence); x.Fit() {
			out = append(out, x)
		}
	}
	slices.SortStableFunc(out, func(a, b Scored) int { return cmp.Compare(b.Points, a.Points) })
	return out[:min(len(out), most)]
}
