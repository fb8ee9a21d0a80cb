package match

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"soi/internal/index"
	"soi/internal/text"
)

// question is a message, or one part of it, made ready for look-up.
type question struct {
	lang  string
	toks  []qtok
	exact uint64 // hash of the stems, 0 when a word is unknown to the archive
	terms []index.Term
	most  float32 // BM25 sum that a document with all the words could reach
	vec   vector

	embedding *embedding // what an encoder says of it; nil when there is none
	known     float32    // share of the weight whose words have learned vectors

	other []otherWords // what its words may be called in the archive

	sides map[*uint32]*side // wordings of documents read so far, by their first token
}

// qtok is one word of a question.
type qtok struct {
	word    string
	stem    uint32 // 0: no document holds it
	marked  uint32
	flags   uint8
	weight  float32     // see wordInfo
	pull    float32     // see wordInfo
	near    []neighbour // words of the archive in place of one it does not know
	upper   bool
	caps    bool
	first   bool
	percent bool
	row     uint32 // of the learned weights, 0: none
	form    string // its stem
}

// Match looks a message up. It never fails: a message without words is
// DecisionNew with no matches, and a cancelled context ends the work early with
// what was found.
func (m *Matcher) Match(ctx context.Context, q Query) Result {
	if q.Limit <= 0 {
		q.Limit = 3
	}
	if len(q.Pictures) > 0 {
		return m.matchPictures(ctx, q)
	}
	msg := text.Unwrap(cut(q.Text, longestText))
	e, _ := m.encoder()
	if e == nil || strings.TrimSpace(msg.Body) == "" {
		return m.answer(ctx, q, msg, nil)
	}
	texts := append([]string{msg.Body}, partsOf(msg.Body)...)
	if e.Local() {
		return m.answer(ctx, q, msg, m.ask(ctx, texts))
	}
	res := m.answer(ctx, q, msg, nil)
	if res.Decision == DecisionSame {
		return res
	}
	// The words did not settle it: what they mean may find more.
	if ms := m.ask(ctx, texts); ms != nil {
		return m.answer(ctx, q, msg, ms)
	}
	return res
}

// answer is Match for a message taken out of its wrapping, with the meaning of the whole and of each
// of its parts, if there is an encoder.
func (m *Matcher) answer(ctx context.Context, q Query, msg text.Message, ms []*embedding) Result {
	res := Result{Decision: DecisionNew, Lang: text.Language(msg.Body), Parts: 1}
	m.settle()
	m.mu.RLock()
	defer m.mu.RUnlock()
	if res.Matches = m.byLink(q, msg.Links); len(res.Matches) > 0 {
		res.Decision = DecisionSame
		return res
	}
	if ctx.Err() != nil {
		return res
	}
	found, parts := m.lookUp(ctx, q, msg.Body, res.Lang, ms)
	res.Parts = parts
	if len(found) > 0 {
		res.Decision = m.decide(res.Lang, &found[0])
	}
	for i := range found[:min(q.Limit, len(found))] {
		w := &found[i]
		res.Matches = append(res.Matches, Match{ID: w.rec.id, Kind: w.rec.kind, Rank: i + 1, Score: float64(w.rate),
			Probability: w.chance, Reasons: m.reasons(w), Part: w.part})
	}
	return res
}

// longestText is how many bytes of a message are read: 20,000 characters of any
// European language and of Vietnamese.
const longestText = 32 << 10

// cut shortens a text to at most n bytes at the start of a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// lookUp asks for the whole message and, when it is long and not answered as a
// whole, for each of its parts. It returns the documents found, best first, and
// how many parts were looked up.
func (m *Matcher) lookUp(ctx context.Context, q Query, body, lang string, ms []*embedding) ([]weighed, int) {
	qu := m.analyse(body, lang)
	if ms != nil {
		qu.embedding, ms[0].parted = ms[0], len(ms) > 1
	}
	if len(qu.toks) == 0 {
		return nil, 1
	}
	qu.sides = map[*uint32]*side{}
	found := m.weigh(qu, m.candidates(q, qu), q.Limit)
	parts := partsOf(body)
	if len(parts) < 2 || m.settled(lang, found) {
		return m.unique(found), 1
	}
	var others [][]weighed
	for i, p := range parts {
		if ctx.Err() != nil {
			break
		}
		pu := m.analyse(p, lang)
		pu.sides = qu.sides
		if ms != nil {
			pu.embedding = ms[1+i]
			pu.embedding.pool = qu.embedding.pool
		}
		cs := m.within(q, pu, part())
		ws := m.weigh(pu, cs[:min(len(cs), readOfPart)], 0)
		for i := range ws {
			ws[i].part = p
		}
		others = append(others, ws)
	}
	return m.merge(lang, found, others), len(parts)
}

// settled reports that a message was answered as a whole and says little beside
// the claim that answers it.
func (m *Matcher) settled(lang string, found []weighed) bool {
	return len(found) > 0 && found[0].diff.extra <= 0.4 && found[0].same(m.limits(lang))
}

// A message is looked up in parts when it has at least partsFrom words; a part
// has at least partWords of them, and there are at most mostParts.
const (
	partsFrom = 36
	partWords = 7
	mostParts = 8

	longSentence = 24 // words from which a sentence is cut into its clauses
)

// readOfPart is how many candidates of a part are read word by word.
const readOfPart = 4

// partsOf cuts a long message where its sentences and lines end, and long sentences where
// their clauses do, short pieces joined to the next one; nil for a message that is looked up as
// a whole.
func partsOf(body string) []string {
	var sentences []string
	var counts []int
	total := 0
	for _, s := range text.Sentences(body) {
		pieces := []string{s}
		n := wordCount(s)
		if n >= longSentence && n < 10*longSentence {
			pieces = clauses(s)
		}
		for _, c := range pieces {
			if len(pieces) > 1 {
				n = wordCount(c)
			}
			sentences, counts, total = append(sentences, c), append(counts, n), total+n
		}
	}
	if len(sentences) < 2 || total < partsFrom {
		return nil
	}
	var out, open []string
	words := 0
	for i, s := range sentences {
		open, words = append(open, s), words+counts[i]
		if words >= max(partWords, total/mostParts) {
			out, open, words = append(out, strings.Join(open, " ")), nil, 0
		}
	}
	if len(open) > 0 && len(out) > 0 {
		out[len(out)-1] += " " + strings.Join(open, " ")
	}
	return out[:min(len(out), mostParts)]
}

// clauses cuts a sentence behind its commas, colons and dashes.
func clauses(s string) []string {
	var out []string
	from := 0
	for i, r := range s {
		if r != ',' && r != ':' && r != '–' && r != '—' {
			continue
		}
		if to := i + utf8.RuneLen(r); to < len(s) && s[to] == ' ' {
			out, from = append(out, s[from:to]), to
		}
	}
	return append(out, s[from:])
}

func wordCount(s string) int {
	n := 0
	for sc := text.NewScanner(s); sc.Next(); {
		n++
	}
	return n
}

// byLink answers messages that carry a link of a document.
func (m *Matcher) byLink(q Query, links []string) []Match {
	var out []Match
	for _, l := range links {
		for _, r := range m.link[text.Link(l)] {
			d := m.docs[r]
			if !wanted(q, d) || slices.ContainsFunc(out, func(x Match) bool { return x.ID == d.id }) || len(out) == q.Limit {
				continue
			}
			out = append(out, Match{ID: d.id, Kind: d.kind, Rank: len(out) + 1, Score: 1, Probability: 0.995,
				Reasons: []Reason{{Code: ReasonLink}}})
		}
	}
	return out
}

func wanted(q Query, d record) bool {
	return d.id != "" && (q.Kinds == nil || slices.Contains(q.Kinds, d.kind)) && (q.Not == nil || !q.Not(d.id))
}
