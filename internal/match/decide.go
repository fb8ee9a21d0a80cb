package match

import (
	"cmp"
	"slices"

	"soi/internal/text"
)

// weighed is a candidate with what speaks for and against it.
type weighed struct {
	candidate
	rec    *record
	diff   *differences
	sig    signals
	chance float64
	said   float64 // chance by the words alone
	alike  bool    // it means the same, whatever its words; see Meaning
	behind bool    // there is an encoder, and another document is better by the words
	side   *side
	claim  *side // the wording of the document that the message was held against
	part   string
	lang   string // of the message
	rival  bool   // another document that says something else fits as well
}

// careful is how many candidates are read word by word.
const careful = 8

// weigh reads the best candidates of a question word by word and gives each its
// probability.
func (m *Matcher) weigh(qu *question, cs []*candidate, least int) []weighed {
	if len(cs) == 0 {
		return nil
	}
	cal := m.calibration()
	q := qu.side()
	n := min(max(careful, least), len(cs))
	out := make([]weighed, 0, n)
	for _, c := range slices.Concat(cs[:n], m.outstanding(cs[n:])) {
		w := weighed{candidate: *c, rec: &m.docs[c.doc], side: q, lang: qu.lang}
		w.diff, w.claim = m.differ(qu, q, w.rec)
		w.sig = m.signalsOf(qu, &w, cs)
		out = append(out, w)
	}
	for i := range out {
		w := &out[i]
		w.rival = rivalled(out, w)
		w.sig[sRival] = one(w.rival)
		w.said = cal.chance(&w.sig)
		w.chance = w.said
		m.meansSame(w)
	}
	m.byMeaning(qu, out)
	if m.model != nil { // the plain sum is all there is without, and its probability says little
		contradictedLast(out)
	}
	// Of several texts of one document the one that is word for word the message
	// speaks for it, and of several documents the one that says exactly this.
	slices.SortStableFunc(out, func(a, b weighed) int { return cmp.Compare(b.sig[sExact], a.sig[sExact]) })
	return out
}

// contradictedLast moves a match that differs in a figure, a place or another decisive thing
// behind the next one that does not, when that is twice as likely: the ranker counts words,
// and two checks may differ in one.
func contradictedLast(all []weighed) {
	for i := 1; i < len(all); i++ {
		for j := i; j > 0 && all[j-1].diff.blocks() && !all[j].diff.blocks() && all[j].chance > 2*all[j-1].chance; j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
}

// rivalled reports whether a document that says something else than w fits a message as
// well: a message that names no place fits the check of a flood here and of one there.
func rivalled(all []weighed, w *weighed) bool {
	if w.diff.blocks() || w.sig[sExact] == 1 {
		return false
	}
	for i := range all {
		o := &all[i]
		if o.rec.id != w.rec.id && !o.diff.blocks() && o.diff.missing <= w.diff.missing+rivalRoom && o.diff.missing < 0.5 && tell(w.claim, o.claim).blocks() {
			return true
		}
	}
	return false
}

// rivalRoom is by how much more of its content a rival may be missing from the message.
const rivalRoom = 0.08

// fewWords is how many words of content a message must share with a claim before anything
// but the exact words can be the same: three words, which are five Vietnamese syllables
// or pairs of characters.
func fewWords(lang string) int {
	if lang == "vi" || family(lang) == "unspaced" {
		return 5
	}
	return 3
}

// calibrated is the calibration that comes with the program, or that of the options.
func (m *Matcher) calibrated() Calibrations {
	if m.opt.Calibrations != nil {
		return *m.opt.Calibrations
	}
	return calibrations()
}

func (m *Matcher) calibration() *Calibration {
	c := m.calibrated()
	if m.model == nil {
		return &c.Off
	}
	return &c.On
}

// differ compares a message with the wording of a document that it comes nearest
// to: its claim, or its title when the claim is empty or speaks of other things. It
// returns that wording too.
func (m *Matcher) differ(qu *question, q *side, r *record) (*differences, *side) {
	toks := m.toks[r.from : r.from+uint32(r.ends[3])]
	claim, title := toks[:r.ends[0]], toks[r.ends[0]:r.ends[1]]
	if len(claim) == 0 {
		claim, title = title, nil
	}
	side := m.sideFor(qu, claim)
	x := tell(q, side)
	if x.missing > 0.4 && len(title) > 0 {
		other := m.sideFor(qu, title)
		if y := tell(q, other); y.missing < x.missing-0.2 {
			y.figures, y.figuresOther = append(y.figures, x.figures...), append(y.figuresOther, x.figuresOther...)
			y.names, y.namesOther = append(y.names, x.names...), append(y.namesOther, x.namesOther...)
			return y, other
		}
	}
	return x, side
}

// sideFor is sideOf, kept for the other parts of the same message, which find many
// of the same documents.
func (m *Matcher) sideFor(qu *question, toks []uint32) *side {
	if len(toks) == 0 || qu.sides == nil {
		return m.sideOf(toks)
	}
	s := qu.sides[&toks[0]]
	if s == nil {
		s = m.sideOf(toks)
		qu.sides[&toks[0]] = s
	}
	return s
}

func (m *Matcher) signalsOf(qu *question, w *weighed, cs []*candidate) signals {
	f, d := &w.f, w.diff
	var s signals
	other := m.runnerUp(w, cs)
	s[sRate], s[sMargin] = float64(w.rate), float64(min(4, max(-4, w.rate-other)))
	for to, from := range map[int]int{sCover: fCover, sHeldClaim: fHeldClaim, sMutual: fMutual, sSense: fSense, sPairs: fPairs,
		sNear: fNear, sShared: fShared, sScore: fScore} {
		s[to] = float64(f[from])
	}
	s[sRarest] = float64(f[fRarest]+f[fRarest2]+f[fRarest3]) / 3
	s[sMissing], s[sExtra] = float64(d.missing), float64(d.extra)
	s[sExact] = one(qu.exact != 0 && (qu.exact == w.rec.exact || w.rec.exact == 0 && qu.exact == w.rec.title))
	s[sFigures], s[sPlaces], s[sNegation] = one(len(d.figures) > 0), one(len(d.names) > 0), one(d.negation)
	s[sSwapped], s[sUnanswered], s[sOrdered], s[sOne] = one(len(d.swapped) > 0), one(len(d.figuresMissing) > 0), one(d.ordered), 1
	s[sNowhere], s[sSoftened], s[sShort] = one(len(d.placesMissing) > 0), float64(min(4, d.softened)), one(d.shared < fewWords(qu.lang))
	return s
}

// runnerUp is the rate of the best candidate, or of the best other document when that is w. It
// does not look at what an encoder says: the probability was fitted to words.
func (m *Matcher) runnerUp(w *weighed, cs []*candidate) float32 {
	top := cs[0]
	for _, c := range cs {
		if c.rate > top.rate {
			top = c
		}
	}
	if w.doc != top.doc {
		return top.rate
	}
	other, any := w.rate-4, false
	for _, c := range cs {
		if m.docs[c.doc].id != w.rec.id && (!any || c.rate > other) {
			other, any = c.rate, true
		}
	}
	return other
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// decide says what may be done with the best match. Same needs the calibrated
// probability and no difference that makes another claim of it; few words are
// never the same unless they are exactly those of the document.
func (m *Matcher) decide(lang string, best *weighed) Decision {
	t := m.limits(lang)
	switch {
	case best.same(t):
		return DecisionSame
	case best.chance >= t.Perhaps && !m.slight(best), best.alike:
		return DecisionPerhaps
	}
	return DecisionNew
}

// limits are those of a language's script family, or those that the desk set.
func (m *Matcher) limits(lang string) Threshold {
	t := m.calibration().threshold(family(lang))
	if m.opt.SameAt > 0 {
		t.Same = m.opt.SameAt
	}
	if m.opt.PerhapsAt > 0 {
		t.Perhaps = m.opt.PerhapsAt
	}
	return t
}

// same reports whether a match may be given as the answer within limits.
func (w *weighed) same(t Threshold) bool {
	if w.sig[sExact] == 1 && !w.diff.blocks() {
		return true
	}
	return w.said >= t.Same && !w.behind && w.eligible(t.Missing)
}

// slight reports whether so little of a message stands in a document that not even a
// choice is offered, whatever the probability: it was fitted to messages that say
// something, and "is this picture real?" has one word in common with every check of a
// picture. A single word of content is slight; so are words by chance.
func (m *Matcher) slight(w *weighed) bool {
	if w.sig[sExact] == 1 {
		return false
	}
	d := m.sideOf(m.run(w.rec))
	n, _ := heldWords(w.side, bagOf(d))
	return n+len(sharedFigures(w.side, d)) < 2 || w.byChance()
}

// byChance reports whether the words that a message shares with a document look like
// chance: nearly nothing that the claim says is in the message, no two of the words are
// neighbours in both or in the same order, a good part of the message is elsewhere, and
// the rest does not mean nearly the same. In an archive of hundreds such words are rare,
// and speak louder than they should. The limits were chosen on the half of the sets that
// is for tuning (decision 40). Pairs of characters are always neighbours: scripts
// without blanks are left to the probability.
func (w *weighed) byChance() bool {
	s := &w.sig
	return family(w.lang) != "unspaced" && s[sMissing] >= 0.85 && s[sCover] < 0.6 && s[sSense] <= 0.7 && s[sPairs] == 0 && s[sOrdered] == 0
}

// heldWords counts the different words of content of a message, and those of them that stand
// anywhere in a document.
func heldWords(q *side, have bag) (n, of int) {
	seen := map[string]bool{}
	for _, x := range q.contents() {
		if seen[x.stem] {
			continue
		}
		seen[x.stem] = true
		of++
		if have.has(x) {
			n++
		}
	}
	return n, of
}

// eligible reports whether a match may be given as the answer at all, whatever
// its probability: no difference that makes another claim of it, no other document that
// fits as well, words enough, the claim's place named if it has one, and nearly all of
// what the claim says in the message.
func (w *weighed) eligible(missing float64) bool {
	d := w.diff
	return !d.blocks() && !w.rival && len(d.placesMissing) == 0 && len(d.figuresMissing) == 0 && w.sig[sShort] == 0 && float64(d.missing) <= missing
}

// Judged is one match with the signals behind its probability, for calibration.
type Judged struct {
	ID       string
	Signals  []float64 // in the order of SignalNames
	Chance   float64
	Missing  float64
	Eligible bool // nothing but Missing and Chance stands against "same"
	Exact    bool
	Slight   bool // so little in common that it is not even offered
}

// Judge lists the matches of a message looked up as one part, in the ranker's
// order, with what the decision rests on.
func (m *Matcher) Judge(q Query) []Judged {
	body := text.Unwrap(q.Text).Body
	m.settle()
	m.mu.RLock()
	defer m.mu.RUnlock()
	qu := m.analyse(body, text.Language(body))
	if len(qu.toks) == 0 {
		return nil
	}
	var out []Judged
	for _, w := range m.unique(m.weigh(qu, m.candidates(q, qu), 0)) {
		out = append(out, Judged{w.rec.id, w.sig[:], w.chance, float64(w.diff.missing), w.eligible(1), w.sig[sExact] == 1, m.slight(&w)})
	}
	return out
}

// merge joins what the whole message found and what its parts found. A part that
// is answered goes first; one whose best match is likelier than anything the whole
// found, and likely at all, goes before it; other finds of parts come last.
func (m *Matcher) merge(lang string, whole []weighed, parts [][]weighed) []weighed {
	var first, last []weighed
	top := 0.0
	for i := range whole {
		top = max(top, whole[i].chance)
	}
	for _, ws := range parts {
		if len(ws) == 0 {
			continue
		}
		if ws[0].same(m.limits(lang)) || ws[0].chance > max(top, 0.5) {
			first = append(first, ws[0])
			ws = ws[1:]
		}
		last = append(last, ws...)
	}
	byChance := func(a, b weighed) int { return cmp.Compare(b.chance, a.chance) }
	slices.SortStableFunc(first, byChance)
	slices.SortStableFunc(last, byChance)
	return m.unique(slices.Concat(first, whole, last))
}

// unique keeps the first of each document.
func (m *Matcher) unique(ws []weighed) []weighed {
	var out []weighed
	for _, w := range ws {
		if !slices.ContainsFunc(out, func(x weighed) bool { return x.rec.id == w.rec.id }) {
			out = append(out, w)
		}
	}
	return out
}
